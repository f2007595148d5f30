"""Unified diffs of edits, as ``git apply`` takes them (GNU diffutils manual, "Unified Format")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from linkwarden.records import dataclass

#: Lines shown before and behind each change.
_CONTEXT = 3
_NO_END = b"\\ No newline at end of file\n"


@dataclass(frozen=True, slots=True)
class _Change:
    """Lines ``first`` to ``last`` (exclusive, from 0) of the old file become ``new`` lines."""

    first: int
    last: int
    new: tuple[bytes, ...]


def patch(name: str, old: bytes, new: bytes, edited: Sequence[tuple[int, int, int]]) -> bytes:
    """Return the difference of two versions of a file, "" if there is none.

    The time that it takes grows with the length of the file, not with the number of edits.

    Args:
        name: the file's path from the top of the repository, in POSIX form.
        old: its contents.
        new: its contents with the edits.
        edited: start and end in ``old``, and length in ``new``, in bytes, of each stretch that differs, in order.
    """
    if old == new:
        return b""
    old_lines = _lines(old)
    changes = _changes(old_lines, new, edited)
    shown = _quoted(name)
    parts = [f"diff --git {_quoted('a/' + name)} {_quoted('b/' + name)}\n", f"--- {_header('a/', name, shown)}\n"]
    parts.append(f"+++ {_header('b/', name, shown)}\n")
    head = "".join(parts).encode("utf-8", "surrogateescape")
    return head + b"".join(_hunks(old_lines, changes))


def _lines(data: bytes) -> list[bytes]:
    lines = data.split(b"\n")
    tail = lines.pop()
    return [line + b"\n" for line in lines] + ([tail] if tail else [])


def _changes(lines: Sequence[bytes], new: bytes, edited: Sequence[tuple[int, int, int]]) -> list[_Change]:
    """Return the runs of lines that edits touch; neighbours in one line are one run."""
    runs: list[list[int]] = []  # first and last line, then where the run begins and ends in the new file
    line, at, shift = 0, 0, 0
    for start, end, length in edited:
        while at + len(lines[line]) <= start:
            at += len(lines[line])
            line += 1
        first, begin = line, at
        stop, last = at + len(lines[line]), line + 1
        while stop < end:
            stop += len(lines[last])
            last += 1
        if runs and first < runs[-1][1]:
            runs[-1][1] = max(last, runs[-1][1])
            runs[-1][3] = stop + shift + length - (end - start)
        else:
            runs.append([first, last, begin + shift, stop + shift + length - (end - start)])
        shift += length - (end - start)
    return [_Change(a, b, tuple(_lines(new[c:d]))) for a, b, c, d in runs]


def _hunks(lines: Sequence[bytes], changes: Sequence[_Change]) -> Iterator[bytes]:
    shift = 0
    group: list[_Change] = []
    for number, change in enumerate(changes):
        group.append(change)
        following = changes[number + 1] if number + 1 < len(changes) else None
        if following is not None and following.first - change.last <= 2 * _CONTEXT:
            continue
        yield _hunk(lines, group, shift)
        shift += sum(len(c.new) - (c.last - c.first) for c in group)
        group = []


def _hunk(lines: Sequence[bytes], group: Sequence[_Change], shift: int) -> bytes:
    first = max(0, group[0].first - _CONTEXT)
    last = min(len(lines), group[-1].last + _CONTEXT)
    body: list[bytes] = []
    at = first
    grown = 0
    for change in group:
        body += [_line(b" ", line) for line in lines[at : change.first]]
        body += [_line(b"-", line) for line in lines[change.first : change.last]]
        body += [_line(b"+", line) for line in change.new]
        at = change.last
        grown += len(change.new) - (change.last - change.first)
    body += [_line(b" ", line) for line in lines[at:last]]
    number = last - first
    head = f"@@ -{first + 1},{number} +{first + 1 + shift},{number + grown} @@\n"
    return head.encode() + b"".join(body)


def _line(mark: bytes, line: bytes) -> bytes:
    return mark + line if line.endswith(b"\n") else mark + line + b"\n" + _NO_END


def _header(side: str, name: str, shown: str) -> str:
    """Return the name as it stands behind ``---``; git ends a name with blanks in it with a tab."""
    if shown != name:
        return _quoted(side + name)
    return f"{side}{name}\t" if " " in name else f"{side}{name}"


def _quoted(name: str) -> str:
    """Return a path as git writes it: in quotes with C escapes where a character asks for it."""
    data = name.encode("utf-8", "surrogateescape")
    if all(32 <= byte < 127 and byte not in b'"\\' for byte in data):
        return name
    escapes = {7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 34: '"', 92: "\\"}
    written = "".join(
        f"\\{escapes[byte]}" if byte in escapes else chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}" for byte in data
    )
    return f'"{written}"'
