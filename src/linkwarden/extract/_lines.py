"""The lines of a document by offset, for readers of markup in which lines and their indentation decide."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from linkwarden.extract._bare import Collector
from linkwarden.extract._reader import Reader
from linkwarden.extract._spans import Source
from linkwarden.extract._tags import TagScanner
from linkwarden.extract.base import Extractor
from linkwarden.model import Extracted

_TAB = 8


class Line(NamedTuple):
    """One line: where it begins and ends (without white space at its end), and how far it is indented."""

    start: int
    end: int
    indent: int
    first: int

    @property
    def blank(self) -> bool:
        """True if nothing is on it."""
        return self.first >= self.end


def lines_of(body: str) -> list[Line]:
    """Return the lines of a document."""
    found: list[Line] = []
    pos = 0
    while pos < len(body):
        end = body.find("\n", pos)
        end = len(body) if end < 0 else end
        text = body[pos:end]
        stripped = text.lstrip(" \t\v\f\r")
        first = end - len(stripped)
        lead = body[pos:first]
        indent = len(lead.expandtabs(_TAB)) if "\t" in lead else len(lead)
        found.append(Line(pos, pos + len(text.rstrip()), indent, first))
        pos = end + 1
    return found


class Reading(ABC):
    """The state of reading one document line by line.

    Attributes:
        collector: makes the occurrences.
    """

    def __init__(self, source: Source, *, knows_anchors: bool) -> None:
        self.collector = Collector(source)
        self._source = source
        self._body = source.body
        self._lines = lines_of(source.body)
        self._reader = Reader(source, TagScanner())
        self._knows_anchors = knows_anchors

    @abstractmethod
    def read(self) -> Iterator[Extracted]:
        """Yield everything in the document."""


class LineExtractor(Extractor):
    """Reads documents line by line.

    Class attributes:
        reading: reads one.
        together: what a document has that takes other files in, whose anchors are not known.
    """

    reading: ClassVar[type[Reading]]
    together: ClassVar[re.Pattern[str]]

    def knows_anchors(self, text: str) -> bool:
        return self.together.search(text) is None

    def extract(self, text: str, path: str) -> Iterator[Extracted]:
        reading = self.reading(Source(text, path), knows_anchors=self.knows_anchors(text))
        yield from reading.collector.begin()
        yield from reading.read()
        yield from reading.collector.finish()
