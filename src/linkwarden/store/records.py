"""The rows of the memory's file, and what they become: what is known of an address, and what a run is."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
from typing import Any

from linkwarden._version import __version__
from linkwarden.model import FAILS_BY_DEFAULT, Answer, History, Past, Remembered, Result, Validators, Verdict
from linkwarden.text import mask_secrets

#: Verdicts that a reader does not get the link with, whatever the rule.
_FAILING = FAILS_BY_DEFAULT | {Verdict.SUSPECT}
#: Rules of the engine with which nobody looked: a defect of ours, left out, offline, out of time, our network down,
#: not for a web server. None of them says anything about the link.
_NOBODY_LOOKED = frozenset({"LW001", "LW010", "LW011", "LW012", "LW013", "LW014"})

#: How many runs that could tell are looked back on for links that come and go: a week and a half of nights. What was
#: shaky a month ago does not matter to anybody any more.
LOOKED_BACK = 10
#: So many separate outages among them make a link flap. One failure in twenty is ordinary on the internet: with that,
#: two outages in ten runs befall one link in ten, three befall one in a hundred.
OUTAGES = 3
_OUTAGE = re.compile("-+")  # ``Outlook.BAD``, in a row


class Outlook(Enum):
    """What a look at an address tells."""

    GOOD = "+"  # a reader got it
    BAD = "-"  # a reader did not, or nobody answered
    UNSURE = "?"  # somebody looked and could not tell: a bot wall, a log-in, a rate limit
    NONE = ""  # nobody looked


@dataclass(frozen=True, slots=True)
class Look:
    """One look at an address: when, what it told, and what was said of it.

    Attributes:
        at: when.
        outlook: what it told.
        verdict: what was said of the address.
        code: the rule that was named, or "".
        passing: a failure of the network or of a server, which may pass by itself.
        answered: a server answered, whatever it said.
    """

    at: datetime
    outlook: Outlook
    verdict: Verdict
    code: str = ""
    passing: bool = False
    answered: bool = False


def outlook(result: Result) -> Outlook:
    """Tell what a result says about whether a reader gets the link.

    The evidence is asked before the verdict: a note made from the address alone (an end that is near) must not make a
    host that is silent look well.
    """
    verdict, rule = result.judgement.verdict, result.evidence.rule
    if verdict is Verdict.IGNORED or (rule is not None and rule.code in _NOBODY_LOOKED):
        return Outlook.NONE
    if verdict in _FAILING:  # by a review, where nobody was asked
        return Outlook.BAD
    if result.remembered:
        return Outlook.NONE
    if rule is not None and rule.verdict is Verdict.UNVERIFIED:
        return Outlook.BAD if rule.repeatable else Outlook.UNSURE
    return Outlook.UNSURE if verdict is Verdict.UNVERIFIED else Outlook.GOOD


def after(known: Remembered | None, look: Look) -> Remembered | None:
    """Give what is known of an address after one more look.

    A look that could not tell neither breaks nor lengthens a row of failures, and what an earlier one told stands:
    ``at``, ``verdict`` and ``code`` are those of the last look that could tell, if there ever was one. But a server
    that refuses is no dead one: it ends a row of failures of the network that was not called broken yet.

    Args:
        known: what was known before, or None.
        look: the new one, not earlier than the last.
    """
    if look.outlook is Outlook.NONE:
        return known
    if look.outlook is Outlook.UNSURE and known is not None and known.recent:
        waiting = known.failing_since is not None and known.verdict is Verdict.UNVERIFIED
        return _without_row(known) if waiting and look.answered else known
    if look.outlook is Outlook.UNSURE:
        return Remembered(known.first_seen if known is not None else look.at, look.at, look.verdict, look.code)
    return _told(known or Remembered(look.at, look.at, look.verdict), look)


def _told(known: Remembered, look: Look) -> Remembered:
    """Give what is known after a look that could tell."""
    bad = look.outlook is Outlook.BAD
    if bad and look.passing and known.verdict is Verdict.SUSPECT:
        known = _without_row(known)  # a page that looks ill, on a server that is well, is a matter of its own
    # While a row lasts, ``at`` is its last failure.
    another_day = not known.failures or look.at.date() != known.at.date()
    return Remembered(
        first_seen=known.first_seen,
        at=look.at,
        verdict=look.verdict,
        code=look.code,
        last_ok=known.last_ok if bad else look.at,
        failing_since=(known.failing_since or look.at) if bad else None,
        failures=known.failures + 1 if bad else 0,
        days=known.days + another_day if bad else 0,
        recent=(known.recent + look.outlook.value)[-LOOKED_BACK:],
        answer=known.answer,
    )


def _without_row(known: Remembered) -> Remembered:
    return replace(known, failing_since=None, failures=0, days=0)


def flapping(recent: str) -> bool:
    """Tell whether an address went and came often among its last runs (``Remembered.recent``)."""
    return len(_OUTAGE.findall(recent[-LOOKED_BACK:])) >= OUTAGES


def history(before: Remembered | None, now: Remembered | None) -> History | None:
    """Give what a report is told of an address, this run included; None if nobody ever looked at it."""
    if now is None:
        return None
    return History(
        first_seen=now.first_seen,
        last_ok=now.last_ok,
        failing_since=now.failing_since,
        failures=now.failures,
        was=before.verdict if before is not None else None,
        flapping=flapping(now.recent),
    )


Row = tuple[Any, ...]

#: The columns that make a ``Remembered``, after id and key.
LIFE = "first_seen, at, verdict, code, last_ok, failing_since, failures, days, recent"
_ANSWER = "checked_by, at, looked, status, final_url, title, etag, last_modified"
_VERDICTS = {verdict.value: verdict for verdict in Verdict}


def digest(key: str) -> bytes:
    """Give what an address is called in the file; the key itself may hold a signature or a password."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def seconds(instant: datetime) -> int:
    """Give an instant as the file holds it: whole seconds since 1970, rounded down, so never in the future."""
    return int(instant.timestamp() // 1)


@lru_cache(maxsize=4096)  # a run's rows share a few instants
def instant(stored: int) -> datetime:
    """Give an instant from the file."""
    return datetime.fromtimestamp(stored, UTC)


def verdict(stored: str) -> Verdict:
    """Give a verdict from the file; a word that is none is no verdict."""
    return _VERDICTS.get(stored, Verdict.UNVERIFIED)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Have all written or nothing."""
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
    """What a run was over; runs are compared with earlier ones of the same scope only.

    Attributes:
        inputs: names of the lists.
        filters: what narrowed it (``--kind``, ``--include`` …), in words that are the same for the same filters.
    """

    inputs: tuple[str, ...]
    filters: str = ""

    def as_text(self) -> str:
        """Give it as the file holds it."""
        return json.dumps([sorted(set(self.inputs)), self.filters], ensure_ascii=False)


class Known:
    """What is known of all addresses, for ``recall``: read once, then no IO.

    Good answers that another version of linkwarden got are left out, for it may have judged otherwise.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        rows = connection.execute(f"SELECT key, {LIFE} FROM addresses")  # noqa: S608 - our own column names
        self._lives: dict[bytes, Row] = {row[0]: row for row in rows}
        rows = connection.execute(f"SELECT key, {_ANSWER} FROM answers WHERE version = ?", (__version__,))  # noqa: S608
        self._answers: dict[bytes, Row] = {row[0]: row for row in rows}

    def finished(self, name: bytes) -> Remembered | None:
        """Give what finished runs knew of an address, by its digest: what reports have told of it."""
        life = self._lives.get(name)
        return _remembered(life, None) if life is not None else None

    def recall(self, name: bytes) -> Remembered | None:
        """Give what is known of an address, by its digest.

        A good answer that is younger than the last finished run is a look of its own: the run that got it was killed.
        """
        life, answer = self._lives.get(name), self._answers.get(name)
        told = _answer(answer) if answer is not None else None
        known = _remembered(life, told) if life is not None else None
        if told is None or (known is not None and told.at <= known.at):
            return known
        looked = after(known, Look(told.at, Outlook.GOOD, Verdict.OK))
        return replace(looked, answer=told) if looked is not None else None


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
    """Give what is known of an address as the columns of ``LIFE``."""
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
    """Write good answers, by the keys of their addresses."""
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
        mask_secrets(answer.final_url) if answer.final_url is not None else None,
        answer.title,
        given.etag,
        given.last_modified,
        __version__,
    )


