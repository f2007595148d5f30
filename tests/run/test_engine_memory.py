"""What the memory spares a run, and what it must not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest

from linkwarden import api, rules
from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.model import Claim, Evidence, Kind, Pass, Rule, Run, Target, Verdict
from linkwarden.net import Net
from linkwarden.providers import Provider
from linkwarden.run import engine
from linkwarden.store.memory import open_memory
from tests.internet import FakeInternet

pytestmark = pytest.mark.usefixtures("wherever_links_lie")

GONE = Rule("LW991", "gone", Verdict.BROKEN, "gone", "e", "r")
NO_IMAGE = Rule("LW992", "no-image", Verdict.BROKEN, "no image", "e", "r")
URL = "https://a.example/x.png"


class Files(Provider):
    """Knows whether a file is there, and leaves it to others whether it is an image."""

    name, rank, kind = "files", 130, Kind.FILE
    gone: ClassVar[bool] = False
    asked: ClassVar[int] = 0

    def claim(self, target: Target) -> str | None:
        """Take everything."""
        return target.address

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Evidence | Pass]:  # noqa: ARG002
        """Count the questions."""
        for claim in claims:
            type(self).asked += 1
            key = claim.target.key
            yield (
                Pass(key)
                if claim.target.is_image
                else Evidence(key=key, checked_by=self.name, rule=GONE if self.gone else None)
            )


class Images(Provider):
    """Finds that nothing is an image."""

    name, rank, kind = "images", 500, Kind.IMAGE

    def claim(self, target: Target) -> str | None:
        """Take images."""
        return target.address if target.is_image else None

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Evidence | Pass]:  # noqa: ARG002
        """Say so."""
        for claim in claims:
            yield Evidence(key=claim.target.key, checked_by=self.name, rule=NO_IMAGE)


Night = Callable[..., Awaitable[Run]]


@pytest.fixture
def night(internet: FakeInternet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Night:
    """Check a text in one of several nights that share a memory; what was fine in the last week is not asked again."""
    monkeypatch.setattr(rules, "provider_classes", lambda: (Files, Images))
    monkeypatch.setattr(rules, "review_classes", lambda: ())
    monkeypatch.setattr(Files, "gone", False)
    monkeypatch.setattr(Files, "asked", 0)
    path, state = tmp_path / "list.md", tmp_path / "state.sqlite3"
    start = internet.time.now()

    async def run(number: int, text: str, *, fresh_for: int = 7) -> Run:
        await asyncio.to_thread(path.write_text, text, "utf-8")
        now = start + timedelta(days=number)
        async with api._off_the_loop(open_memory(state)) as memory:
            deps = Deps(lambda *_: internet.net(), now=lambda: now, clock=internet.time.clock, memory=memory)
            return await engine.run(Config(inputs=(str(path),), fresh_for=timedelta(days=fresh_for)), deps)

    return run


async def test_a_good_answer_is_not_asked_for_again(night: Night) -> None:
    """Within ``fresh_for`` the link costs no request."""
    runs = [await night(n, f"[x]({URL})") for n in range(3)]

    assert Files.asked == 1
    assert [run.results[0].remembered for run in runs] == [False, True, True]


async def test_a_link_that_has_failed_since_is_asked_again(night: Night) -> None:
    """What was fine on the first night and broken on the second is not known to be fine on the third."""
    await night(0, f"[x]({URL})")
    Files.gone = True
    await night(1, f"[x]({URL})", fresh_for=0)

    run = await night(2, f"[x]({URL})")

    assert Files.asked == 3
    assert run.results[0].judgement.verdict is Verdict.BROKEN


async def test_what_answered_lately_tells_dead_hosts_from_an_outage(
    internet: FakeInternet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where only what fails is requested, that nothing answers is no outage, as long as the rest still would."""
    monkeypatch.setattr(rules, "review_classes", lambda: ())
    dead, alive = [f"d{n}.example" for n in range(15)], [f"a{n}.example" for n in range(5)]
    for host in alive:
        internet.site(host).page("/", "<title>A</title> here it is")
    for host in dead:
        internet.refuse(host)
    path = tmp_path / "list.md"
    await asyncio.to_thread(path.write_text, " ".join(f"<https://{host}/>" for host in dead + alive), "utf-8")
    runs = []
    for _ in range(3):
        async with api._off_the_loop(open_memory(tmp_path / "state.sqlite3")) as memory:
            deps = Deps(lambda *_: internet.net(), now=internet.time.now, clock=internet.time.clock, memory=memory)
            runs.append(await engine.run(Config(inputs=(str(path),), fresh_for=timedelta(days=7)), deps))
        internet.time.advance(86_400)
        if len(runs) == 2:
            internet.down("timeout")

    assert [run.network_down for run in runs] == [False, False, True]
    assert sum(result.remembered for result in runs[1].results) == len(alive)
    assert {r.judgement.verdict for r in runs[2].results if r.remembered} == {Verdict.OK}


async def test_a_link_that_becomes_an_image_is_looked_at(night: Night) -> None:
    """That a file is there was known; that it is an image was not."""
    await night(0, f"[x]({URL})")

    run = await night(1, f"![x]({URL})")

    assert run.results[0].judgement.rule is NO_IMAGE
