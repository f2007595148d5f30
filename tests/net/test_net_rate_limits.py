"""Hosts that limit how often they may be asked lose no link, and are not stampeded (all on virtual time)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import pytest
from aiohttp import web

from linkwarden.net import Net
from linkwarden.wire import NetError, NetErrorKind, Request, Response
from tests.internet import FakeInternet
from tests.internet.misbehave import answer, retry_after, slow
from tests.internet.site import Handler

Form = Literal["seconds", "date"]


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
            return await net.fetch(Request(url=f"http://{host}/{number}", purpose="page"))
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


@pytest.mark.parametrize("limit", OTHERS, ids=name)
async def test_limits_of_every_size_are_found_out(internet: FakeInternet, limit: Limit) -> None:
    """No link is lost and few requests are wasted, whatever the limit."""
    internet.site("limited.org").default(bucket(internet, limit, 0.05))
    async with internet.net() as net:
        results = await ask_all(net, "limited.org", limit.links)
    assert [r for r in results if isinstance(r, NetError) or r.status != 200] == []
    assert net.requests <= 1.5 * limit.links
    assert internet.time.clock() <= 2.5 * limit.ideal + 60


class TestCoolDown:
    """One not-before instant for everybody who wants the host."""

    @pytest.mark.parametrize("form", ["seconds", "date"])
    @pytest.mark.parametrize("status", [429, 503])
    async def test_nothing_is_sent_before_the_instant(self, internet: FakeInternet, form: Form, status: int) -> None:
        """Retry-After in both forms holds all requests to the host; then one probes, and then the others follow."""
        internet.site("a.org").default(retry_after(internet.time, 40, answer(), form=form, status=status))
        internet.site("b.org").page("/0")
        async with internet.net(per_host=2) as net:
            results = await ask_all(net, "a.org", 10)
            assert isinstance((await ask_all(net, "b.org", 1))[0], Response)
        assert all(isinstance(result, Response) and result.status == 200 for result in results)
        starts = internet.starts("a.org")
        assert len([start for start in starts if start < 40]) == 1
        assert starts[1] >= 40
        assert starts[2] > starts[1]

    async def test_one_request_probes_first(self, internet: FakeInternet) -> None:
        """After a cool-down the others wait for the first answer, and then come spaced more widely than before."""
        internet.site("a.org").default(
            retry_after(internet.time, 40, slow(internet.time, 0.5, answer()), form="seconds", status=429)
        )
        async with internet.net() as net:
            await ask_all(net, "a.org", 10)
        refused, probe, *others = internet.starts("a.org")
        assert (refused, probe) == (0, 40)
        assert others[0] >= 40.5
        assert all(later - earlier >= 0.19 for earlier, later in pairwise(others))

    async def test_other_hosts_do_not_wait(self, internet: FakeInternet) -> None:
        """Requests that wait for a cool-down hold no global slot."""
        internet.site("slow.org").default(retry_after(internet.time, 60, answer()))
        internet.site("b.org").default(answer())
        async with internet.net(concurrency=2) as net:
            waiting = asyncio.create_task(ask_all(net, "slow.org", 20))
            await internet.time.sleep(1)
            await ask_all(net, "b.org", 20)
            assert internet.time.clock() < 5
            await waiting

    async def test_a_date_in_the_past_is_now(self, internet: FakeInternet, net: Net) -> None:
        """A Retry-After that lies in the past costs no pause worth speaking of."""
        internet.site("a.org").default(retry_after(internet.time, -100, answer(), form="date"))
        results = await ask_all(net, "a.org", 1)
        assert isinstance(results[0], Response)
        assert (results[0].status, internet.time.clock() < 1) == (200, True)

    @pytest.mark.parametrize("status", [429, 503, 403])
    async def test_a_day_is_not_waited_for(self, internet: FakeInternet, net: Net, status: int) -> None:
        """Retry-After: 86400 ends all links of the host at once as rate limited, with the status, after one request."""
        internet.site("a.org").default(answer("", status, Retry_After="86400"))
        results = await ask_all(net, "a.org", 30)
        assert {(r.kind, r.status) for r in results if isinstance(r, NetError)} == {(NetErrorKind.COOLDOWN, status)}
        assert len(results) == 30
        assert all(isinstance(result, NetError) for result in results)
        assert "24 hours" in str(results[-1])
        assert len(internet.log) == 1
        assert internet.time.clock() < 1

    async def test_an_over_long_cool_down_ends(self, internet: FakeInternet, net: Net) -> None:
        """Once the instant has passed, the host is asked again."""
        internet.site("a.org").default(retry_after(internet.time, 600, answer()))
        assert isinstance((await ask_all(net, "a.org", 1))[0], NetError)
        await internet.time.sleep(601)
        assert isinstance((await ask_all(net, "a.org", 1))[0], Response)

    async def test_a_host_that_refuses_for_ever_is_left(self, internet: FakeInternet, net: Net) -> None:
        """429 without end is given up within the patience, with few requests, each later than the one before."""
        internet.site("a.org").default(answer("", 429))
        results = await ask_all(net, "a.org", 30)
        assert all(isinstance(result, NetError) and result.kind is NetErrorKind.COOLDOWN for result in results)
        starts = internet.starts("a.org")
        assert len(starts) <= 7
        gaps = [later - earlier for earlier, later in pairwise(starts)]
        assert gaps == sorted(gaps)
        assert 1.9 <= gaps[0] <= 2.3
        assert starts[-1] <= 20

    async def test_arxiv_is_given_the_pauses_that_it_wants(self, internet: FakeInternet, net: Net) -> None:
        """A host with its own first pause is asked again after that, as long as the patience lasts."""
        internet.site("export.arxiv.org").default(answer("Rate exceeded.", 429))
        (result,) = await ask_all(net, "export.arxiv.org", 1)
        assert isinstance(result, NetError)
        gaps = [later - earlier for earlier, later in pairwise(internet.starts("export.arxiv.org"))]
        assert gaps
        assert gaps[0] == pytest.approx(31.5, abs=1.5)

    async def test_one_page_that_is_always_refused_does_not_hold_the_others(self, internet: FakeInternet) -> None:
        """A page that answers 429 whatever the pace ends as rate limited; its neighbours get their answers."""
        internet.site("a.org").default(answer()).page("/3", status=429)
        async with internet.net() as net:
            results = await ask_all(net, "a.org", 30)
        assert [result.status for result in results] == [200] * 3 + [429] + [200] * 26

    async def test_a_quota_that_is_used_up_is_heeded_before_the_refusal(self, internet: FakeInternet) -> None:
        """A 200 that says "0 remaining, 20 s" stops the next request; nothing is refused."""
        internet.site("a.org").default(answer(X_RateLimit_Remaining="0", X_RateLimit_Reset="20"))
        async with internet.net() as net:
            await ask_all(net, "a.org", 3)
        assert internet.starts("a.org") == [0.0, 20.0, 40.0]

    async def test_github_says_403_for_a_used_up_quota(self, internet: FakeInternet, net: Net) -> None:
        """403 with x-ratelimit-remaining: 0 is a limit, and the epoch in x-ratelimit-reset is understood."""
        reset = int(internet.time.now().timestamp()) + 3000
        headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}
        internet.site("api.github.com").page("/0", status=403, headers=headers)
        (result,) = await ask_all(net, "api.github.com", 1)
        assert isinstance(result, NetError)
        assert (result.kind, result.status) == (NetErrorKind.COOLDOWN, 403)


class TestForbidden:
    """403 is usually meant, and sometimes a limit that does not say its name."""

    async def test_a_plain_403_is_an_answer(self, internet: FakeInternet, net: Net) -> None:
        """Without a burst before it, a 403 is not asked again."""
        internet.site("a.org").default(answer("", 403))
        results = await ask_all(net, "a.org", 3)
        assert [result.status for result in results] == [403] * 3
        assert len(internet.log) == 3

    async def test_forbidden_pages_among_others_cost_one_second_look(self, internet: FakeInternet) -> None:
        """A page that is still forbidden alone and after a pause is taken at its word, and so are the next."""
        internet.site("a.org").default(answer())
        for number in range(20, 30):
            internet.site("a.org").page(f"/{number}", status=403)
        async with internet.net(per_host=1) as net:
            results = await ask_all(net, "a.org", 40)
        assert [result.status for result in results] == [200] * 20 + [403] * 10 + [200] * 10
        assert len(internet.log) == 41
        assert internet.time.clock() < 5

    async def test_a_challenge_is_no_limit(self, internet: FakeInternet, net: Net) -> None:
        """Cloudflare's challenge does not go away by waiting; it is not asked again."""
        internet.site("a.org").default(answer())
        internet.site("a.org").page("/9", status=403, headers={"cf-mitigated": "challenge"})
        await ask_all(net, "a.org", 10)
        assert len(internet.log) == 10


@pytest.mark.parametrize("status", [403, 429, 503])
async def test_a_bot_wall_is_not_waited_out(internet: FakeInternet, status: int) -> None:
    """A challenge is an answer, whatever its status: one request each, no cool-down, no second try."""
    headers = {"cf-mitigated": "challenge", "server": "cloudflare"}
    internet.site("wall.example").page("/a", "x", status=status, headers=headers)
    internet.site("wall.example").page("/b", "x", status=status, headers=headers)

    async with internet.net() as net:
        for path in ("a", "b"):
            response = await net.fetch(Request(url=f"https://wall.example/{path}", purpose="page"))
            assert response.status == status

    assert len(internet.requests_to("wall.example")) == 2
    assert internet.time.clock() < 1
