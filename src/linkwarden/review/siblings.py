"""What sites respond to made-up URLs shows whether a page, or the place that a link moved to, is really there.

The pages were read when their links were checked; only the made-up URLs are requested here. Which of them is decided
last, so that few requests can be spent where they decide most, whatever the order in which the pages came.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from linkwarden.model import Basis, Claim, Evidence, Fact, Result, Target
from linkwarden.providers.web.page import WebProvider, follow
from linkwarden.review._asking import in_lanes
from linkwarden.review._base import Needs, Review
from linkwarden.soft404.judge import PageDoubt, doubt_of, rot_evidence
from linkwarden.soft404.siblings import Sibling, same_page, sibling, sibling_of
from linkwarden.soft404.weigh import Sign, with_sign, would_decide
from linkwarden.text import host_of, mask_secrets
from linkwarden.wire import NetError, Request

if TYPE_CHECKING:
    from linkwarden.net import Net


async def ask_sibling(net: Net, url: str) -> Sibling | None:
    """Ask for a made-up URL; None if there is no answer.

    Asked once only: a site that does not like such questions is not to be taken for a silent one.
    """
    try:
        return sibling(url, await follow(Request(url=url, purpose="sibling", attempts=1), net))
    except NetError:
        return None


def same_everywhere(target: Target, evidence: Evidence, doubt: PageDoubt, other: Sibling) -> Evidence | None:
    """Judge a page in doubt again if its site gives the same page for a made-up URL; None if it does not.

    Args:
        target: the link.
        evidence: what was found about it.
        doubt: the page and its signs.
        other: the answer for the made-up URL.
    """
    page = doubt.page
    if not same_page(target.address or "", page, other):
        return None
    signs = with_sign(doubt.signs, Sign.SAME_EVERYWHERE, "a made-up URL of the same site gives the same page")
    status = other.response.status if other.response else None
    seen = Fact("made-up URL of the same site, same page", url=mask_secrets(other.url), status=status)
    claim = Claim(WebProvider.name, target, (target.address or "").partition("#")[0])
    return rot_evidence(claim, page, signs, seen) or replace(evidence, doubt=doubt_of(page, signs))


#: Made-up URLs that are asked in a run, for each page that was asked; with what else is asked again, a run
#: stays below 1.3 requests a page even where every site answers everything with 200 …
SHARE = 0.25
#: … but so many, however short the list.
AT_LEAST = 20

#: A made-up URL, and the links that it may decide.
_Question = tuple[str, list[Result]]


class SiblingsReview(Review):
    """Requests pages that cannot exist, where the response decides."""

    name: ClassVar[str] = "siblings"
    rank: ClassVar[int] = 15
    doing: ClassVar[str] = "comparing odd pages with made-up ones"
    needs: ClassVar[Needs] = Needs.HOST  # all links that one made-up URL may decide

    def wants(self, result: Result) -> bool:
        return result.target.address is not None and bool(_weight(result) or _moved_by_name(result))

    def may_change(self, result: Result) -> bool:
        return self.wants(result) and not self.once.has(sibling_of(result.target.address or ""))

    async def begin(self, results: Sequence[Result], net: Net, now: datetime) -> AsyncIterator[Evidence]:
        """Ask the first questions, so many as there is room for in the shortest list."""
        del now
        for url, group in _questions(results):
            if self.once.has(url) or self.once.put < AT_LEAST:
                for found in await self._compare(net, url, group):
                    yield found

    async def look(self, results: Sequence[Result], net: Net, now: datetime) -> AsyncIterator[Evidence]:
        """Ask the questions that decide most, within the budget; what is left over stays as it was found."""
        del now  # a URL that cannot exist does not depend on the day
        questions = _questions(results)
        chosen = questions[: _budget(results)]
        self._say_what_is_left(questions[len(chosen) :])
        jobs = [(host_of(url), partial(self._compare, net, url, group)) for url, group in chosen]
        for found in await in_lanes(jobs):
            for evidence in found:
                yield evidence

    async def _compare(self, net: Net, url: str, group: Sequence[Result]) -> list[Evidence]:
        other = await self.once.ask(url, lambda: ask_sibling(net, url))
        if other is None:
            return []
        judged = (_judged(result, other) for result in group)
        return [evidence for evidence in judged if evidence is not None]

    def _say_what_is_left(self, left: Sequence[_Question]) -> None:
        count = sum(_weight(result) > 0 for _, group in left for result in group)
        if count:
            pages = "1 page that looks" if count == 1 else f"{count} pages that look"
            self.ctx.hint(
                f"{pages} a little like an error page could not be decided: a run requests only a few made-up URLs."
            )


def _budget(results: Sequence[Result]) -> int:
    pages = {
        (result.target.address or "").partition("#")[0]
        for result in results
        if result.evidence.checked_by == WebProvider.name
    }
    return max(AT_LEAST, int(SHARE * len(pages)))


def _questions(results: Iterable[Result]) -> list[_Question]:
    """Return the made-up URLs that would decide something, each with its links; those that decide most first."""
    found: dict[str, list[Result]] = {}
    for result in results:
        if result.target.address is not None and (_weight(result) or _moved_by_name(result)):
            found.setdefault(sibling_of(result.target.address), []).append(result)

    def weight(question: _Question) -> tuple[int, int]:
        group = question[1]
        return max(map(_weight, group)), len(group)

    return sorted(found.items(), key=weight, reverse=True)  # equal ones stay in source order


def _weight(result: Result) -> int:
    """Return how much it would say about a page in doubt that its site has it everywhere; 0 for all others."""
    doubt = result.evidence.doubt
    return would_decide(doubt.signs, Sign.SAME_EVERYWHERE) if isinstance(doubt, PageDoubt) else 0


def _moved_by_name(result: Result) -> bool:
    """Return whether a page moved to another path that names it as well: a rule for every URL leads there, too.

    Where only scheme or host change, the new URL leads wherever the old one did.
    """
    fix = result.evidence.suggestion
    return fix is not None and fix.basis is Basis.SAME_NAME


def _judged(result: Result, other: Sibling) -> Evidence | None:
    """Return what a made-up URL of the same kind says about a link, or None."""
    evidence, doubt = result.evidence, result.evidence.doubt
    again = same_everywhere(result.target, evidence, doubt, other) if isinstance(doubt, PageDoubt) else None
    status = other.response.status if other.response is not None else 0
    tells = 200 <= status < 300 or status in (404, 410)
    if not tells or not _moved_by_name(result) or (again is not None and again.rule is not evidence.rule):
        return again
    evidence = again or evidence
    if other.response is not None and other.response.hops and status < 300:
        fix = evidence.suggestion and replace(evidence.suggestion, why=_MOVES_ALL, basis=Basis.REDIRECT)
        what = "a made-up URL of the same site is redirected to a page as well"
    else:
        fix = evidence.suggestion and replace(evidence.suggestion, basis=Basis.SAME_PAGE)
        what = "a made-up URL of the same site is not redirected to a page"
    return replace(evidence, suggestion=fix, facts=(*evidence.facts, Fact(what, mask_secrets(other.url), status)))


_MOVES_ALL = "the site redirects there permanently, but made-up URLs as well, so check that the page is there"
