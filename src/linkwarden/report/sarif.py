"""Findings as SARIF 2.1.0, for GitHub's code scanning and every other reader of static analysis results.

GitHub reads a part of SARIF ("SARIF support for code scanning"): it shows a result at its first location only, so
every place of a finding is a result; it keeps alerts apart by ``partialFingerprints``, of which its own upload action
computes ``primaryLocationLineHash``; and it knows no suppressions, so what the maintainer has accepted is left out
of files (``-v`` with ``--format sarif`` writes it, as suppressed).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, ClassVar

from linkwarden._home import home
from linkwarden._version import __version__
from linkwarden.model import Occurrence, Rule, Run, Span, Tag, Verdict
from linkwarden.report._base import Report, ReportOptions
from linkwarden.report._order import (
    Level,
    Marked,
    Placed,
    Unknown,
    failures,
    hints,
    instead,
    marked,
    notices,
    unknowns,
    unreadable,
    worst_first,
    worth_telling,
)
from linkwarden.report._words import accepted_in, conclusion, iso, listed, plural, rule_url, sentence
from linkwarden.sinks import cut, file_uri, json_text, mask_text, one_line, sarif_text, shown_address
from linkwarden.text import mask_secrets

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
#: GitHub refuses a file with more results in a run, and shows 5,000 of them.
MOST_RESULTS = 25_000
_WORDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "note"}
_GITHUB_WORDS = {"error": "error", "warning": "warning", "note": "recommendation"}
_LEVELS = {Verdict.SUSPECT: "warning", Verdict.EXPIRING: "warning", Verdict.UNVERIFIED: "warning"}
_LONGEST_PROSE = 1_000
_NAMED_HOSTS = 10
_LONGEST_ADDRESS = 1_000


class SarifReport(Report):
    """One run, one result for every place of a finding. Signatures and tokens are always masked."""

    name: ClassVar[str] = "sarif"
    suffix: ClassVar[str] = ".sarif"
    wants_replacements: ClassVar[bool] = True

    def render(self, run: Run, options: ReportOptions) -> str:
        """Return the log, one result a line; at most 25,000 of them, the worst ones."""
        return "".join(self.pieces(run, options))

    def pieces(self, run: Run, options: ReportOptions) -> Iterator[str]:
        return _Log(run, options).pieces()


class _Log:
    def __init__(self, run: Run, options: ReportOptions) -> None:
        accepted_too = options.verbose > 0
        self._run = run
        self._replacements = options.replacements
        self._items = worth_telling(run)
        self._accepted = list(_accepted(self._items))
        self._suppressions = {id(mark): suppression for mark, suppression in self._accepted if accepted_too}
        every = [*marked(run, self._items), *(mark for mark, _ in self._accepted if accepted_too)]
        self._left_out = max(0, len(every) - MOST_RESULTS)
        if self._left_out:
            kept = {id(mark) for mark in sorted(every, key=worst_first)[:MOST_RESULTS]}
            every = [mark for mark in every if id(mark) in kept]
        self._marks = every
        used = {mark.rule for mark in every}
        self._rules = sorted((rule for rule in used if rule is not None), key=lambda rule: rule.code)

    def pieces(self) -> Iterator[str]:
        run = {
            "tool": {"driver": self._driver()},
            # A change alone is a category of its own: findings that it does not name are not fixed for that.
            "automationDetails": {"id": f"linkwarden/{'links' if self._run.compared is None else 'change'}/"},
            "columnKind": "utf16CodeUnits",  # viewers count so, whatever stands here
            "invocations": [self._invocation()],
        }
        yield f'{{"$schema": {json_text(SCHEMA)},\n "version": "2.1.0",\n "runs": [{{\n  '
        yield from (f"{json_text(key)}: {json_text(value)},\n  " for key, value in run.items())
        yield '"results": ['
        for number, result in enumerate(self._results()):
            yield f"{',' if number else ''}\n   {json_text(result)}"
        yield "]}]}\n"

    def _driver(self) -> dict[str, Any]:
        return {
            "name": "linkwarden",
            "semanticVersion": __version__,
            **({"informationUri": home().url} if home().url else {}),
            "rules": [_rule(rule) for rule in self._rules],
        }

    # --- results --------------------------------------------------------------------------------------------

    def _results(self) -> Iterator[dict[str, Any]]:
        index = {rule.code: number for number, rule in enumerate(self._rules)}
        seen: Counter[tuple[str, str, str]] = Counter()
        for mark in self._marks:
            fields = _result(mark, index, _fingerprint(mark, seen))
            if id(mark) in self._suppressions:
                fields["suppressions"] = [self._suppressions[id(mark)]]
            fix = self._fix(mark)
            yield {**fields, "fixes": [fix]} if fix else fields

    def _fix(self, mark: Marked) -> dict[str, Any]:
        """Return what editors and code scanning can apply, or nothing: no text of ours holds a secret."""
        suggestion, place = mark.item.result.judgement.suggestion, mark.place
        if suggestion is None or place is None:
            return {}
        found = self._replacements.get((place.span.path, place.span.start))
        if found is None or mask_secrets(found) != found:
            return {}
        change = {
            "artifactLocation": {"uri": file_uri(place.span.path)},
            # No byteOffset: the viewer for VS Code would take it for a place in a hexadecimal dump.
            "replacements": [{"deletedRegion": _region(place.span), "insertedContent": {"text": found}}],
        }
        look = "" if suggestion.safe else " (look at it first)"
        words = f"{instead(suggestion, _LONGEST_ADDRESS)}{look}"
        return {"description": {"text": sarif_text(words)}, "artifactChanges": [change]}

    # --- how it went ----------------------------------------------------------------------------------------

    def _invocation(self) -> dict[str, Any]:
        run = self._run
        fields = {
            "executionSuccessful": run.exit_code in (0, 1),
            "exitCode": run.exit_code,
            "exitCodeDescription": conclusion(run),
            "startTimeUtc": iso(run.started),
        }
        with suppress(OverflowError):  # the last day of the calendar has no tomorrow
            fields["endTimeUtc"] = iso(run.started + timedelta(seconds=run.duration_s))
        notes = list(self._notifications())
        return {**fields, "toolExecutionNotifications": notes} if notes else fields

    def _notifications(self) -> Iterator[dict[str, Any]]:
        run = self._run
        if self._left_out:
            yield _note(
                "warning",
                f"{plural(self._left_out, 'finding')} left out (the least severe): GitHub takes at most "
                f"{MOST_RESULTS:,} results. The JSON report has them all.",
            )
        if self._accepted and not self._suppressions:
            count = plural(len(self._accepted), "finding is", "findings are")
            yield _note("note", f"{count} accepted by a comment, the configuration or the baseline.")
        for text in unreadable(run):
            yield _note("error", f"Not read: {text}")
        for failure in failures(run):
            yield _note("error", f"linkwarden itself failed in {failure.where}: {failure.message}")
        for group in unknowns([item for item in self._items if item.verdict is Verdict.UNVERIFIED]):
            yield _note("note", _could_not_tell(group))
        for notice in notices(run):
            yield _note("note", notice.message, [_location(notice.path, {"startLine": max(notice.line, 1)})])
        for hint in hints(run):
            yield _note("note", hint)


def _could_not_tell(group: Unknown) -> str:
    hosts = [f"{host or 'no host'} ({count:,})" for host, count in group.hosts[:_NAMED_HOSTS]]
    more = len(group.hosts) - len(hosts)
    hosts += [plural(more, "more host")] if more else []
    count = plural(len(group.items), "URL")
    how = "not checked" if group.not_checked else "could not be verified"
    return f"{count} on {listed(hosts)} {how}: {group.reason}"


def _note(level: str, text: str, locations: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    fields: dict[str, Any] = {"level": level, "message": {"text": _prose(text)}}
    return {**fields, "locations": list(locations)} if locations else fields


def _rule(rule: Rule) -> dict[str, Any]:
    level = _LEVELS.get(rule.verdict, "error" if rule.verdict in (Verdict.BROKEN, Verdict.EXPIRED) else "note")
    page = rule_url(rule.code)
    explanation, remedy = sentence(rule.explanation), sentence(rule.remedy or "Check the link by hand.")
    name = f"{rule.code} {rule.slug}"
    return {
        "id": rule.code,
        "name": "".join(part.capitalize() for part in rule.slug.split("-")),
        "shortDescription": {"text": sarif_text(sentence(rule.summary))},
        "fullDescription": {"text": sarif_text(explanation)},
        "help": {
            "text": sarif_text(f"{explanation} What to do: {remedy} {page}".rstrip()),
            "markdown": f"{explanation}\n\n**What to do:** {remedy}\n\n{f'[{name}]({page})' if page else name}",
        },
        **({"helpUri": page} if page else {}),
        "defaultConfiguration": {"level": level},
        "properties": {
            "tags": ["links", str(rule.verdict)],
            "precision": "medium" if rule.verdict is Verdict.SUSPECT else "very-high",
            "problem.severity": _GITHUB_WORDS[level],
        },
    }


def _accepted(items: Sequence[Placed]) -> Iterator[tuple[Marked, dict[str, str]]]:
    """Return every place of a finding that the maintainer has accepted, with SARIF's word for how."""
    for item in items:
        judgement = item.result.judgement
        tag = accepted_in(item.result)
        if tag is not None:
            kind = "inSource" if tag is Tag.ACCEPTED_IN_LIST else "external"
            fields = {"kind": kind, "justification": _prose(item.reason)}
            for nth, place in enumerate(item.places):
                yield Marked(item, place, nth, Level.NOTE, judgement.accepted), fields
        for nth, place in enumerate(item.result.suppressed):
            yield Marked(item, place, nth, Level.NOTE, judgement.rule), {"kind": "inSource"}


