"""Tells an outage of our own network from hosts that are gone."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from linkwarden.wire import NetErrorKind

if TYPE_CHECKING:  # the network stack is slow to import, and an offline run does without
    from linkwarden.net import Net

#: Once this many hosts have failed and none has answered, the rest need not be tried.
_HOSTS_THAT_PROVE_IT = 12


class Outage:
    """Watches a run's network until a host has answered.

    Args:
        net: the run's network; None where no request is made.
    """

    def __init__(self, net: Net | None) -> None:
        self._net = net
        self._cleared = net is None
        self._inquiry: asyncio.Task[None] | None = None
        self.certain = asyncio.Event()

    def look(self) -> None:
        """Check the network after a host could not be reached; may set ``certain`` a little later."""
        if self._cleared or self._inquiry is not None or self._net is None:
            return
        connectivity = self._net.connectivity()
        self._cleared = connectivity.answered > 0  # remembered: counting all hosts after each link adds up
        if connectivity.dark and connectivity.hosts >= _HOSTS_THAT_PROVE_IT:
            self._inquiry = asyncio.create_task(self._inquire(), name="linkwarden-outage")

    async def happened(self) -> bool:
        """Return True at the end of a run if no host could be reached because of our own network.

        A list whose few hosts are all gone is no outage: then a name that always exists can be looked up. Where that
        works and yet no connection does, with many hosts, something blocks all of them.
        """
        if self._net is None or not self._net.connectivity().dark:
            return False
        if self.certain.is_set() or not await self._net.dns_works():
            return True
        failures = self._net.connectivity().failures
        return sum(n for kind, n in failures.items() if kind is not NetErrorKind.NXDOMAIN) >= _HOSTS_THAT_PROVE_IT

    @property
    def suspected(self) -> bool:
        """True if hosts have failed and none has answered; for a run that ends before ``happened`` can be awaited."""
        return self._net is not None and self._net.connectivity().dark

    def forget(self) -> None:
        """Stop watching."""
        if self._inquiry is not None:
            self._inquiry.cancel()

    async def _inquire(self) -> None:
        if await self.happened():
            self.certain.set()
        else:
            self._cleared = True
