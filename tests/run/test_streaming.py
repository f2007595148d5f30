"""What is told while a run goes on is what its report says, however the run goes and ends."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from linkwarden.config import Config, Ignore
from linkwarden.deps import Deps
from linkwarden.model import Result, Run, Verdict
from linkwarden.report import ReportOptions
from linkwarden.report.json import JsonReport
from linkwarden.run import engine
from linkwarden.store.memory import open_memory
from tests.internet import FakeInternet, misbehave, pictures
from tests.internet.arxiv import FakeArxiv
from tests.internet.github import FakeGithub
from tests.repository import Repository
from tests.run.test_ahead import LONG, deps_for, world


class Heard:
    """Keeps what it is told, and when."""

    def __init__(self, internet: FakeInternet) -> None:
        self._clock = internet.time.clock
        self.begun: Run | None = None
        self.results: dict[str, Result] = {}
        self.at: dict[str, float] = {}

    def begin(self, run: Run) -> None:
        """Take what there is of the run."""
        assert self.begun is None
        self.begun = run

    def result(self, result: Result) -> None:
        """Take a result."""
        assert self.begun is not None
        assert result.target.key not in self.results
        self.results[result.target.key] = result
        self.at[result.target.url] = self._clock()

    def agrees_with(self, run: Run) -> None:
        """Assert that the report has each result as it was told."""
        if self.begun is not None:
            assert self.begun.inputs == run.inputs
        found = {result.target.key: result for result in run.results}
        assert {key: found[key] for key in self.results} == self.results


async def check(
    folder: Path, urls: Sequence[str], deps: Deps, *, text: str = "", more: dict[str, Any] | None = None
) -> Run:
    """Check a list of links."""
    path = folder / "list.md"
    listed = "".join(f"- [Benchmark results]({url})\n" for url in urls)
    await asyncio.to_thread(path.write_text, text + listed, "utf-8")
    return await engine.run(Config(inputs=(str(path),), root=folder, **(more or {})), deps)


def report(run: Run) -> Any:
    """Give the JSON report without what differs from run to run."""
    found = json.loads(JsonReport().render(run, ReportOptions()))
    for changing in ("generated_at", "duration_s"):
        del found[changing]
    return found


async def test_results_are_told_while_a_slow_host_is_waited_for(internet: FakeInternet, tmp_path: Path) -> None:
    """Those of all other hosts; what hangs on other links of the list comes with the report."""
    urls = world(internet)
    heard = Heard(internet)

    run = await check(tmp_path, urls, deps_for(internet, stream=heard))

    heard.agrees_with(run)
    early = {url for url, at in heard.at.items() if at < LONG}
    assert early >= set(urls) - {"https://slow.example.org/", "https://odd.example.org/paper"}
    verdicts = {r.target.url: r.judgement.verdict for r in heard.results.values()}
    assert verdicts["https://gone.example.org/a"] is Verdict.BROKEN


async def test_offline_all_is_told_at_once(internet: FakeInternet, tmp_path: Path) -> None:
    """Without a request nothing can change."""
    heard = Heard(internet)
    text = "# A\n\n[a](#a) [b](#b) [c](https://c.example.org/)\n"

    run = await check(tmp_path, (), deps_for(internet, stream=heard), text=text, more={"offline": True})

    heard.agrees_with(run)
    assert len(heard.results) == len(run.results) == 3


@pytest.mark.parametrize("seed", range(6))
async def test_the_report_is_the_same_with_and_without(tmp_path: Path, seed: int) -> None:
    """Whichever hosts take how long: the report has what was told, and is that of a run that tells nothing."""
    reports = []
    for told in (False, True):
        pace = random.Random(seed)  # noqa: S311 - latencies
        async with FakeInternet() as internet:
            urls = world(internet)
            internet.latency = lambda _host, pace=pace: pace.random() ** 3 * 18
            heard = Heard(internet)
            run = await check(tmp_path, urls, deps_for(internet, stream=heard if told else None))
            heard.agrees_with(run)
            found = report(run)
            del found["summary"]["requests"]  # where a host was silent for long it is tried again
            reports.append(found)

    assert reports[0] == reports[1]


@pytest.mark.parametrize("seconds", [0.5, 3, 7, 10, 14, 25])
async def test_an_interrupted_run_keeps_what_it_has_told(
    internet: FakeInternet, tmp_path: Path, seconds: float
) -> None:
    """Also of links whose second look was over, while others' was not."""
    urls = world(internet)
    pace = random.Random(int(seconds))  # noqa: S311 - latencies
    internet.latency = lambda _host: pace.random() * 4
    heard = Heard(internet)
    task = asyncio.ensure_future(check(tmp_path, urls, deps_for(internet, stream=heard)))
    await internet.time.sleep(seconds)
    task.cancel()

    run = await task

    assert run.interrupted
    heard.agrees_with(run)


async def test_nothing_of_the_network_is_told_while_it_may_be_down(internet: FakeInternet, tmp_path: Path) -> None:
    """Where no host answers, only what needs none is told before the end; the report says that the network is down."""
    hosts = [f"h{n}.example.org" for n in range(14)]
    for host in hosts:
        internet.dns(host, "timeout")
    heard = Heard(internet)

    run = await check(
        tmp_path, [f"https://{host}/" for host in hosts], deps_for(internet, stream=heard), text="[x](#nowhere)\n\n"
    )

    assert run.network_down
    heard.agrees_with(run)
    assert [result.target.url for result in heard.results.values()] == ["#nowhere"]


