"""Whatever a server, a resolver or a proxy does, a fetch ends in a Response or a NetError."""

from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from linkwarden.net import Net
from linkwarden.net.transport import SystemResolver
from linkwarden.wire import NetError, NetErrorKind, Request, Response
from tests.internet import FakeInternet
from tests.internet.misbehave import not_http

ANSWER = (
    b"HTTP/1.1 200 OK\r\nLocation: /next\r\nSet-Cookie: a=b; Path=/\r\nContent-Encoding: gzip\r\n"
    b"Retry-After: 1\r\nTransfer-Encoding: chunked\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    b"5\r\nhello\r\n0\r\n\r\n"
)
WORDS = [
    *(
        b"\r\n",
        b"\x00",
        b"\xff\xfe",
        b"200",
        b"429",
        b"Location: http://\xe9/",
        b"Set-Cookie: \xff=\x01\xfe",
        b":",
        b"\n",
    ),
    *(
        b"Content-Length: -1\r\n",
        b"Content-Length: 99999999999999999999\r\n",
        b"fffffffffffffff\r\n",
        b"deflate",
        b"br",
    ),
    *(b"Retry-After: Sun, 99 Foo 2026\r\n", b"Location: //\r\n", b"HTTP/9.9", b"x" * 9000, b"Location: \r\n"),
]


def mangled(rng: random.Random) -> bytes:
    """Give an answer with some of its bytes replaced, doubled, or cut."""
    data = bytearray(ANSWER)
    for _ in range(rng.randrange(1, 5)):
        at = rng.randrange(len(data))
        data[at : at + rng.choice((0, 1, 5, 40))] = rng.choice(WORDS)
    return bytes(data[: rng.choice((len(data), rng.randrange(len(data))))])


async def fetch(net: Net, url: str) -> Response | NetError:
    """Fetch; everything but a NetError goes through."""
    try:
        return await net.fetch(Request(url=url, purpose="page"))
    except NetError as error:
        return error


async def test_any_bytes_are_an_answer_or_a_named_failure(internet: FakeInternet) -> None:
    """Three hundred mangled answers raise nothing of their own."""
    rng = random.Random(7)  # noqa: S311 - the same cases in every run
    for number in range(300):
        internet.site(f"h{number}.org").default(not_http(mangled(rng)))
    async with internet.net(attempts=1, timeout=5, patience=5) as net:
        results = await asyncio.gather(*(fetch(net, f"http://h{number}.org/") for number in range(300)))
    assert {type(result) for result in results} == {Response, NetError}


async def test_any_location_is_followed_or_named(internet: FakeInternet, net: Net) -> None:
    """Hostile redirect targets raise nothing of their own, and none leads to a file, a port of mail, or inside."""
    rng = random.Random(8)  # noqa: S311 - the same cases in every run
    parts = [
        "http://",
        "//",
        "\\",
        "@",
        ":",
        "99999",
        "[",
        "]",
        "%00",
        "é",
        "..",
        "?",
        "#",
        " ",
        "b.org",
        "file:",
    ]
    for number in range(300):
        location = "".join(rng.choices(parts, k=rng.randrange(1, 6)))
        internet.site(f"h{number}.org").redirect("/", location)
    results = await asyncio.gather(*(fetch(net, f"http://h{number}.org/") for number in range(300)))
    assert all(isinstance(result, Response | NetError) for result in results)


async def test_a_cookie_with_control_characters_is_dropped(internet: FakeInternet, net: Net) -> None:
    """A server cannot make us send broken headers, nor make us stumble over our own."""
    data = b"HTTP/1.1 302 Found\r\nLocation: /next\r\nSet-Cookie: a=\xff\xfe\x01; Path=/\r\nContent-Length: 0\r\n\r\n"
    internet.site("a.org").page("/next", "fine").handle("/start", not_http(data))
    result = await fetch(net, "http://a.org/start")
    assert isinstance(result, Response)
    assert result.body == b"fine"
    assert internet.log[-1].headers.get("Cookie") is None


