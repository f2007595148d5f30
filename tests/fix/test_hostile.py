"""Whatever is suggested, whenever a run ends: the list is old or new, and holds only what it may."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import linkwarden
from linkwarden.extract.html import HtmlFile
from linkwarden.extract.markdown import Markdown
from linkwarden.fix import Wanted, apply, plan
from linkwarden.model import Basis, Extracted, Occurrence
from linkwarden.tree import write_file
from tests.repository import Repository

OLD = "https://old.example/a"
READERS = {"a.md": Markdown(), "a.html": HtmlFile()}

HOSTILE = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=30).map(lambda tail: f"https://new.example/{tail}"),
    st.lists(
        st.sampled_from(
            [
                "](",
                ")",
                "[",
                "`",
                "``",
                "<!--",
                "-->",
                "<script>",
                "</a>",
                "<h1>",
                '"',
                "'",
                "&quot;",
                "&",
                "$",
                "\\",
                "|",
                "*",
                "_",
                "~",
                "#x",
                "\n",
                "\r",
                "\t",
                "\x00",
                "\x1b[31m",
                "\u202e",
                "\u2028",
                " ",
                "<",
                ">",
                "{#id}",
                "%",
            ]
        ),
        max_size=5,
    ).map(lambda parts: "https://new.example/" + "x".join(parts)),
    st.sampled_from(
        ["", "javascript:alert(1)", "data:text/html,x", "//evil.example", "https://new.example/" + "a" * 65_536]
    ),
)
MARKDOWN = st.lists(
    st.sampled_from(
        [
            f"[x]({OLD})",
            f"<{OLD}>",
            f" {OLD} ",
            f"![i]({OLD})",
            "[r]",
            f"\n\n[r]: {OLD}\n\n",
            f'<a href="{OLD}">y</a>',
            "- ",
            "# ",
            "\n",
            "\n\n",
            "| a |\n|---|\n| ",
            " |",
            "text",
            "`code`",
            "[z](#text)",
            "<b>",
            "*",
            "[q](https://q.example/)",
        ]
    ),
    max_size=12,
).map("".join)
HTML = st.lists(
    st.sampled_from(
        [
            f'<a href="{OLD}">x</a>',
            f"<a href='{OLD}'>x</a>",
            f"<a href={OLD}>x</a>",
            f'<img src="{OLD}" alt="i">',
            f'<img srcset="{OLD} 2x, /b 3x">',
            f'<p title="{OLD}">',
            OLD,
            "<!-- c -->",
            "<h2 id=t>T</h2>",
            "text",
            "\n",
            '<a href="#t">t</a>',
            "<script>var x = 1;</script>",
            "</p>",
            '<a href="/q">q</a>',
        ]
    ),
    max_size=12,
).map("".join)


def shapes(name: str, text: str) -> list[tuple[object, ...]]:
    """Return what a document holds, without where it stands."""
    return [
        (item.url,) if isinstance(item, Occurrence) else (type(item).__name__, getattr(item, "name", ""))
        for item in READERS[name].extract(text, name)
    ]


@example(("a.md", f"[x]({OLD})<{OLD}>"), "https://new.example/)x`")  # the first, written plainly, swallows the second
@settings(max_examples=400, deadline=None)
@given(st.one_of(st.tuples(st.just("a.md"), MARKDOWN), st.tuples(st.just("a.html"), HTML)), HOSTILE)
def test_a_suggestion_can_only_become_that_url(document: tuple[str, str], url: str) -> None:
    """Read again, the document holds the suggestion where the URL was, or the URL itself, and all else as before."""
    name, text = document

    def read(given_text: str) -> list[Extracted]:
        return list(READERS[name].extract(given_text, name))

    wanted = Wanted(url, "why", Basis.SAME_PAGE, "LW303", "moved-permanently")
    found = plan(text, lambda item: wanted if item.url == OLD else None, lambda t: iter(read(t)))
    after = apply(text, found.edits)
    edited = {edit.start for edit in found.edits}
    expected = [
        (url,) if isinstance(item, Occurrence) and item.span.start in edited else shape
        for item, shape in zip(read(text), shapes(name, text), strict=True)
    ]
    assert shapes(name, after) == expected
    assert apply(text, found.edits[::-1]) == after
    assert plan(after, lambda item: wanted if item.url == OLD else None, lambda t: iter(read(t))).edits == ()
    for edit in found.edits:
        assert not set(edit.new) & set("\n\r\x00\x1b\u202e\u2028")
        assert len(edit.new) < 20_000


@pytest.mark.parametrize(
    ("url", "made"),
    [
        ("http://10.0.0.1/a", False),
        ("http://192.168.1.1/a", False),
        ("http://[::1]/a", False),
        ("http://localhost:8080/a", False),
        ("https://printer.local/a", False),
        ("http://169.254.169.254/latest/meta-data", False),
        ("https://1.1.1.1/a", True),
        ("docs/local.md", True),
    ],
)
def test_nothing_is_led_into_a_private_network(url: str, *, made: bool) -> None:
    """Whatever a redirect or a report says."""
    wanted = Wanted(url, "why", Basis.SAME_PAGE, "LW303", "moved-permanently")
    found = plan(f"[x]({OLD})", lambda _: wanted, lambda t: Markdown().extract(t, "a.md"))
    assert bool(found.edits) is made
    assert bool(found.dropped) is not made


def test_a_private_place_may_be_spelt_right() -> None:
    """Of a list for people who are in that network."""
    wanted = Wanted("http://localhost:8080/a", "why", Basis.SPELLING, "LW101", "misspelt-scheme")
    text = "[x](htp://localhost:8080/a)"
    assert apply(text, plan(text, lambda _: wanted, lambda t: Markdown().extract(t, "a.md")).edits) == (
        "[x](http://localhost:8080/a)"
    )


def test_of_two_runs_at_once_the_second_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its edits were of another text."""
    made = Repository(tmp_path / "repo")
    made.commit({"README.md": "[a](htps://a.example/) [b](https:/b.example/)\n"})
    monkeypatch.chdir(made.folder)
    one = linkwarden.fix("README.md", offline=True, only="misspelt-scheme")
    other = linkwarden.fix("README.md", offline=True, only="misspelt-scheme")
    assert one.write() == ("README.md",)
    text = Path("README.md").read_bytes()
    with pytest.raises(linkwarden.UsageError, match="has changed while linkwarden was at work"):
        other.write()
    assert Path("README.md").read_bytes() == text


