"""What the user is advised to do depends on what the run could do."""

from __future__ import annotations

import asyncio
from pathlib import Path

from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.run import engine
from tests.internet import FakeInternet


async def test_without_a_network_there_is_one_thing_to_do(internet: FakeInternet, tmp_path: Path) -> None:
    """Who could not be asked at all could not have been asked better: no token is recommended, only a connection."""
    internet.down()
    path = tmp_path / "list.md"
    await asyncio.to_thread(path.write_text, "\n\n".join(f"https://github.com/a/b{n}" for n in range(9)), "utf-8")
    deps = Deps(make_net=lambda *_: internet.net(), now=internet.time.now, clock=internet.time.clock)

    run = await engine.run(Config(inputs=(str(path),)), deps)

    assert run.network_down
    assert [hint.partition(",")[0] for hint in run.hints] == ["Check the connection"]
