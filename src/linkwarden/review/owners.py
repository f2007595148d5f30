"""Pages that may have another owner are compared with their archived copies.

A page with one sign of that (gambling in its title, a parking service's script, a registrar's words) is in order as
far as anybody can tell from it. What the archive has of it, from before the link entered the list, is the second sign
if it was about something else.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from linkwarden.model import Claim, Evidence, Fact, Result, Suggestion
from linkwarden.providers._html import Page, is_html
from linkwarden.providers._rot import Doubt, rot_evidence
from linkwarden.providers._soft import Sign, with_sign, would_decide
from linkwarden.providers.web import WebProvider
from linkwarden.review._asking import FAILING
from linkwarden.review._base import Review
from linkwarden.review._cdx import Capture, best
from linkwarden.review._owners import has_nothing_in_common, language_of, shows_what_is_promised, was_so_before
from linkwarden.review._wayback import Archive, added_on, archived_under, may_be_asked
from linkwarden.text import mask_secrets
from linkwarden.wire import Ask, NetError

if TYPE_CHECKING:
    from linkwarden.net import Net

#: Links that are looked up in a run; each costs two questions to the archive, of its 24 a minute.
MOST = 5
_COPY_BYTES = 65_536
_SHOWN = 80


class OwnersReview(Review):
    """Finds domains that have changed hands, where the page alone does not tell for sure."""

    name: ClassVar[str] = "owners"
    rank: ClassVar[int] = 30
    doing: ClassVar[str] = "comparing pages with archived copies"

    async def look(self, results: Sequence[Result], net: Net, now: datetime) -> AsyncIterator[Evidence]:
        """Compare one page after the other; a copy that cannot be had, or is not the right one, proves nothing."""
        del now
        if not may_be_asked(self.ctx):
            return
        doubts = [found for result in results if (found := _doubt(result)) is not None][:MOST]
        if not doubts:
            return
        added = await added_on(self.ctx.root, [[result] for result, _, _ in doubts])
        archive = Archive(net)
        for at, (result, doubt, url) in enumerate(doubts):
            if archive.closed:
                return
            chosen = best(await archive.captures(url, added[at], oldest=True), added[at], "the oldest")
            copy = await _copy(net, url, chosen[0]) if chosen is not None else None
            if chosen is not None and copy is not None:
                accused = _compared(result, doubt, url, copy, chosen, added[at])
                if accused is not None:
                    yield accused


def _doubt(result: Result) -> tuple[Result, Doubt, str] | None:
    """Give a link of which one sign says that it has another owner, with its address in the archive; else None."""
    doubt = result.evidence.doubt
    if not isinstance(doubt, Doubt) or result.judgement.verdict in FAILING:
        return None
    url = archived_under(result) if would_decide(doubt.signs, Sign.UNLIKE_COPY) else None
    return (result, doubt, url) if url is not None else None


async def _copy(net: Net, url: str, capture: Capture) -> Page | None:
    """Read a copy as it was captured; None if the archive does not show just that one."""
    ask = Ask(url=capture.raw(url), purpose="archive", max_bytes=_COPY_BYTES, attempts=2)
    try:
        response = await net.fetch(ask)
    except NetError:
        return None
    right = response.status == 200 and f"/{capture.timestamp}" in response.url and is_html(response)
    return Page(replace(response, url=url, hops=())) if right else None


def _compared(
    result: Result, doubt: Doubt, url: str, copy: Page, chosen: tuple[Capture, str], added: datetime | None
) -> Evidence | None:
    """Accuse a link if its copy is what the list means, and the page has nothing in common with it; else None."""
    target, page, (capture, why) = result.target, doubt.page, chosen
    meant = (added is not None and capture.is_before(added)) or shows_what_is_promised(target, copy)
    if not meant or was_so_before(target, doubt.signs, copy) or not has_nothing_in_common(url, page, copy):
        return None
    clause = f"it has nothing in common with its copy of {capture.day}, whose title is {_titled(copy)}"
    facts = (
        Fact(f"the page's title now: {_titled(page)}"),
        Fact(f"its title in the archived copy of {capture.day}: {_titled(copy)}", url=mask_secrets(capture.raw(url))),
    )
    claim = Claim(WebProvider.name, target, url)
    accused = rot_evidence(claim, page, with_sign(doubt.signs, Sign.UNLIKE_COPY, clause), *facts)
    return accused and replace(accused, suggestion=Suggestion(capture.address(url, image=False), why))


def _titled(page: Page) -> str:
    """Quote a page's title, with the language that it gives as its own."""
    title, language = page.title or "", language_of(page)
    shown = title if len(title) <= _SHOWN else title[: _SHOWN - 1] + "…"
    return f'"{shown}" ({language})' if language else f'"{shown}"'
