"""The memory of a run: opened before it, given good responses during it, closed with what it found."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from linkwarden.model import Answer, Failure, Notice, Remembered, Result, Run
from linkwarden.store import closing, records, schema
from linkwarden.store.records import Known, Scope, digest
from linkwarden.store.schema import BusyError, CorruptError, ElsewhereError, UnusableError

#: Good responses are written so many at a time, or as many as there are after so many seconds; only these are
#: requested again after a run that was killed.
_BATCH, _BATCH_S = 512, 1.0
#: A run for an instant further in the future than any two clocks differ is not stored: all runs until then would be
#: too early to be stored.
_A_DAY = timedelta(days=1)


class StoredMemory:
    """What earlier runs found, in a file (``linkwarden.deps.Memory``).

    Everything that touches the file happens in one thread of its own. Where the file cannot be used, the memory knows
    nothing, stores nothing, and adds a notice to the run.

    Args:
        path: the file.
        filters: what narrows the runs (see ``records.Scope``).
        now: the instant that counts as the present, or None for when the run began.
    """

    def __init__(self, path: Path, *, filters: str = "", now: datetime | None = None) -> None:
        self._path = path
        self._filters = filters
        self._now = now
        self._known: Known | None = None
        self._connection: sqlite3.Connection | None = None
        self._last: datetime | None = None
        self._busy = False
        self._notices: list[str] = []
        self._waiting: dict[str, Answer] = {}
        self._flushed = 0.0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="linkwarden-memory")

    # --- before and after -----------------------------------------------------------------------------------

    def open(self) -> None:
        """Open the file and read what is known. Blocks.

        Raises:
            UsageError: it was written by a newer linkwarden, or is not a memory.
        """
        try:
            self._thread.submit(self._open).result()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Write what is waiting, and close the file. Blocks."""
        self._flush()
        self._thread.submit(self._close)
        self._thread.shutdown()

    def _open(self) -> None:
        if self._now is not None and self._now > datetime.now(UTC) + _A_DAY:
            self._only_read(UnusableError("--now is in the future"))
            return
        try:
            make_folder(self._path)
            self._use(schema.open_file(self._path))
        except CorruptError as trouble:
            self._start_again(trouble)
        except (BusyError, ElsewhereError) as trouble:
            self._busy = isinstance(trouble, BusyError)
            self._say(f"This run had no memory, and what it found was not stored: {trouble}.")
        except UnusableError as trouble:
            self._only_read(trouble)

    def _use(self, connection: sqlite3.Connection) -> None:
        try:
            self._known = Known(connection)
            self._last = records.last_run(connection)
        except sqlite3.Error as error:
            connection.close()
            raise schema.as_unusable(error) from error
        self._connection = connection

    def _start_again(self, trouble: CorruptError) -> None:
        try:
            aside = schema.set_aside(self._path, datetime.now(UTC))
            self._say(f"The memory cannot be used: {trouble}. It was set aside as {aside.name}; a new one was started.")
            self._use(schema.open_file(self._path))
        except (OSError, UnusableError) as error:
            self._say(
                f"The memory cannot be used: {trouble}. No new one could be started ({error}), so this run had none."
            )

    def _only_read(self, trouble: UnusableError) -> None:
        try:
            with tempfile.TemporaryDirectory(prefix="linkwarden-") as folder:
                connection = schema.copy_of(self._path, Path(folder))
                self._use(connection)
                connection.close()
            self._connection = None
            self._say(f"The memory was read, but what this run found was not stored: {trouble}.")
        except (OSError, UnusableError):
            self._say(f"This run had no memory, and what it found was not stored: {trouble}.")

    def _close(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    # --- during a run ---------------------------------------------------------------------------------------

    def recall(self, key: str) -> Remembered | None:
        """Return what is known of a URL, by its key. No IO."""
        return self._recall(digest(key))

    def _recall(self, name: bytes) -> Remembered | None:
        return self._known.recall(name) if self._known is not None else None

    def _finished(self, name: bytes) -> Remembered | None:
        return self._known.finished(name) if self._known is not None else None

    def writes(self, at: datetime) -> bool:
        """Return True if later runs will know what a run of that instant finds. No IO.

        A run at the same time as another one counts as stored: the other one is, and the next is alone again.
        """
        return self._busy or (self._connection is not None and (self._last is None or at >= self._last))

    def keep(self, key: str, answer: Answer) -> None:
        """Keep a good response, so that it outlives a run that is killed. No IO in the caller's thread."""
        if not self.writes(answer.at):
            return
        self._waiting[key] = answer
        if len(self._waiting) >= _BATCH or time.monotonic() - self._flushed > _BATCH_S:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            batch, self._waiting = self._waiting, {}
            self._flushed = time.monotonic()
            self._thread.submit(self._write, lambda connection: records.write_answers(connection, batch))

    # --- the end of a run -----------------------------------------------------------------------------------

    async def histories(self, run: Run) -> Callable[[Result], Result]:
        """Return what gives a result its history, as ``finish`` will."""
        at = self._at(run)
        listed = await asyncio.get_running_loop().run_in_executor(self._thread, self._listed_before, run)

        def with_history(result: Result) -> Result:
            if self._known is None:
                return result
            return closing.with_history(closing.line_of(result, run, at, self._recall, self._finished), listed)

        return with_history

    def _listed_before(self, run: Run) -> frozenset[bytes] | None:
        if self._connection is None or (self._last is not None and self._at(run) < self._last):
            return None
        with suppress(sqlite3.Error):  # what is wrong with the file is said at the end
            return closing.listed_before(self._connection, Scope(run.inputs, self._filters))
        return None

    def _at(self, run: Run) -> datetime:
        return (self._now or run.started).replace(microsecond=0)

    async def finish(self, run: Run) -> Run:
        """Store what a run found, and return the run with histories, earlier runs and what was fixed."""
        self._flush()
        run = await asyncio.get_running_loop().run_in_executor(self._thread, self._finish, run)
        notices = tuple(Notice(_named(self._path), 0, text) for text in self._notices)
        return replace(run, notices=(*run.notices, *notices))

    def _finish(self, run: Run) -> Run:
        try:
            return self._stored(run)
        except sqlite3.Error as error:
            self._say_not_written(schema.as_unusable(error))
        except Exception as error:  # noqa: BLE001 - a defect of the memory must not cost what the run found
            failure = Failure("the memory", f"{type(error).__name__}: {error}", traceback.format_exc())
            return replace(run, failures=(*run.failures, failure))
        return run

    def _stored(self, run: Run) -> Run:
        at = self._at(run)
        if self._known is None:
            return run
        lines = closing.lines_of(run, at, self._recall, self._finished)
        connection, last = self._connection, self._last
        if connection is None:
            return closing.with_histories(run, lines)
        if last is not None and at < last:
            self._say(
                f"Nothing was stored: this run is of {at:%Y-%m-%d %H:%M}, and the memory knows a later one, of "
                f"{last:%Y-%m-%d %H:%M} UTC. If the clock was wrong then, remove the file; a new one is started."
            )
            return closing.with_histories(run, lines)
        scope = Scope(run.inputs, self._filters)
        known = closing.with_histories(run, lines, closing.listed_before(connection, scope))
        known = closing.with_past(connection, known, lines, scope, at)
        self._write(lambda connection: closing.write_run(connection, run, lines, scope, at))
        self._write(schema.keep_small)
        return known

    # --- in the thread --------------------------------------------------------------------------------------

    def _write(self, work: Callable[[sqlite3.Connection], object]) -> None:
        """Change the file; what goes wrong is reported at the end of the run, once."""
        if self._connection is None:
            return
        try:
            work(self._connection)
        except sqlite3.Error as error:
            self._say_not_written(schema.as_unusable(error))

    def _say_not_written(self, trouble: UnusableError) -> None:
        self._say(f"What this run found could not be stored: {trouble}.")
        if isinstance(trouble, CorruptError):
            self._close()
            with suppress(OSError):
                aside = schema.set_aside(self._path, datetime.now(UTC))
                self._say(f"The memory was set aside as {aside.name}; the next run starts a new one.")

    def _say(self, text: str) -> None:
        if text not in self._notices:
            self._notices.append(text)


def _named(path: Path) -> str:
    """Return a file's name as the user would write it: from the working directory, if it is below that."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


@contextmanager
def open_memory(path: Path, *, filters: str = "", now: datetime | None = None) -> Iterator[StoredMemory]:
    """Open a memory for one run. Entering and leaving block.

    Args:
        path: the file; it and its folder are created if they are missing.
        filters: what narrows the run.
        now: the instant that counts as the present, or None for when the run began.

    Raises:
        UsageError: the file was written by a newer linkwarden, or is not a memory.
    """
    memory = StoredMemory(path, filters=filters, now=now)
    memory.open()
    try:
        yield memory
    finally:
        memory.close()


def make_folder(path: Path) -> None:
    """Create the folder of a memory; linkwarden's own keeps itself out of git.

    Raises:
        UnusableError: it cannot be created, or is a symbolic link.
    """
    schema.refuse_links(path)
    folder = path.parent
    if folder.exists():
        return
    try:
        folder.mkdir(parents=True)
        if folder.name == schema.OWN_FOLDER:
            (folder / ".gitignore").write_text("*\n", "utf-8")
    except OSError as error:
        raise UnusableError(f"its folder could not be created: {error.strerror}") from None
