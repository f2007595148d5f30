"""The hosts of a list on loopback, each with the latency and the limits of a real one; healthy, or with traps.

What they answer is what the tests' fake internet answers (``tests/internet``); here it takes real time and is asked
from another process. Each host has an address of its own in 127.0.0.0/8. linkwarden is told by a resolver where a
name leads, lychee by ``--remap``; a redirect to a name is answered to lychee with the address behind it.

The traps are those of the tests (``tests/internet/world_ills.py``): pages that are gone, hosts that are busy and say
for how long, names that do not exist, ports that are closed, and two hosts that take a connection and never say a word.
Certificates that are wrong are left out.
"""

from __future__ import annotations

import asyncio
import ssl
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import trustme
from aiohttp import web
from servers import Counts, Silent, listen

from tests.internet import world_ills
from tests.internet.core import FakeInternet
from tests.internet.time import VirtualTime
from tests.internet.world import read_addresses
from tests.internet.world_hosts import HOSTS, Address
from tests.internet.world_hosts import serve as serve_address
from tests.internet.world_registries import Registries

#: Seconds that arXiv's API takes; other hosts take 80 to 400 ms, each always the same.
API_LATENCY = {"export.arxiv.org": 1.0, "api.github.com": 0.6}
#: What arXiv lets through, as observed against lychee (facts, lychee.md section 2.4): the site four requests a second
#: after a burst of twenty, the API one request in three seconds (its terms of use).
SITE_RATE, SITE_BURST = 4.0, 20
API_INTERVAL = 3.0
TOKEN = "benchmark-token"  # noqa: S105 - of the fake GitHub


class Bucket:
    """A token bucket: ``burst`` requests at once, then ``rate`` a second."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate, self._burst = rate, burst
        self._tokens, self._last = float(burst), time.monotonic()

    def take(self) -> bool:
        """Tell whether one more request is within the limit."""
        now = time.monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._last) * self._rate)
        self._last = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class RealTime(VirtualTime):
    """The time of the tests' hosts, where it is no test."""

    def clock(self) -> float:
        """Give seconds that never go back."""
        return time.monotonic()

    def now(self) -> datetime:
        """Give the date and time, in UTC."""
        return datetime.now(UTC)


class World:
    """All hosts, behind one request handler.

    Attributes:
        places: loopback address by host name.
        silent: hosts that never say a word.
    """

    def __init__(self, path: Path, counts: Counts, *, traps: bool) -> None:
        self._counts = counts
        self._internet = FakeInternet()
        self._internet.time = RealTime()
        addresses = read_addresses(path.read_text(encoding="utf-8"))
        registries = Registries(self._internet, addresses, token=True)
        registries.github.token = TOKEN
        for address in addresses:
            if address.url not in registries.expected:
                self._install(address)
        faults = self._internet._connect  # noqa: SLF001 - no test needs it
        self.silent: set[str] = set()
        absent: set[str] = set()
        if traps:
            world_ills.install(self._internet, addresses)
            self.silent = {name for name, (fault, _) in faults.items() if fault == "silent"}
            absent = {name for name, (fault, _) in self._internet._dns.items() if fault != "hiccup"}  # noqa: SLF001
            absent |= {name for name, (fault, times) in faults.items() if fault in ("refused", "reset") and not times}
        sites = self._internet._sites  # noqa: SLF001 - every host there is
        names = sorted(name for name in {*sites, *self.silent} - absent if "*" not in name)
        self.places = {name: f"127.50.{1 + number // 200}.{1 + number % 200}" for number, name in enumerate(names)}
        self._names = {place: name for name, place in self.places.items()}
        self.ports: dict[str, int] = {}
        site = Bucket(SITE_RATE, SITE_BURST)
        self._limits = {"arxiv.org": site, "www.arxiv.org": site, "export.arxiv.org": Bucket(1 / API_INTERVAL, 1)}

    def _install(self, address: Address) -> None:
        # Nature's log-in bounce needs a cookie for a domain, which an IP address cannot have: lychee would go round
        # in circles here and not there.
        install = serve_address if address.host == "www.nature.com" else HOSTS.get(address.host, serve_address)
        install(self._internet, address)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one request as the host would whose address was connected to."""
        self._counts.note()
        connection: Any = request.transport
        host = self._names[connection.get_extra_info("sockname")[0]]
        refused = host in self._limits and not self._limits[host].take()
        await asyncio.sleep(API_LATENCY.get(host, 0.08 + zlib.crc32(host.encode()) % 321 / 1000))
        response = web.Response(status=429, text="Rate exceeded.") if refused else await self._response(host, request)
        location = response.headers.get("Location")
        if location is not None and request.host[:4] == "127.":
            response.headers["Location"] = self._on_loopback(location)
        self._counts.by_status[f"{host} {response.status}"] += 1
        return response

    async def _response(self, host: str, request: web.Request) -> web.StreamResponse:
        scheme = "https" if request.secure else "http"
        handler = self._internet.site(host).handler_for(scheme, request.raw_path)
        return await handler(request.clone(host=host))

    def _on_loopback(self, location: str) -> str:
        parts = urlsplit(location)
        place = self.places.get(parts.hostname or "")
        if place is None:
            return location if not parts.netloc else "/"
        return parts._replace(netloc=f"{place}:{self.ports[parts.scheme]}").geturl()


def _make_request(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.Request:
    return web.Request(message, payload, protocol, writer, task, asyncio.get_running_loop(), client_max_size=2**26)


async def serve(path: str, folder: str, counts: Counts, *, traps: bool = False) -> dict[str, Any]:
    """Start every host; the authority's certificate goes to ``ca.pem`` in the folder.

    Args:
        path: the list.
        folder: where the certificate goes.
        counts: are told of every request.
        traps: some hosts and pages are as in the tests.
    """
    world = World(Path(path), counts, traps=traps)
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    authority.cert_pem.write_to_path(str(Path(folder, "ca.pem")))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*world.places, *world.places.values(), key_type=trustme.KeyType.ECDSA).configure_cert(context)
    server = web.Server(world.answer, request_factory=_make_request, access_log=None)  # type: ignore[arg-type] - as web.Request
    loop = asyncio.get_running_loop()
    schemes: dict[str, Callable[[], ssl.SSLContext | None]] = {"http": lambda: None, "https": lambda: context}
    for scheme, security in schemes.items():
        for name, place in world.places.items():
            sock = listen(place, world.ports.get(scheme, 0))
            world.ports[scheme] = sock.getsockname()[1]
            if name in world.silent:
                await loop.create_server(Silent, sock=sock)
            else:
                await loop.create_server(server, sock=sock, ssl=security())
    return {"places": world.places, "ports": world.ports, "token": TOKEN}
