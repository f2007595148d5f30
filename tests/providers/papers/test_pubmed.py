"""Articles in PubMed and PMC are settled by NCBI's APIs, in one question each; no page of theirs is fetched."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from aiohttp import web

from linkwarden.model import Claim, Evidence, Verdict
from linkwarden.net import Net
from linkwarden.providers.papers.pubmed import PubMed
from tests.internet import FakeInternet
from tests.internet.pubmed import FakePubMed
from tests.links import NOW, answers_of, evidence_of, load, slug, target, verdict_of

PUBMED = "https://pubmed.ncbi.nlm.nih.gov"
PMC = "https://pmc.ncbi.nlm.nih.gov/articles"
OLD = "https://www.ncbi.nlm.nih.gov"


@pytest.fixture
def ncbi(internet: FakeInternet) -> FakePubMed:
    """An NCBI in which every number is an article's, unless told otherwise."""
    return FakePubMed(internet)


async def test_a_list_of_articles_is_one_question_to_each_service(
    net: Net, internet: FakeInternet, ncbi: FakePubMed
) -> None:
    """PMIDs go to ESummary, PMCIDs to the ID converter, all at once; titles are handed on."""
    ncbi.titles["31565535"] = "Training Complex\n Models."
    urls = [f"{PUBMED}/31565535/", f"{PMC}/PMC6765366/", "https://europepmc.org/article/MED/29355051"]
    urls += [f"{PUBMED}/{n}" for n in range(1, 100)]
    urls += [f"{PMC}/PMC{n}" for n in range(1, 90)]

    found = await answers_of(PubMed, net, *urls)

    assert {slug(item) for item in found.values()} == {"ok"}
    assert internet.hosts == {"eutils.ncbi.nlm.nih.gov", "pmc.ncbi.nlm.nih.gov"}
    assert [len(question.get("id", "").split(",")) for question in ncbi.questions] == [101, 1]
    assert len(internet.log) == 2
    item = found[f"{PUBMED}/31565535/"]
    assert isinstance(item, Evidence)
    assert item.title == "Training Complex Models."
    assert "was not requested" in item.facts[1].what


@pytest.mark.parametrize(
    ("contact", "mail"),
    [
        ("me@example.org", "me@example.org"),
        ("mailto:me@example.org", "me@example.org"),
        ("https://example.org/@me", None),
        (None, None),
    ],
)
async def test_ncbi_is_told_who_asks(net: Net, ncbi: FakePubMed, contact: str | None, mail: str | None) -> None:
    """Each question names the tool, and the user's mail address where the contact is one."""
    provider = load(PubMed, contact=contact)
    claims = [Claim("pubmed", target(f"{PUBMED}/7"), "7"), Claim("pubmed", target(f"{PMC}/PMC7"), "PMC7")]

    found = [item async for item in provider.check(claims, net, NOW)]

    assert [slug(item) for item in found] == ["ok", "ok"]
    assert [(q["tool"], q.get("email")) for q in ncbi.questions] == [("linkwarden", mail)] * 2


@pytest.mark.parametrize(
    ("url", "present", "safe"),
    [
        (f"{OLD}/pubmed/31565535", f"{PUBMED}/31565535/", True),
        ("http://www.ncbi.nlm.nih.gov/pubmed/31565535/?dopt=Abstract", f"{PUBMED}/31565535/", True),
        (f"{OLD}/pmc/articles/PMC6765366/", f"{PMC}/PMC6765366/", True),
        (f"{OLD}/pmc/articles/PMC6765366#S2", f"{PMC}/PMC6765366/#S2", True),
        (f"{OLD}/pmc/articles/PMC6765366/figure/F1/", f"{PMC}/PMC6765366/figure/F1/", False),
    ],
)
async def test_an_old_address_is_moved(net: Net, ncbi: FakePubMed, url: str, present: str, *, safe: bool) -> None:
    """NCBI's old addresses redirect; the present one is offered, and is safe where it names the whole article."""
    del ncbi

    item = await evidence_of(PubMed, net, url)

    assert (slug(item), verdict_of(item)) == ("old-ncbi-address", Verdict.MOVED)
    assert item.suggestion is not None
    assert (item.suggestion.url, item.suggestion.safe) == (present, safe)


