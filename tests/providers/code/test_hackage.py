"""Hackage: packages, versions that are never deleted, and what took a deprecated package's place."""

from __future__ import annotations

import pytest
from aiohttp import web

from linkwarden.net import Net
from linkwarden.providers.code.hackage import Hackage
from tests.internet import FakeInternet, misbehave
from tests.internet.hackage import FakeHackage
from tests.links import answers_of, evidence_of, load, slug, target

SITE = "https://hackage.haskell.org"


@pytest.fixture
def hackage(internet: FakeInternet) -> FakeHackage:
    """Two packages, of which the older is deprecated in favour of the newer."""
    hackage = FakeHackage(internet)
    hackage.packages = {"aeson": ["2.2.0.0", "2.1.0.0"], "json-old": ["1.0"]}
    hackage.deprecated = {"json-old": ["aeson"]}
    return hackage


@pytest.mark.usefixtures("hackage")
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/package/aeson", "ok"),
        ("/package/aeson-2.1.0.0", "ok"),
        ("/package/aeson-9.9", "hackage-version-missing"),
        ("/package/Aeson", "hackage-package-missing"),
        ("/package/json-old", "hackage-package-deprecated"),
    ],
)
async def test_what_hackage_says(net: Net, path: str, expected: str) -> None:
    """Names depend on case; a version that is not listed never was."""
    assert slug(await evidence_of(Hackage, net, SITE + path)) == expected


async def test_what_took_its_place_is_offered(net: Net, hackage: FakeHackage) -> None:
    """One successor is a suggestion; several are named, and none is chosen."""
    found = await evidence_of(Hackage, net, f"{SITE}/package/json-old")
    assert found.suggestion is not None
    assert (found.suggestion.url, found.suggestion.safe) == (f"{SITE}/package/aeson", False)

    hackage.deprecated["json-old"] = ["aeson", "waargonaut"]
    found = await evidence_of(Hackage, net, f"{SITE}/package/json-old")
    assert found.suggestion is None
    assert found.reason == "The package json-old is deprecated in favour of aeson, waargonaut."


async def test_many_packages_are_two_requests(net: Net, hackage: FakeHackage) -> None:
    """The list of all packages settles those that it has; the others are asked for."""
    hackage.packages |= {f"p{n}x": ["1"] for n in range(20)}
    urls = [f"{SITE}/package/p{n}x" for n in range(20)] + [f"{SITE}/package/nobody"]

    found = await answers_of(Hackage, net, *urls)

    assert [slug(found[url]) for url in urls] == ["ok"] * 20 + ["hackage-package-missing"]
    assert sorted(hackage.questions) == [
        "/package/nobody",
        "/package/nobody/preferred",
        "/packages/",
        "/packages/deprecated.json",
    ]


@pytest.mark.parametrize(
    "odd",
    [
        lambda: web.Response(text="<html>", content_type="text/html"),
        lambda: web.json_response([1]),
        lambda: web.json_response({"in-favour-of": 1}),
        lambda: web.Response(status=503),
    ],
)
async def test_an_answer_that_says_nothing_is_no_verdict(net: Net, hackage: FakeHackage, odd: object) -> None:
    """Neither a page nor another form of JSON accuses anybody."""
    hackage.always = odd  # type: ignore[assignment]  # any of them

    assert slug(await evidence_of(Hackage, net, f"{SITE}/package/aeson")) == "registry-silent"


@pytest.mark.parametrize("path", ["/package/nobody", "/package/aeson-9.9"])
@pytest.mark.parametrize(("status", "expected"), [(200, "pass"), (403, "registry-silent"), (503, "registry-silent")])
async def test_the_api_alone_accuses_nobody(
    internet: FakeInternet, net: Net, hackage: FakeHackage, path: str, status: int, expected: str
) -> None:
    """Its page is the second witness: it may be there, or say nothing."""
    assert hackage.packages
    internet.site("hackage.haskell.org").handle(path, misbehave.answer(b"<p>x", status, media_type="text/html"))
    internet.site("hackage.haskell.org").handle("/package/nobody/preferred", misbehave.answer(b"", 404))

    assert slug((await answers_of(Hackage, net, SITE + path))[SITE + path]) == expected


def test_sections_are_left_to_the_page() -> None:
    """Only the page shows whether it has one."""
    assert load(Hackage).claim(target(f"{SITE}/package/aeson#readme")) is None
