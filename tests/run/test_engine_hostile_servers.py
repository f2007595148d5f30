"""What a server sends costs bounded memory and time, whoever makes the requests, and the report is the same."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest

from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.extract.markdown import Markdown
from linkwarden.inputs import Source
from linkwarden.model import Run, Verdict
from linkwarden.run import engine
from tests.internet import FakeInternet, Handler, VirtualTime, misbehave
from tests.workers import by_workers

EARLY = b"HTTP/1.1 103 Early Hints\r\n\r\n"
#: By host, what it does.
HOSTILE: dict[str, Callable[[VirtualTime], Handler]] = {
    "endless.example": lambda _: misbehave.endless(),
    "bomb.example": lambda _: misbehave.gzip_bomb(),
    "loop.example": lambda _: misbehave.redirect_loop(),
    "self.example": lambda _: misbehave.self_redirect(),
    "onward.example": lambda _: misbehave.endless_redirects(),
    "cookies.example": lambda _: misbehave.cookie_loop(),
    "drip.example": lambda time: misbehave.drip(time, bytes(1000), 30),
    "silent.example": misbehave.silent,
    "rude.example": lambda _: misbehave.not_http(),
    "headers.example": lambda _: misbehave.big_headers(60_000, 30),
    "torn.example": lambda _: misbehave.reset_mid_body(),
    "nested.example": lambda _: misbehave.answer("<div>" * 20_000),
    "image.example": lambda _: misbehave.big_image(),
    "flood.example": lambda _: misbehave.flood(
        b"HTTP/1.1 103 Early Hints\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 900
    ),
}
#: Redirects from one host to another, into places inside, and in a circle of two hosts.
LED = {
    "led0.example": "http://127.0.0.1:8080/admin",
    "led1.example": "http://169.254.169.254/latest/meta-data/",
    "led2.example": "http://[::1]/",
    "led3.example": "https://endless.example/",
    "led4.example": "https://inside.example/",
    "ping.example": "https://pong.example/",
    "pong.example": "https://ping.example/",
}


async def hostile_run() -> tuple[Run, float]:
    """Give the run over a list of all of them, and the virtual seconds that it took."""
    async with FakeInternet() as internet:
        for host, make in HOSTILE.items():
            internet.site(host).default(make(internet.time))
        for host, to in LED.items():
            internet.site(host).redirect("/", to, 302)
        internet.resolves_to("inside.example", "10.0.0.1")
        links = [f"* {'!' * (host == 'image.example')}[x](https://{host}/)" for host in (*HOSTILE, *LED)]
        deps = Deps(make_net=lambda *_: internet.net(), now=internet.time.now, clock=internet.time.clock)
        run = await engine.run(Config(archive=False), deps, sources=[Source("list.md", "\n".join(links), Markdown())])
        assert not [e for e in internet.log if e.host in ("127.0.0.1", "169.254.169.254", "[::1]", "inside.example")]
        return run, internet.time.clock()


async def test_hostile_servers_cost_little_on_each_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Endless, slow, packed, broken, in circles, into places inside: the same results, and soon."""
    single, seconds = await hostile_run()
    monkeypatch.setattr("linkwarden.run.dispatch.checker_for", by_workers)
    tracemalloc.start()

    run, with_workers = await hostile_run()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert [(r.evidence, r.judgement) for r in run.results] == [(r.evidence, r.judgement) for r in single.results]
    assert not run.failures
    assert with_workers < seconds + 5
    assert seconds < 120
    assert peak < 100 * 2**20
    blocked = [r for r in run.results if r.target.url.startswith("https://led") and "led3" not in r.target.url]
    assert {r.judgement.verdict for r in blocked} <= {Verdict.BROKEN, Verdict.UNVERIFIED, Verdict.SUSPECT}
    assert len(blocked) == 4
