"""Loopback servers for the benchmarks, in a process of their own.

``python servers.py plain 200`` listens on 200 addresses of 127.0.0.0/8 and answers every GET at once with an
ordinary page. ``python servers.py world LIST DIRECTORY`` plays the hosts of a list (``world.py``), ``traps`` the same
with some that are ill. ``python servers.py spread 1500 5`` listens on 1,500 addresses that answer after 50 to 800 ms,
each always the same, and on 5 that take connections and never answer. The
first line on standard output is JSON that says where it listens. Each line on standard input asks for the counts
since the last one; at the end of the input, or after two hours, the server stops.
"""

from __future__ import annotations

import asyncio
import json
import resource
import socket
import sys
import time
import zlib
from collections import Counter
from functools import partial
from typing import Any

#: A forgotten server stops by itself after so many seconds.
LIFETIME = 7200

#: An ordinary page of 2 kB that keeps what the list promises ("Link number 17"): ``%s`` is the end of its path.
_PAGE = (
    "<!DOCTYPE html><html><head><title>Link number %s</title><meta charset=utf-8></head><body><h1>Link number %s</h1>"
    + "<p>This is what the author of number %s found out about it in the course of a long summer, with figures, tables"
    " and a list of the instruments that were used; readers of the first version sent corrections, which are in.</p>"
    * 10
    + "<p>More: <a href='/more/%s'>the second part</a>, <a href='/'>all notes</a>.</p></body></html>"
)
_HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n"


def page(head: bytes) -> bytes:
    """Give the whole answer to a request with this head."""
    path = head[4:100].split(b" ", 1)[0]
    body = _PAGE.replace("%s", path.rpartition(b"/")[2].decode("ascii", "replace"))
    return (_HEAD % len(body) + body).encode("ascii", "replace")


class Counts:
    """What the servers saw.

    Attributes:
        requests: how many requests.
        first: monotonic clock (one for all processes on Linux) at the first one, or None.
        by_status: answers by host and status, where a server tells them apart.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Begin anew."""
        self.requests = 0
        self.first: float | None = None
        self.by_status: Counter[str] = Counter()

    def note(self, requests: int = 1) -> None:
        """Count requests."""
        if self.first is None:
            self.first = time.monotonic()
        self.requests += requests

    def take(self) -> dict[str, Any]:
        """Give the counts and begin anew."""
        seen = {"requests": self.requests, "first": self.first, "by_status": dict(self.by_status)}
        self.reset()
        return seen


class Plain(asyncio.Protocol):
    """The least that HTTP/1.1 with keep-alive and without bodies needs: an answer for every empty line."""

    def __init__(self, counts: Counts, latency: float = 0.0) -> None:
        self._counts = counts
        self._latency = latency
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        """Answer each request whose head has come whole."""
        heads = (self._rest + data).split(b"\r\n\r\n")
        self._rest = heads.pop()
        if heads:
            self._counts.note(len(heads))
            answers = b"".join(map(page, heads))
            if self._latency:
                asyncio.get_running_loop().call_later(self._latency, self._transport.write, answers)
            else:
                self._transport.write(answers)


class Silent(asyncio.Protocol):
    """Takes connections and never says a word."""


def listen(host: str, port: int = 0) -> socket.socket:
    """Open a listening socket on a loopback address."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((host, port))
    sock.listen(1024)
    return sock


async def serve_plain(count: int, counts: Counts) -> dict[str, Any]:
    """Start ``count`` plain hosts and give their authorities."""
    loop = asyncio.get_running_loop()
    port = 0
    hosts = []
    for number in range(count):
        sock = listen(f"127.40.{number % 250}.{1 + number // 250}", port)
        port = sock.getsockname()[1]
        await loop.create_server(lambda: Plain(counts), sock=sock)
        hosts.append(":".join(map(str, sock.getsockname())))
    return {"hosts": hosts}


async def serve_any(count: int, counts: Counts) -> dict[str, Any]:
    """Answer for ``count`` hosts through one socket on the loopback interface, and give their authorities."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
    sock.bind(("0.0.0.0", 0))  # noqa: S104 - all of 127.0.0.0/8, and nothing else
    sock.listen(4096)
    port = sock.getsockname()[1]
    await asyncio.get_running_loop().create_server(lambda: Plain(counts), sock=sock)
    return {"hosts": [f"127.40.{number % 250}.{1 + number // 250}:{port}" for number in range(count)]}


async def serve_spread(count: int, silent: int, counts: Counts) -> dict[str, Any]:
    """Start hosts with the latencies of real ones, and some that never answer; give the authorities of both."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    loop = asyncio.get_running_loop()
    port = 0
    places: dict[str, list[str]] = {"hosts": [], "silent": []}
    for number in range(count + silent):
        sock = listen(f"127.60.{number // 250}.{1 + number % 250}", port)
        port = sock.getsockname()[1]
        authority = ":".join(map(str, sock.getsockname()))
        if number < count:
            latency = 0.05 + zlib.crc32(authority.partition(":")[0].encode()) % 751 / 1000
            await loop.create_server(partial(Plain, counts, latency), sock=sock)
        else:
            await loop.create_server(Silent, sock=sock)
        places["hosts" if number < count else "silent"].append(authority)
    return places


async def _amain(kind: str, *arguments: str) -> None:
    counts = Counts()
    if kind == "plain":
        place = await serve_plain(int(arguments[0]), counts)
    elif kind == "any":
        place = await serve_any(int(arguments[0]), counts)
    elif kind == "spread":
        place = await serve_spread(int(arguments[0]), int(arguments[1]), counts)
    else:
        import world  # noqa: PLC0415 - needs the development packages

        place = await world.serve(arguments[0], arguments[1], counts, traps=kind == "traps")
    print(json.dumps(place), flush=True)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async with asyncio.timeout(LIFETIME):
        while await reader.readline():
            print(json.dumps(counts.take()), flush=True)


def main() -> None:
    """Serve until standard input ends."""
    import uvloop  # noqa: PLC0415 - measure.py and run.py must not pay for it

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_amain(*sys.argv[1:]))


if __name__ == "__main__":
    main()
