"""Hints on how to get more out of the next run. One function per hint; each looks at the finished run."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePath
from shlex import quote

from linkwarden.model import SETTLED, Run, Tag, Verdict
from linkwarden.text import host_of, is_http

_WORTH_A_HINT = 5
_MOST_HOSTS = 5
#: More lists are not named in a command.
_MOST_LISTS = 3


def hints(run: Run) -> tuple[str, ...]:
    """Return the hints for a finished run, most useful first; those of providers are in the run already."""
    found = (
        one(run)
        for one in (
            _no_network,
            _all_left_out,
            _out_of_time,
            _one_host_unverified,
            _unknowable,
            _nothing_connects,
            _images_that_end,
            _fixable,
        )
    )
    return tuple(text for text in found if text is not None)


def _no_network(run: Run) -> str | None:
    if not run.network_down:
        return None
    return (
        "Check the connection, the firewall and the proxy (--proxy), and run again; "
        "--offline runs only the checks that need no network."
    )


def _all_left_out(run: Run) -> str | None:
    if run.counts[Verdict.IGNORED] < len(run.results) or not run.tagged(Tag.LEFT_OUT):
        return None
    return "--include, --exclude and --kind left out every URL, so nothing was checked."


def _out_of_time(run: Run) -> str | None:
    count = run.tagged(Tag.NO_TURN)
    if run.interrupted or not count:
        return None
    return f"--max-time was used up before {count} URLs were checked; give it more time."


def _one_host_unverified(run: Run) -> str | None:
    if run.network_down or run.interrupted or run.tagged(Tag.OFFLINE) or run.counts[Verdict.UNVERIFIED] < _WORTH_A_HINT:
        return None
    hosts = Counter(
        host_of(r.target.address or "")
        for r in run.results
        if r.judgement.verdict is Verdict.UNVERIFIED and not r.has(Tag.NO_TURN) and not r.has(Tag.UNKNOWABLE)
    )
    hosts.pop("", None)
    host, count = hosts.most_common(1)[0] if hosts else ("", 0)
    if count < _WORTH_A_HINT:
        return None
    return f"{count} URLs on {host} could not be verified; `linkwarden probe URL` shows each request and response."


def _unknowable(run: Run) -> str | None:
    if not run.tagged(Tag.UNKNOWABLE):
        return None
    hosts = Counter(host_of(r.target.address or "").removeprefix("www.") for r in run.results if r.has(Tag.UNKNOWABLE))
    named = ", ".join(f"{host} {count}" for host, count in hosts.most_common(_MOST_HOSTS))
    more = ", …" if len(hosts) > _MOST_HOSTS else ""
    count = hosts.total()
    return f"No program can check {count} of the links ({named}{more}); they do not count against the list."


def _fixable(run: Run) -> str | None:
    """Name the command that makes the edits, for lists that are files here."""
    if all(verdict in SETTLED for verdict, count in run.counts.items() if count):
        return None
    fixes = [
        r.judgement.suggestion.safe
        for r in run.results
        if r.judgement.suggestion is not None and r.judgement.verdict not in SETTLED
    ]
    names = [quote(name) for name in run.inputs if _is_file(name)]
    if run.compared is not None or run.network_down or not fixes or not names:
        return None
    lists = " ".join(names) if len(names) <= _MOST_LISTS else "FILES"
    safe, others = sum(fixes), len(fixes) - sum(fixes)
    if not safe:
        return f"{_urls(others)} can be replaced after a look: `linkwarden fix {lists} --interactive` asks."
    more = f"; --interactive asks about {others:,} more" if others else ""
    return f"{_urls(safe)} can be replaced safely: `linkwarden fix {lists} --write`{more}."


def _is_file(name: str) -> bool:
    """Return whether an input is the name of a file, rather than a URL, ``owner/repo`` or standard input."""
    return not is_http(name) and name != "<stdin>" and bool(PurePath(name).suffix or "/" not in name)


def _images_that_end(run: Run) -> str | None:
    """Name the command that saves images, for lists that are files here."""
    if not run.counts[Verdict.EXPIRING]:
        return None
    count = sum(r.judgement.verdict is Verdict.EXPIRING and r.target.is_image for r in run.results)
    names = [quote(name) for name in run.inputs if _is_file(name)]
    if run.compared is not None or not count or not names:
        return None
    lists = " ".join(names) if len(names) <= _MOST_LISTS else "FILES"
    what = "1 image ends" if count == 1 else f"{count:,} images end"
    return f"{what} soon: `linkwarden rescue {lists}` saves copies and lets the list show them."


def _nothing_connects(run: Run) -> str | None:
    count = run.tagged(Tag.NO_CONNECTION)
    if run.network_down or run.interrupted or count < _WORTH_A_HINT or count * 2 <= len(run.results):
        return None
    return "Most URLs could not be reached; is a proxy or firewall in the way?"


def _urls(count: int) -> str:
    return f"{count:,} URL{'' if count == 1 else 's'}"
