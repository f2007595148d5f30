"""Images: what stands in ``<img>`` or ``![]()`` must be an image, and one that GitHub shows.

The first 4 KiB decide, and all of an SVG. Whether GitHub shows an image follows the rules of its image proxy
(atmos/camo, ``server.coffee``; GitHub runs a fork, so the rules are a lower bound).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from linkwarden.answers import rules as http
from linkwarden.answers.badges import Fault, badge_fault
from linkwarden.answers.conditional import answer_for, fetch_if_changed, with_validators
from linkwarden.answers.image_bytes import (
    CAMO_TYPES,
    SHOWN_TYPES,
    SIGNED_TYPES,
    as_text,
    is_cut_short,
    is_lfs_pointer,
    may_be_svg,
    size_of,
    sniff,
    what_else,
)
from linkwarden.answers.read import RULES, from_response, status_evidence
from linkwarden.answers.redirects import move_of
from linkwarden.answers.stores import Meaning, store_error
from linkwarden.answers.wellformed import MOST_BYTES, svg_flaw
from linkwarden.foreign import charset_of
from linkwarden.model import Basis, Claim, Evidence, Kind, Pass, Rule, Suggestion, Target
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example, Provider, by_ident
from linkwarden.providers.web.image import rules
from linkwarden.text import host_of
from linkwarden.wire import HTML_TYPES, NetError, Request, Response

if TYPE_CHECKING:
    from linkwarden.net import Net


MAX_BYTES = 5_242_880
MAX_REDIRECTS = 4
#: The proxy waits 10 s; what took us a little more may have taken it a little less.
CLEARLY_SLOW = 15.0
_MIB = 1_048_576

#: Whether GitHub's proxy passes AVIF on today is not known, so no finding (docs/facts/github-rendering.md#camo-types).
_UNSURE_TYPES = frozenset({"image/avif"})


def is_proxied(host: str) -> bool:
    """Return whether GitHub shows images of a host through its proxy; its own hosts are served directly."""
    return not (host == "github.com" or host.endswith((".githubusercontent.com", ".githubassets.com")))


def readme_evidence(claim: Claim, response: Response) -> Evidence | None:
    """Return why GitHub will not show an image that is otherwise fine, or None if it will.

    Args:
        claim: the link; the host of its URL decides whether the proxy comes into it.
        response: a response with an image.
    """
    if not is_proxied(host_of(claim.target.address or "")):
        return None
    reason = _redirects(response) or _type(response) or _weight(response)
    return from_response(claim, response, reason[0], reason[1]) if reason else None


def _redirects(response: Response) -> tuple[Rule, str] | None:
    if any(hop.status == 308 for hop in response.hops):
        return rules.REDIRECT_308, "GitHub will not show the image: its image proxy does not follow a redirect 308."
    if len(response.hops) > MAX_REDIRECTS:
        count = len(response.hops)
        return (
            rules.TOO_MANY_HOPS,
            f"GitHub will not show the image: it is {count} redirects away; 4 are allowed.",
        )
    return None


def _type(response: Response) -> tuple[Rule, str] | None:
    media_type = response.media_type
    if not media_type:
        return rules.NO_TYPE, "GitHub will not show the image: the server does not say what type it is."
    if media_type in CAMO_TYPES or media_type in _UNSURE_TYPES:
        return None
    shown = media_type if len(media_type) <= 60 else media_type[:57] + "..."
    return rules.TYPE_NOT_SHOWN, f"GitHub will not show the image: the server calls it {shown}."


def _weight(response: Response) -> tuple[Rule, str] | None:
    length = response.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and len(length) < 19 and int(length) > MAX_BYTES:
        size = f"{int(length) / _MIB:.1f} MiB"
        return rules.TOO_LARGE, f"GitHub will not show the image: it has {size}, and 5 MiB are allowed."
    if response.elapsed > CLEARLY_SLOW:
        return rules.SLOW_IMAGE, f"GitHub may not show the image: its server took {response.elapsed:.0f} seconds."
    return None


#: Enough for every signature, the sizes and a badge's title. An SVG is read whole: its last byte may spoil it.
HEAD_BYTES = 4096
_NAMED_SVG = pattern(r"\.svg(?:[?#]|\Z)", re.IGNORECASE)
_SVG = "image/svg+xml"
#: Without AVIF: a server that may choose would send what GitHub may refuse.
ACCEPT = "image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"

#: Where hosts send a reader whose image they removed: final host and path.
_REMOVED = pattern(
    r"https?://(?:i\.)?imgur\.com/removed\.(?:png|jpg)"  # docs/facts/services.md#image-hosts
    r"|https?://s\.yimg\.com/pw/images/.*photo_unavailable.*"  # Flickr [U: from memory]
    r"|https?://tinypic\.com/images/404\.gif",  # [U: from memory]
    re.IGNORECASE,
)
#: File names of stand-ins; they count only at the end of a redirect.
_STAND_IN = pattern(
    r"/(?:404|not[-_]?found|no[-_]?image|removed|deleted|(?:image|photo)?[-_]?(?:unavailable|not[-_]?available))"
    r"(?:[-_@]\w+)?\.(?:png|gif|jpe?g|svg|webp)(?:\?|\Z)",
    re.IGNORECASE,
)
#: One-pixel images that authors put into lists on purpose, to count visits.
_COUNTERS = pattern(r"(?:\A|\.)(?:scarf\.sh|google-analytics\.com|ga-beacon\.appspot\.com|count\.ly|hits\..+)\Z")

_GITHUB_PAGE = pattern(r"\A(https?://(?:www\.)?github\.com/[^/?#]+/[^/?#]+)/blob/", re.IGNORECASE)
_PINIMG = pattern(r"(https?://i\.pinimg\.com)/(originals|\d+x\d*)/(.+)\Z", re.IGNORECASE)
_PINIMG_SIZES = ("736x", "564x", "originals")


class Sizes(NamedTuple):
    """What Pinterest says of an image's other sizes: one that is there, and whether all were refused."""

    alive: str | None
    all_refused: bool


