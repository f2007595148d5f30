"""Options and configuration files that users get wrong: each has a plain answer with its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from linkwarden.cli import cli
from linkwarden.cli.guard import run_guarded
from tests.cli.offline import check, write


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--timeout", "0"), "--timeout: 0 leaves no time"),
        (("--max-time", "0s"), "--max-time: 0s leaves no time"),
        (("--max-time", "999999999w"), "longer than the calendar"),
        (("--fail-on", ""), "--fail-on: nothing is named"),
        (("--kind", ","), "--kind: nothing is named"),
        (("--exclude", ""), "--exclude: an empty pattern matches every URL"),
        (("--now", "0001-01-01T00:00:00+14:00"), "is not an instant"),
        (("--proxy", "proxy:3128"), "is not the URL of an HTTP proxy"),
        (("--contact", "me@example.org\r\nX-Evil: 1"), "cannot be sent"),
        (("--no-report", "-o", "x.md"), "--output and --no-report contradict each other"),
        (("-o", "report"), "the suffix chooses the format"),
        (("-o", "folder"), "Name a file in it, such as folder/health.md."),
        (("-o", "README.md/x.md"), "README.md is not a directory"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_values_that_make_no_sense_are_refused(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty variable in a script, a zero, a line end in a header: exit code 2 and a sentence."""
    write("[a](#a)")
    Path("folder").mkdir()

    assert check(*arguments) == 2

    out, err = capsys.readouterr()
    assert said in err
    assert out == ""


