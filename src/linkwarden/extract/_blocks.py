"""Cuts a Markdown document into blocks with markdown-it-py, as cmark-gfm would.

markdown-it-py does containers, code and thematic breaks. The rules whose content can hold links are our own: they
record where each line of the content is in the document, which markdown-it forgets, and they follow cmark-gfm 0.29
(what GitHub runs) where markdown-it-py follows a later CommonMark.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import cast

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, blockquote, fence, hr, list_block
from mdit_py_plugins.footnote.index import footnote_def

from linkwarden.extract._inline import OPEN_OR_CLOSE_LINE
from linkwarden.extract._link_parts import Definition, take_definitions
from linkwarden.extract._spans import Pieces

#: Deep enough for any list that a person reads; each level costs Python stack frames.
MAX_NESTING = 1000
_FRAMES_PER_LEVEL = 3
_FRAMES_TO_SPARE = 120

_BLANK = " \t\n\v\f\r"
_MAYBE_DEFINITION = re.compile(r"^[ \t>*+\-\d.)]*+\[(?:\\.|[^\[\]\\]){1,1000}+\]:", re.MULTILINE)
_Rule = Callable[[StateBlock, int, int, bool], bool]


class BlockKind(Enum):
    """What a leaf block's content is."""

    TEXT = auto()
    HEADING = auto()
    HTML = auto()


@dataclass(frozen=True, slots=True)
class Block:
    """One leaf block that can hold links.

    Attributes:
        kind: how to read the content.
        content: the text without the markers of the blocks around it.
        pieces: where the content is in the document's body.
        ends_on_blank: for HTML: the block goes on to the next blank line, so Markdown in it is plain text.
    """

    kind: BlockKind
    content: str
    pieces: Pieces
    ends_on_blank: bool = False


@dataclass(slots=True)
class Document:
    """A document cut into blocks.

    Attributes:
        blocks: leaf blocks that were cut and not yet yielded.
        definitions: link reference definitions by normalized label; the first of a name counts.
        footnotes: labels of footnotes, with the line (from 0) of their definition.
        too_deep: line (from 0) from which on nesting was too deep to be read, or None.
    """

    blocks: list[Block] = field(default_factory=list)
    definitions: dict[str, Definition] = field(default_factory=dict)
    footnotes: list[tuple[str, int]] = field(default_factory=list)
    too_deep: int | None = None


class _State(StateBlock):
    """markdown-it's state, which also knows where the lines of a content are."""

    document: Document

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


def _trimmed(kind: BlockKind, content: str, pieces: Pieces) -> Block:
    cut = len(content) - len(content.lstrip(_BLANK))
    return Block(kind, content.strip(_BLANK), pieces.shifted(cut))


# --- HTML blocks (CommonMark 0.29, section 4.6) ---------------------------------------------------------------------

_BLOCK_TAGS = (
    "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt"
    "|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main"
    "|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|section|title|summary|table|tbody|td|tfoot|th"
    "|thead|tr|track|ul"
)
_HTML_STARTS = (
    (
        re.compile(r"<(?:script|pre|style)(?:[ \t\v\f\r>]|\Z)", re.IGNORECASE),
        re.compile(r"</(?:script|pre|style)>", re.IGNORECASE),
    ),
    (re.compile(r"<!--"), re.compile(r"-->")),
    (re.compile(r"<\?"), re.compile(r"\?>")),
    (re.compile(r"<![A-Z]"), re.compile(r">")),
    (re.compile(r"<!\[CDATA\["), re.compile(r"\]\]>")),
    (re.compile(rf"</?(?:{_BLOCK_TAGS})(?:[ \t\v\f\r]|/?>|\Z)", re.IGNORECASE), None),
)


def _html_start(line: str, *, interrupting: bool) -> tuple[bool, re.Pattern[str] | None]:
    """Return whether an HTML block begins with ``line``, and what ends it (None: a blank line)."""
    for start, end in _HTML_STARTS:
        if start.match(line):
            return True, end
    return not interrupting and OPEN_OR_CLOSE_LINE.match(line) is not None, None


