"""What docs/living-with-findings.md shows is what linkwarden does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import linkwarden
from linkwarden.config import load_file
from linkwarden.model import Verdict
from linkwarden.suppress import rule_names

PAGE = (Path(__file__).parents[2] / "docs" / "living-with-findings.md").read_text("utf-8")


def block(name: str) -> str:
    """Return the text of the fenced block that a comment in the page announces."""
    match = re.search(rf"<!-- {name}: .*?-->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
    assert match is not None, name
    return match[1]


def test_the_example_list_is_read_as_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One finding is left; the others are accepted by comments that are all needed, with the reason that is shown."""
    monkeypatch.chdir(tmp_path)
    Path("README.md").write_text(block("example"), "utf-8")

    run = linkwarden.check("README.md", offline=True)

    left = [r.target.url for r in run.results if r.judgement.verdict is not Verdict.IGNORED]
    assert left == ["#third-edition"]
    assert run.results[0].judgement.reason == block("reason").strip()
    assert run.notices == ()


def test_the_configuration_on_the_page_is_valid(tmp_path: Path) -> None:
    """Its keys and its rules are known."""
    path = tmp_path / "linkwarden.toml"
    path.write_text(block("config"), "utf-8")

    (entry,) = load_file(path, rule_names)["ignores"]
    assert len(entry.codes) == 2
    assert entry.until is not None


def test_every_rule_on_the_page_exists() -> None:
    """Codes in the text are codes of rules, but for the one that is a slip on purpose."""
    assert set(re.findall(r"\bLW\w+", PAGE)) - {"LW3O1"} <= {code.upper() for code in rule_names()}
