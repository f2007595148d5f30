"""The memory's file: its tables, how it is opened and kept small, and what can be wrong with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path

from linkwarden.model import UsageError
from linkwarden.store.records import instant, seconds, transaction
from linkwarden.store.validity import BoundedConnection, foreign_object, has_odd_row
from linkwarden.tree import NotAFileError, read_file, root_left

#: Marks the file as ours ("LWmm"), so that another program's database is never written to.
APPLICATION_ID = 0x4C576D6D
#: Seconds to wait for a command that is reading; a run keeps the file until its end.
PATIENCE_S = 2.0
#: The folder that is linkwarden's own, beside the list.
OWN_FOLDER = ".linkwarden"
_MAGIC = b"SQLite format 3\x00"
#: What the file may hold. A year of nights over a list of 10,000 links takes a tenth of it; a cache of GitHub
#: Actions has room for 10 GB in all, and is downloaded every night.
MAX_BYTES = 64 * 2**20
#: Of a file that is opened at all, with its log: ours may grow beyond its cap during one run.
_MOST_BYTES = 8 * MAX_BYTES
#: Each entry leads from one version of the file to the next. Entries that were released are never changed.
MIGRATIONS: tuple[Sequence[str], ...] = (
    (
        # One row for each set of inputs and filters that was ever checked together.
        "CREATE TABLE lists (id INTEGER PRIMARY KEY, scope TEXT NOT NULL UNIQUE)",
        """
        CREATE TABLE runs (
            at INTEGER NOT NULL, list INTEGER NOT NULL REFERENCES lists, state TEXT NOT NULL, counts TEXT NOT NULL,
            version TEXT NOT NULL, PRIMARY KEY (list, at)
        ) WITHOUT ROWID
        """,
        # Instants are whole seconds since 1970, UTC; ``key`` is the SHA-256 of the target's key.
        """
        CREATE TABLE addresses (
            id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, url TEXT NOT NULL, first_seen INTEGER NOT NULL,
            last_seen INTEGER NOT NULL, at INTEGER NOT NULL, verdict TEXT NOT NULL, code TEXT NOT NULL,
            last_ok INTEGER, failing_since INTEGER, failures INTEGER NOT NULL, days INTEGER NOT NULL,
            recent TEXT NOT NULL
        )
        """,
        # Every verdict with its time, at the cost of its changes: one row from the first run to the last that gave it.
        """
        CREATE TABLE spans (
            address INTEGER NOT NULL REFERENCES addresses ON DELETE CASCADE, first INTEGER NOT NULL,
            last INTEGER NOT NULL, verdict TEXT NOT NULL, code TEXT NOT NULL, PRIMARY KEY (address, first)
        ) WITHOUT ROWID
        """,
        # Which URLs were in which lists when these were last read completely.
        """
        CREATE TABLE listed (
            list INTEGER NOT NULL REFERENCES lists ON DELETE CASCADE,
            address INTEGER NOT NULL REFERENCES addresses ON DELETE CASCADE, PRIMARY KEY (list, address)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX listed_address ON listed (address)",
        # Good responses, stored while a run goes on; those of a run that was killed have no address yet.
        """
        CREATE TABLE answers (
            key BLOB PRIMARY KEY, checked_by TEXT NOT NULL, at INTEGER NOT NULL, looked INTEGER NOT NULL,
            status INTEGER, final_url TEXT, title TEXT, etag TEXT, last_modified TEXT, version TEXT NOT NULL
        ) WITHOUT ROWID
        """,
    ),
    # What the user has said of edits: ``fix`` is the SHA-256 of the replacement.
    (
        (
            "CREATE TABLE decisions (key BLOB NOT NULL, fix BLOB NOT NULL, yes INTEGER NOT NULL, at INTEGER NOT NULL, "
            "PRIMARY KEY (key, fix)) WITHOUT ROWID"
        ),
    ),
    (
        # What `linkwarden archive` knows of copies: that there is one, or what became of asking for one.
        """
        CREATE TABLE copies (
            key BLOB PRIMARY KEY, at INTEGER NOT NULL, state TEXT NOT NULL, detail TEXT NOT NULL
        ) WITHOUT ROWID
        """,
    ),
)


class UnusableError(Exception):
    """The file cannot be used as it is; the message says why, as the end of a sentence."""


class BusyError(UnusableError):
    """Another run has it."""


class CorruptError(UnusableError):
    """It is no longer a database, or not as linkwarden writes it."""


class ElsewhereError(UnusableError):
    """A symbolic link leads elsewhere."""