def list_id(connection: sqlite3.Connection, scope: Scope) -> int:
    """Give the number of a scope; it is made if there is none."""
    connection.execute("INSERT OR IGNORE INTO lists (scope) VALUES (?)", (scope.as_text(),))
    found: int = connection.execute("SELECT id FROM lists WHERE scope = ?", (scope.as_text(),)).fetchone()[0]
    return found


def last_run(connection: sqlite3.Connection) -> datetime | None:
    """Give when the last run was, over whichever lists."""
    at = connection.execute("SELECT max(at) FROM runs").fetchone()[0]
    return instant(at) if at is not None else None


def past_runs(connection: sqlite3.Connection, scope: Scope, before: datetime, limit: int) -> tuple[Past, ...]:
    """Give the last complete runs of a scope before an instant, oldest first."""
    rows = connection.execute(
        "SELECT at, counts FROM runs JOIN lists ON lists.id = runs.list "
        "WHERE scope = ? AND state = 'complete' AND at < ? ORDER BY at DESC LIMIT ?",
        (scope.as_text(), seconds(before), limit),
    ).fetchall()
    return tuple(Past(instant(at), read_counts(counts)) for at, counts in reversed(rows))


def read_counts(stored: str) -> Mapping[Verdict, int]:
    """Give how many addresses had each verdict, every verdict named."""
    told = json.loads(stored)
    return {verdict: int(told.get(verdict.value, 0)) for verdict in Verdict}
