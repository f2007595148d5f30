"""The forges beside GitHub: which hosts speak which interface, and how an address names a repository there. Pure.

Source: services.md section 5 (GitLab, Codeberg/Gitea, Bitbucket); GitLab "Reserved project and group names".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from linkwarden.providers._registry import Place, encoded


class Dialect(StrEnum):
    """An interface, by the name of the software or service."""

    GITLAB = "GitLab"
    GITEA = "Gitea"
    BITBUCKET = "Bitbucket"


#: The instances beside gitlab.com and codeberg.org are from memory [U]. One that has changed its software answers
#: without the interface's JSON, and then its pages are asked.
HOSTS = {
    "gitlab.com": (Dialect.GITLAB, "GitLab"),
    "gitlab.gnome.org": (Dialect.GITLAB, "GNOME's GitLab"),
    "gitlab.freedesktop.org": (Dialect.GITLAB, "freedesktop.org's GitLab"),
    "salsa.debian.org": (Dialect.GITLAB, "Debian's GitLab"),
    "framagit.org": (Dialect.GITLAB, "Framagit"),
    "invent.kde.org": (Dialect.GITLAB, "KDE's GitLab"),
    "codeberg.org": (Dialect.GITEA, "Codeberg"),
    "gitea.com": (Dialect.GITEA, "gitea.com"),
    "bitbucket.org": (Dialect.BITBUCKET, "Bitbucket"),
}

_NAME = re.compile(r"[\w.+-]{1,255}", re.ASCII)
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
    # From memory [U]; an ordinary page that is missing here is found out by asking it before anybody is accused.
    Dialect.BITBUCKET: "account api blog dashboard features gateway product repo site snippets socialauth support xhr",
}
_RESERVED = {dialect: frozenset(words.split()) for dialect, words in _RESERVED_WORDS.items()}
#: GitLab: no project may be called so, so that a repository's name ends before them.
_NEVER_PROJECTS_WORDS = (
    "- badges blame blob builds commits create create_dir edit environments files find_file gitlab-lfs info new "
    "preview raw refs tree update wikis"
)
_NEVER_PROJECTS = frozenset(_NEVER_PROJECTS_WORDS.split())
#: GitLab: sections of a project in addresses older than 2019, which a project may also be called.
_MAYBE_SECTIONS_WORDS = (
    "activity archive boards branches commit compare forks graphs issues jobs labels merge_requests milestones network "
    "pipelines releases repository snippets tags uploads"
)
_MAYBE_SECTIONS = frozenset(_MAYBE_SECTIONS_WORDS.split())


@dataclass(frozen=True, slots=True)
class ForgeRef:
    """A repository, and what in it an address is about.

    Attributes:
        host: of the forge.
        names: the repository's full name; where an address can be read in two ways, the longest reading first.
        rest: path segments that follow the first reading.
    """

    host: str
    names: tuple[str, ...]
    rest: tuple[str, ...] = ()

    @property
    def dialect(self) -> Dialect:
        """The interface of the host."""
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
        """What makes one question; forges do not tell capitals apart in names."""
        return f"{self.host}/{self.name.lower()}"

    def api(self, name: str) -> str:
        """Give the question about a repository."""
        match self.dialect:
            case Dialect.GITLAB:
                return f"https://{self.host}/api/v4/projects/{encoded(name)}"
            case Dialect.GITEA:
                return f"https://{self.host}/api/v1/repos/{encoded(name, '/')}"
            case Dialect.BITBUCKET:
                return f"https://api.bitbucket.org/2.0/repositories/{encoded(name, '/')}"

    def group_api(self) -> str:
        """Give the question whether the name is a group of GitLab, which an address does not show."""
        return f"https://{self.host}/api/v4/groups/{encoded(self.name)}?with_projects=false"

    def contents_api(self, name: str) -> str | None:
        """Give Gitea's question about a file or folder; None if the address names none."""
        match self.rest:
            case ("src" | "raw" | "media", "branch" | "tag" | "commit", revision, *path) if path:
                where = f"{self.api(name)}/contents/{encoded('/'.join(path), '/')}"
                return f"{where}?ref={encoded(revision)}"
        return None


def parse(place: Place) -> ForgeRef | None:
    """Read an address; None for accounts, the forge's own pages, and other hosts."""
    known = HOSTS.get(place.host)
    segments = place.segments
    if known is None or len(segments) < 2 or segments[0].lower() in _RESERVED[known[0]]:
        return None
    if known[0] is Dialect.GITLAB:
        return _gitlab(place.host, segments)
    if segments[1] == "-":
        return None
    return _ref(place.host, (segments[:2],), segments[2:])


def is_name(name: str) -> bool:
    """Tell whether a text can be the full name of a repository."""
    parts = name.split("/")
    return len(parts) >= 2 and all(_NAME.fullmatch(part) and part not in (".", "..") for part in parts)


def _gitlab(host: str, segments: tuple[str, ...]) -> ForgeRef | None:
    """Read an address of GitLab: groups may be nested, and ``/-/`` or a section's name ends the project's."""
    end = next((i for i, s in enumerate(segments) if i >= 1 and s in _NEVER_PROJECTS), len(segments))
    if end < 2:
        return None
    whole, rest = segments[:end], segments[end:]
    shorter = next((i for i, s in enumerate(whole) if i >= 2 and s in _MAYBE_SECTIONS), None)
    readings = (whole,) if shorter is None else (whole, whole[:shorter])
    return _ref(host, readings, rest)


def _ref(host: str, readings: tuple[tuple[str, ...], ...], rest: tuple[str, ...]) -> ForgeRef | None:
    names = tuple("/".join(reading).removesuffix(".git") for reading in readings)
    return ForgeRef(host, names, rest) if all(map(is_name, names)) else None
