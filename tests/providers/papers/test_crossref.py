"""Papers of Elsevier and IEEE without a DOI in their address: Crossref proves that they exist, and accuses nobody."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from aiohttp import web

from linkwarden.model import Evidence, Pass
from linkwarden.net import Net
from linkwarden.providers.papers.crossref import Crossref
from linkwarden.wire import Request
from tests.internet import FakeInternet
from tests.internet.crossref_registry import FakeCrossref
from tests.internet.doi import FakeDoi
from tests.links import answers_of, load, slug, target

PII = "S014193822100038X"
ELSEVIER = f"https://www.sciencedirect.com/science/article/abs/pii/{PII}"
LENET = "https://ieeexplore.ieee.org/document/726791"
TITLE = "Gradient-based learning applied to document recognition"


@pytest.fixture
def crossref(internet: FakeInternet) -> FakeCrossref:
    """A Crossref with one paper of each publisher."""
    fake = FakeCrossref(internet)
    fake.elsevier(PII, "DeepPhase")
    fake.ieee("726791", TITLE)
    return fake


async def _ask(
    net: Net, *links: tuple[str, ...], contact: str | None = None, provider: Crossref | None = None
) -> list[Evidence | Pass]:
    """Settle links, each a URL with its text and perhaps the words of its entry."""
    asked = [target(url, text=text, context="".join(context)) for url, text, *context in links]
    found = await answers_of(provider or load(Crossref, contact=contact), net, *asked)
    return [found[link[0]] for link in links]


def _slugs(items: Sequence[Evidence | Pass]) -> list[str]:
    return [slug(item) for item in items]


# --- Elsevier ------------------------------------------------------------------------------------------------------


async def test_all_piis_are_one_question(net: Net, internet: FakeInternet, crossref: FakeCrossref) -> None:
    """A full batch of papers at ScienceDirect costs one request to Crossref, and the wall before them none."""
    piis = [f"S0141938221{n:06}" for n in range(Crossref.per_question)]
    for pii in piis:
        crossref.elsevier(pii, f"Paper {pii}")

    found = await _ask(net, *[(f"https://www.sciencedirect.com/science/article/pii/{pii}", "paper") for pii in piis])

    assert set(_slugs(found)) == {"ok"}
    assert internet.hosts == {"api.crossref.org"}
    assert len(internet.log) == 1
    assert len(internet.log[0].url) < 4_000
    assert isinstance(found[7], Evidence)
    assert found[7].title == f"Paper {piis[7]}"
    assert "was not requested" in found[7].facts[1].what


@pytest.mark.parametrize(
    "url",
    [
        f"http://www.sciencedirect.com/science/article/pii/{PII.lower()}/",
        f"https://www.sciencedirect.com/science/article/pii/{PII}/pdfft?md5=0&pid=1-s2.0-x-main.pdf",
        f"https://www.sciencedirect.com/science/article/pii/{PII}?via%3Dihub#bib1",
        f"https://linkinghub.elsevier.com/retrieve/pii/{PII}",
    ],
)
async def test_every_form_of_a_piis_address_is_known(net: Net, crossref: FakeCrossref, url: str) -> None:
    """Case, scheme, what follows the PII and Elsevier's linking host make no other paper."""
    del crossref

    assert _slugs(await _ask(net, (url, "paper"))) == ["ok"]


async def test_an_unknown_pii_proves_nothing(net: Net, crossref: FakeCrossref) -> None:
    """Not every work is registered with its PII: asked twice, then handed on, with what was seen and no suspicion."""
    url = "https://www.sciencedirect.com/science/article/pii/S0000000000000001"

    (item,) = await _ask(net, (url, "paper"))

    assert isinstance(item, Pass)
    assert item.note is not None
    assert item.note.rule is None
    assert "proves nothing" in item.note.facts[0].what
    assert len(crossref.questions) == 2


