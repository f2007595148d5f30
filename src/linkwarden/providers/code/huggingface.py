"""The Hugging Face Hub: models, datasets, spaces and their files, asked by the hub's own API.

Source: docs/facts/services.md#hugging-face, and the hub's own client (``huggingface_hub``, ``hf_raise_for_status``).
The hub says in ``X-Error-Code`` what a response is about; a 401 without it proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from linkwarden.model import Basis, Fact, Kind, Rule, Suggestion, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example
from linkwarden.providers.registry import (
    Case,
    OneByOne,
    Outcome,
    Place,
    Reply,
    answered,
    ask,
    encoded,
    page_stands,
    unanswered,
    with_path_start,
)
from linkwarden.records import dataclass
from linkwarden.text import host_of

if TYPE_CHECKING:
    from linkwarden.net import Net

HUB = "https://huggingface.co"

#: A name of an account or repository: the hub's own check allows these characters, 96 of them.
_NAME = pattern(r"[A-Za-z0-9_][\w.-]{0,95}", re.ASCII)
#: First segments that are pages of the site and no accounts (from memory of the site [U]; ``page_stands`` catches what
#: is missing here).
_RESERVED_WORDS = (
    "api autotrain blog brand buckets changelog chat coc collections contact-sales course docs enterprise front "
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
    """What in a repository a URL is about."""

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
        """What makes one request to the hub."""
        return f"{self.sort}/{self.name.lower()}"

    @property
    def api(self) -> str:
        """The hub's word on the repository."""
        return f"{HUB}/api/{self.sort}/{encoded(self.name, '/')}"

    def start(self, name: str) -> str:
        """Return how the path of a repository of this sort begins."""
        return name if self.sort == "models" else f"{self.sort}/{name}"

    def resolve(self, name: str) -> str:
        """Return the URL from which the hub serves the file."""
        revision = encoded(self.revision)
        return f"{HUB}/{self.start(encoded(name, '/'))}/resolve/{revision}/{encoded(self.path, '/')}"

    def listing(self, name: str) -> str:
        """Return the request for the folder's contents."""
        return f"{HUB}/api/{self.sort}/{encoded(name, '/')}/tree/{encoded(self.revision)}/{encoded(self.path, '/')}"


def _is_name(name: str) -> bool:
    """Return whether a text can be the name of a repository, with or without its owner."""
    parts = name.split("/")
    return len(parts) <= 2 and all(_NAME.fullmatch(part) for part in parts)


def _names_in(sort: str, segments: tuple[str, ...]) -> int:
    """Count the segments that name the repository: two, one for the oldest ones, none if it is no repository.

    One segment alone is an account or one of the oldest models: there the page itself must tell.
    """
    if len(segments) > 1 and segments[1] in _TABS:
        return 1
    if len(segments) > 1:
        return 0 if sort == "models" and segments[1].lower() in _ACCOUNT_TABS else 2
    return len(segments) if sort == "datasets" else 0


def _inside_of(base: HubRef, rest: tuple[str, ...]) -> HubRef:
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


_SERVICE = "Hugging Face"
_THINGS = {"models": "model", "datasets": "dataset", "spaces": "space"}
_DISABLED = "access to this resource is disabled."

MISSING = Rule(
    "LW620",
    "hub-repository-missing",
    Verdict.BROKEN,
    "Hugging Face has no such repository, or it is private",
    "Hugging Face's API says that there is no model, dataset or space of this name. It gives the same answer for "
    "private ones; readers of the list see neither.",
    "Look for the new name on huggingface.co, ask the owner to make it public, or take the entry out.",
)
NO_SUCH_FILE = Rule(
    "LW621",
    "hub-file-missing",
    Verdict.BROKEN,
    "the repository at Hugging Face has no such file, folder or version",
    "The repository is there. Hugging Face says that it has no such branch, tag or commit, or that the file or folder "
    "is not in it.",
    "Look for the file in the repository and link to where it is now.",
)
RENAMED = Rule(
    "LW622",
    "hub-repository-renamed",
    Verdict.MOVED,
    "the repository at Hugging Face has a new name",
    "Hugging Face leads readers from the old name to the new one, until somebody else takes the old name.",
    "Put the new name into the list.",
)
DISABLED = Rule(
    "LW623",
    "hub-repository-disabled",
    Verdict.DEGRADED,
    "Hugging Face has disabled this repository",
    "The repository exists, and Hugging Face says that access to it is disabled. Readers get a notice in place of it.",
    "Look for another copy, or take the entry out.",
)


