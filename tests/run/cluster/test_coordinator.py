"""A run whose requests several workers make: the same report, the same limits, and nothing lost with a worker."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from aiohttp import web

from linkwarden.api import config_for
from linkwarden.config import Config, Shard, with_overrides
from linkwarden.deps import Deps
from linkwarden.model import Evidence, Run, UsageError, Verdict
from linkwarden.run import cluster, engine
from linkwarden.run.checking import InProcess
from linkwarden.run.cluster.coordinator import Coordinator
from linkwarden.run.cluster.worker import Worker
from tests.internet import FakeInternet, misbehave
from tests.internet.arxiv import FakeArxiv
from tests.workers import Team

HOSTS = [f"h{n}.site.org" for n in range(12)]


@pytest.fixture
def listed(internet: FakeInternet, tmp_path: Path) -> Path:
    """A list of all kinds of links on twelve hosts: fine, gone, moved, with places, protected, failing, unknown."""
    lines = []
    for n, host in enumerate(HOSTS):
        site = internet.site(host)
        for page in range(6):
            if page:
                site.page(f"/{page}", f"<title>Page {page}</title><h1 id=a>A</h1><p>Words that are there, readable.")
            lines.append(f"- [entry {n} {page}](https://{host}/{page}) and [its part](https://{host}/{page}#a)")
        site.redirect("/old", f"https://{HOSTS[n - 1]}/1", 301).page("/down", "down", status=503)
        site.page("/soft", "<title>404 Not Found</title><h1>Page not found</h1><p>The page does not exist.")
        lines += [f"- [{path}](https://{host}/{path})" for path in ("old", "down", "soft")]
    lines.append("- [gone](https://nobody.site.org/) [mail](mailto:a@site.org) [there](#top) [bad](http://)")
    path = tmp_path / "list.md"
    path.write_text("# Top\n\n" + "\n".join(lines), "utf-8")
    return path


async def check(
    internet: FakeInternet, listed: Path, policy: Mapping[str, Any] = MappingProxyType({}), **options: Any
) -> Run:
    """Give the run over a list."""
    wired = Deps(make_net=lambda *_: internet.net(**policy), now=internet.time.now, clock=internet.time.clock)
    return await engine.run(with_overrides(Config(), {"inputs": (str(listed),), **options}), wired)


def differing(run: Run, whole: Run) -> list[tuple[Evidence, Evidence]]:
    """Give the findings in which two runs differ."""
    assert [result.target for result in run.results] == [result.target for result in whole.results]
    pairs = zip(run.results, whole.results, strict=True)
    return [(a.evidence, b.evidence) for a, b in pairs if a != b][:1]


@pytest.fixture
def teams(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Team]]:
    """Have ``--engine dask`` take workers of this process; gives the teams that were made."""

    def use(**how: Any) -> list[Team]:
        made: list[Team] = []

        def shared(config: Config, deps: Deps, here: InProcess) -> Coordinator:
            made.append(Team(config, deps.make_net, **how))
            return Coordinator(made[-1], here)

        monkeypatch.setattr(cluster, "shared", shared)
        return made

    return use


async def test_the_report_is_that_of_one_process(
    internet: FakeInternet, listed: Path, teams: Callable[..., list[Team]]
) -> None:
    """Evidence, notes and verdicts are equal, and each host was requested by one worker, within its limit."""
    made = teams()
    whole = await check(internet, listed)
    before = len(internet.log)
    internet.log.clear()

    run = await check(internet, listed, engine="dask")

    assert differing(run, whole) == []
    assert run.hints == whole.hints
    assert run.requests == whole.requests
    assert len(internet.log) == before
    assert not run.failures
    assert set(HOSTS) <= made[0].shares_of.keys()
    assert all(len(shares) == 1 for shares in made[0].shares_of.values())
    assert len(set.union(*made[0].shares_of.values())) == 3


@pytest.mark.parametrize("shares", [1, 2, 3, 5])
async def test_a_hosts_limits_hold_over_all_workers(
    internet: FakeInternet, tmp_path: Path, teams: Callable[..., list[Team]], shares: int
) -> None:
    """Whoever is redirected to a host, asks a registry or looks a second time: the servers see one visitor."""
    teams(shares=shares)
    policy = {"per_host": 2, "interval": 0.1}
    FakeArxiv(internet)
    internet.latency = lambda _host: 0.3
    for page in range(4):
        internet.site("busy.site.org").page(f"/{page}", "<title>Busy</title><p>Words that are there, readable.")
    lines = ["[paper](https://arxiv.org/abs/2001.00001)", "[api](https://export.arxiv.org/help)"]
    for n, host in enumerate(HOSTS):
        for page in range(4):
            internet.site(host).redirect(f"/{page}", f"https://busy.site.org/{page}", 302)
            internet.site(host).redirect(f"/a{page}", f"https://{HOSTS[n - 1]}/{page}", 302)
            lines += [f"[to {page}](https://{host}/{page}) [a{page}](https://{host}/a{page})"]
        lines += [f"[gone](https://{host}/gone)"]
    listed = tmp_path / "list.md"
    listed.write_text("\n\n".join(lines), "utf-8")
    whole = await check(internet, listed, policy)
    before = Counter(exchange.url for exchange in internet.log)
    internet.log.clear()

    run = await check(internet, listed, policy, engine="dask")

    assert differing(run, whole) == []
    assert Counter(exchange.url for exchange in internet.log) == before
    for host in internet.hosts:
        starts = internet.starts(host)
        pause = 3.0 if host == "export.arxiv.org" else 0.1
        assert internet.peak(host) <= 2
        assert min((b - a for a, b in pairwise(starts)), default=pause) >= pause - 0.001, host


async def test_a_host_keeps_its_pace_and_its_pause_when_its_worker_is_lost(
    internet: FakeInternet, tmp_path: Path, teams: Callable[..., list[Team]]
) -> None:
    """Retry-After was told to the worker that is lost, and holds for the one that goes on."""
    refused = 0.0

    async def answer(_request: web.Request) -> web.Response:
        nonlocal refused
        if not refused and len(internet.starts("slow.site.org")) > 3:
            refused = internet.time.clock()
            return web.Response(status=429, headers={"Retry-After": "60"})
        return web.Response(text="<title>Here</title><p>Words that are there, readable.", content_type="text/html")

    internet.site("slow.site.org").default(answer)
    internet.site("dead.site.org")
    internet.refuse("dead.site.org")
    made = teams(deaths=1, calls=None, dies=lambda: bool(refused) and internet.time.clock() > refused + 5)
    listed = tmp_path / "list.md"
    listed.write_text(
        "".join(f"[Here](https://slow.site.org/{n})\n\n[Dead](https://dead.site.org/{n})\n\n" for n in range(9)),
        "utf-8",
    )

    run = await check(internet, listed, {"interval": 2.0}, engine="dask")

    assert Counter(made[0].places) == {1: 2, 2: 2, 3: 2}
    starts = internet.starts("slow.site.org")
    assert min(b - a for a, b in pairwise(starts)) >= 2
    assert next(at for at in starts if at > refused) >= refused + 60
    assert len(starts) == 10
    assert {result.judgement.verdict for result in run.results} == {Verdict.OK, Verdict.BROKEN}
    assert internet.attempts_at("dead.site.org") <= 4  # given up by the first; looked at a second time by the next


async def test_this_process_goes_on_with_what_the_last_worker_knew(
    internet: FakeInternet, tmp_path: Path, teams: Callable[..., list[Team]]
) -> None:
    """A pause holds as well where no worker is left."""
    refused = 0.0

    async def answer(_request: web.Request) -> web.Response:
        nonlocal refused
        if not refused:
            refused = internet.time.clock() or 0.001
            return web.Response(status=429, headers={"Retry-After": "60"})
        return web.Response(text="<title>Here</title><p>Words that are there, readable.", content_type="text/html")

    internet.site("slow.site.org").default(answer)
    teams(deaths=99, calls=None, dies=lambda: bool(refused) and internet.time.clock() > refused + 1)
    listed = tmp_path / "list.md"
    listed.write_text("\n\n".join(f"[Here](https://slow.site.org/{n})" for n in range(9)), "utf-8")

    run = await check(internet, listed, engine="dask")

    assert [hint for hint in run.hints if "workers" in hint]
    assert next(at for at in internet.starts("slow.site.org") if at > refused) >= refused + 60
    assert run.counts[Verdict.OK] == 9


async def test_a_lost_worker_loses_no_link(
    internet: FakeInternet, listed: Path, teams: Callable[..., list[Team]]
) -> None:
    """What it had not handed back goes to the next worker of the share."""
    made = teams(deaths=2)
    whole = await check(internet, listed)

    run = await check(internet, listed, engine="dask")

    assert differing(run, whole) == []
    assert Counter(made[0].places) == {1: 3, 2: 3, 3: 3}
    assert run.hints == whole.hints


async def test_without_workers_this_process_goes_on(
    internet: FakeInternet, listed: Path, teams: Callable[..., list[Team]]
) -> None:
    """After three workers more, the rest of a share is checked here, and a hint says so."""
    teams(deaths=99, calls=0)
    whole = await check(internet, listed)

    run = await check(internet, listed, engine="dask")

    assert differing(run, whole) == []
    assert [hint for hint in run.hints if "workers" in hint]
    assert not run.failures


async def test_a_crash_in_a_worker_is_a_failure_of_the_run(
    internet: FakeInternet, listed: Path, teams: Callable[..., list[Team]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is shown once, with the trace from where it happened."""
    teams()

    def crash(_worker: Worker, name: str) -> None:
        raise ZeroDivisionError(name)

    monkeypatch.setattr(Worker, "_provider", crash)

    run = await check(internet, listed, engine="dask")

    assert [failure.where for failure in run.failures] == ["provider web"]
    assert "ZeroDivisionError: web" in run.failures[0].message
    assert "in crash" in run.failures[0].traceback


