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

from linkwarden.answers import rules as http
from linkwarden.answers.badges import Fault, badge_fault
from linkwarden.answers.conditional import fetch_if_changed, says_unchanged, unchanged, visit, with_validators
from linkwarden.answers.image_bytes import (
    CAMO_TYPES,
    SIGNED_TYPES,
    as_text,
    is_cut_short,
    is_lfs_pointer,
    may_be_svg,
    size_of,
    sniff,
    what_else,
)
from linkwarden.answers.read import RULES, from_response, net_evidence, status_evidence
from linkwarden.answers.redirects import move_of
from linkwarden.answers.stores import store_error
from linkwarden.model import Claim, Evidence, Kind, Pass, Rule, Suggestion, Target, Verdict
from linkwarden.providers.base import Example, Provider, by_ident
from linkwarden.text import host_of
from linkwarden.wire import NetError, Request, Response

if TYPE_CHECKING:
    from linkwarden.net import Net

_REPLACE = "Put the picture into the repository, or link to a copy that is still there."
_OWN_COPY = "Put the picture into the repository in a form that GitHub shows (PNG, JPEG, GIF, WebP or SVG)."
_PROXY = (
    "GitHub does not let readers' browsers fetch pictures from other sites; its image proxy fetches them, and it has "
    "rules about what it passes on. A browser that opens the address directly may well show the picture."
)

NOT_A_PICTURE = Rule(
    "LW501",
    "not-a-picture",
    Verdict.BROKEN,
    "something else stands where a picture should",
    "The server answers that all is well, but the first bytes are not those of any kind of picture. Readers see the "
    "sign for a missing picture.",
    _REPLACE,
)
EMPTY_PICTURE = Rule(
    "LW502",
    "empty-picture",
    Verdict.BROKEN,
    "the picture's file is empty",
    "The server answers that all is well and sends no bytes.",
    _REPLACE,
)
REMOVED_PICTURE = Rule(
    "LW503",
    "removed-picture",
    Verdict.BROKEN,
    'the host shows its "picture was removed" sign',
    "The host sends readers to the stand-in that it keeps for pictures that were removed.",
    _REPLACE,
)
LFS_POINTER = Rule(
    "LW504",
    "lfs-pointer",
    Verdict.BROKEN,
    "a Git LFS note stands where the picture should",
    "The picture is kept in Git LFS (large file storage), and this address gives the short note that stands for it, "
    "not the picture.",
    "Use `https://github.com/OWNER/REPO/raw/BRANCH/PATH`, which leads to the picture, or take the file out of LFS.",
)
TYPE_NOT_SHOWN = Rule(
    "LW505",
    "type-not-shown",
    Verdict.DEGRADED,
    "GitHub does not show pictures of this type",
    _PROXY + " It passes on a fixed list of media types only.",
    _OWN_COPY,
)
TOO_LARGE = Rule(
    "LW506",
    "picture-too-large",
    Verdict.DEGRADED,
    "the picture is too large for GitHub to show",
    _PROXY + " It refuses files of more than 5 MiB.",
    "Make the picture smaller, or put it into the repository.",
)
TOO_MANY_HOPS = Rule(
    "LW507",
    "too-many-picture-redirects",
    Verdict.DEGRADED,
    "GitHub does not follow this many redirects to a picture",
    _PROXY + " It follows at most four redirects.",
    "Link to the final address of the picture.",
)
REDIRECT_308 = Rule(
    "LW508",
    "picture-redirect-308",
    Verdict.DEGRADED,
    "GitHub does not follow this kind of redirect to a picture",
    _PROXY + " It follows redirects with status 301, 302, 303 and 307, but not 308.",
    "Link to the final address of the picture.",
)
NO_TYPE = Rule(
    "LW509",
    "picture-without-type",
    Verdict.DEGRADED,
    "the server does not say what type the picture is",
    _PROXY + " It refuses answers without a Content-Type header.",
    _OWN_COPY,
)
SLOW_PICTURE = Rule(
    "LW510",
    "slow-picture",
    Verdict.DEGRADED,
    "the picture comes too slowly for GitHub",
    _PROXY + " It gives up on a server that is silent for ten seconds.",
    "Put the picture into the repository.",
)
PICTURE_REFUSED = Rule(
    "LW511",
    "picture-refused",
    Verdict.BROKEN,
    "the storage service does not hand out the picture",
    "The object store refuses access for everyone who has no key: the file is private or no longer there. Readers "
    "see no picture, and neither does GitHub's image proxy.",
    _REPLACE,
)
CUT_SHORT = Rule(
    "LW512",
    "picture-cut-short",
    Verdict.DEGRADED,
    "the picture's file ends too early",
    "The file was read whole, and the mark with which its format ends is missing. Browsers show a part or nothing.",
    "Upload the picture again.",
)
BADGE_ERROR = Rule(
    "LW513",
    "badge-error",
    Verdict.DEGRADED,
    "the badge says that something was not found",
    "Badge services draw their error messages as badges, with a status that says that all is well.",
    "Correct the badge's address, or take the badge out.",
)
BADGE_TROUBLE = Rule(
    "LW529",
    "badge-without-source",
    Verdict.UNVERIFIED,
    "the badge says that its source does not answer for now",
    "The badge service could not reach the service that it shows something about. That may pass by itself.",
    "Look again in some days.",
)
STAND_IN = Rule(
    "LW514",
    "stand-in-picture",
    Verdict.SUSPECT,
    "a stand-in is shown, not the picture",
    "The picture is a single pixel, or the address redirects to a file that is named like a sign for missing pictures.",
    _REPLACE + " If it is meant to count visits, leave its address out with --exclude.",
)
UNKNOWN_PICTURE = Rule(
    "LW515",
    "unreadable-picture",
    Verdict.SUSPECT,
    "the file does not look like a picture",
    "The bytes are not text, and they do not begin as any kind of picture does that browsers show.",
    "Open the address in a browser; if no picture appears, replace it.",
)

