"""Repairs: what fails and has no suggestion gets one, where the same thing answers at another address."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from linkwarden.model import Evidence, Fact, Result, Suggestion, Target, Verdict
from linkwarden.providers._rot import Doubt
from linkwarden.providers._siblings import sibling_of
from linkwarden.review._asking import FAILING, Asker, asked_by, in_lanes
from linkwarden.review._base import Review
from linkwarden.review._candidates import ORDINARY, candidates
from linkwarden.review._made_up import ask_sibling, same_everywhere
from linkwarden.review._papers_with_code import paper_behind, papers_by_name
from linkwarden.text import host_of, mask_secrets

if TYPE_CHECKING:
    from linkwarden.net import Net


#: Other addresses that are tried in a run, for each page or picture of it …
SHARE = 0.1
#: … but so many, however short the list is.
AT_LEAST = 20


class RepairsReview(Review):
    """Looks for the living twin of a dead address."""

    name: ClassVar[str] = "repairs"
    rank: ClassVar[int] = 80
    doing: ClassVar[str] = "looking for repairs"

    async def look(self, results: Sequence[Result], net: Net, now: datetime) -> AsyncIterator[Evidence]:
        """Give the evidence of failing links again, with a suggestion, where one was found."""
        papers = papers_by_name(results)
        search = _Search(Asker(self.ctx, net, now), net, results)
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
    """Asks for candidates, each once however many links it may mend."""

    def __init__(self, asker: Asker, net: Net, results: Sequence[Result]) -> None:
        self._asker = asker
        self._net = net
        self._asked: dict[tuple[str, str], asyncio.Future[Evidence | None]] = {}
        self._known = {
            (r.evidence.checked_by, r.target.address): r.evidence for r in results if r.target.address is not None
        }

    async def first_alive(self, result: Result, guesses: Sequence[Suggestion]) -> Evidence | None:
        """Give a link's evidence with the first candidate that is what the link promises; None if none is."""
        for guess in guesses:
            better = _accepted(guess, await self._judged(result.target, guess.url))
            if better is not None:
                fact = Fact("the suggested address answers", url=mask_secrets(better.url))
                with_fragment = replace(better, url=better.url + _fragment(result.target, better.url))
                return replace(result.evidence, suggestion=with_fragment, facts=(*result.evidence.facts, fact))
        return None

    async def _judged(self, target: Target, url: str) -> Evidence | None:
        provider = asked_by(target)
        question = provider, url
        if question in self._known:
            return self._known[question]
        if question not in self._asked:
            self._asked[question] = asyncio.ensure_future(self._ask(replace(target, key=url, url=url, address=url)))
        return await self._asked[question]

    async def _ask(self, target: Target) -> Evidence | None:
        found = (await self._asker.judge([target], asked_by(target))).get(target.key)
        if found is None or not isinstance(found.doubt, Doubt):
            return found
        other = await ask_sibling(self._net, sibling_of(target.url))
        return (other and same_everywhere(target, found, found.doubt, other)) or found


def _accepted(guess: Suggestion, evidence: Evidence | None) -> Suggestion | None:
    """Give the candidate if it is all right, or the permanent new address that it leads to; else None."""
    if evidence is None:
        return None
    if evidence.rule is None:
        return guess
    if evidence.rule.verdict is Verdict.MOVED and evidence.suggestion is not None:
        return Suggestion(evidence.suggestion.url, f"{guess.why}, and leads here for good")
    return None


def _fragment(target: Target, url: str) -> str:
    """Give the fragment that a link keeps at its new address."""
    _, mark, fragment = (target.address or "").partition("#")
    return mark + fragment if fragment and "#" not in url else ""
