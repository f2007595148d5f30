"""DOIs are settled by the registries: no page behind a bot wall is asked, nobody is accused on one word alone."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from aiohttp import web

from linkwarden.judge import Policy, judge
from linkwarden.model import Evidence, Pass, Verdict
from linkwarden.net import Net
from linkwarden.providers.papers.doi.provider import Doi
from tests.internet import FakeInternet
from tests.internet.doi import FakeDoi
from tests.links import NOW, answers_of, evidence_of, load, slug, target

WILEY = "https://onlinelibrary.wiley.com/doi/full/10.1002/mrm.27106"


@pytest.fixture
def doi(internet: FakeInternet) -> FakeDoi:
    """A DOI system in which every DOI is registered, unless told otherwise."""
    return FakeDoi(internet)


# --- what exists ---------------------------------------------------------------------------------------------------


async def test_doi_links_and_publishers_pages_cost_one_question(net: Net, internet: FakeInternet, doi: FakeDoi) -> None:
    """The list's DOIs travel in one doiRA question; all are ok, and no publisher is asked, wall or not.

    Crossref is asked for their titles (``test_doi_titles.py``).
    """
    urls = [
        "https://doi.org/10.1117/12.2293755",
        "https://link.springer.com/chapter/10.1007%2F978-3-030-61598-7_12",
        WILEY,
        "https://www.nature.com/articles/s42256-020-00273-z#author-information",
        "https://www.biorxiv.org/content/10.1101/2021.05.29.445828v1",
        "https://journals.plos.org/plosone/article?id=10.1371/journal.pone.0224426",
    ]

    found = await answers_of(Doi, net, *urls)

    assert [slug(found[url]) for url in urls] == ["ok"] * len(urls)
    assert internet.hosts == {"doi.org", "api.crossref.org"}
    assert len(doi.questions) == 1
    assert doi.questions[0].startswith("/doiRA/10.1117/12.2293755,10.1007/978-3-030-61598-7_12,")


async def test_an_ok_by_doi_says_what_was_not_asked(net: Net, doi: FakeDoi) -> None:
    """The facts name the registered DOI and its agency, and admit that the publisher's page was not seen."""
    del doi

    item = await evidence_of(Doi, net, WILEY)

    assert item.rule is None
    assert "10.1002/mrm.27106 is registered (by way of Crossref)" in item.facts[0].what
    assert "was not requested" in item.facts[1].what


async def test_the_old_resolver_is_moved_with_a_safe_fix(net: Net, doi: FakeDoi) -> None:
    """dx.doi.org works, and doi.org is offered, with the DOI as the author wrote it; http: alone is no finding."""
    del doi

    moved = await evidence_of(Doi, net, "http://dx.doi.org/10.1002/CHEM.2020%3C1")

    assert slug(moved) == "old-doi-resolver"
    assert moved.suggestion is not None
    assert (moved.suggestion.url, moved.suggestion.safe) == ("https://doi.org/10.1002/CHEM.2020%3C1", True)
    assert slug(await evidence_of(Doi, net, "http://doi.org/10.1002/chem.2020")) == "ok"


async def test_one_doi_in_many_addresses_is_one_question(net: Net, doi: FakeDoi) -> None:
    """Case does not make another DOI, and neither does the publisher's address of the same paper."""
    urls = ["https://doi.org/10.1002/MRM.27106", "https://dx.doi.org/10.1002/mrm.27106", WILEY]

    found = await answers_of(Doi, net, *urls)

    assert [slug(found[url]) for url in urls] == ["ok", "old-doi-resolver", "ok"]
    assert doi.questions == ["/doiRA/10.1002/mrm.27106"]