@asynccontextmanager
async def proxy(address: str, reply: bytes) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Run a proxy that gives one reply to everything; give its URL and the request lines that it gets."""
    lines: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.append((await reader.readuntil(b"\r\n\r\n")).splitlines()[0])
        writer.write(reply)
        writer.close()

    server = await asyncio.start_server(serve, address, 0)
    try:
        yield f"http://{address}:{server.sockets[0].getsockname()[1]}", lines
    finally:
        server.close()


class TestProxy:
    """With --proxy, the guard checks the address and its own lookup before the proxy gets it."""

    OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfine"

    async def test_requests_go_through_it(self, internet: FakeInternet) -> None:
        """The proxy may stand inside; names that only it can resolve are let through."""
        internet.site("a.org")
        async with proxy(internet.address, self.OK) as (url, lines), internet.net(proxy=url, allow_networks=()) as net:
            internet.resolves_to("a.org", "8.8.8.8")
            results = [await fetch(net, "http://a.org/x"), await fetch(net, "http://only-the-proxy-knows.test/")]
        assert [result.body for result in results if isinstance(result, Response)] == [b"fine", b"fine"]
        assert lines == [b"GET http://a.org/x HTTP/1.1", b"GET http://only-the-proxy-knows.test/ HTTP/1.1"]

    async def test_it_is_not_sent_inside(self, internet: FakeInternet) -> None:
        """Names and addresses that we see lead inside are not handed to the proxy."""
        internet.resolves_to("intranet.org", "10.0.0.1")
        async with proxy(internet.address, self.OK) as (url, lines), internet.net(proxy=url, allow_networks=()) as net:
            for address in ("http://intranet.org/", "http://127.0.0.1/", "http://[::1]/", "http://a.org:25/"):
                result = await fetch(net, address)
                assert isinstance(result, NetError)
                assert result.kind is NetErrorKind.BLOCKED
        assert lines == []

    async def test_its_own_failure_is_not_the_targets(self, internet: FakeInternet) -> None:
        """A proxy that is down, or refuses to connect, says nothing about the link."""
        internet.site("a.org")
        no = b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"
        async with proxy(internet.address, no) as (url, _), internet.net(proxy=url) as net:
            refused = await fetch(net, "https://a.org/")
        async with internet.net(proxy=url) as net:
            down = await fetch(net, "http://a.org/")
        for result in (refused, down):
            assert isinstance(result, NetError)
            assert result.kind is NetErrorKind.UNREACHABLE
            assert "proxy" in result.detail


class TestSystemResolver:
    """The system's own resolver, in threads."""

    async def test_addresses(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What getaddrinfo finds is given on, with the port that was asked for."""
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 80))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: found)
        resolver = SystemResolver()
        (entry,) = await resolver.resolve("a.org", 80)
        await resolver.close()
        assert (entry["host"], entry["port"], entry["family"]) == ("8.8.8.8", 80, socket.AF_INET)

    @pytest.mark.parametrize(
        ("without_flags", "code"),
        [
            (socket.gaierror(socket.EAI_NONAME, "no"), socket.EAI_NONAME),
            ([(socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("2606::1", 80, 0, 0))], socket.EAI_NODATA),
        ],
    )
    async def test_no_such_name_is_not_said_of_ipv6_only_hosts(
        self, monkeypatch: pytest.MonkeyPatch, without_flags: Any, code: int
    ) -> None:
        """A host that has only addresses which this machine cannot reach exists all the same."""

        def getaddrinfo(*_args: object, flags: int = 0) -> Any:
            if flags:
                raise socket.gaierror(socket.EAI_NONAME, "no")
            if isinstance(without_flags, Exception):
                raise without_flags
            return without_flags

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        resolver = SystemResolver()
        with pytest.raises(socket.gaierror) as caught:
            await resolver.resolve("a.org", 80)
        await resolver.close()
        assert caught.value.errno == code
