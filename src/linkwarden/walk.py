"""Which files a folder or a pattern means: never in a ring of links, and without what git ignores or the user excludes.

Blocks: it reads folders, and runs git.
"""

from __future__ import annotations

import fnmatch
import glob
import itertools
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import field
from functools import cache
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from linkwarden.git import Git, GitError
from linkwarden.records import dataclass

SKIPPED_FOLDERS = frozenset({"node_modules", "venv", "__pycache__", "vendor", "site-packages"})
#: Folders of tools, in which nobody keeps a list; they are not counted as left out.
_OF_TOOLS = frozenset({".git", ".hg", ".svn", ".linkwarden", ".venv", ".tox", ".nox", ".idea", ".vscode", ".cache"})
_PATIENCE = 10.0  # seconds for git
#: Git tells nothing about more names than this; nothing is left out then.
_MOST_NAMES = 200_000


@dataclass(slots=True)
class Found:
    """The files that a folder or a pattern means, and what was left out.

    Attributes:
        files: in their order.
        ignored: how many files git ignores.
        excluded: how many ``exclude-paths`` leaves out.
        hidden: how many hidden folders were not looked into.
        closed: errors of folders that may not be read.
    """

    files: list[Path] = field(default_factory=list)
    ignored: int = 0
    excluded: int = 0
    hidden: int = 0
    closed: list[OSError] = field(default_factory=list)

    @property
    def left_out(self) -> str:
        """What was left out and why, or ""."""
        parts = (
            _counted(self.ignored, "file that git ignores", "files that git ignores"),
            _counted(self.excluded, "file by exclude-paths", "files by exclude-paths"),
            _counted(self.hidden, "hidden folder (--hidden reads it)", "hidden folders (--hidden reads them)"),
        )
        return ", ".join(filter(None, parts))


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}" if number else ""


class Choice(NamedTuple):
    """What is read of a folder or pattern.

    Attributes:
        reads: tells by its suffix whether a file is read; of a folder, and of a pattern.
        exclude: patterns of paths that are left out.
        hidden: look into hidden folders as well.
        ignored: read what git ignores as well.
    """

    reads: Callable[[str], bool]
    exclude: tuple[str, ...] = ()
    hidden: bool = False
    ignored: bool = False

    def below(self, folder: Path) -> Found:
        """Return the files in a folder, at any depth."""
        found = Found()
        root = folder.resolve()
        for base, folders, files in os.walk(folder, onerror=found.closed.append):
            hidden = [name for name in folders if name.startswith(".")]
            found.hidden += 0 if self.hidden else sum(name not in _OF_TOOLS for name in hidden)
            folders[:] = sorted(
                name
                for name in folders
                if name not in SKIPPED_FOLDERS and (not name.startswith(".") or (self.hidden and name not in _OF_TOOLS))
            )
            for file in files:
                path = Path(base, file)
                # Not a pipe or a device: opening one may wait for ever.
                if not self.reads(path.suffix) or not os.path.isfile(path):  # noqa: PTH113 - never raises
                    continue
                if not path.is_symlink() or path.resolve().is_relative_to(root):
                    found.files.append(path)
        found.files.sort()
        return self._without(found, folder)

    def matching(self, pattern: str) -> Found:
        """Return the files that a pattern means."""
        named = Path(pattern).parts
        found = Found()
        for path in _expand(Path(pattern)):
            skipped = any(part in SKIPPED_FOLDERS and part not in named for part in path.parts)
            if not skipped and self.reads(path.suffix or ".md") and os.path.isfile(path):  # noqa: PTH113 - never raises
                found.files.append(path)
        found.files.sort()
        return self._without(found, begin_of(pattern))

    def _without(self, found: Found, begin: Path) -> Found:
        """Leave out what is excluded, and what git ignores unless the user named a folder that it ignores."""
        if self.exclude:
            kept = [path for path in found.files if not is_excluded(path, self.exclude)]
            found.excluded, found.files = len(found.files) - len(kept), kept
        if not self.ignored and found.files:
            ignored = ignored_by_git([begin, *found.files])
            if begin not in ignored:
                kept = [path for path in found.files if path not in ignored]
                found.ignored, found.files = len(found.files) - len(kept), kept
        return found


# --- what git ignores -----------------------------------------------------------------------------------------------


