"""Bare URLs in running text that GitHub turns into links (GFM section 6.9, and cmark-gfm where it differs)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from linkwarden.extract._charrefs import markdown_ref

_SPACE = re.compile(r"[ \t\n\v\f\r]")
_SCHEME = re.compile(r"(?:https?|ftp)\Z", re.IGNORECASE)
_UNICODE_SPACE = frozenset(
    "\t\n\f\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)
_TRAILING = frozenset("?!.,:*_~'\"")
_MAX_REWIND = 5  # the longest scheme, and one more letter that would make it another word
_MAIL_PROTOCOL = re.compile(r"(?:\A|[^A-Za-z0-9])(mailto|xmpp):\Z")
_TEXT_UNIT = re.compile(r"\\([!-/:-@\[-`{-~])|&(?:#[xX][0-9a-fA-F]{1,6}|#[0-9]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});")
_AT_REFERENCE = re.compile(r"&(?:commat|#0{0,5}64|#[xX]0{0,4}40);")
_ENTITY = re.compile(r"&(?:#[xX]([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([A-Za-z][A-Za-z0-9]{1,31}));")


def _host_char(char: str) -> bool:
    if char.isascii():
        return char.isalnum() or (char < "!" and char not in _UNICODE_SPACE) or char == "\x7f"
    return char not in _UNICODE_SPACE and not unicodedata.category(char).startswith("P")


class Autolinker:
    """Finds bare URLs in the content of one block; remembers what it has read, so that it is linear."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._space = -1
        self._host_start = self._host_end = 0

    def _next_space(self, pos: int) -> int:
        if self._space < pos:
            found = _SPACE.search(self._text, pos)
            self._space = found.start() if found else len(self._text)
        return self._space

    def _host_run(self, pos: int) -> int:
        """Return the end of the run of host characters, dots, underscores and hyphens around ``pos``."""
        if not self._host_start <= pos < self._host_end:
            text, end = self._text, pos
            while end < len(text) and (text[end] in "._-" or _host_char(text[end])):
                end += 1
            self._host_start, self._host_end = pos, end
        return self._host_end

    def _domain_ok(self, start: int) -> bool:
        """Return whether the domain at ``start`` has no underscore in its last two labels.

        cmark ignores the first character, and the last one of the block.
        """
        text = self._text
        end = min(self._host_run(start + 1), len(text) - 1)
        if start + 1 >= end:
            return True
        last_dot = text.rfind(".", start + 1, end)
        if last_dot < 0:
            return "_" not in text[start + 1 : end]
        return text.find("_", max(text.rfind(".", start + 1, last_dot), start + 1), end) < 0

    def _trimmed(self, start: int, end: int) -> int:
        """Return the end of the URL without what belongs to the sentence around it."""
        text = self._text
        bracket = text.find("<", start, end)
        if bracket >= 0:
            end = bracket
        surplus: int | None = None
        while end > start:
            last = text[end - 1]
            if last in _TRAILING:
                end -= 1
            elif last == ";":
                end = self._before_entity(start, end)
            elif last == ")":
                if surplus is None:
                    surplus = text.count(")", start, end) - text.count("(", start, end)
                if surplus <= 0:
                    break
                surplus -= 1
                end -= 1
            else:
                break
        return end

    def _before_entity(self, start: int, end: int) -> int:
        text = self._text
        name = end - 2
        while name > start and text[name].isascii() and text[name].isalpha():
            name -= 1
        return name if name < end - 2 and name >= start and text[name] == "&" else end - 1

    def www(self, pos: int) -> int:
        """Return the end of the ``www.`` URL at ``pos``, or 0."""
        text = self._text
        if pos > 0 and text[pos - 1] not in "*_~( \t\n\v\f\r":
            return 0
        if len(text) - pos < 5 or not self._domain_ok(pos):
            return 0
        return self._end(pos, pos)

    def url(self, colon: int) -> tuple[int, int]:
        """Return start and end of the ``http://``, ``https://`` or ``ftp://`` URL whose colon is at ``colon``."""
        text = self._text
        start = colon
        while start > 0 and colon - start <= _MAX_REWIND and text[start - 1].isascii() and text[start - 1].isalpha():
            start -= 1
        host = colon + 3
        if not _SCHEME.fullmatch(text, start, colon) or host >= len(text) or not _host_char(text[host]):
            return 0, 0
        if not self._domain_ok(host):
            return 0, 0
        return start, self._end(start, colon)

    def _end(self, start: int, trim_from: int) -> int:
        end = self._trimmed(trim_from, self._next_space(start))
        return end if end > trim_from else 0


