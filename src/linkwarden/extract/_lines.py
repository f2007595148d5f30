"""The lines of a document by offset, for readers of markup in which lines and their indentation decide."""

from __future__ import annotations

from dataclasses import dataclass

_TAB = 8


@dataclass(frozen=True, slots=True)
class Line:
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
