"""Leaves out URLs whose host is reserved for examples: they are nobody's pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, ClassVar

from linkwarden.model import Claim, Evidence, Kind, Pass, Rule, Target, Verdict
from linkwarden.providers.base import Example, LoadContext, Provider
from linkwarden.text import host_of

if TYPE_CHECKING:
    from linkwarden.net import Net

RESERVED = Rule(
    "LW140",
    "reserved-for-examples",
    Verdict.IGNORED,
    "The host is reserved for examples.",
    "RFC 2606 and RFC 6761 reserve example.com, example.net, example.org and all names that end in .example, .test or "
    ".invalid, and RFC 5737, RFC 3849 and RFC 9637 some IP addresses, for documentation. Nobody has a page there: such "
    "a URL stands for one of the reader's own, so it is not checked.",
    "Nothing, if it is an example. Else write the real host.",
)

_ENDINGS = (".example", ".test", ".invalid", ".example.com", ".example.net", ".example.org")
_NETWORKS = tuple(
    ip_network(cidr) for cidr in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20")
)


class ReservedProvider(Provider):
    """Knows the hosts that are reserved for examples.

    Args:
        context: what is known of the run. An IP address in one of its networks is checked like any other.
    """

    name: ClassVar[str] = "reserved"
    rank: ClassVar[int] = 3
    online: ClassVar[bool] = False
    kind: ClassVar[Kind] = Kind.PAGE
    rules: ClassVar[tuple[Rule, ...]] = (RESERVED,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("https://example.com/install", "example.com"),
        Example("https://docs.example.org:8443/a.png", "docs.example.org", image=True),
        Example("http://192.0.2.7/", "192.0.2.7"),
        Example("http://[2001:db8::1]/", "2001:db8::1"),
        Example("https://example.com.linkwarden.dev/", None),
        Example("https://myexample.com/", None),
        Example("https://attest/", None),
        Example("http://localhost:8000/", None),
    )

    def __init__(self, context: LoadContext) -> None:
        self._allowed = tuple(ip_network(cidr, strict=False) for cidr in context.allow_networks)

    @classmethod
    def load(cls, ctx: LoadContext) -> ReservedProvider:
        return cls(ctx)

    def looks_at(self, host: str) -> bool:
        return self._is_reserved(host)

    def claim(self, target: Target) -> str | None:
        """Take a URL on a reserved host; the ident is the host."""
        host = host_of(target.address or "").strip("[]")
        return host if self._is_reserved(host) else None

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Evidence | Pass]:  # noqa: ARG002 - the contract
        """Settle each claim, unless the run has a network of its own in which such names lead somewhere."""
        invented = getattr(net, "is_invented", False)  # offline there is no network
        for claim in claims:
            if invented:
                yield Pass(claim.target.key)
            else:
                yield Evidence.of(claim, RESERVED, f"{claim.ident} is reserved for examples.")

    def _is_reserved(self, host: str) -> bool:
        if f".{host}".endswith(_ENDINGS):
            return True
        if not host or not (host[-1].isdecimal() or ":" in host):
            return False
        address = _reserved_address(host)
        return address is not None and not any(address in own for own in self._allowed)


@lru_cache(maxsize=1024)  # a list names the same few hosts over and over
def _reserved_address(host: str) -> IPv4Address | IPv6Address | None:
    """Return the IP address that a host is, if it is a reserved one."""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return address if any(address in network for network in _NETWORKS) else None