async def test_no_network_is_told_from_dead_hosts(
    internet: FakeInternet, listed: Path, teams: Callable[..., list[Team]]
) -> None:
    """What all workers together have seen decides."""
    teams()
    internet.down()

    run = await check(internet, listed, engine="dask")

    assert run.network_down


async def test_a_run_that_is_stopped_reports_what_it_has(
    internet: FakeInternet, listed: Path, teams: Callable[..., list[Team]]
) -> None:
    """Ctrl-C ends the workers, too."""
    made = teams()
    task = asyncio.create_task(check(internet, listed, engine="dask"))
    while not internet.log:  # noqa: ASYNC110 - a run says nothing on its way
        await asyncio.sleep(0)
    task.cancel()

    run = await task

    assert run.interrupted
    assert all(worker._closed for worker in made[0].workers)


async def test_a_scheduler_alone_is_refused(internet: FakeInternet, listed: Path) -> None:
    """It would be ignored."""
    with pytest.raises(UsageError, match="--scheduler needs --engine dask"):
        await check(internet, listed, scheduler="tls://10.0.0.5:8786")


async def test_workers_leave_when_nobody_calls(internet: FakeInternet) -> None:
    """A coordinator that is gone must not leave requests behind."""
    worker = Worker(Config(), lambda *_: internet.net(), internet.time.now(), Shard(1, 1))
    await worker.exchange(())
    await asyncio.sleep(100)

    with pytest.raises(RuntimeError, match="closed"):
        await worker.exchange(())
    await worker.close()


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("tcp://scheduler.example.org:8786", "tcp://"),
        ("tcp://10.0.0.5:8786", "tcp://"),
        ("tcp://127.0.0.1.example.org:8786", "tcp://"),
        ("ucx://127.0.0.1:8786", "no address"),
        ("tls://host", "no address"),
    ],
)
def test_a_scheduler_that_anybody_could_use_is_refused(given: str, problem: str) -> None:
    """Beyond this machine it has to be TLS."""
    with pytest.raises(UsageError, match=problem):
        config_for("README.md", {"engine": "dask", "scheduler": given})
    for fine in ("tls://10.0.0.5:8786", "tcp://127.0.0.1:8786", "tcp://localhost:8786", "tcp://[::1]:8786"):
        assert config_for("README.md", {"scheduler": fine}).scheduler == fine


