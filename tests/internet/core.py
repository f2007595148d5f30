"""``FakeInternet``: the server, the resolver and the network client, put together in one event loop."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import random
import socket
import ssl
import struct
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import fields
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

from aiohttp import web
from multidict import CIMultiDict, MultiDict

from tests.internet.dns import DnsFault, FakeResolver
from tests.internet.log import Attempt, Exchange, Lookup
from tests.internet.site import Handler, Site
from tests.internet.time import VirtualTime
from tests.internet.tls import AIA_HOST, REFUSALS, TlsFault, authority, old_context

if TYPE_CHECKING:
    from linkwarden.net import Net

#: A loopback address of our own, so that a policy may allow it and still refuse 127.0.0.1. Linux has all of
#: 127.0.0.0/8; elsewhere the fake internet moves to 127.0.0.1.
ADDRESS = "127.66.0.1"
#: The server never hangs up on an idle connection: pooled connections stay good however far virtual time jumps.
_KEEP_ALIVE = 10_000_000.0

#: What can be wrong with a host's TCP port. "refused": closed. "reset": torn down on arrival. "silent": accepts
#: and never says a word. "blackhole": does not even accept. "unreachable": no route.
ConnectFault = Literal["refused", "reset", "silent", "blackhole", "unreachable"]
#: Faults that ``connect(2)`` reports, with their error numbers.
_ERRORS = {"refused": errno.ECONNREFUSED, "unreachable": errno.EHOSTUNREACH, "blackhole": errno.ETIMEDOUT}
#: Seconds after which Linux gives up on an unanswered SYN (tcp(7), tcp_syn_retries).
_NO_ANSWER = 127.0
_SockConnect = Callable[[socket.socket, Any], Awaitable[None]]
_Fault = TypeVar("_Fault", bound=str)


class FakeInternet:
    """Hundreds of named hosts on loopback.

    An async context manager; everything can be registered before and after entering. While it is entered, the
    event loop lives in virtual time (``self.time``).

    Attributes:
        time: the virtual clock.
        log: every request, in order of arrival.
        lookups: every question to the resolver, in order.
        attempts: every attempt to connect, in order, successful or not.
        peak_total: the most requests that were under way at once.
        errors: what handlers threw by mistake.
        latency: gives the virtual seconds that a host takes before it answers, or None for no latency at all.
    """

    def __init__(self) -> None:
        self.time = VirtualTime()
        self.log: list[Exchange] = []
        self.lookups: list[Lookup] = []
        self.attempts: list[Attempt] = []
        self.errors: list[Exception] = []
        self.peak_total = 0
        self.latency: Callable[[str], float] | None = None
        self.address = ADDRESS
        self._sites: dict[str, Site] = {}
        self._dns: dict[str, tuple[DnsFault, int | None]] = {}
        self._tls: dict[str, TlsFault] = {}
        self._connect: dict[str, tuple[ConnectFault, int | None]] = {}
        self._places: dict[str, tuple[str, ...]] = {}
        self._extra_ports: dict[tuple[str, int], Literal["http", "https"]] = {}
        self._down: DnsFault | None = None
        self._under_way: Counter[str] = Counter()
        self._peaks: Counter[str] = Counter()
        self._ports: dict[str, int] = {}
        self._doors: dict[tuple[str, int], int] = {}
        self._mute: set[asyncio.Transport] = set()
        self._stack: AsyncExitStack | None = None
        self.site("example.com")  # RFC 2606 keeps it: whoever can look up names at all can look up this one

    # -- what there is ------------------------------------------------------------------------------------------

    def site(self, host: str, *, ports: Mapping[int, Literal["http", "https"]] | None = None) -> Site:
        """Give a host, made on first mention; ``*.example.org`` stands for all hosts below example.org.

        It answers on 80 and 443, and on ``ports``.
        """
        host = host.lower()
        for port, scheme in (ports or {}).items():
            self._extra_ports[host, port] = scheme
        return self._sites.setdefault(host, Site(host))

    def dns(self, host: str, fault: DnsFault, times: int | None = None) -> None:
        """Make lookups of a name fail: the next ``times``, or all. It need not be a registered host."""
        self._dns[host.lower()] = (fault, times)

    def tls(self, host: str, fault: TlsFault) -> Site:
        """Give a host a bad certificate or handshake."""
        self._tls[host.lower()] = fault
        if fault.startswith("incomplete"):
            certificates = self.site(AIA_HOST).page("/busy.crt", status=503)
            for path, certificate in authority().published().items():
                certificates.page(path, certificate, media_type="application/pkix-cert")
        return self.site(host)

    def connect(self, host: str, fault: ConnectFault, times: int | None = None) -> Site:
        """Make connecting to a host fail: the next ``times``, or always."""
        self._connect[host.lower()] = (fault, times)
        return self.site(host)

    def refuse(self, host: str, times: int | None = None) -> Site:
        """Close a host's ports."""
        return self.connect(host, "refused", times)

    def reset(self, host: str, times: int | None = None) -> Site:
        """Tear connections to a host down on arrival."""
        return self.connect(host, "reset", times)

    def silent(self, host: str, times: int | None = None) -> Site:
        """Let a host accept connections and never say a word (not even in the TLS handshake)."""
        return self.connect(host, "silent", times)

    def resolves_to(self, host: str, *addresses: str) -> Site:
        """Let a name lead to these addresses instead of ours (for the address guard: nothing may connect)."""
        self._places[host.lower()] = addresses
        return self.site(host)

    def down(self, fault: DnsFault | None = "servfail") -> None:
        """Take the whole network away: every lookup fails; ``None`` brings it back."""
        self._down = fault

    # -- what happened ------------------------------------------------------------------------------------------

    def requests_to(self, host: str) -> list[Exchange]:
        """Give the requests to a host, in order of arrival."""
        return [exchange for exchange in self.log if exchange.host == host.lower()]

    def starts(self, host: str) -> list[float]:
        """Give the virtual seconds at which requests to a host arrived."""
        return [exchange.at for exchange in self.requests_to(host)]

    def attempts_at(self, host: str) -> int:
        """Count the attempts to connect to a host, which tell of silent and closed ones what the log cannot."""
        return sum(attempt.host == host.lower() for attempt in self.attempts)

    def peak(self, host: str) -> int:
        """Give the most requests to a host that were under way at once."""
        return self._peaks[host.lower()]

    @property
    def hosts(self) -> set[str]:
        """The hosts that got a request."""
        return {exchange.host for exchange in self.log}

    # -- the client ---------------------------------------------------------------------------------------------

    def resolver(self) -> FakeResolver:
        """Make a resolver of this internet (needs the internet to be entered by the time it is asked)."""
        return FakeResolver(self)

    def ssl_context(self) -> ssl.SSLContext:
        """Give the client context that trusts this internet's authority."""
        return authority().client_context()

    def net(self, **overrides: Any) -> Net:
        """Make a real ``Net`` on this internet and its clock; use it with ``async with``.

        ``overrides`` are fields of NetPolicy, or other arguments of Net (``observer``, ``rng`` …).
        """
        from linkwarden.net import Net, NetPolicy  # noqa: PLC0415 - the servers work without the client

        known = {field.name for field in fields(NetPolicy)}
        limits = {name: value for name, value in overrides.items() if name in known}
        others = {name: value for name, value in overrides.items() if name not in known}
        ours = (ipaddress.ip_network(self.address),)
        wiring: dict[str, Any] = {
            "clock": self.time.clock,
            "now": self.time.now,
            "sleep": self.time.sleep,
            "resolver": self.resolver(),
            "ssl_context": self.ssl_context(),
            "rng": random.Random(0),  # noqa: S311 - jitter that is the same in every run
        }
        return Net(NetPolicy(**{"allow_networks": ours, **limits}), **{**wiring, **others})

    @asynccontextmanager
    async def serving(self, **overrides: Any) -> AsyncIterator[Net]:
        """Enter this internet and a Net on it, in whatever loop this is: for code that starts a loop of its own.

        A command under test takes it as its network: ``make_net=lambda *_: internet.serving()``. Between two
        commands the log and the clock go on. uvloop will not do (see ``VirtualTime``).
        """
        async with self, self.net(**overrides) as net:
            yield net

    # -- the resolver's view ------------------------------------------------------------------------------------

    def fault_of(self, host: str, port: int) -> str | None:
        """Name the DNS fault of this lookup, count it, and log it; None if the name resolves."""
        host = host.lower().rstrip(".")
        fault: DnsFault | None = self._down or _spend(self._dns, host)
        if fault is None and self._site_of(host) is None:
            fault = "nxdomain"
        self.lookups.append(Lookup(host, port, round(self.time.clock(), 6), fault))
        return fault

    def addresses_of(self, host: str, port: int) -> list[tuple[str, int]]:
        """Give address and port behind a name that resolves.

        The port only names host and port to ``_sock_connect``, which decides anew at every attempt: clients keep
        what a name resolved to.
        """
        host = host.lower().rstrip(".")
        if host in self._places:
            return [(address, port) for address in self._places[host]]
        number = self._doors.setdefault((host, port), len(self._doors) + 1)
        return [(self.address, number)]

    async def _sock_connect(self, real: _SockConnect, sock: socket.socket, address: tuple[Any, ...]) -> None:
        """Connect a client's socket as the host behind the address wants it; errors read like asyncio's own."""
        doors = {number: door for door, number in self._doors.items()}
        door = doors.get(address[1]) if address[0] == self.address else None
        if door is None:
            return await real(sock, address)
        self.attempts.append(Attempt(*door, round(self.time.clock(), 6)))
        role = self._role_of(*door)
        if role == "blackhole":
            await self.time.sleep(_NO_ANSWER)
        if role in _ERRORS:
            raise OSError(_ERRORS[role], f"Connect call failed {address}")
        return await real(sock, (self.address, self._ports[role]))

    def _role_of(self, host: str, port: int) -> str:
        """Name the listener that plays this port of this host, or the fault with which connecting fails."""
        fault = _spend(self._connect, host)
        if fault is not None:
            return fault
        role = self._extra_ports.get((host, port)) or {80: "http", 443: "https"}.get(port, "refused")
        tls = self._tls.get(host)
        if role == "https" and tls == "plain":
            return "http"
        return tls if role == "https" and tls in {*REFUSALS, "old-cipher"} else role

    def _site_of(self, host: str) -> Site | None:
        if host in self._sites:
            return self._sites[host]
        labels = host.split(".")
        for cut in range(1, len(labels)):
            site = self._sites.get("*." + ".".join(labels[cut:]))
            if site is not None:
                return site
        return None

    # -- the servers --------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        async with AsyncExitStack() as stack:
            stack.enter_context(self.time)
            server = web.Server(
                self._serve,  # type: ignore[arg-type] # the factory makes web.Request, as handlers expect
                request_factory=_make_request,
                keepalive_timeout=_KEEP_ALIVE,
                access_log=None,
                max_line_size=65_536,
                max_field_size=65_536,
                handler_cancellation=True,
            )
            stack.push_async_callback(server.shutdown, 0)
            secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority().server_context("unnamed.invalid")
            secure.sni_callback = self._greet
            old = old_context()
            old.sni_callback = self._greet
            listeners: list[tuple[str, Callable[[], asyncio.BaseProtocol], ssl.SSLContext | None]] = [
                ("http", server, None),
                ("https", server, secure),
                ("old-cipher", server, old),
                ("reset", _Reset, None),
                ("silent", partial(_Silent, self._mute), None),
                *((fault, partial(_Refusal, words), None) for fault, words in REFUSALS.items()),
            ]
            for role, factory, context in listeners:
                sock = self._bind()
                self._ports[role] = sock.getsockname()[1]
                listener = await loop.create_server(factory, sock=sock, ssl=context, backlog=1024)
                stack.callback(listener.close)
            real = loop.sock_connect
            loop.sock_connect = partial(self._sock_connect, real)  # type: ignore[method-assign]
            stack.callback(lambda: vars(loop).pop("sock_connect"))
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *exc: object) -> None:
        for transport in self._mute:
            transport.abort()
        self._mute.clear()
        stack, self._stack = self._stack, None
        if stack is not None:
            await stack.aclose()

    def _bind(self) -> socket.socket:
        sock = socket.socket()
        try:
            sock.bind((self.address, 0))
        except OSError:
            self.address = "127.0.0.1"
            sock.bind((self.address, 0))
        return sock

    def _greet(self, connection: Any, name: str | None, _context: ssl.SSLContext) -> None:
        """Choose the certificate by the name in the TLS greeting (SNI, RFC 6066 section 3)."""
        host = (name or "unnamed.invalid").lower()
        connection.context = authority().server_context(host, self._tls.get(host))

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one request: log it, count it, hand it to its site."""
        exchange = await self._record(request)
        host = exchange.host
        self._under_way[host] += 1
        self._peaks[host] = max(self._peaks[host], self._under_way[host])
        self.peak_total = max(self.peak_total, self._under_way.total())
        try:
            if self.latency is not None:
                await self.time.sleep(self.latency(host))
            site = self._site_of(host)
            handler: Handler | None = site.handler_for(exchange.scheme, request.raw_path) if site else None
            if handler is None:
                return web.Response(status=421, text=f"no such host here: {host}")
            response = await self._asked(handler, request)
            exchange.status = response.status
            with suppress(ConnectionError):  # the client had enough and hung up
                await response.prepare(request)
                await response.write_eof()
            return response
        finally:
            self._under_way[host] -= 1
            exchange.done = round(self.time.clock(), 6)

    async def _asked(self, handler: Handler, request: web.Request) -> web.StreamResponse:
        """Ask a handler; what it throws by mistake is kept for the fixture, which fails the test."""
        try:
            return await handler(request)
        except (web.HTTPException, ConnectionError):
            raise  # an answer, and a client that hung up
        except Exception as error:
            self.errors.append(error)
            raise

    async def _record(self, request: web.Request) -> Exchange:
        scheme = "https" if request.secure else "http"
        exchange = Exchange(
            method=request.method,
            scheme=scheme,
            host=request.host.rpartition(":")[0].lower() if _has_port(request.host) else request.host.lower(),
            path=request.raw_path.partition("?")[0],
            query=MultiDict(request.query),
            url=f"{scheme}://{request.host}{request.raw_path}",
            headers=CIMultiDict(request.headers),
            body=b"",
            at=round(self.time.clock(), 6),
        )
        self.log.append(exchange)
        if request.can_read_body:
            exchange.body = await request.read()
        return exchange


class _Reset(asyncio.Protocol):
    """Answers a connection with RST."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        reset_connection(transport)


class _Silent(asyncio.Protocol):
    """Listens and never says a word."""

    def __init__(self, connections: set[asyncio.Transport]) -> None:
        self._connections = connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._connections.add(transport)


class _Refusal(asyncio.Protocol):
    """Answers the first words of a client with its own, then closes."""

    def __init__(self, words: bytes) -> None:
        self._words = words

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, _data: bytes) -> None:
        self._transport.write(self._words)
        self._transport.close()


def reset_connection(transport: asyncio.BaseTransport) -> None:
    """End a connection by RST: with SO_LINGER 0, close() sends no FIN (socket(7))."""
    sock = transport.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()


def _has_port(host: str) -> bool:
    return host.rpartition(":")[2].isdigit()


def _spend(faults: dict[str, tuple[_Fault, int | None]], host: str) -> _Fault | None:
    """Give the fault that a host has left, and count it down."""
    fault, left = faults.get(host, (None, 0))
    if fault is None or left == 0:
        return None
    if left is not None:
        faults[host] = (fault, left - 1)
    return fault


def _make_request(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.Request:
    """Make a Request (not BaseRequest), so that handlers are ordinary aiohttp handlers."""
    return web.Request(message, payload, protocol, writer, task, asyncio.get_running_loop(), client_max_size=2**26)
