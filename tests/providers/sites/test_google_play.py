"""Google Play: what is not in one country is not called gone."""

from __future__ import annotations

import pytest
from aiohttp import web

from linkwarden.net import Net
from linkwarden.providers.sites.google_play import CANARY, GooglePlay
from tests.internet import FakeInternet, misbehave
from tests.links import evidence_of, load, slug, target

AT = "https://play.google.com/store/apps/details?id="
APPS = {("org.here", "US"), ("org.german", "DE"), (CANARY, "US")}


@pytest.fixture
def apps(internet: FakeInternet) -> set[tuple[str, str]]:
    """The apps of a store, by country."""
    offered = set(APPS)

    async def answer(request: web.Request) -> web.StreamResponse:
        name, country = request.query["id"], request.query["gl"]
        if (name, country) not in offered or request.query["hl"] != "en":
            return web.Response(status=404, text="<title>Not Found</title>", content_type="text/html")
        return web.Response(text=f"<title>{name} - Apps on Google Play</title>", content_type="text/html")

    internet.site("play.google.com").handle("/store", answer)
    return offered


@pytest.mark.parametrize(
    ("link", "expected", "country"),
    [
        ("org.here", "ok", ""),
        ("org.german&gl=DE", "ok", ""),
        ("org.german", "not-in-google-play", "US"),
        ("org.here&gl=de", "not-in-google-play", "DE"),
    ],
)
async def test_each_country_has_its_store(
    net: Net, apps: set[tuple[str, str]], link: str, expected: str, country: str
) -> None:
    """The country that was asked about is named."""
    assert apps

    found = await evidence_of(GooglePlay, net, AT + link)

    assert (slug(found), country in found.reason) == (expected, True)
    assert found.title == (link.partition("&")[0] if expected == "ok" else None)


async def test_a_store_that_shows_nothing_is_not_believed(net: Net, apps: set[tuple[str, str]]) -> None:
    """It would show the one app that is everywhere."""
    apps.clear()

    assert slug(await evidence_of(GooglePlay, net, f"{AT}org.here")) == "registry-silent"


@pytest.mark.parametrize(("body", "status"), [(b"<title>Sorry</title>", 200), (b"", 429), (b"", 503)])
async def test_what_says_nothing_is_unverified(internet: FakeInternet, net: Net, body: bytes, status: int) -> None:
    """Another page, a limit, an error."""
    internet.site("play.google.com").handle("/store", misbehave.answer(body, status, media_type="text/html"))

    assert slug(await evidence_of(GooglePlay, net, f"{AT}org.here")) == "registry-silent"


@pytest.mark.parametrize(
    ("path", "ident"),
    [
        ("details/A_title?id=org.here", "us:org.here"),
        ("details/?id=org.here&gl=", "us:org.here"),
        ("details?hl=de&id=org.Here&gl=xyz", "us:org.Here"),
        ("details/a/b?id=org.here", None),
        ("dev?id=org.here", None),
    ],
)
def test_what_names_an_app(path: str, ident: str | None) -> None:
    """The title may stand in the path; names depend on case."""
    assert load(GooglePlay).claim(target(f"https://play.google.com/store/apps/{path}")) == ident