PICTURE_RULES: tuple[Rule, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Rule))


MAX_BYTES = 5_242_880
MAX_REDIRECTS = 4
#: The proxy waits 10 s; what took us a little more may have taken it a little less.
CLEARLY_SLOW = 15.0
_MIB = 1_048_576

#: Whether GitHub's proxy passes AVIF on today is not known, so no finding (docs/facts/github-rendering.md#camo-types).
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
    return from_response(claim, response, reason[0], reason[1]) if reason else None


def _redirects(response: Response) -> tuple[Rule, str] | None:
    if any(hop.status == 308 for hop in response.hops):
        return REDIRECT_308, "GitHub will not show the picture: its image proxy does not follow a redirect 308."
    if len(response.hops) > MAX_REDIRECTS:
        count = len(response.hops)
        return (
            TOO_MANY_HOPS,
            f"GitHub will not show the picture: it is {count} redirects away; 4 are allowed.",
        )
    return None


def _type(response: Response) -> tuple[Rule, str] | None:
    media_type = response.media_type
    if not media_type:
        return NO_TYPE, "GitHub will not show the picture: the server does not say what type it is."
    if media_type in CAMO_TYPES or media_type in _UNSURE_TYPES:
        return None
    shown = media_type if len(media_type) <= 60 else media_type[:57] + "..."
    return TYPE_NOT_SHOWN, f"GitHub will not show the picture: the server calls it {shown}."


def _weight(response: Response) -> tuple[Rule, str] | None:
    length = response.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and len(length) < 19 and int(length) > MAX_BYTES:
        size = f"{int(length) / _MIB:.1f} MiB"
        return TOO_LARGE, f"GitHub will not show the picture: it has {size}, and 5 MiB are allowed."
    if response.elapsed > CLEARLY_SLOW:
        return SLOW_PICTURE, f"GitHub may not show the picture: its server took {response.elapsed:.0f} seconds."
    return None


#: Enough for every signature, the sizes and a badge's title.
HEAD_BYTES = 4096
#: Without AVIF: a server that may choose would send what GitHub may refuse.
ACCEPT = "image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"

#: Where hosts send a reader whose picture they removed: final host and path.
_REMOVED = re.compile(
    r"https?://(?:i\.)?imgur\.com/removed\.(?:png|jpg)"  # docs/facts/services.md#image-hosts
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
    rules: ClassVar[tuple[Rule, ...]] = (*RULES, *PICTURE_RULES)
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
        return from_response(claim, response, EMPTY_PICTURE, _EMPTY) if response.status == 204 else refused
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
        or from_response(claim, response)
    )


