"""The report for programs: JSON, ``schema_version`` 1 (contract: ``docs/verdicts.md``, schema: ``schema-1.json``)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from importlib.resources import files
from typing import Any, ClassVar

from linkwarden._version import __version__
from linkwarden.model import Compared, Fact, Fixed, History, ListHealth, Occurrence, Result, Run, Suggestion, Verdict
from linkwarden.records import dataclass
from linkwarden.report._base import Report, ReportOptions
from linkwarden.report._order import Placed, each_placed, failures, hints, notices, unreadable
from linkwarden.report._words import iso, not_checked
from linkwarden.sinks import json_text, mask_text
from linkwarden.text import mask_secrets

SCHEMA_VERSION = 1
SCHEMA_FILE = "schema-1.json"


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) that every report of this version obeys."""
    text = files("linkwarden.report").joinpath(SCHEMA_FILE).read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _as_is(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Mask:
    """How URLs and running text are written: with secrets masked, or as they are."""

    url: Callable[[str], str]
    text: Callable[[str], str]


def mask_of(options: ReportOptions) -> Mask:
    """Return how a report with these options is written."""
    return Mask(_as_is, _as_is) if options.show_secrets else Mask(mask_secrets, mask_text)


class JsonReport(Report):
    """JSON with one link a line, so that two reports can be compared with ``diff`` and searched with ``grep``.

    Only ASCII is written (RFC 8259 section 8.1 lets any reader take it), so neither control characters nor lone
    surrogates of a hostile page reach a terminal or a log.
    """

    name: ClassVar[str] = "json"
    suffix: ClassVar[str] = ".json"

    def render(self, run: Run, options: ReportOptions) -> str:
        """Return the report. The same answers give the same bytes, apart from ``generated_at`` and ``duration_s``."""
        return "".join(self.pieces(run, options))

    def pieces(self, run: Run, options: ReportOptions) -> Iterator[str]:
        return _written(run, mask_of(options))


def _written(run: Run, mask: Mask) -> Iterator[str]:
    """Yield the report link by link; all objects at once would take more memory than the run."""
    begin = "{"
    for key, value in head_of(run, mask).items():
        yield f"{begin}{json_text(key)}: {json_text(value)}"
        begin = ",\n "
    yield from _rows("links", (link_of(item, mask) for item in each_placed(run)))
    for key, rows in tail_of(run, mask).items():
        yield from _rows(key, rows)
    yield "}\n"


def _rows(key: str, rows: Iterable[Any]) -> Iterator[str]:
    yield f",\n {json_text(key)}: ["
    between = "\n  "
    for row in rows:
        yield between + json_text(row)
        between = ",\n  "
    yield "]" if between == "\n  " else "\n ]"


def head_of(run: Run, mask: Mask) -> dict[str, Any]:
    """Return what stands before the links, by key."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "linkwarden", "version": __version__},
        "generated_at": iso(run.started),
        "duration_s": round(run.duration_s, 3),
        "inputs": [mask.url(name) for name in run.inputs],
        "sha256": {mask.url(name): digest for name, digest in run.sha256.items()},
        "exit_code": run.exit_code,
        "summary": {
            "occurrences": run.occurrences,
            "urls": len(run.results),
            "requests": run.requests,
            "not_checked": not_checked(run),
            "verdicts": {verdict.value: run.counts[verdict] for verdict in Verdict},
        },
        "compared": None if run.compared is None else _compared(run.compared, mask),
        "last_run": iso(run.past[-1].at) if run.past else None,
    }


def _list(one: ListHealth, mask: Mask) -> dict[str, Any]:
    counts = {"links": one.links, "broken": one.broken, "expiring": one.expiring, "unverified": one.unverified}
    return {"name": mask.url(one.name), **counts}


def _compared(compared: Compared, mask: Mask) -> dict[str, Any]:
    return {"base": mask.text(compared.base), "unchanged": compared.unchanged}


def tail_of(run: Run, mask: Mask) -> dict[str, list[Any]]:
    """Return what stands behind the links, by key."""
    return {
        "fixed": [_fixed(fixed, mask) for fixed in run.fixed],
        "hints": [mask.text(hint) for hint in hints(run)],
        "notices": [{"file": mask.url(n.path), "line": n.line, "message": mask.text(n.message)} for n in notices(run)],
        "unreadable": [mask.text(text) for text in unreadable(run)],
        "failures": [
            {"where": mask.text(f.where), "message": mask.text(f.message), "traceback": mask.text(f.traceback)}
            for f in failures(run)
        ],
        "lists": [_list(one, mask) for one in run.lists],
    }


def _fixed(fixed: Fixed, mask: Mask) -> dict[str, Any]:
    return {
        "url": mask.url(fixed.url),
        "verdict": fixed.verdict.value,
        "code": fixed.code,
        "failing_since": None if fixed.since is None else iso(fixed.since),
        "listed": fixed.listed,
    }


def link_of(item: Placed, mask: Mask) -> dict[str, Any]:
    """Return a result as the report has it."""
    result = item.result
    evidence, judgement = result.evidence, result.judgement
    facts = [fact for found in (*result.notes, evidence) for fact in found.facts]
    return {
        "url": mask.url(result.target.url),
        "kind": result.kind.value,
        "verdict": judgement.verdict.value,
        "code": judgement.rule.code if judgement.rule else None,
        "reason": mask.text(item.full_reason),
        "checked_by": evidence.checked_by,
        "status": evidence.status,
        "final_url": None if evidence.final_url is None else mask.url(evidence.final_url),
        "expires_at": None if judgement.expires_at is None else iso(judgement.expires_at),
        "evidence": [_fact(fact, mask) for fact in facts],
        "suggestion": None if judgement.suggestion is None else _suggestion(judgement.suggestion, mask),
        "history": None if result.history is None else _history(result, result.history),
        "occurrences": [
            *(_occurrence(occurrence, mask, suppressed=False) for occurrence in item.places),
            *(_occurrence(occurrence, mask, suppressed=True) for occurrence in result.suppressed),
        ],
    }


def _history(result: Result, history: History) -> dict[str, Any]:
    return {
        "failing_since": None if history.failing_since is None else iso(history.failing_since),
        "failures": history.failures,
        "last_ok": None if history.last_ok is None else iso(history.last_ok),
        "first_seen": iso(history.first_seen),
        "new": result.is_new,
        "flapping": history.flapping,
    }


def _fact(fact: Fact, mask: Mask) -> dict[str, Any]:
    shown: dict[str, Any] = {"what": mask.text(fact.what)}
    if fact.url is not None:
        shown["url"] = mask.url(fact.url)
    if fact.status is not None:
        shown["status"] = fact.status
    return shown


def _suggestion(suggestion: Suggestion, mask: Mask) -> dict[str, Any]:
    return {
        "url": mask.url(suggestion.url),
        "why": mask.text(suggestion.why),
        "safe": suggestion.safe,
        "basis": suggestion.basis.value,
    }


def _occurrence(occurrence: Occurrence, mask: Mask, *, suppressed: bool) -> dict[str, Any]:
    span = occurrence.span
    return {
        "file": mask.url(span.path),
        "line": span.line,
        "column": span.col,
        "end_line": span.end_line,
        "end_column": span.end_col,
        "text": mask.text(occurrence.text),
        "section": mask.text(occurrence.section),
        "markup": occurrence.markup.value,
        "excused": suppressed,
    }
