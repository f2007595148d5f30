"""The fake internet keeps its promises; everything else is tested on it."""

from __future__ import annotations

import aiohttp
import pytest

from tests.internet import FakeInternet


async def client(internet: FakeInternet) -> aiohttp.ClientSession:
    """Make a bare aiohttp client on the fake internet."""
    connector = aiohttp.TCPConnector(resolver=internet.resolver(), ssl=internet.ssl_context())
    return aiohttp.ClientSession(connector=connector)


async def test_a_page_is_served_under_its_real_name_over_tls(internet: FakeInternet) -> None:
    """An https address of a registered host gives the registered bytes, and the log tells of it."""
    internet.site("a.example.org").page("/x", b"hello", media_type="text/plain")
    async with await client(internet) as session, session.get("https://a.example.org/x?q=1") as answer:
        assert await answer.read() == b"hello"
    (seen,) = internet.log
    assert (seen.method, seen.url, seen.path, seen.query["q"]) == ("GET", "https://a.example.org/x?q=1", "/x", "1")


async def test_an_unknown_name_does_not_exist(internet: FakeInternet) -> None:
    """Looking up a host that nobody registered fails as NXDOMAIN does."""
    async with await client(internet) as session:
        with pytest.raises(aiohttp.ClientConnectorDNSError) as error:
            await session.get("https://nowhere.example.org/")
    assert error.value.os_error.errno == -2


async def test_a_silent_host_runs_into_the_timeout_at_once(internet: FakeInternet) -> None:
    """Thirty virtual seconds pass, no real one."""
    internet.silent("mute.example.org")
    async with await client(internet) as session:
        with pytest.raises(TimeoutError):
            await session.get("http://mute.example.org/", timeout=aiohttp.ClientTimeout(total=30))
    assert internet.time.clock() == pytest.approx(30, abs=1)
