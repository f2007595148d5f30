"""Reads a memory that no run is using: what fails, what was fixed, what happened to one URL."""

from __future__ import annotations

import difflib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime, timedelta

from linkwarden.model import SETTLED, Verdict
from linkwarden.records import dataclass
from linkwarden.store.records import Row, digest, instant, seconds, verdict
from linkwarden.text import host_of, is_http, mask_secrets, target_key

#: For how long what was fixed is shown.
LATELY = timedelta(days=30)
#: On so many days something has to have failed before it is said of its host.
FAILED_DAYS = 2
_MOST_LIKE = 5

_COLUMNS = "id, key, url, verdict, code, first_seen, last_seen, at, last_ok, failing_since, failures, days"
_SETTLED = ", ".join(f"'{v.value}'" for v in sorted(SETTLED))


@dataclass(frozen=True, slots=True)
class Stretch:
    """The time from the first run to the last that gave a URL one verdict."""

    first: datetime
    last: datetime
    verdict: Verdict
    code: str


@dataclass(frozen=True, slots=True)
class Address:
    """What the memory holds of a URL.

    Attributes:
        number: its row.
        url: the URL, secrets masked.
        path: the list that a local link belongs to, as far as it is still known; else "".
        verdict: of the last conclusive run.
        code: the rule, or "".
        first_seen: when it was first checked.
        last_seen: when it was last in a list.
        at: the last conclusive run.
        last_ok: when a reader last got it, or None.
        failing_since: the first failure of the row that lasts, or None.
        failures: how many runs that row has.
        days: on how many different days they were.
    """

    number: int
    url: str
    path: str
    verdict: Verdict
    code: str
    first_seen: datetime
    last_seen: datetime
    at: datetime
    last_ok: datetime | None
    failing_since: datetime | None
    failures: int
    days: int


@dataclass(frozen=True, slots=True)
class Ended:
    """A finding that no longer applies: URL and list (as in ``Address``), its stretch, and if it is still listed."""

    url: str
    path: str
    stretch: Stretch
    listed: bool


@dataclass(frozen=True, slots=True)
class Totals:
    """How much a memory holds: URLs that are in a list, runs, and when the last of them was."""

    addresses: int
    runs: int
    last_run: datetime | None


def totals(connection: sqlite3.Connection) -> Totals:
    """Return how much there is."""
    addresses: int = connection.execute("SELECT count(DISTINCT address) FROM listed").fetchone()[0]
    runs, last = connection.execute("SELECT count(*), max(at) FROM runs").fetchone()
    return Totals(addresses, runs, instant(last) if last is not None else None)


