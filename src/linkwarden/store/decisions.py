"""What the user has said of edits, so that nobody is asked twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from linkwarden.store.memory import make_folder
from linkwarden.store.records import digest, seconds
from linkwarden.store.schema import UnusableError, as_unusable, open_file


class Decisions:
    """The answers of earlier times, and a place for new ones. Each is stored at once.

    Args:
        connection: a memory, or None where there is none: then answers are forgotten at the end.
    """

    def __init__(self, connection: sqlite3.Connection | None = None) -> None:
        self._connection = connection
        self._known: dict[tuple[bytes, bytes], bool] = {}
        if connection is not None:
            self._known = {(key, fix): bool(yes) for key, fix, yes in connection.execute(_ALL)}

    def of(self, key: str, url: str) -> bool | None:
        """Return what was said of a replacement for a URL, by the URL's key; None if nobody was asked."""
        return self._known.get((digest(key), digest(url)))

    def take(self, key: str, url: str, *, yes: bool, now: datetime) -> None:
        """Keep an answer.

        Raises:
            UnusableError: it cannot be stored.
        """
        name = digest(key), digest(url)
        self._known[name] = yes
        if self._connection is None:
            return
        try:
            self._connection.execute("INSERT OR REPLACE INTO decisions VALUES (?, ?, ?, ?)", (*name, yes, seconds(now)))
        except sqlite3.Error as error:
            self._connection = None
            raise as_unusable(error) from error


_ALL = "SELECT key, fix, yes FROM decisions"


@contextmanager
def open_decisions(path: Path | None, *, make: bool) -> Iterator[Decisions]:
    """Open the memory for answers.

    Args:
        path: the file, or None for none.
        make: create the file if it is missing.

    Raises:
        UnusableError: it cannot be used.
        UsageError: it was written by a newer linkwarden, or is not a memory.
    """
    if path is None or not (make or path.exists()):
        yield Decisions()
        return
    if make:
        make_folder(path)
    connection = open_file(path)
    try:
        yield Decisions(connection)
    finally:
        connection.close()


__all__ = ["Decisions", "UnusableError", "open_decisions"]
