"""What can be wrong with the memory's file, and that a run goes on in spite of it."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from linkwarden.model import Answer, UsageError, Verdict
from linkwarden.store import schema
from linkwarden.store import schema as upkeep
from linkwarden.store.memory import StoredMemory, open_memory
from tests.store.nights import finished, night, one, pass_night, rows, said

A = "https://a.example/"
NOBODY = 65534


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A memory that is not there yet."""
    return tmp_path / "state.sqlite3"


@pytest.fixture
def powerless(tmp_path: Path) -> Iterator[Path]:
    """A folder in which this process may write nothing, once ``chmod 555`` is said."""
    if sys.platform == "win32":
        pytest.skip("folders are guarded otherwise there")
    folder = tmp_path / "list"
    folder.mkdir()
    opened = [path for path in (tmp_path, *tmp_path.parents) if path.owner() == Path(tmp_path).owner()]
    modes = {path: path.stat().st_mode for path in opened if str(path).startswith("/tmp/")}  # noqa: S108 - pytest's
    root = os.geteuid() == 0
    if root:  # whom no mode stops
        for path, mode in modes.items():
            path.chmod(mode | 0o055)
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
            for path, mode in modes.items():
                path.chmod(mode)
        folder.chmod(0o755)


def _forbid(folder: Path) -> None:
    """Forbid writing in a folder, to root too, who plays nobody meanwhile."""
    nobody = os.geteuid() == NOBODY
    if nobody:
        os.seteuid(0)
    folder.chmod(0o555)
    if nobody:
        os.seteuid(NOBODY)


def _as_owner(folder: Path, number: float, found: dict[str, str]) -> None:
    """Let a night pass for somebody who may write."""
    nobody = os.geteuid() == NOBODY
    if nobody:
        os.seteuid(0)
    pass_night(folder / "state.sqlite3", number, found)
    if nobody:
        os.seteuid(NOBODY)


# --- where it is ----------------------------------------------------------------------------------------------------


def test_our_own_folder_keeps_itself_out_of_git(tmp_path: Path) -> None:
    """``.linkwarden/`` is made with a .gitignore, so that nobody commits a database by accident."""
    pass_night(tmp_path / ".linkwarden" / "state.sqlite3", 0, {A: "ok"})

    assert (tmp_path / ".linkwarden" / ".gitignore").read_text("utf-8") == "*\n"


def test_a_folder_that_was_there_stays_as_it_is(tmp_path: Path) -> None:
    """Nothing is put into a folder that linkwarden did not make, or that is not its own."""
    (tmp_path / ".linkwarden").mkdir()
    pass_night(tmp_path / ".linkwarden" / "state.sqlite3", 0, {A: "ok"})
    pass_night(tmp_path / "cache" / "deep" / "state.sqlite3", 0, {A: "ok"})

    assert not (tmp_path / ".linkwarden" / ".gitignore").exists()
    assert not (tmp_path / "cache" / ".gitignore").exists()
    assert (tmp_path / "cache" / "deep" / "state.sqlite3").exists()


def test_one_file_is_left(state: Path) -> None:
    """After a run there is one file to put into a cache, and no log beside it."""
    pass_night(state, 0, {A: "ok"})

    assert [path.name for path in state.parent.iterdir()] == ["state.sqlite3"]


@pytest.mark.parametrize("folder_too", [True, False])
def test_a_link_in_a_repository_is_not_followed(tmp_path: Path, *, folder_too: bool) -> None:
    """A hostile repository has no file written, or read, elsewhere through a ``.linkwarden`` that is a link."""
    elsewhere, own = tmp_path / "elsewhere", tmp_path / ".linkwarden"
    pass_night(elsewhere / "state.sqlite3", 0, {A: "gone"})
    if folder_too:
        own.symlink_to(elsewhere)
    else:
        own.mkdir()
        (own / "state.sqlite3").symlink_to(elsewhere / "state.sqlite3")
    before = (elsewhere / "state.sqlite3").read_bytes()

    run = pass_night(own / "state.sqlite3", 1, {A: "gone"})

    assert [path.name for path in elsewhere.iterdir()] == ["state.sqlite3"]
    assert (elsewhere / "state.sqlite3").read_bytes() == before
    assert one(run, A).history is None
    assert "a symbolic link leads elsewhere" in said(run)


# --- two at once ----------------------------------------------------------------------------------------------------


