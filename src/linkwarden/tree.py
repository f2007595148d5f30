"""Finds files of the repository by relative links, as GitHub does: case counts, and nothing outside is touched.

Everything here blocks (it reads directories), so providers call it by ``asyncio.to_thread``.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import quote, unquote

from linkwarden.patterns import pattern

#: How many files are looked through for one that has moved to another folder.
MOST_FILES = 20_000
#: How alike two names must be for one to be offered in place of the other (share of letters in common).
_ALIKE = 0.75
_SKIPPED = frozenset({"node_modules", "venv", "__pycache__", "site-packages"})
_MARKDOWN = frozenset({".md", ".markdown", ".mdown", ".mkdn", ".mkd"})
_SUBMODULE = pattern(r"^\s*path\s*=\s*(.+?)\s*$", re.MULTILINE)


class Status(StrEnum):
    """What looking for a file gave."""

    THERE = "there"
    WRONG_CASE = "wrong-case"
    WRONG_ENCODING = "wrong-encoding"  # letters with accents are composed in one name and decomposed in the other
    MISSING = "missing"
    OUTSIDE = "outside"
    SUBMODULE = "submodule"
    UNREADABLE = "unreadable"


class Look(NamedTuple):
    """What looking for a file gave.

    Attributes:
        status: whether it is there.
        path: the file or folder, if it is there under this or another spelling.
        spelled: the link's path part as the files are called, where only the case or the encoding is wrong.
        nearest: the link's path part for the most similar file, where it is missing and one is similar.
    """

    status: Status
    path: Path | None = None
    spelled: str = ""
    nearest: str = ""


class Link(NamedTuple):
    """A relative link in its three parts (RFC 3986 section 4.2); ``fragment`` is None where there is no ``#``."""

    path: str
    query: str
    fragment: str | None


def split(url: str) -> Link:
    """Take a relative link apart."""
    rest, mark, fragment = url.partition("#")
    path, question, query = rest.partition("?")
    return Link(path, question + query, fragment if mark else None)


class NotAFileError(OSError):
    """A folder, a pipe or a device is where a file was to be read."""


def read_file(path: Path, most: int) -> bytes:
    """Return at most ``most`` bytes of a regular file. A pipe is not waited for, and a device not read.

    Raises:
        NotAFileError: it is no regular file.
        OSError: it cannot be read.
        ValueError: no file can have this name.
    """
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise NotAFileError(errno.EINVAL, "not a regular file", str(path))
        return file.read(most)


def write_file(path: Path, data: bytes | Iterable[bytes]) -> None:
    """Put data into a file so that whoever reads it, also after a crash, finds the old file or the new one, never half.

    A file that is there keeps its mode; a new one gets what the process gives to new files. A symbolic link is replaced
    by a file, so whoever wants the file that it leads to resolves it first.

    Args:
        path: of the file.
        data: what to write, as a whole or in pieces.

    Raises:
        OSError: it cannot be written; what was there is then as it was.
    """
    import tempfile  # noqa: PLC0415 - slow to import, and few runs need it

    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".linkwarden-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines((data,) if isinstance(data, bytes) else data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode_for(path))
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def mode_for(path: Path) -> int:
    """Return the mode that a file keeps when it is written, or gets when it is new."""
    return stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o666 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def root_left(path: Path, base: Path | None = None) -> Path | None:
    """Return the repository or folder that symbolic links on a path lead out of, or None if they stay inside.

    Whoever wrote the repository might have put them there to have a file read or written that is not theirs. A path
    that is outside as it is written is the user's own choice.

    Args:
        path: of a file or folder, whether it is there or not.
        base: a folder that counts like a repository where there is none.
    """
    written = Path(os.path.abspath(path))  # noqa: PTH100 - as it is written, without following links
    real = Path(os.path.realpath(path))
    roots = [folder for folder in written.parents if os.path.lexists(folder / ".git")]
    if not roots and base is not None and written.is_relative_to(os.path.abspath(base)):  # noqa: PTH100 - as above
        roots = [base]
    return next((root for root in roots if not real.is_relative_to(os.path.realpath(root))), None)


