"""Articles in PubMed and PubMed Central: one question to each of NCBI's APIs, whose pages turn programs away."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode, urlsplit

from linkwarden.answers.read import batch_unverified
from linkwarden.model import Claim, Evidence, Fact, Kind, Pass, Rule, Suggestion, Target, Verdict
from linkwarden.providers.base import Example, Provider, by_ident
from linkwarden.providers.registry import NoAnswerError, ask_json, mail_address, odd_answer, place_of, title_of
from linkwarden.wire import Request

if TYPE_CHECKING:
    from linkwarden.net import Net

SUMMARIES = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/esummary.fcgi"
CONVERTER = "https://pmc.ncbi.nlm.nih.gov/tools/idconv/api/v1/articles/"
PER_QUESTION = 200
_MAX_BYTES = 8 * 1024 * 1024  # a summary with 3,000 authors is near 200 kB


@dataclass(frozen=True, slots=True)
class Article:
    """What is known of an article.

    Attributes:
        title: as PubMed has it; the ID converter tells none.
        retracted: PubMed marks it as retracted.
    """

    title: str | None = None
    retracted: bool = False


#: Articles by number; None stands for one that the service says it does not have. A number that is missing is one
#: about which it said nothing plain.
Articles = dict[str, Article | None]


@dataclass(frozen=True, slots=True)
class Service:
    """One of the two services.

    Attributes:
        who: its name, as the subject of a sentence.
        endpoint: where it is asked.
        canary: an article that it certainly has, the example in NCBI's own documentation. It rides along when absent
            numbers are asked for again: a service that fails for single numbers fails for this one too.
    """

    who: str
    endpoint: str
    canary: str

    async def ask(self, net: Net, numbers: Sequence[str], contact: str | None) -> Articles:
        """Ask which of the numbers it has, in one question.

        Args:
            net: the network.
            numbers: at most ``PER_QUESTION`` of them: PMIDs, or PMCIDs with their prefix.
            contact: the user's contact; NCBI takes a mail address only.

        Raises:
            NoAnswerError: it gave no usable answer.
        """
        mail = mail_address(contact)
        identity = {"tool": "linkwarden"} | ({"email": mail} if mail else {})
        in_pubmed = self is PUBMED
        question = {"db": "pubmed", "id": ",".join(numbers), "retmode": "json"}
        if not in_pubmed:
            # The converter takes numbers of one kind at a time and has to be told which.
            question = {"ids": ",".join(numbers), "idtype": "pmcid", "format": "json"}
        ask = Request(
            url=f"{self.endpoint}?{urlencode(question | identity, safe=',@')}",
            purpose="pubmed-api" if in_pubmed else "pmc-api",
            accept="application/json",
            max_bytes=_MAX_BYTES,
        )
        status, answer = await ask_json(net, ask, self.who)
        told = _summaries(answer) if in_pubmed else _records(answer)
        if told is None:
            raise odd_answer(self.who, status)
        return told


PUBMED = Service("PubMed's API", SUMMARIES, "23193287")
PMC = Service("PubMed Central's API", CONVERTER, "PMC3531190")


def _summaries(answer: Any) -> Articles | None:
    """Read an answer of ESummary; None if it is none (over the limit it is an object with ``error`` only)."""
    result = answer.get("result") if isinstance(answer, dict) else None
    if not isinstance(result, dict):
        return None
    told: Articles = {}
    for number, item in result.items():
        if not isinstance(item, dict) or str(item.get("uid", number)) != number:
            continue
        if "error" in item:
            told[number] = None
        elif (title := title_of(item.get("title"))) is not None:
            kinds = item.get("pubtype")
            told[number] = Article(title, isinstance(kinds, list) and "Retracted Publication" in kinds)
    return told


def _records(answer: Any) -> Articles | None:
    """Read an answer of the ID converter; None if it is none."""
    records = answer.get("records") if isinstance(answer, dict) else None
    if not isinstance(records, list):
        return None
    told: Articles = {}
    for item in records:
        if not isinstance(item, dict):
            continue
        asked, found = item.get("requested-id"), item.get("pmcid")
        number = asked if isinstance(asked, str) else found
        if not isinstance(number, str):
            continue
        if item.get("status") == "error":
            told[number.upper()] = None
        elif isinstance(found, str) and str(item.get("live", "true")).lower() != "false":
            # "live" is false before an article is released (from the converter's older documentation: unsure).
            told[number.upper()] = Article()
    return told


UNKNOWN_PMID = Rule(
    "LW602",
    "unknown-pubmed-article",
    Verdict.BROKEN,
    "PubMed has no article with this number",
    "PubMed's API was asked twice for the number in this address and said both times that there is no such article, "
    "while it knew another one in the same question. Most often a digit is wrong or missing.",
    "Search PubMed for the title and put the right number into the list.",
)
UNKNOWN_PMCID = Rule(
    "LW603",
    "unknown-pmc-article",
    Verdict.BROKEN,
    "PubMed Central has no article with this number",
    "PubMed Central's API was asked twice for the number in this address and said both times that there is no such "
    "article, while it knew another one in the same question.",
    "Search PubMed Central for the title. If the full text is not there (any more), link to PubMed or to the DOI.",
)
OLD_ADDRESS = Rule(
    "LW604",
    "old-ncbi-address",
    Verdict.MOVED,
    "PubMed and PubMed Central have addresses of their own now",
    "The article exists. NCBI moved PubMed to pubmed.ncbi.nlm.nih.gov in 2020 and PubMed Central to "
    "pmc.ncbi.nlm.nih.gov in 2024, and redirects from the addresses below www.ncbi.nlm.nih.gov.",
    "Put the present address into the list.",
)
RETRACTED = Rule(
    "LW605",
    "retracted-in-pubmed",
    Verdict.DEGRADED,
    "PubMed marks this article as retracted",
    "The page of the article remains, and PubMed's record says that the article was retracted.",
    "Read the retraction notice, and decide whether the entry should stay.",
)

_PUBMED_PAGE = re.compile(r"/0*([1-9]\d{0,8})/?", re.ASCII)
# What follows the number is a part of the article: a figure, a table, its PDF. Files below /bin/ are none of PMC's
# pages: pictures and attachments, whose addresses broke in the move of 2024 (unsure); those are asked for themselves.
_PMC_PAGE = re.compile(r"/articles/PMC0*([1-9]\d{0,8})(?:/(?!bin/)(.*))?", re.ASCII | re.IGNORECASE)
_EUROPE_PMC_PAGE = re.compile(
    r"/(?:(?:article|abstract)/MED/0*(?P<med>[1-9]\d{0,8})|(?:articles?/(?:PMC/)?)PMC0*(?P<pmc>[1-9]\d{0,8}))/?",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Ref:
    """An article as an address names it.

    Attributes:
        number: a PMID, or a PMCID with its prefix.
        part: what part of the article is named, or "".
        present: the present address where this is an old one, else None.
    """

    number: str
    part: str = ""
    present: str | None = None

    @property
    def service(self) -> Service:
        """Who knows about it."""
        return PMC if self.number.startswith("PMC") else PUBMED


@dataclass(slots=True)
class _Word:
    """All that one service said in one call of ``check``.

    Attributes:
        articles: what it said; an absent one has been confirmed.
        failure: why it said nothing about the others.
    """

    articles: Articles = field(default_factory=dict)
    failure: NoAnswerError | None = None


class PubMed(Provider):
    """Settles addresses of articles at PubMed, PubMed Central and Europe PMC, which has PubMed's articles too."""

    name: ClassVar[str] = "pubmed"
    rank: ClassVar[int] = 150
    gathers: ClassVar[bool] = True
    per_question: ClassVar[int] = PER_QUESTION - 1  # the canary takes a place
    kind: ClassVar[Kind] = Kind.PAPER
    domains: ClassVar[frozenset[str] | None] = frozenset({"ncbi.nlm.nih.gov", "europepmc.org"})
    rules: ClassVar[tuple[Rule, ...]] = (UNKNOWN_PMID, UNKNOWN_PMCID, OLD_ADDRESS, RETRACTED)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("https://pubmed.ncbi.nlm.nih.gov/31565535/", "31565535"),
        Example("https://www.ncbi.nlm.nih.gov/pubmed/31565535", "31565535"),
        Example("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC6765366/figure/F1/", "PMC6765366"),
        Example("https://pmc.ncbi.nlm.nih.gov/articles/PMC6765366/", "PMC6765366"),
        Example("https://europepmc.org/article/MED/31565535", "31565535"),
        Example("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC6765366/bin/nihms-1037643-f0001.jpg", None),
        Example("https://www.ncbi.nlm.nih.gov/gene/672", None),
        Example("https://pubmed.ncbi.nlm.nih.gov/31565535/", None, image=True),
    )

    def claim(self, target: Target) -> str | None:
        """Give the PMID, or the PMCID with its prefix."""
        ref = _ref(target)
        return ref.number if ref is not None else None

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Evidence | Pass]:
        """Ask PubMed about all PMIDs and PMC about all PMCIDs, each once, and again for what was absent."""
        del now  # an article does not depend on the day
        groups = by_ident(claims)
        words = {
            service.who: await self._inquire(net, service, [n for n in groups if _Ref(n).service is service])
            for service in (PUBMED, PMC)
        }
        for number, group in groups.items():
            service = _Ref(number).service
            for claim in group:
                yield _settle(claim, number, service, words[service.who])

    async def _inquire(self, net: Net, service: Service, numbers: Sequence[str]) -> _Word:
        """Ask one service; an absent number is believed only twice, the second time beside one that is there."""
        word = _Word()
        if not numbers:
            return word
        try:
            word.articles = await service.ask(net, numbers, self.ctx.contact)
            absent = [n for n in numbers if n in word.articles and word.articles[n] is None]
            if not absent:
                return word
            for number in absent:
                del word.articles[number]
            second = await service.ask(net, [*absent, service.canary], self.ctx.contact)
        except NoAnswerError as failure:
            word.failure = failure
            return word
        there = second.get(service.canary) is not None
        word.articles |= {n: second[n] for n in absent if n in second and (there or second[n] is not None)}
        return word


