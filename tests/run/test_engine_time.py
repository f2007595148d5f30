"""Once ``--max-time`` is used up, a run ends: nobody works on what can no longer be asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from linkwarden import rules
from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.model import Claim, Evidence, Pass, Target, Verdict
from linkwarden.net import Net
from linkwarden.providers import Provider
from linkwarden.run import engine
from linkwarden.wire import Request
from tests.internet import FakeInternet
from tests.internet.misbehave import answer, slow


class Counting(Provider):
    """Asks for a page, and counts how often it was called upon."""

    name, rank = "counting", 1000
    calls = 0

    def claim(self, target: Target) -> str | None:
        """Take everything."""
        return target.address

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Evidence | Pass]:  # noqa: ARG002
        """Ask."""
        type(self).calls += 1
        for claim in claims:
            response = await net.fetch(Request(url=claim.ident, purpose="page"))
            yield Evidence(key=claim.target.key, checked_by=self.name, status=response.status)


async def test_what_has_no_turn_in_time_is_settled_without_its_provider(
    internet: FakeInternet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 300 links, those that had their turn have their answer; the others say why they have none."""
    monkeypatch.setattr(rules, "provider_classes", lambda: (Counting,))
    monkeypatch.setattr(rules, "review_classes", lambda: ())
    monkeypatch.setattr(Counting, "calls", 0)
    internet.site("a.example").default(slow(internet.time, 1.0, answer()))
    path = tmp_path / "list.md"
    await asyncio.to_thread(path.write_text, "\n\n".join(f"https://a.example/{n}" for n in range(300)))
    deps = Deps(
        make_net=lambda *_: internet.net(max_time=4.5, per_host=2), now=internet.time.now, clock=internet.time.clock
    )

    run = await engine.run(Config(inputs=(str(path),), per_host=2, max_time=4.5), deps)

    assert run.counts[Verdict.OK] == 7
    late = [r for r in run.results if r.judgement.rule is rules.OUT_OF_TIME]
    assert len(late) == 300 - Counting.calls
    assert Counting.calls <= 9
    assert all("--max-time" in r.judgement.reason for r in late)
    assert run.duration_s == pytest.approx(4.5)
