"""Catalogues: a small file proves, and two witnesses deny."""

from __future__ import annotations

import pytest
from aiohttp import web

from linkwarden.model import Evidence, Pass
from linkwarden.net import Net
from linkwarden.providers.code.catalogues import Catalogues
from tests.internet import FakeInternet, misbehave
from tests.links import answers_of, evidence_of, load, slug, target

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


@pytest.mark.parametrize(
    ("url", "api"),
    [
        ("https://figshare.com/articles/A_title/1234567/3", "https://api.figshare.com/v2/articles/1234567"),
        ("https://figshare.com/articles/dataset/2019/1234567/3", "https://api.figshare.com/v2/articles/1234567"),
        ("https://figshare.com/articles/dataset/A_title/1234567", "https://api.figshare.com/v2/articles/1234567"),
        ("https://www.npmjs.com/package/%40babel/core", "https://registry.npmjs.org/%40babel%2Fcore/latest"),
        ("https://www.npmjs.com/package/@babel%2Fcore", "https://registry.npmjs.org/%40babel%2Fcore/latest"),
        ("https://www.npmjs.com/package/a.b?activeTab=versions", "https://registry.npmjs.org/a.b/latest"),
        ("https://www.npmjs.com/package/@a/b/v/1.2.3-rc.1", "https://registry.npmjs.org/%40a%2Fb/1.2.3-rc.1"),
        ("https://pypi.org/project/six/1.0/#files", "https://pypi.org/pypi/six/1.0/json"),
        (
            "https://addons.mozilla.org/zh-CN/firefox/addon/%E4%B8%AD/",
            "https://addons.mozilla.org/api/v5/addons/addon/%E4%B8%AD/",
        ),
    ],
)
def test_a_url_names_its_thing_in_all_its_forms(url: str, api: str) -> None:
    """Percent-encoded or not, with a version behind it or a title before it."""
    assert load(Catalogues).claim(target(url)) == api


@pytest.mark.parametrize(
    "url",
    [
        "https://www.npmjs.com/~somebody",
        "https://www.npmjs.com/search?q=x",
        "https://www.npmjs.com/package/x/access",
        "https://pypi.org/user/somebody/",
        "https://pypi.org/search/?q=x",
        "https://pypi.org/pypi/x/json",
        "https://pypi.org/pypi/x/1.0/json",
        "https://pypi.org/simple/x/",
        "https://test.pypi.org/project/x/",
        "https://pkg.go.dev/std",
        "https://pkg.go.dev/github.com/a/b#Func",
        "https://pkg.go.dev/search?q=x",
        "https://addons.mozilla.org/thunderbird/addon/x/",  # they have a site of their own
        "https://figshare.com/articles/A_title/12",
        "https://pub.dev/packages?q=x",
        "https://pub.dev/packages/x/versions",
    ],
)
def test_other_pages_of_a_catalogue_are_not_claimed(url: str) -> None:
    """People, searches, parts of a package that are pages of their own, other sites."""
    assert load(Catalogues).claim(target(url)) is None


@pytest.mark.parametrize(("status", "expected"), [(200, "ok"), (404, "unknown-to-catalogue"), (500, "pass")])
async def test_no_scope_is_missing_because_its_newest_version_is_not_answered_for(
    internet: FakeInternet, net: Net, status: int, expected: str
) -> None:
    """The short way of npm has failed for packages with a scope; the long one decides."""

    async def registry(request: web.Request) -> web.Response:
        if request.path.endswith("/latest"):
            return web.json_response("Not Found", status=404)
        return web.json_response({"name": "@a/b"}, status=status)

    internet.site("registry.npmjs.org").default(registry)
    internet.site("www.npmjs.com").default(misbehave.bot_wall("cloudflare"))
    url = "https://www.npmjs.com/package/@a/b"

    assert slug((await answers_of(Catalogues, net, url))[url]) == expected


async def test_a_version_that_is_missing_is_named(internet: FakeInternet, net: Net) -> None:
    """The project may be there."""
    internet.site("pypi.org")

    found = await evidence_of(Catalogues, net, "https://pypi.org/project/six/99.0/")

    assert found.reason == "There is no project at PyPI called six with version 99.0."


async def test_each_site_is_asked_for_its_own_page(internet: FakeInternet, net: Net) -> None:
    """mvnrepository.com lists what Maven Central does not have."""
    internet.site("repo1.maven.org")
    internet.site("central.sonatype.com")
    central, other = "https://central.sonatype.com/artifact/a.b/c", "https://mvnrepository.com/artifact/a.b/c"

    found = await answers_of(Catalogues, net, central, other)

    assert {url: slug(item) for url, item in found.items()} == {central: "not-in-catalogue", other: "pass"}


@pytest.mark.parametrize(
    ("url", "host", "path", "expected"),
    [
        ("https://pub.dev/packages/a#Usage", "pub.dev", "/api/packages/a", "pass"),
        ("https://pub.dev/packages/a#:~:text=x", "pub.dev", "/api/packages/a", "ok"),
        ("https://www.npmjs.com/package/a#usage", "registry.npmjs.org", "/a/latest", "ok"),
    ],
)
async def test_a_section_is_looked_for_where_programs_see_the_page(
    internet: FakeInternet, net: Net, url: str, host: str, path: str, expected: str
) -> None:
    """Elsewhere the package is seen, and it is said that its section is not."""
    internet.site(host).handle(path, misbehave.answer(b'{"version": "1", "latest": {}}'))

    found = (await answers_of(Catalogues, net, url))[url]

    assert slug(found) == expected
    if "#usage" in url:
        assert isinstance(found, Evidence)
        assert found.facts[-1].what == "the section #usage was not checked"


async def test_that_it_is_discontinued_is_remembered_while_the_section_is_looked_for(
    internet: FakeInternet, net: Net
) -> None:
    """The page says nothing of it."""
    url = "https://pub.dev/packages/a#Usage"
    internet.site("pub.dev").handle("/api/packages/a", misbehave.answer(b'{"latest": {}, "isDiscontinued": true}'))

    found = (await answers_of(Catalogues, net, url))[url]

    assert isinstance(found, Pass)
    assert slug(found.note) == "retired-in-catalogue"


@pytest.mark.parametrize(
    ("mark", "expected", "words"),
    [("  ", "ok", ""), ("a\\nb", "retired-in-catalogue", "“a b”"), (True, "retired-in-catalogue", "not be used")],
)
async def test_authors_words_stand_on_one_line(
    internet: FakeInternet, net: Net, mark: object, expected: str, words: str
) -> None:
    """Blanks are no words."""
    text = b"true" if mark is True else f'"{mark}"'.encode()
    body = b'{"version": "1", "deprecated": ' + text + b"}"
    internet.site("registry.npmjs.org").handle("/a/latest", misbehave.answer(body))

    found = await evidence_of(Catalogues, net, "https://www.npmjs.com/package/a")

    assert slug(found) == expected
    assert words in found.reason
