"""Prints the processor time that the look at one page takes, from the response to what is said of its link.

``python benchmarks/pages.py``; for an earlier build, set PYTHONPATH to its sources. No request is made: the responses
are at hand. The least of several rounds counts.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from servers import page

from linkwarden.cli.calibrate import SavedAnswer, SavedNet
from linkwarden.model import Claim, Markup, Occurrence, Span, Target
from linkwarden.providers import LoadContext
from linkwarden.providers.web.page import WebProvider

ROUNDS = 7
NOW = datetime(2026, 11, 30, tzinfo=UTC)
HEADERS = {"content-type": "text/html; charset=utf-8"}
WORDS = (
    *("research", "method", "result", "figure", "table", "library", "guide", "paper", "model", "data", "training"),
    *("of", "and", "for", "with"),
)
MENU = "".join(f'<li class="item"><a href="/topic/{number}">Topic {number}</a></li>' for number in range(40))


def small(number: int) -> bytes:
    """Give the page of 2.4 kB that the servers of the other benchmarks send."""
    return page(b"GET /page/%d HTTP/1.1" % number).partition(b"\r\n\r\n")[2]


def large(number: int) -> bytes:
    """Give a page of 30 kB with a menu, scripts, letters beyond ASCII, and a form for members."""
    choice = random.Random(number)  # noqa: S311 - an article
    text = "".join(f"<p>{' '.join(choice.choices(WORDS, k=60))} – <a href='/x'>more</a></p>\n" for _ in range(55))
    return (
        f"<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>Link number {number} | A site</title>"
        f'<meta name="description" content="About it"><link rel="canonical" href="/page/{number}">'
        f"<style>p {{ margin: 0 }}</style><script src=/app.js></script></head>"
        f"<body><header><nav><ul>{MENU}</ul></nav></header><main><h1>Link number {number}</h1>{text}</main>"
        "<footer><form><input type=password></form>© Rights reserved</footer></body></html>"
    ).encode()


def claims(count: int) -> Iterator[Claim]:
    """Give links to so many pages, 200 hosts in turn."""
    for number in range(count):
        url = f"https://host{number % 200}.example.org/page/{number}"
        span = Span("list.md", 1, 1, 1, 1 + len(url), 0, len(url))
        where = Occurrence(url=url, raw=url, markup=Markup.MD_LINK, span=span, text=f"Link number {number}")
        yield Claim("web", Target(key=url, url=url, address=url, path="list.md", occurrences=(where,)), url)


async def look(links: list[Claim], net: SavedNet) -> float:
    """Look at all pages once; give the seconds of processor time."""
    provider = WebProvider(LoadContext(Path()))
    began = time.process_time()
    for link in links:
        async for _ in provider.check([link], net, NOW):
            pass
    return time.process_time() - began


async def measure() -> None:
    """Print a line for each kind of page."""
    for name, make, count in (("2.4 kB", small, 1500), ("30 kB", large, 300)):
        links = list(claims(count))
        answers = [
            SavedAnswer(link.ident, everything_below=False, status=200, headers=HEADERS, body=make(number))
            for number, link in enumerate(links)
        ]
        async with SavedNet(answers) as net:
            least = min([await look(links, net) for _ in range(ROUNDS)])
        print(f"{name}: {least / count * 1e6:.0f} µs a page")


if __name__ == "__main__":
    asyncio.run(measure())
