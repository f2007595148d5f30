"""Names of saved images, which are safe on every system, and the relative URLs that lead to them. Pure."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from linkwarden.model import Extracted, Occurrence

#: Letters of the digest in a name: no two images of a list have the same by chance.
DIGITS = 16
_LONGEST = 48
#: Lines between the title of an entry and an image that belongs to it.
_NEAR = 12
_WORD = re.compile(r"[a-z]{3,}")
_OTHER = re.compile(r"[^a-z0-9]+")
#: Words that stand where an author wrote none of their own.
_EMPTY = frozenset(
    {"", "image", "img", "picture", "pic", "figure", "fig", "screenshot", "alt", "alt-text", "untitled", "images"}
)


def captions(items: Iterable[Extracted]) -> dict[str, str]:
    """Return what a document calls its images, by their URLs: their text, else the title of the entry they stand in.

    Args:
        items: what the document holds, in the order of its text.
    """
    found: dict[str, str] = {}
    nameless: dict[int, list[str]] = defaultdict(list)  # by line, as a title may follow on it
    title: Occurrence | None = None
    for item in items:
        if not isinstance(item, Occurrence):
            continue
        if item.markup.is_image:
            own = next((text for text in (item.text, item.context) if slug(text) not in _EMPTY), "")
            near = title is not None and title.section == item.section and item.span.line - title.span.line <= _NEAR
            found.setdefault(item.url, own or (title.text if near and title is not None else ""))
            if not own:
                nameless[item.span.line].append(item.url)
        elif item.leads and item.text:
            title = item
            for url in nameless.pop(item.span.line, ()):
                found[url] = item.text
    return found


def file_name(caption: str, url: str, digest: str, ending: str) -> str:
    """Return the name of an image's file: what its list calls it, and the beginning of its digest.

    Args:
        caption: what it is called, or "".
        url: where it comes from; the last part of its path is used if that has words.
        digest: SHA-256 of the image, in hexadecimal.
        ending: of the name, without the dot.
    """
    words = slug(caption)
    if words in _EMPTY:
        words = slug(PurePosixPath(unquote(urlsplit(url).path)).stem)
    if words in _EMPTY or not any(_WORD.fullmatch(word) for word in words.split("-")):
        words = slug(caption) or "image"
    return f"{words}-{digest[:DIGITS]}.{ending}"


def slug(text: str) -> str:
    """Return words as lower-case ASCII letters, digits and single hyphens, cut at a word; "" if none are left."""
    plain = unicodedata.normalize("NFKD", text[:1000]).encode("ascii", "ignore").decode().lower()
    whole = _OTHER.sub("-", plain).strip("-")
    if len(whole) <= _LONGEST:
        return whole
    return whole[: _LONGEST + 1].rpartition("-")[0] or whole[:_LONGEST]


def relative_url(document: Path, image: Path) -> str:
    """Return the URL by which a document leads to a file: relative, with forward slashes, percent-encoded."""
    return quote(Path(os.path.relpath(image, document.parent)).as_posix(), safe="/")
