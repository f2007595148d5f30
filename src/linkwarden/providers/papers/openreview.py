"""Papers at OpenReview: its API is asked as long as it answers programs that are not logged in.

Since 2026 it mostly does not (403 ``ChallengeRequiredError``), and its pages are an empty frame to programs. The first
such answer settles it for the run: all its links are unverified, at the price of one request.

Sources: OpenReview's API documentation and the source of openreview-py (``/notes?id=`` of both versions of the API).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from linkwarden.answers.read import batch_unverified
from linkwarden.model import Claim, Evidence, Fact, Kind, Pass, Rule, Target, Verdict
from linkwarden.providers.base import Example, LoadContext, Provider, by_ident
from linkwarden.providers.registry import NoAnswerError, ask_json, odd_answer, place_of, title_of
from linkwarden.wire import Request

if TYPE_CHECKING:
    from linkwarden.net import Net

UNKNOWN_PAPER = Rule(
    "LW606",
    "unknown-openreview-paper",
    Verdict.BROKEN,
    "OpenReview has no paper with this number",
    "Both versions of OpenReview's API were asked twice for the number in this address, and neither has it. Readers "
    "get a page that says that it was not found.",
    "Look for typing errors, search OpenReview for the title, and put the right address into the list.",
)

#: The present version of the API and the one before it; papers are in one of the two, by the age of their venue.
APIS = ("https://api2.openreview.net/notes", "https://api.openreview.net/notes")
_MAX_BYTES = 1024 * 1024
_WHO = "OpenReview's API"
_CHALLENGED = (
    "OpenReview's API answers only those who are logged in or prove in a browser that they are human (403); "
    "open the URL in a browser."
)
#: Statuses that are meant for us and not for the paper; None is a failed connection.
_REFUSALS = frozenset({401, 403, 429, None})
#: Useless answers of other kinds that are borne in one run.
_PATIENCE = 3
_PAGES = frozenset({"/forum", "/pdf"})
_NUMBER = re.compile(r"[A-Za-z0-9_-]{5,30}")


@dataclass(frozen=True, slots=True)
class _Paper:
    """A paper that OpenReview has: its title where it tells one, and the API that has it."""

    title: str | None
    place: str


class OpenReview(Provider):
    """Settles the pages and PDFs of papers at OpenReview, one question each while the API is open."""

    name: ClassVar[str] = "openreview"
    rank: ClassVar[int] = 170
    gathers: ClassVar[bool] = True
    per_question: ClassVar[int] = 1_000  # in one call, so that one answer settles them all where the API is closed
    kind: ClassVar[Kind] = Kind.PAPER
    domains: ClassVar[frozenset[str] | None] = frozenset({"openreview.net"})
    rules: ClassVar[tuple[Rule, ...]] = (UNKNOWN_PAPER,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("https://openreview.net/forum?id=B1QRgziT-", "B1QRgziT-"),
        Example("https://openreview.net/pdf?id=B1QRgziT-", "B1QRgziT-"),
        Example("https://openreview.net/forum?id=YicbFdNTTy&noteId=abcdefghij", "YicbFdNTTy"),
        Example("https://openreview.net/group?id=ICLR.cc/2021/Conference", None),
        Example("https://openreview.net/pdf?id=B1QRgziT-", None, image=True),
    )

    def __init__(self, ctx: LoadContext) -> None:
        super().__init__(ctx)
        self._closed: NoAnswerError | None = None
        self._failures = 0

    def claim(self, target: Target) -> str | None:
        """Give the number of the paper that an address is about."""
        place = place_of(target)
        number = place.query.get("id", "") if place is not None else ""
        if place is None or place.host != "openreview.net" or place.path.rstrip("/") not in _PAGES:
            return None
        return number if _NUMBER.fullmatch(number) else None

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Evidence | Pass]:
        """Ask for one paper after the other, and for none any more once the API has turned us away."""
        del now  # a paper does not depend on the day
        for number, group in by_ident(claims).items():
            for item in await self._judge(net, number, group):
                yield item

    async def _judge(self, net: Net, number: str, group: Sequence[Claim]) -> list[Evidence]:
        """Settle the links to one paper."""
        failure = self._closed
        if failure is None:
            try:
                paper = await _find(net, number)
                return [_settle(claim, number, paper) for claim in group]
            except NoAnswerError as error:
                self._count(error)
                failure = error
        return list(batch_unverified(group, str(failure), status=failure.status))

    def _count(self, failure: NoAnswerError) -> None:
        """Stop asking after a refusal, and after a few failures of other kinds."""
        if isinstance(failure, _PrivateError):
            return
        self._failures += 1
        if failure.status in _REFUSALS or self._failures >= _PATIENCE:
            self._closed = failure


class _PrivateError(NoAnswerError):
    """OpenReview has something under the number and does not show it to everybody; that tells nothing of others."""


async def _find(net: Net, number: str) -> _Paper | None:
    """Ask both APIs, and both again if neither has the paper; None if it is absent from all four answers.

    Raises:
        NoAnswerError: one of them gave no usable answer.
    """
    for api in APIS * 2:
        paper = await _ask(net, api, number)
        if paper is not None:
            return paper
    return None


async def _ask(net: Net, api: str, number: str) -> _Paper | None:
    """Ask one API for one paper; None if it says that it has none.

    Raises:
        NoAnswerError: it gave no usable answer.
    """
    ask = Request(url=f"{api}?id={number}", purpose="openreview-api", accept="application/json", max_bytes=_MAX_BYTES)
    status, answer = await ask_json(net, ask, _WHO, statuses=(200, 403, 404))
    match status, answer:
        case 200, {"notes": []}:
            return None
        case 200, {"notes": [{"id": found, **note}, *_]} if found == number:
            return _Paper(_title(note.get("content")), api)
        case 404, {"name": "NotFoundError"}:
            return None
        case 403, {"name": "ForbiddenError"}:
            raise _PrivateError("OpenReview does not show this paper to everybody.", 403)
        case 403, _:
            raise NoAnswerError(_CHALLENGED, 403)
    raise odd_answer(_WHO, status)


def _title(content: object) -> str | None:
    """Read the title: a text in the old API, an object with a value in the new one."""
    title = content.get("title") if isinstance(content, dict) else None
    return title_of(title.get("value") if isinstance(title, dict) else title)


def _settle(claim: Claim, number: str, paper: _Paper | None) -> Evidence:
    if paper is None:
        facts = tuple(Fact(f"was asked twice and has no {number}", url=api) for api in APIS)
        return Evidence.of(claim, UNKNOWN_PAPER, f"OpenReview has no paper with the number {number}.", facts=facts)
    facts = (Fact(f"{_WHO} has the paper", url=paper.place),)
    if urlsplit(claim.target.address or "").path.startswith("/pdf"):
        facts += (Fact("whether its PDF is there was not asked"),)
    return Evidence.of(claim, title=paper.title, facts=facts)
