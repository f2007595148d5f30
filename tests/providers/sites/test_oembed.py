"""oEmbed: good news is believed, and the page is asked about the rest."""

from __future__ import annotations

import pytest
from aiohttp import web

from linkwarden.model import Pass
from linkwarden.net import Net
from linkwarden.providers.sites.oembed import OEmbed
from tests.internet import FakeInternet
from tests.links import answers_of, evidence_of, slug

TRACK = "https://soundcloud.com/artist/track"


async def test_a_thing_that_is_shown_is_there(internet: FakeInternet, net: Net) -> None:
    """It is asked without a slash at its end, at which the service stumbles."""

    async def oembed(request: web.Request) -> web.StreamResponse:
        if request.query["url"] != TRACK:
            return web.Response(status=404)
        return web.json_response({"type": "rich", "title": "A Track", "html": "<iframe>"})

    internet.site("soundcloud.com").handle("/oembed", oembed)

    found = await evidence_of(OEmbed, net, f"{TRACK}/?si=abc")

    assert (slug(found), found.title) == ("ok", "A Track")


@pytest.mark.parametrize(
    "answer",
    [
        web.Response(status=404),
        web.Response(status=403),
        web.Response(status=504),
        web.Response(text="<html>", content_type="text/html"),
        web.json_response({"error": "x"}),
        web.json_response([]),
    ],
)
async def test_the_page_is_asked_about_the_rest(internet: FakeInternet, net: Net, answer: web.Response) -> None:
    """Also 404 may mean only that it must not be embedded."""

    async def oembed(_: web.Request) -> web.StreamResponse:
        return answer

    internet.site("soundcloud.com").handle("/oembed", oembed)

    assert isinstance((await answers_of(OEmbed, net, TRACK))[TRACK], Pass)
