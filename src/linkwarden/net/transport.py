"""One request and its answer, with aiohttp: connections, byte limits, TLS contexts. Knows nothing of rate limits."""

from __future__ import annotations

import asyncio
import importlib.util
import math
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.http_exceptions import ContentEncodingError, HttpProcessingError
from yarl import URL

from linkwarden.net import tls
from linkwarden.net.deadlines import Deadline, Deadlines
from linkwarden.net.errors import NETWORK_ERRORS, explain, is_peeked
from linkwarden.net.guard import Guard, GuardedResolver
from linkwarden.net.policy import NetPolicy
from linkwarden.wire import PAGES

#: A response header that is longer is not read: 64 KiB per field (some sites send 20 kB of CSP), 32 KiB per line.
MAX_FIELD, MAX_LINE = 65_536, 32_768
#: What a session of aiohttp is made of is no promise; with versions that nobody has looked at, the session is used.
_PARTS_ARE_KNOWN = aiohttp.__version__.startswith("3.14.")
#: Methods that may be sent once more where a kept connection turns out to be closed (RFC 9110 section 9.2.2).
_MAY_BE_SENT_TWICE = frozenset({"GET", "HEAD"})
#: Bytes of a body that wait to be read, as in aiohttp's sessions.
_BUFFER = 65_536
#: The header that nearly all requests have in common, besides those of the run.
USUAL_HEADERS = MappingProxyType({"Accept": PAGES})
#: Without the wildcard, servers that negotiate have no page for a reader of English where there is a German one.
LANGUAGES = "en, *;q=0.1"
#: Headers of which two different ones make browsers refuse a response, as it may be two that were mixed up.
_SINGLE = (("location", "Location"), ("content-disposition", "Content-Disposition"))
#: Names looked up at once by the system's resolver, which blocks a thread for each.
_RESOLVER_THREADS = 32
#: Seconds that a looked-up address is used without asking again: longer than a run of usual length.
_DNS_MEMORY = 600


#: Limits from so many seconds on are a little longer than they say: whoever answers in the last moment is heard.
_LONG, _LAST_MOMENT = 5.0, 0.05


class Answer(NamedTuple):
    """What one request gave; headers in lower case, the last of repeated ones.

    Attributes:
        garbled: the body could not be decompressed; it is given as far as it could.
        conflict: the header that came twice with different values, of those where browsers then refuse; or "".
    """

    status: int
    headers: dict[str, str]
    body: bytes
    complete: bool
    location: str | None
    set_cookies: tuple[str, ...]
    garbled: bool = False
    conflict: str = ""


#: Bytes that a response may have besides its body: headers, interim responses (1xx), the frame of chunks.
MAX_OVERHEAD = 1_048_576
#: Bytes that the request which is being sent may bring in all.
_ALLOWED: ContextVar[int] = ContextVar("_ALLOWED", default=MAX_OVERHEAD)


class _BoundedHandler(ResponseHandler):
    """aiohttp's reader of responses, which hangs up on a server that sends more than was allowed.

    aiohttp bounds each header and the buffer of a body, but neither the number of interim responses nor what stands
    between chunks.
    """

    _left = 0

    def set_response_params(self, **options: Any) -> None:
        self._left = _ALLOWED.get()
        super().set_response_params(**options)

    def data_received(self, data: bytes) -> None:
        self._left -= len(data)
        if self._left >= 0:
            super().data_received(data)
            return
        self.set_exception(HttpProcessingError(code=0, message="the response has no end"))
        if self.transport is not None:
            self.transport.abort()

    def resume_reading(self, resume_parser: bool = True) -> None:  # noqa: FBT001, FBT002 - as aiohttp has it
        # Each chunk that is taken asks for this, and nearly always nothing waits.
        if self._reading_paused:
            super().resume_reading(resume_parser)


