"""Hackage: packages as JSON, the list of all of them, and the list of deprecated ones."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from tests.internet.core import FakeInternet


class FakeHackage:
    """Installs itself on hackage.haskell.org, with the packages that a test adds.

    Attributes:
        packages: versions by name.
        deprecated: what takes a package's place, by its name.
        lists: it answers for the list of all packages.
        always: an answer to give to every question, or None.
    """

    def __init__(self, internet: FakeInternet) -> None:
        self.internet = internet
        self.packages: dict[str, list[str]] = {}
        self.deprecated: dict[str, list[str]] = {}
        self.lists = True
        self.always: Callable[[], web.Response] | None = None
        internet.site("hackage.haskell.org").default(self._answer)

    @property
    def questions(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [entry.path for entry in self.internet.requests_to("hackage.haskell.org")]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if self.always is not None:
            return self.always()
        path = request.path
        if path == "/packages/deprecated.json":
            rows = [{"deprecated-package": old, "in-favour-of": new} for old, new in self.deprecated.items()]
            return web.json_response(rows)
        if path == "/packages/" and self.lists:
            return web.json_response([{"packageName": name} for name in self.packages])
        name = path.removeprefix("/package/").removesuffix("/preferred")
        if name not in self.packages or not path.endswith("/preferred"):
            return web.Response(status=404, text="Not found")
        return web.json_response({"normal-version": self.packages[name]})
