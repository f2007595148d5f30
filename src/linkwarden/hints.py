"""What the user could do to get more out of the next run. One function a hint; each looks at the finished run."""

from __future__ import annotations

from collections import Counter

from linkwarden.model import Run, Verdict
from linkwarden.text import host_of

_WORTH_A_HINT = 5


def hints(run: Run) -> tuple[str, ...]:
    """Give the hints that a finished run calls for, most useful first; those of providers are in the run already."""
    found = (one(run) for one in (_one_host_unverified, _moved, _everything_unverified))
    return tuple(text for text in found if text is not None)


def _one_host_unverified(run: Run) -> str | None:
    hosts = Counter(host_of(r.target.address or "") for r in run.results if r.judgement.verdict is Verdict.UNVERIFIED)
    hosts.pop("", None)
    if run.network_down or run.interrupted or not hosts:
        return None
    host, count = hosts.most_common(1)[0]
    if count < _WORTH_A_HINT or _offline(run):
        return None
    return (
        f"{count} addresses on {host} could not be verified; `linkwarden probe` with one of them shows what was asked "
        "and what came back."
    )


def _moved(run: Run) -> str | None:
    count = run.counts[Verdict.MOVED]
    safe = sum(
        1
        for r in run.results
        if r.judgement.verdict is Verdict.MOVED and r.judgement.suggestion is not None and r.judgement.suggestion.safe
    )
    if count < _WORTH_A_HINT:
        return None
    return f"{count} links have moved for good; the new address of {safe} of them can be taken over without a look."


def _everything_unverified(run: Run) -> str | None:
    if run.network_down or run.interrupted or _offline(run) or not run.results:
        return None
    if run.counts[Verdict.UNVERIFIED] * 2 <= len(run.results):
        return None
    return "More than half of the addresses could not be verified; is a proxy or firewall in the way?"


def _offline(run: Run) -> bool:
    return any(r.judgement.rule is not None and r.judgement.rule.code == "LW011" for r in run.results)
