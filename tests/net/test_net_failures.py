"""Every way in which there is no answer is told apart, and what is transient is tried again."""

from __future__ import annotations

import asyncio
import ipaddress
import socket

import aiohttp
import pytest

from linkwarden.net import Net
from linkwarden.net.errors import explain
from linkwarden.wire import NetError, NetErrorKind, Request, Response
from tests.internet import FakeInternet
from tests.internet.misbehave import answer, fail_then, hang_up, in_turn, not_http, reset, silent, slow


async def get(net: Net, url: str, **more: object) -> Response:
    """Fetch a page."""
    return await net.fetch(Request(url=url, purpose="page", **more))  # type: ignore[arg-type]


async def failure(net: Net, url: str) -> NetError:
    """Fetch what cannot be had, and give the reason."""
    with pytest.raises(NetError) as caught:
        await get(net, url)
    return caught.value


class TestConnections:
    """Names and sockets."""

    @pytest.mark.parametrize(
        ("fault", "kind", "lookups"),
        [
            ("nxdomain", NetErrorKind.NXDOMAIN, 1),
            ("servfail", NetErrorKind.DNS, 3),
            ("timeout", NetErrorKind.DNS, 3),
            ("no-address", NetErrorKind.UNREACHABLE, 3),
        ],
    )
    async def test_dns(self, internet: FakeInternet, net: Net, fault: str, kind: str, lookups: int) -> None:
        """No such name is final at once; other failures of the resolver are tried three times for the whole host."""
        internet.dns("a.org", fault)  # type: ignore[arg-type]
        for number in range(5):
            assert (await failure(net, f"http://a.org/{number}")).kind == kind
        assert sum(lookup.host == "a.org" for lookup in internet.lookups) == lookups

    @pytest.mark.parametrize(
        ("fault", "kind"),
        [
            ("refused", NetErrorKind.REFUSED),
            ("reset", NetErrorKind.RESET),
            ("silent", NetErrorKind.TIMEOUT),
            ("unreachable", NetErrorKind.UNREACHABLE),
        ],
    )
    async def test_sockets(self, internet: FakeInternet, fault: str, kind: str) -> None:
        """Refused, reset, silent and unreachable are told apart."""
        internet.connect("a.org", fault)  # type: ignore[arg-type]
        ours = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("192.0.2.0/24"))
        async with internet.net(allow_networks=ours) as net:
            assert (await failure(net, "http://a.org/")).kind == kind

    async def test_no_http(self, internet: FakeInternet, net: Net) -> None:
        """What speaks another protocol is no web server, and is not asked twice."""
        internet.site("a.org").default(not_http())
        assert (await failure(net, "http://a.org/")).kind is NetErrorKind.PROTOCOL
        assert len(internet.log) == 1

    async def test_hangs_up(self, internet: FakeInternet, net: Net) -> None:
        """A server that always closes without a word is tried again, then named."""
        internet.site("a.org").default(hang_up)
        assert (await failure(net, "http://a.org/")).kind is NetErrorKind.RESET

    async def test_invalid_addresses_send_nothing(self, internet: FakeInternet, net: Net) -> None:
        """What cannot be an address is said to be so, without a request."""
        assert (await failure(net, "http://[x/")).kind is NetErrorKind.INVALID_URL
        assert (internet.lookups, net.requests) == ([], 0)

    @pytest.mark.parametrize(
        ("code", "kind"),
        [(4, NetErrorKind.NXDOMAIN), (1, NetErrorKind.UNREACHABLE), (12, NetErrorKind.DNS)],
    )
    def test_aiodns_is_understood_too(self, code: int, kind: NetErrorKind) -> None:
        """With the ``speed`` extra, the codes are those of c-ares, one exception deeper."""
        wrapped = OSError(None, "DNS lookup failed")
        wrapped.__cause__ = Exception(code, "ARES")
        key = aiohttp.client_reqrep.ConnectionKey("a.org", 80, False, True, None, None, None)
        assert explain(aiohttp.ClientConnectorDNSError(key, wrapped), "a.org").kind is kind

    def test_details_are_clean(self) -> None:
        """Reasons name no address of the inside, whatever the system's message says."""
        key = aiohttp.client_reqrep.ConnectionKey("a.org", 80, False, True, None, None, None)
        for cause in (
            ConnectionRefusedError(111, "Connect call failed ('10.1.2.3', 80)"),
            OSError(113, "No route to host 10.1.2.3"),
            socket.gaierror(-3, "10.1.2.3"),
            OSError("Multiple exceptions: [Errno 111] Connect call failed ('10.1.2.3', 80), …"),
        ):
            assert "10.1" not in explain(aiohttp.ClientConnectorError(key, cause), "a.org").detail


