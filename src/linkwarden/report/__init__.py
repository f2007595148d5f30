"""From a run to a text. Each public module is one format; ``_base`` says what that is."""

from __future__ import annotations

import sys
from functools import cache

from linkwarden.plugins import class_of, discover
from linkwarden.report._base import Report, ReportOptions

__all__ = ["Report", "ReportOptions", "for_name", "for_path", "formats"]


@cache
def formats() -> tuple[type[Report], ...]:
    """Return every format there is, by name. Imports them on first use only."""
    return discover(sys.modules[__name__], Report)  # type: ignore[type-abstract]  # only concrete ones come back


def for_name(name: str) -> type[Report] | None:
    """Return the format that ``--format NAME`` means, or None."""
    return next((class_of(report) for report in formats() if report.name == name), None)


def for_path(name: str) -> type[Report] | None:
    """Return the format that the end of a file's name chooses (in any case), or None.

    The longest ending counts: ``badge.json`` is a badge, ``health.json`` the report for programs.
    """
    lower = name.lower()
    fitting = [report for report in formats() if report.suffix and lower.endswith(report.suffix)]
    longest = max(fitting, key=lambda report: len(report.suffix), default=None)
    return class_of(longest) if longest is not None else None
