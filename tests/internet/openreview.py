"""OpenReview: both versions of its API, which mostly challenge programs, and pages that are an empty frame."""

from __future__ import annotations

import json
from collections.abc import Callable

from aiohttp import web

from tests.internet.core import FakeInternet

_FRAME = "<!DOCTYPE html><html><head><title>OpenReview</title></head><body><div id='__next'></div></body></html>"
HOSTS = ("api2.openreview.net", "api.openreview.net")


class FakeOpenReview:
    """Installs itself on OpenReview's hosts. Closed to programs, as in 2026, until ``open`` is set.

    Attributes:
        open: answer those who are not logged in.
        old: titles by number, of papers that only the first API has.
        new: titles by number, of papers that only the second one has.
        private: numbers that are not shown to everybody.
        empty: say "no notes" with 200 instead of 404.
        hidden: numbers that the next n questions do not find.
        answers: answers to give instead, one a question, before it behaves again.
        always: an answer to give to every question, or None.
    """

    def __init__(self, internet: FakeInternet) -> None:
        self.internet = internet
        self.open = False
        self.old: dict[str, str] = {}
        self.new: dict[str, str] = {}
        self.private: set[str] = set()
        self.empty = False
        self.hidden: dict[str, int] = {}
        self.answers: list[Callable[[], web.Response]] = []
        self.always: Callable[[], web.Response] | None = None
        for host in HOSTS:
            internet.site(host).handle("/notes", self._notes)
        internet.site("openreview.net").page("/forum", _FRAME).page("/pdf", _FRAME)

    @property
    def questions(self) -> list[tuple[str, str]]:
        """Host and number of each question, in order."""
        return [(entry.host, entry.query["id"]) for entry in self.internet.log if entry.host in HOSTS]

    async def _notes(self, request: web.Request) -> web.StreamResponse:
        number = request.query["id"]
        if self.always is not None:
            return self.always()
        if self.answers:
            return self.answers.pop(0)()
        if not self.open:
            challenge = {"url": "https://openreview.net/challenge"}
            return _json({"name": "ChallengeRequiredError", "message": "Challenge required", "details": challenge}, 403)
        if number in self.private:
            return _json({"name": "ForbiddenError", "message": "User Guest does not have permission"}, 403)
        return self._note(number, first=request.host == "api.openreview.net")

    def _note(self, number: str, *, first: bool) -> web.Response:
        title = (self.old if first else self.new).get(number)
        if self.hidden.get(number, 0) > 0:
            self.hidden[number] -= 1
            title = None
        if title is not None:
            content = {"title": title if first else {"value": title}}
            return _json({"notes": [{"id": number, "forum": number, "content": content}], "count": 1})
        if self.empty:
            return _json({"notes": [], "count": 0})
        return _json({"name": "NotFoundError", "message": f"The Note {number} was not found", "status": 404}, 404)


def _json(value: object, status: int = 200) -> web.Response:
    return web.Response(status=status, text=json.dumps(value), content_type="application/json")
