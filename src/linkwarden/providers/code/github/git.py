"""Asks a repository the question that ``git clone`` begins with, which needs no token.

``GET /owner/repo.git/info/refs?service=git-upload-pack`` (git documentation, gitprotocol-http, "Smart Server
Response") is 200 for a public repository, a redirect for a renamed one, and 401 for one that does not exist or is
private. The body lists branches and tags, sorted by name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING

from linkwarden.wire import NetError, Request

if TYPE_CHECKING:
    from linkwarden.net import Net
    from linkwarden.wire import Response

ADVERTISEMENT = "application/x-git-upload-pack-advertisement"
#: Enough for the first line, which names the default branch.
FIRST_LINE_BYTES = 1024
#: Enough for about a thousand branches.
REFS_BYTES = 65_536
MAX_RENAMES = 3

_LOCATION = re.compile(
    r"(?:https://github\.com)?/([A-Za-z0-9-]+/[A-Za-z0-9._-]+?)(?:\.git)?/info/refs(?:\?|\Z)", re.IGNORECASE
)
_SYMREF = re.compile(r"(?:^| )symref=HEAD:refs/heads/([^ \n]+)")


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
        """Tell whether there is a branch or tag of that (full or short) name; None if the list does not say."""
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
    """The answer about one repository.

    Attributes:
        there: whether it is.
        full_name: its present name.
        refs: what the advertisement said.
        status: HTTP status of the deciding answer, or None.
        why: for UNKNOWN a clause.
    """

    there: There
    full_name: str
    refs: Refs = field(default_factory=Refs)
    status: int | None = None
    why: str = ""


def address(full_name: str) -> str:
    """Give the address at which git asks for a repository."""
    return f"https://github.com/{full_name}.git/info/refs?service=git-upload-pack"


async def ask(net: Net, full_name: str, *, refs: bool) -> GitReply:
    """Ask whether a repository is there, under which name, and (``refs``) with which branches and tags."""
    name = full_name
    for _ in range(MAX_RENAMES + 1):
        try:
            response = await net.fetch(
                Request(
                    url=address(name),
                    purpose="git-refs",
                    accept=ADVERTISEMENT,
                    max_bytes=REFS_BYTES if refs else FIRST_LINE_BYTES,
                    follow=False,
                )
            )
        except NetError as error:
            return GitReply(
                There.UNKNOWN, name, status=error.status, why=f"github.com could not be asked ({error.kind})"
            )
        if response.status in (301, 308):
            found = _LOCATION.match(response.headers.get("location", ""))
            if found is None:
                return GitReply(There.UNKNOWN, name, status=response.status, why="github.com redirected elsewhere")
            name = found.group(1)
            continue
        return _reply(response, name)
    return GitReply(There.UNKNOWN, name, why="github.com redirected in circles")


def _reply(response: Response, name: str) -> GitReply:
    match response.status:
        case 200 if response.media_type == ADVERTISEMENT:
            return GitReply(There.YES, name, read_refs(response.body), 200)
        case 200:
            return GitReply(There.UNKNOWN, name, status=200, why="github.com answered something that is not git's")
        case 401 | 404:
            # What a missing or private repository gets (docs/facts/services.md#git-over-https).
            return GitReply(There.NO, name, status=response.status)
        case 451:
            return GitReply(There.BLOCKED, name, status=451)
    return GitReply(There.UNKNOWN, name, status=response.status, why=f"github.com answered {response.status}")


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
