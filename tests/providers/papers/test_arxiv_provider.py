"""arXiv papers are settled by one polite question to its API, and never accused on thin evidence."""

from __future__ import annotations

import re

import pytest
from aiohttp import web

from linkwarden.model import Evidence, Pass, Verdict
from linkwarden.net import Net
from linkwarden.providers.papers.arxiv.api import CANARY
from linkwarden.providers.papers.arxiv.provider import Arxiv, ArxivIds
from tests.internet import FakeInternet
from tests.internet.arxiv import FakeArxiv
from tests.links import answers_of, evidence_of, load, slug, target
from tests.shared import SHARED, needs_shared


@pytest.fixture
def arxiv(internet: FakeInternet) -> FakeArxiv:
    """An arXiv that has every paper, unless told otherwise."""
    return FakeArxiv(internet)


def _is_unverified(item: Evidence | Pass) -> bool:
    return isinstance(item, Evidence) and item.rule is not None and item.rule.verdict is Verdict.UNVERIFIED


# --- without the network -------------------------------------------------------------------------------------------


async def test_impossible_identifiers_are_settled_without_a_request(net: Net, internet: FakeInternet) -> None:
    """Malformed and future identifiers are broken, good ones go on, and nobody is asked."""
    provider = load(ArxivIds)
    bad = ["2113.00001", "2612.00001", "2106.15928%20", "abc"]
    urls = [f"https://arxiv.org/abs/{written}" for written in [*bad, "2106.15928", "1805.0001"]]

    found = await answers_of(provider, net, *urls)

    assert [slug(found[url]) for url in urls] == ["malformed-arxiv-id"] * 4 + ["pass"] * 2
    assert internet.log == []
    assert not provider.online


async def test_junk_at_the_end_gets_a_safe_suggestion(net: Net) -> None:
    """The reason says what is stuck to the identifier, and the fix cuts it off."""
    url = "https://arxiv.org/pdf/2106.15928%E2%80%8B"

    item = (await answers_of(ArxivIds, net, url))[url]

    assert isinstance(item, Evidence)
    assert "U+200B" in item.reason
    assert item.suggestion is not None
    assert (item.suggestion.url, item.suggestion.safe) == ("https://arxiv.org/pdf/2106.15928", True)


async def test_a_future_month_gets_no_suggestion(net: Net) -> None:
    """For a paper of next month nothing can be offered, least of all the same address."""
    url = "https://arxiv.org/abs/2612.00001"

    item = (await answers_of(ArxivIds, net, url))[url]

    assert isinstance(item, Evidence)
    assert item.suggestion is None
    assert "month that has not come yet" in item.reason


def test_a_picture_is_nobodys_paper() -> None:
    """What stands as an image must be judged as one, even at arXiv."""
    shown = target("https://arxiv.org/pdf/2106.15928", image=True)

    assert load(Arxiv).claim(shown) is None
    assert load(ArxivIds).claim(shown) is None


# --- one question ----------------------------------------------------------------------------------------------------


@needs_shared
async def test_the_real_lists_197_papers_cost_one_request(net: Net, internet: FakeInternet, arxiv: FakeArxiv) -> None:
    """All papers of the real list are ok after one query, which asks for as many results as identifiers."""
    text = (SHARED / "lists" / "ml-papers.md").read_text(encoding="utf-8")
    urls = list(dict.fromkeys(re.findall(r"https?://arxiv\.org/(?:abs|pdf)/[^)\s\"]+", text)))

    found = await answers_of(Arxiv, net, *urls)

    assert {slug(item) for item in found.values()} == {"ok"}
    assert len(found) == len(urls)
    (query,) = arxiv.queries
    idents = query["id_list"].split(",")
    assert len(set(idents)) == len(idents) <= 200
    assert query["max_results"] == str(len(idents))
    assert CANARY in idents
    assert internet.hosts == {"export.arxiv.org"}


async def test_order_does_not_matter_and_versions_match_exactly(net: Net, arxiv: FakeArxiv) -> None:
    """Entries are matched by identifier: with a version exactly that one, without one any."""
    arxiv.paper("1812.01187", versions=2, title="Bag of Tricks")
    arxiv.paper("1707.08567", versions=4, title="Proceedings")
    urls = [f"https://arxiv.org/abs/{i}" for i in ("1812.01187v1", "1707.08567", "1812.01187", "hep-th/9901001")]

    found = await answers_of(Arxiv, net, *urls)

    assert [slug(found[url]) for url in urls] == ["ok"] * 4
    first = found[urls[0]]
    assert isinstance(first, Evidence)
    assert first.title == "Bag of Tricks"
    assert "version 1" in first.facts[0].what


