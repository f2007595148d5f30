"""SOURCES.md beside saved images: where each came from, and a line for its licence. What is there stays. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from linkwarden.records import dataclass
from linkwarden.sinks import cut, md_code, md_text
from linkwarden.text import mask_secrets

NAME = "SOURCES.md"
_HEAD = (
    "# Sources of these images",
    "",
    "`linkwarden rescue` saved these images. Fill in the licences: what you write here stays as it is.",
)
_LONGEST_URL = 2_000
_LONGEST_TEXT = 120


@dataclass(frozen=True, slots=True)
class Note:
    """What is noted of an image.

    Attributes:
        file: its name.
        source: the URL that the list had.
        at: when it was downloaded.
        copy: the URL of the archived copy that was taken, or "".
        captured: the day of that copy, or "".
        places: documents that show it, each with what it calls the image, or "".
    """

    file: str
    source: str
    at: datetime
    copy: str = ""
    captured: str = ""
    places: Sequence[tuple[str, str]] = ()

    @property
    def source_line(self) -> str:
        """Where it came from, and when."""
        at = f"{self.at:%Y-%m-%d %H:%M} UTC"
        if not self.copy:
            return f"* Source: {_code(self.source)}, saved {at}"
        return f"* Source: {_code(self.source)}, by its copy of {self.captured}, {_code(self.copy)}, saved {at}"

    @property
    def section(self) -> list[str]:
        """All lines about an image that was not there before."""
        used = [
            f"{_code(name)}{f': {md_text(cut(text, _LONGEST_TEXT))}' if text else ''}" for name, text in self.places
        ]
        return [f"## {self.file}", "", self.source_line, *(f"* Used in {place}" for place in used), "* Licence:"]


def with_notes(text: str, notes: Iterable[Note]) -> str:
    """Return the text of SOURCES.md with notes added; nothing that it holds is changed or moved.

    An image that it has gets a further line if it came from another place this time.
    """
    end = "\r" if "\r\n" in text else ""
    lines = text.split("\n") if text.strip() else [*_HEAD, ""]
    if lines[-1]:
        lines[-1:] = [lines[-1] + end, ""]  # it had no end
    for note in notes:
        lines = _with_note(lines, note, end)
    return "\n".join(lines)


def _with_note(lines: list[str], note: Note, end: str) -> list[str]:
    """Return lines, of which the last is empty, with a note added; ``end`` is what its lines have before the break."""
    at = next((n for n, line in enumerate(lines) if line.strip() == f"## {note.file}"), None)
    if at is None:
        between = [""] if len(lines) > 1 and lines[-2].strip() else []
        return [*lines[:-1], *(line + end for line in (*between, *note.section)), ""]
    stop = next((n for n in range(at + 1, len(lines)) if lines[n].startswith("#")), len(lines))
    if any(_code(note.source) in line for line in lines[at:stop]):
        return lines
    behind = max((n for n in range(at, stop) if lines[n].startswith("* Source:")), default=at) + 1
    return [*lines[:behind], note.source_line + end, *lines[behind:]]


def _code(text: str) -> str:
    """Return a URL or name as code, so that it is no link, which checkers would follow."""
    return md_code(cut(mask_secrets(text), _LONGEST_URL))
