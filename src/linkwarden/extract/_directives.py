"""Comments for linkwarden: ``<!-- linkwarden-ignore LW301 moved to print -->``.

The readers of Markdown and HTML decide what a comment is. This module reads what each comment says, and which lines it
is about (``docs/living-with-findings.md``). It does not know the names of rules: what looks like one is taken for one,
and ``linkwarden.suppress`` says which of them exist.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from linkwarden.extract._spans import Pieces, Source
from linkwarden.extract._tags import Comment
from linkwarden.extract._text import squeeze
from linkwarden.model import Notice, Suppression
from linkwarden.patterns import pattern

IGNORE = "linkwarden-ignore"
START = "linkwarden-ignore-start"
END = "linkwarden-ignore-end"
_KNOWN = (IGNORE, START, END)
#: Between these, all-contributors writes links to places that do not exist
#: (docs/facts/github-rendering.md#given-names).
_TABLE_START = "ALL-CONTRIBUTORS-LIST:START"
_TABLE_END = "ALL-CONTRIBUTORS-LIST:END"
_TABLE = (_TABLE_START, _TABLE_END)
_TABLE_CODES = ("anchor-missing",)
_TABLE_REASON = "all-contributors writes such links for work that has no page"
_LONGEST_NAME = 40
#: "linkwarden-ingore" is that similar; "linkwarden is", "prettier-ignore" and other tools' words are not.
_SIMILAR = 0.85
_LONGEST_REASON = 500

_WORD = pattern(r"[\s,;]*+([^\s,;]++)")
#: What can only be meant as the name of a rule: LW301, also with a typo in it, 301, not-found.
_RULE_NAME = pattern(r"lw(?=\w*\d)\w{1,9}|\d{3}|[a-z0-9]++(?:-[a-z0-9]++)++", re.IGNORECASE)
#: Markers of quotes and lists before a comment are no content that it could be about.
_MARKERS = pattern(r"(?:[ \t>*+\-]|\d{1,9}[.)])*+")
_CONTENT = pattern(r"[^\s>]")


class _Said(NamedTuple):
    """What a comment says to linkwarden.

    Attributes:
        name: ``IGNORE``, ``START`` or ``END``, or one of all-contributors' markers; "" if it is misspelt.
        problem: what to report to the maintainer instead, or "".
        about: what makes two such problems the same (``Notice.about``).
    """

    name: str
    codes: tuple[str, ...] = ()
    reason: str = ""
    problem: str = ""
    about: tuple[str, ...] = ()


class _Placed(NamedTuple):
    """A comment of the document, for linkwarden or not: offsets in the body, lines from 1 (the last one inclusive)."""

    start: int
    end: int
    first: int
    last: int
    said: _Said | None


class Directives:
    """Collects the comments of one document and reads them at its end, in linear time."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._taken: list[tuple[int, int, _Said | None]] = []

    def take(self, comments: Iterable[Comment], content: str, pieces: Pieces) -> None:
        """Add the comments of a part of the document, in any order."""
        for comment in comments:
            start, end = pieces.range(comment.start, comment.end)
            said = _said(comment.text(content))
            if said is not None and not comment.closed:
                problem = "This comment to linkwarden is never closed; end it with -->."
                said = _Said("", problem=problem, about=("comment-not-closed",))
            self._taken.append((start, end, said))

    def take_over(self, part: Directives, by: int) -> None:
        """Add the comments of a part of the document that begins at the offset ``by``."""
        self._taken += ((start + by, end + by, said) for start, end, said in part._taken)

    def read(self) -> Iterator[Suppression | Notice]:
        """Yield what the comments say, in source order (tables of contributors last), once all has been read."""
        if not any(said for _, _, said in self._taken):
            return
        line_of = self._source.line_of
        comments = [
            _Placed(start, end, line_of(start), line_of(max(start, end - 1)), said)
            for start, end, said in sorted(self._taken, key=lambda taken: taken[0])
        ]
        below = _lines_below(comments, self._source)
        open_blocks: list[tuple[_Placed, _Said]] = []
        for comment, (first, last) in zip(comments, below, strict=True):
            said = comment.said
            if said is None or said.name in _TABLE:
                continue
            if said.problem:
                yield self._notice(comment, said.problem, *said.about)
            elif said.name == IGNORE:
                yield self._suppression(comment, said, first, last)
            elif said.name == START:
                open_blocks.append((comment, said))
            elif open_blocks:
                begun, what = open_blocks.pop()
                yield self._suppression(begun, what, begun.first, comment.last)
            else:
                yield self._notice(comment, f"This {END} ends nothing: no {START} is open above it. Remove it.", END)
        end = self._source.line_of(len(self._source.body))
        for begun, what in open_blocks:
            problem = f"This {START} applies to the end of the file, because no {END} follows it."
            yield self._notice(begun, problem, START)
            yield self._suppression(begun, what, begun.first, end)

        yield from self._tables(comments)

    def _tables(self, comments: Iterable[_Placed]) -> Iterator[Suppression]:
        """Yield what the tables of all-contributors need; a marker without the other one is nothing."""
        begun: _Placed | None = None
        for comment in comments:
            if comment.said is not None and comment.said.name in _TABLE:
                if comment.said.name == _TABLE_END and begun is not None:
                    yield self._suppression(begun, comment.said, begun.first, comment.last)
                begun = comment if comment.said.name == _TABLE_START else None

    def _notice(self, comment: _Placed, message: str, *about: str) -> Notice:
        return Notice(self._source.path, comment.first, message, about)

    def _suppression(self, comment: _Placed, said: _Said, first: int, last: int) -> Suppression:
        line, column = self._source.position(comment.start + self._source.base)
        by_program = said.name in _TABLE
        return Suppression(self._source.path, line, column, first, last, said.codes, said.reason, by_program)


