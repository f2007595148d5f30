"""What is odd in an address after the site's name: swallowed punctuation, glued addresses, invisible characters."""

from __future__ import annotations

import re

#: More than this is not swallowed by accident.
_LONGEST_TAIL = 64
_AFTER_HOST = re.compile(r"https?://[^/?#\\]*", re.IGNORECASE)
#: Zero-width space, word joiner, BOM, soft and hard hyphen space, and the marks of writing direction. U+200C and
#: U+200D are not here: Persian and Indian words and emoji need them.
_INVISIBLE = re.compile(r"[\u200b\u2060\ufeff\xad\xa0\u200e\u200f\u202a-\u202e\u2066-\u2069\u202f]")
_SPACE = re.compile(r"[\x00-\x20\x7f]")
_GLUED = re.compile(r"[^?#=]*?[A-Za-z0-9)\]](?=https?://)", re.IGNORECASE)
#: The end of a line as programs write it in a text that was pasted as an address (``\n``).
_LINE_END = re.compile(r"(?:(?:%5C|\\)[nr]|%0A|%0D|%20)+\Z", re.IGNORECASE)
_ENCODED_END = re.compile(
    r"(?:%20|%22|%3C|%3E|%0A|%0D|%C2%A0|%E2%80%8B|%E2%80%9D|%E2%80%A6|&(?:quot|gt|lt|nbsp);?)+\Z", re.IGNORECASE
)
_ALWAYS = frozenset(",;:\"'”“„’‘»«`…。，、！？；：\\")
_CLOSING = {")": "(", "]": "[", "}": "{", ">": "<", "）": "（", "】": "【", "」": "「", "》": "《"}
_QUOTES = frozenset("\"'`")
#: Ends of titles that rightly have a full stop: abbreviations, initials.
_ABBREVIATED = re.compile(
    r"(?:(?:\A|[^A-Za-z])[A-Z]|[_-](?i:inc|co|corp|ltd|jr|sr|al|vol|no|etc|ph\.?d|dr|st|bros))\.\Z"
)
_WIKI = re.compile(r"/wiki/|[./]wikipedia\.org|[./]wiktionary\.org", re.IGNORECASE)


def swallowed(url: str) -> tuple[str, str] | None:
    """Give an address without what was swallowed at its end, and the swallowed piece; None if nothing was.

    Brackets and quotation marks that have their partner in the address belong to it, and so do full stops of
    abbreviations and of encyclopedia titles.
    """
    start = _after_host(url)
    if start >= len(url) or ":~:" in url:
        return None  # the words of a text fragment may end as they like
    start = max(start, len(url) - _LONGEST_TAIL)
    end = len(url)
    cut = url.find("<", start)
    if cut >= 0 and ">" in url[cut:]:
        end = cut
    while end > start:
        encoded = _ENCODED_END.search(url, start, end)
        if encoded and not _paired(url, encoded[0], end):
            end = encoded.start()
        elif _is_stray(url, start, end):
            end -= 1
        else:
            break
    return (url[:end], url[end:]) if end < len(url) else None


def _after_host(url: str) -> int:
    found = _AFTER_HOST.match(url)
    return found.end() if found else len(url)


def _paired(url: str, piece: str, end: int) -> bool:
    return piece.upper() == "%22" and url.count("%22", 0, end) % 2 == 0


def _is_stray(url: str, start: int, end: int) -> bool:
    """Tell whether the last character of ``url[:end]`` does not belong to it."""
    last = url[end - 1]
    if last in _QUOTES:
        return url.count(last, 0, end) % 2 == 1
    if last in _CLOSING:
        return url.count(last, 0, end) > url.count(_CLOSING[last], 0, end)
    if last in _ALWAYS:
        return not (last in ":," and _WIKI.search(url))
    if last == ".":
        segment = url[max(url.rfind("/", start, end), start) : end]
        return not (_ABBREVIATED.search(segment) or segment in ("/.", "/..") or _WIKI.search(url))
    return False


def glued(url: str) -> tuple[str, str] | None:
    """Give the two addresses that are stuck together in one, or None. Whoever wraps another one is left alone."""
    found = _GLUED.match(url, _after_host(url)) if "://" in url[8:] else None
    if found is None:
        return None
    line_end = _LINE_END.search(url, max(found.end() - _LONGEST_TAIL, 0), found.end())
    return url[: line_end.start() if line_end else found.end()], url[found.end() :]


def without_invisible(url: str) -> str | None:
    """Give an address without its invisible characters, or None if it has none."""
    clean = _INVISIBLE.sub("", url)
    return clean if clean != url else None


def without_spaces(url: str) -> str | None:
    """Give an address with its spaces and control characters written as browsers send them, or None."""
    clean = _SPACE.sub(lambda m: f"%{ord(m[0]):02X}", url.strip("\x00 \t\n\r"))
    return clean if clean != url else None


def without_backslashes(url: str) -> str | None:
    """Give an address with slashes in place of the backslashes of its path, or None if it has none."""
    at = min((i for i in (url.find("?"), url.find("#")) if i >= 0), default=len(url))
    clean = url[:at].replace("\\", "/") + url[at:]
    return clean if clean != url else None
