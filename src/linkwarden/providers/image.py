"""Pictures: what stands in ``<img>`` or ``![]()`` must be a picture, and one that GitHub shows.

The first 4 KiB decide. Whether GitHub shows a picture follows the rules of its image proxy (atmos/camo,
``server.coffee``; GitHub runs a fork, so the rules are a lower bound).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from linkwarden.model import Claim, Evidence, Kind, Pass, Rule, Suggestion, Target
from linkwarden.providers import _http_rules as http
from linkwarden.providers import _picture_rules as rules
from linkwarden.providers._base import Example, Provider, by_ident
from linkwarden.providers._conditional import fetch_if_changed, says_unchanged, unchanged, with_validators
from linkwarden.providers._http import RULES, finding, fine, net_evidence, status_evidence
from linkwarden.providers._pictures import (
    SIGNED_TYPES,
    as_text,
    is_cut_short,
    is_lfs_pointer,
    may_be_svg,
    size_of,
    sniff,
    what_else,
)
from linkwarden.providers._readme_images import readme_evidence
from linkwarden.providers._redirects import move_of
from linkwarden.providers._stores import store_error
from linkwarden.providers._visits import visit
from linkwarden.text import host_of
from linkwarden.wire import Ask, NetError, Response

if TYPE_CHECKING:
    from linkwarden.net import Net

#: Enough for every signature, the sizes and a badge's title.
HEAD_BYTES = 4096
#: Without AVIF: a server that may choose would send what GitHub may refuse.
ACCEPT = "image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"

#: Where hosts send a reader whose picture they removed: final host and path.
_REMOVED = re.compile(
    r"https?://(?:i\.)?imgur\.com/removed\.(?:png|jpg)"  # services.md section 5, observed
    r"|https?://s\.yimg\.com/pw/images/.*photo_unavailable.*"  # Flickr [U: from memory]
    r"|https?://tinypic\.com/images/404\.gif",  # [U: from memory]
    re.IGNORECASE,
)
#: File names of stand-ins; they count only at the end of a redirect.
_STAND_IN = re.compile(
    r"/(?:404|not[-_]?found|no[-_]?image|removed|deleted|(?:image|photo)?[-_]?(?:unavailable|not[-_]?available))"
    r"(?:[-_@]\w+)?\.(?:png|gif|jpe?g|svg|webp)(?:\?|\Z)",
    re.IGNORECASE,
)
#: One-pixel pictures that authors put into lists on purpose, to count visits.
_COUNTERS = re.compile(r"(?:\A|\.)(?:scarf\.sh|google-analytics\.com|ga-beacon\.appspot\.com|count\.ly|hits\..+)\Z")
_BADGE_HOSTS = frozenset({"img.shields.io", "badgen.net", "flat.badgen.net", "badge.fury.io"})
_BADGE_FAULT = re.compile(r"not found|no longer available|\binvalid\b|\b404\b", re.IGNORECASE)
_BADGE_TEXT = re.compile(r"aria-label=\"([^\"]{0,200})\"|<title>([^<]{0,200})</title>")

_GITHUB_PAGE = re.compile(r"\A(https?://(?:www\.)?github\.com/[^/?#]+/[^/?#]+)/blob/", re.IGNORECASE)
_PINIMG = re.compile(r"(https?://i\.pinimg\.com)/(originals|\d+x\d*)/(.+)\Z", re.IGNORECASE)
_PINIMG_SIZES = ("736x", "564x", "originals")


@dataclass(frozen=True, slots=True)
class Sizes:
    """What Pinterest says of a picture's other sizes: one that is there, and whether all were refused."""

    alive: str | None
    all_refused: bool


class ImageProvider(Provider):
    """Takes every http(s) address that stands as a picture."""

    name: ClassVar[str] = "image"
    rank: ClassVar[int] = 500
    kind: ClassVar[Kind] = Kind.IMAGE
    rules: ClassVar[tuple[Rule, ...]] = (*RULES, *rules.PICTURE_RULES)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("https://example.org/a.png", "https://example.org/a.png", image=True),
        Example("https://example.org/a.svg#dark", "https://example.org/a.svg", image=True),
        Example("https://example.org/a.png", None),
    )

    def claim(self, target: Target) -> str | None:
        """Take what stands as a picture; the ident is the address without its fragment."""
        if target.address is None or not target.is_image:
            return None
        return target.address.partition("#")[0]

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Evidence | Pass]:
        """Ask for the first bytes of each picture and judge them."""
        del now
        for address, group in by_ident(claims).items():
            try:
                ask = partial(fetch_if_changed, _ask(address), group, net.fetch)
                response = await visit(self.name, address, net, ask)
            except NetError as error:
                for claim in group:
                    yield net_evidence(claim, error)
                continue
            if says_unchanged(group, response):
                for claim in group:
                    yield unchanged(claim, response)
                continue
            sizes = await _other_sizes(address, response, net)
            for claim in group:
                yield with_validators(picture_evidence(claim, response, sizes), response)


def picture_evidence(claim: Claim, response: Response, sizes: Sizes | None = None) -> Evidence:
    """Judge the answer to a question for a picture.

    Args:
        claim: the link.
        response: the answer with the first bytes.
        sizes: for a refused Pinterest picture, what its other sizes answered.
    """
    refused = status_evidence(claim, response)
    if refused is not None:
        if refused.rule is http.OBJECT_REFUSED:
            return _refused(claim, response, refused, sizes)
        return finding(claim, rules.EMPTY_PICTURE, _EMPTY, response) if response.status == 204 else refused
    if not response.body:
        return _empty(claim, response)
    media_type = sniff(response.body)
    if media_type is None:
        return _no_picture(claim, response)
    return (
        _stand_in(claim, response)
        or _damage(claim, response, media_type)
        or readme_evidence(claim, response)
        or _moved(claim, response)
        or fine(claim, response)
    )


