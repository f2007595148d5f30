"""Tells images from what only claims to be one, by their first bytes.

The signatures are those of the formats' own specifications (PNG, JPEG/JFIF, GIF89a, RIFF/WebP, BMP, ICO, TIFF 6,
ISO base media "ftyp" for AVIF and HEIC, JPEG XL, JPEG 2000, Photoshop). Nothing is decoded: a few KiB decide.
"""

from __future__ import annotations

import re
import struct

from linkwarden.patterns import pattern

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"8BPS\x00\x01", "image/vnd.adobe.photoshop"),
    (b"\xff\x0a", "image/jxl"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "image/jxl"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "image/jp2"),
    (b"AT&TFORM", "image/vnd.djvu"),
)
_FTYP_BRANDS = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"heim": "image/heic",
    b"hevc": "image/heic",
    b"mif1": "image/heic",
    b"msf1": "image/heic",
}
#: A file whose main brand is that of all such images is an AVIF if it says that it can be read as one.
_AVIF = frozenset({b"avif", b"avis"})
#: Sizes of the header that follows a BMP's first 14 bytes, by version.
_BMP_HEADERS = frozenset({12, 40, 52, 56, 64, 108, 124})
_NETPBM = pattern(rb"P[1-6]\s+(?:#|\d)")
_XBITMAP = pattern(rb"#define\s+\w+_width\s+\d")

#: What GitHub's image proxy lets through: ``mime-types.json`` of atmos/camo. GitHub runs a fork that may know more.
CAMO_TYPES = frozenset(
    {"image/bmp", "image/cgm", "image/g3fax", "image/gif", "image/ief", "image/jp2", "image/jpeg", "image/jpg"}
    | {"image/pict", "image/png", "image/prs.btif", "image/svg+xml", "image/tiff", "image/webp", "image/x-icon"}
    | {"image/vnd.microsoft.icon", "image/x-cmu-raster", "image/x-cmx", "image/x-macpaint", "image/x-pcx"}
    | {"image/x-pict", "image/x-portable-anymap", "image/x-portable-bitmap", "image/x-portable-graymap"}
    | {"image/x-portable-pixmap", "image/x-quicktime", "image/x-rgb", "image/x-xbitmap", "image/x-xpixmap"}
    | {"image/x-xwindowdump", "image/vnd.adobe.photoshop", "image/vnd.djvu", "image/vnd.dwg", "image/vnd.dxf"}
    | {"image/vnd.fastbidsheet", "image/vnd.fpx", "image/vnd.fst", "image/vnd.fujixerox.edmics-mmr"}
    | {"image/vnd.fujixerox.edmics-rlc", "image/vnd.ms-modi", "image/vnd.net-fpx", "image/vnd.wap.wbmp"}
    | {"image/vnd.xiff"}
)
#: Types whose files always begin with one of our signatures, so that other bytes under that name are no image.
SIGNED_TYPES = frozenset(
    {"image/png", "image/jpeg", "image/jpg", "image/gif", "image/webp", "image/bmp", "image/tiff", "image/svg+xml"}
)

#: Types that common browsers show. JPEG XL is one of them: Chromium 156 and Safari show it.
SHOWN_TYPES = frozenset(
    {"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/svg+xml", "image/bmp", "image/jxl"}
    | {"image/vnd.microsoft.icon"}
)

