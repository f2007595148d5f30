"""Finds links in the content of one block, by the algorithm of CommonMark's appendix as cmark-gfm runs it.

Brackets are kept on a stack and resolved when they close, so one pass is enough for any nesting; and every link comes
with the offsets of its parts. Emphasis changes no URL; it only ends email addresses.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Container, Iterator, Mapping
from typing import Any, NamedTuple

from linkwarden.extract._autolink import Autolinker, has_at_sign, mails
from linkwarden.extract._charrefs import clean_destination, decode_markdown
from linkwarden.extract._link_parts import (
    MAX_LABEL,
    Definition,
    normalize_label,
    scan_destination,
    scan_label,
    scan_title,
    skip_spaces,
)
from linkwarden.model import Markup
from linkwarden.records import dataclass

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
    """Match a closing run with the open ones, innermost first."""
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
    """Return the runs of underscores in ``text`` that mark emphasis.

    Args:
        text: a block's content.
        no_text: parts of it that hold no marks: code, tags, links.
    """
    openers: list[_Run] = []
    runs = list(_runs(text, no_text))
    for run in runs:
        if run.closes:
            _match(openers, run)
        if run.opens and run.left:
            openers.append(run)
    return [(run.start, run.end) for run in runs if run.used]


_SPECIAL = re.compile(r"\\[!-/:-@\[-`{-~]|`+|<|!\[(?!\^)|\[|\]|://|www\.")
_BACKTICKS = re.compile(r"`+")
_MAX_BACKTICKS = 80  # cmark's limit for a code span's fence

_AUTOLINK = re.compile(r"<([A-Za-z][A-Za-z0-9.+-]{1,31}:[^\x00-\x20<>]*+)>")
_LABEL_PART = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_MAIL_LINK = re.compile(rf"<([a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]++@{_LABEL_PART}(?:\.{_LABEL_PART})*+)>")
_WS = r"[ \t\v\f\r\n]"
_ATTRIBUTE = (
    rf"{_WS}++[a-zA-Z_:][a-zA-Z0-9:._-]*+"
    rf"(?:{_WS}*+={_WS}*+(?:[^ \t\r\n\v\f\"'=<>`\x00]++|'[^'\x00]*+'|\"[^\"\x00]*+\"))?+"
)
_OPEN_OR_CLOSE = re.compile(rf"<(?:[A-Za-z][A-Za-z0-9-]*+(?:{_ATTRIBUTE})*+{_WS}*+/?>|/[A-Za-z][A-Za-z0-9-]*+{_WS}*+>)")
OPEN_OR_CLOSE_LINE = re.compile(_OPEN_OR_CLOSE.pattern + r"[\t\n\f\r ]*+\Z")


class _RawHtml(NamedTuple):
    """One form of raw HTML (CommonMark 0.31, section 6.6): what follows its ``<``, and the whole of it."""

    opening: str
    whole: re.Pattern[str]


_RAW_HTML = (
    _RawHtml("!--", re.compile(r"<!--(?:-?>|(?:[^-]++|-[^-]|--[^>])*+-->)")),
    _RawHtml("![CDATA[", re.compile(r"<!\[CDATA\[(?:[^\]]++|\][^\]]|\]\][^>])*+\]\]>")),
    _RawHtml("!", re.compile(rf"<![A-Z]++{_WS}++[^>]*+>")),
    _RawHtml("?", re.compile(r"<\?(?:[^?>]++|\?[^>]|>)*+\?>")),
    _RawHtml("", _OPEN_OR_CLOSE),
)


class Link(NamedTuple):
    """One link in a block's content.

    Attributes:
        start: where the construct begins.
        end: where it ends.
        url: the URL.
        markup: how it is written.
        target: offsets of the URL as written, in the content.
        label: offsets of the text between the brackets, or of the URL.
        definition: where the URL is, for a reference.
    """

    start: int
    end: int
    url: str
    markup: Markup
    target: tuple[int, int]
    label: tuple[int, int]
    definition: Definition | None = None


class Html(NamedTuple):
    """A piece of raw HTML in a block's content: one tag, comment, declaration or instruction."""

    start: int
    end: int


class Failed(NamedTuple):
    """Brackets that make no link, with something beside them that looks as if they were meant to.

    Attributes:
        start: where they begin.
        label: where the text in them begins.
        end: where they end.
        image: they begin with an exclamation mark.
    """

    start: int
    label: int
    end: int
    image: bool


