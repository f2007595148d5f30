"""Cuts a Markdown document into blocks with markdown-it-py, as cmark-gfm would.

markdown-it-py does containers, code and thematic breaks. The rules whose content can hold links are our own: they
record where each line of the content is in the document, which markdown-it forgets, and they follow cmark-gfm 0.29
(what GitHub runs) where markdown-it-py follows a later CommonMark.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import cast

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, blockquote, code, fence, hr, list_block
from mdit_py_plugins.footnote.index import footnote_def

from linkwarden.extract._document import BLANK, Block, BlockKind, BlockRule, Document, Footnote, State
from linkwarden.extract._html_blocks import html_block
from linkwarden.extract._link_parts import take_definitions
from linkwarden.extract._plain import emit_line, plain_items
from linkwarden.extract._spans import Pieces
from linkwarden.extract._tables import DELIMITER_ROW, LIST_START, opens_table, read_table, without_pipe_escapes

#: Deep enough for any list that a person reads; each level costs Python stack frames.
MAX_NESTING = 1000
_FRAMES_PER_LEVEL = 3
_FRAMES_TO_SPARE = 120
#: So many blocks are cut before they are read; requests for the first go out while the rest is read.
_AT_ONCE = 50

#: Behind a line end, for which a search is quick.
_MAYBE_DEFINITION = re.compile(r"\n[ \t>*+\-\d.)]*+(?:\[(?:\\.|[^\[\]\\]){1,1000}+\]:|\[\^[^\] \t\n]++\]:)")


# --- headings, paragraphs, reference definitions --------------------------------------------------------------------

_ATX = re.compile(r"#{1,6}(?:[ \t]+|$)")
_SETEXT = re.compile(r"(?:=+|-+)[ \t]*$")


def without_closing(heading: str) -> str:
    """Return the text of an ATX heading without its closing number signs."""
    heading = heading.rstrip(BLANK)
    stripped = heading.rstrip("#")
    return stripped.rstrip(BLANK) if not stripped or stripped[-1] in " \t" else heading


def _heading(state: StateBlock, start_line: int, _end_line: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    state = cast("State", state)
    line = state.line_text(start_line)
    opening = _ATX.match(line)
    if opening is None or state.is_code_block(start_line):
        return False
    if silent:
        return True
    state.line = start_line + 1
    tail = without_closing(line[opening.end() :])
    start = state.bMarks[start_line] + state.tShift[start_line] + opening.end()
    state.emit(BlockKind.HEADING, tail, Pieces((0,), (start,)), level=opening[0].rstrip().count("#"))
    return True


def _paragraph(state: StateBlock, start_line: int, _end_line: int, silent: bool) -> bool:  # noqa: ARG001, FBT001 - markdown-it's signature
    """Read a paragraph, a setext heading, a table behind a paragraph, or link reference definitions."""
    state = cast("State", state)
    old_parent, state.parentType = state.parentType, "paragraph"
    line = start_line + 1
    level = 0
    tried_table = False  # cmark-gfm looks for one table in a paragraph, at the first line that could be its second
    while line < state.lineMax and not state.isEmpty(line):
        if state.sCount[line] - state.blkIndent > 3 or state.sCount[line] < 0:
            line += 1
            continue
        if state.sCount[line] >= state.blkIndent:
            text = state.line_text(line)
            if _SETEXT.match(text):
                if _has_content(state, start_line, line):
                    level = 1 if text.startswith("=") else 2
                    break
                line += 1  # below definitions alone, cmark takes it for text, not for a table or a break
                continue
            if not tried_table and DELIMITER_ROW.match(text) and not LIST_START.match(text):
                tried_table = True
                if opens_table(state.line_text(line - 1), text):
                    state.parentType = old_parent
                    _emit_before_table(state, start_line, line - 1)
                    read_table(state, line - 1)
                    return True
        if state.interrupted(line):
            break
        line += 1
    state.parentType = old_parent
    _emit_paragraph(state, start_line, line, level)
    state.line = line + 1 if level else line
    return True


def _has_content(state: State, begin: int, end: int) -> bool:
    """Return whether anything is left of the lines without their reference definitions."""
    content, pieces = _paragraph_content(state, begin, end)
    return bool(content[take_definitions({}, content, pieces) :].strip(BLANK))


def _paragraph_content(state: State, begin: int, end: int) -> tuple[str, Pieces]:
    content, pieces = state.lines(begin, end)
    cut = len(content) - len(content.lstrip(BLANK))
    return content[cut:].rstrip(BLANK) + "\n", pieces.shifted(cut)


def _emit_paragraph(state: State, begin: int, end: int, level: int) -> None:
    if begin >= end:
        return
    if end == begin + 1 and not level and emit_line(state, begin):
        return
    content, pieces = _paragraph_content(state, begin, end)
    cut = take_definitions(state.document.definitions, content, pieces, state.document.redefined)
    if content[cut:].strip(BLANK):
        state.emit(BlockKind.HEADING if level else BlockKind.TEXT, content[cut:], pieces.shifted(cut), level=level)


def _emit_before_table(state: State, begin: int, end: int) -> None:
    """Emit the lines above a table's header; cmark reads no definitions from them, but unescapes pipes."""
    if begin < end:
        content, pieces = without_pipe_escapes(*_paragraph_content(state, begin, end))
        state.emit(BlockKind.TEXT, content, pieces)


