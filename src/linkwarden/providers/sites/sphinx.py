"""Documentation made by Sphinx: one inventory lists the pages and the named places of a whole site.

Only good news is believed: what an inventory does not list may be there all the same, and is requested as any other
page. ``sphinx.tsv`` says where inventories stand. Source: docs/facts/services.md#sphinx.
"""

from __future__ import annotations

import asyncio
import re
import zlib
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from linkwarden.datafile import read_groups
from linkwarden.model import Claim
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example
from linkwarden.providers.registry import Case, Outcome, Place, Registry, answered, ask, side_by_side
from linkwarden.records import dataclass
from linkwarden.text import domains_of

if TYPE_CHECKING:
    from linkwarden.net import Net

#: An inventory is worth its size from so many links on, or if a link names a place on a page.
_MANY = 4
_MAX_BYTES = 4 * 1024 * 1024
_MAX_UNPACKED = 16 * 1024 * 1024
_BEGINS = b"# Sphinx inventory version 2"
_HEADER_LINES = 4
#: Longer lines are none of an inventory.
_LONGEST_LINE = 4_000
_PRIORITY = pattern(r"-?\d{1,9}")


@cache
def _roots() -> Mapping[str, tuple[re.Pattern[str], ...]]:
    return read_groups(__package__, "sphinx.tsv", ("domain", "root"), "domain", lambda row: pattern(row["root"]))


@dataclass(frozen=True, slots=True)
class _Place:
    """A page of a site, and a place on it or "".

    Attributes:
        root: the URL that the inventory's own are relative to.
        page: relative to the root.
        name: of the place, decoded.
    """

    root: str
    page: str
    name: str

    @property
    def ident(self) -> str:
        return f"{self.root}{self.page}"


class Sphinx(Registry[_Place]):
    """Settles what an inventory lists; the rest is left to the web."""

    name = "sphinx"
    title = "documentation made by Sphinx"
    rank = 300
    gathers = True
    per_question = 5000
    domains = frozenset(_roots())
    subdomains = True
    examples = (
        Example("https://docs.python.org/3/library/re.html#re.match", "https://docs.python.org/3/library/re.html"),
        Example("https://requests.readthedocs.io/en/latest/", "https://requests.readthedocs.io/en/latest/"),
        Example("https://numpy.org/doc/stable/user/", "https://numpy.org/doc/stable/user/"),
        Example("https://docs.python.org/library/re.html", None),
        Example("https://pytorch.org/blog/", None),
        Example("https://docs.python.org/3/_static/a.png", None, image=True),
    )

    def read(self, place: Place) -> _Place | None:
        parts = urlsplit(place.url)
        for root in (root for name in domains_of(place.host) for root in _roots().get(name, ())):
            found = root.match(parts.path)
            if found is not None and not parts.query:
                start = f"https://{parts.hostname}{found[0]}"
                return _Place(start, unquote(parts.path[found.end() :]), unquote(place.fragment))
        return None

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Outcome]:
        """Read the inventories of those sites that many links lead to."""
        del now
        sites: dict[str, list[Case[_Place]]] = defaultdict(list)
        for case in self.cases(claims):
            sites[case.ref.root].append(case)
        async for item in side_by_side(_settle(net, root, cases) for root, cases in sites.items()):
            yield item


async def _settle(net: Net, root: str, cases: Sequence[Case[_Place]]) -> list[Outcome]:
    if len(cases) < _MANY and not any(case.ref.name for case in cases):
        return [case.passed() for case in cases]
    reply = await ask(net, f"{root}objects.inv", "sphinx-inventory", accept="*/*", max_bytes=_MAX_BYTES, attempts=1)
    response = reply.response
    usable = response is not None and reply.status == 200 and response.complete
    listed = await asyncio.to_thread(_read, response.body) if response is not None and usable else None
    if listed is None:
        return [case.passed() for case in cases]
    pages, places = listed
    settled: list[Outcome] = []
    for case in cases:
        page, name = case.ref.page, case.ref.name
        page = page.removesuffix("index.html") if page.removesuffix("index.html") in pages else page
        if (page, name) in places if name else page in pages:
            settled += answered([case], reply, "the site's inventory lists it")
        else:
            settled.append(case.passed())
    return settled


def _read(body: bytes) -> tuple[set[str], set[tuple[str, str]]] | None:
    """Return the pages and the named places of an inventory, relative to its root; None for what is none."""
    parts = body.split(b"\n", _HEADER_LINES)
    if not body.startswith(_BEGINS) or len(parts) <= _HEADER_LINES:
        return None
    try:
        text = zlib.decompressobj().decompress(parts[_HEADER_LINES], _MAX_UNPACKED)
    except zlib.error:
        return None
    pages: set[str] = set()
    places: set[tuple[str, str]] = set()
    for line in text.splitlines():
        name, uri = _entry(line)
        if not uri:
            continue
        uri = uri[:-1] + name if uri.endswith("$") else uri
        page, _, place = uri.partition("#")
        pages.add(unquote(page))
        if place:
            places.add((unquote(page), unquote(place)))
    return pages, places


def _entry(line: bytes) -> tuple[str, str]:
    """Return name and URI of ``name domain:role priority uri dispname``, where names may hold spaces; else "", "".

    No expression is used: lines of blanks and colons would keep one busy for hours.
    """
    words = line.decode("utf-8", "replace").split() if len(line) <= _LONGEST_LINE else []
    for place in range(1, len(words) - 2):
        if ":" in words[place][1:-1] and _PRIORITY.fullmatch(words[place + 1]):
            return " ".join(words[:place]), words[place + 2]
    return "", ""
