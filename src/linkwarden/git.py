"""Reading a repository with git. Blocks, so call it in a thread.

The repository that is checked may be somebody else's: no shell is used, nothing of it is run (no file-system monitor,
no hook), an embedded bare repository is not taken for the real one, nothing is fetched, and the environment cannot
point to another repository. Whoever compares or blames adds ``--no-ext-diff`` and ``--no-textconv``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

#: What git may say at most; a list of all files of the largest repositories takes a tenth of it.
MOST_BYTES = 256 * 1024 * 1024
_TOLD_BYTES = 4096
_SAFELY = (
    "--no-pager",
    "--no-optional-locks",
    "--literal-pathspecs",
    *("-c", "safe.bareRepository=explicit"),
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.quotePath=false"),
    *("-c", "protocol.allow=never"),  # a partial clone would fetch what it lacks; old versions know no other word
)


class GitError(Exception):
    """Git is not there, failed, took too long or said too much; the message has git's own words, if there are any."""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """What a commit has at a path.

    Attributes:
        mode: as git writes it: ``100644`` and ``100755`` are files, ``120000`` is a symbolic link, ``160000`` a
            submodule.
        oid: the name of the contents.
    """

    mode: str
    oid: str

    @property
    def is_file(self) -> bool:
        """True for a regular file."""
        return self.mode.startswith("100")

    @property
    def is_submodule(self) -> bool:
        """True for another repository."""
        return self.mode == "160000"


class Git:
    """Asks git about one repository.

    Args:
        root: a folder in it.
        seconds: for all questions together; time between them does not count.
    """

    def __init__(self, root: Path, seconds: float) -> None:
        self._root = root.resolve()
        self._seconds = seconds
        self._program = _program()

    def run(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """Give what git writes on standard output.

        Args:
            arguments: a command that reads only; foreign words come after ``--end-of-options`` or ``--``.
            stdin: what git reads.

        Raises:
            GitError: see there.
        """
        command = [self._program, *_SAFELY, "-C", str(self._root), *arguments]
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as told:
            given.write(stdin)
            given.seek(0)
            try:
                with subprocess.Popen(  # noqa: S603 - no shell; foreign words cannot become options
                    command, stdin=given, stdout=subprocess.PIPE, stderr=told, env=_environment(os.environ)
                ) as process:
                    output = self._read(process)
            except (OSError, ValueError) as error:
                raise GitError(str(error)) from error
            if process.returncode != 0:
                told.seek(0)
                raise GitError(_first_line(told.read(_TOLD_BYTES)) or f"git {arguments[0]} failed")
        return output

    def text(self, *arguments: str) -> str:
        """Give what git writes, as text without the last line's end.

        Raises:
            GitError: see there.
        """
        return self.run(*arguments).decode("utf-8", errors="replace").removesuffix("\n")

    def commit(self, name: str) -> str | None:
        """Give the full name of the commit that a branch, a tag or an expression means, or None if it is not here."""
        try:
            return self.text("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}") or None
        except GitError:
            return None

    def files(self, commit: str) -> dict[str, FileEntry]:
        """Give everything that a commit holds, by path from the top of the repository.

        Names are as the file system would give them (``os.fsdecode``); what no file system may be asked for (``..``
        or ``.git`` in a crafted tree) is left out.

        Raises:
            GitError: see there.
        """
        found: dict[str, FileEntry] = {}
        for record in self.run("ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0"):
            head, tab, name = record.partition(b"\t")
            if tab:
                mode, _, oid = head.decode("ascii").split(" ")
                path = os.fsdecode(name)
                if not {"", ".", "..", ".git"} & set(path.lower().split("/")):
                    found[path] = FileEntry(mode, oid)
        return found

    def contents(self, oids: Iterable[str], most: int) -> dict[str, bytes | None]:
        """Give the contents of files by their names; None for what is larger than ``most`` bytes.

        Raises:
            GitError: see there, or one is not in this clone.
        """
        wanted = list(dict.fromkeys(oids))
        if not wanted:
            return {}
        sizes = self.run("cat-file", "--batch-check", stdin=_lines(wanted)).decode("ascii").splitlines()
        found: dict[str, bytes | None] = {}
        for line in sizes:
            oid, kind, *size = line.split(" ")
            if kind != "blob":
                raise GitError(f"this clone lacks the contents {oid}")
            found[oid] = b"" if int(size[0]) <= most else None
        small = [oid for oid, data in found.items() if data is not None]
        told = self.run("cat-file", "--batch", stdin=_lines(small)) if small else b""
        at = 0
        for oid in small:
            start = told.index(b"\n", at) + 1
            size_ = int(told[at : start - 1].rsplit(b" ", 1)[1])
            found[oid] = told[start : start + size_]
            at = start + size_ + 1
        return found

    def _read(self, process: subprocess.Popen[bytes]) -> bytes:
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        began = time.monotonic()
        alarm = threading.Timer(max(self._seconds, 0.0), stop)
        alarm.daemon = True
        alarm.start()
        try:
            output = process.stdout.read(MOST_BYTES + 1) if process.stdout is not None else b""
            if len(output) > MOST_BYTES:
                process.kill()
                raise GitError("git said more than linkwarden takes in")
            process.wait()
        finally:
            alarm.cancel()
            self._seconds -= time.monotonic() - began
        if late.is_set():
            raise GitError("git took too long")
        return output


def _program() -> str:
    """Find git, but no program of that name that lies where we are, which is what is checked (Windows looks there)."""
    found = shutil.which("git")
    if found is None or not Path(found).is_absolute() or Path(found).parent == Path.cwd():
        raise GitError("git is not installed here")
    return found


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    """Give git its environment: nothing that names another repository, runs a program or asks a person."""
    kept = {name: value for name, value in given.items() if not name.upper().startswith("GIT_")}
    return kept | {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0"}


def _lines(words: Iterable[str]) -> bytes:
    return "".join(f"{word}\n" for word in words).encode("ascii")


def _first_line(told: bytes) -> str:
    lines = told.decode("utf-8", errors="replace").splitlines()
    return lines[0].removeprefix("fatal: ").removeprefix("error: ") if lines else ""
