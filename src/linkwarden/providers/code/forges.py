"""Repositories at GitLab, Codeberg (Gitea) and Bitbucket, asked by their APIs.

The pages of a forge send those who are not logged in elsewhere for what is missing, or stand behind a bot wall; the
APIs tell. What lies inside a repository is left to the pages, except files at Gitea, which its API can
confirm past the wall. Source: docs/facts/services.md#other-forges.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from linkwarden.datafile import read_table
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

if TYPE_CHECKING:
    from linkwarden.net import Net


class Dialect(StrEnum):
    """An API, by the name of the software or service."""

    GITLAB = "GitLab"
    GITEA = "Gitea"
    BITBUCKET = "Bitbucket"


#: The API and the name of each forge, by host.
HOSTS = {
    row["host"]: (row.read("api", Dialect), row["name"])
    for row in read_table(__package__, "forges.tsv", ("host", "api", "name"), unique="host")
}

_NAME = pattern(r"[\w.+-]{1,255}", re.ASCII)
_RESERVED_WORDS = {
    Dialect.GITLAB: (
        "- .well-known 404.html abuse_reports admin api assets dashboard deploy.html explore files groups health_check "
        "help import jwt login oauth profile projects public robots.txt s search sitemap snippets unsubscribes uploads "
        "users v2"
    ),
    Dialect.GITEA: (
        "- admin api assets attachments avatars captcha explore ghost issues login metrics milestones new "
        "notifications org pulls repo repo-avatars robots.txt serviceworker.js ssh_info swagger.v1.json user v2"
    ),
    # From memory [U]; an ordinary page that is missing here is found out by asking it before anything is reported.
    Dialect.BITBUCKET: "account api blog dashboard features gateway product repo site snippets socialauth support xhr",
}
_RESERVED = {dialect: frozenset(words.split()) for dialect, words in _RESERVED_WORDS.items()}
#: GitLab: no project may be called so, so that a repository's name ends before them.
_NEVER_PROJECTS_WORDS = (
    "- badges blame blob builds commits create create_dir edit environments files find_file gitlab-lfs info new "
    "preview raw refs tree update wikis"
)
_NEVER_PROJECTS = frozenset(_NEVER_PROJECTS_WORDS.split())
#: GitLab: sections of a project in URLs older than 2019, which a project may also be called.
_MAYBE_SECTIONS_WORDS = (
    "activity archive boards branches commit compare forks graphs issues jobs labels merge_requests milestones network "
    "pipelines releases repository snippets tags uploads"
)
_MAYBE_SECTIONS = frozenset(_MAYBE_SECTIONS_WORDS.split())


@dataclass(frozen=True, slots=True)
class ForgeRef:
    """A repository, and what in it a URL is about.

    Attributes:
        host: of the forge.
        names: the repository's full name; where a URL can be read in two ways, the longest reading first.
        rest: path segments that follow the first reading.
    """

    host: str
    names: tuple[str, ...]
    rest: tuple[str, ...] = ()

    @property
    def dialect(self) -> Dialect:
        """The API of the host."""
        return HOSTS[self.host][0]

    @property
    def forge(self) -> str:
        """What people call it."""
        return HOSTS[self.host][1]

    @property
    def name(self) -> str:
        """The repository's full name, in the likeliest reading."""
        return self.names[0]

    @property
    def segments(self) -> int:
        """How many path segments the name has."""
        return self.name.count("/") + 1

    @property
    def ident(self) -> str:
        """What makes one request; forges do not tell capitals apart in names."""
        return f"{self.host}/{self.name.lower()}"

    def api(self, name: str) -> str:
        """Return the request about a repository."""
        match self.dialect:
            case Dialect.GITLAB:
                return f"https://{self.host}/api/v4/projects/{encoded(name)}"
            case Dialect.GITEA:
                return f"https://{self.host}/api/v1/repos/{encoded(name, '/')}"
            case Dialect.BITBUCKET:
                return f"https://api.bitbucket.org/2.0/repositories/{encoded(name, '/')}"

    def group_api(self) -> str:
        """Return the request whether the name is a group of GitLab, which a URL does not show."""
        return f"https://{self.host}/api/v4/groups/{encoded(self.name)}?with_projects=false"

    def contents_api(self, name: str) -> str | None:
        """Return Gitea's request about a file or folder; None if the URL names none."""
        match self.rest:
            case ("src" | "raw" | "media", "branch" | "tag" | "commit", revision, *path) if path:
                where = f"{self.api(name)}/contents/{encoded('/'.join(path), '/')}"
                return f"{where}?ref={encoded(revision)}"
        return None