@dataclass(frozen=True, slots=True)
class _Repository:
    """A repository that exists, by the name it has today."""

    name: str
    gated: bool
    disabled: bool
    reply: Reply


class HuggingFace(OneByOne[HubRef]):
    """Settles repositories of the hub and files in them; its other pages tell by themselves."""

    name = "huggingface"
    title = "Hugging Face"
    rank = 200
    domains = frozenset({"huggingface.co", "hf.co"})
    kind = Kind.REPOSITORY
    rules = (MISSING, NO_SUCH_FILE, RENAMED, DISABLED)
    examples = (
        Example("https://huggingface.co/google/flan-t5-xl", "models/google/flan-t5-xl"),
        Example("https://hf.co/datasets/squad", "datasets/squad"),
        Example("https://huggingface.co/spaces/stabilityai/TripoSR?duplicate=true", "spaces/stabilityai/triposr"),
        Example("https://huggingface.co/gpt2/resolve/main/config.json", "models/gpt2"),
        Example("https://huggingface.co/datasets/a/b/blob/main/data/train.csv", "datasets/a/b"),
        Example("https://huggingface.co/papers/2106.15928", None),
        Example("https://huggingface.co/docs/transformers/index", None),
        Example("https://huggingface.co/buckets/google/flan-t5-xl", None),
        Example("https://huggingface.co/facebook/models", None),
        Example("https://huggingface.co/facebook", None),
        Example("https://huggingface.co/a/b/resolve/main/teaser.png", None, image=True),
    )

    def read(self, place: Place) -> HubRef | None:
        segments, sort = place.segments, "models"
        if segments and segments[0] in ("datasets", "spaces"):
            sort, segments = segments[0], segments[1:]
        elif not segments or segments[0].lower() in _RESERVED:
            return None
        names = _names_in(sort, segments)
        name = "/".join(segments[:names])
        if not names or not _is_name(name):
            return None
        return _inside_of(HubRef(sort, name, segments=names + (sort != "models")), segments[names:])

    async def settle(self, net: Net, cases: Sequence[Case[HubRef]]) -> Sequence[Outcome]:
        """Ask once for the repository, and once more for each file in one that is there."""
        ref = cases[0].ref
        reply = await ask(net, ref.api, "hugging-face")
        code = reply.header("x-error-code")
        if code == "RepoNotFound" and reply.status in (401, 404):
            return await _missing(net, cases, reply)
        if reply.status == 200 and reply.describes("id", "sha"):
            repository = _repository(ref, reply)
        elif code == "GatedRepo" and reply.status in (401, 403):
            repository = _Repository(ref.name, gated=True, disabled=False, reply=reply)
        elif reply.status == 403 and reply.header("x-error-message").lower() == _DISABLED:
            repository = _Repository(ref.name, gated=False, disabled=True, reply=reply)
            return [item for case in cases for item in _healthy(case, repository)]
        else:
            return unanswered(cases, _SERVICE, reply)
        return [item for case in cases for item in await _inside(net, case, repository)]


def _repository(ref: HubRef, reply: Reply) -> _Repository:
    """Read the hub's description; what it does not tell counts as not so."""
    name = reply.table.get("id")
    if not isinstance(name, str) and reply.response is not None:
        path = unquote(urlsplit(reply.response.url).path)
        name = path.removeprefix(f"/api/{ref.sort}/")
    known = name if isinstance(name, str) and _is_name(name) else ref.name
    gated = reply.table.get("gated") not in (None, False)
    return _Repository(known, gated=gated, disabled=reply.table.get("disabled") is True, reply=reply)


