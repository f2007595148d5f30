"""Articles in PubMed and PubMed Central: one request to each of NCBI's APIs, whose pages block programs."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from linkwarden.foreign import objects_at, text_at, title_of
from linkwarden.model import Basis, Claim, Evidence, Fact, Kind, Rule, Suggestion, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example
from linkwarden.providers.registry import Case, Outcome, Place, Registry, Reply, ask, by_ident, mail_address, unanswered
from linkwarden.records import dataclass

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
        title: as PubMed has it; the ID converter gives none.
        retracted: PubMed marks it as retracted.
    """

    title: str | None = None
    retracted: bool = False


#: Articles by number; None stands for one that the service says it does not have. A number that is missing is one
#: about which it said nothing plain.
Articles = dict[str, Article | None]


def _summaries(reply: Reply) -> Articles | None:
    """Return what ESummary says; None for another response (over the limit it is an object with ``error`` only)."""
    result = reply.table.get("result")
    if not isinstance(result, dict):
        return None
    said: Articles = {}
    for number, item in result.items():
        if not isinstance(item, dict) or str(item.get("uid", number)) != number:
            continue
        if "error" in item:
            said[number] = None
        elif (title := title_of(item.get("title"))) is not None:
            kinds = item.get("pubtype")
            said[number] = Article(title, isinstance(kinds, list) and "Retracted Publication" in kinds)
    return said


def _records(reply: Reply) -> Articles | None:
    """Return what the ID converter says; None if it is no such response."""
    if not isinstance(reply.table.get("records"), list):
        return None
    said: Articles = {}
    for item in objects_at(reply.value, "records"):
        found = text_at(item, "pmcid")
        number = text_at(item, "requested-id") or found
        if number and item.get("status") == "error":
            said[number.upper()] = None
        elif number and found and str(item.get("live", "true")).lower() != "false":
            # "live" is false before an article is released (from the converter's older documentation: unsure).
            said[number.upper()] = Article()
    return said


@dataclass(frozen=True, slots=True)
class Service:
    """One of the two services.

    Attributes:
        who: its name, as the subject of a sentence.
        endpoint: where it is asked.
        purpose: short words for logs.
        numbers: the parameter that names articles.
        options: the others. The converter takes numbers of one kind at a time and has to be told which.
        read: reads a response.
        canary: an article that it certainly has, the example in NCBI's own documentation. It rides along when absent
            numbers are asked for again: a service that fails for single numbers fails for this one too.
    """

    who: str
    endpoint: str
    purpose: str
    numbers: str
    options: Mapping[str, str]
    read: Callable[[Reply], Articles | None]
    canary: str

    async def ask(self, net: Net, numbers: Sequence[str], contact: str | None) -> tuple[Articles | None, Reply]:
        """Ask which of the numbers it has, in one request; None if the response is of no use.

        Args:
            net: the network.
            numbers: at most ``PER_QUESTION`` of them: PMIDs, or PMCIDs with their prefix.
            contact: the user's contact; NCBI takes a mail address only.
        """
        mail = mail_address(contact)
        query = {self.numbers: ",".join(numbers), **self.options, "tool": "linkwarden"} | (
            {"email": mail} if mail else {}
        )
        url = f"{self.endpoint}?{urlencode(query, safe=',@')}"
        reply = await ask(net, url, self.purpose, max_bytes=_MAX_BYTES)
        return self.read(reply) if reply.status == 200 else None, reply


PUBMED = Service(
    "PubMed's API", SUMMARIES, "pubmed-api", "id", {"db": "pubmed", "retmode": "json"}, _summaries, "23193287"
)
PMC = Service(
    "PubMed Central's API", CONVERTER, "pmc-api", "ids", {"idtype": "pmcid", "format": "json"}, _records, "PMC3531190"
)

UNKNOWN_PMID = Rule(
    "LW602",
    "unknown-pubmed-article",
    Verdict.BROKEN,
    "PubMed has no article with this number",
    "PubMed's API was asked twice for the number in this URL and said both times that there is no such article, "
    "while it knew another one in the same request. Most often a digit is wrong or missing.",
    "Search PubMed for the title and put the right number into the list.",
)
UNKNOWN_PMCID = Rule(
    "LW603",
    "unknown-pmc-article",
    Verdict.BROKEN,
    "PubMed Central has no article with this number",
    "PubMed Central's API was asked twice for the number in this URL and said both times that there is no such "
    "article, while it knew another one in the same request.",
    "Search PubMed Central for the title. If the full text is not there (any more), link to PubMed or to the DOI.",
)
OLD_ADDRESS = Rule(
    "LW604",
    "old-ncbi-address",
    Verdict.MOVED,
    "PubMed and PubMed Central have URLs of their own now",
    "The article exists. NCBI moved PubMed to pubmed.ncbi.nlm.nih.gov in 2020 and PubMed Central to "
    "pmc.ncbi.nlm.nih.gov in 2024, and redirects from the URLs below www.ncbi.nlm.nih.gov.",
    "Put the present URL into the list.",
)
RETRACTED = Rule(
    "LW605",
    "retracted-in-pubmed",
    Verdict.DEGRADED,
    "PubMed marks this article as retracted",
    "The page of the article remains, and PubMed's record says that the article was retracted.",
    "Read the retraction notice, and decide whether the entry should stay.",
)