# --- footnotes and the whole ----------------------------------------------------------------------------------------

_FOOTNOTE = re.compile(r"\[\^([^\] \t\r\n]+)\]:")


def _footnote(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    state = cast("State", state)
    label = _FOOTNOTE.match(state.src, state.bMarks[start_line] + state.tShift[start_line], state.eMarks[start_line])
    begin = len(state.document.blocks)
    if label is None or not footnote_def(state, start_line, end_line, silent):
        return False
    if not silent:
        footnote = Footnote(label.group(1), start_line, begin, len(state.document.blocks))
        state.document.footnotes.append(footnote)
        state.line = max(state.line, start_line + 1)
    return True


def _guarded(first: str, rule: BlockRule) -> BlockRule:
    """Return the rule with a cheap check of the line's first character before it."""

    def guarded(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
        at = state.bMarks[start_line] + state.tShift[start_line]
        if at >= state.eMarks[start_line] or state.src[at] not in first:
            return False
        return rule(state, start_line, end_line, silent)

    return guarded


_EVERYWHERE = ("paragraph", "reference", "blockquote", "list")
_NOT_IN_LISTS = ("paragraph", "reference", "blockquote")
#: The rules by name, with the characters that their lines begin with, and the blocks that they end; in this order.
_RULES: tuple[tuple[str, str, BlockRule, tuple[str, ...]], ...] = (
    ("fence", "`~", fence, _EVERYWHERE),
    ("blockquote", ">", blockquote, _EVERYWHERE),
    ("hr", "*-_", hr, _EVERYWHERE),
    ("list", "*-+0123456789", list_block, _NOT_IN_LISTS),
    ("footnote_def", "[", _footnote, _EVERYWHERE),
    ("html_block", "<", html_block, _NOT_IN_LISTS),
    ("heading", "#", _heading, _NOT_IN_LISTS),
)
_BY_FIRST = {first: tuple(rule for _, chars, rule, _ in _RULES if first in chars) for first in "`~>*-_+0123456789<#["}


def _block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    """Read the block that begins here, by the rules that its first character allows; the last one takes anything."""
    if state.sCount[start_line] - state.blkIndent > 3 and code(state, start_line, end_line, silent):
        return True
    first = state.src[state.bMarks[start_line] + state.tShift[start_line]]
    if first in "*-+" and plain_items(state, start_line, end_line, silent):
        return True
    for rule in _BY_FIRST.get(first, ()):
        if rule(state, start_line, end_line, silent):
            return True
    return _paragraph(state, start_line, end_line, silent)


@lru_cache(maxsize=4)
def _parser(depth: int) -> MarkdownIt:
    """Return a parser that reads so many levels of nesting."""
    md = MarkdownIt("zero", {"maxNesting": depth})
    ruler = md.block.ruler
    for name, first, rule, ends in _RULES:
        if name == "footnote_def":
            ruler.before("reference", name, _guarded(first, rule), {"alt": list(ends)})
        else:
            ruler.at(name, _guarded(first, rule), {"alt": list(ends)})
    ruler.before("list", "plain_items", _guarded("-*+", plain_items), {"alt": ["list"]})
    ruler.before("table", "block", _block)  # takes every block; the others say where lists, quotes and notes end
    ruler.enableOnly(["block", "code", "plain_items", *(name for name, *_ in _RULES)])
    return md


def _frames() -> int:
    frame, depth = sys._getframe(), 0  # noqa: SLF001 - the documented way to count frames without building a trace
    while frame.f_back is not None:
        frame, depth = frame.f_back, depth + 1
    return depth


def blocks(body: str, document: Document) -> Iterator[Sequence[Block]]:
    """Yield the blocks of a document's body (line feeds only, no NUL), some at a time. Never raises for any text.

    Blocks are yielded soon after they are cut, unless the body may hold link reference definitions: those can be
    anywhere below their use, so then the whole body is cut first.

    Args:
        body: the text.
        document: filled with definitions and footnotes on the way.
    """
    spare = sys.getrecursionlimit() - _frames() - _FRAMES_TO_SPARE
    depth = max(60, min(MAX_NESTING, spare // _FRAMES_PER_LEVEL))
    state = State(body, _parser(depth), {}, [])
    state.document = document
    state.item = 0
    state.rules_by_first = _BY_FIRST
    at_once = "]:" not in body or _MAYBE_DEFINITION.search(f"\n{body}") is None
    line = state.skipEmptyLines(0)
    while line < state.lineMax:
        state.line = line
        try:
            _block(state, line, state.lineMax, False)
        except RecursionError:  # Python's stack is used up
            document.too_deep = line
            break
        if state.tokens:
            deep = next((t.map[0] for t in state.tokens if t.level >= depth - 1 and t.map), None)
            if deep is not None and document.too_deep is None:
                document.too_deep = deep
            state.tokens.clear()
        if at_once and len(document.blocks) >= _AT_ONCE:
            yield document.blocks
            document.blocks.clear()
        line = state.skipEmptyLines(max(state.line, line + 1))
    yield document.blocks
