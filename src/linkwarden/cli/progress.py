"""The progress of a run, on standard error."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Self

from linkwarden.cli.speech import say
from linkwarden.sinks import visible

if TYPE_CHECKING:
    from rich.console import Console

#: Seconds between two lines where there is no terminal.
EVERY = 10.0
_HOSTS_SHOWN = 3


class LiveProgress:
    """A bar on a terminal: done of total, the time left, the hosts that are waited for.

    Args:
        console: where it is drawn; standard error if None.
    """

    def __init__(self, console: Console | None = None) -> None:
        # Not needed where there is no terminal, and slow to import.
        from rich import console as terminal  # noqa: PLC0415
        from rich.progress import (  # noqa: PLC0415
            BarColumn,
            MofNCompleteColumn,
            Progress,
            ProgressColumn,
            Task,
            TextColumn,
            TimeRemainingColumn,
        )
        from rich.table import Column  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        class Waiting(ProgressColumn):
            """What is waited for: the one column that gives way where the terminal is narrow."""

            def render(self, task: Task) -> Text:
                """Return one line, cut to the room that there is."""
                return Text(task.fields["waiting"], style="dim", no_wrap=True, overflow="ellipsis")

        def whole() -> Column:
            return Column(no_wrap=True)

        self._bar = Progress(
            TextColumn("Checking"),
            BarColumn(bar_width=20, table_column=whole()),
            MofNCompleteColumn(table_column=whole()),
            TimeRemainingColumn(table_column=whole()),
            Waiting(),
            console=console or terminal.Console(stderr=True),
            transient=True,
            refresh_per_second=8,
        )
        self._task = self._bar.add_task("", total=None, waiting="")
        self._shown = 0.0

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._bar.stop()

    def step(self, done: int, total: int, waiting: Callable[[], dict[str, int]]) -> None:
        """Move the bar, at most eight times a second."""
        at = time.monotonic()
        if at - self._shown < 0.125 and done != total:
            return
        self._shown = at
        self._bar.update(self._task, completed=done, total=total, waiting=busiest(waiting()))

    def phase(self, doing: str) -> None:
        """Show what goes on after the last URL was checked."""
        self._bar.update(self._task, waiting=doing)


class PlainProgress:
    """A line every ten seconds where there is no terminal.

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

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        return None

    def step(self, done: int, total: int, waiting: Callable[[], dict[str, int]]) -> None:
        """Print the progress if the last line is ten seconds old."""
        if self._clock() - self._said < EVERY:
            return
        self._said = self._clock()
        self._write(f"linkwarden: {done} of {total} URLs checked; {busiest(waiting())}".rstrip("; "))

    def phase(self, doing: str) -> None:
        """Print what goes on if the last line is ten seconds old."""
        if self._clock() - self._said >= EVERY:
            self._said = self._clock()
            self._write(f"linkwarden: all URLs checked; {doing}")


def busiest(waiting: dict[str, int]) -> str:
    """Return the lanes with most left to do: ``waiting for github.com (12), i.pinimg.com (3)``."""
    most = sorted(waiting.items(), key=lambda item: (-item[1], item[0]))[:_HOSTS_SHOWN]
    return f"waiting for {', '.join(f'{visible(name)} ({count})' for name, count in most)}" if most else ""
