"""What it means where redirects end: a new address, the home page, a log-in form, an error page. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from linkwarden.answers import rules
from linkwarden.answers.read import from_response
from linkwarden.model import Basis, Claim, Evidence, Suggestion, Target
from linkwarden.patterns import pattern
from linkwarden.text import domains_of, host_of, mask_secrets, target_key
from linkwarden.wire import Response

_LOG_IN_HOSTS = pattern(r"(?:accounts\.google\.com|(?:log-?in|sign-?in|sso)\..+)\Z")
_LOG_IN_SEGMENTS = frozenset(
    {"login", "log-in", "log_in", "logon", "signin", "sign-in", "sign_in", "servicelogin", "wp-login", "authwall"}
)
_CONSENT_HOSTS = pattern(r"(?:consent\..+|guce\..+)\Z")
_CONSENT_SEGMENTS = frozenset({"consent", "cookie-consent", "cookieconsent", "cookieabsent", "gdpr-consent"})
_ERROR_SEGMENTS = frozenset(
    {"404", "notfound", "not-found", "not_found", "404error", "error404", "404-error", "error-404", "page-not-found"}
    | {"pagenotfound", "page_not_found", "404notfound", "404-not-found", "errorpage", "error-page"}
)
#: Names that say "error page" only where they are the whole path; deeper down they are a chapter's.
_ERROR_PATHS = frozenset({("error",), ("errors",)})
#: Sites of courses send the addresses of retired ones to their catalogues [U] (docs/facts/services.md#courses).
_CATALOGUES = {
    "coursera.org": frozenset({("browse",), ("courses",), ("search",)}),
    "edx.org": frozenset({("course",), ("courses",), ("search",)}),
    "udacity.com": frozenset({("catalog",), ("courses",), ("courses", "all")}),
}
_HOME_NAMES = frozenset({"", "index", "home", "default", "main", "start", "welcome"})
#: First segments that choose a language. Codes that are also departments or words (cs, it, is, my, id) stay out.
_LANGUAGE = pattern(
    r"(?:en|de|fr|es|pt|nl|pl|ru|ja|zh|ko|tr|ar|sv|da|fi|hu|el|he|uk|ro|vi|th|fa)(?:[-_][a-z]{2,4})?\Z|[a-z]{2}[-_][a-z]{2}\Z",
    re.IGNORECASE,
)
_EXTENSION = pattern(r"\.(?:html?|php\d?|aspx?|jsp|cfm|cgi|pdf|md)\Z", re.IGNORECASE)
#: Parameters that name a visit, not a page: campaigns, sessions, cookie tests.
_VISIT = pattern(
    r"(?:utm_\w+|fbclid|gclid|mc_[ce]id|_ga|_gl|gi|ref_src|jsessionid|phpsessid|sid|sessionid|session_id|cookieset"
    r"|_hs\w+|igshid)\Z",
    re.IGNORECASE,
)
_PATH_SESSION = pattern(r";(?:jsessionid|phpsessid|sid)=[^/?#]*", re.IGNORECASE)


_WHY_MOVED = "the site redirects there permanently"
#: What parts a page's title from its site's name.
_TITLE_END = pattern(r"\s+[|·•–—:»-]\s+")
#: A title with fewer letters ("Paper", "Docs") may be that of many pages.
_TELLING = 12


class _Place(NamedTuple):
    """An address in the parts that matter here."""

    scheme: str
    host: str
    segments: tuple[str, ...]
    query: str

    @property
    def is_home(self) -> bool:
        """True for a site's root, in any language."""
        names = [_EXTENSION.sub("", s) for s in self.segments]
        if names and _LANGUAGE.match(names[0]):
            names = names[1:]
        return not self.query and (not names or (len(names) == 1 and names[0] in _HOME_NAMES))


