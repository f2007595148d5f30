"""Which files of a repository are lists: found by counting the links in the files that git knows."""

from __future__ import annotations

import glob
import os
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from linkwarden.git import Git, GitError
from linkwarden.inputs import Source, extractor_for, is_document, local_sources
from linkwarden.model import Occurrence
from linkwarden.records import dataclass
from linkwarden.report._words import is_health_report
from linkwarden.walk import is_excluded

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


#: Kinds of data that people generate lists from.
_DATA = frozenset(
    {".yaml", ".yml", ".json", ".jsonl", ".ndjson", ".json5", ".csv", ".tsv", ".toml", ".xml", ".opml", ".rdf"}
    | {".bib", ".bibtex", ".urls"}
)
#: Data that programs read to build, test, install or publish something.
_SETTINGS = re.compile(
    r"\..*|.*[.-]lock.*|.*\.schema\.json|(package|composer|bower|deno|angular|vercel|firebase|turbo|nx|lerna|biome)\.json"
    r"|(ts|js)config.*\.json|(docker-)?compose.*\.ya?ml|mkdocs.*\.yml|_config.*\.(yml|toml)|(openapi|swagger).*|codecov.*"
    r"|renovate.*|dependabot.*|action\.ya?ml|azure-pipelines.*|appveyor.*|cloudbuild.*|environment\.ya?ml|conda.*\.ya?ml"
    r"|citation\.cff|codemeta\.json|zenodo\.json|pyproject\.toml|cargo\.toml|netlify\.toml|(hugo|book|config|poetry)\.toml"
    r"|linkwarden.*|lychee\.toml|.*config.*\.(json|toml|ya?ml)|site\.webmanifest|manifest\.json|pom\.xml|build\.xml"
    r"|sitemap.*\.xml|feed\.xml|rss\.xml|atom\.xml|tslint\.json",
    re.IGNORECASE,
)
_NO_DATA = frozenset({"i18n", "locale", "locales", "translations", "lang", "schema", "schemas", "_site", "public"})
#: Where documents have links, data is a list, too, if it has at least this share of what they have.
_SHARE = 2


@dataclass(frozen=True, slots=True)
class Lists:
    """What was found in a repository.

    Attributes:
        links: name and number of links of each document that is a list, in the order in which they are checked.
        data: the same of data that is a list, by the input that means it: a file, or a pattern with its files.
        left_out: the same of files that have links and are no lists.
        without_links: documents in which no link was found.
        unread: files of a kind that linkwarden does not read, with the kind's name.
    """

    links: dict[str, int]
    data: dict[str, dict[str, int]]
    left_out: dict[str, int]
    without_links: tuple[str, ...]
    unread: dict[str, str]

    @property
    def inputs(self) -> dict[str, dict[str, int]]:
        """The inputs to write down, each with the lists that it stands for: files, folders, patterns of data."""
        documents = {name: {each: self.links[each] for each in below} for name, below in self._documents.items()}
        return documents | self.data

    @property
    def _documents(self) -> dict[str, list[str]]:
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


def find_lists(root: Path, exclude: Sequence[str] = ()) -> Lists:
    """Return the lists of a repository, by what its files hold.

    Args:
        root: of the repository.
        exclude: patterns of paths that are no lists (``exclude-paths``).
    """
    links: dict[str, int] = {}
    left_out: dict[str, int] = {}
    without: list[str] = []
    unread: dict[str, str] = {}
    data: list[str] = []
    for name in sorted(_names(root), key=_order):
        path = PurePosixPath(name)
        if exclude and is_excluded(root / name, exclude):
            continue
        kind = _OTHER_KINDS.get(path.suffix.lower())
        if kind is not None and extractor_for(path.suffix) is None and not _is_apart(path):
            unread[name] = kind
        if _may_be_data(path):
            data.append(name)
        if not _is_document(path):
            continue
        count = _count(root / name, root)
        if not count:
            without.append(name)
        elif _is_apart(path) or (name == _GITHUB_README and any("/" not in other for other in links)):
            left_out[name] = count
        else:
            links[name] = count
    least = sum(links.values()) / _SHARE
    found: dict[str, dict[str, int]] = {}
    for given, counts in _data_below(root, data).items():
        if sum(counts.values()) >= least:
            found[given] = counts
        else:
            left_out[given] = sum(counts.values())
    return Lists(links, found, left_out, tuple(without), unread)


def _may_be_data(path: PurePosixPath) -> bool:
    if path.suffix.lower() not in _DATA or _SETTINGS.fullmatch(path.name) or _is_apart(path):
        return False
    return _NO_DATA.isdisjoint(folder.lower() for folder in path.parts[:-1])


def _data_below(root: Path, names: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return the files of data with links and their number, by the input that means them.

    Many files of one suffix in a folder are named by a pattern, and many such folders by one that goes deeper.
    """
    counts = {name: count for name in names[:_MOST_FILES] if (count := _count(root / name, root))}
    groups: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for name, count in counts.items():
        path = PurePosixPath(name)
        groups[path.parts[0] if len(path.parts) > 1 else "", path.suffix][name] = count
    found: dict[str, dict[str, int]] = {}
    for (top, suffix), files in groups.items():
        folders = {PurePosixPath(name).parent.as_posix() for name in files}
        if not top or len(files) <= _FEW or glob.has_magic(f"{top}{suffix}"):
            found |= {name: {name: count} for name, count in files.items()}
        elif len(folders) == 1 and not glob.has_magic(folder := next(iter(folders))):
            found[f"{folder}/*{suffix}"] = files
        else:
            found[f"{top}/**/*{suffix}"] = files
    return found


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
