"""A move is a safe fix only where the site does not send every URL of its kind to some page."""

from __future__ import annotations

import pytest
from aiohttp import web

from linkwarden.model import Verdict
from linkwarden.review.siblings import SiblingsReview
from tests.internet import FakeInternet
from tests.internet.site import Handler
from tests.review.checking import Check, facts, offered, one

REVIEWS = (SiblingsReview,)

PAGE = "<title>Ferns</title><h1>Ferns</h1><p>" + "Ferns grow in the shade of trees and like water. " * 30
SHELL = '<title>Acme</title><div id="root"></div><script src="/m.js"></script>'


def site(*, pages: dict[str, str], everything: str | None = None, status: int = 301) -> Handler:
    """Return a site that strips ``.html`` off every URL, has some pages, and perhaps one for everything else."""

    async def handle(request: web.Request) -> web.Response:
        if request.path.endswith(".html"):
            return web.Response(status=status, headers={"Location": request.path.removesuffix(".html")})
        text = pages.get(request.path, everything)
        if text is None:
            return web.Response(status=404, text="<title>404</title>", content_type="text/html")
        return web.Response(text=text, content_type="text/html")

    return handle


@pytest.mark.parametrize("status", [301, 308])
async def test_a_move_to_a_catch_all_is_not_safe(internet: FakeInternet, check: Check, status: int) -> None:
    """Whatever stands before ``.html`` is sent on, and everything has a page: nothing shows that this one exists."""
    internet.site("a.example").handle("/", site(pages={}, everything=SHELL, status=status))

    run = await check("https://a.example/plants/fern.html https://a.example/plants/moss.html#top")

    for url in ("https://a.example/plants/fern.html", "https://a.example/plants/moss.html#top"):
        fix = offered(run, url)
        assert fix is not None
        assert not fix.safe
        assert "made-up" in fix.why
        assert "a made-up URL of the same site is redirected" in facts(run, url)
    assert len([e for e in internet.requests_to("a.example") if e.path.endswith(".html")]) == 3


async def test_a_pattern_with_pages_behind_it_is_safe(internet: FakeInternet, check: Check) -> None:
    """The made-up URL is sent on as well, and ends at a 404: so the page that the link leads to is there."""
    internet.site("a.example").handle("/", site(pages={"/plants/fern": PAGE}))

    run = await check("https://a.example/plants/fern.html")

    assert one(run, "https://a.example/plants/fern.html").judgement.verdict is Verdict.MOVED
    fix = offered(run, "https://a.example/plants/fern.html")
    assert fix is not None
    assert (fix.url, fix.safe) == ("https://a.example/plants/fern", True)


async def test_a_redirect_of_one_page_is_safe_on_a_site_that_has_everything(
    internet: FakeInternet, check: Check
) -> None:
    """The made-up URL gets a page without a redirect: somebody has written this redirect down."""

    async def handle(request: web.Request) -> web.Response:
        if request.path == "/plants/fern.html":
            return web.Response(status=301, headers={"Location": "/plants/new/fern"})
        return web.Response(text=PAGE, content_type="text/html")

    internet.site("a.example").handle("/", handle)

    fix = offered(await check("https://a.example/plants/fern.html"), "https://a.example/plants/fern.html")

    assert fix is not None
    assert fix.safe


async def test_where_the_path_stays_nothing_is_requested(internet: FakeInternet, check: Check) -> None:
    """With a new scheme the URL leads wherever the old one did."""
    internet.site("a.example").https_only().page("/ferns", PAGE)

    fix = offered(await check("http://a.example/ferns"), "http://a.example/ferns")

    assert fix is not None
    assert fix.safe
    assert len(internet.requests_to("a.example")) == 2


@pytest.mark.parametrize("catch_all", [False, True])
async def test_a_slash_at_the_end_is_a_pattern_as_well(
    internet: FakeInternet, check: Check, *, catch_all: bool
) -> None:
    """Servers add it to every URL; then a page has to be there."""

    async def handle(request: web.Request) -> web.Response:
        if not request.path.endswith("/"):
            return web.Response(status=301, headers={"Location": f"{request.path}/"})
        found = catch_all or request.path == "/ferns/"
        return web.Response(text=PAGE, status=200 if found else 404, content_type="text/html")

    internet.site("a.example").handle("/", handle)

    fix = offered(await check("[Ferns](https://a.example/ferns)"), "https://a.example/ferns")

    assert fix is not None
    assert fix.safe is not catch_all


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_what_is_not_known_is_not_safe(internet: FakeInternet, check: Check, status: int) -> None:
    """The site moves a page and says of the made-up URL nothing that can be used."""

    async def handle(request: web.Request) -> web.Response:
        if request.path == "/old/fern":
            return web.Response(status=301, headers={"Location": "/new/fern"})
        if request.path == "/new/fern":
            return web.Response(text=PAGE, content_type="text/html")
        return web.Response(status=status)

    internet.site("a.example").handle("/", handle)

    fix = offered(await check("https://a.example/old/fern"), "https://a.example/old/fern")

    assert fix is not None
    assert (fix.url, fix.safe) == ("https://a.example/new/fern", False)


async def test_a_page_with_the_title_of_the_link_is_what_was_meant(internet: FakeInternet, check: Check) -> None:
    """Also under a URL that has nothing of the old one in it; made-up URLs are not sent there."""
    site = internet.site("a.example").page("/2019/in-the-shade", PAGE.replace("Ferns<", "Ferns of the shade<"))
    site.redirect("/archive/1234", "/2019/in-the-shade")

    run = await check("[Ferns of the shade](https://a.example/archive/1234) [Mosses](https://a.example/archive/1234#x)")

    first = offered(run, "https://a.example/archive/1234")
    assert first is not None
    assert (first.url, first.safe) == ("https://a.example/2019/in-the-shade", True)
