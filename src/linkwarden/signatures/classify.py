"""How a URL ends, by its signature."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from urllib.parse import unquote_plus

from linkwarden.patterns import pattern
from linkwarden.signatures import edge, images, keyed, sites, stores
from linkwarden.signatures.model import FIRST_END, NOT_SIGNED, Refused, Scheme, Signature, Status
from linkwarden.url import AmbiguousError, Url, parse, patterns_for, plain_host

#: In the order in which they are tried: the more a scheme's marks are its own, the earlier.
SCHEMES: tuple[Scheme, ...] = (
    *sites.SCHEMES,
    *stores.SCHEMES,
    *keyed.SCHEMES,
    *images.SCHEMES,
    *edge.SCHEMES,
    *edge.TOKENS,
    *edge.GENERIC,
)

#: The URL of an archived copy holds another URL; the copy does not end with it, so it is never looked at.
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


def classify(text: str) -> Signature:
    """Return whether and when a URL ends, by the URL alone. Pure; never raises.

    Args:
        text: the URL as a browser would take it (character references decoded). Anything but an absolute
            http(s) URL gives status ``none``.
    """
    url = None if has_nothing(text) else parse(text)
    if url is None or url.on(*_ARCHIVES):
        return NOT_SIGNED
    return _combine([reading for scheme in _candidates(url) if (reading := _read(scheme, url)) is not None])


def is_signed(text: str) -> bool:
    """Return whether a URL carries a signature or token, so that changing its query would break it."""
    return classify(text).status in (
        Status.DATED,
        Status.MALFORMED,
        Status.EPHEMERAL,
        Status.SERVER_SIDE,
        Status.PERMANENT,
    )


def refuses_with_401(text: str) -> bool:
    """Return whether 401 is how the server of a signed URL refuses the signature, so that no log-in is meant."""
    url = parse(text)
    return url is not None and any(s.refuses_with_401 and _read(s, url) for s in _candidates(url))


_HOST = pattern(r"https?://[^/?#\\]*", re.IGNORECASE)
_PARAMETER = pattern(r"[?&]([^=&#]+)=([^&#]*)")


def secret_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Return where the secrets of a signed URL are: pairs of start and end, in order and apart from each other.

    What is secret is said by each scheme by which the URL is signed, also where its end has passed or cannot be read.

    Args:
        text: the URL, nothing before or after it.
    """
    url = None if has_nothing(text) else parse(text)
    if url is None:
        return ()
    host = _HOST.match(text)
    at = host.end() if host else 0
    rest = text[at:].partition("#")[0]
    named = [
        (unquote_plus(match[1]).lower().removeprefix("amp;"), match.span(2)) for match in _PARAMETER.finditer(rest)
    ]
    # Spans are found faster than a scheme is read, and most URLs have none.
    found = {
        (at + start, at + end)
        for scheme in _candidates(url)
        if (spans := _secrets(scheme, named, rest)) and _read(scheme, url) is not None
        for start, end in spans
    }
    apart: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if apart and start <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        elif start < end:
            apart.append((start, end))
    return tuple(apart)


def _secrets(scheme: Scheme, named: Sequence[tuple[str, tuple[int, int]]], rest: str) -> list[tuple[int, int]]:
    """Return where a scheme has its secrets in what follows the host, whose parameters are given by name."""
    spans = [span for name, span in named if name in scheme.secrets] if scheme.secrets else []
    if scheme.secret_part is not None:
        spans += [match.span(1) for match in scheme.secret_part.finditer(rest)]
    return spans


_HOSTS = frozenset(pattern for scheme in SCHEMES for pattern in scheme.only_on)
_EVERYWHERE = tuple(scheme for scheme in SCHEMES if not scheme.only_on)
_EVERYWHERE_UNMARKED = tuple(scheme for scheme in _EVERYWHERE if not scheme.marks)


_HINTS = tuple(dict.fromkeys(hint for scheme in _EVERYWHERE_UNMARKED for hint in scheme.hints))


@lru_cache(maxsize=16_384)  # a list names the same hosts over and over
def _is_nowhere_special(host: str) -> bool:
    return patterns_for(host).isdisjoint(_HOSTS)


def has_nothing(text: str) -> bool:
    """Return whether a URL cannot be signed, by a look at its host and its characters: so are most of a list."""
    if "?" in text or "%" in text:
        return False
    for hint in _HINTS:
        if hint in text:
            return False
    host = plain_host(text)
    return host is not None and _is_nowhere_special(host)


def _candidates(url: Url) -> Sequence[Scheme]:
    """Return the schemes that a URL's host and parameters allow, in order."""
    if url.domains.isdisjoint(_HOSTS):
        if not url.params:  # most URLs of a list: three comparisons and out
            return _EVERYWHERE_UNMARKED
        return [scheme for scheme in _EVERYWHERE if _marked(scheme, url)]
    return [scheme for scheme in SCHEMES if (not scheme.only_on or url.on(*scheme.only_on)) and _marked(scheme, url)]


def _marked(scheme: Scheme, url: Url) -> bool:
    return not scheme.marks or not url.names.isdisjoint(scheme.marks)


def _read(scheme: Scheme, url: Url) -> Signature | None:
    at_home = bool(scheme.only_on) or url.on(*scheme.home)
    try:
        reading = scheme.read(url)
    except (Refused, AmbiguousError) as refusal:
        # On a host that is not the operator's the same names may mean something else; there the server decides.
        certain = at_home or scheme.sure(url)
        return Signature(status=Status.MALFORMED, scheme=scheme.id, why=str(refusal), low_confidence=not certain)
    if reading is None or (not at_home and reading.expires_at is not None and reading.expires_at < FIRST_END):
        return None
    return replace(reading, scheme=scheme.id)


def _combine(readings: list[Signature]) -> Signature:
    """Return what several schemes say of one URL: the first that ends it, at the earliest instant of all.

    GitHub's release files carry an Azure signature for an hour and a token for five minutes; both must hold.
    """
    ending = [reading for reading in readings if reading.status is not Status.PERMANENT]
    ending.sort(key=lambda reading: reading.low_confidence)  # stable: sure ones first, otherwise as tried
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
