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
    ],
)
async def test_a_small_file_proves(
    internet: FakeInternet, net: Net, url: str, host: str, path: str, body: bytes
) -> None:
    """No page is requested."""
    internet.site(host).handle(path, misbehave.answer(body))

    assert slug(await evidence_of(Catalogues, net, url)) == "ok"
    assert [entry.path for entry in internet.log] == [path]


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
