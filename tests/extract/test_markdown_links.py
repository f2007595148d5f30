"""What extraction says about each link: URL, place, text, section and markup."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkwarden.extract._document import State
from linkwarden.extract.markdown import Markdown
from linkwarden.model import Extracted, Markup, Notice, Occurrence, Span
from tests.extract.test_markdown_oracle import PARTS


def extract(text: str) -> list[Extracted]:
    """Read a text as a list called list.md."""
    return list(Markdown().extract(text, "list.md"))


def links(text: str) -> list[Occurrence]:
    """Return the occurrences in a text."""
    return [item for item in extract(text) if isinstance(item, Occurrence)]


def only(text: str) -> Occurrence:
    """Return the one occurrence in a text."""
    (occurrence,) = links(text)
    return occurrence


def test_a_link_says_where_it_stands() -> None:
    """Lines and columns count from 1, in characters, and the end column is behind the last one."""
    link = only("# Söme *Papers*\n\n- ✅ see [the `paper`](https://a.example/x) now\n")
    assert (link.url, link.text, link.section) == ("https://a.example/x", "the paper", "Söme Papers")
    assert (link.span.line, link.span.col, link.span.end_line, link.span.end_col) == (3, 23, 3, 42)
    assert link.markup is Markup.MD_LINK


def test_columns_are_those_of_the_file_whatever_its_line_ends() -> None:
    """A Windows file with a byte-order mark, quotes, lists and tables gives the places in that very file."""
    text = "\ufeffa\r\n\r\n> - | h |\r\n>   |---|\r\n>   | [x](u\\|v) <img src='i.png'> |\r\n"
    link, image = links(text)
    assert (link.url, link.raw, link.span.line, link.span.col) == ("u|v", "u\\|v", 5, 11)
    assert (image.raw, image.span.line, image.span.col, image.span.end_col) == ("i.png", 5, 27, 32)
    assert text[link.span.start : link.span.end] == link.raw


def test_an_old_mac_file_has_lines_too() -> None:
    """A lone carriage return ends a line."""
    assert only("a\r\r[x](u)").span.line == 3


def test_a_reference_points_at_its_definition_and_its_use() -> None:
    """The span of a reference link is the URL in the definition; ``used`` is where the reader clicks."""
    first, second, image = links("[one][R] and [r][] and ![alt][r]\n\n> [r]: <u\\_v> 'title'\n")
    assert {o.url for o in (first, second, image)} == {"u_v"}
    assert {(o.raw, o.span.line, o.span.col) for o in (first, second, image)} == {("u\\_v", 3, 9)}
    assert [(o.used.col, o.used.end_col) for o in (first, second, image) if o.used] == [(1, 9), (14, 19), (24, 33)]
    assert image.markup is Markup.MD_REFERENCE_IMAGE
    assert image.text == "alt"


def test_the_text_of_a_link_around_an_image_is_the_alternative_text() -> None:
    """A badge is called what it says to those who cannot see it, in Markdown and in HTML."""
    badge, target = links("[![Build *status*](b.svg)](https://ci.example)")
    assert (badge.text, target.text) == ("Build status", "Build status")
    target, badge = links('<a href="x"><img src="b.svg" alt="Stars &amp; more"></a>')
    assert (target.text, badge.text) == ("Stars & more", "Stars & more")
    target, _ = links('text <a href="x"><img src="b.svg" alt="Inline"></a>')
    assert target.text == "Inline"


def test_html_in_markdown_says_what_it_is() -> None:
    """Tags, attributes and source sets each have their markup, in the order in which they stand."""
    text = (
        "<A HREF=one>Some <b>text</b></A> <img srcset=\"two 1x, three 2x\" src='four'>\n"
        '<picture><source srcset="five 100w,six 200w"></picture> <video poster=seven src=eight></video>\n'
    )
    assert [(o.markup.value, o.url) for o in links(text)] == [
        ("html-a", "one"), ("html-srcset", "two"), ("html-srcset", "three"), ("html-img", "four"),
        ("html-srcset", "five"), ("html-srcset", "six"), ("html-poster", "seven"), ("html-media", "eight"),
    ]  # fmt: skip
    assert links(text)[0].text == "Some text"


def test_references_in_attributes_are_decoded_once() -> None:
    """``&amp;amp;`` is ``&amp;``, and a query parameter called ``copy`` is no symbol."""
    link = only('<a href="x?a=1&amp;b=2&copy=3&amp;amp;&#38;lt;">x</a>')
    assert link.url == "x?a=1&b=2&copy=3&amp;&lt;"
    assert link.raw == "x?a=1&amp;b=2&copy=3&amp;amp;&#38;lt;"


def test_bare_links_say_what_stands_in_the_text() -> None:
    """``www.`` gets its scheme in the URL only, and an email address its ``mailto:``."""
    site, mail = links("see www.a.example/x_, or mail me@a.example")
    assert (site.url, site.raw, site.markup) == ("http://www.a.example/x", "www.a.example/x", Markup.MD_BARE)
    assert (mail.url, mail.raw) == ("mailto:me@a.example", "me@a.example")


def test_percent_encoding_stays_as_written() -> None:
    """Where cmark would encode a blank and an umlaut, the URL stays what the author wrote."""
    assert only("[x](<https://a.example/ü %20 y>)").url == "https://a.example/ü %20 y"


def test_an_empty_url_is_an_occurrence() -> None:
    """A link to nothing and an image of nothing are seen, with their place."""
    link, image = links('[x]() <img src="">')
    assert (link.url, link.span.col, link.span.end_col) == ("", 5, 5)
    assert (image.url, image.span.col, image.span.end_col) == ("", 17, 17)


def test_what_a_reader_does_not_see_is_no_link() -> None:
    """Comments, code and escaped brackets hold no links, and prose about files makes none."""
    assert not links(
        "<!-- [a](b) https://c.example --> `[d](e)` \\[f](g) README.md setup.py\n\n    [h](i)\n\n```\nwww.j.k\n```\n"
    )


def test_a_comment_that_a_blank_line_cuts_still_hides_what_follows() -> None:
    """The page's comment goes on until HTML ends it; ``-->`` in a paragraph is text and does not."""
    text = "<div><!-- begin\n\n[hidden](a) <a href=b>\n\n# Hidden\n\nend -->\n\n</div> --> <a href=c>\n"
    assert [o.url for o in links(text)] == ["c"]


