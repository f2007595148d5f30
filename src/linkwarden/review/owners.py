"""Pages that may have another owner are compared with their archived copies.

A page with one sign of that (gambling in its title, a parking service's script, a registrar's words) is in order as
far as anybody can tell from it. What the archive has of it, from before the link entered the list, is the second sign
if it was about something else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import AsyncIterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from linkwarden.model import FAILING, Basis, Claim, Evidence, Fact, Result, Suggestion, Target
from linkwarden.providers.web.page import WebProvider
from linkwarden.review._base import Needs, Review
from linkwarden.review._wayback import Archive, Capture, Dates, archived_under, best, may_be_asked
from linkwarden.soft404.judge import PageDoubt, rot_evidence
from linkwarden.soft404.page import Page, is_html
from linkwarden.soft404.signs import read_signs
from linkwarden.soft404.subject import promised_words, script_of, words_of_text
from linkwarden.soft404.weigh import PageSigns, Sign, assess, with_sign, would_decide
from linkwarden.text import host_of, mask_secrets
from linkwarden.wire import NetError, Request

if TYPE_CHECKING:
    from linkwarden.net import Net
    from linkwarden.providers import LoadContext

#: Telling words that a copy's title, headings and description must have together to be compared.
_ENOUGH = 2
#: Words are one if they begin alike: "network", "networks".
_STEM = 5
_EDGE = r"(?<![a-z0-9])"
#: Signs of the time, which the copy may have as well as the page; all others are signs of an owner.
_OF_ANY_PAGE = frozenset({Sign.SHORT, Sign.NO_INDEX, Sign.MUCH_TEXT, Sign.UNRELATED, Sign.ON_SUBJECT, Sign.NAMED})


def has_nothing_in_common(address: str, page: Page, copy: Page) -> bool:
    """Return whether a page and its copy are about different things; False where that is not known.

    Args:
        address: the link's URL. The site's name, which whoever owns the domain puts everywhere, is no subject;
            but a page that has it in its title still is not taken for another one.
        page: what is there now.
        copy: what was there.
    """
    if not page.title or not copy.title:
        return False
    now, then = _headline(page), _headline(copy)
    if _stems(now) & _stems(then):
        return False
    names = _stems(words_of_text(host_of(address).replace("-", ".").split(".")))
    now, then = (frozenset(word for word in words if word[:_STEM] not in names) for words in (now, then))
    return bool(now) and _tells(then) and not _stand_on(page, then) and not _stand_on(copy, now)


def shows_what_is_promised(target: Target, copy: Page) -> bool:
    """Return whether a word that a link promises stands on a copy, so that the copy is what the list means."""
    return _stand_on(copy, promised_words(target))


def was_so_before(target: Target, signs: PageSigns, copy: Page) -> bool:
    """Return whether the copy is bad itself, or has one of the page's signs: then nothing has changed since."""
    before = read_signs(target, copy)
    if before is None:
        return False
    return assess(before) is not None or bool(before.seen.keys() & signs.seen.keys() - _OF_ANY_PAGE)


def language_of(page: Page) -> str:
    """Return the language that a page declares ("en"), else the script of its title ("latin"), else ""."""
    return page.language or script_of(page.title or "").lower()


def _headline(page: Page) -> frozenset[str]:
    return words_of_text([page.title or "", *page.headings, page.meta("description")])


def _stems(words: AbstractSet[str]) -> set[str]:
    return {word[:_STEM] for word in words}


def _tells(words: AbstractSet[str]) -> bool:
    """Return whether words suffice to compare by; in scripts without spaces a run of characters is many words."""
    return len(words) >= _ENOUGH or any(not word.isascii() and len(word) > _STEM for word in words)


def _stand_on(page: Page, words: AbstractSet[str]) -> bool:
    """Return whether one of some words begins a word of the page, or stands anywhere in a script without spaces."""
    whole = " ".join((page.title or "", page.meta("description"), page.visible_text))
    text = unicodedata.normalize("NFKC", whole).casefold().replace("\u0307", "")
    return any(re.search(f"{_EDGE if word.isascii() else ''}{re.escape(word[:_STEM])}", text) for word in words)


