"""Finds all the words that anything looks for in a page's source, in one pass (Aho-Corasick).

Word by word, a page of 30 kB takes a millisecond; so it takes a fifteenth of that.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from linkwarden.soft404 import parked

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

#: What pages that stand in for a site speak of.
STAND_IN = ("domain", "domein", "domín", "domini", "домен", "域名", "ドメイン", "도메인", "hosting", "suspended")
#: What pages speak of that are an error message.
ERRORS = (
    *("404", "not found", "t be found", "not exist", "t exist", "no longer", "available", "sorry", "oops", "error"),
    *("no such", "invalid", "unknown", "empty page", "nothing", "removed", "deleted", "missing"),
)
#: What a page's source says to programs about its own status, in lower case (docs/facts/soft-404.md#markers).
ERROR_SOURCE = (
    '"page":"/404"',
    '"page":"/_error"',
    '"statuscode":404',
    "statuscode:404",
    "pagepath='/404",
    'pagepath="/404',
    'name="prerender-status-code" content="404"',
    'content="404" name="prerender-status-code"',
)
#: What the markup of frameworks has in common that send the status before they know that there is no such page.
STREAMED = (
    *("next_http_error", "next_not_found", "errorresponse", "isnotfound", "next-error", "node_ids", "data-page="),
)
#: What the classes and ids have in common by which pages call themselves error pages.
MARKS = (
    *("404", "not-found", "notfound", "not_found", "error-page", "errorpage", "error_page", "page-error", "no-route"),
    *("noroute", "http-error", "sqs-error", "status-msg-wrap", "four-oh-four"),
)
#: What a page says to programs about the work that it is about, in lower case: a paper, a song, a book.
WORKS = ("citation_title", '"@type":"scholarlyarticle"', '"@type":"musicrecording"', '"@type":"book"')
#: What pages speak of that are not for everybody.
LOG_IN = (
    *("login", "log in", "logedin", "loged in", "loggedin", "logged in", "signin", "sign in", "signedin", "signed in"),
    *("permission", "authorised", "authorized", "allowed", "access", "rights", "private", "restricted", "protected"),
    *("password", "members", "subscribers", "registered", "anmelden", "einloggen", "berechtigung", "rechte"),
    *("connecter", "connecté", "sesión"),
)
_OF_PAGES = (
    *("refresh", "robots", "canonical", "<script", "<style", "<noscript", "<template", "<svg", "<!--", "<h1", "<h2"),
    *("<base", "<title", "<frameset", "og:type", "og:url", "generator", "description", 'class="noarticletext'),
    *("citation_doi", "eprints.title", "prism.title", "bepress_citation_title", "dc.identifier"),
)


@cache
def _known() -> frozenset[str]:
    groups = (STAND_IN, ERRORS, ERROR_SOURCE, STREAMED, MARKS, WORKS, LOG_IN, _OF_PAGES, parked.parking_marks())
    return frozenset(word for group in groups for word in group)


@cache
def _automaton() -> AhoCorasick:
    from ahocorasick_rs import AhoCorasick, Implementation  # noqa: PLC0415 - a run may have no page

    return AhoCorasick(sorted(_known()), implementation=Implementation.DFA)


class Words:
    """The known words in a text.

    Args:
        text: in lower case.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._found = frozenset(_automaton().find_matches_as_strings(text, overlapping=True))

    def __contains__(self, word: object) -> bool:
        """Return whether a word is in the text; one that is not known is looked for by itself."""
        return word in self._found or (word not in _known() and isinstance(word, str) and word in self._text)

    def any_of(self, words: tuple[str, ...]) -> bool:
        """Return whether one of several words is in the text."""
        if not self._found.isdisjoint(words):
            return True
        return not _known().issuperset(words) and any(word in self for word in words)
