"""Whether what a server sent is an image that can be kept: by its bytes, its size and what it unpacks to. Pure."""

from __future__ import annotations

from dataclasses import field

from linkwarden.answers.image_bytes import is_cut_short, sniff
from linkwarden.model import WORKING, Claim, Target
from linkwarden.providers.web.image.provider import ImageProvider, image_evidence
from linkwarden.records import dataclass
from linkwarden.rescue.pixels import largest
from linkwarden.wire import Response

#: GitHub shows larger ones from a repository, but nobody wants to clone them with a list.
MAX_BYTES = 10 * 1024 * 1024
#: A quarter of a GiB when unpacked at four bytes each; no image of a list has as many.
MAX_PIXELS = 64 * 1024 * 1024
#: What all browsers show (docs/facts/http-answers.md#images), and whose headers say how much it unpacks to.
ENDINGS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/avif": "avif",
    "image/bmp": "bmp",
}
_SVG = "image/svg+xml"
#: Badge services draw 18 to 35 pixels high, and several times as wide.
_BADGE_HEIGHT = 36
_BADGE_SHAPE = 2


@dataclass(frozen=True, slots=True)
class Image:
    """An image that can be kept: its bytes and the ending of its file's name."""

    body: bytes = field(repr=False)
    ending: str


def verified(target: Target, response: Response) -> Image | str:
    """Return the image that a response holds, or why it is not kept, as a clause.

    Args:
        target: the link, whose URL was requested, or a copy of what it led to.
        response: all of what the server sent, up to one byte more than ``MAX_BYTES``.
    """
    if len(response.body) > MAX_BYTES:
        return f"the image is larger than {MAX_BYTES >> 20} MiB"
    claim = Claim(ImageProvider.name, target, target.address or target.url)
    evidence = image_evidence(claim, response)
    if evidence.rule is not None and evidence.rule.verdict not in WORKING:
        return f"{evidence.reason[:1].lower()}{evidence.reason[1:].removesuffix('.')}"
    media_type = sniff(response.body) or response.media_type
    if media_type == _SVG:
        return "it is an SVG, which may hold scripts; save it yourself if you trust it"
    if media_type not in ENDINGS:
        return f"an image of the type {media_type or 'unknown'} is not saved"
    if not response.complete or is_cut_short(response.body, media_type):
        return "the image's file ends too early"
    return _unfit(response.body, media_type) or Image(response.body, ENDINGS[media_type])


def _unfit(body: bytes, media_type: str) -> str | None:
    """Return why an image is not kept for its size in pixels, or None."""
    size = largest(body, media_type)
    if size is None:
        return "the image's headers do not say how large it is"
    width, height = size
    if width * height > MAX_PIXELS:
        return f"the image unpacks to {width:,} by {height:,} pixels"
    if height <= _BADGE_HEIGHT and width >= _BADGE_SHAPE * height:
        return "it has the size of a badge, and what a badge shows changes"
    return None
