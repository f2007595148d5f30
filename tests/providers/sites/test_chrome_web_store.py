"""Extensions: browsers' way to ask proves, and two witnesses deny."""

from __future__ import annotations

import pytest
from aiohttp import web

from linkwarden.net import Net
from linkwarden.providers.sites.chrome_web_store import CANARY, ChromeWebStore
from tests.internet import FakeInternet, misbehave
from tests.links import answers_of, slug

HERE, GONE, OLD = "a" * 32, "b" * 32, "c" * 32
AT = "https://chromewebstore.google.com/detail/x/"


class FakeStore:
    """The interface for updates; states by identifier, and nothing of the rest."""

    def __init__(self, internet: FakeInternet) -> None:
        self.internet = internet
        self.states = {HERE: "ok", CANARY: "noupdate", OLD: "noupdate"}
        internet.site("clients2.google.com").handle("/service/update2/crx", self._answer)
        self.pages = internet.site("chromewebstore.google.com")

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        asked = [x.removeprefix("id=").partition("&")[0] for x in request.query.getall("x")]
        if len(asked) > 10:
            return web.Response(status=400)
        apps = "".join(
            f'<app appid="{x}" status="ok"><updatecheck status="{self.states[x]}" version="1"/></app>'
            if x in self.states
            else f'<app appid="{x}" status="error-unknownApplication"/>'
            for x in asked
        )
        return web.Response(
            text=f'<?xml version="1.0"?><gupdate protocol="2.0">{apps}</gupdate>', content_type="text/xml"
        )


@pytest.fixture
def store(internet: FakeInternet) -> FakeStore:
    """A store with two extensions."""
    return FakeStore(internet)


async def states(net: Net, *idents: str) -> list[str]:
    """Settle extensions and name the answers."""
    return [slug(item) for item in (await answers_of(ChromeWebStore, net, *(AT + ident for ident in idents))).values()]


async def test_all_are_one_request(net: Net, store: FakeStore) -> None:
    """What browsers would get is there; what they would not the page must tell."""
    assert await states(net, HERE, OLD) == ["ok", "pass"]
    assert len(store.internet.log) == 1


async def test_missing_is_broken_if_the_page_says_so_too(net: Net, store: FakeStore) -> None:
    """By 404, or by a page without a name."""
    assert await states(net, GONE) == ["chrome-extension-missing"]

    store.pages.redirect(f"/detail/{GONE}", f"/detail/empty-title/{GONE}").page(f"/detail/empty-title/{GONE}", "<p>x")
    assert await states(net, GONE) == ["chrome-extension-missing"]


async def test_a_page_that_is_there_is_asked_itself(net: Net, store: FakeStore) -> None:
    """Also one behind a wall."""
    store.pages.page(f"/detail/{GONE}", "<title>Here</title>")
    assert await states(net, GONE) == ["pass"]

    store.pages.default(misbehave.bot_wall("cloudflare"))
    assert await states(net, "d" * 32) == ["pass"]


async def test_without_its_own_its_no_is_not_believed(net: Net, store: FakeStore) -> None:
    """Neither where it knows nothing, nor where it sends something else."""
    store.states.clear()
    assert await states(net, GONE) == ["pass"]

    store.internet.site("clients2.google.com").handle("/service", misbehave.answer(b"<html>", 200))
    assert await states(net, HERE) == ["pass"]
