"""What a command needs from outside, made of a fake internet, for tests through the command line."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from linkwarden.api import net_policy
from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.net import Net, Observer
from tests.internet import FakeInternet
from tests.internet.log import Exchange
from tests.internet.time import START

Build = Callable[[FakeInternet], None]


def on_fake_internet(build: Build, seen: list[Exchange] | None = None) -> Deps:
    """Give dependencies with a fake internet, built anew for each run, and with its clock.

    Args:
        build: puts sites into it.
        seen: gets its log when a run has ended.
    """

    @asynccontextmanager
    async def network(config: Config, observer: Observer | None) -> AsyncIterator[Net]:
        async with FakeInternet() as internet:
            build(internet)
            wanted = net_policy(config)
            policy = {name: getattr(wanted, name) for name in ("timeout", "headers", "cookies", "insecure", "hosts")}
            async with internet.net(observer=observer, **policy) as net:
                yield net
            if seen is not None:
                seen.extend(internet.log)

    return Deps(make_net=network, now=lambda: START)
