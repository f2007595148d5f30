"""The fake internet keeps its promises; everything else is tested on it."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from blockbuster import BlockingError

import linkwarden.text
from linkwarden.net import Net
from linkwarden.wire import NetError, NetErrorKind, Request
from tests.conftest import OutsideError, _attempts
from tests.internet import FakeInternet
from tests.internet.core import ConnectFault
from tests.internet.dns import SILENT_NAME_SERVER, DnsFault
from tests.internet.tls import TlsFault


@pytest.fixture
async def browser(internet: FakeInternet) -> AsyncIterator[aiohttp.ClientSession]:
    """A bare aiohttp client on the fake internet, without manners and without retries."""
    connector = aiohttp.TCPConnector(
        resolver=internet.resolver(), ssl=internet.ssl_context(), limit=0, use_dns_cache=False, force_close=True
    )
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session


async def test_a_page_is_served_under_its_real_name_over_tls(
    internet: FakeInternet, browser: aiohttp.ClientSession
) -> None:
    """An https address of a registered host gives the registered bytes, and the log has the whole request."""
    internet.site("a.example.org").page("/x%2Fy", b"hello", media_type="text/plain", headers={"X-Kind": "test"})
    address = "https://a.example.org/x%2Fy?q=1&q=%C3%A9"
    from yarl import URL  # noqa: PLC0415 - only here an address must go out unchanged

    async with browser.post(URL(address, encoded=True), data=b"{}", headers={"X-Test": "1"}) as answer:
        assert (await answer.read(), answer.headers["X-Kind"], answer.content_type) == (b"hello", "test", "text/plain")
    (seen,) = internet.log
    assert (seen.method, seen.scheme, seen.host, seen.path) == ("POST", "https", "a.example.org", "/x%2Fy")
    assert (seen.url, seen.query.getall("q"), seen.headers["x-test"]) == (address, ["1", "é"], "1")
    assert (seen.body, seen.json(), seen.status, seen.at, seen.done) == (b"{}", {}, 200, 0, 0)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", "home"),
        ("/?q=2", "second"),
        ("/?q=3", "home"),
        ("/api", "api"),
        ("/api/v1/x", "v1"),
        ("/apix", "default"),
        ("/img-7.png", "img"),
        ("/a%20b", "space"),
    ],
)
async def test_the_most_fitting_answer_is_given(
    internet: FakeInternet, browser: aiohttp.ClientSession, path: str, expected: str
) -> None:
    """Query pages before pages, pages before handlers, longer prefixes before shorter, the default last."""

    def saying(word: str):  # type: ignore[no-untyped-def] # noqa: ANN202 - a handler
        async def handler(_request: web.Request) -> web.StreamResponse:
            return web.Response(text=word)

        return handler

    site = internet.site("a.example.org").page("/", "home").page("/?q=2", "second").page("/a b", "space")
    site.handle("/api", saying("api")).handle("/api/v1", saying("v1")).handle("/img*", saying("img"))
    site.default(saying("default"))
    async with browser.get("http://a.example.org" + path) as answer:
        assert await answer.text() == expected


async def test_what_is_not_registered_is_404_and_wildcards_cover_hosts_below(
    internet: FakeInternet, browser: aiohttp.ClientSession
) -> None:
    """``*.example.org`` serves any depth below, not example.org itself; exact hosts win."""
    internet.site("*.example.org").page("/", "wild")
    internet.site("own.example.org").page("/", "own")
    for host, text in {"a": "wild", "a.b": "wild", "own": "own"}.items():
        async with browser.get(f"https://{host}.example.org/") as answer:
            assert await answer.text() == text
    async with browser.get("https://a.example.org/nope") as answer:
        assert answer.status == 404
    with pytest.raises(aiohttp.ClientConnectorDNSError):
        await browser.get("https://example.org/")


async def test_redirects_go_between_hosts_under_their_real_names(
    internet: FakeInternet, browser: aiohttp.ClientSession
) -> None:
    """Location is given as registered, and an https-only site sends plain http over."""
    internet.site("old.example.org").redirect("/p", "http://new.example.org/q", 308)
    internet.site("new.example.org").https_only().page("/q", "here")
    async with browser.get("http://old.example.org/p") as answer:
        assert str(answer.url) == "https://new.example.org/q"
        assert [hop.status for hop in answer.history] == [308, 301]
    assert internet.hosts == {"old.example.org", "new.example.org"}
    assert [seen.scheme for seen in internet.requests_to("new.example.org")] == ["http", "https"]


async def test_registered_ports_answer_and_others_are_closed(
    internet: FakeInternet, browser: aiohttp.ClientSession
) -> None:
    """A host listens on 80, 443 and what it was given."""
    internet.site("a.example.org", ports={8080: "http", 8443: "https"}).page("/", "here")
    for address in ("http://a.example.org:8080/", "https://a.example.org:8443/"):
        async with browser.get(address) as answer:
            assert await answer.text() == "here"
    assert [seen.host for seen in internet.log] == ["a.example.org"] * 2
    with pytest.raises(aiohttp.ClientConnectorError) as error:
        await browser.get("http://a.example.org:8081/")
    assert error.value.os_error.errno == errno.ECONNREFUSED


@pytest.mark.parametrize(
    ("fault", "code", "seconds"),
    [
        ("nxdomain", socket.EAI_NONAME, 0),
        ("servfail", socket.EAI_AGAIN, 0),
        ("timeout", socket.EAI_AGAIN, SILENT_NAME_SERVER),
        ("no-address", socket.EAI_NODATA, 0),
    ],
)
async def test_names_fail_as_the_c_library_says(
    internet: FakeInternet, browser: aiohttp.ClientSession, fault: DnsFault, code: int, seconds: float
) -> None:
    """Each DNS fault comes through aiohttp with a ``socket.gaierror`` inside, as with the system's resolver."""
    internet.site("a.example.org").page("/", "here")
    internet.dns("a.example.org", fault)
    with pytest.raises(aiohttp.ClientConnectorDNSError) as error:
        await browser.get("https://a.example.org/")
    assert isinstance(error.value.os_error, socket.gaierror)
    assert error.value.os_error.errno == code
    assert internet.time.clock() == pytest.approx(seconds)
    assert [(asked.host, asked.port, asked.fault) for asked in internet.lookups] == [("a.example.org", 443, fault)]