async def test_one_identifier_is_asked_once_for_all_its_addresses(net: Net, arxiv: FakeArxiv) -> None:
    """Abstract, PDF, tracking parameters and the DOI of a paper are one question."""
    urls = [
        "https://arxiv.org/abs/2012.01714?s=09",
        "https://arxiv.org/pdf/2012.01714.pdf",
        "https://doi.org/10.48550/arXiv.2012.01714",
        "https://arxiv.org/html/2012.01714",
    ]

    found = await answers_of(Arxiv, net, *urls)

    assert [slug(found[url]) for url in urls] == ["ok"] * 4
    assert all(isinstance(item, Evidence) and item.suggestion is None for item in found.values())
    assert [query["id_list"] for query in arxiv.queries] == [f"2012.01714,{CANARY}"]


async def test_an_html_page_is_vouched_for_with_a_reservation(net: Net, arxiv: FakeArxiv) -> None:
    """The identifier proves the paper; that its HTML version was not asked stands in the facts."""
    del arxiv

    item = await evidence_of(Arxiv, net, "https://arxiv.org/html/2403.12345v1")

    assert item.rule is None
    assert any("HTML" in fact.what for fact in item.facts)


async def test_a_long_list_of_identifiers_is_posted(net: Net, internet: FakeInternet, arxiv: FakeArxiv) -> None:
    """Beyond about 4 kB the identifiers travel in the body, and all get their verdict."""
    urls = [f"https://arxiv.org/abs/cond-mat/99{m:02d}{n:03d}v12" for m in range(1, 12) for n in range(1, 19)]

    found = await answers_of(Arxiv, net, *urls[:199])

    assert {slug(item) for item in found.values()} == {"ok"}
    assert [entry.method for entry in internet.log] == ["POST"]
    assert len(arxiv.queries[0]["id_list"].split(",")) == len(urls) + 1


async def test_titles_are_put_on_one_line_and_a_title_may_be_zero(net: Net, arxiv: FakeArxiv) -> None:
    """Wrapped titles are joined, and the paper whose title is "0" (2104.12255) has a title."""
    arxiv.wrap_titles = True
    arxiv.paper("2104.12255", title="0")
    arxiv.paper("hep-ex/0307015", title="Multi-Electron Production in ep Collisions at HERA")

    assert (await evidence_of(Arxiv, net, "https://arxiv.org/abs/2104.12255")).title == "0"
    wrapped = await evidence_of(Arxiv, net, "https://arxiv.org/abs/hep-ex/0307015")
    assert wrapped.title == "Multi-Electron Production in ep Collisions at HERA"


# --- what is wrong ---------------------------------------------------------------------------------------------------


async def test_an_unknown_paper_is_broken_after_two_complete_answers(net: Net, arxiv: FakeArxiv) -> None:
    """Absence is believed when it is seen twice with the canary; nothing is suggested, digits cannot be guessed."""
    arxiv.missing = {"2101.99999"}

    item = await evidence_of(Arxiv, net, "https://arxiv.org/abs/2101.99999")

    assert slug(item) == "unknown-arxiv-paper"
    assert item.suggestion is None
    assert [query["id_list"] for query in arxiv.queries] == [f"2101.99999,{CANARY}"] * 2


async def test_a_gap_in_one_answer_accuses_nobody(net: Net, arxiv: FakeArxiv) -> None:
    """A paper that the first answer left out and the second one has is ok."""
    arxiv.hidden = {"2101.00001": 1}

    assert slug(await evidence_of(Arxiv, net, "https://arxiv.org/abs/2101.00001")) == "ok"


async def test_an_unknown_version_is_told_from_an_unknown_paper(net: Net, arxiv: FakeArxiv) -> None:
    """The paper without the version is offered, in the form that the list uses; two queries settle all."""
    arxiv.paper("1707.08567", versions=2)
    arxiv.missing = {"2101.99999"}
    urls = ["https://arxiv.org/pdf/1707.08567v7.pdf", "https://arxiv.org/abs/2101.99999v2"]

    found = await answers_of(Arxiv, net, *urls)

    wrong = found[urls[0]]
    assert isinstance(wrong, Evidence)
    assert slug(wrong) == "unknown-arxiv-version"
    assert "no version 7" in wrong.reason
    assert "version 2 is the newest" in wrong.reason
    assert wrong.suggestion is not None
    assert wrong.suggestion.url == "https://arxiv.org/pdf/1707.08567"
    assert slug(found[urls[1]]) == "unknown-arxiv-paper"
    assert len(arxiv.queries) == 2


