"""Wikipedia and its sister projects: pages of one wiki are looked up together by MediaWiki's own API, fifty at once.

Source: MediaWiki's documentation, as in ``_mediawiki.py``, and docs/facts/services.md#wikipedia.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import unquote

from linkwarden.foreign import at, objects_at, title_of
from linkwarden.model import Claim, Evidence, Fact, Rule, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example, LoadContext
from linkwarden.providers.registry import Case, Outcome, Place, Registry, Reply, ask, shown, unanswered
from linkwarden.providers.sites._mediawiki import (
    IMPOSSIBLE_IN_TITLE,
    OTHER_VIEWS,
    PER_QUERY,
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
from linkwarden.wire import NetErrorKind

if TYPE_CHECKING:
    from datetime import datetime

    from linkwarden.net import Net

_HOST = pattern(
    r"([a-z][a-z0-9-]{1,30})(?:\.m)?\.(wik(?:ipedia|tionary|ibooks|iquote|isource|iversity|ivoyage|inews))\.org\Z"
)
#: Wikis that are not of one language.
_COMMON = pattern(r"((?:commons|meta|species|incubator)(?:\.m)?\.wikimedia|(?:m\.)?mediawiki|(?:m\.)?wikidata)\.org\Z")
_NAMES = MappingProxyType(
    {
        "wikipedia": "Wikipedia",
        "wiktionary": "Wiktionary",
        "wikibooks": "Wikibooks",
        "wikiquote": "Wikiquote",
        "wikisource": "Wikisource",
        "wikiversity": "Wikiversity",
        "wikivoyage": "Wikivoyage",
        "wikinews": "Wikinews",
        "commons": "Wikimedia Commons",
        "meta": "Meta-Wiki",
        "species": "Wikispecies",
        "mediawiki": "MediaWiki.org",
        "incubator": "Wikimedia Incubator",
        "wikidata": "Wikidata",
    }
)
_NO_LANGUAGES = frozenset({"www", "m", "login", "test", "test2", "api", "wap"})
#: What follows ``#`` and names no section: a viewer's route, a text fragment.
_NO_SECTION = pattern(r"\A(?:/|:~:)")

MISSING = Rule(
    "LW625",
    "wikipedia-page-missing",
    Verdict.BROKEN,
    "the wiki has no page of this name",
    "The API of Wikipedia, or of the sister project that the URL names, says that there is no page of this name and no "
    "redirect from it: it was deleted, or the name is misspelt.",
    "Search the wiki for the subject and link to the page that it has now.",
)
IMPOSSIBLE = Rule(
    "LW626",
    "wikipedia-title-impossible",
    Verdict.BROKEN,
    "no page of the wiki can have this name",
    "The name in the URL breaks MediaWiki's rules for names, most often because a bracket of the list got into it. "
    "Readers get the page “Bad title”.",
    "Take out of the URL what does not belong to it.",
)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A page that a URL names.

    Attributes:
        project: the first word of ``_NAMES``.
        language: of the wiki, or "" where it is of none.
        title: as one would write it.
        section: as written, or "".
    """

    project: str
    language: str
    title: str
    section: str

    @property
    def ident(self) -> str:
        wiki = self.language if self.project == "wikipedia" else ".".join(filter(None, (self.language, self.project)))
        return f"{wiki}:{self.title}"

    @property
    def names_section(self) -> bool:
        return bool(self.section) and _NO_SECTION.match(self.section) is None

    @property
    def api(self) -> str:
        if self.language:
            host = f"{self.language}.{self.project}.org"
        elif self.project in ("mediawiki", "wikidata"):
            host = f"www.{self.project}.org"
        else:
            host = f"{self.project}.wikimedia.org"
        return f"https://{host}/w/api.php"

    @property
    def wiki(self) -> str:
        """What the wiki is called in sentences."""
        return _NAMES[self.project] + (f" ({self.language})" if self.language else "")