class _Connector(aiohttp.TCPConnector):
    """A pool that keeps a connection open only where its owner wants that.

    Args:
        keeps: tells that for a host, given how many hosts have an open connection that no request uses.
        options: see aiohttp.
    """

    def __init__(self, keeps: Callable[[str, int], bool], **options: Any) -> None:
        super().__init__(**options)
        self._keeps = keeps

    def _release(self, key: Any, protocol: ResponseHandler, *, should_close: bool = False) -> None:
        super()._release(key, protocol, should_close=should_close or not self._keeps(key.host, len(self._conns)))

    def close_idle(self) -> None:
        """Close the connections that no request uses."""
        for connections in self._conns.values():
            for protocol, _ in connections:
                protocol.close()
        self._conns.clear()


class Transport:
    """Sends single requests. Open it with ``open`` inside the event loop, close it with ``close``."""

    def __init__(
        self,
        policy: NetPolicy,
        guard: Guard,
        resolver: AbstractResolver | None,
        context: ssl.SSLContext | None,
        *,
        keeps: Callable[[str, int], bool],
    ) -> None:
        self._keeps = keeps
        self._policy = policy
        self._guard = guard
        self._resolver = resolver
        self._given = context
        self._fresh_session: aiohttp.ClientSession | None = None
        self._limits: dict[float, tuple[Deadlines, aiohttp.ClientTimeout]] = {}

    async def open(self) -> None:
        """Make the connection pool."""
        self._inner = self._resolver or _system_resolver()
        self.resolver = GuardedResolver(self._inner, self._guard)
        self._context = await asyncio.to_thread(tls.browser_context, self._given)
        self._session = self._new_session()

    def _new_session(self, *, fresh: bool = False) -> aiohttp.ClientSession:
        """Make a pool of connections; a fresh one keeps neither connections nor what names resolve to."""
        policy = self._policy
        connector = _Connector(
            self._keeps,
            # With a proxy, the only address to connect to is the proxy's, which may well be an inside one.
            resolver=self._inner if policy.proxy else self.resolver,
            socket_factory=None if policy.proxy else self._guard.socket_factory,
            ssl=self._context,
            limit=0,  # the gate counts
            use_dns_cache=not fresh,
            ttl_dns_cache=_DNS_MEMORY,
            force_close=fresh,
            happy_eyeballs_delay=0.25,
        )
        handler = partial(_BoundedHandler, loop=asyncio.get_running_loop())
        connector._factory = handler  # type: ignore[assignment] # noqa: SLF001 - no public way; a subclass will do
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=True,
            max_line_size=MAX_LINE,
            max_field_size=MAX_FIELD,
            headers={
                "User-Agent": policy.user_agent,
                "Accept-Language": LANGUAGES,
                "Accept-Encoding": "gzip, deflate",
                **USUAL_HEADERS,
            },
        )

    def close_idle(self) -> None:
        """Close the connections that no request uses."""
        for session in (self._session, self._fresh_session):
            if session is not None and isinstance(session.connector, _Connector):
                session.connector.close_idle()

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()
        if self._fresh_session is not None:
            await self._fresh_session.close()
        await self.resolver.close()

    def _session_for(self, *, fresh: bool) -> aiohttp.ClientSession:
        if not fresh:
            return self._session
        if self._fresh_session is None:
            self._fresh_session = self._new_session(fresh=True)
        return self._fresh_session

    async def send(  # noqa: PLR0913 - what one request is made of; the last four are rare
        self,
        method: str,
        url: URL,
        headers: Mapping[str, str],
        body: bytes | None,
        *,
        timeout: float,  # noqa: ASYNC109 - a limit of the request
        max_bytes: int,
        context: ssl.SSLContext | None = None,
        undecoded: bool = False,
        fresh: bool = False,
    ) -> Answer:
        """Make one request and read at most ``max_bytes`` of the decompressed body.

        Args:
            method: GET or POST.
            url: as ``wire_form`` gives it.
            headers: in addition to the run's, or in place of them.
            body: what to post.
            timeout: seconds for connecting, sending and reading together.
            max_bytes: how much of the body to read; the connection is closed if there is more.
            context: verifies the certificate, in place of the run's.
            undecoded: do not decompress; the body is given as empty.
            fresh: look the name up again and use a connection of its own.

        Raises:
            errors.NETWORK_ERRORS: no answer, or none that is HTTP. A body that breaks off is no error.
        """
        _ALLOWED.set(max_bytes + MAX_OVERHEAD)
        deadlines, connecting = self._limits.get(timeout) or self._limit(timeout)
        deadline = deadlines.begin()
        response: aiohttp.ClientResponse | None = None
        try:
            with deadline:
                if _PARTS_ARE_KNOWN and body is None and self._policy.proxy is None and not fresh:
                    response = await _get(
                        self._session, method, url, headers, connecting, context=context, undecoded=undecoded
                    )
                else:
                    response = await self._session_for(fresh=fresh).request(
                        method,
                        url,
                        data=body,
                        headers=headers,
                        allow_redirects=False,
                        timeout=connecting,
                        ssl=context or True,
                        auto_decompress=not undecoded,
                        proxy=self._policy.proxy,
                    )
            skip = undecoded or 300 < response.status < 400  # what 300 says is for readers
            content = _Body(b"", response.content.at_eof()) if skip else await _read(response, max_bytes, deadline)
            fields = response.headers
            found = {name.lower(): value for name, value in fields.items()}
            several = [name for key, name in _SINGLE if key in found and len(set(fields.getall(name))) > 1]
            return Answer(
                response.status,
                found,
                content.received,
                content.complete,
                fields["Location"] if "location" in found else None,
                tuple(fields.getall("Set-Cookie")) if "set-cookie" in found else (),
                content.garbled,
                several[0] if several else "",
            )
        finally:
            deadlines.end(deadline)
            if response is not None and not response.closed:
                response.close()  # else all of the body has come, and the connection waits for the next request

    def _limit(self, seconds: float) -> tuple[Deadlines, aiohttp.ClientTimeout]:
        """Return the limits of such requests, and that of their connections, in quarters of a second."""
        seconds = math.ceil(4 * seconds) / 4  # what is left of a chain of redirects is any number
        made = self._limits.get(seconds)
        if made is None:
            connecting = aiohttp.ClientTimeout(total=None, sock_connect=min(self._policy.connect_timeout, seconds))
            made = self._limits[seconds] = Deadlines(seconds + (_LAST_MOMENT if seconds >= _LONG else 0)), connecting
        return made

    async def peek(self, url: URL, context: tls.Context) -> None:
        """Make a handshake to see a certificate; the context then holds what it says. No request is sent.

        Raises:
            NetError: there was no handshake, or the certificate is not accepted.
        """
        target = URL(f"{url.scheme}://{url.raw_authority}/", encoded=True)
        try:
            await self.send("GET", target, {}, None, timeout=self._policy.connect_timeout, max_bytes=0, context=context)
        except NETWORK_ERRORS as exc:
            if not is_peeked(exc):
                raise explain(exc, url.raw_host or "") from exc

    async def trusting(self, more: Sequence[bytes]) -> tls.Context:
        """Return a context for ``peek`` that knows more certificates of intermediate authorities."""
        context = await asyncio.to_thread(tls.browser_context, self._given, tuple(more))
        context.peek = True
        return context

    async def old(self) -> tls.Context:
        """Return a context for ``peek`` that takes every encryption there is."""
        return await asyncio.to_thread(tls.old_context, self._given)

    def tls_remarks(self, host: str) -> tuple[str, ...]:
        """Return what is to be said of a host's TLS although it works."""
        return self._context.remarks.get(host, ())


