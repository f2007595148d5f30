"""Open files: this machine's own limit is never a server's fault, and connections keep below it."""

from __future__ import annotations

import errno
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.extract.markdown import Markdown
from linkwarden.inputs import Source
from linkwarden.model import Run, Verdict
from linkwarden.net import handles
from linkwarden.net.guard import Guard
from linkwarden.run import engine
from linkwarden.wire import NetError, NetErrorKind, Request
from tests.internet import FakeInternet


def few_handles(monkeypatch: pytest.MonkeyPatch, *, failures: int) -> None:
    """Let so many connections fail because there are too many open files."""
    make = Guard.socket_factory
    left = failures

    def factory(self: Guard, address: Any) -> socket.socket:
        nonlocal left
        left -= 1
        if left >= 0:
            raise OSError(errno.EMFILE, "Too many open files")
        return make(self, address)

    monkeypatch.setattr(Guard, "socket_factory", factory)


@pytest.mark.parametrize(
    ("files", "at_once", "waiting", "idle"),
    [(64, 8, 4, 2), (256, 40, 20, 10), (1024, 232, 116, 58), (4096, 1000, 500, 128), (65_536, 16_360, 1024, 128)],
)
def test_connections_keep_below_the_limit(files: int, at_once: int, waiting: int, idle: int) -> None:
    """Also where each request tries two addresses, and each host that waits has two connections."""
    assert handles.shares(files) == (at_once, waiting, idle)
    assert 2 * at_once + 2 * waiting + 2 * idle <= max(files - 64, 64)


@pytest.mark.parametrize(
    ("error", "short"),
    [
        (OSError(errno.EMFILE, "Too many open files"), True),
        (OSError(errno.ENFILE, "Too many open files in system"), True),
        (OSError("Multiple exceptions: [Errno 111] Connect call failed, [Errno 24] Too many open files"), True),
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), False),
        (OSError("Multiple exceptions: [Errno 111] Connect call failed, [Errno 101] Network is unreachable"), False),
        (TimeoutError(), False),
    ],
)
def test_a_shortage_is_known_from_other_failures(error: OSError, *, short: bool) -> None:
    """By what the operating system said, also where it was merged with what it said of another address."""
    assert handles.are_short(error) is short


def test_a_shortage_is_known_whatever_it_looks_like(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failed lookup, or a certificate whose issuer could not be read, may be one: then no file can be opened."""

    def no_more(*_: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(socket, "socket", no_more)

    assert handles.are_short(socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"))


@pytest.mark.skipif(sys.platform == "win32", reason="has no such limit")
def test_the_limit_is_raised_as_far_as_it_may_be(tmp_path: Path) -> None:
    """From the soft limit to the hard one, and no further."""
    program = tmp_path / "program.py"
    program.write_text("from linkwarden.net import handles\nhandles.raise_limit()\nprint(handles.limit())\n")
    for limits in ("-S -n 128; ulimit -H -n 300", "-n 200"):
        done = subprocess.run(
            ["sh", "-c", f'ulimit {limits} && exec "$0" "$1"', sys.executable, str(program)],  # noqa: S607
            capture_output=True,
            check=True,
        )
        assert done.stdout.split() == [limits.rpartition(" ")[2].encode()]


async def test_a_shortage_that_passes_is_waited_out(internet: FakeInternet, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other requests close their files; then this one is made."""
    internet.site("a.example").page("/", "here")
    few_handles(monkeypatch, failures=4)

    async with internet.net() as net:
        response = await net.fetch(Request(url="https://a.example/", purpose="page", attempts=1))

    assert response.status == 200
    assert (net.without_handles, net.connectivity().failures) == (0, {})


async def test_a_shortage_that_stays_is_no_host_s_failure(
    internet: FakeInternet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has a kind of its own, no strike is counted, and the host is not thought to be gone."""
    internet.site("a.example").page("/", "here")
    few_handles(monkeypatch, failures=10_000)
    failed: list[None] = []

    async with internet.net() as net:
        net.on_failure = lambda: failed.append(None)
        for _ in range(5):
            with pytest.raises(NetError) as caught:
                await net.fetch(Request(url="https://a.example/", purpose="page"))
            assert caught.value.kind is NetErrorKind.NO_HANDLES

    assert (net.without_handles, net.connectivity().hosts, failed) == (5, 0, [])
    assert internet.time.clock() < 5 * 60


async def test_a_run_that_had_too_few_ends_with_3(internet: FakeInternet, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is said about the links, and the run has failed, not the servers."""
    for number in range(20):
        internet.site(f"h{number}.example").page("/", "here")
    few_handles(monkeypatch, failures=10_000)

    run = await check(internet, *(f"https://h{number}.example/" for number in range(20)))

    assert {(r.judgement.verdict, r.judgement.rule.slug if r.judgement.rule else "") for r in run.results} == {
        (Verdict.UNVERIFIED, "too-many-open-files")
    }
    assert run.exit_code == 3
    assert not run.network_down
    [failure] = run.failures
    assert "ulimit -n" in failure.message
    assert failure.traceback == ""


# --- connections that are kept open ---------------------------------------------------------------------------------


async def check(internet: FakeInternet, *urls: str) -> Run:
    """Check a list of URLs."""
    deps = Deps(make_net=lambda *_: internet.net(), now=internet.time.now, clock=internet.time.clock)
    source = Source("list.md", " ".join(f"<{url}>" for url in urls), Markdown())
    return await engine.run(Config(per_host=1), deps, sources=[source])


@pytest.mark.parametrize(("waiting", "connections"), [(10, 1), (0, 6)])
async def test_a_connection_is_kept_for_requests_that_are_to_come(
    internet: FakeInternet, monkeypatch: pytest.MonkeyPatch, waiting: int, connections: int
) -> None:
    """And closed with the last one of its host, where there is no room for more."""
    monkeypatch.setattr(handles, "shares", lambda _files: handles.Shares(100, waiting, 0))
    peers: set[tuple[str, int]] = set()

    async def answer(request: web.Request) -> web.Response:
        assert request.transport is not None
        peers.add(request.transport.get_extra_info("peername"))
        return web.Response(text="here", content_type="text/plain")

    internet.site("a.example").default(answer)
    run = await check(internet, *(f"https://a.example/{number}.txt" for number in range(6)))

    assert run.counts[Verdict.OK] == 6
    assert len(peers) == connections
