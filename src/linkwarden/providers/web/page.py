"""Any other page: asked once with GET, judged by its status, where it leads, and whether the named place is on it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import unquote

from linkwarden.answers import rules as http
from linkwarden.answers.conditional import fetch_if_changed, says_unchanged, unchanged, visit, with_validators
from linkwarden.answers.read import RULES, from_response, net_evidence, status_evidence
from linkwarden.answers.redirects import landing_evidence, move_of
from linkwarden.model import Claim, Evidence, Fact, Kind, Pass, Rule, Suggestion, Target, Verdict
from linkwarden.providers.base import Example, Provider, by_ident
from linkwarden.soft404.judge import judge_page
from linkwarden.soft404.page import Page, is_html
from linkwarden.soft404.weigh import RULES as SOFT_RULES
from linkwarden.text import domains_of, host_of
from linkwarden.wire import NO_HEADERS, Hop, NetError, Request, Response

if TYPE_CHECKING:
    from linkwarden.net import Net

ANCHOR_MISSING = Rule(
    "LW530",
    "place-missing-on-page",
    Verdict.DEGRADED,
    "the page is there, but not the place on it that the link names",
    "The part of the address after `#` names a place on the page. The page was read whole, and no element has that "
    "id. Readers land at the top of the page. Pages that are made by scripts are not judged.",
    "Look for the place on the page and correct the part after `#`, or take it out.",
)

#: Pages are read this far for their title and for bot walls …
_BYTES = 65_536
#: … and this far where a place on the page is looked for.
_BYTES_FOR_PLACES = 1_048_576
#: Pages that send their readers on (``<meta http-equiv="refresh">``) are followed this far; browsers go on for ever.
_MOST_REFRESHES = 5

#: Sites whose answers to programs never tell whether a page exists, with the reason a maintainer reads.
#: Sources: docs/facts/services.md#sites-that-never-tell and docs/facts/services.md#publisher-bot-protection.
SILENT_HOSTS = MappingProxyType(
    {
        "linkedin.com": "LinkedIn turns all programs away",
        "facebook.com": "Facebook shows programs a log-in page",
        "instagram.com": "Instagram shows programs a log-in page",
        "quora.com": "Quora turns all programs away",
        "reddit.com": "Reddit turns programs away",
        "researchgate.net": "ResearchGate turns all programs away",
        "academia.edu": "Academia.edu turns programs away",
        "twitter.com": "X gives the same answer for posts that exist and for posts that do not",
        "x.com": "X gives the same answer for posts that exist and for posts that do not",
        "openreview.net": "OpenReview gives programs an empty frame for every paper",
    }
)
_SCHOLAR = re.compile(r"scholar\.google\.(?:com|[a-z]{2}|com?\.[a-z]{2})\Z")
#: Addresses below these answer 200 whether or not the thing exists.
_ALWAYS_THERE = (
    ("colab.research.google.com", "/drive/", "Colab shows the same frame whether or not the notebook exists"),
    ("youtube.com", "/watch", "YouTube answers the same for videos that exist and for videos that do not"),
    ("youtube.com", "/embed/", "YouTube answers the same for videos that exist and for videos that do not"),
    ("youtube.com", "/shorts/", "YouTube answers the same for videos that exist and for videos that do not"),
    # [U] said of all pages of data sets (docs/facts/services.md#openml).
    ("openml.org", "/d/", "OpenML shows the same frame whether or not the data set exists"),
    ("youtu.be", "/", "YouTube answers the same for videos that exist and for videos that do not"),
)
_COLAB = re.compile(r"https?://colab\.research\.google\.com/(github|gist)/([^?#]+)", re.IGNORECASE)

#: Fragments that name no place in the page's source: routes, key=value pairs, text fragments, line numbers,
#: comments (often loaded later), and the two that always work (HTML standard, "scroll to the fragment").
_NO_PLACE = re.compile(
    r"\A(?:[/!]|:~:|L\d|top\Z|\d+\Z|(?:comment|disqus|reply|answer|respond|post|p)[-_]?\d*\Z)|[=&/?]", re.IGNORECASE
)
_LOG_IN_TITLE = re.compile(r"\W*(?:log|sign)[ -]?(?:in|on)\b", re.IGNORECASE)


class WebProvider(Provider):
    """Takes every http(s) address that nobody else has taken."""

    name: ClassVar[str] = "web"
    rank: ClassVar[int] = 1000
    kind: ClassVar[Kind] = Kind.PAGE
    rules: ClassVar[tuple[Rule, ...]] = (*RULES, ANCHOR_MISSING, *SOFT_RULES)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("https://example.org/a?b=c", "https://example.org/a?b=c"),
        Example("http://example.org/guide#install", "http://example.org/guide"),
    )

    def claim(self, target: Target) -> str | None:
        """Take any http(s) address; the ident is the address without its fragment, so that a page is asked once."""
        return None if target.address is None else target.address.partition("#")[0]

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Evidence | Pass]:
        """Ask for each page once and judge every link to it."""
        del now
        for address, group in by_ident(claims).items():
            settled = _without_asking(address, group)
            if settled is not None:
                for item in settled:
                    yield item
                continue
            try:
                response = await visit(self.name, address, net, partial(_read, address, group, net))
            except NetError as error:
                for claim in group:
                    yield net_evidence(claim, error)
                continue
            if says_unchanged(group, response):
                for claim in group:
                    yield unchanged(claim, response)
                continue
            page = Page(response) if is_html(response) else None
            for claim in group:
                evidence = page_evidence(claim, response, page)
                if page is not None and _may_be_rotten(evidence):
                    evidence = judge_page(claim, page, evidence)
                yield with_validators(evidence, response)


def _may_be_rotten(evidence: Evidence) -> bool:
    """Tell whether the page was seen, so that what it says is left to look at."""
    return evidence.rule is None or evidence.rule.verdict in (Verdict.MOVED, Verdict.DEGRADED)


def _without_asking(address: str, group: Sequence[Claim]) -> list[Evidence | Pass] | None:
    """Settle what needs no question: notebooks that are shown from elsewhere, and sites that never tell."""
    notebook = _COLAB.match(address)
    if notebook is not None:
        host = {"github": "github.com", "gist": "gist.github.com"}[notebook.group(1).lower()]
        return [Pass(claim.target.key, instead=f"https://{host}/{notebook.group(2)}") for claim in group]
    why = _why_silent(address)
    if why is None:
        return None
    reason = f"{why}, so linkwarden did not ask; open it in a browser."
    return [Evidence.of(claim, http.SITE_NEVER_TELLS, reason) for claim in group]


def _why_silent(address: str) -> str | None:
    host = host_of(address)
    if _SCHOLAR.match(host):
        return "Google Scholar turns all programs away"
    domains = domains_of(host)
    for name in domains:
        if name in SILENT_HOSTS:
            return SILENT_HOSTS[name]
    path = address.split("//", 1)[-1].partition("/")[2]
    for name, prefix, why in _ALWAYS_THERE:
        if name in domains and f"/{path}".startswith(prefix):
            return why
    return None


async def _read(address: str, group: Sequence[Claim], net: Net) -> Response:
    """Fetch a page as far as its links need it read.

    Raises:
        NetError: there was no answer.
    """
    names_place = any(_place_named(claim) for claim in group)
    max_bytes = _BYTES_FOR_PLACES if names_place else _BYTES
    ask = Request(url=address, purpose="page", max_bytes=max_bytes)
    return await fetch_if_changed(ask, group, lambda asked: follow(asked, net))


async def follow(request: Request, net: Net) -> Response:
    """Fetch a page, and those that it sends its readers on to at once, whatever its status.

    Raises:
        NetError: there was no answer.
    """
    response = await net.fetch(request)
    for _ in range(_MOST_REFRESHES):
        onward = Page(response).sends_on_to if is_html(response) else None
        if onward is None or onward in (hop.url for hop in response.hops):
            break
        hop = Hop(response.url, response.status, onward)
        following = await net.fetch(replace(request, url=onward, headers=NO_HEADERS))  # conditions: the first page's
        response = replace(following, hops=(*response.hops, hop, *following.hops))
    return response


def page_evidence(claim: Claim, response: Response, page: Page | None) -> Evidence:
    """Judge one link by the answer of its page.

    Args:
        claim: the link.
        response: the answer.
        page: the answer as HTML, or None if it is something else (a PDF, say).
    """
    bad = status_evidence(claim, response) or landing_evidence(claim, response)
    if bad is not None:
        return bad
    title = page.title if page else None
    if page and response.status < 300 and not response.body.strip():  # 300 needs no body
        return from_response(claim, response, http.ODD_ANSWER, "The server sends an empty page.")
    if page and title and _LOG_IN_TITLE.match(title) and page.has_password_field:
        return from_response(claim, response, http.LOG_IN_REQUIRED, "The page asks readers to log in.", title=title)
    missing = _missing_place(claim, response, page) if page else None
    if missing is not None:
        return replace(missing, title=title)
    better = move_of(claim.target.address or "", response)
    if better is not None:
        reason = "The page has a new permanent address."
        return from_response(claim, response, http.MOVED_PERMANENTLY, reason, suggestion=better, title=title)
    return from_response(claim, response, title=title)


def _place_named(claim: Claim) -> str | None:
    """Give the fragment of a link if it names a place that the page's source must hold, as written, else None."""
    _, _, fragment = (claim.target.address or "").partition("#")
    fragment = fragment.partition(":~:")[0]
    return fragment if fragment and not _NO_PLACE.search(unquote(fragment)) else None


def _missing_place(claim: Claim, response: Response, page: Page) -> Evidence | None:
    """Say so if the place that a link names is certainly not on its page."""
    name = _place_named(claim)
    if name is None or not response.complete:
        return None
    anchors = page.anchors
    wanted = {name, unquote(name)}
    if wanted & anchors or not anchors or page.made_by_scripts:
        return None
    near = sorted(a for a in anchors if a.casefold() == unquote(name).casefold())
    better = None
    if near:
        base = (claim.target.address or "").partition("#")[0]
        better = Suggestion(f"{base}#{near[0]}", "the page has this place, written in another case")
    reason = f'The page is there, but it has no place called "{unquote(name)[:80]}".'
    facts = (Fact(f"{len(anchors)} places with a name on the page"),)
    return from_response(claim, response, ANCHOR_MISSING, reason, suggestion=better, facts=facts)
