"""What a finished run adds to the memory, and what the memory adds to its report."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Container, Mapping
from dataclasses import replace
from datetime import datetime

from linkwarden._version import __version__
from linkwarden.model import SETTLED, Fixed, Remembered, Result, Run, Verdict
from linkwarden.records import dataclass
from linkwarden.sinks import as_utf8
from linkwarden.store.observations import Observation, Outcome, after, history, outcome_of
from linkwarden.store.records import (
    ADD_ADDRESS,
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

_UPDATE = ", ".join(f"{name} = excluded.{name}" for name in LIFE.split(", ") if name != "first_seen")


@dataclass(frozen=True, slots=True)
class Line:
    """One result with what was known before and what is known now.

    Attributes:
        result: what the run found.
        name: the URL's name in the file.
        seen: what the run observed.
        before: what finished runs knew, and so reported.
        now: what is known with this run, and with good responses to runs that were killed.
        kept: what is stored of it, or None.
    """

    result: Result
    name: bytes
    seen: Observation
    before: Remembered | None
    now: Remembered | None
    kept: Remembered | None


def state_of(run: Run) -> str:
    """Return ``complete`` for a run that has checked everything, or why it has not."""
    if run.interrupted:
        return "interrupted"
    if run.network_down:
        return "network-down"
    return "partial" if run.failures or run.unreadable else "complete"


def lines_of(run: Run, at: datetime, recall: Recall, finished: Recall) -> list[Line]:
    """Return every result of a run together with what is known of its URL.

    Args:
        run: what was found.
        at: when.
        recall: returns what is known of a URL, by its name in the file.
        finished: returns what finished runs knew of it.
    """
    return [line_of(result, run, at, recall, finished) for result in run.results]


def line_of(result: Result, run: Run, at: datetime, recall: Recall, finished: Recall) -> Line:
    """Return one result of a run; see ``lines_of``."""
    name = digest(result.target.key)
    before, known = finished(name), recall(name)
    seen = _observed(result, at)
    now = after(known, seen)
    kept = now
    if _is_fixed(result, before, now):
        # Only a run that comes to its end reports what is fixed; until then the finding stays.
        kept = None if _was_halted(run) else now
    elif seen.outcome in (Outcome.NONE, Outcome.UNSURE):
        kept = after(before, seen)
    return Line(result, name, seen, before, now, kept)


def _was_halted(run: Run) -> bool:
    return run.interrupted or run.network_down


def _observed(result: Result, at: datetime) -> Observation:
    judgement = result.judgement
    rule = result.evidence.rule
    code = judgement.rule.code if judgement.rule is not None else ""
    passing = rule is not None and rule.repeatable
    answered = result.evidence.status is not None
    return Observation(at, outcome_of(result), judgement.verdict, code, passing=passing, answered=answered)


def with_histories(run: Run, lines: list[Line], listed: Container[bytes] | None = None) -> Run:
    """Return the run with the history of every result.

    Args:
        run: what was found.
        lines: its results, with what is known.
        listed: what was in these lists when they were last checked, or None where that is not known. A finding that
            was added since is new to them, however long it has been one.
    """
    return replace(run, results=tuple(with_history(line, listed) for line in lines))


def with_history(line: Line, listed: Container[bytes] | None) -> Result:
    """Return one result with its history; see ``with_histories``."""
    if line.result.judgement.verdict is Verdict.IGNORED:
        return line.result
    before = line.before if listed is None or line.name in listed else None
    return replace(line.result, history=history(before, line.now))


def listed_before(connection: sqlite3.Connection, scope: Scope) -> frozenset[bytes] | None:
    """Return what was in the lists when they were last checked; None if they never were."""
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
    """Return the run with its earlier runs, and with what was fixed, as far as it can tell."""
    run = replace(run, past=past_runs(connection, scope, at, MAX_PAST))
    if _was_halted(run):
        return run
    fixed = [
        _fixed(line.result.target.url, line.before)
        for line in lines
        if line.before and _is_fixed(line.result, line.before, line.now)
    ]
    if state_of(run) == "complete":
        fixed += _taken_out(connection, lines, scope)
    return replace(run, fixed=tuple(fixed))


def _is_fixed(result: Result, before: Remembered | None, now: Remembered | None) -> bool:
    """Return True if what was a finding in the last finished run is ok now, also according to a killed run."""
    if before is None or before.verdict in SETTLED or result.judgement.verdict is not Verdict.OK:
        return False
    return now is not None and now.verdict is Verdict.OK


def _fixed(url: str, before: Remembered) -> Fixed:
    return Fixed(mask_secrets(url), before.verdict, before.code, before.failing_since, listed=True)


def _taken_out(connection: sqlite3.Connection, lines: list[Line], scope: Scope) -> list[Fixed]:
    """Return the findings that were in these lists when they were last read, and no longer are."""
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
    """Store what a run found, all or nothing."""
    with transaction(connection):
        number = list_id(connection, scope)
        counts = {verdict.value: n for verdict, n in run.counts.items() if n}
        connection.execute(
            "INSERT OR REPLACE INTO runs (at, list, state, counts, version) VALUES (?, ?, ?, ?, ?)",
            (seconds(at), number, state_of(run), json.dumps(counts, sort_keys=True), __version__),
        )
        # What was never checked (mail addresses, what was left out) is not worth a row.
        kept = [line for line in lines if line.kept is not None]
        ids = _write_lives(connection, kept, seconds(at))
        _write_spans(connection, kept, ids, seconds(at))
        _forget_answers(connection, kept)
        _write_listed(connection, number, set(ids.values()), complete=state_of(run) == "complete")


def _write_lives(connection: sqlite3.Connection, lines: list[Line], at: int) -> Mapping[bytes, int]:
    def row(line: Line) -> Row:
        assert line.kept is not None  # noqa: S101 - the caller leaves these out
        return (line.name, as_utf8(mask_secrets(line.result.target.url)), at, *life_row(line.kept))

    connection.executemany(
        f"{ADD_ADDRESS} ON CONFLICT (key) DO UPDATE SET url = excluded.url, last_seen = excluded.last_seen, {_UPDATE}",
        map(row, lines),
    )
    wanted = {line.name for line in lines}
    return {name: number for name, number in connection.execute("SELECT key, id FROM addresses") if name in wanted}


def _write_spans(connection: sqlite3.Connection, lines: list[Line], ids: Mapping[bytes, int], at: int) -> None:
    """Lengthen the last span of each URL that was checked, or begin a new one where the verdict changed."""
    looked = [
        (ids[line.name], line.seen.verdict.value, line.seen.code)
        for line in lines
        if line.seen.outcome is not Outcome.NONE
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
    """Delete the good responses of what is no longer ok: a later run must not rely on them."""
    lost = [
        (line.name,)
        for line in lines
        if line.seen.outcome is Outcome.BAD
        or (line.seen.outcome is Outcome.GOOD and line.seen.verdict is not Verdict.OK)
    ]
    connection.executemany("DELETE FROM answers WHERE key = ?", lost)


def _write_listed(connection: sqlite3.Connection, number: int, now: set[int], *, complete: bool) -> None:
    """Store what is in the lists; only a run that has read all of them can tell what was removed."""
    before = {row[0] for row in connection.execute("SELECT address FROM listed WHERE list = ?", (number,))}
    gone = before - now if complete else set()
    connection.executemany("DELETE FROM listed WHERE list = ? AND address = ?", [(number, a) for a in gone])
    connection.executemany("INSERT INTO listed (list, address) VALUES (?, ?)", [(number, a) for a in now - before])