async def test_a_missing_paper_of_this_month_is_not_accused(net: Net, arxiv: FakeArxiv) -> None:
    """The index lags behind; a paper of the current month that it lacks is unverified."""
    arxiv.missing = {"2611.00042"}

    item = await evidence_of(Arxiv, net, "https://arxiv.org/abs/2611.00042")

    assert slug(item) == "arxiv-too-new"
    assert _is_unverified(item)


@pytest.mark.parametrize(
    ("comment", "summary", "withdrawn"),
    [
        ("This paper has been withdrawn by the author due to an error in Lemma 3", "", True),
        ("Withdrawn", "", True),
        ("withdrawn from arXiv", "", True),
        ("12 pages; withdrawn from ICLR 2021", "", False),
        ("", "This paper has been withdrawn by the author(s).", True),
        ("", "The manuscript was temporarily withdrawn.", True),
        ("", "We study troops that were withdrawn from a border. This paper has 3 parts.", False),
        ("12 pages, 3 figures", "An abstract.", False),
    ],
)
async def test_a_withdrawn_paper_is_degraded(
    net: Net,
    arxiv: FakeArxiv,
    comment: str,
    summary: str,
    withdrawn: bool,  # noqa: FBT001 - a table
) -> None:
    """Comment or abstract say so; the word alone in another sense does not."""
    arxiv.paper("2101.00001", comment=comment, summary=summary)

    item = await evidence_of(Arxiv, net, "https://arxiv.org/pdf/2101.00001")

    assert slug(item) == ("arxiv-withdrawn" if withdrawn else "ok")


async def test_repaired_spellings_and_mirrors_are_moved_with_a_safe_fix(net: Net, arxiv: FakeArxiv) -> None:
    """They work today; arXiv's own spelling and host are offered. The ordinary .pdf ending is not nagged about."""
    del arxiv
    urls = [
        "https://arxiv.org/abs/math.GT/0309136",
        "http://lanl.arxiv.org/pdf/1707.08567",
        "https://arxiv.org/dvi/1707.08567",
    ]

    found = await answers_of(Arxiv, net, *urls)

    assert [slug(found[url]) for url in urls] == ["arxiv-id-form", "arxiv-mirror", "arxiv-id-form"]
    offers = [item.suggestion for item in found.values() if isinstance(item, Evidence)]
    assert [offer.url for offer in offers if offer and offer.safe] == [
        "https://arxiv.org/abs/math/0309136",
        "https://arxiv.org/pdf/1707.08567",
        "https://arxiv.org/abs/1707.08567",
    ]


async def test_a_page_about_a_paper_is_passed_on_unless_the_paper_is_unknown(net: Net, arxiv: FakeArxiv) -> None:
    """An identifier does not prove somebody else's page, but without a paper there is no page about it."""
    arxiv.missing = {"2101.99999"}
    urls = ["https://huggingface.co/papers/2106.15928", "https://www.alphaxiv.org/abs/2101.99999"]

    found = await answers_of(Arxiv, net, *urls)

    assert [slug(found[url]) for url in urls] == ["pass", "unknown-arxiv-paper"]


# --- bad days --------------------------------------------------------------------------------------------------------


def _text(body: str, status: int = 200) -> web.Response:
    return web.Response(status=status, text=body, content_type="application/atom+xml")


# Complete in every other way: with entities read, it would accuse the paper that is not in it.
_BOMB = (
    '<?xml version="1.0"?><!DOCTYPE f [<!ENTITY a "aaaa">]><feed xmlns="http://www.w3.org/2005/Atom" '
    'xmlns:os="http://a9.com/-/spec/opensearch/1.1/"><os:totalResults>1</os:totalResults>'
    f"<entry><id>http://arxiv.org/abs/{CANARY}v7</id><title>&a;</title></entry></feed>"
)


