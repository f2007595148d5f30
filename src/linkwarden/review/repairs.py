"""Repairs: what fails and has no suggestion gets one, where the same thing answers at another URL."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import unicodedata
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from linkwarden import closed
from linkwarden.answers import rules as http
from linkwarden.model import FAILING, WORKING, Basis, Evidence, Fact, Result, Suggestion, Target, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.offline.signed import advice
from linkwarden.providers.offline.signed import provider as signed_url
from linkwarden.providers.papers.arxiv.provider import Arxiv
from linkwarden.review._asking import ORDINARY, Asker, asked_by, in_lanes
from linkwarden.review._base import Needs, Once, Review
from linkwarden.review.siblings import ask_sibling, same_everywhere
from linkwarden.soft404.judge import PageDoubt
from linkwarden.soft404.siblings import sibling_of
from linkwarden.text import host_of, mask_secrets
from linkwarden.url import parse

if TYPE_CHECKING:
    from linkwarden.net import Net

#: More guesses than this are not worth a host's time.
MAX_CANDIDATES = 2

#: What the end or the fault of a signature looks like; the file itself may be open to all.
_SIGNATURE = frozenset(
    rule.code for rule in (signed_url.EXPIRED, signed_url.MALFORMED, http.OBJECT_EXPIRED, http.SIGNATURE_REFUSED)
)
#: Amazon S3, Google Cloud Storage and Azure name a file by host and path; the query only signs the request.
_STORES = ("*.amazonaws.com", "*.amazonaws.com.cn", "*.storage.googleapis.com", "*.blob.core.windows.net")
#: The Computer Vision Foundation's library: paths are case-sensitive and differ by year, and until 2016 it stood at
#: another host (docs/facts/services.md#proceedings).
_CVF = pattern(r"https?://openaccess\.thecvf\.com/+(.+)", re.IGNORECASE)
_CVF_BEFORE = pattern(r"https?://(?:www\.)?cv-foundation\.org/+openaccess/+(.+)", re.IGNORECASE)
_CVF_MEETING = pattern(r"(content_)([A-Za-z]+)(_\d{4})")
#: Old URLs of the ACL Anthology and of NeurIPS, whose papers kept their numbers (docs/facts/services.md#proceedings).
_ACL_BEFORE = pattern(
    r"https?://(?:www\.)?aclweb\.org/+anthology(?:-new)?/+(?:[A-Z]/[A-Z]\d\d/)?"
    r"([A-Z]\d\d-\d{4}|\d{4}\.[\w-]{1,40}\.\d{1,5})((?:v\d)?\.pdf)?/?\Z"
)
_NIPS_FILE = pattern(
    r"https?://(?:papers|books)\.(?:nips|neurips)\.cc/+paper/(\d{1,5}-[\w-]{1,200})\.pdf\Z", re.IGNORECASE
)
#: Second-level names below which people register theirs (``example.co.uk``).
_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "go", "ne", "net", "or", "org"})


def candidates(result: Result) -> list[Suggestion]:
    """Return the URLs, without fragment, under which a lost link's target may be found; the most likely first.

    Args:
        result: a link that fails and has no suggestion.
    """
    address = (result.target.address or "").partition("#")[0]
    rule = result.evidence.rule
    asked = {fact.url for fact in result.evidence.facts}
    found: dict[str, Suggestion] = {}
    if (successor := _successor(result.target.address or "")) is not None:
        guesses = iter([successor])
    elif rule is not None and rule.code in _SIGNATURE:
        guesses = _unsigned(address)
    elif rule is not None and rule.verdict is Verdict.BROKEN and result.evidence.checked_by in ORDINARY:
        guesses = _elsewhere(address, rule.code)
    else:
        return []
    for guess in guesses:
        if guess.url != address and guess.url not in asked:
            found.setdefault(guess.url, guess)
    return list(found.values())[:MAX_CANDIDATES]


def _successor(address: str) -> Suggestion | None:
    """Return where the thing behind a closed service's URL probably is today; None where that is unknown or certain."""
    url = parse(address)
    service = closed.find(url) if url is not None else None
    return service.guess(url) if service is not None and url is not None else None


def _unsigned(address: str) -> Iterator[Suggestion]:
    """The file without its signature, unless it comes from a site that keeps all its files private (Notion, say)."""
    parsed = parse(address)
    plain = address.partition("?")[0]
    if parsed is None or plain == address or not parsed.on(*_STORES) or advice.site_of(parsed) is not None:
        return
    why = "the file is public without the signature, and this URL does not expire"
    yield Suggestion(plain, why, Basis.SAME_FILE)


