"""Finds all the words that anything looks for in what a server sent, in one pass over its bytes (Aho-Corasick).

Word by word, a page of 30 kB takes a millisecond; so it takes a tenth of that. Who looks for words registers them when
it is imported, and every look at one response, whoever takes it, shares the pass.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from linkwarden.patterns import pattern

if TYPE_CHECKING:
    from ahocorasick_rs import BytesAhoCorasick

#: What is no text, in a source in lower case. Nothing is tried twice, so it takes time in proportion to the length.
_MARKUP = pattern(
    r"<(?:(script|style|noscript|template|svg)\b[^<]*+(?:<(?!/\1\s*>)[^<]*+)*+(?:</\1\s*>|\Z)"
    r"|!--[^-]*+(?:-(?!->)[^-]*+)*+(?:-->|\Z)|[^>]*+(?:>|\Z))"
)

_looked_for: dict[str, None] = {}  # a set that keeps its order


class _Table(NamedTuple):
    """The words that were registered when it was made: their spellings in order, and what finds those."""

    known: frozenset[str]
    words: tuple[str, ...]
    automaton: BytesAhoCorasick


def looked_for(*words: str) -> tuple[str, ...]:
    """Return words, and have each pass from now on find them.

    Args:
        words: in lower case.
    """
    _looked_for.update(dict.fromkeys(words))
    return words


def _table() -> _Table:
    return _table_of(len(_looked_for))


@lru_cache(maxsize=1)
def _table_of(_count: int) -> _Table:
    from ahocorasick_rs import BytesAhoCorasick, Implementation  # noqa: PLC0415 - an offline run looks at no bytes

    spelled = [(spelling, word) for word in _looked_for for spelling in _spellings(word)]
    automaton = BytesAhoCorasick([spelling for spelling, _ in spelled], implementation=Implementation.DFA)
    return _Table(frozenset(_looked_for), tuple(word for _, word in spelled), automaton)


def _spellings(word: str) -> list[bytes]:
    """Return a word as it may stand in bytes of which only the ASCII letters were made small."""
    letters = [{char, char.upper()} if not char.isascii() and len(char.upper()) == 1 else {char} for char in word]
    return ["".join(chosen).encode() for chosen in product(*letters)]


class Words:
    """The words in a text.

    Args:
        data: the text in UTF-8.

    Attributes:
        low: the same, its ASCII letters in lower case.
    """

    __slots__ = ("_found", "_known", "low")

    def __init__(self, data: bytes) -> None:
        table = _table()
        self.low = data.lower()
        self._known = table.known
        places = {at for at, _, _ in table.automaton.find_matches_as_indexes(self.low, overlapping=True)}
        self._found = frozenset([table.words[at] for at in places])

    def __contains__(self, word: object) -> bool:
        """Return whether a word is in the text, whatever its case; one that nobody registered is looked for itself."""
        if word in self._found:
            return True
        return word not in self._known and isinstance(word, str) and word.encode() in self.low

    def any_of(self, words: tuple[str, ...]) -> bool:
        """Return whether one of several words that ``looked_for`` returned is in the text."""
        if not self._found.isdisjoint(words):
            return True
        return len(self._known) < len(_looked_for) and any(word in self for word in words)


def length_of_text(low: str) -> int:
    """Return how many characters of text, menus included, there are about in the source of a page; no parser is used.

    Args:
        low: the source, or its beginning, its ASCII letters in lower case.
    """
    return len(" ".join(_MARKUP.sub(" ", low).split()))


@lru_cache(maxsize=16)  # a response is looked at several times in a row
def words_in(data: bytes) -> Words:
    """Return the words in a text in UTF-8, or in bytes of which only words in ASCII matter."""
    return Words(data)
