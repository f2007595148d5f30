"""JSON Lines hold what the JSON report holds."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from linkwarden.model import Run
from linkwarden.report import ReportOptions, for_name, for_path
from linkwarden.report import json as report_json
from linkwarden.report.jsonl import JsonLinesReport, first_line, link_line, rest_of, schema
from tests.report.sample import FAILURE, RUN
from tests.report.strategies import WHOLE_RUNS, runs

_REGISTRY: Any = Registry().with_resources(
    [(shape["$id"], Resource.from_contents(shape)) for shape in (schema(), report_json.schema())]
)
VALIDATOR = Draft202012Validator(schema(), registry=_REGISTRY)
_ROWS = {
    "fixed": "fixed",
    "hint": "hints",
    "notice": "notices",
    "failure": "failures",
    "list": "lists",
    "link": "links",
}


def lines(run: Run, options: ReportOptions | None = None) -> list[dict[str, Any]]:
    """Give the lines, read back."""
    return [json.loads(line) for line in JsonLinesReport().render(run, options or ReportOptions()).splitlines()]


def joined(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Make the JSON report of the lines."""
    report: dict[str, Any] = {key: [] for key in (*_ROWS.values(), "unreadable")}
    for line in found:
        kind = line.pop("type")
        if kind in ("run", "summary"):
            report |= line
        elif kind in ("hint", "unreadable"):
            report["hints" if kind == "hint" else kind].append(line["message"])
        else:
            report[_ROWS[kind]].append(line)
    return {key: value for key, value in report.items() if key not in ("interrupted", "network_down", "conclusion")}


def test_the_schema_is_a_schema() -> None:
    """The shipped file is itself valid JSON Schema 2020-12."""
    Draft202012Validator.check_schema(schema())


@given(runs(), st.booleans())
@WHOLE_RUNS
def test_the_lines_are_the_json_report(run: Run, show: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    """Whatever the run: ASCII, one object a line, valid against the schema, and together the JSON report."""
    options = ReportOptions(show_secrets=show)
    text = JsonLinesReport().render(run, options)

    assert text.isascii()
    found = lines(run, options)
    assert len(found) == text.count("\n")
    for line in found:
        VALIDATOR.validate(line)
    assert (found[0]["type"], found[-1]["type"]) == ("run", "summary")
    assert joined(found) == json.loads(report_json.JsonReport().render(run, options))


@given(runs(), st.data())
@WHOLE_RUNS
def test_written_piece_by_piece_they_are_the_same(run: Run, data: st.DataObject) -> None:
    """Some results while the run goes on, in any order, the others at its end."""
    early = data.draw(st.lists(st.sampled_from(run.results), unique_by=id)) if run.results else []
    options = ReportOptions()
    begun = replace(run, results=(), requests=0, notices=(), hints=(), failures=(), unreadable=(), interrupted=False)
    told = {result.target.key for result in early}

    pieces = [first_line(begun, options), *(link_line(begun, result, options) for result in early)]
    pieces += rest_of(run, told, options)

    whole = JsonLinesReport().render(run, options).splitlines(keepends=True)
    assert sorted(pieces) == sorted(whole) or len(told) < len(early)  # made-up runs may have a key twice
    assert (pieces[0], pieces[-1]) == (whole[0], whole[-1])


def test_how_the_run_ended_is_said_in_the_last_line() -> None:
    """By the exit code, in a sentence, and whether it is whole."""
    last = lines(replace(RUN, failures=(FAILURE,), interrupted=True))[-1]

    assert (last["exit_code"], last["interrupted"], last["network_down"]) == (130, True, False)
    assert last["conclusion"].endswith("(exit code 130).")


def test_it_is_chosen_by_name_and_by_suffix() -> None:
    """``--format jsonl`` and ``--output run.jsonl``."""
    assert for_name("jsonl") is for_path("Run.JSONL") is JsonLinesReport
