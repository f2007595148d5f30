"""``Deadlines``: time limits of requests, with one timer for all that are equally long.

A timer of its own costs an eighth of a request. But limits of equal length end in the order in which they began, so it
is enough to know when the first of them ends that is still needed.
"""

from __future__ import annotations

import asyncio
from collections import deque
from types import TracebackType


class Deadline:
    """The limit of one request. Enter it around each wait that it bounds; ``Deadlines.end`` it with the request.

    Attributes:
        at: when it passes, on the loop's clock.
        is_over: nobody needs it any more.

    Raises:
        TimeoutError: on entering and leaving, if it has passed.
    """

    __slots__ = ("_cancelling", "_passed", "_task", "at", "is_over")

    def __init__(self, at: float) -> None:
        self.at = at
        self.is_over = self._passed = False
        self._task: asyncio.Task[object] | None = None

    def let_pass(self) -> None:
        """Interrupt the wait that it bounds; without one, the next wait does not begin."""
        self._passed = True
        if self._task is not None:
            self._task.cancel()

    def __enter__(self) -> None:
        if self._passed:
            raise TimeoutError
        self._task = task = asyncio.current_task()
        assert task is not None  # noqa: S101 - coroutines run in tasks
        self._cancelling = task.cancelling()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        task, self._task = self._task, None
        # As in asyncio.timeout: whoever else has cancelled the task is not kept from it.
        ours = self._passed and task is not None and task.uncancel() <= self._cancelling
        if ours and kind is asyncio.CancelledError:
            raise TimeoutError from error


class Deadlines:
    """The limits of one length.

    Args:
        seconds: their length.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._line: deque[Deadline] = deque()
        self._needed = 0
        self._alarm: asyncio.TimerHandle | None = None

    def begin(self) -> Deadline:
        """Return a limit that begins now."""
        line = self._line
        while line and line[0].is_over:
            line.popleft()
        loop = asyncio.get_running_loop()
        deadline = Deadline(loop.time() + self._seconds)
        line.append(deadline)
        self._needed += 1
        if self._alarm is None:
            self._alarm = loop.call_at(deadline.at, self._ring)
        return deadline

    def end(self, deadline: Deadline) -> None:
        """Note that nobody needs a limit any more; once for each."""
        deadline.is_over = True
        self._needed -= 1
        if not self._needed:
            self._line.clear()
            if self._alarm is not None:
                self._alarm.cancel()
                self._alarm = None

    def _ring(self) -> None:
        loop = asyncio.get_running_loop()
        now, line = loop.time(), self._line
        while line and (line[0].is_over or line[0].at <= now):
            deadline = line.popleft()
            if not deadline.is_over:
                deadline.let_pass()
        self._alarm = loop.call_at(line[0].at, self._ring) if line else None
