"""Whether GitHub shows a picture that stands in a README: the rules of its image proxy.

Source: atmos/camo ``server.coffee`` and ``mime-types.json``; the 5 MiB are confirmed for GitHub (atmos/camo issue 95).
GitHub runs a fork of its own, so these rules are a lower bound.
"""

from __future__ import annotations

from linkwarden.model import Claim, Evidence, Rule
from linkwarden.providers import _picture_rules as rules
from linkwarden.providers._http import finding
from linkwarden.providers._pictures import CAMO_TYPES
from linkwarden.text import host_of
from linkwarden.wire import Response

MAX_BYTES = 5_242_880
MAX_REDIRECTS = 4
#: The proxy waits 10 s; what took us a little more may have taken it a little less.
CLEARLY_SLOW = 15.0
_MIB = 1_048_576

#: AVIF is not in the list of 2017; whether GitHub's fork of today passes it on is not known [U], so it is no finding.
_UNSURE_TYPES = frozenset({"image/avif"})


def is_proxied(host: str) -> bool:
    """Tell whether GitHub shows pictures of a host through its proxy; its own hosts are served directly."""
    return not (host == "github.com" or host.endswith((".githubusercontent.com", ".githubassets.com")))


def readme_evidence(claim: Claim, response: Response) -> Evidence | None:
    """Say why GitHub will not show a picture that is otherwise fine, or None if it will.

    Args:
        claim: the link; the host of its address decides whether the proxy comes into it.
        response: an answer with a picture.
    """
    if not is_proxied(host_of(claim.target.address or "")):
        return None
    reason = _redirects(response) or _type(response) or _weight(response)
    return finding(claim, reason[0], reason[1], response) if reason else None


def _redirects(response: Response) -> tuple[Rule, str] | None:
    if any(hop.status == 308 for hop in response.hops):
        return rules.REDIRECT_308, "GitHub will not show the picture: its image proxy does not follow a redirect 308."
    if len(response.hops) > MAX_REDIRECTS:
        count = len(response.hops)
        return (
            rules.TOO_MANY_HOPS,
            f"GitHub will not show the picture: it is {count} redirects away; 4 are allowed.",
        )
    return None


def _type(response: Response) -> tuple[Rule, str] | None:
    media_type = response.media_type
    if not media_type:
        return rules.NO_TYPE, "GitHub will not show the picture: the server does not say what type it is."
    if media_type in CAMO_TYPES or media_type in _UNSURE_TYPES:
        return None
    shown = media_type if len(media_type) <= 60 else media_type[:57] + "..."
    return rules.TYPE_NOT_SHOWN, f"GitHub will not show the picture: the server calls it {shown}."


def _weight(response: Response) -> tuple[Rule, str] | None:
    length = response.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and len(length) < 19 and int(length) > MAX_BYTES:
        size = f"{int(length) / _MIB:.1f} MiB"
        return rules.TOO_LARGE, f"GitHub will not show the picture: it has {size}, and 5 MiB are allowed."
    if response.elapsed > CLEARLY_SLOW:
        return rules.SLOW_PICTURE, f"GitHub may not show the picture: its server took {response.elapsed:.0f} seconds."
    return None
