"""Keeps the memory small: drops what is old, and what no list holds any more."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from linkwarden.store.records import instant, seconds, transaction
from linkwarden.store.schema import size_of

#: What the file may hold. A year of nights over a list of 10,000 links takes a tenth of it; a cache of GitHub Actions
#: has room for 10 GB in all, and is fetched every night.
MAX_BYTES = 64 * 2**20
#: What is left after a big cleaning, so that the next one is some time away.
_AIM = 0.75
#: Ages by which room is made, the oldest first.
_AGES = tuple(timedelta(days=days) for days in (730, 365, 180, 90, 60, 30, 14, 7))


def prune(connection: sqlite3.Connection, before: datetime) -> int:
    """Forget runs, verdicts and addresses that are older; gives how many addresses were forgotten.

    The verdict that an address has now stays, however long it has had it.
    """
    limit = (seconds(before),)
    with transaction(connection):
        connection.execute("DELETE FROM runs WHERE at < ?", limit)
        connection.execute("DELETE FROM spans WHERE last < ?", limit)
        connection.execute("DELETE FROM answers WHERE at < ?", limit)
        gone = connection.execute("DELETE FROM addresses WHERE last_seen < ?", limit).rowcount
        connection.execute(
            "DELETE FROM lists WHERE id NOT IN (SELECT list FROM runs) AND id NOT IN (SELECT list FROM listed)"
        )
    return gone


def compact(connection: sqlite3.Connection) -> None:
    """Give the room that pruning has left back to the disk."""
    connection.execute("VACUUM")


def keep_small(connection: sqlite3.Connection, cap: int = MAX_BYTES) -> bool:
    """Make room if the memory has grown beyond its cap; tells whether that was so.

    What is oldest goes first, counted from the last run. Where the present alone is too much, the addresses that
    were seen first go, with all that is known of them.
    """
    if size_of(connection) <= cap:
        return False
    last = connection.execute("SELECT max(at) FROM runs").fetchone()[0]
    for age in _AGES if last is not None else ():
        prune(connection, instant(last) - age)
        if size_of(connection) <= cap * _AIM:
            break
    while size_of(connection) > cap * _AIM and _halve(connection):
        pass
    compact(connection)
    return True


def _halve(connection: sqlite3.Connection) -> bool:
    """Forget half of the addresses and answers; tells whether there were any."""
    with transaction(connection):
        middle = connection.execute("SELECT (min(id) + max(id)) / 2 FROM addresses").fetchone()[0]
        connection.execute("DELETE FROM answers")
        if middle is None:
            return False
        connection.execute("DELETE FROM addresses WHERE id <= ?", (middle,))
    return True
