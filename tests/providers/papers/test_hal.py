"""HAL: one search for all records, and only what it has is settled."""

from __future__ import annotations

import pytest
from aiohttp import web

from linkwarden.model import Pass
from linkwarden.net import Net
from linkwarden.providers.papers.hal import Hal
from tests.internet import FakeInternet
from tests.links import answers_of, slug

DOCS = [
    {
        "halId_s": "hal-01234567",
        "title_s": ["A Title"],
        "fileMain_s": "https://hal.science/hal-01234567/file/a.pdf",
        "version_i": 2,
    },
    {"halId_s": "tel-02345678", "title_s": "Another Title"},
]


async def test_one_search_settles_what_it_has(internet: FakeInternet, net: Net) -> None:
    """A record without a file proves no file, and an unknown record is asked itself."""

    async def search(request: web.Request) -> web.StreamResponse:
        assert request.query["q"] == "halId_s:(hal-01234567 OR tel-02345678 OR hal-09999999)"
        return web.json_response({"response": {"numFound": len(DOCS), "docs": DOCS}})

    internet.site("api.archives-ouvertes.fr").handle("/search/", search)
    links = {
        "https://hal.science/hal-01234567": "ok",
        "https://hal.science/hal-01234567v2/document": "ok",
        "https://hal.science/hal-01234567v3": "pass",
        "https://theses.hal.science/tel-02345678v1": "ok",
        "https://theses.hal.science/tel-02345678v2": "pass",
        "https://hal.science/hal-01234567/file/a.pdf": "ok",
        "https://hal.science/hal-01234567/file/b.pdf": "pass",
        "https://theses.hal.science/tel-02345678": "ok",
        "https://theses.hal.science/tel-02345678/document": "pass",
        "https://hal.science/hal-09999999": "pass",
    }

    found = await answers_of(Hal, net, *links)

    assert {url: slug(item) for url, item in found.items()} == links
    assert len(internet.log) == 1


@pytest.mark.parametrize("status", [200, 429, 500])
async def test_no_answer_leaves_all_to_their_pages(internet: FakeInternet, net: Net, status: int) -> None:
    """HAL's pages may still answer."""

    async def search(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text="<html>")

    internet.site("api.archives-ouvertes.fr").handle("/search/", search)
    link = "https://hal.science/hal-01234567"

    assert isinstance((await answers_of(Hal, net, link))[link], Pass)
