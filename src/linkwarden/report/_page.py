"""A page of styled text for the terminal, built line by line. Colours are the command line's business."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

Span = tuple[str, str]
Line = list[Span]

#: Prose is not set wider than this, however wide the window is.
_WIDEST_PROSE = 110
_NARROWEST_PROSE = 30


class Page:
    """Lines of spans ``(style, text)``.

    Args:
        width: columns of the terminal; prose is wrapped to it, addresses never are, so that they can be copied.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self.lines: list[Line] = []

    def add(self, *spans: Span) -> None:
        """Add one line; empty spans vanish."""
        self.lines.append([span for span in spans if span[1]])

    def gap(self) -> None:
        """Add an empty line, unless there is one already or nothing above it."""
        if self.lines and self.lines[-1]:
            self.lines.append([])

    def heading(self, text: str, count: int | None = None) -> None:
        """Add a section heading with the number of what follows."""
        self.gap()
        self.add(("heading", text), ("quiet", "" if count is None else f" ({count:,})"))

    def prose(self, text: str, style: str = "", *, indent: int = 4, lead: Span = ("", "")) -> None:
        """Add wrapped prose; ``lead`` stands before its first line and later lines hang under the text."""
        hang = indent + len(lead[1])
        room = max(min(self.width, _WIDEST_PROSE) - hang, _NARROWEST_PROSE)
        rows = textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False)
        for number, row in enumerate(rows):
            if number == 0:
                self.add(("", " " * indent), lead, (style, row))
            else:
                self.add(("", " " * hang), (style, row))

    def guarded(self) -> list[Line]:
        """Give the lines, none of which a GitHub runner takes for a workflow command (``::name::`` at the start)."""
        return [[("", "\\"), *line] if plain(line).lstrip().startswith("::") else line for line in self.lines]


def plain(line: Iterable[Span]) -> str:
    """Give a line without its styles."""
    return "".join(text for _, text in line)
