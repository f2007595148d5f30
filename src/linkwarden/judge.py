"""From what was found to a verdict. Pure: no clock, no IO, no state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from linkwarden.model import BY_SEVERITY, WORKING, Evidence, Judgement, Tag, Verdict
from linkwarden.records import dataclass

#: What is said of a link that works and has nothing to it: one value for all of them.
_WORKS = Judgement(Verdict.OK, None, "")
_RANK = {verdict: rank for rank, verdict in enumerate(BY_SEVERITY)}


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

    The worst of them decides, with three exceptions. A guess made from the URL alone (a ``suspect`` note) yields to
    having seen the thing. An end that is further away than ``expiring_within`` is no finding. And that a URL has time
    left says nothing about whether it works: where a request was made and could not tell, the link is unverified, and
    its end is a remark.

    Args:
        evidence: the answer of the provider that settled the target.
        notes: what earlier providers remarked before they passed it on.
        policy: the present and the horizon.
    """
    if _is_end(evidence) and not _ends_soon(evidence, policy):
        evidence = replace(evidence, rule=None, reason="")
    if not notes:
        found = Judgement(
            verdict_of(evidence), evidence.rule, evidence.reason, evidence.expires_at, evidence.suggestion
        )
        return _WORKS if found == _WORKS else found
    counting = [note for note in notes if _counts(note, evidence, policy)]
    vain = _tried_in_vain(evidence)
    candidates = [evidence, *(note for note in counting if not (vain and _is_end(note)))]
    worst = max(candidates, key=lambda e: _RANK[verdict_of(e)])
    ends = [e.expires_at for e in (evidence, *notes) if e.expires_at is not None]
    suggestions = [e.suggestion for e in (worst, evidence, *counting) if e.suggestion is not None]
    return Judgement(
        verdict=verdict_of(worst),
        rule=worst.rule,
        reason=worst.reason,
        expires_at=min(ends, default=None),
        suggestion=suggestions[0] if suggestions else None,
        remark=" ".join(note.reason for note in counting if worst is evidence and vain and _is_end(note)),
    )


def _counts(note: Evidence, evidence: Evidence, policy: Policy) -> bool:
    """Return whether a note says anything beside the evidence."""
    if verdict_of(evidence) is Verdict.IGNORED:
        return False
    if verdict_of(note) is Verdict.SUSPECT:
        return verdict_of(evidence) not in WORKING
    return not _is_end(note) or _ends_soon(note, policy)


def _is_end(note: Evidence) -> bool:
    return verdict_of(note) is Verdict.EXPIRING


def _ends_soon(evidence: Evidence, policy: Policy) -> bool:
    return evidence.expires_at is None or evidence.expires_at - policy.now <= policy.expiring_within


def _tried_in_vain(evidence: Evidence) -> bool:
    """Return whether a request was made that could not tell. Without one (``--offline``) the URL alone is judged."""
    return (
        evidence.rule is not None
        and evidence.rule.verdict is Verdict.UNVERIFIED
        and not evidence.rule.tags & {Tag.NOT_LOOKED_AT, Tag.NO_TURN}
    )
