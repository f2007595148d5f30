"""Reads GitHub URLs: what one names, without asking anybody.

The shapes are those that github.com serves (docs/facts/services.md#github-urls). A URL whose fate no API of GitHub
can tell (site pages, wiki pages, release files, badges) is not read here, so that another provider asks it as a reader
would.
"""

from __future__ import annotations

import re
from enum import StrEnum
from urllib.parse import unquote_to_bytes, urlsplit

from linkwarden.patterns import pattern
from linkwarden.records import dataclass
from linkwarden.text import host_of

#: Every host whose URLs are read here.
HOSTS = frozenset({"github.com", "www.github.com", "raw.githubusercontent.com", "gist.github.com"})
#: First path segments that are pages of the site and never accounts (docs/facts/services.md#github-urls).
RESERVED = frozenset(
    """
    about account admin api apps blog business careers collections contact copilot customer-stories dashboard
    developer discussions downloads enterprise events explore features gist gists github-copilot help home issues
    jobs join learn login logout marketplace mobile new nonprofit notifications oauth open-source organizations orgs
    pages plans pricing projects pulls raw readme repos repositories resources search security sessions settings
    signin signup site solutions sponsors stars status stories support team teams terms topics trending
    user-attachments users watching wiki
    """.split()  # noqa: SIM905 - readable
)
_GIST_RESERVED = frozenset({"discover", "forked", "join", "login", "mine", "search", "starred"})

_OWNER = pattern(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}")
_REPO = pattern(r"[A-Za-z0-9._-]{1,100}")
_GIST_ID = pattern(r"[0-9a-fA-F]{20,32}")
_SHA = pattern(r"[0-9a-fA-F]{7,40}")
_NUMBER = pattern(r"[0-9]{1,9}")  # GraphQL's Int ends at 2,147,483,647
_ARCHIVE_SUFFIX = pattern(r"\.(?:zip|tar\.gz|tgz)\Z")
_RAW_QUERY = pattern(r"(?:^|&)raw=(?:true|1)(?:&|$)")
_TAB = pattern(r"(?:^|&)tab=([^&]*)")
_LINES = pattern(r"L([0-9]{1,9})(?:C[0-9]+)?(?:-L?[0-9]+(?:C[0-9]+)?)?")

#: Anchors of the repository's page itself, not of its README.
_PAGE_ANCHORS = frozenset({"", "files", "readme", "readme-ov-file", "repo-content-pjax-container", "start-of-content"})
#: Parts of a repository's pages that are there whenever the repository is.
_SECTIONS = frozenset(
    """
    activity branches commits community contributors deployments discussions find fork forks graphs insights issues
    labels milestones network packages projects pulls pulse releases search security stargazers tags watchers wiki
    actions
    """.split()  # noqa: SIM905 - readable
)
#: The same, for every URL below them too.
_DEEP_SECTIONS = frozenset({"branches", "commits", "compare", "graphs", "labels", "network", "pulls"})
_PULL_TABS = frozenset({"changes", "checks", "commits", "conflicts", "files"})
_ISSUE_LISTS = frozenset({"assigned", "created_by", "mentioned", "new"})
_GIST_TABS = frozenset({"forks", "revisions", "stargazers"})
_ORG_TABS = frozenset({"followers", "people", "repositories"})


class What(StrEnum):
    """What a GitHub URL names. The words stand in sentences for maintainers."""

    OWNER = "account"
    REPO = "repository"
    SECTION = "section"
    FILE = "file"
    TREE = "folder"
    RAW = "raw file"
    ARCHIVE = "archive"
    COMMIT = "commit"
    TAG = "release"
    ISSUE = "issue"
    DISCUSSION = "discussion"
    MILESTONE = "milestone"
    GIST = "gist"


#: What lies at a path of a branch, tag or commit.
PATHS = frozenset({What.FILE, What.TREE, What.RAW, What.ARCHIVE})
#: What is told by a number within its repository.
NUMBERED = frozenset({What.ISSUE, What.DISCUSSION, What.MILESTONE})
#: What speaks of the past, so that an archived repository takes nothing from it.
HISTORY = frozenset({What.COMMIT, What.ISSUE, What.DISCUSSION, What.MILESTONE})


