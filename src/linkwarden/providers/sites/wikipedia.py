"""Wikipedia: pages of one language are looked up together, fifty to a question, by MediaWiki's own interface.

Source: MediaWiki "API:Query" (titles, redirects, converttitles, formatversion 2), "API:Etiquette" (one question at a
time, ``maxlag``) and "Page title"; docs/facts/services.md#wikipedia.
"""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import unquote, unquote_to_bytes, urlencode

from linkwarden.answers.read import batch_unverified
from linkwarden.model import Claim, Evidence, Fact, Kind, Pass, Rule, Target, Verdict
from linkwarden.providers.base import Example, LoadContext, Provider, by_ident
from linkwarden.providers.registry import Place, Reply, ask, encoded, place_of, silent, title_of, told
from linkwarden.wire import NetErrorKind

if TYPE_CHECKING:
    from datetime import datetime

    from linkwarden.net import Net

#: MediaWiki takes this many titles at once from anybody …
_PER_QUERY = 50
#: … and an address that is no longer than this passes everywhere; longer lists travel in several questions.
_MAX_QUERY = 6_000
#: Seconds of lag of its copies from which on the interface sends automatic askers away (API:Etiquette).
_MAX_LAG = "5"
_HOST = re.compile(r"([a-z][a-z0-9-]{1,30})(?:\.m)?\.wikipedia\.org\Z")
_NO_LANGUAGES = frozenset({"www", "m", "login", "test", "test2", "api", "wap"})
#: Characters that no title may have; ``#`` begins a place on the page ("Page title", MediaWiki).
_IMPOSSIBLE = re.compile(r"[<>\[\]{}|\x00-\x1f\x7f\ufffd]")
_SPACES = re.compile(r"[ _\u00a0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
#: A query that asks for more than the page as it is now; the page itself must tell then.
_OTHER_VIEWS = frozenset({"action", "oldid", "diff", "curid", "search", "veaction"})
_SPECIAL = re.compile(r":?special:", re.IGNORECASE)
#: What follows ``#`` and names no section: a viewer's route, a text fragment.
_NO_SECTION = re.compile(r"\A(?:/|:~:)")

MISSING = Rule(
    "LW625",
    "wikipedia-page-missing",
    Verdict.BROKEN,
    "Wikipedia has no page of this name",
    "Wikipedia's interface says that there is no page of this name and no redirect from it: it was deleted, or the "
    "name is misspelt.",
    "Search Wikipedia for the subject and link to the page that it has now.",
)
IMPOSSIBLE = Rule(
    "LW626",
    "wikipedia-title-impossible",
    Verdict.BROKEN,
    "no page of Wikipedia can have this name",
    "The name in the address breaks Wikipedia's rules for names, most often because a bracket of the list got into it. "
    "Readers get the page “Bad title”.",
    "Take out of the address what does not belong to it.",
)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A page that an address names: language, name as one would write it, and the section, as written, or ""."""

    language: str
    title: str
    section: str

    @property
    def api(self) -> str:
        return f"https://{self.language}.wikipedia.org/w/api.php"


@dataclass(slots=True)
class _Pages:
    """What one wiki said about titles: where each leads, and what is known of the pages."""

    leads: dict[str, str] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)
    pages: dict[str, dict[str, object]] = field(default_factory=dict)

    @classmethod
    def read(cls, reply: Reply) -> _Pages | None:
        """Read an answer; None if it is none (an error, HTML, a form that we do not know)."""
        query = reply.table.get("query")
        if reply.status != 200 or not isinstance(query, dict):
            return None
        found = cls()
        for step in ("normalized", "converted"):
            found.leads |= _pairs(query.get(step))
        found.redirects = _pairs(query.get("redirects"))
        found.elsewhere = {str(item.get("title")) for item in _tables(query.get("interwiki"))}
        found.pages = {str(page.get("title")): page for page in _tables(query.get("pages"))}
        return found

    def final(self, title: str) -> tuple[str, bool]:
        """Follow a title to the page that it leads to, and tell whether a redirect was on the way."""
        redirected = False
        for _ in range(10):  # no chain is longer; a circle ends here
            if title in self.leads:
                title = self.leads[title]
            elif title in self.redirects:
                title, redirected = self.redirects[title], True
            else:
                break
        return title, redirected


class Wikipedia(Provider):
    """Settles pages of all languages; other views of a page, and special pages, it leaves to the web."""

    name: ClassVar[str] = "wikipedia"
    rank: ClassVar[int] = 210
    domains: ClassVar[frozenset[str] | None] = frozenset({"wikipedia.org"})
    gathers: ClassVar[bool] = True
    per_question: ClassVar[int] = _PER_QUERY
    kind: ClassVar[Kind] = Kind.PAGE
    rules: ClassVar[tuple[Rule, ...]] = (MISSING, IMPOSSIBLE)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("https://en.wikipedia.org/wiki/Gradient_descent", "en:Gradient descent"),
        Example("https://en.m.wikipedia.org/wiki/C%2B%2B#History", "en:C++"),
        Example("https://de.wikipedia.org/w/index.php?title=Künstliche_Intelligenz", "de:Künstliche Intelligenz"),
        Example("https://zh.wikipedia.org/zh-cn/机器学习", "zh:机器学习"),
        Example("https://en.wikipedia.org/wiki/AC/DC", "en:AC/DC"),
        Example("https://en.wikipedia.org/w/index.php?title=A&oldid=1", None),
        Example("https://en.wikipedia.org/wiki/Special:Random", None),
        Example("https://www.wikipedia.org/", None),
        Example("https://en.wikipedia.org/wiki/File:Plot.png", None, image=True),
    )

    def __init__(self, ctx: LoadContext) -> None:
        super().__init__(ctx)
        self._turn = asyncio.Lock()

    def claim(self, target: Target) -> str | None:
        """Give language and name of the page."""
        entry = _entry(target)
        return None if entry is None else f"{entry.language}:{entry.title}"

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Evidence | Pass]:
        """Ask each wiki for all its pages, and for the sections of those few whose link names one."""
        del now
        wikis: dict[str, list[tuple[Claim, _Entry]]] = {}
        for group in by_ident(claims).values():
            for claim in group:
                if (entry := _entry(claim.target)) is not None:
                    wikis.setdefault(entry.language, []).append((claim, entry))
        for cases in wikis.values():
            for chunk in _chunks(cases):
                async for item in self._settle(net, chunk):
                    yield item

    async def _settle(self, net: Net, cases: Sequence[tuple[Claim, _Entry]]) -> AsyncIterator[Evidence | Pass]:
        """Settle links to pages of one wiki with one question."""
        possible = [(claim, entry) for claim, entry in cases if _IMPOSSIBLE.search(entry.title) is None]
        for claim, entry in cases:
            if (claim, entry) not in possible:
                yield _impossible(claim, entry, Reply(entry.api))
        if not possible:
            return
        titles = dict.fromkeys(entry.title for _, entry in possible)
        async with self._turn:
            reply = await ask(net, _question(possible[0][1].api, titles), "wikipedia")
        pages = _Pages.read(reply)
        for claim, entry in possible:
            if pages is None:
                yield _unanswered(claim, reply)
                continue
            item = _judge(claim, entry, pages, reply)
            if isinstance(item, Evidence) and item.rule is None and _names_section(entry):
                item = await self._section(net, claim, entry, item)
            yield item

    async def _section(self, net: Net, claim: Claim, entry: _Entry, item: Evidence) -> Evidence | Pass:
        """Look for the section among the page's headings; names that are no headings the page itself must show."""
        query = {"action": "parse", "page": item.title or entry.title, "prop": "sections", "redirects": "1"}
        url = f"{entry.api}?{_options(query)}"
        async with self._turn:
            reply = await ask(net, url, "wikipedia")
        parsed = reply.table.get("parse")
        sections = _tables(parsed.get("sections")) if isinstance(parsed, dict) else []
        anchors = {s.get(name) for s in sections for name in ("anchor", "linkAnchor")}
        if not {entry.section, unquote(entry.section)} & anchors:
            return Pass(claim.target.key)
        seen = reply.fact(f"the page has the section {unquote(entry.section)}")
        return told(claim, reply, title=item.title, facts=(*item.facts, seen))


def _entry(target: Target) -> _Entry | None:
    """Read a target's address as a page of Wikipedia."""
    place = place_of(target)
    found = _HOST.match(place.host) if place is not None else None
    if place is None or found is None or found.group(1) in _NO_LANGUAGES or _OTHER_VIEWS & place.query.keys():
        return None
    raw = _raw_title(place, found.group(1))
    title = _SPACES.sub(" ", raw.partition("#")[0]).strip() if raw is not None else ""
    title = unicodedata.normalize("NFC", title)  # as MediaWiki does, which else answers about another spelling
    if not title or _SPECIAL.match(title):
        return None
    return _Entry(found.group(1), title, place.fragment)


def _raw_title(place: Place, language: str) -> str | None:
    """Give the name that an address names, decoded; None if it names none."""
    first, _, rest = place.path.lstrip("/").partition("/")
    if first == "wiki" or first.startswith(f"{language}-"):  # the latter chooses a script, as zh-cn
        return _decoded(rest)
    if place.path in ("/w/index.php", "/w/", "/wiki", "/wiki/", "/"):
        return place.query.get("title")
    return None


def _decoded(path: str) -> str:
    """Decode a path; old links are in Windows-1252, which MediaWiki still reads."""
    raw = unquote_to_bytes(path.encode(errors="replace"))
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _chunks(cases: Sequence[tuple[Claim, _Entry]]) -> Iterator[list[tuple[Claim, _Entry]]]:
    """Cut links into lists that fit into one question."""
    chunk: list[tuple[Claim, _Entry]] = []
    titles: set[str] = set()
    length = 0
    for claim, entry in cases:
        size = 0 if entry.title in titles else len(encoded(entry.title)) + 3
        if chunk and (length + size > _MAX_QUERY or len(titles) + bool(size) > _PER_QUERY):
            yield chunk
            chunk, titles, length = [], set(), 0
            size = len(encoded(entry.title)) + 3
        chunk.append((claim, entry))
        titles.add(entry.title)
        length += size
    if chunk:
        yield chunk


def _question(api: str, titles: dict[str, None]) -> str:
    query = {"action": "query", "titles": "|".join(titles), "redirects": "1", "converttitles": "1"}
    return f"{api}?{_options(query)}"


def _options(query: dict[str, str]) -> str:
    common = {"format": "json", "formatversion": "2", "maxlag": _MAX_LAG}
    return urlencode(query | common, errors="replace")


def _names_section(entry: _Entry) -> bool:
    return bool(entry.section) and _NO_SECTION.match(entry.section) is None


def _judge(claim: Claim, entry: _Entry, pages: _Pages, reply: Reply) -> Evidence | Pass:
    """Say what a wiki's answer means for one link."""
    title, redirected = pages.final(entry.title)
    page = pages.pages.get(title)
    # A file that Wikimedia Commons has, and a message of the software, are missing and known at the same time.
    absent = page is not None and page.get("missing") is True and page.get("known") is not True
    if (
        {entry.title, title} & pages.elsewhere  # leads to another wiki, which the page itself shows
        or (page is not None and page.get("special") is True)
        or (absent and redirected)  # readers get the page that redirects into the void
    ):
        return Pass(claim.target.key)
    if page is None:
        return next(silent([claim], f"Wikipedia ({entry.language})", reply))
    if page.get("invalid") is True:
        return _impossible(claim, entry, reply)
    if absent:
        reason = f"Wikipedia ({entry.language}) has no page called “{entry.title}”."
        return told(claim, reply, MISSING, reason, facts=(reply.fact("the interface calls the page missing"),))
    facts: tuple[Fact, ...] = (reply.fact("Wikipedia's interface has the page"),)
    if redirected:
        facts += (Fact(f"“{entry.title}” redirects to “{title}”"),)
    return told(claim, reply, title=title_of(title), facts=facts)


def _impossible(claim: Claim, entry: _Entry, reply: Reply) -> Evidence:
    reason = f"No page of Wikipedia can be called “{_visible(entry.title)}”."
    return told(claim, reply, IMPOSSIBLE, reason, facts=(Fact("the name breaks MediaWiki's rules for titles"),))


def _unanswered(claim: Claim, reply: Reply) -> Evidence | Pass:
    """Nothing was learnt. Where there is no such wiki the page tells; else it is not asked instead.

    One server answers for pages and interface, so that a flood of pages would only make it worse.
    """
    if reply.status == 404 or (reply.error is not None and reply.error.kind is NetErrorKind.NXDOMAIN):
        return Pass(claim.target.key)
    error = reply.table.get("error")
    if isinstance(error, dict) and error.get("code") == "maxlag":
        reason = "Wikipedia is busy and asked programs to come back later."
        return next(batch_unverified([claim], reason, status=reply.status))
    return next(silent([claim], "Wikipedia", reply))


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in text[:120])


def _pairs(value: object) -> dict[str, str]:
    """Read a list of ``from`` and ``to``."""
    pairs = ((item.get("from"), item.get("to")) for item in _tables(value))
    return {a: b for a, b in pairs if isinstance(a, str) and isinstance(b, str)}


def _tables(value: object) -> list[dict[str, object]]:
    """Give the objects of a JSON list; none if it is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
