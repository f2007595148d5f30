"""Zenodo: its interface tells what is there, gone or taken down; anything else proves nothing."""

from __future__ import annotations

import pytest
from aiohttp import web

from linkwarden.model import Verdict
from linkwarden.net import Net
from linkwarden.providers.papers.zenodo import MISSING, Zenodo
from tests.internet import FakeInternet
from tests.internet.zenodo import FakeZenodo
from tests.links import answers_of, slug

RECORD = "https://zenodo.org/records/"


@pytest.fixture
def zenodo(internet: FakeInternet) -> FakeZenodo:
    """Zenodo with a record and one that was taken down."""
    zenodo = FakeZenodo(internet)
    zenodo.records |= {"1": 200, "2": 410}
    return zenodo


async def test_what_each_answer_means(net: Net, zenodo: FakeZenodo) -> None:
    """Each record costs one question, whatever the form of its address, and no walled page is asked."""
    old = "https://zenodo.org/record/1?ln=en"

    found = await answers_of(Zenodo, net, f"{RECORD}1", old, f"{RECORD}2", f"{RECORD}3")

    gone = MISSING.slug
    assert {url: slug(item) for url, item in found.items()} == {
        f"{RECORD}1": "ok",
        old: "ok",
        f"{RECORD}2": gone,
        f"{RECORD}3": gone,
    }
    assert sorted(zenodo.questions) == ["1", "2", "3"]
    assert MISSING.verdict is Verdict.BROKEN


@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(status=404, text="<title>404</title>", content_type="text/html"),
        lambda: web.Response(status=200, text="<title>Zenodo</title>", content_type="text/html"),
        lambda: web.Response(status=404, text="[]", content_type="application/json"),
        lambda: web.Response(status=403, text="{}", content_type="application/json"),
        lambda: web.Response(status=503),
    ],
    ids=["page-404", "page-200", "list-404", "403", "503"],
)
async def test_answers_that_say_nothing(net: Net, zenodo: FakeZenodo, answer: object) -> None:
    """Pages in place of JSON, refusals and trouble leave the link unverified."""
    zenodo.always = answer  # type: ignore[assignment]  # a maker of answers

    assert slug((await answers_of(Zenodo, net, f"{RECORD}3"))[f"{RECORD}3"]) == "registry-silent"