async def test_a_hiccup_goes_away(internet: FakeInternet, browser: aiohttp.ClientSession) -> None:
    """A fault given with ``times`` happens that often; the network as a whole can go and come back, too."""
    internet.site("a.example.org").page("/", "here")
    internet.dns("a.example.org", "hiccup", times=2)
    outcomes: list[str | int | None] = []
    for turn in range(5):
        internet.down("servfail" if turn == 3 else None)
        try:
            async with browser.get("http://a.example.org/") as answer:
                outcomes.append(await answer.text())
        except aiohttp.ClientConnectorDNSError as error:
            outcomes.append(error.os_error.errno)
    assert outcomes == [socket.EAI_AGAIN, socket.EAI_AGAIN, "here", socket.EAI_AGAIN, "here"]


@pytest.mark.parametrize(
    ("fault", "code"),
    [("expired", 10), ("wrong-host", 62), ("self-signed", 18), ("untrusted", 20), ("incomplete", 20)],
)
async def test_each_certificate_fault_has_its_code(
    internet: FakeInternet, browser: aiohttp.ClientSession, fault: TlsFault, code: int
) -> None:
    """OpenSSL's X509_V_ERR number tells the faults apart, and no request gets through."""
    internet.tls("a.example.org", fault).page("/", "here")
    with pytest.raises(aiohttp.ClientConnectorCertificateError) as error:
        await browser.get("https://a.example.org/")
    assert isinstance(error.value.certificate_error, ssl.SSLCertVerificationError)
    assert error.value.certificate_error.verify_code == code
    assert not internet.log
    async with browser.get("http://a.example.org/") as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("legacy", "UNSAFE_LEGACY_RENEGOTIATION_DISABLED"),
        ("old-protocol", "TLSV1_ALERT_PROTOCOL_VERSION"),
        ("handshake", "SSLV3_ALERT_HANDSHAKE_FAILURE"),
        ("plain", "WRONG_VERSION_NUMBER"),
    ],
)
async def test_each_handshake_fault_has_its_alert(
    internet: FakeInternet, browser: aiohttp.ClientSession, fault: TlsFault, reason: str
) -> None:
    """A handshake that cannot be done fails with the alert that servers really send."""
    internet.tls("a.example.org", fault)
    with pytest.raises(aiohttp.ClientConnectorSSLError) as error:
        await browser.get("https://a.example.org/")
    assert isinstance(error.value.os_error, ssl.SSLError)
    assert error.value.os_error.reason == reason


