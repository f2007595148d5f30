"""The numbers that the network layer goes by, each with its reason."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from functools import cache

from linkwarden.config import CookieFile, Destination, Host, PrivateHeader, limits_of
from linkwarden.datafile import Row, read_table
from linkwarden.records import dataclass

#: The first pause after a refusal that does not say how long (429 without Retry-After).
FIRST_PAUSE = 2.0

_COLUMNS = ("host", "at_once", "interval", "pause", "reason")
_PLACE = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]+(?:/[\w.-]+)?", re.ASCII)
_SECONDS = re.compile(r"\d{1,4}(?:\.\d{1,3})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class HostLimit:
    """The rate limit of one host.

    Attributes:
        per_host: requests under way at once.
        interval: seconds between two starts.
        pause: seconds to wait after a refusal that does not say how long; doubled if it is refused again.
        reason: who says so.
    """

    per_host: int
    interval: float
    pause: float
    reason: str


@cache
def host_limits() -> Mapping[str, HostLimit]:
    """Return the limits of ``hosts.tsv`` by exact host name, or host and first path segment.

    Raises:
        DataFileError: an entry cannot be read.
    """
    return {
        row.read("host", _place): _limit(row) for row in read_table(__package__, "hosts.tsv", _COLUMNS, unique="host")
    }


def _limit(row: Row) -> HostLimit:
    pause = row.read("pause", _seconds) if row["pause"] else FIRST_PAUSE
    if not row["reason"]:
        raise row.error("reason: is empty")
    return HostLimit(row.read("at_once", _positive), row.read("interval", _seconds), pause, row["reason"])


def _place(text: str) -> str:
    if not _PLACE.fullmatch(text):
        raise ValueError("neither a host nor a host and the first segment of a path")
    return text


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or text.startswith("0") or len(text) > 3:
        raise ValueError("not a number from 1 to 999")
    return int(text)


def _seconds(text: str) -> float:
    if not _SECONDS.fullmatch(text):
        raise ValueError("not a number of seconds below 10,000")
    return float(text)


def counted_with(host: str, path: str) -> str:
    """Return the name of the requests that share one limit: the host, or host and first path segment.

    A path is counted apart where ``hosts.tsv`` names it.
    """
    if host in _divided():
        segment = path.split("/", 2)[1:]
        if segment and (part := f"{host}/{segment[0]}") in host_limits():
            return part
    return host


@cache
def _divided() -> frozenset[str]:
    """Return the hosts of which a path is counted apart."""
    return frozenset(place.partition("/")[0] for place in host_limits() if "/" in place)


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class NetPolicy:
    """The limits of one run. Times are seconds, sizes bytes.

    Attributes:
        user_agent: sent with every request; honest, with a way to reach us.
        timeout: for one whole chain of redirects, all attempts of a hop together excluded.
        connect_timeout: for one TCP connection with its TLS handshake, and no longer than ``timeout``.
        max_time: the run budget; None is no budget.
        concurrency: requests under way at once, over all hosts.
        per_host: requests under way at once to one host.
        interval: least time between two starts to one host.
        attempts: how often a transient failure is tried in all.
        patience: the longest that a host's cool-down may last before its links are given up as rate limited.
        strikes: how many times in a row a host may be silent before it is given up for the run, and how many links to
            a part of it must meet bot protection before the rest is spared (0: none ever is; see ``protected.py``).
        allow_networks: networks that may be reached although they are not public (``--allow-network``).
        proxy: URL of an HTTP proxy, only on request.
        headers: headers that go to one destination each.
        cookies: the same of cookies.
        insecure: whose certificates are not verified where they are wrong.
        hosts: limits of single hosts.
    """

    user_agent: str = "linkwarden"
    timeout: float = 20.0
    connect_timeout: float = 10.0
    max_time: float | None = None
    concurrency: int = 128
    per_host: int = 6
    interval: float = 0.02
    attempts: int = 3
    patience: float = 90.0
    strikes: int = 3
    allow_networks: tuple[Network, ...] = ()
    proxy: str | None = None
    headers: tuple[PrivateHeader, ...] = ()
    cookies: tuple[CookieFile, ...] = ()
    insecure: tuple[Destination, ...] = ()
    hosts: tuple[Host, ...] = ()

    def limit_of(self, name: str) -> HostLimit:
        """Return the rate limit of what is counted together: the stricter of what the service asks for and this run's.

        A ``[[host]]`` entry replaces this run's numbers, and never those of a service (``hosts.tsv``).
        """
        wanted = limits_of(self.hosts, name.partition("/")[0]) if self.hosts else None
        per_host = self.per_host if wanted is None or wanted.per_host is None else wanted.per_host
        interval = self.interval if wanted is None or wanted.interval is None else max(self.interval, wanted.interval)
        known = host_limits().get(name)
        if known is None:
            return HostLimit(per_host, interval, FIRST_PAUSE, "")
        return HostLimit(min(per_host, known.per_host), max(interval, known.interval), known.pause, known.reason)

    def timeout_of(self, host: str) -> float | None:
        """Return the seconds that a ``[[host]]`` entry gives the URLs of a host, or None."""
        wanted = limits_of(self.hosts, host) if self.hosts else None
        return None if wanted is None else wanted.timeout
