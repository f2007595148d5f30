"""Tables in Markdown (GFM section 4.10)."""

from __future__ import annotations

import re
from bisect import bisect_left

from linkwarden.extract._document import BLANK, BlockKind, State
from linkwarden.extract._html_blocks import html_start
from linkwarden.extract._spans import Pieces

_CELL_RULE = r"[ \t\v\f]*+:?-++:?[ \t\v\f]*+"
DELIMITER_ROW = re.compile(rf"\|?{_CELL_RULE}(?:\|{_CELL_RULE})*+\|?[ \t\v\f]*+$")
LIST_START = re.compile(r"-[ \t]")
_PIPE = re.compile(r"(?<!\\)\|")


def _cells(row: str) -> list[tuple[int, int]]:
    """Return the offsets of a row's cells; pipes after a backslash do not separate cells."""
    cells: list[tuple[int, int]] = []
    start = 0
    for pipe in _PIPE.finditer(row):
        if pipe.start() > 0 or start:
            cells.append((start, pipe.start()))
        start = pipe.end()
    if row[start:].strip(BLANK):
        cells.append((start, len(row)))
    return cells


def opens_table(header: str, delimiters: str) -> bool:
    """Return whether two lines have the same number of cells, so that they begin a table."""
    columns = len(_cells(header.rstrip(BLANK)))
    return columns > 0 and columns == len(_cells(delimiters.rstrip(BLANK)))


def read_table(state: State, header: int) -> None:
    """Read the rows of the table whose header is line ``header``; cells beyond the header's number are not shown."""
    columns = len(_cells(state.line_text(header).rstrip(BLANK)))
    _emit_row(state, header, columns)
    line = header + 2
    while line < state.lineMax and not state.isEmpty(line):
        if state.sCount[line] < state.blkIndent or state.is_code_block(line):
            break
        if state.interrupted(line) or html_start(state.line_text(line), interrupting=False)[0]:
            break
        if not _cells(state.line_text(line).rstrip(BLANK)):
            break
        _emit_row(state, line, columns)
        line += 1
    state.line = line


def _emit_row(state: State, line: int, columns: int) -> None:
    row = state.line_text(line).rstrip(BLANK)
    origin = state.bMarks[line] + state.tShift[line]
    for start, end in _cells(row)[:columns]:
        content, pieces = without_pipe_escapes(row[start:end], Pieces((0,), (origin + start,)))
        if content.strip(BLANK):
            state.emit(BlockKind.TEXT, content, pieces)


def without_pipe_escapes(content: str, pieces: Pieces) -> tuple[str, Pieces]:
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
