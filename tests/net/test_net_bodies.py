"""No answer can make us read, unpack, wait or remember more than we chose to."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc

import pytest
from aiohttp import web

from linkwarden.net import Net
from linkwarden.wire import BAD_CODING, NetError, NetErrorKind, Request, Response
from tests.internet import FakeInternet
from tests.internet.misbehave import (
    answer,
    big_headers,
    big_image,
    drip,
    endless,
    flood,
    gzip_bomb,
    hang_up,
    reset_mid_body,
    truncated_body,
    wrong_length,
)


async def get(net: Net, url: str = "http://a.org/", max_bytes: int = 65_536) -> Response:
    """Fetch a page."""
    return await net.fetch(Request(url=url, purpose="page", max_bytes=max_bytes))


async def status_or_kind(net: Net) -> int | NetErrorKind:
    """Fetch a page once; give the status of the response, or the kind of failure."""
    try:
        return (await net.fetch(Request(url="http://a.org/", purpose="page", attempts=1))).status
    except NetError as error:
        return error.kind


@pytest.mark.parametrize(("size", "complete"), [(0, True), (99, True), (100, True), (101, False), (70_000, False)])
async def test_at_most_max_bytes(internet: FakeInternet, net: Net, size: int, complete: bool) -> None:  # noqa: FBT001
    """The body is cut at max_bytes, and the response says whether that was all."""
    internet.site("a.org").page("/", b"x" * size)
    response = await get(net, max_bytes=100)
    assert (response.body, response.complete) == (b"x" * min(size, 100), complete)


async def test_a_gzip_bomb_does_not_go_off(internet: FakeInternet, net: Net) -> None:
    """100 MB in 100 kB: only max_bytes of it are unpacked and kept."""
    internet.site("a.org").default(gzip_bomb(100))
    tracemalloc.start()
    response = await get(net)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (len(response.body), response.complete) == (65_536, False)
    assert peak < 8 * 2**20


async def test_gzip_and_deflate_are_unpacked(internet: FakeInternet, net: Net) -> None:
    """What we ask for, we can read."""
    internet.site("a.org").default(answer(gzip.compress(b"hello"), Content_Encoding="gzip"))
    assert (await get(net)).body == b"hello"


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_what_cannot_be_decompressed_is_an_answer(internet: FakeInternet, net: Net, coding: str) -> None:
    """Headers were fine, so the page exists; that its content was not seen is remarked, and not for the next page."""
    internet.site("a.org").default(answer(b"this is no gzip", Content_Encoding=coding))
    internet.site("a.org").page("/2", "fine")
    response = await get(net)
    assert (response.status, response.complete, response.body, response.remarks) == (200, False, b"", (BAD_CODING,))
    assert (await get(net, "http://a.org/2")).remarks == ()


async def test_compressed_content_that_breaks_off_is_given_as_far_as_it_came(internet: FakeInternet, net: Net) -> None:
    """As browsers show it."""
    internet.site("a.org").default(answer(gzip.compress(bytes(range(256)) * 9)[:-12], Content_Encoding="gzip"))
    response = await get(net)
    assert response.body.startswith(bytes(range(200)))
    assert response.remarks == ()


@pytest.mark.parametrize("coding", ["br", "zstd", "exi"])
async def test_a_coding_nobody_asked_for_is_an_answer(internet: FakeInternet, net: Net, coding: str) -> None:
    """A server that sends brotli unasked exists; its content is not read, or not decoded."""
    internet.site("a.org").default(answer(b"\x1b\x00\x00", Content_Encoding=coding))
    response = await get(net)
    assert response.status == 200


@pytest.mark.parametrize("handler", [truncated_body(), reset_mid_body()])
async def test_a_body_that_breaks_off_is_an_answer(internet: FakeInternet, net: Net, handler: object) -> None:
    """Status and headers came, so there is an answer, with what came of the body."""
    internet.site("a.org").default(handler)  # type: ignore[arg-type]
    response = await get(net)
    assert (response.status, response.complete) == (200, False)
    assert response.body in {b"<html><title>Half</title>", b""}
    assert len(internet.log) == 1


async def test_a_body_longer_than_announced_spoils_nothing(internet: FakeInternet, net: Net) -> None:
    """Rubbish after the announced length does not become the next answer of the host."""
    internet.site("a.org").page("/2", "second").default(wrong_length())
    with pytest.raises(NetError) as caught:
        await get(net)
    assert caught.value.kind is NetErrorKind.PROTOCOL
    assert (await get(net, "http://a.org/2")).body == b"second"


async def test_an_endless_body_ends(internet: FakeInternet, net: Net) -> None:
    """We hang up after max_bytes."""
    internet.site("a.org").default(endless())
    response = await get(net)
    assert (len(response.body), response.complete) == (65_536, False)


async def test_a_big_image_is_not_downloaded(internet: FakeInternet, net: Net) -> None:
    """Of 40 MB, only the head is read."""
    internet.site("a.org").default(big_image(40))
    response = await get(net, max_bytes=4096)
    assert (len(response.body), response.headers["content-length"]) == (4096, str(40 * 2**20))


async def test_a_drip_is_cut(internet: FakeInternet) -> None:
    """One byte a second for ever ends at the timeout, with an answer, since the headers came."""
    internet.site("a.org").default(drip(internet.time, b"x" * 1000, 1.0))
    async with internet.net(timeout=10) as net:
        response = await get(net)
    assert (response.status, response.complete) == (200, False)
    assert 0 < len(response.body) <= 12
    assert internet.time.clock() <= 12


async def test_a_slow_chain_shares_one_timeout(internet: FakeInternet) -> None:
    """The timeout is for the whole chain of redirects, not for each hop."""

    async def slow(request: web.Request) -> web.StreamResponse:
        await internet.time.sleep(4)
        return web.Response(status=302, headers={"Location": request.path + "x"})

    internet.site("a.org").default(slow)
    async with internet.net(timeout=10, attempts=1) as net:
        with pytest.raises(NetError) as caught:
            await get(net)
    assert caught.value.kind is NetErrorKind.TIMEOUT
    assert internet.time.clock() < 13


async def test_long_headers_are_no_reason_to_call_a_page_dead(internet: FakeInternet, net: Net) -> None:
    """20 kB of Content-Security-Policy are read."""
    internet.site("a.org").default(big_headers(20_000))
    assert (await get(net)).status == 200


async def test_headers_without_measure_are_a_protocol_error(internet: FakeInternet, net: Net) -> None:
    """More than 64 KiB in one field is not read."""
    internet.site("a.org").default(big_headers(65_537))
    with pytest.raises(NetError) as caught:
        await get(net)
    assert caught.value.kind is NetErrorKind.PROTOCOL


async def test_headers_are_lower_case_and_the_last_counts(internet: FakeInternet, net: Net) -> None:
    """Providers find a header whatever its case on the wire."""

    async def twice(_request: web.Request) -> web.StreamResponse:
        response = web.Response()
        response.headers.add("X-Thing", "first")
        response.headers.add("x-thing", "last")
        return response

    internet.site("a.org").default(twice)
    assert (await get(net)).headers["x-thing"] == "last"


async def test_an_idle_connection_that_died_is_replaced(internet: FakeInternet, net: Net) -> None:
    """A server that hangs up on a kept connection costs a new connection, not a verdict."""
    calls = 0

    async def sometimes(request: web.Request) -> web.StreamResponse:
        nonlocal calls
        calls += 1
        return await hang_up(request) if calls == 2 else web.Response(text="fine")

    internet.site("a.org").default(sometimes)
    assert (await get(net)).body == b"fine"
    assert (await get(net)).body == b"fine"
    assert internet.time.clock() < 0.1


OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


@pytest.mark.parametrize(
    ("head", "part", "seen"),
    [
        (b"", b"HTTP/1.1 103 Early Hints\r\nX: " + b"x" * 30_000 + b"\r\n\r\n", NetErrorKind.PROTOCOL),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1_200, NetErrorKind.PROTOCOL),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x" * 30_000, 200),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1;" + b"x" * 30_000 + b"\r\na\r\n", 200),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n", b"X: " + b"x" * 30_000 + b"\r\n", 200),
    ],
    ids=["early hints", "continue", "one chunk extension", "many chunk extensions", "trailers"],
)
async def test_what_is_neither_header_nor_body_has_a_bound(
    internet: FakeInternet, net: Net, head: bytes, part: bytes, seen: NetErrorKind | int
) -> None:
    """A megabyte beside the body, and we hang up; with a status there is an answer, else none that is HTTP."""
    taken: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    internet.site("a.org").default(flood(head, part, taken=taken))
    assert await status_or_kind(net) == seen
    assert await taken < 9_000_000  # what the operating system's buffers hold included; the flood has twelve
    assert internet.time.clock() < 1


@pytest.mark.parametrize("hints", [1, 5, 20])
async def test_interim_responses_are_passed_over(internet: FakeInternet, net: Net, hints: int) -> None:
    """Early hints come before the answer."""
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n" * hints
    internet.site("a.org").default(flood(interim, OK + b"Content-Length: 2\r\n\r\nhi", parts=1))
    response = await get(net)
    assert (response.status, response.body) == (200, b"hi")