def test_front_matter_gives_its_urls() -> None:
    """GitHub shows front matter as a table, in which bare URLs are links."""
    assert [o.url for o in links("---\nurl: https://a.example\n---\n\ntext\n")] == ["https://a.example"]


def test_footnotes_are_read() -> None:
    """A footnote's text holds links; its mark is none."""
    assert [o.url for o in links("Text[^1].\n\n[^1]: See [a](b)\n    and https://c.example\n")] == [
        "b",
        "https://c.example",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Text <!-- [a](u) -- removed 2020 --> on.",
        "Text <!-- [a](u) --\nremoved --- 2020 --> on.",
        "<!-- [a](u) -- removed -->",
        "| a <!-- [a](u) -- b --> |\n|---|\n| <!-- -- [a](u) --> |",
        "text <picture>\n<source srcset='x.png'>\n</picture> [a](u)",
        "<textarea>\n\n[a](u)\n\n</textarea>",
        "[^1]: [a](u)",
        "Text[^1].\n\n[^1]: one\n\n[^1]: two [a](u)",
        "Text[^1] `[^2]`.\n\n[^1]: one\n\n[^2]: two [a](u)",
    ],
)
def test_what_github_does_not_show_is_no_link(text: str) -> None:
    """Comments with hyphens in them, HTML blocks that swallow text, footnotes that nothing refers to."""
    assert not [link for link in links(text) if link.url == "u"]


