"""What one look at an address tells, and what many in a row add up to. Pure: no clock, no IO."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from linkwarden.model import FAILS_BY_DEFAULT, History, Remembered, Result, Tag, Verdict

#: Verdicts that a reader does not get the link with, whatever the rule.
_FAILING = FAILS_BY_DEFAULT | {Verdict.SUSPECT}

#: How many runs that could tell are looked back on for links that come and go: a week and a half of nights. What was
#: shaky a month ago does not matter to anybody any more.
LOOKED_BACK = 10
#: So many separate outages among them make a link flap. One failure in twenty is ordinary on the internet: with that,
#: two outages in ten runs befall one link in ten, three befall one in a hundred.
OUTAGES = 3
_OUTAGE = re.compile("-+")  # ``Outlook.BAD``, in a row


class Outlook(Enum):
    """What a look at an address tells."""

    GOOD = "+"  # a reader got it
    BAD = "-"  # a reader did not, or nobody answered
    UNSURE = "?"  # somebody looked and could not tell: a bot wall, a log-in, a rate limit
    NONE = ""  # nobody looked


@dataclass(frozen=True, slots=True)
class Look:
    """One look at an address: when, what it told, and what was said of it.

    Attributes:
        at: when.
        outlook: what it told.
        verdict: what was said of the address.
        code: the rule that was named, or "".
        passing: a failure of the network or of a server, which may pass by itself.
        answered: a server answered, whatever it said.
    """

    at: datetime
    outlook: Outlook
    verdict: Verdict
    code: str = ""
    passing: bool = False
    answered: bool = False


def outlook(result: Result) -> Outlook:
    """Tell what a result says about whether a reader gets the link.

    The evidence is asked before the verdict: a note made from the address alone (an end that is near) must not make a
    host that is silent look well.
    """
    verdict, rule = result.judgement.verdict, result.evidence.rule
    if verdict is Verdict.IGNORED or (rule is not None and Tag.NOT_LOOKED_AT in rule.tags):
        return Outlook.NONE
    if verdict in _FAILING:  # by a review, where nobody was asked
        return Outlook.BAD
    if result.remembered:
        return Outlook.NONE
    if rule is not None and rule.verdict is Verdict.UNVERIFIED:
        return Outlook.BAD if rule.repeatable else Outlook.UNSURE
    return Outlook.UNSURE if verdict is Verdict.UNVERIFIED else Outlook.GOOD


def after(known: Remembered | None, look: Look) -> Remembered | None:
    """Give what is known of an address after one more look.

    A look that could not tell neither breaks nor lengthens a row of failures, and what an earlier one told stands:
    ``at``, ``verdict`` and ``code`` are those of the last look that could tell, if there ever was one. But a server
    that refuses is no dead one: it ends a row of failures of the network that was not called broken yet.

    Args:
        known: what was known before, or None.
        look: the new one, not earlier than the last.
    """
    if look.outlook is Outlook.NONE:
        return known
    if look.outlook is Outlook.UNSURE and known is not None and known.recent:
        waiting = known.failing_since is not None and known.verdict is Verdict.UNVERIFIED
        return _without_row(known) if waiting and look.answered else known
    if look.outlook is Outlook.UNSURE:
        return Remembered(known.first_seen if known is not None else look.at, look.at, look.verdict, look.code)
    return _told(known or Remembered(look.at, look.at, look.verdict), look)


def _told(known: Remembered, look: Look) -> Remembered:
    """Give what is known after a look that could tell."""
    bad = look.outlook is Outlook.BAD
    if bad and look.passing and known.verdict is Verdict.SUSPECT:
        known = _without_row(known)  # a page that looks ill, on a server that is well, is a matter of its own
    # While a row lasts, ``at`` is its last failure.
    another_day = not known.failures or look.at.date() != known.at.date()
    return Remembered(
        first_seen=known.first_seen,
        at=look.at,
        verdict=look.verdict,
        code=look.code,
        last_ok=known.last_ok if bad else look.at,
        failing_since=(known.failing_since or look.at) if bad else None,
        failures=known.failures + 1 if bad else 0,
        days=known.days + another_day if bad else 0,
        recent=(known.recent + look.outlook.value)[-LOOKED_BACK:],
        answer=known.answer,
    )


def _without_row(known: Remembered) -> Remembered:
    return replace(known, failing_since=None, failures=0, days=0)


def flapping(recent: str) -> bool:
    """Tell whether an address went and came often among its last runs (``Remembered.recent``)."""
    return len(_OUTAGE.findall(recent[-LOOKED_BACK:])) >= OUTAGES


def history(before: Remembered | None, now: Remembered | None) -> History | None:
    """Give what a report is told of an address, this run included; None if nobody ever looked at it."""
    if now is None:
        return None
    return History(
        first_seen=now.first_seen,
        last_ok=now.last_ok,
        failing_since=now.failing_since,
        failures=now.failures,
        was=before.verdict if before is not None else None,
        flapping=flapping(now.recent),
    )
