"""What a memory of earlier runs holds, and what it adds to a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkwarden.model._findings import Answer
from linkwarden.model._words import Verdict

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a failure of the network has to last before a link is called broken for it.

    Attributes:
        runs: in how many runs in a row, at least.
        days: on how many different days (UTC), at least.
        always: wait even where the address never answered in an earlier run; without it, only an address that is
            known to have answered gets the benefit of the doubt.
        counts: what this run sees is written down. Where it is not, no later run could tell that the wait is over, so
            nothing is held back.
    """

    runs: int = 3
    days: int = 3
    always: bool = False
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the memory holds of one address from earlier runs.

    Attributes:
        first_seen: when it was first checked.
        at: the last run that looked at it.
        verdict: what that run said.
        code: the rule that it named, or "".
        last_ok: when a reader last got it, or None.
        failing_since: the first failure of the unbroken row that lasted until ``at``, or None.
        failures: how many runs that row has.
        days: on how many different days (UTC) they were.
        recent: the last runs that could tell, oldest first: ``+`` a reader got it, ``-`` not.
        answer: the last good answer, or None.
    """

    first_seen: datetime
    at: datetime
    verdict: Verdict
    code: str = ""
    last_ok: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    days: int = 0
    recent: str = ""
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What the memory knows of one address, this run included.

    Attributes:
        first_seen: when it was first checked.
        last_ok: when a reader last got it, or None.
        failing_since: the first failure of the unbroken row that lasts until now, or None.
        failures: how many runs that row has.
        was: the verdict of the run before that looked at it, or None where there was none.
        flapping: it failed and came back several times lately.
    """

    first_seen: datetime
    last_ok: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    was: Verdict | None = None
    flapping: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """One earlier run over the same lists: when it was, and how many addresses had each verdict."""

    at: datetime
    counts: Mapping[Verdict, int]


@dataclass(frozen=True, slots=True)
class Fixed:
    """A finding of the run before that is one no more.

    Attributes:
        url: the address, secrets masked.
        verdict: what it had.
        code: the rule that it had.
        since: since when it had failed, or None.
        listed: it still stands in the list, and answers again; False if it was taken out or replaced.
    """

    url: str
    verdict: Verdict
    code: str
    since: datetime | None
    listed: bool
