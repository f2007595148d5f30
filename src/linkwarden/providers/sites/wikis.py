"""Wikis that run MediaWiki, anywhere but at Wikimedia: many pages of one wiki are looked up in one request.

``wikis.tsv`` says where the APIs of known wikis are. Of others one page is read, which names the API. What a wiki has
is believed; what it calls missing its page must say. Source: docs/facts/services.md#other-wikis.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from linkwarden.datafile import read_groups
from linkwarden.foreign import title_of
from linkwarden.model import Claim, Rule, Target, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example
from linkwarden.providers.registry import (
    Case,
    Outcome,
    Place,
    Registry,
    Reply,
    answered,
    ask,
    page_stands,
    side_by_side,
)
from linkwarden.providers.sites._mediawiki import (
    IMPOSSIBLE_IN_TITLE,
    OTHER_VIEWS,
    WIKIMEDIA,
    Pages,
    chunks,
    decoded,
    is_absent,
    query_for,
    request_of,
    title_of_page,
)
from linkwarden.records import dataclass
from linkwarden.text import domains_of, host_of

if TYPE_CHECKING:
    from linkwarden.net import Net

#: So many pages of a wiki whose API is known are worth a request of their own, …
_SOME = 2
#: … and so many of one that must first be asked by a page where its API is.
_MANY = 4
_MAX_BYTES = 1024 * 1024
#: The head of a page, in which its API is named.
_PAGE_BYTES = 65_536
#: Hosts whose wikis run something else, and those of Wikimedia, which have a provider of their own.
_OTHERS = WIKIMEDIA | {"github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "sourceforge.net"}
#: What a path looks like whose end is the name of a page: the usual ways to set MediaWiki up ("Manual:Short URL").
_PATH = pattern(r"((?:/[\w-]{1,40}){0,2}?/(?:index\.php|wiki(?:/index\.php)?)/)(.+)", re.DOTALL)
#: Paths of a wiki's own files, which are no pages; in some wikis of the table nothing stands before a page's name.
_NO_PAGE = pattern(
    r"/(?:w/)?(?:(?:api|index|load|img_auth|thumb|rest|opensearch_desc)\.php\b"
    r"|(?:images|skins|extensions|resources|thumb|static)/)"
)
#: The element by which a page names the API (MediaWiki, "API:Rsd").
_EDIT_URI = pattern(rb"<link\b[^<>]{0,300}\brel=[\"']?EditURI\b[^<>]{0,500}>", re.IGNORECASE)
_HREF = pattern(rb"\bhref=[\"']?([^\s\"'<>]{1,300})", re.IGNORECASE)

DOUBTED = Rule(
    "LW680",
    "unknown-to-wiki",
    Verdict.SUSPECT,
    "the wiki's API has no page of this name, and the page could not be seen",
    "The API of the wiki says that there is no page of this name and no redirect from it, while it knows another one "
    "in the same request. The page itself could not be seen, so that there is no second witness.",
    "Open the URL in a browser. If nothing is there, search the wiki for the subject.",
)


@dataclass(frozen=True, slots=True)
class _Known:
    """A row of the table."""

    pages: re.Pattern[str]
    api: str


@cache
def _known() -> Mapping[str, tuple[_Known, ...]]:
    return read_groups(
        __package__, "wikis.tsv", ("domain", "pages", "api"), "domain", lambda r: _Known(pattern(r["pages"]), r["api"])
    )


@dataclass(frozen=True, slots=True)
class _Entry:
    """A page of a wiki.

    Attributes:
        site: scheme and host.
        start: how the paths of its pages begin, as far as the name.
        api: where its API is, or "" if that is not known.
        title: the name of the page.
        names_place: the URL names a place on the page, which only the page shows.
    """

    site: str
    start: str
    api: str
    title: str
    names_place: bool

    @property
    def ident(self) -> str:
        return f"{self.site}{self.start}{self.title}"


class Wikis(Registry[_Entry]):
    """Settles pages that a wiki has, if there are enough of one wiki in a list; the rest is left to the web."""

    name = "wikis"
    title = "other wikis that run MediaWiki"
    rank = 310
    gathers = True
    per_question = 5000
    domains = None
    rules = (DOUBTED,)
    examples = (
        Example(
            "https://minecraft.fandom.com/de/wiki/Redstone_Dust", "https://minecraft.fandom.com/de/wiki/Redstone Dust"
        ),
        Example("https://wiki.archlinux.org/title/Fonts?rdfrom=x", "https://wiki.archlinux.org/title/Fonts"),
        Example("http://wiki.example.org/wiki/A_page#There", "http://wiki.example.org/wiki/A page"),
        Example("https://example.org/w/index.php?title=A_page", "https://example.org/w/index.php?title=A page"),
        Example("https://example.org/wiki/index.php/A_page", "https://example.org/wiki/index.php/A page"),
        Example("https://example.org/index.php?title=A&oldid=1", None),
        Example("https://example.org/wiki/Special:Random", None),
        Example("https://en.wikipedia.org/wiki/A", None),
        Example("https://github.com/owner/repository/wiki/A", None),
        Example("https://example.org/wiki/", None),
        Example("https://example.org/wiki/A_page", None, image=True),
    )

    def claim(self, target: Target) -> str | None:
        """Look closer at those few URLs that may name a page of a wiki."""
        url = target.address or ""
        if "wiki" not in url and "index.php" not in url and "/w/" not in url:  # also of the wikis in the table
            return None
        return super().claim(target)

    def read(self, place: Place) -> _Entry | None:
        host = host_of(place.url)
        if not _OTHERS.isdisjoint(domains_of(host)) or self.ctx.is_private(host):
            return None
        if OTHER_VIEWS & place.query.keys():
            return None
        found = _start_of(host, place)
        title = title_of_page(found[2]) if found is not None else ""
        if found is None or not title or "|" in title or IMPOSSIBLE_IN_TITLE.search(title):
            return None
        return _Entry(f"{urlsplit(place.url).scheme.lower()}://{host}", found[0], found[1], title, bool(place.fragment))

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Outcome]:
        """Look up the pages of those wikis that are linked often enough."""
        del now
        wikis: dict[tuple[str, str], list[Case[_Entry]]] = defaultdict(list)
        for case in self.cases(claims):
            wikis[case.ref.site, case.ref.start].append(case)
        async for item in side_by_side(_settle(net, cases) for cases in wikis.values()):
            yield item


def _start_of(host: str, place: Place) -> tuple[str, str, str] | None:
    """Return how the paths of a wiki begin, where its API is ("" if unknown), and the name of the page, as decoded."""
    if place.path.endswith("/index.php") and place.query.get("title"):
        return f"{place.path}?title=", "", place.query["title"]
    if _NO_PAGE.match(place.path) and not place.path.startswith(("/index.php/", "/w/index.php/")):
        return None
    for known in (known for name in domains_of(host) for known in _known().get(name, ())):
        found = known.pages.match(place.path)
        if found is not None and found.end() < len(place.path):
            api = known.api.format(language=found.groupdict().get("language") or "")
            return found[0], api, decoded(place.path[found.end() :])
    found = _PATH.fullmatch(place.path)
    return None if found is None else (found[1], "", decoded(found[2]))


async def _settle(net: Net, cases: Sequence[Case[_Entry]]) -> list[Outcome]:
    """Settle links to one wiki."""
    asked = [case for case in cases if not case.ref.names_place]
    names = {case.ref.title for case in asked}
    ref = cases[0].ref
    api = f"{ref.site}{ref.api}" if ref.api and len(names) >= _SOME else ""
    if not ref.api and len(names) >= _MANY:
        api = await _api_of(net, asked[0])
    settled: list[Outcome] = [case.passed() for case in cases if case.ref.names_place or not api]
    for chunk in chunks(asked) if api else ():
        reply = await ask(net, request_of(api, query_for(chunk)), "wiki", max_bytes=_MAX_BYTES, attempts=1)
        pages = Pages.read(reply)
        known = pages is not None and any("pageid" in page for page in pages.pages.values())
        if pages is None:
            settled += [case.passed() for case in chunk]
        else:
            settled += [await _judge(net, case, pages, reply, known=known) for case in chunk]
    return settled


async def _judge(net: Net, case: Case[_Entry], pages: Pages, reply: Reply, *, known: bool) -> Outcome:
    """Return what a wiki's response means for one link; what it does not plainly have is left to the page."""
    title, redirected = pages.final(case.ref.title)
    page = pages.pages.get(title, {})
    if "pageid" in page and page.get("missing") is not True and not {case.ref.title, title} & pages.elsewhere:
        return answered([case], reply, "the wiki's API has the page", title=title_of(title))[0]
    if known and is_absent(page) and not redirected and await page_stands(net, case.url) is None:
        reason = f"The wiki has no page called “{case.ref.title}”, and the page itself could not be seen."
        return answered([case], reply, "the API calls the page missing", DOUBTED, reason)[0]
    return case.passed()


async def _api_of(net: Net, case: Case[_Entry]) -> str:
    """Return where a wiki's API is, as one of its pages says; "" if that is no page of a wiki."""
    reply = await ask(net, case.url, "wiki-page", accept="text/html", max_bytes=_PAGE_BYTES, attempts=1)
    element = _EDIT_URI.search(reply.response.body) if reply.response is not None and reply.status == 200 else None
    href = _HREF.search(element[0]) if element is not None else None
    if reply.response is None or href is None:
        return ""
    api = urljoin(reply.response.url, unescape(href[1].decode("utf-8", "replace"))).partition("?")[0]
    if not api.endswith("/api.php") or host_of(api) != host_of(case.url):
        return ""
    return api
