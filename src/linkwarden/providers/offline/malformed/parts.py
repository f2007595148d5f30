"""The parts of a URL in which its spelling can be wrong: its beginning, its tail, and its host.

Hosts are read by the WHATWG URL standard ("host parsing"), their lengths by RFC 1035.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from linkwarden.datafile import read_words
from linkwarden.patterns import pattern

_WORDS = {
    heading: frozenset(line.text for line in lines)
    for heading, lines in read_words(
        __package__, "words.txt", headings=("schemes", "top-level", "top-level with path")
    ).items()
}
_SCHEMES = _WORDS["schemes"]
_TOP, _TOP_WITH_PATH = _WORDS["top-level"], _WORDS["top-level with path"]

# --- The beginning ---------------------------------------------------------------------------------

_SCHEME = pattern(r"([A-Za-z][A-Za-z0-9+.-]*)\s*([:;])?(/{2,}|(?<=[:;])/)(.*)", re.DOTALL)
#: ``http`` spelt right, and what follows it spelt wrong.
_MARKS = pattern(r"(https?)(?:\s*[:;]\s*[:;/\\]*|[.,]?//+)(.*)", re.IGNORECASE | re.DOTALL)
#: What gets in front of a URL when it is copied together with its surroundings.
_JUNK = pattern(
    r"(?:[\s\"'“”„‘’«»`<>(\[{\u200b-\u200f\u2060\ufeff\xad]|%20|%22|%3C|%E2%80%8B|%EF%BB%BF)+(?=https?://)",
    re.IGNORECASE,
)
_DOUBLED = pattern(r"https?://(?:www\.)?(https?)(?::/*|/+)(.*)", re.IGNORECASE | re.DOTALL)
_HOST = pattern(r"[^\s/?#@\\<>\"'(){}\[\]|^`,;:!]+\.[^\W\d_][^\s/?#@\\<>\"'(){}\[\]|^`,;:!.]*(?::\d+)?(?=[/?#]|\Z)")
#: A Markdown link or image, or the first part of one that lacks its end.
_LINK = pattern(
    r"!?\[[^\[\]]*\]\(\s*(?:<([^<>]+)>|([^\s<>()]+(?:\([^\s<>()]*\)[^\s<>()]*)*))(?:\s+[\"'].*)?\s*\)?", re.DOTALL
)
_LONGEST = 12
_SITE = pattern(r"((?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+)([A-Za-z]{2,12})(:\d+)?(?=[/?#]|\Z)")
_MAIL = pattern(r"[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,12}\Z")


def looks_like_host(text: str) -> bool:
    """Return whether a text begins with a site's name: two parts or more, and no odd character."""
    return _HOST.match(text) is not None


def nested(url: str) -> str | None:
    """Return the destination of the link or image that is written in a URL's place, or None if it is none."""
    link = _LINK.fullmatch(url[:4096])
    return link[1] or link[2] if link else None


def meant_by_scheme(url: str) -> str | None:
    """Return the URL that was meant by one whose beginning is misspelt, or None if nothing is wrong with it.

    Args:
        url: a URL that does not begin with ``http://`` or ``https://``.
    """
    junk = _JUNK.match(url)
    if junk:
        return url[junk.end() :]
    marks = _MARKS.match(url)
    if marks:
        return _joined(marks[1], marks[2])
    if url.startswith("://"):
        return _joined("https", url[3:])
    scheme = _SCHEME.match(url[:4096])
    if not scheme or (scheme[2] is None and not looks_like_host(scheme[4])):
        return None
    right = _nearest(scheme[1].lower())
    return _joined(right, url[scheme.start(4) :]) if right else None


def meant_by_doubling(url: str) -> str | None:
    """Return the URL that was meant by ``http://https://x`` and its like, or None if it is none of them."""
    doubled = _DOUBLED.match(url)
    return _joined(doubled[1], doubled[2]) if doubled else None


