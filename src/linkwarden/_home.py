"""Where linkwarden's own repository is, as far as this installation shows it."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from linkwarden._version import REPOSITORY
from linkwarden.patterns import pattern

_PATIENCE = 5.0  # seconds for git, which reads a few small files
_REMOTE = pattern(r"(?:https?://(?:[^@/]*@)?|ssh://git@|git@)([\w.-]+)(?::\d+)?[:/]([\w./-]+?)(?:\.git)?/?")
_NAME = pattern(r"[\w.-]+/[\w.-]+")
_AT_GITHUB = "https://github.com/"
_said: list[str] = []


class Home(NamedTuple):
    """The repository that this linkwarden comes from.

    Attributes:
        repository: owner/name at GitHub, or "" if it is not known.
        commit: the commit that this is, if everybody can fetch it, or "".
    """

    repository: str = ""
    commit: str = ""

    @property
    def url(self) -> str:
        """The repository's page, or ""."""
        return f"{_AT_GITHUB}{self.repository}" if self.repository else ""


@cache
def home() -> Home:
    """Return where this linkwarden comes from: the constant, the clone that runs, or what the installer wrote down."""
    if REPOSITORY:
        return Home(REPOSITORY)
    if _said:
        return Home(_said[-1])
    here = Path(__file__).resolve()
    found = _of_clone(here.parents[2]) if here.parents[1].name == "src" else Home()
    return found if found.repository else _of_installation()


def is_said_to_be(repository: str) -> None:
    """Take a repository that GitHub names (``GITHUB_ACTION_REPOSITORY``); what is no owner/name is left alone."""
    if _NAME.fullmatch(repository):
        _said.append(repository)
        home.cache_clear()


def page_of(remote: str) -> str | None:
    """Return the web page of a git remote without any secret in it, or None if it has none that can be told."""
    match = _REMOTE.fullmatch(remote.strip())
    return f"https://{match[1]}/{match[2]}" if match else None


def _of_clone(folder: Path) -> Home:
    if not (folder / ".git").exists():
        return Home()
    from linkwarden.git import Git, GitError  # noqa: PLC0415 - most runs do without

    git = Git(folder, _PATIENCE)
    try:
        repository = _name(git.text("config", "--get", "remote.origin.url"))
    except GitError:  # there is no remote, or no git
        return Home()
    try:
        commit = git.text("rev-parse", "--verify", "HEAD").strip()
        pushed = git.text("for-each-ref", "--count=1", f"--contains={commit}", "--format=%(refname)", "refs/remotes/")
    except GitError:
        return Home(repository)
    return Home(repository, commit if pushed.strip() else "")


def _of_installation() -> Home:
    """Return what the installer wrote down (PEP 610, ``direct_url.json``)."""
    from importlib import metadata  # noqa: PLC0415 - slow to import

    try:
        written = json.loads(metadata.distribution("linkwarden").read_text("direct_url.json") or "{}")
        url, commit = str(written.get("url", "")), str(written.get("vcs_info", {}).get("commit_id", ""))
    except (metadata.PackageNotFoundError, ValueError, AttributeError):
        return Home()
    if url.startswith("file://"):
        return _of_clone(Path(unquote(urlsplit(url).path)))
    return Home(_name(url), commit if re.fullmatch(r"[0-9a-f]{40}", commit) else "")


def _name(remote: str) -> str:
    """Return owner/name of a remote at GitHub, or ""."""
    name = (page_of(remote) or "").removeprefix(_AT_GITHUB)
    return name if _NAME.fullmatch(name) else ""
