"""Lines for a terminal: spans of styled text, wrapped to its width, some of which are links."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Self

Span = tuple[str, str]
Line = list[Span]

#: Prose is not set wider than this, however wide the window is.
_WIDEST_PROSE = 110
_NARROWEST_PROSE = 30
#: What leads a paragraph and is longer than this has the later lines begin below it, not beside it.
_LONGEST_HANG = 24


class Linked(str):
    """Text that a terminal which can shows as a link.

    Attributes:
        url: where it leads, as it is: ``linkwarden.sinks.hyperlink`` makes it fit.
    """

    __slots__ = ("url",)
    url: str

    def __new__(cls, text: str, url: str) -> Self:
        """Return the text with its URL; a text that leads nowhere has ""."""
        linked = super().__new__(cls, text)
        linked.url = url
        return linked


class Page:
    """Lines of spans ``(style, text)``.

    Args:
        width: columns of the terminal; prose is wrapped to it, URLs never are, so that they can be copied.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self.lines: list[Line] = []

    def add(self, *spans: Span) -> None:
        """Add one line; empty spans vanish."""
        self.lines.append([span for span in spans if span[1]])

    def add_beside(self, line: Iterable[Span], beside: Span, *, indent: int) -> None:
        """Add one line, and what belongs to it at its end if there is room, else below it."""
        spans = [span for span in line if span[1]]
        if beside[1] and len(plain(spans)) + len(beside[1]) + 2 > self.width:
            self.add(*spans)
            self.add(("", " " * indent), beside)
        else:
            self.add(*spans, ("", "  " if beside[1] else ""), beside)

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
        used = indent + len(lead[1])
        hang = used if len(lead[1]) <= _LONGEST_HANG else indent + 2
        room = max(min(self.width, _WIDEST_PROSE) - hang, _NARROWEST_PROSE)
        taken = " " * (used - hang)
        rows = textwrap.wrap(text, room, initial_indent=taken, break_long_words=False, break_on_hyphens=False)
        for number, row in enumerate(rows):
            if number == 0:
                self.add(("", " " * indent), lead, (style, row.removeprefix(taken)))
            else:
                self.add(("", " " * hang), (style, row))

    def guarded(self) -> list[Line]:
        """Return the lines, none of which a GitHub runner takes for a workflow command (``::name::`` at the start)."""
        return [[("", "\\"), *line] if plain(line).lstrip().startswith("::") else line for line in self.lines]


def plain(line: Iterable[Span]) -> str:
    """Return a line without its styles."""
    return "".join(text for _, text in line)
