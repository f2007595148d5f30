"""What holds for a document of a repository: its configuration, its baseline, and the memory of earlier runs."""

from __future__ import annotations

import os
import posixpath
import re
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from pathlib import Path

from linkwarden.config import DEFAULT_REPORTS, DEFAULT_STATE, FILE_NAME, Config, find_file, load_file, with_overrides
from linkwarden.extract import Extractor
from linkwarden.fix import Wanted, wishes_of_report
from linkwarden.inputs import extractor_for, extractors, find_root, is_document
from linkwarden.model import Kind, LinkwardenError, Remembered
from linkwarden.records import dataclass
from linkwarden.store.records import Known as Lives
from linkwarden.store.records import digest
from linkwarden.store.schema import UnusableError, copied, refuse_links
from linkwarden.suppress import Baseline, load_baseline, rule_names
from linkwarden.tree import read_file
from linkwarden.walk import SKIPPED_FOLDERS, is_excluded

#: What a message about a file begins with, if it says where: ``path:line:column: ``.
_PLACE = re.compile(r"(?P<path>.*?):(?P<line>\d{1,9})(?::\d{1,9})?: (?P<what>.*)", re.DOTALL)
#: Where a check writes its report, by which its fixes come into the editor; a larger one is not read.
_REPORT = next(name for name in DEFAULT_REPORTS if name.endswith(".json"))
_MOST_REPORT = 64 * 1024 * 1024
#: Says whether a file has changed: when it was written, and its size.
Stamp = tuple[int, int] | None
#: What editors call the kinds of documents, for those that have no name yet.
_SUFFIXES = {
    "markdown": ".md",
    "restructuredtext": ".rst",
    "asciidoc": ".adoc",
    "org": ".org",
    "html": ".html",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a file that says what holds: where, its line from 1, and what."""

    path: Path
    line: int
    message: str


def _nothing(_key: str) -> Remembered | None:
    return None


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for the documents of one folder.

    Attributes:
        root: of the repository.
        config: what its configuration says.
        baseline: findings that are known, with the names of lists as the editor's documents have them, or None.
        recall: returns what the memory knows of a URL, by its key.
        wanted: what the report of the last check wants in place of URLs, by their keys.
        problems: what is wrong with the files that say all this.
        stamps: of those files, as they were read.
    """

    root: Path
    config: Config = field(default_factory=Config)
    baseline: Baseline | None = None
    recall: Callable[[str], Remembered | None] = _nothing
    wanted: Mapping[str, Wanted] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    stamps: Mapping[Path, Stamp] = field(default_factory=dict)

    def are_current(self) -> bool:
        """Return whether the files are as they were when they were read."""
        return all(_stamp(path) == stamp for path, stamp in self.stamps.items())

    def extractor(self, path: Path, language: str) -> Extractor | None:
        """Return what reads a document, or None if a check of its folder would not read it.

        Args:
            path: of the document.
            language: what the editor calls its kind; it counts where the name has no suffix.
        """
        folder = self.root if self.config.file is None else self.config.file.parent
        named = any(_same(path, folder / name) for name in self.config.inputs)
        if is_excluded(path, self.config.exclude_paths):
            return None
        below = path.relative_to(self.root).parts if path.is_relative_to(self.root) else ()
        if not named and not SKIPPED_FOLDERS.isdisjoint(below[:-1]):
            return None
        suffix = path.suffix or _SUFFIXES.get(language, "")
        if not named and not is_document(suffix):
            return None
        given = self.config.input_kind
        return next((e for e in extractors() if e.name == given), None) if given else extractor_for(suffix or ".md")


def settings_for(document: Path) -> Settings:
    """Return what holds for a document; a file that cannot be used costs a problem, and the rest holds."""
    folder, root = document.parent, find_root(document.parent)
    problems: list[Problem] = []
    file = find_file(folder)
    config = Config()
    if file is not None:
        try:
            config = with_overrides(config, {**load_file(file, rule_names), "file": file})
        except LinkwardenError as error:
            problems.append(_problem(error, file))
    baseline = None
    if config.baseline is not None:
        try:
            baseline = _renamed(load_baseline(config.baseline), root)
        except LinkwardenError as error:
            problems.append(_problem(error, config.baseline))
    state, report = root / DEFAULT_STATE, root / _REPORT
    watched = [state, _log_of(state), report, *(path for path in (file, config.baseline) if path is not None)]
    for above in (folder, *folder.parents):
        if above.is_relative_to(root):
            watched += [above / FILE_NAME, above / "pyproject.toml"]
    stamps = {path: _stamp(path) for path in watched}
    return Settings(root, config, baseline, _memory(state), _wanted(report), tuple(problems), stamps)


def _memory(state: Path) -> Callable[[str], Remembered | None]:
    """Return what looks URLs up in a copy of the memory: a run may be using the file, and nothing is written to it."""
    try:
        refuse_links(state)
        with copied(state) as copy:
            lives = Lives(copy)
    except (UnusableError, LinkwardenError, sqlite3.Error, OSError):
        return _nothing  # there is none yet, or the next run says what is the matter with it
    return lambda key: lives.recall(digest(key))


def _wanted(report: Path) -> Mapping[str, Wanted]:
    """Return what the report of the last check wants replaced; nothing where there is none that can be read."""
    try:
        data = read_file(report, _MOST_REPORT)
        return wishes_of_report(data, _every).by_key
    except (OSError, ValueError, LinkwardenError):
        return {}


def _every(_code: str, _slug: str, _kind: Kind) -> bool:
    return True


def _renamed(baseline: Baseline, root: Path) -> Baseline:
    """Return a baseline in which lists are named as documents are here: by their whole path."""
    known = {
        entry._replace(file=posixpath.normpath((root / entry.file).as_posix())) if entry.file else entry: line
        for entry, line in baseline.known.items()
    }
    return replace(baseline, known=known)


def _problem(error: LinkwardenError, file: Path) -> Problem:
    message = f"{error}. {error.advice}" if error.advice else str(error)
    found = _PLACE.fullmatch(message)
    if found is not None and _same(Path(found["path"]), file):
        return Problem(file, int(found["line"]), found["what"])
    return Problem(file, 1, message)


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size


def _log_of(state: Path) -> Path:
    return state.with_name(f"{state.name}-wal")


def _same(one: Path, other: Path) -> bool:
    return os.path.normcase(os.path.abspath(one)) == os.path.normcase(os.path.abspath(other))  # noqa: PTH100 - a link stands where it stands