@pytest.mark.parametrize(
    "answer",
    [
        FakeArxiv.empty,
        FakeArxiv.maintenance,
        FakeArxiv.denied,
        lambda: FakeArxiv.rate_limited("86400"),
        lambda: FakeArxiv.rate_limited(status=503),
        lambda: _text(""),
        lambda: _text("Rate exceeded."),
        lambda: _text("{}"),
        lambda: _text("<rss/>"),
        lambda: _text("<feed xmlns='http://www.w3.org/2005/Atom'><entry>"),
        lambda: _text(_BOMB),
        lambda: _text("", status=500),
        lambda: _text("", status=404),
        lambda: _text("", status=400),
        lambda: web.Response(body=b"\xff\xfe<\x00", content_type="application/atom+xml"),
    ],
)
async def test_an_answer_that_proves_nothing_makes_the_batch_unverified(
    net: Net, arxiv: FakeArxiv, answer: object
) -> None:
    """Empty, refused, walled or garbled answers are never "broken", and the web site is not scraped instead."""
    arxiv.always = answer  # type: ignore[assignment]  # a callable from the table
    arxiv.missing = {"2101.99999"}
    urls = ["https://arxiv.org/abs/2101.00001", "https://arxiv.org/abs/2101.99999"]

    found = await answers_of(Arxiv, net, *urls)

    assert all(_is_unverified(found[url]) for url in urls)
    assert arxiv.internet.requests_to("arxiv.org") == []


async def test_a_second_answer_that_fails_leaves_the_absent_ones_unverified(net: Net, arxiv: FakeArxiv) -> None:
    """One complete answer is not enough to accuse; what it held is ok all the same."""
    arxiv.missing = {"2101.99999"}
    urls = ["https://arxiv.org/abs/2101.00001", "https://arxiv.org/abs/2101.99999"]

    async def fail_later(request: web.Request) -> web.StreamResponse:
        if len(arxiv.queries) > 1:
            return FakeArxiv.empty()
        return await arxiv._query(request)

    arxiv.internet.site("export.arxiv.org").handle("/api/query", fail_later)
    found = await answers_of(Arxiv, net, *urls)

    assert slug(found[urls[0]]) == "ok"
    assert _is_unverified(found[urls[1]])


async def test_an_answer_that_announces_more_than_it_holds_accuses_nobody(net: Net, arxiv: FakeArxiv) -> None:
    """If totalResults says that papers are missing from the answer, an absent one is unverified."""
    arxiv.missing = {"2101.99999"}

    async def cut(request: web.Request) -> web.StreamResponse:
        whole = await arxiv._query(request)
        assert isinstance(whole, web.Response)
        text = (whole.text or "").replace("totalResults>1<", "totalResults>7<")
        return _text(text)

    arxiv.internet.site("export.arxiv.org").handle("/api/query", cut)

    assert _is_unverified(await evidence_of(Arxiv, net, "https://arxiv.org/abs/2101.99999"))


@pytest.mark.parametrize("named", [True, False])
async def test_one_refused_identifier_does_not_spoil_the_others(net: Net, arxiv: FakeArxiv, named: bool) -> None:  # noqa: FBT001 - a table
    """A 400 for the whole query is worked around: the culprit is unverified, the others get their verdicts."""
    arxiv.refused = {"2101.00003"}
    urls = [f"https://arxiv.org/abs/2101.0000{n}" for n in range(1, 8)]

    async def anonymous(request: web.Request) -> web.StreamResponse:
        answer = await arxiv._query(request)
        assert isinstance(answer, web.Response)
        return answer if answer.status == 200 else _text((answer.text or "").replace("2101.00003", "it"), status=400)

    if not named:
        arxiv.internet.site("export.arxiv.org").handle("/api/query", anonymous)
    found = await answers_of(Arxiv, net, *urls)

    assert [slug(found[url]) for url in urls if not url.endswith("3")] == ["ok"] * 6
    assert _is_unverified(found[urls[2]])


async def test_a_denied_client_asks_no_more_in_this_run(net: Net, arxiv: FakeArxiv) -> None:
    """After 403 "Access denied" later links are unverified without a request."""
    arxiv.always = FakeArxiv.denied
    provider = load(Arxiv)

    await answers_of(provider, net, "https://arxiv.org/abs/2101.00001")
    found = await answers_of(provider, net, "https://arxiv.org/abs/2101.00002")

    assert all(_is_unverified(item) for item in found.values())
    assert len(arxiv.queries) == 1


async def test_no_network_is_no_verdict(net: Net, internet: FakeInternet) -> None:
    """Where the API's host does not resolve, papers are unverified: that says nothing about them."""
    internet.dns("export.arxiv.org", "nxdomain")

    assert _is_unverified(await evidence_of(Arxiv, net, "https://arxiv.org/abs/2101.00001"))