def _result(mark: Marked, index: dict[str, int], fingerprint: str) -> dict[str, Any]:
    result, rule = mark.item.result, mark.rule
    fields: dict[str, Any] = {}
    if rule is not None:
        fields = {"ruleId": rule.code, "ruleIndex": index[rule.code]}
    fields |= {
        "level": _WORDS[mark.level],
        "message": {"text": _message(mark.item)},
        "locations": [_where(mark.place, result.target.path)],
        "partialFingerprints": {"linkwardenLink/v1": fingerprint},
        "properties": _properties(mark),
    }
    return fields


def _message(item: Placed) -> str:
    judgement = item.result.judgement
    text = f"{_prose(sentence(item.full_reason))} {sarif_text(shown_address(item.result.target.url, _LONGEST_ADDRESS))}"
    if judgement.suggestion is not None:
        text += f". {sarif_text(instead(judgement.suggestion, _LONGEST_ADDRESS))}"
    return text.strip()


def _properties(mark: Marked) -> dict[str, Any]:
    result, judgement = mark.item.result, mark.item.result.judgement
    fields: dict[str, Any] = {
        "verdict": str(judgement.verdict),
        "url": mask_secrets(result.target.url),
        "checkedBy": result.evidence.checked_by,
    }
    if mark.place is not None and mark.place.section:
        fields["section"] = mask_text(mark.place.section)
    if judgement.expires_at is not None:
        fields["expiresAt"] = iso(judgement.expires_at)
    if judgement.suggestion is not None:
        fix = judgement.suggestion
        fields["suggestion"] = {
            "url": mask_secrets(fix.url),
            "why": mask_text(fix.why),
            "safe": fix.safe,
            "basis": fix.basis.value,
        }
    if result.history is not None:
        fields["new"] = result.is_new
        if result.history.failing_since is not None:
            fields["since"] = iso(result.history.failing_since)
    return fields


def _where(place: Occurrence | None, path: str) -> dict[str, Any]:
    return _location(path, None) if place is None else _location(place.span.path, _region(place.span))


def _location(path: str, region: dict[str, int] | None) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": file_uri(path)}}
    return {"physicalLocation": {**physical, "region": region or _region(None)}}


def _region(span: Span | None) -> dict[str, int]:
    """Return the four numbers that GitHub wants; all count from 1, and the end column is the first one after."""
    if span is None:
        return {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1}
    start, end = span.col + span.wide, span.end_col + span.end_wide
    return {"startLine": span.line, "startColumn": start, "endLine": span.end_line, "endColumn": end}


def _fingerprint(mark: Marked, seen: Counter[tuple[str, str, str]]) -> str:
    """Return what tells this finding from others and stays when lines move: rule, URL and file.

    A URL that stands in a file more than once gets a number of its own.
    """
    path = mark.place.span.path if mark.place is not None else ""
    key = (mark.rule.code if mark.rule else "", mask_secrets(mark.item.result.target.url), path)
    seen[key] += 1
    words = "\x00".join((*key, str(seen[key])))
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


def _prose(text: str) -> str:
    return sarif_text(cut(one_line(text), _LONGEST_PROSE))
