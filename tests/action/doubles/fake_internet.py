"""Runs ``python -I SCRIPT ARGUMENTS`` with linkwarden on a fake internet.

TEST_WORLD names a JSON file: ``pages`` (address -> status), ``down`` (the network is), ``now`` (the instant) and
``asked``, to which every address that was asked is added.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parents[3]))
sys.path.insert(0, str(Path(__file__).parents[3] / "src"))  # -I leaves out what the environment names

from linkwarden import api, deps
from linkwarden.config import Config
from linkwarden.net import Net, Observer
from tests.internet import FakeInternet

PLACE = Path(os.environ["TEST_WORLD"])
WORLD = json.loads(PLACE.read_text("utf-8"))


@asynccontextmanager
async def network(config: Config, observer: Observer | None) -> AsyncIterator[Net]:
    """Return a network on which there are the pages of the world."""
    async with FakeInternet() as internet:
        for address, status in WORLD["pages"].items():
            parts = urlsplit(address)
            internet.site(parts.netloc).page(parts.path, f"<title>{parts.path}</title> words", status=status)
        if WORLD["down"]:
            internet.down()
        async with internet.net(observer=observer, timeout=config.timeout) as net:
            yield net
        WORLD["asked"] += [f"https://{entry.host}{entry.path}" for entry in internet.log]


api._loop_factory = lambda: None  # virtual time needs asyncio's own loop
deps.Deps = partial(deps.Deps, now=lambda: datetime.fromisoformat(WORLD["now"]))  # type: ignore[misc,assignment]
api.make_net = network  # type: ignore[assignment]

assert sys.argv[1] == "-I"
sys.argv = sys.argv[2:]
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
finally:
    PLACE.write_text(json.dumps(WORLD), "utf-8")
