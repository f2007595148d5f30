"""Edits change exactly the URLs that they shall, in any document: proved by reading it again."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkwarden.extract.html import HtmlFile
from linkwarden.extract.markdown import Markdown
from linkwarden.fix import Plan, Wanted, apply, patch, plan
from linkwarden.model import Basis, Extracted, Occurrence

GIT = shutil.which("git") or "git"
OLD, NEW = "https://old.example/a", "https://new.example/b"


def read(text: str) -> list[Extracted]:
    """Read Markdown."""
    return list(Markdown().extract(text, "README.md"))


def urls(text: str) -> list[str]:
    """Return the URLs of a Markdown text."""
    return [item.url for item in read(text) if isinstance(item, Occurrence)]


def to(url: str, basis: Basis = Basis.SAME_PAGE) -> Wanted:
    """Return the wish for a replacement."""
    return Wanted(url, "it moved", basis, "LW303", "moved-permanently")


def planned(text: str, wanted: Mapping[str, Wanted]) -> Plan:
    """Return the plan for a Markdown text."""
    return plan(text, lambda item: wanted.get(item.url), lambda t: Markdown().extract(t, "README.md"))


def fixed(text: str, old: str = OLD, new: str = NEW) -> str:
    """Return a Markdown text with one URL replaced."""
    return apply(text, planned(text, {old: to(new)}).edits)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"[x]({OLD})", f"[x]({NEW})"),
        (f'![x](<{OLD}> "t")', f'![x](<{NEW}> "t")'),
        (f"[a][r] [b][r]\n\n[r]: {OLD}\n", f"[a][r] [b][r]\n\n[r]: {NEW}\n"),
        (f"see {OLD}, or <{OLD}>.", f"see {NEW}, or <{NEW}>."),
        (f"<a href='{OLD}'>x</a> <img src={OLD}>", f"<a href='{NEW}'>x</a> <img src={NEW}>"),
        (f"[x]({OLD}) `{OLD}` [y]({OLD}/c)", f"[x]({NEW}) `{OLD}` [y]({OLD}/c)"),
        (f"| a |\r\n|---|\r\n| [x]({OLD}) |\r\n", f"| a |\r\n|---|\r\n| [x]({NEW}) |\r\n"),
        (f"\ufeff- [x]({OLD})\rnext", f"\ufeff- [x]({NEW})\rnext"),
    ],
)
def test_every_place_of_a_url_is_edited_and_nothing_else(text: str, expected: str) -> None:
    """Links, images, references, bare URLs, HTML; code stays, and so do line ends and byte-order marks."""
    assert fixed(text) == expected
    assert fixed(expected) == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://new.example/a_(b)",
        "https://new.example/a(b",
        "https://new.example/a|b",
        "https://new.example/?a=1&copy=2",
        "https://new.example/?a=1&amp;b=2",
        "https://new.example/a*b_c~d[e]",
        "https://new.example/it's",
        'https://new.example/a"b',
        "https://new.example/a\\b",
        "https://new.example/a<b>c",
        "docs/other (file).md".replace(" ", "%20"),
        "#a-heading",
    ],
)
@pytest.mark.parametrize(
    "text",
    [
        "[x]({})",
        "[x](<{}>)",
        "| a |\n|---|\n| [x]({}) |\n",
        "[x][r]\n\n[r]: {}\n",
        '<a href="{}">x</a>',
        "<a href='{}'>x</a>",
        "<a href={}>x</a>",
    ],
)
def test_a_url_is_written_so_that_it_is_read_as_it_is(text: str, url: str) -> None:
    """Brackets, bars, quotes and ampersands are escaped where the place asks for it, and only there."""
    before = text.replace("{}", OLD)
    after = fixed(before, new=url)
    assert urls(after) == [url]
    assert after.split("\n")[:2] != before.split("\n")[:2] or "\n" in text


@pytest.mark.parametrize(
    "url",
    [
        "https://new.example/a\nb",
        "https://new.example/a b",
        "https://new.example/\x1b[2J",
        "https://new.example/\u202egnp",
        "https://new.example/" + "a" * 65_536,
        "javascript:alert(1)",
        "",
    ],
)
def test_what_is_no_url_is_not_written(url: str) -> None:
    """Line breaks, blanks, control characters, marks that turn text around, other schemes, and what has no end."""
    found = planned(f"[x]({OLD})", {OLD: to(url)})
    assert found.edits == ()
    assert [d.line for d in found.dropped] == [1]


def test_an_edit_that_would_change_something_else_is_dropped() -> None:
    """A bare URL in a heading gives the heading its name, to which another link leads."""
    text = f"# See {OLD}\n\n[x](#see-httpsoldexamplea) [y]({OLD})\n"
    found = planned(text, {OLD: to(NEW)})
    assert [d.reason for d in found.dropped] == [
        "other links, headings or comments of the document would be read otherwise"
    ]
    assert [e.line for e in found.edits] == [3]


def test_html_files_are_edited_too() -> None:
    """By the extractor of HTML."""
    text = f'<p title="{OLD}"><a href="{OLD}">x</a> <img srcset="{OLD} 2x, /b 3x"></p>'
    found = plan(text, lambda item: to(NEW) if item.url == OLD else None, lambda t: HtmlFile().extract(t, "a.html"))
    assert apply(text, found.edits) == f'<p title="{OLD}"><a href="{NEW}">x</a> <img srcset="{NEW} 2x, /b 3x"></p>'


def test_edits_of_another_text_are_refused() -> None:
    """What stands at the place must be what was planned on."""
    edits = planned(f"[x]({OLD})", {OLD: to(NEW)}).edits
    with pytest.raises(ValueError, match="offset 4"):
        apply(f"[x]( {OLD})", edits)


SNIPPETS = st.sampled_from(
    [
        *(
            "- ",
            "# ",
            "> ",
            "\n",
            "\n\n",
            "    ",
            "text ",
            "`code` ",
            "*",
            "_",
            "[",
            "](",
            ")",
            "|",
            "<b>",
            "<!-- x -->",
            "é",
            "\r\n",
        ),
        *(f"[x]({OLD})", f"<{OLD}>", OLD, f" {OLD} ", f"![i]({OLD} 't')", "[r]", "[y][r]", f"\n\n[r]: {OLD}\n"),
        *(
            f'<a href="{OLD}">',
            "</a>",
            f"<img src={OLD}>",
            "| a | b |\n|---|---|\n",
            f"[z]({OLD}/deeper)",
            "[q](#text)",
            "$",
            "\\",
        ),
    ]
)
TARGETS = st.sampled_from(
    [
        NEW,
        "https://new.example/a_(b)",
        "https://new.example/a)b",
        "https://new.example/x|y?a=1&copy;",
        "other.md",
        "#text",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(SNIPPETS, max_size=25).map("".join), TARGETS)
def test_only_the_wanted_urls_change(text: str, url: str) -> None:
    """Whatever the document: read again, it holds the new URL where an edit was made, and all else as before."""
    found = planned(text, {OLD: to(url)})
    after = apply(text, found.edits)
    edited = {e.start for e in found.edits}
    expected = [url if item.span.start in edited else item.url for item in read(text) if isinstance(item, Occurrence)]
    assert urls(after) == expected
    assert apply(text, found.edits[::-1]) == after
    assert planned(after, {OLD: to(url)}).edits == ()


@settings(max_examples=40, deadline=None)
@given(st.lists(SNIPPETS, max_size=25).map("".join), TARGETS, st.booleans())
def test_git_takes_the_patch(tmp_path_factory: pytest.TempPathFactory, text: str, url: str, crlf: bool) -> None:  # noqa: FBT001 - drawn
    """``git apply`` makes of the old file the new one, byte by byte."""
    folder = tmp_path_factory.mktemp("patch")
    old = (text.replace("\r\n", "\n").replace("\n", "\r\n") if crlf else text).encode()
    source = old.decode()
    edits = planned(source, {OLD: to(url)}).edits
    new = apply(source, edits).encode()
    edited = [(len(source[: e.start].encode()), len(source[: e.end].encode()), len(e.new.encode())) for e in edits]
    name = "a list é.md"
    (folder / name).write_bytes(old)
    written = patch(name, old, new, edited)
    if written:
        done = subprocess.run(
            [GIT, "-c", "core.autocrlf=false", "apply", "--whitespace=nowarn", "-"],
            cwd=folder,
            input=written,
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
    assert (folder / name).read_bytes() == new


def test_a_patch_names_odd_files_as_git_does(tmp_path: Path) -> None:
    """Quotes, tabs and bytes that are no UTF-8 stand in C escapes."""
    assert b'"a/x\\ty\\"\\303\\251.md"' in patch('x\ty"é.md', b"a\n", b"b\n", [(0, 1, 1)])
    assert patch("x", b"same", b"same", []) == b""
    assert tmp_path.exists()


LONG_DOCUMENT = st.lists(SNIPPETS, max_size=12).map(
    lambda parts: "\n\n- ".join(("", "".join(parts), f"[last]({OLD}/z)\n"))
)


@settings(max_examples=300, deadline=None)
@given(st.lists(LONG_DOCUMENT, max_size=4).map("\n".join), TARGETS)
def test_a_proof_in_parts_is_a_proof(text: str, url: str) -> None:
    """What is read around the edits of a long document decides as the reading of the whole does."""
    wish = {OLD: to(url)}
    whole = planned(text, wish)
    parts = plan(text, lambda item: wish.get(item.url), lambda t: Markdown().extract(t, "README.md"), in_parts=True)
    assert parts == whole


def test_a_long_document_is_read_once() -> None:
    """And a few lines around each edit once more."""
    text = "# T\n\n" + "".join(f"- [n](https://n.example/{n}) and more words\n" for n in range(2000))
    text += f"- [x]({OLD})\n- [y](https://y.example/)\n" + text.replace("n.example", "m.example")
    read_so_far: list[str] = []

    def reading(given: str) -> Iterator[Extracted]:
        read_so_far.append(given)
        return Markdown().extract(given, "README.md")

    found = plan(text, lambda item: to(NEW) if item.url == OLD else None, reading, in_parts=True)
    assert apply(text, found.edits) == text.replace(OLD, NEW)
    assert sum(map(len, read_so_far)) < 1.01 * len(text)
