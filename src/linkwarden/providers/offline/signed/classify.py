"""The one question of this package: how does this address end?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import parse_qs

from linkwarden.providers.offline.closed import table as closed
from linkwarden.providers.offline.signed import edge, keyed, sites, stores
from linkwarden.providers.offline.signed import edge as tokens
from linkwarden.providers.offline.signed.address import NOT_SIGNED, Address, Refused, Scheme, Signature, Status, parse
from linkwarden.providers.offline.signed.advice import site_of

CAMO_HOST = "camo.githubusercontent.com"
DEEPEST_CAMO = 3  # a proxy address inside a proxy address is a paste gone wrong, not a place to search on
# The digest is an HMAC: 40 hex digits of SHA-1 (older) or 64 of SHA-256. The address follows byte by byte in hex.
_CAMO = re.compile(
    rf"https?://{re.escape(CAMO_HOST)}(?::[0-9]+)?/(?:[0-9a-f]{{40}}|[0-9a-f]{{64}})"
    r"(?:/((?:[0-9a-f]{2})+)/?(?:[?#].*)?|\?([^#]*)(?:#.*)?)",
    re.IGNORECASE | re.DOTALL,
)
_ADDRESS = re.compile(r"https?://[^\s/\x00-\x20\x7f][^\s\x00-\x20\x7f]*", re.IGNORECASE)


def unwrap(url: str) -> str | None:
    """Give the address inside a camo address (one layer), or None where there is none that can be read."""
    match = _CAMO.fullmatch(url)
    if not match:
        return None
    if match[1] is None:
        values = parse_qs(match[2]).get("url", [])  # the proxy's other documented form
        inner = values[0] if len(values) == 1 else ""
    else:
        try:
            inner = bytes.fromhex(match[1]).decode("utf-8")
        except UnicodeDecodeError:
            return None
    return inner if _ADDRESS.fullmatch(inner) else None


#: In the order in which they are asked: the more a scheme's marks are its own, the earlier.
SCHEMES: tuple[Scheme, ...] = (
    *sites.SCHEMES,
    *stores.SCHEMES,
    *keyed.SCHEMES,
    *edge.SCHEMES,
    *tokens.TOKENS,
    *tokens.GENERIC,
)

#: Whatever stands in an archive's address is frozen and does not expire; never look inside.
_ARCHIVES = (
    "web.archive.org",
    "*.archive.org",
    "*.archive.today",
    "*.archive.ph",
    "*.archive.is",
    "*.archive.li",
    "*.archive.md",
    "*.archive.vn",
    "*.archive.fo",
    "*.perma.cc",
    "*.webcitation.org",
    "*.arquivo.pt",
    "webarchive.nationalarchives.gov.uk",
    "*.archive-it.org",
)


def classify(url: str) -> Signature:
    """Read from an address alone whether and when it ends. Pure; never raises.

    Args:
        url: the address as a browser would take it (character references decoded). Anything but an absolute
            http(s) address gives status ``none``.
    """
    return _classify(url, DEEPEST_CAMO)


def _classify(url: str, depth: int) -> Signature:
    address = parse(url)
    if address is None or address.on(*_ARCHIVES):
        return NOT_SIGNED
    if address.host == CAMO_HOST:
        return _through_camo(url, depth)
    service = closed.find(address)
    if service is not None:
        return Signature(
            status=Status.DEFUNCT, scheme="defunct-host", provider=service.id, why=f"{service.name} is closed"
        )
    found = _combine([reading for scheme in _candidates(address) if (reading := _ask(scheme, address)) is not None])
    site = site_of(address) if found.status is not Status.NONE else None
    return replace(found, provider=site.id) if site else found


def _through_camo(url: str, depth: int) -> Signature:
    inner = unwrap(url)
    if inner is None or depth == 0:
        why = "no picture's address can be read from this proxy address"
        return Signature(status=Status.MALFORMED, scheme="camo", provider="github", why=why)
    found = _classify(inner, depth - 1)
    return replace(found, unwraps_to=found.unwraps_to or inner)


_HOSTS = frozenset(pattern for scheme in SCHEMES for pattern in scheme.only_on)
_EVERYWHERE = tuple(scheme for scheme in SCHEMES if not scheme.only_on)
_EVERYWHERE_UNMARKED = tuple(scheme for scheme in _EVERYWHERE if not scheme.marks)


def _candidates(address: Address) -> Sequence[Scheme]:
    """Give the schemes that an address's host and parameters allow, in order."""
    if address.domains.isdisjoint(_HOSTS):
        if not address.params:  # most addresses of a list: three comparisons and out
            return _EVERYWHERE_UNMARKED
        return [scheme for scheme in _EVERYWHERE if _marked(scheme, address)]
    return [
        scheme for scheme in SCHEMES if (not scheme.only_on or address.on(*scheme.only_on)) and _marked(scheme, address)
    ]


def _marked(scheme: Scheme, address: Address) -> bool:
    return not scheme.marks or not address.names.isdisjoint(scheme.marks)


def _ask(scheme: Scheme, address: Address) -> Signature | None:
    try:
        reading = scheme.read(address)
    except Refused as refusal:
        # On a host that is not the operator's the same names may mean something else; there the server decides.
        certain = bool(scheme.only_on) or address.on(*scheme.home) or scheme.sure(address)
        return Signature(status=Status.MALFORMED, scheme=scheme.id, why=str(refusal), low_confidence=not certain)
    return reading if reading is None else replace(reading, scheme=scheme.id)


def _combine(readings: list[Signature]) -> Signature:
    """Weigh what several schemes say of one address: the first that ends it, at the earliest instant of all.

    GitHub's release files carry an Azure signature for an hour and a token for five minutes; both must hold.
    """
    ending = [reading for reading in readings if reading.status is not Status.PERMANENT]
    ending.sort(key=lambda reading: reading.low_confidence)  # stable: sure ones first, otherwise as asked
    if not ending:
        return readings[0] if readings else NOT_SIGNED
    first = ending[0]
    if first.status is not Status.DATED:
        return first
    sure = [reading for reading in ending[1:] if reading.status is Status.DATED and not reading.low_confidence]
    for other in sure:
        if other.expires_at is not None and first.expires_at is not None and other.expires_at < first.expires_at:
            first = replace(
                first,
                expires_at=other.expires_at,
                upper_bound=other.upper_bound,
                hard_limit=other.hard_limit,
                sentinel=other.sentinel,
                why=other.why,
            )
    return first
