"""Recognises registrars, parking services, server placeholders, and what hijacked domains are used for.

Every match alone is one sign; ``weigh.assess`` wants two.
"""

from __future__ import annotations

import re

from linkwarden.datafile import read_words
from linkwarden.soft404.errors import parts_of, plain
from linkwarden.text import domains_of

#: A domain's name in a title.
_DOMAIN_NAME = r"(?:[\w-]+\.){1,4}[a-z]{2,18}"
_TAIL = r"(?: .{0,80})?"

_WORDS = read_words(__package__, "parked.txt")
_LONGEST_TITLE = 200


def _any_of(heading: str) -> re.Pattern[str]:
    entries = (entry.read(_pattern).pattern for entry in _WORDS[heading])
    return re.compile("|".join(f"(?:{entry})" for entry in entries), re.IGNORECASE)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text.replace("{domain}", _DOMAIN_NAME).replace("{tail}", _TAIL))


def _pair(text: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    title, _, page = text.partition("\t")
    return re.compile(title), re.compile(page, re.IGNORECASE)


def _plain_words(heading: str) -> tuple[str, ...]:
    return tuple(entry.text for entry in _WORDS[heading])


_SALE_TITLES = _any_of("sale titles")
_SALE_SENTENCES = _any_of("sale sentences")
_REGISTRAR_SENTENCES = _any_of("registrar sentences")
_GAMBLING = _any_of("gambling")
_DOMAIN = re.compile(_DOMAIN_NAME)
_PLACEHOLDERS = tuple(entry.read(_pair) for entry in _WORDS["placeholders"])
_ORDINARY = frozenset(_plain_words("ordinary"))
_PARKING_HOSTS = frozenset(_plain_words("parking hosts"))
_PARKING_MARKS = _plain_words("parking marks")
_SALE_SUBJECTS = _plain_words("sale subjects")
#: A page that does nothing but send its reader to the lander of the same domain [U: as GoDaddy's were seen to do].
_LANDER = re.compile(r"window\.(?:onload|location)[^<]{0,200}/lander", re.IGNORECASE)
_LANDER_BYTES = 2000
#: Parking services redirect to numbered subdomains (docs/facts/soft-404.md#parked-domains).
_NUMBERED = re.compile(r"ww\d{1,3}\.")


def parking_host(host: str) -> bool:
    """Return whether a host belongs to a parking service or a dealer in domains."""
    return any(name in _PARKING_HOSTS for name in domains_of(host))


def is_numbered_subdomain(host: str, of: str) -> bool:
    """Return whether a host is a parking service's numbered subdomain (``ww25.``) of another host's domain."""
    found = _NUMBERED.match(host)
    return found is not None and of.removeprefix("www.") == host[found.end() :] and host != of


def parking_mark(low: str) -> str | None:
    """Return what a page's source, in lower case, holds of a parking service, or None."""
    found = next((mark for mark in _PARKING_MARKS if mark in low), None)
    return found or ("/lander" if len(low) < _LANDER_BYTES and _LANDER.search(low) else None)


def sale_title(title: str) -> str | None:
    """Return the part of a title that offers a domain, or None."""
    for part in (title, *parts_of(title)):
        text = " ".join(re.sub(r"[^\w. -]", " ", part[:_LONGEST_TITLE].casefold()).split()).strip(" .-")
        if _SALE_TITLES.fullmatch(text) and (_DOMAIN.search(text) or any(s in text for s in _SALE_SUBJECTS)):
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
    text = plain(title)
    return next((pattern for titles, pattern in _PLACEHOLDERS if titles.fullmatch(text)), None)


def gambling_words(text: str) -> tuple[str, ...]:
    """Return the different words of gambling and the like in a title, description or heading, at least two, or none."""
    found = tuple(dict.fromkeys(plain(word) for word in _GAMBLING.findall(text)))
    return found if len(found) > 1 and not _ORDINARY.issuperset(found) else ()
