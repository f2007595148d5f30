"""Who makes the requests of a run: this process, or the workers of a cluster."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.model import Claim, Evidence, Pass
from linkwarden.providers import Provider
from linkwarden.run.schedule import Lanes
from linkwarden.text import host_of

if TYPE_CHECKING:  # the network stack is slow to import, and an offline run does without
    from linkwarden.net import Connectivity, Net


class Checker(Protocol):
    """Has claims settled by their providers.

    Attributes:
        ahead: so many times the width of a lane, and so many times the tasks, may be under way at once, because some
            of it waits on its way.
        requests: how many requests were sent so far.
        without_handles: how many of them failed because a machine had too many open files.
    """

    ahead: int

    @property
    def requests(self) -> int: ...

    @property
    def without_handles(self) -> int: ...

    async def open(self, now: datetime, on_failure: Callable[[], None], hint: Callable[[str], None]) -> None:
        """Begin to get ready; what is to be checked may come before that is done.

        Args:
            now: the instant that counts as the present.
            on_failure: called when a host could not be reached.
            hint: call it to tell the user something once at the end.
        """

    async def ready(self) -> None:
        """Wait until it is ready.

        Raises:
            UsageError: what was asked for is not there.
        """

    def answers(self, provider: Provider, claims: Sequence[Claim], width: int) -> AsyncIterator[Evidence | Pass]:
        """Yield what the provider says of claims of one lane, as ``Provider.check`` does.

        ``width`` is how many claims of the lane may be under way at once.
        """

    def connectivity(self) -> Connectivity:
        """Return how the network behaved so far."""

    async def close(self) -> None:
        """End what runs; may be called more than once."""


def lane_of(provider: Provider, claim: Claim) -> str:
    """Return what decides who has a claim, where the hosts are shared out: its registry, or its host."""
    lane = provider.lane(claim)
    return lane if provider.gathers else owner_name(host_of(claim.target.address or "") or lane)


def owner_name(host: str) -> str:
    """Return what decides who makes the requests to a host: with ``www.`` and without are one."""
    return host.rstrip(".").removeprefix("www.")


class InProcess:
    """Makes the requests here. A ``Checker``.

    Args:
        net: the run's network; None where no request is made.
        lanes: the queues from which the claims come.

    Attributes:
        net: that network.
    """

    ahead = 1

    def __init__(self, net: Net | None, lanes: Lanes) -> None:
        self.net = net
        self._lanes = lanes
        self._now: datetime | None = None

    @property
    def requests(self) -> int:
        return self.net.requests if self.net is not None else 0

    @property
    def without_handles(self) -> int:
        return self.net.without_handles if self.net is not None else 0

    async def open(self, now: datetime, on_failure: Callable[[], None], hint: Callable[[str], None]) -> None:
        del hint
        self._now = now
        if self.net is not None:
            self.net.parked = self._lanes.parked
            self.net.has_more = self._lanes.has_more
            self.net.on_failure = on_failure

    async def ready(self) -> None:
        """Be ready."""

    def answers(self, provider: Provider, claims: Sequence[Claim], width: int) -> AsyncIterator[Evidence | Pass]:
        del width
        assert self._now is not None  # noqa: S101 - it was opened
        # Offline providers never touch the network; they get it typed as present.
        return provider.check(claims, self.net, self._now)  # type: ignore[arg-type]

    def connectivity(self) -> Connectivity:
        from linkwarden.net import Connectivity  # noqa: PLC0415 - slow to import

        return self.net.connectivity() if self.net is not None else Connectivity()

    async def close(self) -> None:
        """End nothing: the network is closed by whoever has opened it."""


def checker_for(config: Config, deps: Deps, net: Net | None, lanes: Lanes) -> Checker:
    """Return who makes the requests of a run (``--engine``)."""
    here = InProcess(net, lanes)
    if net is None or config.engine == "single":
        return here
    from linkwarden.run.cluster import shared  # noqa: PLC0415 - few runs need it

    return shared(config, deps, here)
