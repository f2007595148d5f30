"""Papers at OpenReview: its API is asked as long as it answers programs that are not logged in.

Since 2026 it mostly does not (403 ``ChallengeRequiredError``), and its pages are an empty frame to programs. The first
such response settles it for the run: all its links are unverified, at the price of one request.

Sources: OpenReview's API documentation and the source of openreview-py (``/notes?id=`` of both versions of the API).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from linkwarden.foreign import at, title_of
from linkwarden.model import Evidence, Fact, Kind, Rule, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example, LoadContext
from linkwarden.providers.registry import Case, OneByOne, Outcome, Place, Reply, Thing, ask, unanswered

if TYPE_CHECKING:
    from linkwarden.net import Net

UNKNOWN_PAPER = Rule(
    "LW606",
    "unknown-openreview-paper",
    Verdict.BROKEN,
    "OpenReview has no paper with this number",
    "Both versions of OpenReview's API were asked twice for the number in this URL, and neither has it. Readers "
    "get a page that says that it was not found.",
    "Look for typing errors, search OpenReview for the title, and put the right URL into the list.",
)

#: The present version of the API and the one before it; papers are in one of the two, by the age of their venue.
APIS = ("https://api2.openreview.net/notes", "https://api.openreview.net/notes")
_MAX_BYTES = 1024 * 1024
_WHO = "OpenReview's API"
_CHALLENGED = "answers only those who are logged in or prove to be human (403); open the URL in a browser"
_PRIVATE = "does not show this paper to everybody"
#: Statuses that are meant for us and not for the paper; None is a failed connection.
_REFUSALS = frozenset({401, 403, 429, None})
#: Useless responses of other kinds that are borne in one run.
_PATIENCE = 3
_PAGES = frozenset({"/forum", "/pdf"})
_NUMBER = pattern(r"[A-Za-z0-9_-]{5,30}")


class OpenReview(OneByOne[Thing]):
    """Settles the pages and PDFs of papers at OpenReview, one after the other while the API is open."""

    name = "openreview"
    title = "OpenReview"
    rank = 170
    kind = Kind.PAPER
    domains = frozenset({"openreview.net"})
    rules = (UNKNOWN_PAPER,)
    examples = (
        Example("https://openreview.net/forum?id=B1QRgziT-", "B1QRgziT-"),
        Example("https://openreview.net/pdf?id=B1QRgziT-", "B1QRgziT-"),
        Example("https://openreview.net/forum?id=YicbFdNTTy&noteId=abcdefghij", "YicbFdNTTy"),
        Example("https://openreview.net/group?id=ICLR.cc/2021/Conference", None),
        Example("https://openreview.net/pdf?id=B1QRgziT-", None, image=True),
    )

    def __init__(self, ctx: LoadContext) -> None:
        super().__init__(ctx)
        self._turn = asyncio.Lock()
        self._closed: Reply | None = None
        self._failures = 0

    def read(self, place: Place) -> Thing | None:
        number = place.query.get("id", "")
        return Thing(number) if place.path.rstrip("/") in _PAGES and _NUMBER.fullmatch(number) else None

    async def settle(self, net: Net, cases: Sequence[Case[Thing]]) -> Sequence[Outcome]:
        """Ask both APIs, and both again if neither has the paper."""
        number = cases[0].ref.ident
        async with self._turn:
            for api in APIS * 2:
                if self._closed is not None:
                    return _unanswered(cases, self._closed)
                reply = await ask(net, f"{api}?id={number}", "openreview-api", max_bytes=_MAX_BYTES)
                there = _has_paper(reply, number)
                if there:
                    return [_found(case, reply, api) for case in cases]
                if there is None:
                    self._count(reply)
                    return _unanswered(cases, reply)
        facts = tuple(Fact(f"was asked twice and has no {number}", url=api) for api in APIS)
        reason = f"OpenReview has no paper with the number {number}."
        return [Evidence.of(case.claim, UNKNOWN_PAPER, reason, facts=facts) for case in cases]

    def _count(self, reply: Reply) -> None:
        """Stop asking after a refusal, and after a few useless responses of other kinds."""
        if _is_private(reply):  # says nothing about others
            return
        self._failures += 1
        if reply.status in _REFUSALS or self._failures >= _PATIENCE:
            self._closed = reply


def _has_paper(reply: Reply, number: str) -> bool | None:
    """Return whether an API has the paper; None if it does not say."""
    match reply.status, reply.value:
        case (200, {"notes": []}) | (404, {"name": "NotFoundError"}):
            return False
        case 200, {"notes": [{"id": found}, *_]} if found == number:
            return True
    return None


def _is_private(reply: Reply) -> bool:
    return reply.status == 403 and reply.table.get("name") == "ForbiddenError"


def _unanswered(cases: Sequence[Case[Thing]], reply: Reply) -> Sequence[Outcome]:
    if _is_private(reply):
        return unanswered(cases, "OpenReview", reply, _PRIVATE)
    challenged = reply.status == 403 and reply.wall is None
    return unanswered(cases, _WHO, reply, _CHALLENGED if challenged else "")


def _found(case: Case[Thing], reply: Reply, api: str) -> Evidence:
    facts: tuple[Fact, ...] = (Fact(f"{_WHO} has the paper", url=api),)
    if urlsplit(case.url).path.startswith("/pdf"):
        facts += (Fact("whether its PDF is there was not asked"),)
    title = at(reply.value, "notes", 0, "content", "title")
    if isinstance(title, dict):  # as the new API has it; in the old one it is a text
        title = title.get("value")
    return Evidence.of(case.claim, title=title_of(title), facts=facts)
