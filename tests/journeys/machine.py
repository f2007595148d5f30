"""A stranger's machine: a clone of linkwarden, a HOME of its own, and a shell that runs what the README says."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

from tests.docs.blocks import REPOSITORY, typed

_PROGRAM = Path(__file__).with_name("program.py")
#: Where the clone comes from, as its git says.
ORIGIN = "https://github.com/maker/linkwarden.git"
#: Stands in for pipx: there is nothing to download. What it makes is what pipx would put there.
_PIPX = """#!/bin/sh
set -eu
[ "$*" = "install ." ] && grep -q '^name = "linkwarden"' pyproject.toml
mkdir -p "$HOME/.local/bin"
cp "$(dirname "$0")/linkwarden-of-the-clone" "$HOME/.local/bin/linkwarden"
"""


@dataclass(frozen=True, slots=True)
class Said:
    """What a command has printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """All of it, on one line with single blanks, so that how it wraps does not matter."""
        return " ".join((self.out + self.err).split())


class Machine:
    """A machine with git, make and Python, on which nothing of linkwarden is installed.

    Attributes:
        clone: a clone of linkwarden, as a stranger has it.
        home: of the stranger.
    """

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.clone = folder / "linkwarden"
        tools = folder / "tools"
        tools.mkdir(parents=True)
        self.home.mkdir()
        self._environ = {
            "HOME": str(self.home),
            "PATH": f"{self.home}/.local/bin:{tools}:/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        (self.home / ".gitconfig").write_text(
            "[user]\nname = Me\nemail = me@example.org\n[init]\ndefaultBranch = main\n"
        )
        self.run(f"git clone --quiet '{REPOSITORY}' '{self.clone}'", folder)
        self.run(f"git remote set-url origin {ORIGIN} && git update-ref refs/remotes/origin/main HEAD", self.clone)
        # The program is that of the clone.
        path = f"{self.clone}/src:{REPOSITORY}"
        script = f'#!/bin/sh\nPYTHONPATH="{path}" exec "{sys.executable}" "{_PROGRAM}" "$@"\n'
        for place in (tools / "linkwarden-of-the-clone", self.clone / ".venv" / "bin" / "linkwarden"):
            _write_program(place, script)
        _write_program(tools / "pipx", _PIPX)
        # The step that downloads is over.
        _write_program(self.clone / ".venv" / "bin" / "python", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        (self.clone / ".venv" / ".installed-run").touch()

    def run(self, command: str, folder: Path) -> Said:
        """Run a line in a shell, in a folder."""
        done = subprocess.run(
            ["bash", "-c", command],  # noqa: S607 - the machine's own
            cwd=folder, env=self._environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
            timeout=300,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        return Said(done.returncode, done.stdout, done.stderr)

    def install(self) -> None:
        """Do what the README says to have the command everywhere."""
        (command,) = [line for line in commands("README.md") if line.startswith("pipx install")]
        assert self.run(command, self.clone).code == 0

    def repository(self, name: str, files: dict[str, str], origin: str = "https://github.com/me/list.git") -> Path:
        """Return a repository of the stranger's with these files, committed."""
        folder = self.home / name
        for file, text in files.items():
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        begun = f"git init -q && git remote add origin {origin} && git add -A && git commit -qm first"
        assert self.run(begun, folder).code == 0
        return folder


def _write_program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    path.chmod(0o755)


def commands(page: str) -> list[str]:
    """Return the commands of a page, in order, without the remarks behind them."""
    tokens = MarkdownIt("commonmark").parse((REPOSITORY / page).read_text("utf-8"))
    sessions = [token.content for token in tokens if token.type == "fence" and token.info.strip() == "console"]
    found = [re.sub(r"\s+#.*", "", line).strip() for session in sessions for line in typed(session)]
    return [line for line in found if line]


def command_of(page: str, begin: str) -> str:
    """Return the first command of a page that begins so."""
    return next(line for line in commands(page) if line.startswith(begin))


def is_clone() -> bool:
    """Return whether this is a repository from which a clone can be made."""
    return (REPOSITORY / ".git").exists()
