"""Open proceedings: one request for a paper's page settles the page and the PDF that it names."""

from __future__ import annotations

import pytest

from linkwarden.model import Evidence, Pass
from linkwarden.net import Net
from linkwarden.providers.papers.proceedings import Proceedings
from tests.internet import FakeInternet, misbehave
from tests.links import answers_of, slug

HOST = "proceedings.mlr.press"
PAGE = f"https://{HOST}/v97/name19a.html"
PDF = f"http://{HOST}/v97/name19a/name19a.pdf"
TAGS = '<meta name="citation_title" content="A Title"><meta name="citation_pdf_url" content="{}"><p>Abstract'


async def test_page_and_pdf_are_one_request(internet: FakeInternet, net: Net) -> None:
    """The page says what the paper is called and where its PDF is."""
    internet.site(HOST).page("/v97/name19a.html", TAGS.format(PDF.replace("http:", "https:")))

    found = await answers_of(Proceedings, net, PAGE, PDF)

    assert {slug(item) for item in found.values()} == {"ok"}
    assert {item.paper.title for item in found.values() if isinstance(item, Evidence) and item.paper} == {"A Title"}
    assert [entry.path for entry in internet.log] == ["/v97/name19a.html"]


@pytest.mark.parametrize("other", ["", "https://raw.site.org/name19a.pdf"])
async def test_a_pdf_that_the_page_does_not_name_is_asked_itself(internet: FakeInternet, net: Net, other: str) -> None:
    """That the page is there says nothing about another file."""
    internet.site(HOST).page("/v97/name19a.html", TAGS.format(other))

    found = await answers_of(Proceedings, net, PAGE, PDF)

    assert slug(found[PAGE]) == "ok"
    assert isinstance(found[PDF], Pass)


@pytest.mark.parametrize(("body", "status"), [(b"<p>no tags", 200), (b"", 404), (b"", 403), (b"%PDF-1.4", 200)])
async def test_what_the_page_does_not_say_is_left_to_the_link(
    internet: FakeInternet, net: Net, body: bytes, status: int
) -> None:
    """Nobody is accused on the way."""
    kind = "application/pdf" if body.startswith(b"%PDF") else "text/html"
    internet.site(HOST).handle("/v97/name19a.html", misbehave.answer(body, status, media_type=kind))

    assert all(isinstance(item, Pass) for item in (await answers_of(Proceedings, net, PAGE, PDF)).values())