def forgotten_scheme(url: str) -> str | None:
    """Return the URL that a relative link would be with a scheme in front, or None if it does not look like one.

    Whether a file of that name is there has to be looked up.
    """
    if _MAIL.match(url):
        return f"mailto:{url}"
    host = _SITE.match(url)
    if host is None:
        return None
    names, top = host[1].lower(), host[2].lower()
    sure = names.startswith("www.") and names != "www."
    path_follows = url[host.end() : host.end() + 1] == "/"
    return f"https://{url}" if sure or top in _TOP or (top in _TOP_WITH_PATH and path_follows) else None


def _joined(scheme: str, rest: str) -> str:
    rest = rest.lstrip("/\\ ")
    again = re.match(r"https?:/+", rest, re.IGNORECASE)
    return f"{again[0][:-1].rstrip('/')}//{rest[again.end() :]}" if again else f"{scheme.lower()}://{rest}"


def _nearest(name: str) -> str | None:
    """Return ``http`` or ``https``, whichever a misspelt scheme is nearer to, or None if it is near to neither."""
    if name in _SCHEMES or not 3 <= len(name) <= _LONGEST:
        return None
    if name.endswith(("http", "https")) and name.isalpha():
        return "https" if name.endswith("https") else "http"
    likely = "https" if "s" in name else "http"
    right = min(("http", "https"), key=lambda r: (_distance(name, r), r != likely))
    best = _distance(name, right)
    return right if best <= (2 if name.startswith(("ht", "hh", "hp", "th", "tt")) else 1) else None


def _distance(one: str, other: str) -> int:
    """Count the letters to add, drop, change or swap with their neighbour (optimal string alignment distance)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


# --- The tail --------------------------------------------------------------------------------------

#: More than this is not swallowed by accident.
_LONGEST_TAIL = 64
_AFTER_HOST = pattern(r"https?://[^/?#\\]*", re.IGNORECASE)
#: Zero-width space, word joiner, BOM, soft and hard hyphen space, and the marks of writing direction. U+200C and
#: U+200D are not here: Persian and Indian words and emoji need them.
_INVISIBLE = pattern(r"[\u200b\u2060\ufeff\xad\xa0\u200e\u200f\u202a-\u202e\u2066-\u2069\u202f]")
#: What AsciiDoc makes of ``--`` and ``...``: a zero-width space behind it lets a line break there.
_TYPED = {"\u2014": "--", "\u2026": "..."}
_TYPOGRAPHY = pattern(r"[\u2014\u2026]\u200b")
#: LaTeX's ``~`` is a hard space; in a URL it begins the folder of a user.
_HARD_TILDE = pattern(r"(?<=/)[\xa0](?=[A-Za-z])")
#: A backslash before punctuation that separates nothing in a path.
_ESCAPE = pattern(r"\\([&_*\[\]()#%$~`!+=|<>{}^-])")
_SPACE = pattern(r"[\x00-\x20\x7f]")
_GLUED = pattern(r"[^?#=]*?[A-Za-z0-9)\]](?=https?://)", re.IGNORECASE)
_LINK_INSIDE = pattern(r"\]\((https?://[^\s()]{1,2048}(?:\([^\s()]{0,200}\)[^\s()]{0,200}){0,9})\)?\Z")
#: The end of a line as programs write it in a text that was pasted as a URL (``\n``).
_LINE_END = pattern(r"(?:(?:%5C|\\)[nr]|%0A|%0D|%20)+\Z", re.IGNORECASE)
_ENCODED_END = pattern(
    r"(?:%20|%22|%3C|%3E|%0A|%0D|%C2%A0|%E2%80%8B|%E2%80%9D|%E2%80%A6|&(?:quot|gt|lt|nbsp);?)+\Z", re.IGNORECASE
)
_ALWAYS = frozenset(",;:\"'”“„’‘»«`…。，、！？；：\\")
_CLOSING = {")": "(", "]": "[", "}": "{", ">": "<", "）": "（", "】": "【", "」": "「", "》": "《"}
_QUOTES = frozenset("\"'`")
#: Ends of titles that rightly have a full stop: abbreviations, initials.
_ABBREVIATED = pattern(r"(?:(?:\A|[^A-Za-z])[A-Z]|[_-](?i:inc|co|corp|ltd|jr|sr|al|vol|no|etc|ph\.?d|dr|st|bros))\.\Z")
_WIKI = pattern(r"/wiki/|[./]wikipedia\.org|[./]wiktionary\.org", re.IGNORECASE)


def swallowed(url: str) -> tuple[str, str] | None:
    """Return a URL without what was swallowed at its end, and the swallowed piece; None if nothing was.

    Brackets and quotation marks that have their partner in the URL belong to it, and so do full stops of
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
    """Return whether the last character of ``url[:end]`` does not belong to it."""
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
    """Return the two URLs that are stuck together in one, or None. Whoever wraps another one is left alone."""
    found = _GLUED.match(url, _after_host(url)) if "://" in url[8:] else None
    if found is None:
        return None
    line_end = _LINE_END.search(url, max(found.end() - _LONGEST_TAIL, 0), found.end())
    return url[: line_end.start() if line_end else found.end()], url[found.end() :]


