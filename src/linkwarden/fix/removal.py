"""Entries of which nothing works any more: items of lists and rows of tables, with the lines that belong to them. Pure.

Careful rather than thorough: what is not plainly an item with all of its lines, and nothing but broken links in it,
stays.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence

from linkwarden.fix.wanted import Dropped, Wanted
from linkwarden.model import Anchor, Extracted, Occurrence, Suppression
from linkwarden.records import dataclass

#: Returns why the entry of a link shall go if all of its links are like it, or None for a link that keeps its entry.
Dead = Callable[[Occurrence], Wanted | None]

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_ITEM = re.compile(r"([ \t]*)([-*+]|\d{1,9}[.)])[ \t]+\S")
_ROW = re.compile(r"[ \t]{0,3}\|.*\|[ \t]*\Z")
#: What the line below a table's head consists of.
_DELIMITER = frozenset("|-: \t")
#: What ends an item without a blank line before it; anything else at the margin is still its text.
_BLOCK = re.compile(
    r"[ \t]*(?:[-*+][ \t]|\d{1,9}[.)][ \t]|#{1,6}[ \t]|<!--|</?(?:details|summary|ul|ol|div|p|table|h\d)\b)"
)
#: Of a link, used or not, or of a footnote.
_DEFINITION = re.compile(r"^[ \t>*+\d.)-]*\[[^\]\n]+\]:", re.MULTILINE)
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]")


@dataclass(frozen=True, slots=True)
class Removal:
    """An entry that goes.

    Attributes:
        start: offset of its first line.
        end: offset behind its last line.
        line: the number of its first line, from 1.
        gone: numbers of the items of the document that go with it.
        before: its first broken URL.
        wanted: why it goes.
    """

    start: int
    end: int
    line: int
    gone: frozenset[int]
    before: str
    wanted: Wanted


def removals(text: str, items: Sequence[Extracted], dead: Dead) -> tuple[list[Removal], list[Dropped]]:
    """Return the entries that go, in the order of the text, and those that stay although they have a dead link."""
    lines = _Lines(text)
    found: dict[int, Removal] = {}
    dropped: dict[int, Dropped] = {}
    inside = _Inside(items, dead)
    for place, number in inside.links:
        item = items[number]
        wanted = dead(item) if isinstance(item, Occurrence) else None
        if wanted is None or not isinstance(item, Occurrence):
            continue
        line = lines.number(place)
        region = lines.entry(line)
        if region is None:
            dropped[line] = Dropped(line + 1, item.url, wanted, "it is no item of a list and no row of a table")
            continue
        first, last = region
        if first in found or first in dropped:
            continue
        start, end = lines.starts[first], lines.starts[last + 1]
        numbers = inside.numbers(start, end)
        reason = inside.keeps(numbers, (start, end), (first + 1, last + 1))
        if not reason and _DEFINITION.search(text, start, end):
            reason = "it holds a definition"
        if reason:
            dropped[first] = Dropped(first + 1, item.url, wanted, reason)
        else:
            found[first] = Removal(start, end, first + 1, frozenset(numbers), item.url, wanted)
    outermost: list[Removal] = []
    for first in sorted(found):
        if not outermost or found[first].start >= outermost[-1].end:
            outermost.append(found[first])
    return outermost, list(dropped.values())


def emptied(text: str, gone: Sequence[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    """Yield line and text of each heading that has nothing below it once stretches of the text are gone."""
    lines = _Lines(text)
    removed = {n for start, end in gone for n in range(lines.number(start), lines.number(max(start, end - 1)) + 1)}
    left = [n for n in range(lines.count) if n not in removed and lines.text(n).strip()]
    for start, _ in gone:
        at = bisect_right(left, lines.number(start))
        above = left[at - 1] if at else -1
        below = left[at] if at < len(left) else -1
        if above >= 0 and _HEADING.match(lines.text(above)) and (below < 0 or _HEADING.match(lines.text(below))):
            yield above + 1, lines.text(above).strip().lstrip("#").strip()


class _Inside:
    """What stands within stretches of a text."""

    def __init__(self, items: Sequence[Extracted], dead: Dead) -> None:
        self._items = items
        self._dead = dead
        links = [(n, item) for n, item in enumerate(items) if isinstance(item, Occurrence)]
        #: Where each link stands (of a reference its use), with its number.
        self.links = sorted(((item.used or item.span).start, number) for number, item in links)
        self._definitions = sorted((item.span.start, number) for number, item in links if item.used is not None)
        self._marks = sorted(item.line for item in items if isinstance(item, Anchor | Suppression))

    def numbers(self, start: int, end: int) -> list[int]:
        """Return the numbers of the links in a stretch."""
        return _between(self.links, start, end)

    def keeps(self, inside: Sequence[int], place: tuple[int, int], lines: tuple[int, int]) -> str:
        """Return why an entry has to stay, or ""."""
        found = [item for number in inside if isinstance(item := self._items[number], Occurrence)]
        if any(self._dead(item) is None for item in found):
            return "other links of the entry are not broken"
        if not set(_between(self._definitions, *place)) <= set(inside):
            return "another part of the list needs a definition in it"
        if bisect_left(self._marks, lines[0]) < bisect_right(self._marks, lines[1]):
            return "it holds a heading, a name or a comment to linkwarden"
        return ""


def _between(places: Sequence[tuple[int, int]], start: int, end: int) -> list[int]:
    return [number for _, number in places[bisect_left(places, (start, -1)) : bisect_left(places, (end, -1))]]


class _Lines:
    """The lines of a text, from 0."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.starts = [found.start() for found in _LINE.finditer(text)]
        if self.starts[-1] != len(text):
            self.starts.append(len(text))
        self.count = len(self.starts) - 1
        self._entries: dict[int, tuple[int, int] | None] = {}
        self._rows: dict[int, bool] = {}  # whether what stands below a row is one of a table's body

    def text(self, number: int) -> str:
        return self._text[self.starts[number] : self.starts[number + 1]].rstrip("\r\n")

    def number(self, offset: int) -> int:
        return max(0, min(bisect_right(self.starts, offset), self.count) - 1)

    def entry(self, line: int) -> tuple[int, int] | None:
        """Return the first and last line of the item or the row that a line is part of, or None."""
        if line not in self._entries:  # a line may be long, and full of links
            self._entries[line] = self._entry(line)
        return self._entries[line]

    def _entry(self, line: int) -> tuple[int, int] | None:
        if _ROW.match(self.text(line)):
            return (line, line) if self._is_body_row(line) else None
        first = self._first_line(line)
        return None if first is None else self._item(first)

    def _is_body_row(self, line: int) -> bool:
        """Return whether a row stands below the line that makes a table of it and its neighbours."""
        passed: list[int] = []
        above = line
        while above not in self._rows:
            passed.append(above)
            above -= 1
            if above < 0 or not _ROW.match(self.text(above)):
                self._rows[above] = False
            elif set(self.text(above)) <= _DELIMITER:
                self._rows[above] = above > 0 and _ROW.match(self.text(above - 1)) is not None
        self._rows.update(dict.fromkeys(passed, self._rows[above]))
        return self._rows[line]

    def _first_line(self, line: int) -> int | None:
        """Return the line with the marker of the item that a line is part of."""
        for at in range(line, max(-1, line - _MOST_LINES), -1):
            item = _ITEM.match(self.text(at))
            if item is not None:
                inside = at == line or _indent(self.text(line)) > _indent(self.text(at))
                return at if inside else None
            if at != line and self.text(at).strip() and _indent(self.text(at)) == 0:
                return None
        return None

    def _item(self, first: int) -> tuple[int, int] | None:
        """Return the lines of the item that begins on a line; None where its end is not plain."""
        base = _indent(self.text(first))
        last, at = first, first + 1
        while at < self.count and at - first < _MOST_LINES:
            text = self.text(at)
            if text.strip():
                if _indent(text) > base:
                    last = at
                elif at == last + 1 and not _BLOCK.match(text):
                    return None  # the item's text goes on at the margin
                else:
                    break
            at += 1
        return first, last


#: A longer item is none that somebody would want to lose.
_MOST_LINES = 200


def _indent(text: str) -> int:
    expanded = text.expandtabs(4)
    return len(expanded) - len(expanded.lstrip(" "))


def moved_line(line: int, gone: Mapping[int, int]) -> int:
    """Return the number that a line has once others are gone: how many, by the number of the first of them."""
    return line - sum(count for first, count in gone.items() if first < line)
