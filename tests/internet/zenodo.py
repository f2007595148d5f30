"""Zenodo: an interface that tells, and pages behind a bot wall."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from tests.internet import misbehave
from tests.internet.core import FakeInternet


class FakeZenodo:
    """Installs itself on zenodo.org. There are no records but those that were added.

    Attributes:
        records: status of the interface by number; 200 is an ordinary record, 410 one that was taken down.
        always: an answer to give to every question to the interface, or None.
    """

    def __init__(self, internet: FakeInternet) -> None:
        self.internet = internet
        self.records: dict[str, int] = {}
        self.always: Callable[[], web.Response] | None = None
        wall = misbehave.bot_wall("cloudflare")
        internet.site("zenodo.org").handle("/api/records", self._api).default(wall)

    @property
    def questions(self) -> list[str]:
        """The number of each record that was asked for, in order."""
        return [e.path.rpartition("/")[2] for e in self.internet.requests_to("zenodo.org")]

    async def _api(self, request: web.Request) -> web.StreamResponse:
        if self.always is not None:
            return self.always()
        number = request.path.rpartition("/")[2]
        status = self.records.get(number, 404)
        if status == 200:
            return web.json_response({"id": int(number), "metadata": {"title": "A data set"}})
        return web.json_response({"status": status, "message": "made up"}, status=status)
