"""How large the images in a file are, by its headers; nothing is decoded.

The places of the numbers are those of the formats' own specifications: PNG section 11.2.2, GIF89a sections 18 and 20,
JPEG (ITU-T T.81) section B.2.2, the WebP container specification and RFC 6386 section 9.1, BMP's headers, and the
``ispe`` property of HEIF (ISO/IEC 23008-12) for AVIF.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping

#: Boxes in a box, one in the other: AVIF has its sizes in the third.
_ISPE = (b"meta", b"iprp", b"ipco", b"ispe")
#: JPEG markers that begin a frame (T.81 table B.1), and those without a length.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xDA)})


def largest(body: bytes, media_type: str) -> tuple[int, int] | None:
    """Return width and height of the largest image in a file, or None where its headers do not say.

    Args:
        body: the whole file.
        media_type: its type by its first bytes (``linkwarden.answers.image_bytes.sniff``).
    """
    reader = _READERS.get(media_type)
    try:
        sizes = list(reader(body)) if reader is not None else []
    except (struct.error, IndexError):
        return None
    if not sizes or any(width < 1 or height < 1 for width, height in sizes):
        return None
    return max(sizes, key=lambda size: size[0] * size[1])


def _png(body: bytes) -> Iterator[tuple[int, int]]:
    if body[12:16] == b"IHDR":
        yield struct.unpack_from(">II", body, 16)


def _gif(body: bytes) -> Iterator[tuple[int, int]]:
    """The screen, and each frame, which may be larger."""
    width, height, flags = struct.unpack_from("<HHB", body, 6)
    yield width, height
    at = 13 + _colors(flags)
    while at < len(body) and body[at] != 0x3B:
        if body[at] == 0x2C:
            width, height, flags = struct.unpack_from("<HHB", body, at + 5)
            yield width, height
            at = _behind_blocks(body, at + 11 + _colors(flags))
        elif body[at] == 0x21:
            at = _behind_blocks(body, at + 2)
        else:
            return


def _colors(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _behind_blocks(body: bytes, at: int) -> int:
    while body[at]:
        at += body[at] + 1
    return at + 1


def _jpeg(body: bytes) -> Iterator[tuple[int, int]]:
    at = 2
    while True:
        while body[at] == 0xFF and body[at + 1] == 0xFF:  # fill bytes
            at += 1
        if body[at] != 0xFF:
            return
        marker = body[at + 1]
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", body, at + 5)
            yield width, height
            return
        if marker == 0xDA:
            return
        at += 2 if marker in _ALONE else 2 + max(2, struct.unpack_from(">H", body, at + 2)[0])


def _webp(body: bytes) -> Iterator[tuple[int, int]]:
    kind = body[12:16]
    if kind == b"VP8X":
        yield 1 + int.from_bytes(body[24:27], "little"), 1 + int.from_bytes(body[27:30], "little")
    elif kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", body, 21)
        yield (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif kind == b"VP8 " and body[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", body, 26)
        yield width & 0x3FFF, height & 0x3FFF


def _avif(body: bytes) -> Iterator[tuple[int, int]]:
    for start, _ in _boxes(body, 0, len(body), _ISPE):
        yield struct.unpack_from(">II", body, start + 4)  # after version and flags


def _boxes(body: bytes, at: int, end: int, path: tuple[bytes, ...]) -> Iterator[tuple[int, int]]:
    """Yield where the contents of the boxes begin and end that lie one in the other as a path says."""
    while at + 8 <= end:
        size, kind = struct.unpack_from(">I4s", body, at)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", body, at + 8)
            head = 16
        stop = end if size == 0 else at + size
        if stop < at + head or stop > end:
            return
        if kind == path[0]:
            start = at + head
            if len(path) == 1:
                yield start, stop
            else:
                yield from _boxes(body, start + (4 if kind == b"meta" else 0), stop, path[1:])
        at = stop


def _bmp(body: bytes) -> Iterator[tuple[int, int]]:
    if int.from_bytes(body[14:18], "little") == 12:
        yield struct.unpack_from("<HH", body, 18)
    else:
        width, height = struct.unpack_from("<ii", body, 18)
        yield width, abs(height)


_READERS: Mapping[str, Callable[[bytes], Iterator[tuple[int, int]]]] = {
    "image/png": _png,
    "image/gif": _gif,
    "image/jpeg": _jpeg,
    "image/webp": _webp,
    "image/avif": _avif,
    "image/bmp": _bmp,
}
