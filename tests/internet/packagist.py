"""Packagist: the files that Composer reads, and pages that lead to a search for whatever is missing."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from tests.internet.core import FakeInternet


class FakePackagist:
    """Installs itself on packagist.org and repo.packagist.org. There are no packages but those that were added.

    Attributes:
        packages: what each package has in the place of ``abandoned``: False, True, or the name of its replacement.
        provided: names that are no packages and that others provide.
        versions: how many versions each package has.
        files, page: responses to give to every such request instead, or None.
    """

    def __init__(self, internet: FakeInternet) -> None:
        self.internet = internet
        self.packages: dict[str, bool | str] = {}
        self.provided: set[str] = set()
        self.versions = 2
        self.files: Callable[[], web.Response] | None = None
        self.page: Callable[[], web.Response] | None = None
        internet.site("repo.packagist.org").handle("/p2", self._file)
        internet.site("packagist.org").handle("/packages", self._page)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        if self.files is not None:
            return self.files()
        name = request.path.removeprefix("/p2/").removesuffix(".json")
        if name not in self.packages:
            return web.Response(status=404, text="404 not found", content_type="text/plain")
        newest: dict[str, object] = {"name": name, "version": "2.0.0"}
        if self.packages[name]:
            newest["abandoned"] = self.packages[name]
        versions = [newest, *({"version": f"1.{n}.0"} for n in range(self.versions - 1))]
        return web.json_response({"packages": {name: versions[: self.versions]}, "minified": "composer/2.0"})

    async def _page(self, request: web.Request) -> web.StreamResponse:
        if self.page is not None:
            return self.page()
        name = request.path.removeprefix("/packages/")
        if name in self.packages:
            return web.Response(text=f"<title>{name}</title>", content_type="text/html")
        where = f"/providers/{name}" if name in self.provided else f"/search/?q={name}&reason=package_not_found"
        raise web.HTTPFound(where)