async def test_second_looks_begin_while_a_slow_host_is_waited_for(
    internet: FakeInternet, tmp_path: Path, teams: Callable[..., list[Team]]
) -> None:
    """As in one process: the worker that has a host requests again what failed there, long before the end."""
    made = teams()
    page = misbehave.answer("<title>A page</title><p>Words that are there, readable.")
    internet.site("gone.site.org").answer("/a", misbehave.answer("<title>404</title>", 404)).answer("/b", page)
    internet.site("slow.site.org").default(misbehave.retry_after(internet.time, 30, page))
    listed = tmp_path / "list.md"
    listed.write_text(
        "[a](https://gone.site.org/a) [b](https://gone.site.org/b) [slow](https://slow.site.org/)", "utf-8"
    )

    whole = await check(internet, listed)
    internet.log.clear()
    internet.site("slow.site.org").default(misbehave.retry_after(internet.time, 30, page))
    began = internet.time.clock()

    run = await check(internet, listed, engine="dask")

    assert differing(run, whole) == []
    asked = [exchange for exchange in internet.requests_to("gone.site.org") if exchange.path == "/a"]
    assert len(asked) == 2
    assert asked[0].at + 5 <= asked[1].at < began + 30
    assert len(made[0].shares_of["gone.site.org"]) == 1
    assert [result.judgement.verdict for result in run.results] == [Verdict.BROKEN, Verdict.OK, Verdict.OK]
