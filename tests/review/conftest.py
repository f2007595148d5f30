"""Fixtures for the tests of reviews."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from linkwarden import rules
from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.model import Run
from linkwarden.review import Review
from linkwarden.run import engine
from tests.internet import FakeInternet
from tests.review.checking import Check


@pytest.fixture
def check(
    internet: FakeInternet, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Check:
    """Check a text as ``list.md`` in an empty directory, with the real providers and the reviews of the test module."""

    async def run(
        text: str, *, reviews: tuple[type[Review], ...] | None = None, folder: Path = tmp_path, **options: Any
    ) -> Run:
        wanted = request.module.REVIEWS if reviews is None else reviews
        monkeypatch.setattr(rules, "review_classes", lambda: wanted)
        path = folder / "list.md"
        await asyncio.to_thread(path.write_text, text, "utf-8")
        config = Config(inputs=(str(path),), **options)
        deps = Deps(
            make_net=lambda c, _: internet.net(per_host=c.per_host, max_time=c.max_time),
            now=internet.time.now,
            clock=internet.time.clock,
        )
        return await engine.run(config, deps)

    return run
