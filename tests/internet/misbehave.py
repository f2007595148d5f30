"""Servers with bad habits, as handlers for ``Site.handle`` and ``Site.default``.

Those that count (``fail_then`` …) count per handler, not per path. Those that need time take the clock of the
internet as their first argument.
"""

from __future__ import annotations

import asyncio
import gzip
import itertools
from collections.abc import Mapping
from datetime import timedelta
from email.utils import format_datetime
from functools import cache
from typing import Any, Literal

from aiohttp import web
from multidict import CIMultiDict

from tests.internet.core import reset_connection
from tests.internet.pictures import PNG
from tests.internet.site import Handler
from tests.internet.time import VirtualTime
from tests.internet.walls import WallKind, bot_wall

__all__ = ["WallKind", "bot_wall"]

_BLOCK = bytes(65_536)
_SOFT_404 = "<html><head><title>Page not found</title></head><body><h1>Page not found</h1><p>{}</p></body></html>"


def answer(body: bytes | str = b"ok", status: int = 200, media_type: str = "text/html", **headers: str) -> Handler:
    """Always give the same answer; header names are written with ``_`` for ``-``."""
    payload = body.encode() if isinstance(body, str) else body
    fields = {"Content-Type": media_type, **{name.replace("_", "-"): value for name, value in headers.items()}}

    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=payload, headers=fields)

    return handler


def repeated(status: int, *headers: tuple[str, str]) -> Handler:
    """Answer with headers of which a name may come more than once."""

    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text="ok", headers=CIMultiDict(headers))

    return handler


async def reset(request: web.Request) -> web.StreamResponse:
    """Tear the connection down (RST) in place of an answer."""
    return await _torn(request, web.Response())


