"""The network half of a run for one share of the hosts: takes jobs, has providers settle them, hands back answers."""

from __future__ import annotations

import asyncio
import copyreg
import traceback
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from linkwarden import rules
from linkwarden.config import Config
from linkwarden.model import Claim, Evidence, Pass, Rule
from linkwarden.providers import LoadContext, Provider
from linkwarden.records import dataclass
from linkwarden.run.schedule import Lanes

if TYPE_CHECKING:  # slow to import, and the coordinator has it already
    from linkwarden.net import Connectivity, Net, Observer

    MakeNet = Callable[[Config, Observer | None], AbstractAsyncContextManager[Net]]

#: Answers are gathered for so many seconds before they are handed back, or until there are so many.
_GATHER = 0.05
_ENOUGH = 200
#: Without a word from the coordinator for so many seconds there is none any more, and no host is requested for it.
_ABANDONED = 60.0


def _by_code(rule: Rule) -> tuple[Callable[[str], Rule], tuple[str]]:
    return _rule, (rule.code,)


def _rule(code: str) -> Rule:
    return rules.all_rules()[code]


copyreg.pickle(Rule, _by_code)  # some code tells rules apart with `is`


@dataclass(frozen=True, slots=True)
class Job:
    """Claims that one call of a provider settles.

    Attributes:
        number: tells jobs apart.
        provider: name of the provider.
        claims: what is to be settled.
        lane: the queue of its host, or of its registry.
        width: how many jobs of that lane run at once.
    """

    number: int
    provider: str
    claims: tuple[Claim, ...]
    lane: str
    width: int


@dataclass(frozen=True, slots=True)
class Done:
    """A job that has ended.

    Attributes:
        number: of the job.
        answers: what the provider said.
        crash: what went wrong in the provider and where, or None.
    """

    number: int
    answers: tuple[Evidence | Pass, ...]
    crash: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class News:
    """What a worker tells at a time.

    Attributes:
        done: the jobs that have ended.
        connectivity: how its network behaves; None where that is what it was.
        requests: how many requests it has sent so far.
        without_handles: how many of them failed because it had too many open files.
        hints: what the user could do.
    """

    done: tuple[Done, ...]
    connectivity: Connectivity | None
    requests: int
    without_handles: int
    hints: tuple[str, ...]


class Worker:
    """Settles jobs with a network of its own. One event loop uses it from the first call of ``exchange`` on.

    Args:
        config: of the run.
        make_net: returns the network for a run, to be entered.
        now: the instant that counts as the present.
    """

    def __init__(self, config: Config, make_net: MakeNet, now: datetime) -> None:
        self._config = config
        self._make_net = make_net
        self._now = now
        self._stack = AsyncExitStack()
        self._net: Net | None = None
        self._providers: dict[str, Provider] = {}
        self._done: list[Done] = []
        self._open = 0
        self._failed = True
        self._hints: list[str] = []
        self._abandoned: asyncio.TimerHandle | None = None
        self._closed = False

    async def exchange(self, jobs: Sequence[Job]) -> News:
        """Take jobs, and return what has ended since the last call; waits a moment for it.

        Raises:
            RuntimeError: it was closed, or nobody has called for long.
        """
        if self._closed:
            raise RuntimeError("this worker is closed")
        net = self._net or await self._begin()
        self._expect_another_call()
        for job in jobs:
            self._open += 1
            self._lanes.add(job.lane, partial(self._check, job, net), width=job.width)
        self._look()
        with suppress(TimeoutError):
            async with asyncio.timeout(_GATHER):
                await self._enough.wait()
        done, self._done = tuple(self._done), []
        self._open -= len(done)
        hints, self._hints = tuple(self._hints), []
        self._look()
        connectivity = net.connectivity() if self._failed else None
        self._failed = connectivity is not None and not connectivity.answered  # once a host has answered, that is it
        return News(done, connectivity, net.requests, net.without_handles, hints)

    async def close(self) -> None:
        """Drop what waits, cancel what runs, close the connections."""
        if not self._closed and self._net is not None:
            self._closed = True
            if self._abandoned is not None:
                self._abandoned.cancel()
            await self._lanes.close()
            await self._stack.aclose()
        self._closed = True

    async def _begin(self) -> Net:
        self._lanes = Lanes()
        self._enough = asyncio.Event()
        self._net = net = await self._stack.enter_async_context(self._make_net(self._config, None))
        net.parked, net.has_more = self._lanes.parked, self._lanes.has_more
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

    def _look(self) -> None:
        """Note whether there is enough to hand back."""
        if len(self._done) >= _ENOUGH or len(self._done) == self._open:
            self._enough.set()
        else:
            self._enough.clear()

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
