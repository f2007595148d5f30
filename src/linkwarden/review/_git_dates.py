"""When lines entered a file, as ``git blame`` tells it. Reads history only; blocks, so call it in a thread."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from linkwarden.git import Git, GitError

#: Seconds for all of git's work in a run; a date makes a suggestion better and is not worth more.
_PATIENCE = 10.0
#: Lines asked about in one file; more would not fit a command line everywhere.
_MOST_LINES = 500
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
    try:
        git = Git(root, _PATIENCE)
        files = {name: path for name in wanted if (path := _inside(root, name)) is not None}
        if not files or git.text("rev-parse", "--is-shallow-repository") != "false":
            return found
        for name, path in files.items():
            ranges = [f"-L{line},{line}" for line in sorted(set(wanted[name]))[:_MOST_LINES]]
            told = git.text("blame", "--incremental", "--no-textconv", "-w", *ranges, "--", str(path))
            found |= {(name, line): instant for line, instant in _read(told).items()}
    except (OSError, ValueError, OverflowError, GitError):
        pass  # no git, no repository, no such file in it, too slow: then nothing is known
    return found


def _inside(root: Path, name: str) -> Path | None:
    """Give the real place of a file if it lies inside ``root``."""
    path = Path(name).resolve()
    return path if path.is_file() and path.is_relative_to(root.resolve()) else None


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
