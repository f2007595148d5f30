"""Remarks on URLs of GitHub's image proxy, camo: the image's own URL is written in them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import parse_qs

from linkwarden import closed
from linkwarden.model import Basis, Claim, Evidence, Fact, Kind, Pass, Rule, Suggestion, Target, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example, Provider
from linkwarden.signatures import Status, classify
from linkwarden.text import host_of, mask_secrets
from linkwarden.url import parse

if TYPE_CHECKING:
    from linkwarden.net import Net

_HOST = "camo.githubusercontent.com"
# The digest is an HMAC: 40 hex digits of SHA-1 (older) or 64 of SHA-256. The URL follows byte by byte in hex
# (docs/facts/github-rendering.md#camo-urls).
_CAMO = pattern(
    rf"https?://{re.escape(_HOST)}(?::[0-9]+)?/(?:[0-9a-f]{{40}}|[0-9a-f]{{64}})"
    r"(?:/((?:[0-9a-f]{2})+)/?(?:[?#].*)?|\?([^#]*)(?:#.*)?)",
    re.IGNORECASE | re.DOTALL,
)
_URL = pattern(r"https?://[^\s/\x00-\x20\x7f][^\s\x00-\x20\x7f]*", re.IGNORECASE)

CAMO = Rule(
    "LW230",
    "camo-address",
    Verdict.DEGRADED,
    "The URL is GitHub's image proxy, copied from a rendered page.",
    "GitHub shows foreign images through camo.githubusercontent.com. Such a URL works until GitHub forgets it or the "
    "image behind it goes, and it hides where the image comes from. linkwarden requests it as readers do; the image's "
    "own URL is written in it.",
    "Replace it with the image's own URL, with https where the site offers it.",
)
UNREADABLE = Rule(
    "LW231",
    "camo-address-unreadable",
    Verdict.BROKEN,
    "The URL is GitHub's image proxy, and no image's URL can be read from it.",
    "A proxy URL ends with a checksum and the image's URL in hexadecimal. Where that is cut or changed, GitHub has "
    "nothing to show.",
    "Copy the URL of the original image, or commit the image to the repository.",
)

_UNREADABLE_IDENT = "unreadable"


class CamoProvider(Provider):
    """Reads the image's own URL out of one of GitHub's image proxy; the proxy's URL is requested like any other."""

    name: ClassVar[str] = "camo"
    rank: ClassVar[int] = 5
    online: ClassVar[bool] = False
    kind: ClassVar[Kind] = Kind.IMAGE
    domains: ClassVar[frozenset[str]] = frozenset({_HOST})
    rules: ClassVar[tuple[Rule, ...]] = (CAMO, UNREADABLE)
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            f"https://camo.githubusercontent.com/{'0a' * 32}/68747470733a2f2f612e6578616d706c652f622e706e67",
            "https://a.example/b.png",
            image=True,
        ),
        Example("https://camo.githubusercontent.com/0a0a/68747470", _UNREADABLE_IDENT, image=True),
        Example("https://camo.example/0a0a/68747470", None),
    )

    def claim(self, target: Target) -> str | None:
        """Take every URL on the proxy's host; the ident is the image's own URL."""
        url = target.address or ""
        return (unwrap(url) or _UNREADABLE_IDENT) if host_of(url) == _HOST else None

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Evidence | Pass]:  # noqa: ARG002 - the contract; nothing is asked
        """Pass each claim on with a remark; a URL in which none can be read is settled."""
        for claim in claims:
            inner = unwrap(claim.target.address or "")
            if inner is None:
                reason = "This is GitHub's image proxy, and the URL of the image cannot be read from it."
                yield Evidence.of(claim, UNREADABLE, reason)
            else:
                yield Pass(claim.target.key, note=_note(claim, inner))


def unwrap(url: str) -> str | None:
    """Return the URL inside a camo URL (one layer), or None where there is none that can be read."""
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
    return inner if _URL.fullmatch(inner) else None


def _note(claim: Claim, inner: str) -> Evidence:
    return Evidence.of(
        claim,
        CAMO,
        "The URL is GitHub's image proxy, copied from a rendered page; it stops when GitHub forgets it. "
        f"The image itself is at {mask_secrets(inner)}",
        suggestion=_suggestion(inner),
        facts=(Fact("The image's own URL is written in the proxy's URL.", url=mask_secrets(inner)),),
    )


def _suggestion(inner: str) -> Suggestion | None:
    """Return the image's own URL, unless it is no better: one that ends, of a closed service, or of the proxy again."""
    url = parse(inner)
    lasting = classify(inner).status in (Status.NONE, Status.PERMANENT, Status.FRAGILE)
    if not lasting or url is None or url.host == _HOST or closed.find(url) is not None:
        return None
    https = "" if inner.lower().startswith("https:") else ", with https where the site offers it"
    return Suggestion(inner, f"the image's own URL, if it still shows the image{https}", Basis.HELD_INSIDE)