def link_inside(url: str) -> str | None:
    """Return the URL of a link whose brackets came into another URL (``https://a](https://b``), or None."""
    found = _LINK_INSIDE.search(url) if "](http" in url else None
    return found[1] if found else None


def without_invisible(url: str) -> str | None:
    """Return a URL without its invisible characters, or None if it has none.

    Where a program's typography put them, they are what was typed (docs/facts/github-rendering.md#typography).
    """
    typed = _TYPOGRAPHY.sub(lambda m: _TYPED[m[0].rstrip("\u200b")], url)
    clean = _INVISIBLE.sub("", _HARD_TILDE.sub("~", typed))
    return clean if clean != url else None


def without_spaces(url: str) -> str | None:
    """Return a URL with its spaces and control characters written as browsers send them, or None."""
    clean = _SPACE.sub(lambda m: f"%{ord(m[0]):02X}", url.strip("\x00 \t\n\r"))
    return clean if clean != url else None


def without_backslashes(url: str) -> str | None:
    """Return a URL with slashes in place of the backslashes of its path, or None if it has none."""
    at = min((i for i in (url.find("?"), url.find("#")) if i >= 0), default=len(url))
    clean = url[:at].replace("\\", "/") + url[at:]
    return clean if clean != url else None


def without_escapes(url: str) -> str | None:
    """Return a URL without the backslashes that escape punctuation in Markdown and LaTeX, or None if it has none."""
    clean = _ESCAPE.sub(r"\1", url)
    return clean if clean != url else None


# --- The host --------------------------------------------------------------------------------------

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

#: Top-level names that the public directory of names will never hold.
_PRIVATE = frozenset({"local", "internal", "invalid", "localhost", "localdomain"})
_OTHER_NETWORKS = frozenset({"onion", "i2p"})
_DOTS = str.maketrans(dict.fromkeys("\u3002\uff0e\uff61", "."))  # UTS 46 maps them to the full stop
_BRACKETS_AND_QUOTES = frozenset({"Pi", "Pf", "Ps", "Pe"})
_LABEL = pattern(r"[A-Za-z0-9_-]*\Z")
_NUMBER = pattern(r"(?:\d+|0[xX][0-9A-Fa-f]*)\Z", re.ASCII)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class Place(StrEnum):
    """Where a host lies, as far as its name tells."""

    PUBLIC = "public"
    LOOPBACK = "loopback"
    PRIVATE = "private"
    OTHER_NETWORK = "other-network"
    NOWHERE = "nowhere"


class Host(NamedTuple):
    """What the name of a host tells.

    Attributes:
        place: where it lies.
        why: for NOWHERE, the end of a sentence that begins with the site's name.
        ip: the IP address, where the name is one.
    """

    place: Place
    why: str = ""
    ip: IPAddress | None = None


