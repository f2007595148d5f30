"""Where the lines of the lists can be read on the web, exactly as they were checked.

A page is named only where it is known to show the same text: the file is what the commit has, and the commit is one
that the web page has (a CI service says so, or a branch of the remote contains it). Blocks: git reads the repository.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import quote_from_bytes, urlsplit

from linkwarden._home import page_of
from linkwarden.git import Git, GitError
from linkwarden.model import Run
from linkwarden.patterns import pattern
from linkwarden.records import dataclass
from linkwarden.text import is_http, mask_secrets

_PATIENCE = 5.0  # seconds for git, of which it takes a few hundredths
_MOST_FILES = 2_000
_MOST_BYTES = 64 * 1024 * 1024
_COMMIT = pattern(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_SERVER = pattern(r"https?://[\w.-]+(?::\d{1,5})?(?:/[\w.~-]+)*")
_NAME = pattern(r"[\w.~-]+(?:/[\w.~-]+)+")
#: What forges show as a page in which lines have no numbers (docs/facts/services.md#lines-of-files).
_RENDERED = pattern(
    r"\.(?:md|markdown|mdown|mkdn?|mdx|re?st|adoc|asciidoc|asc|org|textile|rdoc|creole|mediawiki|wiki|pod|ipynb|csv|tsv|svg)",
    re.IGNORECASE,
)


def _github(file: str, commit: str) -> str:
    return f"/blob/{commit}/{file}{_as_source(file, 'plain=1')}#L"


def _gitlab(file: str, commit: str) -> str:
    return f"/-/blob/{commit}/{file}{_as_source(file, 'plain=1')}#L"


def _forgejo(file: str, commit: str) -> str:
    return f"/src/commit/{commit}/{file}{_as_source(file, 'display=source')}#L"


def _bitbucket(file: str, commit: str) -> str:
    return f"/src/{commit}/{file}#lines-"


def _as_source(file: str, query: str) -> str:
    return f"?{query}" if _RENDERED.fullmatch(os.path.splitext(file)[1]) else ""  # noqa: PTH122 - of a URL


Forge = Callable[[str, str], str]
_FORGES: Mapping[str, Forge] = {
    "github.com": _github,
    "gitlab.com": _gitlab,
    "codeberg.org": _forgejo,
    "gitea.com": _forgejo,
    "bitbucket.org": _bitbucket,
}


@dataclass(frozen=True, slots=True)
class Job:
    """What a CI service says of the repository that it has checked out.

    Attributes:
        page: of the repository.
        commit: that is checked out.
        folder: where.
        forge: how the pages of the service's files are called.
    """

    page: str
    commit: str
    folder: Path
    forge: Forge


def job_of(environ: Mapping[str, str]) -> Job | None:
    """Return what the environment says of a CI job, or None outside of one (and where it makes no sense).

    GitHub and Forgejo Actions: docs.github.com, "Variables"; GitLab: docs.gitlab.com, "Predefined CI/CD variables".
    """
    if environ.get("CI_PROJECT_URL"):
        page, commit, folder = (environ.get(f"CI_{name}", "") for name in ("PROJECT_URL", "COMMIT_SHA", "PROJECT_DIR"))
        forge: Forge = _gitlab
    else:
        server, name = environ.get("GITHUB_SERVER_URL", ""), environ.get("GITHUB_REPOSITORY", "")
        page = f"{server.rstrip('/')}/{name}" if _NAME.fullmatch(name) else ""
        commit, folder = environ.get("GITHUB_SHA", ""), environ.get("GITHUB_WORKSPACE", "")
        forge = _forgejo if environ.get("FORGEJO_ACTIONS") or environ.get("GITEA_ACTIONS") else _github
    if not _SERVER.fullmatch(page) or not _COMMIT.fullmatch(commit):
        return None
    return Job(page, commit, Path(folder or Path.cwd()).resolve(), forge)


def lines_of(page: str) -> str:
    """Return what the number of a line is added to, of a file's page at GitHub, or ""."""
    match = re.fullmatch(r"(https://github\.com/[\w.-]+/[\w.-]+)/blob/([\w.-]+)/([^?#\s]+)", page)
    return match[1] + _github(match[3], match[2]) if match else ""


def with_pages(run: Run, environ: Mapping[str, str]) -> Run:
    """Return the run with the pages of its lists, as far as they are known; it never fails.

    Args:
        run: a finished run.
        environ: the environment, in which CI services say what they have checked out.
    """
    job = job_of(environ)
    found: dict[str, str] = {}
    for root, files in _by_root(run.sha256).items():
        found |= _pages(root, files, run.sha256, job)
    return replace(run, pages={**run.pages, **found}) if found else run


