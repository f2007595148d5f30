"""Finds HTML tags with the exact place of every attribute value (WHATWG HTML, section 13.2.5, tokenization).

The standard library's parser gives the position of a tag but not of its values, decodes references that browsers
leave alone, and reads comments differently from version to version; so the scan is our own. It is linear: a search for
a terminator that failed once is not repeated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from linkwarden.model import Markup

#: Elements whose content is text, whatever it looks like.
_RAW_TEXT = frozenset({"script", "style", "xmp", "iframe", "noembed", "noframes", "textarea", "title"})
#: GFM section 6.11: GitHub shows these tags as text.
TAGFILTER = frozenset({"title", "textarea", "style", "xmp", "iframe", "noembed", "noframes", "script", "plaintext"})
#: Elements that GitHub keeps in Markdown (docs/facts/github-rendering.md#what-github-drops); videos may be uploads.
ON_GITHUB = frozenset(
    re.findall(
        r"\w+",
        "a abbr b bdo blockquote br caption cite code dd del details dfn div dl dt em figcaption figure h1 h2 h3 h4 h5 "
        "h6 hr i img ins kbd li mark ol p picture pre q rp rt ruby s samp section small source span strike strong sub "
        "summary sup table tbody td tfoot th thead time tr tt ul var video wbr",
    )
)

_OPEN = re.compile(r"<(?:(/?)([a-zA-Z][^\t\n\f\r />]*+)|(!--)|([!?]|/(?!$)))")
_ATTRIBUTE = re.compile(
    r"[\t\n\f\r /]*+(?:(>)|([^\t\n\f\r />][^\t\n\f\r />=]*+)"
    r"(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\t\n\f\r >]*+)))?+)"
)
_COMMENT_END = re.compile(r"--!?>")
_FILTER_FOLLOW = re.compile(r"[\t\n\v\f\r >]|/>")


class Attribute(NamedTuple):
    """One attribute: where its value is in the scanned text (an absent value is empty)."""

    start: int
    end: int


class Tag(NamedTuple):
    """One tag: ``text[start:end]``, its name in lower case, and its attributes by lower-case name (first wins)."""

    name: str
    closing: bool
    start: int
    end: int
    attributes: dict[str, Attribute]


class Comment(NamedTuple):
    """One comment: where it is in the scanned text, whether it is closed there, and how long its opening mark is."""

    start: int
    end: int
    closed: bool
    mark: int = len("<!--")

    def text(self, scanned: str) -> str:
        """Return the text between its delimiters."""
        text = scanned[self.start + self.mark : self.end]
        return text.removesuffix("--!>").removesuffix("-->") if self.closed else text


class TagScanner:
    """Scans pieces of one document in order; a comment that one piece leaves open goes on in the next.

    Attributes:
        filtered: names of tags that are text here.
        comments: those that begin in the text scanned so far; the caller that reads them removes them.
        more_follows: the piece is followed by other HTML, whose first ``>`` ends a tag that the piece leaves open.
        in_comment: the text scanned so far ends inside a comment.
    """

    def __init__(self, filtered: frozenset[str] = frozenset(), *, more_follows: bool = False) -> None:
        self.filtered = filtered
        self.comments: list[Comment] = []
        self.in_comment = False
        self.more_follows = more_follows

    def scan(self, text: str, start: int = 0, end: int | None = None) -> Iterator[Tag]:
        """Yield the tags of ``text[start:end]`` in order."""
        end = len(text) if end is None else end
        pos = start
        if self.in_comment:
            pos = self._leave_comment(text, pos, end)
        while pos < end:
            opening = _OPEN.search(text, pos, end)
            if opening is None:
                return
            _, name, comment, _ = opening.groups()
            if comment:
                self.in_comment = True
                pos = self._leave_comment(text, opening.end(), end)
                self.comments.append(Comment(opening.start(), pos, not self.in_comment))
            elif not name:
                close = text.find(">", opening.end(), end)
                pos = end if close < 0 else close + 1
            elif name.lower() in self.filtered and _FILTER_FOLLOW.match(text, opening.end(), end):
                pos = opening.end()
            else:
                tag = self._tag(text, opening, end)
                if tag is None:
                    return  # the tag never ends, so nothing follows it
                yield tag
                pos = self._behind(text, tag, end)

    def _leave_comment(self, text: str, pos: int, end: int) -> int:
        """Return the position after the comment's end, or ``end`` while it stays open (section 13.2.5.43)."""
        if text.startswith(">", pos, end):
            self.in_comment = False
            return pos + 1
        if text.startswith("->", pos, end):
            self.in_comment = False
            return pos + 2
        close = _COMMENT_END.search(text, pos, end)
        if close is None:
            return end
        self.in_comment = False
        return close.end()

    def _tag(self, text: str, opening: re.Match[str], end: int) -> Tag | None:
        attributes: dict[str, Attribute] = {}
        pos = opening.end()
        while True:
            found = _ATTRIBUTE.match(text, pos, end)
            if found is None:
                if not self.more_follows:
                    return None
                return Tag(opening.group(2).lower(), bool(opening.group(1)), opening.start(), end, attributes)
            pos = found.end()
            if found.group(1):
                return Tag(opening.group(2).lower(), bool(opening.group(1)), opening.start(), pos, attributes)
            group = found.lastindex or 2
            if group == 5 and found.group(5)[:1] in {'"', "'"}:
                return None  # an opened quote that never closes
            value = Attribute(*found.span(group)) if group > 2 else Attribute(pos, pos)
            attributes.setdefault(found.group(2).lower(), value)

    def _behind(self, text: str, tag: Tag, end: int) -> int:
        if tag.closing:
            return tag.end
        if tag.name == "plaintext":
            return end
        if tag.name not in _RAW_TEXT:
            return tag.end
        close = re.compile(rf"</{tag.name}(?=[\t\n\f\r />])", re.IGNORECASE).search(text, tag.end, end)
        return end if close is None else close.start()


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
WITH_LINKS = frozenset(_LINKS)
#: ``<link>`` relations whose URL is a hint to browsers about a host, not something that readers get.
_NO_TARGET = frozenset({"preconnect", "dns-prefetch"})
_CANDIDATE = re.compile(r"[\s,]*+(\S++)")
_DESCRIPTOR = re.compile(r"(?:[^(),]|\([^)]*+\)?)*+")
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


def links(tag: Tag, text: str) -> Iterator[tuple[Markup, int, int]]:
    """Yield markup and offsets in ``text`` of every URL in a tag, without white space around it."""
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
    """Yield the URLs of a source set (WHATWG HTML, section 4.8.4.2.2)."""
    while (found := _CANDIDATE.match(text, start, end)) is not None:
        first, last = found.span(1)
        stop = last
        while stop > first and text[stop - 1] == ",":
            stop -= 1
        if stop > first:
            yield first, stop
        # A comma at the end of the URL ends the candidate; else a descriptor follows.
        start = last if stop < last else _behind_descriptor(text, last, end)


def _behind_descriptor(text: str, start: int, end: int) -> int:
    return _DESCRIPTOR.match(text, start, end).end()  # type: ignore[union-attr]  # matches the empty string
