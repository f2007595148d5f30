"""Job queues, one for each host, with a limit of how many of each run at once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import field

from linkwarden.records import dataclass

Job = Callable[[], Awaitable[None]]

#: Tasks alive at once. Above what any host limit lets through, far below what would fill memory on a huge list.
MAX_ALIVE = 1500
#: Jobs that wait at once, of all lanes; whoever fills them waits for room. A job keeps its links in memory.
MOST_WAITING = 50_000


@dataclass(slots=True)
class _Lane:
    width: int
    waiting: deque[Job] = field(default_factory=deque)
    running: int = 0
    parked: int = 0
    offered: bool = False
    begun: bool = False


_current: ContextVar[_Lane] = ContextVar("linkwarden-lane")


class Lanes:
    """Runs jobs, at most ``width`` of one lane at once, lanes in turn; those of which no job has begun come first.

    A run ends with its slowest host, and which one that is shows only once it is asked.

    Jobs handle their own errors: they must not raise anything but CancelledError.

    Attributes:
        filling: jobs of any lane are still to come.
        most: tasks alive at once.
    """

    def __init__(self) -> None:
        self.filling = False
        self.most = MAX_ALIVE
        self._lanes: dict[str, _Lane] = {}
        self._new: deque[_Lane] = deque()
        self._ready: deque[_Lane] = deque()
        self._alive: set[asyncio.Task[None]] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._waiting = 0
        self._room = asyncio.Event()
        self._room.set()
        self._closed = False

    def add(self, lane: str, job: Job, *, width: int) -> None:
        """Put a job at the end of a lane; it may start at once."""
        if self._closed:
            return
        entry = self._lanes.get(lane)
        if entry is None:
            entry = self._lanes[lane] = _Lane(width)
        entry.waiting.append(job)
        self._waiting += 1
        if self._waiting >= MOST_WAITING:
            self._room.clear()
        self._idle.clear()
        self._offer(entry)
        self._start()

    def has_more(self, lane: str) -> bool:
        """Return True if jobs of a lane wait for their turn, run beside the one that asks, or may still come."""
        entry = self._lanes.get(lane)
        return self.filling or (entry is not None and (bool(entry.waiting) or entry.running + entry.parked > 1))

    def is_idle(self, lane: str) -> bool:
        """Return True if a lane has no job."""
        entry = self._lanes.get(lane)
        return entry is None or not (entry.waiting or entry.running or entry.parked)

    @property
    def waiting(self) -> dict[str, int]:
        """The number of jobs that each lane still has, running ones included; lanes without any are left out."""
        counts = {name: len(lane.waiting) + lane.running + lane.parked for name, lane in self._lanes.items()}
        return {name: count for name, count in counts.items() if count}

    async def room(self) -> None:
        """Wait until there is room for more jobs."""
        await self._room.wait()

    async def drain(self) -> None:
        """Wait until no job waits and none runs."""
        await self._idle.wait()

    async def close(self) -> None:
        """Drop what waits and cancel what runs."""
        self._closed = True
        self._room.set()
        for lane in self._lanes.values():
            lane.waiting.clear()
        tasks = tuple(self._alive)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @contextmanager
    def parked(self) -> Iterator[None]:
        """Let the next job of the lane run while the current one waits for another host.

        The network layer uses it while a request waits for a cool-down to end.
        """
        lane = _current.get(None)
        if lane is None or lane.parked >= lane.width:
            yield  # where all of them wait, one more would only fill memory
            return
        lane.running -= 1
        lane.parked += 1
        self._offer(lane)
        self._start()
        try:
            yield
        finally:
            lane.running += 1
            lane.parked -= 1

    def _offer(self, lane: _Lane) -> None:
        if lane.waiting and lane.running < lane.width and not lane.offered:
            lane.offered = True
            (self._ready if lane.begun else self._new).append(lane)

    def _start(self) -> None:
        while (self._new or self._ready) and len(self._alive) < self.most:
            following = self._following()
            if following is not None:
                task = asyncio.create_task(self._run(*following))
                self._alive.add(task)
                task.add_done_callback(self._end)

    def _following(self) -> tuple[_Lane, Job] | None:
        """Return the job that may start next, and count it as running; None if none may."""
        while ready := self._new or self._ready:
            lane = ready.popleft()
            lane.offered = False
            if lane.waiting and lane.running < lane.width:
                job = lane.waiting.popleft()
                lane.begun = True
                self._waiting -= 1
                if self._waiting < MOST_WAITING:
                    self._room.set()
                lane.running += 1
                self._offer(lane)
                return lane, job
        return None

    async def _run(self, lane: _Lane, job: Job) -> None:
        """Run a job, and then others: a task for each would cost more than they do."""
        following: tuple[_Lane, Job] | None = lane, job
        while following is not None:
            lane, job = following
            _current.set(lane)
            try:
                await job()
                await asyncio.sleep(0)  # a job that waits for nothing lets the others have their turn all the same
            finally:
                lane.running -= 1
                self._offer(lane)
            following = self._following()

    def _end(self, task: asyncio.Task[None]) -> None:
        self._alive.discard(task)
        self._start()
        if not self._alive:
            self._idle.set()
