"""The bad habits of the fake servers are the real ones."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from typing import get_args

import aiohttp
import pytest

from tests.internet import FakeInternet, Handler, misbehave, pictures
from tests.internet.walls import WALLS, WallKind

URL = "http://a.example.org/p"


@pytest.fixture
async def browser(internet: FakeInternet) -> AsyncIterator[aiohttp.ClientSession]:
    """A bare aiohttp client without retries: it sees what the server really does."""
    connector = aiohttp.TCPConnector(resolver=internet.resolver(), limit=0, force_close=True)
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(connector=connector, cookie_jar=jar) as session:
        session._retry_connection = False  # aiohttp asks once more by itself when a connection breaks
        yield session


async def ask(internet: FakeInternet, browser: aiohttp.ClientSession, handler: Handler) -> aiohttp.ClientResponse:
    """Install a handler and ask it once, without following redirects."""
    internet.site("a.example.org").default(handler)
    return await browser.get(URL, allow_redirects=False)


async def statuses(internet: FakeInternet, browser: aiohttp.ClientSession, handler: Handler, n: int) -> list[int]:
    """Ask a handler n times in a row."""
    return [(await ask(internet, browser, handler)).status for _ in range(n)]


async def test_fail_then_works_after_n_failures(internet: FakeInternet, browser: aiohttp.ClientSession) -> None:
    """Two 503, then the good answer, and it stays."""
    handler = misbehave.fail_then(2, 503, misbehave.answer())
    assert await statuses(internet, browser, handler, 4) == [503, 503, 200, 200]


@pytest.mark.parametrize(
    ("failure", "error"), [("reset", aiohttp.ClientOSError), ("hang-up", aiohttp.ServerDisconnectedError)]
)
async def test_fail_then_can_break_the_connection(
    internet: FakeInternet, browser: aiohttp.ClientSession, failure: str, error: type[Exception]
) -> None:
    """A reset is an error of the connection, a hang-up a disconnect; the next request works."""
    handler = misbehave.fail_then(1, failure, misbehave.answer())  # type: ignore[arg-type] # parametrised
    with pytest.raises(error):
        await ask(internet, browser, handler)
    assert await statuses(internet, browser, handler, 1) == [200]


async def test_retry_after_in_seconds_opens_at_its_instant(
    internet: FakeInternet, browser: aiohttp.ClientSession
) -> None:
    """Before the instant 429 with what is left, from then on the answer."""
    handler = misbehave.retry_after(internet.time, 60, misbehave.answer())
    first = await ask(internet, browser, handler)
    await internet.time.sleep(45)
    second = await ask(internet, browser, handler)
    await internet.time.sleep(15)
    third = await ask(internet, browser, handler)
    assert [first.status, second.status, third.status] == [429, 429, 200]
    assert [first.headers["Retry-After"], second.headers["Retry-After"]] == ["60", "15"]


@pytest.mark.parametrize(("seconds", "opens"), [(120.0, 120.0), (-3600.0, -3600.0)])
async def test_retry_after_as_a_date(
    internet: FakeInternet, browser: aiohttp.ClientSession, seconds: float, opens: float
) -> None:
    """The date is the virtual one, and it may lie in the past: then the second request works."""
    handler = misbehave.retry_after(internet.time, seconds, misbehave.answer(), form="date", status=503)
    refused = await ask(internet, browser, handler)
    assert refused.status == 503
    date = parsedate_to_datetime(refused.headers["Retry-After"])
    assert (date - internet.time.start).total_seconds() == opens
    await internet.time.sleep(max(seconds, 0))
    assert await statuses(internet, browser, handler, 1) == [200]


async def test_a_rate_limit_is_a_token_bucket_in_virtual_time(
    internet: FakeInternet, browser: aiohttp.ClientSession
) -> None:
    """A burst passes, the rest is refused with the wait until the next token, and waiting helps."""
    handler = misbehave.rate_limited(internet.time, 0.5, 3, header="seconds")
    assert await statuses(internet, browser, handler, 5) == [200, 200, 200, 429, 429]
    assert (await ask(internet, browser, handler)).headers["Retry-After"] == "2"
    await internet.time.sleep(2)
    assert await statuses(internet, browser, handler, 2) == [200, 429]


async def test_a_drip_takes_its_virtual_time(internet: FakeInternet, browser: aiohttp.ClientSession) -> None:
    """Ten bytes, twenty seconds apart."""
    answer = await ask(internet, browser, misbehave.drip(internet.time, b"0123456789", 20))
    assert await answer.read() == b"0123456789"
    assert internet.time.clock() >= 180


async def test_a_silent_handler_has_taken_the_request(internet: FakeInternet, browser: aiohttp.ClientSession) -> None:
    """The request is in the log, the answer never comes."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(100):
            await ask(internet, browser, misbehave.silent(internet.time))
    assert [(seen.path, seen.status) for seen in internet.log] == [("/p", None)]


