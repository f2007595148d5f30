"""Weighs signs that a page which is sent with 200 is not what a list promises. Pure: signs in, a finding or none out.

A sign is something that was seen. Each fault gives points to the signs that speak for it, and signs that come from one
source (a title, the look of the body) count once, by the strongest. A fault is found only if it has at least
``NEEDED`` points from at least two sources, one of them strong: never on one sign
(docs/facts/soft-404.md#signs).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from linkwarden.model import Rule, Verdict
from linkwarden.records import dataclass

SOFT_404 = Rule(
    "LW701",
    "soft-404",
    Verdict.SUSPECT,
    "the server says 200 OK, but the page looks like an error page",
    "Some sites send 200 for pages that they no longer have. At least two independent signs agree: the title or "
    "heading is an error message and nothing else, the page calls itself an error page in its markup or asks search "
    "engines not to list it, it is next to empty, or a made-up URL of the same site gives the same page.",
    "Open the page. If it is gone, find its new URL or an archived copy, or remove the entry.",
)
PARKED_DOMAIN = Rule(
    "LW702",
    "parked-domain",
    Verdict.SUSPECT,
    "the domain seems to be for sale or parked",
    "The site that the list means seems to be gone, and its name belongs to a registrar or a dealer in domains. "
    "At least two independent signs agree: the redirect leads to a dealer, the page loads a parking service's scripts, "
    "its title offers the domain, it links to the sale, there is nothing else on it, or it has nothing in common with "
    "its copy in the Internet Archive from before the link entered the list.",
    "Look for the site's new home or an archived copy. Take the link out soon: such domains change hands.",
)
HIJACKED_DOMAIN = Rule(
    "LW703",
    "hijacked-domain",
    Verdict.SUSPECT,
    "the site seems to have changed hands",
    "The page has nothing to do with what the list says about it. At least two independent signs agree: it is about "
    "gambling or the like or comes from a parking service, every URL of the site gives the same page, or it is "
    "not about what the list says: none of the words that the link promises stand on it, or it has nothing in common "
    "with its copy in the Internet Archive from before the link entered the list.",
    "Open the page with care. If the domain has a new owner, link to an archived copy or remove the entry.",
)
PLACEHOLDER = Rule(
    "LW704",
    "placeholder-page",
    Verdict.SUSPECT,
    "the page is the one that a web server or host shows where there is no site",
    "Title and text are those of a page that comes with the server software, or that a host shows in place "
    "of a site that was suspended or never set up.",
    "The site may be moving or gone. Look again in some days, then find its new URL or an archived copy.",
)
DOWN_FOR_NOW = Rule(
    "LW705",
    "down-for-now",
    Verdict.UNVERIFIED,
    "the site says that it is down and will be back",
    "The page says that it is down for maintenance or in trouble, and nothing else, so what the list promises could "
    "not be seen.",
    "Run linkwarden again later.",
    repeatable=True,
)
RULES: tuple[Rule, ...] = (SOFT_404, PARKED_DOMAIN, HIJACKED_DOMAIN, PLACEHOLDER, DOWN_FOR_NOW)

#: Points that a fault must have, from at least two sources.
NEEDED = 3
#: Points of a sign that is rare on a healthy page; weak ones alone never add up to a finding.
STRONG = 2


class Sign(StrEnum):
    """Something that can be seen of a page. The words go into tests and logs."""

    # for a page that is gone
    ERROR_TITLE = "error-title"
    ERROR_HEADING = "error-heading"
    ERROR_MARKUP = "error-markup"
    NO_INDEX = "no-index"
    SHORT = "short"
    ERROR_SENTENCE = "error-sentence"
    ERROR_OF_ID = "error-of-id"
    NO_HITS = "no-hits"
    LANDED_ELSEWHERE = "landed-elsewhere"
    OWN_ADDRESS_ELSEWHERE = "own-address-elsewhere"
    UNRELATED = "unrelated"
    BARE_ERROR = "bare-error"
    NO_CHOICE = "no-choice"
    FILE_AS_PAGE = "file-as-page"
    SAME_EVERYWHERE = "same-everywhere"
    # against it
    PROMISED = "promised"
    NAMED = "named"
    MUCH_TEXT = "much-text"
    WORK = "work"
    # for a domain that is parked or has another owner
    PARKING_HOST = "parking-host"
    DOMAIN_NAMED_THERE = "domain-named-there"
    PARKING_SCRIPT = "parking-script"
    SALE_TITLE = "sale-title"
    DOMAIN_TITLE = "domain-title"
    SALE_LINK = "sale-link"
    SALE_SENTENCE = "sale-sentence"
    REGISTRAR_SENTENCE = "registrar-sentence"
    GAMBLING = "gambling"
    OTHER_SUBJECT = "other-subject"
    UNLIKE_COPY = "unlike-copy"
    ON_SUBJECT = "on-subject"
    # for a placeholder or a site that is down
    PLACEHOLDER_TITLE = "placeholder-title"
    PLACEHOLDER_TEXT = "placeholder-text"
    LATER_TITLE = "later-title"
    LATER_HEADING = "later-heading"


#: Signs that come from one source and so count once. A sign that is not named here is a source of its own.
_SOURCES: Mapping[Sign, str] = MappingProxyType(
    {
        Sign.SHORT: "body",
        Sign.ERROR_SENTENCE: "body",
        Sign.REGISTRAR_SENTENCE: "body",
        Sign.SALE_TITLE: "title",
        Sign.DOMAIN_TITLE: "title",
        Sign.SALE_LINK: "offer",
        Sign.SALE_SENTENCE: "offer",
        Sign.OTHER_SUBJECT: "subject",
        Sign.UNLIKE_COPY: "subject",
    }
)

#: What each sign says for a fault, the worst fault first; points below zero speak against it.
POINTS: Mapping[str, Mapping[Sign, int]] = MappingProxyType(
    {
        PARKED_DOMAIN.code: {
            Sign.PARKING_HOST: 2,
            Sign.DOMAIN_NAMED_THERE: 1,
            Sign.PARKING_SCRIPT: 2,
            Sign.SALE_TITLE: 2,
            Sign.DOMAIN_TITLE: 1,
            Sign.SALE_LINK: 2,
            Sign.SALE_SENTENCE: 1,
            Sign.REGISTRAR_SENTENCE: 2,
            Sign.SHORT: 1,
            Sign.UNLIKE_COPY: 1,
            Sign.ON_SUBJECT: -2,
            Sign.MUCH_TEXT: -2,
        },
        PLACEHOLDER.code: {Sign.PLACEHOLDER_TITLE: 2, Sign.PLACEHOLDER_TEXT: 2, Sign.MUCH_TEXT: -2},
        HIJACKED_DOMAIN.code: {
            Sign.GAMBLING: 2,
            Sign.PARKING_HOST: 2,
            Sign.PARKING_SCRIPT: 2,
            Sign.OTHER_SUBJECT: 1,
            Sign.SAME_EVERYWHERE: 2,
            Sign.UNLIKE_COPY: 1,
            Sign.ON_SUBJECT: -3,
        },
        DOWN_FOR_NOW.code: {
            Sign.LATER_TITLE: 2,
            Sign.LATER_HEADING: 2,
            Sign.SHORT: 1,
            Sign.MUCH_TEXT: -2,
            Sign.PROMISED: -4,
        },
        SOFT_404.code: {
            Sign.ERROR_TITLE: 2,
            Sign.ERROR_HEADING: 2,
            Sign.ERROR_MARKUP: 2,
            Sign.NO_INDEX: 1,
            Sign.SHORT: 1,
            Sign.ERROR_SENTENCE: 2,
            Sign.ERROR_OF_ID: 1,
            Sign.NO_HITS: 2,
            Sign.LANDED_ELSEWHERE: 1,
            Sign.OWN_ADDRESS_ELSEWHERE: 1,
            Sign.UNRELATED: 1,
            Sign.BARE_ERROR: 2,
            Sign.NO_CHOICE: 1,
            Sign.FILE_AS_PAGE: 1,
            Sign.SAME_EVERYWHERE: 2,
            Sign.PROMISED: -4,
            Sign.NAMED: -2,
            Sign.MUCH_TEXT: -3,
            Sign.WORK: -3,
        },
    }
)
#: Signs that many healthy pages have: they are no reason for another request.
_COMMON = frozenset({Sign.SHORT, Sign.NO_INDEX})
#: Signs by which a page itself says that something is missing.
_MESSAGES = frozenset({Sign.ERROR_TITLE, Sign.ERROR_HEADING, Sign.ERROR_MARKUP, Sign.ERROR_SENTENCE, Sign.NO_HITS})
#: The order in which signs are told that weigh the same.
_PLACES = {sign: place for place, sign in enumerate(Sign)}
_BY_CODE = {rule.code: rule for rule in RULES}
_OPENINGS = MappingProxyType(
    {
        SOFT_404.code: "The server says 200 OK, but the page is probably gone",
        PARKED_DOMAIN.code: "The domain is probably for sale or parked",
        HIJACKED_DOMAIN.code: "The site has probably changed hands",
        PLACEHOLDER.code: "There is probably no site at this URL any more",
        DOWN_FOR_NOW.code: "The site is down for now",
    }
)


@dataclass(frozen=True, slots=True)
class PageSigns:
    """What was seen of one page, as data.

    Attributes:
        seen: the signs, each with a clause that says what was seen ("its title reads …").
        home: the link points at a site's root, which is never a soft 404 of itself.
        made_by_scripts: the source is an empty frame that scripts fill, so that it is the same for every URL.
        app: scripts take the page over in the browser, and may show another one than the source for its URL.
        gated: a log-in or consent form stands before the page, which is the same for every URL as well.
    """

    seen: Mapping[Sign, str]
    home: bool = False
    made_by_scripts: bool = False
    app: bool = False
    gated: bool = False


class Finding(NamedTuple):
    """A fault that was found: its rule, the reason in one sentence, and the signs that speak for it."""

    rule: Rule
    reason: str
    signs: tuple[Sign, ...]


def opening(rule: Rule) -> str:
    """Return how the reason for a rule begins."""
    return _OPENINGS[rule.code]


def assess(signs: PageSigns) -> Finding | None:
    """Return the fault that the signs agree on, the worst first, or None."""
    for code, points in POINTS.items():
        for_it = _speaking(signs, code, points)
        if len(for_it) < 2 or points[for_it[0]] < STRONG or _total(signs, for_it, points) < NEEDED:
            continue
        clauses = [signs.seen[sign] for sign in for_it]
        return Finding(_BY_CODE[code], f"{_OPENINGS[code]}: {_joined(clauses[:3])}.", tuple(for_it))
    return None


def would_decide(signs: PageSigns, sign: Sign) -> int:
    """Return whether one more sign would decide what the signs so far leave open.

    Returns:
        The points of the fault that would be found, the more the surer; 0 if none would.
    """
    if sign in signs.seen or not signs.seen.keys() - _COMMON or assess(signs) is not None:
        return 0
    more = with_sign(signs, sign, "")
    found = assess(more)
    return _total(more, list(found.signs), POINTS[found.rule.code]) if found is not None else 0


def with_sign(signs: PageSigns, sign: Sign, clause: str) -> PageSigns:
    """Return the signs with one more."""
    return replace(signs, seen={**signs.seen, sign: clause})


def _speaking(signs: PageSigns, code: str, points: Mapping[Sign, int]) -> list[Sign]:
    """Return the signs that speak for a fault and count, strongest first, one a source."""
    if code == SOFT_404.code and signs.home:
        return []
    best: dict[str, Sign] = {}
    for sign in sorted(signs.seen, key=_PLACES.__getitem__):
        if points.get(sign, 0) <= 0 or not _counts(signs, code, sign):
            continue
        rival = best.get(_source(sign))
        if rival is None or points[sign] > points[rival]:
            best[_source(sign)] = sign
    return sorted(best.values(), key=lambda sign: (-points[sign], _PLACES[sign]))


def _counts(signs: PageSigns, code: str, sign: Sign) -> bool:
    """Return whether a sign means anything on such a page: a frame is short and the same everywhere by its nature."""
    if sign is Sign.SAME_EVERYWHERE:
        if Sign.FILE_AS_PAGE in signs.seen:  # no script makes a file of a page
            return not signs.gated
        speaks = bool(signs.seen.keys() & _MESSAGES)
        return not signs.made_by_scripts and not signs.gated and (speaks or not signs.app)
    if sign is Sign.SHORT and code == SOFT_404.code:
        return not signs.made_by_scripts
    return True


def _total(signs: PageSigns, for_it: list[Sign], points: Mapping[Sign, int]) -> int:
    against = sum(points[sign] for sign in signs.seen if points.get(sign, 0) < 0 and not _idle(sign, for_it))
    return sum(points[sign] for sign in for_it) + against


def _idle(sign: Sign, for_it: list[Sign]) -> bool:
    """Return whether a sign says nothing beside the others: length does not help a page that is always the same."""
    return sign is Sign.MUCH_TEXT and any(strong in for_it for strong in (Sign.SAME_EVERYWHERE, Sign.PARKING_HOST))


def _source(sign: Sign) -> str:
    return _SOURCES.get(sign, sign.value)


def _joined(clauses: list[str]) -> str:
    return f"{', '.join(clauses[:-1])}, and {clauses[-1]}" if len(clauses) > 2 else " and ".join(clauses)
