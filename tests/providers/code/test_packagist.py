"""PHP packages: Composer's own files settle what exists; the page has the last word on what does not."""

from __future__ import annotations

import pytest
from aiohttp import web

from linkwarden.net import Net
from linkwarden.providers.code.packagist import Packagist
from tests.internet import FakeInternet, misbehave
from tests.internet.packagist import FakePackagist
from tests.links import answers_of, evidence_of, slug

PACKAGES = "https://packagist.org/packages/"


@pytest.fixture
def packagist(internet: FakeInternet) -> FakePackagist:
    """A site with a healthy package and two that are abandoned."""
    packagist = FakePackagist(internet)
    packagist.packages |= {"monolog/monolog": False, "old/tool": "new/tool", "old/alone": True}
    return packagist


async def test_what_exists_costs_one_file(net: Net, packagist: FakePackagist) -> None:
    """All links to a package share one static file, and no page is asked."""
    urls = [f"{PACKAGES}monolog/monolog", f"{PACKAGES}Monolog/Monolog#2.0.0", f"{PACKAGES}monolog/monolog/stats"]

    found = await answers_of(Packagist, net, *urls)

    assert {slug(item) for item in found.values()} == {"ok"}
    assert [e.url for e in packagist.internet.log] == ["https://repo.packagist.org/p2/monolog/monolog.json"]


@pytest.mark.parametrize(
    ("path", "better"),
    [
        ("old/tool", f"{PACKAGES}new/tool"),
        ("old/tool?x=1#1.0.0", f"{PACKAGES}new/tool?x=1#1.0.0"),
        ("old/alone", None),
    ],
)
async def test_an_abandoned_package_is_told_with_its_replacement(
    net: Net, packagist: FakePackagist, path: str, better: str | None
) -> None:
    """The replacement is another project, so it is offered and never safe."""
    del packagist

    found = await evidence_of(Packagist, net, PACKAGES + path)

    assert slug(found) == "packagist-package-abandoned"
    assert (found.suggestion and (found.suggestion.url, found.suggestion.safe)) == (better and (better, False))


@pytest.mark.parametrize("word", ["use/a proper name", "https://x.example/a", 7, ["a/b"]])
async def test_an_odd_replacement_is_not_offered(net: Net, packagist: FakePackagist, word: object) -> None:
    """Whatever stands there means abandoned; only the name of a package is offered."""
    packagist.packages["old/tool"] = word  # type: ignore[assignment]  # what a registry may send one day

    found = await evidence_of(Packagist, net, f"{PACKAGES}old/tool")

    assert (slug(found), found.suggestion) == ("packagist-package-abandoned", None)


@pytest.mark.usefixtures("packagist")
async def test_missing_needs_both_words(net: Net) -> None:
    """Neither Composer's file nor the page is there: the page leads to a search, which answers 200."""
    found = await evidence_of(Packagist, net, f"{PACKAGES}no/such")

    assert (slug(found), found.reason) == ("packagist-package-missing", "Packagist has no package no/such.")


async def test_a_spam_package_is_missing_to_readers(net: Net, packagist: FakePackagist) -> None:
    """Packagist keeps its file and hides its page."""
    packagist.packages["buy/pills"] = "spam/spam"
    packagist.page = lambda: web.Response(status=404)

    assert slug(await evidence_of(Packagist, net, f"{PACKAGES}buy/pills")) == "packagist-package-missing"


async def test_what_others_provide_has_a_page(net: Net, packagist: FakePackagist) -> None:
    """A virtual package has no file and a list of packages that provide it."""
    packagist.provided.add("psr/log-implementation")
    url = f"{PACKAGES}psr/log-implementation"

    assert slug((await answers_of(Packagist, net, url))[url]) == "pass"


async def test_a_package_without_versions_or_with_very_many_exists(net: Net, packagist: FakePackagist) -> None:
    """The file need not name a version, nor end before linkwarden stops to read."""
    packagist.versions = 0
    assert slug(await evidence_of(Packagist, net, f"{PACKAGES}old/tool")) == "ok"
    packagist.versions = 250_000
    assert slug(await evidence_of(Packagist, net, f"{PACKAGES}monolog/monolog")) == "ok"


@pytest.mark.parametrize("status", [403, 429, 500])
async def test_trouble_proves_nothing(net: Net, packagist: FakePackagist, status: int) -> None:
    """Neither of the files nor of the page."""
    packagist.files = lambda: web.Response(status=status)
    assert slug(await evidence_of(Packagist, net, f"{PACKAGES}no/such")) == "registry-silent"
    packagist.files, packagist.page = None, lambda: web.Response(status=status)
    assert slug(await evidence_of(Packagist, net, f"{PACKAGES}no/such")) == "registry-silent"


async def test_a_wall_in_place_of_the_page_proves_nothing(net: Net, internet: FakeInternet) -> None:
    """A challenge is not a page."""
    FakePackagist(internet)
    internet.site("packagist.org").handle("/packages", misbehave.bot_wall("cloudflare"))

    assert slug(await evidence_of(Packagist, net, f"{PACKAGES}no/such")) == "registry-silent"
