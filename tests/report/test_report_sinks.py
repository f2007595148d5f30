"""Foreign text becomes harmless in every sink, and stays readable."""

from __future__ import annotations

import re
from html import unescape

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.sinks import (
    as_utf8,
    hyperlink,
    json_text,
    link_target,
    mask_text,
    md_code,
    md_link,
    md_page,
    md_text,
    one_line,
    shorten,
    shown_address,
    visible,
)
from tests.report.harm import cmark
from tests.report.runner import commands
from tests.report.strategies import WHOLE_RUNS, hostile, urls


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, ünïcode, 漢字 and 🎉", "plain text, ünïcode, 漢字 and 🎉"),
        ("\x1b]0;pwn\x07", r"\u{1b}]0;pwn\u{7}"),
        ("\x9b2J", r"\u{9b}2J"),
        ("a\u202eb\u200bc", r"a\u{202e}b\u{200b}c"),
        ("\ud800", r"\u{d800}"),
        ("\udcff\udc80.md", r"\xff\x80.md"),
        ("tag \U000e0041", r"tag \u{e0041}"),
        ("##[add-mask]e", r"\u{23}#[add-mask]e"),
        ("###[x]", r"#\u{23}#[x]"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    """What controls a terminal or a log is written out; what people read is left alone."""
    assert visible(text) == shown


@given(hostile)
def test_json_is_strict(text: str) -> None:
    """It is ASCII without half a surrogate pair, which strict readers refuse; all else comes back as it was."""
    written = json_text([text])

    read = msgspec.json.decode(written.encode("ascii"), type=list[str])
    assert read == [as_utf8(text)]
    assert json_text(["\udcff.md", "\ud800", "🎉"]) == r'["\\xff.md", "\ufffd", "\ud83c\udf89"]'


@given(hostile)
def test_visible_text_is_safe_to_print(text: str) -> None:
    """It can be encoded, holds no control character, and a runner finds no command in the middle of a line."""
    shown = visible(text)

    assert shown.encode().decode() == shown
    assert not re.search("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e]", shown)
    assert commands("> " + shown) == []


def test_one_line_joins_lines() -> None:
    """A link text over two lines is one line in a report."""
    assert one_line(" a\n  b\tc ") == "a b c"


def test_mask_text_leaves_the_sentence() -> None:
    """Only the secret goes; the words after the address stay."""
    assert mask_text("at https://a.example/?token=abc and on") == "at https://a.example/?token=*** and on"


@given(st.text(max_size=40), st.integers(4, 30))
def test_shorten_keeps_both_ends(text: str, limit: int) -> None:
    """Never longer than asked for; short texts stay; both ends of long ones are there."""
    short = shorten(text, limit)

    assert len(short) <= limit
    assert short == text or (short[0] == text[0] and short[-1] == text[-1] and "…" in short)


def test_shown_address_is_never_nothing() -> None:
    """An empty src is said in words."""
    assert shown_address("", 99) == "(empty URL)"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("The server answered 404.", "The server answered 404."),
        ("Ask @torvalds about #12.", "Ask `@torvalds` about `#12`."),
        ("See https://a.example/x, please", "See `https://a.example/x`, please"),
        ('The page is titled "<img src=x>".', 'The page is titled "`<img src=x>`".'),
        ("Set `GITHUB_TOKEN` or `--github-token X`.", "Set `GITHUB_TOKEN` or `--github-token X`."),
        ("1. not a list", "`1`. not a list"),
        ("line 1743. next", "line 1743. next"),
        ("commit a5c3785ed8d6a35868bc169f07e40e889087fd2e", "commit `a5c3785ed8d6a35868bc169f07e40e889087fd2e`"),
        ("see GH-12 and www.a.example", "see `GH-12` and `www.a.example`"),
        ("also GH-12- and (x/GH-7) or a5c3785,e40e889", "also `GH-12-` and (`x/GH-7`) or `a5c3785,e40e889`"),
        ("at 10:35:24 UTC (or 9:05), R & D", "at 10:35:24 UTC (or 9:05), R & D"),
        ("a :100: and &amp; &", "a `:100`: and `&amp`; &"),
        ("snake_case and *stars*", "`snake_case` and `*stars*`"),
    ],
)
def test_md_text(text: str, written: str) -> None:
    """Words that GitHub would act on become code; the others read as they did."""
    assert md_text(text) == written


def test_md_text_in_a_table() -> None:
    """A pipe is escaped there and only there."""
    assert (md_text("a | b", table=True), md_text("a | b")) == ("a `\\|` b", "a `|` b")


