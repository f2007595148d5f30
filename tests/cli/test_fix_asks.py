"""``linkwarden fix --interactive`` asks about each edit once, and Ctrl-C loses no answer; ``--remove-dead``."""

from __future__ import annotations

import io
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path

import pytest

from linkwarden import api
from linkwarden.cli import cli
from linkwarden.cli.guard import run_guarded
from tests.deps import on_fake_internet
from tests.internet import FakeInternet
from tests.repository import Repository

LIST = """# T

- [a](htps://a.example/x)
- [b](https://moved.example/old/guide)
- [c](htps://c.example/y), also [again](htps://a.example/x)
- [d](https://moved.example/p/1)
"""
A, B, C, D = (
    ("htps://a", "https://a"),
    ("/old/guide", "/new/guide"),
    ("htps://c", "https://c"),
    ("moved.example/p/1", "moved.example/q/2"),
)

Fix = Callable[..., int]


def fixed(*changes: tuple[str, str]) -> str:
    """Return the list with some changes."""
    text = LIST
    for old, new in changes:
        text = text.replace(old, new)
    return text


def internet_of_the_list(internet: FakeInternet) -> None:
    """Pages that are there, one that has moved within its site, one that is sent on to another one."""
    internet.site("a.example").page("/x", "<title>A</title> hello")
    internet.site("c.example").page("/y", "<title>C</title> hello")
    moved = internet.site("moved.example").page("/new/guide", "<title>New</title> hello")
    moved.page("/q/2", "<title>Q</title> hello").redirect("/p/1", "/q/2").redirect("/old/guide", "/new/guide")
    for host in ("gone.example", "lost.example"):
        internet.site(host).page("/", "no", status=404).page("/x", "no", status=404)


@pytest.fixture
def fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fix:
    """Run ``linkwarden fix`` in a repository with a list, with answers, and return the exit code."""
    made = Repository(tmp_path / "repo")
    made.commit({"README.md": LIST})
    monkeypatch.chdir(made.folder)
    monkeypatch.setattr(api, "_loop_factory", lambda: None)  # virtual time needs asyncio's own loop

    def run(*arguments: str, answers: str = "") -> int:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(answers.encode())))
        given = ["fix", *arguments, "--no-archive", "--no-progress"]
        return run_guarded(cli, given, on_fake_internet(internet_of_the_list))

    return run


def text() -> str:
    """Return what the list holds."""
    return Path("README.md").read_bytes().decode()


def restore() -> None:
    """Put the list back as it was."""
    Path("README.md").write_text(LIST, "utf-8")


@pytest.mark.parametrize(
    ("answers", "changes"),
    [
        ("y\nn\nn\ny\n", (A, D)),
        ("n\ny\ny\nn\n", (B, C)),
        ("a\ny\nn\n", (A, B, C)),
        ("x\ny\nn\n", (B,)),
        ("y\nh\nn\n", (A,)),
        ("y\nq\n", (A,)),
        ("q\n", ()),
        ("what\n?\n\ny\nn\nn\nn\n", (A,)),
    ],
)
def test_what_is_taken_is_made(fix: Fix, answers: str, changes: tuple[tuple[str, str], ...]) -> None:
    """One by one, by rule, by host, to the end or not; one answer is for all places of a URL."""
    assert fix("--interactive", answers=answers) == 0
    assert text() == fixed(*changes)


def test_nobody_is_asked_twice(fix: Fix, capsys: pytest.CaptureFixture[str]) -> None:
    """What was taken is made again, what was refused is not, without a question; ``--ask-again`` forgets."""
    assert fix("--interactive", answers="y\nn\nn\ny\n") == 0
    restore()
    capsys.readouterr()
    assert fix("--interactive") == 0
    out, err = capsys.readouterr()
    assert text() == fixed(A, D)
    assert "[y,n" not in out
    assert "2 edits were refused earlier; --interactive --ask-again asks again." in err
    restore()
    assert fix("--interactive", "--ask-again", answers="n\ny\nn\nn\n") == 0
    assert text() == fixed(B)


def test_what_was_refused_is_not_made_without_asking(fix: Fix, capsys: pytest.CaptureFixture[str]) -> None:
    """``--write`` makes the other safe edits."""
    assert fix("--interactive", answers="n\nq\n") == 0
    capsys.readouterr()
    assert fix("--write") == 0
    assert text() == fixed(B, C)
    assert "1 edit was refused earlier" in capsys.readouterr().err


