"""Virtual time: nothing waits, nothing is outrun, and the order is always the same."""

from __future__ import annotations

import asyncio
import threading
import time

import aiohttp
import pytest
import uvloop
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from tests.internet import FakeInternet, VirtualTime
from tests.internet.time import START


def session_on(internet: FakeInternet) -> aiohttp.ClientSession:
    """Make a bare aiohttp client on the fake internet, without limits of its own."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=internet.resolver(), ssl=internet.ssl_context(), limit=0)
    )


@given(st.lists(st.floats(0, 1e6), max_size=20))
def test_sleepers_wake_in_order_at_their_instants(naps: list[float]) -> None:
    """Whoever asked for less sleep wakes first, and on waking the clock shows the time asked for."""
    woken: list[tuple[float, float]] = []

    async def main() -> None:
        with VirtualTime() as virtual:

            async def nap(seconds: float) -> None:
                await virtual.sleep(seconds)
                woken.append((seconds, virtual.clock()))

            await asyncio.gather(*map(nap, naps))

    asyncio.run(main())
    assert [seconds for seconds, _ in woken] == pytest.approx(sorted(naps), abs=1e-6)
    assert [at for _, at in woken] == pytest.approx(sorted(naps), abs=1e-6)


async def test_every_timer_of_the_loop_is_virtual(internet: FakeInternet) -> None:
    """A timeout of asyncio over a day's sleep fires after its hour, by the date of the fake internet too."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(3600):
            await asyncio.sleep(86_400)
    assert internet.time.clock() == pytest.approx(3600)
    assert (internet.time.now() - START).total_seconds() == pytest.approx(3600)


async def test_no_timeout_outruns_requests_that_are_under_way(internet: FakeInternet) -> None:
    """80 handshakes and answers on 40 hosts take no virtual time, so a tiny virtual timeout never fires."""
    internet.site("*.example.org").page("/", b"x" * 300_000)
    async with session_on(internet) as session:

        async def get(number: int) -> int:
            limit = aiohttp.ClientTimeout(total=0.001)
            async with session.get(f"https://h{number % 40}.example.org/", timeout=limit) as answer:
                return len(await answer.read())

        sizes = await asyncio.gather(*map(get, range(80)))
    assert set(sizes) == {300_000}
    assert internet.time.clock() == 0


async def test_latency_passes_in_virtual_time_only(internet: FakeInternet) -> None:
    """Ten requests in a row to a host that thinks for three seconds end at thirty."""

    async def think(_request: web.Request) -> web.StreamResponse:
        await internet.time.sleep(3)
        return web.Response()

    internet.site("slow.example.org").default(think)
    async with session_on(internet) as session:
        for _ in range(10):
            async with session.get("http://slow.example.org/"):
                pass
    assert internet.starts("slow.example.org") == pytest.approx([3 * i for i in range(10)])
    assert internet.log[-1].done == pytest.approx(30)


async def test_threads_of_the_loop_are_waited_for(internet: FakeInternet) -> None:
    """Work in asyncio.to_thread is not outrun by a virtual timeout."""
    async with asyncio.timeout(0.001):
        await asyncio.to_thread(time.sleep, 0.01)
    assert internet.time.clock() == 0


async def test_a_foreign_thread_is_waited_for_while_time_is_held(internet: FakeInternet) -> None:
    """``hold`` keeps the clock still until a thread has reported."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    go = threading.Event()
    thread = threading.Thread(target=lambda: (go.wait(), loop.call_soon_threadsafe(done.set)))
    thread.start()
    loop.call_soon(go.set)
    with internet.time.hold():
        async with asyncio.timeout(0.001):
            await done.wait()
    thread.join()
    assert internet.time.clock() == 0


async def test_after_the_hold_the_clock_jumps_again(internet: FakeInternet) -> None:
    """Holding is no trap: a sleep after it ends as ever."""
    with internet.time.hold():
        await asyncio.sleep(0)
    await asyncio.sleep(60)
    assert internet.time.clock() == pytest.approx(60)


async def test_the_clock_can_be_moved_by_hand_but_not_back(internet: FakeInternet) -> None:
    """``advance`` adds to the clock; a negative step is an error."""
    internet.time.advance(90)
    assert internet.time.clock() == 90
    with pytest.raises(ValueError, match="backwards"):
        internet.time.advance(-1)


async def test_the_same_bustle_gives_the_same_log_every_time() -> None:
    """Hosts with latencies, asked all at once, answer in one order only."""

    async def once() -> list[tuple[str, float, float | None]]:
        async with FakeInternet() as internet:

            def thinker(seconds: float):  # type: ignore[no-untyped-def] # noqa: ANN202 - a handler
                async def think(_request: web.Request) -> web.StreamResponse:
                    await internet.time.sleep(seconds)
                    return web.Response()

                return think

            for number in range(30):
                internet.site(f"h{number}.example.org").default(thinker(number % 7 * 0.25))
            async with session_on(internet) as session:

                async def get(number: int) -> None:
                    await internet.time.sleep(number % 5 * 0.1)
                    async with session.get(f"http://h{number % 30}.example.org/{number}"):
                        pass

                await asyncio.gather(*map(get, range(120)))
            return sorted((exchange.url, exchange.at, exchange.done) for exchange in internet.log)

    assert await once() == await once()


async def test_the_loop_gets_its_own_clock_back() -> None:
    """After the fake internet, the loop lives in real time again."""
    loop = asyncio.get_running_loop()
    async with FakeInternet() as internet:
        internet.time.advance(1e6)
        assert loop.time() > time.monotonic() + 1e5
    assert loop.time() == pytest.approx(time.monotonic(), abs=60)


async def test_two_virtual_times_on_one_loop_are_refused(internet: FakeInternet) -> None:
    """Two clocks on one loop would fight: the second is an error, and so is entering one twice."""
    with pytest.raises(RuntimeError, match="another virtual time"), VirtualTime():
        pass
    with pytest.raises(RuntimeError, match="already"), internet.time:
        pass


def test_a_loop_that_keeps_its_clock_in_c_is_refused() -> None:
    """A uvloop cannot be driven: saying so beats a test that really waits."""

    async def main() -> None:
        with VirtualTime():
            pass

    with pytest.raises(TypeError, match="asyncio's own"), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
