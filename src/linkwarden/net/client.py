"""``Net``: sends requests, at the rate that each host wants.

From the outside in, each layer in its own module::

    budget      the run's time; cuts what is under way                              here
    redirects   follows hops by hand, so that each is guarded, slotted, recorded    redirects.py
    retry       tries transient failures again; holds no slot while it waits        retry.py
    handshakes  looks further where a handshake failed, and does as browsers do     handshakes.py
    rate limit  requests again after a refusal; one cool-down per host              politeness.py
    gate        host slot and global slot                                           gate.py
    guard       no request to a place inside                                        guard.py
    transport   aiohttp                                                             transport.py
"""

from __future__ import annotations

import asyncio
import random
import ssl
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol, Self

from aiohttp.abc import AbstractResolver
from yarl import URL

from linkwarden.net import handles
from linkwarden.net.errors import NETWORK_ERRORS, explain, is_unknown_coding
from linkwarden.net.gate import Gate
from linkwarden.net.guard import BlockedAddress, Guard
from linkwarden.net.handshakes import Handshakes
from linkwarden.net.policy import NetPolicy, counted_with
from linkwarden.net.politeness import HostSlot, Origin
from linkwarden.net.protected import ProtectedSites
from linkwarden.net.redirects import Chain
from linkwarden.net.retry import persist
from linkwarden.net.transport import Answer, Transport
from linkwarden.net.wire_form import wire_url
from linkwarden.wire import BAD_CODING, INCOMPLETE_CHAIN, ODD_CODING, NetError, NetErrorKind, Request, Response


