"""The rows of the memory's file, and what is read from them: what is known of a URL, and earlier runs."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from linkwarden._version import __version__
from linkwarden.model import Answer, Past, Remembered, Validators, Verdict
from linkwarden.sinks import as_utf8
from linkwarden.store.observations import Observation, Outcome, after
from linkwarden.text import mask_secrets

Row = tuple[Any, ...]

#: The columns that make a ``Remembered``, after id and key.
LIFE = "first_seen, at, verdict, code, last_ok, failing_since, failures, days, recent"
#: Adds a row: key, URL, ``last_seen``, then ``LIFE``.
_LIFE_PLACES = ", ".join("?" * (LIFE.count(",") + 1))
ADD_ADDRESS = f"INSERT INTO addresses (key, url, last_seen, {LIFE}) VALUES (?, ?, ?, {_LIFE_PLACES})"  # noqa: S608
_ANSWER = "checked_by, at, looked, status, final_url, title, etag, last_modified"
_VERDICTS = {verdict.value: verdict for verdict in Verdict}


def digest(key: str) -> bytes:
    """Return a URL's name in the file; its key itself may hold a signature or a password."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def seconds(instant: datetime) -> int:
    """Return an instant as the file holds it: whole seconds since 1970, rounded down, so never in the future."""
    return int(instant.timestamp() // 1)


@lru_cache(maxsize=4096)  # a run's rows share a few instants
def instant(stored: int) -> datetime:
    """Return an instant from the file."""
    return datetime.fromtimestamp(stored, UTC)


def verdict(stored: str) -> Verdict:
    """Return a verdict from the file; an unknown word is no verdict."""
    return _VERDICTS.get(stored, Verdict.UNVERIFIED)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Write all or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:  # a full disk has ended it already
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a run has checked; runs are compared only with earlier ones of the same scope.

    Attributes:
        inputs: names of the lists.
        filters: what narrowed it (``--kind``, ``--include`` …), in words that are the same for the same filters.
    """

    inputs: tuple[str, ...]
    filters: str = ""

    def as_text(self) -> str:
        """Return it as the file holds it."""
        return json.dumps([sorted(set(map(as_utf8, self.inputs))), self.filters], ensure_ascii=False)


class Known:
    """What is known of all URLs, for ``recall``: read once, then no IO.

    Good responses that another version of linkwarden got are left out, since it may have judged them differently.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        rows = connection.execute(f"SELECT key, {LIFE} FROM addresses")  # noqa: S608 - our own column names
        self._lives: dict[bytes, Row] = {row[0]: row for row in rows}
        rows = connection.execute(f"SELECT key, {_ANSWER} FROM answers WHERE version = ?", (__version__,))  # noqa: S608
        self._answers: dict[bytes, Row] = {row[0]: row for row in rows}

    def finished(self, name: bytes) -> Remembered | None:
        """Return what finished runs, and so their reports, knew of a URL, by its digest."""
        life = self._lives.get(name)
        return _remembered(life, None) if life is not None else None

    def recall(self, name: bytes) -> Remembered | None:
        """Return what is known of a URL, by its digest.

        A good response after the last finished run counts as a check: the run that got it was killed.
        """
        life, answer = self._lives.get(name), self._answers.get(name)
        good = _answer(answer) if answer is not None else None
        known = _remembered(life, good) if life is not None else None
        if good is None or (known is not None and good.at <= known.at):
            return known
        seen = after(known, Observation(good.at, Outcome.GOOD, Verdict.OK))
        return replace(seen, answer=good) if seen is not None else None


def _remembered(row: Row, answer: Answer | None) -> Remembered:
    _, first_seen, at, said, code, last_ok, failing_since, failures, days, recent = row
    return Remembered(
        first_seen=instant(first_seen),
        at=instant(at),
        verdict=verdict(said),
        code=code,
        last_ok=instant(last_ok) if last_ok is not None else None,
        failing_since=instant(failing_since) if failing_since is not None else None,
        failures=failures,
        days=days,
        recent=recent,
        answer=answer,
    )


def _answer(row: Row) -> Answer:
    _, checked_by, at, looked, status, final_url, title, etag, last_modified = row
    validators = Validators(etag, last_modified) if etag or last_modified else None
    return Answer(checked_by, instant(at), instant(looked), status, final_url, title, validators)


def life_row(known: Remembered) -> Row:
    """Return what is known of a URL as the columns of ``LIFE``."""
    return (
        seconds(known.first_seen),
        seconds(known.at),
        known.verdict.value,
        known.code,
        seconds(known.last_ok) if known.last_ok is not None else None,
        seconds(known.failing_since) if known.failing_since is not None else None,
        known.failures,
        known.days,
        known.recent,
    )


def write_answers(connection: sqlite3.Connection, answers: Mapping[str, Answer]) -> None:
    """Store good responses, by the keys of their URLs."""
    with transaction(connection):
        connection.executemany(
            f"INSERT OR REPLACE INTO answers (key, {_ANSWER}, version) "  # noqa: S608 - our own column names
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [_answer_row(key, answer) for key, answer in answers.items()],
        )


def _answer_row(key: str, answer: Answer) -> Row:
    given = answer.validators or Validators()
    return (
        digest(key),
        answer.checked_by,
        seconds(answer.at),
        seconds(answer.looked),
        answer.status,
        _optional(mask_secrets(answer.final_url) if answer.final_url is not None else None),
        _optional(answer.title),
        _optional(given.etag),
        _optional(given.last_modified),
        __version__,
    )


def _optional(text: str | None) -> str | None:
    return as_utf8(text) if text is not None else None


def list_id(connection: sqlite3.Connection, scope: Scope) -> int:
    """Return the number of a scope; it is added if there is none."""
    connection.execute("INSERT OR IGNORE INTO lists (scope) VALUES (?)", (scope.as_text(),))
    found: int = connection.execute("SELECT id FROM lists WHERE scope = ?", (scope.as_text(),)).fetchone()[0]
    return found


def last_run(connection: sqlite3.Connection) -> datetime | None:
    """Return when the last run was, of any scope."""
    at = connection.execute("SELECT max(at) FROM runs").fetchone()[0]
    return instant(at) if at is not None else None


def past_runs(connection: sqlite3.Connection, scope: Scope, before: datetime, limit: int) -> tuple[Past, ...]:
    """Return the last complete runs of a scope before an instant, oldest first."""
    rows = connection.execute(
        "SELECT at, counts FROM runs JOIN lists ON lists.id = runs.list "
        "WHERE scope = ? AND state = 'complete' AND at < ? ORDER BY at DESC LIMIT ?",
        (scope.as_text(), seconds(before), limit),
    ).fetchall()
    return tuple(Past(instant(at), read_counts(counts)) for at, counts in reversed(rows))


def read_counts(stored: str) -> Mapping[Verdict, int]:
    """Return how many URLs had each verdict, every verdict named."""
    counts = json.loads(stored)
    return {verdict: int(counts.get(verdict.value, 0)) for verdict in Verdict}
