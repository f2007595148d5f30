"""A badge for the README, as the endpoint of shields.io takes it."""

from __future__ import annotations

from typing import ClassVar

from linkwarden.model import Run, Verdict
from linkwarden.report._base import Report, ReportOptions
from linkwarden.report._words import day, lost
from linkwarden.sinks import json_text

#: Keys that shields.io knows; any other makes it refuse the badge (badges/shields, services/endpoint-common.js).
_CACHED_FOR = 3600  # seconds; the file changes once a night


class BadgeReport(Report):
    """``links: 3 dead, 2026-11-22``. Green only where the lists were really looked at; the day tells when."""

    name: ClassVar[str] = "badge"
    suffix: ClassVar[str] = "badge.json"

    def render(self, run: Run, options: ReportOptions) -> str:
        """Return one JSON object."""
        del options
        message, color = _verdict(run)
        badge = {
            "schemaVersion": 1,
            "label": "links",
            "message": f"{message}, {day(run.started)}",
            "color": color,
            "cacheSeconds": _CACHED_FOR,
        }
        return json_text(badge) + "\n"


def _verdict(run: Run) -> tuple[str, str]:
    """Return message and colour, worst first: what is proven holds even if the run was cut short."""
    if count := lost(run):
        return f"{count:,} dead", "red"
    if run.failing:
        return f"{len(run.failing):,} failing", "red"
    if not _looked(run):
        return "not checked", "lightgrey"
    for verdict, color in ((Verdict.SUSPECT, "yellow"), (Verdict.EXPIRING, "yellow")):
        if count := run.counts[verdict]:
            return f"{count:,} {verdict}", color
    return "all fine", "brightgreen"


def _looked(run: Run) -> bool:
    """Return whether the run looked at the whole lists, and could tell of most links how they are."""
    cut_short = run.interrupted or run.network_down or run.failures or run.unreadable or run.compared is not None
    asked = len(run.results) - run.counts[Verdict.IGNORED]
    return not cut_short and asked > 2 * run.counts[Verdict.UNVERIFIED]
