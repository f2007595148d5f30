"""Docker Hub: an interface that tells, and pages that answer 200 for everything."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from tests.internet import misbehave
from tests.internet.core import FakeInternet


class FakeDockerHub:
    """Installs itself on hub.docker.com. There are no images but those that were added, and alpine.

    Attributes:
        images: namespace and name of each.
        odd: answers to give instead for some images, by namespace and name.
        always: an answer to give to every question to the interface, or None.
    """

    def __init__(self, internet: FakeInternet) -> None:
        self.internet = internet
        self.images: set[str] = {"library/alpine"}
        self.odd: dict[str, Callable[[], web.Response]] = {}
        self.always: Callable[[], web.Response] | None = None
        page = misbehave.answer(b"<title>Docker Hub</title>", media_type="text/html")
        internet.site("hub.docker.com").handle("/v2/repositories", self._api).default(page)

    @property
    def questions(self) -> list[str]:
        """Namespace and name of each image that was asked for, in order."""
        return [e.path.removeprefix("/v2/repositories/").strip("/") for e in self.internet.log]

    async def _api(self, request: web.Request) -> web.StreamResponse:
        if self.always is not None:
            return self.always()
        name = request.path.removeprefix("/v2/repositories/").strip("/")
        if name in self.odd:
            return self.odd[name]()
        if name not in self.images:
            return web.json_response({"message": "object not found", "errinfo": {}}, status=404)
        namespace, _, image = name.partition("/")
        return web.json_response({"user": namespace, "name": image, "namespace": namespace, "is_private": False})
