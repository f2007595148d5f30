"""Tells an outage of our own network from hosts that are gone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from linkwarden.text import host_of
from linkwarden.wire import NetError, NetErrorKind, Request

if TYPE_CHECKING:  # the network stack is slow to import, and an offline run does without
    from linkwarden.net import Connectivity, Net

#: Once this many hosts have failed and none has answered, the rest need not be tried.
_HOSTS_THAT_PROVE_IT = 12
#: How many hosts that answered lately are asked whether they still do, before all are believed to be out of reach.
_WITNESSES = 3


class Outage:
    """Watches a run's network until a host has answered.

    Args:
        net: the run's network; None where no request is made.
        connectivity: returns how the network of all that make requests behaves.
        witnesses: returns URLs that answered lately and are not requested in this run.
    """

    def __init__(
        self,
        net: Net | None,
        connectivity: Callable[[], Connectivity],
        witnesses: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        self._net = net
        self._connectivity = connectivity
        self._witnesses = witnesses
        self._cleared = net is None
        self._answered = False
        self._inquiry: asyncio.Task[None] | None = None
        self.certain = asyncio.Event()

    def look(self) -> None:
        """Check the network after a host could not be reached; may set ``certain`` a little later.

        Only silence counts here: those who refuse do so at once, before others have had the time to answer.
        """
        if self._cleared or self._inquiry is not None or self._net is None:
            return
        connectivity = self._connectivity()
        self._cleared = connectivity.answered > 0  # remembered: counting all hosts after each link adds up
        if connectivity.silent and connectivity.hosts >= _HOSTS_THAT_PROVE_IT:
            self._inquiry = asyncio.create_task(self._inquire(), name="linkwarden-outage")

    async def happened(self) -> bool:
        """Return True at the end of a run if no host could be reached because of our own network.

        A list whose few hosts are all gone is no outage: then a name that always exists can be looked up. Where that
        works and yet many hosts are silent or refuse, and none answers, something blocks all of them; unless it is
        because only what fails was requested, and the rest of the list answered lately and still does.
        """
        if self.certain.is_set():  # whatever came in since: the rest of the list was given up for it
            return True
        if self._net is None or not self._connectivity().dark:
            return False
        connectivity = self._connectivity()
        if connectivity.silent and not await self._net.dns_works():
            return True
        there = sum(n for kind, n in connectivity.failures.items() if kind is not NetErrorKind.NXDOMAIN)
        return there >= _HOSTS_THAT_PROVE_IT and not await self._a_witness_answers(self._net)

    async def _a_witness_answers(self, net: Net) -> bool:
        by_host = {host_of(url): url for url in self._witnesses()}
        for url in list(by_host.values())[:_WITNESSES]:
            try:
                await net.fetch(Request(url=url, purpose="outage", attempts=1))
            except NetError:
                continue
            return True
        return False

    @property
    def is_ruled_out(self) -> bool:
        """True once some host has answered."""
        self._answered = self._answered or self._connectivity().answered > 0
        return self._answered

    @property
    def suspected(self) -> bool:
        """True if hosts have failed and none has answered; for a run that ends before ``happened`` can be awaited."""
        return self.certain.is_set() or (self._net is not None and self._connectivity().dark)

    def forget(self) -> None:
        """Stop watching."""
        if self._inquiry is not None:
            self._inquiry.cancel()

    async def _inquire(self) -> None:
        if await self.happened():
            self.certain.set()
        else:
            self._cleared = True
