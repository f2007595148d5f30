"""Where hosts are shared out among processes: a request that another one makes, and what it has to know of a host.

A host's limits hold only where one process makes all requests to it. So the steps of a chain of redirects are made one
by one, each by the process that its host belongs to; the chain itself, its cookies and what the user gives single hosts
stay where it began.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

from yarl import URL

from linkwarden.net.politeness import INFINITY, HostSlot, Origin, Pace
from linkwarden.net.redirects import Chain
from linkwarden.net.transport import Answer
from linkwarden.records import dataclass
from linkwarden.wire import NetError, Request

#: What tells origins apart: scheme, host, port, and what is counted together.
Key = tuple[str, str, int | None, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a chain of redirects.

    Attributes:
        request: as it was made, without what goes into headers.
        url: where the step goes.
        method: how.
        body: with what.
        headers: those that differ from the run's.
        spent: seconds that the chain has spent on the wire before.
    """

    request: Request
    url: str
    method: str
    body: bytes | None
    headers: dict[str, str]
    spent: float

    @classmethod
    def of(cls, request: Request, chain: Chain) -> Step:
        """Return the next step of a chain."""
        plain = replace(request, body=None, headers={}, token=None, token_host=None)
        return cls(plain, str(chain.url), chain.method, chain.body, chain.headers(), chain.spent)

    @property
    def host(self) -> str:
        """The host that it goes to."""
        return URL(self.url, encoded=True).raw_host or ""


class StepChain(Chain):
    """A chain of which only one step is made here."""

    __slots__ = ("_headers",)

    def __init__(self, step: Step) -> None:
        super().__init__(step.request, URL(step.url, encoded=True))
        self.method, self.body, self.spent = step.method, step.body, step.spent
        self._headers = step.headers

    def headers(self) -> dict[str, str]:
        return dict(self._headers)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a step.

    Attributes:
        answer: the response, or why there is none.
        spent: seconds that the chain has spent on the wire by then.
        remarks: what is to be said of the response.
    """

    answer: Answer | NetError
    spent: float
    remarks: tuple[str, ...]

    def taken_by(self, chain: Chain) -> Answer:
        """Return the response to a chain's step.

        Raises:
            NetError: there was none.
        """
        chain.spent = self.spent
        for remark in self.remarks:
            chain.remark(remark)
        error = self.answer
        if isinstance(error, NetError):
            host, detail = chain.masked(error.host), chain.masked(error.detail)
            raise NetError(error.kind, detail, host=host, status=error.status)
        return error


class Elsewhere(Protocol):
    """The other processes among which the hosts of a run are shared out."""

    def has(self, host: str) -> bool:
        """Return whether requests to a host are made elsewhere."""

    async def make(self, step: Step) -> Outcome | None:
        """Have a step made by whoever has its host; None if nobody has it any more, so that it is made here."""

    def on_trouble(self) -> None:
        """Take note that ``Net.troubles`` has news of a host that belongs to this process."""


#: Instants of a ``HostSlot`` and of its ``Pace``; they are told as seconds from now, as clocks of machines differ.
_INSTANTS = ("next_start", "cool_until", "_refused_at", "_failed_at", "_trouble_since")
_PACE_INSTANTS = ("_refused_at", "_resumed_at")
_PLAIN = ("answered", "failure", "_refusals", "_welcomed", "_forbids_bursts")
_PACE_PLAIN = ("interval", "limited", "_answered", "_bucket")
_OF_ORIGIN = ("strikes", "answered", "undecoded")


@dataclass(frozen=True, slots=True)
class HostState:
    """What whoever goes on with a host has to know of it: pace, cool-down, whether it was given up.

    Attributes:
        key: scheme, host and port, and what is counted together.
    """

    key: Key
    _slot: dict[str, Any]
    _pace: dict[str, Any]
    _origin: dict[str, Any]

    @classmethod
    def of(cls, key: Key, origin: Origin, now: float) -> HostState:
        """Return the state of an origin and its host."""
        slot = origin.slot
        return cls(
            key,
            {**_told(slot, _PLAIN, _INSTANTS, now), "closure": _moved(slot.closure, -now)},
            _told(slot.pace, _PACE_PLAIN, _PACE_INSTANTS, now),
            {**_told(origin, _OF_ORIGIN, (), now), "closure": _moved(origin.closure, -now)},
        )

    def restore(self, origin: Origin, now: float) -> None:
        """Give an origin and its host this state; the host gets no request sooner than it would have there."""
        slot = origin.slot
        for each, told, instants in (
            (slot, self._slot, _INSTANTS),
            (slot.pace, self._pace, _PACE_INSTANTS),
            (origin, self._origin, ()),
        ):
            for name, value in told.items():
                if name == "closure":
                    setattr(each, name, _moved(value, now))
                else:
                    setattr(each, name, now + value if name in instants else value)
        slot.next_start = max(slot.next_start, now + slot.pace.interval)


def _told(
    what: HostSlot | Pace | Origin, plain: tuple[str, ...], instants: tuple[str, ...], now: float
) -> dict[str, Any]:
    told = {name: getattr(what, name) for name in plain}
    return told | {name: getattr(what, name) - now for name in instants}


def _moved(closure: Any, seconds: float) -> Any:
    """Return a closure that ends by another clock."""
    return closure if closure is None or closure.until == INFINITY else replace(closure, until=closure.until + seconds)
