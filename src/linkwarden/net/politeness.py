"""``HostSlot``: everything that decides when one host may get its next request, in one record.

All requests to a host share one interval, one not-before instant and one circuit breaker. A request that waits sits
in the host's queue and holds nothing else: ``gate.Gate`` hands out host slot and global slot together.
"""

from __future__ import annotations

import asyncio
import random
import ssl
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime

from linkwarden.net.policy import NetPolicy
from linkwarden.net.retry import is_challenge, pause_asked, quota_pause, tells_quota
from linkwarden.records import dataclass
from linkwarden.wire import NetError, NetErrorKind

#: Interval after the first refusal: five a second is what most limited hosts bear.
FIRST_LIMITED = 0.2
#: How much slower than the measured rate to go on: an exact estimate would run into the limit again and again.
MARGIN = 1.03
#: When the last cool-down has been over for so many seconds, requests go a little faster with every answer …
RECOVERY_AFTER = 20.0
#: … by this factor.
RECOVERY = 0.985
#: Slower than one request in so many seconds makes no sense within one run.
SLOWEST = 30.0


class Pace:
    """The interval between two requests to one host.

    Most hosts count requests in a bucket that fills steadily. Between two refusals the bucket goes from empty to
    empty, so what was answered in between, divided by the time, is the rate at which it fills: after two refusals
    the limit is known, not guessed. A long pause that fills the bucket to the brim makes that a lower bound; the
    answers beyond one bucketful since the pause give another. The greater of the two counts.

    Attributes:
        interval: seconds between two starts, now.
        limited: whether the host has refused anything yet.
    """

    __slots__ = ("_answered", "_base", "_bucket", "_refused_at", "_resumed_at", "interval", "limited")

    def __init__(self, base: float) -> None:
        self.interval = base
        self.limited = False
        self._base = base
        self._answered = 0
        self._bucket = 0  # these three are set by the first refusal, and not looked at before
        self._refused_at = self._resumed_at = 0.0

    @property
    def answered(self) -> int:
        """How many requests were answered since the last refusal."""
        return self._answered

    def accept(self, now: float) -> None:
        """Note an answer."""
        self._answered += 1
        if now - self._resumed_at > RECOVERY_AFTER:
            self.interval = max(self._base, self.interval * RECOVERY)

    def refuse(self, now: float, resume: float) -> None:
        """Note a refusal, after which the host is left alone until ``resume``."""
        if not self.limited:
            self.limited = True
            self._bucket = self._answered
            self.interval = max(self.interval, FIRST_LIMITED)
        elif self._answered == 0:
            self.interval = min(max(self.interval * 2, FIRST_LIMITED), SLOWEST)
        else:
            self.interval = min(max(self._base, MARGIN / self._measured_rate(now)), SLOWEST)
        self._answered = 0
        self._refused_at = now
        self._resumed_at = resume

    def forgive(self) -> None:
        """Take back what was learned: the refusals turned out to be none."""
        self.interval = self._base
        self.limited = False
        self._answered = 0

    def _measured_rate(self, now: float) -> float:
        """Return the answers per second that the host bore since it last refused."""
        overall = self._answered / max(now - self._refused_at, 1e-3)
        beyond_bucket = (self._answered - self._bucket) / max(now - self._resumed_at, 1e-3)
        return max(overall, beyond_bucket)


INFINITY = float("inf")

#: A host that has not answered yet, or has just refused, gets one request at a time: the next one when that one is
#: answered, or after so many seconds if it hangs.
PROBE_PATIENCE = 1.0
#: A 503 that names no time is more often a broken server than a limit, and a 429 as the very first word is a closed
#: door rather than a pace: the host is left after so many seconds.
SHORT_PATIENCE = 20.0
#: So many answers in a row before a 403 make it look like a limit that dares not say its name.
BURST = 5
#: For a host that never answered: seconds from the start of a try that failed to the next one; doubled each time.
STRIKE_PAUSE = 1.0
#: A refused connection is an answer; one more try after a pause, in case the server was just restarting.
REFUSED_STRIKES = 2

