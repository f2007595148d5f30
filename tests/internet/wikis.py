"""A wiki that runs MediaWiki on a host of its own: its pages, which name the API, and the API."""

from __future__ import annotations

from aiohttp import web

from tests.internet.core import FakeInternet


class FakeWiki:
    """Installs itself on a host.

    Attributes:
        pages: names of pages.
        redirects: names that lead to another.
        walled: pages are behind bot protection; the API is not.
        closed: the API answers nobody.
    """

    def __init__(self, internet: FakeInternet, host: str, *, api: str = "/w/api.php", start: str = "/wiki/") -> None:
        self.internet = internet
        self.host = host
        self.pages: set[str] = set()
        self.redirects: dict[str, str] = {}
        self.walled = self.closed = False
        self._api, self._start = api, start
        internet.site(host).default(self._answer)

    @property
    def asked(self) -> list[str]:
        """The paths that were requested, in order."""
        return [entry.path for entry in self.internet.requests_to(self.host)]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if request.path == self._api:
            return web.json_response({} if self.closed else self._queried(request.query["titles"]))
        if self.walled:
            return web.Response(status=403, text="Just a moment", headers={"server": "cloudflare", "cf-ray": "1"})
        title = request.query.get("title") or request.path.removeprefix(self._start)
        found = title.replace("_", " ") in self.pages or title.replace("_", " ") in self.redirects
        head = (
            f'<title>{title}</title><link rel="EditURI" type="application/rsd+xml"'
            f' href="//{self.host}{self._api}?action=rsd"/>'
        )
        return web.Response(
            status=200 if found else 404,
            text=f"<html><head>{head}</head><body><h1>{title}</h1>",
            content_type="text/html",
        )

    def _queried(self, titles: str) -> dict[str, object]:
        pages: list[dict[str, object]] = []
        redirects: list[dict[str, str]] = []
        for title in titles.split("|"):
            there = self.redirects.get(title, title)
            if there != title:
                redirects.append({"from": title, "to": there})
            pages.append({"title": there, **({"pageid": 1} if there in self.pages else {"missing": True})})
        return {"query": {"redirects": redirects, "pages": pages}}