def _ref(target: Target) -> _Ref | None:
    """Read a target as an article. What stands as a picture is not one: there the image provider must look."""
    place = place_of(target)
    reader = _READERS.get(place.host) if place is not None else None
    return reader(place.path) if place is not None and reader is not None else None


def _in_pubmed(path: str) -> _Ref | None:
    page = _PUBMED_PAGE.fullmatch(path)
    return _Ref(page[1]) if page else None


def _in_pmc(path: str) -> _Ref | None:
    page = _PMC_PAGE.fullmatch(path)
    return _Ref(f"PMC{page[1]}", page[2] or "") if page else None


def _in_europe_pmc(path: str) -> _Ref | None:
    page = _EUROPE_PMC_PAGE.fullmatch(path)
    return _Ref(page["med"] or f"PMC{page['pmc']}") if page else None


def _in_ncbi(path: str) -> _Ref | None:
    """Read a path at NCBI's main host, where PubMed and PMC used to be."""
    if path.startswith("/pmc/"):
        ref = _in_pmc(path.removeprefix("/pmc"))
        place = "https://pmc.ncbi.nlm.nih.gov/articles/"
    else:
        page = path.removeprefix("/m")  # the pages for small screens
        ref = _in_pubmed(page.removeprefix("/pubmed")) if page.startswith("/pubmed/") else None
        place = "https://pubmed.ncbi.nlm.nih.gov/"
    return replace(ref, present=f"{place}{ref.number}/{ref.part}") if ref is not None else None


