"""``Gate``: lets requests through, host by host in turn, never more than the policy allows.

A request gets its host's slot and a global slot at the same moment. So a request that waits for a slow host holds
nothing that another host's request needs, and the space between two starts is what the host really sees. There is
one timer for all hosts and no lock; a request that need not wait passes without giving up control.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager

from linkwarden.net.politeness import INFINITY, HostSlot, Origin, Waiter

#: A wait that is longer than this is long: the engine may start other work meanwhile.
LONG_WAIT = 0.5
#: Starts that are due within so many seconds are due now: clocks and timers are not finer than that.
_TOLERANCE = 0.0005


class Gate:
    """The queue of all requests of a run. Hosts that were not asked yet come first: one of them may be the slowest.

    Attributes:
        parked: entered (as a context) while a request waits long; the engine may start other work meanwhile.
    """

    def __init__(self, concurrency: int, clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]]) -> None:
        self.parked: Callable[[], AbstractContextManager[None]] | None = None
        self._free = concurrency
        self._clock = clock
        self._sleep = sleep
        self._line: deque[HostSlot] = deque()  # hosts that could start a request but for the global limit …
        self._new: deque[HostSlot] = deque()  # … and those of them that were not asked yet
        self._timers: list[tuple[float, int, HostSlot]] = []
        self._serial = 0
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_at = INFINITY

    async def enter(self, origin: Origin, *, first: bool = False) -> float:
        """Wait until a request to this origin may start; give the instant at which it does.

        Args:
            origin: where the request goes.
            first: go to the head of the host's queue (a request that was refused before).

        Raises:
            NetError: the host is given up, or was while waiting.
        """
        slot = origin.slot
        now = self._clock()
        closure = slot.closed(origin, now)
        if closure is not None:
            raise closure.error(slot)
        if self._free > 0 and not slot.waiting and slot.start_at() <= now + _TOLERANCE:
            self._free -= 1
            slot.start(now)
            return now
        while True:
            started = await self._wait(origin, first=first)
            if started is not None:
                return started
            closure = slot.closed(origin, self._clock())
            if closure is not None:
                raise closure.error(slot)

    def leave(self, origin: Origin) -> None:
        """Give back the slots of a request that is over."""
        slot = origin.slot
        slot.active -= 1
        self._free += 1
        if slot.waiting:
            self._offer(slot)
        if self._line or self._new:
            self._dispatch()

    def review(self, slot: HostSlot) -> None:
        """Look at a host's queue after it refused, failed or was given up: tell those whose wait is over or long."""
        now = self._clock()
        long = self.parked is not None and slot.cool_until - now > LONG_WAIT
        for waiter in slot.waiting:
            if waiter.future.done():
                continue
            closure = slot.closed(waiter.origin, now)
            if closure is not None:
                waiter.future.set_exception(closure.error(slot))
            elif long and not waiter.parked:
                waiter.future.set_result(None)

    def close(self) -> None:
        """Stop the timer."""
        if self._alarm is not None:
            self._alarm.cancel()

    async def _wait(self, origin: Origin, *, first: bool) -> float | None:
        """Stand in the host's queue; the instant of the start, or None to stand in again because the wait is long."""
        slot = origin.slot
        long = self.parked is not None and slot.expected_wait(self._clock()) > LONG_WAIT
        waiter = Waiter(origin, asyncio.get_running_loop().create_future(), long)
        if first:
            slot.waiting.appendleft(waiter)
        else:
            slot.waiting.append(waiter)
        self._offer(slot)
        if self._line:
            self._dispatch()
        try:
            if not long or self.parked is None:
                return await waiter.future
            with self.parked():
                return await waiter.future
        except asyncio.CancelledError:
            if _was_started(waiter):
                self.leave(origin)
            raise

    def _offer(self, slot: HostSlot) -> None:
        """Put a host in line if its next request may start now, or look at it again when it may."""
        if slot.queued:
            return
        start = slot.start_at()
        if start == INFINITY:
            return  # ``leave`` will offer it
        if start <= self._clock() + _TOLERANCE:
            slot.queued = True
            (self._line if slot.begun else self._new).append(slot)
        elif start < slot.timer_at:
            slot.timer_at = start
            self._serial += 1
            heapq.heappush(self._timers, (start, self._serial, slot))
            self._arm()

    def _dispatch(self) -> None:
        """Start one request of each host in line, in turn, while there are global slots."""
        now = self._clock()
        while (line := self._new or self._line) and self._free > 0:
            slot = line.popleft()
            slot.queued = False
            while slot.waiting and slot.waiting[0].future.done():
                slot.waiting.popleft()  # cancelled, failed, or to be parked
            if not slot.waiting:
                continue
            if slot.start_at() <= now + _TOLERANCE:
                waiter = slot.waiting.popleft()
                self._free -= 1
                slot.start(now)
                waiter.future.set_result(now)
            if slot.waiting:
                self._offer(slot)

    def _arm(self) -> None:
        """See to it that the alarm rings when the first host is due."""
        at = self._timers[0][0]
        if at >= self._alarm_at:
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm_at = at
        self._alarm = asyncio.get_running_loop().create_task(self._ring(at), name="linkwarden-gate")

    async def _ring(self, at: float) -> None:
        await self._sleep(max(0.0, at - self._clock()))
        self._alarm = None
        self._alarm_at = INFINITY
        now = self._clock() + _TOLERANCE
        while self._timers and self._timers[0][0] <= now:
            _, _, slot = heapq.heappop(self._timers)
            slot.timer_at = INFINITY
            if slot.waiting:
                self._offer(slot)
        self._dispatch()
        if self._timers:
            self._arm()


def _was_started(waiter: Waiter) -> bool:
    """Return whether a request that is being cancelled had been let through already."""
    future = waiter.future
    return future.done() and not future.cancelled() and future.exception() is None and future.result() is not None