@pytest.mark.parametrize("word", ["README.md", "chekc"])
def test_a_slip_in_the_command_is_answered_with_what_was_meant(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A list in the place of the command is the commonest slip."""
    assert run_guarded(cli, [word]) == 2
    meant = {"README.md": "linkwarden check README.md", "chekc": "linkwarden check"}[word]
    assert f"Did you mean `{meant}`?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        ("--offline", "linkwarden check --offline"),
        ("--offlin", "linkwarden check --offline"),
        ("--format json", "linkwarden check --format"),
        ("--unsafe", "linkwarden fix --unsafe"),
        ("--offline extract README.md", "linkwarden extract --offline"),
        ("--github-token ghp_secret", "linkwarden check --github-token"),
        ("--12345678", "linkwarden check --help"),
    ],
)
def test_an_option_before_any_command_is_answered_with_what_to_type(
    arguments: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names the command that has the option, and repeats no value."""
    assert run_guarded(cli, arguments.split()) == 2
    err = capsys.readouterr().err
    assert f"`{meant}`" in err
    assert "ghp_secret" not in err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tool.linkwarden]\nexclude = []", "linkwarden.toml:1:1: unknown key 'tool'"),
        ("[linkwarden]\nexclude = []", "the keys stand at the top"),
        ("offline = true", "an option of the command line only: --offline"),
        ("concurrency = 0", "linkwarden.toml:1:1: concurrency: 0 is not from 1 to 1024"),
        ('per-host = "4"', "per-host: must be a whole number, and this is a text in quotes"),
        ("fail-on = [3]", "fail-on: each part must be a text in quotes, and this is a whole number"),
        ("timeout = 0", "linkwarden.toml:1:1: timeout: 0 leaves no time"),
        ('inputs = ["../other.md"]', "'../other.md' is outside of"),
        ('inputs = ["/etc/hosts"]', "'/etc/hosts' is outside of"),
        ('inputs = ["escape.md"]', "'escape.md' is outside of"),
        ('exclude = [""]', "an empty pattern matches every URL"),
        (b"\xff\xfe", "linkwarden.toml: cannot be read: it is not UTF-8 text"),
    ],
)
def test_mistakes_in_the_configuration(text: str | bytes, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each names the file, the place and the key in words that need no knowledge of TOML libraries."""
    write("[a](#a)")
    Path("escape.md").symlink_to("/etc/hosts")
    write(text, "linkwarden.toml")

    assert check("--no-report") == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_all_mistakes_of_a_configuration_are_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Each with its place and what to do, so that nobody runs the command once for each."""
    write("[a](#a)")
    write(
        """offlin = true
per-hots = 3
concurrency = 0
timeout = "soon"
github-token = "ghp_1"
[[ignore]]
ulr = "x"
[[ignore]]
url = 'x'
code = 'page-not-found'
[[host]]
name = "docs.example.org"
per-host = "x"
""",
        "linkwarden.toml",
    )

    assert check("--no-report") == 2

    err = capsys.readouterr().err
    assert [err.count(f"linkwarden.toml:{line}:1: ") for line in range(1, 14)] == [1] * 5 + [0, 1, 0, 0, 1, 0, 0, 1]
    for advice in ("--offline", "Did you mean 'per-host'?", "Did you mean 'url'?", "Did you mean not-found?"):
        assert advice in err
    assert err.count("Error: ") == 8


def test_a_flood_of_mistakes_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """A file of a pull request cannot fill the log."""
    write("[a](#a)")
    write("".join(f"wrong{number} = 1\n" for number in range(1000)), "linkwarden.toml")

    assert check("--no-report") == 2

    err = capsys.readouterr().err
    assert err.count("Error: ") == 21
    assert "Error: 980 more mistakes\n" in err


def test_a_table_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    """``tool`` may be anything in a broken pyproject.toml."""
    write("[a](#a)")
    write("tool = 3\n# [tool.linkwarden]", "pyproject.toml")

    assert check("--no-report") == 2
    assert "[tool.linkwarden] is not a table" in capsys.readouterr().err


def test_a_configuration_with_a_byte_order_mark_is_read() -> None:
    """Notepad writes one."""
    write("[a](#a)")
    write(b"\xef\xbb\xbfexit-zero = true\r\n", "linkwarden.toml")

    assert check("--no-report") == 0


def test_inputs_of_a_configuration_are_relative_to_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From a folder below, the repository's configuration means the same files."""
    Path(".git").mkdir()
    write("[a](#a)", "docs/a.md")
    write('inputs = ["docs/a.md"]', "linkwarden.toml")
    Path("docs/deep").mkdir()
    monkeypatch.chdir("docs/deep")

    assert check("--no-report") == 1
    assert "../a.md:1:5" in capsys.readouterr().out


def test_outside_of_a_repository_only_this_directory_configures(monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody left in /tmp or a home directory changes nothing."""
    write("exit-zero = true", "linkwarden.toml")
    write("[a](#a)", "below/README.md")
    monkeypatch.chdir("below")

    assert check("--no-report") == 1


def test_a_list_of_another_repository_brings_its_own_configuration_and_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What its maintainer accepts is accepted wherever linkwarden is started; so is what its memory holds."""
    here, there = tmp_path / "here", tmp_path / "over there"
    for root in (here, there):
        (root / ".git").mkdir(parents=True)
    write("[[ignore]]\nurl = 'yours'\n", str(there / "linkwarden.toml"))
    write("[[ignore]]\nurl = 'mine'\n", str(here / "linkwarden.toml"))
    write("[a](mine.md) [b](yours.md)", str(there / "docs/a.md"))
    write("[a](mine.md) [b](yours.md)", str(here / "docs/a.md"))
    monkeypatch.chdir(here)

    for path, broken in (
        ("../over there/docs/a.md", "mine.md"),
        (str(there / "docs"), "mine.md"),
        ("docs/a.md", "yours.md"),
        (str(here / "docs/a.md"), "yours.md"),
    ):
        assert check("--no-report", "--format", "json", path) == 1
        links = json.loads(capsys.readouterr().out)["links"]
        assert [link["url"] for link in links if link["verdict"] == "broken"] == [broken], path
    assert (there / ".linkwarden/state.sqlite3").exists()
    assert (here / ".linkwarden/state.sqlite3").exists()


def test_a_list_outside_of_any_repository_is_under_the_rules_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless a configuration lies beside it."""
    here, loose = tmp_path / "here", tmp_path / "loose"
    (here / ".git").mkdir(parents=True)
    write("exit-zero = true", str(here / "linkwarden.toml"))
    write("[a](#a)", str(loose / "a.md"))
    monkeypatch.chdir(here)

    assert check("--no-report", "--no-state", "../loose/a.md") == 0
    write("exit-zero = false", str(loose / "linkwarden.toml"))
    assert check("--no-report", "--no-state", "../loose/a.md") == 1
