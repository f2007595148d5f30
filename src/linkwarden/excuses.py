"""Living with findings: what comments in a list, the configuration and a baseline say not to report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from linkwarden.config import Ignore
from linkwarden.model import Excuse, Run


@dataclass(frozen=True, slots=True)
class Baseline:
    """Findings that are known and not to be reported again, as (code, masked address) pairs."""

    path: Path
    known: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Accepted:
    """Everything that says not to report a finding.

    Attributes:
        comments: in the lists.
        entries: ``[[ignore]]`` of the configuration.
        baseline: findings known before, or None.
    """

    comments: Sequence[Excuse] = ()
    entries: Sequence[Ignore] = ()
    baseline: Baseline | None = None


def load_baseline(path: Path) -> Baseline:
    """Read a baseline file.

    Raises:
        UsageError: it is not there, or is not one.
    """
    return Baseline(path)


def excuse(run: Run, accepted: Accepted, today: date, *, complete: bool) -> Run:
    """Give the run with accepted findings as ``ignored``, and notices on what accepts nothing any more.

    Args:
        run: finished, with its real verdicts.
        accepted: what not to report.
        today: the day that counts as the present (UTC).
        complete: every link of the inputs was looked at, so that what excused nothing is unused.
    """
    del accepted, today, complete
    return run