def landing_evidence(claim: Claim, response: Response) -> Evidence | None:
    """Say so if the redirects ended where the author cannot have meant to point; None if they did not."""
    if not response.hops:
        return None
    asked, final = _place(claim.target.address or ""), _place(response.url)
    if _is_gate(asked, final, _LOG_IN_HOSTS, _LOG_IN_SEGMENTS):
        reason = "The site sends readers to a log-in page, so linkwarden cannot see what is behind it."
        return from_response(claim, response, rules.LOG_IN_REQUIRED, reason)
    if _is_gate(asked, final, _CONSENT_HOSTS, _CONSENT_SEGMENTS):
        reason = "The site sends readers to a consent page first, so linkwarden cannot see what is behind it."
        return from_response(claim, response, rules.LOG_IN_REQUIRED, reason)
    if _is_error_page(final) and not _is_error_page(asked):
        reason = "The site redirects this address to an error page."
        return from_response(claim, response, rules.REDIRECTED_TO_ERROR, reason)
    lost = _where_instead(asked, final)
    return from_response(claim, response, rules.REDIRECTED_HOME, lost) if lost else None


def _where_instead(asked: _Place, final: _Place) -> str:
    """Say that one page's address leads to a site's home page, or a course's to the catalogue; "" if it does not."""
    if final.is_home and not asked.is_home and asked.segments and _is_home_of(final.host, asked.host):
        return f"The address of one page leads to the home page of {final.host}, so the page is probably gone."
    catalogue = next((paths for name in domains_of(final.host) if (paths := _CATALOGUES.get(name))), frozenset())
    if final.segments in catalogue and len(asked.segments) > 1 and asked.segments not in catalogue:
        return f"The course's address leads to the catalogue of {final.host}, so the course is probably retired."
    return ""


def is_home(url: str) -> bool:
    """Return whether an address is a site's root, in any language."""
    return _place(url.partition("#")[0]).is_home


def names_a_visit(parameter: str) -> bool:
    """Return whether a query's parameter names a visit (a campaign, a session) and not a page."""
    return _VISIT.match(parameter) is not None


def lost_its_page(asked: str, final: str) -> bool:
    """Return whether a redirect led away from what a URL names: the last part of its path is not there any more."""
    before, after = _place(asked.partition("#")[0]), _place(_without_visit(final, asked)[0])
    if before.is_home or not before.segments or target_key(asked, "") == target_key(final, ""):
        return False
    return not _same_thing(before, after)


def move_of(address: str, response: Response) -> Suggestion | None:
    """Return the new permanent address of a page, or None if it has none.

    Only a chain of permanent redirects names one (RFC 9110 section 15.4). Not offered: addresses that differ only in
    campaign or session parameters, signed ones (they end), and anything in place of a site's root, which is the
    most lasting address there is.

    Args:
        address: the address in the list, with its fragment.
        response: the answer that the chain ended with.
    """
    if response.moved_to is None or mask_secrets(response.moved_to) != response.moved_to:
        return None
    asked_url, _, fragment = address.partition("#")
    final, own_fragment = _without_visit(response.moved_to, asked_url)
    asked, place = _place(asked_url), _place(final)
    if asked.is_home and _same_site(asked, place):
        return _root_move(asked, place, fragment)
    if target_key(final, "") == target_key(asked_url, ""):
        return None
    kept = own_fragment or fragment
    return Suggestion(final + (f"#{kept}" if kept else ""), _WHY_MOVED, _basis(asked, place, asked_url, final))


def _basis(asked: _Place, final: _Place, asked_url: str, final_url: str) -> Basis:
    if not (_same_site(asked, final) and _same_thing(asked, final)):
        return Basis.REDIRECT
    return Basis.SAME_PATH if _path_and_query(asked_url) == _path_and_query(final_url) else Basis.SAME_NAME


