"""Asks whether a repository is there as ``git ls-remote`` does, which needs no token.

``GET /owner/repo.git/info/refs?service=git-upload-pack`` (git documentation, gitprotocol-http, "Smart Server
Response") is 200 for a public repository, a redirect for a renamed one, and 401 or 404 for one that does not exist or
is private (docs/facts/services.md#git-over-https). The body lists branches and tags, sorted by name.
"""

from __future__ import annotations

import re
from dataclasses import field
from enum import Enum, auto
from typing import TYPE_CHECKING

from linkwarden.patterns import pattern
from linkwarden.providers.registry import Reply, ask
from linkwarden.records import dataclass

if TYPE_CHECKING:
    from linkwarden.net import Net

ADVERTISEMENT = "application/x-git-upload-pack-advertisement"
#: Enough for the first line, which names the default branch.
FIRST_LINE_BYTES = 1024
#: Enough for about a thousand branches.
REFS_BYTES = 65_536
MAX_RENAMES = 3

_LOCATION = pattern(
    r"(?:https://github\.com)?/([A-Za-z0-9-]+/[A-Za-z0-9._-]+?)(?:\.git)?/info/refs(?:\?|\Z)", re.IGNORECASE
)
#: How git's text about a blocked repository begins (docs/facts/services.md#github-blocked-repositories).
_BLOCKED = pattern(
    r"\s*(?:Repository unavailable due to DMCA|Access to this repository has been disabled by GitHub)", re.IGNORECASE
)
_SYMREF = pattern(r"(?:^| )symref=HEAD:refs/heads/([^ \n]+)")


class There(Enum):
    """Whether a repository is there for the public."""

    YES = auto()
    NO = auto()
    BLOCKED = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Refs:
    """The branches and tags that an advertisement names, as far as it was read.

    Attributes:
        names: full names (``refs/heads/main``).
        head: the default branch, or None.
        complete: the whole list was read.
        empty: the repository has no commit yet.
        last: the last name that was read; what sorts before it and is not in ``names`` does not exist.
    """

    names: frozenset[str] = frozenset()
    head: str | None = None
    complete: bool = False
    empty: bool = False
    last: str = ""

    def has(self, name: str) -> bool | None:
        """Return whether there is a branch or tag of that (full or short) name; None if the list does not say."""
        wanted = [name] if name.startswith("refs/") else [f"refs/heads/{name}", f"refs/tags/{name}"]
        answers = [self._has(w) for w in wanted]
        if True in answers:
            return True
        return None if None in answers else False

    def _has(self, full: str) -> bool | None:
        if full in self.names:
            return True
        return False if self.complete or full.encode() < self.last.encode() else None


@dataclass(frozen=True, slots=True)
class GitReply:
    """The response about one repository.

    Attributes:
        there: whether it is.
        full_name: its present name.
        refs: what the advertisement said.
        status: HTTP status of the deciding response, or None.
        why: for UNKNOWN, what github.com did.
    """

    there: There
    full_name: str
    refs: Refs = field(default_factory=Refs)
    status: int | None = None
    why: str = ""


async def ls_remote(net: Net, full_name: str, *, refs: bool) -> GitReply:
    """Ask whether a repository is there, under which name, and (``refs``) with which branches and tags."""
    name = full_name
    for _ in range(MAX_RENAMES + 1):
        url = f"https://github.com/{name}.git/info/refs?service=git-upload-pack"
        most = REFS_BYTES if refs else FIRST_LINE_BYTES
        reply = await ask(net, url, "git-refs", accept=ADVERTISEMENT, max_bytes=most, follow=False)
        if reply.status not in (301, 308):
            return _read(reply, name)
        found = _LOCATION.match(reply.header("location"))
        if found is None:
            return GitReply(There.UNKNOWN, name, status=reply.status, why="redirected elsewhere")
        name = found.group(1)
    return GitReply(There.UNKNOWN, name, why="redirected in circles")


async def knows_canary(net: Net) -> bool:
    """Return whether git over HTTPS still finds a repository that certainly exists: git's own."""
    return (await ls_remote(net, "git/git", refs=False)).there is There.YES


def _read(reply: Reply, name: str) -> GitReply:
    status = reply.status if reply.response is not None else None
    if reply.response is not None and status == 200 and reply.media_type == ADVERTISEMENT:
        return GitReply(There.YES, name, read_refs(reply.response.body), 200)
    if status in (401, 404):  # what a missing or private repository gets (docs/facts/services.md#git-over-https)
        return GitReply(There.NO, name, status=status)
    if status == 451 or (status == 403 and reply.response is not None and _BLOCKED.match(reply.response.text())):
        return GitReply(There.BLOCKED, name, status=status)
    return GitReply(There.UNKNOWN, name, status=reply.status, why=reply.why)


def read_refs(body: bytes) -> Refs:
    """Read an advertisement (gitprotocol-pack, "Reference Discovery"), which may be cut off anywhere."""
    names: list[str] = []
    head: str | None = None
    begun = complete = empty = False
    for line in _packets(body):
        if line is None:
            complete = begun  # the first flush only ends the service line
            continue
        if line.startswith(b"#"):
            continue
        begun = True
        text, _, capabilities = line.decode(errors="replace").partition("\0")
        symref = _SYMREF.search(capabilities)
        head = symref.group(1) if symref else head
        name = text.rstrip("\n").partition(" ")[2]
        empty = empty or name == "capabilities^{}"
        if name.startswith("refs/"):
            names.append(name)
    return Refs(frozenset(names), head, complete, empty, names[-1] if names else "")


def _packets(body: bytes) -> list[bytes | None]:
    """Split pkt-lines (gitprotocol-common): four hex digits of length, then the text; ``0000`` is None."""
    found: list[bytes | None] = []
    at = 0
    while at + 4 <= len(body):
        try:
            length = int(body[at : at + 4], 16)
        except ValueError:
            break
        if length == 0:
            found.append(None)
            at += 4
            continue
        if length < 4 or at + length > len(body):
            break
        found.append(body[at + 4 : at + length])
        at += length
    return found
