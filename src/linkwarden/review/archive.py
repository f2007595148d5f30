"""The Wayback Machine for what is lost: the copy from before a link entered the list, or else the newest good one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import field, replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from linkwarden.model import FAILING, Basis, Evidence, Fact, Result, Suggestion, Tag
from linkwarden.records import dataclass
from linkwarden.review._base import Needs, Review
from linkwarden.review._wayback import PLAYBACK, Archive, Capture, Dates, archived_under, best, may_be_asked

if TYPE_CHECKING:
    from linkwarden.net import Net
    from linkwarden.providers import LoadContext

#: Questions in one run: at the archive's 24 a minute, two minutes of waiting.
MAX_LOOKUPS = 50


@dataclass(slots=True)
class _Lookup:
    """One question to the archive, and the links that wait for its answer."""

    url: str
    image: bool
    results: list[Result] = field(default_factory=list)

    @property
    def urgent(self) -> bool:
        """True if one of the links has no suggestion at all."""
        return any(result.judgement.suggestion is None for result in self.results)


class ArchiveReview(Review):
    """Offers archived copies of what is broken, expired or suspect and has no safe suggestion."""

    name: ClassVar[str] = "archive"
    rank: ClassVar[int] = 90
    doing: ClassVar[str] = "looking for archived copies"
    needs: ClassVar[Needs] = Needs.LINK

    def __init__(self, ctx: LoadContext) -> None:
        super().__init__(ctx)
        self._turn = asyncio.Lock()  # one question after the other: after a few in vain there are no more
        self._dates = Dates(ctx.root)
        self._begun: Archive | None = None
        self._looks = False

    def wants(self, result: Result) -> bool:
        return may_be_asked(self.ctx) and bool(_lookups([result], self.ctx))

    def may_change(self, result: Result) -> bool:
        whole = self.once.put < MAX_LOOKUPS and (self._begun is None or not self._begun.closed)
        return not whole and self.wants(result)

    async def begin(self, results: Sequence[Result], net: Net, now: datetime) -> AsyncIterator[Evidence]:
        """Look up the first ones, as many as a run may."""
        del now
        archive = self._begun = self._begun or Archive(net, once=self.once)
        lookups = _lookups(results, self.ctx)
        for lookup in lookups:
            self._dates.expect(lookup.results)
        for lookup in lookups:
            async with self._turn:
                if self._looks or archive.closed or self.once.put >= MAX_LOOKUPS:
                    return
                found = await self._found(archive, lookup)
            if found is not None:
                for result in lookup.results:
                    yield _with_copy(result, lookup, *found)

    async def look(self, results: Sequence[Result], net: Net, now: datetime) -> AsyncIterator[Evidence]:
        """Look up one URL after the other, those without any suggestion first; a failed lookup says nothing."""
        del now
        self._looks = True
        if not may_be_asked(self.ctx):
            return
        lookups = sorted(_lookups(results, self.ctx), key=lambda lookup: not lookup.urgent)
        chosen = lookups[:MAX_LOOKUPS]
        for lookup in chosen:
            self._dates.expect(lookup.results)
        archive = Archive(net, once=self.once)
        for lookup in chosen:
            if archive.closed:
                break
            found = await self._found(archive, lookup)
            if found is not None:
                for result in lookup.results:
                    yield _with_copy(result, lookup, *found)
        self._say_what_is_left(len(lookups) - archive.answered, archive)

    async def _found(self, archive: Archive, lookup: _Lookup) -> tuple[Capture, str] | None:
        added = await self._dates.of(lookup.results)
        return best(await archive.captures(lookup.url, added, image=lookup.image), added)

    def _say_what_is_left(self, count: int, archive: Archive) -> None:
        if count <= 0:
            return
        why = archive.closed or "it did not answer"
        if not archive.closed and archive.answered == MAX_LOOKUPS:
            why = f"a run makes at most {MAX_LOOKUPS} lookups, because the archive limits requests per minute"
        things = "1 failing URL was" if count == 1 else f"{count} failing URLs were"
        self.ctx.hint(f"{things} not looked up in the Internet Archive: {why}. `--no-archive` skips these lookups.")


def _lookups(results: Sequence[Result], ctx: LoadContext) -> list[_Lookup]:
    """Return the questions that the lost links of a run call for, in source order."""
    found: dict[tuple[str, bool], _Lookup] = {}
    for result in results:
        suggestion = result.judgement.suggestion
        if result.judgement.verdict not in FAILING or result.target.original is not None:
            continue
        if suggestion is not None and (suggestion.safe or suggestion.url.startswith(PLAYBACK)):
            continue  # nothing better can be found, or another review has found the copy already
        if result.has(Tag.PAGE_EXISTS):
            continue
        url = archived_under(result, ctx.is_private)
        if url is not None:
            key = url, result.target.is_image
            found.setdefault(key, _Lookup(*key)).results.append(result)
    return list(found.values())


def _with_copy(result: Result, lookup: _Lookup, capture: Capture, why: str) -> Evidence:
    """Offer a copy; a link that has a suggestion already keeps it, and the copy becomes a fact."""
    _, mark, fragment = (result.target.address or "").partition("#")
    url = capture.address(lookup.url, image=lookup.image) + ("" if lookup.image else mark + fragment)
    evidence = replace(
        result.evidence, facts=(*result.evidence.facts, Fact(f"copy in the Internet Archive: {why}", url))
    )
    if result.judgement.suggestion is not None:
        return evidence
    return replace(evidence, suggestion=Suggestion(url, why, Basis.CAPTURE))
