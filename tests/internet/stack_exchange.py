"""Stack Exchange: the interface with its daily quota and its pauses, and sites that wall programs off."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from tests.internet import misbehave
from tests.internet.core import FakeInternet

_ID_FIELDS = {"questions": "question_id", "answers": "answer_id", "posts": "post_id"}


class FakeStackExchange:
    """Installs itself on api.stackexchange.com and some sites. There are no posts but those that were added.

    Attributes:
        questions: title of each question by site and number.
        answers: numbers of answers by site.
        hidden: posts left out of the next answer although they are there.
        quota: how many questions are left today.
        backoff: seconds to name in each answer, or 0.
        misbehaviour: answers to give instead, one a question, before it behaves again.
        always: an answer to give to every question, or None.
    """

    def __init__(self, internet: FakeInternet, *sites: str) -> None:
        self.internet = internet
        self.questions: dict[tuple[str, int], str] = {}
        self.answers: set[tuple[str, int]] = set()
        self.hidden: set[int] = set()
        self.quota = 300
        self.backoff = 0
        self.misbehaviour: list[Callable[[], web.Response]] = []
        self.always: Callable[[], web.Response] | None = None
        self.sites = sites
        internet.site("api.stackexchange.com").default(self._api)
        for site in sites:
            internet.site(site).default(misbehave.answer(b"<title>Human?</title>", 403, "text/html"))

    @property
    def asked(self) -> list[tuple[str, str, int]]:
        """Site, method and number of ids of each question, in order."""
        found = []
        for entry in self.internet.requests_to("api.stackexchange.com"):
            _, _, method, ids = entry.path.split("/")
            found.append((dict(entry.query)["site"], method, len(ids.split(";"))))
        return found

    @staticmethod
    def throttled() -> web.Response:
        """Answer as it does to those who asked too often."""
        body = {"error_id": 502, "error_name": "throttle_violation", "error_message": "too many requests from this IP"}
        return web.json_response(body, status=400)

    async def _api(self, request: web.Request) -> web.StreamResponse:
        if self.always is not None:
            return self.always()
        if self.misbehaviour:
            return self.misbehaviour.pop(0)()
        if self.quota <= 0:
            return self.throttled()
        self.quota -= 1
        _, version, method, ids = request.path.split("/")
        site, numbers = request.query["site"], [int(number) for number in ids.split(";")]
        if version != "2.3" or len(numbers) > 100 or site not in self.sites:
            body = {"error_id": 400, "error_name": "bad_parameter", "error_message": f"No site found for {site}"}
            return web.json_response(body, status=400)
        items = [item for n in numbers if (item := self._item(method, site, n)) and n not in self.hidden]
        self.hidden -= set(numbers)
        size = int(request.query.get("pagesize", "30"))
        body = {"items": items[:size], "has_more": len(items) > size, "quota_max": 300, "quota_remaining": self.quota}
        return web.json_response(body | ({"backoff": self.backoff} if self.backoff else {}))

    def _item(self, method: str, site: str, number: int) -> dict[str, object] | None:
        question = (site, number) in self.questions and method in ("questions", "posts")
        answer = (site, number) in self.answers and method in ("answers", "posts")
        if not question and not answer:
            return None
        item: dict[str, object] = {_ID_FIELDS[method]: number}
        return item | ({"title": self.questions[site, number]} if method == "questions" else {})
