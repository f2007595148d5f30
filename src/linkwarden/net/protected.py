"""``ProtectedSites``: no more requests where bot protection answers, by a rule that the order of answers cannot change.

Bot protection answers for its whole site, so one request per link shows nothing new and is bad manners. But some sites
protect only a part (search pages, say, or PDFs), and a dead link in another part must still be found. And two runs over
the same list must give the same report, whichever response comes first. Hence:

* What is judged is one *part* of a site: links of one host whose folders and file ending have the same shape
  (``/article/…/*.html``). Pages and images are judged apart, because bot protection often lets images through.
* The first links of a part, in the order of the list, are its scouts (``NetPolicy.strikes`` of them, three by default).
  They are requested; the others of that part wait until the scouts have their responses. If every scout met the same
  protection, the rest of the part is not requested. If a single one met anything else, all are requested.
* The same holds for the host as a whole, with the first twelve scouts of its parts: a site with a folder for every
  author does not get three requests for each author. A part that comes later then sends no scouts.

So the decision depends on *which* responses the scouts got and never on *when*. For a healthy host nobody waits longer
than for its first response. The price: where the first three links of a part are protected and later ones of the same
part are not, those later ones stay ``unverified``; they do so in every run, and are never called broken or ok.

Hosts are told apart by their full name: two sites below ``github.io`` are two hosts, two blogs on ``medium.com`` are
one, as they are for the protection. A redirect that leads to a protected page elsewhere says nothing about the host
that it started from (a link shortener, say). Rate limits are another matter; see the cool-down in ``politeness.py``.
"""

from __future__ import annotations

import asyncio
import re
from functools import lru_cache
from typing import Self

from linkwarden.records import dataclass
from linkwarden.text import host_of

#: So many parts of a host send scouts; where all of those met the same protection, the whole host is left in peace.
PARTS = 4
#: A folder that is a plain word belongs to how a site is built; names of users, years and numbers fill it.
_WORD = re.compile(r"[a-z][a-z_-]{0,14}\Z", re.IGNORECASE)
_LONGEST_WORD = 15
_ENDING = re.compile(r"\.[a-z]{2,5}\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Block:
    """What a link met in place of its page: the bot protection's name, and the status that came with it."""

    name: str
    status: int


class ProtectedSites:
    """Where bot protection answered in this run."""

    def __init__(self, strikes: int) -> None:
        self._strikes = strikes
        self._hosts: dict[tuple[str, str], _Scouts] = {}
        self._parts: dict[tuple[str, str, str], _Scouts] = {}

    def visit(self, kind: str, url: str, *, strikes: int | None = None) -> Visit:
        """Announce that a URL is about to be requested; the order of these calls decides who is a scout.

        Args:
            kind: what is judged together: the name of the provider that requests it.
            url: an absolute http(s) URL.
            strikes: how many scouts a part of this host sends, where that is known to be enough.
        """
        name = host_of(url)
        size = self._strikes if strikes is None else min(strikes, self._strikes)
        part = self._parts.get(key := (kind, name, part_of(url)))
        if part is None:
            part = self._parts[key] = _Scouts(size)
        host = self._hosts.get(above := (kind, name))
        if host is None:
            host = self._hosts[above] = _Scouts(size * PARTS)
        return Visit(host, part)


class Visit:
    """One link on its way to its host. A context manager: leaving it shares what was met."""

    __slots__ = ("_host", "_met", "_part", "_place", "_place_in_host")

    def __init__(self, host: _Scouts, part: _Scouts) -> None:
        self._host = host
        self._part = part
        self._place = part.join()
        self._place_in_host = host.join() if self._place is not None else None
        self._met: Block | None = None

    @property
    def is_scout(self) -> bool:
        """True if what this link meets has a bearing on others."""
        return self._place is not None

    async def block(self) -> Block | None:
        """Return what this link would meet, so that it need not be requested, or None: it is to be requested.

        Waits for the scouts on which that depends. They never wait for this one, so nobody waits for ever.
        """
        if self._place is None:
            return await self._part.verdict()
        if self._place_in_host is None:
            self._met = await self._host.verdict()
            return self._met
        return None

    def meets(self, name: str, status: int) -> None:
        """Note that bot protection of the host itself answered: its name, and the status of the response."""
        self._met = Block(name, status)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        if self._place is not None:
            self._part.report(self._place, self._met)
        if self._place_in_host is not None:
            self._host.report(self._place_in_host, self._met)


class _Scouts:
    """The first links of a group, and what follows from their answers for the rest of it."""

    __slots__ = ("_block", "_decided", "_met", "_sent", "_size", "_waiting")

    def __init__(self, size: int) -> None:
        self._size = size
        self._sent = 0
        self._met: dict[int, Block] = {}
        self._decided = size == 0
        self._block: Block | None = None
        self._waiting: asyncio.Event | None = None

    def join(self) -> int | None:
        """Return the next scout's number, or None if there are enough, or one has met something else already."""
        if self._decided or self._sent == self._size:
            return None
        self._sent += 1
        return self._sent

    def report(self, number: int, met: Block | None) -> None:
        """Take in what a scout met; None is anything but bot protection."""
        if self._decided:
            return
        if met is None or any(other.name != met.name for other in self._met.values()):
            self._decide(None)
            return
        self._met[number] = met
        if len(self._met) == self._size:
            self._decide(self._met[1])

    async def verdict(self) -> Block | None:
        """Wait for the scouts; return what all of them met, or None."""
        if not self._decided:
            if self._waiting is None:
                self._waiting = asyncio.Event()
            await self._waiting.wait()
        return self._block

    def _decide(self, block: Block | None) -> None:
        self._decided = True
        self._block = block
        self._met.clear()
        if self._waiting is not None:
            self._waiting.set()


def part_of(url: str) -> str:
    """Return the part of its site that a URL belongs to: its folders, those that are no plain words as ``*``."""
    path = url.partition("//")[2].partition("?")[0].partition("#")[0]
    *folders, last = path.split("/")[1:] or [""]
    ending = _ENDING.search(last) if "." in last else None
    words = [_told_apart(folder) if len(folder) <= _LONGEST_WORD else "*" for folder in folders]
    words.append(ending.group().lower() if ending else "")
    return "/".join(words)


@lru_cache(maxsize=4096)  # a list names the same folders over and over
def _told_apart(folder: str) -> str:
    return folder if _WORD.match(folder) else "*"
