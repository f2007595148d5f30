"""What holds for single hosts: what the user gives one of them alone, and the limits that a file sets for one.

Headers, passwords, cookies and a certificate that is not verified come from the command line, the environment and
Python code, never from a file of the repository (docs/threat-model.md).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import field
from ipaddress import IPv6Address
from pathlib import Path

from linkwarden.model import UsageError
from linkwarden.patterns import pattern
from linkwarden.records import dataclass
from linkwarden.whatwg import host as browsers_host

_PLACE = pattern(
    r"(?:(?P<scheme>https?)://)?(?P<below>\*\.)?(?P<host>\[[0-9a-f:.]+\]|[^\s/?#@:\[\]*\\%]+)(?::(?P<port>\d{1,5}))?/?",
    re.IGNORECASE,
)
_PORTS = {"https": 443, "http": 80}
#: A header that is given as text: a place, a name (RFC 9110 section 5.6.2) and a value of visible ASCII and blanks.
_HEADER = pattern(r"(?P<place>\S+?):?[ \t]+(?P<name>[!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(?P<value>[\x21-\x7e][ -~]*)")
_TWO = pattern(r"(?P<place>\S+?):?[ \t]+(?P<rest>\S.*)", re.DOTALL)
#: Headers that make the request what it is, or that linkwarden needs as it sets them.
_OURS = pattern(
    r"host|connection|content-.*|transfer-encoding|te|trailer|upgrade|keep-alive|expect|proxy-.*|accept-encoding|range"
    r"|if-.*|:.*",
    re.IGNORECASE,
)
#: Secrets that are shorter are not looked for in responses: they would be found everywhere.
SHORTEST_SECRET = 6


@dataclass(frozen=True, slots=True)
class Destination:
    """A host as the user names it.

    Attributes:
        host: as it goes over the wire, IPv6 in brackets.
        below: the hosts below it are meant, and not itself (``*.example.org``).
        scheme: https, unless the user says http.
        port: of the scheme, unless the user says another.
    """

    host: str
    below: bool = False
    scheme: str = "https"
    port: int = 443

    def holds(self, scheme: str, host: str, port: int | None) -> bool:
        """Return whether requests to this scheme, host (IPv6 without brackets) and port go there."""
        return scheme == self.scheme and port == self.port and self.names(host)

    def names(self, host: str) -> bool:
        """Return whether it is this host, or one of these, whatever scheme and port."""
        own = self.host.strip("[]")
        return host.endswith(f".{own}") if self.below else host == own

    def __str__(self) -> str:
        scheme = "http://" if self.scheme == "http" else ""
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{scheme}{'*.' if self.below else ''}{self.host}{port}"


@dataclass(frozen=True, slots=True)
class PrivateHeader:
    """A request header for one place. What is secret in it does not show in ``repr``."""

    to: Destination
    name: str
    value: str = field(repr=False)

    @property
    def secrets(self) -> frozenset[str]:
        """What must not show anywhere: the value, and what it consists of."""
        found = {self.value}
        if self.name.lower() == "cookie":
            found |= {pair.partition("=")[2].strip() for pair in self.value.split(";")}
        scheme, _, rest = self.value.partition(" ")
        found.add(rest.strip())
        if scheme.lower() == "basic":
            try:
                account = base64.b64decode(rest, validate=True).decode("utf-8", "replace")
            except (binascii.Error, ValueError):
                account = ""
            found |= {account, account.partition(":")[2]}
        return frozenset(secret for secret in found if len(secret) >= SHORTEST_SECRET)


@dataclass(frozen=True, slots=True)
class CookieFile:
    """A file of cookies in Netscape's format, of which those for one place are sent there."""

    to: Destination
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A ``[[host]]`` entry of the configuration: limits of one host, or of those below a domain (``*.example.org``).

    Attributes:
        name: host, or ``*.`` and a domain.
        per_host: requests at the same time, or None for the run's.
        timeout: seconds for one URL, or None for the run's.
        interval: seconds from the start of one request to that of the next, at least; or None.
    """

    name: str
    per_host: int | None = None
    timeout: float | None = None
    interval: float | None = None

    def covers(self, host: str) -> bool:
        """Return whether it is about this host."""
        return host.endswith(self.name[1:]) if self.name.startswith("*.") else host == self.name


def limits_of(hosts: Iterable[Host], host: str) -> Host | None:
    """Return the entry for a host: its own, else that of the nearest domain above it, else None."""
    return max(
        (each for each in hosts if each.covers(host)), key=lambda h: (h.name[:1] != "*", len(h.name)), default=None
    )


def read_destination(text: str, *, what: str) -> Destination:
    """Return the place that ``docs.example.org``, ``*.example.org``, ``host:8443`` or ``http://host`` means.

    Raises:
        UsageError: it is none.
    """
    match = _PLACE.fullmatch(text)
    name = host_name(match["host"]) if match is not None else None
    port = int(match["port"]) if match is not None and match["port"] else None
    if match is None or name is None or (port is not None and not 0 < port < 65_536):
        raise UsageError(f"{what}: names no host", "Begin with a host, such as docs.example.org or *.example.org:8443.")
    if match["below"] and ("." not in name.strip("[].") or name.startswith("[") or name[-1].isdigit()):
        raise UsageError(f"{what}: *.{name} would be everybody's", "Name the domain that is yours: *.example.org.")
    scheme = (match["scheme"] or "https").lower()
    return Destination(name, bool(match["below"]), scheme, port or _PORTS[scheme])


def host_name(text: str) -> str | None:
    """Return a host as it goes over the wire, or None if it is none."""
    if text.startswith("["):
        try:
            return f"[{IPv6Address(text.strip('[]')).compressed}]"
        except ValueError:
            return None
    name = browsers_host(text)
    return name if name and re.fullmatch(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*", name) else None


def read_destinations(given: tuple[str, ...], *, what: str) -> tuple[Destination, ...]:
    """Return the places whose certificates are not verified.

    Raises:
        UsageError: one is no host, or has no certificate.
    """
    found = tuple(read_destination(text.strip(), what=what) for text in given)
    if any(each.scheme == "http" for each in found):
        raise UsageError(f"{what}: http has no certificate", "Name the host without http://.")
    return found


def read_headers(given: tuple[str, ...], *, what: str) -> tuple[PrivateHeader, ...]:
    """Return the headers that texts such as ``docs.example.org X-Key: value`` mean. No message shows a value.

    Raises:
        UsageError: one is no host with a header, or a header that is not the user's to set.
    """
    return tuple(_header(text.strip(" \t"), what) for text in given)


def _header(text: str, what: str) -> PrivateHeader:
    _refuse_controls(text, what)
    match = _HEADER.fullmatch(text)
    if match is None:
        raise UsageError(
            f"{what}: not a host, a name and a value", 'Write it like this: "docs.example.org X-Key: value".'
        )
    name = match["name"]
    if name.lower() == "user-agent":
        raise UsageError(f"{what}: linkwarden says who it is", "--contact adds to the User-Agent.")
    if _OURS.fullmatch(name):
        raise UsageError(f"{what}: {name} is not for you to set", "It is part of how requests are made.")
    return PrivateHeader(read_destination(match["place"], what=what), name, match["value"].rstrip())


def read_accounts(given: tuple[str, ...], *, what: str) -> tuple[PrivateHeader, ...]:
    """Return the headers for texts such as ``docs.example.org user:password`` (RFC 7617). No message shows one.

    Raises:
        UsageError: one is no host with user and password.
    """
    return tuple(_account(text.strip(" \t"), what) for text in given)


def _account(text: str, what: str) -> PrivateHeader:
    _refuse_controls(text, what)
    match = _TWO.fullmatch(text)
    if match is None or ":" not in match["rest"]:
        raise UsageError(
            f"{what}: not a host, a user and a password", 'Write it like this: "docs.example.org user:password".'
        )
    secret = base64.b64encode(match["rest"].encode("utf-8", "surrogateescape")).decode("ascii")
    return PrivateHeader(read_destination(match["place"], what=what), "Authorization", f"Basic {secret}")


def read_cookie_files(given: tuple[str, ...], *, what: str) -> tuple[CookieFile, ...]:
    """Return the files that texts such as ``docs.example.org cookies.txt`` name.

    Raises:
        UsageError: one is no host with a file.
    """
    return tuple(_cookie_file(text.strip(), what) for text in given)


def _cookie_file(text: str, what: str) -> CookieFile:
    match = _TWO.fullmatch(text)
    if match is None or "\0" in text:
        raise UsageError(f"{what}: not a host and a file", 'Write it like this: "docs.example.org cookies.txt".')
    return CookieFile(read_destination(match["place"], what=what), Path(match["rest"]))


def _refuse_controls(text: str, what: str) -> None:
    if re.search(r"[\x00-\x08\x0a-\x1f\x7f]", text):
        raise UsageError(f"{what}: holds a line break or another control character", "Give each on a line of its own.")