async def test_an_endless_body_ends_when_the_client_has_enough(
    internet: FakeInternet, browser: aiohttp.ClientSession
) -> None:
    """The server goes on until the client hangs up, and survives that."""
    answer = await ask(internet, browser, misbehave.endless())
    assert len(await answer.content.readexactly(500_000)) == 500_000
    answer.close()
    await internet.time.sleep(1)
    assert internet.log[0].done is not None


async def test_a_gzip_bomb_unpacks_to_a_thousand_times_its_size(
    internet: FakeInternet, browser: aiohttp.ClientSession
) -> None:
    """Ten megabytes of zeros come in about ten kilobytes."""
    browser._auto_decompress = False
    packed = await (await ask(internet, browser, misbehave.gzip_bomb(10))).read()
    assert len(packed) < 20_000
    assert zlib.decompress(packed, wbits=31) == bytes(10 * 2**20)


@pytest.mark.parametrize(
    ("handler", "distinct"),
    [(misbehave.redirect_loop(3), 3), (misbehave.self_redirect(), 1), (misbehave.endless_redirects(), 11)],
)
async def test_redirects_that_lead_nowhere(
    internet: FakeInternet, browser: aiohttp.ClientSession, handler: Handler, distinct: int
) -> None:
    """A loop repeats its addresses, a self redirect its one, endless redirects none."""
    internet.site("a.example.org").default(handler)
    with pytest.raises(aiohttp.TooManyRedirects):
        await browser.get(URL + "?hop=0", max_redirects=11)
    assert len({seen.url for seen in internet.log}) == distinct


async def test_a_cookie_bounce_needs_its_cookie_back(internet: FakeInternet, browser: aiohttp.ClientSession) -> None:
    """Without cookies it is a loop; with the cookie the page comes."""
    handler = misbehave.cookie_bounce(misbehave.answer())
    bounced = await ask(internet, browser, handler)
    assert (bounced.status, bounced.headers["Location"], bounced.cookies["seen"].value) == (302, "/p", "1")
    async with browser.get(URL, headers={"Cookie": "seen=1"}) as answer:
        assert answer.status == 200


async def test_a_cookie_loop_never_ends_whatever_comes_back(
    internet: FakeInternet, browser: aiohttp.ClientSession
) -> None:
    """Each turn sets another cookie."""
    handler = misbehave.cookie_loop()
    turns = [(await ask(internet, browser, handler)).cookies["turn"].value for _ in range(3)]
    assert turns == ["0", "1", "2"]


async def test_head_may_be_refused(internet: FakeInternet, browser: aiohttp.ClientSession) -> None:
    """405 to HEAD, 200 to GET."""
    internet.site("a.example.org").default(misbehave.no_head())
    assert [(await browser.head(URL)).status, (await browser.get(URL)).status] == [405, 200]


@pytest.mark.parametrize("handler", [misbehave.truncated_body(), misbehave.reset_mid_body()])
async def test_a_body_can_break_off(internet: FakeInternet, browser: aiohttp.ClientSession, handler: Handler) -> None:
    """The headers and the beginning come, then the connection ends."""
    answer = await ask(internet, browser, handler)
    assert answer.status == 200
    with pytest.raises((aiohttp.ClientPayloadError, aiohttp.ClientOSError)):
        await answer.read()


async def test_a_length_can_be_too_short(internet: FakeInternet) -> None:
    """More bytes come than were announced (aiohttp takes the rest for a broken next answer)."""
    internet.site("a.example.org").default(misbehave.wrong_length(b"0123456789abcdef", 10))
    (place,) = internet.addresses_of("a.example.org", 80)
    reader, writer = await asyncio.open_connection(*place)
    writer.write(b"GET / HTTP/1.1\r\nHost: a.example.org\r\n\r\n")
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    assert (b"Content-Length: 10" in head, body) == (True, b"0123456789abcdef")


