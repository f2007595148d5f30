"""Papers of Elsevier, IEEE and ACM whose URLs hold no DOI: Crossref is asked, because their pages are walled off.

Crossref can prove that a paper exists, never that it does not. So this provider reports nothing as missing: what
Crossref does not know goes on to the next provider.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from linkwarden.foreign import at, objects_at, text_at, title_of
from linkwarden.model import Claim, Evidence, Fact, Kind
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example, LoadContext
from linkwarden.providers.registry import Case, Outcome, Place, Registry, Reply, Thing, ask, by_ident, mail_address
from linkwarden.records import dataclass
from linkwarden.text import host_of

if TYPE_CHECKING:
    from linkwarden.net import Net

ENDPOINT = "https://api.crossref.org/works"
#: Filters that leave the works of one publisher: IEEE by its number as a member of Crossref, ACM by its DOI prefix.
IEEE = "member:263"
ACM = "prefix:10.1145"
#: PIIs in one request: longer URLs are cut on the way (the list of works can only be asked for by GET).
PIIS_PER_QUESTION = 50
#: Works that are looked at for one title.
_CANDIDATES = 5
_MAX_BYTES = 1024 * 1024
_DOCUMENT = pattern(r"/document/0*(\d+)(?:/|\Z)", re.ASCII)
_ACM_DOI = pattern(r"10\.1145/(?:\d+\.)?(\d+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Work:
    """A work that is registered with Crossref.

    Attributes:
        doi: its DOI.
        title: its title, perhaps with markup, or None.
        numbers: the publisher's own numbers of it, in upper case (at Elsevier its PII).
        address: where its DOI leads, or "".
    """

    doi: str
    title: str | None
    numbers: frozenset[str]
    address: str


def document_number(url: str) -> str | None:
    """Return the document number in a URL at IEEE Xplore, without leading zeros; None if it has none."""
    if host_of(url) not in ("ieeexplore.ieee.org", "www.ieeexplore.ieee.org"):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    found = _DOCUMENT.search(parts.path)
    if found is not None:
        return found[1] if found[1] != "0" else None
    if not parts.path.endswith(".jsp"):
        return None
    try:
        number = parse_qs(parts.query).get("arnumber", [""])[0].lstrip("0")
    except ValueError:  # more fields than the standard library takes
        return None
    return number if number.isascii() and number.isdecimal() else None


def article_number(doi: str) -> str | None:
    """Return the number that ACM's library has for the work of a DOI, or None if it is not ACM's.

    It is the last part of the DOI: alone for a journal's article, behind the volume's number for a paper of a
    conference [U: seen in the DOIs of either, stated nowhere].
    """
    found = _ACM_DOI.fullmatch(doi)
    return found[1] if found is not None else None


_PII = "pii:"
# A serial's PII: S, ISSN, year, number, check character; before 1995 without the S. Book chapters (B…) are left out:
# Crossref knows them by ISBN and DOI only. What follows the PII is a form of the article (pdf, pdfft, fulltext).
_PII_PATH = pattern(
    r"/(?:science/article/(?:\w+/)?|retrieve/)pii/(S?\d{15}[\dX])(?:/[\w.-]+)?/?", re.ASCII | re.IGNORECASE
)
_ELSEVIER_HOSTS = frozenset({"sciencedirect.com", "linkinghub.elsevier.com"})
# Pages about a document, by path: what else has a number is an image, an issue or an author.
_IEEE_PATH = pattern(
    r"/(?:(?:abstract/)?document/\d+(?:/.*)?|(?:xpls?|stamp|stampPDF)/\w+\.jsp)", re.ASCII | re.IGNORECASE
)
# ACM's URLs until 2019; newer ones hold the DOI. The number may stand behind that of its volume.
_ACM_NUMBER = pattern(r"(?:\d+\.)?0*([1-9]\d*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Shelf:
    """A publisher whose numbers Crossref does not know, so that it is asked by title.

    Attributes:
        who: the publisher.
        works: Crossref's filter for its works.
        number_of: gives the publisher's number of a work, which proves that it is the one meant.
    """

    who: str
    works: str
    number_of: Callable[[Work], str | None]


_SHELVES: Mapping[str, _Shelf] = MappingProxyType(
    {
        "ieee:": _Shelf("IEEE", IEEE, lambda work: document_number(work.address)),
        "acm:": _Shelf("ACM", ACM, lambda work: article_number(work.doi)),
    }
)

#: A title may be long, and a URL must not.
_MAX_TITLE = 300
_TAG = pattern(r"\[[^\[\]]*\]|\((?:19|20)\d\d\)")
_YEAR = pattern(r"\A\W*(?:19|20)\d\d\b\W*")
_WORDS_OF_NO_TITLE = (
    "a abstract an and article arxiv by code conference data dataset doc document doi download for from full fulltext"
    " here home ieee in journal link of official on online open page paper pdf poster ppt preprint project publication"
    " read ref reference see site slides source supplement text the this to url version via video view website xplore"
)
#: What a link is called when it is not called by the paper's title.
_NO_TITLE = frozenset(_WORDS_OF_NO_TITLE.split())


class Crossref(Registry[Thing]):
    """Settles URLs at ScienceDirect by their PII, and those of IEEE and ACM by their number and the title."""

    name = "crossref"
    title = "ScienceDirect and IEEE Xplore"
    rank = 160
    gathers = True
    per_question = PIIS_PER_QUESTION
    kind = Kind.PAPER
    domains = _ELSEVIER_HOSTS | {"ieeexplore.ieee.org", "dl.acm.org"}
    examples = (
        Example("https://www.sciencedirect.com/science/article/abs/pii/S014193822100038X", "pii:S014193822100038X"),
        Example("https://linkinghub.elsevier.com/retrieve/pii/S0141-9382", None),
        Example("https://ieeexplore.ieee.org/document/726791", "ieee:726791"),
        Example("https://ieeexplore.ieee.org/abstract/document/9288349/authors", "ieee:9288349"),
        Example("http://ieeexplore.ieee.org/xpls/abs_all.jsp?arnumber=726791", "ieee:726791"),
        Example("https://ieeexplore.ieee.org/stamp/stamp.jsp?tp=&arnumber=07298801", "ieee:7298801"),
        Example("https://dl.acm.org/citation.cfm?id=3271625", "acm:3271625"),
        Example("http://dl.acm.org/citation.cfm?doid=1390156.1390294", "acm:1390294"),
        Example("https://dl.acm.org/author_page.cfm?id=81100287543", None),
        Example("https://ieeexplore.ieee.org/author/37284310200", None),
        Example("https://www.sciencedirect.com/journal/displays", None),
        Example("https://ars.els-cdn.com/content/image/1-s2.0-S1361841518300495-gr12.jpg", None, image=True),
        Example("https://ieeexplore.ieee.org/document/726791", None, image=True),
    )

    def __init__(self, ctx: LoadContext) -> None:
        super().__init__(ctx)
        self._denied = False

    def read(self, place: Place) -> Thing | None:
        """Return the PII or the publisher's number, each with a word before it that says whose it is."""
        path = unquote(place.path)
        if place.host in _ELSEVIER_HOSTS:
            pii = _PII_PATH.fullmatch(path)
            return Thing(_PII + pii[1].upper()) if pii else None
        if place.host == "dl.acm.org":
            named = place.query.get("id") or place.query.get("doid") or ""
            article = _ACM_NUMBER.fullmatch(named) if path.lower() == "/citation.cfm" else None
            return Thing(f"acm:{article[1]}") if article else None
        number = document_number(place.url) if _IEEE_PATH.fullmatch(path) else None
        return Thing(f"ieee:{number}") if number is not None else None

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Outcome]:
        """Ask for all PIIs at once, and for each title by itself, which Crossref cannot batch."""
        del now  # a paper does not depend on the day
        groups = by_ident(self.cases(claims))
        search = _Search(net, mail_address(self.ctx.contact), self._denied)
        await search.by_pii([i.removeprefix(_PII) for i in groups if i.startswith(_PII)])
        await search.by_title({ident: cases for ident, cases in groups.items() if not ident.startswith(_PII)})
        self._denied |= search.denied
        for ident, cases in groups.items():
            for case in cases:
                yield _judge(case, ident, search)


