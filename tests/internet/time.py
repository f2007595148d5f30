"""Time that stands still while there is work and jumps when there is none.

The clock of the running event loop is replaced, so that *everything* scheduled on it (``asyncio.sleep``,
``asyncio.timeout``, aiohttp's and aiolimiter's timers, keep-alive of the server) lives in virtual time. The loop
asks its selector how long it may block; when the selector has nothing to give, nothing is under way anywhere
(loopback delivers within the ``send``), so instead of blocking, the clock is moved to the next timer. Hours of
cool-down cost microseconds, and no real second can make a test pass or fail.
"""

from __future__ import annotations

import asyncio
import math
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Self

#: When every fake internet begins.
START = datetime(2026, 11, 22, 3, 0, 0, tzinfo=UTC)

#: How long (real seconds) the selector waits at a time while something outside the loop is at work.
_OUTSIDE_WAIT = 0.002


class VirtualTime:
    """A clock for one event loop.

    Use it as a context manager inside the loop; ``clock`` starts at 0 and counts virtual seconds.

    Raises:
        TypeError: on entering, if the loop is not asyncio's own (uvloop keeps its clock in C).
    """

    def __init__(self, start: datetime = START) -> None:
        self.start = start
        self.jumps = 0
        self._elapsed = 0.0
        self._base = 0.0
        self._outside = 0
        self._threads: set[int | None] = set()
        self._undo: Callable[[], None] | None = None

    def clock(self) -> float:
        """Give the virtual seconds since the start; never goes back."""
        return self._elapsed

    def now(self) -> datetime:
        """Give the virtual date and time, in UTC."""
        return self.start + timedelta(seconds=self._elapsed)

    async def sleep(self, seconds: float) -> None:
        """Wait virtual seconds."""
        await asyncio.sleep(seconds)

    def advance(self, seconds: float) -> None:
        """Move the clock by hand; timers that are due fire at the next turn of the loop.

        Raises:
            ValueError: for a step back.
        """
        if seconds < 0:
            raise ValueError("virtual time does not run backwards")
        self._elapsed += seconds

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Keep the clock from jumping while something outside the loop (a thread, a process) is at work.

        ``run_in_executor`` and ``asyncio.to_thread`` are held without this.
        """
        self._outside += 1
        try:
            yield
        finally:
            self._outside -= 1

    def __enter__(self) -> Self:
        loop: Any = asyncio.get_running_loop()
        selector = getattr(loop, "_selector", None)
        if selector is None or not hasattr(loop, "_run_once"):
            raise TypeError(f"virtual time needs asyncio's own event loop, not {type(loop).__module__}")
        if self._undo is not None:
            raise RuntimeError("this virtual time already drives a loop")
        if "time" in vars(loop):
            raise RuntimeError("another virtual time drives this loop")
        # A whole number keeps the sums exact: base + 3.0 - base is 3.0 again.
        self._base = math.ceil(loop.time()) - self._elapsed
        self._threads = {thread.ident for thread in threading.enumerate()}
        real_select, real_executor = selector.select, loop.run_in_executor

        def run_in_executor(executor: Any, func: Any, *args: Any) -> Any:
            future = real_executor(executor, func, *args)
            self._outside += 1
            future.add_done_callback(lambda _: self._release())
            return future

        def undo() -> None:
            del loop.time, selector.select, loop.run_in_executor

        selector.select = lambda timeout=None: self._select(real_select, timeout)
        loop.run_in_executor = run_in_executor
        loop.time = lambda: self._base + self._elapsed
        self._undo = undo
        return self

    def __exit__(self, *_exc: object) -> None:
        if self._undo is not None:
            self._undo()
            self._undo = None

    def _release(self) -> None:
        self._outside -= 1

    def _select(self, real: Callable[[float | None], list[Any]], timeout: float | None) -> list[Any]:
        """Do what a selector does, except that a wait without events moves the clock instead of waiting."""
        events = real(0)
        if events or (timeout is not None and timeout <= 0):
            return events
        if timeout is None:
            return real(None)  # no timer at all: only the outside world can wake us
        if self._outside:
            return real(_OUTSIDE_WAIT)
        if self._strangers():
            events = real(_OUTSIDE_WAIT)
        else:
            os.sched_yield()  # lets the kernel finish a delivery that it put off, on a busy machine
            events = real(0)
        if events:
            return events
        # Whole nanoseconds (the resolution of the loop's clock) keep sums readable: 0.05, not 0.04999999999995.
        self._elapsed = max(round(self._elapsed + timeout, 9), math.nextafter(self._elapsed, math.inf))
        self.jumps += 1
        return events

    def _strangers(self) -> bool:
        """Tell whether a thread was started since, other than the loop's own (idle) executor threads."""
        return any(
            thread.ident not in self._threads and not thread.name.startswith("asyncio_")
            for thread in threading.enumerate()
        )
