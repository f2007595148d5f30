"""Sites that no program can tell about: asked never, or once a part, and never counted against a list."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from linkwarden.answers.unknowable import site_of
from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.model import Run, Tag, Verdict
from linkwarden.run import engine
from tests.internet import FakeInternet, misbehave


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://www.linkedin.com/in/x", False),
        ("https://scholar.google.co.uk/scholar?q=x", False),
        ("https://scholar.google.de/citations", False),
        ("https://join.slack.com/t/list/shared_invite/zt-1", False),
        ("https://t.me/+abc", False),
        ("https://t.me/joinchat/abc", False),
        ("https://matrix.to/#/#room:example.org", False),
        ("https://ann.medium.com/a-post-0123456789ab", True),
        ("https://www.amazon.com/dp/0201558025", True),
        ("https://www.amazon.co.jp/dp/0201558025", True),
        ("https://amazon.de/dp/0201558025", True),
    ],
)
def test_what_no_program_can_tell(url: str, *, asked: bool) -> None:
    """A few of them answer some programs, and are asked."""
    site = site_of(url)
    assert site is not None
    assert site.asked is asked


@pytest.mark.parametrize(
    "url",
    [
        "https://docs.aws.amazon.com/s3/",
        "https://amazon.example.com/",
        "https://notmedium.com/",
        "https://t.me/name",
        "https://slack.com/help",
        "https://www.youtube.com/@name",
        "https://scholar.google.example.org/",
        "",
    ],
)
def test_other_sites(url: str) -> None:
    """Hosts are compared by whole labels, and parts of a site by the path."""
    assert site_of(url) is None


async def _check(internet: FakeInternet, folder: Path, *urls: str) -> Run:
    """Give the run over a list of these URLs, which fails on what is unverified."""
    path = folder / "list.md"
    await asyncio.to_thread(path.write_text, " ".join(urls), "utf-8")
    deps = Deps(make_net=lambda *_: internet.net(), now=internet.time.now, clock=internet.time.clock)
    return await engine.run(Config(inputs=(str(path),), fail_on=frozenset({Verdict.UNVERIFIED, Verdict.BROKEN})), deps)


async def test_one_refusal_spares_the_rest_of_a_part(internet: FakeInternet, tmp_path: Path) -> None:
    """The sentence names the site, and the links do not make a run fail."""
    site = internet.site("www.udemy.com")
    for n in range(9):
        site.handle(f"/course/{n}/", misbehave.answer(b"no", 403))

    run = await _check(internet, tmp_path, *(f"https://www.udemy.com/course/{n}/" for n in range(9)))

    assert len(internet.requests_to("www.udemy.com")) <= 2  # one, and its second look
    assert {r.judgement.verdict for r in run.results} == {Verdict.UNVERIFIED}
    assert {r.judgement.reason for r in run.results} == {"Udemy blocks most programs (403); open it in a browser."}
    assert all(r.has(Tag.UNKNOWABLE) for r in run.results)
    assert run.exit_code == 0
    assert any("No program can check 9 of the links (udemy.com 9)" in hint for hint in run.hints)


async def test_whoever_answers_is_believed(internet: FakeInternet, tmp_path: Path) -> None:
    """A page that is seen is ok, and one that the site says is gone is broken."""
    site = internet.site("www.meetup.com")
    site.page("/group/", "<title>A group</title><p>It meets every week, here and there, to talk about lists.")

    run = await _check(internet, tmp_path, "https://www.meetup.com/group/", "https://www.meetup.com/gone/")

    assert [r.judgement.verdict for r in run.results] == [Verdict.OK, Verdict.BROKEN]