async def _missing(net: Net, cases: Sequence[Case[HubRef]], reply: Reply) -> Sequence[Outcome]:
    """Report, unless what looks like a model is something else of the site: then the link's own page is there.

    The hub has had more and more sorts of things with URLs of their own (docs/facts/services.md#hugging-face).
    """
    ref = cases[0].ref
    thing = _THINGS[ref.sort]
    reason = f"Hugging Face has no {thing} called {ref.name}: it is missing or private, and readers cannot see it."
    items: list[Outcome] = []
    for case in cases:
        stands = await page_stands(net, case.url.partition("#")[0]) if ref.sort == "models" else False
        if stands is None:
            items += unanswered([case], _SERVICE, reply, "has no such model to show, and its page could not be seen")
        elif stands:
            items.append(case.passed())
        else:
            items += answered([case], reply, "RepoNotFound", MISSING, reason)
    return items


async def _inside(net: Net, case: Case[HubRef], repository: _Repository) -> Sequence[Outcome]:
    """Return what is said of a link into a repository that is there."""
    ref = case.ref
    match ref.what:
        case What.PAGE:
            return [case.passed()]
        case What.REPOSITORY if urlsplit(case.url).fragment and not repository.disabled:
            return [case.passed()]  # the card is a page, and whether it has the place can be seen there
        case What.REVISION if ref.revision != "main":
            url = f"{HUB}/api/{ref.sort}/{repository.name}/revision/{ref.revision.replace('/', '%2F')}"
            reply = await ask(net, url, "hugging-face")
        case What.FILE:
            reply = await _ask_file(net, ref, repository)
        case What.FOLDER:
            reply = await ask(net, ref.listing(repository.name), "hugging-face")
        case _:
            return _healthy(case, repository)
    return await _judge_inside(net, case, repository, reply)


async def _judge_inside(net: Net, case: Case[HubRef], repository: _Repository, reply: Reply) -> Sequence[Outcome]:
    """Return what the hub's response about a file, folder or version means."""
    ref, code = case.ref, reply.header("x-error-code")
    if reply.status in (200, 302, 307, 308) and not code:
        return _healthy(case, repository, reply.fact(f"the {ref.what.value} is there"))
    if code == "GatedRepo":
        return _healthy(case, repository, Fact("whether the file is there is shown only to readers who logged in"))
    if reply.status == 404 and code == "RevisionNotFound":
        reason = f"The repository {repository.name} at Hugging Face has no version called {ref.revision}."
        return answered([case], reply, code, NO_SUCH_FILE, reason)
    if reply.status == 404 and code == "EntryNotFound":
        if await _is_the_other(net, ref, repository):
            return [case.passed()]
        reason = f"The repository {repository.name} at Hugging Face has no {ref.what.value} called {ref.path}."
        return answered([case], reply, code, NO_SUCH_FILE, reason)
    return unanswered([case], _SERVICE, reply)


async def _ask_file(net: Net, ref: HubRef, repository: _Repository) -> Reply:
    return await ask(net, ref.resolve(repository.name), "hugging-face", accept="*/*", max_bytes=1, follow=False)


async def _is_the_other(net: Net, ref: HubRef, repository: _Repository) -> bool:
    """Return whether what is missing as a file is there as a folder, or the other way round."""
    if ref.what is What.FILE:
        reply = await ask(net, ref.listing(repository.name), "hugging-face")
    else:
        reply = await _ask_file(net, ref, repository)
    return reply.status in (200, 302, 307)


def _healthy(case: Case[HubRef], repository: _Repository, *inside: Fact) -> Sequence[Outcome]:
    """Return what a reader should know of something that is there; ``inside`` is what was seen in the repository."""
    ref, reply = case.ref, repository.reply
    seen = (reply.fact(f"Hugging Face knows the {_THINGS[ref.sort]} {repository.name}"), *inside)
    if repository.gated:
        seen = (*seen, Fact("readers must log in and agree to terms before they get its files"))
    if repository.disabled:
        reason = f"Hugging Face has disabled access to {repository.name}."
        return answered([case], reply, seen, DISABLED, reason)
    if repository.name.casefold() == ref.name.casefold():
        return answered([case], reply, seen, title=repository.name)
    better = with_path_start(case.url, ref.segments, ref.start(repository.name))
    if host_of(better) != "huggingface.co":
        better = f"{HUB}/{better.split('//', 1)[1].partition('/')[2]}"
    suggestion = Suggestion(better, "the repository's present name", Basis.PRESENT_NAME)
    reason = f"The {_THINGS[ref.sort]} is now called {repository.name}."
    return answered([case], reply, seen, RENAMED, reason, suggestion=suggestion, title=repository.name)
