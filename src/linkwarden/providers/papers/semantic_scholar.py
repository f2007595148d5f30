"""Papers at Semantic Scholar: one batch request to its API, because its pages stand behind a bot wall.

Source: Semantic Scholar Academic Graph API, "Get details for multiple papers at once" (``POST /paper/batch``).
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from linkwarden.foreign import at, text_at, title_of
from linkwarden.model import Basis, Claim, Evidence, Fact, Kind, Rule, Suggestion, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example
from linkwarden.providers.registry import Case, Outcome, Place, Registry, Reply, Thing, ask, by_ident, unanswered
from linkwarden.records import dataclass

if TYPE_CHECKING:
    from linkwarden.net import Net

UNKNOWN_PAPER = Rule(
    "LW600",
    "unknown-to-semantic-scholar",
    Verdict.SUSPECT,
    "Semantic Scholar no longer knows this paper",
    "Semantic Scholar's API was asked twice for the number in this URL and does not know it, while it knew another "
    "paper in the same request. Numbers disappear when records of one paper are merged. The API and the site are not "
    "always of one mind, so this is a strong hint and no proof.",
    "Open the URL in a browser. If the page is not there, search for the title, or link to the paper's DOI or to "
    "arXiv, whose URLs last.",
)
MERGED = Rule(
    "LW601",
    "merged-at-semantic-scholar",
    Verdict.MOVED,
    "Semantic Scholar keeps this paper under another number now",
    "Semantic Scholar had several records of one paper and has merged them. The old number still leads to the paper.",
    "Put the present URL into the list.",
)

ENDPOINT = "https://api.semanticscholar.org/graph/v1/paper/batch"
#: Papers in one request, by the API's documentation.
PER_QUESTION = 500
#: A paper that Semantic Scholar certainly has: the example of its own documentation, about Semantic Scholar itself.
#: It rides along in each request: where none of the papers is known the API answers 400 and not with nulls, and an
#: answer that lacks this paper proves nothing about the others.
CANARY = "649def34f8be52c8b66281af98ae884c09aef38b"
_MAX_BYTES = 4 * 1024 * 1024
_WHO = "Semantic Scholar's API"

_SHA = pattern(r"[0-9a-f]{40}")
_PAGE = pattern(r"/paper/(?:[^/]+/)?([0-9a-f]{40})/?", re.IGNORECASE)
# What Semantic Scholar's own short URLs may name; Wikipedia links by CorpusID, arXiv by arXiv number.
_SHORT = pattern(
    r"/(?:(?P<corpus>CorpusID):(?P<n>[1-9]\d{0,14})|arXiv:(?P<id>[\w.-]+(?:/\d{7})?))/?", re.ASCII | re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Paper:
    """What the API says about one paper: its present number, and its title where it has one."""

    sha: str
    title: str | None


class SemanticScholar(Registry[Thing]):
    """Settles URLs of papers at Semantic Scholar; figures, authors and PDFs are not papers to it.

    ``pdfs.semanticscholar.org`` is left to others: its numbers are those of files.
    """

    name = "semantic-scholar"
    title = "Semantic Scholar"
    rank = 140
    gathers = True
    per_question = PER_QUESTION - 1  # the canary takes a place
    kind = Kind.PAPER
    domains = frozenset({"semanticscholar.org", "api.semanticscholar.org"})
    rules = (UNKNOWN_PAPER, MERGED)
    examples = (
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

    def read(self, place: Place) -> Thing | None:
        """Return the paper as the API names it: 40 hexadecimal digits, ``CorpusId:n`` or ``ARXIV:id``."""
        if place.host == "semanticscholar.org":
            page = _PAGE.fullmatch(place.path)
            return Thing(page[1].lower()) if page else None
        short = _SHORT.fullmatch(place.path)
        if short is None:
            return None
        return Thing(f"CorpusId:{short['n']}" if short["corpus"] else f"ARXIV:{short['id']}")

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Outcome]:
        """Ask for all papers at once, and again for those that the first response did not have."""
        del now  # a paper does not depend on the day
        groups = by_ident(self.cases(claims))
        papers, reply = await _ask(net, list(groups))
        absent = [ident for ident, paper in papers.items() if paper is None]
        if absent:
            second, reply = await _ask(net, absent)
            papers = {ident: papers[ident] for ident in papers if ident not in absent} | second
        for ident, cases in groups.items():
            if ident not in papers:
                for item in unanswered(cases, _WHO, reply):
                    yield item
                continue
            for case in cases:
                yield _judge(case, papers[ident])


async def _ask(net: Net, idents: Sequence[str]) -> tuple[dict[str, _Paper | None], Reply]:
    """Ask for papers; None stands for one that the API does not know. A response that does not fit holds none."""
    wanted = list(dict.fromkeys([*idents, CANARY]))
    reply = await ask(
        net,
        f"{ENDPOINT}?fields=title",
        "semantic-scholar-api",
        method="POST",
        body=json.dumps({"ids": wanted}).encode(),
        headers={"content-type": "application/json"},
        max_bytes=_MAX_BYTES,
    )
    items = reply.value if reply.status == 200 else None
    if not isinstance(items, list) or len(items) != len(wanted):
        return {}, reply
    papers: dict[str, _Paper | None] = {}
    for ident, item in zip(wanted, items, strict=True):
        sha = text_at(item, "paperId")
        if item is not None and not _SHA.fullmatch(sha):
            return {}, reply
        papers[ident] = None if item is None else _Paper(sha, title_of(at(item, "title")))
    if papers[CANARY] is None or not _in_order(papers):
        return {}, reply
    return {ident: papers[ident] for ident in idents}, reply


def _in_order(papers: dict[str, _Paper | None]) -> bool:
    """Return whether the response stands in the order of the request.

    Places are all that joins the two. A paper may come back under another number, and that number may have been asked
    for as well; but then its own place holds it too.
    """
    for paper in papers.values():
        there = papers.get(paper.sha) if paper is not None else None
        if there is not None and paper is not None and there.sha != paper.sha:
            return False
    return True


def _judge(case: Case[Thing], paper: _Paper | None) -> Evidence:
    ident = case.ref.ident
    if paper is None:
        reason = "Semantic Scholar does not know the paper that this URL names."
        seen = Fact(f"{_WHO} was asked twice for {ident} and gave nothing for it", url=ENDPOINT)
        return Evidence.of(case.claim, UNKNOWN_PAPER, reason, facts=(seen,))
    facts = (
        Fact(f"{_WHO} has the paper", url=ENDPOINT),
        Fact("the page itself was not requested: the site blocks programs"),
    )
    if _SHA.fullmatch(ident) and paper.sha != ident:
        reason = "Semantic Scholar has the paper under another number now."
        better = Suggestion(
            f"https://www.semanticscholar.org/paper/{paper.sha}", "its present URL there", Basis.PRESENT_NAME
        )
        return Evidence.of(case.claim, MERGED, reason, suggestion=better, title=paper.title, facts=facts)
    return Evidence.of(case.claim, title=paper.title, facts=facts)