def _html_block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    state = cast("_State", state)
    line = _line(state, start_line)
    if not line.startswith("<") or state.is_code_block(start_line):
        return False
    # A lone tag does not end a paragraph, but it does end one that only goes on because nothing else begins.
    in_paragraph = state.parentType == "paragraph" and state.sCount[start_line] >= state.blkIndent
    found, ending = _html_start(line, interrupting=silent and in_paragraph)
    if not found or silent:
        return found
    next_line = start_line + 1
    if ending is None or not ending.search(line):
        while next_line < end_line:
            blank = state.isEmpty(next_line)
            if (ending is None and blank) or (not blank and state.sCount[next_line] < state.blkIndent):
                break
            next_line += 1
            if ending and ending.search(_line(state, next_line - 1)):
                break
    state.line = next_line
    content, pieces = state.lines(start_line, next_line)
    state.document.blocks.append(Block(BlockKind.HTML, content, pieces, ending is None))
    return True


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


# --- headings, paragraphs, reference definitions --------------------------------------------------------------------

_ATX = re.compile(r"#{1,6}(?:[ \t]+|$)")
_BLOCK_STARTS = frozenset("`~>*-_+0123456789<#[")
_SETEXT = re.compile(r"(?:=+|-+)[ \t]*$")


def without_closing(heading: str) -> str:
    """Return the text of an ATX heading without its closing number signs."""
    heading = heading.rstrip(_BLANK)
    stripped = heading.rstrip("#")
    return stripped.rstrip(_BLANK) if not stripped or stripped[-1] in " \t" else heading


