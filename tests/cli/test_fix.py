"""``linkwarden fix`` as a user runs it: what it shows, what it writes, and what it leaves alone."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from linkwarden import api
from linkwarden.cli import cli
from linkwarden.cli.guard import run_guarded
from linkwarden.fix import files
from tests.deps import on_fake_internet
from tests.internet import FakeInternet
from tests.repository import Repository

LIST = (
    "# T\n\n- [a](htps://a.example/x)\n- [b](https://moved.example/old/guide)\n- [c](http://gone.example/)\n- [t](#t)\n"
)
FIXED = LIST.replace("htps:", "https:").replace("/old/", "/new/")

Command = Callable[..., int]


def internet_of_the_list(internet: FakeInternet) -> None:
    """One page that is there, one that has moved within its site, and one that is gone."""
    internet.site("a.example").page("/x", "<title>A</title> hello")
    moved = internet.site("moved.example").page("/new/guide", "<title>New</title> hello")
    moved.redirect("/old/guide", "/new/guide")
    internet.site("gone.example").page("/", "no", status=404)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository with one list, in which the commands run."""
    made = Repository(tmp_path / "repo")
    made.commit({"README.md": LIST})
    monkeypatch.chdir(made.folder)
    monkeypatch.setattr(api, "_loop_factory", lambda: None)  # virtual time needs asyncio's own loop
    return made


@pytest.fixture
def fix(repository: Repository) -> Command:
    """Run ``linkwarden fix`` on a fake internet, without memory, and return the exit code."""
    del repository

    def run(*arguments: str) -> int:
        given = ["fix", *arguments, "--no-state", "--no-archive", "--no-progress"]
        return run_guarded(cli, given, on_fake_internet(internet_of_the_list))

    return run


def text(name: str = "README.md") -> str:
    """Return what a file holds."""
    return Path(name).read_text("utf-8")


