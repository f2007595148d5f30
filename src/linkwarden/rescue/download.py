"""Gets images: where they are, or as the archive had them before their link entered the list."""

from __future__ import annotations

import asyncio
import hashlib
import math
from collections.abc import Sequence
from dataclasses import field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from linkwarden.providers.web.image.provider import ACCEPT
from linkwarden.records import dataclass
from linkwarden.rescue.choice import Candidate, Left
from linkwarden.rescue.verify import MAX_BYTES, verified
from linkwarden.review._asking import in_lanes
from linkwarden.review._wayback import Archive, Capture, Dates
from linkwarden.signatures import is_signed
from linkwarden.soft404.siblings import sibling_of
from linkwarden.text import host_of
from linkwarden.wire import NetError, Request

if TYPE_CHECKING:
    from linkwarden.net import Net

#: Of all images of a run together; they wait on the disk until all are there.
MOST_BYTES = 512 * 1024 * 1024
#: Downloads under way at once: each may be held in memory whole.
_AT_ONCE = 8
#: For a whole image; a check reads only its first bytes.
_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """An image to download.

    Attributes:
        candidate: the link, and why.
        capture: the archived copy to take, or None to take it where it is.
    """

    candidate: Candidate
    capture: Capture | None = None

    @property
    def url(self) -> str:
        """What is requested."""
        if self.capture is None:
            return (self.candidate.result.target.address or "").partition("#")[0]
        return self.capture.raw(self.candidate.archived)


@dataclass(frozen=True, slots=True)
class Saved:
    """An image that was downloaded.

    Attributes:
        wanted: what was asked for.
        path: where it waits.
        digest: SHA-256 of its bytes, in hexadecimal.
        ending: of its file's name.
    """

    wanted: Wanted
    path: Path = field(repr=False)
    digest: str
    ending: str


async def look_up(chosen: Sequence[Candidate | Left], net: Net, root: Path, *, ask: bool) -> list[Wanted | Left]:
    """Return what to download, with the archived copies of what can no longer be had where it is. Downloads nothing.

    Args:
        chosen: the images.
        net: the network.
        root: of the repository, whose history says when links were added.
        ask: the archive may be asked.
    """
    dates = Dates(root)
    dates.expect(one.result for one in chosen if isinstance(one, Candidate) and one.archived)
    archive = Archive(net, seconds=math.inf)  # the user waits for these; --max-time ends them
    found: list[Wanted | Left] = []
    for one in chosen:
        if isinstance(one, Left):
            found.append(one)
        elif not one.archived:
            found.append(Wanted(one))
        elif not ask:
            found.append(Left(one.result, f"{one.why}, and the Internet Archive is not asked"))
        else:
            copy = await _copy(one, archive, await dates.of([one.result]))
            found.append(Left(one.result, f"{one.why}, and {copy}") if isinstance(copy, str) else Wanted(one, copy))
    return found


async def _copy(one: Candidate, archive: Archive, added: datetime | None) -> Capture | str:
    """Return the last copy from before a link was added, or why there is none."""
    if added is None:
        return "git does not tell when its link was added (not committed, or not a full clone)"
    if archive.closed:
        return f"the Internet Archive was not asked: {archive.closed}; run it again for this one"
    answered = archive.answered
    captures = await archive.captures(one.archived, added, image=True)
    before = [capture for capture in captures if capture.is_before(added)]
    if before:
        return max(before)
    if archive.answered == answered:
        return "the Internet Archive did not say whether it has a copy; run it again for this one"
    return f"the Internet Archive has no copy from before its link was added on {added:%Y-%m-%d}"


async def download(items: Sequence[Wanted | Left], net: Net, folder: Path) -> list[Saved | Left]:
    """Return the images that are such and can be kept, each in a file of a folder, in the order they were asked for."""
    downloads = _Downloads(net, folder)
    return await in_lanes(
        (host_of(item.url) if isinstance(item, Wanted) else "", partial(downloads.get, item)) for item in items
    )


class _Room:
    """A folder for a limited number of bytes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._left = MOST_BYTES

    def put(self, body: bytes) -> tuple[Path, str] | None:
        """Write a file; return its place and digest, or None if there is no room."""
        digest = hashlib.sha256(body).hexdigest()
        path = self._folder / digest
        if not path.exists():
            if len(body) > self._left:
                return None
            self._left -= len(body)
            path.write_bytes(body)
        return path, digest


class _Downloads:
    """Requests images, and what their servers give for URLs that they cannot have."""

    def __init__(self, net: Net, folder: Path) -> None:
        self._net = net
        self._room = _Room(folder)
        self._few = asyncio.Semaphore(_AT_ONCE)
        self._made_up: dict[str, asyncio.Task[str]] = {}

    async def get(self, item: Wanted | Left) -> Saved | Left:
        """Return an image that was downloaded, or why not."""
        if isinstance(item, Left):
            return item
        async with self._few:
            return await self._saved(item)

    async def _saved(self, wanted: Wanted) -> Saved | Left:
        result, capture = wanted.candidate.result, wanted.capture
        try:
            response = await self._net.fetch(_request(wanted.url, copy=capture is not None))
        except NetError as error:
            return Left(result, f"it could not be downloaded: {error.detail}")
        if capture is not None and response.status != 200:
            why = f"the Internet Archive does not show its copy of {capture.day} (status {response.status})"
            return Left(result, why)
        image = verified(result.target, response)
        if isinstance(image, str):
            return Left(result, image)
        put = self._room.put(image.body)
        if put is None:
            return Left(result, f"a run saves at most {MOST_BYTES >> 20} MiB of images; run it again for this one")
        path, digest = put
        if capture is None and not is_signed(wanted.url) and await self._for_any_url(wanted.url) == digest:
            return Left(result, "its server gives the same image for a URL that it cannot have")
        return Saved(wanted, path, digest, image.ending)

    async def _for_any_url(self, url: str) -> str:
        """Return the digest of what a server gives for a made-up URL like this one; "" if it refuses that."""
        made_up = sibling_of(url)
        if made_up not in self._made_up:
            self._made_up[made_up] = asyncio.create_task(self._digest(made_up))
        return await self._made_up[made_up]

    async def _digest(self, url: str) -> str:
        try:
            response = await self._net.fetch(_request(url, copy=False))
        except NetError:
            return ""
        return hashlib.sha256(response.body).hexdigest() if response.status == 200 else ""


def _request(url: str, *, copy: bool) -> Request:
    return Request(
        url=url,
        purpose="archive" if copy else "rescue",
        accept=ACCEPT,
        max_bytes=MAX_BYTES + 1,
        follow=not copy,  # it would lead to a copy of another day
        attempts=2,
        timeout=_SECONDS,
    )
