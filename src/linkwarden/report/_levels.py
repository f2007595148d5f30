"""How much a finding weighs for the machines that show findings: GitHub's annotations and alerts, and test reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from linkwarden.model import SETTLED, Occurrence, Rule, Run, Suggestion, Verdict
from linkwarden.report._order import Placed
from linkwarden.report._words import WORST_FIRST
from linkwarden.sinks import one_line, shown_address

_WARNINGS = frozenset({Verdict.BROKEN, Verdict.EXPIRED, Verdict.SUSPECT, Verdict.EXPIRING, Verdict.UNVERIFIED})


class Level(IntEnum):
    """From what needs no hurry to what makes the run fail."""

    NOTE = 1
    WARNING = 2
    ERROR = 3


@dataclass(frozen=True, slots=True)
class Marked:
    """One place of one finding.

    Attributes:
        item: the finding.
        place: where it stands, or None for one that stands nowhere.
        nth: how many places of the same address come before it.
        level: how much it weighs.
        rule: what is the matter; None for what has no rule, although the user fails on its verdict.
    """

    item: Placed
    place: Occurrence | None
    nth: int
    level: Level
    rule: Rule | None


def is_finding(run: Run, verdict: Verdict) -> bool:
    """Tell whether a verdict is something to report: what is amiss, and whatever the user fails on."""
    return verdict not in SETTLED or verdict in run.fail_on


def level_of(run: Run, verdict: Verdict) -> Level:
    """Give the weight of a verdict: what makes the run fail is an error."""
    if verdict in run.fail_on:
        return Level.ERROR
    return Level.WARNING if verdict in _WARNINGS else Level.NOTE


def marked(run: Run, items: Sequence[Placed]) -> Iterator[Marked]:
    """Give every place of every finding, in the order of the items."""
    for item in items:
        if is_finding(run, item.verdict):
            level = level_of(run, item.verdict)
            places: Sequence[Occurrence | None] = item.places or (None,)
            for nth, place in enumerate(places):
                yield Marked(item, place, nth, level, item.result.judgement.rule)


def worst_first(mark: Marked) -> tuple[int, int, int]:
    """Give what to sort by: weight, then severity, and every address once before any stands there twice."""
    return -mark.level, mark.nth, WORST_FIRST.index(mark.item.verdict)


def instead(fix: Suggestion, longest: int) -> str:
    """Say on one line what to put in place of an address, and why; the address has at most so many characters."""
    why = f" ({one_line(fix.why)})" if fix.why else ""
    return f"Put there instead: {shown_address(fix.url, longest)}{why}"
