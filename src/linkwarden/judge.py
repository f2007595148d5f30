"""From what was found to a verdict. Pure: no clock, no IO, no state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from linkwarden.model import BY_SEVERITY, Evidence, Judgement, Verdict

_RANK = {verdict: rank for rank, verdict in enumerate(BY_SEVERITY)}
#: Verdicts that rest on having seen the thing itself.
_SEEN = frozenset({Verdict.OK, Verdict.MOVED, Verdict.DEGRADED})


@dataclass(frozen=True, slots=True)
class Policy:
    """What the judge goes by.

    Attributes:
        now: the instant that counts as the present.
        expiring_within: a URL that ends within this time is a finding today.
    """

    now: datetime
    expiring_within: timedelta = timedelta(days=30)


def verdict_of(evidence: Evidence) -> Verdict:
    """Return the verdict that one piece of evidence carries by itself."""
    return evidence.rule.verdict if evidence.rule is not None else Verdict.OK


def judge(evidence: Evidence, notes: Sequence[Evidence], policy: Policy) -> Judgement:
    """Weigh the deciding evidence and the notes that were made on the way.

    The worst of them decides, with two exceptions: a guess made from the URL alone (a ``suspect`` note)
    yields to having seen the thing, and an end that is further away than ``expiring_within`` is no finding.

    Args:
        evidence: the answer of the provider that settled the target.
        notes: what earlier providers remarked before they passed it on.
        policy: the present and the horizon.
    """
    seen = verdict_of(evidence) in _SEEN
    told_not_to_look = verdict_of(evidence) is Verdict.IGNORED
    candidates = [evidence, *(n for n in notes if not told_not_to_look and _counts(n, policy, seen=seen))]
    worst = max(candidates, key=lambda e: _RANK[verdict_of(e)])
    ends = [e.expires_at for e in (evidence, *notes) if e.expires_at is not None]
    suggestions = [e.suggestion for e in (worst, *candidates) if e.suggestion is not None]
    return Judgement(
        verdict=verdict_of(worst),
        rule=worst.rule,
        reason=worst.reason,
        expires_at=min(ends, default=None),
        suggestion=suggestions[0] if suggestions else None,
    )


def _counts(note: Evidence, policy: Policy, *, seen: bool) -> bool:
    verdict = verdict_of(note)
    if verdict is Verdict.SUSPECT:
        return not seen
    if verdict is Verdict.EXPIRING and note.expires_at is not None:
        return note.expires_at - policy.now <= policy.expiring_within
    return True
