"""The second looks at the list that linkwarden was made for: suggestions that resolve, at a price that is bounded."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.model import Run, Verdict
from linkwarden.run import engine
from linkwarden.wire import Request
from tests.internet import FakeInternet
from tests.internet.world import ARCHIVED, World
from tests.shared import needs_shared

pytestmark = needs_shared

#: Hosts that turn every program away: that their addresses are right is their registries' word.
_WALLED = ("www.semanticscholar.org", "pubmed.ncbi.nlm.nih.gov", "pmc.ncbi.nlm.nih.gov")


@pytest.fixture
async def world(internet: FakeInternet) -> World:
    """The world of the list."""
    return await asyncio.to_thread(World, internet)


async def check(world: World, **options: object) -> Run:
    """Check the list in its world."""
    internet = world.internet
    config = Config(
        inputs=(str(world.list),),
        root=world.list.parent,
        github_token=world.github.token,
        **options,  # type: ignore[arg-type]
    )
    deps = Deps(make_net=lambda *_: internet.net(), now=internet.time.now, clock=internet.time.clock)
    return await engine.run(config, deps)


async def test_every_suggestion_resolves(internet: FakeInternet, world: World) -> None:
    """Whatever web address is offered answers 200 in this world."""
    run = await check(world)

    offered = {r.judgement.suggestion.url for r in run.results if r.judgement.suggestion is not None}
    web = sorted(url for url in offered if url.startswith("http") and not any(host in url for host in _WALLED))
    async with internet.net() as net:
        answers = [(await net.fetch(Request(url=url, purpose="suggestion"))).status for url in web]
    assert len(web) > 20
    assert dict(zip(web, answers, strict=True)) == dict.fromkeys(web, 200)


async def test_lost_pages_get_their_copies(world: World) -> None:
    """What the archive has is offered; a page in place of a lost picture is not."""
    run = await check(world)

    found = {r.target.url: r.judgement.suggestion for r in run.results if r.target.url in ARCHIVED}
    assert {url for url, better in found.items() if better is None} == {
        "http://kaiminghe.com/eccv14sppnet/img/sppnet.jpg"
    }
    assert all("web.archive.org/web/20190506070809" in better.url for better in found.values() if better is not None)


async def test_the_price_is_bounded(internet: FakeInternet, world: World) -> None:
    """One more question for an accused page, a minute's share of the archive's, and nothing said twice to anybody."""
    run = await check(world)
    with_looks = run.requests
    times = [e.at for e in world.archive.questions]
    asked = Counter(e.url for e in internet.log)

    assert 0 < len(times) <= 50
    assert max(sum(start <= at < start + 59.9 for at in times) for start in times) <= 24
    assert len({e.url for e in world.archive.questions}) == len(times)
    assert with_looks <= 1.3 * len(world.addresses)
    twice = [r.target.url for r in run.results if any("requested twice" in f.what for f in r.evidence.facts)]
    assert len(twice) > 15
    assert all(asked[url.partition("#")[0]] <= 2 for url in twice)


async def test_no_verdict_depends_on_the_archive(world: World) -> None:
    """With and without the archive, and with one that fails, each address gets the same verdict.

    None of this list's domains shows a sign of another owner; where one does, the archive may confirm it (``owners``).
    """
    verdicts = []
    for options, answer in (({}, None), ({"archive": False}, None), ({}, world.archive.overloaded)):
        world.archive.always = answer
        run = await check(world, **options)
        verdicts.append({r.target.key: r.judgement.verdict for r in run.results})

    assert verdicts[0] == verdicts[1] == verdicts[2]
    assert Verdict.BROKEN in verdicts[0].values()
