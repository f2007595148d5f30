"""A document that is edited is read in parts: what comes out is what reading it as a whole gives, for any edit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkwarden.extract import _again
from linkwarden.extract._again import MarkdownAgain
from linkwarden.extract._reading import Reading, as_reading
from linkwarden.extract.markdown import Markdown

#: What begins, ends and goes on: each may stand beside each.
LINES = (
    "",
    "",
    "# One",
    "## Two `code` *x*",
    "### One",
    "#### a\u200db [ref]",
    "- [a](https://a.example/x) words and more",
    "- [b](https://b.example/y)",
    "- item\n  - [c](c.md)\n    - [d](https://d.example)",
    "- item",
    "* * *",
    "* star [s](s.md)",
    "+ plus <https://p.example>",
    "1. first [f](f.md)",
    "2. second",
    "  - indented [i](i.md)",
    "    - [code](no.md)",
    "text [t](https://t.example) www.bare.example",
    "text that goes on",
    "===",
    "---",
    "> quote [q](q.md)",
    "> - in a quote",
    "```",
    "```sh",
    "~~~",
    "  ```",
    "<div>",
    "</div>",
    "<details><summary>[no](no.md)</summary>",
    "<h2 id=x>",
    "</h2>",
    '<a href="https://h.example">',
    "</a>",
    '<img src="i.png" alt="alt"> <a name=n>',
    "<!--",
    "-->",
    "<!-- linkwarden-ignore LW301 why -->",
    "<!-- linkwarden-ignore-start -->",
    "<!-- linkwarden-ignore-end -->",
    "text <!-- open",
    "<pre>",
    "</pre>",
    "<script>",
    "</script>",
    '<a href="x',
    "[ref]: https://r.example/1",
    "[ref]: https://r.example/2 'title'",
    "[other]:",
    "https://o.example",
    "see [ref] and [text][ref] and ![image][other]",
    "[undefined][nothing here] [text][re f]",
    "- [Ref][]",
    "[^1]: a footnote [n](n.md)",
    "with a note[^1]",
    "| a | b |",
    "|---|---|",
    "| [x](x.md) | $1 |",
    "$$",
    "- $$ [a](b)",
    r"\begin{x} [a](b) \end{x}",
    "costs $5 [m](m.md) and $6",
    "{{ include }}",
    '!!! note "x"',
    "    # Heading {#given}",
    "## Named {#given}",
    "[text](my file.pdf) (text)[https://x.example]",
    "\ufeff# mark",
    "nul\0 \ud800 Ã© Ã© Ã©",
    "line\u2028end\x0c",
    "tab\t- x",
)
FRONTS = ("", "", "", "---\ntags:\n- a\n# comment\n---\n", "---\ntags:\n- a\n", "\ufeff", "\ufeff---\na: b\n---\n")
ENDS = ("\n", "\n", "\n", "\r\n", "\r")


def whole(text: str, path: str = "a.md") -> Reading:
    """Read a document as a whole."""
    return as_reading(text, Markdown().extract(text, path))


def assert_same(again: MarkdownAgain, text: str, path: str = "a.md") -> None:
    """Both readings are equal: links, anchors, remarks and comments, each with its place."""
    found, expected = again.read(text), whole(text, path)
    assert list(found.links()) == list(expected.links())
    assert found.anchors == expected.anchors
    assert found.notices == expected.notices
    assert found.suppressions == expected.suppressions


documents = st.tuples(
    st.sampled_from(FRONTS),
    st.lists(st.sampled_from(LINES), max_size=25),
    st.sampled_from(ENDS),
    st.sampled_from(("", "\n")),
).map(lambda parts: (parts[0] + "\n".join(parts[1]) + parts[3]).replace("\n", parts[2]))
edits = st.lists(
    st.tuples(
        st.floats(0, 1), st.integers(0, 40), st.one_of(st.sampled_from(LINES), st.text("#-*`<>[]()!\n x$|", max_size=6))
    ),
    max_size=4,
)


@pytest.fixture(scope="module", autouse=True)
def cut_everywhere() -> Iterator[None]:
    """Let every heading and every item of a list begin a part, unless a test says otherwise."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_again, "_ITEMS", 1)
        patch.setattr(_again, "_SHORTEST", 1)
        yield


#: What reaches from one part into another; in each, "old" becomes "new".
FAR = (
    "<h2>\n\n# One\n\nold\n",
    "<div> <!--\n\n# One\n\n--> old [a](a.md)\n\n# Two\n\n[b](b.md)\n",
    "<div>\n# One [a](a.md)\n- [b](b.md) old\n\n# Two\n",
    "- $$ x = [a](b)\n- [c](d) + y $$ old\n- [e](f)\n",
    "- $$ x = [a](b)\n\n- [c](d) + y $$ old\n",
    "# One\n\n[x]: https://a.example\n\n# Two\n\n[x]: https://b.example\n\nold\n",
    "# One\n\n[x]: https://old.example\n\n# Two\n\n[x] [y][x] ![z][X]\n\n[x]: https://b.example\n",
    "# See [x]\n\n[x]: https://b.example\n\n# old\n",
    "# See [x]\n\n# old\n\n[xold]: https://b.example\n",
    "# A\n\n[a][old text]\n\n# B\n\n[new text]: https://a.example\n",
    "# A\n\n[a](b)[^1]\n\n# old\n\n[^1]: [c](d)\n\n# B\n",
    '# A\r\n\r\n# B\n\n<a href="x \ny">old</a>\n\n# C\n',
    "# A\n\n<div>\n# B\n[c](https://d.example)\n\n# old\n",
    "old\n\n# A\n\n<div>\n[c](https://d.example)\n\n# C\n",
    "# A\n\n<!-- linkwarden-ignore-start -->\n\n# B\n\nold <!-- linkwarden-ignore-end -->\n",
    "# A\n\n<!-- linkwarden-ignore -->\n\n# old\n\n[a](b)\n",
    "# A\n\n# A\n\n# old\n\n# A\n\n# A-1\n",
    "# a\n\n# a\u200d\n\n# old\n\n# a\n",
    "# A\n\n# old\n\nÃ© Ã©\n\n# B Ã© Ã© \ufffd\n",
    "---\ntags:\n- a\n# b\n---\n\n# old\n",
    "```\n# a\n```\n\n# old\n\n```\n- b\n",
    "- a\n\n  ```\n# b\n- c\n  ```\n# old\n",
    "> a\n- b\n> - c\n# old\n- - -\n",
    "a\n2. b\n1. c\n3. old\n",
    "| a | b |\n- | -\n| [old](c) | d |\n# E\n",
    "[a]:\n# B\n- old\nhttps://c.example\n\n[a]\n",
    "[a](b\n# c\nold)\n\n[a](b\n- c\nd)\n",
    "`a\n# b`\n`[c](d)\n- e` old\n",
    '!!! note "x"\n\n    # A\n\n# old\n\n{{ b }}\n',
)


