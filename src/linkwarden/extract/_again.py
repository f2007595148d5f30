"""Reads a Markdown document again and again while it is edited; only the parts that have changed are read.

The document is cut where a block begins at the outermost level, whatever stands behind it: at headings and at some of
the items of outermost lists that begin at the first column. What a part means depends on its own text alone, and on the
reference definitions of the document that it looks up; so what was read once is kept by that text. Whether a cut is
right is not assumed: each part is read with a heading or an item behind it, and if that is not seen as one (a fence, a
comment or an HTML block goes on), the part is read together with what follows.

What is about the whole document (numbers of headings, comments to linkwarden, remarks) is put together from the parts.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from itertools import accumulate
from typing import Any, ClassVar, NamedTuple
from zlib import crc32

from linkwarden.extract._document import Block, BlockKind, Document
from linkwarden.extract._link_parts import Definition
from linkwarden.extract._math import displayed
from linkwarden.extract._reader import Reader, Unnamed, shown_on_github
from linkwarden.extract._reading import INHERITED, Part, Reading, Shift, as_reading, placeholder
from linkwarden.extract._spans import Source, text_notices
from linkwarden.extract._text import squeeze
from linkwarden.extract.markdown import FRONT_MATTER, PANDOC, Markdown, MarkdownReader
from linkwarden.model import Anchor, AnchorSource, Extracted, Heading, Notice, Occurrence, Span, Suppression
from linkwarden.records import dataclass

#: Lines at which a block begins at the outermost level unless something before them goes on; no thematic breaks.
_BEGINNING = re.compile(
    r"\n(?:(#)#{0,5}[ \t]+\S|(?!([-*])[ \t]*+(?:\2[ \t]*+){2,}+(?:\n|\Z))([-+*]|\d{1,9}[.)])[ \t]+\S)"
)
#: Which of the footnotes readers see, and where, depends on the whole document.
_FOOTNOTE = re.compile(r"^[ \t>*+\-\d.)]*+\[\^[^\] \t\n]++\]:", re.MULTILINE)
#: Of the items of a list, one in so many begins a part; which, depends on its own text, so that others may come and go.
_ITEMS = 8
#: Shorter parts cost more than they spare.
_SHORTEST = 200
#: So much of an item decides.
_DECIDES = 120
_BARE_LINE_FEED = re.compile(r"(?<!\r)\n")
#: Definitions may be read differently once others are known; if that goes on, something is wrong.
_MOST_ROUNDS = 4
#: Each part in whose texts a bracket stands looks through all labels; beyond this it is quicker to read the whole.
_MOST_LABELS = 1_000_000


@dataclass(slots=True)
class _Part(Part):
    """A part of a document, with what it holds beside its links.

    Attributes:
        anchors: its headings, which are not named yet, and its other anchors.
        reader: what has read it, and has collected what is about the whole document.
        lines: how many lines end in it.
        definitions: its reference definitions, in order.
        looked_up: the labels that it has looked up, with the URLs that they had then.
        labels: all labels that there were, if they decided what its texts are; else None.
        closed: a block that begins behind it begins at the outermost level.
        alone: it holds what cannot be read apart from the rest of the document.
        table: the definitions for which it was last seen to hold.
    """

    anchors: tuple[Anchor, ...] = ()
    reader: MarkdownReader | None = None
    lines: int = 0
    definitions: Sequence[tuple[str, Definition]] = ()
    looked_up: Mapping[str, str | None] = field(default_factory=dict)
    labels: frozenset[str] | None = None
    closed: bool = False
    alone: bool = False
    table: Mapping[str, str] | None = None

    def holds(self, table: Mapping[str, str]) -> bool:
        """Return whether the part would be read in the same way with these definitions."""
        if self.table is not table:
            same = all(table.get(label) == url for label, url in self.looked_up.items())
            if not same or (self.labels is not None and self.labels != table.keys()):
                return False
            self.table = table
        return True


class _Cut(NamedTuple):
    """Where a part may begin, and the mark of the block that begins there; "" for the document itself."""

    offset: int
    mark: str


_Key = tuple[str, str, bool]


class MarkdownAgain:
    """Reads one Markdown document.

    Args:
        extractor: reads it as a whole, where it cannot be read in parts.
        path: name for spans.

    Attributes:
        read_again: how many characters were read for the last version.
    """

    def __init__(self, extractor: Markdown, path: str) -> None:
        self._extractor = extractor
        self._path = path
        self._pandoc = path.lower().endswith(PANDOC)
        self._parts: dict[_Key, _Part] = {}
        self._used: dict[_Key, _Part] = {}
        self._table: dict[str, str] = {}
        self._numbers: dict[str, int] = {}
        self._last: Reading | None = None
        self._labels = 0
        self.read_again = 0

    def read(self, text: str) -> Reading:
        """Return what the document holds."""
        if self._last is None or self._last.text != text:
            self.read_again = 0
            self._last = self._in_parts(text) or self._as_a_whole(text)
        return self._last

    def _as_a_whole(self, text: str) -> Reading:
        self.read_again = len(text)
        return as_reading(text, self._extractor.extract(text, self._path))

    def _in_parts(self, text: str) -> Reading | None:
        """Return what the document holds, or None where its parts depend on each other."""
        if "\r" in text and _BARE_LINE_FEED.search(text):  # what a line end in a URL is depends on all others
            return None
        source = Source(text, self._path)
        if "[^" in source.body and _FOOTNOTE.search(source.body):
            return None
        self._used.clear()
        self._labels = 0
        cuts = _cuts(source.body)
        for _ in range(_MOST_ROUNDS):
            placed = self._cut(source, cuts)
            if placed is None:
                return None
            table = _table(part for part, _ in placed)
            if table == self._table:
                self._parts, self._used = self._used, {}
                return self._together(source, placed)
            self._table = table
        return None

    # --- the parts --------------------------------------------------------------------------------------------------

    def _cut(self, source: Source, cuts: Sequence[_Cut]) -> list[tuple[_Part, int]] | None:
        """Return the parts of a document with the offsets in its body at which they begin; None if it has none."""
        placed: list[tuple[_Part, int]] = []
        at = 0
        while at < len(cuts):
            begin, together = cuts[at].offset, 1
            while True:
                end = at + together
                last = end >= len(cuts)
                stop, mark = (len(source.body), "") if last else cuts[end]
                begins = 0 if at == 0 else begin + source.base
                part = self._part(source.text[begins : stop + source.base], mark, first=at == 0)
                if part.alone or self._labels > _MOST_LABELS:
                    return None
                if last or part.closed:
                    break
                together *= 2
            placed.append((part, begin))
            at = end
        return placed

    def _part(self, text: str, mark: str, *, first: bool) -> _Part:
        key = (text, mark, first)
        known = self._used.get(key) or self._parts.get(key)
        if known is None or not known.holds(self._table):
            self.read_again += len(text)
            known = self._read(text, mark)
        self._used[key] = known
        return known

    def _read(self, text: str, mark: str) -> _Part:
        source = Source(f"{text}{mark} x\n" if mark else text, self._path)
        end = len(text) - source.base
        labels = _Labels(self._table, self._numbers)
        document = Document(definitions=labels)
        reader = _PartReader(source, document, end, mark)
        links: list[Occurrence] = []
        anchors: list[Anchor] = []
        for item in reader.read():
            if isinstance(item, Occurrence):
                links.append(item)
            elif isinstance(item, Anchor):
                anchors.append(item)
        self._labels += len(self._table) if labels.all_of_them else 0
        return _Part(
            tuple(links),
            anchors=tuple(anchors),
            reader=reader,
            table=self._table,
            lines=source.line_of(end) - 1,
            definitions=labels.own,
            looked_up=labels.looked_up,
            labels=frozenset(self._table) if labels.all_of_them else None,
            closed=reader.closed,
            alone=bool(document.footnotes) or document.too_deep is not None,
        )

    # --- the whole --------------------------------------------------------------------------------------------------

    def _together(self, source: Source, placed: Sequence[tuple[_Part, int]]) -> Reading | None:
        """Return the document that the parts make; None if there is too much to remark on to do so part by part."""
        document = Document()
        places = self._define(source, document, placed)
        whole = MarkdownReader(source, document)
        anchors: list[Anchor] = []
        parts: list[tuple[Part, Shift]] = []
        lines = accumulate((part.lines for part, _ in placed), initial=0)
        for (part, begin), line in zip(placed, lines, strict=False):
            offset = begin + source.base if begin else 0
            parts.append((part, Shift(offset, line, whole.section, places)))
            if part.reader is not None:
                anchors += whole.take_over(part.reader, begin, line, part.anchors)
        if whole.too_many_slips:
            return None
        notices = list(text_notices(source))
        suppressions: list[Suppression] = []
        for item in whole.end():
            match item:
                case Notice():
                    notices.append(item)
                case Suppression():
                    suppressions.append(item)
                case Anchor():
                    anchors.append(item)
        return Reading(source.text, parts, tuple(anchors), tuple(notices), tuple(suppressions))

    def _define(
        self, source: Source, document: Document, placed: Sequence[tuple[_Part, int]]
    ) -> dict[int, tuple[Span, str]]:
        """Put the reference definitions of all parts into a document; return where they stand, by number."""
        places: dict[int, tuple[Span, str]] = {}
        for part, begin in placed:
            for label, (url, start, end) in part.definitions:
                definition = Definition(url, start + begin, end + begin)
                first = document.definitions.setdefault(label, definition)
                if first is definition:
                    span = source.span(definition.start, definition.end)
                    places[self._numbers.setdefault(label, len(self._numbers))] = span, source.slice(span)
                elif first.url != url:
                    document.redefined.append((label, definition))
        return places


class _State(Reader):
    """Leaves the headings of a part unnamed, and knows nothing of the section that it begins in."""

    def heading(self, heading: Heading | str, line: int, level: int) -> Iterator[Anchor]:
        text = heading if isinstance(heading, str) else shown_on_github(heading)
        self.section = squeeze(text)
        yield Unnamed("", self.section, line, AnchorSource.HEADING, level=level, given=heading)


class _PartReader(MarkdownReader):
    """Reads a part with the beginning of another block behind it.

    Args:
        source: the part and the other block.
        document: takes in its definitions.
        end: where the part ends.
        mark: what the other block begins with; "" if nothing follows.

    Attributes:
        closed: the other block was seen as one, so that nothing of the part goes on in what follows.
    """

    state: ClassVar[type[Reader]] = _State

    def __init__(self, source: Source, document: Document, end: int, mark: str) -> None:
        super().__init__(source, document)
        self._outer = document.outer_items
        self._end = end
        self._mark = mark
        self._reader.section = INHERITED
        self.closed = not mark

    def block(self, block: Block, found: list[Extracted]) -> None:
        at = block.pieces.source(0)
        if not self._mark or at < self._end:
            super().block(block, found)
            return
        begins = at == self._end + len(self._mark) + 1 and block.content == "x"
        kind = BlockKind.HEADING if self._mark == "#" else BlockKind.TEXT
        outermost = block.item == 0 if self._mark == "#" else block.item > 0 and self._outer[block.item] == 0
        self.closed = begins and block.kind is kind and outermost and not self.is_open

    def end(self) -> Iterator[Extracted]:
        """Leave the rest to the document."""
        if not self._mark:
            yield from self._reader.finish()


class _Labels(dict[str, Definition]):
    """Stands for the reference definitions of the document while a part of it is read.

    Args:
        table: the URLs of all labels.
        numbers: by which definitions are named until it is known where they stand; it grows.

    Attributes:
        own: the definitions of the part.
        looked_up: the labels that were looked up, with their URLs.
        all_of_them: it was asked which labels there are.
    """

    def __init__(self, table: Mapping[str, str], numbers: dict[str, int]) -> None:
        super().__init__()
        self._table = table
        self._numbers = numbers
        self.own: list[tuple[str, Definition]] = []
        self.looked_up: dict[str, str | None] = {}
        self.all_of_them = False

    def get(self, label: str, default: Any = None) -> Any:
        url = self.looked_up[label] = self._table.get(label)
        return default if url is None else self._definition(label, url)

    def setdefault(self, label: str, default: Any = None) -> Any:
        self.own.append((label, default))
        return default

    def items(self) -> Any:
        self.all_of_them = True
        return [(label, self._definition(label, url)) for label, url in self._table.items()]

    def _definition(self, label: str, url: str) -> Definition:
        at = placeholder(self._numbers.setdefault(label, len(self._numbers)))
        return Definition(url, at, at)


def _table(parts: Iterable[_Part]) -> dict[str, str]:
    """Return the URLs of all labels; the first definition of a label counts."""
    table: dict[str, str] = {}
    for part in parts:
        for label, definition in part.definitions:
            table.setdefault(label, definition.url)
    return table


def _cuts(body: str) -> list[_Cut]:
    """Return where parts may begin, in order; the first is the beginning of the document."""
    front = FRONT_MATTER.match(body)
    together = displayed(body)
    cuts = [_Cut(0, "")]
    for found in _BEGINNING.finditer(body, front.end() if front else 0):
        at = found.start() + 1
        if found[3]:
            line = body[at : at + _DECIDES].partition("\n")[0]
            if crc32(line.encode("utf-8", "surrogatepass")) % _ITEMS:
                continue
        group = together[bisect_right(together, (at, len(body))) - 1] if together else (0, 0)
        if at - cuts[-1].offset >= _SHORTEST and not group[0] < at < group[1]:
            cuts.append(_Cut(at, found[1] or found[3]))
    return cuts
