"""``Net``: sends requests, at the rate that each host wants.

From the outside in, each layer in its own module::

    budget      the run's time; cuts what is under way                              here
    redirects   follows hops by hand, so that each is guarded, slotted, recorded    redirects.py
    elsewhere   has a hop made by the process that its host belongs to              elsewhere.py
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
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Self

from aiohttp.abc import AbstractResolver
from yarl import URL

from linkwarden.net import handles
from linkwarden.net.elsewhere import Elsewhere, HostState, Outcome, Step, StepChain
from linkwarden.net.exchange import Exchange, Observer
from linkwarden.net.gate import Gate
from linkwarden.net.guard import Guard
from linkwarden.net.handshakes import Handshakes
from linkwarden.net.hosts import Connectivity, Hosts
from linkwarden.net.policy import NetPolicy
from linkwarden.net.politeness import Origin
from linkwarden.net.private import Cookies, Gift, gifts_of
from linkwarden.net.protected import ProtectedSites
from linkwarden.net.redirects import Chain
from linkwarden.net.retry import persist
from linkwarden.net.transport import Answer, Transport
from linkwarden.net.wire_form import wire_url
from linkwarden.records import maker
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


_new_response = maker(Response)


class Net:
    """Sends requests, at the rate that each host wants. An async context manager, for one event loop.

    Attributes:
        policy: the run's numbers.
        on_failure: called whenever a host could not be reached, before it is tried again; or None.
        elsewhere: makes the requests to hosts that belong to other processes; None where all are made here.
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
        self.elsewhere: Elsewhere | None = None
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
        self._records = Hosts(policy, self._rng)

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
        return self._records.connectivity()

    async def dns_works(self) -> bool:
        """Return whether a name that always exists can be looked up. No request."""
        return await self._exchange.dns_works()

    async def make(self, step: Step) -> Outcome:
        """Make one step of a chain of redirects for another process."""
        chain = StepChain(step)
        try:
            answer: Answer | NetError = await self._persist(step.request, chain)
        except NetError as error:
            answer = error
        return Outcome(answer, chain.spent, chain.remarks)

    def troubles(self) -> tuple[HostState, ...]:
        """Return what whoever goes on with the hosts has to know of those that had trouble since the last call."""
        return self._records.troubles(self._clock())

    def take_over(self, states: Iterable[HostState]) -> None:
        """Go on with hosts of which another process had the last requests sent, at the pace that they want."""
        self._records.take_over(states, self._clock())

    # -- the layers, from the outside in ------------------------------------------------------------------------

    async def _follow(self, request: Request) -> Response:
        """Redirects: hop by hop, each through all the layers below."""
        chain = Chain(request, wire_url(request.url), self._gifts)
        try:
            while True:
                url = chain.url
                answer = await (self._persist if self.elsewhere is None else self._persist_there)(request, chain)
                if answer.conflict:
                    detail = f"it sends two different {answer.conflict} headers"
                    raise chain.error(NetErrorKind.CONFLICTING_HEADERS, detail, answer.status)
                if not chain.advance(answer):
                    return _new_response(
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

    async def _persist_there(self, request: Request, chain: Chain) -> Answer:
        """Elsewhere: where the host belongs to another process, have the request made there."""
        if self.elsewhere is not None and self.elsewhere.has(chain.url.raw_host or ""):
            with self._gate.parked() if self._gate.parked is not None else nullcontext():
                outcome = await self.elsewhere.make(Step.of(request, chain))
            if outcome is not None:
                return outcome.taken_by(chain)
        return await self._persist(request, chain)

    async def _persist(self, request: Request, chain: Chain) -> Answer:
        """Retry: try transient failures again."""
        origin = self._records.origin(chain.url)
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
                self._note_trouble(chain.url, origin)
                if self.on_failure is not None:
                    self.on_failure()
                raise
            finally:  # only now, so that nothing starts before this answer was heard
                if slot.waiting and not slot.proven:
                    self._gate.review(slot)
                self._gate.leave(origin)
            if slot.pace.limited or slot.cool_until > started:
                self._note_trouble(chain.url, origin)
            refused += 1
            forbidden += answer.status == 403
            if not again or refused >= MAX_REFUSALS or forbidden >= MAX_FORBIDDEN:
                return answer

    def _note_trouble(self, url: URL, origin: Origin) -> None:
        """Where another process may go on with the host, keep what it then has to know."""
        if self.elsewhere is not None:
            self._records.note_trouble(url, origin)
            self.elsewhere.on_trouble()

    def _keeps(self, host: str, idle: int) -> bool:
        """Return whether to keep a connection open, where those of so many hosts are."""
        shares = self._shares
        return idle < shares.idle or (idle < shares.waiting and self.has_more(host))
