"""When lines entered a file, as ``git blame`` tells it. Reads history only; blocks, so call it in a thread.

The repository that is checked may be somebody else's: no shell is used, nothing of it is run (no file-system monitor,
no text conversion), an embedded bare repository is not taken for the real one, and nothing is fetched.
"""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

#: Seconds for all of git's work in a run; a date makes a suggestion better and is not worth more.
_PATIENCE = 10.0
#: Lines asked about in one file; more would not fit a command line everywhere.
_MOST_LINES = 500
_GIT = (
    "git",
    "--no-pager",
    "--no-optional-locks",
    *("-c", "safe.bareRepository=explicit"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "protocol.allow=never"),  # a partial clone would fetch what it lacks
)
_ENTRY = re.compile(r"([0-9a-f]{40,64}) \d+ (\d+) (\d+)\Z")


def lines_added(root: Path, wanted: Mapping[str, Iterable[int]]) -> dict[tuple[str, int], datetime]:
    """Give when lines were written, by file and line number, as far as history tells.

    Nothing is told of files outside ``root`` or outside any repository, of shallow clones (in which every line seems
    to come with the oldest commit that is there), and of lines that are not committed.

    Args:
        root: the repository root.
        wanted: file names as given on the command line, each with line numbers from 1.
    """
    found: dict[tuple[str, int], datetime] = {}
    end = time.monotonic() + _PATIENCE
    try:
        files = {name: path for name in wanted if (path := _inside(root, name)) is not None}
        if not files or _run(root, end, "rev-parse", "--is-shallow-repository").strip() != "false":
            return found
        for name, path in files.items():
            ranges = [f"-L{line},{line}" for line in sorted(set(wanted[name]))[:_MOST_LINES]]
            told = _run(root, end, "blame", "--incremental", "--no-textconv", "-w", *ranges, "--", str(path))
            found |= {(name, line): instant for line, instant in _read(told).items()}
    except (OSError, ValueError, OverflowError, subprocess.SubprocessError):
        pass  # no git, no repository, no such file in it, too slow: then nothing is known
    return found


def _inside(root: Path, name: str) -> Path | None:
    """Give the real place of a file if it lies inside ``root``."""
    path = Path(name).resolve()
    return path if path.is_file() and path.is_relative_to(root.resolve()) else None


def _run(root: Path, end: float, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - fixed program, no shell; names are arguments after ``--``
        [*_GIT, "-C", str(root), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=max(end - time.monotonic(), 0.0),
        check=True,
    )
    return done.stdout.decode("utf-8", errors="replace")


def _read(told: str) -> dict[int, datetime]:
    """Read ``git blame --incremental``: entries with a commit's details at its first mention only."""
    instants: dict[str, datetime] = {}
    lines: dict[int, str] = {}
    commit = ""
    for text in told.split("\n"):  # other line ends may stand in a commit's words
        entry = _ENTRY.match(text)
        if entry is not None:
            commit = entry[1]
            lines |= dict.fromkeys(range(int(entry[2]), int(entry[2]) + int(entry[3])), commit)
        elif text.startswith("author-time ") and commit.strip("0"):
            instants[commit] = datetime.fromtimestamp(int(text.removeprefix("author-time ")), UTC)
    return {line: instants[commit] for line, commit in lines.items() if commit in instants}
