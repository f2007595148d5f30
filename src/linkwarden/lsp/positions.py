r"""Where an editor means: its lines and columns, and the offsets of linkwarden, in both directions.

The protocol counts columns in the units that both sides agree on (UTF-8, UTF-16 or UTF-32), and ends lines at ``\n``,
``\r\n`` and ``\r`` only (Language Server Protocol 3.17, "Text Documents").
"""

from __future__ import annotations

from bisect import bisect_right
from enum import StrEnum
from typing import NamedTuple

from linkwarden.extract._spans import line_starts


class Units(StrEnum):
    """What the columns of an editor count."""

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"

    def width(self, text: str) -> int:
        """Return how many units a text has."""
        if self is Units.UTF32 or text.isascii():
            return len(text)
        if self is Units.UTF16:
            return len(text.encode("utf-16-le", "surrogatepass")) // 2
        return len(text.encode("utf-8", "surrogatepass"))

    def reach(self, line: str, column: int) -> int:
        """Return the index in a line of what stands at a column; the line's length where it has no such column."""
        if self is Units.UTF32 or line.isascii():
            return min(max(column, 0), len(line))
        at = 0
        for index, char in enumerate(line):
            if at >= column:
                return index
            at += self.width(char)
        return len(line)


class Place(NamedTuple):
    """A place as editors name it: line and column, both from 0."""

    line: int
    column: int


class Lines:
    """The lines of a text.

    Args:
        text: the text.
        units: what columns count.
    """

    def __init__(self, text: str, units: Units) -> None:
        self._text = text
        self._units = units
        self._starts = line_starts(text)

    def place(self, offset: int) -> Place:
        """Return the place of an offset."""
        line = bisect_right(self._starts, offset) - 1
        return Place(line, self._units.width(self._text[self._starts[line] : offset]))

    def offset(self, place: Place) -> int:
        """Return the offset of a place; what lies behind the end of a line or of the text means that end."""
        if place.line >= len(self._starts):
            return len(self._text)
        if place.line < 0:
            return 0
        start, end = self.content(place.line)
        return start + self._units.reach(self._text[start:end], place.column)

    def content(self, line: int) -> tuple[int, int]:
        """Return where a line begins and where it ends, without its line end; those of the nearest line there is."""
        line = min(max(line, 0), len(self._starts) - 1)
        start = self._starts[line]
        if line + 1 == len(self._starts):
            return start, len(self._text)
        end = self._starts[line + 1] - 1
        return start, end - 1 if self._text[end] == "\n" and self._text[end - 1 : end] == "\r" else end


def replaced(text: str, start: Place, end: Place, new: str, units: Units) -> str:
    """Return a text in which what stands between two places is replaced."""
    lines = Lines(text, units)
    first, last = sorted((lines.offset(start), lines.offset(end)))
    return f"{text[:first]}{new}{text[last:]}"
