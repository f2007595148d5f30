"""The list that linkwarden was made for, night after night with a memory: the pace of the answers changes nothing."""

from __future__ import annotations

import asyncio
import json
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from linkwarden import api
from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.model import Run, Verdict
from linkwarden.report import ReportOptions
from linkwarden.report.json import JsonReport
from linkwarden.run import engine
from tests.internet import FakeInternet
from tests.internet.world import World
from tests.shared import needs_shared

pytestmark = needs_shared

_ACCUSED = frozenset({Verdict.BROKEN, Verdict.EXPIRED, Verdict.SUSPECT})
_HEALTHY = frozenset({Verdict.OK, Verdict.MOVED, Verdict.DEGRADED, Verdict.EXPIRING})


async def nights(state: Path, seed: int, **options: Any) -> tuple[World, list[Run]]:
    """Let three nights pass over the list, with answers that take as long as they like."""
    runs = []
    pace = random.Random(seed)  # noqa: S311 - latencies
    async with FakeInternet() as internet:
        world = await asyncio.to_thread(World, internet)
        internet.latency = lambda _: pace.uniform(0.01, 4.0)
        token = world.github.token
        config = Config(
            inputs=(str(world.list),), root=world.list.parent, github_token=token, state=state, max_time=None, **options
        )
        for _ in range(3):
            began = internet.time.clock()
            async with api._off_the_loop(api.memory_for(config)) as memory:
                deps = Deps(
                    make_net=lambda c, _: internet.net(concurrency=c.concurrency, per_host=c.per_host),
                    now=internet.time.now,
                    clock=internet.time.clock,
                    memory=memory,
                )
                runs.append(await engine.run(config, deps))
            internet.time.advance(max(0.0, began + 86_400 - internet.time.clock()))
    return world, runs


def told(run: Run) -> dict[str, Any]:
    """Give the JSON report without what the pace of the answers may change."""
    report: dict[str, Any] = json.loads(JsonReport().render(run, ReportOptions()))
    del report["generated_at"], report["duration_s"], report["summary"]["requests"]
    return report


def judged(run: Run) -> dict[str, Verdict]:
    """Give verdicts by address as it stands."""
    return {r.target.url: r.judgement.verdict for r in run.results}


@pytest.mark.parametrize("fresh", [timedelta(0), timedelta(days=2)], ids=["asked", "fresh"])
async def test_three_nights_are_the_same_at_every_pace(tmp_path: Path, fresh: timedelta) -> None:
    """Histories included; on the second night nothing is new, and what is fresh spares most requests."""
    world, runs = await nights(tmp_path / "a.sqlite3", 1, fresh_for=fresh)
    _, others = await nights(tmp_path / "b.sqlite3", 2, concurrency=2, per_host=1, fresh_for=fresh)

    for run, other in zip(runs, others, strict=True):
        assert not run.failures
        for one, two in zip(told(run)["links"], told(other)["links"], strict=True):
            assert one == two
        assert told(run) == told(other)
    first, second, third = runs
    assert judged(first) == judged(second)
    assert second.fixed == third.fixed == ()
    assert not any(result.is_new for result in second.results)
    if fresh:
        assert second.requests < 0.6 * first.requests
    # What was unverified for want of an answer may be dead by the third night; nothing else is another matter then.
    changed = {url: verdict for url, verdict in judged(third).items() if verdict is not judged(first)[url]}
    assert {judged(first)[url] for url in changed} <= {Verdict.UNVERIFIED}
    assert set(changed.values()) <= {Verdict.BROKEN}
    assert all(result.is_new for result in third.results if result.target.url in changed)
    healthy = {url for url, right in world.expected.items() if right <= _HEALTHY}
    assert not {url for url in healthy if judged(third)[url] in _ACCUSED}
    # A server that is merely old, and one without an address for this machine, are not called dead.
    assert not [url for url in changed if "vs.inf.ethz.ch" in url or "imagine.enpc.fr" in url]