@dataclass(slots=True)
class _Search:
    """The requests of one call of ``check``, and what came of them.

    Crossref does not know a publisher's own numbers, but what a work was registered with holds them
    (``document_number``, ``article_number``), and that is the proof.

    Attributes:
        net: the network.
        mail: the user's mail address, which Crossref wants, or None.
        denied: Crossref has shut us out; it is not asked again in this run.
        works: what was found, by ident.
        vain: what was seen of those that were asked for and not found, by ident.
    """

    net: Net
    mail: str | None
    denied: bool
    works: dict[str, Work] = field(default_factory=dict)
    vain: dict[str, str] = field(default_factory=dict)

    async def by_pii(self, piis: Sequence[str]) -> None:
        """Find works by PII (in upper case): once all in one request, once more those that were not found.

        A PII that is not found may exist all the same: not every work was registered with its PII.
        """
        absent = list(piis)
        for _ in range(2):
            if not absent or self.denied:
                return
            fields = {
                "filter": ",".join(f"alternative-id:{pii}" for pii in absent),
                "select": "DOI,title,alternative-id,resource",
                "rows": str(4 * len(absent)),  # the default is 20; errata and parts may carry the same number
            }
            works = await self._ask(fields)
            if works is None:
                return
            found = {number: work for work in reversed(works) for number in work.numbers & set(absent)}
            self.works |= {_PII + pii: work for pii, work in found.items()}
            absent = [pii for pii in absent if pii not in found]
        self.vain |= {_PII + pii: f"Crossref has no work with the PII {pii}, which proves nothing" for pii in absent}

    async def by_title(self, wanted: Mapping[str, Sequence[Case[Thing]]]) -> None:
        """Find works by title, one after the other; a service in trouble is not asked a hundred times.

        It is a search engine that answers, so there is always some work; other words around the title do no harm.
        """
        for ident, cases in wanted.items():
            title = _title_of(cases)
            if not title:
                self.vain[ident] = "the list has no title for the link by which Crossref could be asked"
                continue
            if self.denied:
                return
            shelf, number = _shelf_of(ident)
            fields = {
                "query.bibliographic": title,
                "filter": shelf.works,
                "select": "DOI,title,resource",
                "rows": str(_CANDIDATES),
            }
            works = await self._ask(fields)
            if works is None:
                return
            work = next((work for work in works if shelf.number_of(work) == number), None)
            if work is not None:
                self.works[ident] = work
            else:
                self.vain[ident] = "Crossref has no work with this title that leads here"

    async def _ask(self, fields: dict[str, str]) -> list[Work] | None:
        """Make one request; None if there is no usable response."""
        query = urlencode(fields | ({"mailto": self.mail} if self.mail else {}), safe=":,@", errors="replace")
        reply = await ask(self.net, f"{ENDPOINT}?{query}", "crossref-api", max_bytes=_MAX_BYTES)
        self.denied |= reply.status == 403  # Crossref's way to say that a person has blocked us
        usable = reply.status == 200 and isinstance(at(reply.value, "message", "items"), list)
        return _works(reply) if usable else None


