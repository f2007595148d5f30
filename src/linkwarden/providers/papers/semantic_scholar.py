"""Papers at Semantic Scholar: one batch question to its API, because its pages stand behind a bot wall.

Source: Semantic Scholar Academic Graph API, "Get details for multiple papers at once" (``POST /paper/batch``).
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from linkwarden.answers.read import batch_unverified
from linkwarden.model import Claim, Evidence, Fact, Kind, Pass, Rule, Suggestion, Target, Verdict
from linkwarden.providers.base import Example, Provider, by_ident
from linkwarden.providers.registry import NoAnswerError, Place, ask_json, odd_answer, place_of, title_of
from linkwarden.wire import Request

if TYPE_CHECKING:
    from linkwarden.net import Net

UNKNOWN_PAPER = Rule(
    "LW600",
    "unknown-to-semantic-scholar",
    Verdict.SUSPECT,
    "Semantic Scholar no longer knows this paper",
    "Semantic Scholar's API was asked twice for the number in this address and does not know it, while it knew another "
    "paper in the same question. Numbers disappear when records of one paper are merged. The API and the site are not "
    "always of one mind, so this is a strong hint and no proof.",
    "Open the address in a browser. If the page is not there, search for the title, or link to the paper's DOI or to "
    "arXiv, whose addresses last.",
)
MERGED = Rule(
    "LW601",
    "merged-at-semantic-scholar",
    Verdict.MOVED,
    "Semantic Scholar keeps this paper under another number now",
    "Semantic Scholar had several records of one paper and has merged them. The old number still leads to the paper.",
    "Put the present address into the list.",
)

ENDPOINT = "https://api.semanticscholar.org/graph/v1/paper/batch"
#: Papers in one question, by the API's documentation.
PER_QUESTION = 500
#: A paper that Semantic Scholar certainly has: the example of its own documentation, about Semantic Scholar itself.
#: It rides along in each question: where none of the papers is known the API answers 400 and not with nulls, and an
#: answer that lacks this paper proves nothing about the others.
CANARY = "649def34f8be52c8b66281af98ae884c09aef38b"
_MAX_BYTES = 4 * 1024 * 1024
_WHO = "Semantic Scholar's API"

_SHA = re.compile(r"[0-9a-f]{40}")
_PAGE = re.compile(r"/paper/(?:[^/]+/)?([0-9a-f]{40})/?", re.IGNORECASE)
# What Semantic Scholar's own short addresses may name; Wikipedia links by CorpusID, arXiv by arXiv number.
_SHORT = re.compile(
    r"/(?:(?P<corpus>CorpusID):(?P<n>[1-9]\d{0,14})|arXiv:(?P<id>[\w.-]+(?:/\d{7})?))/?", re.ASCII | re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Paper:
    """What the API says about one paper: its present number, and its title where it has one."""

    sha: str
    title: str | None


class SemanticScholar(Provider):
    """Settles addresses of papers at Semantic Scholar; figures, authors and PDFs are not papers to it.

    ``pdfs.semanticscholar.org`` is left to others: its numbers are those of files.
    """

    name: ClassVar[str] = "semantic-scholar"
    rank: ClassVar[int] = 140
    gathers: ClassVar[bool] = True
    per_question: ClassVar[int] = PER_QUESTION - 1  # the canary takes a place
    kind: ClassVar[Kind] = Kind.PAPER
    domains: ClassVar[frozenset[str] | None] = frozenset({"semanticscholar.org"})
    rules: ClassVar[tuple[Rule, ...]] = (UNKNOWN_PAPER, MERGED)
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "https://www.semanticscholar.org/paper/COIN%3A-COmpression-with-Implicit-Neural-Dupont-Goli'nski/"
            "1bf444b861acc3dad72d968c2c69bcb863885ff9",
            "1bf444b861acc3dad72d968c2c69bcb863885ff9",
        ),
        Example(
            "http://semanticscholar.org/paper/38f93092ece8eee9771e61c1edaf11b1293cae1b#citing-papers",
            "38f93092ece8eee9771e61c1edaf11b1293cae1b",
        ),
        Example("https://api.semanticscholar.org/CorpusID:215416146", "CorpusId:215416146"),
        Example("https://api.semanticscholar.org/arXiv:2106.15928", "ARXIV:2106.15928"),
        Example("https://pdfs.semanticscholar.org/3726/b82007512a15a530fd1adad57af58a9abb62.pdf", None),
        Example("https://www.semanticscholar.org/author/Y.-LeCun/1688882", None),
        Example("https://www.semanticscholar.org/paper/38f93092ece8eee9771e61c1edaf11b1293cae1b", None, image=True),
    )

    def claim(self, target: Target) -> str | None:
        """Give the paper as the API names it: 40 hexadecimal digits, ``CorpusId:n`` or ``ARXIV:id``."""
        place = place_of(target)
        return _ident(place) if place is not None else None

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Evidence | Pass]:
        """Ask for all papers at once, and again for those that the first answer did not have."""
        del now  # a paper does not depend on the day
        groups = by_ident(claims)
        try:
            papers = await _ask(net, list(groups))
        except NoAnswerError as failure:
            for item in batch_unverified(claims, str(failure), status=failure.status):
                yield item
            return
        absent = [ident for ident, paper in papers.items() if paper is None]
        doubt: NoAnswerError | None = None
        if absent:
            try:
                papers |= await _ask(net, absent)
            except NoAnswerError as failure:
                doubt = failure
        for ident, group in groups.items():
            paper = papers[ident]
            if paper is None and doubt is not None:
                for item in batch_unverified(group, str(doubt), status=doubt.status):
                    yield item
                continue
            for claim in group:
                yield _settle(claim, ident, paper)


def _ident(place: Place) -> str | None:
    if place.host == "semanticscholar.org":
        page = _PAGE.fullmatch(place.path)
        return page[1].lower() if page else None
    short = _SHORT.fullmatch(place.path) if place.host == "api.semanticscholar.org" else None
    if short is None:
        return None
    return f"CorpusId:{short['n']}" if short["corpus"] else f"ARXIV:{short['id']}"


async def _ask(net: Net, idents: Sequence[str]) -> dict[str, _Paper | None]:
    """Ask for papers; None stands for one that the API does not know.

    Raises:
        NoAnswerError: the answer is none, or does not fit the question.
    """
    wanted = list(dict.fromkeys([*idents, CANARY]))
    ask = Request(
        url=f"{ENDPOINT}?fields=title",
        purpose="semantic-scholar-api",
        method="POST",
        accept="application/json",
        body=json.dumps({"ids": wanted}).encode(),
        headers={"content-type": "application/json"},
        max_bytes=_MAX_BYTES,
    )
    status, answer = await ask_json(net, ask, _WHO)
    if not isinstance(answer, list) or len(answer) != len(wanted):
        raise odd_answer(_WHO, status)
    papers = {ident: _paper(item, status) for ident, item in zip(wanted, answer, strict=True)}
    if papers[CANARY] is None or not _in_order(papers):
        raise odd_answer(_WHO, status)
    return {ident: papers[ident] for ident in idents}


def _paper(item: object, status: int) -> _Paper | None:
    """Read one place of the answer.

    Raises:
        NoAnswerError: it is neither null nor a paper.
    """
    if item is None:
        return None
    sha = item.get("paperId") if isinstance(item, dict) else None
    if not isinstance(item, dict) or not isinstance(sha, str) or not _SHA.fullmatch(sha):
        raise odd_answer(_WHO, status)
    return _Paper(sha, title_of(item.get("title")))


def _in_order(papers: dict[str, _Paper | None]) -> bool:
    """Tell whether the answer stands in the order of the question.

    Places are all that joins the two. A paper may come back under another number, and that number may have been asked
    for as well; but then its own place holds it too.
    """
    for paper in papers.values():
        there = papers.get(paper.sha) if paper is not None else None
        if there is not None and paper is not None and there.sha != paper.sha:
            return False
    return True


def _settle(claim: Claim, ident: str, paper: _Paper | None) -> Evidence:
    if paper is None:
        return Evidence.of(
            claim,
            UNKNOWN_PAPER,
            "Semantic Scholar does not know the paper that this address names.",
            facts=(Fact(f"{_WHO} was asked twice for {ident} and gave nothing for it", url=ENDPOINT),),
        )
    facts = (
        Fact(f"{_WHO} has the paper", url=ENDPOINT),
        Fact("the page itself was not asked: the site turns programs away"),
    )
    if _SHA.fullmatch(ident) and paper.sha != ident:
        address = f"https://www.semanticscholar.org/paper/{paper.sha}"
        return Evidence.of(
            claim,
            MERGED,
            "Semantic Scholar has the paper under another number now.",
            suggestion=Suggestion(address, "its present address there", safe=True),
            title=paper.title,
            facts=facts,
        )
    return Evidence.of(claim, title=paper.title, facts=facts)
