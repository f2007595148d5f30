"""Titles and retractions of DOIs: a courtesy of Crossref and DataCite, many to a question and never a condition."""

from __future__ import annotations

import json

import pytest
from aiohttp import web

from linkwarden.model import Claim, Evidence, Pass, Verdict
from linkwarden.net import Net
from linkwarden.providers.papers.doi.provider import Doi
from tests.internet import FakeInternet
from tests.internet.doi import FakeDoi
from tests.links import NOW, answers_of, evidence_of, load, slug, target, verdict_of

CROSSREF = "api.crossref.org"
DATACITE = "api.datacite.org"


@pytest.fixture
def doi(internet: FakeInternet) -> FakeDoi:
    """A DOI system in which every DOI is registered, unless told otherwise."""
    return FakeDoi(internet)


def _links(n: int, prefix: str = "10.1000/paper") -> list[str]:
    return [f"https://doi.org/{prefix}.{i}" for i in range(n)]


async def test_a_title_comes_with_the_verdict(net: Net, doi: FakeDoi) -> None:
    """Each agency is asked for the titles of its own DOIs, whatever the case in which the list writes them."""
    doi.titles |= {"10.1000/abc": "A  Title\n of Crossref's", "10.5281/zenodo.1": "A data set"}

    found = await answers_of(Doi, net, "https://doi.org/10.1000/ABC", "https://doi.org/10.5281/zenodo.1")

    assert [item.title for item in found.values() if isinstance(item, Evidence)] == [
        "A Title of Crossref's",
        "A data set",
    ]


async def test_fifty_titles_are_one_question(net: Net, internet: FakeInternet, doi: FakeDoi) -> None:
    """One question brings the titles of 50 DOIs of Crossref's, or of 100 of DataCite's, and none is left out."""
    del doi
    urls = _links(70) + _links(30, "10.5281/zenodo")

    found = await answers_of(Doi, net, *urls)

    assert all(isinstance(item, Evidence) and item.title for item in found.values())
    assert len(internet.requests_to(CROSSREF)) == 2
    assert len(internet.requests_to(DATACITE)) == 1


async def test_only_what_is_registered_is_asked_for(net: Net, internet: FakeInternet, doi: FakeDoi) -> None:
    """No title is asked for a DOI that does not exist, nor for one with a comma, which would be two."""
    doi.missing = {"10.1000/gone"}
    urls = ["https://doi.org/10.1000/gone", "https://doi.org/10.1000/a,b"]

    found = await answers_of(Doi, net, *urls)

    assert [slug(found[url]) for url in urls] == ["unknown-doi", "ok"]
    assert internet.requests_to(CROSSREF) == []


async def test_a_mail_address_is_given_where_there_is_one(net: Net, internet: FakeInternet, doi: FakeDoi) -> None:
    """With a mail address as contact the question goes into Crossref's polite pool; without one it names nobody."""
    del doi
    for contact in ("me@example.org", "https://example.org/bot", None):
        provider = load(Doi, contact=contact)
        claims = [Claim("doi", target(_links(1)[0]), "10.1000/paper.0")]
        assert [slug(item) async for item in provider.check(claims, net, NOW)] == ["ok"]

    asked = [entry.query.get("mailto") for entry in internet.requests_to(CROSSREF)]
    assert asked == ["me@example.org", None, None]


def _text(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="application/json")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("<html>down</html>", 200),
        ("", 503),
        ("{}", 404),
        ("null", 200),
        ('{"message": null}', 200),
        ('{"message": {"items": {}}, "data": {}}', 200),
        (json.dumps({"message": {"items": [1, {"DOI": 5}, {"DOI": "10.1000/paper.0", "title": "bare"}]}}), 200),
        (json.dumps({"data": [None, {"id": []}, {"id": "10.5281/zenodo.0", "attributes": {"titles": [3]}}]}), 200),
        ("[" * 100_000, 200),
    ],
)
async def test_without_an_answer_a_doi_is_as_fine(net: Net, doi: FakeDoi, text: str, status: int) -> None:
    """Whatever the agencies answer to the question for titles, registered DOIs are ok, without a title."""
    doi.crossref = doi.datacite = lambda: _text(text, status)

    found = await answers_of(Doi, net, *_links(1), *_links(1, "10.5281/zenodo"))

    assert [(slug(item), item.title) for item in found.values() if isinstance(item, Evidence)] == [("ok", None)] * 2


