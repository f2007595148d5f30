"""crates.io: the index that cargo reads, the interface with its one request a second, and pages built by script."""

from __future__ import annotations

import json
from collections.abc import Callable

from aiohttp import web

from tests.internet.core import FakeInternet


class FakeCrates:
    """Installs itself on crates.io and index.crates.io. There are no crates but those that were added.

    Attributes:
        crates: versions of each crate, and whether they are yanked; by name as its owner writes it.
        not_indexed: crates that the index lacks although the interface has them.
        padding: characters of ballast in each line of the index.
        index, api: answers to give to every such question instead, or None.
    """

    def __init__(self, internet: FakeInternet) -> None:
        self.internet = internet
        self.crates: dict[str, dict[str, bool]] = {}
        self.not_indexed: set[str] = set()
        self.padding = 0
        self.index: Callable[[], web.Response] | None = None
        self.api: Callable[[], web.Response] | None = None
        internet.site("index.crates.io").default(self._index)
        internet.site("crates.io").handle("/api/v1/crates", self._api).default(self._page)

    async def _index(self, request: web.Request) -> web.StreamResponse:
        if self.index is not None:
            return self.index()
        name = request.path.rpartition("/")[2]
        known = {crate.lower(): crate for crate in self.crates if crate not in self.not_indexed}
        if name not in known or request.path != f"/{_folder(name)}/{name}":
            return web.Response(status=404, text="<Error><Code>NoSuchKey</Code></Error>")
        lines = [
            json.dumps({"name": known[name], "vers": version, "yanked": yanked, "features": "x" * self.padding})
            for version, yanked in self.crates[known[name]].items()
        ]
        return web.Response(text="\n".join(lines) + "\n", content_type="text/plain")

    async def _api(self, request: web.Request) -> web.StreamResponse:
        if self.api is not None:
            return self.api()
        if "linkwarden" not in request.headers.get("User-Agent", ""):
            return web.Response(status=403, text="We require a User-Agent")
        name, _, version = request.path.removeprefix("/api/v1/crates/").partition("/")
        # The interface takes - and _ for the same, and does not look at capitals.
        crate = next((c for c in self.crates if _plain(c) == _plain(name)), None)
        if crate is None:
            return _missing(f"crate `{name}` does not exist")
        if not version:
            return web.json_response({"crate": {"id": crate, "name": crate}})
        if version not in self.crates[crate]:
            return _missing(f"crate `{crate}` does not have a version `{version}`")
        return web.json_response({"version": {"num": version, "yanked": self.crates[crate][version]}})

    @staticmethod
    async def _page(request: web.Request) -> web.StreamResponse:
        found = "text/html" in request.headers.get("Accept", "")
        return web.Response(status=200 if found else 404, text="<title>crates.io</title>", content_type="text/html")


def _plain(name: str) -> str:
    return name.lower().replace("-", "_")


def _folder(name: str) -> str:
    return {1: "1", 2: "2", 3: f"3/{name[0]}"}.get(len(name), f"{name[:2]}/{name[2:4]}")


def _missing(detail: str) -> web.Response:
    return web.json_response({"errors": [{"detail": detail}]}, status=404)
