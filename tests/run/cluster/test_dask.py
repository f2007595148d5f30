"""Real processes of Dask on loopback: the report of one process, nothing lost with a worker or the scheduler."""

from __future__ import annotations

import asyncio
import json
import os
import pickle
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from aiohttp import web

from linkwarden import api, rules
from linkwarden.answers import rules as http
from linkwarden.config import Config, Shard
from linkwarden.deps import Deps
from linkwarden.model import Evidence, Run, UsageError, Verdict
from linkwarden.run import engine
from linkwarden.run.cluster.dask import DaskTeam
from linkwarden.run.cluster.messages import Done

HOSTS = [f"127.50.0.{n}" for n in range(1, 21)]
PAGES = 60
#: One host of each of two shares, which asks once for a pause.
SLOW = [next(h for h in (f"127.50.1.{n}" for n in range(1, 99)) if Shard(share, 2).has(h)) for share in (1, 2)]
PAUSE = 4


class Servers:
    """Twenty-two hosts on loopback that count what is under way; every fifth page is gone.

    Attributes:
        paths: how often each host and path was requested.
        most: the most requests that were under way at once, by host.
        after: after so many requests …
        happens: … this is called.
        silent_after: after so many requests nothing is answered any more.
        refused: when a host asked for a pause.
        starts: when each host of ``SLOW`` got its requests.
    """

    def __init__(self) -> None:
        self.paths: Counter[str] = Counter()
        self.at_once: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.after = -1
        self.happens: Callable[[], object] = bool
        self.silent_after: int | None = None
        self.refused: dict[str, float] = {}
        self.starts: dict[str, list[float]] = {host: [] for host in SLOW}

    async def answer(self, request: web.Request) -> web.Response:
        """Give a page, a little later."""
        host, path = request.host.partition(":")[0], request.path
        self.paths[host + path] += 1
        self.at_once[host] += 1
        self.most[host] = max(self.most[host], self.at_once[host])
        if sum(self.paths.values()) == self.after:
            self.happens()
        try:
            await asyncio.sleep(0.01)
            if self.silent_after is not None and sum(self.paths.values()) > self.silent_after:
                await asyncio.Event().wait()
        finally:
            self.at_once[host] -= 1
        if host in self.starts:
            self.starts[host].append(monotonic())
            if host not in self.refused:
                self.refused[host] = monotonic()
                return web.Response(status=429, headers={"Retry-After": str(PAUSE)})
        number = int(path.rpartition("/")[2])
        if number % 5 == 0:
            raise web.HTTPNotFound
        body = f"<title>Page {number}</title><h1>Page {number}</h1><p>Words that are there, and readable."
        return web.Response(text=body, content_type="text/html")

    @property
    def twice(self) -> int:
        """How many requests were made that one process would not have made."""
        expected = {path: 1 if int(path.rpartition("/")[2]) % 5 else 2 for path in self.paths}  # the second look
        return sum(max(0, times - expected[path]) for path, times in self.paths.items())

    @asynccontextmanager
    async def listening(self, folder: Path) -> AsyncIterator[Path]:
        """Listen on all hosts; give a list of what is there."""
        app = web.Application()
        app.router.add_get("/{page:.*}", self.answer)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1)
        await runner.setup()
        try:
            port = 0
            for host in (*HOSTS, *SLOW):
                await web.TCPSite(runner, host, port, backlog=256).start()
                port = port or runner.addresses[0][1]
            pages = [f"http://{host}:{port}/{page}" for page in range(PAGES) for host in HOSTS]
            slow = [f"http://{host}:{port}/{page}" for host in SLOW for page in (1, 2)]
            path = folder / "list.md"
            lines = "\n".join(f"- [Page {url.rpartition('/')[2]}]({url})" for url in (*slow, *pages))
            await asyncio.to_thread(path.write_text, lines, "utf-8")
            yield path
        finally:
            await runner.cleanup()


async def check(path: Path, **options: Any) -> Run:
    """Give the run over a list on loopback."""
    config = Config(inputs=(str(path),), allow_networks=("127.0.0.0/8",), archive=False, per_host=2, **options)
    return await engine.run(config, Deps(make_net=api.make_net))


def assert_whole(run: Run) -> None:
    """Every fifth page is gone, all others are there."""
    judged = [(r.target.url, r.judgement.verdict) for r in run.results]
    gone = [verdict is Verdict.BROKEN for _, verdict in judged]
    assert gone == [int(url.rpartition("/")[2]) % 5 == 0 for url, _ in judged]
    assert {verdict for _, verdict in judged} == {Verdict.OK, Verdict.BROKEN}
    assert len(judged) == PAGES * len(HOSTS) + 2 * len(SLOW)
    assert not run.failures


def kill_a_worker() -> None:
    """Kill the worker that was started last, as the system does when memory is short."""
    import psutil  # type: ignore[import-untyped]  # noqa: PLC0415 - comes with Dask

    children = psutil.Process().children(recursive=True)
    workers = [child for child in children if "spawn_main" in " ".join(child.cmdline())]
    os.kill(max(workers, key=lambda child: child.pid).pid, signal.SIGKILL)