async def test_a_comma_in_a_doi_is_not_a_separator(net: Net, doi: FakeDoi) -> None:
    """A DOI with a comma and angle brackets is asked and answered whole."""
    doi.only = {"10.1002/(sici)1097<1,2::aid>3.0.co;2-2"}

    item = await evidence_of(Doi, net, "https://doi.org/10.1002/(SICI)1097%3C1,2::AID%3E3.0.CO;2-2")

    assert slug(item) == "ok"


async def test_questions_stay_below_two_kilobytes(net: Net, internet: FakeInternet, doi: FakeDoi) -> None:
    """A hundred long DOIs are cut into several questions, and none is lost."""
    del doi
    urls = [f"https://doi.org/10.1000/{'long-name-' * 4}{n}" for n in range(100)]

    found = await answers_of(Doi, net, *urls)

    assert [slug(found[url]) for url in urls] == ["ok"] * 100
    assert 1 < len(internet.requests_to("doi.org")) <= 4
    assert all(len(entry.url) <= 2_000 for entry in internet.requests_to("doi.org"))


def test_pictures_are_not_claimed() -> None:
    """A figure's file, and a page that stands as a picture, are the image provider's."""
    provider = load(Doi)
    figure = "https://media.springernature.com/full/springer-static/image/art%3A10.1038%2Fs41592-019-0627-0/MediaObjects/1.png"

    assert provider.claim(target(figure)) is None
    assert provider.claim(target(figure, image=True)) is None
    assert provider.claim(target("https://www.nature.com/articles/nature14539", image=True)) is None


# --- what does not -------------------------------------------------------------------------------------------------


async def test_an_unregistered_doi_is_broken_after_two_words(net: Net, doi: FakeDoi) -> None:
    """DoiRA and the handle API both say no, and the facts show where to see it."""
    doi.missing = {"10.1002/nope"}

    item = await evidence_of(Doi, net, "https://doi.org/10.1002/nope")

    assert slug(item) == "unknown-doi"
    assert item.suggestion is None
    assert doi.questions == ["/doiRA/10.1002/nope", "/api/handles/10.1002/nope"]
    assert [fact.status for fact in item.facts] == [None, 404]


async def test_the_handle_api_has_the_last_word(net: Net, doi: FakeDoi) -> None:
    """A DOI that doiRA overlooks, or is unsure about, is ok if its handle exists."""
    doi.overlooked = {"10.1002/new"}
    doi.unsure = {"10.1002/odd"}

    found = await answers_of(Doi, net, "https://doi.org/10.1002/new", "https://doi.org/10.1002/odd")

    assert {slug(item) for item in found.values()} == {"ok"}


@pytest.mark.parametrize("junk", [".", ")", "%20", "%E2%80%8B", "),", "/"])
async def test_junk_after_a_doi_is_broken_with_a_safe_fix(net: Net, doi: FakeDoi, junk: str) -> None:
    """The DOI as it stands is not registered, without the junk it is: a reader is lost, and the fix is certain."""
    doi.only = {"10.1000/ABC"}

    item = await evidence_of(Doi, net, f"https://doi.org/10.1000/ABC{junk}")

    assert slug(item) == "junk-after-doi"
    assert item.suggestion is not None
    assert (item.suggestion.url, item.suggestion.safe) == ("https://doi.org/10.1000/ABC", True)


async def test_a_doi_may_end_in_punctuation(net: Net, doi: FakeDoi) -> None:
    """If the registry knows the DOI with its last character, nothing is wrong with it."""
    doi.only = {"10.1000/abc."}

    assert slug(await evidence_of(Doi, net, "https://doi.org/10.1000/abc.")) == "ok"


@pytest.mark.parametrize(
    ("behind", "whole", "offer"),
    [
        ("#", "10.1000/abc#", "https://doi.org/10.1000/ABC%23"),
        ("#2", "10.1000/abc#2", "https://doi.org/10.1000/ABC%232"),
        ("?x=1", "10.1000/abc?x=1", "https://doi.org/10.1000/ABC%3Fx=1"),
    ],
)
async def test_a_doi_that_a_browser_cuts_off(net: Net, doi: FakeDoi, behind: str, whole: str, offer: str) -> None:
    """What stands behind # or ? may be a part of the DOI that somebody forgot to encode."""
    doi.only = {whole}

    item = await evidence_of(Doi, net, f"https://doi.org/10.1000/ABC{behind}")

    assert slug(item) == "unknown-doi"
    assert item.suggestion is not None
    assert item.suggestion.url == offer


