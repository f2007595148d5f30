"""Servers that correct names redirect for good to whatever is named most alike, and so to another week's page.

Apache's mod_speling does (docs/facts/http-answers.md#redirects): where `week11.html` is gone and `week12.html` is
there, readers are sent to week 12 with a 301. A misspelt URL that is sent to the same place shows it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar, NamedTuple
from urllib.parse import unquote, urlsplit

from linkwarden.answers.redirects import compared
from linkwarden.answers.rules import MOVED_PERMANENTLY
from linkwarden.model import Basis, Evidence, Fact, Result, Rule, Suggestion, Verdict
from linkwarden.review._asking import in_lanes
from linkwarden.review._base import Needs, Review
from linkwarden.review.siblings import ask_sibling
from linkwarden.soft404.siblings import in_place_of, stem_of
from linkwarden.text import host_of, mask_secrets

if TYPE_CHECKING:
    from linkwarden.net import Net

NEAR_NAME = Rule(
    "LW823",
    "redirected-to-near-name",
    Verdict.SUSPECT,
    "the server redirects to another page with a similar name",
    "Some servers correct names: if they do not have what a URL names, they redirect to the one file whose name "
    "differs by a single character (Apache's mod_speling). Where that character belongs to a number, the file is "
    "another week's, year's or chapter's. linkwarden reports this only if a misspelt URL leads to the same page, and "
    "a made-up one does not.",
    "Check whether the page there is the one that the entry means; if not, find its new URL or an archived copy.",
)

_ANOTHER = 'The server does not have "{asked}" and redirects to "{final}", as it does for names that are nearly right.'
_WHY = "the server redirects there whatever is named almost like it"


class _Near(NamedTuple):
    """Where a redirect changed one character of a path.

    Attributes:
        at: which segment of the path it is.
        asked: the segment in the link.
        final: the segment in its place.
    """

    at: int
    asked: str
    final: str


class NearNamesReview(Review):
    """Asks for a misspelt URL where a page moved to a URL that differs by one character."""

    name: ClassVar[str] = "near-names"
    rank: ClassVar[int] = 16
    doing: ClassVar[str] = "comparing redirects to similar names"
    needs: ClassVar[Needs] = Needs.LINK
    rules: ClassVar[tuple[Rule, ...]] = (NEAR_NAME,)

    def wants(self, result: Result) -> bool:
        return _near(result) is not None

    async def look(self, results: Sequence[Result], net: Net, now: datetime) -> AsyncIterator[Evidence]:
        """Judge again the moves to similar names, if the server makes up such moves."""
        del now  # a server's habit does not depend on the day
        jobs = [
            (host_of(result.target.address or ""), partial(self._compare, net, result, near))
            for result in results
            if (near := _near(result)) is not None
        ]
        for found in await in_lanes(jobs):
            if found is not None:
                yield found

    async def _compare(self, net: Net, result: Result, near: _Near) -> Evidence | None:
        move = result.evidence.suggestion
        if move is None:
            return None
        misspelt, unlike = in_place_of(move.url, near.at)
        if not await self._leads_to(net, misspelt, move) or await self._leads_to(net, unlike, move):
            return None
        evidence = result.evidence
        seen = Fact("a misspelt URL is redirected to the same page", url=mask_secrets(misspelt))
        found = replace(
            evidence,
            suggestion=replace(move, why=_WHY, basis=Basis.REDIRECT),
            facts=(*evidence.facts, seen),
        )
        if evidence.rule is not MOVED_PERMANENTLY or not _is_another_number(near.asked, near.final):
            return found
        return replace(found, rule=NEAR_NAME, reason=_ANOTHER.format(asked=near.asked, final=near.final))

    async def _leads_to(self, net: Net, url: str, move: Suggestion) -> bool:
        other = await self.once.ask(url, lambda: ask_sibling(net, url))
        response = other.response if other is not None else None
        return response is not None and bool(response.hops) and response.url == move.url.partition("#")[0]


def _near(result: Result) -> _Near | None:
    """Return what a permanent redirect changed if it is one character of a name; None where a title shows more."""
    move, evidence = result.evidence.suggestion, result.evidence
    if move is None or move.basis not in (Basis.REDIRECT, Basis.SAME_NAME, Basis.SAME_PAGE):
        return None
    before, after = urlsplit(result.target.address or ""), urlsplit(move.url)
    if before.netloc.lower() != after.netloc.lower() or before.query != after.query:
        return None
    names = list(zip(before.path.split("/"), after.path.split("/"), strict=False))
    changed = [(at, unquote(one), unquote(other)) for at, (one, other) in enumerate(names) if one != other]
    if before.path.count("/") != after.path.count("/") or len(changed) != 1 or _edit(*changed[0][1:]) is None:
        return None
    if compared(replace(move, basis=Basis.REDIRECT), result.target, evidence.title, None).basis is Basis.SAME_NAME:
        return None  # the page has the very title that the list gives it
    return _Near(*changed[0])


def _edit(one: str, other: str) -> tuple[str, str, str] | None:
    """Return what stands before, in and behind the one character that differs, or the two exchanged; else None."""
    one, other = one.casefold(), other.casefold()
    shorter = min(len(one), len(other))
    start = next((at for at in range(shorter) if one[at] != other[at]), shorter)
    rest = shorter - start
    end = next((at for at in range(rest) if one[-1 - at] != other[-1 - at]), rest)
    left, right = one[start : len(one) - end], other[start : len(other) - end]
    exchanged = len(left) == 2 and left == right[::-1]
    if one == other or not (exchanged or (len(left) <= 1 and len(right) <= 1)):
        return None
    return one[:start], left + right, one[len(one) - end :]


def _is_another_number(asked: str, final: str) -> bool:
    """Return whether two names differ in their only number, so that they name different things.

    With a second number in it, a name may be known by that one: "12345-ten-ferns" and "12345-2-ferns" are one page.
    """
    edit = _edit(stem_of(asked), stem_of(final))
    if edit is None:
        return False
    before, changed, behind = edit
    digits = "0123456789"
    others = before.rstrip(digits) + behind.lstrip(digits)
    return any(char in digits for char in changed) and not any(char in digits for char in others)