async def test_a_pii_that_is_overlooked_once_is_fine(net: Net, crossref: FakeCrossref) -> None:
    """The second question asks for the absent ones only, and finds it."""
    crossref.elsevier("S0000000000000002")
    crossref.hidden = {PII: 1}

    found = await _ask(net, (ELSEVIER, "a"), (ELSEVIER.replace(PII, "S0000000000000002"), "b"))

    assert _slugs(found) == ["ok", "ok"]
    assert crossref.questions[1]["filter"] == f"alternative-id:{PII}"


# --- IEEE ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        LENET,
        f"{LENET}/",
        "https://ieeexplore.ieee.org/abstract/document/726791/authors#authors",
        "http://ieeexplore.ieee.org/xpls/abs_all.jsp?arnumber=726791",
        "https://ieeexplore.ieee.org/stamp/stamp.jsp?tp=&arnumber=0726791&tag=1",
        "https://ieeexplore.ieee.org/xpl/articleDetails.jsp?arnumber=726791",
    ],
)
async def test_a_document_is_found_by_its_title_and_proved_by_its_number(
    net: Net, internet: FakeInternet, crossref: FakeCrossref, url: str
) -> None:
    """Crossref is asked for the title among IEEE's works; the work's own address names the document."""
    (item,) = await _ask(net, (url, f"1998 - [LeNet]: {TITLE}"))

    assert slug(item) == "ok"
    assert isinstance(item, Evidence)
    assert item.title == TITLE
    assert internet.hosts == {"api.crossref.org"}
    assert [dict(question) for question in crossref.questions] == [
        {"query.bibliographic": TITLE, "filter": "member:263", "select": "DOI,title,resource", "rows": "5"}
    ]


async def test_another_document_with_a_like_title_proves_nothing(net: Net, crossref: FakeCrossref) -> None:
    """The best hit is another document: the number decides, and the link is handed on."""
    (item,) = await _ask(net, ("https://ieeexplore.ieee.org/document/7267910", TITLE))

    assert isinstance(item, Pass)
    assert item.note is not None
    assert item.note.rule is None
    assert len(crossref.questions) == 1


@pytest.mark.parametrize(
    "text", ["", "[paper]", "paper", "IEEE Xplore page", "PDF link", LENET, "ResNet", "2015 - ..."]
)
async def test_a_text_that_is_no_title_is_not_asked_for(net: Net, crossref: FakeCrossref, text: str) -> None:
    """Where the list has no title for a document there is nothing to ask."""
    (item,) = await _ask(net, (LENET, text))

    assert isinstance(item, Pass)
    assert crossref.questions == []


async def test_an_entry_gives_the_title_that_the_link_lacks(net: Net, crossref: FakeCrossref) -> None:
    """A link that is called "paper" is asked for by what its entry says; the number is the proof as ever."""
    entry = f"Y. LeCun et al., {TITLE} [code], ("

    right, wrong = await _ask(
        net, (LENET, "[paper]", entry), ("https://ieeexplore.ieee.org/document/1", "[paper]", entry)
    )

    assert (slug(right), slug(wrong)) == ("ok", "pass")
    assert crossref.questions[0]["query.bibliographic"] == f"Y. LeCun et al., {TITLE}"


async def test_a_links_own_title_goes_before_its_entry(net: Net, crossref: FakeCrossref) -> None:
    """What stands around a link is asked for only where the link itself has no title."""
    await _ask(net, (LENET, TITLE, f"Some much longer words about {TITLE} and other papers of that year"))

    assert crossref.questions[0]["query.bibliographic"] == TITLE


