"""The DOI system and its two big agencies: doi.org with ``doiRA`` and the handle API, Crossref and DataCite."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import unquote

from aiohttp import web

from tests.internet.core import FakeInternet


class FakeDoi:
    """Installs itself on doi.org, dx.doi.org, api.crossref.org and api.datacite.org.

    Every DOI is registered unless told otherwise; DOIs are compared without regard to case.

    Attributes:
        missing: DOIs that nobody registered.
        only: if not None, nothing but these DOIs is registered.
        invalid: DOIs of which ``doiRA`` says "Invalid DOI" (no handle has them either).
        unsure: DOIs of which ``doiRA`` says "Unknown".
        overlooked: DOIs that ``doiRA`` does not know although they have a handle.
        without_url: DOIs whose handle has no web address.
        titles: what Crossref and DataCite call them.
        details: more of what Crossref has about a DOI in lower case, by field.
        unselectable: fields that Crossref refuses to select (400 for the whole question).
        doi_ra, handles, crossref, datacite: answers to give to every such question instead, or None.
    """

    def __init__(self, internet: FakeInternet) -> None:
        self.internet = internet
        self.missing: set[str] = set()
        self.only: set[str] | None = None
        self.invalid: set[str] = set()
        self.unsure: set[str] = set()
        self.overlooked: set[str] = set()
        self.without_url: set[str] = set()
        self.titles: dict[str, str] = {}
        self.details: dict[str, dict[str, object]] = {}
        self.unselectable: set[str] = set()
        self.crossref: Callable[[], web.Response] | None = None
        self.datacite: Callable[[], web.Response] | None = None
        self.doi_ra: Callable[[], web.Response] | None = None
        self.handles: Callable[[], web.Response] | None = None
        for host in ("doi.org", "dx.doi.org", "www.doi.org"):
            internet.site(host).default(self._resolve)
        internet.site("doi.org").handle("/doiRA", self._agencies).handle("/api/handles", self._handle)
        internet.site("api.crossref.org").handle("/works", self._crossref)
        internet.site("api.datacite.org").handle("/dois", self._datacite)

    @property
    def questions(self) -> list[str]:
        """What was asked of doi.org, in order: decoded paths."""
        return [unquote(entry.path) for entry in self.internet.requests_to("doi.org")]

    def agency_of(self, doi: str) -> str | None:
        """Name the agency that registered a DOI; None if nobody did."""
        doi = doi.lower()
        unknown = {d.lower() for d in self.missing | self.invalid}
        if doi in unknown or (self.only is not None and doi not in {d.lower() for d in self.only}):
            return None
        return "DataCite" if doi.startswith(("10.48550/", "10.5281/", "10.5061/")) else "Crossref"

    # -- doi.org ----------------------------------------------------------------------------------------------------

    async def _agencies(self, request: web.Request) -> web.StreamResponse:
        if self.doi_ra is not None:
            return self.doi_ra()
        asked = request.raw_path.removeprefix("/doiRA/").partition("?")[0].split(",")
        return _json([self._agency(unquote(doi)) for doi in asked])

    def _agency(self, doi: str) -> dict[str, str]:
        if doi in self.invalid:
            return {"DOI": doi, "status": "Invalid DOI"}
        if doi in self.unsure:
            return {"DOI": doi, "status": "Unknown"}
        agency = None if doi in self.overlooked else self.agency_of(doi)
        return {"DOI": doi, "RA": agency} if agency else {"DOI": doi, "status": "DOI does not exist"}

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if self.handles is not None:
            return self.handles()
        doi = unquote(request.raw_path.removeprefix("/api/handles/").partition("?")[0])
        if self.agency_of(doi) is None:
            return _json({"responseCode": 100, "handle": doi}, status=404)
        if doi in self.without_url:
            return _json({"responseCode": 200, "handle": doi})
        value = {"format": "string", "value": f"https://publisher.example/{doi}"}
        return _json({"responseCode": 1, "handle": doi, "values": [{"index": 1, "type": "URL", "data": value}]})

    async def _resolve(self, request: web.Request) -> web.StreamResponse:
        if request.host.startswith(("dx.", "www.")):
            return web.Response(status=301, headers={"Location": f"https://doi.org{request.raw_path}"})
        doi = unquote(request.raw_path.partition("?")[0]).lstrip("/")
        if not doi.startswith("10.") or self.agency_of(doi) is None:
            return web.Response(status=404, text="<title>Error: DOI Not Found</title>", content_type="text/html")
        return web.Response(status=302, headers={"Location": f"https://publisher.example/{doi}"})

    # -- the agencies -----------------------------------------------------------------------------------------------

    async def _crossref(self, request: web.Request) -> web.StreamResponse:
        """Answer ``works?filter=doi:a,doi:b``: unknown ones and those of other agencies are silently absent."""
        if self.crossref is not None:
            return self.crossref()
        select = request.query.get("select", "").split(",")
        if self.unselectable & set(select):
            return _json({"status": "failed", "message-type": "validation-failure"}, status=400)
        asked = [part.removeprefix("doi:") for part in request.query.get("filter", "").split(",") if part]
        found = [doi for doi in asked if self.agency_of(doi) == "Crossref"][: int(request.query.get("rows", "20"))]
        items = [_selected(self._work(doi), select) for doi in found]
        limits = {"x-api-pool": "polite-array", "x-rate-limit-limit": "3", "x-rate-limit-interval": "1s"}
        message = {"total-results": len(items), "items": items}
        return _json({"status": "ok", "message-type": "work-list", "message": message}, headers=limits)

    def _work(self, doi: str) -> dict[str, object]:
        work = {"DOI": doi.lower(), "title": [self.titles.get(doi, doi)], "URL": f"https://doi.org/{doi}"}
        return work | self.details.get(doi.lower(), {})

    async def _datacite(self, request: web.Request) -> web.StreamResponse:
        """Answer ``dois?ids=a,b``: unknown ones are silently absent, 25 on a page unless told otherwise."""
        if self.datacite is not None:
            return self.datacite()
        asked = [doi for doi in request.query.get("ids", "").split(",") if doi]
        found = [doi for doi in asked if self.agency_of(doi) == "DataCite"]
        page = found[: int(request.query.get("page[size]", "25"))]
        data = [{"id": d.lower(), "attributes": {"titles": [{"title": self.titles.get(d, d)}]}} for d in page]
        return _json({"data": data, "meta": {"total": len(found)}})


def _selected(work: dict[str, object], select: list[str]) -> dict[str, object]:
    return {name: value for name, value in work.items() if name in select or select == [""]}


def _json(value: object, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(status=status, text=json.dumps(value), content_type="application/json", headers=headers or {})
