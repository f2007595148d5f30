"""Papers at OpenReview: settled while its API is open, unverified at the price of one request when it is not."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from aiohttp import web

from linkwarden.model import Claim, Evidence, Verdict
from linkwarden.net import Net
from linkwarden.providers.papers.openreview import OpenReview
from tests.internet import FakeInternet
from tests.internet.openreview import FakeOpenReview
from tests.links import NOW, answers_of, evidence_of, load, slug, target, verdict_of

FORUM = "https://openreview.net/forum?id="
URLS = [f"{FORUM}paper{n:04}" for n in range(50)]


@pytest.fixture
def review(internet: FakeInternet) -> FakeOpenReview:
    """An OpenReview that answers programs, with no papers yet."""
    fake = FakeOpenReview(internet)
    fake.open = True
    return fake


async def test_a_paper_of_either_api_is_fine(net: Net, review: FakeOpenReview) -> None:
    """New papers are in the second API, old ones in the first; both tell a title, in two forms."""
    review.new = {"YicbFdNTTy": "An Image is\n Worth 16x16 Words"}
    review.old = {"B1QRgziT-": "Spectral Normalization"}

    found = await answers_of(OpenReview, net, f"{FORUM}YicbFdNTTy&noteId=abcdef", f"{FORUM}B1QRgziT-")

    assert {slug(item) for item in found.values()} == {"ok"}
    titles = [item.title for item in found.values() if isinstance(item, Evidence)]
    assert titles == ["An Image is Worth 16x16 Words", "Spectral Normalization"]


async def test_a_pdf_is_as_good_as_its_paper(net: Net, review: FakeOpenReview) -> None:
    """Page and PDF of one paper are one question, and the facts say what was not asked."""
    review.new = {"YicbFdNTTy": "A title"}
    pdf = "https://openreview.net/pdf?id=YicbFdNTTy"

    found = await answers_of(OpenReview, net, f"{FORUM}YicbFdNTTy", pdf)

    assert {slug(item) for item in found.values()} == {"ok"}
    assert len(review.questions) == 1
    item = found[pdf]
    assert isinstance(item, Evidence)
    assert "not asked" in item.facts[-1].what


@pytest.mark.parametrize("empty", [True, False])
async def test_an_unknown_paper_is_broken_after_both_apis_say_so_twice(
    net: Net, review: FakeOpenReview, *, empty: bool
) -> None:
    """No notes, or a NotFoundError: both APIs, twice."""
    review.empty = empty

    item = await evidence_of(OpenReview, net, f"{FORUM}nosuchpaper")

    assert (slug(item), verdict_of(item)) == ("unknown-openreview-paper", Verdict.BROKEN)
    assert review.questions == [("api2.openreview.net", "nosuchpaper"), ("api.openreview.net", "nosuchpaper")] * 2


async def test_a_paper_that_is_overlooked_once_is_fine(net: Net, review: FakeOpenReview) -> None:
    """An absence that the second round does not repeat is no finding."""
    review.new = {"YicbFdNTTy": "A title"}
    review.hidden = {"YicbFdNTTy": 1}

    assert slug(await evidence_of(OpenReview, net, f"{FORUM}YicbFdNTTy")) == "ok"


async def test_a_private_paper_is_unverified_and_stops_nothing(net: Net, review: FakeOpenReview) -> None:
    """What is not shown to everybody may be shown to readers who log in; the next paper is asked for."""
    review.private = {"secretpaper"}
    review.new = {"YicbFdNTTy": "A title"}

    found = await answers_of(OpenReview, net, f"{FORUM}secretpaper", f"{FORUM}YicbFdNTTy")

    assert [slug(item) for item in found.values()] == ["registry-silent", "ok"]


# --- bad days ------------------------------------------------------------------------------------------------------


async def test_a_closed_api_costs_one_request(net: Net, internet: FakeInternet, review: FakeOpenReview) -> None:
    """The first challenge settles fifty links: unverified, with the reason, and no page is fetched instead."""
    review.open = False

    found = await answers_of(OpenReview, net, *URLS)

    assert {slug(item) for item in found.values()} == {"registry-silent"}
    assert len(internet.log) == 1
    item = found[URLS[-1]]
    assert isinstance(item, Evidence)
    assert (verdict_of(item), item.status) == (Verdict.UNVERIFIED, 403)
    assert "human" in item.reason


async def test_a_closed_api_stays_closed_for_the_run(net: Net, review: FakeOpenReview) -> None:
    """A second call of the same run asks nothing."""
    review.open = False
    provider = load(OpenReview)
    for url in URLS[:2]:
        ident = provider.claim(target(url))
        assert ident is not None
        found = [item async for item in provider.check([Claim("openreview", target(url), ident)], net, NOW)]
        assert [slug(item) for item in found] == ["registry-silent"]

    assert len(review.questions) == 1


def _json(value: object, status: int = 200) -> Callable[[], web.Response]:
    return lambda: web.Response(status=status, text=json.dumps(value), content_type="application/json")


_BAD_DAYS = [
    _json({}),
    _json([]),
    _json({"notes": None}),
    _json({"notes": ["paper0000"]}),
    _json({"notes": [{"id": "another", "content": {"title": "Another"}}]}),
    _json({"notes": [{"content": {"title": "No number"}}]}),
    _json({"notes": []}, 404),
    _json({"name": "RateLimitError"}, 429),
    _json({"name": "NotFoundError"}),
    _json({"name": "SomethingElse"}, 404),
    _json({"name": "NotFoundError"}, 500),
    lambda: web.Response(status=404, text="<html>not here</html>", content_type="text/html"),
    lambda: web.Response(status=403, text="<title>Just a moment...</title>", content_type="text/html"),
    lambda: web.Response(status=503),
    lambda: web.Response(text="<html>maintenance</html>", content_type="text/html"),
    lambda: web.Response(body=b"\xff\xfe"),
    lambda: web.Response(text="[" * 100_000, content_type="application/json"),
]


@pytest.mark.parametrize("answer", _BAD_DAYS)
async def test_an_answer_that_proves_nothing_is_no_verdict(
    net: Net, review: FakeOpenReview, answer: Callable[[], web.Response]
) -> None:
    """Whatever goes wrong at the API, its links are unverified."""
    review.always = answer

    item = await evidence_of(OpenReview, net, URLS[0])

    assert (slug(item), verdict_of(item)) == ("registry-silent", Verdict.UNVERIFIED)


@pytest.mark.parametrize("answer", _BAD_DAYS)
async def test_an_absence_that_cannot_be_confirmed_is_no_verdict(
    net: Net, review: FakeOpenReview, answer: Callable[[], web.Response]
) -> None:
    """If one of the four answers proves nothing, the absent paper is unverified."""
    missing = _json({"name": "NotFoundError"}, 404)
    review.answers = [missing, missing, missing, *[answer] * 9]

    assert slug(await evidence_of(OpenReview, net, URLS[0])) == "registry-silent"


async def test_one_odd_answer_does_not_close_the_api(net: Net, review: FakeOpenReview) -> None:
    """A paper over which the API stumbles leaves the others their turn; after three the API is left alone."""
    review.new = {f"paper{n:04}": "A title" for n in range(50)}
    review.answers = [_json({}), _json({})]

    found = await answers_of(OpenReview, net, *URLS)

    assert [slug(item) for item in found.values()] == ["registry-silent"] * 2 + ["ok"] * 48
    review.always = _json({})
    before = len(review.questions)
    await answers_of(OpenReview, net, *URLS)
    assert len(review.questions) == before + 3


async def test_odd_contents_make_no_title(net: Net, review: FakeOpenReview) -> None:
    """The paper is there whatever its content looks like."""
    contents: list[object] = [{}, [], {"title": 5}, {"title": {"value": None}}, {"title": "  "}]
    for content in contents:
        review.answers = [_json({"notes": [{"id": "paper0000", "content": content}]})]
        item = await evidence_of(OpenReview, net, URLS[0])
        assert (slug(item), item.title) == ("ok", None)


async def test_no_network_is_no_verdict(net: Net, internet: FakeInternet) -> None:
    """Where the API does not resolve, it is asked once, and nothing is said about its papers."""
    internet.dns("api2.openreview.net", "nxdomain")

    found = await answers_of(OpenReview, net, *URLS)

    assert {slug(item) for item in found.values()} == {"registry-silent"}


@pytest.mark.parametrize(
    "url",
    [
        "https://openreview.net/",
        "https://openreview.net/forum",
        "https://openreview.net/forum?id=a%20b%20c%20d",
        "https://openreview.net/forum?id=x",
        "https://openreview.net/group?id=ICLR.cc",
        "https://openreview.net/references/pdf?id=B1QRgziT-",
        "https://openreview.net/attachment?id=B1QRgziT-&name=supplementary_material",
        "https://openreview.net/profile?id=~Some_One1",
        "https://openreview.net.example.org/forum?id=B1QRgziT-",
    ],
)
def test_what_names_no_paper_is_left_alone(url: str) -> None:
    """Venues, people, revisions and attachments are not papers."""
    assert load(OpenReview).claim(target(url)) is None
