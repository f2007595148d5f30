"""Items of the Internet Archive: looked up together by its search, and one by one where the search has nothing.

Source: docs/facts/services.md#internet-archive. The page of an item that does not exist, and its metadata, answer 200.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from linkwarden.foreign import at, objects_at, text_at
from linkwarden.model import Claim, Rule, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example, LoadContext
from linkwarden.providers.registry import (
    Canary,
    Case,
    Outcome,
    Place,
    Registry,
    Reply,
    answered,
    ask,
    by_ident,
    page_stands,
    side_by_side,
    unanswered,
)
from linkwarden.records import dataclass

if TYPE_CHECKING:
    from linkwarden.net import Net

_SERVICE = "The Internet Archive"
_SEARCH = "https://archive.org/advancedsearch.php"
_METADATA = "https://archive.org/metadata"
_PER_REQUEST = 100
_METADATA_BYTES = 4 * 1024 * 1024
#: An item that certainly exists: the archive's own collection of them [K].
CANARY = "opensource"
#: How paths begin that name no file of the list (docs/facts/services.md#internet-archive).
_MADE = ("page/", "history/", "format=")
_NAME = pattern(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)

MISSING = Rule(
    "LW665",
    "archive-item-missing",
    Verdict.BROKEN,
    "the Internet Archive has no such item",
    "The archive's record of the item is empty, while the record of an item that certainly exists is not. The page "
    "answers 200 either way.",
    "Look for the item under another name, or for another copy.",
)
TAKEN_DOWN = Rule(
    "LW666",
    "archive-item-taken-down",
    Verdict.BROKEN,
    "the Internet Archive has taken the item down",
    "The archive's record says that the item is dark: it is kept, and shown to nobody.",
    "Look for another copy, or remove the entry.",
)
NO_SUCH_FILE = Rule(
    "LW667",
    "archive-file-missing",
    Verdict.BROKEN,
    "the Internet Archive has the item, but not this file of it",
    "The archive's record of the item lists its files, and this one is not among them; the URL itself gives no such "
    "file either.",
    "Link to the item's page, or to a file that it has.",
)


@dataclass(frozen=True, slots=True)
class _Item:
    """An item, and a file of it or ""."""

    name: str
    file: str

    @property
    def ident(self) -> str:
        return self.name


class InternetArchive(Registry[_Item]):
    """Settles items and their files; accounts, searches and captures of web pages are left to others."""

    name = "internet-archive"
    title = "items of the Internet Archive"
    rank = 275
    gathers = True
    per_question = _PER_REQUEST
    domains = frozenset({"archive.org"})
    rules = (MISSING, TAKEN_DOWN, NO_SUCH_FILE)
    examples = (
        Example("https://archive.org/details/goodytwoshoes00newyiala", "goodytwoshoes00newyiala"),
        Example("https://www.archive.org/details/msdos_Oregon_Trail/page/n5", "msdos_Oregon_Trail"),
        Example("https://archive.org/download/some-item/a%20file.pdf", "some-item"),
        Example("https://archive.org/details/@somebody", None),
        Example("https://archive.org/web/", None),
        Example("https://archive.org/details/some-item", None, image=True),
    )

    def __init__(self, ctx: LoadContext) -> None:
        super().__init__(ctx)
        self._canary = Canary(_knows_something)

    def read(self, place: Place) -> _Item | None:
        match place.segments:
            case ("details" | "embed", name, *_) if _NAME.fullmatch(name):
                return _Item(name, "")
            case ("download" | "stream", name, *file) if _NAME.fullmatch(name):
                return _Item(name, "/".join(file) if place.segments[0] == "download" else "")
        return None

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Outcome]:
        """Search for all items at once; read the record of those that it does not have, or whose file is linked."""
        del now
        groups = by_ident(self.cases(claims))
        found, reply = await _search(net, list(groups)) if len(groups) > 1 else ({}, None)
        alone = []
        for name, cases in groups.items():
            known = [case for case in cases if name in found and not case.ref.file]
            if known and reply is not None:
                for item in answered(known, reply, f"the archive has the item {name}", title=found[name]):
                    yield item
            rest = [case for case in cases if case not in known]
            if rest:
                alone.append(rest)
        async for item in side_by_side(self._one(net, cases) for cases in alone):
            yield item

    async def _one(self, net: Net, cases: Sequence[Case[_Item]]) -> list[Outcome]:
        name = cases[0].ref.name
        reply = await ask(net, f"{_METADATA}/{name}", "archive-metadata", max_bytes=_METADATA_BYTES)
        if reply.status != 200 or not (reply.is_object or reply.value == {}):
            return unanswered(cases, _SERVICE, reply)
        if reply.table.get("is_dark") is True:
            reason = "The Internet Archive has taken this item down."
            return answered(cases, reply, "the record says that the item is dark", TAKEN_DOWN, reason)
        if reply.value == {}:
            if not await self._canary.lives(net):
                return unanswered(cases, _SERVICE, reply, "does not even know an item that is certainly there")
            reason = f"The Internet Archive has no item called {name}."
            return answered(cases, reply, "the record of the item is empty", MISSING, reason)
        if not reply.describes("metadata"):
            return unanswered(cases, _SERVICE, reply)
        return [item for case in cases for item in await _there(net, case, reply)]


async def _there(net: Net, case: Case[_Item], reply: Reply) -> list[Outcome]:
    """Return what is said of a link to an item that exists: its file may not, or may be lent only."""
    title = text_at(reply.value, "metadata", "title") or None
    files = {text_at(file, "name"): file for file in objects_at(reply.value, "files")}
    wanted = case.ref.file.rstrip("/")
    is_folder = any(name.startswith(f"{wanted}/") for name in files)
    if not wanted or is_folder:
        return answered([case], reply, "the archive has the item", title=title)
    if wanted not in files and (not files or _is_made(wanted, files) or await page_stands(net, case.url)):
        return [case.passed()]
    if wanted not in files:
        reason = f"The Internet Archive has the item, but no file “{wanted[:80]}” in it."
        return answered([case], reply, f"{len(files)} files are listed", NO_SUCH_FILE, reason, title=title)
    if at(files[wanted], "private") == "true":
        return unanswered([case], _SERVICE, reply, "gives this file to some readers only (lending)")
    return answered([case], reply, "the archive has the file", title=title)


def _is_made(wanted: str, files: Mapping[str, object]) -> bool:
    """Return whether it names what the archive makes when asked, and does not list.

    That is a file in a compressed one, a page of a scanned book, an earlier version, all files of a sort.
    """
    inside = any(wanted.startswith(f"{name}/") for name in files)
    return inside or wanted.startswith(_MADE) or wanted.endswith((".zip", ".torrent", ".m3u"))


async def _search(net: Net, names: Sequence[str]) -> tuple[dict[str, str], Reply]:
    """Return the titles of those items that the search knows; absence says nothing, as some are not indexed."""
    query = {
        "q": f"identifier:({' OR '.join(names)})",
        "fl[]": ["identifier", "title"],
        "rows": str(len(names)),
        "output": "json",
    }
    reply = await ask(net, f"{_SEARCH}?{urlencode(query, doseq=True)}", "archive-search", max_bytes=_METADATA_BYTES)
    docs = objects_at(reply.value, "response", "docs") if reply.status == 200 else []
    wanted = set(names)
    return {name: text_at(doc, "title") for doc in docs if (name := text_at(doc, "identifier")) in wanted}, reply


async def _knows_something(net: Net) -> bool:
    reply = await ask(net, f"{_METADATA}/{CANARY}", "archive-metadata", max_bytes=_METADATA_BYTES)
    return reply.status == 200 and at(reply.value, "metadata") is not None