class ImageProvider(Provider):
    """Takes every http(s) URL that stands as an image."""

    name: ClassVar[str] = "image"
    rank: ClassVar[int] = 500
    kind: ClassVar[Kind] = Kind.IMAGE
    rules: ClassVar[tuple[Rule, ...]] = (*RULES, *rules.IMAGE_RULES)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("https://example.org/a.png", "https://example.org/a.png", image=True),
        Example("https://example.org/a.svg#dark", "https://example.org/a.svg", image=True),
        Example("https://example.org/a.png", None),
    )

    def looks_at(self, host: str) -> bool:
        return bool(host)

    def claim(self, target: Target) -> str | None:
        """Take what stands as an image; the ident is the URL without its fragment."""
        if target.address is None or not target.is_image:
            return None
        return target.address.partition("#")[0]

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Evidence | Pass]:
        """Request the first bytes of each image and judge them."""
        del now
        for url, group in by_ident(claims).items():
            fetch = partial(fetch_if_changed, _request(url), group, net.fetch)
            answer = await answer_for(self.name, url, group, net, fetch)
            if isinstance(answer, list):
                for evidence in answer:
                    yield evidence
                continue
            sizes = await _other_sizes(url, answer, net)
            for claim in group:
                yield with_validators(image_evidence(claim, answer, sizes), answer)


def image_evidence(claim: Claim, response: Response, sizes: Sizes | None = None) -> Evidence:
    """Return the evidence that the response to a request for an image gives.

    Args:
        claim: the link.
        response: the response with the first bytes, or with all of an SVG.
        sizes: for a refused Pinterest image, what came back for its other sizes.
    """
    refused = status_evidence(claim, response)
    if refused is not None:
        error = store_error(response)
        if error is not None and error.meaning in (Meaning.CLOSED, Meaning.DENIED):
            return _refused(claim, response, sizes)
        return from_response(claim, response, rules.EMPTY_IMAGE, _EMPTY) if response.status == 204 else refused
    if not response.body:
        return _empty(claim, response)
    media_type = sniff(response.body)
    if media_type is None:
        return _no_image(claim, response)
    return (
        _stand_in(claim, response)
        or _unseen(claim, response, media_type)
        or _damage(claim, response, media_type)
        or readme_evidence(claim, response)
        or _moved(claim, response)
        or from_response(claim, response)
    )


_EMPTY = "The server sends an empty file instead of an image."


def _request(url: str) -> Request:
    """Return the request for an image; for a file's page on GitHub it is that for the file, as GitHub itself does.

    In a README, GitHub shows the file for its page (docs/facts/github-rendering.md#file-pages-as-images).
    """
    max_bytes = MOST_BYTES if _NAMED_SVG.search(url) else HEAD_BYTES
    return Request(url=_GITHUB_PAGE.sub(r"\1/raw/", url), purpose="image", accept=ACCEPT, max_bytes=max_bytes)


async def _other_sizes(url: str, response: Response, net: Net) -> Sizes | None:
    """Return what Pinterest says of other sizes where it refuses one; it forbids some sizes of live images."""
    found = _PINIMG.match(url)
    error = store_error(response)
    if found is None or error is None or error.meaning is not Meaning.DENIED:
        return None
    all_refused = True
    for size in _PINIMG_SIZES:
        if size == found.group(2).lower():
            continue
        other = f"{found.group(1)}/{size}/{found.group(3)}"
        try:
            answer = await net.fetch(_request(other))
        except NetError:
            return Sizes(None, all_refused=False)
        if answer.status == 200 and sniff(answer.body):
            return Sizes(other, all_refused=False)
        all_refused = all_refused and store_error(answer) is not None
    return Sizes(None, all_refused)


