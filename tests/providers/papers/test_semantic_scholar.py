"""Papers at Semantic Scholar are settled by its API: the bot wall before its pages is not asked, and accuses nobody."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from aiohttp import web

from linkwarden.model import Evidence, Verdict
from linkwarden.net import Net
from linkwarden.providers.papers.semantic_scholar import CANARY, SemanticScholar
from tests.internet import FakeInternet
from tests.internet.semantic_scholar import FakeSemanticScholar
from tests.links import answers_of, evidence_of, load, slug, target, verdict_of

SITE = "https://www.semanticscholar.org/paper"
COIN = f"{SITE}/COIN%3A-COmpression-with-Implicit-Neural-Dupont-Goli'nski/1bf444b861acc3dad72d968c2c69bcb863885ff9"
BYOL = f"{SITE}/38f93092ece8eee9771e61c1edaf11b1293cae1b"


@pytest.fixture
def scholar(internet: FakeInternet) -> FakeSemanticScholar:
    """A Semantic Scholar that knows every paper, unless told otherwise."""
    return FakeSemanticScholar(internet)


def _sha(n: int) -> str:
    return f"{n:040x}"


async def test_a_list_of_papers_is_one_question(net: Net, internet: FakeInternet, scholar: FakeSemanticScholar) -> None:
    """All papers travel in one POST to the API; no page is asked, and each paper's title is handed on."""
    scholar.titles[_sha(7)] = "A  title\n on two lines"
    urls = [COIN, BYOL, "https://api.semanticscholar.org/CorpusID:215416146"]
    urls += [f"{SITE}/A-Slug/{_sha(n)}" for n in range(100)]

    found = await answers_of(SemanticScholar, net, *urls)

    assert {slug(item) for item in found.values()} == {"ok"}
    assert internet.hosts == {"api.semanticscholar.org"}
    assert len(internet.log) == 1
    assert internet.log[0].headers["content-type"] == "application/json"
    item = found[f"{SITE}/A-Slug/{_sha(7)}"]
    assert isinstance(item, Evidence)
    assert item.title == "A title on two lines"
    assert "was not requested" in item.facts[1].what


async def test_a_full_batch_fits_into_one_question(net: Net, scholar: FakeSemanticScholar) -> None:
    """As many papers as a batch may hold, and the canary, stay within the API's 500."""
    urls = [f"{SITE}/{_sha(n)}" for n in range(SemanticScholar.per_question)]

    found = await answers_of(SemanticScholar, net, *urls)

    assert {slug(item) for item in found.values()} == {"ok"}
    assert len(scholar.questions) == 1


async def test_one_paper_in_two_addresses_is_one_ident(net: Net, scholar: FakeSemanticScholar) -> None:
    """Slug, case and fragment do not make another paper."""
    urls = [BYOL, f"{SITE}/Some-Slug/38F93092ECE8EEE9771E61C1EDAF11B1293CAE1B/?sort=is-influential#citing-papers"]

    found = await answers_of(SemanticScholar, net, *urls)

    assert [slug(found[url]) for url in urls] == ["ok", "ok"]
    assert scholar.questions == [["38f93092ece8eee9771e61c1edaf11b1293cae1b", CANARY]]


async def test_an_unknown_paper_is_suspect_after_two_nulls(net: Net, scholar: FakeSemanticScholar) -> None:
    """Null twice is a strong hint and no proof; the other papers are not asked for again."""
    scholar.missing = {_sha(1)}

    found = await answers_of(SemanticScholar, net, f"{SITE}/{_sha(1)}", f"{SITE}/{_sha(2)}")

    item = found[f"{SITE}/{_sha(1)}"]
    assert isinstance(item, Evidence)
    assert (slug(item), verdict_of(item)) == ("unknown-to-semantic-scholar", Verdict.SUSPECT)
    assert _sha(1) in item.facts[0].what
    assert slug(found[f"{SITE}/{_sha(2)}"]) == "ok"
    assert scholar.questions == [[_sha(1), _sha(2), CANARY], [_sha(1), CANARY]]


async def test_where_no_paper_is_known_the_canary_still_tells(net: Net, scholar: FakeSemanticScholar) -> None:
    """A question in which nothing is known would be answered with 400; the canary keeps it readable."""
    scholar.missing = {_sha(1)}

    assert slug(await evidence_of(SemanticScholar, net, f"{SITE}/{_sha(1)}")) == "unknown-to-semantic-scholar"


async def test_a_paper_that_is_overlooked_once_is_fine(net: Net, scholar: FakeSemanticScholar) -> None:
    """A null that the second answer does not repeat is no finding."""
    scholar.hidden = {_sha(1): 1}

    assert slug(await evidence_of(SemanticScholar, net, f"{SITE}/{_sha(1)}")) == "ok"


async def test_a_merged_paper_is_moved(net: Net, scholar: FakeSemanticScholar) -> None:
    """Another number in the answer is the paper's present one, and replacing the address is safe."""
    scholar.merged = {_sha(1): _sha(9)}

    item = await evidence_of(SemanticScholar, net, f"{SITE}/Old-Slug/{_sha(1)}")

    assert (slug(item), verdict_of(item)) == ("merged-at-semantic-scholar", Verdict.MOVED)
    assert item.suggestion is not None
    assert (item.suggestion.url, item.suggestion.safe) == (f"{SITE}/{_sha(9)}", True)


