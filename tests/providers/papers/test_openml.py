"""OpenML: its interface tells which data sets there are; anything but its very answers proves nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from aiohttp import web

from linkwarden.model import Evidence
from linkwarden.net import Net
from linkwarden.providers.papers.openml import MISSING, OpenML
from tests.internet import FakeInternet
from tests.internet.openml import FakeOpenML
from tests.links import answers_of, slug

PAGE = "https://www.openml.org/d/"


@pytest.fixture
def openml(internet: FakeInternet) -> FakeOpenML:
    """OpenML with one data set."""
    openml = FakeOpenML(internet)
    openml.names["61"] = "iris"
    return openml


async def test_what_each_answer_means(net: Net, openml: FakeOpenML) -> None:
    """Each data set costs one question, whatever the form of its address, and no frame is asked for."""
    search = "https://openml.org/search?type=data&id=61"

    found = await answers_of(OpenML, net, f"{PAGE}61", search, f"{PAGE}404")

    assert {url: slug(item) for url, item in found.items()} == {
        f"{PAGE}61": "ok",
        search: "ok",
        f"{PAGE}404": MISSING.slug,
    }
    there = found[f"{PAGE}61"]
    assert isinstance(there, Evidence)
    assert there.title == "iris"
    assert sorted(openml.questions) == ["404", "61"]


async def test_the_rewrite_says_it_in_another_place(net: Net, openml: FakeOpenML) -> None:
    """Its errors are 404 with the code at the top."""
    openml.always = lambda: web.json_response({"title": "Dataset Not Found", "code": "111"}, status=404)

    assert slug((await answers_of(OpenML, net, f"{PAGE}404"))[f"{PAGE}404"]) == MISSING.slug


@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(text="<title>OpenML</title>", content_type="text/html"),
        lambda: web.json_response({"data_set_description": {"id": "62", "name": "another"}}),
        lambda: web.json_response({"data_set_description": []}),
        lambda: web.json_response({"error": {"code": "112", "message": "No access granted"}}, status=412),
        lambda: web.json_response({"error": "111"}, status=412),
        lambda: web.json_response({"error": {"code": "111"}}, status=404),
        lambda: web.Response(status=412, text="Precondition failed"),
        lambda: web.Response(status=503),
    ],
    ids=["page", "another", "list", "private", "text", "404", "412", "503"],
)
async def test_answers_that_say_nothing(net: Net, openml: FakeOpenML, answer: Callable[[], web.Response]) -> None:
    """Pages in place of JSON, other data sets, other errors and trouble leave the link unverified."""
    openml.always = answer

    assert slug((await answers_of(OpenML, net, f"{PAGE}404"))[f"{PAGE}404"]) == "registry-silent"