_PUBMED_PAGE = pattern(r"/0*([1-9]\d{0,8})/?", re.ASCII)
# What follows the number is a part of the article: a figure, a table, its PDF. Files below /bin/ are none of PMC's
# pages: images and attachments, whose URLs broke in the move of 2024 (unsure); those are asked for themselves.
_PMC_PAGE = pattern(r"/articles/PMC0*([1-9]\d{0,8})(?:/(?!bin/)(.*))?", re.ASCII | re.IGNORECASE)
_EUROPE_PMC_PAGE = pattern(
    r"/(?:(?:article|abstract)/MED/0*(?P<med>[1-9]\d{0,8})|(?:articles?/(?:PMC/)?)PMC0*(?P<pmc>[1-9]\d{0,8}))/?",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Ref:
    """An article as a URL names it.

    Attributes:
        ident: a PMID, or a PMCID with its prefix.
        part: what part of the article is named, or "".
        present: the present URL where this is an old one, else None.
    """

    ident: str
    part: str = ""
    present: str | None = None


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
    return replace(ref, present=f"{place}{ref.ident}/{ref.part}") if ref is not None else None


_READERS: Mapping[str, Callable[[str], _Ref | None]] = MappingProxyType(
    {
        "pubmed.ncbi.nlm.nih.gov": _in_pubmed,
        "pmc.ncbi.nlm.nih.gov": _in_pmc,
        "ncbi.nlm.nih.gov": _in_ncbi,
        "europepmc.org": _in_europe_pmc,
    }
)


class PubMed(Registry[_Ref]):
    """Settles URLs of articles at PubMed, PubMed Central and Europe PMC, which has PubMed's articles too."""

    name = "pubmed"
    title = "PubMed"
    rank = 150
    gathers = True
    per_question = PER_QUESTION - 1  # the canary takes a place
    kind = Kind.PAPER
    domains = frozenset(_READERS)
    rules = (UNKNOWN_PMID, UNKNOWN_PMCID, OLD_ADDRESS, RETRACTED)
    examples = (
        Example("https://pubmed.ncbi.nlm.nih.gov/31565535/", "31565535"),
        Example("https://www.ncbi.nlm.nih.gov/pubmed/31565535", "31565535"),
        Example("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC6765366/figure/F1/", "PMC6765366"),
        Example("https://pmc.ncbi.nlm.nih.gov/articles/PMC6765366/", "PMC6765366"),
        Example("https://europepmc.org/article/MED/31565535", "31565535"),
        Example("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC6765366/bin/nihms-1037643-f0001.jpg", None),
        Example("https://www.ncbi.nlm.nih.gov/gene/672", None),
        Example("https://pubmed.ncbi.nlm.nih.gov/31565535/", None, image=True),
    )

    def read(self, place: Place) -> _Ref | None:
        return _READERS[place.host](place.path)

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Outcome]:
        """Ask PubMed about all PMIDs and PMC about all PMCIDs, each once, and again for what was absent."""
        del now  # an article does not depend on the day
        groups = by_ident(self.cases(claims))
        for service in (PUBMED, PMC):
            numbers = [number for number in groups if number.startswith("PMC") == (service is PMC)]
            if not numbers:
                continue
            articles, silence = await self._inquire(net, service, numbers)
            for number in numbers:
                if number in articles:
                    for case in groups[number]:
                        yield _judge(case, service, articles[number])
                else:
                    why = "" if silence else "did not say plainly whether it has the article"
                    for item in unanswered(groups[number], service.who, silence or Reply(service.endpoint), why):
                        yield item

    async def _inquire(self, net: Net, service: Service, numbers: Sequence[str]) -> tuple[Articles, Reply | None]:
        """Ask one service; an absent number is believed only twice, the second time beside one that is there.

        Returns what it said, and the response that was of no use, if one was.
        """
        articles, reply = await service.ask(net, numbers, self.ctx.contact)
        if articles is None:
            return {}, reply
        absent = [number for number in numbers if number in articles and articles[number] is None]
        if not absent:
            return articles, None
        known = {number: article for number, article in articles.items() if number not in absent}
        second, reply = await service.ask(net, [*absent, service.canary], self.ctx.contact)
        if second is None:
            return known, reply
        there = second.get(service.canary) is not None
        return known | {n: second[n] for n in absent if n in second and (there or second[n] is not None)}, None


def _judge(case: Case[_Ref], service: Service, article: Article | None) -> Evidence:
    """Return what a service's word means for one link."""
    ref = case.ref
    if article is None:
        rule = UNKNOWN_PMCID if service is PMC else UNKNOWN_PMID
        named = f"PubMed Central has no article with {ref.ident}."
        if service is PUBMED:
            named = f"PubMed has no article with the number {ref.ident}."
        asked = Fact(f"{service.who} was asked twice and has no {ref.ident}", url=service.endpoint)
        return Evidence.of(case.claim, rule, named, facts=(asked,))
    facts: tuple[Fact, ...] = (
        Fact(f"{service.who} has the article", url=service.endpoint),
        Fact("the page itself was not requested: the site blocks programs"),
    )
    if ref.part:
        facts = (*facts, Fact("whether this part of the article is there was not asked"))
    better = None
    if ref.present is not None:
        fragment = urlsplit(case.url).fragment
        url = f"{ref.present}#{fragment}" if fragment else ref.present
        better = Suggestion(url, "NCBI's present URL of it", Basis.GUESS if ref.part else Basis.SAME_IDENTIFIER)
    if article.retracted:
        rule, reason = RETRACTED, "PubMed says that this article was retracted."
    elif better is not None:
        rule, reason = OLD_ADDRESS, "The article exists, and NCBI redirects from this old URL to a new one."
    else:
        return Evidence.of(case.claim, title=article.title, facts=facts)
    return Evidence.of(case.claim, rule, reason, suggestion=better, title=article.title, facts=facts)
