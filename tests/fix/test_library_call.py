"""``linkwarden.fix`` as other programs call it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import linkwarden
from tests.repository import Repository

LIST = "- [a](htps://a.example/x)\n- [t](#tipo)\n\n# Tip\n"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository with one list."""
    made = Repository(tmp_path / "repo")
    made.commit({"README.md": LIST})
    monkeypatch.chdir(made.folder)
    return made


@pytest.mark.usefixtures("repository")
def test_edits_are_shown_and_made() -> None:
    """Safe ones, or all; nothing is written before."""
    fixes = linkwarden.fix("README.md", offline=True)
    assert [(e.line, e.before, e.wanted.url, e.wanted.safe) for e in fixes.edits] == [
        (1, "htps://a.example/x", "https://a.example/x", True)
    ]
    assert "+- [a](https://a.example/x)\n" in fixes.diff()
    assert fixes.patch() == fixes.diff().encode()
    assert len(linkwarden.fix("README.md", offline=True, unsafe=True).edits) == 2
    assert linkwarden.fix("README.md", offline=True, unsafe=True, only="anchor").edits[0].line == 2
    assert Path("README.md").read_text("utf-8") == LIST
    assert fixes.write() == ("README.md",)
    assert Path("README.md").read_text("utf-8") == LIST.replace("htps:", "https:")
    with pytest.raises(linkwarden.UsageError, match="has changed"):
        fixes.write()


@pytest.mark.usefixtures("repository")
def test_suggestions_come_from_a_run_or_a_report() -> None:
    """As long as the list is what was checked."""
    run = linkwarden.check("README.md", offline=True)
    assert len(linkwarden.fix(run).edits) == 1
    from_report = ["check", "--offline", "--no-state", "-o", "health.json"]
    subprocess.run([sys.executable, "-m", "linkwarden", *from_report], check=False, capture_output=True)
    assert len(linkwarden.fix(report="health.json").edits) == 1
    Path("README.md").write_text(LIST + "more\n", "utf-8")
    for again in ({"report": "health.json"}, {"lists": run}):
        with pytest.raises(linkwarden.UsageError, match="has changed since it was checked"):
            linkwarden.fix(**again)


def test_lists_or_a_report() -> None:
    """One of them, and words that mean something."""
    with pytest.raises(TypeError, match="or else a report"):
        linkwarden.fix()
    with pytest.raises(TypeError, match="or else a report"):
        linkwarden.fix("a.md", report="b.json")
    with pytest.raises(linkwarden.UsageError, match="neither a rule nor a kind"):
        linkwarden.fix("a.md", only="nonsense")


@pytest.mark.parametrize(
    "first", ["import linkwarden", "from linkwarden.fix import plan", "import linkwarden.fix, linkwarden.api"]
)
def test_the_call_and_the_package_have_one_name(first: str, tmp_path: Path) -> None:
    """Whichever was used first, the call works."""
    (tmp_path / "a.md").write_text(LIST, "utf-8")
    code = f"{first}; import linkwarden; print(len(linkwarden.fix('a.md', offline=True).edits))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert done.stdout == "1\n"
