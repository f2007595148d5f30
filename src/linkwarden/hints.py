"""What the user could do to get more out of the next run. One function a hint; each looks at the finished run."""

from __future__ import annotations

from collections import Counter

from linkwarden.model import Run, Tag, Verdict
from linkwarden.text import host_of

_WORTH_A_HINT = 5


def hints(run: Run) -> tuple[str, ...]:
    """Give the hints that a finished run calls for, most useful first; those of providers are in the run already."""
    found = (
        one(run) for one in (_no_network, _all_left_out, _out_of_time, _one_host_unverified, _moved, _nothing_connects)
    )
    return tuple(text for text in found if text is not None)


def _no_network(run: Run) -> str | None:
    if not run.network_down:
        return None
    return (
        "Check the connection, a firewall, or a proxy (--proxy names one), and run again; "
        "--offline tells at once what needs no network."
    )


def _all_left_out(run: Run) -> str | None:
    if run.counts[Verdict.IGNORED] < len(run.results) or not any(r.has(Tag.LEFT_OUT) for r in run.results):
        return None
    return "Every address was left out by --include, --exclude or --kind, so nothing was checked."


def _out_of_time(run: Run) -> str | None:
    count = sum(r.has(Tag.NO_TURN) for r in run.results)
    if run.interrupted or not count:
        return None
    return f"The time of --max-time was used up before {count} addresses had their turn; a longer one reaches them."


def _one_host_unverified(run: Run) -> str | None:
    hosts = Counter(
        host_of(r.target.address or "")
        for r in run.results
        if r.judgement.verdict is Verdict.UNVERIFIED and not r.has(Tag.NO_TURN)
    )
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


def _nothing_connects(run: Run) -> str | None:
    count = sum(r.has(Tag.NO_CONNECTION) for r in run.results)
    if run.network_down or run.interrupted or count < _WORTH_A_HINT or count * 2 <= len(run.results):
        return None
    return "Most addresses could not be reached from here; is a proxy or firewall in the way?"


def _offline(run: Run) -> bool:
    return any(r.has(Tag.OFFLINE) for r in run.results)