@pytest.mark.parametrize(
    "text",
    [
        "Text <!-- one --> [a](u) <!-- two -->",
        "Text <!-- open [a](u) and on.",
        "Text <!--> [a](u) -->",
        "Text <!-- one ---> [a](u) --> [b](v)\n\n[a](u)",
        "[^1]: [a](u)\n\n# Heading[^1]",
        "| a[^1] |\n|---|\n\n[^1]: [a](u)",
        "Text[^É x].\n\n[^é]: no\n\n[^ü]: [a](u) and [^Ü]",
        "- item[^1]\n\n  [^1]: [a](u)",
        "Text[^1].\n\n[^1]: one\n\n    [a](u)",
    ],
)
def test_what_github_shows_is_a_link(text: str) -> None:
    """Text between comments, after a comment that never ends, and in footnotes that something refers to."""
    assert [link for link in links(text) if link.url == "u"]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ('<div><a href="u"', False),
        ('<div><a href="u"\n\n \n', False),
        ('<div><img src="u" alt="x', False),
        ('<div><a href="u">x', True),
        ('<div><a href="u"\n\ntext', True),
        ('<div><a href="u"\n\n---', True),
        ('- <div><a href="u"', True),
        ('> <div><a href="u"', True),
        ('text[^1]\n\n[^1]: note\n\n<div><a href="u"', True),
    ],
)
def test_a_tag_that_nothing_ends_is_none(text: str, seen: bool) -> None:  # noqa: FBT001 - a parameter
    """At the end of the page an open tag is dropped; else the next tag of the page ends it."""
    assert bool(links(text)) is seen


def test_a_link_in_a_nested_list_knows_what_it_is_part_of() -> None:
    """The first link of the nearest item around its own; none outside of nested lists."""
    text = (
        "- [Rust](#rust) [book](#book)\n  - [Web](#rust-web)\n    - words\n      - [deep](#deep)\n"
        "  - [CLI](#rust-cli)\n"
        '- <a href="#go">Go</a>\n  1. <img src="i.png"> [Web](#go-web)\n- ![i](i.png)\n  - [Web](#no)\n\n[end](#end)\n'
    )
    parents = {link.url: link.parent for link in links(text)}
    assert parents == {
        "#rust": "", "#book": "", "#rust-web": "#rust", "#deep": "#rust-web", "#rust-cli": "#rust", "#go": "",
        "#go-web": "#go", "i.png": "", "#no": "", "#end": "",
    }  # fmt: skip


def test_depth_sixty_loses_nothing() -> None:
    """Sixty levels of lists and sixty of quotes keep their links, without a notice."""
    nested = "".join(f"{'  ' * i}- [a](u{i})\n" for i in range(60)) + "\n\n" + "> " * 60 + "[deep](quote)\n"
    found = extract(nested)
    assert sum(isinstance(item, Occurrence) for item in found) == 61
    assert not [item for item in found if isinstance(item, Notice)]


def test_what_is_too_deep_is_said() -> None:
    """Nesting beyond all reason is not read, which a notice says; what follows is read."""
    *_, link, notice = extract(">" * 5000 + " [a](b)\n\n[c](d)\n")
    assert isinstance(link, Occurrence)
    assert link.url == "d"
    assert isinstance(notice, Notice)
    assert notice.line == 1
    assert "nested too deeply" in notice.message


def test_garbled_text_is_reported_once() -> None:
    """A list that was saved in the wrong encoding is read as it stands, with one notice."""
    text = "ok\n\n" + "- ‚úÖ done ‚Äì [a](b‚úÖ)\n" * 20
    notices = [item for item in extract(text) if isinstance(item, Notice)]
    assert [n.line for n in notices] == [3]
    assert links(text)[0].url == "b‚úÖ"
    assert not [item for item in extract("naïve – “Ça va” … ✅ Ärger\n") if isinstance(item, Notice)]


def test_lost_bytes_are_remarked() -> None:
    """Replacement characters come from bytes that were no UTF-8; the notice names the first line."""
    (notice,) = [item for item in extract("a\n\nb \ufffd c \ufffd") if isinstance(item, Notice)]
    assert (notice.line, "UTF-8" in notice.message) == (3, True)


