"""What earlier runs say to what was found: one bad night is no dead link, and many in a row are one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from linkwarden.answers import rules as http
from linkwarden.judge import verdict_of
from linkwarden.model import Evidence, Fact, FactKind, Patience, Remembered, Result, Rule, Verdict
from linkwarden.review._base import Review
from linkwarden.store.observations import Observation, Outcome, after, flapping, outcome_of

if TYPE_CHECKING:
    from linkwarden.net import Net

LASTING_FAILURE = Rule(
    "LW821",
    "no-answer-for-days",
    Verdict.BROKEN,
    "the address has not worked in several runs over several days",
    "One failure of a server or of the network proves nothing, so linkwarden first calls such a link unverified. Its "
    "memory of earlier runs shows that the address has failed in every run since the day that is named, and that no "
    "run in between got a good answer. --confirm-runs and --confirm-days say how long that has to last; by default "
    "it is three runs on three different days. Where the cause may as well lie on this side (no common way to encrypt, "
    "no route, an answer that only browsers forgive), only an address that has worked from here before is called so.",
    "Open the address in a browser. If it does not work there either, replace it with the copy that is suggested, if "
    "any, or remove it.",
    repeatable=True,
)
HELD_BACK = Rule(
    "LW822",
    "not-failing-for-long",
    Verdict.UNVERIFIED,
    "the address has just stopped working, and may come back",
    "The host does not exist any more, or refuses connections. For a link that nobody has seen working, that is the "
    "end of it. The memory of earlier runs knows that this address has answered before, or --patient asks to wait, "
    "and domains and servers do come back after a day or two. If it goes on failing, it is called broken.",
    "Nothing to do yet. `linkwarden history show` with the address shows how it has fared.",
    repeatable=True,
)


#: Failures that may be linkwarden's own or its machine's every night, while readers get through: old encryption, a
#: network without IPv6, bad HTTP (docs/facts/http-answers.md#dns-and-network).
_MAY_BE_OURS = frozenset(rule.code for rule in (http.TLS_FAILED, http.UNREACHABLE, http.PROTOCOL_ERROR))


class MemoryReview(Review):
    """Calls broken what has failed for days, and waits with what has only just begun to."""

    name: ClassVar[str] = "memory"
    rank: ClassVar[int] = 75  # before the repairs, which look for a twin of what is broken by now
    online: ClassVar[bool] = False
    rules: ClassVar[tuple[Rule, ...]] = (LASTING_FAILURE, HELD_BACK)

    async def look(self, results: Sequence[Result], net: Net, now: datetime) -> AsyncIterator[Evidence]:
        """Weigh each failure of the network against how long it has lasted; say what comes and goes."""
        del net
        patience = self.ctx.patience
        if patience is None:
            return
        now = now.replace(microsecond=0)  # as the memory keeps it
        for result in results:
            known = self.ctx.recall(result.target.key)
            if known is not None and known.at > now:
                continue  # of a run that is in the future: not to be trusted
            evidence = _with_remark(_weighed(result.evidence, known, patience, now), result, known, now)
            if evidence is not result.evidence:
                yield evidence


def _weighed(evidence: Evidence, known: Remembered | None, patience: Patience, now: datetime) -> Evidence:
    """Give a failure of the network the verdict that it has by now; everything else as it is."""
    verdict = verdict_of(evidence)
    if evidence.rule is None or not evidence.rule.repeatable:
        return evidence
    row = after(known, Observation(now, Outcome.BAD, verdict, passing=True))
    if row is None or row.failing_since is None:
        return evidence
    called_broken = known is not None and known.failing_since is not None and known.verdict is Verdict.BROKEN
    # Three dates may be no more than 25 hours; half a day off is left to nightly runs that begin late.
    long = now - row.failing_since >= timedelta(days=patience.days - 1.5)
    lasting = called_broken or (row.failures >= patience.runs and row.days >= patience.days and long)
    theirs = called_broken or row.last_ok is not None or evidence.rule.code not in _MAY_BE_OURS
    if verdict is Verdict.UNVERIFIED and lasting and theirs:
        return _broken(evidence, row)
    doubtful = patience.counts and (patience.always or row.last_ok is not None)
    if verdict is Verdict.BROKEN and not lasting and doubtful:
        return _held_back(evidence, row, patience)
    return evidence


def _broken(evidence: Evidence, row: Remembered) -> Evidence:
    runs = f"in {row.failures} runs" if row.failures > 1 else "in this run"
    reason = f"No usable answer {runs} since {row.failing_since:%Y-%m-%d}. The last time: {evidence.reason}"
    facts = (*evidence.facts, Fact(f"it has failed on {_days(row.days)}, and in no run between did it work"))
    if row.last_ok is not None:
        facts = (*facts, Fact(f"it last worked on {row.last_ok:%Y-%m-%d}"))
    else:  # some hosts drop what comes from data centres without a word
        reason += " It has never worked from here, so look at it from elsewhere before you take it out."
    return replace(evidence, rule=LASTING_FAILURE, reason=reason, facts=facts)


def _held_back(evidence: Evidence, row: Remembered, patience: Patience) -> Evidence:
    since = f"This is so since {row.failing_since:%Y-%m-%d}"
    worked = f"; it last worked on {row.last_ok:%Y-%m-%d}" if row.last_ok is not None else ""
    runs = "1 run" if patience.runs == 1 else f"{patience.runs} runs in a row"
    takes = f"It is called broken once it has failed in {runs} on {_days(patience.days)}"
    reason = f"{evidence.reason} {since}{worked}. {takes}."
    return replace(evidence, rule=HELD_BACK, reason=reason)


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} different days"


def _with_remark(evidence: Evidence, result: Result, known: Remembered | None, now: datetime) -> Evidence:
    """Say of a link that comes and goes that it does."""
    if known is None or Outcome.BAD.value not in known.recent:  # nearly every link of a list
        return evidence
    told = outcome_of(result)
    seen = after(known, Observation(now, told, verdict_of(evidence)))
    if told is Outcome.NONE or seen is None or not flapping(seen.recent):
        return evidence
    failed = seen.recent.count(Outcome.BAD.value)
    remark = f"it comes and goes: it failed in {failed} of the last {len(seen.recent)} runs, and came back in between"
    if any(fact.kind is FactKind.FLAPPING for fact in evidence.facts):  # said before the run was interrupted
        return evidence
    return replace(evidence, facts=(*evidence.facts, Fact(remark, kind=FactKind.FLAPPING)))