@pytest.mark.parametrize(
    ("doi", "url"),
    [
        ("10.1145/3271625", "https://dl.acm.org/citation.cfm?id=3271625"),
        ("10.1145/1390156.1390294", "http://dl.acm.org/citation.cfm?doid=1390156.1390294"),
        ("10.1145/1390156.1390294", "https://dl.acm.org/citation.cfm?id=1390294&CFID=1&CFTOKEN=2"),
    ],
)
async def test_acms_old_addresses_are_proved_by_the_end_of_the_doi(
    net: Net, crossref: FakeCrossref, doi: str, url: str
) -> None:
    """ACM's library counted papers by the number that ends their DOIs; another number proves nothing."""
    crossref.acm(doi, "A paper with a long title")

    right, wrong = await _ask(
        net, (url, "A paper with a long title"), ("https://dl.acm.org/citation.cfm?id=77", "A paper with a long title")
    )

    assert (slug(right), slug(wrong)) == ("ok", "pass")
    assert crossref.questions[0]["filter"] == "prefix:10.1145"


async def test_the_best_text_of_all_links_is_the_title(net: Net, crossref: FakeCrossref) -> None:
    """One document, linked as "paper" here and by its title there, is one question."""
    abstract = LENET.replace("/document", "/abstract/document")

    found = await _ask(net, (LENET, "paper"), (abstract, TITLE))

    assert _slugs(found) == ["ok", "ok"]
    assert len(crossref.questions) == 1


async def test_a_text_that_is_hardly_text_can_be_asked_for(net: Net, crossref: FakeCrossref) -> None:
    """Half a character and separators of addresses in a link's text do no harm."""
    (item,) = await _ask(net, (LENET, f"{TITLE}\ud800 & filter=member:1 # %"))

    assert slug(item) == "ok"
    assert crossref.questions[0]["filter"] == "member:263"


async def test_a_very_long_text_is_cut(net: Net, internet: FakeInternet, crossref: FakeCrossref) -> None:
    """A paragraph as link text makes no endless address."""
    del crossref
    await _ask(net, (LENET, f"{TITLE} " * 100))

    assert len(internet.log[0].url) < 700


async def test_crossref_is_told_who_asks(net: Net, crossref: FakeCrossref) -> None:
    """Both kinds of question carry the user's mail address."""
    await _ask(net, (ELSEVIER, "x"), (LENET, TITLE), contact="mailto:me@example.org")

    assert [question["mailto"] for question in crossref.questions] == ["me@example.org"] * 2


async def test_questions_are_spaced(net: Net, internet: FakeInternet, crossref: FakeCrossref) -> None:
    """No more than three list questions a second, as Crossref asks."""
    links = [(f"https://ieeexplore.ieee.org/document/{n}", f"Title of number {n}") for n in range(1, 8)]

    await _ask(net, *links)

    starts = internet.starts("api.crossref.org")
    assert len(starts) == len(crossref.questions) == 7
    assert all(later - sooner >= 1 / 3 for sooner, later in pairwise(starts))


async def test_questions_by_doi_are_still_answered(net: Net, internet: FakeInternet) -> None:
    """The two fakes share a host and leave each other's questions alone."""
    FakeDoi(internet)
    FakeCrossref(internet)
    url = "https://api.crossref.org/works?filter=doi:10.1038/a&rows=5"
    answer = json.loads((await net.fetch(Request(url=url, purpose="test"))).body)

    assert [item["DOI"] for item in answer["message"]["items"]] == ["10.1038/a"]


# --- bad days ------------------------------------------------------------------------------------------------------


def _json(value: object, status: int = 200) -> Callable[[], web.Response]:
    return lambda: web.Response(status=status, text=json.dumps(value), content_type="application/json")


def _items(*items: object) -> Callable[[], web.Response]:
    return _json({"status": "ok", "message": {"items": list(items)}})