def _by_root(names: Iterable[str]) -> dict[Path | None, dict[str, Path]]:
    """Return the files among the names of lists, by the repository that they lie in."""
    roots: dict[Path | None, dict[str, Path]] = {}
    for name in names:
        if is_http(name) or mask_secrets(name) != name:  # what is masked is not to be read in a link either
            continue
        try:
            path = Path(name).resolve()
            if path.is_file():
                roots.setdefault(_root_of(path), {})[name] = path
        except (OSError, RuntimeError, ValueError):  # no path at all, or a loop of links
            continue
    return roots


def _root_of(path: Path) -> Path | None:
    return next((folder for folder in path.parents if os.path.lexists(folder / ".git")), None)


def _pages(root: Path | None, files: Mapping[str, Path], digests: Mapping[str, str], job: Job | None) -> dict[str, str]:
    """Return the pages of files of one repository; of those that are what the commit has."""
    if root is not None:
        try:
            git = Git(root, _PATIENCE)
            address = _address(git, root, job)
            return {} if address is None else _unchanged(git, root, files, digests, address)
        except (GitError, OSError, ValueError, IndexError):
            pass  # there is no git, or it does not trust the owner of the folder: what the job says has to do
    if job is None or (root is not None and root != job.folder):
        return {}
    inside = {name: path for name, path in files.items() if path.is_relative_to(job.folder)}
    address = partial(_line_address, job.page, job.forge, job.commit)
    return {name: address(_quoted(path.relative_to(job.folder))) for name, path in inside.items()}


def _line_address(page: str, forge: Forge, commit: str, file: str) -> str:
    return page + forge(file, commit)


def _address(git: Git, root: Path, job: Job | None) -> Callable[[str], str] | None:
    """Return how the pages of the commit's files are called, or None where nobody else can see the commit.

    Raises:
        GitError: git failed.
    """
    commit = git.text("rev-parse", "--verify", "--end-of-options", "HEAD^{commit}")
    if job is not None and job.commit == commit:
        return partial(_line_address, job.page, job.forge, commit)
    try:
        page = page_of(git.text("config", "--get", "remote.origin.url")) or ""
    except GitError:  # there is no such remote; a job's own folder is what the job says
        return (
            partial(_line_address, job.page, job.forge, job.commit) if job is not None and root == job.folder else None
        )
    host = urlsplit(page).hostname or ""
    forge = _FORGES.get(host) or (job.forge if job is not None and urlsplit(job.page).hostname == host else None)
    known = "--count=1", f"--contains={commit}", "--format=%(refname)", "refs/remotes/origin/"
    if forge is None or not git.text("for-each-ref", *known):
        return None
    return partial(_line_address, page, forge, commit)


def _unchanged(
    git: Git, root: Path, files: Mapping[str, Path], digests: Mapping[str, str], address: Callable[[str], str]
) -> dict[str, str]:
    """Return the pages of those files whose bytes, as they were checked, are those of HEAD.

    Raises:
        GitError: git failed.
    """
    top = root.resolve()
    paths = {name: path.relative_to(top) for name, path in list(files.items())[:_MOST_FILES]}
    listed = git.run("ls-tree", "-z", "--full-tree", "HEAD", "--", *(p.as_posix() for p in paths.values()))
    oids: dict[str, str] = {}
    for record in listed.split(b"\0"):
        head, tab, file = record.partition(b"\t")
        if tab and head.startswith(b"100"):  # regular files
            oids[os.fsdecode(file)] = head.split(b" ")[2].decode("ascii")
    contents = git.contents(oids.values(), _MOST_BYTES)
    found: dict[str, str] = {}
    for name, path in paths.items():
        data = contents.get(oids.get(path.as_posix(), ""))
        if data is not None and digests[name] in _digests(data):
            found[name] = address(_quoted(path))
    return found


def _digests(data: bytes) -> tuple[str, ...]:
    """Return the hashes of a file, as it is and as git writes it on Windows; the lines are the same."""
    return hashlib.sha256(data).hexdigest(), hashlib.sha256(data.replace(b"\n", b"\r\n")).hexdigest()


def _quoted(path: Path) -> str:
    return quote_from_bytes(os.fsencode(path.as_posix()), safe="/~")
