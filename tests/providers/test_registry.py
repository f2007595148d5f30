"""What all registries share: how a service is asked, and what its silence means."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from aiohttp import web

from linkwarden.model import Evidence, Verdict
from linkwarden.net import Net
from linkwarden.providers.registry import Case, Reply, Thing, answered, ask, unanswered
from tests.internet import FakeInternet, misbehave
from tests.links import claim, verdict_of

API = "https://api.example/v1/thing"
CASES = [Case(claim(url), Thing("thing")) for url in ("https://a.example/thing", "https://a.example/thing#part")]


def _status(status: int, body: str = "", media_type: str = "application/json") -> Callable[[FakeInternet], object]:
    return lambda internet: internet.site("api.example").page("/v1/thing", body, status, media_type=media_type)


@pytest.mark.parametrize(
    ("arrange", "words"),
    [
        (_status(429), "asked to wait longer than this run lasts"),
        (_status(403), "refused the request (403)"),
        (_status(503), "had a server error (503)"),
        (_status(404), "gave an unexpected response (404)"),
        (_status(200, "<html>Hello", "text/html"), "gave an unexpected response (200)"),
        (
            lambda internet: internet.site("api.example").default(misbehave.bot_wall("cloudflare")),
            "turned linkwarden away",
        ),
        (lambda internet: internet.refuse("api.example"), "could not be reached"),
        (lambda internet: internet.silent("api.example"), "did not answer in time"),
    ],
)
async def test_each_silence_has_its_words(
    internet: FakeInternet, net: Net, arrange: Callable[[FakeInternet], object], words: str
) -> None:
    """All links to the thing are unverified, with one sentence that says what the service did."""
    arrange(internet)

    items = unanswered(CASES, "The service", await ask(net, API, "test"))

    assert [item.key for item in items] == [case.claim.target.key for case in CASES]
    for item in items:
        assert isinstance(item, Evidence)
        assert verdict_of(item) is Verdict.UNVERIFIED
        assert item.reason.startswith(f"The service {words}")
        assert item.reason.endswith(".")


async def test_what_a_service_says_is_said_of_all_links(internet: FakeInternet, net: Net) -> None:
    """One response, one fact, one title for every link to the thing; the API's URL is not where readers land."""
    internet.site("api.example").page("/v1/thing", json.dumps({"name": "A  thing"}), media_type="application/json")

    reply = await ask(net, API, "test")
    items = answered(CASES, reply, "the service has the thing", title=reply.table.get("name"))

    assert [item.key for item in items] == [case.claim.target.key for case in CASES]
    for item in items:
        assert isinstance(item, Evidence)
        assert (item.rule, item.status, item.title, item.final_url) == (None, 200, "A thing", None)
        assert [(fact.what, fact.url, fact.status) for fact in item.facts] == [("the service has the thing", API, 200)]


async def test_the_beginning_of_a_long_response_is_no_json(internet: FakeInternet, net: Net) -> None:
    """What was too long to be read whole is seen to be an object or a list, and holds nothing."""

    async def long(request: web.Request) -> web.Response:
        return web.json_response([["x" * 100_000]] if request.query else {"name": "x" * 100_000})

    internet.site("api.example").handle("/v1/thing", long)

    whole = await ask(net, API, "test")
    table = await ask(net, API, "test", max_bytes=1000)
    items = await ask(net, f"{API}?list", "test", max_bytes=1000)

    assert whole.table
    assert (table.value, table.is_object, table.is_list) == (None, True, False)
    assert (items.value, items.is_object, items.is_list) == (None, False, True)


def test_no_request_has_a_reason_of_its_own() -> None:
    """Where no request was made, the sentence says why."""
    (item,) = unanswered(CASES[:1], "The service", Reply(API, because="answers no more requests today"))
    assert isinstance(item, Evidence)
    assert item.reason == "The service answers no more requests today."
    assert item.status is None
