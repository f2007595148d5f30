"""HTML blocks in Markdown, as cmark-gfm cuts them (CommonMark 0.31, section 4.6)."""

from __future__ import annotations

import re
from typing import cast

from markdown_it.rules_block import StateBlock

from linkwarden.extract._document import Block, BlockKind, State
from linkwarden.extract._inline import OPEN_OR_CLOSE_LINE
from linkwarden.extract._spans import Pieces

_NOTHING = re.compile(r"\s*+\Z")
_BLOCK_TAGS = (
    "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt"
    "|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main"
    "|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|section|source|summary|table|tbody|td|tfoot|th"
    "|thead|title|tr|track|ul"
)
_COMMENT_END = re.compile(r"-->")
_HTML_STARTS = (
    (
        re.compile(r"<(?:script|pre|style|textarea)(?:[ \t\v\f\r>]|\Z)", re.IGNORECASE),
        re.compile(r"</(?:script|pre|style|textarea)>", re.IGNORECASE),
    ),
    (re.compile(r"<\?"), re.compile(r"\?>")),
    (re.compile(r"<![A-Z]"), re.compile(r">")),
    (re.compile(r"<!\[CDATA\["), re.compile(r"\]\]>")),
    (re.compile(rf"</?(?:{_BLOCK_TAGS})(?:[ \t\v\f\r]|/?>|\Z)", re.IGNORECASE), None),
)


def html_start(line: str, *, interrupting: bool) -> tuple[bool, re.Pattern[str] | None]:
    """Return whether an HTML block begins with ``line``, and what ends it (None: a blank line)."""
    if line.startswith("<!--"):
        return True, _COMMENT_END
    for start, end in _HTML_STARTS:
        if start.match(line):
            return True, end
    return not interrupting and OPEN_OR_CLOSE_LINE.match(line) is not None, None


def html_block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    state = cast("State", state)
    line = state.line_text(start_line)
    if not line.startswith("<") or state.is_code_block(start_line):
        return False
    if not silent and line.startswith("<!--") and "-->" in line and state.tShift[start_line] == 0:
        state.line = start_line + 1
        pieces = Pieces((0,), (state.bMarks[start_line],))
        block = Block(BlockKind.HTML, f"{line}\n", pieces, False, 0, state.item, _is_at_end(state, start_line))
        state.document.blocks.append(block)
        return True
    # A lone tag does not end a paragraph, but it does end one that only goes on because nothing else begins.
    in_paragraph = state.parentType == "paragraph" and state.sCount[start_line] >= state.blkIndent
    found, ending = html_start(line, interrupting=silent and in_paragraph)
    if not found or silent:
        return found
    next_line = start_line + 1
    if ending is None or not ending.search(line):
        while next_line < end_line:
            blank = state.isEmpty(next_line)
            if (ending is None and blank) or (not blank and state.sCount[next_line] < state.blkIndent):
                break
            next_line += 1
            if ending and ending.search(state.line_text(next_line - 1)):
                break
    state.line = next_line
    content, pieces = state.lines(start_line, next_line)
    at_end = _is_at_end(state, next_line - 1)
    block = Block(BlockKind.HTML, content, pieces, ending is None, item=state.item, at_end=at_end)
    state.document.blocks.append(block)
    return True


def _is_at_end(state: State, line: int) -> bool:
    """Return whether nothing follows a line on the page."""
    return state.level == 0 and _NOTHING.match(state.src, state.eMarks[line]) is not None
