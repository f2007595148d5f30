"""NCBI: ESummary for PubMed, the ID converter for PubMed Central, and sites behind a bot wall."""

from __future__ import annotations

import json
from collections.abc import Callable

from aiohttp import web
from multidict import MultiMapping

from tests.internet.core import FakeInternet
from tests.internet.walls import bot_wall


class FakePubMed:
    """Installs itself on NCBI's hosts. Every number is an article's unless told otherwise.

    Attributes:
        missing: PMIDs and PMCIDs (with prefix) that do not exist.
        hidden: numbers that are called missing the next n times.
        unreleased: PMCIDs that the converter knows and that are not shown yet.
        retracted: PMIDs marked as retracted.
        titles: by PMID.
        pubmed, pmc: answers to give instead, one a question, before the service behaves again.
        always: an answer to give to every question, or None.
    """

    def __init__(self, internet: FakeInternet) -> None:
        self.internet = internet
        self.missing: set[str] = set()
        self.hidden: dict[str, int] = {}
        self.unreleased: set[str] = set()
        self.retracted: set[str] = set()
        self.titles: dict[str, str] = {}
        self.pubmed: list[Callable[[], web.Response]] = []
        self.pmc: list[Callable[[], web.Response]] = []
        self.always: Callable[[], web.Response] | None = None
        internet.site("eutils.ncbi.nlm.nih.gov").handle("/entrez/eutils/esummary.fcgi", self._esummary)
        internet.site("pmc.ncbi.nlm.nih.gov").handle("/tools/idconv/api/v1/articles", self._convert)
        for host in ("pubmed.ncbi.nlm.nih.gov", "pmc.ncbi.nlm.nih.gov"):
            internet.site(host).default(bot_wall("cloudflare"))

    @property
    def questions(self) -> list[MultiMapping[str]]:
        """The parameters of each question to either service, in order."""
        apis = ("/entrez/eutils/esummary.fcgi", "/tools/idconv/api/v1/articles/")
        return [entry.query for entry in self.internet.log if entry.path in apis]

    async def _esummary(self, request: web.Request) -> web.StreamResponse:
        if self.always is not None:
            return self.always()
        if self.pubmed:
            return self.pubmed.pop(0)()
        asked = request.query["id"].split(",")
        if request.query.get("retmode") != "json" or len(asked) > 200:
            return web.Response(text="<eSummaryResult/>", content_type="text/xml")
        result: dict[str, object] = {"uids": asked}
        for number in asked:
            result[number] = self._summary(number)
        return _json({"header": {"type": "esummary", "version": "0.3"}, "result": result})

    def _summary(self, number: str) -> dict[str, object]:
        if self._absent(number):
            return {"uid": number, "error": "cannot get document summary"}
        kinds = ["Journal Article"] + (["Retracted Publication"] if number in self.retracted else [])
        return {"uid": number, "title": self.titles.get(number, f"Article {number}."), "pubtype": kinds}

    async def _convert(self, request: web.Request) -> web.StreamResponse:
        if self.always is not None:
            return self.always()
        if self.pmc:
            return self.pmc.pop(0)()
        asked = request.query["ids"].split(",")
        if request.query.get("idtype") != "pmcid" or len(asked) > 200:
            errors = [{"message": "All values of query param `ids` must be PubMed IDs.", "code": "invalid_pmids"}]
            return _json({"status": "error", "http_status": "400", "errors": errors}, 400)
        return _json({"status": "ok", "records": [self._record(number) for number in asked]})

    def _record(self, number: str) -> dict[str, object]:
        if self._absent(number):
            words = "Identifier not found in PMC"
            return {"pmcid": number, "requested-id": number, "status": "error", "errmsg": words}
        record = {"doi": f"10.1000/{number}", "pmcid": number, "pmid": 1, "requested-id": number}
        return record | ({"live": "false"} if number in self.unreleased else {})

    def _absent(self, number: str) -> bool:
        if self.hidden.get(number, 0) > 0:
            self.hidden[number] -= 1
            return True
        return number in self.missing


def _json(value: object, status: int = 200) -> web.Response:
    return web.Response(status=status, text=json.dumps(value), content_type="application/json")