@dataclass(frozen=True, slots=True)
class GithubRef:
    """What a URL names.

    Attributes:
        what: the sort of thing.
        owner: account, as written; "" for a gist without one.
        repo: repository, as written and without ``.git``; "" for accounts and gists.
        name: section, tag, commit or gist id; of a repository the tab that the URL opens.
        rest: for PATHS the segments after ``blob/`` and the like: a branch, tag or commit, then a path; where the
            one ends and the other begins only GitHub knows, for branch names may hold slashes.
        prefix: ``refs/heads/`` or ``refs/tags/`` where the URL says it, else "".
        number: for NUMBERED.
        fragment: without ``#``.
        raw_host: the URL is one of raw.githubusercontent.com.
    """

    what: What
    owner: str
    repo: str = ""
    name: str = ""
    rest: tuple[str, ...] = ()
    prefix: str = ""
    number: int = 0
    fragment: str = ""
    raw_host: bool = False

    @property
    def full_name(self) -> str:
        """``owner/repo`` as written."""
        return f"{self.owner}/{self.repo}"

    @property
    def ident(self) -> str:
        """One question of this provider: names are case-insensitive on GitHub."""
        if self.what is What.GIST:
            return f"gist:{self.name.lower()}"
        if self.what is What.OWNER:
            return f"@{self.owner.lower()}"
        return self.full_name.lower()

    @property
    def splits(self) -> tuple[tuple[str, str], ...]:
        """Every way to read ``rest`` as (branch, path), the shortest branch first."""
        if self.what is What.ARCHIVE:
            return ((self.prefix + "/".join(self.rest), ""),)
        least_path = 1 if self.what in (What.FILE, What.RAW) else 0
        last = min(len(self.rest) - least_path, 6)  # branch names with more than five slashes: not worth a question
        return tuple(
            (self.prefix + "/".join(self.rest[:k]), "/".join(self.rest[k:])) for k in range(1, max(last, 1) + 1)
        )

    @property
    def branch(self) -> str:
        """The shortest reading of the branch, without ``refs/heads/``."""
        return self.splits[0][0].removeprefix(self.prefix)

    @property
    def path(self) -> str:
        """The path that goes with ``branch``; "" for the root."""
        return self.splits[0][1]

    @property
    def line(self) -> int:
        """The first line that the fragment points at (``L10``, ``L10-L20``, ``L10C3-L12C4``); 0 if it is none."""
        found = _LINES.fullmatch(self.fragment.partition(":~:")[0])
        return int(found[1]) if found else 0

    @property
    def readme_anchor(self) -> str:
        """The section of the README that the URL leads to, or ""."""
        if self.what is not What.REPO or self.name not in ("", "readme-ov-file"):
            return ""
        fragment = self.fragment.partition(":~:")[0]  # what follows is a text fragment, for the browser only
        return "" if fragment.lower() in _PAGE_ANCHORS else fragment


def looks_like_sha(name: str) -> bool:
    """Return whether a name may be a commit's (abbreviated) hash."""
    return _SHA.fullmatch(name) is not None


def with_raw(url: str) -> str:
    """Return the URL of a file in the place of that of its page."""
    return _FILE_PAGE.sub(r"\1/raw/", url)


def parse(url: str) -> GithubRef | None:  # noqa: PLR0911 - one per host and defect
    """Read an absolute http(s) URL; None where no API of GitHub can settle it. Never raises."""
    host = host_of(url)
    if host not in HOSTS:  # nearly every URL of a list
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or "@" in parts.netloc:
        return None
    if port is not None and port != (443 if parts.scheme == "https" else 80):
        return None
    segments = _segments(parts.path)
    if not segments:
        return None
    match host:
        case "github.com" | "www.github.com":
            return _site(segments, parts.query, parts.fragment)
        case "raw.githubusercontent.com":
            return None if "token=" in parts.query else _raw_host(segments, parts.fragment)
        case "gist.github.com":
            return _gist(segments, parts.fragment)
    return None


