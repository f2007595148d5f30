"""Short ways for what most lists are made of: items and paragraphs on one line, and links with plain words beside them.

They give what the long ways give, and leave to them whatever is not plain; a test compares the two on texts made by
chance.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import cast

from markdown_it.rules_block import StateBlock

from linkwarden.extract._document import BLANK, Block, BlockKind, State
from linkwarden.extract._inline import Html, Link
from linkwarden.extract._link_parts import Definition, normalize_label
from linkwarden.extract._spans import Pieces
from linkwarden.model import Markup

#: A marker, one blank, and text on the same line that begins no block of its own: neither a list, a quote, code, a
#: heading, a break, HTML, nor a definition of a reference or a footnote.
_ITEM = re.compile(r"[-*+] (?:(\[)(?!\^)|!\[|\*\*?[^\s*]|_[^\s_]|``?[^`\n]|[^\s\d\-*+_`~>#<=\[|\\!])")
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
    document, around, src = state.document, state.item, state.src
    line = start_line
    while line < min(end_line, start_line + _AT_ONCE):
        end = state.eMarks[line]
        start = state.bMarks[line] + state.tShift[line]
        if state.sCount[line] != state.blkIndent or state.bsCount[line]:
            break
        item = _ITEM.match(src, start, end)
        if item is None or (item[1] and src.find("]:", start, end) >= 0):
            break
        if not _ends_before(state, line + 1, end_line):
            break
        if silent:
            return True
        document.outer_items.append(around)
        start += _INDENT
        content = src[start:end].rstrip(BLANK)
        item_number = len(document.outer_items) - 1
        document.blocks.append(Block(BlockKind.TEXT, content, Pieces((0,), (start,)), False, 0, item_number))
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


def emit_line(state: State, line: int) -> bool:
    """Emit the paragraph that a line is; return False if it may be more, or nothing."""
    start = state.bMarks[line] + state.tShift[line]
    content = state.src[start : state.eMarks[line]].rstrip(BLANK)
    if not content or content[0] in BLANK or (content[0] == "[" and "]:" in content):
        return False
    state.document.blocks.append(Block(BlockKind.TEXT, content, Pieces((0,), (start,)), False, 0, state.item))
    return True


#: A code span on its own, whatever it holds.
_CODE = r"`[^`]++`(?!`)"
#: A tag without attributes, which has neither a URL nor a name, and is no heading.
_TAG = r"<(?:/?(?![hH][1-6]>)[A-Za-z][A-Za-z0-9]*+>|[bB][rR] ?/>)"
#: No mark of Markdown but stars and underscores, which change no URL, and nothing that is a link by itself.
_WORDS = rf"(?:[^\[\]\\`<@&:w!]++|:(?!//)|w(?!ww\.)|!(?!\[)|&(?!#|commat;)|{_CODE}|{_TAG})*+"
_IN_URL = r"(?:[^\s()<>\\&\[\]`\x00-\x1f]++|&(?![#\w]++;))"
_URL = rf"{_IN_URL}++(?:\({_IN_URL}*+\){_IN_URL}*+)*+"
#: Brackets in a label, which are text unless they name a definition.
_INNER = r"(?<![)!])\[(?!\^)[^\[\]\\`<]*+\](?![(\[])"
#: Words, and then a link, a badge or the end.
_STEP = re.compile(
    rf"{_WORDS}(?:(!(?!\[\^))?\[(?:((?:[^\[\]\\`<]++|{_CODE}|{_INNER})*+)|!\[(?!\^)([^\[\]\\`<]*+)\]\(({_URL})\))\]"
    rf"\(({_URL})\)|\Z)"
)
_BRACKETS = re.compile(r"\[([^\[\]]*+)\]")


def plain_links(content: str, definitions: Mapping[str, Definition]) -> Sequence[Link | Html] | None:
    """Return the links of a block that holds only words besides; None for any other block.

    Args:
        content: of the block.
        definitions: of the document, by normalized label.
    """
    links: list[Link] = []
    step = _STEP.match(content)
    while step is not None:
        begin, behind = label = step.span(2)
        is_image, end = step[1] is not None, step.end()
        if begin < 0:
            begin, behind = step.span(3)
            if begin < 0:
                return links
            if is_image:
                return None
            links.append(Link(begin - 2, step.end(4) + 1, step[4], Markup.MD_IMAGE, step.span(4), (begin, behind)))
            label = (begin - 2, step.end(4) + 1)
            begin = label[0]
        elif content.find("[", begin, behind) >= 0 and _defined(content[begin:behind], definitions):
            return None
        markup = Markup.MD_IMAGE if is_image else Markup.MD_LINK
        links.append(Link(begin - 1 - is_image, end, step[5], markup, step.span(5), label))
        step = _STEP.match(content, end)
    return None


def _defined(label: str, definitions: Mapping[str, Definition]) -> bool:
    """Return whether brackets in a label may be a link of their own."""
    return any(definitions.get(normalize_label(found[1])) is not None for found in _BRACKETS.finditer(label))
