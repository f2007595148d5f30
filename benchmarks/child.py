"""linkwarden's own command line, wired to loopback; ``run.py`` measures it as a process of its own.

``python child.py world.json check LIST …`` looks names up in a file instead of asking DNS. ``python child.py
timeline check LIST …`` writes on standard error when the reading of the list began and ended.
"""

from __future__ import annotations

import json
import socket
import ssl
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from aiohttp.abc import AbstractResolver, ResolveResult

from linkwarden import api, inputs
from linkwarden.cli import cli
from linkwarden.cli.guard import run_guarded
from linkwarden.config import Config
from linkwarden.model import Extracted
from linkwarden.net import Net, Observer
from linkwarden.run.engine import Deps


class Places(AbstractResolver):
    """Leads every name to its loopback address, and the ports of http and https to those in use."""

    def __init__(self, places: dict[str, str], ports: dict[str, int]) -> None:
        self._places = places
        self._ports = {80: ports["http"], 443: ports["https"]}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Give the one address of a name."""
        place = self._places.get(host)
        if place is None:
            raise OSError(socket.EAI_NONAME, "no such name here")
        port = self._ports.get(port, port)
        return [ResolveResult(hostname=host, host=place, port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        """Have nothing to close."""


def deps_for(path: str) -> Deps:
    """Make a network that knows the hosts of a world."""
    world = json.loads(Path(path).read_text())
    resolver = Places(world["places"], world["ports"])

    def make_net(config: Config, observer: Observer | None) -> Net:
        context = ssl.create_default_context()  # honours SSL_CERT_FILE
        return Net(api.net_policy(config), resolver=resolver, ssl_context=context, observer=observer)

    return Deps(make_net=make_net)


def watch_reading() -> None:
    """Say on standard error at which monotonic instants reading began and ended."""
    parse = inputs.Source.parse

    def watched(source: inputs.Source) -> Iterator[Extracted]:
        began = time.monotonic()
        yield from parse(source)
        sys.stderr.write(json.dumps({"began": began, "ended": time.monotonic()}) + "\n")

    inputs.Source.parse = watched  # type: ignore[method-assign]


def main() -> None:
    """Run one command."""
    what, *arguments = sys.argv[1:]
    deps = None
    if what == "timeline":
        watch_reading()
    else:
        deps = deps_for(what)
    sys.exit(run_guarded(cli, arguments, deps))


if __name__ == "__main__":
    main()
