"""Each host is asked at its own pace; the dead are left in peace; nobody waits for somebody else's host."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import pytest

from linkwarden.net import Connectivity, Net
from linkwarden.wire import NetError, NetErrorKind, Request, Response
from tests.internet import FakeInternet
from tests.internet.misbehave import answer, in_turn, silent, slow


async def ask(net: Net, url: str) -> Response | NetError:
    """Fetch a page; give what came, or the reason why nothing did."""
    try:
        return await net.fetch(Request(url=url, purpose="page"))
    except NetError as error:
        return error


async def ask_all(net: Net, *urls: str) -> list[Response | NetError]:
    """Fetch pages, all at once."""
    return await asyncio.gather(*(ask(net, url) for url in urls))


def kinds(results: list[Response | NetError]) -> list[NetErrorKind | int]:
    """Give each result's status, or kind of failure."""
    return [result.kind if isinstance(result, NetError) else result.status for result in results]


class TestLimits:
    """How many at once, how far apart."""

    async def test_per_host(self, internet: FakeInternet) -> None:
        """Never more than per_host at once to one host, however many are asked for."""
        internet.site("a.org").default(slow(internet.time, 1.0, answer()))
        async with internet.net(per_host=4, interval=0.0) as net:
            await ask_all(net, *(f"http://a.org/{n}" for n in range(20)))
        assert internet.peak("a.org") == 4

    async def test_in_all(self, internet: FakeInternet) -> None:
        """Never more than concurrency at once over all hosts; each host gets its turn."""
        for host in range(20):
            internet.site(f"h{host}.org").default(slow(internet.time, 1.0, answer()))
        async with internet.net(concurrency=8) as net:
            await ask_all(net, *(f"http://h{host}.org/{n}" for host in range(20) for n in range(3)))
        assert internet.peak_total == 8
        assert len({entry.host for entry in internet.log if entry.at <= 2}) == 20

    async def test_interval(self, internet: FakeInternet) -> None:
        """Starts at one host are at least the interval apart."""
        internet.site("a.org").default(slow(internet.time, 0.5, answer()))
        async with internet.net(interval=0.25) as net:
            await ask_all(net, *(f"http://a.org/{n}" for n in range(10)))
        assert all(later - earlier >= 0.249 for earlier, later in pairwise(internet.starts("a.org")))

    async def test_redirect_targets_count_against_their_own_host(self, internet: FakeInternet) -> None:
        """Sixty links on two hosts that all lead to a third: the third is asked as politely as if it stood there."""
        for host in ("a.org", "b.org"):
            for number in range(30):
                internet.site(host).redirect(f"/{number}", f"http://c.org/{host}/{number}")
        internet.site("c.org").default(slow(internet.time, 0.5, answer()))
        async with internet.net(per_host=3, interval=0.1) as net:
            results = await ask_all(net, *(f"http://{host}/{n}" for host in ("a.org", "b.org") for n in range(30)))
        assert kinds(results) == [200] * 60
        assert internet.peak("c.org") <= 3
        assert all(later - earlier >= 0.099 for earlier, later in pairwise(internet.starts("c.org")))

    async def test_a_hundred_links_of_one_host_take_less_than_three_seconds(
        self, internet: FakeInternet, net: Net
    ) -> None:
        """The default pace is no burden for a healthy host."""
        internet.site("a.org").default(slow(internet.time, 0.05, answer()))
        await ask_all(net, *(f"http://a.org/{n}" for n in range(100)))
        assert internet.time.clock() < 3

    @pytest.mark.parametrize(
        ("host", "path", "gap"),
        [
            ("export.arxiv.org", "/api/query", 3.0),
            ("crates.io", "/", 1.0),
            ("openaccess.thecvf.com", "/", 1.0),
            ("web.archive.org", "/cdx/search", 2.5),
            ("web.archive.org", "/web/2020/x", 0.1),
            ("doi.org", "/", 0.2),
        ],
    )
    async def test_hosts_with_limits_of_their_own(
        self, internet: FakeInternet, net: Net, host: str, path: str, gap: float
    ) -> None:
        """What a service asks of programs is kept to: one connection, its interval."""
        internet.site(host).default(slow(internet.time, 0.01, answer()))
        await ask_all(net, *(f"https://{host}{path}/{n}" for n in range(4)))
        assert all(later - earlier >= gap - 1e-3 for earlier, later in pairwise(internet.starts(host)))
        assert internet.peak(host) <= 2

    async def test_a_new_host_gets_one_request_first(self, internet: FakeInternet, net: Net) -> None:
        """Only when a host has answered is it asked for more at once."""
        internet.site("a.org").default(slow(internet.time, 0.4, answer()))
        await ask_all(net, *(f"http://a.org/{n}" for n in range(5)))
        assert internet.starts("a.org")[1] >= 0.4


