"""A memory that linkwarden has not written like this: set aside with a message, and never a failed run."""

from __future__ import annotations

import os
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkwarden.model import Verdict
from linkwarden.store import exchange, schema, validity
from linkwarden.store.memory import StoredMemory
from tests.store.nights import FIRST, one, pass_night, rows, said

A, B = "https://a.example/", "https://b.example/x"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A memory of two nights."""
    path = tmp_path / "state.sqlite3"
    for number in range(2):
        pass_night(path, number, {A: "ok", B: "gone"})
    return path


def change(state: Path, *statements: str) -> None:
    """Do something to a memory that linkwarden does not do."""
    with closing(sqlite3.connect(state)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def is_set_aside(state: Path) -> bool:
    """Tell whether a run goes on without what the memory holds, says so, and begins a new one that works."""
    before = len(list(state.parent.iterdir()))
    run = pass_night(state, 3, {A: "ok", B: "gone"})
    quiet = pass_night(state, 4, {A: "ok", B: "gone"})
    assert (run.failures, quiet.failures, said(quiet)) == ((), (), "")
    assert one(run, B).judgement.verdict is Verdict.BROKEN
    if said(run) == "":
        return False
    assert "The memory cannot be used: it " in said(run)
    assert ".corrupt-" in said(run)
    assert len(list(state.parent.iterdir())) > before
    history = one(quiet, B).history
    assert history is not None
    assert history.failures == 2
    return True


TRIGGER = "CREATE TRIGGER t AFTER INSERT ON runs BEGIN DELETE FROM addresses; END"


@pytest.mark.parametrize(
    "statements",
    [
        (TRIGGER,),
        ("CREATE VIEW v AS SELECT 1",),
        ("CREATE TABLE other (x)",),
        ("CREATE INDEX i ON addresses (url)",),
        ("CREATE INDEX i ON addresses (length(url))",),
        ("DROP INDEX listed_address",),
        ("DROP INDEX listed_address", "CREATE INDEX listed_address ON listed (list)"),
        ("DROP TABLE answers",),
        ("DROP TABLE answers", "CREATE VIEW answers AS SELECT key, 'web' AS checked_by FROM addresses"),
        ("DROP TABLE answers", "CREATE TABLE answers (key BLOB PRIMARY KEY)"),
        ("ALTER TABLE runs ADD COLUMN z TEXT CHECK (length(z) < 5)",),
        ("ALTER TABLE runs ADD COLUMN z TEXT DEFAULT (hex(randomblob(9)))",),
        ("ALTER TABLE addresses ADD COLUMN z AS (length(url))",),
        ("ALTER TABLE addresses RENAME COLUMN recent TO lately",),
    ],
    ids=" ".join,
)
def test_a_schema_that_is_not_ours_is_set_aside(state: Path, statements: tuple[str, ...]) -> None:
    """Nothing of it is run, not even by what we would write."""
    if "(hex(" in statements[0]:
        change(state, "DELETE FROM runs")  # SQLite adds such a column to an empty table only
    change(state, *statements)

    assert is_set_aside(state)


def test_the_command_says_it_too(state: Path) -> None:
    """A memory with a trigger is not opened by anything else either."""
    change(state, TRIGGER)

    with pytest.raises(schema.CorruptError, match="a trigger that linkwarden has not created"):
        schema.open_file(state)
    assert len(rows(state, "SELECT * FROM addresses")) == 2


@pytest.mark.parametrize("column", ["z", "z TEXT", "other INTEGER"])
def test_a_column_more_does_no_harm(state: Path, column: str) -> None:
    """One that has no rule of its own runs nothing."""
    change(state, f"ALTER TABLE addresses ADD COLUMN {column}", "ALTER TABLE runs ADD COLUMN y")

    assert not is_set_aside(state)


@pytest.mark.parametrize(
    "assignment",
    [
        "runs SET at = 99999999999999 WHERE at = (SELECT min(at) FROM runs)",
        "runs SET at = -99999999999999 WHERE at = (SELECT min(at) FROM runs)",
        "runs SET at = 'soon' WHERE at = (SELECT min(at) FROM runs)",
        "runs SET at = 1e300 WHERE at = (SELECT min(at) FROM runs)",
        "runs SET counts = 'not JSON'",
        "runs SET counts = '[1]'",
        'runs SET counts = \'{"ok": "1"}\'',
        "runs SET counts = '{\"ok\": -1}'",
        "runs SET counts = '{\"ok\": 1e400}'",
        "runs SET counts = replace(hex(zeroblob(50000)), '0', '[')",
        "runs SET version = x'00'",
        "lists SET scope = 'not JSON'",
        'lists SET scope = \'["README.md", ""]\'',
        "lists SET scope = '[[1], \"\"]'",
        "lists SET scope = '{}'",
        "addresses SET key = 'text' WHERE id = 1",
        "addresses SET key = x'00' WHERE id = 1",
        "addresses SET url = x'ff'",
        "addresses SET first_seen = 1.5",
        "addresses SET last_seen = 'now'",
        "addresses SET at = 253402300800",
        "addresses SET code = 'LW3010'",
        "addresses SET code = '<script>'",
        "addresses SET last_ok = 'never'",
        "addresses SET failing_since = 99999999999999",
        "addresses SET failures = -1",
        "addresses SET days = 9999999999",
        "addresses SET recent = '+++?'",
        "addresses SET recent = replace(hex(zeroblob(50)), '0', '+')",
        "spans SET last = 99999999999999",
        "spans SET code = 'x'",
        "spans SET verdict = x'00'",
        "answers SET looked = 'x'",
        "answers SET status = 'fine'",
        "answers SET status = 1000000",
        "answers SET final_url = x'00'",
        "answers SET key = x'00'",
    ],
)
def test_a_row_that_is_not_ours_sets_the_memory_aside(state: Path, assignment: str) -> None:
    """What no linkwarden writes is not believed, and no run fails over it."""
    change(state, f"UPDATE {assignment}")

    assert is_set_aside(state)


def test_every_column_has_a_rule(state: Path) -> None:
    """Whoever adds a column says what may stand in it; numbers of rows SQLite itself keeps to."""
    numbers = {"id", "list", "address"}
    for (table,) in rows(state, "SELECT name FROM sqlite_master WHERE type = 'table'"):
        columns = {row[1] for row in rows(state, f"PRAGMA table_info({table})")}
        assert columns - numbers == validity._COLUMNS.get(table, {}).keys()


@given(seed=st.integers(0, 2**32), flips=st.integers(1, 60))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_bytes_never_fail_a_run(state: Path, seed: int, flips: int) -> None:
    """Whatever is damaged where, a run ends well, and the one after it as well."""
    chance = random.Random(seed)  # noqa: S311 - damage, not a secret
    whole = state.read_bytes()
    spoilt = bytearray(whole)
    for _ in range(flips):
        spoilt[chance.randrange(100, len(spoilt))] = chance.randrange(256)
    try:
        state.write_bytes(spoilt)
        for number in (3, 4):
            run = pass_night(state, number, {A: "ok", B: "gone"})
            assert run.failures == ()
            assert one(run, B).judgement.verdict is Verdict.BROKEN
    finally:
        for path in state.parent.iterdir():
            path.unlink()
        state.write_bytes(whole)


def test_text_that_is_not_utf8_is_no_error(state: Path) -> None:
    """SQLite keeps any bytes in a text."""
    change(state, "UPDATE addresses SET url = CAST(x'68747470ff' AS TEXT), verdict = CAST(x'ff' AS TEXT)")

    assert not is_set_aside(state)


# --- bounds ---------------------------------------------------------------------------------------------------------


def test_no_statement_runs_without_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes too long is ended, and means that the memory is not ours."""
    monkeypatch.setattr(validity, "_STEP", 100)
    monkeypatch.setattr(validity, "_STEPS", 10)
    with closing(sqlite3.connect(":memory:", factory=validity.BoundedConnection)) as connection:
        for _ in range(20):  # each has a bound of its own
            connection.execute("SELECT 1").fetchall()
        with pytest.raises(sqlite3.OperationalError) as caught:
            connection.execute(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT sum(i) FROM n"
            ).fetchall()
        with pytest.raises(sqlite3.DataError):
            connection.execute("SELECT zeroblob(?)", (validity._LONGEST + 1,)).fetchall()

    assert isinstance(schema.as_unusable(caught.value), schema.CorruptError)