async def test_what_stands_behind_a_registered_doi_is_none_of_it(net: Net, doi: FakeDoi) -> None:
    """A place on a page and a parameter of the resolver are no parts of a DOI that is registered without them."""
    doi.only = {"10.1000/abc"}

    assert slug(await evidence_of(Doi, net, "https://doi.org/10.1000/abc#results")) == "ok"
    assert slug(await evidence_of(Doi, net, "https://doi.org/10.1000/abc?noredirect")) == "ok"


async def test_a_path_after_a_doi_wants_a_look(net: Net, doi: FakeDoi) -> None:
    """Whole segments that were appended are cut in the suggestion, which is not safe."""
    doi.only = {"10.1038/nature14539"}

    item = await evidence_of(Doi, net, "https://doi.org/10.1038/nature14539/figures/1")

    assert slug(item) == "junk-after-doi"
    assert item.suggestion is not None
    assert (item.suggestion.url, item.suggestion.safe) == ("https://doi.org/10.1038/nature14539", False)


async def test_what_cannot_be_a_doi_is_told_apart(net: Net, doi: FakeDoi) -> None:
    """The registry's "Invalid DOI" has a rule and a reason of its own."""
    doi.invalid = {"10.12/abc"}

    assert slug(await evidence_of(Doi, net, "https://doi.org/10.12/abc")) == "invalid-doi"


@pytest.mark.parametrize(
    ("written", "offer"),
    [
        ("10.48550/arXiv.2106.15928v2", "https://arxiv.org/abs/2106.15928v2"),
        ("10.5555/3295222.3295349", "https://dl.acm.org/doi/10.5555/3295222.3295349"),
    ],
)
async def test_two_habits_of_making_dois_up_get_an_offer(net: Net, doi: FakeDoi, written: str, offer: str) -> None:
    """A versioned arXiv DOI and ACM's unregistered numbers exist elsewhere; the offer wants a look."""
    doi.missing = {written}

    item = await evidence_of(Doi, net, f"https://doi.org/{written}")

    assert slug(item) == "unknown-doi"
    assert item.suggestion is not None
    assert (item.suggestion.url, item.suggestion.safe) == (offer, False)


# --- publishers' pages whose DOI is not there ----------------------------------------------------------------------


async def test_a_derived_doi_accuses_nobody(net: Net, doi: FakeDoi) -> None:
    """If the DOI made from an article number is unknown, the scheme may be wrong: the page is looked at."""
    doi.only = set()
    urls = [
        "https://www.nature.com/articles/nature1",
        "https://zenodo.org/record/1",
        "https://elifesciences.org/articles/1",
    ]

    found = await answers_of(Doi, net, *urls)

    assert list(found.values()) == [Pass(url) for url in urls]


async def test_an_unregistered_doi_in_an_address_is_suspect_unless_the_page_is_seen(net: Net, doi: FakeDoi) -> None:
    """The note loses against a page that is there, and wins over a wall; a page that is gone is broken anyway."""
    doi.only = set()

    item = (await answers_of(Doi, net, WILEY))[WILEY]

    assert isinstance(item, Pass)
    assert item.note is not None
    assert item.note.rule is not None
    assert item.note.rule.slug == "unregistered-doi-in-address"
    seen = Evidence(key=WILEY, checked_by="web")
    assert judge(seen, [item.note], Policy(now=NOW)).verdict is Verdict.OK
    assert item.note.rule.verdict is Verdict.SUSPECT


