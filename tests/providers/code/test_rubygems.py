"""Ruby gems: the API settles what can be installed; its "no" is believed only where the page agrees."""

from __future__ import annotations

import pytest
from aiohttp import web

from linkwarden.net import Net
from linkwarden.providers.code.rubygems import RubyGems
from tests.internet import FakeInternet
from tests.internet.rubygems import FakeRubyGems
from tests.links import answers_of, evidence_of, slug

GEMS = "https://rubygems.org/gems/"


@pytest.fixture
def gems(internet: FakeInternet) -> FakeRubyGems:
    """A site with a few gems."""
    gems = FakeRubyGems(internet)
    gems.gems |= {
        "rails": {"7.1.0": False, "7.0.9": True},
        "nokogiri": {"1.16.0": False, "1.16.0-x86_64-linux": False},
        "gone": {"0.1.0": True},
    }
    return gems


async def test_what_can_be_installed_costs_one_request(net: Net, gems: FakeRubyGems) -> None:
    """All links to a gem share one request; links to its versions share a second one, and no page is asked."""
    urls = [
        f"{GEMS}rails",
        f"{GEMS}rails/versions?page=2",
        f"{GEMS}rails/versions/7.1.0",
        f"{GEMS}nokogiri/versions/1.16.0",
        f"{GEMS}nokogiri/versions/1.16.0-x86_64-linux#readme",
    ]

    found = await answers_of(RubyGems, net, *urls)

    assert {slug(item) for item in found.values()} == {"ok"}
    assert sorted(e.path for e in gems.internet.log) == [
        "/api/v1/gems/nokogiri.json",
        "/api/v1/gems/rails.json",
        "/api/v1/versions/nokogiri.json",
        "/api/v1/versions/rails.json",
    ]


@pytest.mark.parametrize(
    ("path", "wanted", "reason"),
    [
        ("no-such-gem", "gem-missing", "RubyGems.org has no gem called no-such-gem."),
        ("gone", "gem-yanked", "All versions of the gem gone are yanked."),
        ("gone/versions/0.1.0", "gem-yanked", "All versions of the gem gone are yanked."),
        ("rails/versions/7.0.9", "gem-yanked", "Version 7.0.9 of the gem rails is yanked."),
        ("rails/versions/9.9.9", "gem-version-missing", "RubyGems.org has the gem rails, but no version 9.9.9 of it."),
    ],
)
async def test_the_page_says_why_the_api_has_nothing(
    net: Net, gems: FakeRubyGems, path: str, wanted: str, reason: str
) -> None:
    """The API answers alike for what never was and for what was yanked; readers do not see the same."""
    del gems

    found = await evidence_of(RubyGems, net, GEMS + path)

    assert (slug(found), found.reason) == (wanted, reason)


@pytest.mark.usefixtures("gems")
async def test_the_gem_is_offered_in_place_of_its_version(net: Net) -> None:
    """Which version was meant only the maintainer knows, so the replacement is not safe."""
    found = await evidence_of(RubyGems, net, f"{GEMS}rails/versions/9.9.9")

    assert found.suggestion is not None
    assert (found.suggestion.url, found.suggestion.safe) == (f"{GEMS}rails", False)


async def test_a_page_that_contradicts_the_api_is_asked_itself(net: Net, gems: FakeRubyGems) -> None:
    """A reserved name has a page although there is no gem."""
    gems.reserved.add("rubygems")

    assert slug((await answers_of(RubyGems, net, f"{GEMS}rubygems"))[f"{GEMS}rubygems"]) == "pass"


@pytest.mark.parametrize("status", [404, 403, 429, 500])
async def test_a_word_that_is_not_the_apis_own_proves_nothing(net: Net, gems: FakeRubyGems, status: int) -> None:
    """404 of something in front of the site, and trouble of any kind, accuse nobody."""
    gems.api = lambda: web.Response(status=status, text="<html>nginx</html>", content_type="text/html")

    assert slug(await evidence_of(RubyGems, net, f"{GEMS}no-such-gem")) == "registry-silent"


@pytest.mark.parametrize("path", ["no-such-gem", "rails/versions/9.9.9"])
async def test_nobody_is_accused_while_the_page_cannot_be_seen(net: Net, gems: FakeRubyGems, path: str) -> None:
    """The API alone does not tell missing from yanked."""
    gems.page = lambda: web.Response(status=503)

    assert slug(await evidence_of(RubyGems, net, GEMS + path)) == "registry-silent"
