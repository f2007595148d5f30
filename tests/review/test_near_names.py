"""Servers that correct names: a move to what is named almost alike is no move of the page."""

from __future__ import annotations

import pytest
from aiohttp import web

from linkwarden.model import Verdict
from linkwarden.review.near_names import NEAR_NAME, NearNamesReview
from linkwarden.review.siblings import SiblingsReview
from tests.internet import FakeInternet
from tests.internet.site import Handler
from tests.review.checking import Check, facts, offered, one

REVIEWS = (SiblingsReview, NearNamesReview)

TEXT = "<p>" + "Ferns grow in the shade of trees and like water. " * 30


def page(title: str) -> web.Response:
    """Return a page."""
    return web.Response(text=f"<title>{title}</title><h1>{title}</h1>{TEXT}", content_type="text/html")


def not_there() -> web.Response:
    """Return a plain 404."""
    return web.Response(status=404, text="<title>404 Not Found</title>", content_type="text/html")


def correcting(*files: str) -> Handler:
    """Return a server that redirects as mod_speling does: to the file whose path differs by one character."""

    def differs_by_one(one: str, other: str) -> bool:
        if len(one) == len(other):
            wrong = [at for at in range(len(one)) if one[at] != other[at]]
            swapped = len(wrong) == 2 and one[wrong[0]] + one[wrong[1]] == other[wrong[1]] + other[wrong[0]]
            return len(wrong) == 1 or swapped
        short, long = sorted((one, other), key=len)
        return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))

    async def handle(request: web.Request) -> web.Response:
        if request.path in files:
            return page("Notes of the garden")
        near = [file for file in files if differs_by_one(request.path, file)]
        if len(near) == 1:
            return web.Response(status=301, headers={"Location": near[0]})
        return not_there()

    return handle


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ("/~ann/week11.html", "/~ann/week12.html"),
        ("/~ann/week1.html", "/~ann/week12.html"),  # the new name holds the old one whole
        ("/~ann/week12.html", "/~ann/week1.html"),
        ("/~ann/week12.html", "/~ann/week21.html"),
        ("/report-2018", "/report-2019"),
        ("/week11/notes.html", "/week12/notes.html"),
        ("/lesson1.html5", "/lesson2.html5"),
    ],
)
async def test_another_number_is_another_page(internet: FakeInternet, check: Check, asked: str, there: str) -> None:
    """Week 11 is gone, and readers get week 12."""
    internet.site("a.example").handle("/", correcting(there))

    run = await check(f"[Notes on ferns](https://a.example{asked})")

    found = one(run, f"https://a.example{asked}")
    assert (found.judgement.verdict, found.evidence.rule) == (Verdict.SUSPECT, NEAR_NAME)
    assert "misspelt" in facts(run, f"https://a.example{asked}")
    fix = offered(run, f"https://a.example{asked}")
    assert fix is None or not fix.safe


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ("/ferns.html", "/fern.html"),
        ("/frens.html", "/ferns.html"),
        ("/lecture.mp3", "/lecture.mp4"),  # the same in another form
        ("/12345-top-10.html", "/12345-top-11.html"),  # may be known by its first number
    ],
)
async def test_a_corrected_letter_is_a_move_that_somebody_looks_at(
    internet: FakeInternet, check: Check, asked: str, there: str
) -> None:
    """The page is probably the one that is meant, and nobody knows."""
    internet.site("a.example").handle("/", correcting(there))

    run = await check(f"[Notes on ferns](https://a.example{asked})")

    assert one(run, f"https://a.example{asked}").judgement.verdict is Verdict.MOVED
    fix = offered(run, f"https://a.example{asked}")
    assert fix is not None
    assert (fix.url, fix.safe) == (f"https://a.example{there}", False)


async def test_a_page_with_the_title_of_the_link_is_the_one_that_is_meant(internet: FakeInternet, check: Check) -> None:
    """Then the author mistyped the number."""
    internet.site("a.example").handle("/", correcting("/week12.html"))

    run = await check("[Notes of the garden](https://a.example/week11.html)")

    assert one(run, "https://a.example/week11.html").judgement.verdict is Verdict.MOVED


@pytest.mark.parametrize(("asked", "there"), [("/docs/1.1/ferns", "/docs/1.2/ferns"), ("/guide", "/guides")])
async def test_a_redirect_that_somebody_wrote_is_a_move(
    internet: FakeInternet, check: Check, asked: str, there: str
) -> None:
    """The misspelt URL is not redirected."""
    site = internet.site("a.example").redirect(asked, there, status=301)

    async def handle(request: web.Request) -> web.Response:
        return page("Garden") if request.path == there else not_there()

    site.handle("/", handle)

    run = await check(f"[Notes on ferns](https://a.example{asked})")

    assert one(run, f"https://a.example{asked}").judgement.verdict is Verdict.MOVED
    assert NEAR_NAME.code not in {result.evidence.rule.code for result in run.results if result.evidence.rule}


async def test_a_site_that_does_not_look_at_the_name_has_its_page(internet: FakeInternet, check: Check) -> None:
    """It knows its pages by a number in front; any name behind it is redirected to the present one."""

    async def handle(request: web.Request) -> web.Response:
        if request.path == "/q/77/ferns-in-2-steps":
            return page("Garden")
        if request.path.startswith("/q/77/"):
            return web.Response(status=301, headers={"Location": "/q/77/ferns-in-2-steps"})
        return not_there()

    internet.site("a.example").handle("/", handle)

    run = await check("[Notes on ferns](https://a.example/q/77/ferns-in-3-steps)")

    assert one(run, "https://a.example/q/77/ferns-in-3-steps").judgement.verdict is Verdict.MOVED


async def test_other_moves_cost_no_request(internet: FakeInternet, check: Check) -> None:
    """Nothing is misspelt where more than a character has changed."""
    internet.site("a.example").redirect("/old/42", "/new/ferns", status=301).page("/new/ferns", TEXT)

    await check("[Notes on ferns](https://a.example/old/42)", reviews=(NearNamesReview,))

    assert len(internet.requests_to("a.example")) == 2
