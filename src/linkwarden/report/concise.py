"""One line a finding, as compilers write them: for editors, for grep, and for GitHub's problem matchers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from linkwarden.model import Run
from linkwarden.report._base import Report, ReportOptions
from linkwarden.report._order import Level, Marked, each_placed, marked
from linkwarden.report._words import conclusion
from linkwarden.sinks import cut, log, one_line, shown_address, shown_place

_WORDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}
_LONGEST_ADDRESS = 300
_LONGEST_REASON = 600


class ConciseReport(Report):
    """``README.md:4:15: error LW120 #datasets: No heading …``; ``action/problem-matcher.json`` reads these lines."""

    name: ClassVar[str] = "concise"

    def render(self, run: Run, options: ReportOptions) -> str:
        """Return a line for every place of every finding, in the order of the lists, and how the run ended.

        With ``-q`` only what makes the run fail.
        """
        return "".join(self.pieces(run, options))

    def pieces(self, run: Run, options: ReportOptions) -> Iterator[str]:
        least = Level.ERROR if options.verbose < 0 else Level.NOTE
        return (f"{line}\n" for line in _lines(run, least))


def _lines(run: Run, least: Level) -> Iterator[str]:
    for mark in marked(run, each_placed(run)):
        if mark.level >= least:
            yield log(_line(mark))
    yield log(conclusion(run))


def _line(mark: Marked) -> str:
    judgement = mark.item.result.judgement
    span = mark.place.span if mark.place is not None else None
    place = shown_place(span.path, span.line, span.col) if span is not None else "elsewhere"
    code = judgement.rule.code if judgement.rule is not None else str(mark.item.verdict)
    address = shown_address(mark.item.result.target.url, _LONGEST_ADDRESS)
    return f"{place}: {_WORDS[mark.level]} {code} {address}: {cut(one_line(mark.item.full_reason), _LONGEST_REASON)}"