def _decoded(text: str, start: int, end: int) -> tuple[str, list[int]]:
    """Return the text that a reader sees of a part of the source, and the source offset of each character."""
    out: list[str] = []
    at: list[int] = []
    pos = start
    for unit in _TEXT_UNIT.finditer(text, start, end):
        out.append(text[pos : unit.start()])
        at.extend(range(pos, unit.start()))
        entity = None if unit.group(1) else _ENTITY.match(text, unit.start(), end)
        seen = markdown_ref(entity) if entity else unit.group(1)
        out.append(seen)
        at.extend([unit.start()] * len(seen))
        pos = unit.end()
    out.append(text[pos:end])
    at.extend(range(pos, end))
    at.append(end)
    return "".join(out), at


def has_at_sign(text: str, start: int = 0, end: int | None = None) -> bool:
    """Return whether a reader sees an ``@`` in ``text[start:end]``."""
    end = len(text) if end is None else end
    return text.find("@", start, end) >= 0 or (
        text.find("&", start, end) >= 0 and _AT_REFERENCE.search(text, start, end) is not None
    )


def mails(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Yield URL, start and end of each bare email address in ``text[start:end]``, which holds text only."""
    if start >= end or not has_at_sign(text, start, end):
        return
    seen, at = _decoded(text, start, end)
    pos = 0
    while True:
        sign = seen.find("@", pos)
        if sign < 0:
            return
        found = _mail(seen, pos, sign)
        if found is None:
            pos = sign + 1
            continue
        url, begin, stop = found
        yield url, at[begin], at[stop]
        pos = stop


def _mail(seen: str, floor: int, sign: int) -> tuple[str, int, int] | None:
    """Return URL, start and end of the email address around the ``@`` at ``sign``, or None."""
    begin = _mail_begin(seen, floor, sign)
    protocol = _MAIL_PROTOCOL.search(seen, max(floor, begin - 8), begin)
    jabber = protocol is not None and protocol.group(1) == "xmpp"
    if protocol:
        begin = _mail_begin(seen, floor, protocol.start(1))
    end = _mail_end(seen, sign, jabber=jabber) if begin < sign else 0
    if end == 0:
        return None
    return ("" if protocol else "mailto:") + seen[begin:end], begin, end


def _mail_begin(seen: str, floor: int, pos: int) -> int:
    while pos > floor and (seen[pos - 1] in ".+-_" or (seen[pos - 1].isascii() and seen[pos - 1].isalnum())):
        pos -= 1
    return pos


def _mail_end(seen: str, sign: int, *, jabber: bool) -> int:
    end = sign + 1
    dots = 0
    while end < len(seen):
        char = seen[end]
        if char.isascii() and char.isalnum():
            pass
        elif char == "." and seen[end + 1 : end + 2].isascii() and seen[end + 1 : end + 2].isalnum():
            dots += 1
        elif not (char in "-_" or (char == "/" and jabber)):
            break
        end += 1
    if end < len(seen) and seen[end] == "@":
        return 0
    if end - sign < 2 or dots == 0 or not (seen[end - 1].isascii() and seen[end - 1].isalpha()):
        return 0
    return end