_LFS_POINTER = b"version https://git-lfs.github.com/spec/"
_HTML = pattern(r"<(?:!doctype\s+html|html|head|body|title|script|meta|div|table|h1|p|center|iframe)\b", re.IGNORECASE)
_SVG_ROOT = pattern(r"<(?:[A-Za-z_][\w.-]*:)?svg(?=[\s/>]|\Z)")
_SVG_DOCTYPE = pattern(r"<!DOCTYPE\s+(?:[A-Za-z_][\w.-]*:)?svg\b", re.IGNORECASE)
_CONTROL = pattern(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_BLANK = pattern(r"\s*")
#: What may stand before the root element: how it begins, and all of it (XML 1.0 section 2.8).
_PROLOG = tuple(
    (pattern(begins), pattern(whole + r"\s*", re.DOTALL))
    for begins, whole in (
        (r"<\?", r"<\?.*?\?>"),
        (r"<!--", r"<!--.*?-->"),
        (r"(?i:<!DOCTYPE)", r"(?i:<!DOCTYPE)(?:[^\[>\"']|\"[^\"]*\"|'[^']*')*+(?:\[.*?\]\s*)?>"),
    )
)


def sniff(head: bytes) -> str | None:
    """Return the media type of an image by its first bytes, or None if they are not an image's.

    Args:
        head: the beginning of the file; 32 bytes are enough for all but an SVG with long comments at its top.
    """
    for signature, media_type in _SIGNATURES:
        if head.startswith(signature):
            return media_type
    return _sniff_container(head) or ("image/svg+xml" if _svg(head) else None)


def _sniff_container(head: bytes) -> str | None:
    """Return the type of the formats that take more than a fixed beginning."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        size = min(int.from_bytes(head[:4], "big"), 256)
        compatible = {head[at : at + 4] for at in range(16, size - 3, 4)}
        return "image/avif" if compatible & _AVIF else _FTYP_BRANDS.get(head[8:12])
    if head[:2] == b"BM" and len(head) >= 18 and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return "image/bmp"
    if head[:4] in (b"\x00\x00\x01\x00", b"\x00\x00\x02\x00") and 0 < int.from_bytes(head[4:6], "little") < 256:
        return "image/vnd.microsoft.icon"
    if _NETPBM.match(head):
        return "image/x-portable-anymap"
    return "image/x-xbitmap" if _XBITMAP.match(head) else None


def may_be_svg(head: bytes) -> bool:
    """Return whether the bytes are an SVG's, or break off before the root element could show."""
    return _svg(head) is not False


def _svg(head: bytes) -> bool | None:
    """Return whether the root element is ``svg``; None if the bytes end before it."""
    text = as_text(head)
    at = _BLANK.match(text).end()  # type: ignore[union-attr] # it matches nothing as well
    if not text.startswith("<", at):
        return False
    while at < len(text):
        for begins, whole in _PROLOG:
            if begins.match(text, at) is None:
                continue
            found = whole.match(text, at)
            if found is None:
                return _SVG_DOCTYPE.match(text, at) is not None or None
            at = found.end()
            break
        else:
            return _SVG_ROOT.match(text, at) is not None
    return None


def as_text(head: bytes) -> str:
    """Return bytes as text: UTF-16 by its mark or by the zero beside ``<``, else UTF-8; bad bytes become U+FFFD."""
    if head.startswith((b"\xff\xfe", b"<\x00")):
        return head.decode("utf-16-le", errors="replace").removeprefix("\ufeff")
    if head.startswith((b"\xfe\xff", b"\x00<")):
        return head.decode("utf-16-be", errors="replace").removeprefix("\ufeff")
    return head.decode("utf-8", errors="replace").removeprefix("\ufeff")


def is_lfs_pointer(head: bytes) -> bool:
    """Return whether the file is the pointer that Git LFS keeps in place of a big file (Git LFS specification)."""
    return head.startswith(_LFS_POINTER)


def what_else(head: bytes, media_type: str) -> str | None:
    """Return what a file is that is no image, with its article, or None if that cannot be told.

    Args:
        head: the beginning of the file, at least one byte.
        media_type: what the server calls it, lower case, or "".
    """
    if head.startswith(b"%PDF-"):
        return "a PDF"
    if media_type.startswith(("video/", "audio/")) or head[4:8] == b"ftyp":
        return "a video or sound"
    text = as_text(head).lstrip()
    if _CONTROL.search(text) or text.count("\ufffd") > 1 + len(text) // 50:
        return None
    if _HTML.match(text) or (media_type in ("text/html", "application/xhtml+xml") and text.startswith("<")):
        return "an HTML page"
    if text.startswith("<"):
        return "an HTML page" if _HTML.search(text[:1024]) else "an XML document"
    return "a JSON document" if text.startswith(("{", "[")) else "text"


def size_of(head: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels of a PNG or GIF, None for others and for heads that are too short."""
    if head.startswith(b"\x89PNG") and len(head) >= 24:
        width, height = struct.unpack(">II", head[16:24])
    elif head.startswith(b"GIF8") and len(head) >= 10:
        width, height = struct.unpack("<HH", head[6:10])
    else:
        return None
    return width, height


def is_cut_short(body: bytes, media_type: str) -> bool:
    """Return whether a file that was read whole lacks the mark with which its format ends (PNG, JPEG, GIF)."""
    match media_type:
        case "image/png":
            return b"IEND" not in body
        case "image/jpeg":
            return b"\xff\xd9" not in body
        case "image/gif":
            return b";" not in body[13:]
    return False
