"""Proves the edits of a long Markdown document by reading only what is around them, instead of all of it once more.

A window is the block with the edit and the one behind it. Read by itself, it has to give what the reading of the whole
document gave there, so nothing before it matters; with the edits it has to give the same but for the wanted URLs, and
what stands behind the edited block shows that nothing of the edit goes on. Whatever could matter elsewhere (comments,
references, formulas, footnotes, odd characters in a URL) is left to the reading of the whole.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from linkwarden.model import Anchor, Extracted, Markup, Occurrence
from linkwarden.records import dataclass

#: Shorter documents are read as a whole, which takes no time that matters.
LONG = 500_000
#: Where a block begins at the first column: a heading, an item of a list, or text behind a blank line.
_BEGINS = re.compile(r"^(?:#{1,6}[ \t]|[-*+][ \t]|\d{1,9}[.)][ \t]|(?<=\n\n)\S)", re.MULTILINE)
#: What may mean something elsewhere.
_FAR = re.compile(r"<!--|\$|\[\^|^ {0,3}\[[^\]\n]*\]:|^ {0,3}(?:```|~~~)", re.MULTILINE)
#: What URLs consist of that mean nothing to Markdown.
_PLAIN = re.compile(r"[A-Za-z0-9.~:/?#@&+,;=%-]*")
#: So many blocks behind the edit are looked through for one with a link or a heading.
_MOST_BLOCKS = 20


class Change(Protocol):
    """A stretch of the text that is replaced."""

    @property
    def start(self) -> int:
        """Offset of the first character that is replaced."""

    @property
    def end(self) -> int:
        """Offset behind the last one."""

    @property
    def new(self) -> str:
        """What shall stand there."""

    @property
    def places(self) -> Sequence[int]:
        """Numbers of the links whose URL changes with it."""

    @property
    def gone(self) -> frozenset[int]:
        """Numbers of the links that go with it."""

    @property
    def url(self) -> str:
        """The URL that these get."""


@dataclass(slots=True)
class _Window:
    start: int
    end: int
    changes: list[Change]


def proved(
    text: str, items: Sequence[Extracted], changes: Sequence[Change], read: Callable[[str], Iterator[Extracted]]
) -> bool:
    """Return whether all changes are proved; False if that takes a reading of the whole.

    Args:
        text: the document.
        items: what it holds.
        changes: in the order of the text, none inside of another.
        read: reads Markdown.
    """
    if any(change.gone for change in changes) or "\r" in text or not all(_is_plain(text, change) for change in changes):
        return False
    held = _Held(text, items)
    return all(_is_proved(text, held, window, read) for window in _windows(text, held, changes))


def _is_plain(text: str, change: Change) -> bool:
    return bool(_PLAIN.fullmatch(text, change.start, change.end) and _PLAIN.fullmatch(change.new))


def _is_proved(text: str, held: _Held, window: _Window, read: Callable[[str], Iterator[Extracted]]) -> bool:
    if _FAR.search(text, window.start, window.end):
        return False
    numbers = held.numbers(window.start, window.end)
    whole = [held.items[number] for number in numbers]
    before = list(read(text[window.start : window.end]))
    alone = [item for item in before if isinstance(item, Occurrence | Anchor)]
    if _placed(whole, window.start, held.line(window.start)) != _placed(alone, 0, 1):
        return False
    parts: list[str] = []
    at = window.start
    urls: dict[int, str] = {}
    for change in window.changes:
        parts += (text[at : change.start], change.new)
        at = change.end
        urls.update(dict.fromkeys(change.places, change.url))
    if not urls.keys() <= set(numbers):
        return False  # the links of a reference stand elsewhere
    after = list(read("".join((*parts, text[at : window.end]))))
    wanted = [_shape(held.items[number], urls.get(number)) for number in numbers]
    found = [_shape(item) for item in after if isinstance(item, Occurrence | Anchor)]
    return found == wanted and len(after) == len(before)  # remarks are only counted


class _Held:
    """What a document holds, by place."""

    def __init__(self, text: str, items: Sequence[Extracted]) -> None:
        self.items = items
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]
        self._places = sorted(
            (item.span.start if isinstance(item, Occurrence) else self._lines[item.line - 1], number)
            for number, item in enumerate(items)
            if isinstance(item, Occurrence | Anchor)
        )

    def line(self, offset: int) -> int:
        return bisect_right(self._lines, offset)

    def numbers(self, start: int, end: int) -> list[int]:
        """Return the numbers of the links and anchors in a stretch, as they were read."""
        first, last = bisect_left(self._places, (start, -1)), bisect_left(self._places, (end, -1))
        return sorted(number for _, number in self._places[first:last])


def _windows(text: str, held: _Held, changes: Sequence[Change]) -> list[_Window]:
    starts = [0, *(found.start() for found in _BEGINS.finditer(text) if found.start()), len(text)]
    windows: list[_Window] = []
    for change in changes:
        start = starts[max(0, bisect_right(starts, change.start) - 1)]
        behind = bisect_left(starts, change.end)
        end = behind
        while end < len(starts) - 1:
            end += 1
            if held.numbers(starts[behind], starts[end]) or end - behind > _MOST_BLOCKS:
                break
        if windows and start < windows[-1].end:
            windows[-1].end = max(windows[-1].end, starts[end])
            windows[-1].changes.append(change)
        else:
            windows.append(_Window(start, starts[end], [change]))
    return windows


def _placed(items: Sequence[Extracted], offset: int, line: int) -> list[tuple[object, ...]]:
    return [
        (*_shape(item), item.span.start - offset if isinstance(item, Occurrence) else item.line - line)
        for item in items
        if isinstance(item, Occurrence | Anchor)
    ]


def _shape(item: Extracted, url: str | None = None) -> tuple[object, ...]:
    """Return what of an item is the same in a part; names of headings are numbered in the whole."""
    if isinstance(item, Occurrence):
        bare = item.markup in (Markup.MD_BARE, Markup.MD_AUTOLINK)
        return url or item.url, item.markup, "" if bare else item.text
    return (item.text, item.source) if isinstance(item, Anchor) else ()