def _works(reply: Reply) -> list[Work]:
    works = []
    for item in objects_at(reply.value, "message", "items"):
        numbers = item.get("alternative-id")
        if doi := text_at(item, "DOI"):
            works.append(
                Work(
                    doi=doi,
                    title=title_of(at(item, "title", 0)),
                    numbers=frozenset(
                        n.upper() for n in (numbers if isinstance(numbers, list) else ()) if isinstance(n, str)
                    ),
                    address=text_at(item, "resource", "primary", "URL"),
                )
            )
    return works


def _shelf_of(ident: str) -> tuple[_Shelf, str]:
    """Return the publisher that an ident names, and its number."""
    name, colon, number = ident.partition(":")
    return _SHELVES[name + colon], number


def _title_of(cases: Sequence[Case[Thing]]) -> str:
    """Return the title that the list has for a paper: a link's text, else what its entry says; "" for neither.

    Words around the title do no harm: it is looked for by a search engine, and the number is the proof.
    """
    places = [o for case in cases for o in case.claim.target.occurrences]
    titles = [title for o in places for title in _titles_in(o.text)]
    return max(titles or [title for o in places for title in _titles_in(o.context)], key=len, default="")


def _titles_in(text: str) -> Iterator[str]:
    """Take from a text what may be the paper's title, without the year and the tags that lists put before it."""
    if "://" in text:
        return
    title = " ".join(_YEAR.sub("", _TAG.sub(" ", text)).strip(" -–—:*|.[(,").split())[:_MAX_TITLE]
    words = re.findall(r"\w{2,}", title.lower())
    if len([word for word in words if word not in _NO_TITLE]) >= 2:
        yield title


def _judge(case: Case[Thing], ident: str, search: _Search) -> Outcome:
    """Return what was found, or hand the link on.

    A work that Crossref does not have is not even a hint: it holds no complete list of PIIs, and no other numbers.
    What was seen goes along as evidence.
    """
    work = search.works.get(ident)
    if work is None:
        vain = search.vain.get(ident)
        return case.passed(None if vain is None else Evidence.of(case.claim, facts=(Fact(vain, url=ENDPOINT),)))
    if ident.startswith(_PII):
        what = f"Crossref has the paper with this PII; its DOI is {work.doi}"
    else:
        who = _shelf_of(ident)[0].who
        what = f"Crossref has a paper by the title in the list; its DOI {work.doi} leads to this document at {who}"
    facts = (
        Fact(what, url=ENDPOINT),
        Fact("the publisher's own page was not requested: it blocks programs"),
    )
    return Evidence.of(case.claim, title=work.title, facts=facts)
