"""Catalogues: a small file proves, and two witnesses deny."""

from __future__ import annotations

import pytest

from linkwarden.model import Pass
from linkwarden.net import Net
from linkwarden.providers.code.catalogues import Catalogues
from tests.internet import FakeInternet, misbehave
from tests.links import answers_of, evidence_of, slug

HEX = "https://hex.pm/packages/phoenix"
API = "/api/packages/phoenix"


@pytest.mark.parametrize(
    ("url", "host", "path", "body"),
    [
        (HEX, "hex.pm", API, b'{"releases": []}'),
        (
            "https://mvnrepository.com/artifact/com.google.guava/guava",
            "repo1.maven.org",
            "/maven2/com/google/guava/guava/maven-metadata.xml",
            b"<?xml version='1.0'?><metadata><groupId>com.google.guava</groupId></metadata>",
        ),
        (
            "https://www.coursera.org/learn/machine-learning",
            "api.coursera.org",
            "/api/onDemandCourses.v1",
            b'{"elements": [{"slug": "machine-learning"}]}',
        ),
        (
            "https://www.npmjs.com/package/express",
            "registry.npmjs.org",
            "/express/latest",
            b'{"version": "1.0.0", "deprecated": ""}',
        ),
        (
            "https://pypi.python.org/pypi/six",
            "pypi.org",
            "/pypi/six/json",
            b'{"info": {"yanked": false}, "releases": {}}',
        ),
        (
            "https://pkg.go.dev/github.com/Masterminds/semver/v3",
            "proxy.golang.org",
            "/cached-only/github.com/!masterminds/semver/v3/@latest",
            b'{"Version": "v3.0.0"}',
        ),
    ],
)
async def test_a_small_file_proves(
    internet: FakeInternet, net: Net, url: str, host: str, path: str, body: bytes
) -> None:
    """No page is requested."""
    internet.site(host).handle(path, misbehave.answer(body))

    assert slug(await evidence_of(Catalogues, net, url)) == "ok"
    assert [entry.path for entry in internet.log] == [path]


async def test_the_beginning_of_a_long_file_proves(internet: FakeInternet, net: Net) -> None:
    """Projects with many releases have megabytes of them."""
    body = b'{"info": {"description": "' + b"x" * 400_000
    internet.site("pypi.org").handle("/pypi/big/json", misbehave.answer(body, media_type="application/json"))

    assert slug(await evidence_of(Catalogues, net, "https://pypi.org/project/big/")) == "ok"


async def test_a_package_with_a_scope_is_one_part_of_the_path(internet: FakeInternet, net: Net) -> None:
    """Its slash is encoded, as npm's own clients do it."""
    internet.site("registry.npmjs.org").default(misbehave.answer(b'{"version": "1.0.0"}'))

    assert slug(await evidence_of(Catalogues, net, "https://www.npmjs.com/package/@a/b")) == "ok"
    assert [entry.url.partition(".org")[2] for entry in internet.log] == ["/%40a%2Fb/latest"]


@pytest.mark.parametrize(
    ("url", "host", "path", "body", "words"),
    [
        (
            "https://www.npmjs.com/package/request",
            "registry.npmjs.org",
            "/request/latest",
            b'{"version": "2.88.2", "deprecated": "use something else"}',
            "“use something else”",
        ),
        (
            "https://pypi.org/project/six/1.9.0/",
            "pypi.org",
            "/pypi/six/1.9.0/json",
            b'{"info": {"yanked": true}}',
            "should not be used any more",
        ),
        (
            "https://pub.dev/packages/old",
            "pub.dev",
            "/api/packages/old",
            b'{"latest": {}, "isDiscontinued": true}',
            "should not be used any more",
        ),
    ],
)
async def test_what_its_authors_gave_up_is_degraded(
    internet: FakeInternet, net: Net, url: str, host: str, path: str, body: bytes, words: str
) -> None:
    """Their own words are shown where there are any."""
    internet.site(host).handle(path, misbehave.answer(body))

    found = await evidence_of(Catalogues, net, url)

    assert (slug(found), words in found.reason) == ("retired-in-catalogue", True)


async def test_a_package_that_npm_does_not_know_is_doubted_behind_its_wall(internet: FakeInternet, net: Net) -> None:
    """The registry's word is a JSON text; the page turns programs away."""
    internet.site("registry.npmjs.org").default(misbehave.answer(b'"Not Found"', 404))
    internet.site("www.npmjs.com").default(misbehave.bot_wall("cloudflare"))

    found = await evidence_of(Catalogues, net, "https://www.npmjs.com/package/nothing")

    assert slug(found) == "unknown-to-catalogue"


async def test_missing_is_broken_if_the_page_says_so_too(internet: FakeInternet, net: Net) -> None:
    """The API's 404 and the page's."""
    internet.site("hex.pm")

    found = await evidence_of(Catalogues, net, HEX)

    assert (slug(found), found.reason) == ("not-in-catalogue", "There is no package at Hex called phoenix.")


async def test_a_page_that_is_there_is_asked_itself(internet: FakeInternet, net: Net) -> None:
    """The API may not have everything."""
    internet.site("hex.pm").page("/packages/phoenix", "<title>phoenix</title>")

    assert isinstance((await answers_of(Catalogues, net, HEX))[HEX], Pass)


async def test_without_a_second_witness_it_is_suspect(internet: FakeInternet, net: Net) -> None:
    """A page behind bot protection says nothing."""
    site = internet.site("hex.pm").handle("/packages", misbehave.bot_wall("cloudflare"))
    assert isinstance((await answers_of(Catalogues, net, HEX))[HEX], Pass)  # the 404 of a site, not of its API

    site.handle("/api", misbehave.answer(b'{"status": 404, "message": "Page not found"}', 404))
    assert slug(await evidence_of(Catalogues, net, HEX)) == "unknown-to-catalogue"


@pytest.mark.parametrize(
    ("body", "status"), [(b"<html>", 200), (b"[]", 200), (b"{}", 200), (b"", 403), (b"", 429), (b"", 503)]
)
async def test_what_says_nothing_is_left_to_the_page(
    internet: FakeInternet, net: Net, body: bytes, status: int
) -> None:
    """Neither a wall nor another kind of answer is believed."""
    internet.site("hex.pm").handle("/api", misbehave.answer(body, status))

    assert isinstance((await answers_of(Catalogues, net, HEX))[HEX], Pass)


async def test_where_absence_proves_nothing_the_page_is_asked(internet: FakeInternet, net: Net) -> None:
    """Coursera's lookup of a missing course is not documented."""
    url = "https://www.coursera.org/learn/nothing"
    internet.site("api.coursera.org").handle("/api", misbehave.answer(b'{"elements": []}'))

    assert isinstance((await answers_of(Catalogues, net, url))[url], Pass)