class Budget:
    """Seconds that a run may spend on the network.

    Costs nothing where there is no budget; otherwise one timer for the run.
    """

    def __init__(self, seconds: float | None, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._seconds = seconds
        self._sleep = sleep
        self._over = False
        self._alarm: asyncio.Task[None] | None = None
        self._running: set[asyncio.Task[object]] = set()
        self._cut: set[asyncio.Task[object]] = set()

    def begin(self) -> None:
        """Start the clock."""
        if self._seconds is not None:
            self._alarm = asyncio.get_running_loop().create_task(self._ring(self._seconds), name="linkwarden-budget")

    def end(self) -> None:
        """Stop the clock."""
        if self._alarm is not None:
            self._alarm.cancel()

    @property
    def limited(self) -> bool:
        """Whether there is a budget at all."""
        return self._seconds is not None

    @property
    def over(self) -> bool:
        """Whether it is used up."""
        return self._over

    @contextmanager
    def spend(self) -> Iterator[None]:
        """Do something within the budget.

        Raises:
            NetError: BUDGET, if it is used up before or meanwhile.
        """
        if self._over:
            raise self._error()
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - coroutines run in tasks
        self._running.add(task)
        try:
            yield
        except asyncio.CancelledError:
            if task in self._cut and task.uncancel() == 0:
                raise self._error() from None
            raise
        finally:
            self._running.discard(task)
            self._cut.discard(task)

    def _error(self) -> NetError:
        return NetError(NetErrorKind.BUDGET, "the time for this run (--max-time) is used up")

    async def _ring(self, seconds: float) -> None:
        await self._sleep(seconds)
        self._over = True
        for task in tuple(self._running):
            self._cut.add(task)
            task.cancel()


#: How often one request is made again after 429 before the refusal counts as its answer. With a shared cool-down
#: and a measured pace, two or three are usual; eight means that this very page is always refused.
MAX_REFUSALS = 8
#: The same for a 403 that looks like a limit.
MAX_FORBIDDEN = 4
#: The same where this machine has too many open files; the waits double, so half a minute in all.
MAX_SHORT = 5
#: What the last hop of a slow chain of redirects gets at least, in seconds.
MIN_TIMEOUT = 1.0
ALWAYS_THERE = "example.com"


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Observer(Protocol):
    """Told of every request, for progress and ``probe``."""

    def __call__(self, request: Request, url: str, status: int | None, elapsed: float, note: str) -> None:
        """One request is over: which URL, its status or None, seconds, and what went wrong or ""."""


_SILENT = frozenset({NetErrorKind.DNS, NetErrorKind.NXDOMAIN, NetErrorKind.UNREACHABLE, NetErrorKind.TIMEOUT})
_TURNED_AWAY = frozenset({NetErrorKind.REFUSED, NetErrorKind.RESET})


@dataclass(frozen=True, slots=True)
class Connectivity:
    """How the network behaved in this run.

    Attributes:
        hosts: how many hosts were tried.
        answered: how many of them gave any HTTP response.
        failures: of the others, how many failed in which way.
    """

    hosts: int = 0
    answered: int = 0
    failures: Mapping[NetErrorKind, int] = field(default_factory=dict)

    @property
    def dark(self) -> bool:
        """True if no host has given a response: something blocks all of them, or every host of the list is gone."""
        return self.hosts > 0 and self.answered == 0 and set(self.failures) <= _SILENT | _TURNED_AWAY

    @property
    def silent(self) -> bool:
        """True if nothing at all came from any host, not even a refusal."""
        return self.dark and set(self.failures) <= _SILENT


class Net:
    """Sends requests, at the rate that each host wants. An async context manager, for one event loop.

    Attributes:
        policy: the run's numbers.
        requests: how many requests were sent, redirects and repetitions included.
        on_failure: called whenever a host could not be reached, before it is tried again; or None.
        has_more: tells whether more requests to a host are about to come, so that its connections are kept open.
        without_handles: how many requests failed because this machine had too many open files.
        protected: where bot protection answered in this run; for whoever recognises it in a response.
    """

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
        """Prepare; nothing is opened before ``async with``.

        Args:
            policy: the run's numbers.
            clock: seconds that never go back.
            now: the date, for Retry-After.
            sleep: waits seconds of ``clock``.
            resolver: looks names up; may give another port than the URL's.
            ssl_context: whom to trust; the system's authorities if None.
            observer: called after every request.
            rng: for jitter.
        """
        self.policy = policy
        #: Names are not looked up in the public DNS, so that reserved ones may exist (tests, saved responses).
        self.is_invented = resolver is not None
        self.requests = 0
        self.on_failure: Callable[[], None] | None = None
        self.has_more: Callable[[str], bool] = lambda _host: False
        self.without_handles = 0
        self.protected = ProtectedSites(policy.strikes)
        self._clock = clock
        self._now = now
        self._sleep = sleep
        self._observer = observer
        self._rng = rng or random.Random()  # noqa: S311 - jitter is no secret
        self._guard = Guard(policy.allow_networks)
        shares = handles.shares(handles.limit())
        self._transport = Transport(policy, self._guard, resolver, ssl_context, keeps=self._keeps)
        self._handshakes = Handshakes(self._transport, self._follow)
        self._gate = Gate(min(policy.concurrency, shares.at_once), clock, sleep)
        self._shares = shares
        self._budget = Budget(policy.max_time, sleep)
        self._slots: dict[str, HostSlot] = {}
        self._origins: dict[tuple[str, str, int | None, str], Origin] = {}

    async def __aenter__(self) -> Self:
        await self._transport.open()
        self._budget.begin()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        self._budget.end()
        self._gate.close()
        await self._transport.close()

    @property
    def parked(self) -> Callable[[], AbstractContextManager[None]] | None:
        """A context entered while a fetch waits longer than half a second for its turn at a host.

        Such a fetch needs no attention for a while, so the engine may let other work begin. It is entered and left
        in the fetch's own task.
        """
        return self._gate.parked

    @parked.setter
    def parked(self, context: Callable[[], AbstractContextManager[None]] | None) -> None:
        self._gate.parked = context

    @property
    def out_of_time(self) -> bool:
        """True once the run's time (``policy.max_time``) is used up: every further fetch would raise BUDGET at once."""
        return self._budget.over

    async def fetch(self, request: Request) -> Response:
        """Return the response to a request, after redirects, retries and waiting for the host's turn.

        Every status is a response: after the last attempt a 503 comes back as a Response. 429 is waited
        out as long as the host's cool-down stays within ``policy.patience``, whatever ``request.attempts`` says.

        Raises:
            NetError: there was no answer. Nothing else is raised, except CancelledError.
        """
        if not self._budget.limited:
            return await self._follow(request)
        with self._budget.spend():
            return await self._follow(request)

    def connectivity(self) -> Connectivity:
        """Return how the network behaved so far."""
        tried = [slot for slot in self._slots.values() if slot.answered or slot.failure is not None]
        failures = Counter(slot.failure for slot in tried if slot.failure is not None)
        return Connectivity(len(tried), sum(slot.answered for slot in tried), dict(failures))

    async def dns_works(self) -> bool:
        """Return whether a name that always exists can be looked up (reserved by RFC 2606, section 3). No request."""
        try:
            await self._transport.resolver.resolve(ALWAYS_THERE, 443)
        except OSError:
            return False
        return True

    # -- the layers, from the outside in ------------------------------------------------------------------------

    async def _follow(self, request: Request) -> Response:
        """Redirects: hop by hop, each through all the layers below."""
        chain = Chain(request, wire_url(request.url))
        try:
            while True:
                url = chain.url
                answer = await self._persist(request, chain)
                if answer.conflict:
                    detail = f"it sends two different {answer.conflict} headers"
                    raise chain.error(NetErrorKind.CONFLICTING_HEADERS, detail, answer.status)
                if not chain.advance(answer):
                    return Response(
                        url=str(url),
                        status=answer.status,
                        headers=answer.headers,
                        body=answer.body,
                        complete=answer.complete,
                        hops=chain.hops,
                        elapsed=chain.spent,  # without the waits for a turn, which are ours
                        remarks=chain.remarks,
                    )
        except NetError as error:
            error.hops = error.hops or chain.hops
            raise

    async def _persist(self, request: Request, chain: Chain) -> Answer:
        """Retry: try transient failures again."""
        origin = self._origin(chain.url)
        if request.fresh:
            origin.slot.reopen(origin)
        return await persist(
            lambda: self._request_as_browsers(request, chain),
            attempts=self.policy.attempts if request.attempts is None else request.attempts,
            worthwhile=lambda: origin.slot.closed(origin, self._clock()) is None,
            sleep=self._sleep,
            rng=self._rng,
        )

    async def _request_as_browsers(self, request: Request, chain: Chain) -> Answer:
        """Handshakes: where one failed, find out what browsers would do, and do as they do."""
        origin, url = self._origin(chain.url), chain.url
        try:
            return await self._request_politely(request, chain)
        except NetError as error:
            if not await self._handshakes.reconsider(origin, url, error):
                raise
        return await self._request_politely(request, chain)

    async def _request_politely(self, request: Request, chain: Chain) -> Answer:
        """Rate limit: wait for the host's turn; where it refuses, wait again, with all its other requests."""
        origin = self._origin(chain.url)
        slot = origin.slot
        refused = forbidden = 0
        while True:
            # Refused once, it goes first, so that the same page shows whether the pause helped; refused twice, it goes
            # last, so that a page which is always refused does not stand in the way of its neighbours.
            started = await self._gate.enter(origin, first=refused == 1)
            try:
                answer = await self._exchange(request, chain, origin)
                again = slot.hear(
                    origin,
                    answer.status,
                    answer.headers,
                    now=self._clock(),
                    today=self._now,
                    started=started,
                    forbidden_before=forbidden,
                )
            except NetError as error:
                if error.kind is NetErrorKind.NO_HANDLES:
                    raise  # which says nothing about the host
                slot.fail(origin, error, now=self._clock(), started=started)
                if self.on_failure is not None:
                    self.on_failure()
                raise
            finally:  # only now, so that nothing starts before this answer was heard
                if slot.waiting and not slot.proven:
                    self._gate.review(slot)
                self._gate.leave(origin)
            refused += 1
            forbidden += answer.status == 403
            if not again or refused >= MAX_REFUSALS or forbidden >= MAX_FORBIDDEN:
                return answer

    async def _exchange(self, request: Request, chain: Chain, origin: Origin) -> Answer:
        """Guard and transport: one request on the wire (two where the server needs leniency), in our words."""
        url = chain.url
        self._guard.check_url(url)
        short = 0
        while True:
            begun = self._clock()
            self.requests += 1
            timeout = self.policy.timeout if request.timeout is None else request.timeout
            try:
                if self.policy.proxy is not None:
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
                raise self._failed(request, url, origin, exc, begun) from exc
            elapsed = self._clock() - begun
            chain.spent += elapsed
            for applies, remark in (
                (origin.undecoded, ODD_CODING),
                (origin.context is not None, INCOMPLETE_CHAIN),
                (answer.garbled, BAD_CODING),
                (True, self._transport.tls_remark(url.raw_host or "")),
            ):
                if applies and remark is not None:
                    chain.remark(remark)
            if self._observer is not None:
                self._observer(request, str(url), answer.status, elapsed, "")
            return answer

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

    def _keeps(self, host: str, idle: int) -> bool:
        """Return whether to keep a connection open, where those of so many hosts are."""
        return idle < (self._shares.waiting if self.has_more(host) else self._shares.idle)

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

    def _failed(self, request: Request, url: URL, origin: Origin, exc: BaseException, begun: float) -> NetError:
        """Return in our words why there was no response; what did not help is taken back."""
        if not origin.answered:
            origin.undecoded = False
        error = explain(exc, url.raw_host or "")
        if self._observer is not None:
            self._observer(request, str(url), None, self._clock() - begun, error.detail)
        return error

    # -- records ------------------------------------------------------------------------------------------------

    def _slot(self, name: str) -> HostSlot:
        slot = self._slots.get(name)
        if slot is None:
            slot = self._slots[name] = HostSlot.of(name, self.policy, self._rng)
        return slot

    def _origin(self, url: URL) -> Origin:
        host = (url.raw_host or "").rstrip(".")
        name = counted_with(host, url.raw_path)
        key = (url.scheme, host, url.port, name)
        origin = self._origins.get(key)
        if origin is None:
            origin = self._origins[key] = Origin(self._slot(name))
        return origin
