"""Accepts a finding with a comment in the document, where that changes nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from linkwarden.extract._reading import Reading
from linkwarden.extract._spans import line_starts


class Change(NamedTuple):
    """What is put in place of a stretch of a document: offsets, and the new text."""

    start: int
    end: int
    new: str


def accepting(reading: Reading, code: str, line: int, read: Callable[[str], Reading]) -> Change | None:
    """Return what to insert so that findings of a rule on a line, from 1, are accepted; None if there is no way.

    It is tried: the changed document is read again, and has to hold the same links and anchors, and the comment.

    Args:
        reading: of the document as it is.
        code: of the rule.
        line: where the finding is.
        read: returns what a changed document would hold.
    """
    text = reading.text
    for change in _ways(text, line, f"<!-- linkwarden-ignore {code} -->"):
        changed = read(f"{text[: change.start]}{change.new}{text[change.end :]}")
        covered = line + change.new.count("\n")
        if _same(reading, changed) and any(
            s.first <= covered <= s.last and code in s.codes for s in changed.suppressions
        ):
            return change
    return None


def _ways(text: str, line: int, comment: str) -> Iterator[Change]:
    """Yield places for a comment: at the end of the line, in a row of a table in its last cell, or above the line."""
    starts = line_starts(text)
    if line > len(starts):
        return
    start = starts[line - 1]
    end = starts[line] if line < len(starts) else len(text)
    content = text[start:end].rstrip()
    if content.endswith("|"):
        at = start + len(content[:-1].rstrip())
        yield Change(at, at, f" {comment}")
        return
    at = start + len(content)
    yield Change(at, at, f" {comment}")
    if line == 1 or not text[starts[line - 2] : start].strip() or content.startswith("["):  # else it would part a block
        yield Change(start, start, f"{comment}\n")


def _same(one: Reading, other: Reading) -> bool:
    return [(o.url, o.markup, o.text) for o in one.links()] == [(o.url, o.markup, o.text) for o in other.links()] and [
        (a.name, a.source) for a in one.anchors
    ] == [(a.name, a.source) for a in other.anchors]