def _refused(claim: Claim, response: Response, sizes: Sizes | None) -> Evidence:
    """Return the evidence for an image that a storage service does not hand out."""
    if sizes is None:
        reason = "The storage service does not hand out the image, so readers see none: it is private or gone."
        return from_response(claim, response, rules.IMAGE_REFUSED, reason)
    if sizes.alive is not None:
        reason = "Pinterest does not hand out the image in this size; another size is there."
        better = Suggestion(sizes.alive, "the same image in a size that Pinterest hands out", Basis.NEAREST)
        return from_response(claim, response, rules.IMAGE_REFUSED, reason, suggestion=better)
    if not sizes.all_refused:
        reason = "Pinterest refuses the image in this size, and did not say whether it has another size."
        return from_response(claim, response, http.ACCESS_REFUSED, reason)
    reason = "Pinterest hands out this image in no size, so readers see none: it is gone, or this size is forbidden."
    return from_response(claim, response, rules.IMAGE_REFUSED, reason)


def _empty(claim: Claim, response: Response) -> Evidence:
    if response.complete:
        return from_response(claim, response, rules.EMPTY_IMAGE, _EMPTY)
    return from_response(claim, response, http.CONNECTION_BROKEN, "The transfer of the image broke off.")


def _no_image(claim: Claim, response: Response) -> Evidence:
    """Return the evidence for what stands there instead of an image."""
    body, media_type = response.body, response.media_type
    if is_lfs_pointer(body):
        reason = "The URL gives a Git LFS pointer instead of the image."
        return from_response(claim, response, rules.LFS_POINTER, reason)
    if media_type not in HTML_TYPES and not response.complete and may_be_svg(body):
        return readme_evidence(claim, response) or _moved(claim, response) or from_response(claim, response)
    if not body.strip():
        return from_response(claim, response, rules.EMPTY_IMAGE, "The server sends nothing but white space.")
    instead = what_else(body, media_type)
    if instead is not None:
        return from_response(claim, response, rules.NOT_AN_IMAGE, f"The server sends {instead} instead of an image.")
    if media_type.startswith("image/") and media_type not in SIGNED_TYPES:
        return readme_evidence(claim, response) or from_response(claim, response)
    reason = "The file does not begin as an image of any kind does, so readers probably see none."
    return from_response(claim, response, rules.UNKNOWN_IMAGE, reason)


def _stand_in(claim: Claim, response: Response) -> Evidence | None:
    """Return the evidence for an image that stands for a missing one, or None."""
    if response.hops and _REMOVED.match(response.url):
        reason = f"{host_of(response.url)} shows its stand-in for removed images."
        return from_response(claim, response, rules.REMOVED_IMAGE, reason)
    if response.hops and _STAND_IN.search(response.url) and not _STAND_IN.search(claim.ident):
        reason = "The URL redirects to a file that is named like a stand-in for missing images."
        return from_response(claim, response, rules.STAND_IN, reason)
    if size_of(response.body) == (1, 1) and not _COUNTERS.search(host_of(response.url)):
        return from_response(claim, response, rules.STAND_IN, "The image is a single pixel, so readers see nothing.")
    return None


def _unseen(claim: Claim, response: Response, media_type: str) -> Evidence | None:
    """Return the evidence for an image that common browsers do not show (docs/facts/http-answers.md#images)."""
    said = response.media_type
    if media_type == _SVG:
        if said.startswith("image/") and said != _SVG and said in CAMO_TYPES:
            reason = f"The image is an SVG, and the server calls it {said}, so no browser shows it."
            return from_response(claim, response, rules.WRONG_TYPE, reason)
        charset = charset_of(response.headers.get("content-type", ""))
        flaw = svg_flaw(response.body, charset) if response.complete else None
        return from_response(claim, response, rules.BAD_SVG, f"Browsers do not show the SVG: {flaw}.") if flaw else None
    if said == _SVG:
        reason = f"The server calls the image an SVG, and it is of the type {media_type}, so no browser shows it."
        return from_response(claim, response, rules.WRONG_TYPE, reason)
    if media_type not in SHOWN_TYPES:
        reason = f"The image is of the type {media_type}, which most browsers do not show."
        return from_response(claim, response, rules.FORMAT_NOT_SHOWN, reason)
    return None


def _damage(claim: Claim, response: Response, media_type: str) -> Evidence | None:
    """Return the evidence for a file that ends too early or a badge that shows an error, or None."""
    whole = response.complete and len(response.body) < HEAD_BYTES
    if whole and is_cut_short(response.body, media_type):
        return from_response(
            claim, response, rules.CUT_SHORT, "The image's file ends too early; readers see a part or none."
        )
    found = badge_fault(response.url, as_text(response.body)) if media_type == _SVG else None
    if found is None:
        return None
    rule = rules.BADGE_TROUBLE if found.fault is Fault.TROUBLE else rules.BADGE_ERROR
    return from_response(claim, response, rule, f'The badge reads "{found.words[:80]}".')


def _moved(claim: Claim, response: Response) -> Evidence | None:
    """Offer the permanent new url of an image."""
    better = move_of(claim.target.address or "", response)
    if better is None:
        return None
    reason = "The image has a new permanent URL."
    return from_response(claim, response, http.MOVED_PERMANENTLY, reason, suggestion=better)
