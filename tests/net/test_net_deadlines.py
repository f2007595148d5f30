"""The time limits of requests: each interrupts its own wait, when it is due, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from linkwarden.net.deadlines import Deadlines
from tests.internet.time import VirtualTime


@pytest.fixture
async def time() -> AsyncIterator[VirtualTime]:
    """Let time jump."""
    with VirtualTime() as time:
        yield time


async def wait(deadlines: Deadlines, seconds: float) -> str:
    """Wait within a limit that begins now."""
    deadline = deadlines.begin()
    try:
        with deadline:
            await asyncio.sleep(seconds)
    except TimeoutError:
        return "too late"
    else:
        return "done"
    finally:
        deadlines.end(deadline)


async def test_each_limit_begins_with_its_request(time: VirtualTime) -> None:
    """Whoever began later has until later, whether or not others were done in time."""
    deadlines = Deadlines(10)
    ends: dict[int, tuple[str, float]] = {}

    async def request(number: int, begins: float, lasts: float) -> None:
        await asyncio.sleep(begins)
        said = await wait(deadlines, lasts)
        ends[number] = said, time.clock()

    await asyncio.gather(request(1, 0, 2), request(2, 1, 99), request(3, 2, 9), request(4, 3, 99), request(5, 50, 99))

    assert ends == {
        1: ("done", 2),
        2: ("too late", 11),
        3: ("done", 11),
        4: ("too late", 13),
        5: ("too late", 60),
    }


async def test_no_timer_is_left_behind(time: VirtualTime) -> None:
    """Once all requests are over, nothing is to come that time could jump to."""
    deadlines = Deadlines(10)
    assert await wait(deadlines, 3) == "done"
    assert await wait(deadlines, 99) == "too late"

    loop = asyncio.get_running_loop()
    assert time.clock() == 13
    assert not [timer for timer in loop._scheduled if not timer.cancelled()]  # type: ignore[attr-defined] # no public way


async def test_a_limit_that_passes_between_two_waits_forbids_the_next(time: VirtualTime) -> None:
    """What the request does beside waiting is not interrupted."""
    deadlines = Deadlines(10)
    deadline = deadlines.begin()
    await asyncio.sleep(11)

    with pytest.raises(TimeoutError), deadline:
        pytest.fail("the wait began")

    deadlines.end(deadline)
    assert time.clock() == 11


async def test_whoever_cancels_the_task_is_heard(time: VirtualTime) -> None:
    """Also at the very moment at which the limit passes."""
    deadlines = Deadlines(10)
    for moment in (5.0, 10.0):
        task = asyncio.create_task(wait(deadlines, 99))
        await asyncio.sleep(moment)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert time.clock() == 15