def _elsewhere(address: str, code: str) -> Iterator[Suggestion]:
    yield from _vision_library(address)
    yield from _moved_archive(address)
    parts = urlsplit(address)
    host = host_of(address)
    if host != parts.netloc.lower():
        return  # a port or user info: nothing follows for other hosts
    rest = address.split("//", 1)[1][len(parts.netloc) :]
    no_such_host = code == http.NO_SUCH_HOST.code
    if parts.scheme.lower() == "http" and not no_such_host:
        why = "the same URL works over https"
        basis = Basis.SAME_FILE if code == http.CONNECTION_REFUSED.code else Basis.GUESS
        yield Suggestion(f"https://{host}{rest}", why, basis)
    other = _other(host)
    if other is not None:
        why = f"the same page works at {other}"
        yield Suggestion(f"https://{other}{rest}", why, Basis.OTHER_SITE)
        if parts.scheme.lower() == "http" and no_such_host:
            yield Suggestion(f"http://{other}{rest}", why, Basis.OTHER_SITE)


def _vision_library(address: str) -> Iterator[Suggestion]:
    before = _CVF_BEFORE.match(address)
    found = before or _CVF.match(address)
    if found is None:
        return
    rest = found[1]
    if before is not None:
        yield Suggestion(
            f"https://openaccess.thecvf.com/{rest}", "the library of the CVF moved to this host", Basis.SUCCESSOR
        )
    other = _CVF_MEETING.sub(lambda m: f"{m[1]}{m[2].upper() if m[2].islower() else m[2].lower()}{m[3]}", rest, count=1)
    if other != rest:
        yield Suggestion(f"https://openaccess.thecvf.com/{other}", "the path is case-sensitive; this spelling works")


def _moved_archive(address: str) -> Iterator[Suggestion]:
    acl = _ACL_BEFORE.match(address)
    if acl is not None:
        why = "the ACL Anthology moved to this host"
        yield Suggestion(f"https://aclanthology.org/{acl[1]}{acl[2] or '/'}", why, Basis.SUCCESSOR)
    nips = _NIPS_FILE.match(address)
    if nips is not None:
        yield Suggestion(f"https://papers.nips.cc/paper/{nips[1]}", "the page of the paper", Basis.SUCCESSOR)


def _other(host: str) -> str | None:
    """Return a site's other name, with or without ``www.``, or None where there is no such habit."""
    if host.startswith("www."):
        return host.removeprefix("www.") if host.count(".") > 1 else None
    labels = host.split(".")
    if len(labels) == 2 or (len(labels) == 3 and len(labels[2]) == 2 and labels[1] in _SECOND_LEVEL):
        return None if _is_ip(host) else f"www.{host}"
    return None


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


_PAGE = pattern(r"https?://(?:www\.)?paperswithcode\.com/paper/([a-z0-9-]+)/?(?:[?#].*)?\Z", re.IGNORECASE)
#: Papers with Code cut the names of its pages at a word, so that they stay within this length [U: seen, not stated].
_LONGEST_NAME = 50


def papers_by_name(results: Sequence[Result]) -> Mapping[str, str]:
    """Return the arXiv URLs of a list by the titles of their papers, written as names of pages are."""
    found: dict[str, str] = {}
    for result in results:
        evidence, address = result.evidence, result.target.address
        is_paper = evidence.checked_by == Arxiv.name and result.judgement.verdict in WORKING
        if is_paper and evidence.title and address:
            found.setdefault(_name(evidence.title), address)
    return found


def paper_behind(address: str, papers: Mapping[str, str]) -> Suggestion | None:
    """Return the arXiv URL of the paper that a page of Papers with Code was about, if the list has it."""
    page = _PAGE.match(address)
    if page is None:
        return None
    wanted = page[1].lower().strip("-")
    better = papers.get(wanted) or next((url for name, url in papers.items() if _is_cut(wanted, name)), None)
    if better is None:
        return None
    return Suggestion(better, "the paper itself at arXiv, which this list links elsewhere", Basis.SAME_TITLE)


def _name(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))


def _is_cut(wanted: str, name: str) -> bool:
    """Return whether ``wanted`` is ``name`` without the words that did not fit."""
    if not name.startswith(wanted + "-"):
        return False
    next_word = name[len(wanted) + 1 :].partition("-")[0]
    return len(wanted) + 1 + len(next_word) > _LONGEST_NAME


#: Other URLs that are tried in a run, for each page or image of it …
SHARE = 0.1
#: … but so many, however short the list is.
AT_LEAST = 20