_NEVER_OURS = (CorruptError, "it is not as linkwarden writes it ({0})")
_MEANING: Mapping[int, tuple[type[UnusableError], str]] = {
    sqlite3.SQLITE_BUSY: (BusyError, "another run is using it"),
    sqlite3.SQLITE_LOCKED: (BusyError, "another run is using it"),
    sqlite3.SQLITE_CORRUPT: (CorruptError, "it is damaged"),
    sqlite3.SQLITE_NOTADB: (CorruptError, "it is damaged"),
    sqlite3.SQLITE_FULL: (UnusableError, "the disk is full"),
    sqlite3.SQLITE_READONLY: (UnusableError, "it cannot be written here"),
    sqlite3.SQLITE_CANTOPEN: (UnusableError, "it cannot be written here"),
    sqlite3.SQLITE_PERM: (UnusableError, "it cannot be written here"),
    sqlite3.SQLITE_IOERR: (UnusableError, "it cannot be read or written here ({0})"),  # also a read-only folder
    # What our statements never cause in a file of ours.
    sqlite3.SQLITE_CONSTRAINT: _NEVER_OURS,
    sqlite3.SQLITE_INTERRUPT: _NEVER_OURS,
    sqlite3.SQLITE_TOOBIG: _NEVER_OURS,
    sqlite3.SQLITE_MISMATCH: _NEVER_OURS,
    sqlite3.SQLITE_FORMAT: _NEVER_OURS,
}


def open_file(path: Path, *, named: Path | None = None) -> sqlite3.Connection:
    """Open a memory, updated to the newest version, and lock it until it is closed.

    Write-ahead logging and SQLite's exclusive locking: a process that is killed leaves a file that the next one
    finishes or rolls back, and no lock.

    Args:
        path: the file; it is created if it is missing.
        named: what it is called in messages, if it is a copy.

    Raises:
        BusyError: another process has it, and keeps it for longer than ``PATIENCE_S``.
        CorruptError: it is damaged, or not as linkwarden writes it.
        UnusableError: it cannot be opened or written.
        UsageError: it was written by a newer linkwarden, or is not a memory.
    """
    _refuse_strangers(path)
    connection: sqlite3.Connection | None = None
    try:
        connection = sqlite3.connect(path, timeout=PATIENCE_S, isolation_level=None, factory=BoundedConnection)
        _prepare(connection, named or path)
    except (sqlite3.Error, UnusableError, UsageError) as error:
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()
        if isinstance(error, sqlite3.Error):
            raise as_unusable(error) from error
        raise
    return connection


def refuse_links(path: Path) -> None:
    """Refuse a ``.linkwarden`` that is a link or holds one in place of the file, and links out of a repository.

    The repository's author might have put it there to have a file written elsewhere, or another one read (a terminal,
    a device).

    Raises:
        ElsewhereError: it is one.
    """
    in_own_folder = path.parent.name == OWN_FOLDER and (path.parent.is_symlink() or path.is_symlink())
    if in_own_folder or root_left(path) is not None:
        raise ElsewhereError("a symbolic link leads elsewhere; name the place that you mean with --state")


