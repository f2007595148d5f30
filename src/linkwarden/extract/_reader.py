"""Turns the tags of a document into occurrences and anchors; both extractors read HTML with it."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import field
from urllib.parse import urljoin

from linkwarden import whatwg
from linkwarden.anchors import Slugger, github
from linkwarden.extract._charrefs import decode_attribute
from linkwarden.extract._directives import Directives
from linkwarden.extract._spans import Pieces, Source, new_occurrence
from linkwarden.extract._tags import HEADINGS, WITH_LINKS, Comment, Tag, TagScanner, links
from linkwarden.extract._text import html_text, squeeze
from linkwarden.model import (
    Anchor,
    AnchorSource,
    Extracted,
    Heading,
    Markup,
    Notice,
    Occurrence,
    Part,
    Suppression,
)
from linkwarden.records import dataclass

#: Zero-width non-joiner and joiner: in emoji sequences, Persian and Indic scripts. GitHub keeps them now and dropped
#: them before (docs/facts/github-rendering.md#heading-anchors).
_JOINERS = dict.fromkeys((0x200C, 0x200D))
_PREFIX = "user-content-"
#: One comment and blanks. Brackets may be Markdown that the author does not see to be in a comment.
_ONLY_COMMENT = re.compile(r"(<!--(?!-?!?>)[^<>\]]*+(?:(?<=--)|(?<=--!))>)[ \t\n]*+")
#: Elements whose ``name`` is not a place in the page but a field or a setting.
_NAME_IS_NO_PLACE = frozenset(
    {"input", "select", "textarea", "button", "form", "meta", "param", "slot", "iframe", "output"}
)


def shown_on_github(heading: Heading) -> str:
    """Return a heading's text from which GitHub makes its anchor: without images, with line ends."""
    return "".join(text for kind, text in heading.parts if kind is not Part.ALT)


@dataclass(frozen=True, slots=True)
class Unnamed(Anchor):
    """A heading of a part of a document, whose names depend on the other headings.

    Attributes:
        given: the heading, or its text if it is no Markdown.
    """

    given: Heading | str = ""


@dataclass(slots=True)
class Draft:
    """An occurrence whose text is still being read."""

    occurrence: Occurrence
    parts: list[str] = field(default_factory=list)
    alt: str = ""

    def finished(self) -> Occurrence:
        """Return the occurrence with its text: the visible one, else the alternative text of the image inside."""
        text = squeeze("".join(self.parts)) or self.occurrence.text or squeeze(self.alt)
        o = self.occurrence
        return new_occurrence(o.url, o.raw, o.markup, o.span, text, o.section, parent=o.parent)


@dataclass(slots=True)
class _OpenHeading:
    name: str
    line: int
    parts: list[str] = field(default_factory=list)


