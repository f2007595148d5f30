"""Documents on the disk: read as bytes, written whole, and only where their last version is safe in git."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from linkwarden.fix.edits import apply
from linkwarden.fix.patch import patch
from linkwarden.fix.wanted import Edit
from linkwarden.git import Git, GitError
from linkwarden.inputs import MAX_BYTES, STDIN, InputError, Reading, Source, find_root, is_remote, read_document
from linkwarden.model import UsageError
from linkwarden.records import dataclass
from linkwarden.tree import read_file, write_file

_UTF_16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_GIT_SECONDS = 20.0
_DIRTY = "Commit it first, so that the edits can be looked at and taken back, or give --allow-dirty."


@dataclass(frozen=True, slots=True)
class Document:
    """A file and the text that it holds.

    Attributes:
        path: where it is.
        data: its bytes.
        source: its text, in which a byte that is no UTF-8 is a lone surrogate (PEP 383), so that it can be written
            back as it was.
        codec: how the text is encoded.
    """

    path: Path
    data: bytes
    source: Source
    codec: str

    def with_edits(self, edits: Sequence[Edit]) -> bytes:
        """Return the bytes of the file with edits applied."""
        return self._encoded(apply(self.source.text, edits))

    def patch(self, edits: Sequence[Edit]) -> bytes:
        """Return the edits as a unified diff against the top of the repository."""
        edited = [(start, end, len(self._encoded(edit.new))) for edit, start, end in self.regions(edits)]
        return patch(self.place, self.data, self.with_edits(edits), edited)

    @property
    def place(self) -> str:
        """The path from the top of the repository, in POSIX form; symbolic links are followed."""
        top = find_root(self.path.parent)
        return Path(os.path.relpath(self.path.resolve(), top.resolve())).as_posix()

    def regions(self, edits: Sequence[Edit]) -> Iterator[tuple[Edit, int, int]]:
        """Yield each edit with where what it replaces begins and ends in the file's bytes, in their order."""
        at, offset = 0, 0
        for edit in sorted(edits, key=lambda e: e.start):
            offset += len(self._encoded(self.source.text[at : edit.start]))
            end = offset + len(self._encoded(edit.old))
            yield edit, offset, end
            at, offset = edit.end, end

    def _encoded(self, text: str) -> bytes:
        return text.encode(self.codec, _errors(self.codec))


def open_document(name: str, reading: Reading) -> Document | None:
    """Return a list that is a file of this machine, or None if it is something else (a URL, standard input).

    Args:
        name: what reports call it.
        reading: how the inputs of the check are read.

    Raises:
        UsageError: it cannot be read, or not be written back byte by byte.
        InputError: the same.
    """
    path = Path(name)
    if name == STDIN or is_remote(name) or not path.is_file():
        return None
    found = read_document(path, reading)
    if isinstance(found, InputError):
        raise found
    source, data = found
    codec = _UTF_16.get(data[:2], "utf-8")
    try:
        text = data.decode(codec, _errors(codec))
    except UnicodeDecodeError:
        raise UsageError(f"{name}: is not valid {codec.upper()}, so it is left alone") from None
    return Document(path, data, replace(source, text=text), codec)


def _errors(codec: str) -> str:
    return "surrogateescape" if codec == "utf-8" else "strict"


def refuse_unsafe(document: Document) -> None:
    """Raise UsageError if the present version of a file is not in the last commit, so that an edit could lose it.

    Only git's objects are read, never the working tree, where a hostile repository could have a filter run.
    """
    path = document.path.resolve()
    top = find_root(path.parent).resolve()
    try:
        git = Git(top, _GIT_SECONDS)
        head = git.commit("HEAD")
        entry = git.files(head).get(path.relative_to(top).as_posix()) if head else None
    except (GitError, ValueError):
        entry = None
    if entry is None:
        raise UsageError(f"{document.source.name}: is not in git, so an edit could not be taken back", _DIRTY)
    versions = (document.data, document.data.replace(b"\r\n", b"\n"))  # git may keep other line ends than the disk
    if entry.oid not in {_object_name(data, entry.oid) for data in versions}:
        raise UsageError(f"{document.source.name}: has changes that are not committed", _DIRTY)


def _object_name(data: bytes, like: str) -> str:
    """Return the name that git gives to contents: SHA-1, or SHA-256 where the repository uses that."""
    digest = hashlib.sha256() if len(like) == hashlib.sha256().digest_size * 2 else hashlib.sha1(usedforsecurity=False)
    digest.update(b"blob %d\0" % len(data))
    digest.update(data)
    return digest.hexdigest()


def write_document(document: Document, data: bytes) -> None:
    """Put new contents in place of a file: whoever reads finds the old file or the new one, never half of it.

    A symbolic link stays one: the file that it leads to is replaced. Mode bits stay.

    Raises:
        UsageError: the file has changed since it was read, or cannot be written; it is then as it was.
    """
    path = document.path.resolve()
    try:
        if read_file(path, MAX_BYTES + 1) != document.data:
            raise UsageError(f"{document.source.name}: has changed while linkwarden was at work", "Run it again.")
        write_file(path, data)
    except OSError as error:
        raise UsageError(f"{document.source.name}: cannot be written: {error.strerror}") from None
