"""``Exchange``: one request on the wire, past the guard, with whatever fails said in our words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from yarl import URL

from linkwarden.net import handles
from linkwarden.net.errors import NETWORK_ERRORS, explain, is_unknown_coding
from linkwarden.net.guard import BlockedAddress, Guard
from linkwarden.net.policy import NetPolicy
from linkwarden.net.politeness import Origin
from linkwarden.net.redirects import Chain
from linkwarden.net.transport import Answer, Transport
from linkwarden.wire import BAD_CODING, INCOMPLETE_CHAIN, ODD_CODING, OVERLOOKED, NetError, NetErrorKind, Request

#: How often a request is made again where this machine has too many open files; the waits double: half a minute in all.
MAX_SHORT = 5
#: What the last hop of a slow chain of redirects gets at least, in seconds.
MIN_TIMEOUT = 1.0
#: What a try gets of the time limit after one that ran into it, at a host that has never answered. It is there for a
#: moment's trouble, which is over by then: who is well answers soon. The whole limit again would double the time of
#: every run with a silent host.
AFTER_TIMEOUT = 0.15
#: A name that can always be looked up (reserved by RFC 2606, section 3): where it cannot, the failure is ours.
ALWAYS_THERE = "example.com"


class Observer(Protocol):
    """Told of every request, for progress and ``probe``."""

    def __call__(self, request: Request, url: str, status: int | None, elapsed: float, note: str) -> None:
        """One request is over: which URL, its status or None, seconds, and what went wrong or ""."""


class Exchange:
    """Sends single requests.

    Attributes:
        requests: how many were sent.
        without_handles: how many failed because this machine had too many open files.
    """

    def __init__(
        self,
        policy: NetPolicy,
        guard: Guard,
        transport: Transport,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        observer: Observer | None,
    ) -> None:
        self.requests = 0
        self.without_handles = 0
        self._policy = policy
        self._guard = guard
        self._transport = transport
        self._clock = clock
        self._sleep = sleep
        self._observer = observer
        self._dns_worked = False

    async def send(self, request: Request, chain: Chain, origin: Origin) -> Answer:
        """Return the response to one request (a second is made where the server sends a coding that nobody wanted).

        Raises:
            NetError: there was none.
        """
        url = chain.url
        if not origin.allowed:
            self._guard.check_url(url)
            origin.allowed = True
        short = 0
        while True:
            begun = self._clock()
            self.requests += 1
            timeout = self._policy.timeout_of(url.raw_host or "") or request.timeout or self._policy.timeout
            if chain.timed_out and not origin.answered:
                timeout *= AFTER_TIMEOUT
            try:
                if self._policy.proxy is not None:
                    await self._check_name_behind_proxy(url)
                answer = await self._transport.send(
                    chain.method,
                    url,
                    chain.headers(),
                    chain.body,
                    timeout=max(timeout - chain.spent, MIN_TIMEOUT) if chain.spent else timeout,
                    max_bytes=request.max_bytes,
                    context=origin.context,
                    undecoded=origin.undecoded,
                    fresh=request.fresh,
                )
            except NETWORK_ERRORS as exc:
                if handles.are_short(exc):
                    short += 1
                    await self._wait_for_handles(url, short)
                    continue
                if is_unknown_coding(exc) and not origin.undecoded:
                    origin.undecoded = True
                    continue
                raise await self._failed(request, chain, origin, exc, begun) from exc
            elapsed = self._clock() - begun
            chain.spent += elapsed
            chain.timed_out = False
            self._remark(chain, origin, answer)
            if self._observer is not None:
                self._observer(request, chain.masked(str(url)), answer.status, elapsed, "")
            return answer

    def _remark(self, chain: Chain, origin: Origin, answer: Answer) -> None:
        """Note what had to be overlooked to get a response."""
        if origin.undecoded:
            chain.remark(ODD_CODING)
        if origin.overlooked:
            chain.remark(f"{OVERLOOKED}: {origin.overlooked}")
        elif origin.context is not None:
            chain.remark(INCOMPLETE_CHAIN)
        if answer.garbled:
            chain.remark(BAD_CODING)
        if chain.url.scheme == "https":
            for remark in self._transport.tls_remarks(chain.url.raw_host or ""):
                chain.remark(remark)

    async def dns_works(self) -> bool:
        """Return whether a name that always exists can be looked up. No request."""
        try:
            await self._transport.resolver.resolve(ALWAYS_THERE, 443)
        except OSError:
            return False
        return True

    async def _wait_for_handles(self, url: URL, times: int) -> None:
        """Wait until other requests have closed some files.

        Raises:
            NetError: NO_HANDLES, if that was of no use several times.
        """
        if times > MAX_SHORT:
            self.without_handles += 1
            detail = f"this machine allows linkwarden only {handles.limit()} open files"
            raise NetError(NetErrorKind.NO_HANDLES, detail, host=url.raw_host or "")
        self._transport.close_idle()
        await self._sleep(2.0 ** (times - 1))

    async def _check_name_behind_proxy(self, url: URL) -> None:
        """Look a name up ourselves before a proxy does: it must not be led inside either.

        Weaker than without a proxy: the proxy looks the name up again and may get another answer. A name that only
        the proxy can resolve is let through.
        """
        try:
            await self._transport.resolver.resolve(url.raw_host or "", url.port or 0)
        except BlockedAddress:
            raise
        except OSError:
            return

    async def _failed(
        self, request: Request, chain: Chain, origin: Origin, exc: BaseException, begun: float
    ) -> NetError:
        """Return in our words why there was no response; what did not help is taken back."""
        if not origin.answered:
            origin.undecoded = False
        error = explain(exc, chain.masked(chain.url.raw_host or ""))
        chain.timed_out = error.kind is NetErrorKind.TIMEOUT
        if error.kind is NetErrorKind.NXDOMAIN:
            self._dns_worked = self._dns_worked or await self.dns_works()
            if not self._dns_worked:
                # Where a network lets only some names through, its DNS says of all others that they do not exist.
                detail = f"DNS here does not know this name, nor {ALWAYS_THERE}, which exists"
                error = NetError(NetErrorKind.UNREACHABLE, detail, host=error.host)
        if self._observer is not None:
            self._observer(request, chain.masked(str(chain.url)), None, self._clock() - begun, error.detail)
        return error
