"""Apple's store lookup: one country's store for each question."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from tests.internet.core import FakeInternet

PAGES = "361309726"


class FakeApple:
    """Installs itself on itunes.apple.com. Every store has Pages; the rest is added.

    Attributes:
        stores: names by number, by country.
        hidden: numbers that it overlooks the next n times.
        canary_lives: it knows Pages.
        always: an answer to give to every question, or None.
    """

    def __init__(self, internet: FakeInternet) -> None:
        self.internet = internet
        self.stores: dict[str, dict[str, str]] = {}
        self.hidden: dict[str, int] = {}
        self.canary_lives = True
        self.always: Callable[[], web.Response] | None = None
        internet.site("itunes.apple.com").handle("/lookup", self._lookup)

    @property
    def questions(self) -> list[tuple[str, list[str]]]:
        """Country and numbers of each question."""
        asked = [entry.query for entry in self.internet.requests_to("itunes.apple.com")]
        return [(query["country"], query["id"].split(",")) for query in asked]

    async def _lookup(self, request: web.Request) -> web.StreamResponse:
        if self.always is not None:
            return self.always()
        store = self.stores.get(request.query["country"], {}) | ({PAGES: "Pages"} if self.canary_lives else {})
        found = []
        for number in request.query["id"].split(","):
            if self.hidden.get(number, 0):
                self.hidden[number] -= 1
            elif number in store:
                found.append({"wrapperType": "software", "trackId": int(number), "trackName": store[number]})
        body = {"resultCount": len(found), "results": found}
        return web.json_response(body, content_type="text/javascript")
