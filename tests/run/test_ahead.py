"""Reviews begin while a slow host still keeps the run waiting, and no report shows that they did."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from linkwarden import rules
from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.model import Evidence, Result, Run, Verdict
from linkwarden.net import Net
from linkwarden.providers import LoadContext
from linkwarden.report import ReportOptions
from linkwarden.report.json import JsonReport
from linkwarden.review import Needs, Once, Review
from linkwarden.review.papers import NAMES_ANOTHER
from linkwarden.run import ahead, engine
from tests.internet import FakeInternet, misbehave, pictures
from tests.internet.archive import FakeArchive
from tests.internet.arxiv import FakeArxiv

OK = misbehave.answer("<title>A page</title><p>It is there, and so is all that it promises.</p>")
GONE = misbehave.answer("<title>404</title>", 404)
#: One sign of an error page: what the site gives for a made-up URL decides.
ODD = misbehave.answer("<title>Page not found</title><h1>Hello</h1><p>" + "There is much to read here. " * 60)
#: So long does the slow host want to be left alone, in seconds; all others are done long before.
LONG = 40


def world(internet: FakeInternet) -> list[str]:
    """Make hosts of all sorts; give the links to them. One of them takes its time."""
    internet.site("well.example.org").answer("/1", OK)
    internet.site("gone.example.org").answer("/a", GONE).answer("/b", OK)
    internet.site("odd.example.org").default(ODD)
    internet.site("www.twin.org").default(OK)
    internet.dns("twin.org", "nxdomain")
    internet.dns("nowhere.example.org", "nxdomain")
    internet.refuse("shut.example.org")
    internet.site("moved.example.org").redirect("/guide/start", "/docs/start", 301).answer("/docs/start", OK)
    internet.site("pictures.example.org").page("/there.png", pictures.PNG, media_type="image/png")
    internet.site("slow.example.org").default(misbehave.retry_after(internet.time, LONG, OK))
    archive = FakeArchive(internet)
    archive.capture("https://gone.example.org/a", "20170304050607", "20190506070809")
    return [
        "https://well.example.org/1",
        "https://gone.example.org/a",
        "https://gone.example.org/b",
        "https://odd.example.org/paper",
        "https://odd.example.org/other",
        "https://twin.org/x",
        "https://nowhere.example.org/1",
        "https://nowhere.example.org/2",
        "https://shut.example.org/",
        "https://moved.example.org/guide/start",
        "https://slow.example.org/",
    ]


Check = Callable[..., "asyncio.Future[Run]"]


def deps_for(internet: FakeInternet, **more: Any) -> Deps:
    """Wire a run to the fake internet."""
    return Deps(
        make_net=lambda c, _: internet.net(concurrency=c.concurrency, per_host=c.per_host, max_time=c.max_time),
        now=internet.time.now,
        clock=internet.time.clock,
        **more,
    )


async def check(internet: FakeInternet, folder: Path, urls: Sequence[str], *, deps: Deps | None = None) -> Run:
    """Check a list of links."""
    path = folder / "list.md"
    await asyncio.to_thread(path.write_text, "".join(f"- [Benchmark results]({url})\n" for url in urls), "utf-8")
    config = Config(inputs=(str(path),), root=folder)
    return await engine.run(config, deps or deps_for(internet))


def report(run: Run) -> Any:
    """Give the JSON report without what differs from run to run."""
    found = json.loads(JsonReport().render(run, ReportOptions()))
    for changing in ("generated_at", "duration_s"):
        del found[changing]
    return found


def requests(internet: FakeInternet) -> Counter[str]:
    """Count requests by URL; of made-up ones by host."""
    return Counter(e.url if e.host != "odd.example.org" else e.host for e in internet.log)


async def test_second_looks_are_over_when_the_slowest_host_answers(internet: FakeInternet, tmp_path: Path) -> None:
    """Second opinions, made-up URLs, other names of a site and the archive are requested meanwhile, none at the end."""
    urls = world(internet)

    run = await check(internet, tmp_path, urls)

    answered = max(e.done or 0.0 for e in internet.requests_to("slow.example.org"))
    assert run.duration_s == pytest.approx(answered, abs=0.1)
    assert answered >= LONG
    late = [e.url for e in internet.log if e.at > answered]
    assert late == []
    assert internet.lookups[-1].at < answered
    assert len(internet.requests_to("web.archive.org")) >= 3
    assert [e.path for e in internet.requests_to("www.twin.org")].count("/x") == 1
    suspect = {r.target.url for r in run.results if r.judgement.verdict is Verdict.SUSPECT}
    assert suspect == {"https://odd.example.org/paper", "https://odd.example.org/other"}


async def test_what_is_begun_is_what_would_be_requested_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same requests and the same report, whether the reviews begin early or all of them at the end."""
    found = []
    for pause in (ahead.PAUSE, 1000.0):
        monkeypatch.setattr(ahead, "PAUSE", pause)
        async with FakeInternet() as internet:
            run = await check(internet, tmp_path, world(internet))
            found.append((requests(internet), report(run), [e.at for e in internet.requests_to("www.twin.org")]))

    assert found[0][0] == found[1][0]
    assert found[0][1] == found[1][1]
    assert found[0][2] < found[1][2]


