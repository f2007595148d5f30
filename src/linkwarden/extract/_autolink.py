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
_MANY_DOTS = 10  # cmark-gfm lets a domain with more of them pass, so as to read it once
_MAIL_PROTOCOL = re.compile(r"(?<![A-Za-z0-9])(mailto:|xmpp:)\Z")
_LONGEST_PROTOCOL = len("mailto:")
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
            while end < len(text):
                if text[end] == "\\" and end < len(text) - 2:
                    end += 1
                if not (text[end] in "._-" or _host_char(text[end])):
                    break
                end += 1
                if text[end - 1] > "\x7f":
                    break
            self._host_start, self._host_end = pos, end
        return self._host_end

    def _domain_ok(self, start: int) -> bool:
        """Return whether the domain at ``start`` has no underscore in its last two labels.

        cmark ignores the first character, and the last one of the block.
        """
        text = self._text
        if text[start] > "\x7f":
            return True  # cmark-gfm stops after a character beyond ASCII
        end = min(self._host_run(start + 1), len(text) - 1)
        if start + 1 >= end:
            return True
        last_dot = text.rfind(".", start + 1, end)
        last_two = max(text.rfind(".", start + 1, last_dot), start + 1) if last_dot >= 0 else start + 1
        return text.find("_", last_two, end) < 0 or text.count(".", start + 1, end) > _MANY_DOTS

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
    pos = dots = 0
    protocol = ""
    while (sign := seen.find("@", pos)) >= 0:
        begin, spelled = _mail_begin(seen, pos, sign)
        protocol = spelled or protocol
        if begin == sign:
            pos, protocol, dots = sign + 1, "", 0
            continue
        stop, more_dots = _mail_end(seen, sign, slashes=protocol == "xmpp:")
        dots += more_dots
        if seen.startswith("@", stop):
            pos = sign + 1  # protocol and dots count for what follows as well: so does cmark-gfm
            continue
        if dots and seen[stop - 1].isascii() and seen[stop - 1].isalpha():
            yield ("" if protocol else "mailto:") + seen[begin:stop], at[begin], at[stop]
        pos, protocol, dots = stop, "", 0


def _mail_begin(seen: str, floor: int, sign: int) -> tuple[int, str]:
    """Return where the email address before the ``@`` at ``sign`` begins, and the protocol spelled out in it."""
    begin, protocol = sign, ""
    while begin > floor:
        char = seen[begin - 1]
        if char == ":":
            found = _MAIL_PROTOCOL.search(seen, max(floor, begin - _LONGEST_PROTOCOL), begin)
            if found is None:
                break
            protocol = found.group(1)
        elif not (char in ".+-_" or (char.isascii() and char.isalnum())):
            break
        begin -= 1
    return begin, protocol


def _mail_end(seen: str, sign: int, *, slashes: bool) -> tuple[int, int]:
    """Return where the domain after the ``@`` at ``sign`` ends, and how many dots it has."""
    end = sign + 1
    dots = 0
    while end < len(seen):
        char = seen[end]
        if char == "." and seen[end + 1 : end + 2].isascii() and seen[end + 1 : end + 2].isalnum():
            dots += 1
        elif not (char in "-_" or (char.isascii() and char.isalnum()) or (char == "/" and slashes)):
            break
        end += 1
    return end, dots
