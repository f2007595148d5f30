"""Small valid pictures, one per format that lists show, and things that only look like one."""

from __future__ import annotations

import base64
import struct
import zlib


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int = 2, height: int = 2) -> bytes:
    """Make a black PNG of this many pixels (PNG specification, sections 5.3 and 11.2)."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = b"".join(b"\x00" + bytes(width) for _ in range(height))
    chunks = _png_chunk(b"IHDR", header) + _png_chunk(b"IDAT", zlib.compress(rows)) + _png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


PNG = png()
#: One pixel, GIF89a: valid, and what spacers and beacons are made of.
GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
#: Two by two black pixels, GIF89a: a picture to look at.
SEEN_GIF = (
    b"GIF89a" + struct.pack("<HHBBB", 2, 2, 0x80, 0, 0) + b"\x00\x00\x00\xff\xff\xff"
    b"," + struct.pack("<HHHHB", 0, 0, 2, 2, 0) + b"\x02\x02\x84\x51\x00;"
)
#: Eight by eight pixels (one block), baseline JPEG with its Huffman tables.
JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xdb\x00\x43\x00"
    + b"\x01" * 64
    + b"\xff\xc0\x00\x0b\x08\x00\x08\x00\x08\x01\x01\x11\x00"
    + b"\xff\xc4\x00\x14\x00\x01"
    + bytes(15)
    + b"\x00"
    + b"\xff\xc4\x00\x14\x10\x01"
    + bytes(15)
    + b"\x00"
    + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x3f"
    + b"\xff\xd9"
)
#: Sixteen by sixteen pixels (one macroblock), lossy WebP.
WEBP = base64.b64decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoQABAADsD+JaQAA3AAAAAA")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="2" height="2"><rect width="2" height="2"/></svg>'
#: An SVG as drawing programs write it: declaration, comment and doctype come first.
SVG_WITH_PROLOG = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<!-- drawn by hand -->\n'
    b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n' + SVG
)
#: The file type box and an empty meta box: what tells an AVIF from its first bytes (ISO 14496-12 section 4.3).
AVIF = struct.pack(">I", 32) + b"ftypavif" + bytes(4) + b"avifmif1miafMA1A" + struct.pack(">I", 12) + b"meta" + bytes(4)
BMP = b"BM" + struct.pack("<IHHIIiiHHIIiiII", 70, 0, 0, 54, 40, 2, 2, 1, 24, 0, 16, 2835, 2835, 0, 0) + b"\xff" * 16
ICO = struct.pack("<HHHBBBBHHII", 0, 1, 1, 2, 2, 0, 0, 1, 32, len(PNG), 22) + PNG
TIFF = b"II*\x00" + struct.pack("<I", 8) + struct.pack("<H", 0) + struct.pack("<I", 0)
MP4 = struct.pack(">I", 24) + b"ftypisom" + bytes(4) + b"isomiso2"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

#: What Amazon's S3 says instead of a picture (docs/facts/http-answers.md#object-store-errors), served as XML.
S3_ACCESS_DENIED = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>0</RequestId></Error>"
)
S3_EXPIRED = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message>'
    b"<X-Amz-Expires>86400</X-Amz-Expires></Error>"
)

#: Media type and bytes of every format, by its usual suffix.
BY_SUFFIX: dict[str, tuple[str, bytes]] = {
    "png": ("image/png", PNG),
    "jpg": ("image/jpeg", JPEG),
    "jpeg": ("image/jpeg", JPEG),
    "gif": ("image/gif", GIF),
    "webp": ("image/webp", WEBP),
    "svg": ("image/svg+xml", SVG),
    "avif": ("image/avif", AVIF),
    "bmp": ("image/bmp", BMP),
    "ico": ("image/x-icon", ICO),
    "tiff": ("image/tiff", TIFF),
}


def of(path: str) -> tuple[str, bytes]:
    """Give media type and bytes of a picture that fits a path's suffix; PNG where it has none that is known."""
    suffix = path.partition("?")[0].rpartition(".")[2].lower()
    return ("image/gif", SEEN_GIF) if suffix == "gif" else BY_SUFFIX.get(suffix, BY_SUFFIX["png"])
