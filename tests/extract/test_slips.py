"""Text that was meant as a link and is none: a remark says where and what to write; prose costs none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from linkwarden.extract.markdown import Markdown
from linkwarden.model import Notice, Occurrence
from tests.extract.test_markdown_oracle import PARTS, mixtures


def notices(text: str, path: str = "list.md") -> list[tuple[int, str]]:
    """Return line and words of the remarks on a text."""
    return [(n.line, n.message) for n in Markdown().extract(text, path) if isinstance(n, Notice)]


@pytest.mark.parametrize(
    ("text", "cause", "advice"),
    [
        ("![shot](img/my shot.png)", "not an image, because its URL has blanks", "img/my%20shot.png."),
        ("- [Paper](https://a.example/my paper.pdf)", "not a link, because its URL has blanks", "/my%20paper.pdf."),
        ('[Paper](my paper.pdf "A title")', "its URL has blanks", "my%20paper.pdf."),
        ("| [a](docs/my file.md#part) |\n|---|", "its URL has blanks", "docs/my%20file.md#part."),
        ("[a](#my section)", "its URL has blanks", "#my-section."),
        ("[a](./my folder/)", "its URL has blanks", "./my%20folder/."),
        ("[Wiki](http://a.example/A (b).html)", "its URL has blanks", "http://a.example/A%20(b).html."),
        ("[a](https://a.example/x?token=SECRET and more)", "its URL has blanks", "https://a.example/x?…."),
        ("[a](https://a.example/long/\npath.html)", "goes over two lines", "https://a.example/long/%20path.html."),
        ("[a](https://a.example/A_(b)", "the parenthesis before its URL is not closed", ""),
        ('[a](b.md "say "hi" now")', "the quotation marks of its title do not fit", ""),
        ("(text)[https://a.example/x]", "brackets and parentheses are exchanged", "[text](https://a.example/x)."),
        ("see (the guide)[docs/guide.md], please", "exchanged", "[the guide](docs/guide.md)."),
        ("[Two][two]\n\n[tow]: docs/two.md", "nothing in this file defines [two]", "Did you mean [tow]?"),
        ("[Install][installaton]\n\n[installation]: x", "defines [installaton]", "Did you mean [installation]?"),
        ("[Two][two]", "nothing in this file defines [two]", "Add a line with [two]: and the URL."),
        ("[The guide][rust-guide]", "defines [rust-guide]", "Add a line with [rust-guide]:"),
        ("[Rust book][]\n\n[a][b] [a][b]\n\n[b]: c", "defines [Rust book]", "Add a line with [Rust book]:"),
        ("![Build][travis-badge]", "not an image, because nothing in this file defines [travis-badge]", "Add"),
        ("[![Build](b.svg)][ci]", "not a link, because nothing in this file defines [ci]", "Add"),
        ("[Go language][go]", "defines [go]", "Add"),
        ("![test][2]\n\n[1]: x", "nothing in this file defines [2]", "Add"),
        ("See [Docs][] for more.", "defines [Docs]", "Add"),
        ("[link][bad-link]\n\n[good-link]: https://a.example", "defines [bad-link]", "Did you mean [good-link]?"),
        ("![a](../Some Data/List of it in Alaska, Hawaii, and Samoa, 1906 - e/IMG_1.jpg)", "has blanks", "IMG_1.jpg."),
        ("[a](<my file.md)", "has blanks", "Write the URL as my%20file.md."),
        ("[a](http://bar /)", "has blanks", "http://bar%20/."),
        ("[Paper][vaswani]\n\n[x][y] [y]\n\n[y]: z", "defines [vaswani]", "Add"),
    ],
)
def test_what_was_meant_as_a_link(text: str, cause: str, advice: str) -> None:
    """The remark says what readers see, why, and what to write; nothing secret is in it."""
    (line, message), *more = notices(f"# List\n\n{text}\n")
    assert more == []
    assert line == 3 + (text.startswith("|") and 0)
    assert "Readers see the brackets here" in message
    assert cause in message
    assert advice in message
    assert "SECRET" not in message


@pytest.mark.parametrize(
    "text",
    [
        "As [1][2] and [3] say, [TODO] is optional [sic], and a[i][j] is an entry, x[start][end] too.",
        "- [ ] open\n- [x] done\n- [x] [ ] [y]",
        "[sic](see the note) and f[x](a b) and [1](for more of it, see below)",
        "call [options](file name) or [it](e.g. this one)",
        "(see)[1] (a)[b] f(x)[index] (note)[sic] (a)[b.c]",
        "usage: tool [options][file] [--flag][=value]",
        "[Feature][UI] Add a button\n\n[1.0.0] - 2020\n\n[1.0.0]: https://a.example",
        "[Class][pkg.module.Class] [Vec][std::vec::Vec] [see @doe99][chapter]",
        "[Two][two]\n\n{% include links.md %}",
        "[Two][two]\n\n--8<-- 'links.md'",
        "`[Two][two]` `[a](my file.md)` `(a)[https://b.example]`",
        "    [Two][two]\n\n```\n[a](my file.md)\n```\n",
        "<!-- [Two][two] [a](my file.md) -->",
        "$A[two][two]$ and $f[x](a b.md)$",
        "\\[Two][two] [Two\\][two] [Two]\\[two] \\(a)\\[https://b.example]",
        "[a](<my file.md>) [b](my%20file.md) [c](d 'title')",
        "[^1][^2] text [^1] more\n\n[^1]: a\n\n[^2]: b",
        "[Two] [two]: separate",
        "<a href='x'>[Two][x]</a>",
        "type List[int][str] or dict[Key][Value]",
    ],
)
def test_prose_with_brackets(text: str) -> None:
    """Indexes, citations, options, tags, code, comments, formulas: not a word about them."""
    assert notices(f"# List\n\n{text}\n") == []


def test_pandoc_takes_blanks_in_urls() -> None:
    """In Quarto and R Markdown such links work."""
    assert notices("[a](my paper.pdf) ![b](my shot.png)", "paper.qmd") == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("<div align='center'>\n<h1>x</h1>\n[Docs](https://a.example) | [Guide](guide.md)\n</div>", 3),
        ("<p>\n![logo](img/logo.png)\n</p>", 2),
        ("<td>[x](#y)</td>", 1),
        ("<summary>See [x](./y)</summary>", 1),
        ("<div>\n<!-- [no](no.md) -->\n[yes](yes.md)", 3),
    ],
)
def test_markdown_in_html_that_no_blank_line_ends(text: str, line: int) -> None:
    """GitHub shows it as text; the remark names where the HTML begins."""
    ((at, message),) = notices(text)
    assert at == line
    assert "HTML that begins in line 1" in message


def test_markdown_behind_a_comment_that_begins_a_line() -> None:
    """Such a line is HTML up to its end."""
    ((at, message),) = notices("x\n\n<!-- new -->- [a](b.md)\n\n- <!-- new --> c\n")
    assert at == 3
    assert "Put the comment at the end of the line" in message


@pytest.mark.parametrize(
    "text",
    [
        "<div>\n\n[a](b.md)\n\n</div>",
        "<div markdown='1'>\n[a](b.md)\n</div>",
        "<div markdown>\n[a](b.md)\n</div>",
        "<pre>\n[a](b.md)\n</pre>",
        "<div><code>[a](b.md)</code></div>",
        "<div title='[a](b.md)'>x</div>",
        "<!--\n[a](b.md)\n-->",
        "<div>\narray[i](x) and [see](below)\n</div>",
    ],
)
def test_html_without_lost_markdown(text: str) -> None:
    """A blank line, an attribute that MkDocs and kramdown know, code, attributes, comments, prose."""
    assert notices(text) == []


def test_footnotes_that_readers_do_not_see() -> None:
    """One that nothing refers to, and a second one of a name."""
    text = "\ufeffText[^a].\r\n\r\n[^a]: one\r\n\r\n[^A]: two\r\n\r\n[^b]: [three](gone.md)\r\n"
    assert notices(text) == [
        (5, "Readers do not see footnote [^A], because another one before it has the same name."),
        (7, "Readers do not see footnote [^b], because nothing in this file refers to it."),
    ]


def test_a_label_with_two_urls() -> None:
    """Which of the two readers get depends on the program that shows the list."""
    text = "[p]\n\n[P]: https://a.example/\n[q]: https://b.example/\n\n> [p]: https://c.example/\n\n[q]: https://b.example/\n"
    assert [(line, message.partition(" GitHub")[0]) for line, message in notices(text)] == [
        (6, "[p] is defined here with another URL than in line 3.")
    ]


def test_each_label_is_told_once() -> None:
    """The first use is named."""
    assert [line for line, _ in notices("[Two][two]\n\n[Two][TWO]\n\n[Three][three]\n")] == [1, 5]


def test_a_file_full_of_it_does_not_flood_the_report() -> None:
    """Twenty remarks, and one that counts the rest."""
    found = notices("".join(f"[a](my file {n}.md)\n\n" for n in range(50)))
    assert len(found) == 21
    assert found[-1][0] == 41
    assert "30 more" in found[-1][1]


def test_what_makes_two_remarks_the_same() -> None:
    """With --diff a remark counts as new by what it is about, not by its line."""
    items = Markdown().extract("x\n\n[Two][two] [a](my file.md) (b)[c.md]\n", "list.md")
    assert {n.about for n in items if isinstance(n, Notice)} == {
        ("undefined-reference", "two"),
        ("blank-in-url", "my file.md"),
        ("exchanged-brackets", "c.md"),
    }


@settings(max_examples=200, deadline=None)
@given(mixtures(PARTS, ["[Two][two]", "](my file.md)", "(a)[b.md]", "](", "$"] * 8))
def test_remarks_never_cost_a_link(text: str) -> None:
    """Their number is bounded, their lines are in the file, and where a link is found none of them stands."""
    items = list(Markdown().extract(text, "list.md"))
    found = [n for n in items if isinstance(n, Notice)]
    assert len(found) <= 24
    assert all(1 <= n.line <= text.count("\n") + text.count("\r") + 1 for n in found)
    assert all(o.span.start <= o.span.end for o in items if isinstance(o, Occurrence))
