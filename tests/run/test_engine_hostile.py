"""The engine among failures: a network that is down, hosts that are gone, a list that cannot be read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from aiohttp import web

from linkwarden import rules
from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.extract.markdown import Markdown
from linkwarden.inputs import Source
from linkwarden.model import Extracted, Run, Target, Verdict
from linkwarden.providers.web.page import WebProvider
from linkwarden.run import engine, schedule
from tests.internet import FakeInternet
from tests.internet.dns import DnsFault

pytestmark = pytest.mark.usefixtures("each_engine")


async def check(internet: FakeInternet, text: str, **options: object) -> Run:
    """Check a Markdown text on the fake internet."""
    return await check_all(internet, [Source("list.md", text, Markdown())], **options)


async def check_all(internet: FakeInternet, sources: Sequence[Source], **options: object) -> Run:
    """Check texts on the fake internet."""
    deps = Deps(make_net=lambda _config, _observer: internet.net(), now=internet.time.now, clock=internet.time.clock)
    return await engine.run(Config(**options), deps, sources=sources)  # type: ignore[arg-type]


def addresses(names: Sequence[str]) -> str:
    """Give a list of one page on each host."""
    return "\n".join(f"* <https://{name}/>" for name in names)


async def test_many_gone_hosts_in_front_do_not_make_the_network_down(
    internet: FakeInternet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names that do not exist are answered at once and pages later; the pages are asked all the same."""
    monkeypatch.setattr(schedule, "MAX_ALIVE", 100)
    gone = [f"gone{i}.example" for i in range(40)]
    alive = [f"alive{i}.example" for i in range(150)]  # more than are under way at once

    async def slow(_request: web.Request) -> web.Response:
        await internet.time.sleep(3)
        return web.Response(text="here")

    for name in alive:
        internet.site(name).default(slow)

    run = await check(internet, addresses([*gone, *alive]))

    assert not run.network_down
    assert run.counts[Verdict.OK] == len(alive)
    assert run.counts[Verdict.BROKEN] == len(gone)


async def test_a_list_of_nothing_but_gone_hosts_is_no_outage(internet: FakeInternet) -> None:
    """Fifty dead sites are fifty findings if a name that always exists can be looked up."""
    run = await check(internet, addresses([f"gone{i}.example" for i in range(50)]))

    assert not run.network_down
    assert run.counts[Verdict.BROKEN] == 50


@pytest.mark.parametrize("fault", ["nxdomain", "servfail"])
async def test_where_only_some_names_are_let_through_no_host_is_gone(internet: FakeInternet, fault: DnsFault) -> None:
    """DNS that does not know example.com either proves of no name that it does not exist; those who answer are seen."""
    internet.site("a.example").page("/", "x")
    internet.dns("example.com", fault)

    run = await check(internet, addresses(["a.example", "gone.example", "gone2.example"]))

    assert not run.network_down
    assert [result.judgement.verdict for result in run.results] == [Verdict.OK, Verdict.UNVERIFIED, Verdict.UNVERIFIED]


async def test_an_outage_is_certain_after_a_few_hosts(internet: FakeInternet) -> None:
    """Where no name server answers, 3,000 hosts are not waited for one after the other; all get the same reason."""
    hosts = [f"h{i}.example" for i in range(3000)]
    for name in (*hosts, "example.com"):
        internet.dns(name, "timeout")

    run = await check(internet, addresses(hosts))

    assert run.network_down
    assert run.exit_code == 4
    assert {r.judgement.rule for r in run.results} == {rules.NETWORK_DOWN}
    assert run.duration_s < 120


@pytest.mark.parametrize("how", ["refuse", "reset", "silent"])
async def test_where_every_host_refuses_something_blocks_them(internet: FakeInternet, how: str) -> None:
    """Sixty of sixty are not sixty deaths in one night, also where names are looked up as ever."""
    hosts = [f"h{i}.example" for i in range(60)]
    for name in hosts:
        getattr(internet, how)(name)

    run = await check(internet, addresses(hosts))

    assert run.network_down
    assert run.exit_code == 4
    assert {r.judgement.rule for r in run.results} == {rules.NETWORK_DOWN}


@pytest.mark.parametrize("how", ["refuse", "reset", "silent"])
async def test_a_few_hosts_that_refuse_are_what_they_are(internet: FakeInternet, how: str) -> None:
    """A list of three dead sites says so of each."""
    hosts = [f"h{i}.example" for i in range(3)]
    for name in hosts:
        getattr(internet, how)(name)

    run = await check(internet, addresses(hosts))

    assert not run.network_down
    assert rules.NETWORK_DOWN not in {r.judgement.rule for r in run.results}
    assert run.exit_code in (0, 1)


async def test_a_refusal_needs_no_names(internet: FakeInternet) -> None:
    """Where a host was reached and refuses, that no name can be looked up meanwhile proves nothing about it."""
    internet.refuse("a.example")
    internet.dns("example.com", "timeout")

    run = await check(internet, addresses(["a.example"]))

    assert not run.network_down
    assert run.results[0].judgement.rule is not rules.NETWORK_DOWN


