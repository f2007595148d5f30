"""README and changelog tell the truth: example, configuration, library call, links."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import linkwarden
from linkwarden.cli import cli
from linkwarden.cli.guard import run_guarded
from linkwarden.config import load_file
from linkwarden.model import Verdict
from linkwarden.rules import all_rules
from tools.docs import EXAMPLE_LIST, OPTIONS_PAGE, options_page, with_kinds, with_services

REPOSITORY = Path(__file__).parents[2]
README = (REPOSITORY / "README.md").read_text("utf-8")


def block(name: str) -> str:
    """Return the text of the fenced block that a comment in the README announces."""
    match = re.search(rf"<!-- {name}: .*?-->\n```\w+\n(.*?)```", README, re.DOTALL)
    assert match is not None, name
    return match[1]


def test_the_page_of_options_is_made_from_the_table() -> None:
    """Nobody writes a second list by hand."""
    assert (REPOSITORY / OPTIONS_PAGE).read_text("utf-8") == options_page(), "run `make docs`"


def test_the_kinds_of_files_are_those_that_are_read() -> None:
    """The README's table is made from the code."""
    assert with_kinds(README) == README, "run `make docs`"
    assert "| reStructuredText (`rst`) | `.rst`" in README


def test_the_services_are_those_that_are_asked() -> None:
    """The README's table is made from the providers."""
    assert with_services(README) == README, "run `make docs`"
    assert "crates.io, RubyGems, Packagist" in README


def test_the_example_in_the_readme_is_what_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The example's output is what the command prints for the example's list (durations aside)."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "README.md").write_text(EXAMPLE_LIST, "utf-8")

    code = run_guarded(cli, ["check", "--offline", "--no-report", "--now", "2026-11-22T03:00:00Z"])

    printed = re.sub(r"in \d+\.\d s", "in 0.1 s", capsys.readouterr().out)
    assert code == 1
    assert block("example") == f"$ linkwarden check README.md --offline\n{printed}", "run `make docs`"


def test_the_configuration_in_the_readme_is_valid(tmp_path: Path) -> None:
    """Every key of the example is one that linkwarden knows."""
    path = tmp_path / "linkwarden.toml"
    path.write_text(block("config"), "utf-8")

    said = {"inputs", "exclude", "fail_on", "expiring_within", "timeout", "max_time", "contact", "ignores"}
    assert set(load_file(path)) == said


def test_the_library_call_in_the_readme_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The Python example runs as it stands."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "README.md").write_text("[x](#nowhere)", "utf-8")

    exec(compile(block("python"), "README.md", "exec"), {})  # noqa: S102 - our own README

    assert capsys.readouterr().out.startswith("README.md:1:5 broken ")


def test_the_readmes_own_links_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is broken in our own documentation, as far as that can be told offline."""
    monkeypatch.chdir(REPOSITORY)

    run = linkwarden.check(["README.md", "CHANGELOG.md", "docs"], offline=True, root=REPOSITORY)

    assert [(r.target.path, r.target.url, r.judgement.reason) for r in run.failing] == []


def test_every_verdict_is_explained_in_the_readme_and_the_contract() -> None:
    """Both tables name all verdicts."""
    contract = (REPOSITORY / "docs" / "verdicts.md").read_text("utf-8")
    for verdict in Verdict:
        assert f"| `{verdict.value}` |" in README
        assert f"`{verdict.value}`" in contract


def test_every_command_is_in_the_readme() -> None:
    """Nobody has to guess that a command exists, or an option."""
    assert "(docs/options.md)" in README
    for name in cli.list_commands(None):  # type: ignore[arg-type]
        assert f"linkwarden {name}" in README


def test_every_part_is_in_the_architecture_page() -> None:
    """``docs/architecture.md`` names every module and package."""
    text = (REPOSITORY / "docs" / "architecture.md").read_text("utf-8")
    for path in (REPOSITORY / "src" / "linkwarden").iterdir():
        if not path.name.startswith("_") and path.name != "py.typed":
            assert path.stem in text, path.name


def test_rule_codes_in_the_documentation_exist() -> None:
    """No page speaks of a rule that is none."""
    known = set(all_rules())
    for path in (REPOSITORY / "README.md", REPOSITORY / "CHANGELOG.md", *(REPOSITORY / "docs").glob("*.md")):
        named = set(re.findall(r"LW\d{3}", path.read_text("utf-8")))
        assert named <= known, path
