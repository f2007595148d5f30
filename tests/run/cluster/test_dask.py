"""Real worker processes of Dask on loopback: the report of one process, and nothing lost when a worker is killed."""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from linkwarden import api, rules
from linkwarden.answers import rules as http
from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.model import Evidence, Run, UsageError
from linkwarden.run import engine
from linkwarden.run.cluster.messages import Done

HOSTS = [f"127.50.0.{n}" for n in range(1, 21)]
PAGES = 60


class Servers:
    """Twenty hosts on loopback that count what is under way; every fifth page is gone."""

    def __init__(self) -> None:
        self.paths: Counter[str] = Counter()
        self.at_once: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.after = -1
        self.killed = 0

    async def answer(self, request: web.Request) -> web.Response:
        """Give a page, a little later."""
        host = request.host
        self.paths[host + request.path] += 1
        self.at_once[host] += 1
        self.most[host] = max(self.most[host], self.at_once[host])
        if sum(self.paths.values()) == self.after:
            self.kill()
        try:
            await asyncio.sleep(0.01)
        finally:
            self.at_once[host] -= 1
        number = int(request.path.rpartition("/")[2])
        if number % 5 == 0:
            raise web.HTTPNotFound
        body = f"<title>Page {number}</title><h1>Page {number}</h1><p>Words that are there, and readable."
        return web.Response(text=body, content_type="text/html")

    def kill(self) -> None:
        """Kill the worker that was started last, as the system does when memory is short."""
        import psutil  # type: ignore[import-untyped]  # noqa: PLC0415 - comes with Dask

        workers = [
            child for child in psutil.Process().children(recursive=True) if "spawn_main" in " ".join(child.cmdline())
        ]
        os.kill(max(workers, key=lambda child: child.pid).pid, signal.SIGKILL)
        self.killed += 1

    async def start(self) -> int:
        """Listen on all hosts; give the port."""
        app = web.Application()
        app.router.add_get("/{page:.*}", self.answer)
        self.runner = web.AppRunner(app, access_log=None)
        await self.runner.setup()
        port = 0
        for host in HOSTS:
            site = web.TCPSite(self.runner, host, port, backlog=256)
            await site.start()
            port = port or self.runner.addresses[0][1]
        return port


async def check(path: Path, **options: Any) -> Run:
    """Give the run over a list on loopback."""
    config = Config(inputs=(str(path),), allow_networks=("127.0.0.0/8",), archive=False, **options)
    return await engine.run(config, Deps(make_net=api.make_net))


@pytest.mark.filterwarnings("ignore")  # what Dask warns of is not ours to mend
def test_a_worker_that_is_killed_costs_no_link(tmp_path: Path) -> None:
    """Killed when 30 % were requested: the same report, few links twice, and no host above its limit."""
    pytest.importorskip("distributed", reason="needs the extra: pip install 'linkwarden[dask]'")
    asyncio.run(_killed(tmp_path))  # Dask blocks the loop here and there, which is not looked for in a test like this


async def _killed(tmp_path: Path) -> None:
    servers = Servers()
    port = await servers.start()
    try:
        urls = [f"http://{host}:{port}/{page}" for page in range(PAGES) for host in HOSTS]
        path = tmp_path / "list.md"
        await asyncio.to_thread(path.write_text, "\n".join(f"- [Page {u.rpartition('/')[2]}]({u})" for u in urls))
        single = await check(path)
        servers.paths.clear()
        servers.most.clear()
        servers.after = len(urls) * 3 // 10

        run = await check(path, engine="dask", per_host=2)
    finally:
        await servers.runner.cleanup()

    assert servers.killed == 1
    assert [r.judgement for r in run.results] == [r.judgement for r in single.results]
    assert len(run.results) == len(urls)
    assert not run.failures
    assert not run.hints
    assert max(servers.most.values()) <= 2
    lost_once = [path for path, times in servers.paths.items() if times > 1 and int(path.rpartition("/")[2]) % 5]
    assert len(lost_once) <= 250  # what was under way, and what waited to be handed back; however long the list


@pytest.mark.filterwarnings("ignore")  # what Dask warns of is not ours to mend
def test_a_scheduler_that_cannot_be_used_is_an_error_of_the_user(tmp_path: Path) -> None:
    """Here Dask has no certificates, which it says with a trace."""
    pytest.importorskip("distributed", reason="needs the extra: pip install 'linkwarden[dask]'")
    path = tmp_path / "list.md"
    path.write_text("- [a](http://127.50.0.1/)", "utf-8")

    with pytest.raises(UsageError, match="--scheduler: tls:"):
        asyncio.run(check(path, engine="dask", scheduler="tls://127.0.0.1:9"))


def test_what_workers_say_arrives_whole() -> None:
    """A rule stays the very rule, because some code compares with ``is``."""
    done = Done(1, (Evidence(key="a", checked_by="web", rule=http.NOT_FOUND, reason="gone"),))

    arrived = pickle.loads(pickle.dumps(done))  # noqa: S301 - our own

    assert arrived == done
    assert arrived.answers[0].rule is rules.all_rules()[http.NOT_FOUND.code]