async def test_something_else_may_listen(internet: FakeInternet, browser: aiohttp.ClientSession) -> None:
    """An SSH greeting is no HTTP."""
    with pytest.raises(aiohttp.ClientResponseError):
        await ask(internet, browser, misbehave.not_http())


async def test_a_big_image_has_its_size(internet: FakeInternet, browser: aiohttp.ClientSession) -> None:
    """It announces its size, or not, and starts as a PNG does."""
    for handler, length in ((misbehave.big_image(3), str(3 * 2**20)), (misbehave.big_image(3, length=False), None)):
        answer = await ask(internet, browser, handler)
        assert answer.headers.get("Content-Length") == length
        body = await answer.read()
        assert (len(body), body[:4]) == (3 * 2**20, b"\x89PNG")


async def test_headers_can_be_too_big(internet: FakeInternet, browser: aiohttp.ClientSession) -> None:
    """A client with the usual limits refuses them."""
    with pytest.raises(aiohttp.ClientResponseError, match=r"Got more than"):
        await ask(internet, browser, misbehave.big_headers())


async def test_what_should_be_an_image_may_not_be_one(internet: FakeInternet, browser: aiohttp.ClientSession) -> None:
    """HTML under its own name, HTML that calls itself PNG, and nothing at all."""
    kinds = [
        misbehave.html_instead_of_image(),
        misbehave.html_instead_of_image(claims_png=True),
        misbehave.empty_image(),
    ]
    seen = []
    for kind in kinds:
        answer = await ask(internet, browser, kind)
        seen.append((answer.content_type, bool(await answer.read())))
    assert seen == [("text/html", True), ("image/png", True), ("image/png", False)]


async def test_a_soft_404_says_200(internet: FakeInternet, browser: aiohttp.ClientSession) -> None:
    """Either a page that says so, or the way home."""
    answer = await ask(internet, browser, misbehave.soft_404())
    assert (answer.status, "not found" in await answer.text()) == (200, True)
    answer = await ask(internet, browser, misbehave.soft_404("/"))
    assert (answer.status, answer.headers["Location"]) == (302, "/")


@pytest.mark.parametrize("kind", get_args(WallKind))
async def test_every_wall_stands(internet: FakeInternet, browser: aiohttp.ClientSession, kind: WallKind) -> None:
    """Each wall answers with its status, its headers and its page."""
    status, headers, body = WALLS[kind]
    answer = await ask(internet, browser, misbehave.bot_wall(kind))
    assert (answer.status, await answer.text()) == (status, body)
    assert headers.items() <= dict(answer.headers).items()


@pytest.mark.parametrize(
    ("suffix", "magic"),
    [
        ("png", b"\x89PNG\r\n\x1a\n"),
        ("jpg", b"\xff\xd8\xff"),
        ("gif", b"GIF89a"),
        ("webp", b"RIFF"),
        ("svg", b"<svg"),
        ("avif", b"\x00\x00\x00\x20ftypavif"),
        ("bmp", b"BM"),
        ("ico", b"\x00\x00\x01\x00"),
        ("tiff", b"II*\x00"),
    ],
)
def test_pictures_are_what_they_say(suffix: str, magic: bytes) -> None:
    """Each picture starts with the signature of its format and has its media type."""
    media_type, body = pictures.of(f"/a/b.{suffix.upper()}?x=1.txt")
    assert body.startswith(magic)
    assert media_type.startswith("image/")


def test_pngs_have_the_size_asked_for_and_sound_chunks() -> None:
    """Every chunk's check sum is right, and the pixels unpack to the size in the header."""
    data, at, chunks = pictures.png(3, 5), 8, {}
    while at < len(data):
        length = int.from_bytes(data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert int.from_bytes(data[at + 8 + length : at + 12 + length]) == zlib.crc32(kind + body)
        chunks[kind] = body
        at += 12 + length
    assert (chunks[b"IHDR"][:8], len(zlib.decompress(chunks[b"IDAT"]))) == (bytes([0, 0, 0, 3, 0, 0, 0, 5]), 5 * 4)
