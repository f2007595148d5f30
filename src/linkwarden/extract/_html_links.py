"""Which attributes of which HTML tags are links, and how a source set is read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from linkwarden.extract._tags import Tag
from linkwarden.model import Markup

_LINKS: dict[str, tuple[tuple[str, Markup], ...]] = {
    "a": (("href", Markup.HTML_A),),
    "area": (("href", Markup.HTML_OTHER),),
    "img": (("src", Markup.HTML_IMG), ("srcset", Markup.HTML_SRCSET)),
    "image": (("src", Markup.HTML_IMG), ("href", Markup.HTML_OTHER), ("xlink:href", Markup.HTML_OTHER)),
    "source": (("src", Markup.HTML_MEDIA), ("srcset", Markup.HTML_SRCSET)),
    "video": (("src", Markup.HTML_MEDIA), ("poster", Markup.HTML_POSTER)),
    "audio": (("src", Markup.HTML_MEDIA),),
    "track": (("src", Markup.HTML_MEDIA),),
    "iframe": (("src", Markup.HTML_OTHER),),
    "frame": (("src", Markup.HTML_OTHER),),
    "embed": (("src", Markup.HTML_OTHER),),
    "object": (("data", Markup.HTML_OTHER),),
    "use": (("href", Markup.HTML_OTHER), ("xlink:href", Markup.HTML_OTHER)),
    "link": (("href", Markup.HTML_OTHER),),
    "script": (("src", Markup.HTML_OTHER),),
}
#: ``<link>`` relations whose address is a hint to browsers about a host, not a thing that somebody gets.
_NO_TARGET = frozenset({"preconnect", "dns-prefetch"})
_CANDIDATE = re.compile(r"[\s,]*+(\S++)")
_DESCRIPTOR = re.compile(r"(?:[^(),]|\([^)]*+\)?)*+")
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


def links(tag: Tag, text: str) -> Iterator[tuple[Markup, int, int]]:
    """Give kind and offsets in ``text`` of every address that a tag holds, white space around it left out."""
    if tag.closing or tag.name not in _LINKS:
        return
    if tag.name == "link" and "rel" in tag.attributes:
        rel = tag.attributes["rel"]
        if text[rel.start : rel.end].strip().lower() in _NO_TARGET:
            return
    for name, markup in _LINKS[tag.name]:
        if name not in tag.attributes:
            continue
        start, end = tag.attributes[name]
        if markup is Markup.HTML_SRCSET:
            for candidate in _candidates(text, start, end):
                yield markup, *candidate
        else:
            yield markup, *_stripped(text, start, end)


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in " \t\n\f\r":
        start += 1
    while end > start and text[end - 1] in " \t\n\f\r":
        end -= 1
    return start, end


def _candidates(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Give the addresses of a source set (WHATWG HTML, section 4.8.4.2.2)."""
    while (found := _CANDIDATE.match(text, start, end)) is not None:
        first, last = found.span(1)
        stop = last
        while stop > first and text[stop - 1] == ",":
            stop -= 1
        if stop > first:
            yield first, stop
        # A comma at the end of the address ends the candidate; else a descriptor follows.
        start = last if stop < last else _behind_descriptor(text, last, end)


def _behind_descriptor(text: str, start: int, end: int) -> int:
    return _DESCRIPTOR.match(text, start, end).end()  # type: ignore[union-attr]  # matches the empty string
