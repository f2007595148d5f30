"""Weighs failures against earlier runs: one bad night is not a dead link, many in a row are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from linkwarden.answers import rules as http
from linkwarden.judge import verdict_of
from linkwarden.model import Evidence, Fact, FactKind, Patience, Remembered, Result, Rule, Verdict
from linkwarden.review._base import Needs, Review
from linkwarden.store.observations import Observation, Outcome, after, flapping, outcome_of

if TYPE_CHECKING:
    from linkwarden.net import Net

LASTING_FAILURE = Rule(
    "LW821",
    "no-answer-for-days",
    Verdict.BROKEN,
    "the URL has failed in several runs over several days",
    "One failure of a server or of the network proves nothing, so linkwarden first calls such a link unverified. "
    "According to the memory of earlier runs, the URL has failed in every run since the day that is named. "
    "--confirm-runs and --confirm-days say how long that has to last; by default it is three runs on three different "
    "days. Where the cause may be on this side (no common TLS version, no route, a response that only browsers "
    "accept), this is only said of a URL that has worked from here before.",
    "Open the URL in a browser. If it does not work there either, replace it with the suggested copy, if any, or "
    "remove it.",
    repeatable=True,
)
HELD_BACK = Rule(
    "LW822",
    "not-failing-for-long",
    Verdict.UNVERIFIED,
    "the URL has just stopped working, and may come back",
    "The host no longer exists, or refuses connections. A link that has never been seen working would be broken. But "
    "this URL worked in an earlier run, or --patient was given, and domains and servers do come back after a day or "
    "two. If it keeps failing, it is called broken.",
    "Nothing to do yet. `linkwarden history show URL` shows its earlier results.",
    repeatable=True,
)


#: Failures that may be linkwarden's own or its machine's every night, while readers get through: old encryption, a
#: network without IPv6, bad HTTP (docs/facts/http-answers.md#dns-and-network).
_MAY_BE_OURS = frozenset(rule.code for rule in (http.TLS_FAILED, http.UNREACHABLE, http.PROTOCOL_ERROR))


class MemoryReview(Review):
    """Calls a link broken that has failed for days, and holds back one that has just begun to fail."""

    name: ClassVar[str] = "memory"
    rank: ClassVar[int] = 75  # before the repairs, which look for an alternative URL of what is broken by now
    online: ClassVar[bool] = False
    needs: ClassVar[Needs] = Needs.LINK
    rules: ClassVar[tuple[Rule, ...]] = (LASTING_FAILURE, HELD_BACK)

    def wants(self, result: Result) -> bool:
        del result
        return self.ctx.patience is not None

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
    """Return a failure of the network the verdict that it has by now; everything else as it is."""
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
    runs = f" in {row.failures} runs" if row.failures > 1 else ""
    reason = f"It has failed{runs} since {row.failing_since:%Y-%m-%d}. The last time: {evidence.reason}"
    facts = (*evidence.facts, Fact(f"it has failed on {_days(row.days)} without working in between"))
    if row.last_ok is not None:
        facts = (*facts, Fact(f"it last worked on {row.last_ok:%Y-%m-%d}"))
    else:  # some hosts drop what comes from data centres without a word
        reason += " It has never worked from this machine, so check it from elsewhere before you remove it."
    return replace(evidence, rule=LASTING_FAILURE, reason=reason, facts=facts)


def _held_back(evidence: Evidence, row: Remembered, patience: Patience) -> Evidence:
    since = f"It has failed since {row.failing_since:%Y-%m-%d}"
    worked = f"; it last worked on {row.last_ok:%Y-%m-%d}" if row.last_ok is not None else ""
    runs = "1 run" if patience.runs == 1 else f"{patience.runs} runs in a row"
    takes = f"It will be called broken after failing in {runs} on {_days(patience.days)}"
    reason = f"{evidence.reason} {since}{worked}. {takes}."
    return replace(evidence, rule=HELD_BACK, reason=reason)


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} different days"


def _with_remark(evidence: Evidence, result: Result, known: Remembered | None, now: datetime) -> Evidence:
    """Return the evidence with a remark if the link comes and goes."""
    if known is None or Outcome.BAD.value not in known.recent:  # nearly every link of a list
        return evidence
    outcome = outcome_of(result)
    seen = after(known, Observation(now, outcome, verdict_of(evidence)))
    if outcome is Outcome.NONE or seen is None or not flapping(seen.recent):
        return evidence
    failed = seen.recent.count(Outcome.BAD.value)
    remark = f"it comes and goes: it failed in {failed} of the last {len(seen.recent)} runs, and came back in between"
    if any(fact.kind is FactKind.FLAPPING for fact in evidence.facts):  # said before the run was interrupted
        return evidence
    return replace(evidence, facts=(*evidence.facts, Fact(remark, kind=FactKind.FLAPPING)))