#: Links that are looked up in a run; each costs two questions to the archive, of its 24 a minute.
MOST = 5
_COPY_BYTES = 65_536
_SHOWN = 80


class OwnersReview(Review):
    """Finds domains that have changed hands, where the page alone does not tell for sure."""

    name: ClassVar[str] = "owners"
    rank: ClassVar[int] = 30
    doing: ClassVar[str] = "comparing pages with archived copies"
    needs: ClassVar[Needs] = Needs.HOST  # as the made-up URLs before it

    def __init__(self, ctx: LoadContext) -> None:
        super().__init__(ctx)
        self._begun = 0
        self._dates = Dates(ctx.root)

    def wants(self, result: Result) -> bool:
        return may_be_asked(self.ctx) and _doubt(result, self.ctx) is not None

    def may_change(self, result: Result) -> bool:
        return self._begun >= MOST and self.wants(result)

    async def begin(self, results: Sequence[Result], net: Net, now: datetime) -> AsyncIterator[Evidence]:
        """Compare the first ones, as many as a run may."""
        chosen = results[: max(0, MOST - self._begun)]
        self._begun += len(chosen)
        async for evidence in self.look(chosen, net, now):
            yield evidence

    async def look(self, results: Sequence[Result], net: Net, now: datetime) -> AsyncIterator[Evidence]:
        """Compare one page after the other; a copy that cannot be had, or is not the right one, proves nothing."""
        del now
        if not may_be_asked(self.ctx):
            return
        doubts = [found for result in results if (found := _doubt(result, self.ctx)) is not None][:MOST]
        if not doubts:
            return
        self._dates.expect(result for result, _, _ in doubts)
        archive = Archive(net, once=self.once)
        for result, doubt, url in doubts:
            if archive.closed:
                return
            added = await self._dates.of([result])
            chosen = best(await archive.captures(url, added, oldest=True), added, "the oldest")
            if chosen is None:
                continue
            copy = await self.once.ask(chosen[0].raw(url), partial(_copy, net, url, chosen[0]))
            if copy is not None:
                finding = _compared(result, doubt, url, copy, chosen, added)
                if finding is not None:
                    yield finding


def _doubt(result: Result, ctx: LoadContext) -> tuple[Result, PageDoubt, str] | None:
    """Return a link of which one sign says that it has another owner, with its URL in the archive; else None."""
    doubt = result.evidence.doubt
    if not isinstance(doubt, PageDoubt) or result.judgement.verdict in FAILING:
        return None
    url = archived_under(result, ctx.is_private) if would_decide(doubt.signs, Sign.UNLIKE_COPY) else None
    return (result, doubt, url) if url is not None else None


async def _copy(net: Net, url: str, capture: Capture) -> Page | None:
    """Read a copy as it was captured; None if the archive does not show just that one."""
    ask = Request(url=capture.raw(url), purpose="archive", max_bytes=_COPY_BYTES, attempts=2)
    try:
        response = await net.fetch(ask)
    except NetError:
        return None
    right = response.status == 200 and f"/{capture.timestamp}" in response.url and is_html(response)
    return Page(replace(response, url=url, hops=())) if right else None


def _compared(
    result: Result, doubt: PageDoubt, url: str, copy: Page, chosen: tuple[Capture, str], added: datetime | None
) -> Evidence | None:
    """Report a link if its copy is what the list means, and the page has nothing in common with it; else None."""
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
    found = rot_evidence(claim, page, with_sign(doubt.signs, Sign.UNLIKE_COPY, clause), *facts)
    return found and replace(found, suggestion=Suggestion(capture.address(url, image=False), why, Basis.CAPTURE))


def _titled(page: Page) -> str:
    """Quote a page's title, with the language that it gives as its own."""
    title, language = page.title or "", language_of(page)
    shown = title if len(title) <= _SHOWN else title[: _SHOWN - 1] + "…"
    return f'"{shown}" ({language})' if language else f'"{shown}"'
