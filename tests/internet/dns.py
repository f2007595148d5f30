"""The resolver of the fake internet: registered names lead to loopback, all others do not exist.

Failures have the shape of aiohttp's ThreadedResolver, which lets ``socket.gaierror`` of the C library through.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Literal, Protocol

from aiohttp.abc import AbstractResolver, ResolveResult

from tests.internet.time import VirtualTime

#: What can go wrong with a name. "hiccup" is "servfail" that goes away (give ``times``).
DnsFault = Literal["nxdomain", "servfail", "timeout", "no-address", "hiccup"]

#: What getaddrinfo of glibc reports for each (getaddrinfo(3)). It cannot tell SERVFAIL from a silent name server.
_CODES = {
    "nxdomain": (socket.EAI_NONAME, "Name or service not known"),
    "servfail": (socket.EAI_AGAIN, "Temporary failure in name resolution"),
    "hiccup": (socket.EAI_AGAIN, "Temporary failure in name resolution"),
    "timeout": (socket.EAI_AGAIN, "Temporary failure in name resolution"),
    "no-address": (socket.EAI_NODATA, "No address associated with hostname"),
}

#: Seconds after which glibc gives up on a silent name server: two attempts of 5 s (resolv.conf(5)).
SILENT_NAME_SERVER = 10.0


class Directory(Protocol):
    """What the resolver needs to know from the internet that it belongs to."""

    time: VirtualTime

    def fault_of(self, host: str, port: int) -> str | None:
        """Name the DNS fault of this lookup, count it, and log it; None if the name resolves."""

    def addresses_of(self, host: str, port: int) -> list[tuple[str, int]]:
        """Give address and port behind a name that resolves."""


def failure(fault: str) -> socket.gaierror:
    """Make the error that the C library raises for a fault."""
    return socket.gaierror(*_CODES[fault])


class FakeResolver(AbstractResolver):
    """Sends registered hosts to loopback, with the port of the listener that plays the asked port.

    Raises (from ``resolve``):
        socket.gaierror: EAI_NONAME for unknown names, else what the fault of the name says.
    """

    def __init__(self, directory: Directory, on_close: Callable[[], None] = lambda: None) -> None:
        self._directory = directory
        self._on_close = on_close

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Give the loopback address for a host; ``family`` AF_INET6 has none, as on a machine without IPv6."""
        fault = self._directory.fault_of(host, port)
        if fault == "timeout":
            await self._directory.time.sleep(SILENT_NAME_SERVER)
        if fault is None and family == socket.AF_INET6:
            fault = "no-address"
        if fault is not None:
            raise failure(fault)
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=place,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address, place in self._directory.addresses_of(host, port)
        ]

    async def close(self) -> None:
        """Nothing to close."""
        self._on_close()