class Tree:
    """The files of a repository; every directory is read once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._real: Path | None = None
        self._bases: dict[str, tuple[str, ...] | None] = {}
        self._listings: dict[Path, dict[str, str]] = {}
        self._by_stem: dict[Path, dict[str, list[str]]] = {}
        self._close: dict[tuple[Path, str, bool], str | None] = {}
        self._submodules: frozenset[str] | None = None
        self._everywhere: dict[str, list[str]] | None = None

    @property
    def root(self) -> Path:
        """Return the repository's root without symbolic links in it."""
        if self._real is None:
            self._real = self._root.resolve()
        return self._real

    def has(self, list_path: str, url: str) -> bool:
        """Return whether a relative link leads to something here, or may do so."""
        return self.look(list_path, url).status is not Status.MISSING

    def readme(self, folder: Path) -> Path | None:
        """Return the README that GitHub shows below the files of a folder, or None if there is none."""
        try:
            names = [name for name in self._listing(folder).values() if PurePosixPath(name.casefold()).stem == "readme"]
        except OSError:
            return None
        shown = sorted(set(names), key=lambda name: (PurePosixPath(name).suffix.lower() not in _MARKDOWN, name))
        return next((path for name in shown if (path := folder / name).is_file() and self.holds(path)), None)

    def holds(self, path: Path) -> bool:
        """Return whether a file is in the repository, also where a symbolic link leads to it."""
        return path.resolve().is_relative_to(self.root)

    def look(self, list_path: str, url: str) -> Look:
        """Look for the file that a relative link leads to: as written, else with ``%20`` and the like decoded.

        Args:
            list_path: the list's name as the user gave it; standard input lies in the working directory.
            url: the link; query and fragment do not matter.
        """
        base = self._base(list_path)
        path = split(url).path
        first = self._walk(base, path, path)
        if first.status is not Status.MISSING or "%" not in path:
            return first
        return self._walk(base, unquote(path), path)

    def _base(self, list_path: str) -> tuple[str, ...] | None:
        """Return the folder that relative links start from, as names below the root; None if it is outside."""
        if list_path not in self._bases:
            path = Path(list_path)
            # A document that an editor has not saved yet has a whole path, and is no file.
            unsaved = path.is_absolute() and not path.exists()
            folder = path.parent.resolve() if unsaved or path.is_file() else Path.cwd().resolve()
            inside = folder.is_relative_to(self.root)
            self._bases[list_path] = folder.relative_to(self.root).parts if inside else None
        return self._bases[list_path]

    def _walk(self, base: tuple[str, ...] | None, path: str, written: str) -> Look:
        segments = path.split("/")
        start = () if path.startswith("/") else base
        if start is None:
            return Look(Status.OUTSIDE)
        places: list[tuple[str, int | None]] = [(name, None) for name in start]
        for i, segment in enumerate(segments):
            if segment == "..":
                if not places:
                    return Look(Status.OUTSIDE)
                places.pop()
            elif segment not in ("", "."):
                places.append((segment, i))
        try:
            return self._descend(places, segments, base or (), encoded=written != path)
        except OSError:
            return Look(Status.UNREADABLE)

    def _descend(
        self, places: list[tuple[str, int | None]], segments: list[str], base: tuple[str, ...], *, encoded: bool
    ) -> Look:
        folder, right = self.root, list(segments)
        for depth, (name, index) in enumerate(places):
            if index is None:
                folder = folder / name
                continue
            found = self._entry(folder, name)
            if found is None:
                return self._missing(folder, [n for n, _ in places[depth:]], right, index, base)
            right[index] = found
            folder = folder / found
            if folder.is_symlink() and not self.holds(folder):
                return Look(Status.OUTSIDE)
        if not folder.exists():
            return Look(Status.MISSING)  # a symbolic link that leads nowhere
        if right == segments:
            return Look(Status.THERE, folder)
        same_letters = all(_composed(name) == _composed(found) for name, found in zip(segments, right, strict=True))
        status = Status.WRONG_ENCODING if same_letters else Status.WRONG_CASE
        return Look(status, folder, spelled=_joined(right, encoded=encoded))

    def _entry(self, folder: Path, name: str) -> str | None:
        """Return a directory entry's exact name by a name that may differ in case or in how accents are encoded."""
        if not folder.is_dir():
            return None
        listing = self._listing(folder)
        return listing.get(name) or listing.get(_folded(name))

    def _listing(self, folder: Path) -> dict[str, str]:
        if folder not in self._listings:
            with os.scandir(folder) as entries:
                names = sorted(entry.name for entry in entries)
            # The exact names come last, so that of two that differ only in case each is found as itself.
            self._listings[folder] = {_folded(name): name for name in names} | {name: name for name in names}
        return self._listings[folder]

    def _missing(self, folder: Path, names: list[str], right: list[str], index: int, base: tuple[str, ...]) -> Look:
        if self._in_submodule(folder):
            return Look(Status.SUBMODULE)
        near = self._near_in_folder(folder, names)
        if near is not None:
            right[index] = near
            if folder.joinpath(near, *names[1:]).is_file():
                while right[-1] in ("", "."):  # a slash behind a file leads nowhere
                    right.pop()
            return Look(Status.MISSING, nearest=_joined(right, encoded=True))
        return Look(
            Status.MISSING, nearest=self._elsewhere(names[-1], base, absolute=right[0] == "" and len(right) > 1)
        )

    def _near_in_folder(self, folder: Path, names: list[str]) -> str | None:
        if not folder.is_dir():
            return None
        close = self._closest(folder, _folded(names[0]), is_last=len(names) == 1)
        if close is None:
            return None
        found = self._listing(folder)[close]
        rest = folder.joinpath(found, *names[1:])
        return found if self.holds(rest) and rest.exists() else None

    def _closest(self, folder: Path, wanted: str, *, is_last: bool) -> str | None:
        """Return the name in a folder that is most like the wanted one, or None. Lists miss a file again and again."""
        sought = folder, wanted, is_last
        if sought not in self._close:
            if folder not in self._by_stem:
                by_stem: dict[str, list[str]] = {}
                self._by_stem[folder] = by_stem
                for name in sorted(set(map(_folded, self._listing(folder)))):
                    by_stem.setdefault(PurePosixPath(name).stem, []).append(name)
            by_stem = self._by_stem[folder]
            same = by_stem.get(PurePosixPath(wanted).stem, []) if is_last else []
            if len(same) != 1:
                known = sorted(name for names in by_stem.values() for name in names)
                same = get_close_matches(wanted, known, n=1, cutoff=_ALIKE)
            self._close[sought] = same[0] if same else None
        return self._close[sought]

    def _in_submodule(self, folder: Path) -> bool:
        """Return whether a folder belongs to another repository (git submodule), which need not be checked out."""
        if self._submodules is None:
            try:
                text = (self.root / ".gitmodules").read_text("utf-8", errors="replace")
            except OSError:
                text = ""
            self._submodules = frozenset(_SUBMODULE.findall(text))
        here = PurePosixPath(folder.relative_to(self.root).as_posix())
        return any(here.is_relative_to(path) for path in self._submodules)

    def _elsewhere(self, name: str, base: tuple[str, ...], *, absolute: bool) -> str:
        """Return a link to the only other file of this name in the repository, or "" if there is none or several."""
        if self._everywhere is None:
            self._everywhere = self._index()
        places = self._everywhere.get(_folded(name), [])
        if len(places) != 1:
            return ""
        return quote("/" + places[0] if absolute else os.path.relpath(places[0], "/".join(base) or "."))

    def _index(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        count = 0
        for folder, folders, files in os.walk(self.root):
            folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in _SKIPPED)
            for file in files:
                path = Path(folder, file).relative_to(self.root).as_posix()
                found.setdefault(_folded(file), []).append(path)
            count += len(files)
            if count > MOST_FILES:
                return {}  # what was not seen might have the same name
        return found


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _folded(name: str) -> str:
    return _composed(name).lower()  # "ß" and "ss" differ in more than their case


def _joined(segments: list[str], *, encoded: bool) -> str:
    path = "/".join(segments)
    return quote(path, safe="/~!$&'()*+,;=:@") if encoded or " " in path else path
