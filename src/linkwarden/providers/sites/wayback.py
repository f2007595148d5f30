"""Captures at the Wayback Machine: what proves one is a header of the archive, not the status of the page in it.

Source: docs/facts/services.md#wayback-machine. RFC 7089 ("Memento") defines the header.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from linkwarden.answers.redirects import is_home, lost_its_page
from linkwarden.model import Claim, Evidence, Fact, Rule, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example
from linkwarden.providers.registry import (
    Case,
    Outcome,
    Place,
    Registry,
    Reply,
    answered,
    ask,
    by_ident,
    side_by_side,
    unanswered,
)
from linkwarden.records import dataclass
from linkwarden.soft404.page import Page, is_html
from linkwarden.soft404.parked import parking_host, parking_mark, sale_title
from linkwarden.text import host_of, is_http

if TYPE_CHECKING:
    from linkwarden.net import Net

_SERVICE = "The Wayback Machine"
_PLAYBACK = pattern(r"https?://web\.archive\.org/web/(\d{4,14})([a-z]{2}_)?/(\S+)", re.IGNORECASE | re.ASCII)
#: Where the archive leads to another copy; other redirects (to a log-in, say) prove none.
_CAPTURE = pattern(r"(?:(?:https?:)?//web\.archive\.org)?/web/\d{4,14}(?:[a-z]{2}_)?/", re.IGNORECASE | re.ASCII)
_MOST_NAMED = 5
_BYTES = 4096
#: What the archive says where a site's owner has its copies withdrawn.
_WITHDRAWN = pattern(r"AccessControlException|Blocked", re.IGNORECASE)

NEVER_ARCHIVED = Rule(
    "LW668",
    "never-archived",
    Verdict.BROKEN,
    "the Wayback Machine has no copy of this page",
    "The response is the archive's own 404: it lacks the header `Memento-Datetime`, which every copy has, also one of "
    "an error page.",
    "Look for another copy, or remove the entry.",
)
COPY_OF_ERROR = Rule(
    "LW669",
    "archived-error",
    Verdict.SUSPECT,
    "the archived copy is itself an error page",
    "The Wayback Machine has a copy, and what was copied is the error that the page gave on that day.",
    "Look for an earlier copy (`web.archive.org/web/*/URL`).",
)
WITHDRAWN = Rule(
    "LW670",
    "archive-withdrawn",
    Verdict.BROKEN,
    "the copies of this site were withdrawn",
    "The Wayback Machine shows no copies of this site, because its owner does not want it to.",
    "Look for another copy, or remove the entry.",
)


@dataclass(frozen=True, slots=True)
class _Capture:
    """A copy: the time in its URL, and the URL that was copied."""

    time: str
    url: str

    @property
    def ident(self) -> str:
        return f"{self.time}/{self.url}"

    @property
    def raw(self) -> str:
        """Where the copy stands as it was captured, which is smaller."""
        return f"https://web.archive.org/web/{self.time}id_/{self.url}"


class Wayback(Registry[_Capture]):
    """Settles links to one copy of a page. Calendars (``/web/*/``) are pages that scripts make."""

    name = "wayback"
    title = "captures at the Wayback Machine"
    rank = 276
    gathers = True
    per_question = 1000
    domains = frozenset({"web.archive.org"})
    rules = (NEVER_ARCHIVED, COPY_OF_ERROR, WITHDRAWN)
    examples = (
        Example("https://web.archive.org/web/20200101000000/http://example.com/", "20200101000000/http://example.com/"),
        Example("http://web.archive.org/web/2019id_/https://example.com/a?b=c", "2019/https://example.com/a?b=c"),
        Example("https://web.archive.org/web/20200101/example.com/a", "20200101/http://example.com/a"),
        Example("https://web.archive.org/web/*/http://example.com/", None),
        Example("https://web.archive.org/save/http://example.com/", None),
        Example("https://web.archive.org/web/2020im_/http://example.com/a.png", None, image=True),
    )

    def read(self, place: Place) -> _Capture | None:
        found = _PLAYBACK.fullmatch(place.url.partition("#")[0])
        if found is None:
            return None
        url = found[3] if "://" in found[3] else f"http://{found[3]}"
        return _Capture(found[1], url) if is_http(url) else None

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Outcome]:
        """Ask for each copy, and whether the URL that was copied works again; that is told once for all."""
        del now
        revived: list[str] = []
        async for item in side_by_side(_one(net, cases) for cases in by_ident(self.cases(claims)).values()):
            if isinstance(item, Evidence) and item.facts[-1].what == _ALIVE:
                revived.append(item.facts[-1].url or "")
            yield item
        if revived:
            named = ", ".join(sorted(set(revived))[:_MOST_NAMED])
            more = ", …" if len(set(revived)) > _MOST_NAMED else ""
            self.ctx.hint(
                "Links to the Wayback Machine are copies of URLs that work again; look whether they still lead to the "
                f"same pages: {named}{more}"
            )


_ALIVE = "the URL that was copied works again"


async def _one(net: Net, cases: Sequence[Case[_Capture]]) -> list[Outcome]:
    capture = cases[0].ref
    reply = await ask(net, capture.raw, "wayback", accept="*/*", max_bytes=_BYTES, follow=False)
    settled = _judge(cases, reply)
    if all(isinstance(item, Evidence) and item.rule is None for item in settled) and await _works_again(
        net, capture.url
    ):
        alive = Fact(_ALIVE, url=capture.url)
        return [replace(item, facts=(*item.facts, alive)) for item in settled if isinstance(item, Evidence)]
    return settled


async def _works_again(net: Net, url: str) -> bool:
    """Return whether a URL answers with something that may be the page that was copied.

    Copies are linked because the page went; often its domain was sold, or leads home.
    """
    reply = await ask(net, url, "page-exists", accept="*/*", attempts=1)
    response = reply.response
    if response is None or reply.status != 200 or reply.wall is not None:
        return False
    if response.hops and (lost_its_page(url, response.url) or (is_home(response.url) and not is_home(url))):
        return False
    page = Page(response)
    parked = parking_host(host_of(response.url)) or parking_mark(page.low, page.words) or sale_title(page.title or "")
    return not (is_html(response) and parked)


def _judge(cases: Sequence[Case[_Capture]], reply: Reply) -> list[Outcome]:
    """Return what the archive says of a copy."""
    error, made = reply.header("x-archive-wayback-runtime-error"), reply.header("memento-datetime")
    status = reply.status or 0
    if reply.response is None or reply.wall is not None or status == 429:
        return unanswered(cases, _SERVICE, reply)
    if _WITHDRAWN.search(error):
        reason = "The Wayback Machine shows no copies of this site: its owner has withdrawn them."
        return answered(cases, reply, "the archive says that access was withdrawn", WITHDRAWN, reason)
    if made and status >= 400:
        reason = f"The archived copy is itself an error page ({status})."
        return answered(cases, reply, f"a copy of {made}", COPY_OF_ERROR, reason)
    if made or (300 <= status < 400 and _CAPTURE.match(reply.header("location"))):
        return answered(cases, reply, f"a copy of {made}" if made else "the archive leads to the nearest copy")
    if status == 404 and not error:
        reason = "The Wayback Machine has no copy of this page."
        return answered(cases, reply, "the archive itself answers 404", NEVER_ARCHIVED, reason)
    return unanswered(cases, _SERVICE, reply)
