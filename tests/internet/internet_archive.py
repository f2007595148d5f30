"""Items of the Internet Archive: the search, and records that answer 200 also where there is no item."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from tests.internet.core import FakeInternet

CANARY = "opensource"


class FakeItems:
    """Installs itself on archive.org, with the items that a test adds.

    Attributes:
        items: the names of the files of each.
        unindexed: items that the search does not have.
        dark: items that were taken down.
        lent: files of all items that are not for everybody.
        always: an answer to give to every question, or None.
    """

    def __init__(self, internet: FakeInternet) -> None:
        self.internet = internet
        self.items: dict[str, list[str]] = {CANARY: []}
        self.unindexed: set[str] = set()
        self.dark: set[str] = set()
        self.lent: set[str] = set()
        self.always: Callable[[], web.Response] | None = None
        site = internet.site("archive.org")
        site.handle("/advancedsearch.php", self._search).handle("/metadata", self._record)

    @property
    def questions(self) -> list[str]:
        """What was asked, in order: "search", or the item whose record it was."""
        paths = [entry.path for entry in self.internet.requests_to("archive.org")]
        return ["search" if "search" in path else path.rpartition("/")[2] for path in paths]

    async def _search(self, request: web.Request) -> web.StreamResponse:
        if self.always is not None:
            return self.always()
        names = request.query["q"].removeprefix("identifier:(").removesuffix(")").split(" OR ")
        known = [name for name in names if name in self.items and name not in self.unindexed | self.dark]
        docs = [{"identifier": name, "title": f"The {name}"} for name in known[: int(request.query.get("rows", "50"))]]
        return web.json_response({"responseHeader": {"status": 0}, "response": {"numFound": len(known), "docs": docs}})

    async def _record(self, request: web.Request) -> web.StreamResponse:
        if self.always is not None:
            return self.always()
        name = request.path.rpartition("/")[2]
        if name in self.dark:
            return web.json_response({"is_dark": True, "metadata": {"identifier": name}})
        if name not in self.items:
            return web.json_response({})
        files = [{"name": file, **({"private": "true"} if file in self.lent else {})} for file in self.items[name]]
        return web.json_response({"metadata": {"identifier": name, "title": f"The {name}"}, "files": files})