async def test_a_network_that_goes_away_takes_back_nothing(internet: FakeInternet, tmp_path: Path) -> None:
    """What was told before stands; what came after is unverified."""
    internet.site("well.example.org").answer("/1", misbehave.answer("<title>A page</title><p>It is there.</p>"))
    gone = [f"h{n}.example.org" for n in range(14)]
    for host in gone:
        internet.dns(host, "timeout")
    heard = Heard(internet)
    urls = ["https://well.example.org/1", *(f"https://{host}/" for host in gone)]

    run = await check(tmp_path, urls, deps_for(internet, stream=heard))

    heard.agrees_with(run)
    assert heard.results


async def test_what_is_accepted_is_told_as_accepted(internet: FakeInternet, tmp_path: Path) -> None:
    """By a comment, for all its places or some, and by the configuration."""
    heard = Heard(internet)
    text = (
        "[a](#nowhere) <!-- linkwarden-ignore LW120 -->\n\n[b](#there) <!-- linkwarden-ignore -->\n\n[b](#there)\n\n"
        "[c](#other)\n"
    )
    more = {"offline": True, "ignores": (Ignore(url="#other", place="linkwarden.toml:1"),)}

    run = await check(tmp_path, (), deps_for(internet, stream=heard), text=text, more=more)

    heard.agrees_with(run)
    shown = {r.target.url: (r.judgement.verdict, len(r.suppressed)) for r in heard.results.values()}
    assert shown == {
        "#nowhere": (Verdict.IGNORED, 0),
        "#there": (Verdict.BROKEN, 1),
        "#other": (Verdict.IGNORED, 0),
    }


async def test_results_are_told_with_their_history(internet: FakeInternet, tmp_path: Path) -> None:
    """What the memory adds at the end of a run is there when a result is told: since when, and that it is new."""
    urls = world(internet)
    for night in range(3):
        heard = Heard(internet)
        remembering = open_memory(tmp_path / "state.sqlite3")
        memory = await asyncio.to_thread(remembering.__enter__)
        run = await check(tmp_path, [*urls[: 5 + 2 * night], urls[-1]], deps_for(internet, stream=heard, memory=memory))
        await asyncio.to_thread(remembering.__exit__, None, None, None)
        heard.agrees_with(run)
        assert any(result.history is not None for result in heard.results.values())
        internet.time.advance(timedelta(days=1).total_seconds())


async def test_with_diff_nothing_is_told_before_the_end(internet: FakeInternet, tmp_path: Path) -> None:
    """What a change has caused is known when everything is."""
    await asyncio.to_thread(lambda: Repository(tmp_path).commit({"list.md": "# A\n"}))
    heard = Heard(internet)

    run = await check(
        tmp_path, (), deps_for(internet, stream=heard), text="[a](#b)\n", more={"offline": True, "diff": "HEAD"}
    )

    assert [r.judgement.verdict for r in run.results] == [Verdict.BROKEN]
    assert heard.results == {}


def comparing_world(internet: FakeInternet) -> str:
    """Make hosts of which some links tell something about others, and a slow one; give a list of them."""
    arxiv = FakeArxiv(internet)
    arxiv.paper("1512.03385", title="Deep Residual Learning for Image Recognition")
    arxiv.paper("1706.03762", title="Attention Is All You Need")
    FakeGithub(internet).add("now/library", former=["old/lib"])
    badges = internet.site("img.shields.io")
    for name in ("old/lib", "now/library"):
        badges.page(f"/github/stars/{name}", pictures.PNG, media_type="image/png")
    gone = internet.site("paperswithcode.com")
    gone.default(misbehave.answer("<title>404</title>", 404))
    internet.site("slow.example.org").default(misbehave.retry_after(internet.time, LONG, misbehave.answer("<p>ok")))
    return (
        "- [Attention Is All You Need](https://arxiv.org/abs/1512.03385)\n"
        "- [Deep Residual Learning for Image Recognition](https://arxiv.org/abs/1706.03762)\n"
        "- [lib](https://github.com/old/lib) ![stars](https://img.shields.io/github/stars/old/lib)\n"
        "- [code](https://paperswithcode.com/paper/attention-is-all-you-need)\n"
        "- [slow](https://slow.example.org/)\n"
    )


async def test_what_other_links_may_change_waits_for_them(tmp_path: Path) -> None:
    """Papers under each other's titles, badges of a renamed repository, what has its paper elsewhere in the list."""
    reports: list[Any] = []
    early: list[str] = []
    for told in (False, True):
        async with FakeInternet() as internet:
            text = comparing_world(internet)
            heard = Heard(internet)
            deps = deps_for(internet, stream=heard if told else None)
            run = await check(tmp_path, (), deps, text=text, more={"github_token": "good-token"})
            heard.agrees_with(run)
            early += [url for url, at in heard.at.items() if at < LONG]
            reports.append(report(run))

    assert reports[0] == reports[1]
    codes = [link["code"] for link in reports[0]["links"]]
    assert codes[:4] == ["LW801", "LW801", "LW441", "LW441"]
    assert early == ["https://github.com/old/lib"]
