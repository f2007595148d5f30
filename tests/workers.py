"""Workers of a cluster in the test's own process: what they and the coordinator say to each other is pickled."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from linkwarden.config import Config, Shard
from linkwarden.net import HostState
from linkwarden.run.checking import Checker, InProcess
from linkwarden.run.cluster.coordinator import Coordinator, LostError, Place
from linkwarden.run.cluster.messages import Back, Errand, Job, News
from linkwarden.run.cluster.worker import Worker

if TYPE_CHECKING:
    from linkwarden.deps import Deps
    from linkwarden.net import Net
    from linkwarden.run.schedule import Lanes

T = TypeVar("T")


def by_workers(config: Config, deps: Deps, net: Net | None, lanes: Lanes) -> Checker:
    """Return a checker whose requests three workers make; in place of ``checker_for``."""
    here = InProcess(net, lanes)
    return here if net is None else Coordinator(Team(config, deps.make_net), here)


def arrived(sent: T) -> T:
    """Give what arrives of something in another process."""
    got: T = pickle.loads(pickle.dumps(sent))  # noqa: S301 - our own
    return got


@dataclass
class Team:
    """Workers in this process.

    Attributes:
        config: of the run.
        make_net: returns a network.
        shares: how many shares the hosts are dealt to.
        deaths: so many places of each share are lost …
        calls: … after so many calls of each …
        dies: … or when this says so.
        places: the shares, in the order in which places were made for them.
        workers: all that were made.
        shares_of: by lane, who has had jobs of it.
    """

    config: Config
    make_net: Any
    shares: int = 3
    deaths: int = 0
    calls: int | None = 2
    dies: Callable[[], bool] = bool
    places: list[int] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)
    shares_of: dict[str, set[int]] = field(default_factory=dict)

    async def open(self, now: datetime) -> int:
        self.now = now
        return self.shares

    async def place(self, shard: Shard, hosts: Sequence[HostState] | None) -> Place:
        share = shard.number
        self.places.append(share)
        worker = Worker(self.config, self.make_net, self.now, shard, arrived(hosts))
        self.workers.append(worker)
        return Mortal(self, share, worker, mortal=self.places.count(share) <= self.deaths)

    async def close(self) -> None:
        """Have nothing to close."""


@dataclass
class Mortal:
    """A place that may be lost, with what it had."""

    team: Team
    share: int
    worker: Worker
    mortal: bool
    calls: int = 0

    async def exchange(self, post: Sequence[Job | Errand | Back]) -> News:
        for each in post:
            if isinstance(each, Job):
                self.team.shares_of.setdefault(each.lane, set()).add(self.share)
        news = await self.worker.exchange(arrived(post))
        news = arrived(news)
        self.calls += 1
        if self.mortal and (self.team.dies() or (self.team.calls is not None and self.calls > self.team.calls)):
            await self.worker.close()
            raise LostError("killed")
        return news

    async def close(self) -> None:
        await self.worker.close()
