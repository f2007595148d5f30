"""Which images of a list are worth a copy of one's own, and why. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache

from linkwarden import closed
from linkwarden.datafile import read_table
from linkwarden.model import FAILS_BY_DEFAULT, Result, Tag, Verdict
from linkwarden.records import dataclass
from linkwarden.review._wayback import archived_under
from linkwarden.signatures import Status, classify
from linkwarden.text import host_of
from linkwarden.url import Url, parse

#: An end further away is somebody's way to write "never".
_FAR = timedelta(days=5 * 365)
#: Images that are drawn for each reader; a copy would show the past for ever.
_CHANGING = re.compile(
    r"(?:\A|[./_?&=-])(?:badges?|shields?|buttons?|widgets?|counters?|hits|visitors?|stats?|build-status|coverage"
    r"|star-history|streak)(?:[./_?&=-]|\Z)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An image of which a copy is worth having.

    Attributes:
        result: what the check found.
        why: a clause.
        archived: the URL under which an archive may have it, if it can no longer be had where it is; else "".
    """

    result: Result
    why: str
    archived: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """An image that stays as it is, and why, as a clause."""

    result: Result
    why: str


def choose(
    results: Iterable[Result], now: datetime, failed: Mapping[str, datetime], is_private: Callable[[str], bool]
) -> list[Candidate | Left]:
    """Return the images of which a copy is worth having, and those that only look so, in the order of the results.

    Args:
        results: of a check.
        now: the instant that counts as the present.
        failed: hosts that did not answer in earlier runs, with the last time.
        is_private: tells of a host that what it sends is for the user alone.
    """
    shown = (result for result in results if result.target.is_image and result.target.address)
    found = (_look(result, now, failed, is_private) for result in shown)
    return [one for one in found if one is not None]


def _look(
    result: Result, now: datetime, failed: Mapping[str, datetime], is_private: Callable[[str], bool]
) -> Candidate | Left | None:
    url = parse(result.target.address or "")
    if url is None or result.has(Tag.NOT_LOOKED_AT):
        return None
    found: Candidate | Left | None = None
    verdict, rule = result.judgement.verdict, result.judgement.rule
    if verdict in FAILS_BY_DEFAULT:
        found = _lost(result, is_private)
    elif verdict is not Verdict.IGNORED:
        why = _ends(url, now) or _closes(url) or _is_fragile(url) or _fails(result, url, failed)
        found = Candidate(result, why) if why is not None else None
        if found is not None and verdict is Verdict.SUSPECT and rule is not None:
            found = Left(result, f"it is suspect ({rule.code} {rule.slug}), so a copy may be of something else")
    if found is not None and is_private(url.host):
        return Left(result, "its host gets headers, cookies or a password of yours, so it may not be for all readers")
    if found is not None and _CHANGING.search(url.text.partition("://")[2].partition("#")[0]):
        return Left(result, "it may be a badge or a counter, which changes")
    return found


def _lost(result: Result, is_private: Callable[[str], bool]) -> Candidate | Left:
    rule, suggestion = result.judgement.rule, result.judgement.suggestion
    why = f"readers no longer see it ({rule.code} {rule.slug})" if rule is not None else "readers no longer see it"
    archived = archived_under(result, is_private)
    if suggestion is not None and suggestion.safe:
        return Left(result, "`linkwarden fix` has a URL that works")
    if archived is None:
        return Left(result, f"{why}, and no archive has what is private or needs a signature")
    return Candidate(result, why, archived)


def _ends(url: Url, now: datetime) -> str | None:
    """Return what a URL says of its own end."""
    signed = classify(url.text)
    match signed.status:
        case Status.DATED if signed.ends_at is not None and not signed.sentinel and not signed.low_confidence:
            if now < signed.ends_at < now + _FAR:
                return f"its URL is signed to work until {signed.ends_at:%Y-%m-%d %H:%M} UTC"
        case Status.EPHEMERAL:
            return f"its URL is temporary: {signed.why}"
        case Status.SERVER_SIDE:
            return "its URL is signed, and only the server knows for how long"
        case Status.FRAGILE:
            return f"nobody promises that its URL goes on working: {signed.why}"
    return None


def _closes(url: Url) -> str | None:
    service = closed.find(url)
    return f"{service.name} seems to have closed {service.since}" if service is not None else None


def _is_fragile(url: Url) -> str | None:
    return next((why for hosts, why in _fragile() if url.on(*hosts)), None)


def _fails(result: Result, url: Url, failed: Mapping[str, datetime]) -> str | None:
    last = failed.get(host_of(url.text))
    if last is not None:
        return f"{url.host} did not answer on several days, the last time on {last:%Y-%m-%d}"
    if result.history is not None and result.history.flapping:
        return "it failed and came back several times in earlier runs"
    return None


@cache
def _fragile() -> Sequence[tuple[tuple[str, ...], str]]:
    rows = read_table(__package__, "fragile.tsv", ("hosts", "why", "grade", "source"))
    found: list[tuple[tuple[str, ...], str]] = []
    for row in rows:
        if not all(row[column] for column in ("hosts", "why", "grade", "source")):
            raise row.error("one of hosts, why, grade, source is empty")
        found.append((tuple(row["hosts"].split()), row["why"]))
    return found