_USELESS = [
    _items(),
    _items("10.1/x", {"title": ["No DOI"]}, {"DOI": 5}),
    _items({"DOI": "10.1/x", "title": "text", "alternative-id": PII, "resource": {"primary": "http://x"}}),
    _items({"DOI": "10.1/x", "title": [], "alternative-id": [5], "resource": {"primary": {"URL": 5}}}),
    _items({"DOI": "10.1/x", "resource": {"primary": {"URL": "https://example.org/document/726791/"}}}),
    _items({"DOI": "10.1/x", "resource": {"primary": {"URL": "https://ieeexplore.ieee.org]/document/726791/"}}}),
    _json({"status": "ok", "message": {"items": {}}}),
    _json({"message": []}),
    _json([]),
    _json("Resource not found."),
    _json({"status": "failed", "message-type": "validation-failure"}, 400),
    lambda: web.Response(status=403),
    lambda: web.Response(status=404, text="Resource not found."),
    lambda: web.Response(status=429),
    lambda: web.Response(status=503),
    lambda: web.Response(text="<html>maintenance</html>", content_type="text/html"),
    lambda: web.Response(body=b"\xff\xfe"),
    lambda: web.Response(text="[" * 100_000, content_type="application/json"),
]


@pytest.mark.parametrize("answer", _USELESS)
async def test_an_answer_that_proves_nothing_hands_the_link_on(
    net: Net, crossref: FakeCrossref, answer: Callable[[], web.Response]
) -> None:
    """Whatever goes wrong at Crossref, both kinds of link go to the next provider, without suspicion."""
    crossref.always = answer

    found = await _ask(net, (ELSEVIER, "a paper"), (LENET, TITLE))

    assert _slugs(found) == ["pass", "pass"]
    assert all(isinstance(item, Pass) and (item.note is None or item.note.rule is None) for item in found)


async def test_a_service_in_trouble_is_not_asked_a_hundred_times(net: Net, crossref: FakeCrossref) -> None:
    """After the first useless answer the other documents of the batch are handed on unasked."""
    crossref.always = _json({}, 418)

    found = await _ask(net, *[(f"https://ieeexplore.ieee.org/document/{n}", f"Title number {n}") for n in range(1, 50)])

    assert set(_slugs(found)) == {"pass"}
    assert len(crossref.questions) == 1


async def test_who_is_blocked_stops_for_the_run(net: Net, crossref: FakeCrossref) -> None:
    """403 means that a person at Crossref has blocked us: nothing more is asked, in later batches neither."""
    crossref.always = lambda: web.Response(status=403)
    provider = load(Crossref)

    await _ask(net, (ELSEVIER, "x"), (LENET, TITLE), provider=provider)
    await _ask(net, (ELSEVIER, "x"), (LENET, TITLE), provider=provider)

    assert len(crossref.questions) == 1


async def test_no_network_hands_the_links_on(net: Net, internet: FakeInternet) -> None:
    """Where Crossref does not resolve, the next provider looks."""
    internet.dns("api.crossref.org", "nxdomain")

    assert _slugs(await _ask(net, (ELSEVIER, "x"), (LENET, TITLE))) == ["pass", "pass"]


@pytest.mark.parametrize(
    "url",
    [
        "https://ars.els-cdn.com/content/image/1-s2.0-S1361841518300495-gr12.jpg",
        "https://www.sciencedirect.com/science/article/pii/B9780128044094000012",
        "https://www.sciencedirect.com/science/article/pii/S014193822100038",
        "https://www.sciencedirect.com/science/book/9780128044094",
        "https://ieeexplore.ieee.org/mediastore_new/IEEE/content/media/42/9242349/9109572/ye1abc-3000341-large.gif",
        "https://ieeexplore.ieee.org/xpl/conhome/7293313/proceeding",
        "https://ieeexplore.ieee.org/xpl/RecentIssue.jsp?punumber=34",
        "https://ieeexplore.ieee.org/xpls/abs_all.jsp?arnumber=",
        "https://ieeexplore.ieee.org/document/0",
        "https://ieeexplore.ieee.org.example.net/document/726791",
        "https://ieeexplore.ieee.org:8443/document/726791",
    ],
)
def test_what_names_no_paper_is_left_alone(url: str) -> None:
    """Pictures, journals, book chapters and other hosts are other providers' business."""
    assert load(Crossref).claim(target(url)) is None