class TestRetries:
    """What often goes away by itself is tried again, after a pause that holds no slot."""

    @pytest.mark.parametrize("status", [500, 502, 503, 504, 408, 425, 429, 520, 521, 522, 523, 524])
    async def test_a_bad_moment_is_no_verdict(self, internet: FakeInternet, net: Net, status: int) -> None:
        """Each transient status followed by a 200 is a 200."""
        internet.site("a.org").default(fail_then(1, status, answer("fine")))
        response = await get(net, "http://a.org/")
        assert (response.status, response.body, len(internet.log)) == (200, b"fine", 2)
        assert internet.time.clock() >= 0.5

    @pytest.mark.parametrize("how", ["reset", "hang-up"])
    async def test_a_broken_connection_is_no_verdict(self, internet: FakeInternet, net: Net, how: str) -> None:
        """A reset or a hang-up followed by a 200 is a 200."""
        internet.site("a.org").default(fail_then(2, how, answer("fine")))  # type: ignore[arg-type]
        assert (await get(net, "http://a.org/")).body == b"fine"

    @pytest.mark.parametrize("fault", ["servfail", "timeout"])
    async def test_a_dns_hiccup_is_no_verdict(self, internet: FakeInternet, net: Net, fault: str) -> None:
        """A resolver that fails once or twice and then works costs only time."""
        internet.site("a.org").default(answer("fine"))
        internet.dns("a.org", fault, times=2)  # type: ignore[arg-type]
        assert (await get(net, "http://a.org/")).body == b"fine"

    @pytest.mark.parametrize("fault", ["refused", "reset", "silent"])
    async def test_a_restarting_server_is_no_verdict(self, internet: FakeInternet, net: Net, fault: str) -> None:
        """A server that cannot be reached once is asked again a little later."""
        internet.site("a.org").default(answer("fine"))
        internet.connect("a.org", fault, times=1)  # type: ignore[arg-type]
        assert (await get(net, "https://a.org/")).body == b"fine"

    async def test_the_last_answer_counts(self, internet: FakeInternet, net: Net) -> None:
        """After three times 500 the 500 is the answer; the pauses grow."""
        internet.site("a.org").default(answer("oops", 500))
        response = await get(net, "http://a.org/")
        assert (response.status, response.body) == (500, b"oops")
        first, second, third = internet.starts("a.org")
        assert 0.5 <= second - first <= 1.0
        assert 1.0 <= third - second <= 2.0

    @pytest.mark.parametrize("status", [200, 204, 400, 401, 403, 404, 410, 418, 451, 501, 999])
    async def test_an_answer_is_not_asked_twice(self, internet: FakeInternet, net: Net, status: int) -> None:
        """What is meant is taken at its word."""
        internet.site("a.org").default(answer("", status))
        assert (await get(net, "http://a.org/")).status == status
        assert len(internet.log) == 1

    async def test_attempts_can_be_chosen(self, internet: FakeInternet, net: Net) -> None:
        """An ask may want fewer or more attempts than the run."""
        internet.site("a.org").default(answer("", 502))
        await get(net, "http://a.org/", attempts=1)
        assert len(internet.log) == 1
        await get(net, "http://a.org/", attempts=4)
        assert len(internet.log) == 5

    async def test_only_the_hop_that_failed_is_repeated(self, internet: FakeInternet, net: Net) -> None:
        """A retry behind a redirect does not walk the chain again, nor record its hops twice."""
        internet.site("a.org").redirect("/", "http://b.org/")
        internet.site("b.org").default(fail_then(2, 502, answer("fine")))
        response = await get(net, "http://a.org/")
        assert (response.body, len(response.hops)) == (b"fine", 1)
        assert len(internet.requests_to("a.org")) == 1

    async def test_the_pause_holds_no_slot(self, internet: FakeInternet) -> None:
        """While one request waits for its second try, others of the same host use its place."""
        internet.site("a.org").handle("/bad", fail_then(1, 502, answer())).default(answer())
        async with internet.net(concurrency=1, per_host=1) as net:
            bad = asyncio.create_task(get(net, "http://a.org/bad"))
            await asyncio.gather(*(get(net, f"http://a.org/{number}") for number in range(5)))
            assert internet.time.clock() < 0.5
            assert (await bad).status == 200

    async def test_hops_are_in_the_error(self, internet: FakeInternet, net: Net) -> None:
        """A failure behind a redirect names the host at which it happened and how one got there."""
        internet.site("a.org").redirect("/", "http://gone.example/x")
        error = await failure(net, "http://a.org/")
        assert (error.kind, error.host) == (NetErrorKind.NXDOMAIN, "gone.example")
        assert [hop.location for hop in error.hops] == ["http://gone.example/x"]

    async def test_a_page_that_hangs_is_a_timeout(self, internet: FakeInternet) -> None:
        """The timeout of the run is kept for each try; a slow page of a living host is not its host's end."""
        internet.site("a.org").handle("/slow", silent(internet.time)).page("/", "alive")
        async with internet.net(timeout=8, attempts=2) as net:
            await get(net, "http://a.org/")
            assert (await failure(net, "http://a.org/slow")).kind is NetErrorKind.TIMEOUT
            assert (await get(net, "http://a.org/")).body == b"alive"
        assert 16 <= internet.time.clock() <= 19

    @pytest.mark.parametrize("limit", [20, 60])
    async def test_a_silent_host_costs_one_time_limit_and_not_two(self, internet: FakeInternet, limit: int) -> None:
        """Who has never said a word gets the whole limit once; the second try is short, and enough for who is well."""
        internet.silent("a.org")
        internet.site("b.org").default(in_turn(silent(internet.time), slow(internet.time, 0.1 * limit, answer("late"))))
        async with internet.net(timeout=limit) as net:
            assert (await failure(net, "http://a.org/")).kind is NetErrorKind.TIMEOUT
            assert limit < internet.time.clock() <= 1.2 * limit + 1
            assert internet.attempts_at("a.org") == 2
            assert (await get(net, "http://b.org/")).body == b"late"

    async def test_two_links_of_a_silent_host_wait_side_by_side(self, internet: FakeInternet, net: Net) -> None:
        """The second one does not wait for the end of the first, and both are over together."""
        internet.silent("a.org")
        found = await asyncio.gather(failure(net, "http://a.org/1"), failure(net, "http://a.org/2"))
        assert {error.kind for error in found} <= {NetErrorKind.TIMEOUT, NetErrorKind.GIVEN_UP}
        assert internet.time.clock() <= 26
        assert internet.attempts_at("a.org") <= 4

    @pytest.mark.parametrize(("limit", "waits"), [(10, 10), (3, 3), (60, 20)])
    async def test_a_connection_has_a_limit_of_its_own(self, internet: FakeInternet, limit: int, waits: int) -> None:
        """A host that takes no connection is known before a slow page is, and never later than that."""
        internet.site("a.org")
        internet.connect("a.org", "blackhole")
        async with internet.net(connect_timeout=limit, attempts=1) as net:
            assert (await failure(net, "http://a.org/")).kind is NetErrorKind.TIMEOUT
        assert waits <= internet.time.clock() < waits + 1

    async def test_reset_then_status_then_fine(self, internet: FakeInternet, net: Net) -> None:
        """Different failures of one request count together."""
        internet.site("a.org").default(in_turn(reset, answer("", 502), answer("fine")))
        assert (await get(net, "http://a.org/")).body == b"fine"