class Wikipedia(Registry[_Entry]):
    """Settles pages of all languages; other views of a page, and special pages, it leaves to the web."""

    name = "wikipedia"
    title = "Wikipedia and its sister projects"
    rank = 210
    domains = WIKIMEDIA
    subdomains = True
    gathers = True
    per_question = PER_QUERY
    rules = (MISSING, IMPOSSIBLE)
    examples = (
        Example("https://en.wikipedia.org/wiki/Gradient_descent", "en:Gradient descent"),
        Example("https://en.m.wikipedia.org/wiki/C%2B%2B#History", "en:C++"),
        Example("https://de.wikipedia.org/w/index.php?title=Künstliche_Intelligenz", "de:Künstliche Intelligenz"),
        Example("https://zh.wikipedia.org/zh-cn/机器学习", "zh:机器学习"),
        Example("https://en.wikipedia.org/wiki/AC/DC", "en:AC/DC"),
        Example("https://de.wikibooks.org/wiki/Chemie", "de.wikibooks:Chemie"),
        Example("https://commons.wikimedia.org/wiki/File:Plot.png", "commons:File:Plot.png"),
        Example("https://www.mediawiki.org/wiki/API:Query", "mediawiki:API:Query"),
        Example("https://www.wikidata.org/wiki/Q42", "wikidata:Q42"),
        Example("https://upload.wikimedia.org/wikipedia/commons/a.pdf", None),
        Example("https://en.wikipedia.org/w/index.php?title=A&oldid=1", None),
        Example("https://en.wikipedia.org/wiki/Special:Random", None),
        Example("https://www.wikipedia.org/", None),
        Example("https://en.wikipedia.org/wiki/File:Plot.png", None, image=True),
    )

    def __init__(self, ctx: LoadContext) -> None:
        super().__init__(ctx)
        self._turn = asyncio.Lock()

    def read(self, place: Place) -> _Entry | None:
        project, language = _wiki_of(place.host)
        if not project or language in _NO_LANGUAGES or OTHER_VIEWS & place.query.keys():
            return None
        raw = _raw_title(place, language)
        title = title_of_page(raw or "")
        return _Entry(project, language, title, place.fragment) if title else None

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Outcome]:
        """Ask each wiki for all its pages, and for the sections of those few whose link names one."""
        del now
        wikis: dict[str, list[Case[_Entry]]] = {}
        for case in self.cases(claims):
            if IMPOSSIBLE_IN_TITLE.search(case.ref.title):
                yield _impossible(case, Reply(case.ref.api))
            else:
                wikis.setdefault(case.ref.api, []).append(case)
        for cases in wikis.values():
            for chunk in chunks(cases):
                async for item in self._settle(net, chunk):
                    yield item

    async def _settle(self, net: Net, cases: Sequence[Case[_Entry]]) -> AsyncIterator[Outcome]:
        """Settle links to pages of one wiki with one request."""
        reply = await self._ask(net, cases[0].ref, query_for(cases))
        pages = Pages.read(reply)
        if pages is None:
            for item in _unanswered(cases, reply):
                yield item
            return
        for case in cases:
            item = _judge(case, pages, reply)
            if isinstance(item, Evidence) and item.rule is None and case.ref.names_section:
                item = await self._section(net, case, item)
            yield item

    async def _section(self, net: Net, case: Case[_Entry], item: Evidence) -> Outcome:
        """Look for the section among the page's headings; names that are no headings the page itself must show."""
        query = {"action": "parse", "page": item.title or case.ref.title, "prop": "sections", "redirects": "1"}
        reply = await self._ask(net, case.ref, query)
        sections = objects_at(reply.value, "parse", "sections")
        anchors = [section.get(name) for section in sections for name in ("anchor", "linkAnchor")]
        section = unquote(case.ref.section)
        if case.ref.section not in anchors and section not in anchors:
            return case.passed()
        facts = (*item.facts, reply.fact(f"the page has the section {section}"))
        return replace(item, status=reply.status, facts=facts)

    async def _ask(self, net: Net, entry: _Entry, query: dict[str, str]) -> Reply:
        """Make one request after the other, as MediaWiki's etiquette wants."""
        async with self._turn:
            return await ask(net, request_of(entry.api, query), "wikipedia")


def _wiki_of(host: str) -> tuple[str, str]:
    """Return project and language of a host; "" where it is no wiki, or one of no language."""
    found = _HOST.match(host)
    if found is not None:
        return found[2], found[1]
    common = _COMMON.match(host)
    return (common[1].removeprefix("m.").partition(".")[0], "") if common is not None else ("", "")


def _raw_title(place: Place, language: str) -> str | None:
    """Return the name that a URL names, decoded; None if it names none."""
    first, _, rest = place.path.lstrip("/").partition("/")
    if first == "wiki" or (language and first.startswith(f"{language}-")):  # the latter chooses a script, as zh-cn
        return decoded(rest)
    if place.path in ("/w/index.php", "/w/", "/wiki", "/wiki/", "/"):
        return place.query.get("title")
    return None


def _judge(case: Case[_Entry], pages: Pages, reply: Reply) -> Outcome:
    """Return what a wiki's response means for one link."""
    entry = case.ref
    title, redirected = pages.final(entry.title)
    page = pages.pages.get(title)
    absent = page is not None and is_absent(page)
    if (
        {entry.title, title} & pages.elsewhere  # leads to another wiki, which the page itself shows
        or (page is not None and page.get("special") is True)
        or (absent and redirected)  # readers get the page that redirects into the void
    ):
        return case.passed()
    if page is None:
        return unanswered([case], entry.wiki, reply)[0]
    if page.get("invalid") is True:
        return _impossible(case, reply)
    if absent:
        reason = f"{entry.wiki} has no page called “{entry.title}”."
        seen = reply.fact("the API calls the page missing")
        return Evidence.of(case.claim, MISSING, reason, status=reply.status, facts=(seen,))
    facts: tuple[Fact, ...] = (reply.fact(f"the API of {entry.wiki} has the page"),)
    if redirected:
        facts += (Fact(f"“{entry.title}” redirects to “{title}”"),)
    return Evidence.of(case.claim, status=reply.status, title=title_of(title), facts=facts)


def _impossible(case: Case[_Entry], reply: Reply) -> Outcome:
    facts = (Fact("the name breaks MediaWiki's rules for titles"),)
    reason = f"No page of {_NAMES[case.ref.project]} can be called “{shown(case.ref.title, 120)}”."
    return Evidence.of(case.claim, IMPOSSIBLE, reason, status=reply.status, facts=facts)


def _unanswered(cases: Sequence[Case[_Entry]], reply: Reply) -> Sequence[Outcome]:
    """Return that nothing was learnt. Where there is no such wiki the page tells; else it is not asked instead.

    One server answers for pages and API, so that a flood of pages would only make it worse.
    """
    if reply.status == 404 or (reply.error is not None and reply.error.kind is NetErrorKind.NXDOMAIN):
        return [case.passed() for case in cases]
    busy = at(reply.value, "error", "code") == "maxlag"
    return unanswered(cases, cases[0].ref.wiki, reply, "is busy and asked programs to come back later" if busy else "")
