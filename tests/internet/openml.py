"""OpenML: an interface that tells, and one frame for all pages (docs/facts/services.md#openml)."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from tests.internet import misbehave
from tests.internet.core import FakeInternet


class FakeOpenML:
    """Installs itself on www.openml.org. There are no data sets but those that were added.

    Attributes:
        names: of the data sets, by number.
        always: an answer to give to every question to the interface, or None.
    """

    def __init__(self, internet: FakeInternet) -> None:
        self.internet = internet
        self.names: dict[str, str] = {}
        self.always: Callable[[], web.Response] | None = None
        frame = misbehave.answer("<title>OpenML</title><div id=root></div><script src=a.js></script>")
        internet.site("www.openml.org").handle("/api/v1/json/data", self._api).default(frame)

    @property
    def questions(self) -> list[str]:
        """The number of each data set that was asked for, in order."""
        asked = self.internet.requests_to("www.openml.org")
        return [e.path.rpartition("/")[2] for e in asked if e.path.startswith("/api/")]

    async def _api(self, request: web.Request) -> web.StreamResponse:
        if self.always is not None:
            return self.always()
        number = request.path.rpartition("/")[2]
        if number in self.names:
            return web.json_response({"data_set_description": {"id": number, "name": self.names[number]}})
        return web.json_response({"error": {"code": "111", "message": "Unknown dataset"}}, status=412)
