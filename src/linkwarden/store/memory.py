"""The memory of a run: opened before it, told of good answers while it goes on, closed with what it found."""

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

from linkwarden.model import Answer, Failure, Notice, Remembered, Run
from linkwarden.store import closing, records, schema
from linkwarden.store import schema as upkeep
from linkwarden.store.records import Known, Scope, digest
from linkwarden.store.schema import BusyError, CorruptError, ElsewhereError, UnusableError

#: Good answers are written so many at a time, or as many as there are after so many seconds: a run that is killed
#: asks for these again.
_BATCH, _BATCH_S = 512, 1.0
#: A look at a future further off than any two clocks differ is no run of the present: written down, it would make all
#: runs until then too early to be written down.
_A_DAY = timedelta(days=1)


class StoredMemory:
    """What earlier runs found, in a file (``linkwarden.run.deps.Memory``).

    Everything that touches the file happens in one thread of its own. Where the file cannot be used, the memory knows
    nothing, writes nothing, and says so in a notice of the run.

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
            UsageError: it was written by a newer linkwarden, or is no memory.
        """
        try:
            self._thread.submit(self._open).result()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Write what waits to be written, and let go of the file. Blocks."""
        self._flush()
        self._thread.submit(self._close)
        self._thread.shutdown()

    def _open(self) -> None:
        if self._now is not None and self._now > datetime.now(UTC) + _A_DAY:
            self._only_read(UnusableError("--now names a day that has not come yet"))
            return
        try:
            make_folder(self._path)
            self._use(schema.open_file(self._path))
        except CorruptError:
            self._begin_anew()
        except (BusyError, ElsewhereError) as trouble:
            self._busy = isinstance(trouble, BusyError)
            self._say(f"This run had no memory, and what it found was not written down: {trouble}.")
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

    def _begin_anew(self) -> None:
        try:
            aside = schema.set_aside(self._path, datetime.now(UTC))
            self._say(f"The memory is damaged. It was set aside as {aside.name}, and a new one was begun.")
            self._use(schema.open_file(self._path))
        except (OSError, UnusableError) as error:
            self._say(f"The memory is damaged and a new one could not be begun ({error}), so this run had none.")

    def _only_read(self, trouble: UnusableError) -> None:
        try:
            with tempfile.TemporaryDirectory(prefix="linkwarden-") as folder:
                connection = schema.copy_of(self._path, Path(folder))
                self._use(connection)
                connection.close()
            self._connection = None
            self._say(f"The memory was read, but what this run found was not written down: {trouble}.")
        except (OSError, UnusableError):
            self._say(f"This run had no memory, and what it found was not written down: {trouble}.")

    def _close(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    # --- during a run ---------------------------------------------------------------------------------------

    def recall(self, key: str) -> Remembered | None:
        """Give what is known of an address, by its key. Makes no IO."""
        return self._recall(digest(key))

    def _recall(self, name: bytes) -> Remembered | None:
        return _read(self._known.recall, name) if self._known is not None else None

    def _finished(self, name: bytes) -> Remembered | None:
        return _read(self._known.finished, name) if self._known is not None else None

    def writes(self, at: datetime) -> bool:
        """Tell whether later runs will know what a run of that instant finds. Makes no IO.

        A run beside another one counts as written down: the other one writes, and the next is alone again.
        """
        return self._busy or (self._connection is not None and (self._last is None or at >= self._last))

    def keep(self, key: str, answer: Answer) -> None:
        """Keep a good answer, so that a run that is killed does not ask for it again. Makes no IO itself."""
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

    async def finish(self, run: Run) -> Run:
        """Write down what a run found, and give the run with histories, earlier runs and what was fixed."""
        self._flush()
        run = await asyncio.get_running_loop().run_in_executor(self._thread, self._finish, run)
        notices = tuple(Notice(_named(self._path), 0, text) for text in self._notices)
        return replace(run, notices=(*run.notices, *notices))

    def _finish(self, run: Run) -> Run:
        try:
            return self._told(run)
        except sqlite3.Error as error:
            self._say_not_written(schema.as_unusable(error))
        except Exception as error:  # noqa: BLE001 - a defect of the memory must not cost what the run found
            failure = Failure("the memory", f"{type(error).__name__}: {error}", traceback.format_exc())
            return replace(run, failures=(*run.failures, failure))
        return run

    def _told(self, run: Run) -> Run:
        at = (self._now or run.started).replace(microsecond=0)
        if self._known is None:
            return run
        lines = closing.lines_of(run, at, self._recall, self._finished)
        connection, last = self._connection, self._last
        if connection is None:
            return closing.with_histories(run, lines)
        if last is not None and at < last:
            self._say(
                f"Nothing was written down: this run is of {at:%Y-%m-%d %H:%M}, and the memory knows a later one, of "
                f"{last:%Y-%m-%d %H:%M} UTC. If a clock was wrong then, remove the file; a new one is begun."
            )
            return closing.with_histories(run, lines)
        scope = Scope(run.inputs, self._filters)
        told = closing.with_histories(run, lines, closing.listed_before(connection, scope))
        told = closing.with_past(connection, told, lines, scope, at)
        self._write(lambda connection: closing.write_run(connection, run, lines, scope, at))
        self._write(upkeep.keep_small)
        return told

    # --- in the thread --------------------------------------------------------------------------------------

    def _write(self, work: Callable[[sqlite3.Connection], object]) -> None:
        """Do something to the file; what goes wrong is said at the end of the run, once."""
        if self._connection is None:
            return
        try:
            work(self._connection)
        except sqlite3.Error as error:
            self._say_not_written(schema.as_unusable(error))

    def _say_not_written(self, trouble: UnusableError) -> None:
        self._say(f"What this run found could not be written down: {trouble}.")
        if isinstance(trouble, CorruptError):
            self._close()
            with suppress(OSError):
                aside = schema.set_aside(self._path, datetime.now(UTC))
                self._say(f"The memory was set aside as {aside.name}; the next run begins a new one.")

    def _say(self, text: str) -> None:
        if text not in self._notices:
            self._notices.append(text)


def _read(recall: Callable[[bytes], Remembered | None], name: bytes) -> Remembered | None:
    try:
        return recall(name)
    except (TypeError, ValueError, OverflowError, OSError):  # a row that we did not write like that
        return None


def _named(path: Path) -> str:
    """Give a file's name as the user would write it: from the working directory, where it lies below it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


@contextmanager
def open_memory(path: Path, *, filters: str = "", now: datetime | None = None) -> Iterator[StoredMemory]:
    """Open a memory for one run. Entering and leaving block.

    Args:
        path: the file; it and its folder are made if they are not there.
        filters: what narrows the run.
        now: the instant that counts as the present, or None for when the run began.

    Raises:
        UsageError: the file was written by a newer linkwarden, or is no memory.
    """
    memory = StoredMemory(path, filters=filters, now=now)
    memory.open()
    try:
        yield memory
    finally:
        memory.close()


def make_folder(path: Path) -> None:
    """Make the folder of a memory; our own keeps itself out of git.

    Raises:
        UnusableError: it cannot be made, or a link leads elsewhere.
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
        raise UnusableError(f"its folder could not be made: {error.strerror}") from None