async def test_ports_can_be_closed_torn_or_unreachable(internet: FakeInternet, browser: aiohttp.ClientSession) -> None:
    """Refused, reset and unreachable are told apart by the error number."""
    internet.refuse("closed.example.org")
    internet.reset("torn.example.org")
    internet.connect("far.example.org", "unreachable")
    seen = {}
    for host in ("closed", "torn", "far"):
        for scheme in ("http", "https"):
            with pytest.raises((aiohttp.ClientOSError, aiohttp.ServerDisconnectedError)) as error:
                await browser.get(f"{scheme}://{host}.example.org/")
            seen[host, scheme] = getattr(error.value, "errno", None)
    assert seen["closed", "http"] == seen["closed", "https"] == errno.ECONNREFUSED
    assert seen["torn", "http"] == seen["torn", "https"] == errno.ECONNRESET
    assert seen["far", "http"] == seen["far", "https"] == errno.EHOSTUNREACH
    assert not internet.log
    assert [internet.attempts_at(f"{host}.example.org") >= 2 for host in ("closed", "torn", "far")] == [True] * 3


@pytest.mark.parametrize("fault", ["refused", "reset", "unreachable"])
async def test_a_fault_can_pass_although_the_name_is_remembered(internet: FakeInternet, fault: ConnectFault) -> None:
    """A port that fails once is open at the next attempt, also for a client that does not look the name up again."""
    internet.connect("a.example.org", fault, times=1).page("/", "here")
    connector = aiohttp.TCPConnector(resolver=internet.resolver(), ssl=internet.ssl_context(), use_dns_cache=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        session._retry_connection = False  # aiohttp asks once more by itself when a connection breaks
        with pytest.raises(aiohttp.ClientOSError):
            await session.get("https://a.example.org/")
        async with session.get("https://a.example.org/") as answer:
            assert await answer.text() == "here"
    assert (len(internet.lookups), internet.attempts_at("a.example.org")) == (1, 2)


async def test_a_black_hole_swallows_the_greeting(internet: FakeInternet, browser: aiohttp.ClientSession) -> None:
    """Connecting takes as long as the client has patience, or until the system gives up."""
    internet.connect("hole.example.org", "blackhole")
    with pytest.raises(TimeoutError):
        await browser.get("http://hole.example.org/", timeout=aiohttp.ClientTimeout(total=30))
    with pytest.raises(aiohttp.ClientConnectorError) as error:
        await browser.get("http://hole.example.org/", timeout=aiohttp.ClientTimeout(total=300, sock_connect=200))
    assert error.value.os_error.errno == errno.ETIMEDOUT


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_silent_host_runs_into_the_timeout_at_once(
    internet: FakeInternet, browser: aiohttp.ClientSession, scheme: str
) -> None:
    """Thirty virtual seconds pass, no real one."""
    internet.silent("mute.example.org")
    with pytest.raises(TimeoutError):
        await browser.get(f"{scheme}://mute.example.org/", timeout=aiohttp.ClientTimeout(total=30))
    assert internet.time.clock() == pytest.approx(30, abs=1)


async def test_peaks_count_what_is_under_way_at_once(internet: FakeInternet, browser: aiohttp.ClientSession) -> None:
    """A request counts from its arrival until the last byte of its answer."""

    async def think(_request: web.Request) -> web.StreamResponse:
        await internet.time.sleep(1)
        return web.Response()

    internet.site("a.example.org").default(think)
    internet.site("b.example.org").default(think)

    async def get(host: str, at: float) -> None:
        await internet.time.sleep(at)
        async with browser.get(f"http://{host}.example.org/"):
            pass

    await asyncio.gather(get("a", 0), get("a", 0.5), get("a", 0.9), get("a", 3), get("b", 0.95))
    assert (internet.peak("a.example.org"), internet.peak("b.example.org"), internet.peak_total) == (3, 1, 4)
    assert internet.starts("a.example.org") == pytest.approx([0, 0.5, 0.9, 3])


async def test_net_is_wired_with_policy_and_clock(internet: FakeInternet, net: Net) -> None:
    """The ``net`` fixture is a real Net: it reaches the hosts, and an unknown name is NXDOMAIN."""
    internet.site("a.example.org").page("/", "here")
    assert (await net.fetch(Request(url="https://a.example.org/", purpose="test"))).text() == "here"
    with pytest.raises(NetError) as error:
        await net.fetch(Request(url="https://b.example.org/", purpose="test"))
    assert error.value.kind is NetErrorKind.NXDOMAIN


async def test_net_takes_policy_fields_and_other_arguments(internet: FakeInternet) -> None:
    """Keywords of NetPolicy change the policy; without the fake internet's address allowed, the guard refuses it."""
    internet.site("a.example.org").page("/", "here")
    async with internet.net(allow_networks=(), user_agent="probe") as net:
        assert net.policy.user_agent == "probe"
        with pytest.raises(NetError) as error:
            await net.fetch(Request(url="https://a.example.org/", purpose="test"))
    assert error.value.kind is NetErrorKind.BLOCKED
    assert not internet.log


async def test_a_name_can_lead_inside(internet: FakeInternet, net: Net) -> None:
    """``resolves_to`` gives a public name a private address; Net's guard keeps the socket closed."""
    internet.resolves_to("evil.example.org", "10.0.0.1")
    with pytest.raises(NetError) as error:
        await net.fetch(Request(url="http://evil.example.org/", purpose="test"))
    assert error.value.kind is NetErrorKind.BLOCKED


@pytest.mark.parametrize("address", [("8.8.8.8", 53), ("real.example.org", 80), ("2001:db8::1", 80)])
def test_no_test_reaches_the_real_network(address: tuple[str, int]) -> None:
    """Connecting anywhere but to loopback is an error of the test, even if it is swallowed."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as sock, pytest.raises(OutsideError):
        sock.connect(address)
    with pytest.raises(OutsideError):
        socket.getaddrinfo("real.example.org", 80)
    assert len(_attempts) == 2
    _attempts.clear()


def test_the_environment_is_scrubbed() -> None:
    """Nothing of CI, tokens, proxies or colours shows through, whatever machine this runs on."""
    telling = [name for name in os.environ if name.startswith(("GITHUB_", "GH_", "LINKWARDEN_")) or name == "CI"]
    assert not telling


async def test_hundreds_of_hosts_cost_nothing_until_asked(internet: FakeInternet) -> None:
    """Registering 2,000 hosts mints no certificate and opens no socket."""
    from tests.internet.tls import authority  # noqa: PLC0415 - a look behind the scenes

    before = len(authority()._contexts)
    for number in range(2000):
        internet.site(f"h{number}.crowd.example.org").page("/", "x")
    assert len(authority()._contexts) == before


async def test_hosts_can_be_slow_by_a_rule(internet: FakeInternet, browser: aiohttp.ClientSession) -> None:
    """``latency`` delays every answer of a host, in virtual time."""
    internet.site("*.example.org").page("/", "here")
    internet.latency = lambda host: 2.0 if host.startswith("slow") else 0.5
    for host in ("slow", "quick"):
        async with browser.get(f"http://{host}.example.org/"):
            pass
    assert [seen.done - seen.at for seen in internet.log if seen.done] == pytest.approx([2.0, 0.5])


async def test_a_mistake_in_a_handler_is_kept(internet: FakeInternet, browser: aiohttp.ClientSession) -> None:
    """The client gets a 500, and the fixture would fail the test; a client that hangs up is no mistake."""

    async def wrong(_request: web.Request) -> web.StreamResponse:
        raise KeyError("oops")

    internet.site("a.example.org").default(wrong)
    async with browser.get("http://a.example.org/") as answer:
        assert answer.status == 500
    assert [str(error) for error in internet.errors] == ["'oops'"]
    internet.errors.clear()


def test_commands_with_loops_of_their_own_are_served() -> None:
    """Two commands, each with its own loop, share one internet: log and clock go on."""
    internet = FakeInternet()
    internet.site("a.example.org").page("/", "here")
    internet.latency = lambda _host: 1.5

    async def command() -> str:
        async with internet.serving() as net:
            return (await net.fetch(Request(url="https://a.example.org/", purpose="test"))).text()

    assert [asyncio.run(command()), asyncio.run(command())] == ["here", "here"]
    assert internet.starts("a.example.org") == pytest.approx([0, 1.5], abs=0.1)


async def test_linkwarden_may_not_block_the_loop() -> None:
    """A sleep in a file of linkwarden, called on the event loop, is an error; in other files it is not."""
    code = "import time; time.sleep(0.0001)"
    with pytest.raises(BlockingError):
        exec(compile(code, linkwarden.text.__file__, "exec"))  # noqa: S102 - a stand-in for a careless line there
    exec(compile(code, __file__, "exec"))  # noqa: S102 - the same here
