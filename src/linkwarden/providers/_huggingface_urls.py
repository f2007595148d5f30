"""Which repository of the Hugging Face Hub an address is about, and what in it. Pure.

Source: the hub's URL shapes as its own client reads them (``huggingface_hub``, ``repo_type_and_id_from_hf_id`` and
``hf_hub_url``); services.md section 5.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from linkwarden.providers._registry import Place, encoded

HOSTS = frozenset({"huggingface.co", "hf.co"})
HUB = "https://huggingface.co"

#: A name of an account or repository: the hub's own check allows these characters, 96 of them.
_NAME = re.compile(r"[A-Za-z0-9_][\w.-]{0,95}", re.ASCII)
#: First segments that are pages of the site and no accounts (from memory of the site [U]; ``page_stands`` catches what
#: is missing here).
_RESERVED_WORDS = (
    "api autotrain blog brand changelog chat coc collections contact-sales course docs enterprise front "
    "hardware hub inference inference-api inference-endpoints infinity join jobs kernels landing "
    "languages learn login logout metrics models new new-dataset new-space notifications organizations "
    "papers posts pricing privacy search settings shop startup storage support tasks terms-of-service "
    "transformers welcome"
)
_RESERVED = frozenset(_RESERVED_WORDS.split())
#: Second segments below an account that list what it has.
_ACCOUNT_TABS_WORDS = "activity collections datasets followers following likes models papers posts repos spaces upvotes"
_ACCOUNT_TABS = frozenset(_ACCOUNT_TABS_WORDS.split())
_FILES = frozenset({"blob", "resolve", "raw", "blame", "edit"})
_TABS = _FILES | {"tree", "commit", "commits", "discussions", "community", "viewer", "settings", "embed"}


class What(StrEnum):
    """What in a repository an address is about."""

    REPOSITORY = "repository"
    REVISION = "revision"
    FILE = "file"
    FOLDER = "folder"
    PAGE = "page"  # discussions, the history, the viewer: the site itself must tell


@dataclass(frozen=True, slots=True)
class HubRef:
    """A repository, or something in it.

    Attributes:
        sort: ``models``, ``datasets`` or ``spaces``.
        name: ``owner/name``, or ``name`` alone for the oldest ones.
        what: what in it.
        revision: branch, tag or commit, or "".
        path: file or folder, or "".
        segments: how many path segments name the repository.
    """

    sort: str
    name: str
    what: What = What.REPOSITORY
    revision: str = ""
    path: str = ""
    segments: int = 2

    @property
    def ident(self) -> str:
        """What makes one question to the hub."""
        return f"{self.sort}/{self.name.lower()}"

    @property
    def api(self) -> str:
        """The hub's word on the repository."""
        return f"{HUB}/api/{self.sort}/{encoded(self.name, '/')}"

    def start(self, name: str) -> str:
        """Give how the path of a repository of this sort begins."""
        return name if self.sort == "models" else f"{self.sort}/{name}"

    def resolve(self, name: str) -> str:
        """Give the address from which the hub serves the file."""
        revision = encoded(self.revision)
        return f"{HUB}/{self.start(encoded(name, '/'))}/resolve/{revision}/{encoded(self.path, '/')}"

    def listing(self, name: str) -> str:
        """Give the question for the folder's contents."""
        return f"{HUB}/api/{self.sort}/{encoded(name, '/')}/tree/{encoded(self.revision)}/{encoded(self.path, '/')}"


def is_name(name: str) -> bool:
    """Tell whether a text can be the name of a repository, with or without its owner."""
    parts = name.split("/")
    return len(parts) <= 2 and all(_NAME.fullmatch(part) for part in parts)


def parse(place: Place) -> HubRef | None:
    """Read an address; None for what is no repository of the hub (accounts, papers, docs, blog …)."""
    if place.host not in HOSTS or not place.segments:
        return None
    segments, sort = place.segments, "models"
    if segments[0] in ("datasets", "spaces"):
        sort, segments = segments[0], segments[1:]
    elif segments[0].lower() in _RESERVED:
        return None
    names = _names_in(sort, segments)
    name = "/".join(segments[:names])
    if not names or not is_name(name):
        return None
    return _inside(HubRef(sort, name, segments=names + (sort != "models")), segments[names:])


def _names_in(sort: str, segments: tuple[str, ...]) -> int:
    """Count the segments that name the repository: two, one for the oldest ones, none if it is no repository.

    One segment alone is an account or one of the oldest models: there the page itself must tell.
    """
    if len(segments) > 1 and segments[1] in _TABS:
        return 1
    if len(segments) > 1:
        return 0 if sort == "models" and segments[1].lower() in _ACCOUNT_TABS else 2
    return len(segments) if sort == "datasets" else 0


def _inside(base: HubRef, rest: tuple[str, ...]) -> HubRef:
    """Read what follows the repository's name."""
    if not rest:
        return base
    tab, revision, path = rest[0], "".join(rest[1:2]), rest[2:]
    if revision == "refs" and len(path) >= 2:  # refs/pr/1, which the site itself writes encoded
        revision, path = "/".join(("refs", *path[:2])), path[2:]
    what = What.PAGE
    if tab in _FILES and path:
        what = What.FILE
    elif tab == "tree" and revision:
        what = What.FOLDER if path else What.REVISION
    elif tab == "tree":
        what = What.REPOSITORY
    return HubRef(base.sort, base.name, what, revision, "/".join(path), base.segments)
