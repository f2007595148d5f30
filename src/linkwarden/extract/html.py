"""Finds the links of HTML files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from linkwarden.extract._charrefs import decode_attribute
from linkwarden.extract._reader import Reader
from linkwarden.extract._spans import Pieces, Source, text_notices
from linkwarden.extract._tags import TagScanner
from linkwarden.extract.base import Extractor
from linkwarden.model import Extracted, Notice
from linkwarden.patterns import pattern

_SCRIPT = pattern(r"<script\b", re.IGNORECASE)
_NAME = pattern(r"<[a-z][^<>]*?[\s\"'](?:id|name)\s*=", re.IGNORECASE)


class HtmlFile(Extractor):
    """HTML pages, read as browsers read them."""

    name: ClassVar[str] = "html"
    title: ClassVar[str] = "HTML"
    suffixes: ClassVar[tuple[str, ...]] = (".html", ".htm", ".xhtml")
    of_folders: ClassVar[tuple[str, ...]] = suffixes

    def knows_anchors(self, text: str) -> bool:
        # Scripts may make names where the page has none.
        return _SCRIPT.search(text) is None or _NAME.search(text) is not None

    def extract(self, text: str, path: str) -> Iterator[Extracted]:
        source = Source(text, path)
        yield from text_notices(source)
        reader = Reader(source, TagScanner())
        base = _base(source)
        if base:
            reader.base_url, line = base
            message = f"Relative links on this page start from {reader.base_url} (<base href>)."
            yield Notice(path, line, message, ("base", reader.base_url))
        yield from reader.html(source.body, Pieces((0,), (0,)))
        yield from reader.finish()
        yield from reader.directives()


def _base(source: Source) -> tuple[str, int] | None:
    """Return the URL of the first ``<base href>`` in the page's head, and its line, or None."""
    for tag in TagScanner().scan(source.body):
        if tag.name == "body":
            return None
        if tag.name == "base" and "href" in tag.attributes:
            start, end = tag.attributes["href"]
            url = decode_attribute(source.body[start:end]).strip()
            return (url, source.line_of(tag.start)) if url else None
    return None
