"""What a report for people says of findings that are accepted: how many, by what, and with -v which."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from linkwarden.cli import cli
from linkwarden.cli.guard import run_guarded

LIST = """# List

- [Well](#list)
- [Print](#print) <!-- linkwarden-ignore LW120 only in print -->
- [Old](#old)
"""
Check = Callable[..., str]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Check:
    """Run ``linkwarden check --offline …`` on a list with two dead links, of which a comment accepts one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "README.md").write_text(LIST, "utf-8")

    def run(*arguments: str) -> str:
        run_guarded(cli, ["check", "--offline", "--no-state", *arguments])
        return capsys.readouterr().out

    return run


def test_accepted_findings_are_counted_by_what_accepts_them(check: Check) -> None:
    """The summary says how many there are, by what, and how to see them."""
    assert "1 finding is accepted in the list's comments; -v shows them." in check("--no-report")

    check("--no-report", "--baseline", "b.json", "--write-baseline")
    told = " ".join(check("--no-report", "--baseline", "b.json").split())
    assert "2 findings are accepted: 1 in the list's comments and 1 in the baseline; -v shows them." in told


def test_what_is_accepted_is_not_called_well(check: Check) -> None:
    """A run in which all that was found is accepted does not say that the links work."""
    check("--no-report", "--baseline", "b.json", "--write-baseline")
    told = check("--no-report", "--baseline", "b.json")

    assert "No problems found, except for accepted ones." in told
    assert "works" not in told


def test_verbose_shows_each_with_place_and_reason(check: Check) -> None:
    """With -v the maintainer sees what was found, where, and who accepted it."""
    told = check("--no-report", "-v")

    assert "Accepted findings (1)" in told
    assert "README.md:4:11  #print" in told
    assert "LW120 anchor-missing, accepted in README.md:4: only in print" in told
    assert "Accepted findings" not in check("--no-report")
    assert "Accepted findings" not in check("--no-report", "-q")


def test_the_health_report_lists_them(check: Check) -> None:
    """The Markdown report has the number at the top and every accepted finding in a section."""
    check("-o", "health.md")
    told = Path("health.md").read_text("utf-8")

    assert "1 finding is accepted in the list's comments." in told
    assert "## Accepted findings" in told
    assert "`#print`" in told
    assert "only in print" in told
