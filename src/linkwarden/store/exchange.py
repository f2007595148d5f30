"""A memory as JSON Lines, for those who keep it in git: one line for each run and each URL, in a fixed order.

Instants of the last run are written as such, so that the line of a link with which nothing happened stays the same
from night to night. Good responses (ETags and the like) are left out: they change every night, and a run without them
makes a request.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec

from linkwarden.model import UsageError, Verdict
from linkwarden.records import dataclass
from linkwarden.store.records import ADD_ADDRESS, instant, seconds, transaction
from linkwarden.text import mask_secrets

FORMAT = 1
_LAST_RUN = "last run"
_INSTANT = r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|last run)$"
_FORM = "Import what `linkwarden history export` has written."
#: Longest URL that is imported; nothing longer works anywhere.
_LONGEST_URL = 100_000

Instant = Annotated[str, msgspec.Meta(pattern=_INSTANT)]
Code = Annotated[str, msgspec.Meta(pattern=r"^(LW\d{3})?$")]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**31)]
State = Literal["complete", "interrupted", "network-down", "partial"]


class _Line(msgspec.Struct, forbid_unknown_fields=True, tag_field="type", kw_only=True):
    """One line; ``type`` tells which."""


class _Head(_Line, tag="linkwarden-memory"):
    version: int
    last_run: Instant | None = None


class _List(_Line, tag="list"):
    id: Count
    inputs: list[str]
    filters: str


class _Run(_Line, tag="run"):
    at: Instant
    list: Count
    state: State
    counts: dict[Verdict, Count]
    linkwarden: str


class _Span(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    first: Instant
    last: Instant
    verdict: Verdict
    code: Code = ""


class _Address(_Line, tag="address"):
    url: Annotated[str, msgspec.Meta(max_length=_LONGEST_URL)]
    key: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    first_seen: Instant
    last_seen: Instant
    at: Instant
    verdict: Verdict
    code: Code
    last_ok: Instant | None
    failing_since: Instant | None
    failures: Count
    days: Count
    recent: Annotated[str, msgspec.Meta(pattern=r"^[+-]{0,10}$")]
    lists: list[Count]
    spans: list[_Span]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import has added: runs and URLs that were new, or newer than what was known."""

    runs: int
    addresses: int


# --- out ------------------------------------------------------------------------------------------------------------