async def test_something_behind_a_registered_doi_is_the_pages_question(net: Net, doi: FakeDoi) -> None:
    """An unknown suffix in a publisher's address makes no DOI, and no accusation."""
    doi.only = {"10.1021/acs.1"}
    url = "https://pubs.acs.org/doi/10.1021/acs.1/suppl_file/a.zip"

    assert (await answers_of(Doi, net, url))[url] == Pass(url)


# --- bad days ------------------------------------------------------------------------------------------------------


def _json(value: object, status: int = 200) -> Callable[[], web.Response]:
    return lambda: web.Response(status=status, text=json.dumps(value), content_type="application/json")


_BAD_DAYS = [
    _json({}),
    _json([]),
    _json([1, {"DOI": 5}, {"RA": "Crossref"}, {"DOI": "10.1002/other", "RA": "Crossref"}]),
    _json([{"DOI": "10.1002/nope", "status": "Unknown"}, {"DOI": "10.1002/nope", "status": 7}]),
    _json("DOI does not exist"),
    _json({"responseCode": 100}),
    _json({"responseCode": 2}, 500),
    _json({"responseCode": 200}),
    _json([{"DOI": "10.1002/nope", "status": "DOI does not exist"}], 404),
    lambda: web.Response(text="<html>maintenance</html>", content_type="text/html"),
    lambda: web.Response(status=404, text="<html>not here</html>", content_type="text/html"),
    lambda: web.Response(status=429, headers={"Retry-After": "86400"}),
    lambda: web.Response(status=503),
    lambda: web.Response(status=403),
    lambda: web.Response(body=b"\xff\xfe"),
    lambda: web.Response(text="[" * 100_000, content_type="application/json"),
]


@pytest.mark.parametrize("answer", _BAD_DAYS)
@pytest.mark.parametrize("which", ["doi_ra", "handles"])
async def test_an_answer_that_proves_nothing_is_no_verdict(
    net: Net, doi: FakeDoi, which: str, answer: Callable[[], web.Response]
) -> None:
    """Whichever of the two services has a bad day: doi.org links are unverified, pages are passed on."""
    doi.missing = {"10.1002/nope"}
    setattr(doi, which, answer)
    page = "https://onlinelibrary.wiley.com/doi/10.1002/nope"

    found = await answers_of(Doi, net, "https://doi.org/10.1002/nope", page)

    item = found["https://doi.org/10.1002/nope"]
    assert isinstance(item, Evidence)
    assert item.rule is not None
    assert item.rule.verdict is Verdict.UNVERIFIED
    assert found[page] == Pass(page)


async def test_a_doi_without_address_is_not_called_fine(net: Net, doi: FakeDoi) -> None:
    """A handle that exists and holds no web address (code 200) leads nowhere that is known: unverified."""
    doi.unsure = {"10.1002/empty"}
    doi.without_url = {"10.1002/empty"}

    assert slug(await evidence_of(Doi, net, "https://doi.org/10.1002/empty")) == "registry-silent"


async def test_a_handle_service_in_trouble_is_not_asked_a_hundred_times(net: Net, doi: FakeDoi) -> None:
    """After its first useless answer the other absent DOIs stay unverified."""
    doi.only = set()
    doi.handles = _json({"responseCode": 2}, 418)
    urls = [f"https://doi.org/10.1002/x{n}" for n in range(20)]

    found = await answers_of(Doi, net, *urls)

    assert {slug(item) for item in found.values()} == {"registry-silent"}
    assert sum("/api/handles/" in question for question in doi.questions) == 1


async def test_no_network_is_no_verdict(net: Net, internet: FakeInternet) -> None:
    """Where doi.org does not resolve its links are unverified: that says nothing about the DOI."""
    internet.dns("doi.org", "nxdomain")

    assert slug(await evidence_of(Doi, net, "https://doi.org/10.1002/x")) == "registry-silent"
