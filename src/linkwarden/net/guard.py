"""The address guard: no request to a place that is not on the public internet.

A list comes from strangers, and so does every redirect. Without a guard, a checker in somebody's network sends
requests to its routers, dashboards and cloud metadata services on a stranger's word (server-side request forgery).
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from linkwarden.net.policy import Network
from linkwarden.wire import NetError, NetErrorKind

_NOT_PUBLIC = "the host leads to an address that is not on the public internet"

#: Own table: ``ipaddress.is_global`` differs between patch releases of Python and calls multicast and Azure's
#: metadata address public. IANA special-purpose registries, plus 168.63.129.16 (Azure WireServer).
_DENIED = tuple(
    map(
        ipaddress.ip_network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
            *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3", "168.63.129.16/32"),
            *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
        ),
    )
)
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")  # RFC 4291 section 2.4; all else is special
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052

#: "Bad ports" of the WHATWG Fetch standard: services that could be made to act on what a request says.
BAD_PORTS = frozenset(
    (
        *(0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104),
        *(109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515),
        *(526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049),
        *(3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080),
    )
)


class BlockedAddress(OSError):  # noqa: N818 - it is what happened, in the words of the report
    """The guard refused to connect. The message never names the address: reports are public."""

    def __init__(self) -> None:
        super().__init__(_NOT_PUBLIC)


class Guard:
    """Decides where requests may go.

    Attributes:
        allowed: networks that may be reached although they are not public (``--allow-network``).
    """

    def __init__(self, allowed: Iterable[Network] = ()) -> None:
        self.allowed = tuple(allowed)
        self._known: dict[str, bool] = {}

    def check_url(self, url: URL) -> None:
        """Refuse what its text alone forbids: a bad port, an IP address that is not public.

        Raises:
            NetError: BLOCKED.
        """
        if url.port in BAD_PORTS:
            detail = f"port {url.port} belongs to another service than the web"
            raise NetError(NetErrorKind.BLOCKED, detail, host=url.raw_host or "")
        host = (url.raw_host or "").rstrip(".")
        if _is_ip_address(host) and not self.may_connect(host):
            raise NetError(NetErrorKind.BLOCKED, _NOT_PUBLIC, host=url.raw_host or "")

    def may_connect(self, address: str) -> bool:
        """Return whether an IP address is public or was allowed; embedded IPv4 addresses are unwrapped first."""
        verdict = self._known.get(address)
        if verdict is None:
            verdict = self._known[address] = _is_public(address) or self._is_allowed(address)
        return verdict

    def _is_allowed(self, address: str) -> bool:
        ip = ipaddress.ip_address(address.partition("%")[0])
        if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        return any(ip.version == network.version and ip in network for network in self.allowed)

    def socket_factory(self, addr_info: Any) -> socket.socket:
        """Make the socket for exactly the address that is about to be connected: no name can change in between.

        Raises:
            BlockedAddress: the address is not public.
        """
        family, kind, proto, _, address = addr_info
        if not self.may_connect(address[0]):
            raise BlockedAddress
        sock = socket.socket(family, kind, proto)
        sock.setblocking(False)
        return sock


class GuardedResolver(AbstractResolver):
    """Asks another resolver, and refuses a name if any of its addresses is not public.

    The socket factory is the wall; this gives the clear reason, and refuses names that mix good and bad addresses
    to slip through (DNS rebinding).
    """

    def __init__(self, inner: AbstractResolver, guard: Guard) -> None:
        self._inner = inner
        self._guard = guard

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a name.

        Raises:
            BlockedAddress: one of them is not public.
            OSError: whatever the inner resolver raises.
        """
        found = await self._inner.resolve(host, port, family)
        if not all(self._guard.may_connect(entry["host"]) for entry in found):
            raise BlockedAddress
        return found

    async def close(self) -> None:
        """Close the inner resolver."""
        await self._inner.close()


def _is_ip_address(host: str) -> bool:
    """Return whether a host is an IP address and no name ("host1" and "a.web3" are names)."""
    if ":" not in host and not host[-1:].isdigit():
        return False  # nearly every host
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif ip in _NAT64:
            ip = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        elif ip not in _GLOBAL_UNICAST:
            return False
    return not any(ip.version == network.version and ip in network for network in _DENIED)
