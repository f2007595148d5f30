"""Lists of lists: the GitHub repositories that lists link are read as lists of their own (``--expand``)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING

from linkwarden.inputs import InputError, Reading, Source, remote_source
from linkwarden.model import Notice
from linkwarden.providers.code.github.urls import What, parse

if TYPE_CHECKING:
    from linkwarden.net import Net

#: So many lists are read in all: a list of ten thousand programs is no list of lists.
MOST = 1000
#: So many are fetched ahead of the one that is being read.
_AHEAD = 8
_UNREAD = "repository has no list that could be read|repositories have no list that could be read"


class Expansion:
    """Collects the repositories that are linked, each once, and reads them.

    Args:
        inputs: what the user named; none of it is read again.
        net: the run's network.
        reading: how inputs are read.
    """

    def __init__(self, inputs: Iterable[str], net: Net, reading: Reading) -> None:
        self._net = net
        self._reading = reading
        self._seen = {(_repository(name) or name).lower() for name in inputs}
        self._found: dict[str, str] = {}
        self._read = 0
        self._more = 0

    def note(self, url: str, path: str) -> None:
        """Take in a link of a list; a repository's own page counts, what lies inside of one does not."""
        name = _repository(url)
        if name is not None and name.lower() not in self._seen:
            self._seen.add(name.lower())
            self._found[name] = path

    async def lists(self) -> AsyncIterator[Source | Notice]:
        """Yield the lists that were linked so far, in that order; a notice in place of one that cannot be read."""
        found, self._found = list(self._found.items()), {}
        room = MOST - self._read
        self._read += min(len(found), room)
        self._more += max(len(found) - room, 0)
        waiting: list[tuple[str, asyncio.Task[Source | InputError]]] = []
        try:
            for name, path in found[:room]:
                waiting.append((path, asyncio.create_task(remote_source(name, self._net, self._reading))))
                if len(waiting) > _AHEAD:
                    yield await _first(waiting)
            while waiting:
                yield await _first(waiting)
        finally:
            for _, task in waiting:
                task.cancel()

    def rest(self) -> Iterable[str]:
        """Yield what to say of repositories that were linked and not read."""
        if self._more:
            yield f"--expand: {MOST:,} repositories were read as lists; {self._more:,} more that are linked were not."


async def _first(waiting: list[tuple[str, asyncio.Task[Source | InputError]]]) -> Source | Notice:
    path, task = waiting[0]
    source = await task
    del waiting[0]
    if isinstance(source, InputError):
        return Notice(path, 0, f"--expand: {source}.", alike=_UNREAD)
    return source


def _repository(url: str) -> str | None:
    """Return ``owner/repo`` for a repository's own page at GitHub."""
    ref = parse(url) if "://" in url else None
    if ref is None or ref.what is not What.REPO or ref.raw_host or ref.name not in ("", "readme-ov-file"):
        return None
    return ref.full_name