def ignored_by_git(paths: Sequence[Path]) -> set[Path]:
    """Return those of some paths that git ignores; what it tracks is never among them. Without git, there are none."""
    if len(paths) > _MOST_NAMES:
        return set()
    by_root: defaultdict[Path, dict[bytes, Path]] = defaultdict(dict)
    root_of = cache(_root_of)
    for path in paths:
        real = path.resolve()  # git refuses names that lead through a link
        root = root_of(real if path.is_dir() else real.parent)
        if root is not None and real != root:
            by_root[root][b"./" + os.fsencode(real.relative_to(root).as_posix())] = path
    found: set[Path] = set()
    for root, names in by_root.items():
        with suppress(GitError, ValueError):
            # This command takes names only; the dot before each of them keeps it from being taken for a pattern.
            command = ("--no-literal-pathspecs", "check-ignore", "-z", "--stdin")
            told = Git(root, _PATIENCE).run(*command, stdin=b"\0".join(names), or_nothing=True)
            found.update(names[name] for name in told.split(b"\0") if name in names)
    return found


def _root_of(folder: Path) -> Path | None:
    return next((above for above in (folder, *folder.parents) if os.path.lexists(above / ".git")), None)


# --- what the user excludes -----------------------------------------------------------------------------------------


def is_excluded(path: Path, patterns: Iterable[str]) -> bool:
    """Return whether one of the patterns means a path or a folder above it.

    A pattern without a slash means a name at any depth, another one a path from the working directory or from the
    root of the repository. ``**`` stands for any number of folders, and ``*`` goes no further than to a slash.
    """
    paths = [PurePosixPath(os.path.normpath(path)).parts]
    real = path.resolve()
    root = _root_of(real.parent)
    if root is not None:
        paths.append(real.relative_to(root).parts)
    return any(_means(_parts(pattern), parts) for pattern in patterns for parts in paths)


@cache
def _parts(pattern: str) -> tuple[str, ...]:
    plain = pattern.strip().replace("\\", "/").removeprefix("./").rstrip("/")
    parts = [part for part in plain.split("/") if part]
    while len(parts) > 1 and parts[-1] == "**":  # what is below a folder is meant with it
        parts.pop()
    return tuple(parts) if "/" in plain else ("**", *parts)


def _means(pattern: Sequence[str], parts: Sequence[str]) -> bool:
    """Return whether a pattern means a path or a folder above it, in time proportional to the product of both."""
    places = _with_skips({0}, pattern)
    for part in parts:
        following = set()
        for place in places:
            if place < len(pattern):
                if pattern[place] == "**":
                    following.add(place)
                elif fnmatch.fnmatchcase(part, pattern[place]):
                    following.add(place + 1)
        places = _with_skips(following, pattern)
        if len(pattern) in places:
            return True
    return False


def _with_skips(places: set[int], pattern: Sequence[str]) -> set[int]:
    """Return the places in a pattern that are reached where ``**`` stands for nothing as well."""
    found = set(places)
    for place, part in enumerate(pattern):
        if place in found and part == "**":
            found.add(place + 1)
    return found


# --- what a pattern means -------------------------------------------------------------------------------------------


def _expand(pattern: Path) -> Iterator[Path]:
    """Yield the paths that a pattern may mean, each once, as ``glob`` does, but below ``**`` without links to folders.

    They may form a ring, through which one file has names without end.
    """
    parts = (*pattern.parts, "*") if pattern.name == "**" else pattern.parts
    waiting = [(Path(), 0)]
    known = set(waiting)
    while waiting:
        folder, at = waiting.pop()
        if at == len(parts):
            yield folder
            continue
        part, follow = parts[at], "**" not in parts[:at]
        found: list[tuple[Path, int]] = []
        if part == "**":
            below = ((folder / name, at) for name, is_folder in _entries(folder, follow=False) if is_folder)
            found = [(folder, at + 1), *(step for step in below if not step[0].name.startswith("."))]
        elif not glob.has_magic(part):
            found = [(folder / part, at + 1)]
        else:
            names = [name for name, is_folder in _entries(folder, follow=follow) if is_folder or at + 1 == len(parts)]
            shown = [name for name in names if part.startswith(".") or not name.startswith(".")]
            found = [(folder / name, at + 1) for name in fnmatch.filter(shown, part)]
        fresh = [step for step in found if step not in known]
        known.update(fresh)
        waiting += fresh


def _entries(folder: Path, *, follow: bool) -> list[tuple[str, bool]]:
    """Return the names in a folder, and which of them are folders; a link to one counts if it is to be followed."""
    found: list[tuple[str, bool]] = []
    with suppress(OSError, ValueError), os.scandir(folder) as entries:  # no folder, or it may not be looked into
        for entry in entries:
            try:
                found.append((entry.name, entry.is_dir(follow_symlinks=follow)))
            except OSError:
                found.append((entry.name, False))
    return found


def begin_of(pattern: str) -> Path:
    """Return the folder in which a pattern begins to look."""
    return Path(*itertools.takewhile(lambda part: not glob.has_magic(part), Path(pattern).parts))
