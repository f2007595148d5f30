"""Recognises registrars, parking services, server placeholders, and what hijacked domains are used for.

Every match alone is one sign; ``weigh.assess`` wants two.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING

from linkwarden.datafile import Line, read_words
from linkwarden.patterns import pattern
from linkwarden.soft404.errors import parts_of, plain, whole_and_parts
from linkwarden.soft404.stems import Stems
from linkwarden.text import domains_of

if TYPE_CHECKING:
    from linkwarden.answers.words import Words

#: A domain's name in a title.
_DOMAIN_NAME = r"(?:[\w-]+\.){1,4}[a-z]{2,18}"
_TAIL = r"(?: .{0,80})?"

_LONGEST_TITLE = 200


@cache
def _word_lists() -> dict[str, tuple[Line, ...]]:
    return read_words(__package__, "parked.txt")


def _any_of(heading: str) -> str:
    return "|".join(f"(?:{entry.read(_pattern).pattern})" for entry in _word_lists()[heading])


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(_filled(text))


def _filled(text: str) -> str:
    return text.replace("{domain}", _DOMAIN_NAME).replace("{tail}", _TAIL)


def _pair(text: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    title, _, page = text.partition("\t")
    return re.compile(title), re.compile(page, re.IGNORECASE)


@cache
def _plain_words(heading: str) -> tuple[str, ...]:
    return tuple(entry.text for entry in _word_lists()[heading])


@cache
def _placeholders() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    return tuple(entry.read(_pair) for entry in _word_lists()["placeholders"])


@cache
def _parking_hosts() -> frozenset[str]:
    return frozenset(_plain_words("parking hosts"))


def _expressions() -> dict[str, list[str]]:
    """Return what titles are looked at for."""
    headings = ("sale titles", "placeholders", "gambling")
    return {name: [_filled(line.text.partition("\t")[0]) for line in _word_lists()[name]] for name in headings}


_STEMS = Stems(_expressions)


@lru_cache(maxsize=1024)  # a title is looked at for one thing after the other
def _may_say(text: str) -> frozenset[str]:
    """Return the headings of the lists of which an entry may match a text or a part of it."""
    return _STEMS.in_text(whole_and_parts(text))


_SALE_TITLES = pattern(partial(_any_of, "sale titles"), re.IGNORECASE)
_SALE_SENTENCES = pattern(partial(_any_of, "sale sentences"), re.IGNORECASE)
_REGISTRAR_SENTENCES = pattern(partial(_any_of, "registrar sentences"), re.IGNORECASE)
_GAMBLING = pattern(partial(_any_of, "gambling"), re.IGNORECASE)
_DOMAIN = pattern(_DOMAIN_NAME)
#: A page that does nothing but send its reader to the lander of the same domain [U: as GoDaddy's were seen to do].
_LANDER = pattern(r"window\.(?:onload|location)[^<]{0,200}/lander", re.IGNORECASE)
_LANDER_BYTES = 2000
#: Parking services redirect to numbered subdomains (docs/facts/soft-404.md#parked-domains).
_NUMBERED = pattern(r"ww\d{1,3}\.")


def parking_host(host: str) -> bool:
    """Return whether a host belongs to a parking service or a dealer in domains."""
    return any(name in _parking_hosts() for name in domains_of(host))


def is_numbered_subdomain(host: str, of: str) -> bool:
    """Return whether a host is a parking service's numbered subdomain (``ww25.``) of another host's domain."""
    found = _NUMBERED.match(host)
    return found is not None and of.removeprefix("www.") == host[found.end() :] and host != of


def parking_marks() -> tuple[str, ...]:
    """Return what pages of parking services hold, in lower case."""
    return _plain_words("parking marks")


def parking_mark(low: str, words: Words) -> str | None:
    """Return what a page's source holds of a parking service, or None.

    Args:
        low: the source, in lower case.
        words: what is in it.
    """
    found = next((mark for mark in parking_marks() if mark in words), None) if words.any_of(parking_marks()) else None
    return found or ("/lander" if len(low) < _LANDER_BYTES and _LANDER.search(low) else None)


def sale_title(title: str) -> str | None:
    """Return the part of a title that offers a domain, or None."""
    if "sale titles" not in _may_say(title):
        return None
    subjects = _plain_words("sale subjects")
    for part in (title, *parts_of(title)):
        text = " ".join(re.sub(r"[^\w. -]", " ", part[:_LONGEST_TITLE].casefold()).split()).strip(" .-")
        if _SALE_TITLES.fullmatch(text) and (_DOMAIN.search(text) or any(s in text for s in subjects)):
            return part
    return None


def sale_sentence(text: str) -> str | None:
    """Return the words of a page that offer the domain, or None."""
    found = _SALE_SENTENCES.search(text)
    return found.group() if found else None


def registrar_sentence(text: str) -> str | None:
    """Return the words of a page that say that the domain is only registered, or None."""
    found = _REGISTRAR_SENTENCES.search(text)
    return found.group() if found else None


def placeholder_text(title: str) -> re.Pattern[str] | None:
    """Return the pattern of the text that goes with a placeholder's title, or None for any other title."""
    if "placeholders" not in _may_say(title):
        return None
    text = plain(title)
    return next((page for titles, page in _placeholders() if titles.fullmatch(text)), None)


def gambling_words(text: str) -> tuple[str, ...]:
    """Return the different words of gambling and the like in a title, description or heading, at least two, or none."""
    if "gambling" not in _may_say(text):
        return ()
    found = tuple(dict.fromkeys(plain(word) for word in _GAMBLING.findall(text)))
    return found if len(found) > 1 and not set(found) <= set(_plain_words("ordinary")) else ()
