"""Findings as editors take them: diagnostics with a range, a severity and a code."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from linkwarden.config import Config
from linkwarden.lsp import words
from linkwarden.lsp.checker import Checked
from linkwarden.lsp.positions import Lines
from linkwarden.lsp.settings import Problem
from linkwarden.model import Occurrence, Span, Verdict
from linkwarden.report._words import rule_url

SOURCE = "linkwarden"
#: Editors get slow beyond that, and nobody reads on.
MOST_SHOWN = 1_000
_MOST_RELATED = 5

_SEVERITIES = {
    Verdict.BROKEN: types.DiagnosticSeverity.Warning,
    Verdict.EXPIRED: types.DiagnosticSeverity.Warning,
    Verdict.SUSPECT: types.DiagnosticSeverity.Warning,
    Verdict.EXPIRING: types.DiagnosticSeverity.Warning,
}
#: URLs that are over, or that have a successor: editors strike them through.
_OUTDATED = frozenset({Verdict.EXPIRED, Verdict.MOVED})


def severity_of(verdict: Verdict, config: Config) -> types.DiagnosticSeverity:
    """Return how severe a finding is: an error is what makes a check fail (``fail-on``)."""
    if verdict in config.fail_on:
        return types.DiagnosticSeverity.Error
    return _SEVERITIES.get(verdict, types.DiagnosticSeverity.Information)


def diagnostics(checked: Checked, lines: Lines, config: Config, uri: str) -> list[types.Diagnostic]:
    """Return the diagnostics of a document, in its order.

    Args:
        checked: what was found.
        lines: of the document.
        config: what its repository wants.
        uri: of the document.
    """
    found = [*_of_results(checked, lines, config, uri), *_of_notices(checked, lines)]
    found.sort(key=lambda d: (d.range.start.line, d.range.start.character))
    if len(found) > MOST_SHOWN:
        more = len(found) - MOST_SHOWN
        last = found[MOST_SHOWN].range
        message = f"From here on, {more:,} more findings are not shown. `linkwarden check --offline` lists them all."
        found[MOST_SHOWN:] = [_diagnostic(last, types.DiagnosticSeverity.Information, message)]
    return found


def alone(message: str) -> list[types.Diagnostic]:
    """Return one diagnostic at the beginning of a document that is not checked."""
    start = types.Position(0, 0)
    return [_diagnostic(types.Range(start, start), types.DiagnosticSeverity.Information, message)]


def of_problems(problems: list[Problem]) -> list[types.Diagnostic]:
    """Return diagnostics for a file that says what holds, such as ``linkwarden.toml``."""
    return [
        _diagnostic(
            types.Range(types.Position(problem.line - 1, 0), types.Position(problem.line, 0)),
            types.DiagnosticSeverity.Error,
            words.remark(problem.message),
        )
        for problem in problems
    ]


def range_of(span: Span, lines: Lines) -> types.Range:
    """Return where a URL stands; an empty one gets the character behind it, so that there is something to see."""
    end = max(span.end, span.start + 1)
    return types.Range(types.Position(*lines.place(span.start)), types.Position(*lines.place(end)))


def _of_results(checked: Checked, lines: Lines, config: Config, uri: str) -> Iterator[types.Diagnostic]:
    for result in checked.results:
        rule, verdict = result.judgement.rule, result.judgement.verdict
        uses: dict[int, list[Occurrence]] = {}
        for place in result.target.occurrences:
            uses.setdefault(place.span.start, []).append(place)
        for places in uses.values():
            found = _diagnostic(range_of(places[0].span, lines), severity_of(verdict, config), words.message(result))
            if rule is not None:
                found.code = rule.code
                page = rule_url(rule.code)
                found.code_description = types.CodeDescription(page) if page else None
            if verdict in _OUTDATED:
                found.tags = [types.DiagnosticTag.Deprecated]
            found.related_information = list(_uses(places, lines, uri)) or None
            yield found


def _uses(places: list[Occurrence], lines: Lines, uri: str) -> Iterator[types.DiagnosticRelatedInformation]:
    """Yield where a reference is used."""
    for place in places[:_MOST_RELATED]:
        if place.used is not None:
            yield types.DiagnosticRelatedInformation(types.Location(uri, range_of(place.used, lines)), "used here")


def _of_notices(checked: Checked, lines: Lines) -> Iterator[types.Diagnostic]:
    for notice in checked.notices:
        start, end = lines.content(max(notice.line, 1) - 1)
        there = types.Range(types.Position(*lines.place(start)), types.Position(*lines.place(end)))
        yield _diagnostic(there, types.DiagnosticSeverity.Information, words.remark(notice.message))


def _diagnostic(where: types.Range, severity: types.DiagnosticSeverity, message: str) -> types.Diagnostic:
    return types.Diagnostic(where, message, severity=severity, source=SOURCE)