class Reader:
    """The state at one point of a document: the section, the heading being read, the names used so far.

    Args:
        source: the document.
        scanner: finds its tags.
        kept: names of the elements that readers get; None for all.

    Attributes:
        scanner: finds the tags.
        section: text of the nearest heading above.
        parent: URL of the link that the list item around the current one begins with, or "".
        base_url: what relative URLs start from (``<base href>``), or "".
    """

    def __init__(self, source: Source, scanner: TagScanner, kept: Container[str] | None = None) -> None:
        self.source = source
        self._kept = kept
        self.scanner = scanner
        self.section = ""
        self.parent = ""
        self.base_url = ""
        self._slugger = Slugger()
        self._without_joiners: Slugger | None = None  # from the first heading with a joiner on
        self._heading: _OpenHeading | None = None
        self._directives = Directives(source)

    @property
    def in_heading(self) -> bool:
        """True between ``<h1>`` and ``</h1>``, whatever Markdown is between."""
        return self._heading is not None

    def heading_text(self, text: str) -> None:
        """Add text to the open HTML heading, if there is one."""
        if self._heading:
            self._heading.parts.append(text)

    def heading(self, heading: Heading | str, line: int, level: int) -> Iterator[Anchor]:
        """Begin a section; yield the anchors of its heading, of which only the text is given if it is no Markdown."""
        text = heading if isinstance(heading, str) else shown_on_github(heading)
        of = None if isinstance(heading, str) else heading
        self.section = squeeze(text)
        bare = text.translate(_JOINERS)
        if self._without_joiners is None and bare != text:
            self._without_joiners = self._slugger.copy()
        names = [self._slugger.number(github(text))]
        if self._without_joiners is not None:
            names.append(self._without_joiners.number(github(bare)))
        if "\n" in text:
            # GitHub drops the line end (docs/facts/github-rendering.md#heading-anchors); a space is accepted as well.
            names.append(github(text.replace("\n", " ")))
        for name in dict.fromkeys(names):
            yield Anchor(name, self.section, line, AnchorSource.HEADING, level=level, heading=of)

    def finish(self) -> Iterator[Anchor]:
        """End the open HTML heading, if there is one; yield its anchors."""
        if self._heading:
            heading, self._heading = self._heading, None
            text = squeeze("".join(heading.parts))
            yield from self.heading(Heading(((Part.TEXT, text),), text, tag=True), heading.line, int(heading.name[1]))

    def comments(self, content: str, pieces: Pieces) -> None:
        """Collect the comments of a part of the document that was scanned."""
        if self.scanner.comments:
            self._directives.take(self.scanner.comments, content, pieces)
            self.scanner.comments.clear()

    def only_comment(self, content: str, pieces: Pieces) -> bool:
        """Collect the comment that a part of the document is; return False if it is more, or not known to be one.

        A short way: some lists are full of lines of dashes in comments.
        """
        if self.scanner.in_comment or self._heading is not None:
            return False
        comment = _ONLY_COMMENT.fullmatch(content)
        if comment is None:
            return False
        self._directives.take((Comment(0, comment.end(1), closed=True),), content, pieces)
        return True

    def take_over(self, part: Reader, by: int) -> None:
        """Add the comments of a part of the document that begins at the offset ``by``."""
        self._directives.take_over(part._directives, by)

    def directives(self) -> Iterator[Suppression | Notice]:
        """Yield what the comments of the whole document say to linkwarden."""
        return self._directives.read()

    def structure(self, tag: Tag, content: str, pieces: Pieces) -> Iterator[Anchor]:
        """Record what a tag means for headings; yield the anchors that it makes."""
        if tag.closing:
            if self._heading and tag.name == self._heading.name:
                yield from self.finish()
            return
        if tag.name not in HEADINGS and "id" not in tag.attributes and "name" not in tag.attributes:
            return
        line = self.source.line_of(pieces.source(tag.start))
        for attribute in ("id", "name"):
            if attribute in tag.attributes and not (attribute == "name" and tag.name in _NAME_IS_NO_PLACE):
                start, end = tag.attributes[attribute]
                name = decode_attribute(content[start:end]).strip().removeprefix(_PREFIX)
                if name:
                    is_kept = self._kept is None or tag.name in self._kept
                    yield Anchor(name, "", line, AnchorSource.HTML_ID if is_kept else AnchorSource.DROPPED)
        if tag.name in HEADINGS:
            yield from self.finish()
            self._heading = _OpenHeading(tag.name, line)

    def drafts(self, tag: Tag, content: str, pieces: Pieces) -> Iterator[Draft]:
        """Yield the occurrences of one tag."""
        if tag.closing or tag.name not in WITH_LINKS:
            return
        for markup, start, end in sorted(links(tag, content), key=lambda link: link[1]):
            text = ""
            if "alt" in tag.attributes and (markup is Markup.HTML_IMG or tag.name in {"area", "img"}):
                alt_start, alt_end = tag.attributes["alt"]
                text = squeeze(decode_attribute(content[alt_start:alt_end]))
            span = self.source.span(*pieces.range(start, end))
            url = self._url(content[start:end])
            yield Draft(self.source.occurrence(url, markup, span, text=text, section=self.section, parent=self.parent))

    def _url(self, raw: str) -> str:
        """Return the URL that an attribute value means; browsers drop tabs and line ends from it."""
        if "\n" in raw and "\r" in self.source.text:
            raw = raw.replace(" \n", "\n")
        url = decode_attribute(raw)
        if "\n" in url or "\t" in url or "\r" in url:
            url = url.translate({9: None, 10: None, 13: None}).strip()
        if not self.base_url or not url:
            return url
        resolved = whatwg.resolve(url, self.base_url)
        if resolved is not None:
            return resolved
        try:
            return urljoin(self.base_url, url)  # a base within the repository
        except ValueError:
            return url

    def html(self, content: str, pieces: Pieces) -> Iterator[Extracted]:
        """Read a part of HTML; yield its occurrences in order, each as soon as its text is known."""
        link: Draft | None = None
        waiting: list[Draft | Anchor] = []
        pos = 0
        for tag in self.scanner.scan(content):
            if link or self._heading:
                self._read_text(link, content[pos : tag.start])
            pos = tag.end
            link = None if tag.name == "a" else link
            waiting.extend(self.structure(tag, content, pieces))
            for draft in self.drafts(tag, content, pieces):
                waiting.append(draft)
                link = _link_around(link, draft)
            if link is None:
                yield from _finished(waiting)
                waiting.clear()
        if (link or self._heading) and not self.scanner.in_comment:
            self._read_text(link, content[pos:])
        self.comments(content, pieces)
        yield from _finished(waiting)

    def _read_text(self, link: Draft | None, html: str) -> None:
        text = html_text(html)
        self.heading_text(text)
        if link:
            link.parts.append(text)


def _link_around(link: Draft | None, draft: Draft) -> Draft | None:
    """Return the link that is open after a new occurrence; an image in a link gives it its alternative text."""
    if draft.occurrence.markup is Markup.HTML_A:
        return draft
    if link and not link.alt:
        link.alt = draft.occurrence.text
    return link


def _finished(waiting: list[Draft | Anchor]) -> Iterator[Extracted]:
    for item in waiting:
        yield item.finished() if isinstance(item, Draft) else item
