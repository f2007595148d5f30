"""Copies at archives that run pywb (docs/facts/services.md#other-archives): the frame proves nothing, the copy does."""

from __future__ import annotations

import pytest

from linkwarden.net import Net
from linkwarden.providers.web.page import WebProvider
from tests.internet import FakeInternet, Site
from tests.links import evidence_of, slug, target

ARCHIVE = "https://archive.example.org"
TIME = "20200101000000"
FRAME = "<title>Archive</title><p>A garden through the years.<script>new Frame()</script>"
COPY = "<title>Ferns</title><p>" + "Ferns grow where it is shady and moist. " * 20


@pytest.fixture
def archive(internet: FakeInternet) -> Site:
    """A web archive."""
    return internet.site("archive.example.org")


def headers(original: str, modifier: str = "mp_", base: str = ARCHIVE) -> dict[str, str]:
    """What pywb says of a copy."""
    links = (
        f'<{original}>; rel="original", <{base}/a/{original}>; rel="timegate", '
        f'<{base}/a/{TIME}{modifier}/{original}>; rel="memento"; datetime="Wed, 01 Jan 2020 00:00:00 GMT"'
    )
    return {"Memento-Datetime": "Wed, 01 Jan 2020 00:00:00 GMT", "Link": links}


async def judged(net: Net, url: str) -> str:
    """Name what is said of a link to the archive."""
    return slug(await evidence_of(WebProvider, net, target(ARCHIVE + url)))


@pytest.mark.parametrize("base", [ARCHIVE, "http://inside.example.net:8080"])
async def test_a_frame_without_a_copy_is_broken(net: Net, archive: Site, base: str) -> None:
    """The frame's own status is 200 for everything; its links may name the archive as it is called inside."""
    archive.page(f"/a/{TIME}/http://g.example/moss", FRAME, headers=headers("http://g.example/moss", base=base))
    assert await judged(net, f"/a/{TIME}/http://g.example/moss") == "not-found"


async def test_a_frame_with_a_copy_works(net: Net, archive: Site) -> None:
    """Two requests: the frame, and what is in it."""
    archive.page(f"/a/{TIME}/http://g.example/fern?x=1", FRAME, headers=headers("http://g.example/fern?x=1"))
    archive.page(f"/a/{TIME}mp_/http://g.example/fern?x=1", COPY, headers=headers("http://g.example/fern?x=1"))
    assert await judged(net, f"/a/{TIME}/http://g.example/fern?x=1") == "ok"
    assert net.requests == 2


@pytest.mark.parametrize(
    ("asked", "original", "expected"),
    [
        ("http://g.example/paper.pdf?id=2", "http://g.example/paper.pdf?id=1", "copy-of-another-page"),
        ("http://g.example/paper.pdf", "http://g.example/paper.pdf?id=1", "copy-of-another-page"),
        ("http://g.example/a.html?b=1&c=2", "http://g.example/a.html?b=1", "copy-of-another-page"),
        ("http://g.example/a.html?c=2&b=1", "http://g.example/a.html?b=1&c=2", "ok"),
        ("http://g.example/Fern", "https://www.g.example:443/fern/", "ok"),
        ("g.example/fern", "http://g.example/fern", "ok"),
        ("http://g.example/a.html?utm_source=x", "http://g.example/a.html", "ok"),
        ("http://g.example/a%20b", "http://g.example/a b", "ok"),
        ("http://www2.g.example/fern", "http://g.example/fern", "ok"),
        ("http://g.example//a//fern", "http://g.example/a/fern", "ok"),
        ("http://g.example/a;jsessionid=0123456789ABCDEF?x=1", "http://g.example/a?x=1", "ok"),
        ("http://wwwild.g.example/fern", "http://ild.g.example/fern", "copy-of-another-page"),
    ],
)
async def test_the_copy_of_another_page_is_not_seen_to_work(
    net: Net, archive: Site, asked: str, original: str, expected: str
) -> None:
    """What names another page is told from what is only written otherwise."""
    archive.page(f"/a/{TIME}mp_/{asked}", COPY, headers=headers(original))
    assert await judged(net, f"/a/{TIME}mp_/{asked}") == expected


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"Link": '<http://g.example/fern>; rel="original"'},
        {"Memento-Datetime": "Wed, 01 Jan 2020 00:00:00 GMT"},
        headers("http://other.example/"),
        headers("http://g.example/fern", "id_"),
        {"Memento-Datetime": "yes", "Link": '<<>;;rel=,"<http://[>; rel=memento, <>; rel'},
    ],
)
async def test_only_the_whole_of_the_signs_is_a_frame(net: Net, archive: Site, sent: dict[str, str]) -> None:
    """Other archives put toolbars around their copies, and send no more than the one page."""
    archive.page(f"/web/{TIME}/http://g.example/fern", COPY, headers=sent)
    await judged(net, f"/web/{TIME}/http://g.example/fern")
    assert net.requests == 1