def _heading(state: StateBlock, start_line: int, _end_line: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    line = _line(state, start_line)
    opening = _ATX.match(line)
    if opening is None or state.is_code_block(start_line):
        return False
    if silent:
        return True
    state.line = start_line + 1
    tail = without_closing(line[opening.end() :])
    start = state.bMarks[start_line] + state.tShift[start_line] + opening.end()
    block = _trimmed(BlockKind.HEADING, tail, Pieces((0,), (start,)))
    cast("_State", state).document.blocks.append(block)
    return True


def _paragraph(state: StateBlock, start_line: int, _end_line: int, silent: bool) -> bool:  # noqa: ARG001, FBT001 - markdown-it's signature
    """Read a paragraph, a setext heading, a table behind a paragraph, or link reference definitions."""
    state = cast("_State", state)
    old_parent, state.parentType = state.parentType, "paragraph"
    line = start_line + 1
    kind = BlockKind.TEXT
    while line < state.lineMax and not state.isEmpty(line):
        if state.sCount[line] - state.blkIndent > 3 or state.sCount[line] < 0:
            line += 1
            continue
        if state.sCount[line] >= state.blkIndent:
            text = _line(state, line)
            if _SETEXT.match(text):
                if _has_content(state, start_line, line):
                    kind = BlockKind.HEADING
                    break
                line += 1  # below definitions alone, cmark takes it for text, not for a table or a break
                continue
            if _DELIMITER_ROW.match(text) and _opens_table(_line(state, line - 1), text):
                state.parentType = old_parent
                _emit_before_table(state, start_line, line - 1)
                _table(state, line - 1)
                return True
        if _interrupted(state, line):
            break
        line += 1
    state.parentType = old_parent
    _emit_paragraph(state, start_line, line, kind)
    state.line = line + 1 if kind is BlockKind.HEADING else line
    return True


def _interrupted(state: StateBlock, line: int) -> bool:
    if state.src[state.bMarks[line] + state.tShift[line]] not in _BLOCK_STARTS:
        return False
    return any(rule(state, line, state.lineMax, True) for rule in state.md.block.ruler.getRules("paragraph"))


def _has_content(state: _State, begin: int, end: int) -> bool:
    """Return whether anything is left of the lines without their reference definitions."""
    content, pieces = _paragraph_content(state, begin, end)
    return bool(content[take_definitions({}, content, pieces) :].strip(_BLANK))


def _paragraph_content(state: _State, begin: int, end: int) -> tuple[str, Pieces]:
    content, pieces = state.lines(begin, end)
    cut = len(content) - len(content.lstrip(_BLANK))
    return content[cut:].rstrip(_BLANK) + "\n", pieces.shifted(cut)


def _emit_paragraph(state: _State, begin: int, end: int, kind: BlockKind) -> None:
    if begin >= end:
        return
    content, pieces = _paragraph_content(state, begin, end)
    cut = take_definitions(state.document.definitions, content, pieces)
    if content[cut:].strip(_BLANK):
        state.document.blocks.append(_trimmed(kind, content[cut:], pieces.shifted(cut)))


def _emit_before_table(state: _State, begin: int, end: int) -> None:
    """Emit the lines above a table's header; cmark reads no definitions from them, but unescapes pipes."""
    if begin < end:
        content, pieces = _without_pipe_escapes(*_paragraph_content(state, begin, end))
        state.document.blocks.append(_trimmed(BlockKind.TEXT, content, pieces))


# --- tables (GFM section 4.10) --------------------------------------------------------------------------------------

_CELL_RULE = r"[ \t\v\f]*:?-+:?[ \t\v\f]*"
_DELIMITER_ROW = re.compile(rf"\|?{_CELL_RULE}(?:\|{_CELL_RULE})*\|?[ \t\v\f]*$")
_LIST_START = re.compile(r"-[ \t]")
_PIPE = re.compile(r"(?<!\\)\|")


def _cells(row: str) -> list[tuple[int, int]]:
    """Return the offsets of a row's cells; pipes after a backslash do not separate cells."""
    cells: list[tuple[int, int]] = []
    start = 0
    for pipe in _PIPE.finditer(row):
        if pipe.start() > 0 or start:
            cells.append((start, pipe.start()))
        start = pipe.end()
    if row[start:].strip(_BLANK):
        cells.append((start, len(row)))
    return cells


def _opens_table(header: str, delimiters: str) -> bool:
    if _LIST_START.match(delimiters):
        return False
    columns = len(_cells(header.rstrip(_BLANK)))
    return columns > 0 and columns == len(_cells(delimiters.rstrip(_BLANK)))


def _table(state: _State, header: int) -> None:
    """Read the rows of the table whose header is line ``header``; cells beyond the header's number are not shown."""
    columns = len(_cells(_line(state, header).rstrip(_BLANK)))
    _emit_row(state, header, columns)
    line = header + 2
    while line < state.lineMax and not state.isEmpty(line):
        if state.sCount[line] < state.blkIndent or state.is_code_block(line):
            break
        if _interrupted(state, line) or _html_start(_line(state, line), interrupting=False)[0]:
            break
        if not _cells(_line(state, line).rstrip(_BLANK)):
            break
        _emit_row(state, line, columns)
        line += 1
    state.line = line


def _emit_row(state: _State, line: int, columns: int) -> None:
    row = _line(state, line).rstrip(_BLANK)
    origin = state.bMarks[line] + state.tShift[line]
    for start, end in _cells(row)[:columns]:
        content, pieces = _without_pipe_escapes(row[start:end], Pieces((0,), (origin + start,)))
        if content.strip(_BLANK):
            state.document.blocks.append(_trimmed(BlockKind.TEXT, content, pieces))


def _without_pipe_escapes(content: str, pieces: Pieces) -> tuple[str, Pieces]:
    """Return a content without the backslash of each escaped pipe, and where it is."""
    if "\\|" not in content:
        return content, pieces
    parts = content.split("\\|")
    gone: list[int] = []
    for part in parts[:-1]:
        gone.append((gone[-1] + 2 if gone else 0) + len(part))
    moved = [(at - bisect_left(gone, at), src) for at, src in zip(pieces.at, pieces.src, strict=True)]
    behind = [(at - number, pieces.source(at + 1)) for number, at in enumerate(gone)]
    places = sorted(dict([*moved, *behind]).items())
    return "|".join(parts), Pieces(tuple(at for at, _ in places), tuple(src for _, src in places))


# --- footnotes and the whole ----------------------------------------------------------------------------------------

_FOOTNOTE = re.compile(r"\[\^([^\] \t\r\n]+)\]:")


def _footnote(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    label = _FOOTNOTE.match(_line(state, start_line))
    if label is None or not footnote_def(state, start_line, end_line, silent):
        return False
    if not silent:
        cast("_State", state).document.footnotes.append((label.group(1), start_line))
        state.line = max(state.line, start_line + 1)
    return True


def _guarded(first: str, rule: _Rule) -> _Rule:
    """Return the rule with a cheap check of the line's first character before it."""

    def guarded(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
        at = state.bMarks[start_line] + state.tShift[start_line]
        if at >= state.eMarks[start_line] or state.src[at] not in first:
            return False
        return rule(state, start_line, end_line, silent)

    return guarded


def _parser() -> MarkdownIt:
    md = MarkdownIt("zero")
    ruler = md.block.ruler
    everywhere = ["paragraph", "reference", "blockquote", "list"]
    interrupts = ["paragraph", "reference", "blockquote"]
    ruler.at("fence", _guarded("`~", fence), {"alt": everywhere})
    ruler.at("blockquote", _guarded(">", blockquote), {"alt": everywhere})
    ruler.at("hr", _guarded("*-_", hr), {"alt": everywhere})
    ruler.at("list", _guarded("*-+0123456789", list_block), {"alt": interrupts})
    ruler.at("html_block", _guarded("<", _html_block), {"alt": interrupts})
    ruler.at("heading", _guarded("#", _heading), {"alt": interrupts})
    ruler.at("paragraph", _paragraph)
    ruler.before("reference", "footnote_def", _guarded("[", _footnote), {"alt": ["paragraph", "reference"]})
    ruler.enableOnly(
        ["code", "fence", "blockquote", "hr", "list", "footnote_def", "html_block", "heading", "paragraph"]
    )
    return md


def _frames() -> int:
    frame, depth = sys._getframe(), 0  # noqa: SLF001 - the documented way to count frames without building a trace
    while frame.f_back is not None:
        frame, depth = frame.f_back, depth + 1
    return depth


def blocks(body: str, document: Document) -> Iterator[Block]:
    """Yield the blocks of a document's body (line feeds only, no NUL). Never raises for any text.

    Blocks are yielded as soon as they are cut, unless the body may hold link reference definitions: those can be
    anywhere below their use, so then the whole body is cut first.

    Args:
        body: the text.
        document: filled with definitions and footnotes on the way.
    """
    md = _parser()
    spare = sys.getrecursionlimit() - _frames() - _FRAMES_TO_SPARE
    depth = max(60, min(MAX_NESTING, spare // _FRAMES_PER_LEVEL))
    md.options["maxNesting"] = depth
    state = _State(body, md, {}, [])
    state.document = document
    at_once = _MAYBE_DEFINITION.search(body) is None
    for _ in _top_level(state):
        deep = next((t.map[0] for t in state.tokens if t.level >= depth - 1 and t.map), None)
        if deep is not None and document.too_deep is None:
            document.too_deep = deep
        state.tokens.clear()
        if at_once:
            yield from document.blocks
            document.blocks.clear()
    yield from document.blocks


def _top_level(state: _State) -> Iterator[None]:
    """Run the rules on one block after the other; stop where Python's stack is used up."""
    rules = state.md.block.ruler.getRules("")
    line = state.skipEmptyLines(0)
    while line < state.lineMax:
        state.line = line
        try:
            any(rule(state, line, state.lineMax, False) for rule in rules)
        except RecursionError:
            state.document.too_deep = line
            yield
            return
        yield
        line = state.skipEmptyLines(max(state.line, line + 1))
