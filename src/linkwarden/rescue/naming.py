"""Names of saved images, which are safe on every system, and the relative URLs that lead to them. Pure."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from linkwarden.model import Occurrence, Target

#: Letters of the digest in a name: no two images of a list have the same by chance.
DIGITS = 16
_LONGEST = 48
_OTHER = re.compile(r"[^a-z0-9]+")
#: Words that stand where an author wrote none of their own.
_EMPTY = frozenset({"", "image", "img", "picture", "pic", "figure", "fig", "screenshot", "alt", "alt-text", "untitled"})


def file_name(target: Target, digest: str, ending: str) -> str:
    """Return the name of an image's file: what its entry calls it, and the beginning of its digest.

    Args:
        target: the link.
        digest: SHA-256 of the image, in hexadecimal.
        ending: of the name, without the dot.
    """
    words = (*_words(target.occurrences), PurePosixPath(unquote(urlsplit(target.url).path)).stem)
    slugs = (slug(text) for text in words)
    return f"{next((s for s in slugs if s not in _EMPTY), 'image')}-{digest[:DIGITS]}.{ending}"


def _words(occurrences: tuple[Occurrence, ...]) -> tuple[str, ...]:
    images = [o for o in occurrences if o.markup.is_image]
    return (*(o.text for o in images), *(o.context for o in images), *(o.text for o in occurrences))


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