@pytest.mark.parametrize("seed", range(6))
async def test_the_report_does_not_depend_on_who_is_slow(tmp_path: Path, seed: int) -> None:
    """Whichever hosts take how long, up to half a minute: the same JSON as when nobody does."""
    reports = []
    for longest in (0.0, 18.0):
        pace = random.Random(seed)  # noqa: S311 - latencies
        async with FakeInternet() as internet:
            urls = world(internet)
            internet.latency = lambda _host, pace=pace, longest=longest: pace.random() ** 3 * longest
            found = report(await check(internet, tmp_path, urls))
            del found["summary"]["requests"]  # where a host was silent for long it is tried again
            reports.append(found)

    assert reports[0] == reports[1]


async def test_titles_are_compared_before_the_slowest_host_answers(internet: FakeInternet, tmp_path: Path) -> None:
    """Once only a slow host is left, arXiv is asked for the titles that do not fit, and not again at the end."""
    arxiv = FakeArxiv(internet)
    arxiv.paper("1512.03385", title="Deep Residual Learning for Image Recognition")
    arxiv.paper("1706.03762", title="Attention Is All You Need")
    internet.site("slow.example.org").default(misbehave.retry_after(internet.time, LONG, OK))
    path = tmp_path / "list.md"
    wrong = "Playing Atari with Deep Reinforcement Learning"
    text = f"- [2013 - {wrong}](https://arxiv.org/abs/1512.03385)\n- [Slow](https://slow.example.org/)\n"
    await asyncio.to_thread(path.write_text, text, "utf-8")

    run = await engine.run(Config(inputs=(str(path),), root=tmp_path), deps_for(internet))

    assert run.results[0].judgement.rule is NAMES_ANOTHER
    asked = [e.at for e in internet.requests_to("export.arxiv.org")]
    assert len(asked) == 3  # the paper, its earlier titles, the title that was meant
    assert max(asked) < LONG
    assert run.duration_s == pytest.approx(LONG, abs=1)


async def test_a_busy_host_is_left_to_its_links(internet: FakeInternet, tmp_path: Path) -> None:
    """Where links of a host still wait, nothing of it is requested a second time before they had their turn."""
    site = internet.site("busy.example.org").answer("/lost", GONE)
    site.default(misbehave.slow(internet.time, 4.0, OK))
    internet.site("slow.example.org").default(misbehave.slow(internet.time, 18.0, OK))
    links = [f"https://busy.example.org/{n}" for n in range(12)]

    await check(internet, tmp_path, ["https://busy.example.org/lost", *links, "https://slow.example.org/"])

    asked = [e.path for e in internet.requests_to("busy.example.org")]
    assert asked.count("/lost") == 2
    assert set(asked[: asked.index("/lost", 1)]) >= {f"/{n}" for n in range(12)}


