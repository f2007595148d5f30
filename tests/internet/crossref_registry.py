"""Crossref's list of works by publishers' own numbers and by titles, beside what ``FakeDoi`` answers there by DOI."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web
from multidict import MultiMapping

from tests.internet.core import FakeInternet
from tests.internet.walls import bot_wall

_SELECTABLE = frozenset({"DOI", "title", "URL", "resource", "alternative-id", "member", "update-to", "updated-by"})


@dataclass(slots=True)
class FakeWork:
    """A work of the fake: where its DOI leads, and the publisher's numbers of it."""

    doi: str
    title: str
    address: str
    numbers: list[str] = field(default_factory=list)
    member: str = "78"


class FakeCrossref:
    """Installs itself on api.crossref.org and puts walls before ScienceDirect and IEEE Xplore.

    To have ``FakeDoi`` in the same internet, make that first: questions by DOI are handed on to whoever answered at
    ``/works`` before.

    Attributes:
        works: all that is registered.
        hidden: PIIs that are overlooked the next n times.
        answers: answers to give instead, one a question, before it behaves again.
        always: an answer to give to every question, or None.
    """

    def __init__(self, internet: FakeInternet) -> None:
        self.internet = internet
        self.works: list[FakeWork] = []
        self.hidden: dict[str, int] = {}
        self.answers: list[Callable[[], web.Response]] = []
        self.always: Callable[[], web.Response] | None = None
        site = internet.site("api.crossref.org")
        self._others = site.handler_for("https", "/works")
        site.handle("/works", self._works)
        internet.site("ieeexplore.ieee.org").default(bot_wall("ieee"))
        internet.site("www.sciencedirect.com").default(bot_wall("cloudflare"))

    def elsevier(self, pii: str, title: str = "A paper in Displays") -> FakeWork:
        """Register a work with a PII."""
        address = f"https://linkinghub.elsevier.com/retrieve/pii/{pii}"
        work = FakeWork(f"10.1016/{pii.lower()}", title, address, [pii])
        self.works.append(work)
        return work

    def ieee(self, number: str, title: str) -> FakeWork:
        """Register a work with a document number in its address, as IEEE does."""
        work = FakeWork(f"10.1109/{number}", title, f"http://ieeexplore.ieee.org/document/{number}/", member="263")
        self.works.append(work)
        return work

    def acm(self, doi: str, title: str) -> FakeWork:
        """Register a work of ACM, whose DOI ends in the number that its library has for it."""
        work = FakeWork(doi, title, f"https://dl.acm.org/doi/{doi}", member="320")
        self.works.append(work)
        return work

    @property
    def questions(self) -> list[MultiMapping[str]]:
        """The parameters of each question by number or title."""
        asked = [entry.query for entry in self.internet.requests_to("api.crossref.org")]
        return [query for query in asked if _is_ours(query)]

    async def _works(self, request: web.Request) -> web.StreamResponse:
        if not _is_ours(request.query):
            return await self._others(request)
        if self.always is not None:
            return self.always()
        if self.answers:
            return self.answers.pop(0)()
        select = request.query.get("select", "").split(",")
        if not set(select) <= _SELECTABLE:
            return _json({"status": "failed", "message-type": "validation-failure"}, 400)
        found = self._by_title(request.query) if "query.bibliographic" in request.query else self._by_pii(request.query)
        items = [_item(work, select) for work in found[: int(request.query.get("rows", "20"))]]
        message = {"total-results": len(found), "items": items}
        return _json({"status": "ok", "message-type": "work-list", "message": message})

    def _by_pii(self, query: MultiMapping[str]) -> list[FakeWork]:
        wanted = {part.removeprefix("alternative-id:") for part in query["filter"].split(",")}
        for pii in [pii for pii in wanted if self.hidden.get(pii, 0) > 0]:
            self.hidden[pii] -= 1
            wanted.remove(pii)
        return [work for work in self.works if wanted & set(work.numbers)]

    def _by_title(self, query: MultiMapping[str]) -> list[FakeWork]:
        """Rank by shared words, as a search engine does: something always comes out."""
        words = set(query["query.bibliographic"].lower().split())
        wanted = set(query["filter"].split(","))
        members = [w for w in self.works if {f"member:{w.member}", f"prefix:{w.doi.partition('/')[0]}"} & wanted]
        return sorted(members, key=lambda work: -len(words & set(work.title.lower().split())))


def _is_ours(query: MultiMapping[str]) -> bool:
    return "query.bibliographic" in query or "alternative-id:" in query.get("filter", "")


def _item(work: FakeWork, select: list[str]) -> dict[str, object]:
    whole: dict[str, object] = {
        "DOI": work.doi,
        "title": [work.title],
        "alternative-id": work.numbers,
        "resource": {"primary": {"URL": work.address}},
        "URL": f"https://doi.org/{work.doi}",
        "member": work.member,
    }
    return {name: value for name, value in whole.items() if name in select and value}


def _json(value: object, status: int = 200) -> web.Response:
    limits = {"x-api-pool": "polite-array", "x-rate-limit-limit": "3", "x-rate-limit-interval": "1s"}
    return web.Response(status=status, text=json.dumps(value), content_type="application/json", headers=limits)