async def _get(
    session: aiohttp.ClientSession,
    method: str,
    url: URL,
    headers: Mapping[str, str],
    connecting: aiohttp.ClientTimeout,
    *,
    context: ssl.SSLContext | None,
    undecoded: bool,
) -> aiohttp.ClientResponse:
    """Make a request without a body and return its response, as ``ClientSession.request`` does, from the same parts.

    A session looks for redirects, cookies, passwords, proxies, traces and middlewares before each request; that is a
    quarter of what a request costs, and here is nothing of it to be found.

    Raises:
        errors.NETWORK_ERRORS: there was none.
    """
    connector = session.connector
    assert connector is not None  # noqa: S101 - it is open
    made = session.headers
    if headers != USUAL_HEADERS:
        made = made.copy()
        made.update(headers)
    once_more = method in _MAY_BE_SENT_TWICE
    while True:
        request = aiohttp.ClientRequest(
            method,
            url,
            headers=made,
            loop=asyncio.get_running_loop(),
            response_class=aiohttp.ClientResponse,
            session=session,
            ssl=context or True,
        )
        try:
            connection = await connector.connect(request, traces=[], timeout=connecting)
            try:
                assert connection.protocol is not None  # noqa: S101 - it is connected
                connection.protocol.set_response_params(
                    timer=None,
                    skip_payload=method == "HEAD",
                    read_until_eof=True,
                    auto_decompress=not undecoded,
                    read_bufsize=_BUFFER,
                    max_line_size=MAX_LINE,
                    max_field_size=MAX_FIELD,
                )
                response = await request.send(connection)
                return await _started(response, connection)
            except BaseException:
                connection.close()
                raise
        except aiohttp.ClientConnectorError:
            raise
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
            # The server may have closed a connection that was kept open (RFC 9112 section 9.3.1).
            if not once_more:
                raise
            once_more = False


