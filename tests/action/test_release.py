"""The workflow that publishes: what it refuses, who may do what in it, and what it builds with."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from linkwarden._version import __version__
from tests.action.workflow import BASH, REPOSITORY

WORKFLOW: dict[str, Any] = yaml.safe_load((REPOSITORY / ".github" / "workflows" / "release.yml").read_text("utf-8"))
JOBS: dict[str, Any] = WORKFLOW["jobs"]
CHANGES = f"# Changelog\n\n## Unreleased\n\n* later\n\n## {__version__} (2027-01-31)\n\n* now\n\n## 0.0.1\n\n* then\n"


def compare(folder: Path, *, tag: str, place: str, changes: str = CHANGES) -> subprocess.CompletedProcess[str]:
    """Run the step that decides whether a tag is published, in a checkout whose REPOSITORY is ``me/linkwarden``."""
    [script] = [step["run"] for step in JOBS["build"]["steps"] if "Compare" in step.get("name", "")]
    version = folder / "src" / "linkwarden" / "_version.py"
    version.parent.mkdir(parents=True)
    real = (REPOSITORY / "src" / "linkwarden" / "_version.py").read_text("utf-8")
    version.write_text(re.sub(r'(?m)^REPOSITORY = ".*"$', 'REPOSITORY = "me/linkwarden"', real), "utf-8")
    (folder / "CHANGELOG.md").write_text(changes, "utf-8")
    environ = {"PATH": "/usr/bin:/bin", "GITHUB_REF_NAME": tag, "GITHUB_REPOSITORY": place}
    return subprocess.run([*BASH, "-c", script], cwd=folder, env=environ, capture_output=True, text=True, check=False)


def test_a_tag_of_the_version_is_published_with_its_changes(tmp_path: Path) -> None:
    """What stands under the version is the text of the release, and nothing else."""
    done = compare(tmp_path, tag=f"v{__version__}", place="me/linkwarden")

    assert done.returncode == 0, done.stdout
    assert (tmp_path / "notes.md").read_text("utf-8").strip() == "* now"


@pytest.mark.parametrize(
    ("tag", "place", "changes", "said"),
    [
        ("v99.0.0", "me/linkwarden", CHANGES, "The tag is v99.0.0"),
        (__version__, "me/linkwarden", CHANGES, f"The tag is {__version__}"),
        (f"v{__version__}", "you/linkwarden", CHANGES, "This repository is you/linkwarden"),
        (f"v{__version__}", "me/linkwarden", "## Unreleased\n\n* later\n", "has nothing under"),
        (f"v{__version__}", "me/linkwarden", f"## {__version__}\n\n## 0.0.1\n\n* then\n", "has nothing under"),
    ],
)
def test_a_tag_that_is_not_ready_is_refused(tmp_path: Path, tag: str, place: str, changes: str, said: str) -> None:
    """Nothing is built, and the error says what is missing."""
    done = compare(tmp_path, tag=tag, place=place, changes=changes)

    assert done.returncode == 1
    assert said in done.stdout


def test_nothing_is_published_while_nobody_knows_where_linkwarden_lives(tmp_path: Path) -> None:
    """An empty REPOSITORY is refused for every repository."""
    [script] = [step["run"] for step in JOBS["build"]["steps"] if "Compare" in step.get("name", "")]
    (tmp_path / "src" / "linkwarden").mkdir(parents=True)
    (tmp_path / "src" / "linkwarden" / "_version.py").write_text('__version__ = "1.0.0"\nREPOSITORY = ""\n', "utf-8")
    (tmp_path / "CHANGELOG.md").write_text("## 1.0.0\n\n* now\n", "utf-8")
    environ = {"PATH": "/usr/bin:/bin", "GITHUB_REF_NAME": "v1.0.0", "GITHUB_REPOSITORY": "me/linkwarden"}

    done = subprocess.run([*BASH, "-c", script], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert 'REPOSITORY in _version.py is ""' in done.stdout


def test_each_job_may_do_one_thing() -> None:
    """Only the job that builds runs code of the repository, and it may only read; publishing comes after attesting."""
    writing = {name: set(job["permissions"]) for name, job in JOBS.items() if "write" in job["permissions"].values()}

    assert writing == {"attest": {"id-token", "attestations"}, "pypi": {"id-token"}, "github": {"contents"}}
    assert JOBS["build"]["permissions"] == {"contents": "read"}
    assert [name for name, job in JOBS.items() if any("checkout" in s.get("uses", "") for s in job["steps"])] == [
        "build"
    ]
    assert JOBS["pypi"]["needs"] == ["build", "attest"]
    assert JOBS["pypi"]["environment"]["name"] == "pypi"
    assert JOBS["github"]["needs"] == "pypi"
    assert "secrets." not in yaml.safe_dump(WORKFLOW)


def test_what_builds_is_locked() -> None:
    """Every tool of the group has a version and hashes in requirements/release.txt, which `make lock` writes."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))
    lock = (REPOSITORY / "requirements" / "release.txt").read_text("utf-8")
    entries = re.split(r"(?m)^(?=[a-z])", lock)[1:]
    locked = {entry.split("==")[0] for entry in entries}

    assert {re.split(r"[>=<]", name)[0] for name in project["dependency-groups"]["release"]} <= locked
    assert {re.split(r"[>=<]", name)[0] for name in project["build-system"]["requires"]} <= locked
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "-o requirements/release.txt" in (REPOSITORY / "Makefile").read_text("utf-8")


def test_the_page_names_what_there_is() -> None:
    """docs/releasing.md: the workflow, the environment and the constant."""
    page = (REPOSITORY / "docs" / "releasing.md").read_text("utf-8")

    for name in ("release.yml", f"`{JOBS['pypi']['environment']['name']}`", "`REPOSITORY`", "requirements/release.txt"):
        assert name in page
