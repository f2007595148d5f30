"""A picture is known by its first bytes, and nothing else is taken for one."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.answers.image_bytes import (
    CAMO_TYPES,
    is_cut_short,
    is_lfs_pointer,
    may_be_svg,
    size_of,
    sniff,
    what_else,
)
from tests.internet import pictures
from tests.internet.images import LFS_POINTER
from tests.internet.stores import S3_ERRORS

INKSCAPE = b"<?xml version='1.0'?>\n<!-- Created with Inkscape -->\n\n<svg:svg xmlns:svg='http://www.w3.org/2000/svg'/>"
PICTURES = {
    "png": (pictures.PNG, "image/png"),
    "jpeg": (pictures.JPEG, "image/jpeg"),
    "gif": (pictures.GIF, "image/gif"),
    "webp": (pictures.WEBP, "image/webp"),
    "bmp": (pictures.BMP, "image/bmp"),
    "ico": (pictures.ICO, "image/vnd.microsoft.icon"),
    "tiff": (pictures.TIFF, "image/tiff"),
    "avif": (pictures.AVIF, "image/avif"),
    "heic": (struct.pack(">I", 24) + b"ftypheic" + bytes(12), "image/heic"),
    "jxl": (b"\xff\x0a\x00\x00", "image/jxl"),
    "jxl-box": (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "image/jxl"),
    "jp2": (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "image/jp2"),
    "psd": (b"8BPS\x00\x01" + bytes(20), "image/vnd.adobe.photoshop"),
    "djvu": (b"AT&TFORM\x00\x00\x00\x00DJVU", "image/vnd.djvu"),
    "ppm": (b"P6\n# by hand\n2 2\n255\n", "image/x-portable-anymap"),
    "xbm": (b"#define im_width 8\n#define im_height 8\n", "image/x-xbitmap"),
    "svg": (pictures.SVG, "image/svg+xml"),
    "svg-prolog": (pictures.SVG_WITH_PROLOG, "image/svg+xml"),
    "svg-bom": (b"\xef\xbb\xbf" + pictures.SVG, "image/svg+xml"),
    "svg-space": (b"\n\n  " + pictures.SVG, "image/svg+xml"),
    "svg-prefix": (INKSCAPE, "image/svg+xml"),
    "svg-utf16": (pictures.SVG.decode().encode("utf-16"), "image/svg+xml"),
    "svg-utf16be": (pictures.SVG.decode().encode("utf-16-be"), "image/svg+xml"),
    "svg-subset": (b'<!DOCTYPE svg [ <!ENTITY a "<b>"> ]><svg/>', "image/svg+xml"),
}
OTHERS = {
    "html": (b"<!DOCTYPE html><html><body><svg></svg>", "text/html", "an HTML page"),
    "html-fragment": (b"  <div>Log in", "text/html", "an HTML page"),
    "html-called-png": (b"<html><title>Log in</title>", "image/png", "an HTML page"),
    "html-comment": (b"<!-- a --><html><svg>", "image/svg+xml", "an HTML page"),
    "xhtml": (b'<?xml version="1.0"?><!DOCTYPE html><html><svg/></html>', "", "an HTML page"),
    "s3": (S3_ERRORS["/denied.png"][1], "application/xml", "an XML document"),
    "rss": (b"<?xml version='1.0'?><rss><svg/></rss>", "application/xml", "an XML document"),
    "svgish": (b"<svgx/>", "image/svg+xml", "an XML document"),
    "json": (b'{"error": "not found"}', "application/json", "a JSON document"),
    "text": (b"Not found\n", "text/plain", "text"),
    "utf8-text": ("Seite nicht gefunden: größer, 见".encode(), "image/png", "text"),
    "bm-text": (b"BMW is a maker of cars, among others", "text/plain", "text"),
    "pdf": (pictures.PDF, "application/pdf", "a PDF"),
    "mp4": (pictures.MP4, "video/mp4", "a video or sound"),
    "mp4-called-png": (pictures.MP4, "image/png", "a video or sound"),
    "rubbish": (b"\x00\x01\x02\x03\x04\x05", "image/png", None),
    "riff-wave": (b"RIFF\x00\x00\x00\x00WAVEfmt ", "", None),
}


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_every_format_is_known(name: str) -> None:
    """Pictures of every format that lists hold are known, SVG in all its spellings."""
    head, media_type = PICTURES[name]
    assert sniff(head) == media_type


@pytest.mark.parametrize("name", sorted(OTHERS))
def test_nothing_else_is_a_picture(name: str) -> None:
    """Pages, storage errors, text and videos are no pictures, whatever they are called, and are named."""
    head, media_type, what = OTHERS[name]
    assert sniff(head) is None
    assert what_else(head, media_type) == what


def test_an_svg_may_begin_with_a_long_comment() -> None:
    """When the first bytes end within the comment, the file may still be an SVG; when its root shows, it is decided."""
    assert may_be_svg(b"<?xml version='1.0'?><!-- " + b"licence " * 600)
    assert sniff(b"<!-- " + b"licence " * 600) is None
    assert not may_be_svg(b"<!-- a --><html>")


@given(st.binary(max_size=200))
def test_any_bytes_can_be_looked_at(head: bytes) -> None:
    """No bytes make the look fail; what is a picture has a type, and text is never one by accident."""
    kind = sniff(head)
    assert kind is None or kind.startswith("image/")
    size_of(head)
    may_be_svg(head)
    if head:
        what_else(head, "")


@given(st.sampled_from(sorted(PICTURES)), st.integers(0, 31))
def test_a_beginning_that_is_too_short_is_never_another_picture(name: str, length: int) -> None:
    """A head that was cut off gives the right type or none."""
    head, media_type = PICTURES[name]
    assert sniff(head[:length]) in {None, media_type}


@pytest.mark.parametrize(
    ("body", "media_type"),
    [(pictures.png(60, 60), "image/png"), (pictures.JPEG, "image/jpeg"), (pictures.GIF, "image/gif")],
)
def test_a_file_without_its_end_is_cut_short(body: bytes, media_type: str) -> None:
    """The end mark of the format tells a whole file from a part; trailing bytes do no harm."""
    assert not is_cut_short(body, media_type)
    assert not is_cut_short(body + b"\x00\x00", media_type)
    assert is_cut_short(body[: len(body) - 10], media_type)


def test_formats_without_an_end_mark_are_not_judged() -> None:
    """A WebP or SVG is never called cut short."""
    assert not is_cut_short(pictures.WEBP[:20], "image/webp")


def test_sizes_are_read_from_the_head() -> None:
    """PNG and GIF say their size at the top; others and short heads say nothing."""
    assert size_of(pictures.png(7, 3)) == (7, 3)
    assert size_of(b"GIF89a" + struct.pack("<HH", 300, 2) + bytes(10)) == (300, 2)
    assert size_of(pictures.JPEG) is None
    assert size_of(pictures.png(7, 3)[:20]) is None


def test_an_lfs_note_is_known() -> None:
    """The note that Git LFS keeps in place of a file is told from other text."""
    assert is_lfs_pointer(LFS_POINTER)
    assert not is_lfs_pointer(b"version 1 of the text")


def test_the_types_that_github_shows() -> None:
    """The list of atmos/camo: 43 types, without AVIF, HEIC, JPEG XL and nameless bytes."""
    assert {"image/png", "image/svg+xml", "image/webp", "image/x-icon", "image/vnd.microsoft.icon"} <= CAMO_TYPES
    assert not {"image/avif", "image/heic", "image/jxl", "application/octet-stream", "text/html"} & CAMO_TYPES