def as_unusable(error: sqlite3.Error) -> UnusableError:
    """Return what an error of SQLite means for the memory (https://sqlite.org/rescode.html)."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    kind, words = _MEANING.get(code, (UnusableError, "{0}"))
    return kind(words.format(error))


def _refuse_strangers(path: Path) -> None:
    """Refuse a file that was never a database, which is not ours to set aside, and one that is far too large."""
    try:
        head = read_file(path, len(_MAGIC))
        size = sum(p.stat().st_size for p in (path, path.with_name(path.name + "-wal")) if p.exists())
    except NotAFileError:
        raise UnusableError("it is not a regular file") from None
    except OSError:
        return  # missing, or SQLite will say what is wrong
    if head == _MAGIC and size > _MOST_BYTES:
        raise CorruptError("it is far larger than linkwarden lets it become")
    if head and head != _MAGIC:
        if path.suffix == ".sqlite3":
            raise CorruptError("it is damaged")
        raise _not_ours(path)


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    run = connection.execute
    # The file may come from a cache or a repository. What it has of its own is refused below; until then it may not
    # call functions.
    run("PRAGMA trusted_schema = OFF")
    run("PRAGMA foreign_keys = ON")
    run("PRAGMA locking_mode = EXCLUSIVE")
    run("PRAGMA journal_mode = WAL")
    run("PRAGMA synchronous = NORMAL")
    run("BEGIN IMMEDIATE")
    version = run("PRAGMA user_version").fetchone()[0]
    if run("SELECT count(*) FROM sqlite_master").fetchone()[0] and (
        run("PRAGMA application_id").fetchone()[0] != APPLICATION_ID
    ):
        raise _not_ours(path)
    if version > len(MIGRATIONS):
        raise UsageError(
            f"the memory {path} was written by a newer linkwarden (version {version} of the file; this linkwarden "
            f"knows {len(MIGRATIONS)})",
            "Update linkwarden, name another file with --state, or leave the memory out with --no-state.",
        )
    foreign = foreign_object(connection, chain.from_iterable(MIGRATIONS[:version]))
    if foreign:
        raise CorruptError(f"it has {foreign}")
    if version < len(MIGRATIONS):
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                run(statement)
        run(f"PRAGMA application_id = {APPLICATION_ID}")
        run(f"PRAGMA user_version = {len(MIGRATIONS)}")
    run("COMMIT")
    if run("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise CorruptError("it is damaged")
    if has_odd_row(connection):
        raise CorruptError("it has entries that linkwarden has not written")


def _not_ours(path: Path) -> UsageError:
    return UsageError(
        f"{path} is not a memory of linkwarden, so it is left alone",
        "Name a new file with --state, such as .linkwarden/state.sqlite3.",
    )


def set_aside(path: Path, now: datetime) -> Path:
    """Rename a damaged memory, with its log, so that a new one can be started; return its new name.

    Raises:
        OSError: the folder cannot be written.
    """
    aside = path.with_name(f"{path.name}.corrupt-{now:%Y%m%dT%H%M%SZ}")
    path.replace(aside)
    for ending in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + ending).replace(aside.with_name(aside.name + ending))
    return aside


def copy_of(path: Path, folder: Path) -> sqlite3.Connection:
    """Open a copy of a memory in a place where nothing can be written.

    A copy, because SQLite must replay the log of a run that was killed before it can read, and that writes.

    Args:
        path: the file.
        folder: an empty one for the copy.

    Raises:
        UnusableError: there is none, or it cannot be read.
        UsageError: as ``open_file``.
    """
    _refuse_strangers(path)
    copy = folder / "state.sqlite3"
    try:
        copy.write_bytes(read_file(path, _MOST_BYTES))
        with suppress(FileNotFoundError):
            log = read_file(path.with_name(path.name + "-wal"), _MOST_BYTES)
            copy.with_name(copy.name + "-wal").write_bytes(log)
    except OSError as error:
        raise UnusableError(
            "there is no memory that can be read" if not path.exists() else str(error.strerror)
        ) from None
    return open_file(copy, named=path)


@contextmanager
def copied(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a copy of a memory that is gone again afterwards (see ``copy_of``)."""
    import tempfile  # noqa: PLC0415 - a check that only uses its memory does without

    with tempfile.TemporaryDirectory(prefix="linkwarden-") as folder, closing(copy_of(path, Path(folder))) as copy:
        yield copy


def size_of(connection: sqlite3.Connection) -> int:
    """Return how many bytes of the file are in use."""
    pages: int = connection.execute("PRAGMA page_count").fetchone()[0]
    free: int = connection.execute("PRAGMA freelist_count").fetchone()[0]
    size: int = connection.execute("PRAGMA page_size").fetchone()[0]
    return (pages - free) * size


#: The share that is left after old entries were removed, so that the next time is some way off.
_AIM = 0.75
#: Ages beyond which entries are removed, one after the other.
_AGES = tuple(timedelta(days=days) for days in (730, 365, 180, 90, 60, 30, 14, 7))


def prune(connection: sqlite3.Connection, before: datetime) -> int:
    """Remove runs, verdicts and URLs that are older; return how many URLs were removed.

    The present verdict of a URL stays, however long it has had it.
    """
    limit = (seconds(before),)
    with transaction(connection):
        connection.execute("DELETE FROM runs WHERE at < ?", limit)
        connection.execute("DELETE FROM spans WHERE last < ?", limit)
        connection.execute("DELETE FROM answers WHERE at < ?", limit)
        connection.execute("DELETE FROM copies WHERE at < ?", limit)
        gone = connection.execute("DELETE FROM addresses WHERE last_seen < ?", limit).rowcount
        connection.execute(
            "DELETE FROM lists WHERE id NOT IN (SELECT list FROM runs) AND id NOT IN (SELECT list FROM listed)"
        )
    return gone


def compact(connection: sqlite3.Connection) -> None:
    """Return the space that pruning has freed to the disk."""
    connection.execute("VACUUM")


def keep_small(connection: sqlite3.Connection, cap: int = MAX_BYTES) -> bool:
    """Remove old entries if the memory has grown beyond its cap; return True if it had.

    What is oldest goes first, counted from the last run. Where the present alone is too much, the URLs that were seen
    first go, with all that is known of them.
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
    """Remove half of the URLs and all responses; return True if there were any URLs."""
    with transaction(connection):
        middle = connection.execute("SELECT (min(id) + max(id)) / 2 FROM addresses").fetchone()[0]
        connection.execute("DELETE FROM answers")
        connection.execute("DELETE FROM copies")
        if middle is None:
            return False
        connection.execute("DELETE FROM addresses WHERE id <= ?", (middle,))
    return True
