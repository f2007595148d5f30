"""Tells a text that is nothing but an error message from one that is about errors, in thirty languages.

A title or heading counts only as a whole: what is left after the core of the message ("not found") and the small
words around it ("sorry, the page …") are taken away must be nothing. "How to fix error 404 pages" leaves "how to fix".
Phrase lists over whole pages misfire (docs/facts/soft-404.md#phrases-misfire), so nothing else is ever matched here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache, partial

from linkwarden.datafile import Line, read_words
from linkwarden.patterns import pattern
from linkwarden.soft404.stems import Stems


@cache
def _word_lists() -> dict[str, tuple[Line, ...]]:
    return read_words(__package__, "errors.txt")


def _any_of(heading: str) -> str:
    """Return one pattern for all entries below a heading; a bad one raises DataFileError with its line."""
    return "|".join(f"(?:{entry.read(re.compile).pattern})" for entry in _word_lists()[heading])


def _core() -> str:
    return "|".join(_any_of(heading) for heading in _word_lists() if heading.startswith("core "))


_SPLIT = pattern(r"\s+[-\u2010-\u2015|·•»«›‹:/\\~]+\s+|\s*[|»«›·•]\s*|\s*::\s*|:\s+|\s+[-\u2013\u2014]\s*")
_SENTENCE = pattern(r"(?<=[.!?。！？])\s*|\s+[-\u2013\u2014|]\s+")
_SPACELESS = pattern(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
_CORE = pattern(_core)
_CORE_IN_WORDS = pattern(lambda: rf"(?<!\w)(?:{_CORE.pattern})(?!\w)")
_NO_HITS = pattern(partial(_any_of, "no hits"))
_LATER = pattern(partial(_any_of, "later"))
_BARE_ERROR = pattern(partial(_any_of, "bare error"))
_LOG_IN = pattern(partial(_any_of, "log in"))
_LOG_IN_SENTENCES = pattern(partial(_any_of, "log in sentences"))
#: How many characters may be left of a message in a script without spaces.
_LEFT_OVER = 2
#: A site's name in a title has no more words than this; more are a sentence, and the page is about something.
_NAME_WORDS = 5
_LONGEST = 160
#: So many characters of a text are read.
_READ = 1000
#: What the headings of the messages' cores have in common.
_CORES = "core"
#: How the subject of a reply or a forwarded message begins: what it quotes was said of something else.
_REPLY = pattern(
    r"\s*(?:re|aw|sv|vs|rv|antw|odp|fwd?|wg|tr|回复|回覆|答复|转发|回信)\s*(?:\[\d+\]\s*)?[:\uff1a]", re.IGNORECASE
)
_ASCII_MARKS = {code: " " for code in range(128) if not chr(code).isalnum()}


@lru_cache(maxsize=256)
def plain(text: str) -> str:
    """Return a text in lower case, without marks of punctuation, words one blank apart (Unicode NFKC, casefold)."""
    if text.isascii():  # most are, and this is ten times as fast
        return " ".join(text[:_READ].lower().translate(_ASCII_MARKS).split())
    folded = unicodedata.normalize("NFKC", text[:_READ]).casefold().replace("\u0307", "")
    kept = (char if char.isalnum() or unicodedata.category(char)[0] == "M" else " " for char in folded)
    return " ".join("".join(kept).split())


def _words(heading: str) -> Iterator[str]:
    return (plain(word) for line in _word_lists()[heading] for word in line.text.split())


_WIDE_FILLER = pattern(lambda: "|".join(sorted(_words("small words without spaces"), key=len, reverse=True)))


@cache
def _filler_words() -> frozenset[str]:
    return frozenset(_words("small words"))


@lru_cache(maxsize=256)  # everything that looks at a title cuts it
def parts_of(title: str) -> tuple[str, ...]:
    """Return a title's parts, cut at the marks that part a page's name from its site's: bars, dashes, dots, colons."""
    return tuple(part.strip() for part in _SPLIT.split(" ".join(title.split())) if part and part.strip())


def whole_and_parts(text: str) -> str:
    """Return in plain words all that looks at a text and at its parts look at."""
    return plain(text) if len(text) <= _READ else " ".join(map(plain, (text, *parts_of(text))))


