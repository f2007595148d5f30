"""Finds the links in the Markdown cells of Jupyter notebooks (nbformat 4 and 3).

A notebook is JSON in which a cell's text is a string, or a list of strings for its lines. Each cell is put together,
read as Markdown, and each place in it is led back to the file: spans are of the file's text, escapes and all, and the
section says the cell and the line in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field, replace
from typing import ClassVar

from linkwarden.extract._bare import view
from linkwarden.extract._scan import ESCAPE, unescaped
from linkwarden.extract._spans import Source, text_notices
from linkwarden.extract.base import Extractor
from linkwarden.extract.markdown import Markdown
from linkwarden.model import Anchor, AnchorSource, Extracted, Notice, Occurrence, Span, Suppression
from linkwarden.patterns import pattern
from linkwarden.records import dataclass

_TOKEN = pattern(r"\"((?:[^\"\\]|\\.)*+)\"|[{}\[\],:]|[^\s{}\[\],:\"]++", re.DOTALL)
_SURROGATES = pattern(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|" + ESCAPE.pattern, re.DOTALL)


@dataclass(slots=True)
class _Cell:
    """One cell: its kind, and the places of the strings that its text consists of."""

    kind: str = ""
    strings: list[tuple[int, int]] = field(default_factory=list)


class Notebook(Extractor):
    """Jupyter notebooks: the text between the code."""

    name: ClassVar[str] = "notebook"
    title: ClassVar[str] = "Jupyter notebook"
    suffixes: ClassVar[tuple[str, ...]] = (".ipynb",)
    of_folders: ClassVar[tuple[str, ...]] = suffixes

    def extract(self, text: str, path: str) -> Iterator[Extracted]:
        source = Source(text, path)
        yield from text_notices(source)
        for number, cell in enumerate(_cells(source.body), 1):
            if cell.kind == "markdown":
                yield from _Placed(source, cell, number).read()


def _cells(body: str) -> Iterator[_Cell]:
    """Yield the cells in their order: objects in a list called "cells", at the top or in a worksheet."""
    keys: list[str | None] = []  # what is open: the key of an object's current member, None for a list
    cell: _Cell | None = None
    depth = 0  # of the cell that is open
    last: tuple[int, int] | None = None
    for token in _TOKEN.finditer(body):
        sign = token[0]
        if sign in "{[":
            if sign == "{" and cell is None and len(keys) >= 2 and keys[-1] is None and keys[-2] == "cells":
                cell, depth = _Cell(), len(keys) + 1
            keys.append("" if sign == "{" else None)
        elif sign in "}]":
            if cell is not None and len(keys) == depth:
                yield cell
                cell = None
            del keys[-1:]
        elif sign == ":":
            if last and keys[-1:] not in ([], [None]):
                keys[-1] = body[slice(*last)]
        elif token[1] is not None:
            last = token.span(1)
            if cell is not None and len(keys) <= depth + 1:
                _take(cell, keys[depth - 1 :], token, body)


def _take(cell: _Cell, inside: list[str | None], token: re.Match[str], body: str) -> None:
    """Take in a string of a cell: as its kind, or as a line of its text."""
    if body[token.end() : token.end() + 64].lstrip().startswith(":"):
        return  # a key
    if inside == ["cell_type"]:
        cell.kind = token[1]
    elif inside in (["source"], ["source", None]):
        cell.strings.append(token.span(1))


class _Placed:
    """A cell's text, and the way back from it to the file."""

    def __init__(self, source: Source, cell: _Cell, number: int) -> None:
        self._source = source
        self._number = number
        self._at: list[int] = []
        parts = []
        for start, end in cell.strings:
            seen = view(source.body, start, end, _SURROGATES, _character)
            parts.append(seen.seen)
            self._at.extend(seen.at[:-1] if seen.at is not None else range(start, end))
        self._end = cell.strings[-1][1] if cell.strings else 0
        self._text = "".join(parts)
        self._starts = [0, *(m.end() for m in re.finditer(r"\r\n|\r|\n", self._text))]

    def read(self) -> Iterator[Extracted]:
        for item in Markdown().extract(self._text, self._source.path):
            match item:
                case Occurrence():
                    if not item.url.lower().startswith("attachment:"):  # a part of the notebook itself
                        yield self._occurrence(item)
                case Anchor():
                    yield replace(
                        item, line=self._line(item.line), cause_line=item.cause_line and self._line(item.cause_line)
                    )
                    if item.source is AnchorSource.HEADING:
                        yield Anchor(
                            item.text.replace(" ", "-"), item.text, self._line(item.line), AnchorSource.HTML_ID
                        )
                case Notice():
                    if item.about not in (("not-utf-8",), ("garbled",)):
                        yield replace(item, line=self._line(item.line))
                case Suppression():
                    first, last = self._line(item.first), self._line(item.last)
                    yield replace(item, line=self._line(item.line), first=first, last=last)

    def _occurrence(self, item: Occurrence) -> Occurrence:
        span = self._span(item.span)
        place = f"cell {self._number}, line {item.span.line}"
        return replace(
            item,
            raw=self._source.slice(span),
            span=span,
            used=self._span(item.used) if item.used else None,
            section=f"{item.section} ({place})" if item.section else place,
            entry=self._line(item.entry) if item.entry else 0,
        )

    def _span(self, span: Span) -> Span:
        start = self._offset(span.start)
        return self._source.span(start, max(start, self._after(span.end)) if span.end > span.start else start)

    def _offset(self, at: int) -> int:
        return self._at[at] if at < len(self._at) else self._end

    def _after(self, end: int) -> int:
        """Return where the last character of a stretch ends in the file: an escape is longer than what it means."""
        last = self._at[end - 1]
        escape = _SURROGATES.match(self._source.body, last)
        return escape.end() if escape else last + 1

    def _line(self, line: int) -> int:
        return self._source.line_of(self._offset(self._starts[min(line, len(self._starts)) - 1]))


def _character(escape: str) -> str:
    if len(escape) > len("\\u0000") and escape.startswith("\\u"):
        high, low = int(escape[2:6], 16), int(escape[8:12], 16)
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    return unescaped(escape)