class TestDead:
    """A host that does not answer is found out with few requests, and all its links share that."""

    async def test_a_silent_host(self, internet: FakeInternet) -> None:
        """34 links to a host that says nothing: at most 6 connections, all given up in a few timeouts."""
        internet.silent("a.org")
        async with internet.net(timeout=2) as net:
            results = await ask_all(net, *(f"http://a.org/{n}" for n in range(34)))
            assert set(kinds(results)) == {NetErrorKind.TIMEOUT, NetErrorKind.GIVEN_UP}
            assert net.requests <= 6
            assert internet.time.clock() <= 6
            assert kinds(await ask_all(net, "http://a.org/again")) == [NetErrorKind.GIVEN_UP]
            assert net.requests <= 6
        given_up = next(r for r in results if isinstance(r, NetError) and r.kind is NetErrorKind.GIVEN_UP)
        assert "3 times" in given_up.detail

    async def test_a_host_that_goes_silent_later(self, internet: FakeInternet) -> None:
        """The breaker also works for a host that answered before."""
        internet.site("a.org").page("/0").default(silent(internet.time))
        async with internet.net(timeout=5) as net:
            await ask(net, "http://a.org/0")
            results = await ask_all(net, *(f"http://a.org/{n}" for n in range(1, 40)))
            assert set(kinds(results)) == {NetErrorKind.TIMEOUT, NetErrorKind.GIVEN_UP}
            assert net.requests <= 14

    async def test_no_such_name_is_looked_up_once(self, internet: FakeInternet, net: Net) -> None:
        """NXDOMAIN is an answer: one lookup for all links of the host."""
        results = await ask_all(net, *(f"https://gone.example/{n}" for n in range(34)))
        assert set(kinds(results)) == {NetErrorKind.NXDOMAIN}
        assert [lookup.host for lookup in internet.lookups] == ["gone.example", "example.com"]  # is DNS believed?

    async def test_a_closed_port_is_tried_twice(self, internet: FakeInternet, net: Net) -> None:
        """Refused connections are tried once more after a pause, then all links of the host are refused."""
        internet.refuse("a.org")
        results = await ask_all(net, *(f"http://a.org/{n}" for n in range(34)))
        assert set(kinds(results)) == {NetErrorKind.REFUSED}
        assert net.requests == 2
        assert internet.time.clock() >= 0.5

    async def test_one_bad_page_does_not_condemn_its_host(self, internet: FakeInternet) -> None:
        """A page that hangs among pages that answer is a page's matter."""
        internet.site("a.org").handle("/bad", silent(internet.time)).default(slow(internet.time, 1.0, answer()))
        async with internet.net(timeout=5) as net:
            results = await ask_all(net, "http://a.org/bad", *(f"http://a.org/{n}" for n in range(60)))
        assert kinds(results) == [NetErrorKind.TIMEOUT] + [200] * 60

    async def test_a_server_that_is_down_behind_its_proxy(self, internet: FakeInternet, net: Net) -> None:
        """503 without end and without a time: left after a few requests, with the status."""
        internet.site("a.org").default(answer("", 503))
        results = await ask_all(net, *(f"http://a.org/{n}" for n in range(34)))
        assert set(kinds(results)) <= {NetErrorKind.COOLDOWN, 503}
        assert len(internet.log) <= 6
        assert internet.time.clock() < 30

    async def test_one_page_of_503_does_not_condemn_its_host(self, internet: FakeInternet, net: Net) -> None:
        """A broken page gets its 503, all others their answers."""
        internet.site("a.org").default(answer()).page("/3", status=503)
        results = await ask_all(net, *(f"http://a.org/{n}" for n in range(20)))
        assert kinds(results) == [200] * 3 + [503] + [200] * 16


class TestWeather:
    """Whether it is our own network that is down can be told."""

    async def test_down(self, internet: FakeInternet, net: Net) -> None:
        """Two hosts, no answer, and nothing but lookups that fail: that is us."""
        internet.site("a.org"), internet.site("b.org")
        internet.down()
        await ask_all(net, "http://a.org/", "http://b.org/")
        connectivity = net.connectivity()
        assert connectivity == Connectivity(2, 0, {NetErrorKind.DNS: 2})
        assert connectivity.dark
        assert not await net.dns_works()

    async def test_up(self, internet: FakeInternet, net: Net) -> None:
        """One host that answers anything, even a 500, shows that the network works."""
        internet.site("a.org").default(answer("", 500))
        await ask_all(net, "http://a.org/", "http://b.org/", "http://c.org/")
        connectivity = net.connectivity()
        assert connectivity == Connectivity(3, 1, {NetErrorKind.NXDOMAIN: 2})
        assert not connectivity.dark

    async def test_a_dead_host_may_just_be_dead(self, internet: FakeInternet, net: Net) -> None:
        """If the only host is not found, another name tells whether it is us; a host that refuses was reached."""
        internet.refuse("b.org")
        await ask(net, "http://a.org/")
        assert net.connectivity().silent
        assert await net.dns_works()
        await ask(net, "http://b.org/")
        assert net.connectivity().dark
        assert not net.connectivity().silent