def _segments(path: str) -> tuple[str, ...]:
    """Return the decoded, non-empty segments of a path; () where they are not plain text."""
    found = []
    for raw in path.split("/"):
        if not raw:
            continue
        try:
            segment = unquote_to_bytes(raw).decode()
        except UnicodeError:
            return ()
        if segment in (".", "..") or any(ord(c) < 0x20 or ord(c) == 0x7F for c in segment):
            return ()
        found.append(segment)
    return tuple(found)


def _site(segments: tuple[str, ...], query: str, fragment: str) -> GithubRef | None:
    """Read a URL of github.com."""
    first = segments[0].lower()
    if first in ("orgs", "users") and 2 <= len(segments) <= 3:
        known_tab = len(segments) == 2 or segments[2] in _ORG_TABS
        return _account(segments[1], fragment) if known_tab else None
    if first in RESERVED:
        return None
    if len(segments) == 1:
        return _account(segments[0], fragment)
    owner, repo = segments[0], segments[1].removesuffix(".git")
    if not is_repository(owner, repo):
        return None
    if len(segments) == 2:
        tab = _TAB.search(query)
        return GithubRef(What.REPO, owner, repo, tab.group(1).lower() if tab else "", fragment=fragment)
    return _inside(GithubRef(What.SECTION, owner, repo, segments[2], fragment=fragment), segments[3:], query)


def is_repository(owner: str, repo: str) -> bool:
    """Return whether GitHub would allow these names (``x.wiki`` is a repository's wiki, not a repository)."""
    names = _OWNER.fullmatch(owner) is not None and _REPO.fullmatch(repo) is not None
    return names and repo not in (".", "..") and not repo.endswith(".wiki")


def _account(login: str, fragment: str) -> GithubRef | None:
    if _OWNER.fullmatch(login) is None or login.lower() in RESERVED:
        return None
    return GithubRef(What.OWNER, login, fragment=fragment)


def _inside(  # noqa: C901, PLR0911, PLR0912 - a table of shapes, one line each
    base: GithubRef, rest: tuple[str, ...], query: str
) -> GithubRef | None:
    """Read what comes after ``/owner/repo/section``."""
    match base.name, rest:
        case ("blob" | "blame" | "edit", (_, _, *_)):
            raw = base.name == "blob" and _RAW_QUERY.search(query) is not None
            return _at_path(base, What.RAW if raw else What.FILE, rest)
        case ("raw", (_, _, *_)):
            return _at_path(base, What.RAW, rest)
        case ("tree", (_, *_)):
            return _at_path(base, What.TREE, rest)
        case ("archive" | "zipball" | "tarball", (_, *_)):
            return _at_path(base, What.ARCHIVE, (*rest[:-1], _ARCHIVE_SUFFIX.sub("", rest[-1])))
        case ("commit", (sha, *_)):
            return _with(base, What.COMMIT, name=re.sub(r"\.(?:diff|patch)\Z", "", sha))
        case ("releases", ("tag", _, *_)):
            return _with(base, What.TAG, name="/".join(rest[1:]))
        case ("releases", ("latest",)):
            return base
        case ("issues", (number,)) if _NUMBER.fullmatch(number):
            return _with(base, What.ISSUE, number=int(number))
        case ("pull", (number, *tabs)) if _NUMBER.fullmatch(number) and (not tabs or tabs[0] in _PULL_TABS):
            return _with(base, What.ISSUE, number=int(number))
        case ("discussions", (number,)) if _NUMBER.fullmatch(number):
            return _with(base, What.DISCUSSION, number=int(number))
        case ("milestone", (number,)) if _NUMBER.fullmatch(number):
            return _with(base, What.MILESTONE, number=int(number))
        case ("issues", (sub, *_)) if sub in _ISSUE_LISTS:
            return base
        case ("discussions", ("categories", _)):
            return base
        case (name, ()) if name in _SECTIONS:
            return base
        case (name, (_, *_)) if name in _DEEP_SECTIONS:
            return base
    return None