def _is_name(name: str) -> bool:
    """Return whether a text can be the full name of a repository."""
    parts = name.split("/")
    return len(parts) >= 2 and all(_NAME.fullmatch(part) and part not in (".", "..") for part in parts)


def _gitlab_readings(segments: tuple[str, ...]) -> tuple[int, ...]:
    """Return how many segments may name the project: groups may be nested, and a section's name ends it."""
    end = next((i for i, s in enumerate(segments) if i >= 1 and s in _NEVER_PROJECTS), len(segments))
    shorter = next((i for i, s in enumerate(segments[:end]) if i >= 2 and s in _MAYBE_SECTIONS), None)
    return (end,) if shorter is None else (end, shorter)


MISSING = Rule(
    "LW635",
    "forge-repository-missing",
    Verdict.BROKEN,
    "the forge has no such repository, or it is private",
    "The forge's API says that there is no repository of this name. It gives the same answer for private ones; readers "
    "of the list see neither.",
    "Look for the new place of the project, ask the owner to make it public, or take the entry out.",
)
MOVED = Rule(
    "LW636",
    "forge-repository-moved",
    Verdict.MOVED,
    "the repository has a new name",
    "The forge leads from the old name of the repository to the new one, until somebody else takes the old name.",
    "Put the new name into the list.",
)
ARCHIVED = Rule(
    "LW637",
    "forge-repository-archived",
    Verdict.DEGRADED,
    "the repository is archived",
    "Its owner has marked the repository as archived: it can be read, and nobody works on it any more.",
    "Decide whether the entry should stay, or say in the list that the project is archived.",
)

#: Tabs of a repository at Gitea, with the field that tells whether it has them.
_GITEA_TABS = {"issues": "has_issues", "pulls": "has_pull_requests", "releases": "has_releases"}


class Forges(OneByOne[ForgeRef]):
    """Settles repositories; of URLs inside one it says whether the repository is gone, and the page is asked."""

    name = "forges"
    title = "GitLab, Codeberg, Bitbucket and other GitLab and Forgejo sites"
    rank = 230
    domains = frozenset(HOSTS)
    kind = Kind.REPOSITORY
    rules = (MISSING, MOVED, ARCHIVED)
    examples = (
        Example("https://gitlab.com/inkscape/inkscape", "gitlab.com/inkscape/inkscape"),
        Example("https://gitlab.com/a/b/C.git", "gitlab.com/a/b/c"),
        Example("https://gitlab.com/a/b/c/-/blob/main/README.md", "gitlab.com/a/b/c"),
        Example("https://gitlab.com/a/b/tree/master/src", "gitlab.com/a/b"),
        Example("https://codeberg.org/forgejo/forgejo/src/branch/main/README.md", "codeberg.org/forgejo/forgejo"),
        Example("https://bitbucket.org/atlassian/jest/src/master/", "bitbucket.org/atlassian/jest"),
        Example("https://gitlab.com/inkscape", None),
        Example("https://gitlab.com/explore/projects", None),
        Example("https://codeberg.org/user/login", None),
        Example("https://about.gitlab.com/a/b", None),
        Example("https://gitlab.com/a/b/-/raw/main/logo.png", None, image=True),
    )

    def read(self, place: Place) -> ForgeRef | None:
        segments, dialect = place.segments, HOSTS[place.host][0]
        if len(segments) < 2 or segments[0].lower() in _RESERVED[dialect]:
            return None
        readings = _gitlab_readings(segments) if dialect is Dialect.GITLAB else (2,)
        names = tuple("/".join(segments[:end]).removesuffix(".git") for end in readings)
        if segments[1] == "-" or not all(map(_is_name, names)):
            return None
        return ForgeRef(place.host, names, segments[readings[0] :])

    async def settle(self, net: Net, cases: Sequence[Case[ForgeRef]]) -> Sequence[Outcome]:
        """Ask the API, and leave to the pages what it does not tell: they never show what is not there."""
        ref = cases[0].ref
        reply = await ask(net, ref.api(ref.name), "forge")
        if reply.status == 200 and (_full_name(ref, reply) or (reply.is_object and not reply.table)):
            return [item for case in cases for item in await _there(net, case, reply)]
        contradicted = await _contradicted(net, ref) if _says_missing(ref, reply) else True
        if contradicted is None:
            why = "has no such repository to show, and its page could not be seen"
            return unanswered(cases, ref.forge, reply, why)
        if contradicted:
            return [case.passed() for case in cases]
        reason = f"{ref.forge} has no repository {ref.name}: it is missing or private, and readers cannot see it."
        return answered(cases, reply, "the API has no such repository", MISSING, reason)


