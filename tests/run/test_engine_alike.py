"""Links that are one question are asked together: a page and the places on it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.model import Run, Verdict
from linkwarden.run import engine
from tests.internet import FakeInternet

pytestmark = pytest.mark.usefixtures("wherever_links_lie")


async def check(internet: FakeInternet, folder: Path, text: str) -> Run:
    """Check a list on the fake internet."""
    path = folder / "list.md"
    await asyncio.to_thread(path.write_text, text, "utf-8")
    deps = Deps(make_net=lambda *_: internet.net(), now=internet.time.now, clock=internet.time.clock)
    return await engine.run(Config(inputs=(str(path),)), deps)


async def test_a_page_and_its_places_are_one_request(internet: FakeInternet, tmp_path: Path) -> None:
    """Three links to one page are one request, and each is judged by its own place."""
    internet.site("a.example").page("/guide", '<html><body><h1 id="one">One</h1><p>Words about it.</p></body></html>')

    run = await check(
        internet, tmp_path, "https://a.example/guide\n\nhttps://a.example/guide#one\n\nhttps://a.example/guide#two"
    )

    assert [e.path for e in internet.requests_to("a.example")].count("/guide") == 1
    assert [r.judgement.verdict for r in run.results] == [Verdict.OK, Verdict.OK, Verdict.DEGRADED]


async def test_other_questions_stay_apart(internet: FakeInternet, tmp_path: Path) -> None:
    """A query makes another page, so it is asked for by itself."""
    internet.site("a.example").page("/guide", "<html><body>Words about it.</body></html>")

    run = await check(internet, tmp_path, "https://a.example/guide\n\nhttps://a.example/guide?page=2#one")

    assert [e.path for e in internet.requests_to("a.example")].count("/guide") == 2
    assert len(run.results) == 2
