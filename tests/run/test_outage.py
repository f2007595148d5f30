"""When it is our own network that is down."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import cast

import pytest

from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.model import Run
from linkwarden.net import Connectivity, Net
from linkwarden.run import engine
from linkwarden.run.outage import Outage
from linkwarden.wire import NetErrorKind
from tests.internet import FakeInternet
from tests.internet.tls import TlsFault


class Dark:
    """A network on which nothing can be looked up."""

    def __init__(self) -> None:
        self.failures = {NetErrorKind.UNREACHABLE: 20}

    def connectivity(self) -> Connectivity:
        """Return that no host has answered."""
        return Connectivity(sum(self.failures.values()), 0, self.failures)

    async def dns_works(self) -> bool:
        """Return that it does not; meanwhile, one host fails in another way."""
        self.failures[NetErrorKind.TLS_HOSTNAME] = 1
        return False


async def test_what_a_run_was_given_up_for_stays_its_reason() -> None:
    """The links that were not checked for an outage are not said to be gone because of what comes in later."""
    net = Dark()
    outage = Outage(cast("Net", net), net.connectivity)

    outage.look()
    await outage.certain.wait()

    assert await outage.happened()
    assert outage.suspected


@pytest.mark.parametrize(("fault", "rule"), [("wrong-host", "LW353"), ("self-signed", "LW354")])
async def test_a_gateway_that_answers_for_others_is_no_server(
    internet: FakeInternet, tmp_path: Path, fault: TlsFault, rule: str
) -> None:
    """Where nobody else answers, a wrong certificate is what stands in the way, and nobody's page is called broken."""
    hosts = [f"h{n}.site.org" for n in range(14)]
    for host in hosts:
        internet.refuse(host)
    internet.tls("behind.site.org", fault)

    run = await _run_over(internet, tmp_path, *hosts, "behind.site.org")

    assert run.network_down
    assert {result.judgement.rule.code for result in run.results if result.judgement.rule} == {"LW013"}

    alone = await _run_over(internet, tmp_path, "behind.site.org")
    assert not alone.network_down
    assert [result.judgement.rule.code for result in alone.results if result.judgement.rule] == [rule]


async def _run_over(internet: FakeInternet, folder: Path, *hosts: str) -> Run:
    path = folder / "list.md"
    await asyncio.to_thread(path.write_text, " ".join(f"https://{host}/page" for host in hosts), "utf-8")
    deps = Deps(make_net=lambda *_: internet.net(), now=internet.time.now, clock=internet.time.clock)
    return await engine.run(Config(inputs=(str(path),)), deps)
