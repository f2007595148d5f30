"""The examples of docs/ci.md for other CI than GitHub's do what they say: their scripts are executed as they stand.

What needs a network or root is played by small doubles: ``apt-get``, ``pip`` and the clone of linkwarden.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.docs.blocks import REPOSITORY, named

GITLAB_CI_LOCAL = Path(__file__).parent / "gitlab" / "node_modules" / ".bin" / "gitlab-ci-local"
CLEAN = "# A list\n\n[top](#a-list)\n"
BROKEN = f"{CLEAN}[lost](#nowhere)\n"
#: Installing does nothing; all else is done by the Python that runs the tests. -m venv makes a folder with the same.
_PYTHON = """#!/bin/sh
case "$*" in
  *"pip install"*) [ -f "$(echo "$*" | sed 's/.* -r //')" ] || exit 9 ;;
  *"-m venv "*) mkdir -p "$4/bin" && cp "$0" "$4/bin/python" ;;
  *) exec "{python}" "$@" ;;
esac
"""


@dataclass
class Place:
    """A repository with a list, its remote, and a machine on which a pipeline runs.

    Attributes:
        folder: for all of it.
        environ: the environment of a job.
    """

    folder: Path
    environ: dict[str, str]

    @property
    def repository(self) -> Path:
        """The repository with the list."""
        return self.folder / "someone" / "list"

    @property
    def linkwarden(self) -> Path:
        """Where a job puts linkwarden."""
        return self.folder / "linkwarden"

    def git(self, *arguments: str, at: Path | None = None) -> str:
        """Return what git says in the repository with the list."""
        who = ["-c", "user.name=M", "-c", "user.email=m@example.org", "-c", "commit.gpgsign=false"]
        done = subprocess.run(
            ["git", *who, *arguments],  # noqa: S607 - the git that is installed
            cwd=at or self.repository,
            env=self.environ,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def commit(self, text: str, branch: str = "main") -> str:
        """Commit a version of the list, and return the commit."""
        self.git("checkout", "--quiet", "-B", branch)
        (self.repository / "README.md").write_text(text, "utf-8")
        self.git("add", "README.md")
        self.git("commit", "--quiet", "--message=A change")
        return self.git("rev-parse", "HEAD")

    def example(self, name: str) -> str:
        """Return an example of the page, with what the page tells readers to fill in."""
        commit = self.git("rev-parse", "HEAD", at=self.folder / "OWNER" / "REPOSITORY")
        text = named(name).text.replace("COMMIT", commit)
        for place in ("/opt/linkwarden", "/tmp/linkwarden"):  # noqa: S108 - replaced
            text = text.replace(place, str(self.linkwarden))
        return text.replace("/tmp/python", str(self.folder / "python"))  # noqa: S108 - replaced

    def bash(self, script: str, at: Path, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a script as a runner does."""
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        return self.call(command, at, **environ)

    def call(self, command: list[str], at: Path, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a command of a job."""
        shutil.rmtree(self.linkwarden, ignore_errors=True)
        return subprocess.run(
            command,
            cwd=at,
            env={**self.environ, **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A list with a dead anchor in its first commit, and a forge that has linkwarden's repository."""
    programs = tmp_path / "bin"
    programs.mkdir()
    python = _PYTHON.replace("{python}", sys.executable)
    for name, text in {"python": python, "python3": python, "apt-get": "#!/bin/sh\n", "rsync": "#!/bin/sh\n"}.items():
        (programs / name).write_text(text, "utf-8")
        (programs / name).chmod(0o755)
    environ = {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{tmp_path.as_uri()}/.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/",
    }
    here = Place(tmp_path, environ)
    source = tmp_path / "OWNER" / "REPOSITORY"
    shutil.copytree(REPOSITORY / "src", source / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    shutil.copytree(REPOSITORY / "requirements", source / "requirements")
    for repository in (source, here.repository):
        repository.mkdir(parents=True, exist_ok=True)
        here.git("init", "--quiet", "--initial-branch=main", ".", at=repository)
    here.git("add", "--all", at=source)
    here.git("commit", "--quiet", "--message=linkwarden", at=source)
    here.commit(BROKEN)
    return here


@pytest.mark.skipif(not GITLAB_CI_LOCAL.exists(), reason="gitlab-ci-local is not installed (npm; .ci/run does it)")
def test_the_gitlab_example_runs_under_gitlab_ci_local(place: Place) -> None:
    """GitLab's own schema takes it; a schedule finds the dead anchor; a merge request is judged by what it adds."""
    text = place.example("gitlab")
    (place.repository / ".gitlab-ci.yml").write_text(text, "utf-8")
    place.git("remote", "add", "origin", "https://gitlab.com/someone/list.git")
    command = [str(GITLAB_CI_LOCAL), "--force-shell-executor", "--home", str(place.folder), "--variable"]

    done = place.call([*command, "CI_PIPELINE_SOURCE=schedule", "links"], place.repository)
    assert "json schema validated" in done.stdout, done.stdout
    assert done.returncode == 1, done.stdout
    assert "LW120" in done.stdout
    assert "#nowhere" in (place.repository / "links.xml").read_text("utf-8")
    assert (place.repository / "links.html").exists()

    base = place.git("rev-parse", "HEAD")
    place.commit(f"{BROKEN}[top again](#a-list)\n", "proposal")
    change = ["CI_PIPELINE_SOURCE=merge_request_event", "--variable", f"CI_MERGE_REQUEST_DIFF_BASE_SHA={base}", "links"]
    done = place.call([*command, *change], place.repository)
    assert done.returncode == 0, done.stdout
    assert "Passed" in done.stdout or "PASS" in done.stdout, done.stdout


def test_the_forgejo_example_runs(place: Place) -> None:
    """The nightly run finds the dead anchor; a pull request is judged by what it adds."""
    job = yaml.safe_load(place.example("forgejo"))["jobs"]["links"]
    [step] = job["steps"]
    forge = {"GITHUB_SERVER_URL": place.folder.as_uri(), "GITHUB_REPOSITORY": "someone/list", **job["env"]}

    def run(name: str, **event: str) -> subprocess.CompletedProcess[str]:
        (place.folder / name).mkdir()
        return place.bash(step["run"], place.folder / name, **forge, **event)

    done = run("night", GITHUB_REF="refs/heads/main", GITHUB_BASE_REF="")
    assert done.returncode == 1, done.stdout
    assert "#nowhere" in done.stdout

    for number, (text, code) in enumerate(((f"{BROKEN}[new](#a-list)\n", 0), (f"{BROKEN}[new](#neither)\n", 1))):
        place.commit(text, f"proposal-{number}")
        done = run(f"change-{number}", GITHUB_REF=f"refs/heads/proposal-{number}", GITHUB_BASE_REF="main")
        assert done.returncode == code, done.stdout
        assert "#nowhere" not in done.stdout, done.stdout
        place.git("checkout", "--quiet", "main")


def test_the_azure_example_runs(place: Place) -> None:
    """The nightly run finds the dead anchor and leaves what the next task publishes; so does a pull request."""
    pipeline = yaml.safe_load(place.example("azure"))
    checkout, script, publish = pipeline["steps"]
    assert checkout["fetchDepth"] == 0
    work = place.folder / "work"
    place.git("clone", "--quiet", str(place.repository), str(work), at=place.folder)

    done = place.bash(script["bash"], work, **pipeline["variables"])
    assert done.returncode == 1, done.stdout
    assert "#nowhere" in (work / publish["inputs"]["testResultsFiles"]).read_text("utf-8")

    place.git("checkout", "--quiet", "-b", "proposal", at=work)
    (work / "README.md").write_text(f"{BROKEN}[new](#a-list)\n", "utf-8")
    place.git("commit", "--quiet", "--all", "--message=Proposal", at=work)
    for target in ("refs/heads/main", "main"):  # Azure Repos, and a repository at GitHub
        done = place.bash(script["bash"], work, **pipeline["variables"], SYSTEM_PULLREQUEST_TARGETBRANCH=target)
        assert done.returncode == 0, done.stdout
