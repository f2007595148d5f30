"""Captures: the archive's own header proves one, and the status is that of the page that was copied."""

from __future__ import annotations

import pytest
from aiohttp import web

from linkwarden.net import Net
from linkwarden.providers.sites.wayback import Wayback
from tests.internet import FakeInternet, misbehave
from tests.internet.archive import FakeArchive
from tests.links import answers_of, evidence_of, load, slug

SITE = "https://web.archive.org/web"
PAGE = "http://old.site.org/page"


@pytest.fixture
def archive(internet: FakeInternet) -> FakeArchive:
    """An archive with a copy of a page, and one of an error."""
    archive = FakeArchive(internet)
    archive.capture(PAGE, "20200101000000")
    archive.capture("http://old.site.org/error", "20200101000000", status="404")
    archive.excluded = {"withdrawn.site.org"}
    internet.site("old.site.org")
    return archive


@pytest.mark.usefixtures("archive")
@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (f"{SITE}/20200101000000/{PAGE}", "ok"),
        (f"{SITE}/20200101000000id_/{PAGE}", "ok"),
        (f"{SITE}/2019/{PAGE}", "ok"),  # leads to the nearest copy
        (f"{SITE}/20200101000000/old.site.org/page", "ok"),
        (f"{SITE}/20200101000000/http://old.site.org/never", "never-archived"),
        (f"{SITE}/20200101000000/http://old.site.org/error", "archived-error"),
        (f"{SITE}/20200101000000/http://withdrawn.site.org/", "archive-withdrawn"),
    ],
)
async def test_what_proves_a_copy(net: Net, link: str, expected: str) -> None:
    """A 404 with the header is a copy of an error, one without it means that there is no copy."""
    assert slug(await evidence_of(Wayback, net, link)) == expected


@pytest.mark.usefixtures("archive")
async def test_what_was_copied_is_there_again(internet: FakeInternet, net: Net) -> None:
    """A remark, once for all such links; the copy is as good as before."""
    internet.site("old.site.org").page("/page", "<p>here again")
    hints: list[str] = []

    found = await answers_of(
        load(Wayback, hint=hints.append), net, f"{SITE}/20200101000000/{PAGE}", f"{SITE}/2019/{PAGE}"
    )

    assert {slug(item) for item in found.values()} == {"ok"}
    (hint,) = hints
    assert hint.startswith("Links to the Wayback Machine are copies of URLs that work again;")
    assert hint.endswith(f"pages: {PAGE}")


@pytest.mark.usefixtures("archive")
@pytest.mark.parametrize(
    ("path", "body"),
    [("/page", "<title>old.site.org is for sale</title>"), ("/", "<p>Welcome"), ("/missing", "<p>none")],
)
async def test_a_domain_that_was_sold_is_not_the_page_again(
    internet: FakeInternet, net: Net, path: str, body: str
) -> None:
    """Nor is a home page, to which the old URL leads."""
    site = internet.site("old.site.org").page(path, body)
    if path == "/":
        site.redirect("/page", "/", 301)
    hints: list[str] = []

    found = await answers_of(load(Wayback, hint=hints.append), net, f"{SITE}/20200101000000/{PAGE}")

    assert {slug(item) for item in found.values()} == {"ok"}
    assert hints == []


@pytest.mark.parametrize("status", [429, 503])
async def test_no_answer_is_no_verdict(net: Net, archive: FakeArchive, internet: FakeInternet, status: int) -> None:
    """The archive's firewall, and its bad days."""
    del archive
    internet.site("web.archive.org").handle("/web", misbehave.answer(b"no", status))

    assert slug(await evidence_of(Wayback, net, f"{SITE}/20200101000000/{PAGE}")) == "registry-silent"


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("/web/20190101000000id_/http://old.site.org/page", "ok"),
        ("//web.archive.org/web/2019/http://old.site.org/page", "ok"),
        ("https://archive.org/account/login", "registry-silent"),
        ("https://elsewhere.org/web/2019/http://old.site.org/page", "registry-silent"),
        ("", "registry-silent"),
    ],
)
async def test_only_a_redirect_to_a_copy_proves_one(
    internet: FakeInternet, net: Net, location: str, expected: str
) -> None:
    """A log-in or another site is none."""

    async def lead_on(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": location})

    internet.site("web.archive.org").handle("/web", lead_on)

    assert slug(await evidence_of(Wayback, net, f"{SITE}/20200101000000/{PAGE}")) == expected