_EMPTY = "The server sends an empty file instead of a picture."


def _ask(address: str) -> Request:
    """Make the question for a picture; a file's page on GitHub is asked for the file, as GitHub itself does.

    In a README, GitHub shows the file for its page (docs/facts/github-rendering.md#file-pages-as-images).
    """
    return Request(url=_GITHUB_PAGE.sub(r"\1/raw/", address), purpose="picture", accept=ACCEPT, max_bytes=HEAD_BYTES)


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
        return from_response(claim, response, PICTURE_REFUSED, reason)
    if sizes.alive is not None:
        reason = "Pinterest does not hand out the picture in this size; another size is there."
        better = Suggestion(sizes.alive, "the same picture in a size that Pinterest hands out")
        return from_response(claim, response, PICTURE_REFUSED, reason, suggestion=better)
    if not sizes.all_refused:
        return refused
    reason = "Pinterest hands out this picture in no size, so readers see none: it is gone, or this size is forbidden."
    return from_response(claim, response, PICTURE_REFUSED, reason)


def _empty(claim: Claim, response: Response) -> Evidence:
    if response.complete:
        return from_response(claim, response, EMPTY_PICTURE, _EMPTY)
    return from_response(claim, response, http.CONNECTION_BROKEN, "The transfer of the picture broke off.")


def _no_picture(claim: Claim, response: Response) -> Evidence:
    """Say what stands there instead of a picture."""
    body, media_type = response.body, response.media_type
    if is_lfs_pointer(body):
        reason = "The address gives a Git LFS note instead of the picture."
        return from_response(claim, response, LFS_POINTER, reason)
    if media_type == "image/svg+xml" and not response.complete and may_be_svg(body):
        return readme_evidence(claim, response) or _moved(claim, response) or from_response(claim, response)
    if not body.strip():
        return from_response(claim, response, EMPTY_PICTURE, "The server sends nothing but white space.")
    instead = what_else(body, media_type)
    if instead is not None:
        return from_response(claim, response, NOT_A_PICTURE, f"The server sends {instead} instead of a picture.")
    if media_type.startswith("image/") and media_type not in SIGNED_TYPES:
        return readme_evidence(claim, response) or from_response(claim, response)
    reason = "The file does not begin as a picture of any kind does, so readers probably see none."
    return from_response(claim, response, UNKNOWN_PICTURE, reason)


def _stand_in(claim: Claim, response: Response) -> Evidence | None:
    """Know the pictures that stand for a missing one."""
    if response.hops and _REMOVED.match(response.url):
        reason = f"{host_of(response.url)} shows its sign for removed pictures."
        return from_response(claim, response, REMOVED_PICTURE, reason)
    if response.hops and _STAND_IN.search(response.url) and not _STAND_IN.search(claim.ident):
        reason = "The address redirects to a file that is named like a sign for missing pictures."
        return from_response(claim, response, STAND_IN, reason)
    if size_of(response.body) == (1, 1) and not _COUNTERS.search(host_of(response.url)):
        return from_response(claim, response, STAND_IN, "The picture is a single pixel, so readers see nothing.")
    return None


def _damage(claim: Claim, response: Response, media_type: str) -> Evidence | None:
    """Know files that end too early, and badges that show an error."""
    whole = response.complete and len(response.body) < HEAD_BYTES
    if whole and is_cut_short(response.body, media_type):
        return from_response(
            claim, response, CUT_SHORT, "The picture's file ends too early; readers see a part or none."
        )
    found = badge_fault(response.url, as_text(response.body)) if media_type == "image/svg+xml" else None
    if found is None:
        return None
    rule = BADGE_TROUBLE if found.fault is Fault.TROUBLE else BADGE_ERROR
    return from_response(claim, response, rule, f'The badge reads "{found.words[:80]}".')


def _moved(claim: Claim, response: Response) -> Evidence | None:
    """Offer the permanent new address of a picture."""
    better = move_of(claim.target.address or "", response)
    if better is None:
        return None
    reason = "The picture has a new permanent address."
    return from_response(claim, response, http.MOVED_PERMANENTLY, reason, suggestion=better)