def _said(text: str) -> _Said | None:
    """Read the text of a comment; return None if it is not for linkwarden."""
    words = text.split(maxsplit=1)
    if not words or len(words[0]) > _LONGEST_NAME:
        return None
    if words[0] in _TABLE:
        return _Said(words[0], _TABLE_CODES, _TABLE_REASON)
    name, rest = words[0].lower().rstrip(":"), words[1] if len(words) > 1 else ""
    if name not in _KNOWN:
        return _misspelt(name, rest)
    codes: list[str] = []
    pos = 0
    while (word := _WORD.match(rest, pos)) is not None and _RULE_NAME.fullmatch(word[1].rstrip(":")):
        codes.append(word[1].rstrip(":"))
        pos = word.end()
    reason = squeeze(rest[pos : pos + 2 * _LONGEST_REASON])[:_LONGEST_REASON]
    return _Said(name, tuple(codes), reason.strip(" ,;:-–—"))


def _misspelt(name: str, rest: str) -> _Said | None:
    if not any(part in name for part in ("link", "warden", "ignore")):
        return None
    if name == "linkwarden":
        second = rest[:_LONGEST_NAME].split(maxsplit=1)[:1]
        name, near = " ".join((name, *second)), _nearest(f"{name}-{''.join(second).lower()}")
    else:
        near = _nearest(name)
        if not near and name.startswith("linkwarden-"):
            near = IGNORE
    if not near:
        return None
    problem = f"linkwarden does not know {name!r}, so nothing is ignored. Did you mean {near!r}?"
    return _Said("", problem=problem, about=("comment-misspelt", name))


@lru_cache(maxsize=256)  # a list with many typos has the same ones
def _nearest(name: str) -> str:
    return next(iter(difflib.get_close_matches(name, _KNOWN, n=1, cutoff=_SIMILAR)), "")


def _lines_below(comments: Sequence[_Placed], source: Source) -> list[tuple[int, int]]:
    """Return the lines that each comment is about: its own, or the next line with content if it is alone on its line.

    Comments alone below each other are all about the line below the last of them. Where nothing follows, a comment is
    about its own lines, on which there is nothing.
    """
    busy = _lines_with_content(comments, source.body)
    body = source.body
    found: list[tuple[int, int]] = []
    for at in range(len(comments) - 1, -1, -1):
        comment = comments[at]
        if comment.first in busy or comment.last in busy:
            found.append((comment.first, comment.last))
            continue
        following = comments[at + 1] if at + 1 < len(comments) else None
        end = following.start if following else len(body)
        content = _CONTENT.search(body, comment.end, end)  # the rest of its own line is blank
        line = source.line_of(content.start()) if content else 0
        if following is not None and line in (0, following.first):
            found.append(found[-1])  # a comment comes first, and it knows whether there is more on its line
        else:
            found.append((line, line) if line else (comment.first, comment.last))
    found.reverse()
    return found


def _lines_with_content(comments: Sequence[_Placed], body: str) -> set[int]:
    """Return those lines of comments that hold something else too. Reads every character once."""
    busy: set[int] = set()
    before: _Placed | None = None
    for comment in comments:
        end = before.end if before else 0
        start_of_line = body.rfind("\n", end, comment.start) + 1
        if before is not None and start_of_line == 0:
            if body[end : comment.start].strip():
                busy.add(comment.first)
        else:
            if not _MARKERS.fullmatch(body, start_of_line, comment.start):
                busy.add(comment.first)
            if before is not None and body[end : body.find("\n", end)].strip():
                busy.add(before.last)
        before = comment
    if before is not None:
        end_of_line = body.find("\n", before.end)
        if body[before.end : end_of_line if end_of_line >= 0 else len(body)].strip():
            busy.add(before.last)
    return busy
