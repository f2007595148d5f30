"""RubyGems.org: an API that knows what can be installed, and pages that also know what was yanked."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from tests.internet.core import FakeInternet

_MISSING = "This rubygem could not be found."


class FakeRubyGems:
    """Installs itself on rubygems.org. There are no gems but those that were added.

    Attributes:
        gems: versions of each gem (with their platforms), and whether they are yanked.
        reserved: names that nobody may take; their pages answer 200.
        api, page: responses to give to every such request instead, or None.
    """

    def __init__(self, internet: FakeInternet) -> None:
        self.internet = internet
        self.gems: dict[str, dict[str, bool]] = {}
        self.reserved: set[str] = set()
        self.api: Callable[[], web.Response] | None = None
        self.page: Callable[[], web.Response] | None = None
        internet.site("rubygems.org").handle("/api/v1", self._api).handle("/gems", self._page)

    async def _api(self, request: web.Request) -> web.StreamResponse:
        if self.api is not None:
            return self.api()
        kind, _, name = request.path.removeprefix("/api/v1/").removesuffix(".json").partition("/")
        hosted = [version for version, yanked in self.gems.get(name, {}).items() if not yanked]
        if not hosted:
            return web.Response(status=404, text=_MISSING)
        if kind == "gems":
            return web.json_response({"name": name, "version": hosted[0], "info": "A gem."})
        parts = [version.partition("-") for version in hosted]
        return web.json_response([{"number": n, "platform": platform or "ruby"} for n, _, platform in parts])

    async def _page(self, request: web.Request) -> web.StreamResponse:
        if self.page is not None:
            return self.page()
        name, _, version = request.path.removeprefix("/gems/").partition("/versions/")
        versions = self.gems.get(name, {})
        if (not versions and name not in self.reserved) or (version and version not in versions):
            return web.Response(status=404, text="<title>Page not found</title>", content_type="text/html")
        text = "<h1>A gem</h1>"
        if version and versions[version]:
            text = "This version has been yanked, and it is not available for download directly"
        elif versions and all(versions.values()):
            text = "This gem is not currently hosted on RubyGems.org. Yanked versions of this gem may already exist."
        return web.Response(text=f"<title>{name}</title>{text}", content_type="text/html")
