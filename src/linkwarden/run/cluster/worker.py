"""The network half of a run for one share of the hosts: takes jobs, has providers settle them, hands back answers."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from linkwarden import rules
from linkwarden.config import Config, Shard
from linkwarden.model import Evidence, Pass
from linkwarden.providers import LoadContext, Provider
from linkwarden.run.checking import owner_name
from linkwarden.run.cluster.messages import Back, Done, Errand, Job, News
from linkwarden.run.schedule import Lanes

if TYPE_CHECKING:  # slow to import, and the coordinator has it already
    from linkwarden.net import HostState, Net, Observer, Outcome, Step

    MakeNet = Callable[[Config, Observer | None], AbstractAsyncContextManager[Net]]

#: Answers are gathered for so many seconds before they are handed back, or until there are so many.
_GATHER = 0.05
_ENOUGH = 200
#: The same where somebody waits for them.
_SOON = 0.005
#: Without a word from the coordinator for so many seconds there is none any more, and no host is requested for it. Less
#: than what the coordinator waits before somebody else gets the share.
_ABANDONED = 45.0


class Worker:
    """Settles jobs with a network of its own. One event loop uses it from the first call of ``exchange`` on.

    Args:
        config: of the run.
        make_net: returns the network for a run, to be entered.
        now: the instant that counts as the present.
        shard: which hosts are its own; requests to others are made by their owners.
        hosts: None for the first worker of a share; for one that goes on, what is known of the hosts.
    """

    def __init__(
        self, config: Config, make_net: MakeNet, now: datetime, shard: Shard, hosts: Sequence[HostState] | None = None
    ) -> None:
        self._config = config
        self._make_net = make_net
        self._now = now
        self._shard = shard
        self._hosts = hosts
        self._stack = AsyncExitStack()
        self._net: Net | None = None
        self._providers: dict[str, Provider] = {}
        self._done: list[Done | Back] = []
        self._open = 0
        self._foreign: dict[str, bool] = {}
        self._errands: list[Errand] = []
        self._awaited: dict[int, asyncio.Future[Outcome | None]] = {}
        self._numbers = count()
        self._running: set[asyncio.Task[None]] = set()
        self._failed = True
        self._urgent = False
        self._hints: list[str] = []
        self._abandoned: asyncio.TimerHandle | None = None
        self._closed = False

    async def exchange(self, post: Sequence[Job | Errand | Back]) -> News:
        """Take jobs, errands of others and what came of its own; return what has ended since the last call.

        Waits a moment for it.

        Raises:
            RuntimeError: it was closed, or nobody has called for long.
        """
        if self._closed:
            raise RuntimeError("this worker is closed")
        net = self._net or await self._begin()
        self._expect_another_call()
        for each in post:
            self._take(each, net)
        self._look()
        with suppress(TimeoutError):
            async with asyncio.timeout(_GATHER):
                await self._enough.wait()
                if self._urgent:  # what comes within this moment goes along
                    await asyncio.sleep(_SOON)
        self._urgent = False
        done, self._done = tuple(self._done), []
        errands, self._errands = tuple(self._errands), []
        self._open -= len(done)
        hints, self._hints = tuple(self._hints), []
        self._look()
        connectivity = net.connectivity() if self._failed else None
        self._failed = connectivity is not None and not connectivity.answered  # once a host has answered, that is it
        return News(done, errands, net.troubles(), connectivity, net.requests, net.without_handles, hints)

    async def close(self) -> None:
        """Drop what waits, cancel what runs, close the connections."""
        if not self._closed and self._net is not None:
            self._closed = True
            if self._abandoned is not None:
                self._abandoned.cancel()
            for task in self._running:
                task.cancel()
            await self._lanes.close()
            await asyncio.gather(*self._running, return_exceptions=True)
            await self._stack.aclose()
        self._closed = True

    # -- the other processes, as the network sees them -----------------------------------------------------------

    def has(self, host: str) -> bool:
        """Return whether requests to a host are made elsewhere."""
        foreign = self._foreign.get(host)
        if foreign is None:
            foreign = self._foreign[host] = not self._shard.has(owner_name(host))
        return foreign

    async def make(self, step: Step) -> Outcome | None:
        """Have a step made by the worker that has its host."""
        errand = Errand(next(self._numbers), step)
        future: asyncio.Future[Outcome | None] = asyncio.get_running_loop().create_future()
        self._awaited[errand.number] = future
        self._errands.append(errand)
        self.on_trouble()
        try:
            return await future
        finally:
            del self._awaited[errand.number]

    def on_trouble(self) -> None:
        """Have the coordinator told soon."""
        self._urgent = True
        self._look()

    # -- work ---------------------------------------------------------------------------------------------------

    async def _begin(self) -> Net:
        self._lanes = Lanes()
        self._enough = asyncio.Event()
        self._net = net = await self._stack.enter_async_context(self._make_net(self._config, None))
        net.parked, net.has_more, net.elsewhere = self._lanes.parked, self._lanes.has_more, self
        if self._hosts is not None:
            net.take_over(self._hosts)
        config = self._config
        context = LoadContext(
            root=Path(),
            rewrites=config.rewrite,
            github_token=config.github_token,
            contact=config.contact,
            hint=self._hints.append,
            allow_networks=config.allow_networks,
            archive=config.archive,
            is_private=config.is_private,
        )
        self._context = context
        self._classes = {cls.name: cls for cls in await asyncio.to_thread(rules.provider_classes)}
        return net

    def _expect_another_call(self) -> None:
        if self._abandoned is not None:
            self._abandoned.cancel()
        self._abandoned = asyncio.get_running_loop().call_later(_ABANDONED, self._leave)

    def _leave(self) -> None:
        self._leaving = asyncio.get_running_loop().create_task(self.close(), name="linkwarden-worker-leaves")

    def _take(self, what: Job | Errand | Back, net: Net) -> None:
        if isinstance(what, Back):
            future = self._awaited.get(what.number)
            if future is not None and not future.done():
                future.set_result(what.outcome)
            return
        self._open += 1
        if isinstance(what, Job):
            self._lanes.add(what.lane, partial(self._check, what, net), width=what.width)
            return
        task = asyncio.get_running_loop().create_task(self._run(what, net), name="linkwarden-errand")
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def _look(self) -> None:
        """Note whether there is enough to hand back."""
        if self._urgent or len(self._done) >= _ENOUGH or len(self._done) == self._open:
            self._enough.set()
        else:
            self._enough.clear()

    async def _run(self, errand: Errand, net: Net) -> None:
        outcome = await net.make(errand.step)
        self._done.append(Back(errand.number, outcome))
        self.on_trouble()

    async def _check(self, job: Job, net: Net) -> None:
        answers: list[Evidence | Pass] = []
        crash = None
        try:
            async for answer in self._provider(job.provider).check(job.claims, net, self._now):
                answers.append(answer)  # noqa: PERF401 - what was said before a crash counts
        except Exception as error:  # noqa: BLE001 - a provider's defect must not take the worker down
            crash = f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error))
        self._done.append(Done(job.number, tuple(answers), crash))
        self._look()

    def _provider(self, name: str) -> Provider:
        provider = self._providers.get(name)
        if provider is None:
            made = self._classes[name].load(self._context)
            if not isinstance(made, Provider):
                raise LookupError(f"provider {name} sits this run out: {made.reason}")
            provider = self._providers[name] = made
        return provider