def _says_missing(ref: ForgeRef, reply: Reply) -> bool:
    """Return whether a 404 is the API's own word: each wraps it in its JSON."""
    key = "error" if ref.dialect is Dialect.BITBUCKET else "message"
    return reply.status == 404 and key in reply.table


async def _contradicted(net: Net, ref: ForgeRef) -> bool | None:
    """Look at the name in other ways before it is called missing: True if it is something, None if unknown.

    At GitLab a name may be a group, or a project with a section after it, as old URLs have it. Bitbucket's
    API is less well known [U], so that its page has a word too.
    """
    if ref.dialect is Dialect.GITEA:
        return False
    if ref.dialect is Dialect.BITBUCKET:
        return await page_stands(net, f"https://{ref.host}/{encoded(ref.name, '/')}")
    for url in (*(ref.api(name) for name in ref.names[1:]), ref.group_api()):
        reply = await ask(net, url, "forge")
        if reply.status == 200 and reply.is_object:
            return True
        if not _says_missing(ref, reply):
            return None
    return False


def _full_name(ref: ForgeRef, reply: Reply) -> str:
    """Return the name that the repository has today, or "" if the response tells none."""
    name = reply.table.get("path_with_namespace" if ref.dialect is Dialect.GITLAB else "full_name")
    return name if isinstance(name, str) and _is_name(name) else ""


async def _there(net: Net, case: Case[ForgeRef], reply: Reply) -> list[Outcome]:
    """Return what is said of a link into a repository that is there."""
    ref = case.ref
    name = _full_name(ref, reply) or ref.name
    facts: tuple[Fact, ...] = (reply.fact(f"{ref.forge} has the repository {name}"),)
    if ref.rest:
        inside = await _inside(net, ref, name, reply)
        if inside is None:
            return [case.passed()]
        facts += (inside,)
    elif "#" in case.url:  # forges put READMEs into their pages by script
        facts += (Fact("the section of the README was not looked for"),)
    title = reply.table.get("name")
    if name.casefold() != ref.name.casefold():
        better = with_path_start(case.url, ref.segments, name)
        suggestion = Suggestion(better, "the repository's present name", Basis.PRESENT_NAME)
        reason = f"The repository is now called {name}."
        return answered([case], reply, facts, MOVED, reason, suggestion=suggestion, title=title)
    if reply.table.get("archived") is True and not ref.rest:
        return answered([case], reply, facts, ARCHIVED, f"The repository {name} is archived.", title=title)
    return answered([case], reply, facts, title=title)


async def _inside(net: Net, ref: ForgeRef, name: str, repository: Reply) -> Fact | None:
    """Confirm what a URL is about inside a repository at Gitea; None leaves it to the page.

    Codeberg's pages stand behind a bot wall and its API does not. Its "no" is not believed: a branch's name
    may contain slashes, which a URL does not show.
    """
    if ref.dialect is not Dialect.GITEA:
        return None
    if len(ref.rest) == 1 and repository.table.get(_GITEA_TABS.get(ref.rest[0], "")) is True:
        return Fact(f"the repository has {ref.rest[0]}; their page was not asked")
    url = ref.contents_api(name)
    if url is None:
        return None
    reply = await ask(net, url, "forge")
    return (
        reply.fact("the file or folder is there")
        if reply.status == 200 and (reply.is_list or reply.is_object)
        else None
    )