async def test_a_paper_merged_into_another_of_the_list_is_moved(net: Net, scholar: FakeSemanticScholar) -> None:
    """Both numbers in one list: the old one is moved, the present one is fine."""
    scholar.merged = {_sha(1): _sha(2)}

    found = await answers_of(SemanticScholar, net, f"{SITE}/{_sha(1)}", f"{SITE}/{_sha(2)}")

    assert [slug(item) for item in found.values()] == ["merged-at-semantic-scholar", "ok"]


async def test_a_number_that_is_none_of_its_own_is_not_moved(net: Net, scholar: FakeSemanticScholar) -> None:
    """A CorpusID answers with the paper's number; that is not another address of it."""
    del scholar

    assert slug(await evidence_of(SemanticScholar, net, "https://api.semanticscholar.org/CorpusID:9")) == "ok"


def _json(value: object, status: int = 200) -> Callable[[], web.Response]:
    return lambda: web.Response(status=status, text=json.dumps(value), content_type="application/json")


_PAPER = {"paperId": _sha(1), "title": "One"}
_BAD_DAYS = [
    _json([_PAPER]),
    _json([]),
    _json([_PAPER, None]),
    _json([{"title": "no number"}, _PAPER]),
    _json([{"paperId": 5}, _PAPER]),
    _json([{"paperId": "../x"}, _PAPER]),
    _json(["paper", _PAPER]),
    _json([_PAPER, _PAPER, _PAPER]),
    _json({"data": [_PAPER, _PAPER]}),
    _json("paper"),
    _json({"error": "No valid paper ids given"}, 400),
    _json({"message": "Forbidden"}, 403),
    _json({"message": "Internal Server Error"}, 500),
    lambda: web.Response(status=202, headers={"x-amzn-waf-action": "challenge"}),
    lambda: web.Response(status=429),
    lambda: web.Response(status=429, headers={"Retry-After": "86400"}),
    lambda: web.Response(status=404, text="<html>not here</html>", content_type="text/html"),
    lambda: web.Response(text="<html>maintenance</html>", content_type="text/html"),
    lambda: web.Response(body=b"\xff\xfe"),
    lambda: web.Response(text="[" * 100_000, content_type="application/json"),
]


@pytest.mark.parametrize("answer", _BAD_DAYS)
async def test_an_answer_that_proves_nothing_is_no_verdict(
    net: Net, internet: FakeInternet, scholar: FakeSemanticScholar, answer: Callable[[], web.Response]
) -> None:
    """Whatever goes wrong at the API: its links are unverified, and the site is not scraped instead."""
    scholar.always = answer

    item = await evidence_of(SemanticScholar, net, f"{SITE}/{_sha(1)}")

    assert (slug(item), verdict_of(item)) == ("registry-silent", Verdict.UNVERIFIED)
    assert internet.hosts == {"api.semanticscholar.org"}


@pytest.mark.parametrize("answer", _BAD_DAYS)
async def test_a_null_that_cannot_be_confirmed_is_no_verdict(
    net: Net, scholar: FakeSemanticScholar, answer: Callable[[], web.Response]
) -> None:
    """If the second answer proves nothing the absent paper is unverified, and the others keep their verdict."""
    scholar.answers = [
        _json([None, {"paperId": _sha(2)}, {"paperId": CANARY}]),
        *[answer] * 9,  # a limit is waited out, so it may be met more than once
    ]

    found = await answers_of(SemanticScholar, net, f"{SITE}/{_sha(1)}", f"{SITE}/{_sha(2)}")

    assert [slug(item) for item in found.values()] == ["registry-silent", "ok"]


async def test_an_answer_in_another_order_is_noticed(net: Net, scholar: FakeSemanticScholar) -> None:
    """Places join question and answer; when the answer is out of step nobody is called moved."""
    scholar.shuffle = True

    found = await answers_of(SemanticScholar, net, f"{SITE}/{_sha(1)}", f"{SITE}/{_sha(2)}")

    assert {slug(item) for item in found.values()} == {"registry-silent"}


async def test_no_network_is_no_verdict(net: Net, internet: FakeInternet) -> None:
    """Where the API does not resolve, nothing is said about its papers."""
    internet.dns("api.semanticscholar.org", "nxdomain")

    assert slug(await evidence_of(SemanticScholar, net, BYOL)) == "registry-silent"


@pytest.mark.parametrize(
    "url",
    [
        f"{SITE}/Title-Without-Number",
        f"{SITE}/Slug/38f93092ece8eee9771e61c1edaf11b1293cae1b/figure/3",
        f"{SITE}/38f93092ece8eee9771e61c1edaf11b1293cae1bb",
        "https://www.semanticscholar.org/search?q=38f93092ece8eee9771e61c1edaf11b1293cae1b",
        "https://pdfs.semanticscholar.org/38f9/3092ece8eee9771e61c1edaf11b1293cae1b.pdf",
        "https://api.semanticscholar.org/graph/v1/paper/38f93092ece8eee9771e61c1edaf11b1293cae1b",
        "https://semanticscholar.org.example.net/paper/38f93092ece8eee9771e61c1edaf11b1293cae1b",
    ],
)
def test_what_names_no_paper_is_left_alone(url: str) -> None:
    """Only addresses that carry a paper's number are claimed."""
    assert load(SemanticScholar).claim(target(url)) is None
