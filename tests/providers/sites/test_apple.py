"""Apple's stores: what is absent from one country's store may be sold in another."""

from __future__ import annotations

import pytest
from aiohttp import web

from linkwarden.model import Evidence, Verdict
from linkwarden.net import Net
from linkwarden.providers.sites.apple import Apple
from tests.internet import FakeInternet
from tests.internet.apple import PAGES, FakeApple
from tests.links import answers_of, evidence_of, load, slug, target, verdict_of

APPS = "https://apps.apple.com"


@pytest.fixture
def apple(internet: FakeInternet) -> FakeApple:
    """A store in the United States with two apps, and one in Germany with one more."""
    apple = FakeApple(internet)
    apple.stores = {"us": {"1000001": "One", "1000002": "Two"}, "de": {"1000003": "Drei"}}
    return apple


async def test_one_question_a_country(net: Net, apple: FakeApple) -> None:
    """Numbers are asked for together, in the store that each URL names; without one, in the United States."""
    urls = [f"{APPS}/us/app/one/id1000001", f"{APPS}/app/two/id1000002?mt=8", f"{APPS}/de/app/drei/id1000003"]

    found = await answers_of(Apple, net, *urls)

    assert {slug(item) for item in found.values()} == {"ok"}
    assert [(country, numbers[:-1]) for country, numbers in apple.questions] == [
        ("us", ["1000001", "1000002"]),
        ("de", ["1000003"]),
    ]


async def test_absent_is_suspect_and_names_the_country(net: Net, apple: FakeApple) -> None:
    """Asked twice, with an app that is there: it is not sold in that country, which is all that is known."""
    found = await evidence_of(Apple, net, f"{APPS}/de/app/one/id1000001")

    assert (slug(found), verdict_of(found)) == ("not-in-apple-store", Verdict.SUSPECT)
    assert found.reason == "Apple's store for DE does not offer this."
    assert len(apple.questions) == 2


async def test_what_comes_with_the_second_question_is_there(net: Net, apple: FakeApple) -> None:
    """An answer may lack something once."""
    apple.hidden["1000001"] = 1

    assert slug(await evidence_of(Apple, net, f"{APPS}/us/app/one/id1000001")) == "ok"


async def test_without_the_canary_nobody_is_accused(net: Net, apple: FakeApple) -> None:
    """A lookup that does not know Apple's own app has a bad day."""
    apple.canary_lives = False

    assert slug(await evidence_of(Apple, net, f"{APPS}/us/app/x/id1999999")) == "registry-silent"


async def test_the_limit_is_no_verdict(net: Net, apple: FakeApple) -> None:
    """Apple answers 403 with an empty body to whoever asks too much."""
    apple.always = lambda: web.Response(status=403)

    assert slug(await evidence_of(Apple, net, f"{APPS}/us/app/one/id1000001")) == "registry-silent"


@pytest.mark.parametrize(
    ("url", "ident"),
    [
        ("https://podcasts.apple.com/us/podcast/x/id1200361736?i=123456789", "us:1200361736"),  # an old episode
        ("https://podcasts.apple.com/us/podcast/x/id1200361736?i=1000412345678", "us:1200361736"),
        ("https://itunes.apple.com/us/album/x/id1440857781?i=1440857786&mt=1", "us:1440857786"),
        ("https://apps.apple.com/us/developer/x/id1200361736", "us:1200361736"),
        ("https://apps.apple.com/id1200361736", None),
        ("https://apps.apple.com/us/story/id1200361736", None),
        ("https://music.apple.com/us/playlist/x/pl.1234567", None),
    ],
)
def test_what_a_url_names(url: str, ident: str | None) -> None:
    """Tracks of an album can be looked up; episodes of a podcast cannot."""
    assert load(Apple).claim(target(url)) == ident


async def test_what_was_found_first_stays_found(net: Net, apple: FakeApple, internet: FakeInternet) -> None:
    """Also if the second question, about something else, is refused; the answer that counts is shown."""
    one, absent = f"{APPS}/us/app/one/id1000001", f"{APPS}/us/app/x/id1999999"
    answers = [None, web.Response(status=403)]
    usual = apple.stores["us"] | {PAGES: "Pages"}

    async def lookup(request: web.Request) -> web.Response:
        refused = answers.pop(0) if answers else web.Response(status=403)
        found = [{"trackId": int(n), "trackName": usual[n]} for n in request.query["id"].split(",") if n in usual]
        return refused or web.json_response({"resultCount": len(found), "results": found})

    internet.site("itunes.apple.com").handle("/lookup", lookup)

    found = await answers_of(Apple, net, one, absent)

    assert (slug(found[one]), slug(found[absent])) == ("ok", "registry-silent")
    first = found[one]
    assert isinstance(first, Evidence)
    assert first.status == 200