async def test_hosts_that_refuse_in_front_do_not_make_the_network_down(
    internet: FakeInternet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refusals come at once and pages later; the pages are requested all the same."""
    monkeypatch.setattr(schedule, "MAX_ALIVE", 100)
    dead = [f"dead{i}.example" for i in range(40)]
    alive = [f"alive{i}.example" for i in range(150)]

    async def slow(_request: web.Request) -> web.Response:
        await internet.time.sleep(20)
        return web.Response(text="here")

    for name in dead:
        internet.refuse(name)
    for name in alive:
        internet.site(name).default(slow)

    run = await check(internet, addresses([*dead, *alive]))

    assert not run.network_down
    assert run.counts[Verdict.OK] == len(alive)


class _Fragile(Markdown):
    """Fails in the middle of a text."""

    def extract(self, text: str, path: str) -> Iterator[Extracted]:
        """Give the first item, then fail."""
        yield next(iter(super().extract(text, path)))
        raise RuntimeError("extractor defect")


async def test_a_crash_while_one_list_is_read_does_not_cost_the_others(internet: FakeInternet) -> None:
    """The other list's results stand; the crash is a failure with its place, exit code 3."""
    internet.site("a.example").page("/", "x")
    broken = Source("broken.md", "<https://a.example/> <https://b.example/>", _Fragile())

    run = await check_all(internet, [broken, Source("whole.md", "<https://a.example/>", Markdown())])

    assert run.exit_code == 3
    assert [f.where for f in run.failures] == ["reading broken.md"]
    assert [r.judgement.verdict for r in run.results] == [Verdict.OK]


async def test_a_defect_that_strikes_at_every_link_is_told_once(
    internet: FakeInternet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred links, one failure with one trace; each link says that nothing is known of it."""

    def broken(_self: object, target: Target) -> str:
        raise RuntimeError(f"at {target.url}")

    monkeypatch.setattr(WebProvider, "claim", broken)

    run = await check(internet, addresses([f"h{i}.example" for i in range(100)]))

    assert len(run.failures) == 1
    assert {r.judgement.rule for r in run.results} == {rules.INTERNAL_ERROR}
    assert run.exit_code == 3


async def test_a_day_of_rest_is_not_waited_for(internet: FakeInternet) -> None:
    """``Retry-After: 86400`` makes the host's links unverified and the run no longer."""
    site = internet.site("busy.example")
    for path in ("/a", "/b"):
        site.page(path, "no", status=429, headers={"Retry-After": "86400"})
    internet.site("a.example").page("/", "x")

    run = await check(internet, "<https://busy.example/a> <https://busy.example/b> <https://a.example/>")

    assert [r.judgement.verdict for r in run.results] == [Verdict.UNVERIFIED, Verdict.UNVERIFIED, Verdict.OK]
    assert len(internet.requests_to("busy.example")) == 1
    assert run.duration_s < 600
    assert not any("firewall" in hint for hint in run.hints)


async def test_a_badge_that_stands_a_hundred_thousand_times_is_asked_once(internet: FakeInternet) -> None:
    """Each place is kept, and the time does not grow with their square."""
    internet.site("a.example").page("/", "x")

    run = await check(internet, "[a](https://a.example/) " * 20_000)

    assert len(internet.requests_to("a.example")) == 1
    assert run.occurrences == 20_000


@pytest.mark.parametrize("text", ["", "no link", "`<https://a.example/>`", "<!-- <https://a.example/> -->"])
async def test_a_list_without_a_link_is_a_remark(internet: FakeInternet, text: str) -> None:
    """Never a silent zero, alone or among others; and never a failure: a commit may touch any text."""
    internet.site("a.example").page("/", "x")
    empty = Source("empty.md", text, Markdown())

    alone = await check_all(internet, [empty])
    run = await check_all(internet, [Source("list.md", "<https://a.example/>", Markdown()), empty])

    for told in (alone, run):
        assert [n.path for n in told.notices] == ["empty.md"]
        assert "No links found" in told.notices[0].message
        assert told.exit_code == 0


async def test_cancelled_before_anything_was_read(internet: FakeInternet, tmp_path: Path) -> None:
    """Ctrl-C while a list is being fetched ends the run as interrupted, not with an error of ours."""
    asked = asyncio.Event()

    async def never(_request: web.Request) -> web.Response:
        asked.set()
        await asyncio.Event().wait()
        return web.Response()

    internet.site("raw.example").handle("/list.md", never)
    deps = Deps(make_net=lambda _config, _observer: internet.net(), now=internet.time.now, clock=internet.time.clock)
    config = Config(inputs=("https://raw.example/list.md",), root=tmp_path)
    task = asyncio.ensure_future(engine.run(config, deps))
    await asked.wait()
    task.cancel()

    run = await task

    assert run.interrupted
    assert run.exit_code == 130
    assert run.results == ()