def _expressions() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for heading, lines in _word_lists().items():
        name = _CORES if heading.startswith(_CORES) else heading
        if not heading.startswith("small words"):
            found.setdefault(name, []).extend(line.text for line in lines)
    return found


_STEMS = Stems(_expressions)


@lru_cache(maxsize=1024)  # a title is looked at for one thing after the other
def _may_say(text: str) -> frozenset[str]:
    """Return the headings of the lists of which an entry may match a text or a part of it."""
    return _STEMS.in_text(whole_and_parts(text))


def may_be_error(text: str) -> bool:
    """Return whether an error message may stand in a text; a quick look, after which nearly no title is left."""
    return _CORES in _may_say(text)


@lru_cache(maxsize=1024)  # the pages of a site share their title's parts
def is_error_text(text: str, names: tuple[str, ...] = ()) -> bool:
    """Return whether a text is an error message of the "there is no such page" sort and nothing else.

    Args:
        text: a title's part or a heading.
        names: words that may stand in it besides, such as the site's name.
    """
    words = plain(text)
    if not words or len(words) > _LONGEST or not may_be_error(text) or _REPLY.match(text):
        return False
    spaceless = _SPACELESS.search(words) is not None
    core = _CORE if spaceless else _CORE_IN_WORDS
    left, count = core.subn(" ", words)
    if not count:
        return False
    allowed = _filler_words() | {plain(name) for name in names}
    rest = "".join(word for word in left.split() if word not in allowed)
    if not spaceless:
        return not rest
    rest = _WIDE_FILLER.sub("", rest)
    return len(rest) <= _LEFT_OVER and not any(char.isascii() for char in rest)


def speaks_of_errors(text: str) -> bool:
    """Return whether an error message stands anywhere in a text, as in the title of a song or of a guide."""
    words = plain(text)
    return may_be_error(text) and (_CORE if _SPACELESS.search(words) else _CORE_IN_WORDS).search(words) is not None


@lru_cache(maxsize=1024)
def error_part(title: str, names: tuple[str, ...] = ()) -> str | None:
    """Return the part of a title that is an error message, if the rest is no more than a site's name, else None."""
    if not may_be_error(title):
        return None
    if is_error_text(title, names):
        return title
    if _REPLY.match(title):
        return None
    parts = parts_of(title)
    for part in parts:
        if is_error_text(part, names):
            others = [p for p in parts if p != part and not is_error_text(p, names)]
            return part if all(_is_name(other) for other in others) else None
    return None


def _is_a_part(heading: str, message: re.Pattern[str], text: str) -> bool:
    """Return whether a text, or one of its parts, is a message of a list and nothing else."""
    return heading in _may_say(text) and any(message.fullmatch(plain(part)) for part in (text, *parts_of(text)))


def says_no_hits(text: str) -> bool:
    """Return whether a title's part or a heading says that a search found nothing."""
    return _is_a_part("no hits", _NO_HITS, text)


def says_later(text: str) -> bool:
    """Return whether a title's part or a heading says that the site is down and will be back."""
    return _is_a_part("later", _LATER, text)


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a text, cut at their ends and at dashes and bars."""
    return [part for part in _SENTENCE.split(text) if part]


def is_bare_error(text: str) -> bool:
    """Return whether a part of a title, or a heading, says that there is an error and not which."""
    return "bare error" in _may_say(text) and any(
        _BARE_ERROR.fullmatch(plain(part)) for part in (text, *parts_of(text))
    )


def says_log_in(text: str) -> bool:
    """Return whether a title's part or a heading is that of a page for members only, or of their log-in form."""
    return _is_a_part("log in", _LOG_IN, text)


def asks_for_log_in(sentence: str) -> bool:
    """Return whether a sentence says that the page is not for everybody."""
    may_ask = "log in sentences" in _may_say(sentence)
    return may_ask and _LOG_IN_SENTENCES.fullmatch(plain(sentence)) is not None


def _is_name(part: str) -> bool:
    words = plain(part)
    return len(words.split()) <= _NAME_WORDS and not (_SPACELESS.search(words) and len(words) > 3 * _NAME_WORDS)
