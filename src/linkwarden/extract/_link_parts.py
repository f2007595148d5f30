"""Parts of links: labels, destinations, titles, and reference definitions (CommonMark 0.29, section 4.7)."""

from __future__ import annotations

import re
from typing import NamedTuple

from linkwarden.extract._charrefs import clean_destination
from linkwarden.extract._spans import Pieces

MAX_LABEL = 1000  # cmark's limit for a reference label
_MAX_PARENTHESES = 32  # cmark's limit for parentheses in a destination

_SPACES = re.compile(r"[ \t\v\f\r\n]*+")
_POINTED = re.compile(r"<((?:\\(?s:.)|[^\\<>\n])*+)>")
_BARE = re.compile(r"(?:\\[!-/:-@\[-`{-~]|[^\\() \t\n\v\f\r]|\\)*+")
_TITLE = {
    quote: re.compile(rf"{re.escape(quote)}(?:\\[!-/:-@\[-`{{-~]|[^\\{stop}]|\\)*+")
    for quote, stop in (('"', '"'), ("'", "'"), ("(", "()"))
}
_LABEL = re.compile(r"\[((?:\\[!-/:-@\[-`{-~]|[^\[\]])*+)\]")
_BLANK = " \t\n\v\f\r"
_LABEL_SPACE = re.compile(r"[ \t\n\v\f\r]+")


class Definition(NamedTuple):
    """A link reference definition: the URL and where it is in the document's body."""

    url: str
    start: int
    end: int


def normalize_label(label: str) -> str:
    """Return the form in which reference labels are compared (CommonMark 0.29, section 4.7)."""
    return _LABEL_SPACE.sub(" ", label.strip(" \t\n\v\f\r")).casefold()


class Destination(NamedTuple):
    """A destination: offsets of the URL, and where the text after it begins."""

    start: int
    end: int
    behind: int


def scan_destination(text: str, pos: int) -> Destination | None:
    """Read a link destination at ``pos``: in angle brackets, or without spaces and with balanced parentheses."""
    if text.startswith("<", pos):
        pointed = _POINTED.match(text, pos)
        if pointed is None or pointed.end() >= len(text):
            return None
        return Destination(pointed.start(1), pointed.end(1), pointed.end())
    depth = 0
    at = pos
    while at < len(text):
        at = _BARE.match(text, at).end()  # type: ignore[union-attr]  # matches the empty string
        char = text[at : at + 1]
        if char == "(":
            depth += 1
            if depth > _MAX_PARENTHESES:
                return None
        elif char == ")" and depth:
            depth -= 1
        else:
            break
        at += 1
    if at >= len(text) or (at == pos and text[at] != ")"):
        return None
    return Destination(pos, at, at)


def skip_spaces(text: str, pos: int) -> int:
    """Return the position after spaces and line ends."""
    return _SPACES.match(text, pos).end()  # type: ignore[union-attr]  # matches the empty string


def scan_title(text: str, pos: int) -> int:
    """Return the position after the link title at ``pos``, or ``pos`` where there is none.

    A title that never closes ends, for cmark, at its last escaped quote.
    """
    opening = text[pos : pos + 1]
    if opening not in _TITLE:
        return pos
    closing = ")" if opening == "(" else opening
    end = _TITLE[opening].match(text, pos).end()  # type: ignore[union-attr]  # matches at least the quote
    if text.startswith(closing, end):
        return end + 1
    escaped = text.rfind(closing, pos + 1, end)
    return escaped + 1 if escaped > pos else pos


def scan_label(text: str, pos: int) -> re.Match[str] | None:
    """Match a ``[label]`` at ``pos``; group 1 is what is inside."""
    label = _LABEL.match(text, pos, min(len(text), pos + MAX_LABEL + 2))
    return label if label and len(label.group(1)) <= MAX_LABEL else None


def _definition(content: str, pieces: Pieces, pos: int) -> tuple[int, str, Definition] | None:
    """Read the link reference definition at ``pos``; return where it ends, its label and itself."""
    label = scan_label(content, pos)
    if label is None or not label.group(1).strip(_BLANK) or not content.startswith(":", label.end()):
        return None
    destination = scan_destination(content, skip_spaces(content, label.end() + 1))
    if destination is None:
        return None
    behind = destination.behind
    title_at = skip_spaces(content, behind)
    title_end = scan_title(content, title_at) if title_at > behind else title_at
    end = _line_rest(content, title_end) if title_end > title_at else None
    if end is None:
        end = _line_rest(content, behind)
    if end is None:
        return None
    start, stop = pieces.range(destination.start, destination.end)
    definition = Definition(clean_destination(content[destination.start : destination.end]), start, stop)
    return end, normalize_label(label.group(1)), definition


def _line_rest(content: str, pos: int) -> int | None:
    """Return the position after the line end if only spaces come before it, else None."""
    while content.startswith((" ", "\t"), pos):
        pos += 1
    if pos >= len(content):
        return pos
    return pos + 1 if content[pos] == "\n" else None


def take_definitions(
    definitions: dict[str, Definition], content: str, pieces: Pieces, again: list[tuple[str, Definition]] | None = None
) -> int:
    """Add the definitions that a paragraph begins with to ``definitions``; return where the rest begins.

    Args:
        definitions: by normalized label; the first of a label stays.
        content: the paragraph.
        pieces: where its parts are in the document's body.
        again: takes in the definitions that give a label another URL than its first one.
    """
    pos = 0
    while content.startswith("[", pos):
        found = _definition(content, pieces, pos)
        if found is None:
            break
        pos, label, definition = found
        first = definitions.setdefault(label, definition)
        if again is not None and first.url != definition.url:
            again.append((label, definition))
        while content.startswith((" ", "\t"), pos):
            pos += 1
    return pos
