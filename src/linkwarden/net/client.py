"""``Net``: asks servers, with manners. Thin first version; see the issue for what it grows into."""

from __future__ import annotations

import asyncio
import random
import ssl
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Protocol, Self

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from linkwarden.net.errors import NETWORK_ERRORS, explain
from linkwarden.net.guard import Guard, GuardedResolver
from linkwarden.net.policy import NetPolicy
from linkwarden.net.wire_form import follow, wire_url
from linkwarden.wire import Ask, Hop, NetError, NetErrorKind, Response

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Observer(Protocol):
    """Told of every request, for progress and ``probe``."""

    def __call__(self, ask: Ask, url: str, status: int | None, elapsed: float, note: str) -> None:
        """One request is over: which address, its status or None, seconds, and what went wrong or ""."""


class Net:
    """Sends requests."""

    def __init__(
        self,
        policy: NetPolicy,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = _utc_now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        resolver: AbstractResolver | None = None,
        ssl_context: ssl.SSLContext | None = None,
        observer: Observer | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self.policy = policy
        self.requests = 0
        self._clock = clock
        self._now = now
        self._sleep = sleep
        self._resolver = resolver
        self._ssl = ssl_context
        self._observer = observer
        self._rng = rng or random.Random()  # noqa: S311 - jitter
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        guard = Guard(self.policy.allow_networks)
        self._guard = guard
        connector = aiohttp.TCPConnector(
            resolver=GuardedResolver(self._resolver or ThreadedResolver(), guard),
            socket_factory=guard.socket_factory,
            ssl=self._ssl or ssl.create_default_context(),
            limit=0,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            max_line_size=32_768,
            max_field_size=65_536,
        )
        return self

    async def __aexit__(self, *_exc: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def fetch(self, ask: Ask) -> Response:
        """Give the answer, or raise NetError."""
        url = wire_url(ask.url)
        method, body = ask.method, ask.body
        hops: list[Hop] = []
        while True:
            answer = await self._exchange(ask, method, url, body, tuple(hops))
            location = answer.headers.get("location")
            if not (ask.follow and answer.status in _REDIRECTS and location):
                return answer
            target = follow(url, location)
            if len(hops) >= ask.max_hops:
                raise NetError(
                    NetErrorKind.TOO_MANY_REDIRECTS,
                    f"it redirects more than {ask.max_hops} times",
                    host=url.raw_host or "",
                    hops=tuple(hops),
                )
            hops.append(Hop(str(url), answer.status, str(target)))
            if method == "POST" and answer.status in {301, 302, 303}:
                method, body = "GET", None
            url = target

    async def _exchange(self, ask: Ask, method: str, url: URL, body: bytes | None, hops: tuple[Hop, ...]) -> Response:
        assert self._session is not None  # noqa: S101
        self._guard.check_url(url)
        headers = {
            "User-Agent": self.policy.user_agent,
            "Accept": ask.accept,
            "Accept-Language": "en",
            "Accept-Encoding": "gzip, deflate",
            **ask.headers,
        }
        if ask.token and not hops and url.scheme == "https" and url.port == 443 and url.raw_host == ask.token_host:
            headers["Authorization"] = f"Bearer {ask.token}"
        host = url.raw_host or ""
        begun = self._clock()
        self.requests += 1
        try:
            async with self._session.request(
                method,
                url,
                data=body,
                headers=headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=ask.timeout or self.policy.timeout, sock_connect=10),
            ) as response:
                received = bytearray()
                complete = True
                try:
                    while len(received) <= ask.max_bytes:
                        chunk = await response.content.readany()
                        if not chunk:
                            break
                        received += chunk
                except (aiohttp.ClientError, OSError):
                    complete = False
                if len(received) > ask.max_bytes:
                    complete = False
                elapsed = self._clock() - begun
                if self._observer is not None:
                    self._observer(ask, str(url), response.status, elapsed, "")
                return Response(
                    url=str(url),
                    status=response.status,
                    headers={name.lower(): value for name, value in response.headers.items()},
                    body=bytes(received[: ask.max_bytes]),
                    complete=complete,
                    hops=hops,
                    elapsed=elapsed,
                )
        except NETWORK_ERRORS as exc:
            error = explain(exc, host)
            error.hops = hops
            if self._observer is not None:
                self._observer(ask, str(url), None, self._clock() - begun, error.detail)
            raise error from exc
