"""A Markdown document of limited size: sections that share the room that there is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from linkwarden.records import dataclass

#: Kept free for tables' heads, the counts of what was left out, and the end.
_RESERVE = 8 * 1024


@dataclass(slots=True)
class _Section:
    """A heading with list items that may have to be cut.

    Attributes:
        title: the heading, our own words.
        parts: lists, each under a heading of its own (already escaped) or under "".
        first: it gets what it needs before others get more than their share.
        room: how many bytes it may take.
    """

    title: str
    parts: Sequence[tuple[str, list[str]]]
    first: bool
    room: int = 0

    @property
    def need(self) -> int:
        """How many bytes all of it takes."""
        items = sum(_size(item) for _, part in self.parts for item in part)
        return items + sum(_size(heading) + _HEADING for heading, part in self.parts if part)

    def blocks(self) -> Iterator[str]:
        """Return the heading, what fits, and how much does not."""
        yield f"## {self.title}"
        room, left = self.room, 0
        for heading, items in self.parts:
            room -= _size(heading) + _HEADING
            fitting: list[str] = []
            for item in items:
                if _size(item) > room:
                    break
                room -= _size(item)
                fitting.append(item)
            left += len(items) - len(fitting)
            if fitting:
                yield from ([f"### {heading}"] if heading else [])
                yield "\n".join(fitting)
            if left:
                room = 0
        if left:
            yield f"… and {left:,} more that {'does' if left == 1 else 'do'} not fit here."


#: What a heading takes beside its words.
_HEADING = 8


def _size(text: str) -> int:
    return len(text.encode()) + 1


class Document:
    """Blocks of Markdown, separated by empty lines. No section takes the room that another one needs.

    Args:
        budget: most bytes of UTF-8 that ``text`` may return.
        elsewhere: the sentence on where everything is, for a document in which something has no room.
    """

    def __init__(self, budget: int, elsewhere: str) -> None:
        self._blocks: list[str | _Section] = []
        self._room = budget - _RESERVE
        self._elsewhere = elsewhere

    def add(self, block: str) -> None:
        """Add a block of linkwarden's own, short by its nature."""
        self._blocks.append(block)
        self._room -= _size(block) + 1

    def section(self, title: str, parts: Sequence[tuple[str, list[str]]], *, first: bool = False) -> None:
        """Add a section of list items, if there are any.

        Args:
            title: the heading, our own words.
            parts: lists, each under a heading of its own (already escaped) or under "".
            first: it gets what it needs before others get more than their share.
        """
        if any(items for _, items in parts):
            self._blocks.append(_Section(title, parts, first))

    def end(self, block: str) -> None:
        """Add the last words under a rule."""
        self._blocks += ["---", block]

    def text(self) -> str:
        """Return the document, ending in a newline."""
        self._share_out()
        if any(isinstance(block, _Section) and block.room < block.need for block in self._blocks):
            self._blocks.insert(self._blocks.index("---"), self._elsewhere)
        texts = ([block] if isinstance(block, str) else block.blocks() for block in self._blocks)
        return "\n\n".join(chain.from_iterable(texts)) + "\n"

    def _share_out(self) -> None:
        """Give each section what it needs; where that is too much, a fair share, and more from the top down."""
        sections = sorted((b for b in self._blocks if isinstance(b, _Section)), key=lambda section: not section.first)
        share = max(self._room, 0) // max(2 * len(sections), 1)
        for section in sections:
            section.room = min(section.need, share)
        left = max(self._room, 0) - sum(section.room for section in sections)
        for section in sections:
            more = min(section.need - section.room, left)
            section.room += more
            left -= more
