"""Open proceedings: one request for a paper's page settles the page and the PDF that it names."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from linkwarden.model import Evidence, Pass
from linkwarden.net import Net
from linkwarden.providers.papers.proceedings import Proceedings
from tests.internet import FakeInternet, misbehave
from tests.links import answers_of, load, slug, target

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


OLD = "http://papers.nips.cc/paper/4824-imagenet"
NEW = "https://proceedings.neurips.cc/paper_files/paper/2012/hash/c399862d-Abstract.html"
NEW_PDF = "https://proceedings.neurips.cc/paper_files/paper/2012/file/c399862d-Paper.pdf"


async def test_an_old_url_gets_the_present_one_once_that_has_answered(internet: FakeInternet, net: Net) -> None:
    """The old page leads there for good; page and PDF cost one request."""
    internet.site("papers.nips.cc").redirect("/paper/4824-imagenet", NEW, 301)
    internet.site("proceedings.neurips.cc").page(NEW.partition(".cc")[2], TAGS.format(NEW_PDF))

    found = await answers_of(Proceedings, net, OLD, f"{OLD}.pdf")

    assert {
        url: (slug(e), e.suggestion.url) for url, e in found.items() if isinstance(e, Evidence) and e.suggestion
    } == {
        OLD: ("paper-moved", NEW),
        f"{OLD}.pdf": ("paper-moved", NEW_PDF),
    }
    assert len(internet.log) == 2


@pytest.mark.parametrize(("status", "pdf"), [(302, NEW_PDF), (301, "https://elsewhere.org/x.pdf"), (301, "")])
async def test_a_new_url_that_is_not_sure_is_left_to_the_link(
    internet: FakeInternet, net: Net, status: int, pdf: str
) -> None:
    """A redirect for now, another site, a page that names no PDF."""
    internet.site("papers.nips.cc").redirect("/paper/4824-imagenet", NEW, status)
    internet.site("proceedings.neurips.cc").page(NEW.partition(".cc")[2], TAGS.format(pdf))

    assert isinstance((await answers_of(Proceedings, net, f"{OLD}.pdf"))[f"{OLD}.pdf"], Pass)


async def test_a_new_place_that_does_not_answer_is_not_offered(internet: FakeInternet, net: Net) -> None:
    """The redirect alone proves nothing."""
    internet.site("papers.nips.cc").redirect("/paper/4824-imagenet", NEW, 301)
    internet.site("proceedings.neurips.cc")

    assert isinstance((await answers_of(Proceedings, net, OLD))[OLD], Pass)


@pytest.mark.parametrize(
    ("link", "there"),
    [
        ("http://www.jmlr.org/papers/v3/name03a.html", "https://www.jmlr.org/papers/v3/name03a.html"),
        ("https://aclanthology.org/P18-1001", "https://www.aclanthology.org/P18-1001"),
    ],
)
async def test_another_spelling_of_the_site_is_no_new_url(
    internet: FakeInternet, net: Net, link: str, there: str
) -> None:
    """Scheme, ``www.`` and a slash at the end make no other paper."""
    asked = load(Proceedings).claim(target(link)) or ""
    pdf = link.replace("v3/name03a.html", "volume3/name03a/name03a.pdf") if "jmlr" in link else f"{link}.pdf"
    internet.site(urlsplit(asked).netloc).redirect(urlsplit(asked).path, there, 301)
    internet.site(urlsplit(there).netloc).page(urlsplit(there).path, TAGS.format(pdf))

    found = await answers_of(Proceedings, net, link, pdf)

    assert {slug(item) for item in found.values()} == {"ok"}