def listening_places() -> set[str]:
    """Give the addresses on which this process and its children listen."""
    import psutil  # noqa: PLC0415 - comes with Dask

    me = psutil.Process()
    connections = [c for each in (me, *me.children(recursive=True)) for c in each.net_connections("inet")]
    return {connection.laddr.ip for connection in connections if connection.status == psutil.CONN_LISTEN}


@pytest.mark.filterwarnings("ignore")  # what Dask warns of is not ours to mend
def test_a_worker_that_is_killed_costs_no_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed when 30 % were requested: the same report, few links twice, and no host above its limit or too soon."""
    pytest.importorskip("distributed", reason="needs the extra: pip install 'linkwarden[dask]'")
    places: list[str] = []
    opened = DaskTeam.open

    async def seen(self: DaskTeam, now: datetime) -> int:
        shares = await opened(self, now)
        places.extend([self._client.scheduler.address, *await self._addresses()])
        return shares

    monkeypatch.setattr(DaskTeam, "open", seen)
    monkeypatch.setattr("linkwarden.run.cluster.dask._cores", lambda: 2)
    # Dask blocks the loop here and there, which is not looked for in a test like this.
    run, servers, listened = asyncio.run(_killed(tmp_path))

    assert_whole(run)
    assert not run.hints
    assert max(servers.most.values()) <= 2
    assert servers.twice <= 0.05 * len(run.results)
    for host in SLOW:
        assert servers.starts[host][1] >= servers.refused[host] + PAUSE
    assert {place.rpartition(":")[0] for place in places} == {"tls://127.0.0.1"}
    assert len(places) == 3
    assert {ip for ip in listened if ip not in (*HOSTS, *SLOW)} == {"127.0.0.1"}


async def _killed(folder: Path) -> tuple[Run, Servers, set[str]]:
    servers, listened = Servers(), set[str]()

    def happens() -> None:
        listened.update(listening_places())
        kill_a_worker()

    servers.happens = happens
    servers.after = PAGES * len(HOSTS) * 3 // 10
    async with servers.listening(folder) as path:
        return await check(path, engine="dask"), servers, listened


@pytest.mark.filterwarnings("ignore")
def test_without_a_scheduler_the_rest_is_checked_here(tmp_path: Path) -> None:
    """Its process is killed when 30 % were requested."""
    pytest.importorskip("distributed", reason="needs the extra: pip install 'linkwarden[dask]'")
    file = tmp_path / "scheduler.json"
    there = ["--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0", "--scheduler-file", str(file)]
    commands = [["scheduler", "--port", "0"], ["worker", "--no-nanny", "--nthreads", "4"]]
    started = [
        subprocess.Popen([sys.executable, "-m", "dask", *command, *there], stderr=subprocess.DEVNULL)
        for command in commands
    ]
    try:
        while not file.exists() and started[0].poll() is None:
            sleep(0.05)  # until another process has made it
        address = json.loads(file.read_text("utf-8"))["address"]
        run, servers = asyncio.run(_without_a_scheduler(tmp_path, address, started[0].kill))
    finally:
        for process in started:
            process.kill()
            process.wait()

    assert_whole(run)
    assert [hint for hint in run.hints if "their scheduler is gone" in hint]
    assert max(servers.most.values()) <= 2 * 2  # what the workers had under way may still be answered


async def _without_a_scheduler(folder: Path, address: str, kill: Callable[[], None]) -> tuple[Run, Servers]:
    servers = Servers()
    servers.happens, servers.after = kill, PAGES * len(HOSTS) * 3 // 10
    async with servers.listening(folder) as path:
        return await check(path, engine="dask", scheduler=address), servers


@pytest.mark.skipif(os.name != "posix", reason="signals of a terminal")
def test_ctrl_c_is_that_of_a_single_run(tmp_path: Path) -> None:
    """It reaches the workers, too; what was found is reported, and nothing else is said."""
    pytest.importorskip("distributed", reason="needs the extra: pip install 'linkwarden[dask]'")
    code, out, err = asyncio.run(_interrupted(tmp_path))

    assert code == 130, err
    report = json.loads(out)
    assert report["exit_code"] == 130
    assert "Traceback" not in err
    assert {"ok", "unverified"} <= {link["verdict"] for link in report["links"]}


async def _interrupted(folder: Path) -> tuple[int | None, str, str]:
    servers = Servers()
    servers.silent_after = PAGES * len(HOSTS) * 3 // 10
    async with servers.listening(folder) as path:
        options = ["--engine=dask", "--allow-network=127.0.0.0/8", "--no-archive", "--format=json", "--no-report"]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "linkwarden", "check", path.name, *options, "--isolated", "--no-state"),
            *("--journal", "run.jsonl"),
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        await asyncio.to_thread(_wait_for_lines, folder / "run.jsonl", process)
        os.killpg(process.pid, signal.SIGINT)
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


def _wait_for_lines(journal: Path, process: asyncio.subprocess.Process) -> None:
    """Wait until a run has written down some of what it found."""
    while process.returncode is None and (not journal.exists() or journal.stat().st_size < 20_000):
        sleep(0.05)


@pytest.mark.filterwarnings("ignore")
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
