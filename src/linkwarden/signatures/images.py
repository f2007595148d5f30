"""Image and video services that sign what they deliver: Cloudinary, imgix, ImageKit, imgproxy, Cloudflare.

They often stand on the customer's own host, where the names of their parameters may mean something else.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from linkwarden.patterns import pattern
from linkwarden.signatures import instants, jwt
from linkwarden.signatures.model import Scheme, Signature, Status
from linkwarden.signatures.stores import dated

if TYPE_CHECKING:
    from linkwarden.url import Url


def _cloudinary_api(url: Url) -> Signature | None:
    if not url.has("signature") or not (url.has("expires_at") or url.has("timestamp")):
        return None
    if not url.has("expires_at"):
        return Signature(status=Status.EPHEMERAL, why="a Cloudinary download link, made for the moment")
    return dated(instants.unix(url.one("expires_at"), "expires_at"), "a Cloudinary download link: expires_at")


def _cloudinary_signed(url: Url) -> Signature | None:
    if "s--" not in url.text or not any(re.fullmatch(r"s--[A-Za-z0-9_-]{8,32}--", segment) for segment in url.segments):
        return None
    return Signature(status=Status.PERMANENT, why="a signed Cloudinary URL has no end")


def _imgix(url: Url) -> Signature | None:
    if not url.has("s"):
        return None
    own = url.on("*.imgix.net")
    if not own and not re.fullmatch(r"[0-9a-f]{32}", url.any_value("s") or ""):
        return None
    # imgix's libraries name themselves; without that name two parameters are not enough to report anything.
    sure = own or url.has("ixlib")
    if not url.has("expires"):
        why = "a signed imgix URL without expires has no end"
        return Signature(status=Status.PERMANENT, why=why) if sure else None
    if not own and not re.fullmatch(r"[0-9]{1,18}", url.any_value("expires") or ""):
        return None
    end = instants.unix(url.one("expires"), "expires")
    return dated(end, "signed for imgix: expires", low_confidence=not sure)


_IMAGEKIT_NEVER = "9999999999"  # what ImageKit's own SDK signs where no end was asked for


def _imagekit(url: Url) -> Signature | None:
    if not url.has("ik-s"):
        return None
    if not url.has("ik-t"):
        return Signature(status=Status.PERMANENT, why="a signed ImageKit URL without ik-t has no end")
    end = url.one("ik-t")
    return dated(instants.unix(end, "ik-t"), "signed for ImageKit: ik-t", sentinel=end == _IMAGEKIT_NEVER)


#: A signature, or one of the words that stand for it where imgproxy does not check signatures.
_IMGPROXY_SIGNATURE = pattern(r"[A-Za-z0-9_-]{16,}|insecure|unsafe|_")
_IMGPROXY_OPTION = pattern(r"[a-z_]+(?::[^:]*)+")


def _imgproxy(url: Url) -> Signature | None:
    """Return what a path of ``SIGNATURE/options/source`` says, wherever in the path it begins."""
    for place, segment in enumerate(url.segments):
        option, _, value = segment.partition(":")
        if option in ("exp", "expires") and re.fullmatch(r"[0-9]{1,18}", value):
            if not _is_imgproxy(url.segments, place):
                return None
            return dated(instants.unix(value, option), f"made for imgproxy: {option}")
    return None


def _is_imgproxy(segments: tuple[str, ...], place: int) -> bool:
    first = last = place
    while first and _IMGPROXY_OPTION.fullmatch(segments[first - 1]):
        first -= 1
    while last + 1 < len(segments) and _IMGPROXY_OPTION.fullmatch(segments[last + 1]):
        last += 1
    if not first or not _IMGPROXY_SIGNATURE.fullmatch(segments[first - 1]):
        return False
    source = segments[last + 1 :]
    if source[:1] in (("plain",), ("enc",)):
        return len(source) > 1
    decoded = jwt.unbase64("".join(source).partition(".")[0]) or b"\0"  # long sources are cut by slashes
    try:
        return decoded.decode().isprintable()
    except UnicodeDecodeError:
        return False


def _cloudflare_images(url: Url) -> Signature | None:
    if not url.has("exp", "sig"):
        return None
    return dated(instants.unix(url.one("exp"), "exp"), "signed for Cloudflare Images: exp")


def _cloudflare_stream(url: Url) -> Signature | None:
    token = jwt.decode(url.segments[0] if url.segments else None)
    return None if token is None else jwt.read(token, "Cloudflare Stream's token in the path")


SCHEMES: tuple[Scheme, ...] = (
    Scheme(
        id="cloudinary-download",
        read=_cloudinary_api,
        only_on=("api.cloudinary.com",),
        secrets=("signature", "api_key"),
    ),
    Scheme(id="imgix", marks=("s",), read=_imgix, home=("*.imgix.net",), secrets=("s",)),
    Scheme(id="imagekit", marks=("ik-s",), read=_imagekit, home=("*.imagekit.io",), secrets=("ik-s",)),
    Scheme(
        id="imgproxy",
        hints=("exp:", "expires:"),
        read=_imgproxy,
        secret_part=pattern(r"/([A-Za-z0-9_-]{16,})/(?:[a-z_]+:[^/]*/)*(?:exp|expires):[0-9]"),
    ),
    Scheme(id="cloudflare-images", read=_cloudflare_images, only_on=("imagedelivery.net",), secrets=("sig",)),
    Scheme(
        id="cloudflare-stream",
        read=_cloudflare_stream,
        only_on=("*.cloudflarestream.com", "*.videodelivery.net"),
        secret_part=pattern(r"\A/([^/?#]+)"),
    ),
    Scheme(
        id="cloudinary-signed", read=_cloudinary_signed, hints=("s--",), secret_part=pattern(r"/s--([A-Za-z0-9_-]+)--/")
    ),
)