def _with(base: GithubRef, what: What, name: str = "", number: int = 0) -> GithubRef:
    return GithubRef(what, base.owner, base.repo, name=name, number=number, fragment=base.fragment)


def _at_path(
    base: GithubRef, what: What, rest: tuple[str, ...], fragment: str = "", *, raw_host: bool = False
) -> GithubRef | None:
    """Make a reference to a path; ``refs/heads/`` before the branch is taken off."""
    prefix = ""
    if rest[0] == "refs" and len(rest) > 2 and rest[1] in ("heads", "tags"):
        prefix, rest = f"refs/{rest[1]}/", rest[2:]
    if what in (What.FILE, What.RAW) and len(rest) < 2:
        return None
    return GithubRef(
        what, base.owner, base.repo, rest=rest, prefix=prefix, fragment=base.fragment or fragment, raw_host=raw_host
    )


def _raw_host(segments: tuple[str, ...], fragment: str) -> GithubRef | None:
    """Read a URL of raw.githubusercontent.com: ``/owner/repo/branch/path``."""
    if len(segments) < 4 or segments[0].lower() in RESERVED or not is_repository(segments[0], segments[1]):
        return None
    return _at_path(GithubRef(What.RAW, segments[0], segments[1]), What.RAW, segments[2:], fragment, raw_host=True)


def _gist(segments: tuple[str, ...], fragment: str) -> GithubRef | None:
    """Read a URL of gist.github.com: ``/id``, ``/user/id`` or ``/user``."""
    if segments[0].lower() in _GIST_RESERVED:
        return None
    owner, tail = "", segments
    if _GIST_ID.fullmatch(segments[0].removesuffix(".git")) is None:
        if _OWNER.fullmatch(segments[0]) is None or segments[0].isdigit():
            return None  # an old gist's number, or a login of digits: the page will tell
        owner, tail = segments[0], segments[1:]
    if not tail:
        return _account(owner, fragment)
    gist = tail[0].removesuffix(".git")
    if _GIST_ID.fullmatch(gist) is None or (len(tail) > 1 and (len(tail) > 2 or tail[1] not in _GIST_TABS)):
        return None
    return GithubRef(What.GIST, owner, name=gist, fragment=fragment)


_OLD_START = pattern(
    r"(?i)\A(?:http://(?:www\.)?|https://www\.)(github\.com|raw\.githubusercontent\.com|gist\.github\.com)(?::80|:443)?(?=/)"
)
_FILE_PAGE = pattern(r"\A([a-zA-Z]+://[^/?#]+(?:/+[^/?#]+){2})/+blob/")
_TWO_SEGMENTS = pattern(r"\A([a-zA-Z]+://[^/?#]+)/+[^/?#]+/+[^/?#]+")


def canonical(url: str) -> str:
    """Return a URL as GitHub's permanent redirects have it: https and without ``www.``."""
    return _OLD_START.sub(lambda m: f"https://{m.group(1).lower()}", url)


def with_repository(url: str, full_name: str) -> str:
    """Return the same URL in another repository; everything after the two names stays as written."""
    found = _TWO_SEGMENTS.match(url)
    if found is None:
        return url
    suffix = ".git" if found.group(0).endswith(".git") else ""
    return f"{found.group(1)}/{full_name}{suffix}{url[found.end() :]}"


def with_branch(url: str, ref: GithubRef, branch: str) -> str:
    """Return the same URL on another branch: the segment that names the branch is replaced."""
    before = 2 + (0 if ref.raw_host else 1) + (2 if ref.prefix else 0)
    pattern = rf"\A([a-zA-Z]+://[^/?#]+(?:/+[^/?#]+){{{before}}}/+)([^/?#]+)"
    found = re.match(pattern, url)
    if found is None:
        return url
    suffix = _ARCHIVE_SUFFIX.search(found.group(2)) if ref.what is What.ARCHIVE else None
    return f"{found.group(1)}{branch}{suffix.group(0) if suffix else ''}{url[found.end() :]}"