def _path_and_query(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.path or "/", parts.query


def compared(move: Suggestion, target: Target, title: str | None, canonical: str | None) -> Suggestion:
    """Return the offer of a new permanent URL again, with what the page there says about itself.

    A page that calls itself by the URL of something else is not what was meant. One with the very title that the list
    gives it is, whatever its URL.

    Args:
        move: the offer.
        target: the link.
        title: the page's, or None.
        canonical: the URL that the page calls its own, or None.
    """
    asked, place = _place((target.address or "").partition("#")[0]), _place(move.url.partition("#")[0])
    if move.basis is Basis.SAME_NAME and canonical is not None:
        own = _place(canonical.partition("#")[0])
        if _same_site(own, place) and own.segments != place.segments and not _same_thing(asked, own):
            return replace(move, why=f"{_WHY_MOVED}, but the page calls itself by another URL", basis=Basis.REDIRECT)
    if move.basis is Basis.REDIRECT and title and _same_site(asked, place) and not place.is_home:
        heading = _TITLE_END.split(title, maxsplit=1)[0]
        texts = {_words(occurrence.text) for occurrence in target.occurrences}
        if len(texts) == 1 and sum(map(len, _words(heading))) >= _TELLING and texts <= {_words(heading), _words(title)}:
            return replace(move, why=f"{_WHY_MOVED}, to a page with this title", basis=Basis.SAME_NAME)
    return move


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", text.casefold()))


def _root_move(asked: _Place, final: _Place, fragment: str) -> Suggestion | None:
    """Offer the root of a site with its new scheme or name, as long as the answer was a root as well."""
    if (asked.scheme, asked.host) == (final.scheme, final.host) or final.segments or asked.segments or final.query:
        return None
    url = f"{final.scheme}://{final.host}/" + (f"#{fragment}" if fragment else "")
    return Suggestion(url, _WHY_MOVED, Basis.SAME_PATH)


def _place(url: str) -> _Place:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = SplitResult("", "", "", "", "")
    segments = tuple(unquote(s).lower() for s in parts.path.split("/") if s)
    return _Place(parts.scheme.lower(), host_of(url), segments, parts.query)


def _stems(place: _Place) -> set[str]:
    return {_EXTENSION.sub("", segment) for segment in place.segments}


def _is_error_page(place: _Place) -> bool:
    """Return whether an address calls itself an error page."""
    whole = tuple(_EXTENSION.sub("", segment) for segment in place.segments)
    return bool(_stems(place) & _ERROR_SEGMENTS) or whole in _ERROR_PATHS


def _is_gate(asked: _Place, final: _Place, hosts: re.Pattern[str], segments: frozenset[str]) -> bool:
    """Return whether the chain ended at a gate that the address itself does not point at."""
    if hosts.match(final.host) and not hosts.match(asked.host):
        return True
    return bool(_stems(final) & segments) and not _stems(asked) & segments


def _is_home_of(home: str, host: str) -> bool:
    """Return whether ``home`` is the site itself, or the one that ``host`` is a part of."""
    home, host = home.removeprefix("www."), host.removeprefix("www.")
    return home == host or host.endswith("." + home)


def _same_site(one: _Place, other: _Place) -> bool:
    """Return whether two hosts are one site for sure: equal but for ``www.``, or one a subdomain of the other."""
    a, b = one.host.removeprefix("www."), other.host.removeprefix("www.")
    return a == b or a.endswith("." + b) or b.endswith("." + a)


def _same_thing(asked: _Place, final: _Place) -> bool:
    """Return whether the last part of the path survived, so that the new address names the same thing."""
    if asked.query and asked.query != final.query:
        return False
    if asked.segments == final.segments:
        return True
    last = _EXTENSION.sub("", asked.segments[-1]) if asked.segments else ""
    return last in _stems(final) or (len(last) > 3 and any(last in segment for segment in final.segments))


def _without_visit(final: str, asked: str) -> tuple[str, str]:
    """Return the final address without what names a visit only and was not in the address asked, and its fragment."""
    url, _, fragment = final.partition("#")
    base, _, query = _PATH_SESSION.sub("", url).partition("?")
    had = set(asked.partition("?")[2].split("&"))
    kept = [part for part in query.split("&") if part in had or not names_a_visit(part.partition("=")[0])]
    return (f"{base}?{'&'.join(kept)}" if any(kept) else base), fragment
