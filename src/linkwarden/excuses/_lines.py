"""Which comment covers which line. Linear but for sorting, however many comments lie inside of each other."""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, NamedTuple

from linkwarden.model import Excuse

_EVERY_RULE = ""


class Question(NamedTuple):
    """Whether a finding is covered where it stands.

    Attributes:
        path: the document.
        line: from 1.
        code: of the rule that was found.
        about: comes back with the answer; which result, and which of its places.
    """

    path: str
    line: int
    code: str
    about: tuple[int, int]


class Coverage:
    """Tells what covers a line; of several comments the one that begins last, which is the innermost."""

    def __init__(self, comments: Sequence[Excuse]) -> None:
        self._comments: dict[str, list[Excuse]] = defaultdict(list)
        for comment in sorted(comments, key=lambda c: c.first):
            self._comments[comment.path].append(comment)

    def answer(self, questions: Iterable[Question]) -> Mapping[tuple[int, int], Excuse]:
        """Give the comment for each question whose line is covered, in the order of the questions' subjects."""
        by_path: dict[str, list[Question]] = defaultdict(list)
        for question in questions:
            if question.path in self._comments:
                by_path[question.path].append(question)
        covers: dict[tuple[int, int], Excuse] = {}
        for path, asked in by_path.items():
            for about, comment in _sweep(self._comments[path], sorted(asked, key=lambda q: q.line)):
                covers.setdefault(about, comment)
        return dict(sorted(covers.items(), key=lambda pair: pair[0]))


def _sweep(comments: Sequence[Excuse], questions: Sequence[Question]) -> Iterable[tuple[tuple[int, int], Excuse]]:
    """Go down a document once. What begins last lies on top of its heap, and is dropped for good where it ends."""
    heaps: dict[str, list[tuple[int, int]]] = defaultdict(list)
    begun = 0
    for question in questions:
        while begun < len(comments) and comments[begun].first <= question.line:
            for code in comments[begun].codes or (_EVERY_RULE,):
                heapq.heappush(heaps[code], (-comments[begun].first, -begun))
            begun += 1
        tops: list[tuple[int, int]] = []
        for code in (question.code, _EVERY_RULE):
            heap = heaps.get(code, [])
            while heap and comments[-heap[0][1]].last < question.line:
                heapq.heappop(heap)
            tops += heap[:1]
        if tops:
            yield question.about, comments[-min(tops)[1]]


class Lines:
    """On which lines there is something that a comment could be about."""

    #: In place of a code: what any comment may be about.
    ANY_RULE: ClassVar[str] = ""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._all: dict[str, list[int]] = defaultdict(list)
        self._sorted = False

    def add(self, path: str, code: str, line: int) -> None:
        """Note that something with this code stands on a line."""
        self._lines[path, code].append(line)
        self._all[path].append(line)

    def has(self, comment: Excuse) -> bool:
        """Tell whether a comment covers any of the lines. All of them have to be added before."""
        if not self._sorted:
            for lines in (*self._lines.values(), *self._all.values()):
                lines.sort()
            self._sorted = True
        if not comment.codes:
            return _between(self._all.get(comment.path, ()), comment)
        codes = (*comment.codes, self.ANY_RULE)
        return any(_between(self._lines.get((comment.path, code), ()), comment) for code in codes)


def _between(lines: Sequence[int], comment: Excuse) -> bool:
    at = bisect_left(lines, comment.first)
    return at < len(lines) and lines[at] <= comment.last
