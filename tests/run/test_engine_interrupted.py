"""What a run that is interrupted says: nothing that only the rest of the run could have made certain."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiohttp import web

from linkwarden import api, rules
from linkwarden.config import Config
from linkwarden.deps import Deps, Memory
from linkwarden.model import Run, Verdict
from linkwarden.report._words import conclusion
from linkwarden.review.memory import HELD_BACK
from linkwarden.run import engine
from linkwarden.store.memory import open_memory
from tests.internet import FakeInternet
from tests.store.nights import pass_night

pytestmark = pytest.mark.usefixtures("wherever_links_lie")


async def interrupted(internet: FakeInternet, path: Path, memory: Memory | None = None) -> Run:
    """Start a run over a list, let it get as far as it can without what never answers, and interrupt it."""
    deps = Deps(make_net=lambda *_: internet.net(), now=internet.time.now, clock=internet.time.clock, memory=memory)
    config = Config(inputs=(str(path),), archive=False)
    task = asyncio.ensure_future(engine.run(config, deps))
    await internet.time.sleep(5)
    task.cancel()
    return await task


def never_answers(internet: FakeInternet, host: str) -> None:
    """Let a host take a request and say nothing."""

    async def never(_request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        return web.Response()

    internet.site(host).handle("/", never)


async def test_without_any_answer_nobody_is_called_gone(internet: FakeInternet, tmp_path: Path) -> None:
    """Ctrl-C before it is certain that the network is down: hosts that could not be found are not broken."""
    names = ["a.example", "b.example", "c.example"]
    never_answers(internet, "never.example")
    path = tmp_path / "list.md"
    path.write_text(" ".join(f"https://{name}/" for name in [*names, "never.example"]), "utf-8")
    run = await interrupted(internet, path)

    assert run.interrupted
    assert {result.judgement.verdict for result in run.results} == {Verdict.UNVERIFIED}
    assert {r.judgement.rule for r in run.results} == {rules.NETWORK_DOWN}
    assert run.exit_code == 130
    assert conclusion(run) == (
        "Interrupted before any server was reached; the results of offline checks are shown (exit code 130)."
    )


async def test_the_patience_of_the_memory_holds(internet: FakeInternet, tmp_path: Path) -> None:
    """A host that worked in the last run and cannot be found in one that is interrupted is waited for, as ever."""
    internet.site("well.example").page("/", "<title>Well</title> All is well here.")
    never_answers(internet, "never.example")
    gone, state, path = "https://gone.example/", tmp_path / "state.sqlite3", tmp_path / "list.md"
    path.write_text(f"https://well.example/ {gone} https://never.example/", "utf-8")
    await asyncio.to_thread(pass_night, state, 0, {gone: "ok"})
    async with api._off_the_loop(open_memory(state)) as memory:
        run = await interrupted(internet, path, memory)

    told = {result.target.url: result.judgement for result in run.results}
    assert run.interrupted
    assert told["https://well.example/"].verdict is Verdict.OK
    assert told[gone].verdict is Verdict.UNVERIFIED
    assert told[gone].rule is HELD_BACK
