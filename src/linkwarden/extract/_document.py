"""A Markdown document as the block rules cut it: its blocks, their places, and what is defined in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from enum import Enum, auto
from typing import Literal, NamedTuple

from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from linkwarden.extract._link_parts import Definition
from linkwarden.extract._spans import Pieces
from linkwarden.records import dataclass

BLANK = " \t\n\v\f\r"
BlockRule = Callable[[StateBlock, int, int, bool], bool]


class BlockKind(Enum):
    """What a leaf block's content is."""

    TEXT = auto()
    HEADING = auto()
    HTML = auto()


class Block(NamedTuple):
    """One leaf block that can hold links.

    Attributes:
        kind: how to read the content.
        content: the text without the markers of the blocks around it.
        pieces: where the content is in the document's body.
        ends_on_blank: for HTML: the block goes on to the next blank line, so Markdown in it is plain text.
        level: of a heading, from 1.
        item: the number of the list item that it is part of; 0 if it is part of none.
        at_end: for HTML: nothing follows it on the page, so that a tag that it leaves open stays so.
    """

    kind: BlockKind
    content: str
    pieces: Pieces
    ends_on_blank: bool = False
    level: int = 0
    item: int = 0
    at_end: bool = False


class Footnote(NamedTuple):
    """One definition of a footnote.

    Attributes:
        label: what stands between ``[^`` and ``]``.
        line: its line, from 0.
        begin: the number of the first block in it.
        end: the number of the first block after it.
    """

    label: str
    line: int
    begin: int
    end: int


@dataclass(slots=True)
class Document:
    """A document cut into blocks.

    Attributes:
        blocks: leaf blocks that were cut and not yet yielded.
        definitions: link reference definitions by normalized label; the first of a name counts.
        redefined: the later ones of a label, with another URL.
        footnotes: definitions of footnotes; a document that has any is cut as a whole.
        outer_items: for each list item, the number of the item around it; item 0 stands for the document.
        too_deep: line (from 0) from which on nesting was too deep to be read, or None.
    """

    blocks: list[Block] = field(default_factory=list)
    definitions: dict[str, Definition] = field(default_factory=dict)
    redefined: list[tuple[str, Definition]] = field(default_factory=list)
    footnotes: list[Footnote] = field(default_factory=list)
    outer_items: list[int] = field(default_factory=lambda: [0])
    too_deep: int | None = None


class State(StateBlock):
    """markdown-it's state, which also knows where the lines of a content are.

    Attributes:
        document: takes in what is found.
        level: of a heading, from 1.
        item: the number of the list item that is being read; 0 outside of lists.
        rules_by_first: the rules that may begin a block, by the first character of a line.
    """

    document: Document
    item: int
    rules_by_first: Mapping[str, tuple[BlockRule, ...]]

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        if ttype == "list_item_open":
            self.document.outer_items.append(self.item)
            self.item = len(self.document.outer_items) - 1
        elif ttype == "list_item_close":
            self.item = self.document.outer_items[self.item]
        return super().push(ttype, tag, nesting)

    def emit(self, kind: BlockKind, content: str, pieces: Pieces, *, level: int = 0) -> None:
        """Add a leaf block to the document, without blanks around its content."""
        cut = len(content) - len(content.lstrip(BLANK))
        block = Block(kind, content.strip(BLANK), pieces.shifted(cut), level=level, item=self.item)
        self.document.blocks.append(block)

    def lines(self, begin: int, end: int) -> tuple[str, Pieces]:
        """Return lines as ``getLines`` does, each with a line feed at its end, and where they are."""
        if end == begin + 1 and self.bsCount[begin] == 0 and self.tShift[begin] <= self.blkIndent:
            start = self.bMarks[begin] + self.tShift[begin]
            return self.src[start : self.eMarks[begin]] + "\n", Pieces((0,), (start,))
        parts: list[str] = []
        at: list[int] = []
        src: list[int] = []
        length = 0
        for line in range(begin, end):
            text = self.getLines(line, line + 1, self.blkIndent, False)
            stripped = text.lstrip(" \t")
            # Spaces at the start may be what is left of a tab; they mean nothing, so they have no place of their own.
            pad = len(text) - len(stripped)
            start = self.eMarks[line] - len(stripped)
            at.extend((length, length + pad))
            src.extend((max(start - pad, self.bMarks[line]), start))
            parts.append(text)
            length += len(text) + 1
        return "".join(f"{part}\n" for part in parts), Pieces(tuple(at), tuple(src))

    def line_text(self, line: int) -> str:
        """Return a line without its indentation."""
        return self.src[self.bMarks[line] + self.tShift[line] : self.eMarks[line]]

    def interrupted(self, line: int) -> bool:
        """Return whether a block begins on a line that could also go on with a paragraph."""
        at = self.bMarks[line] + self.tShift[line]
        return any(rule(self, line, self.lineMax, True) for rule in self.rules_by_first.get(self.src[at], ()))
