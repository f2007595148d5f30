"""How large the images in a file are, by its headers: right for each format, and quiet about what is damaged."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.answers.image_bytes import sniff
from linkwarden.rescue.pixels import largest
from tests.internet.pictures import BMP, JPEG, SEEN_GIF, WEBP, png


def avif(*sizes: tuple[int, int]) -> bytes:
    """Return an AVIF's boxes with an ``ispe`` for each size, and no image (ISO/IEC 23008-12)."""

    def box(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", 8 + len(body)) + kind + body

    properties = b"".join(box(b"ispe", bytes(4) + struct.pack(">II", *size)) for size in sizes)
    meta = box(b"meta", bytes(4) + box(b"hdlr", bytes(20)) + box(b"iprp", box(b"ipco", properties)))
    return box(b"ftyp", b"avif" + bytes(4) + b"avifmif1") + meta


def gif(screen: tuple[int, int], *frames: tuple[int, int]) -> bytes:
    """Return a GIF with a comment and frames of some sizes, which hold next to nothing (GIF89a)."""
    body = b"GIF89a" + struct.pack("<HHBBB", *screen, 0x80, 0, 0) + bytes(6) + b"\x21\xfe\x02hi\x00"
    for width, height in frames:
        body += b"," + struct.pack("<HHHHB", 0, 0, width, height, 0x81) + bytes(12) + b"\x02\x02\x84\x51\x00"
    return body + b";"


def webp(kind: bytes, chunk: bytes) -> bytes:
    """Return a WebP of one chunk."""
    return b"RIFF" + struct.pack("<I", len(chunk) + 12) + b"WEBP" + kind + struct.pack("<I", len(chunk)) + chunk


JPEG_LATE = (
    b"\xff\xd8" + b"\xff\xe1\x00\x10" + bytes(14) + b"\xff\xff\xff\xc2\x00\x0b\x08\x01\x00\x02\x00\x01\x01\x11\x00"
)
FILES = {
    "png": (png(300, 200), (300, 200)),
    "jpeg": (JPEG, (8, 8)),
    "jpeg, progressive, with more before": (JPEG_LATE, (512, 256)),
    "gif": (SEEN_GIF, (2, 2)),
    "gif whose second frame is larger than its screen": (gif((3, 4), (3, 4), (60_000, 50_000)), (60_000, 50_000)),
    "webp, lossy": (WEBP, (16, 16)),
    "webp, lossless": (webp(b"VP8L", b"\x2f" + struct.pack("<I", 99 | 49 << 14)), (100, 50)),
    "webp, extended": (webp(b"VP8X", bytes(4) + b"\xe7\x03\x00\x13\x00\x00"), (1000, 20)),
    "avif": (avif((640, 480)), (640, 480)),
    "avif in tiles": (avif((512, 512), (30_000, 20_000)), (30_000, 20_000)),
    "bmp": (BMP, (2, 2)),
    "bmp, top down": (BMP[:22] + struct.pack("<i", -7) + BMP[26:], (2, 7)),
    "bmp of OS/2": (b"BM" + bytes(12) + struct.pack("<IHHHH", 12, 5, 6, 1, 24), (5, 6)),
}


@pytest.mark.parametrize("name", FILES)
def test_the_largest_image_of_a_file_counts(name: str) -> None:
    """As its format writes it."""
    body, size = FILES[name]
    assert largest(body, sniff(body) or "image/bmp") == size


@pytest.mark.parametrize("media_type", ["image/tiff", "image/svg+xml", "", "text/html"])
def test_of_other_types_nothing_is_known(media_type: str) -> None:
    """So they are not kept."""
    assert largest(png(2, 2), media_type) is None


@given(st.sampled_from(sorted(FILES)), st.integers(0, 200), st.binary(max_size=60))
def test_damage_is_not_fatal(name: str, at: int, noise: bytes) -> None:
    """Cut and overwritten anywhere: a size or none, never an exception, and never below one pixel."""
    body = FILES[name][0]
    for damaged in (body[:at], body[:at] + noise, body[:at] + noise + body[at + len(noise) :]):
        size = largest(damaged, sniff(body) or "image/bmp")
        assert size is None or min(size) > 0


def test_a_box_that_claims_to_hold_itself_ends() -> None:
    """Sizes of zero, one and less than a header do not make a loop."""
    for size in (0, 1, 2, 7, 0xFFFFFFFF):
        assert largest(struct.pack(">I", size) + b"meta" + bytes(40), "image/avif") is None
