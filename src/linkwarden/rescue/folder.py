"""The folder of saved images on the disk: inside the repository, written by one run at a time, without orphans."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from linkwarden.fix import Document
from linkwarden.inputs import find_root
from linkwarden.model import UsageError
from linkwarden.rescue.naming import DIGITS
from linkwarden.rescue.notes import NAME, Note, with_notes
from linkwarden.rescue.verify import ENDINGS, MAX_BYTES
from linkwarden.tree import read_file, write_file
from linkwarden.walk import ignored_by_git

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment] # the type of a module that is not there

#: A SOURCES.md of a list of ten thousand images is smaller.
_MOST_NOTES = 16 * 1024 * 1024
_ADVICE = "Name a folder of the repository with --to."


def check_folder(folder: Path, documents: Sequence[Path]) -> None:
    """Raise UsageError if images that documents show must not be saved in a folder, which need not be there yet.

    That is where a relative URL would not lead to it on GitHub: outside of the documents' repository, in another one
    within it, or behind a symbolic link, which might also have been put there to have files written elsewhere.
    """
    place = Path(os.path.abspath(folder))  # noqa: PTH100 - as it is written, without following links
    for document in documents:
        root = find_root(document)
        real = Path(os.path.realpath(place))
        if not real.is_relative_to(root):
            raise UsageError(f"--to {folder}: is outside of {root}, where {document} is", _ADVICE)
        if ".git" in (part.lower() for part in real.relative_to(root).parts):
            raise UsageError(f"--to {folder}: belongs to git", _ADVICE)
        parents = [place, *(p for p in place.parents if Path(os.path.realpath(p)).is_relative_to(root) and p != root)]
        linked = next((p for p in parents if p.is_symlink()), None)
        if linked is not None:
            raise UsageError(f"--to {folder}: {linked} is a symbolic link, and GitHub does not follow those", _ADVICE)
        if any(os.path.lexists(p / ".git") for p in (real, *real.parents) if p != root and p.is_relative_to(root)):
            raise UsageError(f"--to {folder}: belongs to another repository", _ADVICE)
    if os.path.lexists(place) and not place.is_dir():
        raise UsageError(f"--to {folder}: is not a folder", _ADVICE)
    ignored = ignored_by_git([place / f"image.{ending}" for ending in ENDINGS.values()])
    if ignored:
        raise UsageError(f"--to {folder}: git ignores {min(ignored).name} there, so readers would not get it", _ADVICE)


class ImageFolder:
    """A folder to which this run alone writes. What it has added is taken back unless it is kept.

    Args:
        path: the folder; it is there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._added: set[str] = set()
        self._kept: set[str] = set()
        self._notes: Sequence[Note] = ()
        self._there = sorted(entry.name for entry in path.iterdir())
        self._notes_before = self._read_notes()

    def name_for(self, wanted: str, digest: str) -> str | None:
        """Return the name under which an image is or will be here, or None if a file of other contents has it.

        Args:
            wanted: the name if no file has these contents yet.
            digest: SHA-256 of the image, in hexadecimal.
        """
        alike = (name for name in self._there if f"-{digest[:DIGITS]}." in name)
        found = next((name for name in alike if self._holds(name, digest)), None)
        return found or (wanted if wanted not in self._there else None)

    def add(self, name: str, body: bytes) -> None:
        """Write an image unless it is there."""
        if name not in self._there:
            self._added.add(name)
            self._there.append(name)
            write_file(self._path / name, body)

    def note(self, notes: Sequence[Note]) -> None:
        """Write where images came from, beside what SOURCES.md said before this run."""
        self._notes = notes
        before = self._notes_before
        text = (before or b"").decode("utf-8", "surrogateescape")
        after = with_notes(text, notes).encode("utf-8", "surrogateescape") if notes else before
        if after is None:
            (self._path / NAME).unlink(missing_ok=True)
        elif after != before or self._read_notes() != before:
            write_file(self._path / NAME, after)

    @contextmanager
    def shown_by(self, document: Document, data: bytes, names: Collection[str]) -> Iterator[None]:
        """Have a document written that shows images: they stay if it is written, and also if that cannot be told."""
        before = set(self._kept)
        self._kept |= set(names)
        try:
            yield
        except BaseException:
            with suppress(OSError):
                if read_file(document.path.resolve(), len(data) + 1) != data:
                    self._kept = before
            raise

    def clear(self) -> None:
        """Take back the images that this run has added and that no document shows."""
        for name in self._added - self._kept:
            (self._path / name).unlink(missing_ok=True)
        if {note.file for note in self._notes} - self._kept:
            self.note([note for note in self._notes if note.file in self._kept])

    def _holds(self, name: str, digest: str) -> bool:
        path = self._path / name
        try:
            body = b"" if path.is_symlink() else read_file(path, MAX_BYTES + 1)
        except OSError:
            return False
        return hashlib.sha256(body).hexdigest() == digest

    def _read_notes(self) -> bytes | None:
        path = self._path / NAME
        if path.is_symlink():
            raise UsageError(f"{path}: is a symbolic link", "Replace it with a file.")
        try:
            return read_file(path, _MOST_NOTES)
        except FileNotFoundError:
            return None


@contextmanager
def opened(path: Path) -> Iterator[ImageFolder]:
    """Create a folder if need be, and keep other runs out of it; if this run fails, it is as it was.

    Raises:
        UsageError: it cannot be written, or another run is at work in it.
    """
    missing = [p for p in (path, *path.parents) if not p.exists()]
    try:
        path.mkdir(parents=True, exist_ok=True)
        with _alone(path):
            folder = ImageFolder(path)
            try:
                yield folder
            finally:
                folder.clear()
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}", _ADVICE) from None
    finally:
        for made in missing:
            with suppress(OSError):  # it is not empty
                made.rmdir()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the lock of a folder. Where the system has none for folders, the lists' own check has to do."""
    if fcntl is None:
        yield
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"{path}: another linkwarden saves images there", "Run it again in a minute.") from None
        yield
    finally:
        os.close(handle)