@pytest.mark.parametrize("text", FAR)
def test_what_reaches_from_one_part_into_another(text: str) -> None:
    """Before an edit, after it, after the words around it are gone, and after all has come back."""
    again = MarkdownAgain(Markdown(), "a.md")
    changed = text.replace("old", "new")
    assert changed != text
    for version in (text, changed, text, "\n" + text, f"# Z\n\n- y\n{changed}", text.replace("old", ""), text):
        assert_same(again, version)
    lines = text.splitlines(keepends=True)
    for at in range(len(lines)):
        assert_same(again, "".join(lines[:at] + lines[at + 1 :]))


@settings(max_examples=400, deadline=None)
@given(documents, edits, st.sampled_from(("a.md", "a.qmd")))
def test_reading_again_is_reading_all(text: str, changes: list[tuple[float, int, str]], path: str) -> None:
    """For documents in which anything stands beside anything, and for edits in the middle of anything."""
    again = MarkdownAgain(Markdown(), path)
    assert_same(again, text, path)
    for place, length, new in changes:
        at = int(place * len(text))
        text = text[:at] + new + text[at + length :]
        assert_same(again, text, path)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_list_is_edited_line_by_line(data: st.DataObject) -> None:
    """Lines come, go and move in a long list with sections, as in an editor; undoing is an edit as well."""
    lines = [f"- [n{n}](https://a.example/{n}) words" if n % 9 else f"\n## Section {n % 27}\n" for n in range(200)]
    lines[50] = "[ref]: https://r.example"
    again = MarkdownAgain(Markdown(), "a.md")
    assert_same(again, "\n".join(lines))
    for _ in range(data.draw(st.integers(1, 6))):
        at, count = data.draw(st.integers(0, len(lines) - 1)), data.draw(st.integers(0, 3))
        lines[at : at + count] = data.draw(st.lists(st.sampled_from(LINES), max_size=3))
        assert_same(again, "\n".join(lines))


def edited(text: str, old: str, new: str, path: str = "a.md") -> float:
    """Return what share of a document is read again when something in it is replaced."""
    again = MarkdownAgain(Markdown(), path)
    again.read(text)
    changed = text.replace(old, new, 1)
    assert changed != text
    assert_same(again, changed, path)
    return again.read_again / len(changed)


SECTIONS = "\n".join(
    f"## Section {s}\n\n" + "\n".join(f"- [{s}.{n}](https://a.example/{s}/{n}) - what it is" for n in range(50))
    for s in range(100)
)
ONE_LIST = "# List\n\n" + "\n".join(f"- [{n}](https://a.example/{n}) - what it is" for n in range(5000))


@pytest.mark.parametrize("text", [SECTIONS, ONE_LIST], ids=["sections", "one list"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("what it is", "what it was"),
        ("- what it is\n", "- what it is\n- [new](htps://new.example)\n"),
        ("https://a.example", "htps://a.example"),
        ("- what it is\n", "- what it is\n\n"),
        ("# ", "# The "),
    ],
)
def test_of_5000_links_only_the_changed_part_is_read(
    text: str, old: str, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Less than one in a hundred characters, also where only some items begin a part."""
    monkeypatch.setattr(_again, "_ITEMS", 8)
    monkeypatch.setattr(_again, "_SHORTEST", 200)
    assert text.count("](") == 5000
    assert edited(text, old, new) < 0.01


def test_what_is_far_away_is_read_again_where_it_has_to_be() -> None:
    """A fence that is opened hides what follows; a definition decides what brackets mean."""
    assert edited(SECTIONS, "- what it is\n", "- what it is\n```\n") > 0.9
    text = SECTIONS.replace("## Section 7\n", "## Section 7\n\n[ref]: https://r.example\n").replace(
        "- [9.9]", "- [ref]\n- [9.9]"
    )
    assert 0 < edited(text, "r.example", "s.example") < 0.02
    assert edited(text, "[ref]: https://r.example\n", "") < 0.02


def test_pages_of_this_repository() -> None:
    """Some lines go, one after the other, and come back."""
    for path in sorted((Path(__file__).parents[2] / "docs" / "facts").glob("*.md")):
        text = path.read_text("utf-8")
        again = MarkdownAgain(Markdown(), "a.md")
        lines = text.splitlines(keepends=True)
        for at in range(0, len(lines), max(1, len(lines) // 7)):
            assert_same(again, "".join(lines[:at] + lines[at + 1 :]))
        assert_same(again, text)