class RepairsReview(Review):
    """Looks for the working alternative to a broken URL."""

    name: ClassVar[str] = "repairs"
    rank: ClassVar[int] = 80
    doing: ClassVar[str] = "looking for repairs"
    needs: ClassVar[Needs] = Needs.LINK

    def wants(self, result: Result) -> bool:
        if result.judgement.verdict not in FAILING or result.judgement.suggestion is not None:
            return False
        if _PAGE.match(result.target.address or "") is not None:
            return False  # its paper may stand anywhere in the list
        return bool(candidates(result))

    def may_change(self, result: Result) -> bool:
        if result.judgement.verdict not in FAILING or result.judgement.suggestion is not None:
            return False
        if _PAGE.match(result.target.address or "") is not None:
            return True
        asked = (asked_by(result.target), result.target.key)
        return not all(self.once.has((asked[0], guess.url, asked[1])) for guess in candidates(result))

    async def begin(self, results: Sequence[Result], net: Net, now: datetime) -> AsyncIterator[Evidence]:
        """Ask for the first candidates, so many as there is room for in the shortest list."""
        search = _Search(self.once, Asker(self.ctx, net, now), net, ())
        for result in results:
            guesses = candidates(result)
            if any(self.ctx.is_listed(guess.url) for guess in guesses):
                continue  # what is found about it may spare the request
            if guesses and self.once.put + len(guesses) <= AT_LEAST:
                found = await search.first_alive(result, guesses)
                if found is not None:
                    yield found

    async def look(self, results: Sequence[Result], net: Net, now: datetime) -> AsyncIterator[Evidence]:
        """Return the evidence of failing links again, with a suggestion, where one was found."""
        papers = papers_by_name(results)
        search = _Search(self.once, Asker(self.ctx, net, now), net, results)
        left = max(AT_LEAST, int(SHARE * sum(r.evidence.checked_by in ORDINARY for r in results)))
        jobs = []
        for result in results:
            if result.judgement.verdict not in FAILING or result.judgement.suggestion is not None:
                continue
            address = result.target.address or ""
            paper = paper_behind(address, papers)
            if paper is not None:
                yield replace(result.evidence, suggestion=paper)
            elif (guesses := candidates(result)) and len(guesses) <= left:
                left -= len(guesses)
                jobs.append((host_of(address), partial(search.first_alive, result, guesses)))
        for evidence in await in_lanes(jobs):
            if evidence is not None:
                yield evidence


class _Search:
    """Asks for candidates, each once however many links it may fix."""

    def __init__(self, once: Once, asker: Asker, net: Net, results: Sequence[Result]) -> None:
        self._once = once
        self._asker = asker
        self._net = net
        self._asked: dict[tuple[str, str], asyncio.Future[Evidence | None]] = {}
        self._known = {
            (r.evidence.checked_by, r.target.address): r.evidence for r in results if r.target.address is not None
        }

    async def first_alive(self, result: Result, guesses: Sequence[Suggestion]) -> Evidence | None:
        """Return a link's evidence with the first candidate that is what the link promises; None if none is."""
        for guess in guesses:
            better = _accepted(guess, await self._judged(result.target, guess.url))
            if better is not None:
                fact = Fact("the suggested URL works", url=mask_secrets(better.url))
                with_fragment = replace(better, url=better.url + _fragment(result.target, better.url))
                return replace(result.evidence, suggestion=with_fragment, facts=(*result.evidence.facts, fact))
        return None

    async def _judged(self, target: Target, url: str) -> Evidence | None:
        provider = asked_by(target)
        question = provider, url
        if question in self._known:
            return self._known[question]
        if question not in self._asked:
            there = replace(target, key=url, url=url, address=url)
            put = self._once.ask((*question, target.key), lambda: self._ask(there))
            self._asked[question] = asyncio.ensure_future(put)
        return await self._asked[question]

    async def _ask(self, target: Target) -> Evidence | None:
        found = (await self._asker.judge([target], asked_by(target))).get(target.key)
        if found is None or not isinstance(found.doubt, PageDoubt):
            return found
        other = await ask_sibling(self._net, sibling_of(target.url))
        return (other and same_everywhere(target, found, found.doubt, other)) or found


def _accepted(guess: Suggestion, evidence: Evidence | None) -> Suggestion | None:
    """Return the candidate if it is all right, or the permanent new URL that it leads to; else None."""
    if evidence is None:
        return None
    if evidence.rule is None:
        return guess
    if evidence.rule.verdict is Verdict.MOVED and evidence.suggestion is not None:
        return Suggestion(evidence.suggestion.url, f"{guess.why}, and redirects here permanently", Basis.REDIRECT)
    return None


def _fragment(target: Target, url: str) -> str:
    """Return the fragment that a link keeps at its new URL."""
    _, mark, fragment = (target.address or "").partition("#")
    return mark + fragment if fragment and "#" not in url else ""