@pytest.mark.parametrize(
    ("text", "span"),
    [("a", "`a`"), ("a`b", "``a`b``"), ("`", "`` ` ``"), ("``a", "``` ``a ```"), (" ", "`   `"), ("x\\", "`x\\`")],
)
def test_md_code(text: str, span: str) -> None:
    """The fence is longer than any run of backticks inside."""
    assert md_code(text) == span


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//a.example/",
        "/local",
        "#anchor",
        "https://",
        "https://[bad/",
        "https://a.example/\u202ex",
        "https://a.example/?sig=abc",
        "https://user:pw@a.example/",
        "https://a.example/" + "x" * 3000,
    ],
)
def test_no_link_to(url: str) -> None:
    """Only open http(s) addresses become links; what is masked, hidden or local does not."""
    assert link_target(url) is None
    assert md_link(url, "open") == ""


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://github.com/o/r/issues/1", "https://redirect.github.com/o/r/issues/1"),
        ("http://www.GitHub.com", "https://redirect.github.com"),
        ("https://github.com.example/", "https://github.com.example/"),
        ("https://gist.github.com/x", "https://gist.github.com/x"),
    ],
)
def test_github_links_leave_no_trace(url: str, target: str) -> None:
    """Links to GitHub go by redirect.github.com, others go straight."""
    assert link_target(url) == target


def test_md_link_escapes() -> None:
    """Whatever could end a link destination is percent-encoded; an entity look-alike stays as it is."""
    assert md_link("https://a.example/<a b>|`?x=1&copy;", "open") == (
        "[open](<https://a.example/%3Ca%20b%3E%7C%60?x=1&amp;copy;>)"
    )


def test_md_link_is_no_log_command() -> None:
    """A runner that prints the report finds no command in an address."""
    assert md_link("https://a.example/##[add-mask]e", "open") == "[open](<https://a.example/##%5Badd-mask]e>)"


@given(hostile)
@WHOLE_RUNS
def test_prose_renders_as_one_paragraph_of_text_and_code(text: str) -> None:
    """At the start of a line, where it could do most, foreign prose makes nothing but text and code."""
    html = cmark(md_text(text))

    assert set(re.findall(r"<(/?[a-z0-9]+)", html)) <= {"p", "/p", "code", "/code"}
    outside = re.sub(r"<code>.*?</code>", "", html)
    assert not re.search(r"[@#*$]|://|www\.", outside)


@given(hostile | urls)
@WHOLE_RUNS
def test_a_code_span_stays_in_its_cell(text: str) -> None:
    """A code span in a table cell leaves the next cell where it is, and holds all of its text."""
    html = cmark(f"| a | b |\n|---|---|\n| x{md_code(text, table=True)}y | end |\n")

    cells = re.findall(r"<td>(.*?)</td>", html, re.DOTALL)
    assert len(cells) == 2
    span = re.fullmatch(r"x<code>(.*)</code>y", cells[0])
    assert span is not None
    assert unescape(span[1]).strip() == visible(text).strip()
    assert cells[1] == "end"


@given(urls)
@WHOLE_RUNS
def test_a_link_is_one_link(url: str) -> None:
    """A link is one <a> with our label and an http(s) address, or nothing at all."""
    link = md_link(url, "open")
    html = cmark(f"see {link} here")

    assert html.count("<a ") == (1 if link else 0)
    assert not link or re.fullmatch(r'<p>see <a href="https?://[^"]*">open</a> here</p>\n', html, re.IGNORECASE)


@given(st.text(), st.sampled_from(("https://a.example/", "http://b.example/?q=", "")))
def test_a_terminal_link_is_one_link_and_its_words(text: str, before: str) -> None:
    """Whatever stands in the URL: one sequence of printing ASCII around the words, or the words alone."""
    written = hyperlink(before + text, "words")

    assert written == "words" or re.fullmatch(r"\x1b]8;;https?://[!-~]+\x1b\\words\x1b]8;;\x1b\\", written)


@pytest.mark.parametrize(
    "url", ["", "mailto:a@b.example", "https://a.example/?token=s3cret-s3cret", "https://a.example/\x1b"]
)
def test_no_terminal_link_to(url: str) -> None:
    """What is no page, holds a secret or hides something."""
    assert hyperlink(url, "words") == "words"


def test_links_to_pages_of_lines() -> None:
    """They go there directly, and nothing in a file's name ends the link or its words."""
    page = "https://github.com/me/list/blob/abc/a%20%3E.md?plain=1#L4"

    assert md_page(page, "a`b.md:4") == f"[``a`b.md:4``](<{page}>)"
    assert md_page("", "a.md:4") == "`a.md:4`"
    assert md_page("https://h.example/a>b&c#L1", "a:1") == "[`a:1`](<https://h.example/a%3Eb&amp;c#L1>)"
    assert hyperlink(page, "a.md:4") == f"\x1b]8;;{page}\x1b\\a.md:4\x1b]8;;\x1b\\"
