"""Hosts that limit how often they may be asked lose no link, and are not stampeded (all on virtual time)."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass

import pytest
from aiohttp import web

from linkwarden.net import Net
from linkwarden.wire import Ask, NetError, Response
from tests.internet import FakeInternet
from tests.internet.site import Handler


@dataclass(frozen=True)
class Limit:
    """A token bucket, what it says when it is empty, and how many links are asked of it."""

    rate: float
    burst: int
    status: int
    retry_after: int | None
    links: int

    @property
    def ideal(self) -> float:
        """The seconds that the fastest possible client needs."""
        return (self.links - self.burst) / self.rate


#: The eight servers on which the best-known checker calls 112 of 957 live links broken.
LIMITS = [
    Limit(5, 10, 429, None, 100),
    Limit(4, 20, 429, None, 197),
    Limit(1, 10, 429, None, 100),
    Limit(2, 20, 429, 2, 200),
    Limit(5, 10, 429, 1, 100),
    Limit(5, 10, 429, 5, 100),
    Limit(1, 30, 429, 30, 100),
    Limit(2, 10, 403, None, 60),
]


def bucket(internet: FakeInternet, limit: Limit, latency: float) -> Handler:
    """Serve by a token bucket; every answer takes ``latency`` seconds."""
    tokens, last = float(limit.burst), internet.time.clock()

    async def handler(_request: web.Request) -> web.StreamResponse:
        nonlocal tokens, last
        now = internet.time.clock()
        tokens, last = min(float(limit.burst), tokens + (now - last) * limit.rate), now
        granted = tokens >= 1
        tokens -= granted
        await internet.time.sleep(latency)
        if granted:
            return web.Response(text="fine")
        headers = {} if limit.retry_after is None else {"Retry-After": str(limit.retry_after)}
        return web.Response(status=limit.status, headers=headers)

    return handler


async def ask_all(net: Net, host: str, links: int) -> list[Response | NetError]:
    """Ask for so many pages of one host at once."""

    async def one(number: int) -> Response | NetError:
        try:
            return await net.fetch(Ask(url=f"http://{host}/{number}", purpose="page"))
        except NetError as error:
            return error

    return await asyncio.gather(*map(one, range(links)))


def name(limit: Limit) -> str:
    """Name a case."""
    return f"{limit.rate}/s-{limit.burst}-{limit.status}-{limit.retry_after}"


@pytest.mark.parametrize("latency", [0.0, 0.05, 0.3], ids="latency={}".format)
@pytest.mark.parametrize("limit", LIMITS, ids=name)
async def test_no_live_link_is_lost_to_a_rate_limit(internet: FakeInternet, limit: Limit, latency: float) -> None:
    """Every link gets its 200; at most 1.3 requests a link, at most 1.5 times the ideal time."""
    internet.site("limited.org").default(bucket(internet, limit, latency))
    async with internet.net() as net:
        results = await ask_all(net, "limited.org", limit.links)
    assert [r for r in results if isinstance(r, NetError) or r.status != 200] == []
    assert net.requests <= 1.3 * limit.links
    assert internet.time.clock() <= 1.5 * limit.ideal


#: Limits that nobody tuned for: very slow, very fast, long pauses, small buckets.
OTHERS = [
    Limit(0.5, 5, 429, None, 40),
    Limit(10, 20, 429, None, 300),
    Limit(20, 5, 429, None, 300),
    Limit(3, 10, 429, 5, 100),
    Limit(8, 1, 429, None, 100),
    Limit(2, 5, 429, 10, 60),
    Limit(1, 60, 429, 60, 150),
    Limit(0.2, 3, 429, None, 15),
    Limit(4, 20, 403, None, 120),
    Limit(5, 10, 503, 1, 100),
]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("limit", OTHERS, ids=name)
async def test_limits_of_every_size_are_found_out(internet: FakeInternet, limit: Limit, seed: int) -> None:
    """No link is lost and few requests are wasted, whatever the limit."""
    internet.site("limited.org").default(bucket(internet, limit, 0.05))
    async with internet.net(rng=random.Random(seed)) as net:
        results = await ask_all(net, "limited.org", limit.links)
    print(name(limit), net.requests/limit.links, internet.time.clock()/limit.ideal, internet.time.clock())
    assert [r for r in results if isinstance(r, NetError) or r.status != 200] == []
    assert net.requests <= 1.5 * limit.links
    assert internet.time.clock() <= 2.5 * limit.ideal + 60