def test_a_file_that_is_far_too_large_is_not_read(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ours is kept small; one of gigabytes would only exhaust memory."""
    monkeypatch.setattr(schema, "_MOST_BYTES", state.stat().st_size - 1)

    assert "far larger" in said(pass_night(state, 3, {A: "ok"}))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """A run goes on without a memory where its place is taken by something that is no file."""
    os.mkfifo(tmp_path / "state.sqlite3")

    assert "not a regular file" in said(pass_night(tmp_path / "state.sqlite3", 0, {A: "ok"}))


# --- file names that are not UTF-8 ----------------------------------------------------------------------------------


def test_lists_with_any_name_are_remembered(tmp_path: Path) -> None:
    """A byte that is no UTF-8 is written out, in the memory and in what is exported from it."""
    state, copy, names = tmp_path / "state.sqlite3", tmp_path / "copy.sqlite3", ("über.md", "\udcff\udcfe.md")
    pass_night(state, 0, {A: "gone"}, inputs=names)
    run = pass_night(state, 1, {A: "gone"}, inputs=names)

    assert (said(run), run.failures) == ("", ())
    assert len(run.past) == 1
    assert one(run, A).history is not None
    with closing(schema.open_file(state)) as connection:
        lines = [line.encode() for line in exchange.export_lines(connection)]
    assert rb"\\xff\\xfe.md" in b"".join(lines)
    with closing(schema.open_file(copy)) as connection:
        exchange.merge(connection, exchange.read_lines(lines, "it", FIRST.replace(year=2027)))
    assert len(pass_night(copy, 2, {A: "gone"}, inputs=names).past) == 2


def test_an_answer_with_such_a_text_is_kept(tmp_path: Path) -> None:
    """A server may send any bytes in a header."""
    memory = StoredMemory(tmp_path / "state.sqlite3")
    memory.open()
    memory.close()
    run = pass_night(tmp_path / "state.sqlite3", 0, {"https://a.example/\udcff": "ok"})

    assert (said(run), run.failures) == ("", ())
