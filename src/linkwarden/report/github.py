"""Annotations for GitHub Actions: the worst findings beside the lines where they stand, and the counts in the log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from linkwarden.model import Run, Span
from linkwarden.report._base import Report, ReportOptions
from linkwarden.report._order import Level, Marked, each_placed, instead, marked, troubles, worst_first
from linkwarden.report._words import conclusion, counted, plural, seconds, since
from linkwarden.sinks import annotation, log, one_line, shown_address
from linkwarden.text import is_http

#: GitHub shows ten of each level for a step; an action counts as one step (actions/runner, ExecutionContext.cs).
SHOWN = 10
_WORDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}
_LONGEST_ADDRESS = 300


class GithubReport(Report):
    """Workflow commands, ten worst of each level, and plain lines with what they leave out. For a step's log only."""

    name: ClassVar[str] = "github"

    def render(self, run: Run, options: ReportOptions) -> str:
        """Return the commands and the counts; nothing foreign in them acts."""
        del options
        problems = list(_problems(run))[:SHOWN]
        every = sorted(marked(run, each_placed(run)), key=worst_first)
        shown: list[str] = []
        for level, word in _WORDS.items():
            room = SHOWN - len(problems) if level is Level.ERROR else SHOWN
            shown += [_annotation(run, mark, word) for mark in every if mark.level is level][:room]
        lines = (*problems, *shown, *_summary(run, left=len(every) - len(shown)))
        return "".join(f"{line}\n" for line in lines)


def _problems(run: Run) -> Iterator[str]:
    """Return annotations on what stopped the run; without them a step fails and nobody sees why."""
    for title, text in troubles(run):
        yield annotation("error", [one_line(text)], title=title, path="")


def _annotation(run: Run, mark: Marked, word: str) -> str:
    judgement = mark.item.result.judgement
    rule = mark.rule
    title = f"{rule.code} {rule.slug}" if rule is not None else str(mark.item.verdict)
    age = since(run, mark.item.result)
    lines = [one_line(mark.item.full_reason), shown_address(mark.item.result.target.url, _LONGEST_ADDRESS)]
    if judgement.suggestion is not None:
        lines.append(instead(judgement.suggestion, _LONGEST_ADDRESS))
    elif rule is not None and rule.remedy:
        lines.append(one_line(rule.remedy))
    title = f"{title} ({age})" if age else title
    span = mark.place.span if mark.place is not None and not is_http(mark.place.span.path) else None
    return annotation(word, lines, title=title, place=_place(span), path=span.path if span is not None else "")


def _place(span: Span | None) -> dict[str, int]:
    """Return lines and columns as GitHub takes them: it drops the columns of what goes over several lines."""
    if span is None:
        return {}
    if span.line != span.end_line:
        return {"line": span.line, "endLine": span.end_line}
    return {"line": span.line, "col": span.col, "endColumn": span.end_col}


def _summary(run: Run, *, left: int) -> Iterator[str]:
    if left:
        more = plural(left, "more finding", "more findings")
        yield f"linkwarden: {more} that do not fit here; the job summary and the reports have them all."
    counts = ", ".join(map(str, counted(run))) or "no URLs"
    yield log(f"linkwarden: {counts}; {plural(run.requests, 'request')} in {seconds(run.duration_s)}.")
    yield log(conclusion(run))
