"""``Net``: sends requests, at the rate that each host wants.

From the outside in, each layer in its own module::

    budget      the run's time; cuts what is under way                              here
    redirects   follows hops by hand, so that each is guarded, slotted, recorded    redirects.py
    retry       tries transient failures again; holds no slot while it waits        retry.py
    handshakes  looks further where a handshake failed, and does as browsers do     handshakes.py
    rate limit  requests again after a refusal; one cool-down per host              politeness.py
    gate        host slot and global slot                                           gate.py
    exchange    one request on the wire, in our words                               exchange.py
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
from dataclasses import field
from datetime import UTC, datetime
from typing import Self

from aiohttp.abc import AbstractResolver
from yarl import URL

from linkwarden.net import handles
from linkwarden.net.exchange import Exchange, Observer
from linkwarden.net.gate import Gate
from linkwarden.net.guard import Guard
from linkwarden.net.handshakes import Handshakes
from linkwarden.net.policy import NetPolicy, counted_with
from linkwarden.net.politeness import HostSlot, Origin
from linkwarden.net.private import Cookies, Gift, gifts_of
from linkwarden.net.protected import ProtectedSites
from linkwarden.net.redirects import Chain
from linkwarden.net.retry import persist
from linkwarden.net.transport import Answer, Transport
from linkwarden.net.wire_form import wire_url
from linkwarden.records import dataclass
from linkwarden.wire import NetError, NetErrorKind, Request, Response


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


def _utc_now() -> datetime:
    return datetime.now(UTC)


_SILENT = frozenset({NetErrorKind.DNS, NetErrorKind.NXDOMAIN, NetErrorKind.UNREACHABLE, NetErrorKind.TIMEOUT})
_TURNED_AWAY = frozenset({NetErrorKind.REFUSED, NetErrorKind.RESET})
#: Whoever answered could not show to be the host, as a gateway that stands in the way of all of them cannot.
_UNPROVEN = frozenset(
    {NetErrorKind.TLS, NetErrorKind.TLS_CHAIN, NetErrorKind.TLS_EXPIRED, NetErrorKind.TLS_HOSTNAME}
    | {NetErrorKind.TLS_SELF_SIGNED}
)


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
        if self.hosts == 0 or self.answered > 0:
            return False
        return set(self.failures) <= _SILENT | _TURNED_AWAY | _UNPROVEN

    @property
    def silent(self) -> bool:
        """True if nothing at all came from any host, not even a refusal."""
        return self.dark and set(self.failures) <= _SILENT


class Net:
    """Sends requests, at the rate that each host wants. An async context manager, for one event loop.

    Attributes:
        policy: the run's numbers.
        on_failure: called whenever a host could not be reached, before it is tried again; or None.
        has_more: tells whether more requests to a host are about to come, so that its connections are kept open.
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
        self.on_failure: Callable[[], None] | None = None
        self.protected = ProtectedSites(policy.strikes)
        self._clock = clock
        self._now = now
        self._sleep = sleep
        self._rng = rng or random.Random()  # noqa: S311 - jitter is no secret
        shares = handles.shares(handles.limit())
        guard = Guard(policy.allow_networks)
        self._transport = Transport(policy, guard, resolver, ssl_context, keeps=self._keeps)
        self._exchange = Exchange(policy, guard, self._transport, clock, sleep, observer)
        self._handshakes = Handshakes(self._transport, self._follow)
        self._gate = Gate(min(policy.concurrency, shares.at_once), clock, sleep)
        self._shares = shares
        self.has_more: Callable[[str], bool] = lambda _host: False
        self._budget = Budget(policy.max_time, sleep)
        self._gifts: tuple[Gift, ...] = ()
        self._slots: dict[str, HostSlot] = {}
        self._origins: dict[tuple[str, str, int | None, str], Origin] = {}

    async def __aenter__(self) -> Self:
        """Open the connections.

        Raises:
            UsageError: a file of cookies cannot be used.
        """
        policy = self.policy
        jars = [await asyncio.to_thread(Cookies.load, file) for file in policy.cookies]
        self._gifts = gifts_of(policy.headers, jars)
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
    def requests(self) -> int:
        """How many requests were sent, redirects and repetitions included."""
        return self._exchange.requests

    @property
    def without_handles(self) -> int:
        """How many requests failed because this machine had too many open files."""
        return self._exchange.without_handles

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
        """Return whether a name that always exists can be looked up. No request."""
        return await self._exchange.dns_works()

    # -- the layers, from the outside in ------------------------------------------------------------------------

    async def _follow(self, request: Request) -> Response:
        """Redirects: hop by hop, each through all the layers below."""
        chain = Chain(request, wire_url(request.url), self._gifts)
        try:
            while True:
                url = chain.url
                answer = await self._persist(request, chain)
                if answer.conflict:
                    detail = f"it sends two different {answer.conflict} headers"
                    raise chain.error(NetErrorKind.CONFLICTING_HEADERS, detail, answer.status)
                if not chain.advance(answer):
                    return Response(
                        url=chain.masked(str(url)),
                        status=answer.status,
                        headers=chain.masked_headers(answer.headers),
                        body=chain.masked_body(answer.body),
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
            lambda: self._request_as_browsers(request, chain, origin),
            attempts=self.policy.attempts if request.attempts is None else request.attempts,
            worthwhile=lambda: origin.slot.closed(origin, self._clock()) is None,
            sleep=self._sleep,
            rng=self._rng,
        )

    async def _request_as_browsers(self, request: Request, chain: Chain, origin: Origin) -> Answer:
        """Handshakes: where one failed, find out what browsers would do, and do as they do."""
        overlooked = bool(origin.overlooked)
        try:
            return await self._request_politely(request, chain, origin)
        except NetError as error:
            if overlooked or not await self._handshakes.reconsider(origin, chain.url, error):
                raise
        return await self._request_politely(request, chain, origin)

    async def _request_politely(self, request: Request, chain: Chain, origin: Origin) -> Answer:
        """Rate limit: wait for the host's turn; where it refuses, wait again, with all its other requests."""
        slot = origin.slot
        refused = forbidden = 0
        while True:
            # Refused once, it goes first, so that the same page shows whether the pause helped; refused twice, it goes
            # last, so that a page which is always refused does not stand in the way of its neighbours.
            started = await self._gate.enter(origin, first=refused == 1)
            try:
                answer = await self._exchange.send(request, chain, origin)
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

    def _keeps(self, host: str, idle: int) -> bool:
        """Return whether to keep a connection open, where those of so many hosts are."""
        shares = self._shares
        return idle < shares.idle or (idle < shares.waiting and self.has_more(host))

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
            insecure = any(each.holds(url.scheme, host, url.port) for each in self.policy.insecure)
            origin = self._origins[key] = Origin(self._slot(name), insecure=insecure)
        return origin
