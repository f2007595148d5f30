"""What one check of a URL has observed, and what many in a row add up to. Pure: no clock, no IO."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from linkwarden.model import FAILING, History, Remembered, Result, Tag, Verdict
from linkwarden.patterns import pattern

#: Verdicts with which a reader does not get the link, whatever the rule.

#: How many conclusive runs count for links that come and go: a week and a half of nights. What was unstable a month
#: ago no longer matters.
LOOKED_BACK = 10
#: So many separate outages among them make a link flap. One failure in twenty is ordinary on the internet: with that,
#: two outages in ten runs happen to one link in ten, three to one in a hundred.
OUTAGES = 3
_OUTAGE = pattern("-+")  # ``Outcome.BAD``, in a row


class Outcome(Enum):
    """What a check of a URL has shown."""

    GOOD = "+"  # a reader got it
    BAD = "-"  # a reader did not, or no server answered
    UNSURE = "?"  # inconclusive: bot protection, a log-in, a rate limit
    NONE = ""  # it was not checked


class Observation(NamedTuple):
    """One check of a URL: when, what it showed, and what was reported.

    Attributes:
        at: when.
        outcome: what it showed.
        verdict: the verdict on the URL.
        code: the rule, or "".
        passing: a failure of the network or of a server, which may pass by itself.
        answered: a server answered, whatever it said.
    """

    at: datetime
    outcome: Outcome
    verdict: Verdict
    code: str = ""
    passing: bool = False
    answered: bool = False


def outcome_of(result: Result) -> Outcome:
    """Return what a result says about whether a reader gets the link.

    The evidence counts before the verdict: a note made from the URL alone (an end that is near) must not make a host
    that does not answer look ok.
    """
    verdict, rule = result.judgement.verdict, result.evidence.rule
    if verdict is Verdict.IGNORED or (rule is not None and Tag.NOT_LOOKED_AT in rule.tags):
        return Outcome.NONE
    if verdict in FAILING:  # by a review, without a request
        return Outcome.BAD
    if result.remembered:
        return Outcome.NONE
    if rule is not None and rule.verdict is Verdict.UNVERIFIED:
        return Outcome.BAD if rule.repeatable else Outcome.UNSURE
    return Outcome.UNSURE if verdict is Verdict.UNVERIFIED else Outcome.GOOD


def after(known: Remembered | None, seen: Observation) -> Remembered | None:
    """Return what is known of a URL after one more check.

    An inconclusive check neither ends nor lengthens a row of failures, and what an earlier one has shown stays: ``at``,
    ``verdict`` and ``code`` are those of the last conclusive check, if there ever was one. But a server that refuses
    is not a dead one: it ends a row of failures of the network that was not called broken yet.

    Args:
        known: what was known before, or None.
        seen: the new check, not earlier than the last.
    """
    if seen.outcome is Outcome.NONE:
        return known
    if seen.outcome is Outcome.UNSURE and known is not None and known.recent:
        waiting = known.failing_since is not None and known.verdict is Verdict.UNVERIFIED
        return _without_row(known) if waiting and seen.answered else known
    if seen.outcome is Outcome.UNSURE:
        return Remembered(known.first_seen if known is not None else seen.at, seen.at, seen.verdict, seen.code)
    return _concluded(known or Remembered(seen.at, seen.at, seen.verdict), seen)


def _concluded(known: Remembered, seen: Observation) -> Remembered:
    """Return what is known after a conclusive check."""
    bad = seen.outcome is Outcome.BAD
    if bad and seen.passing and known.verdict is Verdict.SUSPECT:
        known = _without_row(known)  # a suspect page on a working server is another matter
    # While a row lasts, ``at`` is its last failure.
    another_day = not known.failures or seen.at.date() != known.at.date()
    return Remembered(
        first_seen=known.first_seen,
        at=seen.at,
        verdict=seen.verdict,
        code=seen.code,
        last_ok=known.last_ok if bad else seen.at,
        failing_since=(known.failing_since or seen.at) if bad else None,
        failures=known.failures + 1 if bad else 0,
        days=known.days + another_day if bad else 0,
        recent=(known.recent + seen.outcome.value)[-LOOKED_BACK:],
        answer=known.answer,
    )


def _without_row(known: Remembered) -> Remembered:
    return replace(known, failing_since=None, failures=0, days=0)


def flapping(recent: str) -> bool:
    """Return True if a URL often failed and came back in its last runs (``Remembered.recent``)."""
    return len(_OUTAGE.findall(recent[-LOOKED_BACK:])) >= OUTAGES


def history(before: Remembered | None, now: Remembered | None) -> History | None:
    """Return what a report gets to know of a URL, this run included; None if it was never checked."""
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
