"""What a document holds, in parts that know nothing of where they stand, so that those that did not change are kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol

from linkwarden.extract import Extractor
from linkwarden.model import Anchor, Extracted, Notice, Occurrence, Span, Suppression


class Shift(NamedTuple):
    """How far behind the beginning of the document a part begins: in characters, and in lines."""

    characters: int = 0
    lines: int = 0

    def span(self, span: Span) -> Span:
        """Return where a span of the part stands in the document."""
        path, line, col, end_line, end_col, start, end = (
            span.path, span.line, span.col, span.end_line, span.end_col, span.start, span.end,
        )  # fmt: skip
        by, lines = self
        return Span(path, line + lines, col, end_line + lines, end_col, start + by, end + by)

    def occurrence(self, found: Occurrence) -> Occurrence:
        """Return what a part holds as the document holds it."""
        used = None if found.used is None else self.span(found.used)
        entry = found.entry + self.lines if found.entry else 0
        return replace(found, span=self.span(found.span), used=used, entry=entry)


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
        parts: with where they stand, in their order.
        anchors: of the document, in their order.
        notices: remarks on it.
        suppressions: its comments to linkwarden.
    """

    text: str
    parts: Sequence[tuple[Part, Shift]]
    anchors: tuple[Anchor, ...] = ()
    notices: tuple[Notice, ...] = ()
    suppressions: tuple[Suppression, ...] = ()

    def links(self) -> Iterator[Occurrence]:
        """Yield the links of the document."""
        for part, shift in self.parts:
            yield from part.links if shift == (0, 0) else map(shift.occurrence, part.links)


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
    return Reading(text, [(Part(tuple(links)), Shift())], tuple(anchors), tuple(notices), tuple(suppressions))
