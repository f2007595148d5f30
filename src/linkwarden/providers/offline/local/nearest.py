"""Finds the place that was probably meant by a name that a document does not have."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from linkwarden.model import Anchor
from linkwarden.patterns import pattern
from linkwarden.records import dataclass

_WORD = pattern(r"[^\W_]+")
#: Latin letters that are no letter with a mark to Unicode, as they are written in plain ASCII.
_LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i"})
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "ae", "Ö": "oe", "Ü": "ue"})
#: How alike two names are that have the same words.
_SAME_WORDS = 4.0
#: How alike two names must be for one to be offered in place of the other (share of letters in common).
_ALIKE = 0.7
#: How much of two names is compared.
_COMPARED = 100
#: In a document with more places than this, only names with the same words are offered.
_MOST_COMPARED = 2000


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like a wanted name an anchor is."""

    score: float
    anchor: Anchor


def nearest(name: str, anchors: Sequence[Anchor]) -> Anchor | None:
    """Return the anchor whose name is most like the wanted one, or None if none is like it."""
    alike = like(name, anchors)
    return alike[0].anchor if alike else None


def like(name: str, anchors: Sequence[Anchor]) -> list[Likeness]:
    """Return the anchors whose names are like the wanted one, the likest first.

    An anchor that has all the wanted words comes first, the shortest of them foremost.
    """
    name = _plain(name)
    words = _words(name)
    by_letters = len(anchors) <= _MOST_COMPARED
    found: list[Likeness] = []
    for anchor in anchors:
        score = _likeness(name, words, *_read(anchor), by_letters=by_letters)
        if score < _SAME_WORDS and not anchor.name.isascii() and _plain(anchor.name.translate(_GERMAN)) == name:
            score = _SAME_WORDS
        if score >= _ALIKE:
            found.append(Likeness(score, anchor))
    return sorted(found, key=lambda one: (-one.score, len(one.anchor.name)))


@lru_cache(maxsize=_MOST_COMPARED)  # each dead link of a document is compared with the same ones
def _read(anchor: Anchor) -> tuple[str, frozenset[str]]:
    """Return an anchor's name as it is compared, and its words."""
    plain = _plain(_unnumbered(anchor))
    return plain, _words(plain)


def _unnumbered(anchor: Anchor) -> str:
    """Return an anchor's name without the number that tells it from the same heading further up."""
    name, dash, number = anchor.name.rpartition("-")
    repeats = dash and anchor.level and number.isdigit() and not anchor.text.endswith(number)
    return name if repeats else anchor.name


def _likeness(name: str, words: frozenset[str], other: str, others: frozenset[str], *, by_letters: bool) -> float:
    if words and words == others:
        return _SAME_WORDS
    if words and words < others:
        return 3.0
    if others and others < words and 2 * len(others) >= len(words):
        return 2.0
    if not by_letters:
        return 0.0
    matcher = SequenceMatcher(None, name[:_COMPARED], other[:_COMPARED], autojunk=False)
    if matcher.real_quick_ratio() < _ALIKE or matcher.quick_ratio() < _ALIKE:
        return 0.0
    return matcher.ratio()


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text or a name, in small letters without accents."""
    return _words(_plain(text))


def _words(plain: str) -> frozenset[str]:
    return frozenset(_WORD.findall(plain))


def _plain(name: str) -> str:
    """Return a name in small letters without accents, as many programs write anchors: ``cafe`` for ``Café``."""
    if name.isascii():
        return name.lower()
    letters = unicodedata.normalize("NFKD", name.casefold()).translate(_LETTERS)
    return "".join(c for c in letters if not unicodedata.combining(c))
