"""A request made of aiohttp's parts is the one that aiohttp's session would make, and so is what comes of it."""

from __future__ import annotations

import pytest
from aiohttp import web

from linkwarden.net import transport
from linkwarden.wire import NetError, NetErrorKind, Request, Response
from tests.internet import FakeInternet
from tests.internet.misbehave import hang_up

both = pytest.mark.parametrize("known", [True, False], ids=["parts", "session"])


@pytest.fixture(autouse=True)
def ways(monkeypatch: pytest.MonkeyPatch, known: bool) -> None:  # noqa: FBT001 - the parameter of each test
    """Let the versions of aiohttp be known whose parts are used, or not."""
    assert transport._PARTS_ARE_KNOWN, "another version of aiohttp: see whether its parts are what they were"
    monkeypatch.setattr(transport, "_PARTS_ARE_KNOWN", known)


async def get(internet: FakeInternet, *requests: Request) -> list[Response | NetErrorKind]:
    """Make requests one after the other; give the responses, or why there was none."""
    found: list[Response | NetErrorKind] = []
    async with internet.net() as net:
        for request in requests:
            try:
                found.append(await net.fetch(request))
            except NetError as error:
                found.append(error.kind)
    return found


@both
@pytest.mark.usefixtures("known")
async def test_the_headers_that_are_sent(internet: FakeInternet) -> None:
    """The run's and the request's, in one order, each once; cookies of the chain and a body's type with them."""
    seen: list[list[tuple[str, str]]] = []

    async def note(request: web.Request) -> web.Response:
        seen.append([(name, value) for name, value in request.headers.items() if name != "User-Agent"])
        return web.Response(text="here")

    internet.site("a.example").default(note)
    page = Request(url="http://a.example/", purpose="page")
    image = Request(url="http://a.example/", purpose="image", accept="image/*", headers={"x-own": "1"})
    await get(internet, page, image, Request(url="http://a.example/", purpose="api", method="HEAD", attempts=1))

    usual = [("Host", "a.example"), ("Accept-Language", "en, *;q=0.1"), ("Accept-Encoding", "gzip, deflate")]
    pages = ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
    assert seen == [[*usual, pages], [*usual, ("Accept", "image/*"), ("x-own", "1")], [*usual, pages]]


@both
@pytest.mark.usefixtures("known")
async def test_the_responses(internet: FakeInternet) -> None:
    """Compressed, in chunks, empty, without a body, behind a redirect with a cookie, over TLS."""

    async def zipped(_request: web.Request) -> web.Response:
        response = web.Response(text="packed " * 99)
        response.enable_compression(web.ContentCoding.gzip)
        return response

    async def chunks(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        for number in range(3):
            await response.write(b"%d" % number)
        return response

    async def bounce(request: web.Request) -> web.Response:
        if request.headers.get("Cookie") == "seen=1":
            return web.Response(text="in")
        return web.Response(status=302, headers={"Location": "/bounce", "Set-Cookie": "seen=1"})

    site = internet.site("a.example").page("/empty", "").handle("/zipped", zipped).handle("/chunks", chunks)
    site.handle("/bounce", bounce)
    urls = [f"https://a.example/{name}" for name in ("empty", "zipped", "chunks", "bounce")]
    head = Request(url="https://a.example/zipped", purpose="page", method="HEAD")
    found = await get(internet, *(Request(url=url, purpose="page") for url in urls), head)

    bodies = [(response.status, response.body[:9]) for response in found if isinstance(response, Response)]
    assert bodies == [(200, b""), (200, b"packed pa"), (200, b"012"), (200, b"in"), (200, b"")]


@both
@pytest.mark.usefixtures("known")
async def test_the_failures(internet: FakeInternet) -> None:
    """Who hangs up, is not there, refuses, or has a wrong certificate; the connection is not left open."""
    internet.site("a.example").default(hang_up)
    internet.refuse("b.example")
    internet.site("c.example").page("/", "here")
    internet.connect("c.example", "reset")
    requests = (
        Request(url=f"http://{name}.example/", purpose="page", attempts=1) for name in ("a", "b", "c", "nowhere")
    )

    assert await get(internet, *requests) == [
        *(NetErrorKind.RESET, NetErrorKind.REFUSED, NetErrorKind.RESET, NetErrorKind.NXDOMAIN)
    ]


@both
@pytest.mark.usefixtures("known")
async def test_a_kept_connection_that_was_closed_is_replaced_once(internet: FakeInternet) -> None:
    """What may be sent twice is sent again over a new connection, at once; and then no more."""
    answers = iter((web.Response(text="first"), None, web.Response(text="again"), None, None))

    async def answer(request: web.Request) -> web.StreamResponse:
        response = next(answers)
        return await hang_up(request) if response is None else response

    internet.site("a.example").default(answer)
    page = Request(url="http://a.example/", purpose="page", attempts=1)

    first, again, no_more = await get(internet, page, page, page)

    assert isinstance(first, Response)
    assert isinstance(again, Response)
    assert (first.body, again.body, no_more) == (b"first", b"again", NetErrorKind.RESET)
