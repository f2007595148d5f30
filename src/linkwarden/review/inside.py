"""What a URL holds inside (GitHub's image proxy) is a safe replacement once it was seen to work itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from linkwarden.model import Basis, Evidence, Fact, Result, Suggestion
from linkwarden.review._asking import Asker, asked_by, in_lanes
from linkwarden.review._base import Needs, Review
from linkwarden.text import host_of, is_http, mask_secrets

if TYPE_CHECKING:
    from linkwarden.net import Net

#: More of them are not requested in a run; the others are offered, and not called safe.
MOST = 200


class InsideReview(Review):
    """Requests what stands inside of other URLs."""

    name: ClassVar[str] = "inside"
    rank: ClassVar[int] = 82
    doing: ClassVar[str] = "looking at what the image proxy holds"
    needs: ClassVar[Needs] = Needs.LINK

    def wants(self, result: Result) -> bool:
        return _held(result) is not None and self.once.put < MOST

    def may_change(self, result: Result) -> bool:
        return _held(result) is not None and self.once.put >= MOST

    async def look(self, results: Sequence[Result], net: Net, now: datetime) -> AsyncIterator[Evidence]:
        """Return the evidence of links again whose replacement works."""
        asker = Asker(self.ctx, net, now)
        held = [(result, fix) for result in results if (fix := _held(result)) is not None]
        jobs = [(host_of(fix.url), partial(self._seen, asker, result, fix)) for result, fix in held[:MOST]]
        for evidence in await in_lanes(jobs):
            if evidence is not None:
                yield evidence

    async def _seen(self, asker: Asker, result: Result, fix: Suggestion) -> Evidence | None:
        """Return the evidence of a link with its replacement if that works; None if it does not."""
        target = replace(result.target, key=fix.url, url=fix.url, address=fix.url)
        answers = await self.once.ask((result.target.key, fix.url), lambda: asker.judge([target], asked_by(target)))
        found = answers.get(fix.url)
        if found is None or found.rule is not None:
            return None
        better = Suggestion(fix.url, "the image's own URL, which shows it", Basis.WRITTEN_INSIDE)
        said = result.judgement  # perhaps of a note, whose replacement would go before
        facts = (*result.evidence.facts, Fact("the suggested URL works", url=mask_secrets(fix.url)))
        return replace(result.evidence, rule=said.rule, reason=said.reason, suggestion=better, facts=facts)


def _held(result: Result) -> Suggestion | None:
    fix = result.judgement.suggestion
    return fix if fix is not None and fix.basis is Basis.HELD_INSIDE and is_http(fix.url) else None
