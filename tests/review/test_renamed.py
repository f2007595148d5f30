"""What shows a renamed repository under its old name is offered the new one, if it works there."""

from __future__ import annotations

import pytest

from linkwarden.model import Verdict
from linkwarden.review.renamed import RenamedReview
from tests.internet import FakeInternet, pictures
from tests.internet.github import FakeGithub
from tests.review.checking import Check, offered, one

REVIEWS = (RenamedReview,)


@pytest.mark.parametrize(
    ("host", "before", "after"),
    [
        ("img.shields.io", "/github/stars/old/lib", "/github/stars/now/library"),
        ("img.shields.io", "/github/stars/old/lib.svg", "/github/stars/now/library.svg"),
        (
            "img.shields.io",
            "/github/actions/workflow/status/OLD/lib/ci.yml",
            "/github/actions/workflow/status/now/library/ci.yml",
        ),
        ("cdn.jsdelivr.net", "/gh/old/lib@1.0/logo.png", "/gh/now/library@1.0/logo.png"),
        ("codecov.io", "/gh/old/lib/branch/main/graph/badge.svg", "/gh/now/library/branch/main/graph/badge.svg"),
        ("travis-ci.com", "/old/lib.svg", "/now/library.svg"),
    ],
)
@pytest.mark.parametrize("works", [True, False])
async def test_a_badge_gets_the_present_name(
    internet: FakeInternet, check: Check, host: str, before: str, after: str, *, works: bool
) -> None:
    """In its own form; where the service does not have it under that name, nothing is offered."""
    github = FakeGithub(internet)
    github.add("now/library", former=["old/lib"])
    site = internet.site(host)
    site.page(before, pictures.PNG, media_type="image/png")
    site.page(after, pictures.PNG if works else b"", media_type="image/png", status=200 if works else 404)
    url = f"https://{host}{before}"
    run = await check(f"[lib](https://github.com/old/lib) ![b]({url})", github_token="good-token")
    fix = offered(run, url)
    if works:
        assert fix is not None
        assert (fix.url, fix.safe) == (f"https://{host}{after}", True)
        assert one(run, url).judgement.verdict is Verdict.MOVED
    else:
        assert fix is None
        assert one(run, url).judgement.verdict is Verdict.OK


async def test_others_are_left_alone(internet: FakeInternet, check: Check) -> None:
    """Other repositories, other hosts, and parts of the path that only look alike."""
    github = FakeGithub(internet)
    github.add("now/library", former=["old/lib"])
    urls = [
        "https://img.shields.io/github/stars/old/library",
        "https://img.shields.io/badge/old/lib",
        "https://elsewhere.example/github/stars/old/lib",
    ]
    for url in urls:
        host, _, path = url.removeprefix("https://").partition("/")
        internet.site(host).page(f"/{path}", pictures.PNG, media_type="image/png")
    run = await check(
        "[lib](https://github.com/old/lib) " + " ".join(f"![b]({url})" for url in urls), github_token="good-token"
    )
    assert [offered(run, url) for url in urls] == [None] * 3