async def hang_up(request: web.Request) -> web.StreamResponse:
    """Close the connection politely (FIN) without a word of an answer."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()


def silent(time: VirtualTime) -> Handler:
    """Take the request and never answer (for a virtual year)."""

    async def handler(_request: web.Request) -> web.StreamResponse:
        await time.sleep(365 * 86_400)
        return web.Response(status=504)

    return handler


def slow(time: VirtualTime, seconds: float, then: Handler) -> Handler:
    """Think for virtual seconds, then answer."""

    async def handler(request: web.Request) -> web.StreamResponse:
        await time.sleep(seconds)
        return await then(request)

    return handler


def in_turn(*handlers: Handler) -> Handler:
    """Answer the first request by the first handler, and so on; the last one stays."""
    rest = iter(handlers[:-1])

    async def handler(request: web.Request) -> web.StreamResponse:
        return await next(rest, handlers[-1])(request)

    return handler


def fail_then(n: int, failure: int | Literal["reset", "hang-up"], then: Handler) -> Handler:
    """Fail n times, by a status or by breaking the connection, then work."""
    broken = {"reset": reset, "hang-up": hang_up}
    bad = broken[failure] if isinstance(failure, str) else answer(b"", failure)
    return in_turn(*[bad] * n, then)


def retry_after(
    time: VirtualTime, seconds: float, then: Handler, *, form: Literal["seconds", "date"] = "seconds", status: int = 429
) -> Handler:
    """Say once "come back in that many seconds", refuse everything before that instant, then work.

    Header forms: RFC 9110 section 10.2.3. Seconds below zero with ``form="date"`` give a date in the past; then
    only the first request is refused.
    """
    opens: float | None = None

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal opens
        first = opens is None
        opens = time.clock() + seconds if opens is None else opens
        left = opens - time.clock()
        if first or left > 1e-6:
            return web.Response(status=status, headers={"Retry-After": _when(time, left, form)})
        return await then(request)

    return handler


def rate_limited(
    time: VirtualTime,
    rate: float,
    burst: int,
    then: Handler | None = None,
    *,
    header: Literal["seconds", "date"] | None = None,
    status: int = 429,
) -> Handler:
    """Allow ``rate`` requests a virtual second, with a bucket of ``burst`` tokens; refuse the others.

    ``header`` tells when the next token comes. The log has the status of every exchange.
    """
    work = then or answer()
    tokens, last = float(burst), time.clock()

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal tokens, last
        now = time.clock()
        tokens, last = min(float(burst), tokens + (now - last) * rate), now
        if tokens >= 1 - 1e-6:
            tokens -= 1
            return await work(request)
        wait = (1 - tokens) / rate
        return web.Response(status=status, headers={"Retry-After": _when(time, wait, header)} if header else {})

    return handler


def drip(time: VirtualTime, data: bytes, every: float, *, step: int = 1) -> Handler:
    """Send the body ``step`` bytes at a time, with virtual seconds between."""

    async def handler(request: web.Request) -> web.StreamResponse:
        response = await _started(request, {"Content-Length": str(len(data)), "Content-Type": "text/html"})
        for at in range(0, len(data), step):
            await response.write(data[at : at + step])
            await time.sleep(every)
        return response

    return handler


def endless(media_type: str = "text/html") -> Handler:
    """Send zeros until the client hangs up."""

    async def handler(request: web.Request) -> web.StreamResponse:
        response = await _started(request, {"Content-Type": media_type})
        for _ in itertools.repeat(None):
            await response.write(_BLOCK)
        return response

    return handler


@cache
def _bomb(megabytes: int) -> bytes:
    return gzip.compress(bytes(megabytes * 2**20), 9)


def gzip_bomb(megabytes: int = 100) -> Handler:
    """Send a small gzip body that unpacks to that many megabytes of zeros (about a thousandth of it goes over)."""
    packed = _bomb(megabytes)
    return answer(packed, Content_Encoding="gzip")


def redirect_loop(length: int = 2, status: int = 302) -> Handler:
    """Send round and round: /…?hop=1, hop=2, … and back to the first."""

    async def handler(request: web.Request) -> web.StreamResponse:
        step = (int(request.query.get("hop", "0")) + 1) % length
        return web.Response(status=status, headers={"Location": f"{request.path}?hop={step}"})

    return handler


def endless_redirects(status: int = 302) -> Handler:
    """Send on and on, never to the same address twice."""

    async def handler(request: web.Request) -> web.StreamResponse:
        step = int(request.query.get("hop", "0")) + 1
        return web.Response(status=status, headers={"Location": f"{request.path}?hop={step}"})

    return handler


def self_redirect(status: int = 301) -> Handler:
    """Send every request to the very address that it asked for."""

    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers={"Location": request.raw_path})

    return handler


def cookie_bounce(then: Handler, *, name: str = "seen", status: int = 302) -> Handler:
    """Send to the same address until the client brings back the cookie that comes with it."""

    async def handler(request: web.Request) -> web.StreamResponse:
        if name in request.cookies:
            return await then(request)
        headers = {"Location": request.raw_path, "Set-Cookie": f"{name}=1; Path=/"}
        return web.Response(status=status, headers=headers)

    return handler


def cookie_loop(status: int = 302) -> Handler:
    """Set a new cookie and send to the same address, for ever."""
    turns = itertools.count()

    async def handler(request: web.Request) -> web.StreamResponse:
        headers = {"Location": request.raw_path, "Set-Cookie": f"turn={next(turns)}; Path=/"}
        return web.Response(status=status, headers=headers)

    return handler


def no_head(then: Handler | None = None, status: int = 405) -> Handler:
    """Refuse HEAD; answer everything else."""
    work = then or answer()

    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status) if request.method == "HEAD" else await work(request)

    return handler


def html_instead_of_image(*, claims_png: bool = False) -> Handler:
    """Send a page with status 200 where a picture is asked for; ``claims_png`` even calls it one."""
    return answer(
        "<!DOCTYPE html><html><title>Log in</title></html>", media_type="image/png" if claims_png else "text/html"
    )


def empty_image() -> Handler:
    """Send a picture of no bytes."""
    return answer(b"", media_type="image/png")


def big_image(megabytes: int = 40, *, length: bool = True) -> Handler:
    """Send a PNG followed by zeros up to that size; without ``length`` the size is not announced."""
    size = megabytes * 2**20

    async def handler(request: web.Request) -> web.StreamResponse:
        headers = {"Content-Type": "image/png", **({"Content-Length": str(size)} if length else {})}
        response = await _started(request, headers)
        await response.write(PNG)
        left = size - len(PNG)
        while left > 0:
            await response.write(_BLOCK[:left])
            left -= len(_BLOCK)
        return response

    return handler


def truncated_body(body: bytes = b"<html><title>Half</title>", missing: int = 1000) -> Handler:
    """Announce more than is sent, then close (FIN)."""

    async def handler(request: web.Request) -> web.StreamResponse:
        response = await _started(request, _announcing(body, missing))
        await response.write(body)
        if request.transport is not None:
            request.transport.close()
        return response

    return handler


def wrong_length(body: bytes = b"<html><title>Long</title></html>", announced: int = 10) -> Handler:
    """Announce fewer bytes than are sent: the rest looks like rubbish before the next answer."""

    async def handler(request: web.Request) -> web.StreamResponse:
        return await _raw(
            request, b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % announced + body
        )

    return handler


def flood(head: bytes, part: bytes, parts: int = 400, taken: asyncio.Future[int] | None = None) -> Handler:
    """Send a head and then the same part over and over (by default: more than anybody should read).

    Args:
        head: what is sent first.
        part: what is repeated.
        parts: how often.
        taken: gets the number of bytes that were sent before the client hung up.
    """

    async def handler(request: web.Request) -> web.StreamResponse:
        transport = request.transport
        if transport is None:
            return web.Response()
        transport.write(head)
        sent = 0
        for _ in range(parts):
            while transport.get_write_buffer_size() > 0 and not transport.is_closing():  # noqa: ASYNC110 - no event
                await asyncio.sleep(0)
            if transport.is_closing():
                break
            transport.write(part)
            sent += len(part)
        if taken is not None:
            taken.set_result(sent)
        transport.close()
        return web.Response()

    return handler


def not_http(data: bytes = b"SSH-2.0-OpenSSH_9.6\r\n") -> Handler:
    """Send something that is no HTTP at all."""

    async def handler(request: web.Request) -> web.StreamResponse:
        return await _raw(request, data)

    return handler


def reset_mid_body(body: bytes = b"<html><title>Half</title>", missing: int = 1000) -> Handler:
    """Announce more than is sent, then tear the connection down (RST)."""

    async def handler(request: web.Request) -> web.StreamResponse:
        response = await _started(request, _announcing(body, missing))
        await response.write(body)
        return await _torn(request, response)

    return handler


def soft_404(home: str | None = None) -> Handler:
    """Say "page not found" with status 200; with ``home``, send there instead (302)."""

    async def handler(request: web.Request) -> web.StreamResponse:
        if home is not None and request.raw_path != home:
            return web.Response(status=302, headers={"Location": home})
        return web.Response(text=_SOFT_404.format("Nothing lives here."), content_type="text/html")

    return handler


def big_headers(size: int = 60_000, count: int = 1) -> Handler:
    """Answer with ``count`` header fields of that many bytes each."""
    fields = {f"X-Filler-{number}": "x" * size for number in range(count)}
    return answer(b"ok", 200, "text/html", **fields)


def _when(time: VirtualTime, seconds: float, form: str | None) -> str:
    """Write a waiting time as Retry-After: whole seconds rounded up, or a date (RFC 9110 section 5.6.7)."""
    if form == "date":
        instant = time.now() + timedelta(seconds=_ceil(seconds))
        return format_datetime(
            instant.replace(microsecond=0) + timedelta(seconds=bool(instant.microsecond)), usegmt=True
        )
    return str(_ceil(seconds))


def _ceil(seconds: float) -> int:
    return int(-(-round(seconds, 6) // 1))


def _announcing(body: bytes, missing: int) -> dict[str, str]:
    return {"Content-Type": "text/html", "Content-Length": str(len(body) + missing)}


async def _started(request: web.Request, headers: Mapping[str, str]) -> web.StreamResponse:
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    return response


async def _torn(request: web.Request, response: Any) -> web.StreamResponse:
    transport = request.transport
    if transport is not None:
        reset_connection(transport)
    return response  # type: ignore[no-any-return] # whatever was begun; it leads nowhere now


async def _raw(request: web.Request, data: bytes) -> web.StreamResponse:
    """Write bytes past aiohttp and close."""
    transport = request.transport
    if transport is not None:
        transport.write(data)
        transport.close()
    return web.Response()
