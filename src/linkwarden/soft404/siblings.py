"""Makes up URLs that a site cannot have, and compares what it gives for them (Bar-Yossef et al., WWW 2004).

A sibling is the link's URL with a made-up last segment. The segment is a hash, so that every run requests the same.
One sibling serves all links of a host, a first folder and a depth, whichever of them needs it: what lies between the
first folder and the last segment is made up as well.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from linkwarden.patterns import pattern
from linkwarden.records import dataclass
from linkwarden.soft404.errors import plain
from linkwarden.soft404.page import Page, is_html
from linkwarden.wire import Response

#: Two pages with this share of their words in common are one page (benhoyt/soft404 uses 0.95; dates and quotes of
#: the day change a little more).
ALIKE = 0.92
#: A first folder that is a plain word ("blog", "docs"); names of users, years and ids are made up like the rest, so
#: that a site has few siblings.
_FOLDER = pattern(r"[a-z][a-z_-]{0,14}\Z", re.IGNORECASE)
_EXTENSION = pattern(r"(?:\.tar)?\.(?=[a-z0-9]*[a-z])[a-z0-9]{2,5}\Z", re.IGNORECASE)
_DYNAMIC = pattern(
    r"(?:\.(?:php\d?|aspx?|jsp|do|cgi|pl|cfm)|/(?:view|item|show|page|article|index|content|node|read)?)\Z",
    re.IGNORECASE,
)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Sibling:
    """What a site returns for a URL that it cannot have.

    Attributes:
        url: the made-up URL.
        response: the response, or None if there was none.
        page: the response as HTML, or None.
    """

    url: str
    response: Response | None
    page: Page | None


def sibling_of(url: str) -> str:
    """Return the URL to request in place of a URL; the same for all URLs of one folder and depth.

    A URL that names its page in the query ("view.php?id=3") keeps its path and gets other values.
    """
    parts = urlsplit(url.partition("#")[0])
    if parts.query and _DYNAMIC.search(parts.path):
        named = parse_qsl(parts.query, keep_blank_values=True)
        if named:
            key = f"{parts.scheme}://{parts.netloc}{parts.path}?{'&'.join(name for name, _ in named)}"
            values = [(name, _number(key, name) if value.isdigit() else _word(key, name)) for name, value in named]
            return urlunsplit(SplitResult(parts.scheme, parts.netloc, parts.path, urlencode(values), ""))
    segments = [segment for segment in parts.path.split("/") if segment]
    kept = [segments[0]] if len(segments) > 1 and _FOLDER.match(segments[0]) else []
    extension = _EXTENSION.search(segments[-1]) if segments else None
    tail = (extension.group() if extension else "") + ("/" if segments and parts.path.endswith("/") else "")
    depth = max(len(segments), 1)
    key = f"{parts.scheme}://{parts.netloc}/{'/'.join(kept)}#{depth}{tail}"
    made_up = [_word(key, str(at)) for at in range(len(kept), depth)]
    return urlunsplit(SplitResult(parts.scheme, parts.netloc, "/" + "/".join([*kept, *made_up]) + tail, "", ""))


def in_place_of(url: str, at: int) -> tuple[str, str]:
    """Return a URL with one segment of its path misspelt by a letter, and with it made up; the rest stays.

    Args:
        url: the URL.
        at: which segment, counted between slashes.
    """
    parts = urlsplit(url.partition("#")[0])
    segments = parts.path.split("/")
    stem = stem_of(segments[at])
    names = (stem + ("x" if stem.endswith("q") else "q"), _word(url, str(at)))
    paths = ("/".join([*segments[:at], name + segments[at][len(stem) :], *segments[at + 1 :]]) for name in names)
    misspelt, unlike = (urlunsplit(parts._replace(path=path)) for path in paths)
    return misspelt, unlike


def stem_of(name: str) -> str:
    """Return a file's name without its suffix."""
    return _EXTENSION.sub("", name)


def sibling(url: str, response: Response | None) -> Sibling:
    """Return what a site said of a made-up URL; None is no response."""
    return Sibling(url, response, Page(response) if response is not None and is_html(response) else None)


def same_page(url: str, page: Page, sibling: Sibling) -> bool:
    """Return whether a page is what its site also gives for a URL that it cannot have.

    Same final URL after a redirect, or same title and nearly the same words. What echoes the URLs does not
    count.

    Args:
        url: the link's URL.
        page: what the link leads to.
        sibling: the answer for the made-up URL.
    """
    if sibling.response is None or sibling.page is None or not 200 <= sibling.response.status < 300:
        return False
    one, other = page.response, sibling.response
    if sibling.url == url.partition("#")[0]:
        return False
    if one.hops and other.hops and _bare(one.url) == _bare(other.url) and _bare(one.url) != _bare(url):
        return not urlsplit(one.url).query or one.url == other.url or _alike(url, page, sibling)
    return _alike(url, page, sibling)


def _alike(url: str, page: Page, sibling: Sibling) -> bool:
    if sibling.page is None:
        return False
    echoes = set(plain(unquote(urlsplit(url).path + " " + urlsplit(url).query)).split())
    echoes |= set(plain(unquote(urlsplit(sibling.url).path + " " + urlsplit(sibling.url).query)).split())
    if _words(page.title or "", echoes) != _words(sibling.page.title or "", echoes):
        return False
    one, other = _words(page.visible_text, echoes), _words(sibling.page.visible_text, echoes)
    total = sum(one.values()) + sum(other.values())
    return total == 0 or 2 * sum((one & other).values()) >= ALIKE * total


def _words(text: str, without: set[str]) -> Counter[str]:
    """Count the words of a text; scripts without spaces count by characters."""
    counted = Counter[str]()
    for word, times in _counts(text).items():
        if word in without:
            continue
        for part in [word] if word.isascii() or len(word) < 6 else word:
            counted[part] += times
    return counted


@lru_cache(maxsize=64)  # a sibling is compared with every page of its folder
def _counts(text: str) -> Counter[str]:
    return Counter("".join(char if char.isalnum() else " " for char in text.casefold()).split())


def _bare(url: str) -> str:
    """Return host and path of a URL, which is what a redirect leads to, whatever it echoes in its query."""
    parts = urlsplit(url)
    return f"{(parts.hostname or '').removeprefix('www.')}{parts.path.rstrip('/')}"


def _word(key: str, part: str) -> str:
    digest = hashlib.sha256(f"{key}\x00{part}".encode()).digest()
    return "".join(_LETTERS[byte % 26] for byte in digest[:20])


def _number(key: str, part: str) -> str:
    return str(9_000_000_000 + int.from_bytes(hashlib.sha256(f"{key}\x00{part}".encode()).digest()[:4]))
