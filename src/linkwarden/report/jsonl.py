"""JSON Lines: what the JSON report holds, one object a line, in an order that lets a run write while it goes on.

The first line says what is checked, the last how the run ended (contract: ``docs/verdicts.md``, schema:
``schema-lines-1.json``).
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterator
from importlib.resources import files
from typing import Any, ClassVar

from linkwarden.model import Result, Run
from linkwarden.report._base import Report, ReportOptions
from linkwarden.report._order import each_placed, placed_in
from linkwarden.report._words import conclusion
from linkwarden.report.json import head_of, link_of, mask_of, tail_of
from linkwarden.sinks import json_text

SCHEMA_FILE = "schema-lines-1.json"
#: Known when a run begins.
_FIRST = ("schema_version", "tool", "generated_at", "inputs")
#: The ``type`` of a line by the key that holds the same in the JSON report.
_TYPES = {
    "fixed": "fixed",
    "hints": "hint",
    "notices": "notice",
    "unreadable": "unreadable",
    "failures": "failure",
    "lists": "list",
}


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) that every line obeys; it refers to that of the JSON report."""
    text = files("linkwarden.report").joinpath(SCHEMA_FILE).read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


class JsonLinesReport(Report):
    """One object a line. The command line writes the lines of results as soon as these are certain."""

    name: ClassVar[str] = "jsonl"
    suffix: ClassVar[str] = ".jsonl"

    def render(self, run: Run, options: ReportOptions) -> str:
        """Return all lines, those of results in the order of the lists."""
        return "".join(self.pieces(run, options))

    def pieces(self, run: Run, options: ReportOptions) -> Iterator[str]:
        yield first_line(run, options)
        yield from rest_of(run, (), options)


def first_line(run: Run, options: ReportOptions) -> str:
    """Return the line that says what is checked; the run needs no results."""
    head = head_of(run, mask_of(options))
    return _line("run", {key: head[key] for key in _FIRST})


def link_line(run: Run, result: Result, options: ReportOptions) -> str:
    """Return the line of a result."""
    return _line("link", link_of(placed_in(run, result), mask_of(options)))


def rest_of(run: Run, told: Container[str], options: ReportOptions) -> Iterator[str]:
    """Return the lines of the results that were not told, by key; then those of everything else, the summary last."""
    mask = mask_of(options)
    for item in each_placed(run):
        if item.result.target.key not in told:
            yield _line("link", link_of(item, mask))
    for key, rows in tail_of(run, mask).items():
        for row in rows:
            yield _line(_TYPES[key], row if isinstance(row, dict) else {"message": row})
    head = {key: value for key, value in head_of(run, mask).items() if key not in _FIRST}
    ended = {"interrupted": run.interrupted, "network_down": run.network_down, "conclusion": conclusion(run)}
    yield _line("summary", head | ended)


def _line(kind: str, row: dict[str, Any]) -> str:
    return json_text({"type": kind, **row}) + "\n"
