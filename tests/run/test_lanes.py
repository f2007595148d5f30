"""The lanes: no host is crowded, none waits for another."""

from __future__ import annotations

import asyncio

import pytest

from linkwarden.run import schedule
from linkwarden.run.schedule import Job, Lanes


class Watch:
    """Jobs that count how many of their lane run at once and wait until they are let go."""

    def __init__(self) -> None:
        self.now: dict[str, int] = {}
        self.peak: dict[str, int] = {}
        self.order: list[str] = []
        self.gate = asyncio.Event()

    def job(self, lane: str, name: str = "") -> Job:
        """Make a job of a lane that notes its start and waits at the gate."""

        async def run() -> None:
            self.order.append(name or lane)
            self.now[lane] = self.now.get(lane, 0) + 1
            self.peak[lane] = max(self.peak.get(lane, 0), self.now[lane])
            await self.gate.wait()
            self.now[lane] -= 1

        return run


async def settle() -> None:
    """Let everything that can run do so."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_lane_runs_no_more_than_its_width_at_once() -> None:
    """Twenty jobs of one host run two at a time, and all of them run."""
    watch, lanes = Watch(), Lanes()
    for i in range(20):
        lanes.add("a", watch.job("a", str(i)), width=2)
    await settle()
    assert watch.order == ["0", "1"]

    watch.gate.set()
    await lanes.drain()

    assert watch.peak["a"] == 2
    assert watch.order == [str(i) for i in range(20)]


async def test_one_slow_host_does_not_hold_up_another() -> None:
    """A host with a thousand links does not keep a host with one link from its first request."""
    watch, lanes = Watch(), Lanes()
    for _ in range(1000):
        lanes.add("many", watch.job("many"), width=3)
    lanes.add("one", watch.job("one"), width=3)
    await settle()

    assert watch.order == ["many", "many", "many", "one"]
    await lanes.close()


async def test_waiting_names_what_is_left() -> None:
    """Progress can say which lanes still have how many jobs."""
    watch, lanes = Watch(), Lanes()
    for _ in range(5):
        lanes.add("a", watch.job("a"), width=2)
    await settle()
    assert lanes.waiting == {"a": 5}

    watch.gate.set()
    await lanes.drain()

    assert lanes.waiting == {}


async def test_a_parked_job_gives_its_place_to_the_next() -> None:
    """While a job waits for somebody else's cool-down, its own host is not idle."""
    lanes, started, gate = Lanes(), [], asyncio.Event()

    async def parked() -> None:
        started.append("parked")
        with lanes.parked():
            await gate.wait()

    async def other() -> None:
        started.append("other")

    lanes.add("a", parked, width=1)
    lanes.add("a", other, width=1)
    await settle()
    assert started == ["parked", "other"]

    gate.set()
    await lanes.drain()


async def test_no_more_than_a_lane_s_width_are_parked() -> None:
    """Where everybody waits, a list of a million links is not a million tasks that wait."""
    lanes, gate, alive = Lanes(), asyncio.Event(), 0

    async def parked() -> None:
        nonlocal alive
        alive += 1
        with lanes.parked():
            await gate.wait()

    for _ in range(50):
        lanes.add("a", parked, width=3)
    await settle()
    assert alive == 6  # three that are parked, and three that would be

    gate.set()
    await lanes.drain()
    assert alive == 50


async def test_close_drops_what_waits_and_cancels_what_runs() -> None:
    """After close nothing runs and nothing more is taken in."""
    watch, lanes = Watch(), Lanes()
    for i in range(5):
        lanes.add("a", watch.job("a", str(i)), width=1)
    await settle()

    await lanes.close()
    lanes.add("a", watch.job("a", "late"), width=1)
    watch.gate.set()
    await settle()

    assert watch.order == ["0"]


async def test_an_empty_schedule_is_done() -> None:
    """Draining without jobs returns at once."""
    await Lanes().drain()


async def test_more_is_to_come_while_others_of_the_lane_wait_or_run() -> None:
    """So that connections are kept for them: the last job of a host has nobody after it."""
    watch, lanes = Watch(), Lanes()
    for _ in range(3):
        lanes.add("a", watch.job("a"), width=2)
    lanes.add("b", watch.job("b"), width=2)
    await settle()
    assert (lanes.has_more("a"), lanes.has_more("b"), lanes.has_more("c")) == (True, False, False)

    lanes.filling = True  # a list is being read, and nobody knows which hosts it names
    assert (lanes.has_more("b"), lanes.has_more("c")) == (True, True)

    lanes.filling = False
    watch.gate.set()
    await lanes.drain()
    assert not lanes.has_more("a")


async def test_who_fills_the_lanes_waits_for_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more jobs wait at once than memory should hold; when they are dropped, nobody waits any longer."""
    monkeypatch.setattr(schedule, "MOST_WAITING", 3)
    watch, lanes = Watch(), Lanes()
    for _ in range(3):
        lanes.add("a", watch.job("a"), width=1)
        await settle()
        await lanes.room()
    lanes.add("a", watch.job("a"), width=1)
    filling = asyncio.create_task(lanes.room())
    await settle()
    assert not filling.done()

    watch.gate.set()
    await filling
    await lanes.drain()

    watch.gate.clear()
    for _ in range(5):
        lanes.add("a", watch.job("a"), width=1)
    await settle()
    filling = asyncio.create_task(lanes.room())
    await settle()
    assert not filling.done()
    await lanes.close()
    await filling