def failing(connection: sqlite3.Connection) -> list[Address]:
    """Return what fails and is in a list, what has failed for longest first; then findings that are no failures."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM addresses WHERE (failing_since IS NOT NULL OR verdict NOT IN ({_SETTLED})) "  # noqa: S608
        "AND id IN (SELECT address FROM listed) ORDER BY failing_since IS NULL, failing_since, url, key"
    )
    inputs = _inputs(connection)
    return [_address(row, inputs) for row in rows]


def ended(connection: sqlite3.Connection, lately: timedelta = LATELY) -> list[Ended]:
    """Return the findings that ended lately (counted from the last run), the latest first."""
    last = connection.execute("SELECT max(at) FROM runs").fetchone()[0]
    if last is None:
        return []
    rows = connection.execute(
        "SELECT key, url, first, max(last), spans.verdict, spans.code, addresses.verdict, "  # noqa: S608 - our own words
        "addresses.id IN (SELECT address FROM listed) "
        "FROM spans JOIN addresses ON addresses.id = spans.address "
        f"WHERE spans.verdict NOT IN ({_SETTLED}) AND last >= ? "
        "AND (addresses.verdict = 'ok' OR addresses.id NOT IN (SELECT address FROM listed)) "
        "GROUP BY addresses.id ORDER BY max(last) DESC, url, key",
        (seconds(instant(last) - lately),),
    )
    inputs = _inputs(connection)
    return [
        Ended(url, _path(key, url, inputs), _stretch((a, b, said, code)), bool(listed))
        for key, url, a, b, said, code, _, listed in rows
    ]


def find(connection: sqlite3.Connection, url: str) -> list[Address]:
    """Return what is known of a URL as it is in a list; local ones may be in several.

    A web URL may be given without its scheme.
    """
    spellings = [url] if is_http(url) else [url, f"https://{url}", f"http://{url}"]
    names = [digest(target_key(spelling, "")) for spelling in spellings]
    shown = mask_secrets(url)
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM addresses WHERE key IN (?, ?, ?) OR url IN (?, ?) ORDER BY url, key",  # noqa: S608
        (*names, *[names[0]] * (3 - len(names)), url, shown),
    )
    inputs = _inputs(connection)
    return [_address(row, inputs) for row in rows]


def alike(connection: sqlite3.Connection, url: str) -> list[str]:
    """Return a few URLs that the user may have meant: those that contain the words, else similar ones."""
    rows = connection.execute("SELECT url FROM addresses WHERE instr(url, ?) ORDER BY url LIMIT ?", (url, _MOST_LIKE))
    holding = [row[0] for row in rows]
    if holding:
        return holding
    urls = [row[0] for row in connection.execute("SELECT url FROM addresses ORDER BY last_seen DESC LIMIT 5000")]
    return difflib.get_close_matches(url, urls, n=_MOST_LIKE)


def hosts_that_failed(connection: sqlite3.Connection, codes: Collection[str]) -> dict[str, datetime]:
    """Return the hosts of which URLs failed on several days, with the last time that one did.

    One bad night is ordinary on the internet and says nothing of a host.

    Args:
        connection: of a memory.
        codes: of the rules that count.
    """
    marks = ", ".join("?" * len(codes))
    rows = connection.execute(
        "SELECT url, first, last FROM spans JOIN addresses ON addresses.id = spans.address "  # noqa: S608 - our own words
        f"WHERE spans.code IN ({marks})",
        tuple(codes),
    )
    found: dict[str, set[datetime]] = defaultdict(set)
    for url, first, last in rows:
        found[host_of(url)] |= {instant(first), instant(last)}
    return {
        host: max(times)
        for host, times in found.items()
        if host and len({time.date() for time in times}) >= FAILED_DAYS
    }


def life(connection: sqlite3.Connection, address: Address) -> list[Stretch]:
    """Return the verdicts that a URL has had, oldest first."""
    rows = connection.execute(
        "SELECT first, last, verdict, code FROM spans WHERE address = ? ORDER BY first", (address.number,)
    )
    return [_stretch(row) for row in rows]


def _stretch(row: Row) -> Stretch:
    first, last, said, code = row
    return Stretch(instant(first), instant(last), verdict(said), code)


def _inputs(connection: sqlite3.Connection) -> list[str]:
    """Return the names of all lists that were ever checked."""
    names: set[str] = set()
    for (scope,) in connection.execute("SELECT scope FROM lists"):
        with suppress(ValueError, TypeError):  # a scope that we did not write
            names.update(map(str, json.loads(scope)[0]))
    return sorted(names)


def _path(key: bytes, url: str, inputs: list[str]) -> str:
    """Return the list of a local link: the file holds only a digest of the two."""
    if is_http(url):
        return ""
    return next((name for name in inputs if digest(target_key(url, name)) == key), "")


def _address(row: Row, inputs: list[str]) -> Address:
    number, key, url, said, code, first_seen, last_seen, at, last_ok, since, failures, days = row
    return Address(
        number,
        url,
        _path(key, url, inputs),
        verdict(said),
        code,
        instant(first_seen),
        instant(last_seen),
        instant(at),
        instant(last_ok) if last_ok is not None else None,
        instant(since) if since is not None else None,
        failures,
        days,
    )
