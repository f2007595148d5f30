"""The fixes in SARIF, applied as editors do: by lines and columns in UTF-16."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from linkwarden.cli import cli
from linkwarden.cli.guard import run_guarded

SCHEMA = Path(__file__).parents[1] / "schema" / "sarif-2.1.0-rtm.5.json"
VALIDATOR = Draft4Validator(json.loads(SCHEMA.read_text("utf-8")))
OLD, NEW = "htps://example.org/a", "https://example.org/a"
SMILE = "\N{GRINNING FACE}"


def written(name: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Return the run of the log that ``--format sarif`` prints for a file."""
    run_guarded(cli, ["check", name, "--offline", "--no-report", "--no-state", "--format", "sarif"])
    log = json.loads(capsys.readouterr().out)
    VALIDATOR.validate(log)
    run: dict[str, Any] = log["runs"][0]
    return run


def replacements(run: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the fixes of all results replace; a definition that is used twice is one place."""
    found = [
        json.dumps(change["replacements"])
        for result in run["results"]
        for fix in result.get("fixes", [])
        for change in fix["artifactChanges"]
    ]
    return [replacement for text in dict.fromkeys(found) for replacement in json.loads(text)]


def applied(text: str, changes: list[dict[str, Any]]) -> str:
    """Apply replacements by lines and columns, which count units of UTF-16 from 1, the last first."""
    lines = [line.encode("utf-16-le") for line in re.findall(r"[^\r\n]*(?:\r\n|\r|\n|\Z)", text)]
    for change in sorted(changes, key=lambda c: -c["deletedRegion"]["startColumn"]):
        region = change["deletedRegion"]
        assert set(region) == {"startLine", "startColumn", "endLine", "endColumn"}, "some viewers misread others"
        assert region["startLine"] == region["endLine"]
        line = lines[region["startLine"] - 1]
        start, end = 2 * (region["startColumn"] - 1), 2 * (region["endColumn"] - 1)
        new = change["insertedContent"]["text"].encode("utf-16-le")
        lines[region["startLine"] - 1] = line[:start] + new + line[end:]
    return b"".join(lines).decode("utf-16-le")


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        (f"[x]({OLD})\n", "md"),
        (f"# {SMILE}\r\n\r\n* {SMILE} [x]({OLD}) ![y](<{OLD}/b>)\r\n* <{OLD}/c>\r\n", "md"),
        (f"[x][r] and [y][r]\n\n[r]: {OLD} 'é'\n", "md"),
        (f"| {SMILE} |\n|---|\n| [x]({OLD}/b?c=1&d=2) |\n", "md"),
        (f"<p>é <a href='{OLD}?a=1'>x</a> <img src={OLD}/i.png alt=x>\n", "html"),
    ],
)
def test_a_fix_changes_the_url_and_nothing_else(
    text: str,
    suffix: str,
    codec: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whatever the encoding and the line ends, with characters that take two units, and a byte-order mark."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / f"my list.{suffix}"
    file.write_bytes(text.encode(codec))
    run = written(file.name, capsys)
    changes = replacements(run)

    assert run["columnKind"] == "utf16CodeUnits"
    assert applied(text, changes) == text.replace(OLD, NEW)
    assert len(changes) == text.count(OLD)


def test_a_fix_says_whether_somebody_has_to_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Safe ones are offered with their reason; of the others it is said."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.md").write_text(f"# Data sets\n\n[x]({OLD}) [y](#datasets)\n", "utf-8")

    said = {
        result["ruleId"]: fix["description"]["text"]
        for result in written("a.md", capsys)["results"]
        for fix in result.get("fixes", [])
    }

    assert said["LW101"] == f"Replace with: {NEW} (the beginning spelt right, https://)"
    assert said["LW120"].startswith("Replace with: #data-sets")
    assert said["LW120"].endswith(" (look at it first)")


@pytest.mark.parametrize(
    "data",
    [
        f"[x]({OLD}) caf\xe9\n".encode("latin-1"),  # the check counts other characters than the file has
        b"[x](htps://example.org/a?X-Amz-Signature=0123456789abcdef0123456789abcdef)\n",  # a secret is never shown
    ],
)
def test_no_fix_is_better_than_a_wrong_one(
    data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The finding is reported; what cannot be written exactly, or would show a secret, is not offered."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.md").write_bytes(data)

    results = written("a.md", capsys)["results"]

    assert [result["ruleId"] for result in results] == ["LW101"]
    assert "fixes" not in results[0]
