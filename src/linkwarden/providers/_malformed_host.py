"""What is wrong with the site's name in an address (WHATWG URL standard, "host parsing"; RFC 1035 for the lengths)."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from urllib.parse import unquote

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

#: Top-level names that the public directory of names will never hold.
_PRIVATE = frozenset({"local", "internal", "invalid", "localhost", "localdomain"})
_OTHER_NETWORKS = frozenset({"onion", "i2p"})
_DOTS = str.maketrans(dict.fromkeys("\u3002\uff0e\uff61", "."))  # UTS 46 maps them to the full stop
_BRACKETS_AND_QUOTES = frozenset({"Pi", "Pf", "Ps", "Pe"})
_LABEL = re.compile(r"[A-Za-z0-9_-]*\Z")
_NUMBER = re.compile(r"(?:\d+|0[xX][0-9A-Fa-f]*)\Z", re.ASCII)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class Place(StrEnum):
    """Where a host lies, as far as its name tells."""

    PUBLIC = "public"
    LOOPBACK = "loopback"
    PRIVATE = "private"
    OTHER_NETWORK = "other-network"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Host:
    """What the name of a host tells.

    Attributes:
        place: where it lies.
        why: for NOWHERE, the end of a sentence that begins with the site's name.
        ip: the address, where the name is one.
    """

    place: Place
    why: str = ""
    ip: IPAddress | None = None


@lru_cache(maxsize=1024)  # a list names the same few hosts over and over
def read_host(text: str) -> Host:
    """Read what stands between ``//`` and the port."""
    if text.startswith("["):
        return _ipv6(text)
    name = unquote(text).translate(_DOTS)
    if any(c.isspace() or ord(c) < 0x20 or ord(c) == 0x7F for c in name):
        return Host(Place.NOWHERE, "has a space in it")
    name = name.removesuffix(".").lower()
    labels = name.split(".")
    if "" in labels:
        return Host(Place.NOWHERE, "has two dots in a row, or one at its beginning")
    if _NUMBER.match(labels[-1]):
        return _ipv4(labels)
    return _bad_name(name, labels) or Host(_place(labels))


def _bad_name(name: str, labels: list[str]) -> Host | None:
    # Below a registered name a server may answer to anything; above it registries allow letters, digits and hyphens.
    registered = labels[-2:]
    odd = next((c for label in registered for c in label if c.isascii() and not _LABEL.match(c)), "")
    odd = odd or next((c for c in name if not c.isascii() and _closes_or_cuts(c)), "")
    if odd:
        return Host(Place.NOWHERE, f'has "{odd}" in it')
    if "_" in labels[-1]:
        return Host(Place.NOWHERE, 'ends with a part that has "_" in it')
    if name.isascii() and (len(name) > 253 or any(len(label) > 63 for label in labels)):
        return Host(Place.NOWHERE, "is longer than a site's name can be")
    return None


def _closes_or_cuts(char: str) -> bool:
    return unicodedata.category(char) in _BRACKETS_AND_QUOTES or char == "…"


def _place(labels: list[str]) -> Place:
    last = labels[-1]
    if last == "localhost":
        return Place.LOOPBACK
    if last in _PRIVATE or labels[-2:] == ["home", "arpa"]:
        return Place.PRIVATE
    if last in _OTHER_NETWORKS:
        return Place.OTHER_NETWORK
    # Some countries have had a site at their bare two-letter name.
    return Place.PRIVATE if len(labels) == 1 and last.isascii() and len(last) != 2 else Place.PUBLIC


def _ipv6(text: str) -> Host:
    inner, bracket, rest = text[1:].partition("]")
    try:
        ip: IPAddress = ipaddress.IPv6Address(unquote(inner))
    except ValueError:
        ip = ipaddress.IPv6Address("::")
        bracket = ""
    if not bracket or rest:
        return Host(Place.NOWHERE, "is no IPv6 address, though it begins with a bracket as one does")
    return Host(_place_of(ip), ip=ip)


def _ipv4(labels: list[str]) -> Host:
    """Read a name that ends in a number, as browsers do: 127.1 and 0x7f.1 are 127.0.0.1."""
    try:
        numbers = [int(label, _base(label)) if label not in ("0x", "0X") else 0 for label in labels]
    except ValueError:
        numbers = []
    if not 1 <= len(numbers) <= 4 or max(numbers[:-1], default=0) > 255 or numbers[-1] >= 256 ** (5 - len(numbers)):
        return Host(Place.NOWHERE, "ends with a number and is no IP address")
    ip = ipaddress.IPv4Address(numbers[-1] + sum(n << (8 * (3 - i)) for i, n in enumerate(numbers[:-1])))
    return Host(_place_of(ip), ip=ip)


def _base(label: str) -> int:
    if label[:2] in ("0x", "0X"):
        return 16
    return 8 if label.startswith("0") and len(label) > 1 else 10


def _place_of(ip: IPAddress) -> Place:
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif ip in _NAT64:
            ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if ip.is_loopback or ip.is_unspecified:
        return Place.LOOPBACK
    return Place.PUBLIC if ip.is_global and not ip.is_multicast else Place.PRIVATE