class TestBudget:
    """--max-time ends everything."""

    async def test_what_is_under_way_is_cut(self, internet: FakeInternet) -> None:
        """At the end of the budget, requests on the wire, in queues and in pauses all end, and no new one begins."""
        internet.site("slow.org").default(slow(internet.time, 100, answer()))
        internet.site("busy.org").default(answer("", 429, Retry_After="60"))
        internet.site("bad.org").default(in_turn(answer("", 502), slow(internet.time, 100, answer())))
        async with internet.net(max_time=5, timeout=200) as net:
            results = await ask_all(
                net, *(f"http://{host}/{n}" for host in ("slow.org", "busy.org", "bad.org") for n in range(10))
            )
            assert set(kinds(results)) == {NetErrorKind.BUDGET}
            assert internet.time.clock() == pytest.approx(5)
            before = len(internet.log)
            assert kinds(await ask_all(net, "http://slow.org/x")) == [NetErrorKind.BUDGET]
            assert len(internet.log) == before

    async def test_cancelling_is_not_the_budget(self, internet: FakeInternet) -> None:
        """Somebody else's cancellation goes through as it is."""
        internet.site("slow.org").default(slow(internet.time, 100, answer()))
        async with internet.net(max_time=50) as net:
            task = asyncio.create_task(ask(net, "http://slow.org/"))
            await internet.time.sleep(1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task


class TestQueue:
    """Waiting requests can be cancelled and parked."""

    async def test_cancelled_waiters_leave_no_trace(self, internet: FakeInternet) -> None:
        """A request cancelled in the queue gives its place to the next; slots are not lost."""
        internet.site("a.org").default(slow(internet.time, 1.0, answer()))
        async with internet.net(per_host=1, concurrency=1) as net:
            first = asyncio.create_task(ask(net, "http://a.org/1"))
            second = asyncio.create_task(ask(net, "http://a.org/2"))
            third = asyncio.create_task(ask(net, "http://a.org/3"))
            await internet.time.sleep(0.5)
            second.cancel()
            assert kinds([await first, await third]) == [200, 200]
            running = asyncio.create_task(ask(net, "http://a.org/4"))
            await internet.time.sleep(0.5)
            running.cancel()
            assert kinds(await ask_all(net, "http://a.org/5")) == [200]

    async def test_long_waits_are_announced(self, internet: FakeInternet) -> None:
        """While requests wait for a cool-down the hook is held, so that the engine may start other work."""
        internet.site("a.org").default(in_turn(answer("", 429, Retry_After="30"), answer()))
        held: list[float] = []
        now_held = 0

        @contextmanager
        def parked() -> Iterator[None]:
            nonlocal now_held
            now_held += 1
            try:
                yield
            finally:
                now_held -= 1
                held.append(internet.time.clock())

        async with internet.net(per_host=1) as net:
            net.parked = parked
            waiting = asyncio.create_task(ask_all(net, *(f"http://a.org/{n}" for n in range(4))))
            await internet.time.sleep(10)
            assert now_held == 4
            assert kinds(await waiting) == [200] * 4
        assert now_held == 0
        assert min(held) >= 30

    async def test_short_waits_are_not(self, internet: FakeInternet) -> None:
        """An ordinary turn in the queue is not worth the engine's attention."""
        internet.site("a.org").default(answer())
        calls = 0

        @contextmanager
        def parked() -> Iterator[None]:
            nonlocal calls
            calls += 1
            yield

        async with internet.net() as net:
            net.parked = parked
            await ask_all(net, *(f"http://a.org/{n}" for n in range(10)))
        assert calls == 0


async def test_the_observer_sees_every_request(internet: FakeInternet) -> None:
    """Redirects, failures and repetitions are all told, with what went wrong."""
    internet.site("a.org").redirect("/", "/x").handle("/x", in_turn(answer("", 502), answer()))
    seen: list[tuple[str, int | None, str]] = []

    def observer(request: Request, url: str, status: int | None, elapsed: float, note: str) -> None:
        assert elapsed >= 0
        assert request.purpose == "page"
        seen.append((url, status, note))

    async with internet.net(observer=observer) as net:
        await ask_all(net, "http://a.org/")
        await ask_all(net, "http://gone.org/")
        assert net.requests == 4
    assert seen == [
        ("http://a.org/", 301, ""),
        ("http://a.org/x", 502, ""),
        ("http://a.org/x", 200, ""),
        ("http://gone.org/", None, "there is no such host name"),
    ]
