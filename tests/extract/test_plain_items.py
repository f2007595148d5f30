"""What most lists are made of is read by a short way; it gives what the long way gives, whatever stands around it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from linkwarden.extract import _blocks, _document, _text, markdown
from linkwarden.extract._reader import Reader
from linkwarden.model import Extracted, Occurrence

INDENTS = st.sampled_from(["", "", "", " ", "  ", "   ", "    ", "\t", "> ", ">", "      ", "1. ", "- "])
MARKERS = st.sampled_from(
    ["- ", "- ", "- ", "* ", "+ ", "-", "-  ", "-\t", "1. ", "2) ", "", "", "# ", "[a]: ", "[^1]: "]
)
WORDS = st.sampled_from(
    [
        *("word", "a b c", "**bold**", "*it*", "_x_", "__", "`code`", "``", "```", "~~~", "---", "- - -", "===", "***"),
        *("[x](https://x.example/1)", "[Tool](https://x.example/a_b) - Words here.", "![i](i.png)", "[paper](p.pdf)"),
        *('[x](y "t")', "[x](<y z>)", "[[x](1)](2)", "[x](a(b)c)", "[x]( y )", "[x][a]", "[a]", "[^1]", "[x](", "[]()"),
        *("https://x.example/2", "www.x.example", "me@x.example", "<b>x</b>", "<!-- c -->", "<!--", "-->", "<b:c>"),
        *("\\[x](y)", "[x\\](y)", "&amp;", "[x](a&amp;b)", "$[x](y)$", "{#name}", "(name)=", "|", "| - | - |", "|a|b|"),
        *("[!x](y)", "[ ](y)", "[a  b](y)", "[a\u3000b](y)", "[x](y\u00a0z)", "[x](y\x1fz)", "é [x](y)", "2020"),
        *("<!-- --- -->", "<!----->", "<!---->", "<!--->", "<!-->", "<!--!>", "<!-- linkwarden-ignore -->", "--!>"),
        *("[**a**: b](y)", "[*a* b](y)", "[a**b**c](y)", "[** a**](y)", "[a [b] c](y)", "[**[a]**- b](y)", "[*a**](y)"),
        *("![*i*](j) [x](y)", "[x](a(b)c) w", "[x](a(b(c))d)", "AT&T", "a&commat;b", "&#64;", "[a@b](y)", "[x](a&b;c)"),
        *("![^x](y)", "[^x](y)", "!", "![", "a![b", "http://", "ww", "www.", "[a](b)[c](d)", "[x](y)(z)", "a_b_"),
        *("[![i](j)](k)", "[![a b](https://x.example/i.svg?a=b&c=d)](y)", "[![i](j)", "![![i](j)](k)", "[![i]](k)"),
        *(
            "[[a]](y)",
            "[[a]: b](y)",
            "[[a][a]](y)",
            "[x](y)[[a]](z)",
            "[[^1]](y)",
            "[)[a]](y)",
            "[`]`](y)",
            "[a `b](c) d`",
        ),
        *("`a` [x](y) `[b](c)`", "``a`", "a`b", "`@`", "[![a_b*c*](https://x.example/i)](y)", "[![](https://x)](y)"),
        *(
            "<sub>a [x](y)</sub>",
            "<br>",
            "<br />",
            "<h2>",
            "</h2>",
            "<h2>a [x](y) <b>b</b> c</h2>",
            "<a>",
            "<script>",
            "<B/>",
        ),
        *("1) x", "x]: y", ":", "w", "\u00a0", "[x](y) ![i](j)", "[x](y)w", "[x](y):"),
    ]
)
LINES = st.builds(
    lambda indent, marker, words: indent + marker + " ".join(words),
    INDENTS,
    MARKERS,
    st.lists(WORDS, max_size=3),
)
TEXTS = st.lists(st.one_of(LINES, LINES, st.sampled_from(["", "", " ", ">"])), max_size=14).map("\n".join)


@contextmanager
def long_way() -> Iterator[None]:
    """Read without the short ways."""
    with (
        patch.object(_blocks, "plain_items", lambda *_: False),
        patch.object(_blocks, "emit_line", lambda *_: False),
        patch.object(markdown, "plain_links", lambda *_: None),
        patch.object(_text, "without_stars", lambda *_: None),
        patch.object(_text, "plain_image", lambda *_: None),
        patch.object(Reader, "only_comment", lambda *_: False),
    ):
        _blocks._parser.cache_clear()
        try:
            yield
        finally:
            _blocks._parser.cache_clear()


def read(text: str) -> list[Extracted]:
    """Return all that a document holds."""
    return list(markdown.Markdown().extract(text, "list.md"))


@settings(max_examples=600, deadline=None)
@given(TEXTS, st.sampled_from(["\n", "\n", "\r\n"]))
def test_both_ways_give_the_same(text: str, end: str) -> None:
    """Lists in lists and quotes, continuation lines that are lazy, and whatever else may stand between."""
    text = text.replace("\n", end)
    short = read(text)
    with long_way():
        assert short == read(text)


def test_a_list_is_read_by_the_short_way() -> None:
    """Otherwise the test above would compare the long way with itself."""
    text = "- [a](https://a.example)\n- [b](https://b.example) words\n\n- [c](https://c.example)\n"
    with patch.object(_document.State, "push", side_effect=AssertionError):
        found = [item.url for item in read(text) if isinstance(item, Occurrence)]
    assert found == ["https://a.example", "https://b.example", "https://c.example"]