async def test_a_part_of_an_article_is_said_not_to_be_asked(net: Net, ncbi: FakePubMed) -> None:
    """The API knows articles, not their figures, and the facts admit it."""
    del ncbi

    item = await evidence_of(PubMed, net, f"{PMC}/PMC6765366/figure/F1/")

    assert slug(item) == "ok"
    assert "part of the article" in item.facts[-1].what


@pytest.mark.parametrize(
    ("url", "number", "name"),
    [
        (f"{PUBMED}/99999999/", "99999999", "unknown-pubmed-article"),
        (f"{OLD}/pubmed/99999999", "99999999", "unknown-pubmed-article"),
        ("https://europepmc.org/abstract/MED/99999999", "99999999", "unknown-pubmed-article"),
        (f"{PMC}/PMC99999999/", "PMC99999999", "unknown-pmc-article"),
        ("https://europepmc.org/articles/PMC99999999", "PMC99999999", "unknown-pmc-article"),
    ],
)
async def test_an_unknown_number_is_broken_after_two_words(
    net: Net, ncbi: FakePubMed, url: str, number: str, name: str
) -> None:
    """The service says twice that there is no such article, the second time beside one that it has."""
    ncbi.missing = {number}

    item = await evidence_of(PubMed, net, url)

    assert (slug(item), verdict_of(item)) == (name, Verdict.BROKEN)
    assert number in item.reason
    assert len(ncbi.questions) == 2


async def test_a_number_that_is_overlooked_once_is_fine(net: Net, ncbi: FakePubMed) -> None:
    """An error that the second answer does not repeat is no finding."""
    ncbi.hidden = {"5": 1, "PMC5": 1}

    found = await answers_of(PubMed, net, f"{PUBMED}/5", f"{PMC}/PMC5")

    assert {slug(item) for item in found.values()} == {"ok"}


async def test_a_service_that_fails_for_every_number_accuses_nobody(net: Net, ncbi: FakePubMed) -> None:
    """Errors for all numbers, among them one that is certainly there, say nothing."""
    ncbi.missing = {"5", "PMC5", "23193287", "PMC3531190"}

    found = await answers_of(PubMed, net, f"{PUBMED}/5", f"{PMC}/PMC5")

    assert {slug(item) for item in found.values()} == {"registry-silent"}


async def test_an_article_that_is_not_released_yet_is_not_called_fine(net: Net, ncbi: FakePubMed) -> None:
    """PMC knows articles before it shows them."""
    ncbi.unreleased = {"PMC5"}

    assert slug(await evidence_of(PubMed, net, f"{PMC}/PMC5")) == "registry-silent"


async def test_a_retracted_article_is_degraded(net: Net, ncbi: FakePubMed) -> None:
    """PubMed's mark is passed on, and an old address still gets its fix."""
    ncbi.retracted = {"9500320"}

    item = await evidence_of(PubMed, net, f"{OLD}/pubmed/9500320")

    assert (slug(item), verdict_of(item)) == ("retracted-in-pubmed", Verdict.DEGRADED)
    assert item.suggestion is not None
    assert item.suggestion.url == f"{PUBMED}/9500320/"


def _json(value: object, status: int = 200) -> Callable[[], web.Response]:
    return lambda: web.Response(status=status, text=json.dumps(value), content_type="application/json")