def export_lines(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield a memory line by line, without line ends: a head, the lists, the runs by time, the URLs in order."""
    newest = connection.execute("SELECT max(at) FROM runs").fetchone()[0]

    def written(stored: int) -> str:
        return _LAST_RUN if stored == newest else _text(stored)

    yield _encode(_Head(version=FORMAT, last_run=_text(newest) if newest is not None else None))
    numbers: dict[int, int] = {}
    for number, (row, scope) in enumerate(connection.execute("SELECT id, scope FROM lists ORDER BY scope"), 1):
        numbers[row] = number
        inputs, filters = json.loads(scope)
        yield _encode(_List(id=number, inputs=inputs, filters=filters))
    runs = connection.execute("SELECT at, list, state, counts, version FROM runs ORDER BY at, list")
    for at, row, state, counts, version in runs:
        by_verdict = dict(sorted(json.loads(counts).items()))
        yield _encode(_Run(at=_text(at), list=numbers[row], state=state, counts=by_verdict, linkwarden=version))
    yield from _export_addresses(connection, written, numbers)


def _export_addresses(
    connection: sqlite3.Connection, written: Callable[[int], str], numbers: Mapping[int, int]
) -> Iterator[str]:
    rows = connection.execute(
        "SELECT id, url, key, first_seen, last_seen, at, verdict, code, last_ok, failing_since, failures, days, recent "
        "FROM addresses ORDER BY url, key"
    )
    for number, url, key, first_seen, last_seen, at, said, code, last_ok, since, failures, days, recent in rows:
        spans = connection.execute(
            "SELECT first, last, verdict, code FROM spans WHERE address = ? ORDER BY first", (number,)
        )
        lists = connection.execute("SELECT list FROM listed WHERE address = ?", (number,))
        yield _encode(
            _Address(
                url=url,
                key=key.hex(),
                first_seen=_text(first_seen),
                last_seen=written(last_seen),
                at=written(at),
                verdict=said,
                code=code,
                last_ok=written(last_ok) if last_ok is not None else None,
                failing_since=_text(since) if since is not None else None,
                failures=failures,
                days=days,
                recent=recent,
                lists=sorted(numbers[row[0]] for row in lists),
                spans=[
                    _Span(first=_text(first), last=written(last), verdict=verdict, code=code)
                    for first, last, verdict, code in spans
                ],
            )
        )


def _encode(line: _Line) -> str:
    return msgspec.json.encode(line).decode()


def _text(stored: int) -> str:
    return f"{instant(stored):%Y-%m-%dT%H:%M:%SZ}"


# --- in -------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Exported:
    """What was exported, read line by line; also checks what lines say together."""

    now: datetime
    begun: bool = False
    last_run: str | None = None
    lists: dict[int, _List] = field(default_factory=dict)
    runs: list[_Run] = field(default_factory=list)
    addresses: list[_Address] = field(default_factory=list)

    def take(self, line: bytes) -> None:
        """Read one line.

        Raises:
            ValueError: it is not as it must be; the message says why.
        """
        read: _Head | _List | _Run | _Address = msgspec.json.decode(line, type=_Head | _List | _Run | _Address)
        if self.begun is isinstance(read, _Head):
            raise ValueError("a second head" if self.begun else "the first line must say what this is")
        self.begun = True
        if isinstance(read, _Head):
            if read.version > FORMAT:
                raise ValueError("it was written by a newer linkwarden; update this one")
            self.last_run = read.last_run
        elif isinstance(read, _List):
            self.lists[read.id] = read
        elif isinstance(read, _Run):
            self.stored(read.at)
            self._must_be_listed(read.list)
            self.runs.append(read)
        else:
            self._check(read)
            self.addresses.append(read)

    def _check(self, address: _Address) -> None:
        for number in address.lists:
            self._must_be_listed(number)
        first, at, seen = map(self.stored, (address.first_seen, address.at, address.last_seen))
        if not first <= at <= seen:
            raise ValueError("first_seen, at and last_seen are not in this order")
        since = self.stored(address.failing_since) if address.failing_since is not None else None
        if (since is None) is not (address.failures == 0) or address.days > address.failures:
            raise ValueError("failing_since, failures and days contradict each other")
        if since is not None and not first <= since <= at:
            raise ValueError("failing_since is outside the time that it was seen")
        if address.last_ok is not None and self.stored(address.last_ok) > at:
            raise ValueError("last_ok is later than the last check")
        if any(self.stored(span.first) > self.stored(span.last) for span in address.spans):
            raise ValueError("a span ends before it begins")

    def _must_be_listed(self, number: int) -> None:
        if number not in self.lists:
            raise ValueError(f"no list {number} was named before")

    def stored(self, text: str) -> int:
        """Return an instant as the memory holds it."""
        if text == _LAST_RUN:
            if self.last_run is None or self.last_run == _LAST_RUN:
                raise ValueError("the first line names no last run")
            text = self.last_run
        read = datetime.fromisoformat(text)
        if read > self.now:
            raise ValueError(f"{text} is in the future")
        return seconds(read)


def read_lines(lines: Iterable[bytes], name: str, now: datetime) -> Exported:
    """Read what was exported; empty lines are skipped.

    Args:
        lines: of the file.
        name: of the file, for messages.
        now: the present; nothing later is imported.

    Raises:
        UsageError: a line is not as it must be; the message names it.
    """
    read = Exported(now.astimezone(UTC))
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            read.take(line)
        except (ValueError, OverflowError, msgspec.MsgspecError) as error:
            raise UsageError(f"{name}:{number}: {error}", _FORM) from None
    if not read.begun:
        raise UsageError(f"{name}: the file is empty", _FORM)
    return read


def merge(connection: sqlite3.Connection, read: Exported) -> Imported:
    """Import what was exported, all or nothing. What the memory knows from later runs stays."""
    with transaction(connection):
        return _merge(connection, read)


def _merge(connection: sqlite3.Connection, reader: Exported) -> Imported:
    lists: dict[int, int] = {}
    for number, read in reader.lists.items():
        scope = json.dumps([sorted(set(read.inputs)), read.filters], ensure_ascii=False)
        connection.execute("INSERT OR IGNORE INTO lists (scope) VALUES (?)", (scope,))
        lists[number] = connection.execute("SELECT id FROM lists WHERE scope = ?", (scope,)).fetchone()[0]
    before = connection.total_changes
    connection.executemany(
        "INSERT OR IGNORE INTO runs (at, list, state, counts, version) VALUES (?, ?, ?, ?, ?)",
        [
            (reader.stored(run.at), lists[run.list], run.state, _counts(run), run.linkwarden)
            for run in sorted(reader.runs, key=lambda run: run.at)
        ],
    )
    runs = connection.total_changes - before
    return Imported(runs, sum(_merge_address(connection, reader, address, lists) for address in reader.addresses))


def _counts(run: _Run) -> str:
    return json.dumps({verdict.value: n for verdict, n in run.counts.items()}, sort_keys=True)


def _merge_address(connection: sqlite3.Connection, reader: Exported, read: _Address, lists: Mapping[int, int]) -> bool:
    """Import a URL if it is unknown or was checked later; return True if so."""
    key, stored = bytes.fromhex(read.key), reader.stored
    known = connection.execute("SELECT at, last_seen FROM addresses WHERE key = ?", (key,)).fetchone()
    if known is not None and known >= (stored(read.at), stored(read.last_seen)):
        return False
    connection.execute("DELETE FROM addresses WHERE key = ?", (key,))
    connection.execute("DELETE FROM answers WHERE key = ?", (key,))
    number = connection.execute(
        ADD_ADDRESS,
        (
            key,
            mask_secrets(read.url),
            stored(read.last_seen),
            stored(read.first_seen),
            stored(read.at),
            read.verdict.value,
            read.code,
            stored(read.last_ok) if read.last_ok is not None else None,
            stored(read.failing_since) if read.failing_since is not None else None,
            read.failures,
            read.days,
            read.recent,
        ),
    ).lastrowid
    connection.executemany(
        "INSERT OR REPLACE INTO spans (address, first, last, verdict, code) VALUES (?, ?, ?, ?, ?)",
        [(number, stored(s.first), stored(s.last), s.verdict.value, s.code) for s in read.spans],
    )
    connection.executemany("INSERT OR IGNORE INTO listed VALUES (?, ?)", [(lists[n], number) for n in read.lists])
    return True
