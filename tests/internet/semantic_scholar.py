"""Semantic Scholar: the batch endpoint of its Graph API, and a site behind AWS's bot wall."""

from __future__ import annotations

import json
from collections.abc import Callable

from aiohttp import web

from tests.internet.core import FakeInternet
from tests.internet.walls import bot_wall


class FakeSemanticScholar:
    """Installs itself on Semantic Scholar's hosts. Every paper is known unless told otherwise.

    Attributes:
        missing: idents (as asked) that it does not know.
        hidden: idents that it overlooks the next n times.
        merged: present number by the number asked for.
        titles: by ident as asked.
        answers: answers to give instead, one a question, before it behaves again.
        always: an answer to give to every question, or None.
        shuffle: answer in another order than asked (it never does; a defect that must be noticed).
    """

    def __init__(self, internet: FakeInternet) -> None:
        self.internet = internet
        self.missing: set[str] = set()
        self.hidden: dict[str, int] = {}
        self.merged: dict[str, str] = {}
        self.titles: dict[str, str] = {}
        self.answers: list[Callable[[], web.Response]] = []
        self.always: Callable[[], web.Response] | None = None
        self.shuffle = False
        internet.site("api.semanticscholar.org").handle("/graph/v1/paper/batch", self._batch)
        for host in ("semanticscholar.org", "www.semanticscholar.org"):
            internet.site(host).default(bot_wall("aws-waf"))

    @property
    def questions(self) -> list[list[str]]:
        """The idents of each question."""
        return [entry.json()["ids"] for entry in self.internet.requests_to("api.semanticscholar.org")]

    async def _batch(self, request: web.Request) -> web.StreamResponse:
        if self.always is not None:
            return self.always()
        if self.answers:
            return self.answers.pop(0)()
        if request.method != "POST":
            return web.Response(status=405)
        asked: list[str] = json.loads(await request.read())["ids"]
        if len(asked) > 500:
            return _json({"error": "Too many papers"}, 400)
        found = [self._paper(ident) for ident in asked]
        if not any(found):
            return _json({"error": "No valid paper ids given"}, 400)
        return _json(found[1:] + found[:1] if self.shuffle else found)

    def _paper(self, ident: str) -> dict[str, str] | None:
        if self.hidden.get(ident, 0) > 0:
            self.hidden[ident] -= 1
            return None
        if ident in self.missing:
            return None
        known = len(ident) == 40
        sha = self.merged.get(ident, ident if known else f"{sum(map(ord, ident)):040x}")
        return {"paperId": sha, "title": self.titles.get(ident, f"Paper {ident}")}


def _json(value: object, status: int = 200) -> web.Response:
    return web.Response(status=status, text=json.dumps(value), content_type="application/json")
