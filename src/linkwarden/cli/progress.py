"""The progress of a run, on standard error."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Self

from linkwarden.cli.speech import say
from linkwarden.sinks import visible

if TYPE_CHECKING:
    from rich.console import Console

#: Seconds between two lines where there is no terminal.
EVERY = 30.0
_HOSTS_SHOWN = 3
#: Seconds without a result from which on the run is waiting, and from so few hosts on nothing can be foretold.
_STALLED = 3.0
_FEW_HOSTS = 3
#: An estimate rests on so many results, and so many seconds.
_LEAST_DONE = 20
_LEAST_SECONDS = 2.0


class Status:
    """How far a run is, in words: ``452/600 · 38 broken · waiting for 2 slow hosts (12 s)``.

    Args:
        clock: seconds from any start.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began = self._stepped = clock()
        self._doing = "reading the lists"
        self._look: Callable[[], Mapping[str, int]] = dict
        self._waiting: Mapping[str, int] = {}
        self.done = self.total = self._lost = 0

    def step(self, done: int, total: int, lost: int, waiting: Callable[[], Mapping[str, int]], *, look: bool) -> None:
        """Take in a result; ``look`` whether to look what is waited for, which takes a while."""
        self.done, self.total, self._lost = done, total, lost
        self._stepped, self._doing = self._clock(), ""
        self._look = waiting
        if look:
            self._waiting = waiting()

    def phase(self, doing: str) -> None:
        """Take in what goes on after the last URL was checked."""
        self._doing = doing

    def __str__(self) -> str:
        count = f"{self.done:,}/{self.total:,}" if self.total else ""
        lost = f"{self._lost:,} broken" if self._lost else ""
        return " · ".join(filter(None, [count, lost, self._left(), self._doing or self._waits()]))

    def _quiet(self) -> float:
        return self._clock() - self._stepped

    def _left(self) -> str:
        """Return how long it will take, as far as the pace so far tells; "" where only single hosts are waited for."""
        seconds = self._stepped - self._began
        if self._doing or self._quiet() >= _STALLED or len(self._waiting) <= _FEW_HOSTS:
            return ""
        if self.done < _LEAST_DONE or seconds < _LEAST_SECONDS:
            return ""
        left = (self.total - self.done) * seconds / self.done
        return f"about {max(round(left / 5) * 5, 5)} s left" if left < 100 else f"about {round(left / 60)} min left"

    def _waits(self) -> str:
        quiet = self._quiet()
        if self.done == self.total:
            return ""
        if quiet < _STALLED:
            return busiest(self._waiting)
        with suppress(RuntimeError):  # a host was added in the other thread meanwhile: what was known is good enough
            self._waiting = self._look()
        if not self._waiting:
            return ""
        names = [visible(name) for name, _ in _busiest_first(self._waiting)]
        if len(names) == 1:
            return f"waiting for {names[0]} ({quiet:.0f} s)"
        named = f": {', '.join(names)}" if len(names) <= _HOSTS_SHOWN else ""
        return f"waiting for {len(names)} slow hosts ({quiet:.0f} s){named}"


class LiveProgress:
    """A bar on a terminal, and beside it how far the run is.

    Args:
        console: where it is drawn; standard error if None.
        clock: seconds from any start.
    """

    def __init__(self, console: Console | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        # Not needed where there is no terminal, and slow to import.
        from rich import console as terminal  # noqa: PLC0415
        from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn  # noqa: PLC0415
        from rich.table import Column  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        status = self._status = Status(clock)

        class HowFar(ProgressColumn):
            """The one column that gives way where the terminal is narrow; time goes on in it without any result."""

            max_refresh = None

            def render(self, task: Task) -> Text:
                """Return one line, cut to the room that there is."""
                del task
                return Text(str(status), no_wrap=True, overflow="ellipsis")

        self._clock = clock
        self._bar = Progress(
            TextColumn("Checking"),
            BarColumn(bar_width=20, table_column=Column(no_wrap=True)),
            HowFar(),
            console=console or terminal.Console(stderr=True),
            transient=True,
            refresh_per_second=8,
        )
        self._task = self._bar.add_task("", total=None)
        self._looked = clock()

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._bar.stop()

    def step(self, done: int, total: int, lost: int, waiting: Callable[[], dict[str, int]]) -> None:
        """Take in a result; the bar is moved at most eight times a second, and with each of the last ones."""
        at = self._clock()
        due = at - self._looked >= 0.125 or total - done <= _LEAST_DONE
        self._status.step(done, total, lost, waiting, look=due)
        if due:
            self._looked = at
            self._bar.update(self._task, completed=done, total=total)

    def phase(self, doing: str) -> None:
        """Show what goes on after the last URL was checked."""
        self._status.phase(doing)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Take the bar away while something else is printed."""
        self._bar.stop()
        try:
            yield
        finally:
            self._bar.start()


class PlainProgress:
    """A line every half a minute where there is no terminal.

    Args:
        clock: seconds from any start.
        write: takes a line.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        write: Callable[[str], None] = lambda line: say(line, err=True),
    ) -> None:
        self._clock = clock
        self._write = write
        self._said = clock()
        self._status = Status(clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        return None

    def step(self, done: int, total: int, lost: int, waiting: Callable[[], dict[str, int]]) -> None:
        """Print the progress if the last line is old enough."""
        due = self._clock() - self._said >= EVERY
        self._status.step(done, total, lost, waiting, look=due)
        if due:
            self._print()

    def phase(self, doing: str) -> None:
        """Print what goes on if the last line is old enough."""
        self._status.phase(doing)
        if self._clock() - self._said >= EVERY:
            self._print()

    def aside(self) -> AbstractContextManager[None]:
        """Do nothing: whole lines are in nobody's way."""
        return nullcontext()

    def _print(self) -> None:
        self._said = self._clock()
        self._write(f"linkwarden: {self._status}")


def busiest(waiting: Mapping[str, int]) -> str:
    """Return the lanes with most left to do: ``waiting for github.com (12), i.pinimg.com (3)``."""
    most = _busiest_first(waiting)[:_HOSTS_SHOWN]
    return f"waiting for {', '.join(f'{visible(name)} ({count})' for name, count in most)}" if most else ""


def _busiest_first(waiting: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(waiting.items(), key=lambda item: (-item[1], item[0]))