@dataclass(slots=True)
class _Bracket:
    start: int
    label: int
    image: bool
    bracket_after: bool = False


class InlineScanner:
    """Scans one block's content.

    Args:
        text: the content, without indentation and markers of the blocks around it.
        definitions: the document's link reference definitions by normalized label.
        notes: normalized labels of the document's footnotes.
    """

    def __init__(self, text: str, definitions: Mapping[str, Definition], notes: Container[str] = ()) -> None:
        self._text = text
        self._definitions = definitions
        self._notes = notes
        self._brackets: list[_Bracket] = []
        self._no_link = False  # a link was finished and no bracket has opened since: no link can be around it
        self._found: list[Link | Html] = []
        self._closed: list[tuple[int, int]] = []  # parts that are no running text
        self._images: list[tuple[int, int]] = []
        self._ticks: dict[int, list[int]] | None = None
        self._unclosed: set[str] = set()
        self._auto = Autolinker(text)
        self._uses: list[tuple[int, str]] = []
        self.failed: list[Failed] = []

    def scan(self) -> list[Link | Html]:
        """Return links and raw HTML in the order of their URLs, without those in the alternative text of an image."""
        text = self._text
        pos = 0
        while (found := _SPECIAL.search(text, pos)) is not None:
            pos = self._one(found)
        if has_at_sign(text):
            self._found.extend(self._bare_mails())
        if len(self._found) > 1:
            self._found.sort(key=lambda item: (item.start, -item.end))
        if not self._images:
            return self._found
        return sorted(self._outside_images(), key=_place)

    def footnotes(self) -> list[str]:
        """Return the labels of the footnotes that the content refers to, once it has been scanned."""
        return [label for _, label in self._uses]

    def _one(self, found: re.Match[str]) -> int:
        """Handle one special character; return where to go on."""
        start, end = found.span()
        first = self._text[start]
        match first:
            case "\\":
                return end
            case "`":
                return self._code(start, end)
            case "[" | "!":
                return self._open(start, end, image=first == "!")
            case "]":
                return self._close(start)
            case "<":
                return self._pointed(start)
            case _:
                return self._bare(start)

    def _bare(self, at: int) -> int:
        """Handle ``www.`` or ``://``; return where to go on."""
        if self._brackets:
            return at + 1  # cmark makes no bare links after a bracket that is still open
        text = self._text
        begin, stop = (at, self._auto.www(at)) if text[at] == "w" else self._auto.url(at)
        if not stop:
            return at + 1
        url = text[begin:stop]
        self._found.append(
            Link(begin, stop, url if at > begin else "http://" + url, Markup.MD_BARE, (begin, stop), (begin, stop))
        )
        self._closed.append((begin, stop))
        return stop

    def _open(self, start: int, label: int, *, image: bool) -> int:
        if self._brackets:
            self._brackets[-1].bracket_after = True
        self._brackets.append(_Bracket(start, label, image))
        self._no_link = self._no_link and image
        return label

    def _code(self, start: int, end: int) -> int:
        """Skip a code span; return the position after it, or after the backticks where it never closes."""
        if self._ticks is None:
            self._ticks = {}
            for run in _BACKTICKS.finditer(self._text):
                self._ticks.setdefault(run.end() - run.start(), []).append(run.start())
        length = end - start
        runs = self._ticks.get(length, [])
        i = bisect_left(runs, end)
        if length > _MAX_BACKTICKS or i == len(runs):
            return end
        self._closed.append((start, runs[i] + length))
        return runs[i] + length

    def _pointed(self, start: int) -> int:
        """Handle ``<``: an autolink, raw HTML, or nothing."""
        text = self._text
        if link := _AUTOLINK.match(text, start) or _MAIL_LINK.match(text, start):
            url = decode_markdown(link.group(1))
            if ":" not in link.group(1) or not _AUTOLINK.match(text, start):
                url = "mailto:" + url
            self._found.append(Link(start, link.end(), url, Markup.MD_AUTOLINK, link.span(1), link.span(1)))
        elif (end := self._html_end(start)) > 0:
            self._found.append(Html(start, end))
            self._closed.append((start, end))
            return end
        else:
            return start + 1
        self._closed.append((start, link.end()))
        return link.end()

    def _html_end(self, start: int) -> int:
        """Return the end of the raw HTML at ``start``, or 0.

        A form that is not closed up to the end of the block is not looked for again, as in cmark-gfm; after such a
        comment it takes no declaration either.
        """
        text = self._text
        form = next(form for form in _RAW_HTML if text.startswith(form.opening, start + 1))
        if form.opening in self._unclosed or (form.opening.startswith("!") and "!--" in self._unclosed):
            return 0
        found = form.whole.match(text, start)
        if found is not None:
            return found.end()
        if form.opening and (form.opening != "!" or text.find(">", start) < 0):
            self._unclosed.add(form.opening)
        return 0

    def _close(self, at: int) -> int:
        """Handle ``]``: resolve the innermost open bracket; return where to go on."""
        if not self._brackets:
            return at + 1
        opener = self._brackets.pop()
        if self._no_link and not opener.image:
            return at + 1
        link = self._inline_link(opener, at) or self._reference(opener, at)
        if link is None:
            if at - opener.label > 1 and self._text[opener.label] == "^":
                self._footnote(opener, at)
            elif self._text.startswith(("(", "["), at + 1) or self._text[opener.start - 1 : opener.start] == ")":
                self.failed.append(Failed(opener.start, opener.label, at + 1, opener.image))
            return at + 1
        self._found.append(link)
        self._closed.append((link.start, link.end))
        if opener.image:
            self._images.append((opener.start, at))
        else:
            self._no_link = True
        return link.end

    def _footnote(self, opener: _Bracket, at: int) -> None:
        """Note the use of a footnote; what else stands between its brackets is its label."""
        inside: list[Any]
        for inside in (self._found, self._closed, self._uses):
            while inside and inside[-1][0] > opener.start:
                inside.pop()
        if at - opener.label > MAX_LABEL + 1:
            return
        label = self._text[opener.label + 1 : at]
        if "\n" not in label and normalize_label(label) not in self._notes:
            return  # it is text after all
        self._uses.append((opener.start, label))
        self._closed.append((opener.start, at + 1))

    def _inline_link(self, opener: _Bracket, at: int) -> Link | None:
        text = self._text
        if not text.startswith("(", at + 1):
            return None
        destination = scan_destination(text, skip_spaces(text, at + 2))
        if destination is None:
            return None
        behind = skip_spaces(text, destination.behind)
        if behind > destination.behind:
            behind = skip_spaces(text, scan_title(text, behind))
        if not text.startswith(")", behind):
            return None
        url = clean_destination(text[destination.start : destination.end])
        markup = Markup.MD_IMAGE if opener.image else Markup.MD_LINK
        target = (destination.start, destination.end)
        return Link(opener.start, behind + 1, url, markup, target, (opener.label, at))

    def _reference(self, opener: _Bracket, at: int) -> Link | None:
        label = scan_label(self._text, at + 1)
        end = label.end() if label else at + 1
        if label and label.group(1).strip(" \t\n\v\f\r"):
            key = label.group(1)
        elif opener.bracket_after or at - opener.label > MAX_LABEL:
            return None
        else:
            key = self._text[opener.label : at]
        definition = self._definitions.get(normalize_label(key))
        if definition is None:
            return None
        markup = Markup.MD_REFERENCE_IMAGE if opener.image else Markup.MD_REFERENCE
        return Link(opener.start, end, definition.url, markup, (0, 0), (opener.label, at), definition)

    def _bare_mails(self) -> Iterator[Link]:
        text = self._text
        pos = 0
        marks = underscore_marks(text, self._closed) if "_" in text else []
        for start, end in [*sorted(self._closed + marks), (len(text), len(text))]:
            for line in _lines(text, pos, start):
                for url, begin, stop in mails(text, *line):
                    yield Link(begin, stop, url, Markup.MD_BARE, (begin, stop), (begin, stop))
            pos = max(pos, end)

    def _outside_images(self) -> Iterator[Link | Html]:
        images = sorted(self._images)
        inside_until = -1
        i = 0
        for item in self._found:
            if item.start < inside_until:
                continue
            while i < len(images) and images[i][0] < item.start:
                i += 1
            yield item
            if i < len(images) and images[i][0] == item.start:
                inside_until = images[i][1]


def _place(item: Link | Html) -> int:
    return item.target[0] if isinstance(item, Link) and not item.definition else item.start


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        yield start, stop
        start = stop + 1
