"""What a finished run adds to the memory, and what the memory adds to its report."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from linkwarden._version import __version__
from linkwarden.model import SETTLED, Fixed, Remembered, Result, Run, Verdict
from linkwarden.store.observations import Look, Outlook, after, history, outlook
from linkwarden.store.records import (
    LIFE,
    Row,
    Scope,
    digest,
    instant,
    life_row,
    list_id,
    past_runs,
    seconds,
    transaction,
    verdict,
)
from linkwarden.text import mask_secrets

#: How many earlier runs a report gets: a quarter of a year of nights.
MAX_PAST = 90

Recall = Callable[[bytes], Remembered | None]

_LIFE_PLACES = ", ".join("?" * (LIFE.count(",") + 1))
_UPDATE = ", ".join(f"{name} = excluded.{name}" for name in LIFE.split(", ") if name != "first_seen")


@dataclass(frozen=True, slots=True)
class Line:
    """One result with what was known before and what is known now.

    Attributes:
        result: what the run found.
        name: what the address is called in the file.
        look: what that tells.
        before: what finished runs knew, and so told.
        now: what is known with this run, and with good answers to runs that were killed.
        kept: what of it is written down, or None.
    """

    result: Result
    name: bytes
    look: Look
    before: Remembered | None
    now: Remembered | None
    kept: Remembered | None


def state_of(run: Run) -> str:
    """Say whether a run looked at everything: ``complete``, or why not."""
    if run.interrupted:
        return "interrupted"
    if run.network_down:
        return "network-down"
    return "partial" if run.failures or run.unreadable else "complete"


def lines_of(run: Run, at: datetime, recall: Recall, finished: Recall) -> list[Line]:
    """Put every result of a run beside what is known of its address.

    Args:
        run: what was found.
        at: when.
        recall: gives what is known of an address, by its name in the file.
        finished: gives what finished runs knew of it.
    """
    return [_line(result, run, at, recall, finished) for result in run.results]


def _line(result: Result, run: Run, at: datetime, recall: Recall, finished: Recall) -> Line:
    name = digest(result.target.key)
    before, known = finished(name), recall(name)
    look = _look(result, at)
    now = after(known, look)
    kept = now
    if _is_mended(result, before, now):
        # What is mended is told by a run that comes to its end; until then the finding stands.
        kept = None if _was_halted(run) else now
    elif look.outlook in (Outlook.NONE, Outlook.UNSURE):
        kept = after(before, look)
    return Line(result, name, look, before, now, kept)


def _was_halted(run: Run) -> bool:
    return run.interrupted or run.network_down


def _look(result: Result, at: datetime) -> Look:
    judgement = result.judgement
    rule = result.evidence.rule
    code = judgement.rule.code if judgement.rule is not None else ""
    passing = rule is not None and rule.repeatable
    answered = result.evidence.status is not None
    return Look(at, outlook(result), judgement.verdict, code, passing=passing, answered=answered)


def with_histories(run: Run, lines: list[Line], listed: Container[bytes] | None = None) -> Run:
    """Give the run with the history of every result.

    Args:
        run: what was found.
        lines: its results, beside what is known.
        listed: what stood in these lists when they were last checked, or None where nobody knows. A finding that was
            put in since is new to them, however long it has been one.
    """
    results = tuple(
        line.result
        if line.result.judgement.verdict is Verdict.IGNORED
        else replace(
            line.result, history=history(line.before if listed is None or line.name in listed else None, line.now)
        )
        for line in lines
    )
    return replace(run, results=results)


def listed_before(connection: sqlite3.Connection, scope: Scope) -> frozenset[bytes] | None:
    """Give what stood in the lists when they were last checked; None if they never were."""
    known = connection.execute(
        "SELECT 1 FROM runs JOIN lists ON lists.id = runs.list WHERE scope = ? AND state = 'complete' LIMIT 1",
        (scope.as_text(),),
    )
    if known.fetchone() is None:
        return None
    rows = connection.execute(
        "SELECT key FROM addresses JOIN listed ON listed.address = addresses.id JOIN lists ON lists.id = listed.list "
        "WHERE scope = ?",
        (scope.as_text(),),
    )
    return frozenset(key for (key,) in rows)


def with_past(connection: sqlite3.Connection, run: Run, lines: list[Line], scope: Scope, at: datetime) -> Run:
    """Give the run with its earlier runs, and with what was fixed, as far as it can tell."""
    run = replace(run, past=past_runs(connection, scope, at, MAX_PAST))
    if _was_halted(run):
        return run
    fixed = [
        _fixed(line.result.target.url, line.before)
        for line in lines
        if line.before and _is_mended(line.result, line.before, line.now)
    ]
    if state_of(run) == "complete":
        fixed += _taken_out(connection, lines, scope)
    return replace(run, fixed=tuple(fixed))


def _is_mended(result: Result, before: Remembered | None, now: Remembered | None) -> bool:
    """Tell whether what was a finding for the last finished run is fine now, also by the word of a killed run."""
    if before is None or before.verdict in SETTLED or result.judgement.verdict is not Verdict.OK:
        return False
    return now is not None and now.verdict is Verdict.OK


def _fixed(url: str, before: Remembered) -> Fixed:
    return Fixed(mask_secrets(url), before.verdict, before.code, before.failing_since, listed=True)


def _taken_out(connection: sqlite3.Connection, lines: list[Line], scope: Scope) -> list[Fixed]:
    """Give the findings that stood in these lists when they were last read, and do so no more."""
    settled = sorted(v.value for v in SETTLED)
    rows = connection.execute(
        "SELECT key, url, verdict, code, failing_since FROM addresses "  # noqa: S608 - only question marks come in
        "JOIN listed ON listed.address = addresses.id JOIN lists ON lists.id = listed.list "
        f"WHERE scope = ? AND verdict NOT IN ({', '.join('?' * len(settled))}) ORDER BY url, key",
        (scope.as_text(), *settled),
    )
    present = {line.name for line in lines}
    return [
        Fixed(url, verdict(said), code, instant(since) if since is not None else None, listed=False)
        for name, url, said, code, since in rows
        if name not in present
    ]


def write_run(connection: sqlite3.Connection, run: Run, lines: list[Line], scope: Scope, at: datetime) -> None:
    """Write down what a run found, all or nothing."""
    with transaction(connection):
        number = list_id(connection, scope)
        counts = {verdict.value: n for verdict, n in run.counts.items() if n}
        connection.execute(
            "INSERT OR REPLACE INTO runs (at, list, state, counts, version) VALUES (?, ?, ?, ?, ?)",
            (seconds(at), number, state_of(run), json.dumps(counts, sort_keys=True), __version__),
        )
        # What nobody has ever looked at (mail addresses, what was left out) is not worth a row.
        kept = [line for line in lines if line.kept is not None]
        ids = _write_lives(connection, kept, seconds(at))
        _write_spans(connection, kept, ids, seconds(at))
        _forget_answers(connection, kept)
        _write_listed(connection, number, set(ids.values()), complete=state_of(run) == "complete")


def _write_lives(connection: sqlite3.Connection, lines: list[Line], at: int) -> Mapping[bytes, int]:
    def row(line: Line) -> Row:
        assert line.kept is not None  # noqa: S101 - the caller leaves these out
        return (line.name, mask_secrets(line.result.target.url), at, *life_row(line.kept))

    connection.executemany(
        f"INSERT INTO addresses (key, url, last_seen, {LIFE}) VALUES (?, ?, ?, {_LIFE_PLACES}) "  # noqa: S608
        f"ON CONFLICT (key) DO UPDATE SET url = excluded.url, last_seen = excluded.last_seen, {_UPDATE}",
        map(row, lines),
    )
    wanted = {line.name for line in lines}
    return {name: number for name, number in connection.execute("SELECT key, id FROM addresses") if name in wanted}


def _write_spans(connection: sqlite3.Connection, lines: list[Line], ids: Mapping[bytes, int], at: int) -> None:
    """Lengthen the last span of each address that was looked at, or begin a new one where the verdict changed."""
    looked = [
        (ids[line.name], line.look.verdict.value, line.look.code)
        for line in lines
        if line.look.outlook is not Outlook.NONE
    ]
    last = {
        address: (first, said, code)
        for address, first, said, code in connection.execute(
            "SELECT address, max(first), verdict, code FROM spans GROUP BY address"
        )
    }
    lengthened = [(at, a, last[a][0]) for a, said, code in looked if a in last and last[a][1:] == (said, code)]
    begun = [(a, at, at, said, code) for a, said, code in looked if a not in last or last[a][1:] != (said, code)]
    connection.executemany("UPDATE spans SET last = ? WHERE address = ? AND first = ?", lengthened)
    connection.executemany(
        "INSERT OR REPLACE INTO spans (address, first, last, verdict, code) VALUES (?, ?, ?, ?, ?)", begun
    )


def _forget_answers(connection: sqlite3.Connection, lines: list[Line]) -> None:
    """Drop the good answers of what is not well: a later run must not go by them."""
    ill = [
        (line.name,)
        for line in lines
        if line.look.outlook is Outlook.BAD
        or (line.look.outlook is Outlook.GOOD and line.look.verdict is not Verdict.OK)
    ]
    connection.executemany("DELETE FROM answers WHERE key = ?", ill)


def _write_listed(connection: sqlite3.Connection, number: int, now: set[int], *, complete: bool) -> None:
    """Note what stands in the lists; only a run that has seen all of them can tell what does so no more."""
    before = {row[0] for row in connection.execute("SELECT address FROM listed WHERE list = ?", (number,))}
    gone = before - now if complete else set()
    connection.executemany("DELETE FROM listed WHERE list = ? AND address = ?", [(number, a) for a in gone])
    connection.executemany("INSERT INTO listed (list, address) VALUES (?, ?)", [(number, a) for a in now - before])
