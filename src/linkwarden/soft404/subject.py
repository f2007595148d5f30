"""What links promise and pages are about, in words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from linkwarden.model import Target
from linkwarden.patterns import pattern
from linkwarden.soft404.errors import plain

#: Words of links and URLs that say nothing about what is behind them.
_EMPTY = frozenset(
    """
    the and for with from this that what how why who not are was you your our all more about into over under here
    link links click read see website site web page pages home homepage index main default start welcome paper
    papers pdf html htm php asp aspx jsp code demo demos blog blogs post posts article articles video videos
    slides talk doc docs documentation guide tutorial project projects official source download downloads news
    wiki item items http https www com org net edu gov info html5 latest stable master version view show node
    content contents category categories tag tags archive archives public static assets files file uploads media
    images user users people profile research publication publications publicaciones team staff product products
    event events details detail search repo repository dataset datasets data book books course courses online free
    open tool tools list awesome section wp cgi bin app apps api cat id lang sites pub lib title name text entry
    entries topic topics thread
    """.split()  # noqa: SIM905 - two hundred quoted words are hard to read
)
_WORD = pattern(r"[^\W\d_]{3,}")
_WIDE = pattern(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,}")
#: A folder or a name of letters only longer than this is an id.
_LONGEST = 24


def words_of_text(texts: Iterable[str]) -> frozenset[str]:
    """Return the telling words of link texts, in lower case."""
    return frozenset(_telling(" ".join(texts)))


def words_of_url(url: str) -> frozenset[str]:
    """Return the telling words of a URL's path, in lower case; campaigns and other parameters are left out."""
    path = unquote(urlsplit(url).path)
    return frozenset(word for word in _telling(path) if word.isascii() is False or len(word) >= 4)


def promised_words(target: Target) -> frozenset[str]:
    """Return what a link promises by its texts and its URL."""
    texts = words_of_text(o.text for o in target.occurrences)
    return texts | words_of_url(target.address or target.url)


def script_of(text: str) -> str:
    """Return the script that most letters of a text are in ("LATIN", "CJK", "CYRILLIC" …), or ""."""
    counts: dict[str, int] = {}
    for char in text[:400]:
        if char.isalpha():
            name = unicodedata.name(char, "").split(" ", 1)[0].split("-", 1)[0]
            name = "CJK" if name in ("CJK", "HIRAGANA", "KATAKANA") else name
            counts[name] = counts.get(name, 0) + 1
    return max(counts, key=lambda name: counts[name], default="")


def _telling(text: str) -> set[str]:
    words = plain(text)
    found = {word for word in _WORD.findall(words) if word not in _EMPTY and len(word) <= _LONGEST}
    wide = set(_WIDE.findall(words))
    return {word for word in found if not _WIDE.search(word)} | wide
