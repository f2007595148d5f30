"""Asks for every address of a list with aiohttp and nothing around it: what the requests alone cost in Python.

``python bare.py LIST``; no parsing worth the name, no manners, no judgement.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import uvloop

AT_ONCE = 128  # as many as linkwarden and lychee


async def ask_all(addresses: Iterator[str]) -> None:
    """Ask for each address once and read the answer."""
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), cookie_jar=jar) as session:

        async def work() -> None:
            for address in addresses:
                async with session.get(address) as response:
                    await response.read()

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))


if __name__ == "__main__":
    text = Path(sys.argv[1]).read_text(encoding="utf-8")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(ask_all(iter(re.findall(r"http://[^)]+", text))))