#: Failures that no second request of the same run will change.
_FINAL = frozenset(
    {NetErrorKind.TLS, NetErrorKind.TLS_EXPIRED, NetErrorKind.TLS_HOSTNAME, NetErrorKind.TLS_SELF_SIGNED}
    | {NetErrorKind.TLS_CHAIN, NetErrorKind.TLS_NO_BROWSER}
)
#: The same, and true of the name, whatever the port.
_FINAL_FOR_NAME = frozenset({NetErrorKind.NXDOMAIN, NetErrorKind.BLOCKED})
#: Endings that a second look takes back: what was said of a name or a port, and may have been a moment's trouble.
_TAKEN_BACK = _FINAL | {NetErrorKind.NXDOMAIN, NetErrorKind.DNS, NetErrorKind.REFUSED}
_SILENCE = frozenset({NetErrorKind.TIMEOUT, NetErrorKind.RESET})


@dataclass(slots=True, frozen=True)
class Closure:
    """Why a host or an origin gets no more requests: what every further one gets, and until when."""

    kind: NetErrorKind
    detail: str
    status: int | None = None
    until: float = INFINITY

    def error(self, slot: HostSlot) -> NetError:
        """Return the error for one request."""
        return NetError(self.kind, self.detail, host=slot.host.partition("/")[0], status=self.status)


@dataclass(slots=True, eq=False)
class Origin:
    """Scheme, host and port: what can be dead, or need old TLS, by itself.

    Attributes:
        slot: the host that it belongs to.
        closure: set when it is given up.
        strikes: failures in a row.
        answered: it gave an HTTP response in this run.
        allowed: the guard has looked at host and port, and lets requests go there (it looks at addresses all the same).
        undecoded: it sends a content coding that was not requested; its bodies are not decoded.
        context: verifies its certificate with the part of the chain that it does not send, or not at all; None where
            the usual one does.
        insecure: the user said that its certificate may be wrong …
        overlooked: … and this is what is wrong with it.
        examined: a handshake that failed was looked into …
        found: … and this is what came of it, where browsers fail as well.
        lock: held while that goes on.
    """

    slot: HostSlot
    closure: Closure | None = None
    strikes: int = 0
    answered: bool = False
    allowed: bool = False
    undecoded: bool = False
    context: ssl.SSLContext | None = None
    insecure: bool = False
    overlooked: str = ""
    examined: bool = False
    found: Closure | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(slots=True, eq=False)
class Waiter:
    """A request in a host's queue. Its future gives the instant at which it started, or None: its wait became long."""

    origin: Origin
    future: asyncio.Future[float | None]
    parked: bool