@pytest.mark.parametrize("answers", ["y\nn\n", "y\nn"])
def test_an_end_of_input_writes_nothing_and_loses_nothing(
    fix: Fix, answers: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The next time the questions go on where they ended."""
    assert fix("--interactive", answers=answers) == 130
    assert text() == LIST
    assert "Nothing was written." in capsys.readouterr().err
    assert fix("--interactive", answers="n\ny\n") == 0
    assert "(1 of 2)" in capsys.readouterr().out
    assert text() == fixed(A, D)


def test_ctrl_c_writes_nothing_and_loses_nothing(fix: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the second question."""
    answers = iter("y")

    def prompt(*_: object, **__: object) -> str:
        for answer in answers:
            return answer
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("click.prompt", prompt)
        assert fix("--interactive") == 130
    assert text() == LIST
    assert fix("--interactive", answers="q\n") == 0
    assert text() == fixed(A)


def test_the_new_url_is_opened_in_a_browser(fix: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the question is asked again."""
    opened: list[str] = []

    def open_(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr(webbrowser, "open", open_)
    assert fix("--interactive", answers="o\ny\nq\n") == 0
    assert opened == ["https://a.example/x"]
    assert text() == fixed(A)


def test_with_a_patch_nothing_is_written(fix: Fix) -> None:
    """The edits that were taken are in the patch."""
    assert fix("--interactive", "--patch", "fixes.diff", answers="y\nq\n") == 0
    assert text() == LIST
    assert "+- [a](https://a.example/x)\n" in Path("fixes.diff").read_text("utf-8")


def test_nobody_is_asked_in_vain(fix: Fix, capsys: pytest.CaptureFixture[str]) -> None:
    """What could not be written is refused before the first question; a patch can always be made."""
    Path("README.md").write_text(LIST + "more\n", "utf-8")
    assert fix("--interactive", answers="y\nq\n") == 2
    out, err = capsys.readouterr()
    assert "has changes that are not committed" in err
    assert "[y,n" not in out
    assert fix("--interactive", "--patch", "fixes.diff", answers="y\nq\n") == 0


def test_without_a_memory_one_is_asked_each_time(fix: Fix) -> None:
    """``--no-state`` keeps nothing."""
    assert fix("--interactive", "--no-state", answers="y\nq\n") == 0
    assert text() == fixed(A)
    assert not Path(".linkwarden").exists()


def test_a_list_from_standard_input_leaves_no_room_for_answers(fix: Fix, capsys: pytest.CaptureFixture[str]) -> None:
    """So it is refused."""
    assert fix("-", "--interactive") == 2
    assert "--interactive reads answers from standard input" in capsys.readouterr().err


def taken_out(fix: Fix, before: str, *arguments: str) -> str:
    """Return what ``--remove-dead`` makes of a list."""
    Path("README.md").write_bytes(before.encode())
    assert fix("--remove-dead", "--write", "--allow-dirty", "--no-state", *arguments) == 0
    return text()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- [a](https://a.example/x)\n- [g](https://gone.example/)\n- z\n", "- [a](https://a.example/x)\n- z\n"),
        ("- [g](https://gone.example/) text\n  goes on\n\n  and on\n- z\n", "- z\n"),
        ("- x\r\n- [g](https://gone.example/)\r\n- z", "- x\r\n- z"),
        ("- x\n- [g](https://gone.example/)", "- x\n"),
        ("* x\n  * [g](https://gone.example/)\n* z\n", "* x\n* z\n"),
        ("* [g](https://gone.example/)\n  * [l](https://lost.example/)\n* z\n", "* z\n"),
        ("- x\n- ![i](https://gone.example/) and [l](https://lost.example/)\n", "- x\n"),
        (
            "| a |\n|---|\n| [a](https://a.example/x) |\n| [g](https://gone.example/) |\n",
            "| a |\n|---|\n| [a](https://a.example/x) |\n",
        ),
    ],
)
def test_an_entry_of_dead_links_is_taken_out_with_its_lines(fix: Fix, before: str, after: str) -> None:
    """Items, nested ones, with continuation lines; rows of tables."""
    assert taken_out(fix, before) == after


@pytest.mark.parametrize(
    "before",
    [
        "- [g](https://gone.example/) by [a](https://a.example/x)\n",
        "- [g](https://gone.example/)\n  - [a](https://a.example/x)\n",
        "A paragraph with [g](https://gone.example/).\n",
        "## [g](https://gone.example/)\n",
        "| [g](https://gone.example/) |\n|---|\n| x |\n",
        '- <a id="here"></a>[g](https://gone.example/)\n\n[to](#here)\n',
        "- [g](https://gone.example/)\nlazy text\n",
        "- [g][r]\n\n  [r]: https://gone.example/\n\n[other][r]\n",
        "- [x](#nowhere)\n- [y](missing.md)\n",
        "- [g](https://gone.example/) <!-- linkwarden-ignore -->\n",
    ],
)
def test_what_is_not_plainly_a_dead_entry_stays(fix: Fix, before: str) -> None:
    """Where anything else would be lost, or the end of the entry is not plain."""
    assert taken_out(fix, before) == before


def test_without_the_option_nothing_is_taken_out(fix: Fix) -> None:
    """Not even with ``--unsafe``."""
    before = "- [g](https://gone.example/)\n"
    Path("README.md").write_text(before, "utf-8")
    assert fix("--unsafe", "--write", "--allow-dirty", "--no-state") == 0
    assert text() == before


def test_an_emptied_list_keeps_its_heading_and_is_reported(fix: Fix, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever keeps the list decides what becomes of the section."""
    before = "# T\n\n## Old\n\n- [g](https://gone.example/)\n- [l](https://lost.example/x)\n\n## New\n\n- [a](htps://a.example/x)\n"
    after = "# T\n\n## Old\n\n\n## New\n\n- [a](https://a.example/x)\n"
    assert taken_out(fix, before) == after
    out, err = capsys.readouterr()
    assert "README.md:3: nothing is left below the heading 'Old'" in out
    assert "1 URL and 2 entries replaced or taken out in 1 file" in err


def test_one_is_asked_about_entries_as_well(fix: Fix) -> None:
    """The one that was refused stays."""
    before = "- [g](https://gone.example/)\n- [l](https://lost.example/x)\n"
    Path("README.md").write_text(before, "utf-8")
    assert fix("--remove-dead", "-i", "--allow-dirty", answers="n\ny\n") == 0
    assert text() == "- [g](https://gone.example/)\n"
