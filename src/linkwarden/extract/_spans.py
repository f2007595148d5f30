"""Where things stand in a source text: lines, columns, and the way back from the content of a block to its file."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from linkwarden.model import Markup, Notice, Occurrence, Span
from linkwarden.patterns import pattern
from linkwarden.records import maker

_LINE_END = re.compile(r"\r\n|\r|\n")
new_span, new_occurrence = maker(Span), maker(Occurrence)
_BOM = "\ufeff"
_WIDE = re.compile(r"[\U00010000-\U0010ffff]")


def line_starts(text: str) -> list[int]:
    r"""Return the offsets at which the lines of a text begin; they end at ``\n``, ``\r\n`` and ``\r``."""
    if "\r" in text:
        return [0, *(m.end() for m in _LINE_END.finditer(text))]
    lengths = (len(line) + 1 for line in text.split("\n"))
    return list(accumulate(lengths, initial=0))[:-1]


class Source:
    r"""A document's text, with line and column for every offset.

    Attributes:
        text: the document exactly as given.
        path: name for spans.
        body: what a parser reads: ``text`` without a byte-order mark, with ``\n`` for every line end and U+FFFD
            for NUL. A ``\r\n`` becomes a space and ``\n``, so that offsets in ``body`` are offsets in ``text``
            minus ``base``; trailing spaces mean nothing to either parser.
        base: 1 where there is a byte-order mark, else 0.
    """

    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self.base = int(text.startswith(_BOM))
        body = text[self.base :]
        if "\r" in body:
            body = body.replace("\r\n", " \n").replace("\r", "\n")
        self.body = body.replace("\0", "\ufffd")
        self._starts = line_starts(text)
        self._starts[0] = self.base
        self._wide = [] if text.isascii() else [m.start() for m in _WIDE.finditer(text)]

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column, both from 1, of an offset in ``text``; a byte-order mark is no column."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def line_of(self, offset: int) -> int:
        """Return the line, from 1, of an offset in ``body``."""
        return bisect_right(self._starts, offset + self.base)

    def line_start(self, line: int) -> int:
        """Return the offset in ``body`` at which a line, from 0, begins."""
        return max(0, self._starts[line] - self.base)

    def span(self, start: int, end: int) -> Span:
        """Return the span of ``body[start:end]`` in ``text``."""
        start += self.base
        end += self.base
        starts = self._starts
        line = bisect_right(starts, start)
        first = starts[line - 1]
        if not self._wide and (line == len(starts) or end < starts[line]):  # as nearly all are, it is on one line
            return new_span(self.path, line, start - first + 1, line, end - first + 1, start, end)
        end_line, end_col = self.position(end)
        wide, end_wide = self._wide_before(start, line), self._wide_before(end, end_line)
        return new_span(self.path, line, start - first + 1, end_line, end_col, start, end, wide, end_wide)

    def _wide_before(self, offset: int, line: int) -> int:
        """Return how many characters of a line, from 1, before an offset take two units of UTF-16."""
        if not self._wide:
            return 0
        return bisect_left(self._wide, offset) - bisect_left(self._wide, self._starts[line - 1])

    def slice(self, span: Span) -> str:
        """Return the text that a span covers."""
        return self.text[span.start : span.end]

    def occurrence(
        self, url: str, markup: Markup, span: Span, *, text: str = "", section: str = "", parent: str = ""
    ) -> Occurrence:
        """Return an occurrence whose ``raw`` is what its span covers."""
        raw = self.slice(span)
        return new_occurrence(url, url if raw == url else raw, markup, span, text, section, parent=parent)


class Pieces(NamedTuple):
    r"""The way from offsets in a block's content to offsets in the document's body.

    A block's content lacks list indentation, quote markers and the backslash of ``\|``, so it consists of pieces that
    are apart in the document. ``content[at[i]:at[i + 1]]`` begins at ``body[src[i]]``.
    """

    at: tuple[int, ...]
    src: tuple[int, ...]

    def source(self, offset: int) -> int:
        """Return the body offset of the character at a content offset."""
        if len(self.at) == 1:
            return self.src[0] + offset - self.at[0]
        i = bisect_right(self.at, offset) - 1
        return self.src[i] + offset - self.at[i]

    def range(self, start: int, end: int) -> tuple[int, int]:
        """Return the body offsets of ``content[start:end]``; the end is right after its last character."""
        if len(self.at) == 1:
            by = self.src[0] - self.at[0]
            return by + start, by + (max(start, end))
        if end <= start:
            at = self.source(start)
            return at, at
        return self.source(start), self.source(end - 1) + 1

    def shifted(self, cut: int) -> Pieces:
        """Return the pieces of ``content[cut:]``."""
        if cut == 0:
            return self
        i = bisect_right(self.at, cut) - 1
        at = tuple(max(0, a - cut) for a in self.at[i:])
        return Pieces(at, (self.src[i] + cut - self.at[i], *self.src[i + 1 :]))


#: What UTF-8 looks like when read as Windows-1252 or MacRoman: the first byte of accented letters, of punctuation and
#: of emoji, each followed by what a continuation byte turns into.
_MOJIBAKE = pattern(
    r"Ã[\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€[\x80-\xbf™œ“”˜¢¦]|ðŸ[\x80-\xbf’“˜™š›œ€]|Â[\xa0-\xbf]"
    r"|‚[ÄÜú][ôîïìùö¶†òò∫Ñë≥Ö]|Ô∏è|ü[êíìöóòôõ§¶][\x80-\U0010ffff]|√[©®™†Ø±≠≤≥¥µ∂∑∏∫ªºΩæø¨§¢]"
)
_ENOUGH = 3  # one or two such pairs can be on purpose


def text_notices(source: Source) -> Iterator[Notice]:
    """Yield at most one notice for replaced bytes and one for garbled text, each for the first line with it."""
    lost = source.text.find("\ufffd")
    if lost >= 0:
        yield Notice(
            source.path,
            source.position(lost)[0],
            "This file is not all valid UTF-8; bytes that could not be read are shown as \ufffd. "
            "URLs with such a byte may be checked wrongly.",
            ("not-utf-8",),
        )
    hits = []
    for hit in () if source.text.isascii() else _MOJIBAKE.finditer(source.text):
        hits.append(hit.start())
        if len(hits) == _ENOUGH:
            yield Notice(
                source.path,
                source.position(hits[0])[0],
                "Some characters look garbled, as if UTF-8 had been read in another encoding and saved again. "
                "Links are checked as they are, and nothing is rewritten.",
                ("garbled",),
            )
            return