@dataclass(slots=True, eq=False)
class HostSlot:
    """One host: pace, cool-down, circuit breaker, queue. Instants are those of the run's clock, in seconds.

    Attributes:
        host: what is counted together (see ``policy.counted_with``).
        policy: the run's numbers.
        rng: for jitter.
        per_host: requests under way at once.
        first_pause: seconds of the first cool-down where the host names none.
        pace: the interval, and what was learned about it.
        waiting: the queue.
        active: requests under way.
        next_start: no start before this instant, by the interval.
        cool_until: no start before this instant, because the host refused.
        last_start: when the latest request started.
        begun: it got a request.
        proven: the host answers, and nothing since says that it does not want to.
        answered: it gave an HTTP response in this run.
        failure: how the latest request failed, where none was answered.
        closure: set when it is given up.
    """

    host: str
    policy: NetPolicy
    rng: random.Random
    per_host: int
    first_pause: float
    pace: Pace
    waiting: deque[Waiter] = field(default_factory=deque)
    active: int = 0
    next_start: float = 0.0
    cool_until: float = 0.0
    last_start: float = 0.0
    begun: bool = False
    proven: bool = False
    answered: bool = False
    failure: NetErrorKind | None = None
    closure: Closure | None = None
    queued: bool = False  # the gate's mark: stands in line for a global slot
    timer_at: float = INFINITY  # the gate's mark: will be looked at again at this instant
    _refused_at: float = -INFINITY
    _failed_at: float = -INFINITY
    _refusals: int = 0
    _welcomed: bool = False  # it gave an answer other than a refusal
    _trouble_since: float = 0.0
    _forbids_bursts: bool | None = None  # None: not known yet

    @classmethod
    def of(cls, host: str, policy: NetPolicy, rng: random.Random) -> HostSlot:
        """Make the slot of a host, by the run's policy and the host's own limit, whichever is stricter."""
        limit = policy.limit_of(host)
        return cls(host, policy, rng, limit.per_host, limit.pause, Pace(limit.interval))

    # -- when ---------------------------------------------------------------------------------------------------

    def start_at(self) -> float:
        """Return the instant from which the next request may start; infinity if another one must end first."""
        start = max(self.next_start, self.cool_until)
        if self.active == 0:
            return start
        if self.proven:
            return start if self.active < self.per_host else INFINITY
        if self.active >= min(self.per_host, self.policy.strikes):
            return INFINITY
        if self.last_start < self.cool_until:
            return start  # those under way are from before the cool-down, and no probes
        return max(start, self.last_start + PROBE_PATIENCE)

    def start(self, now: float) -> None:
        """Note that a request starts."""
        self.active += 1
        self.begun = True
        self.last_start = now
        self.next_start = now + self.pace.interval

    def expected_wait(self, now: float) -> float:
        """Estimate the seconds until a request that joins the queue now may start."""
        return max(self.next_start, self.cool_until, now) - now + len(self.waiting) * self.pace.interval

    def closed(self, origin: Origin, now: float) -> Closure | None:
        """Return the reason why this origin gets no request now, or None if it may; over-long cool-downs end."""
        if self.closure is not None and now >= self.closure.until:
            self.closure = None
            self._refusals = 0
        return self.closure or origin.closure

    def reopen(self, origin: Origin) -> None:
        """Allow an origin one more request although it was found dead, for a second look (``Request.fresh``).

        Who limits requests or was silent time after time stays closed. One more failure of the same kind
        closes it again.
        """
        if self.closure is not None and self.closure.kind in _TAKEN_BACK:
            self.closure = None
        if origin.closure is not None and origin.closure.kind in _TAKEN_BACK:
            origin.closure = origin.found = None
            origin.examined = False

    # -- what was heard -----------------------------------------------------------------------------------------

    def hear(
        self,
        origin: Origin,
        status: int,
        headers: Mapping[str, str],
        *,
        now: float,
        today: Callable[[], datetime],
        started: float,
        forbidden_before: int,
    ) -> bool:
        """Note a response, and return whether it was a refusal after which the same request should be made again.

        Args:
            origin: who answered.
            status: the HTTP status.
            headers: names in lower case.
            now: the present on the run's clock.
            today: gives the present as a date, for Retry-After.
            started: when the request was sent; one sent before an earlier refusal adds nothing to it.
            forbidden_before: how often this request got a 403 that looked like a limit.
        """
        origin.answered = self.answered = True
        origin.strikes = 0
        self.failure = None
        if is_challenge(headers):
            self._accept(now, started)  # not a limit: no pause is asked for
            return False
        if status == 429:
            self._refuse(status, pause_asked(headers, today()), now, started)
            return True
        if status == 503:
            self._refuse(status, pause_asked(headers, today()), now, started)
            return False
        if status == 403:
            return self._hear_forbidden(headers, now, today, started, forbidden_before)
        if forbidden_before and self._forbids_bursts is None:
            self._forbids_bursts = True
        self._accept(now, started)
        if tells_quota(headers):
            pause = quota_pause(headers, today())
            if pause is not None and pause <= self.policy.patience:
                self.cool_until = max(self.cool_until, now + pause)
        return False

    def _hear_forbidden(
        self,
        headers: Mapping[str, str],
        now: float,
        today: Callable[[], datetime],
        started: float,
        forbidden_before: int,
    ) -> bool:
        """Return whether a 403 is a limit rather than meant: by its headers, or because it ends a burst."""
        pause = pause_asked(headers, today())
        if pause is not None:
            self._refuse(403, pause, now, started)
            return True
        was_probe = self._refusals > 0 and started > self._refused_at
        if forbidden_before and was_probe:
            # Alone and after a pause, the same address gets the same answer: it is the page that is forbidden.
            if self._forbids_bursts is None:
                self._forbids_bursts = False
                self.pace.forgive()
        elif self._forbids_bursts is not False and self._burst_before(started):
            self._refuse(403, None, now, started)
            return True
        self._accept(now, started)
        return False

    def _burst_before(self, started: float) -> bool:
        """Return whether so many requests were answered just now that a limit may be what stopped it."""
        return started <= self._refused_at or self._forbids_bursts is True or self.pace.answered >= BURST

    def _accept(self, now: float, started: float) -> None:
        self._welcomed = True
        if started > self._refused_at:
            self.proven = True
            self._refusals = 0
        self.pace.accept(now)

    def _refuse(self, status: int, pause: float | None, now: float, started: float) -> None:
        """Set the not-before instant for everybody who wants this host, and learn from the refusal."""
        if started > self._refused_at:
            if self._refusals == 0:
                self._trouble_since = now
            self._refusals += 1
            self.cool_until = max(self.cool_until, now + self._cool_down(pause))
            if status != 503 or pause is not None:
                self.pace.refuse(now, self.cool_until)
                self.next_start = max(self.next_start, now + self.pace.interval)
            self._refused_at = now
            self.proven = False
        elif pause is not None:
            self.cool_until = max(self.cool_until, now + pause)
        patience = self.policy.patience
        if pause is None and (status == 503 or not self._welcomed):
            patience = min(patience, max(SHORT_PATIENCE, 3 * self.first_pause))
        if self.cool_until - self._trouble_since > patience:
            what = "is overloaded" if status == 503 else "limits requests"
            detail = f"it {what} and wants no request for another {_span(self.cool_until - now)}"
            self.closure = Closure(NetErrorKind.COOLDOWN, detail, status, self.cool_until)

    def _cool_down(self, pause: float | None) -> float:
        """Return the seconds to leave the host alone.

        What it asks for; where it asks for nothing, or that did not help, a pause of our own that doubles each time,
        with a little jitter.
        """
        if pause is not None and self._refusals == 1:
            return pause
        doubled: float = self.first_pause * 2 ** (self._refusals - 1)
        return max(pause or 0.0, doubled * (1 + 0.1 * self.rng.random()))

    def fail(self, origin: Origin, error: NetError, *, now: float, started: float) -> None:
        """Note that a request got no response, and give up what is dead."""
        if not self.answered:
            self.failure = error.kind
        if origin.answered and started < self._failed_at:
            return  # of one outage, seen by several requests at once, only the first counts
        self._failed_at = now
        self.proven = False
        origin.strikes += 1
        if not origin.answered:
            pause = STRIKE_PAUSE * 2 ** (origin.strikes - 1)
            self.next_start = max(self.next_start, started + pause)
        self._give_up_if_dead(origin, error)

    def _give_up_if_dead(self, origin: Origin, error: NetError) -> None:
        kind, strikes = error.kind, origin.strikes
        enough = strikes >= self.policy.strikes
        if kind in _FINAL_FOR_NAME or (enough and kind is NetErrorKind.DNS):
            self.closure = Closure(kind, error.detail)
            return
        dead = kind in _FINAL and not origin.answered
        refused = kind is NetErrorKind.REFUSED and strikes >= REFUSED_STRIKES
        # Told of each link as what it is, which may be a lack of this machine, and not as silence.
        no_way = kind is NetErrorKind.UNREACHABLE and enough
        if dead or refused or no_way:
            origin.closure = Closure(kind, error.detail)
        elif enough and kind in _SILENCE:
            detail = f"it was tried {strikes} times in a row without a response ({error.detail})"
            origin.closure = Closure(NetErrorKind.GIVEN_UP, detail)


def _span(seconds: float) -> str:
    """Say a time span in one unit."""
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= 2 * size:
            return f"{round(seconds / size)} {unit}s"
    return f"{max(1, round(seconds))} seconds"