def test_links_come_while_the_list_is_still_being_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first link comes out before most of the blocks behind it have been looked for."""
    lines: list[int] = []
    is_empty = State.isEmpty

    def spy(state: State, line: int) -> bool:
        lines.append(line)
        return is_empty(state, line)

    monkeypatch.setattr(State, "isEmpty", spy)
    first = next(Markdown().extract("[a](b)\n\n" * 1000, "x"))
    assert isinstance(first, Occurrence)
    assert max(lines) < 200


def places_of(span: Span) -> list[tuple[int, int]]:
    """Return line and offset of both ends."""
    return [(span.line, span.start), (span.end_line, span.end)]


def check_places(text: str) -> None:
    """Assert that every span covers what it claims, and that lines and columns agree with the offsets."""
    starts = [int(text.startswith("\ufeff"))]  # no editor counts it
    for i, char in enumerate(text):
        if char == "\n" or (char == "\r" and text[i + 1 : i + 2] != "\n"):
            starts.append(i + 1)
    for link in links(text):
        for span in filter(None, (link.span, link.used)):
            assert 0 <= span.start <= span.end <= len(text)
            assert starts[span.line - 1] + span.col - 1 == span.start
            assert starts[span.end_line - 1] + span.end_col - 1 == span.end
            wide = [sum(c > "\uffff" for c in text[starts[n - 1] : at]) for n, at in places_of(span)]
            assert [span.wide, span.end_wide] == wide
        assert text[link.span.start : link.span.end] == link.raw
        if not {"\n", "\r", "&", "\\"} & set(link.raw):
            assert link.url in {link.raw, f"http://{link.raw}", f"mailto:{link.raw}"}


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=25).map("".join))
def test_every_span_covers_its_url(text: str) -> None:
    """In any mixture of Markdown, each span slices to the URL as written."""
    check_places(text)
    check_places("\ufeff" + text.replace("\n", "\r\n").replace("x", "x\N{GRINNING FACE}"))


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    """Lone surrogates, NUL, control characters: extraction never raises, and its spans hold."""
    check_places(text)


def test_hostile_shapes_are_read_to_the_end() -> None:
    """Inputs that make careless parsers quadratic are read; the test's own time limit is the claim."""
    for text, found in (
        ("![a](" * 20_000, 0),
        ("[" * 50_000, 0),
        ("[" * 20_000 + "]" * 20_000, 0),
        ("![" * 20_000 + "[a](b)" * 5_000, 5_000),
        ('<a b="' * 20_000, 0),
        ("a <? " * 20_000, 0),
        ("a <!-- " * 20_000, 0),
        ("_www." * 20_000, 1),  # too many labels for cmark-gfm to look for underscores in the last two
        ("_www._ " * 20_000, 1),
        ("x\n|-" + " " * 100_000 + "x", 0),
        ("a <!-- -- -" * 20_000, 0),
        ("x <![CDATA[ ]]" * 20_000, 0),
        ("<!A " * 20_000, 0),
        ("[^" * 20_000 + "]" * 20_000, 0),
        ("[^1]: [a](b) [^1]\n" * 2_000, 1),
        ("".join(f"[^{i}]: [a](b) [^{i}]\n" for i in range(2_000)), 2_000),
        ("[^[" * 10_000 + "![i](p)]" * 10_000, 0),
        ("a@" * 20_000 + "b.c", 1),
        ("mailto:" * 20_000 + "a@b.c", 1),
        ("www.a.example/" + "(" * 50_000 + ")" * 70_000, 1),
        ("a@" * 20_000, 0),
        ('[a](b "\\!' * 10_000, 0),
        ("| a |\n|---|\n" + "|" * 100_000, 0),
        (" ".join("`" * (i % 90) for i in range(5_000)), 0),
        ("x " + "<a href='u'>t " * 10_000, 10_000),
        ("<div>\n# " + "a" + " " * 50_000 + "b", 0),
        ("[t](u) " * 100_000, 100_000),
    ):
        assert len(links(text)) == found, text[:40]
