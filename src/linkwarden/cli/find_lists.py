"""Which files of a repository are lists: found by counting the links in the files that git knows."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from linkwarden.git import Git, GitError
from linkwarden.inputs import Source, extractor_for, is_document, local_sources
from linkwarden.model import Occurrence
from linkwarden.report._words import is_health_report

_PATIENCE = 15.0  # seconds for git
_MOST_FILES = 5000  # more documents than this are a data set
#: Files to which GitHub or convention gives a meaning; they are no lists.
_HOUSEKEEPING = re.compile(
    r"(agents|changelog|changes|claude|code[_-]of[_-]conduct|contributing|contributors|governance|history|licen[cs]e"
    r"|news|pull_request_template|releasing|security|support)\b.*",
    re.IGNORECASE,
)
_NO_LISTS = frozenset({"node_modules", "vendor", "venv", "test", "tests", "testdata", "fixtures", "__pycache__"})
_GITHUB_README = ".github/README.md"  # GitHub shows it where there is no other
#: A folder with more lists than this is named as a whole.
_FEW = 3
_DOCS = ("docs", "doc")
_OTHER_KINDS = {
    ".textile": "Textile",
    ".rdoc": "RDoc",
    ".mediawiki": "MediaWiki",
}


@dataclass(frozen=True, slots=True)
class Lists:
    """What was found in a repository.

    Attributes:
        links: name and number of links of each list, in the order in which they are checked.
        left_out: the same of files that have links and are no lists.
        without_links: documents in which no link was found.
        unread: files of a kind that linkwarden does not read, with the kind's name.
    """

    links: dict[str, int]
    left_out: dict[str, int]
    without_links: tuple[str, ...]
    unread: dict[str, str]

    @property
    def inputs(self) -> dict[str, list[str]]:
        """The inputs to write down, each with the lists that it stands for: files, or folders with many of them."""
        found: dict[str, list[str]] = {}
        below: defaultdict[str, list[str]] = defaultdict(list)
        for name in self.links:
            below[PurePosixPath(name).parts[0]].append(name)
        for top, names in below.items():
            if top not in self.links and (len(names) > _FEW or top in _DOCS):
                found[top] = names
            else:
                found |= {name: [name] for name in names}
        return found


def find_lists(root: Path) -> Lists:
    """Return the lists of a repository, by what its files hold."""
    links: dict[str, int] = {}
    left_out: dict[str, int] = {}
    without: list[str] = []
    unread: dict[str, str] = {}
    for name in sorted(_names(root), key=_order):
        path = PurePosixPath(name)
        kind = _OTHER_KINDS.get(path.suffix.lower())
        if kind is not None and extractor_for(path.suffix) is None and not _is_apart(path):
            unread[name] = kind
        if not _is_document(path):
            continue
        count = _count(root / name, root)
        if not count:
            without.append(name)
        elif _is_apart(path) or (name == _GITHUB_README and any("/" not in other for other in links)):
            left_out[name] = count
        else:
            links[name] = count
    return Lists(links, left_out, tuple(without), unread)


def _names(root: Path) -> Iterator[str]:
    """Yield the names of the files that git tracks, or would if it were told to; without git, all but hidden ones."""
    try:
        told = Git(root, _PATIENCE).run("ls-files", "-z", "--cached", "--others", "--exclude-standard")
        names = dict.fromkeys(os.fsdecode(name) for name in told.split(b"\0") if name)
    except GitError:
        names = dict.fromkeys(_walked(root))
    documents = 0
    for name in names:
        suffix = PurePosixPath(name).suffix
        if not name.isprintable() or documents >= _MOST_FILES:
            continue
        documents += is_document(suffix or ".md")
        yield name


def _walked(root: Path) -> Iterator[str]:
    for base, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _NO_LISTS)
        yield from (Path(base, name).relative_to(root).as_posix() for name in files)


def _order(name: str) -> tuple[bool, bool, str]:
    """Sort the README first, then what stands beside it, then the rest."""
    path = PurePosixPath(name)
    return "/" in name, path.stem.lower() != "readme", name


def _is_document(path: PurePosixPath) -> bool:
    if not path.suffix:
        return path.name.lower() == "readme"
    return is_document(path.suffix)


def _is_apart(path: PurePosixPath) -> bool:
    """Return whether a file has another purpose than to be read as a list."""
    if _HOUSEKEEPING.fullmatch(path.name):
        return True
    folders = path.parts[:-1] if path.as_posix() != _GITHUB_README else ()
    return any(folder.startswith(".") or folder.lower() in _NO_LISTS for folder in folders)


def _count(path: Path, root: Path) -> int:
    # No symbolic link: what it leads to is a list of its own, or not ours. No pipe: opening one may wait for ever.
    if path.resolve() != root.resolve() / path.relative_to(root) or not path.is_file():
        return 0
    return sum(_links_in(source) for source in local_sources(str(path), lambda: b"") if isinstance(source, Source))


def _links_in(source: Source) -> int:
    if is_health_report(source.text):
        return 0
    return sum(isinstance(item, Occurrence) for item in source.parse())


def shortened(names: Sequence[str], most: int = 5) -> str:
    """Return a few names, and how many there are besides."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"