_WRITER = """
import sys
from pathlib import Path
from linkwarden.tree import write_file
while True:
    for letter in b"ab":
        sys.stdout.write(".")
        sys.stdout.flush()
        write_file(Path("list.md"), bytes([letter]) * 2_000_000)
"""


@pytest.mark.parametrize("writes", range(1, 9))
def test_a_process_that_is_killed_leaves_the_old_or_the_new(tmp_path: Path, writes: int) -> None:
    """At any instant: each byte of the file is of one version."""
    (tmp_path / "list.md").write_bytes(b"b" * 2_000_000)
    with subprocess.Popen([sys.executable, "-c", _WRITER], cwd=tmp_path, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read(writes)  # the next one has begun
        process.kill()
    data = (tmp_path / "list.md").read_bytes()
    assert data in (b"a" * 2_000_000, b"b" * 2_000_000)


@pytest.mark.parametrize("call", ["fsync", "replace", "chmod"])
def test_a_failure_at_any_step_leaves_the_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """And nothing beside it."""
    path = tmp_path / "list.md"
    path.write_bytes(b"old")

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os if call == "fsync" else Path, call, fail)
    with pytest.raises(OSError, match="No space"):
        write_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["list.md"]


def test_a_file_keeps_its_mode_and_a_new_one_gets_the_usual(tmp_path: Path) -> None:
    """As the process gives it to new files."""
    kept, made = tmp_path / "kept", tmp_path / "made"
    kept.write_bytes(b"old")
    kept.chmod(0o640)
    before = os.umask(0o027)
    try:
        write_file(kept, b"new")
        write_file(made, b"new")
    finally:
        os.umask(before)
    assert [path.stat().st_mode & 0o777 for path in (kept, made)] == [0o640, 0o640]
    assert kept.read_bytes() == made.read_bytes() == b"new"