def test_a_second_run_goes_on_without_the_memory(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two runs at once do not spoil each other's rows: the second knows nothing, writes nothing, and says so."""
    monkeypatch.setattr(schema, "PATIENCE_S", 0.01)
    pass_night(state, 0, {A: "ok"})
    with open_memory(state) as first:
        second = pass_night(state, 1, {A: "gone"})
        run = asyncio.run(first.finish(finished(night(2), {A: "ok"})))

    assert "another run is using it" in said(second)
    assert one(second, A).history is None
    assert said(run) == ""
    assert rows(state, "SELECT count(*) FROM runs") == [(2,)]


def test_the_place_of_a_notice_is_the_file(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A notice names the memory's file, so that its reader knows where to look."""
    monkeypatch.setattr(schema, "PATIENCE_S", 0.01)
    with open_memory(state):
        run = pass_night(state, 0, {A: "ok"})

    assert [(notice.path, notice.line) for notice in run.notices] == [(str(state), 0)]


# --- where nothing can be written -----------------------------------------------------------------------------------


def test_a_folder_that_cannot_be_written_is_read(powerless: Path) -> None:
    """What earlier runs found is used, and the run says that it adds nothing."""
    _as_owner(powerless, 0, {A: "timeout"})
    _forbid(powerless)

    run = pass_night(powerless / "state.sqlite3", 1, {A: "timeout"})

    told = one(run, A).history
    assert told is not None
    assert told.failures == 2
    assert "was read, but what this run found was not stored" in said(run)
    assert list(powerless.iterdir()) == [powerless / "state.sqlite3"]


def test_a_folder_that_cannot_be_written_and_is_empty_is_no_error(powerless: Path) -> None:
    """A run in a read-only checkout goes on without a memory, and says so."""
    _forbid(powerless)

    run = pass_night(powerless / ".linkwarden" / "state.sqlite3", 0, {A: "ok"})
    other = pass_night(powerless / "state.sqlite3", 0, {A: "ok"})

    assert "no memory" in said(run)
    assert "its folder could not be created" in said(run)
    assert "no memory" in said(other)
    assert list(powerless.iterdir()) == []


def test_a_folder_that_is_a_file_is_no_error(tmp_path: Path) -> None:
    """Nor is a place where no folder can be."""
    (tmp_path / "file").write_text("x", "utf-8")

    assert "no memory" in said(pass_night(tmp_path / "file" / "state.sqlite3", 0, {A: "ok"}))


# --- damage ---------------------------------------------------------------------------------------------------------


def _words(state: Path) -> None:
    state.write_bytes(b"not a database at all")


def _zeros(state: Path) -> None:
    state.write_bytes(bytes(state.stat().st_size))


def _cut(state: Path) -> None:
    state.write_bytes(state.read_bytes()[:9000])


def _holes(state: Path) -> None:
    data = bytearray(state.read_bytes())
    for at in range(8192, len(data), 4096):
        data[at : at + 64] = b"\xff" * 64
    state.write_bytes(data)


def _out_of_sight(state: Path) -> None:
    """Spoil what is not read when a run begins, only when it ends."""
    ((root,),) = rows(state, "SELECT rootpage FROM sqlite_master WHERE name = 'spans'")
    data = bytearray(state.read_bytes())
    data[(root - 1) * 4096 : root * 4096] = b"\xff" * 4096
    state.write_bytes(data)


@pytest.mark.parametrize("damage", [_words, _zeros, _cut, _holes, _out_of_sight])
def test_a_damaged_file_is_set_aside(state: Path, damage: object) -> None:
    """The run goes on with a new memory and says where the old one is; the next run says nothing any more."""
    assert callable(damage)
    pass_night(state, 0, {f"https://a.example/{n}": "ok" for n in range(200)})
    damage(state)
    spoilt = state.read_bytes()

    run = pass_night(state, 1, {A: "gone"})
    quiet = pass_night(state, 2, {A: "gone"})

    assert "it is damaged" in said(run)
    (aside,) = (path for path in state.parent.iterdir() if ".corrupt-" in path.name)
    assert aside.name in said(run)
    assert aside.read_bytes() == spoilt
    assert said(quiet) == ""
    assert one(quiet, A).history is not None


def test_damage_that_shows_late_is_set_aside_too(state: Path) -> None:
    """A file that breaks while a run has it open costs that run's record, not the run."""
    pass_night(state, 0, {A: "ok"})
    memory = StoredMemory(state)
    memory.open()
    try:
        connection = memory._connection
        assert connection is not None
        memory._thread.submit(connection.execute, "PRAGMA writable_schema = ON").result()
        memory._thread.submit(connection.execute, "DELETE FROM sqlite_master WHERE name = 'spans'").result()
        memory._thread.submit(connection.execute, "PRAGMA schema_version = 99").result()
        run = asyncio.run(memory.finish(finished(night(1), {A: "gone"})))
    finally:
        memory.close()

    assert run.failures == ()
    assert one(run, A).judgement.verdict is Verdict.BROKEN
    assert "could not be stored" in said(run)


def test_a_row_that_is_not_ours_is_not_believed(state: Path) -> None:
    """Columns that hold something else than we write do not take a run down."""
    pass_night(state, 0, {A: "ok"})
    with closing(sqlite3.connect(state)) as connection, connection:
        connection.execute("UPDATE addresses SET at = 'soon', first_seen = -1e300")

    run = pass_night(state, 1, {A: "gone"})

    assert run.failures == ()
    assert one(run, A).judgement.verdict is Verdict.BROKEN


# --- other people's files -------------------------------------------------------------------------------------------


def test_a_newer_file_is_refused(state: Path) -> None:
    """A memory that a newer linkwarden wrote is neither used nor harmed; the message says what to do."""
    pass_night(state, 0, {A: "ok"})
    with closing(sqlite3.connect(state)) as connection:
        connection.execute(f"PRAGMA user_version = {len(schema.MIGRATIONS) + 1}")
    before = state.read_bytes()

    with pytest.raises(UsageError, match="newer linkwarden") as caught:
        pass_night(state, 1, {A: "ok"})

    assert "--no-state" in caught.value.advice
    assert caught.value.exit_code == 2
    assert state.read_bytes() == before


@pytest.mark.parametrize("name", ["README.md", "notes.txt"])
def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path, name: str) -> None:
    """``--state README.md`` is a slip: the list must not be renamed for it."""
    (tmp_path / name).write_text("# My list\n", "utf-8")

    with pytest.raises(UsageError, match="left alone"):
        pass_night(tmp_path / name, 0, {A: "ok"})

    assert (tmp_path / name).read_text("utf-8") == "# My list\n"


def test_somebody_elses_database_is_left_alone(tmp_path: Path) -> None:
    """A database of another program is not written to."""
    path = tmp_path / "theirs.sqlite3"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE addresses (street TEXT)")

    with pytest.raises(UsageError, match="left alone"):
        pass_night(path, 0, {A: "ok"})

    assert rows(path, "SELECT name FROM sqlite_master") == [("addresses",)]


# --- versions and size ----------------------------------------------------------------------------------------------


def test_an_older_file_is_brought_up_to_date(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each migration is run once, on what is there, and a failing one leaves the file as it was."""
    pass_night(state, 0, {A: "ok"})
    second = ("ALTER TABLE runs ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'",)
    broken = ("ALTER TABLE runs ADD COLUMN weather TEXT", "ALTER TABLE nonsense ADD COLUMN x")

    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, second, broken))
    assert "no memory" in said(pass_night(state, 1, {A: "ok"}))
    assert rows(state, "PRAGMA user_version") == [(len(schema.MIGRATIONS) - 2,)]
    monkeypatch.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:-1])
    for number in (1, 2):
        assert said(pass_night(state, number, {A: "ok"})) == ""

    assert rows(state, "PRAGMA user_version") == [(len(schema.MIGRATIONS),)]
    assert rows(state, "SELECT mood FROM runs ORDER BY at") == [("calm",)] * 3


def test_the_file_is_capped_by_forgetting_what_is_oldest(state: Path) -> None:
    """Beyond its cap the memory drops old runs and addresses that no list holds any more; what is listed now stays."""
    for number in range(12):
        words = ["gone", "ok"] if number % 2 else ["ok", "gone"]
        old = {f"https://old{number}.example/{n}": words[0] for n in range(300)}
        pass_night(state, number * 40, {A: words[1], **old})
    size = state.stat().st_size

    with closing(schema.open_file(state)) as connection:
        assert upkeep.keep_small(connection, cap=size // 2)
        assert schema.size_of(connection) <= size // 2
        assert not upkeep.keep_small(connection, cap=size // 2)

    assert state.stat().st_size <= size // 2
    assert rows(state, "SELECT verdict FROM addresses WHERE url = 'https://a.example/'") == [("ok",)]
    assert rows(state, "SELECT count(*) FROM addresses WHERE url LIKE 'https://old11.%'") == [(300,)]
    assert rows(state, "SELECT count(*) FROM addresses WHERE url LIKE 'https://old0.%'") == [(0,)]


def test_even_one_list_that_is_too_big_is_capped(state: Path) -> None:
    """Where the present alone does not fit, part of it is forgotten rather than a disk filled."""
    pass_night(state, 0, {f"https://a.example/{n}": "ok" for n in range(3000)})

    with closing(schema.open_file(state)) as connection:
        upkeep.keep_small(connection, cap=200_000)
        assert schema.size_of(connection) <= 200_000
    assert said(pass_night(state, 1, {f"https://a.example/{n}": "ok" for n in range(3000)})) == ""


def test_a_full_disk_is_said(state: Path) -> None:
    """Where nothing more fits, the run's results stand and the memory says what it could not do."""
    pass_night(state, 0, {A: "ok"})
    memory = StoredMemory(state)
    memory.open()
    try:
        connection = memory._connection
        assert connection is not None
        memory._thread.submit(connection.execute, "PRAGMA max_page_count = 1").result()
        many = {f"https://a.example/{n}": "ok" for n in range(3000)}
        for url in many:
            memory.keep(url, Answer("web", night(1), night(1)))
        run = asyncio.run(memory.finish(finished(night(1), many)))
    finally:
        memory.close()

    assert [r.judgement.verdict for r in run.results] == [Verdict.OK] * 3000
    assert "could not be stored: the disk is full" in said(run)
    assert rows(state, "SELECT count(*) FROM runs") == [(1,)]