async def _started(response: aiohttp.ClientResponse, connection: Connection) -> aiohttp.ClientResponse:
    try:
        return await response.start(connection)
    except BaseException:
        response.close()
        raise


class _Body(NamedTuple):
    """What came of a body, whether that was all of it, and whether it could not be decompressed."""

    received: bytes
    complete: bool
    garbled: bool = False


async def _read(response: aiohttp.ClientResponse, max_bytes: int, deadline: Deadline) -> _Body:
    """Read a body up to a limit; what breaks off is given as far as it came."""
    stream = response.content
    received = b""
    try:
        if stream.is_eof():  # all of it has come with the headers
            received = stream.read_nowait()
            return _Body(received[:max_bytes], len(received) <= max_bytes)
        with deadline:
            while len(received) <= max_bytes:
                chunk = await stream.readany()
                received = received + chunk if received else chunk
                if stream.at_eof():
                    return _Body(received[:max_bytes], len(received) <= max_bytes)
    except (aiohttp.ClientError, HttpProcessingError, OSError) as error:
        garbled = isinstance(error, ContentEncodingError) or isinstance(error.__cause__, ContentEncodingError)
        return _Body(received[:max_bytes], complete=False, garbled=garbled)
    return _Body(received[:max_bytes], complete=False)


class SystemResolver(AbstractResolver):
    """getaddrinfo in threads of its own: the loop's default executor has too few for hundreds of hosts."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_RESOLVER_THREADS, thread_name_prefix="linkwarden-dns")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a name, of the families that this machine has (AI_ADDRCONFIG)."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, _look_up, host, port, family)

    async def close(self) -> None:
        """Let go of the threads without waiting for lookups under way."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
    """Ask the system; "no such name" is believed only if there is no address of another family either.

    Some C libraries say EAI_NONAME for a name that has only IPv6 addresses on a machine without IPv6.
    """
    try:
        found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    except socket.gaierror as exc:
        if exc.errno != socket.EAI_NONAME:
            raise
        socket.getaddrinfo(host, port, socket.AF_UNSPEC, socket.SOCK_STREAM)
        raise socket.gaierror(
            getattr(socket, "EAI_NODATA", -5), "no address of a family that this machine has"
        ) from exc
    return [
        ResolveResult(hostname=host, host=str(address[0]), port=port, family=kind, proto=proto, flags=0)
        for kind, _, proto, _, address in found
    ]


def _system_resolver() -> AbstractResolver:
    """Use aiodns where somebody installed it (the ``speed`` extra), else the system's own resolver."""
    if importlib.util.find_spec("aiodns") is None:
        return SystemResolver()
    return aiohttp.AsyncResolver()