async def test_who_blocks_us_is_not_asked_for_the_rest(net: Net, internet: FakeInternet, doi: FakeDoi) -> None:
    """After Crossref's 403, with which a person shuts programs out, no further question goes there."""
    doi.crossref = lambda: _text("blocked", 403)

    found = await answers_of(Doi, net, *_links(100))

    assert {slug(item) for item in found.values()} == {"ok"}
    assert len(internet.requests_to(CROSSREF)) == 1


@pytest.mark.parametrize(
    ("details", "word"),
    [
        ({"updated-by": [{"DOI": "10.1000/notice", "type": "retraction"}]}, "retracted"),
        ({"updated-by": [{"type": "correction"}, {"type": "Withdrawal"}]}, "withdrawn"),
        ({"update-to": [{"DOI": "10.1000/PAPER.0", "type": "removal"}]}, "removed"),
        ({"title": ["RETRACTED ARTICLE: A paper about nothing"]}, "retracted"),
        ({"title": ["[RETRACTED] A paper about nothing"]}, "retracted"),
    ],
)
async def test_a_retracted_work_is_degraded(net: Net, doi: FakeDoi, details: dict[str, object], word: str) -> None:
    """A work that was taken back, by whichever sign, is degraded: readers get its page and should know."""
    doi.details["10.1000/paper.0"] = details

    item = await evidence_of(Doi, net, _links(1)[0])

    assert (slug(item), verdict_of(item)) == ("retracted", Verdict.DEGRADED)
    assert f"was {word}" in item.reason


@pytest.mark.parametrize(
    "details",
    [
        {"updated-by": [{"DOI": "10.1000/notice", "type": "correction"}]},
        {"update-to": [{"DOI": "10.1000/other", "type": "retraction"}], "title": ["Retraction: Another paper"]},
        {"updated-by": ["retraction", {"type": None}], "update-to": "retraction"},
        {"title": ["Retracted articles and how they are cited: a study"]},
        {"title": ["Withdrawn from the world: hermits"]},
    ],
)
async def test_what_was_corrected_or_takes_back_another_is_fine(
    net: Net, doi: FakeDoi, details: dict[str, object]
) -> None:
    """Corrected works, notices about others, and works on retraction are not retracted themselves."""
    doi.details["10.1000/paper.0"] = details

    assert slug(await evidence_of(Doi, net, _links(1)[0])) == "ok"


async def test_titles_come_although_a_field_cannot_be_selected(net: Net, doi: FakeDoi) -> None:
    """If Crossref refuses the field that it does not document, the question is put without it."""
    doi.unselectable = {"updated-by"}
    doi.titles["10.1000/paper.0"] = "A title"

    assert (await evidence_of(Doi, net, _links(1)[0])).title == "A title"


async def test_pages_of_publishers_have_titles_too(net: Net, doi: FakeDoi) -> None:
    """An address that holds a registered DOI gets the title of that DOI; one that does not is passed on without."""
    doi.titles["10.1002/mrm.27106"] = "Deep learning with domain adaptation"
    doi.missing = {"10.1002/none"}
    there, gone = (f"https://onlinelibrary.wiley.com/doi/full/10.1002/{name}" for name in ("mrm.27106", "none"))

    found = await answers_of(Doi, net, there, gone)

    item = found[there]
    assert isinstance(item, Evidence)
    assert item.title == "Deep learning with domain adaptation"
    assert isinstance(found[gone], Pass)
