"""Real git repositories for tests, made without anybody's configuration."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_AUTHOR = {f"GIT_{who}_{what}": f"{who}@a.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
_QUIET = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


class Repository:
    """A repository in a folder, with the branch ``main``."""

    def __init__(self, folder: Path, *, bare: bool = False) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main", *(["--bare"] if bare else []))

    def git(self, *arguments: str) -> str:
        """Run git and give what it says."""
        environ = {n: v for n, v in os.environ.items() if not n.startswith("GIT_")}
        done = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *arguments],  # noqa: S607 - a test's own repository
            cwd=self.folder,
            env={**environ, **_AUTHOR, **_QUIET},
            check=True,
            capture_output=True,
        )
        return done.stdout.decode().strip()

    def write(self, files: dict[str, str]) -> None:
        """Write files."""
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")

    def remove(self, *names: str) -> None:
        """Remove files."""
        for name in names:
            (self.folder / name).unlink()

    def commit(self, files: dict[str, str] | None = None) -> str:
        """Write files and commit everything that is there; give the commit's name."""
        self.write(files or {})
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "change")
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str) -> None:
        """Begin a branch here and go on with it."""
        self.git("checkout", "-q", "-b", name)


class Forge:
    """A server with a pull request whose base has moved on, and clones of it as actions/checkout makes them.

    ``main`` began with ``before``; the pull request made ``proposed`` of it, and meanwhile somebody added
    ``meanwhile`` to the base.
    """

    def __init__(
        self, folder: Path, before: dict[str, str], proposed: dict[str, str], meanwhile: dict[str, str]
    ) -> None:
        self._folder = folder
        self.server = Repository(folder / "server.git", bare=True)
        work = self.work = Repository(folder / "work")
        work.git("remote", "add", "origin", self.server.folder.as_uri())
        self.fork = work.commit(before)
        work.branch("feature")
        self.tip = work.commit(proposed)
        work.git("checkout", "-q", "main")
        self.base = work.commit(meanwhile)
        work.git("checkout", "-q", "--detach")
        work.git("merge", "-q", "--no-ff", "-m", "test merge", "feature")
        self.merge = work.git("rev-parse", "HEAD")
        work.git("push", "-q", "origin", "main", "feature", f"{self.merge}:refs/pull/1/merge")

    def clone(self, depth: int, ref: str = "refs/pull/1/merge") -> Repository:
        """Fetch one commit with so much of its history (0 is all, with all branches), and check it out."""
        clone = Repository(self._folder / f"clone-{depth}-{ref.rpartition('/')[2]}")
        clone.git("remote", "add", "origin", self.server.folder.as_uri())
        if depth:
            clone.git("fetch", "-q", f"--depth={depth}", "origin", f"{ref}:refs/remotes/{ref.removeprefix('refs/')}")
        else:
            clone.git("fetch", "-q", "origin", "+refs/heads/*:refs/remotes/origin/*", f"{ref}:refs/remotes/there")
        clone.git("checkout", "-q", "--detach", self.work.git("rev-parse", self.merge if "pull" in ref else self.tip))
        return clone
