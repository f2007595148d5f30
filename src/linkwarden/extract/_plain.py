"""Short ways for what most lists are made of: an item on one line, and one link with plain words behind it.

They give what the long ways give, and leave to them whatever is not plain; a test compares the two on texts made by
chance.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

from markdown_it.rules_block import StateBlock

from linkwarden.extract._document import BLANK, Block, BlockKind, State
from linkwarden.extract._inline import Html, Link
from linkwarden.extract._spans import Pieces
from linkwarden.model import Markup

#: A marker, one blank, and text on the same line that begins no block of its own: neither a list, a quote, code, a
#: heading, a break, HTML, nor a definition of a reference or a footnote.
_ITEM = re.compile(r"[-*+] (?:\[(?!\^)(?![^\n]*\]:)|!\[|\*\*?[^\s*]|_[^\s_]|``?[^`\n]|[^\s\d\-*+_`~>#<=\[|\\!])[^\n]*+")
#: What ends the paragraph of such an item on the line before it.
_NEXT = re.compile(r"[-*+] [^\s]")
_INDENT = 2  # of what belongs to the item
#: So many items are cut at once; requests for the first go out while the rest is read.
_AT_ONCE = 200
_MOST_LEVELS = 50


def plain_items(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    """Read the items on one line each that begin here. In a list, it is asked in silence whether there are any."""
    state = cast("State", state)
    if state.level > _MOST_LEVELS:
        return False
    document, around = state.document, state.item
    line = start_line
    while line < min(end_line, start_line + _AT_ONCE):
        end = state.eMarks[line]
        start = state.bMarks[line] + state.tShift[line]
        if state.sCount[line] != state.blkIndent or state.bsCount[line] or not _ITEM.fullmatch(state.src, start, end):
            break
        if not _ends_before(state, line + 1, end_line):
            break
        if silent:
            return True
        document.outer_items.append(around)
        content = state.src[start + _INDENT : end].rstrip(BLANK)
        pieces = Pieces((0,), (start + _INDENT,))
        document.blocks.append(Block(BlockKind.TEXT, content, pieces, item=len(document.outer_items) - 1))
        line += 1
    if line == start_line:
        return False
    state.line = line
    return True


def _ends_before(state: State, line: int, end_line: int) -> bool:
    """Return whether an item of the list ends before a line that follows it."""
    if line >= end_line:
        return True
    if not state.isEmpty(line):
        start = state.bMarks[line] + state.tShift[line]
        return 0 <= state.sCount[line] <= state.blkIndent and _NEXT.match(state.src, start) is not None
    line = state.skipEmptyLines(line)
    return line >= end_line or state.sCount[line] < state.blkIndent + _INDENT


#: One link, before which nothing stands; no other special character of Markdown, and nothing that is a link by itself.
_LINK = re.compile(
    r"\[([^\[\]\\`<]*+)\]\(([^\s()<>\\&\[\]`\x00-\x1f]++)\)"
    r"(?:[^\[\]\\`<@&:w]++|:(?!//)|w(?!ww\.))*+"
)


def plain_link(content: str) -> Sequence[Link | Html] | None:
    """Return the one link of a block that begins with it and holds only words besides; None for any other block."""
    found = _LINK.fullmatch(content)
    if found is None:
        return None
    end = found.end(2) + 1
    return (Link(0, end, found[2], Markup.MD_LINK, found.span(2), found.span(1)),)
