"""Reads a repository with git. Blocks, so call it in a thread.

The repository that is checked may not be the user's own: no shell is used, nothing in it is run (no file-system
monitor, no hook), an embedded bare repository is not taken for the real one, nothing is fetched, and the environment
cannot point to another repository. Code that compares or blames adds ``--no-ext-diff`` and ``--no-textconv``.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

#: The most output that is read from git; a list of all files of the largest repositories takes a tenth of it.
MOST_BYTES = 256 * 1024 * 1024
_MOST_ERROR_BYTES = 4096
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
    """Git is not installed, failed, took too long or printed too much; the message is git's own where there is one."""


class FileEntry(NamedTuple):
    """What a commit has at a path.

    Attributes:
        mode: as git writes it: ``100644`` and ``100755`` are files, ``120000`` is a symbolic link, ``160000`` a
            submodule.
        oid: the object name of the contents.
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
    """Runs git in one repository.

    Args:
        root: a folder in it.
        seconds: for all commands together; time between them does not count.
    """

    def __init__(self, root: Path, seconds: float) -> None:
        self._root = root.resolve()
        self._seconds = seconds
        self._program = _program()

    def run(self, *arguments: str, stdin: bytes = b"", or_nothing: bool = False) -> bytes:
        """Return what git writes to standard output.

        Args:
            arguments: a command that only reads; words of others come after ``--end-of-options`` or ``--``.
            stdin: what git reads.
            or_nothing: the command ends with 1 where it finds nothing.

        Raises:
            GitError: git failed.
        """
        import tempfile  # noqa: PLC0415 - slow to import, and few runs need it

        command = [self._program, *_SAFELY, "-C", str(self._root), *arguments]
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as errors:
            given.write(stdin)
            given.seek(0)
            try:
                with subprocess.Popen(  # noqa: S603 - no shell; words of others cannot become options
                    command, stdin=given, stdout=subprocess.PIPE, stderr=errors, env=_environment(os.environ)
                ) as process:
                    output = self._read(process)
            except (OSError, ValueError) as error:
                raise GitError(str(error)) from error
            if process.returncode != 0 and not (or_nothing and process.returncode == 1):
                errors.seek(0)
                raise GitError(_first_line(errors.read(_MOST_ERROR_BYTES)) or f"git {arguments[0]} failed")
        return output

    def text(self, *arguments: str) -> str:
        """Return what git writes, as text without the last line's end.

        Raises:
            GitError: git failed.
        """
        return self.run(*arguments).decode("utf-8", errors="replace").removesuffix("\n")

    def commit(self, name: str) -> str | None:
        """Return the full name of the commit that a branch, a tag or an expression means, or None if it is not here."""
        try:
            return self.text("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}") or None
        except GitError:
            return None

    def files(self, commit: str) -> dict[str, FileEntry]:
        """Return everything that a commit holds, by path from the top of the repository.

        Names are as the file system would give them (``os.fsdecode``); what must not be looked up there (``..`` or
        ``.git`` in a crafted tree) is left out.

        Raises:
            GitError: git failed.
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
        """Return the contents of files by their object names; None for what is larger than ``most`` bytes.

        Raises:
            GitError: git failed, or one is not in this clone.
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
        output = self.run("cat-file", "--batch", stdin=_lines(small)) if small else b""
        at = 0
        for oid in small:
            start = output.index(b"\n", at) + 1
            size_ = int(output[at : start - 1].rsplit(b" ", 1)[1])
            found[oid] = output[start : start + size_]
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
                raise GitError("git printed more than linkwarden reads")
            process.wait()
        finally:
            alarm.cancel()
            self._seconds -= time.monotonic() - began
        if late.is_set():
            raise GitError("git took too long")
        return output


def _program() -> str:
    """Return the path of git, but not of one in the working directory, which is what is checked (Windows does)."""
    import shutil  # noqa: PLC0415 - many runs do without git

    found = shutil.which("git")
    if found is None or not Path(found).is_absolute() or Path(found).parent == Path.cwd():
        raise GitError("git is not installed here")
    return found


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    """Return git's environment: nothing in it names another repository, runs a program, prompts, or is a secret."""
    kept = {name: value for name, value in given.items() if not name.upper().startswith(("GIT_", "LINKWARDEN_"))}
    return kept | {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0"}


def _lines(words: Iterable[str]) -> bytes:
    return "".join(f"{word}\n" for word in words).encode("ascii")


def _first_line(output: bytes) -> str:
    lines = output.decode("utf-8", errors="replace").splitlines()
    return lines[0].removeprefix("fatal: ").removeprefix("error: ") if lines else ""