_BAD_DAYS = [
    _json({"error": "API rate limit exceeded", "count": "4"}),
    _json({"error": "API rate limit exceeded", "count": "4"}, 429),
    _json({"error": "/lbsm/eutils_lb -> Neg", "status": "ok"}),
    _json({"esummaryresult": ["Invalid uid 5 at position= 0"]}),
    _json({"result": {}}),
    _json({"result": {"uids": ["5"], "5": {"uid": "6", "title": "Another"}}}),
    _json({"result": {"uids": ["5"], "5": "error"}}),
    _json({"result": {"uids": ["5"], "5": {"uid": "5"}}}),
    _json({"result": ["5"]}),
    _json({"status": "ok", "records": []}),
    _json({"status": "ok", "records": [{"requested-id": "PMC6", "status": "error"}, "PMC5", {"pmcid": 5}]}),
    _json({"status": "ok", "records": [{"requested-id": "PMC5"}]}),
    _json({"status": "error", "errors": [{"code": "invalid_pmids"}]}, 400),
    _json([{"pmcid": "PMC5"}]),
    _json("cannot get document summary"),
    lambda: web.Response(status=429, headers={"Retry-After": "86400"}),
    lambda: web.Response(status=503),
    lambda: web.Response(status=403, text="<title>Access denied</title>", content_type="text/html"),
    lambda: web.Response(status=404, text="<html>not here</html>", content_type="text/html"),
    lambda: web.Response(text="<html>maintenance</html>", content_type="text/html"),
    lambda: web.Response(body=b"\xff\xfe"),
    lambda: web.Response(text="[" * 100_000, content_type="application/json"),
]


@pytest.mark.parametrize("answer", _BAD_DAYS)
async def test_an_answer_that_proves_nothing_is_no_verdict(
    net: Net, ncbi: FakePubMed, answer: Callable[[], web.Response]
) -> None:
    """Whatever goes wrong at NCBI: the links are unverified, old addresses too, and no page is asked instead."""
    ncbi.always = answer

    found = await answers_of(PubMed, net, f"{PUBMED}/5", f"{PMC}/PMC5", f"{OLD}/pubmed/5")

    assert {slug(item) for item in found.values()} == {"registry-silent"}
    assert not [entry for entry in ncbi.internet.log if entry.path in ("/5", "/articles/PMC5", "/pubmed/5")]


@pytest.mark.parametrize("answer", _BAD_DAYS)
async def test_an_absence_that_cannot_be_confirmed_is_no_verdict(
    net: Net, ncbi: FakePubMed, answer: Callable[[], web.Response]
) -> None:
    """If the second answer proves nothing, the absent article is unverified and the others keep their verdict."""
    ncbi.missing = {"5"}
    first = _json({"result": {"uids": ["5", "6"], "5": {"uid": "5", "error": "x"}, "6": {"uid": "6", "title": "Six"}}})
    ncbi.pubmed = [first, *[answer] * 9]

    found = await answers_of(PubMed, net, f"{PUBMED}/5", f"{PUBMED}/6")

    assert [slug(item) for item in found.values()] == ["registry-silent", "ok"]


async def test_one_service_in_trouble_does_not_harm_the_other(net: Net, internet: FakeInternet) -> None:
    """PubMed down, PMC up: each link by its own service."""
    ncbi = FakePubMed(internet)
    ncbi.pubmed = [_json({}, 418)]

    found = await answers_of(PubMed, net, f"{PUBMED}/5", f"{PMC}/PMC5")

    assert [slug(item) for item in found.values()] == ["registry-silent", "ok"]


@pytest.mark.parametrize(
    "url",
    [
        f"{PUBMED}/?term=cancer",
        f"{PUBMED}/advanced/",
        f"{PUBMED}/0",
        f"{PUBMED}/1234567890/",
        f"{PUBMED}/5/bin/",
        f"{PMC}/PMC6765366/bin/nihms-1037643-f0001.jpg",
        f"{OLD}/pmc/articles/PMC6765366/bin/supp.pdf",
        f"{OLD}/pmc/articles/pmid/31565535/",
        f"{OLD}/articles/PMC6765366/",
        f"{OLD}/pubmed/5,6",
        f"{OLD}/5",
        f"{PUBMED}/٥٦",
        "https://europepmc.org/article/PPR/PPR123",
        "https://pubmed.ncbi.nlm.nih.gov.example.org/5",
    ],
)
def test_what_names_no_article_is_left_alone(url: str) -> None:
    """Searches, pictures and attachments are other providers' business."""
    assert load(PubMed).claim(target(url)) is None
