"""The run budget (``--max-time``): when it is used up, what is under way is cut and nothing new begins."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from linkwarden.wire import NetError, NetErrorKind


class Budget:
    """Seconds that a run may spend on the network.

    Costs nothing where there is no budget; otherwise one timer for the run.
    """

    def __init__(self, seconds: float | None, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._seconds = seconds
        self._sleep = sleep
        self._over = False
        self._alarm: asyncio.Task[None] | None = None
        self._running: set[asyncio.Task[object]] = set()
        self._cut: set[asyncio.Task[object]] = set()

    def begin(self) -> None:
        """Start the clock."""
        if self._seconds is not None:
            self._alarm = asyncio.get_running_loop().create_task(self._ring(self._seconds), name="linkwarden-budget")

    def end(self) -> None:
        """Stop the clock."""
        if self._alarm is not None:
            self._alarm.cancel()

    @property
    def limited(self) -> bool:
        """Whether there is a budget at all."""
        return self._seconds is not None

    @property
    def over(self) -> bool:
        """Whether it is used up."""
        return self._over

    @contextmanager
    def spend(self) -> Iterator[None]:
        """Do something within the budget.

        Raises:
            NetError: BUDGET, if it is used up before or meanwhile.
        """
        if self._over:
            raise self._error()
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - coroutines run in tasks
        self._running.add(task)
        try:
            yield
        except asyncio.CancelledError:
            if task in self._cut and task.uncancel() == 0:
                raise self._error() from None
            raise
        finally:
            self._running.discard(task)
            self._cut.discard(task)

    def _error(self) -> NetError:
        return NetError(NetErrorKind.BUDGET, "the time for this run (--max-time) is used up")

    async def _ring(self, seconds: float) -> None:
        await self._sleep(seconds)
        self._over = True
        for task in tuple(self._running):
            self._cut.add(task)
            task.cancel()
