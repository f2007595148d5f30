"""What a document holds, in parts that know nothing of where they stand, so that those that did not change are kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Protocol

from linkwarden.extract.base import Extractor
from linkwarden.model import Anchor, Extracted, Notice, Occurrence, Span, Suppression
from linkwarden.records import dataclass

#: In place of a section: that of what stands before the part.
INHERITED = "\0"
#: Offsets from here on down are numbers of definitions.
_DEFINITIONS = -1_000_000_000
_STEP = 4


def placeholder(number: int) -> int:
    """Return the offset that stands for the place of a definition, which is in another part."""
    return _DEFINITIONS - _STEP * number


@dataclass(frozen=True, slots=True)
class Shift:
    """Where a part stands in its document.

    Attributes:
        characters: so many come before it.
        lines: so many end before it.
        section: text of the nearest heading before it.
        definitions: where link reference definitions stand, and what stands there, by their numbers.
    """

    characters: int = 0
    lines: int = 0
    section: str = ""
    definitions: Mapping[int, tuple[Span, str]] = field(default_factory=dict)

    def span(self, span: Span) -> Span:
        """Return where a span of the part stands in the document."""
        by, lines = self.characters, self.lines
        start, end = span.start + by, span.end + by
        place = (span.path, span.line + lines, span.col, span.end_line + lines, span.end_col, start, end)
        return Span(*place, span.wide, span.end_wide)

    def occurrence(self, found: Occurrence) -> Occurrence:
        """Return a link of a part as the document holds it."""
        if found.span.start < 0:
            span, raw = self.definitions[(_DEFINITIONS - found.span.start + _STEP // 2) // _STEP]
        else:
            span, raw = self.span(found.span), found.raw
        used = None if found.used is None else self.span(found.used)
        entry = found.entry + self.lines if found.entry else 0
        section = self.section if found.section == INHERITED else found.section
        return replace(found, span=span, raw=raw, used=used, entry=entry, section=section)


@dataclass(slots=True)
class Part:
    """The links of a part of a document, as if nothing stood before it.

    Attributes:
        links: in their order.
        notes: what others have found out about the part; it is as true wherever the part stands.
    """

    links: tuple[Occurrence, ...]
    notes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a document holds.

    Attributes:
        text: the document.
        parts: with where they stand, in their order; a part that is the whole document stands nowhere else.
        anchors: of the document, in their order.
        notices: remarks on it.
        suppressions: its comments to linkwarden.
    """

    text: str
    parts: Sequence[tuple[Part, Shift | None]]
    anchors: tuple[Anchor, ...] = ()
    notices: tuple[Notice, ...] = ()
    suppressions: tuple[Suppression, ...] = ()

    def links(self) -> Iterator[Occurrence]:
        """Yield the links of the document."""
        for part, shift in self.parts:
            yield from part.links if shift is None else map(shift.occurrence, part.links)


class Reader(Protocol):
    """Reads one document again and again."""

    def read(self, text: str) -> Reading:
        """Return what the document holds."""


class WholeReader:
    """Reads the whole document each time.

    Args:
        extractor: of its kind.
        path: name for spans.
    """

    def __init__(self, extractor: Extractor, path: str) -> None:
        self._extractor = extractor
        self._path = path
        self._last: Reading | None = None

    def read(self, text: str) -> Reading:
        """Return what the document holds."""
        if self._last is None or self._last.text != text:
            self._last = as_reading(text, self._extractor.extract(text, self._path))
        return self._last


def as_reading(text: str, items: Iterator[Extracted]) -> Reading:
    """Return what an extractor has found as a reading of one part."""
    links: list[Occurrence] = []
    anchors: list[Anchor] = []
    notices: list[Notice] = []
    suppressions: list[Suppression] = []
    for item in items:
        match item:
            case Occurrence():
                links.append(item)
            case Anchor():
                anchors.append(item)
            case Notice():
                notices.append(item)
            case Suppression():
                suppressions.append(item)
    return Reading(text, [(Part(tuple(links)), None)], tuple(anchors), tuple(notices), tuple(suppressions))