_READERS: Mapping[str, Callable[[str], _Ref | None]] = MappingProxyType(
    {
        "pubmed.ncbi.nlm.nih.gov": _in_pubmed,
        "pmc.ncbi.nlm.nih.gov": _in_pmc,
        "ncbi.nlm.nih.gov": _in_ncbi,
        "europepmc.org": _in_europe_pmc,
    }
)


def _settle(claim: Claim, number: str, service: Service, word: _Word) -> Evidence:
    """Say what a service's word means for one link."""
    if number not in word.articles:
        if word.failure is not None:
            return next(batch_unverified([claim], str(word.failure), status=word.failure.status))
        why = f"{service.who} did not say plainly whether it has the article."
        return next(batch_unverified([claim], why))
    article = word.articles[number]
    if article is None:
        library, rule = ("PubMed Central", UNKNOWN_PMCID) if service is PMC else ("PubMed", UNKNOWN_PMID)
        named = number if service is PMC else f"the number {number}"
        asked = Fact(f"{service.who} was asked twice and has no {number}", url=service.endpoint)
        return Evidence.of(claim, rule, f"{library} has no article with {named}.", facts=(asked,))
    return _found(claim, service, article)


def _found(claim: Claim, service: Service, article: Article) -> Evidence:
    """Judge a link to an article that exists."""
    ref = _ref(claim.target) or _Ref("")
    facts = [
        Fact(f"{service.who} has the article", url=service.endpoint),
        Fact("the page itself was not asked: the site turns programs away"),
    ]
    if ref.part:
        facts.append(Fact("whether this part of the article is there was not asked"))
    suggestion = None
    if ref.present is not None:
        fragment = urlsplit(claim.target.address or "").fragment
        address = f"{ref.present}#{fragment}" if fragment else ref.present
        suggestion = Suggestion(address, "NCBI's present address of it", safe=not ref.part)
    if article.retracted:
        reason = "PubMed says that this article was retracted."
        return Evidence.of(claim, RETRACTED, reason, suggestion=suggestion, title=article.title, facts=tuple(facts))
    if suggestion is not None:
        reason = "The article exists, and NCBI redirects from this old address to a new one."
        return Evidence.of(claim, OLD_ADDRESS, reason, suggestion=suggestion, title=article.title, facts=tuple(facts))
    return Evidence.of(claim, title=article.title, facts=tuple(facts))