def test_edits_are_shown_with_their_reasons_and_nothing_is_written(
    fix: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    """Grouped by rule, then as a diff that git takes; the last line says how to make them."""
    assert fix() == 0
    out, err = capsys.readouterr()
    assert "LW101 misspelt-scheme:\n  README.md:3: https://a.example/x: " in out
    assert "\n-- [b](https://moved.example/old/guide)\n" in out
    assert "\n+- [b](https://moved.example/new/guide)\n" in out
    assert err.endswith("2 URLs can be replaced; --write does it.\n")
    assert text() == LIST


def test_written_edits_change_nothing_else_and_nothing_is_left(fix: Command, repository: Repository) -> None:
    """A second run finds nothing; mode bits stay; git shows the two lines."""
    Path("README.md").chmod(0o755)
    assert fix("--write") == 0
    assert text() == FIXED
    assert Path("README.md").stat().st_mode & 0o777 == 0o755
    assert repository.git("diff", "--numstat") == "2\t2\tREADME.md"
    repository.commit()
    assert fix("--write", "--exit-nonzero-on-fix") == 0
    assert text() == FIXED


def test_a_hook_is_told_that_there_is_something_to_fix(fix: Command) -> None:
    """By the exit code 1."""
    assert fix("--exit-nonzero-on-fix") == 1


@pytest.mark.parametrize(("only", "fixed"), [("LW101", "htps"), ("misspelt-scheme", "htps"), ("page", "/old")])
def test_only_some_findings_are_fixed(fix: Command, only: str, fixed: str) -> None:
    """By code, by name, by kind of thing."""
    assert fix("--write", "--only", only) == 0
    assert fixed not in text()
    assert text() != FIXED


def test_a_word_that_is_no_rule_is_refused(fix: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """With what to do."""
    assert fix("--only", "LW999") == 2
    assert "'lw999' is neither a rule nor a kind\n  `linkwarden explain` lists the rules." in capsys.readouterr().err


def test_git_takes_the_patch_file(fix: Command, repository: Repository) -> None:
    """From the top of the repository."""
    assert fix("--patch", "fixes.diff") == 0
    repository.git("apply", "--check", "fixes.diff")
    repository.git("apply", "fixes.diff")
    assert text() == FIXED


def test_a_patch_does_not_replace_the_list(fix: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """Under no name of it."""
    Path("link.md").symlink_to("README.md")
    for name in ("README.md", "./README.md", "link.md"):
        assert fix("README.md", "--patch", name) == 2
        assert "this is a list; the patch would replace it" in capsys.readouterr().err
    assert text() == LIST


def test_what_is_not_committed_is_left_alone(
    fix: Command, repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    """A changed file and one that git does not know; --allow-dirty is the user's word."""
    Path("README.md").write_text(LIST + "\nmore\n", "utf-8")
    assert fix("--write") == 2
    assert "README.md: has changes that are not committed\n  Commit it first" in capsys.readouterr().err
    assert text() == LIST + "\nmore\n"
    Path("other.md").write_text(LIST, "utf-8")
    assert fix("other.md", "--write") == 2
    assert "other.md: is not in git" in capsys.readouterr().err
    assert fix("other.md", "--write", "--allow-dirty") == 0
    assert text("other.md") == FIXED
    repository.git("status")


def test_findings_come_from_a_report_if_the_file_is_still_the_same(
    fix: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the hash of its contents, not by its time."""
    arguments = ["check", "--no-state", "--no-archive", "--no-progress", "-o", "health.json"]
    run_guarded(cli, arguments, on_fake_internet(internet_of_the_list))
    assert fix("--from", "health.json", "README.md") == 2
    Path("README.md").touch()
    assert fix("--from", "health.json", "--write") == 0
    assert text() == FIXED
    capsys.readouterr()
    assert fix("--from", "health.json", "--write") == 2
    assert "README.md: has changed since it was checked" in capsys.readouterr().err


@pytest.mark.parametrize(("basis", "made"), [(None, True), ("same-page", True), ("guess", False), ("new-word", False)])
def test_what_a_report_calls_safe_is_what_its_basis_is(fix: Command, basis: str | None, *, made: bool) -> None:
    """Without one, the report's word counts; a basis that is not safe, or unknown, is not made safe by it."""
    arguments = ["check", "--no-state", "--no-archive", "--no-progress", "-o", "health.json"]
    run_guarded(cli, arguments, on_fake_internet(internet_of_the_list))
    report = json.loads(text("health.json"))
    for link in report["links"]:
        if link["suggestion"]:
            del link["suggestion"]["basis"]
            link["suggestion"] |= {"safe": True, **({} if basis is None else {"basis": basis})}
    Path("health.json").write_text(json.dumps(report), "utf-8")
    assert fix("--from", "health.json", "--write") == 0
    assert text() == (FIXED if made else LIST)


@pytest.mark.parametrize("report", ["", "[]", "{}", '{"inputs": 1, "sha256": {}, "links": []}', "[" * 5000])
def test_what_is_no_report_is_refused(fix: Command, report: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever it is; nothing is written."""
    Path("health.json").write_text(report, "utf-8")
    assert fix("--from", "health.json", "--write") == 2
    assert "no JSON report of linkwarden" in capsys.readouterr().err


def test_a_report_cannot_bring_harm_into_a_list(fix: Command) -> None:
    """A suggestion that is no URL, and a file outside of the repository that a link leads to."""
    arguments = ["check", "--no-state", "--no-archive", "--no-progress", "-o", "health.json"]
    run_guarded(cli, arguments, on_fake_internet(internet_of_the_list))
    report = json.loads(text("health.json"))
    for link, harm in zip(
        [link for link in report["links"] if link["suggestion"]],
        ["https://a.example/)\n\n<script>", "javascript:alert(1)"],
        strict=True,
    ):
        link["suggestion"]["url"] = harm
    Path("health.json").write_text(json.dumps(report), "utf-8")
    assert fix("--from", "health.json", "--write", "--unsafe") == 0
    assert text() == LIST


def test_a_link_out_of_the_repository_is_not_followed(fix: Command, tmp_path: Path) -> None:
    """Whoever wrote the repository might want a file changed that is not theirs."""
    (tmp_path / "secret.md").write_text(LIST, "utf-8")
    Path("link.md").symlink_to(tmp_path / "secret.md")
    fix("link.md", "--write", "--allow-dirty")
    assert (tmp_path / "secret.md").read_text("utf-8") == LIST


def test_a_link_inside_the_repository_stays_one(fix: Command) -> None:
    """The file that it leads to is edited."""
    Path("link.md").symlink_to("README.md")
    assert fix("link.md", "--write") == 0
    assert Path("link.md").is_symlink()
    assert text() == FIXED


def test_bytes_that_are_no_text_stay_as_they_are(fix: Command, repository: Repository) -> None:
    """Latin-1, mixed line ends, a byte-order mark, no line end at the end of the file."""
    before = b"\xef\xbb\xbfcaf\xe9 [a](htps://a.example/x)\r\nand\rmore \xff\xfe\n[b](https://moved.example/old/guide)"
    Path("README.md").write_bytes(before)
    repository.commit()
    assert fix("--write") == 0
    after = before.replace(b"htps:", b"https:").replace(b"/old/", b"/new/")
    assert Path("README.md").read_bytes() == after


def test_a_run_that_dies_while_writing_leaves_the_old_file(fix: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the last moment before the new file takes its place; nothing is left beside it."""

    def die(_handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", die)
    assert fix("--write") == 130
    assert text() == LIST
    assert sorted(path.name for path in Path().iterdir()) == [".git", "README.md"]


def test_a_file_that_changes_meanwhile_is_not_overwritten(
    fix: Command, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Between the check and the edit somebody saved the file."""
    refuse = files.refuse_unsafe

    def and_change(document: files.Document) -> None:
        refuse(document)
        document.path.write_text("new words", "utf-8")

    monkeypatch.setattr("linkwarden.fix.fixes.refuse_unsafe", and_change)
    assert fix("--write") == 2
    assert text() == "new words"
    assert "has changed while linkwarden was at work" in capsys.readouterr().err


def test_color_is_for_terminals(fix: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """Plain in a pipe, colored when asked for."""
    fix()
    assert "\x1b[" not in capsys.readouterr().out
    fix("--color", "always")
    assert "\x1b[32m+- [a](https://a.example/x)" in capsys.readouterr().out


def test_the_patch_of_a_subfolder_is_against_the_top(repository: Repository, fix: Command) -> None:
    """As ``git diff`` writes it."""
    repository.commit({"docs/a.md": LIST})
    fix("docs/a.md", "--patch", "fixes.diff")
    assert text("fixes.diff").startswith("diff --git a/docs/a.md b/docs/a.md\n")
    subprocess.run(["git", "apply", "--check", "fixes.diff"], check=True)  # noqa: S607 - the test's own repository


def test_a_file_is_read_as_the_kind_that_is_given(fix: Command, repository: Repository) -> None:
    """What has a suffix that nobody knows, or the wrong one, is edited as it was checked."""
    repository.commit({"list.draft": LIST, "notes.html": LIST})
    assert fix("list.draft", "notes.html", "--input-kind", "markdown", "--write") == 0
    assert text("list.draft") == text("notes.html") == FIXED


def test_a_file_that_is_called_like_standard_input_is_left_alone(
    fix: Command, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was checked came from elsewhere."""
    Path("<stdin>").write_text(LIST, "utf-8")
    monkeypatch.setattr("linkwarden.cli.check._read", LIST.encode)
    assert fix("-", "--write", "--allow-dirty") == 0
    assert text("<stdin>") == LIST
    assert "<stdin>: not a file of this machine" in capsys.readouterr().err


@pytest.mark.parametrize("from_report", [False, True])
def test_a_place_whose_finding_is_accepted_stays(fix: Command, repository: Repository, *, from_report: bool) -> None:
    """The same URL elsewhere is replaced."""
    before = "[a](htps://a.example/x)\n\n[b](htps://a.example/x) <!-- linkwarden-ignore -->\n"
    repository.commit({"README.md": before})
    arguments = []
    if from_report:
        given = ["check", "--no-state", "--no-archive", "--no-progress", "-o", "health.json"]
        run_guarded(cli, given, on_fake_internet(internet_of_the_list))
        arguments = ["--from", "health.json"]
    assert fix(*arguments, "--write") == 0
    assert text() == before.replace("htps:", "https:", 1)


def test_a_redirect_into_a_private_network_changes_nothing(repository: Repository) -> None:
    """Nobody follows it, and nothing of it gets into the list."""
    before = "[a](https://moved.example/guide)\n"
    repository.commit({"README.md": before})

    def build(internet: FakeInternet) -> None:
        internet.site("moved.example").redirect("/guide", "http://192.168.1.1/guide")

    arguments = ["fix", "--write", "--unsafe", "--no-state", "--no-archive", "--no-progress"]
    assert run_guarded(cli, arguments, on_fake_internet(build)) == 0
    assert text() == before
