"""Which links are entries of a list: what an item, a table row or a line of its own is about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

_QUOTED = re.compile(r"[ \t>]*")
_ITEM = re.compile(r"[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+(?:[-*+][ \t]+)*\Z", re.ASCII)
_IMAGE = re.compile(r"!?\[!\[[^\]\n]*\]\([^)\n]*\)\]\([^)\n]*\)|!\[[^\]\n]*\][(\[][^)\]\n]*[)\]]|<[^<>\n]*>")
_LINK = re.compile(r"\[[^\]\n]*\]\([^)\n]*\)")
_WORD = re.compile(r"[^\W\d_]{2}")
#: A line with words after its link is a sentence. Shorter runs of letters are marks, also garbled ones.
_SENTENCE = re.compile(r"[A-Za-z]{4}")
#: So much is read before and after a link; a line may be megabytes long and full of links.
_SEEN = 500
#: A text with fewer words than this does not say what an entry is about.
_FEW_WORDS = 3
_LONG_WORD = re.compile(r"[^\W\d_]{3}")
_TARGET = re.compile(r"\]\([^)\n]*\)|\[[\w ]{1,12}\]|<[^<>\n]*>")
_NO_ENTRY = (-1, False)
_IMAGE_STARTS = ("!", "<img", "<picture")


class Beginning(NamedTuple):
    """Where a paragraph or a table cell begins.

    Attributes:
        at: the offset.
        before: what stands before it on its line; None if that is too long for an entry.
        is_item: it begins a list item.
    """

    at: int
    before: str | None
    is_item: bool


def beginning(body: str, block: int) -> Beginning:
    """Return where the paragraph or table cell begins that stands at an offset of a document."""
    before = _line_before(body, block)
    return Beginning(block, before, before is not None and _ITEM.match(before) is not None)


def entry_at(body: str, begins: Beginning, start: int, end: int, label: str) -> tuple[int, bool]:
    """Return the entry that a link is part of, and whether the entry begins with it.

    Args:
        body: the document.
        begins: where its paragraph or table cell begins.
        start: offset at which the link begins.
        end: offset at which it ends.
        label: the text between its brackets; a badge is no entry.

    Returns:
        An offset on the line on which the entry begins (-1 if the link is in none), and True if no words come before
        the link.
    """
    block, before_block, is_item = begins
    if before_block is None or start - block > _SEEN:
        return _NO_ENTRY
    if ("!" in label or "<" in label) and label[:_SEEN].lstrip().lower().startswith(_IMAGE_STARTS):
        return _NO_ENTRY
    if is_item:
        return block, start == block or not _has_words(body[block:start])
    if "|" in before_block:
        return block, not _has_words(before_block + body[block:start])
    before = before_block if start == block else _line_before(body, start)
    if before is None or _has_words(before) or (before_block and _QUOTED.fullmatch(before_block) is None):
        return _NO_ENTRY
    rest = body[end : end + _SEEN].partition("\n")[0]
    if "[" in rest or "<" in rest:
        rest = _LINK.sub("", _IMAGE.sub("", rest))
    return _NO_ENTRY if _SENTENCE.search(rest) else (start - len(before), True)


def words_beside(body: str, content: str, block: int, entry: int, link: tuple[int, int]) -> str:
    """Return the part of an entry, as written, that says what a link with a short text leads to; "" if none does.

    That is what comes before the link in its item or row, else what follows it there; for a line of its own, the
    nearest line with words above it in the same paragraph, else what follows the link on its line.

    Args:
        body: the document.
        content: the content of the link's block.
        block: offset in the body at which the block begins.
        entry: offset in the body, on the line on which the entry begins.
        link: where the link begins and ends in the content; at most a few hundred characters from its start.
    """
    start, end = link
    before = content[max(0, start - _SEEN) : start]
    row = _line_before(body, block) or ""
    whole = row.replace("|", " ") + before if "|" in row else before
    behind = content[end : end + _SEEN]
    stretches = [whole, behind] if entry == block else [*reversed(before.split("\n")), behind.partition("\n")[0]]
    return next((stretch for stretch in stretches if _has_meaning(stretch)), "")


class Outline:
    """Knows which link each item of nested lists begins with.

    Args:
        outer: for each item, the number of the item around it; 0 is the document.
    """

    def __init__(self, outer: Sequence[int]) -> None:
        self._outer = outer
        self._first: dict[int, str] = {}
        self._around: dict[int, str] = {}

    def add(self, item: int, url: str) -> None:
        """Record that a link was read in an item."""
        if item:
            self._first.setdefault(item, url)

    def around(self, item: int) -> str:
        """Return the URL of the first link of the nearest item around ``item`` that has a link, or ""."""
        passed: list[int] = []
        found = ""
        while item and not found:
            if item in self._around:
                found = self._around[item]
                break
            passed.append(item)
            item = self._outer[item]
            found = self._first.get(item, "")
        for one in passed:
            self._around[one] = found
        return found


def _has_meaning(text: str) -> bool:
    """Return whether a text has some words beside its links to other forms of the same thing."""
    return len(_LONG_WORD.findall(_TARGET.sub(" ", text))) >= _FEW_WORDS


def _line_before(body: str, offset: int) -> str | None:
    """Return the text before an offset on its line; None if it is too long for the beginning of an entry."""
    window = body[max(0, offset - _SEEN) : offset]
    if len(window) == _SEEN and "\n" not in window:
        return None
    return window.rpartition("\n")[2]


def _has_words(text: str) -> bool:
    if _WORD.search(text) is None:  # nearly all: a marker, a bracket, emphasis
        return False
    return _WORD.search(_IMAGE.sub("", text)) is not None
