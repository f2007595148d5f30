"""Items of the Internet Archive: a record answers 200 whether or not there is an item."""

from __future__ import annotations

import pytest
from aiohttp import web

from linkwarden.net import Net
from linkwarden.providers.sites.internet_archive import InternetArchive
from tests.internet import FakeInternet, misbehave
from tests.internet.internet_archive import CANARY, FakeItems
from tests.links import answers_of, evidence_of, slug

SITE = "https://archive.org"


@pytest.fixture
def items(internet: FakeInternet) -> FakeItems:
    """Two items; one of them is not in the search."""
    items = FakeItems(internet)
    items.items |= {"a-book": ["a book.pdf", "scans/1.jpg", "lent.epub"], "b-film": []}
    items.unindexed = {"b-film"}
    items.dark = {"c-dark"}
    items.lent = {"lent.epub"}
    return items


async def test_a_search_settles_most(net: Net, items: FakeItems) -> None:
    """What the search does not have is asked for alone, and may be there all the same."""
    urls = [f"{SITE}/details/{name}" for name in ("a-book", "b-film", "nobody")]

    found = await answers_of(InternetArchive, net, *urls)

    assert [slug(found[url]) for url in urls] == ["ok", "ok", "archive-item-missing"]
    assert items.questions[0] == "search"
    assert sorted(items.questions[1:]) == ["b-film", "nobody", CANARY]


@pytest.mark.usefixtures("items")
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/details/c-dark", "archive-item-taken-down"),
        ("/download/a-book/a%20book.pdf", "ok"),
        ("/download/a-book/scans", "ok"),
        ("/download/a-book/another.pdf", "archive-file-missing"),
        ("/download/a-book/a-book_images.zip", "pass"),
        ("/download/a-book/scans/1.jpg/part", "pass"),
        ("/download/a-book/page/n5_w100.jpg", "pass"),
        ("/download/a-book/history/files/a%20book.pdf.~1~", "pass"),
        ("/download/b-film/film.mp4", "pass"),  # the record lists no files at all
        ("/download/a-book/lent.epub", "registry-silent"),
        ("/download/a-book", "ok"),
        ("/details/a-book/page/n5", "ok"),
    ],
)
async def test_what_the_record_says(net: Net, path: str, expected: str) -> None:
    """Files are those that the record lists; what the archive makes when asked only the URL itself shows."""
    url = SITE + path
    assert slug((await answers_of(InternetArchive, net, url))[url]) == expected


async def test_without_the_canary_nobody_is_accused(net: Net, items: FakeItems) -> None:
    """An archive whose records are all empty has a bad day."""
    items.items.clear()

    assert slug(await evidence_of(InternetArchive, net, f"{SITE}/details/a-book")) == "registry-silent"


@pytest.mark.parametrize("status", [403, 429, 500, 503])
async def test_no_answer_is_no_verdict(net: Net, items: FakeItems, status: int) -> None:
    """The archive is down for hours at times."""
    items.always = lambda: web.Response(status=status)

    found = await answers_of(InternetArchive, net, f"{SITE}/details/a-book", f"{SITE}/details/nobody")
    assert {slug(item) for item in found.values()} == {"registry-silent"}


async def test_a_file_that_is_given_though_the_record_lacks_it_is_left_to_its_url(
    internet: FakeInternet, net: Net, items: FakeItems
) -> None:
    """The list of files is not all that the archive gives."""
    assert items.items
    internet.site("archive.org").handle("/download", misbehave.answer(b"%PDF-1.4", media_type="application/pdf"))
    url = f"{SITE}/download/a-book/another.pdf"

    assert slug((await answers_of(InternetArchive, net, url))[url]) == "pass"


async def test_a_record_that_is_too_long_to_read_names_no_files(net: Net, items: FakeItems) -> None:
    """The item is there; its file must show itself."""
    body = '{"metadata": {}, "files": [' + '{"name": "x"},' * 400_000
    items.always = lambda: web.Response(text=body, content_type="application/json")
    item, file = f"{SITE}/download/a-book/", f"{SITE}/download/a-book/a.pdf"

    assert slug((await answers_of(InternetArchive, net, item))[item]) == "ok"
    assert slug((await answers_of(InternetArchive, net, file))[file]) == "pass"
