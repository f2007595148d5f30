"""Keeps the book of a run on several workers: what is with whom, what is settled, and what a lost worker had."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Protocol

from linkwarden.config import Shard
from linkwarden.model import Claim, Evidence, Pass
from linkwarden.providers import Provider
from linkwarden.run.checking import InProcess, lane_of, owner_name
from linkwarden.run.cluster.messages import Back, Done, Errand, Job, News

if TYPE_CHECKING:  # slow to import, and it is imported by then
    from linkwarden.net import Connectivity, HostState, Net, Outcome, Step

#: Jobs that are sent at a time. While lists are read, a worker hears of us a few times a second only.
_BATCH = 1000
#: A worker hears from us at least so often (seconds), so that it knows that we are there.
_HEARTBEAT = 10.0
#: After so many workers were lost with one share, the rest of it is done in this process.
_LIVES = 3


class LostError(Exception):
    """A worker does not answer any more, or none can be had."""


class NoTeamError(LostError):
    """No worker will be had any more."""


class CrashError(Exception):
    """A provider crashed in a worker; the cause is the trace from there."""


class _Trace(Exception):  # noqa: N818 - never raised; it is how a trace from elsewhere is shown
    def __init__(self, text: str) -> None:
        super().__init__(f"\n{text}")


class Place(Protocol):
    """Where the jobs of one share are done."""

    async def exchange(self, post: Sequence[Job | Errand | Back]) -> News:
        """Hand over what there is to do, and return what has ended.

        Raises:
            LostError: it is gone, with all that it had.
        """

    async def close(self) -> None:
        """Let it end; never raises."""


class Team(Protocol):
    """The workers of a run."""

    async def open(self, now: datetime) -> int:
        """Get ready, and return how many shares the hosts are dealt to.

        Raises:
            UsageError: there is no such team.
        """

    async def place(self, shard: Shard, hosts: Sequence[HostState] | None) -> Place:
        """Return a new place for a share; ``hosts`` is what is known of them where another place was lost, else None.

        Raises:
            LostError: none can be had.
            NoTeamError: and none will be.
        """

    async def close(self) -> None:
        """Let all of them go; never raises."""


class Coordinator:
    """Has claims settled by workers, all of a host or a registry by the same one. A ``Checker``.

    A worker that is lost costs no link: what it had not handed back goes to the next one, in the end to this process.

    It is the ``Elsewhere`` of this process's network, too: lists on the web and second looks are requested by the
    workers that have their hosts.
    """

    ahead = 4

    def __init__(self, team: Team, here: InProcess) -> None:
        self._team = team
        self._here = here
        self._owners: list[_Owner] = []
        self._by_lane: dict[str, _Owner] = {}
        self._numbers = count()
        self._opening: asyncio.Task[None] | None = None

    async def open(self, now: datetime, on_failure: Callable[[], None], hint: Callable[[str], None]) -> None:
        await self._here.open(now, on_failure, hint)
        assert self._here.net is not None  # noqa: S101 - without one there are no workers
        self._net: Net = self._here.net
        self._net.elsewhere = self
        opening = self._open(now, on_failure, hint)  # which takes a second, while the lists are read
        self._opening = asyncio.get_running_loop().create_task(opening, name="linkwarden-team")

    async def ready(self) -> None:
        if self._opening is not None:
            await self._opening

    async def _open(self, now: datetime, on_failure: Callable[[], None], hint: Callable[[str], None]) -> None:
        shares = await self._team.open(now)
        self._owners = [
            _Owner(Shard(share, shares), self._team, self._errand, self._goes_on, on_failure, hint)
            for share in range(1, shares + 1)
        ]
        for owner in self._owners:
            owner.begin()

    async def _is_open(self) -> bool:
        """Wait for the team; return False if there is none, whereupon the run is about to end."""
        if self._opening is not None and not self._opening.done():
            await asyncio.wait({self._opening})
        return bool(self._owners)

    async def answers(self, provider: Provider, claims: Sequence[Claim], width: int) -> AsyncIterator[Evidence | Pass]:
        done = None
        if provider.online and await self._is_open():
            owner, lane = self._owner(lane_of(provider, claims[0])), provider.lane(claims[0])
            done = await owner.do(Job(next(self._numbers), provider.name, tuple(claims), lane, width))
        if not isinstance(done, Done):
            async for answer in self._here.answers(provider, claims, width):
                yield answer
            return
        for answer in done.answers:
            yield answer
        if done.crash is not None:
            message, trace = done.crash
            raise CrashError(message) from _Trace(trace)

    def _owner(self, name: str) -> _Owner:
        owner = self._by_lane.get(name)
        if owner is None:
            owner = self._by_lane[name] = next(owner for owner in self._owners if owner.shard.has(name))
        return owner

    def has(self, host: str) -> bool:
        if self._owners:
            return not self._owner(owner_name(host)).lost
        return self._opening is not None and not self._opening.done()

    async def make(self, step: Step) -> Outcome | None:
        if not await self._is_open():
            return None
        back = await self._owner(owner_name(step.host)).do(Errand(next(self._numbers), step))
        return back.outcome if isinstance(back, Back) else None

    def on_trouble(self) -> None:
        """Take no note: what this process makes itself, nobody else goes on with."""

    async def _errand(self, step: Step) -> Outcome:
        """Have a step made for a worker, by another one or here."""
        return await self.make(step) or await self._net.make(step)

    def _goes_on(self, hosts: Sequence[HostState]) -> None:
        """Have this process go on with the hosts of a share."""
        self._net.take_over(hosts)

    @property
    def requests(self) -> int:
        return self._here.requests + sum(owner.requests for owner in self._owners)

    @property
    def without_handles(self) -> int:
        return self._here.without_handles + sum(owner.without_handles for owner in self._owners)

    def connectivity(self) -> Connectivity:
        from linkwarden.net import Connectivity  # noqa: PLC0415 - slow to import

        all_of = [self._here.connectivity(), *(owner.connectivity for owner in self._owners if owner.connectivity)]
        failures: Counter[object] = Counter()
        for one in all_of:
            failures.update(one.failures)
        return Connectivity(sum(one.hosts for one in all_of), sum(one.answered for one in all_of), dict(failures))  # type: ignore[arg-type]  # a Counter's keys

    async def close(self) -> None:
        opening, self._opening = self._opening, None
        if opening is not None:
            self._net.elsewhere = None
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)
            await asyncio.gather(*(owner.end() for owner in self._owners))
            await self._team.close()


class _Owner:
    """One share of the hosts, and the worker that has it.

    Args:
        shard: which hosts these are.
        team: has workers.
        errand: has a step made for the worker.
        goes_on: has this process go on with hosts, of which it gets what is known.
        on_failure: called when a host could not be reached.
        hint: call it to tell the user something once at the end.

    Attributes:
        connectivity: how the network of its worker behaves, or None.
        lost: no worker can be had any more.
    """

    def __init__(
        self,
        shard: Shard,
        team: Team,
        errand: Callable[[Step], Awaitable[Outcome]],
        goes_on: Callable[[Sequence[HostState]], None],
        on_failure: Callable[[], None],
        hint: Callable[[str], None],
    ) -> None:
        self.shard = shard
        self.connectivity: Connectivity | None = None
        self.lost = False
        self._team = team
        self._errand = errand
        self._goes_on = goes_on
        self._on_failure = on_failure
        self._hint = hint
        self._queue: deque[Job | Errand] = deque()
        self._sent: dict[int, Job | Errand] = {}
        self._book: dict[int, asyncio.Future[Done | Back | None]] = {}
        self._backs: list[Back] = []  # for the worker that there is
        self._errands: set[asyncio.Task[None]] = set()
        self._hosts: dict[object, HostState] = {}
        self._more = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._before = [0, 0]  # what its former workers have counted
        self._counted = [0, 0]

    @property
    def requests(self) -> int:
        """How many requests were sent, as far as is known."""
        return self._before[0] + self._counted[0]

    @property
    def without_handles(self) -> int:
        """How many of them failed because its machine had too many open files."""
        return self._before[1] + self._counted[1]

    def begin(self) -> None:
        """Look for a worker and keep it busy."""
        self._task = asyncio.get_running_loop().create_task(self._serve(), name=f"linkwarden-share-{self.shard}")

    async def do(self, what: Job | Errand) -> Done | Back | None:
        """Return what a worker makes of a job or an errand, or None if none can be had."""
        if self.lost:
            return None
        future: asyncio.Future[Done | Back | None] = asyncio.get_running_loop().create_future()
        self._book[what.number] = future
        self._queue.append(what)
        self._more.set()
        try:
            return await future
        finally:
            self._book.pop(what.number, None)

    async def end(self) -> None:
        """Let the worker go."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _serve(self) -> None:
        why, hosts = "", None
        for _life in range(1 + _LIVES):
            try:
                await self._have_a_worker(hosts)
            except Exception as error:  # noqa: BLE001 - whatever it is, no link may wait for ever
                why = str(error)
                self._queue.extendleft(each for each in reversed(self._sent.values()) if each.number in self._book)
                self._sent.clear()
                self._before = [sum(pair) for pair in zip(self._before, self._counted, strict=True)]
                self._counted = [0, 0]
                hosts = list(self._hosts.values())
                if isinstance(error, NoTeamError):
                    break
        self._goes_on(list(self._hosts.values()))
        self.lost = True
        self._hint(
            f"The workers of a share of the hosts were lost ({why}); the rest of it was checked in this process."
        )
        for future in tuple(self._book.values()):
            if not future.done():
                future.set_result(None)

    async def _have_a_worker(self, hosts: Sequence[HostState] | None) -> None:
        place = await self._team.place(self.shard, hosts)
        try:
            while True:
                await self._wait()
                batch = [self._queue.popleft() for _ in range(min(_BATCH, len(self._queue)))]
                self._sent.update((each.number, each) for each in batch)
                backs, self._backs = self._backs, []
                self._take(await place.exchange([*backs, *batch]))
        except LostError:
            raise  # there is nobody to close
        except BaseException:
            await place.close()
            raise
        finally:
            for task in self._errands:  # whoever waited for them is gone
                task.cancel()
            self._errands.clear()
            self._backs.clear()

    async def _wait(self) -> None:
        """Wait for jobs, while the worker has none either."""
        self._more.clear()
        if not self._queue and not self._sent:
            with suppress(TimeoutError):
                async with asyncio.timeout(_HEARTBEAT):
                    await self._more.wait()

    def _take(self, news: News) -> None:
        for done in news.done:
            self._sent.pop(done.number, None)
            future = self._book.get(done.number)
            if future is not None and not future.done():
                future.set_result(done)
        for errand in news.errands:
            task = asyncio.get_running_loop().create_task(self._run(errand), name="linkwarden-errand")
            self._errands.add(task)
            task.add_done_callback(self._errands.discard)
        for state in news.hosts:
            self._hosts.pop(state.key, None)  # the latest of a host comes last
            self._hosts[state.key] = state
        self._counted = [news.requests, news.without_handles]
        for hint in news.hints:
            self._hint(hint)
        if news.connectivity is not None:
            self.connectivity = news.connectivity
            if news.connectivity.failures:
                self._on_failure()

    async def _run(self, errand: Errand) -> None:
        """Have something done for the worker."""
        outcome = await self._errand(errand.step)
        self._backs.append(Back(errand.number, outcome))
        self._more.set()
