"""Whether a memory is as linkwarden writes it: its schema, and every row. One that is not is set aside, never used.

The file may come from a cache or a pull request. A view or a trigger in it could run without end, and a row that no
linkwarden has written could end each run with an error.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing

from linkwarden.store.observations import LOOKED_BACK, Outcome

#: Statements of SQLite's virtual machine that one call may take, in steps after which it asks. The largest memory
#: needs a hundredth of it; it is some ten seconds.
_STEP, _STEPS = 1_000_000, 500
#: No text or row of ours is longer; SQLite's own limit is a thousand times as much.
_LONGEST = 16 * 2**20

_SCHEMA = "SELECT type, name, sql FROM sqlite_master"
#: Columns that somebody has added at the end: they do no harm if they are nothing but a name and a type.
_MORE_COLUMNS = r'(?:,"?\w+"?(?: (?:TEXT|INTEGER|REAL|BLOB|NUMERIC))?)*'

#: The years 1 to 9999, which is what Python can tell.
_INSTANT = "(typeof({0}) = 'integer' AND {0} BETWEEN -62135596800 AND 253402300799)"
_COUNT = "(typeof({0}) = 'integer' AND {0} BETWEEN 0 AND 2147483647)"
_TEXT = "(typeof({0}) = 'text')"
_KEY = "(typeof({0}) = 'blob' AND length({0}) = 32)"
_CODE = "(typeof({0}) = 'text' AND ({0} = '' OR {0} GLOB 'LW[0-9][0-9][0-9]'))"
_RECENT = (
    f"(typeof({{0}}) = 'text' AND length({{0}}) <= {LOOKED_BACK} "
    f"AND {{0}} NOT GLOB '*[^{Outcome.GOOD.value}{Outcome.BAD.value}]*')"
)
_OR_NULL = "({0} IS NULL OR %s)"
_STATUS = _OR_NULL % "(typeof({0}) = 'integer' AND {0} BETWEEN 0 AND 999)"
_COLUMNS: Mapping[str, Mapping[str, str]] = {
    "addresses": {
        "key": _KEY,
        "url": _TEXT,
        "first_seen": _INSTANT,
        "last_seen": _INSTANT,
        "at": _INSTANT,
        "verdict": _TEXT,
        "code": _CODE,
        "last_ok": _OR_NULL % _INSTANT,
        "failing_since": _OR_NULL % _INSTANT,
        "failures": _COUNT,
        "days": _COUNT,
        "recent": _RECENT,
    },
    "spans": {"first": _INSTANT, "last": _INSTANT, "verdict": _TEXT, "code": _CODE},
    "answers": {
        "key": _KEY,
        "checked_by": _TEXT,
        "at": _INSTANT,
        "looked": _INSTANT,
        "status": _STATUS,
        "final_url": _OR_NULL % _TEXT,
        "title": _OR_NULL % _TEXT,
        "etag": _OR_NULL % _TEXT,
        "last_modified": _OR_NULL % _TEXT,
        "version": _TEXT,
    },
    "decisions": {"key": _KEY, "fix": _KEY, "yes": _COUNT, "at": _INSTANT},
    "copies": {"key": _KEY, "at": _INSTANT, "state": _TEXT, "detail": _TEXT},
    "runs": {"at": _INSTANT, "state": _TEXT, "counts": _TEXT, "version": _TEXT},
    "lists": {"scope": _TEXT},
}


class BoundedConnection(sqlite3.Connection):
    """A connection on which no call runs without end, no value is huge, and text that is not UTF-8 is no error."""

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]  # whatever sqlite3.connect passes on
        self._steps = 0
        self.text_factory = _text
        self.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
        self.set_progress_handler(self._step, _STEP)

    def execute(self, *arguments: object) -> sqlite3.Cursor:
        self._steps = 0
        try:
            return super().execute(*arguments)  # type: ignore[arg-type]  # as above
        except UnicodeDecodeError:  # SQLite's message has words of a damaged schema in it
            error = sqlite3.DatabaseError("malformed database schema")
            error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise error from None

    def executemany(self, *arguments: object) -> sqlite3.Cursor:
        self._steps = 0
        return super().executemany(*arguments)  # type: ignore[arg-type]  # as above

    def _step(self) -> bool:
        self._steps += 1
        return self._steps > _STEPS


def _text(stored: bytes) -> str:
    return stored.decode("utf-8", errors="replace")


def foreign_object(connection: sqlite3.Connection, statements: Iterable[str]) -> str:
    """Return what the schema holds that linkwarden has not created, such as "a trigger", or "". Runs nothing of it.

    Args:
        connection: an open file.
        statements: those that have created its schema.
    """
    with closing(sqlite3.connect(":memory:")) as model:
        for statement in statements:
            model.execute(statement)
        ours = {(kind, name): _plain(sql) for kind, name, sql in model.execute(_SCHEMA)}
    theirs = {(kind, name): _plain(sql) for kind, name, sql in connection.execute(_SCHEMA)}
    for (kind, name), sql in theirs.items():
        what = f"{'an' if kind == 'index' else 'a'} {kind}"
        if (kind, name) not in ours:
            return f"{what} that linkwarden has not created"
        wanted = ours[kind, name]
        end = wanted.rfind(",PRIMARY KEY(") if ",PRIMARY KEY(" in wanted else wanted.rfind(")")
        if not re.fullmatch(re.escape(wanted[:end]) + _MORE_COLUMNS + re.escape(wanted[end:]), sql):
            return f"{what} that has been changed"
    return "" if len(theirs) == len(ours) else "not all of its tables"


def _plain(sql: str | None) -> str:
    """Return a statement without white space that means nothing; "" for an index that SQLite has made by itself."""
    return re.sub(r" ?([(),]) ?", r"\1", " ".join((sql or "").split()))


def has_odd_row(connection: sqlite3.Connection) -> bool:
    """Return True if a row is not as linkwarden writes it: of another type, no instant, no JSON."""
    for table, columns in _COLUMNS.items():
        sound = " AND ".join(rule.format(name) for name, rule in columns.items())
        query = f"SELECT 1 FROM {table} WHERE NOT ({sound}) LIMIT 1"  # noqa: S608 - our own words
        if connection.execute(query).fetchone() is not None:
            return True
    runs = connection.execute("SELECT DISTINCT counts FROM runs")
    lists = connection.execute("SELECT scope FROM lists")
    return not (all(_is_counts(text) for (text,) in runs) and all(_is_scope(text) for (text,) in lists))


def _is_counts(text: str) -> bool:
    counts = _json(text)
    return isinstance(counts, dict) and all(type(n) is int and 0 <= n < 2**31 for n in counts.values())


def _is_scope(text: str) -> bool:
    scope = _json(text)
    if not (isinstance(scope, list) and len(scope) == 2):
        return False
    names, filters = scope
    return isinstance(filters, str) and isinstance(names, list) and all(isinstance(name, str) for name in names)


def _json(text: str) -> object:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value