async def test_without_any_answer_nothing_is_begun(internet: FakeInternet, tmp_path: Path) -> None:
    """Where the network may be down, nobody is asked a second time, and no name is shown to the archive."""
    for n in range(5):
        internet.dns(f"h{n}.example.org", "nxdomain")
    internet.site("never.example.org").default(misbehave.silent(internet.time))
    archive = FakeArchive(internet)
    archive.capture("https://h0.example.org/", "20170304050607")

    run = await check(
        internet, tmp_path, [*(f"https://h{n}.example.org/" for n in range(5)), "https://never.example.org/"]
    )

    given_up = max(e.at for e in internet.requests_to("never.example.org"))
    assert given_up > ahead.PAUSE
    assert {e.host for e in internet.log if e.at <= given_up} == {"never.example.org"}
    early = Counter(one.host for one in internet.lookups if one.at <= given_up)
    assert {host: early[host] for host in early if host.startswith("h")} == {f"h{n}.example.org": 1 for n in range(5)}
    assert run.duration_s > given_up


async def test_an_interrupted_run_drops_what_was_begun(internet: FakeInternet, tmp_path: Path) -> None:
    """Ctrl-C while second looks are under way: the run ends at once, without them, and leaves no task behind."""
    urls = world(internet)
    internet.site("web.archive.org").default(misbehave.silent(internet.time))
    internet.site("odd.example.org").default(misbehave.slow(internet.time, 3.0, ODD))
    before = asyncio.all_tasks()
    task = asyncio.ensure_future(check(internet, tmp_path, urls))
    await internet.time.sleep(10)
    task.cancel()

    run = await task

    assert run.interrupted
    assert internet.time.clock() == pytest.approx(10, abs=0.5)
    assert {r.judgement.verdict for r in run.results if "odd.example" in r.target.url} == {Verdict.OK}
    assert not any("requested twice" in fact.what for r in run.results for fact in r.evidence.facts)
    names = {task.get_name() for task in asyncio.all_tasks() - before}
    assert not {name for name in names if name.startswith("linkwarden")}


class Eager(Review):
    """Begins with what is broken, and crashes then."""

    name, rank, needs = "eager", 10, Needs.LINK

    def __init__(self, ctx: LoadContext) -> None:
        super().__init__(ctx)
        self.begun = 0

    def wants(self, result: Result) -> bool:
        return result.judgement.verdict is Verdict.BROKEN

    async def begin(self, results: Sequence[Result], net: Net, now: datetime) -> AsyncIterator[Evidence]:
        """Say that nothing is broken, then crash."""
        del net, now
        for result in results:
            yield Evidence(key=result.target.key, checked_by=self.name)
        raise RuntimeError("begun and broken")

    async def look(self, results: Sequence[Result], net: Net, now: datetime) -> AsyncIterator[Evidence]:
        """Find nothing."""
        del results, net, now
        nothing: tuple[Evidence, ...] = ()
        for evidence in nothing:
            yield evidence


async def test_a_review_that_crashes_when_it_begins_costs_a_notice(
    internet: FakeInternet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told once, with exit code 3; what it said before is no result."""
    monkeypatch.setattr(rules, "review_classes", lambda: (Eager,))

    run = await check(internet, tmp_path, world(internet))

    assert [failure.where for failure in run.failures] == ["review eager"]
    assert "begun and broken" in run.failures[0].message
    assert run.exit_code == 3
    broken = {r.target.url for r in run.results if r.judgement.verdict is Verdict.BROKEN}
    assert broken >= {"https://gone.example.org/a", "https://twin.org/x", "https://shut.example.org/"}


async def test_a_question_is_put_once_whoever_asks(internet: FakeInternet) -> None:
    """Those who come while it is under way wait for it; if who put it is cancelled, the next one puts it."""
    put: list[str] = []

    async def slowly() -> str:
        put.append("put")
        await internet.time.sleep(5)
        return "answer"

    once = Once()
    first = asyncio.ensure_future(once.ask("q", slowly))
    await internet.time.sleep(1)
    others = [asyncio.ensure_future(once.ask("q", slowly)) for _ in range(3)]
    await internet.time.sleep(1)
    first.cancel()

    assert await asyncio.gather(*others) == ["answer"] * 3
    assert put == ["put", "put"]
    assert await once.ask("q", slowly) == "answer"
    assert len(put) == 2
