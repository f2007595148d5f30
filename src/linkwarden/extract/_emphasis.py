"""Which underscores are emphasis and which are text: only a bare mail address depends on it.

The rules of CommonMark 0.29, section 6.4, for ``_`` alone; asterisks end a mail address in any case.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_RUN = re.compile(r"_+")


@dataclass(slots=True)
class _Run:
    start: int
    end: int
    opens: bool
    closes: bool
    left: int
    used: bool = False


def _runs(text: str, no_text: list[tuple[int, int]]) -> Iterator[_Run]:
    closed = iter(sorted(no_text))
    start, end = next(closed, (len(text), len(text)))
    for found in _RUN.finditer(text):
        while end <= found.start() and end < len(text):
            start, end = next(closed, (len(text), len(text)))
        if start <= found.start() < end or text[found.start() - 1 : found.start()] == "\\":
            continue
        before, after = text[found.start() - 1] if found.start() else "\n", text[found.end() : found.end() + 1] or "\n"
        space = before.isspace(), after.isspace()
        mark = tuple(unicodedata.category(c).startswith("P") or c in "$+<=>^`|~" for c in (before, after))
        left = not space[1] and (not mark[1] or space[0] or mark[0])
        right = not space[0] and (not mark[0] or space[1] or mark[1])
        length = found.end() - found.start()
        yield _Run(*found.span(), left and (not right or mark[0]), right and (not left or mark[1]), length)


def _match(openers: list[_Run], closer: _Run) -> None:
    """Settle a closing run against the open ones, innermost first."""
    length = closer.left
    for i in range(len(openers) - 1, -1, -1):
        opener = openers[i]
        whole = opener.end - opener.start
        if (opener.closes or closer.opens) and (whole + length) % 3 == 0 and (whole % 3 or length % 3):
            continue
        del openers[i + 1 :]
        opener.used = closer.used = True
        take = min(opener.left, closer.left)
        opener.left -= take
        closer.left -= take
        if opener.left == 0:
            del openers[i]
        if closer.left == 0:
            return


def underscore_marks(text: str, no_text: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give the runs of underscores in ``text`` that mark emphasis.

    Args:
        text: a block's content.
        no_text: stretches of it that hold no marks: code, tags, links.
    """
    openers: list[_Run] = []
    runs = list(_runs(text, no_text))
    for run in runs:
        if run.closes:
            _match(openers, run)
        if run.opens and run.left:
            openers.append(run)
    return [(run.start, run.end) for run in runs if run.used]
