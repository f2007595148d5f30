"""The page about verdicts states what the program does."""

from __future__ import annotations

import json
import re
from pathlib import Path

from jsonschema import Draft202012Validator

from linkwarden.model import FAILS_BY_DEFAULT, Kind, Verdict
from linkwarden.report import ReportOptions
from linkwarden.report.json import JsonReport, schema
from tests.report.sample import RUN

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "verdicts.md").read_text(encoding="utf-8")


def test_every_verdict_has_its_row() -> None:
    """The table names every verdict once, and which of them fail a run."""
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\| (\S+) \|$", PAGE, re.MULTILINE))

    assert set(rows) == set(Verdict)
    assert {Verdict(name) for name, fails in rows.items() if fails == "**yes**"} == FAILS_BY_DEFAULT


def test_every_exit_code_is_explained() -> None:
    """The table of exit codes is the schema's list."""
    codes = [int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)]

    assert codes == schema()["properties"]["exit_code"]["enum"]


def test_the_example_is_a_report() -> None:
    """The example is valid, and has the keys of a real report in their order, on every level."""
    match = re.search(r"```json\n(.*?)\n```", PAGE, re.DOTALL)
    assert match is not None
    example = json.loads(match[1])
    real = json.loads(JsonReport().render(RUN, ReportOptions()))

    Draft202012Validator(schema()).validate(example)
    assert list(example) == list(real)
    assert list(example["summary"]["verdicts"]) == list(real["summary"]["verdicts"])
    assert list(example["links"][0]) == list(real["links"][0])
    assert list(example["links"][0]["occurrences"][0]) == list(real["links"][0]["occurrences"][0])


def test_every_key_and_kind_is_explained() -> None:
    """Below the example each key of a link, and each kind, is named."""
    prose = re.sub(r"```.*?```", "", PAGE.partition("```json")[2].partition("```")[2], flags=re.DOTALL)

    told = set(re.findall(r"`\"?(\w+)\"?`", prose)) | set(re.findall(r'"(\w+)"', prose))
    assert set(schema()["$defs"]["link"]["properties"]) <= told
    assert set(Kind) <= told
