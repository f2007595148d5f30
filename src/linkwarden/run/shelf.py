"""Where a run puts what would fill the memory."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

#: So much is written at once.
BATCH = 1024


class Shelf:
    """Bytes by number, in a temporary database: SQLite removes its file as soon as it is open, where the system allows.

    The last ones are in memory until there is a batch of them. A disk that is full costs memory, not the run: what
    cannot be written stays there.
    """

    def __init__(self) -> None:
        self._waiting: dict[int, bytes] = {}
        self._full = BATCH
        self._database: sqlite3.Connection | None = None

    def put(self, number: int, data: bytes) -> None:
        """Keep bytes."""
        self._waiting[number] = data
        if len(self._waiting) >= self._full:
            self._write()

    def get(self, number: int) -> bytes:
        """Return the bytes of a number, which were put here."""
        data = self._waiting.get(number)
        if data is None:
            assert self._database is not None  # noqa: S101 - what does not wait was written
            (data,) = self._database.execute("SELECT data FROM shelf WHERE number = ?", (number,)).fetchone()
        return data

    def _write(self) -> None:
        import sqlite3  # noqa: PLC0415 - few runs need it

        try:
            database = self._database = self._database or self._opened()
            with database:
                database.execute("BEGIN")
                database.executemany("INSERT OR REPLACE INTO shelf VALUES (?, ?)", self._waiting.items())
        except sqlite3.Error:
            self._full = 2 * len(self._waiting)
        else:
            self._waiting.clear()
            self._full = BATCH

    def _opened(self) -> sqlite3.Connection:
        import sqlite3  # noqa: PLC0415 - few runs need it

        database = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        weakref.finalize(self, database.close)
        database.execute("PRAGMA journal_mode = MEMORY")
        database.execute("PRAGMA synchronous = OFF")
        database.execute("CREATE TABLE shelf (number INTEGER PRIMARY KEY, data BLOB NOT NULL)")
        return database