@lru_cache(maxsize=1024)  # a list names the same few hosts over and over
def read_host(text: str) -> Host:
    """Return what the text between ``//`` and the port says."""
    if text.startswith("["):
        return _ipv6(text)
    name = unquote(text).translate(_DOTS)
    if any(c.isspace() or ord(c) < 0x20 or ord(c) == 0x7F for c in name):
        return Host(Place.NOWHERE, "has a space in it")
    name = name.removesuffix(".").lower()
    labels = name.split(".")
    if "" in labels:
        return Host(Place.NOWHERE, "has two dots in a row, or one at its beginning")
    if _NUMBER.match(labels[-1]):
        return _ipv4(labels)
    return _bad_name(name, labels) or Host(_place(labels))


def _bad_name(name: str, labels: list[str]) -> Host | None:
    # Below a registered name a server may answer to anything; above it registries allow letters, digits and hyphens.
    registered = labels[-2:]
    odd = next((c for label in registered for c in label if c.isascii() and not _LABEL.match(c)), "")
    odd = odd or next((c for c in name if not c.isascii() and _closes_or_cuts(c)), "")
    if odd:
        return Host(Place.NOWHERE, f'has "{odd}" in it')
    if "_" in labels[-1]:
        return Host(Place.NOWHERE, 'ends with a part that has "_" in it')
    if name.isascii() and (len(name) > 253 or any(len(label) > 63 for label in labels)):
        return Host(Place.NOWHERE, "is longer than a site's name can be")
    return None


def _closes_or_cuts(char: str) -> bool:
    return unicodedata.category(char) in _BRACKETS_AND_QUOTES or char == "…"


def _place(labels: list[str]) -> Place:
    last = labels[-1]
    if last == "localhost":
        return Place.LOOPBACK
    if last in _PRIVATE or labels[-2:] == ["home", "arpa"]:
        return Place.PRIVATE
    if last in _OTHER_NETWORKS:
        return Place.OTHER_NETWORK
    # Some countries have had a site at their bare two-letter name.
    return Place.PRIVATE if len(labels) == 1 and last.isascii() and len(last) != 2 else Place.PUBLIC


def _ipv6(text: str) -> Host:
    inner, bracket, rest = text[1:].partition("]")
    try:
        ip: IPAddress = ipaddress.IPv6Address(unquote(inner))
    except ValueError:
        ip = ipaddress.IPv6Address("::")
        bracket = ""
    if not bracket or rest:
        return Host(Place.NOWHERE, "begins with a bracket and is not an IPv6 address")
    return Host(_place_of(ip), ip=ip)


def _ipv4(labels: list[str]) -> Host:
    """Return where a name lies that ends in a number, read as browsers do: 127.1 and 0x7f.1 are 127.0.0.1."""
    try:
        numbers = [int(label, _base(label)) if label not in ("0x", "0X") else 0 for label in labels]
    except ValueError:
        numbers = []
    if not 1 <= len(numbers) <= 4 or max(numbers[:-1], default=0) > 255 or numbers[-1] >= 256 ** (5 - len(numbers)):
        return Host(Place.NOWHERE, "ends with a number and is not an IP address")
    ip = ipaddress.IPv4Address(numbers[-1] + sum(n << (8 * (3 - i)) for i, n in enumerate(numbers[:-1])))
    return Host(_place_of(ip), ip=ip)


def _base(label: str) -> int:
    if label[:2] in ("0x", "0X"):
        return 16
    return 8 if label.startswith("0") and len(label) > 1 else 10


def _place_of(ip: IPAddress) -> Place:
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif ip in _NAT64:
            ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if ip.is_loopback or ip.is_unspecified:
        return Place.LOOPBACK
    return Place.PUBLIC if ip.is_global and not ip.is_multicast else Place.PRIVATE
