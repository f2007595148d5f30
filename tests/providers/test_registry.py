"""What all registries share: how a service is asked, what its silence means, and how its JSON is read."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.model import Evidence, Verdict
from linkwarden.net import Net
from linkwarden.providers.registry import (
    MAX_DEPTH,
    Case,
    Reply,
    Thing,
    answered,
    ask,
    at,
    read_json,
    title_of,
    unanswered,
)
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


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": [1, null, "x"]}', {"a": [1, None, "x"]}),
        (b"\xef\xbb\xbf[]", []),
        (b'"\xff"', None),
        (b"<html>", None),
        (b"", None),
        (b'{"a": 12', None),
        (b"123456789012345678", 123_456_789_012_345_678),
        (b"1234567890123456789", 1.234567890123456789e18),
        (b"9" * 5_000, float("inf")),
        (b"[NaN, -Infinity]", [None, None]),
        (rb'"\ud83d\ude00"', "\U0001f600"),
        (rb'["\ud83d", "\ude00\ud83d", "\\ud83d"]', ["\ufffd", "\ufffd\ufffd", r"\ud83d"]),
    ],
)
def test_json_is_read_tamely(body: bytes, value: object) -> None:
    """What no registry sends is nothing, or something that cannot do harm further on."""
    assert read_json(body) == value


@pytest.mark.parametrize("levels", [MAX_DEPTH, MAX_DEPTH + 1, 5_000])
@pytest.mark.parametrize("text", ["[{}]", '{{"a": {}}}'])
def test_nesting_is_bounded(text: str, levels: int) -> None:
    """Deep nesting is no JSON to us; brackets within texts do not count."""
    body = "1"
    for _ in range(levels):
        body = text.format(body)
    deep = read_json(body.encode()) is None
    assert deep == (levels > MAX_DEPTH)
    assert read_json(json.dumps("[" * 5_000).encode()) == "[" * 5_000


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_what_is_read_is_what_was_sent(value: object) -> None:
    """Ordinary JSON comes through as it is, but for whole numbers that no registry sends."""
    assert read_json(json.dumps(value).encode()) == json.loads(
        json.dumps(value), parse_int=lambda digits: int(digits) if len(digits) <= 18 else float(digits)
    )


def test_a_path_leads_to_a_value_or_nowhere() -> None:
    """Keys and places that are not there, and values of another kind, are None."""
    value = {"a": [{"b": 1}], "c": "text"}
    assert at(value, "a", 0, "b") == 1
    for path in (("a", 1), ("a", "b"), ("c", 0), ("c", "x"), ("x",), (0,)):
        assert at(value, *path) is None


@given(st.text())
def test_a_title_is_one_bounded_line(text: str) -> None:
    """Whatever a service calls a thing can be shown."""
    title = title_of(text)
    assert title is None or (title == " ".join(title.split()) and 0 < len(title) <= 300)
    assert title_of({"title": text}) is None


def test_no_request_has_a_reason_of_its_own() -> None:
    """Where no request was made, the sentence says why."""
    (item,) = unanswered(CASES[:1], "The service", Reply(API, because="answers no more requests today"))
    assert isinstance(item, Evidence)
    assert item.reason == "The service answers no more requests today."
    assert item.status is None
