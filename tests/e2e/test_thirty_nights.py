"""A month of nightly runs: who is called dead, when, and how large the memory grows; and what freshness spares."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from linkwarden import api
from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.model import Run, Verdict
from linkwarden.run import engine
from tests.internet import FakeInternet

NIGHTS = 30
#: The failures that a night has in store, in the ways that networks and servers fail.
ILLS: dict[str, Callable[[FakeInternet, str], object]] = {
    "servfail": lambda internet, host: internet.dns(host, "servfail"),
    "dns-timeout": lambda internet, host: internet.dns(host, "timeout"),
    "nxdomain": lambda internet, host: internet.dns(host, "nxdomain"),
    "refused": lambda internet, host: internet.refuse(host),
    "reset": lambda internet, host: internet.reset(host),
    "silent": lambda internet, host: internet.silent(host),
    "unreachable": lambda internet, host: internet.connect(host, "unreachable"),
    "500": lambda internet, host: internet.site(host).page("/x", "oops", status=500),
    "502": lambda internet, host: internet.site(host).page("/x", "oops", status=502),
    "503": lambda internet, host: internet.site(host).page("/x", "later", status=503),
    "429": lambda internet, host: internet.site(host).page("/x", "slowly", status=429),
    "403": lambda internet, host: internet.site(host).page("/x", "no", status=403),
}
HOSTS = [f"h{number}.example" for number in range(60)]
SHARE = 0.05
#: Nights on which something stands between us and every host, and in which way.
OUTAGES = {1: "refused", 8: "refused", 14: "reset", 15: "silent", 21: "refused", 22: "refused", 23: "refused"}
#: Who dies for good, in which night (counted from 0), and of what.
DEATHS = {"h7.example": (5, "nxdomain"), "h23.example": (11, "silent"), "h42.example": (19, "refused")}


class Nights:
    """A list, a world and a memory over many nights."""

    def __init__(self, folder: Path, hosts: list[str]) -> None:
        self.internet = FakeInternet()
        self.list = folder / "list.md"
        self.state = folder / ".linkwarden" / "state.sqlite3"
        self.list.write_text("\n".join(f"* [{host}](https://{host}/x)" for host in hosts), "utf-8")
        self.heal(hosts)

    def heal(self, hosts: list[str]) -> None:
        """Let hosts be well."""
        for host in hosts:
            self.internet.site(host).page("/x", f"<title>{host}</title> All that was promised is here.")
            self.internet.dns(host, "servfail", 0)
            self.internet.connect(host, "refused", 0)

    def fall_ill(self, host: str, how: str) -> None:
        """Let a host fail."""
        ILLS[how](self.internet, host)

    def pass_night(self, **options: Any) -> Run:
        """Run once, and let it be the next night."""
        config = Config(inputs=(str(self.list),), state=self.state, archive=False, **options)
        self.internet.log.clear()
        with api.memory_for(config) as memory:
            deps = Deps(
                make_net=lambda *_: self.internet.serving(),
                now=self.internet.time.now,
                clock=self.internet.time.clock,
                memory=memory,
            )
            run = asyncio.run(engine.run(config, deps))
        assert not run.failures
        began = (run.started - self.internet.time.start).total_seconds()
        self.internet.time.advance(max(0.0, began + 86_400 - self.internet.time.clock()))
        return run


def by_host(run: Run) -> dict[str, Verdict]:
    """Give verdicts by host."""
    return {r.target.url.split("/")[2]: r.judgement.verdict for r in run.results}


@pytest.mark.timeout(300)
def test_thirty_nights_raise_an_alarm_for_each_death_and_for_nothing_else(tmp_path: Path) -> None:
    """One link in twenty fails by chance every night, three die: three alarms, none false.

    On some nights every host refuses or is silent, once on three in a row; each alarm comes by the third night that
    can tell.
    """
    nights = Nights(tmp_path, HOSTS)
    chance = random.Random(4)  # noqa: S311 - nights that are the same in every run of this test
    alarms: list[tuple[int, str]] = []
    unwell = 0
    broken: set[str] = set()
    runs: list[Run] = []
    for number in range(NIGHTS):
        nights.heal(HOSTS)
        for host in HOSTS:
            if chance.random() < SHARE:
                nights.fall_ill(host, chance.choice(sorted(ILLS)))
                unwell += 1
        for host, (night, how) in DEATHS.items():
            if number >= night:
                nights.heal([host])
                nights.fall_ill(host, how)
        if number in OUTAGES:
            for host in HOSTS:
                nights.heal([host])
                nights.fall_ill(host, OUTAGES[number])
        run = nights.pass_night(patient=True)
        assert run.network_down is (number in OUTAGES)
        if run.network_down:  # which says nothing about any link, and changes nothing in what comes later
            assert set(by_host(run).values()) == {Verdict.UNVERIFIED}
            assert run.failing == ()
            continue
        now = {host for host, verdict in by_host(run).items() if verdict is Verdict.BROKEN}
        alarms += [(number, host) for host in sorted(now - broken)]
        assert {r.target.url.split("/")[2] for r in run.failing if r.is_new} == now - broken
        assert now >= broken  # what is called dead stays so
        broken = now
        runs.append(run)

    assert {host for _, host in alarms} == set(DEATHS)
    assert len(alarms) == len(DEATHS)
    for number, host in alarms:
        telling = [n for n in range(DEATHS[host][0], NIGHTS) if n not in OUTAGES]
        assert DEATHS[host][0] <= number <= telling[2]
    assert unwell > NIGHTS * len(HOSTS) * SHARE * 0.8  # the nights were as bad as they are said to be
    assert [past.at for past in runs[-1].past] == [run.started for run in runs[:-1]]
    assert nights.state.stat().st_size < 150_000


def test_the_same_nights_without_patience_would_cry_wolf(tmp_path: Path) -> None:
    """A first run has seen nothing working yet, so a host that happens to be gone then is called so at once."""
    nights = Nights(tmp_path, HOSTS[:5])
    nights.fall_ill("h1.example", "nxdomain")

    assert by_host(nights.pass_night())["h1.example"] is Verdict.BROKEN


def test_what_is_fresh_is_not_asked(tmp_path: Path) -> None:
    """With ``--fresh-for`` a second run asks nobody who was well, and is no different otherwise."""
    nights = Nights(tmp_path, HOSTS[:10])
    first = nights.pass_night(fresh_for=timedelta(days=3))
    asked = len([exchange for exchange in nights.internet.log if exchange.host in HOSTS])
    second = nights.pass_night(fresh_for=timedelta(days=3))

    assert asked >= 10
    assert [exchange.url for exchange in nights.internet.log if exchange.host in HOSTS] == []
    assert by_host(first) == by_host(second) == dict.fromkeys(HOSTS[:10], Verdict.OK)
    assert all(result.remembered for result in second.results)


def test_what_failed_is_always_asked(tmp_path: Path) -> None:
    """Freshness spares what was well only: a failure is looked at every night."""
    nights = Nights(tmp_path, HOSTS[:3])
    nights.pass_night(fresh_for=timedelta(days=30))
    nights.internet.time.advance(40 * 86_400)
    nights.fall_ill("h1.example", "silent")
    nights.pass_night(fresh_for=timedelta(days=30))
    nights.heal(HOSTS[:3])
    run = nights.pass_night(fresh_for=timedelta(days=30))

    assert {exchange.host for exchange in nights.internet.log} & set(HOSTS) == {"h1.example"}
    assert by_host(run)["h1.example"] is Verdict.OK


@pytest.mark.parametrize("days", [1, 2, 5])
def test_memory_never_keeps_a_dead_link_green_past_its_term(tmp_path: Path, days: int) -> None:
    """A link that dies the day after it was seen well is found in the first run after its term, and no earlier."""
    nights = Nights(tmp_path, HOSTS[:3])
    fresh = timedelta(days=days)
    seen = [by_host(nights.pass_night(fresh_for=fresh))["h1.example"]]
    nights.internet.site("h1.example").page("/x", "gone", status=404)
    seen += [by_host(nights.pass_night(fresh_for=fresh))["h1.example"] for _ in range(days + 2)]

    assert seen == [Verdict.OK] * days + [Verdict.BROKEN] * 3


def test_a_killed_run_is_continued(tmp_path: Path) -> None:
    """What a run was told before it was stopped is not asked again, though it was never finished."""
    nights = Nights(tmp_path, HOSTS[:6])
    config = Config(inputs=(str(nights.list),), state=nights.state, archive=False)
    with api.memory_for(config) as memory:
        assert memory is not None
        deps = Deps(
            make_net=lambda *_: nights.internet.serving(),
            now=nights.internet.time.now,
            clock=nights.internet.time.clock,
            memory=_Unfinished(memory),
        )
        asyncio.run(engine.run(config, deps))

    run = nights.pass_night(fresh_for=timedelta(hours=1))

    assert [exchange.url for exchange in nights.internet.log if exchange.host in HOSTS] == []
    assert set(by_host(run).values()) == {Verdict.OK}


async def test_a_library_call_remembers_without_blocking(internet: FakeInternet, tmp_path: Path) -> None:
    """Inside somebody's event loop too, the memory's file is opened, written and closed in a thread (blockbuster)."""
    internet.site("a.example").page("/x", "<title>A</title> it is there")
    (tmp_path / "list.md").write_text("[a](https://a.example/x)", "utf-8")
    deps = Deps(make_net=lambda *_: internet.net(), now=internet.time.now, clock=internet.time.clock)

    async def check() -> Run:
        internet.time.advance(60)
        return await api.check_async(tmp_path / "list.md", deps=deps, archive=False, state=tmp_path / "s.sqlite3")

    runs = [await check(), await check()]

    assert [len(run.past) for run in runs] == [0, 1]
    assert [run.notices for run in runs] == [(), ()]


class _Unfinished:
    """A memory whose run is killed before its end."""

    def __init__(self, memory: Any) -> None:
        self.recall, self.keep, self.writes = memory.recall, memory.keep, memory.writes
        self.histories = memory.histories

    async def finish(self, run: Run) -> Run:
        """Never come to it."""
        return run
