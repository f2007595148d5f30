"""Bare URLs in text and data: where each begins and ends, whatever quotes and escapes the format has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from linkwarden.extract._directives import Directives
from linkwarden.extract._spans import Pieces, Source, text_notices
from linkwarden.extract._tags import Comment
from linkwarden.model import Extracted, Markup, Notice, Occurrence, Suppression
from linkwarden.patterns import pattern

_BEGIN = pattern(r"(?<![A-Za-z0-9+.-])(?:https?|ftp)://(?=[^\W_]|\[)", re.IGNORECASE)
#: RFC 3986 allows none of the ASCII characters here; the others are quotes and marks of a sentence around the URL.
_RUN = pattern(r"[^\s<>\"`\\|^\x00-\x1f\x7f“”„«»‘’、。，；：！？（）「」『』【】《》]++")
_WHOLE = pattern(r"(?:https?|ftp)://[^\s<>\"`\\^\x00-\x1f\x7f]++", re.IGNORECASE)
_TRAILING = ".,;:!?'*~"
_PAIRS = {")": "(", "]": "[", "}": "{"}
#: ``https://host/<name>``, ``https://host/{id}``, ``https://*.host``: a pattern of URLs, which nobody can follow.
_PLACEHOLDER = pattern(r"<[\w .-]{1,40}>")
_PATTERN = pattern(r"[{}]|%[sd](?![0-9a-fA-F])|[/=](?:\.\.\.|…)$|://[^/?#]*\*|/\*{1,2}$", re.IGNORECASE)
_NEXT = pattern(r"[,;](?=(?:https?|ftp)://)", re.IGNORECASE)
_BEFORE_PLACEHOLDER = "/=-_.:@&?#"
#: Where the content is the document itself.
IDENTITY = Pieces((0,), (0,))


class View(NamedTuple):
    """A stretch of a document as a reader of its format sees it, with escapes undone.

    Attributes:
        seen: the text.
        at: for each character, and for the end, the offset in the document's body; None where nothing is escaped.
        start: the offset of the first character.
    """

    seen: str
    at: tuple[int, ...] | None
    start: int

    def range(self, start: int, end: int) -> tuple[int, int]:
        """Return the offsets in the body of ``seen[start:end]``."""
        if self.at is None:
            return self.start + start, self.start + end
        return self.at[start], self.at[end]


def view(body: str, start: int, end: int, escape: re.Pattern[str] | None, meaning: Callable[[str], str]) -> View:
    """Return the view of ``body[start:end]``.

    Args:
        body: the document.
        start: where the stretch begins.
        end: where it ends.
        escape: what an escape looks like.
        meaning: what one stands for.
    """
    text = body[start:end]
    if escape is None or escape.search(text) is None:
        return View(text, None, start)
    seen: list[str] = []
    at: list[int] = []
    pos = 0
    for found in escape.finditer(text):
        seen.append(text[pos : found.start()])
        at.extend(range(start + pos, start + found.start()))
        means = meaning(found.group())
        seen.append(means)
        at.extend([start + found.start()] * len(means))
        pos = found.end()
    seen.append(text[pos:])
    at.extend(range(start + pos, end + 1))
    return View("".join(seen), tuple(at), start)


def bare_urls(text: str, *, in_tags: bool = False) -> Iterator[tuple[int, int]]:
    """Yield where each URL in running text begins and ends, without the punctuation of the sentence around it.

    Args:
        text: what a reader sees.
        in_tags: a ``<`` begins a tag, never a word to be replaced.
    """
    pos = 0
    while (begin := _BEGIN.search(text, pos)) is not None:
        start = begin.start()
        run = _RUN.match(text, begin.end())
        if run is None:
            pos = begin.end()
            continue
        pos = run.end()
        if text[start - 1 : start] == "'":
            quote = text.find("'", start, pos)
            end = quote if quote >= 0 else _end(text, start, pos)
        else:
            end = _end(text, start, pos)
        cut = end == pos and not in_tags and text[end - 1] in _BEFORE_PLACEHOLDER
        if cut and _PLACEHOLDER.match(text, end):
            continue
        last = end
        while last > begin.end() and text[last - 1] in _TRAILING:
            last -= 1
        if last > begin.end() and not _PATTERN.search(text[start:end]):
            yield start, last
        pos = max(end, begin.end())


def _end(text: str, start: int, end: int) -> int:
    """Return where the first bracket closes that the URL does not open, or the next URL of a list follows."""
    following = _NEXT.search(text, start, end)
    end = following.start() if following else end
    open_brackets: list[str] = []
    for at in range(start, end):
        char = text[at]
        if char in "([{":
            open_brackets.append(char)
        elif char in _PAIRS:
            if not open_brackets or open_brackets[-1] != _PAIRS[char]:
                return at
            open_brackets.pop()
    return end


class Collector:
    """Makes occurrences of the URLs in the parts of one document.

    Args:
        source: the document.
        escape: what an escape of its format looks like, if there are any.
        meaning: what one stands for.
    """

    def __init__(
        self, source: Source, escape: re.Pattern[str] | None = None, meaning: Callable[[str], str] = str
    ) -> None:
        self.source = source
        self.section = ""
        self._escape = escape
        self._meaning = meaning
        self._directives = Directives(source)

    def begin(self) -> Iterator[Notice]:
        """Yield what there is to say of the whole text."""
        yield from text_notices(self.source)

    def whole(self, start: int, end: int, *, in_tags: bool = False, text: str = "") -> Iterator[Occurrence]:
        """Yield the URL that a value is; if it is none, those in it."""
        seen = view(self.source.body, start, end, self._escape, self._meaning)
        value = seen.seen
        left, right = len(value) - len(value.lstrip()), len(value.rstrip())
        found = _WHOLE.fullmatch(value, left, right)
        if found and "](" not in value and not _NEXT.search(value):
            if not _PATTERN.search(found.group()):
                yield self._occurrence(seen, left, right, text)
            return
        yield from self._in(seen, in_tags=in_tags)

    def running(self, start: int, end: int, *, escaped: bool = True, in_tags: bool = False) -> Iterator[Occurrence]:
        """Yield the URLs in a stretch of running text."""
        escape = self._escape if escaped else None
        yield from self._in(view(self.source.body, start, end, escape, self._meaning), in_tags=in_tags)

    def link(self, url: str, start: int, end: int, markup: Markup, text: str = "") -> Occurrence:
        """Return the occurrence of a link that stands at ``body[start:end]``."""
        return self.source.occurrence(url, markup, self.source.span(start, end), text=text, section=self.section)

    def comment(self, start: int, end: int, mark: int, *, closed: bool = True) -> None:
        """Take in a comment, which may be for linkwarden; ``mark`` is the length of what begins it."""
        self._directives.take([Comment(start, end, closed, mark)], self.source.body, IDENTITY)

    def finish(self) -> Iterator[Suppression | Notice]:
        """Yield what the comments say."""
        yield from self._directives.read()

    def _in(self, seen: View, *, in_tags: bool) -> Iterator[Occurrence]:
        for start, end in bare_urls(seen.seen, in_tags=in_tags):
            yield self._occurrence(seen, start, end, "")

    def _occurrence(self, seen: View, start: int, end: int, text: str) -> Occurrence:
        return self.link(seen.seen[start:end], *seen.range(start, end), Markup.BARE, text)


def in_order(items: Iterable[Extracted]) -> list[Extracted]:
    """Return what was found in a part of a document in the order in which it stands there."""
    return sorted(items, key=lambda item: item.span.start if isinstance(item, Occurrence) else -1)