_EMPTY = "The server sends an empty file instead of a picture."


def _ask(address: str) -> Ask:
    """Make the question for a picture; a file's page on GitHub is asked for the file, as GitHub itself does.

    In a README, GitHub shows the file for the address of its page [U: seen often, documented for ``?raw=true`` only].
    """
    return Ask(url=_GITHUB_PAGE.sub(r"\1/raw/", address), purpose="picture", accept=ACCEPT, max_bytes=HEAD_BYTES)


async def _other_sizes(address: str, response: Response, net: Net) -> Sizes | None:
    """Ask Pinterest for the other sizes of a picture that it refuses, since it forbids some sizes of live pictures."""
    found = _PINIMG.match(address)
    error = store_error(response)
    if found is None or error is None or error.meaning != "denied":
        return None
    all_refused = True
    for size in _PINIMG_SIZES:
        if size == found.group(2).lower():
            continue
        other = f"{found.group(1)}/{size}/{found.group(3)}"
        try:
            answer = await net.fetch(_ask(other))
        except NetError:
            return Sizes(None, all_refused=False)
        if answer.status == 200 and sniff(answer.body):
            return Sizes(other, all_refused=False)
        all_refused = all_refused and store_error(answer) is not None
    return Sizes(None, all_refused)


def _refused(claim: Claim, response: Response, refused: Evidence, sizes: Sizes | None) -> Evidence:
    """Judge a picture that a storage service does not hand out."""
    if sizes is None:
        reason = "The storage service does not hand out the picture, so readers see none: it is private or gone."
        return finding(claim, rules.PICTURE_REFUSED, reason, response)
    if sizes.alive is not None:
        reason = "Pinterest does not hand out the picture in this size; another size is there."
        better = Suggestion(sizes.alive, "the same picture in a size that Pinterest hands out")
        return finding(claim, rules.PICTURE_REFUSED, reason, response, suggestion=better)
    if not sizes.all_refused:
        return refused
    reason = "Pinterest hands out this picture in no size, so readers see none: it is gone, or this size is forbidden."
    return finding(claim, rules.PICTURE_REFUSED, reason, response)


def _empty(claim: Claim, response: Response) -> Evidence:
    if response.complete:
        return finding(claim, rules.EMPTY_PICTURE, _EMPTY, response)
    return finding(claim, http.CONNECTION_BROKEN, "The transfer of the picture broke off.", response)


def _no_picture(claim: Claim, response: Response) -> Evidence:
    """Say what stands there instead of a picture."""
    body, media_type = response.body, response.media_type
    if is_lfs_pointer(body):
        reason = "The address gives a Git LFS note instead of the picture."
        return finding(claim, rules.LFS_POINTER, reason, response)
    if media_type == "image/svg+xml" and not response.complete and may_be_svg(body):
        return readme_evidence(claim, response) or _moved(claim, response) or fine(claim, response)
    if not body.strip():
        return finding(claim, rules.EMPTY_PICTURE, "The server sends nothing but white space.", response)
    instead = what_else(body, media_type)
    if instead is not None:
        return finding(claim, rules.NOT_A_PICTURE, f"The server sends {instead} instead of a picture.", response)
    if media_type.startswith("image/") and media_type not in SIGNED_TYPES:
        return readme_evidence(claim, response) or fine(claim, response)
    reason = "The file does not begin as a picture of any kind does, so readers probably see none."
    return finding(claim, rules.UNKNOWN_PICTURE, reason, response)


def _stand_in(claim: Claim, response: Response) -> Evidence | None:
    """Know the pictures that stand for a missing one."""
    if response.hops and _REMOVED.match(response.url):
        reason = f"{host_of(response.url)} shows its sign for removed pictures."
        return finding(claim, rules.REMOVED_PICTURE, reason, response)
    if response.hops and _STAND_IN.search(response.url) and not _STAND_IN.search(claim.ident):
        reason = "The address redirects to a file that is named like a sign for missing pictures."
        return finding(claim, rules.STAND_IN, reason, response)
    if size_of(response.body) == (1, 1) and not _COUNTERS.search(host_of(response.url)):
        return finding(claim, rules.STAND_IN, "The picture is a single pixel, so readers see nothing.", response)
    return None


def _damage(claim: Claim, response: Response, media_type: str) -> Evidence | None:
    """Know files that end too early, and badges that show an error."""
    whole = response.complete and len(response.body) < HEAD_BYTES
    if whole and is_cut_short(response.body, media_type):
        return finding(
            claim, rules.CUT_SHORT, "The picture's file ends too early; readers see a part or none.", response
        )
    if media_type == "image/svg+xml" and host_of(response.url) in _BADGE_HOSTS:
        return _badge(claim, response)
    return None


def _badge(claim: Claim, response: Response) -> Evidence | None:
    """Read the words of a badge: shields.io and its kin draw errors with status 200."""
    found = _BADGE_TEXT.search(as_text(response.body))
    words = " ".join(((found.group(1) or found.group(2)) if found else "").split())
    if not _BADGE_FAULT.search(words):
        return None
    return finding(claim, rules.BADGE_ERROR, f'The badge reads "{words[:80]}".', response)


def _moved(claim: Claim, response: Response) -> Evidence | None:
    """Offer the permanent new address of a picture."""
    better = move_of(claim.target.address or "", response)
    if better is None:
        return None
    reason = "The picture has a new permanent address."
    return finding(claim, http.MOVED_PERMANENTLY, reason, response, suggestion=better)
