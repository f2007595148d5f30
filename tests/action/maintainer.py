"""Somebody with a repository at GitHub, the nights and pull requests there, and what the world around it is like."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from linkwarden.cli import cli
from linkwarden.cli.guard import run_guarded
from tests.action.workflow import OURS, Hub, Job

NIGHTLY = ".github/workflows/linkwarden-nightly.yml"
PR_CHECK = ".github/workflows/linkwarden-pr-check.yml"
COMMIT = "1234567890" * 4
LIVE, FRAIL, DEAD, NEW = (f"https://{name}.example/page" for name in ("live", "frail", "dead", "new"))
LIST = f"# Good things\n\n## First\n\n* [Live]({LIVE})\n\n## Second\n\n* [Frail]({FRAIL})\n"


class Maintainer:
    """Somebody with a repository at the hub, and what the world around it is like."""

    def __init__(self, folder: Path) -> None:
        self._world = folder / "world.json"
        self._github = folder / "github.json"
        self.home = folder / "home"
        self._nights = 0
        origin = folder / "hub" / "origin.git"
        environ = {"TEST_WORLD": str(self._world), "TEST_GITHUB": str(self._github), "TEST_ORIGIN": str(origin)}
        self.hub = Hub(folder / "hub", environ)
        assert self.hub.origin == origin
        self.home.mkdir()
        self.git("init", "--quiet", "--bare", str(self.hub.origin))
        self.git("init", "--quiet", "--initial-branch=main", ".")
        self.git("remote", "add", "origin", self.hub.origin.as_uri())
        self._write(self._world, {"pages": {LIVE: 200, FRAIL: 200}, "down": False, "now": "", "asked": []})
        github = {"has_issues": True, "labels": [], "issues": [], "calls": []}
        github |= {"pulls": [], "comments": [], "may_create": True, "refused_lines": []}
        self._write(self._github, github)

    def git(self, *arguments: str) -> str:
        """Return what git says in the maintainer's clone."""
        who = ["-c", "user.name=M", "-c", "user.email=m@example.org", "-c", "commit.gpgsign=false"]
        done = subprocess.run(
            ["git", *who, *arguments],  # noqa: S607 - the git that is installed
            cwd=self.home,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def write(self, text: str, name: str = "README.md") -> None:
        """Change a file."""
        (self.home / name).write_text(text, "utf-8")

    def push(self, branch: str = "main") -> None:
        """Commit everything and push it."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=A change")
        self.git("push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")

    def init(self, *options: str) -> None:
        """Run ``linkwarden init``."""
        assert run_guarded(cli, ["init", str(self.home), f"--action={OURS}@{COMMIT}", *options]) == 0

    def night(self, *, down: bool = False, **pages: int) -> dict[str, Job]:
        """Let a night pass; ``frail=404`` changes what a page answers."""
        self._nights += 1
        self._turn(f"2026-11-{self._nights:02}T03:23:00+00:00", pages, down=down)
        github = self._read(self._github)
        self._write(self._github, github | {"calls": []})
        return self.hub.run(self.home / NIGHTLY)

    def pull_request(self, text: str, **pages: int) -> Job:
        """Propose a change of the list, as GitHub merges it for the test, and give the check's job."""
        return self.pull_request_jobs(text, pages)["added-links"]

    def pull_request_jobs(self, text: str, pages: dict[str, int], fork: str = "me/awesome") -> dict[str, Job]:
        """Propose a change of the list from a repository, as GitHub merges it for the test, and give all jobs."""
        self._turn("2026-11-20T12:00:00+00:00", pages)
        base = self.git("rev-parse", "HEAD").strip()
        self.git("checkout", "--quiet", "-b", "proposal")
        self.write(text)
        self.git("commit", "--quiet", "--all", "--message=Proposal")
        head = self.git("rev-parse", "HEAD").strip()
        self.git("checkout", "--quiet", "--detach", base)
        self.git("merge", "--quiet", "--no-ff", "--message=Merge", "proposal")
        self.git("push", "--quiet", "--force", "origin", "HEAD:refs/pull/1/merge")
        self.git("checkout", "--quiet", "main")
        self.git("branch", "--quiet", "-D", "proposal")
        proposed = {"sha": head, "repo": {"full_name": fork}}
        event = {"pull_request": {"number": 1, "base": {"sha": "0" * 40}, "head": proposed}}
        return self.hub.run(self.home / PR_CHECK, ref="refs/pull/1/merge", event=event)

    @property
    def asked(self) -> set[str]:
        """The pages that were asked for in the last run; not the made-up ones, by which soft 404s are told."""
        return {address for address in self._read(self._world)["asked"] if address.endswith("/page")}

    @property
    def calls(self) -> list[str]:
        """What the last night changed at GitHub, as in "issue create"."""
        return [" ".join(call[:2]) for call in self._read(self._github)["calls"]]

    @property
    def issues(self) -> list[dict[str, Any]]:
        """All issues."""
        issues: list[dict[str, Any]] = self._read(self._github)["issues"]
        return issues

    @property
    def pulls(self) -> list[dict[str, Any]]:
        """All pull requests that the workflows have opened."""
        pulls: list[dict[str, Any]] = self._read(self._github)["pulls"]
        return pulls

    @property
    def comments(self) -> list[dict[str, Any]]:
        """All comments on lines of pull requests."""
        comments: list[dict[str, Any]] = self._read(self._github)["comments"]
        return comments

    def change_github(self, **changes: Any) -> None:
        """Change what GitHub has."""
        self._write(self._github, self._read(self._github) | changes)

    def _turn(self, now: str, pages: dict[str, int], *, down: bool = False) -> None:
        world = self._read(self._world)
        world["pages"] |= {f"https://{name}.example/page": status for name, status in pages.items()}
        self._write(self._world, world | {"down": down, "now": now, "asked": []})

    @staticmethod
    def _read(path: Path) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return data

    @staticmethod
    def _write(path: Path, value: object) -> None:
        path.write_text(json.dumps(value), "utf-8")
