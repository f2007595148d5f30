"""The Visual Studio Marketplace: one query for all extensions of a list."""

from __future__ import annotations

import json

import pytest
from aiohttp import web

from linkwarden.net import Net
from linkwarden.providers.code.vscode import CANARY, VsCode
from tests.internet import FakeInternet
from tests.links import answers_of, slug

ITEMS = "https://marketplace.visualstudio.com/items?itemName="


def _serve(internet: FakeInternet, *known: str) -> None:
    async def query(request: web.Request) -> web.StreamResponse:
        criteria = json.loads(await request.read())["filters"][0]["criteria"]
        names = [item["value"] for item in criteria if item["value"] in known]
        extensions = [
            {"publisher": {"publisherName": name.partition(".")[0]}, "extensionName": name.partition(".")[2]}
            for name in names
        ]
        return web.json_response({"results": [{"extensions": extensions}]})

    internet.site("marketplace.visualstudio.com").handle("/_apis", query)


async def test_one_query_for_all(internet: FakeInternet, net: Net) -> None:
    """What it lacks is missing if the page says so, too."""
    _serve(internet, CANARY, "a.b", "c.d")
    links = {f"{ITEMS}A.B": "ok", f"{ITEMS}c.d&ssr=false": "ok", f"{ITEMS}no.body": "vscode-extension-missing"}

    found = await answers_of(VsCode, net, *links)

    assert {url: slug(item) for url, item in found.items()} == links
    assert [entry.path for entry in internet.log] == ["/_apis/public/gallery/extensionquery", "/items"]


@pytest.mark.parametrize("known", [("a.b",), ()])
async def test_without_the_canary_the_pages_are_asked(internet: FakeInternet, net: Net, known: tuple[str, ...]) -> None:
    """An answer that lacks what is certainly there proves nothing about others."""
    _serve(internet, *known)

    assert slug((await answers_of(VsCode, net, f"{ITEMS}no.body"))[f"{ITEMS}no.body"]) == "pass"
