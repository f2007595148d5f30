"""A repository that was made to do harm is compared like any other, and nothing of it is run, read or fetched."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path

import pytest

from linkwarden import check
from linkwarden.config import Config
from linkwarden.diff import Difference, difference
from linkwarden.diff import _diff as module
from linkwarden.git import Git, GitError
from linkwarden.model import UsageError
from linkwarden.text import target_key
from tests.repository import Repository

BEFORE = {"README.md": "[a](https://a.example/)\n", "docs/list.md": "[b](https://b.example/)\n"}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository with two lists on ``main``, and a branch that begins there; we are in it."""
    repository = Repository(tmp_path / "repository")
    repository.commit(BEFORE)
    repository.branch("feature")
    monkeypatch.chdir(repository.folder)
    return repository


def compare(*inputs: str, root: Path | None = None, diff: str = "main") -> Difference:
    """Read what the inputs were on ``main``."""
    return difference(Config(inputs=inputs or ("README.md",), diff=diff), root or Path.cwd())


def had(found: Difference, name: str) -> bool:
    """Tell whether the page of a name stood there before."""
    return found.had(target_key(f"https://{name}.example/", ""), as_image=False)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows takes no such names")
@pytest.mark.parametrize(
    "name",
    ["a\nb.md", 'quo"te.md', "-c.md", "--output=x.md", "ta\tb.md", ":(top)x.md", "*.md", "ümlaut.md", "$(touch x).md"],
)
def test_names_are_names(repository: Repository, name: str) -> None:
    """A line end, a quote, a leading dash and shell words in file names are parts of names and nothing else."""
    repository.git("checkout", "-q", "main")
    repository.commit({name: "[c](https://c.example/)\n[d](https://d.example/)\n"})
    repository.write({name: "[c](https://c.example/)\n"})
    before = sorted(Path().iterdir())

    found = compare(f"./{name}", diff="HEAD")

    assert had(found, "c")
    assert had(found, "d")
    assert not had(found, "n")
    assert sorted(Path().iterdir()) == before


@pytest.mark.skipif(sys.platform == "win32", reason="bytes in names")
def test_names_that_are_not_utf8(repository: Repository) -> None:
    """File names are bytes on Linux."""
    Path(os.fsdecode(b"l\xff.md")).write_text("[c](https://c.example/)\n")
    repository.git("add", "-A")
    repository.git("commit", "-q", "-m", "bytes")

    assert had(compare(".", diff="HEAD"), "c")


def test_an_embedded_bare_repository_is_not_taken_for_the_real_one(repository: Repository, tmp_path: Path) -> None:
    """A folder that is a bare repository, with a command as file-system monitor, runs nothing and misleads nobody."""
    ran = tmp_path / "ran"
    trap = Repository(tmp_path / "trap", bare=True)
    trap.git("config", "core.fsmonitor", f"touch {ran}")
    trap.git("config", "core.bare", "false")
    trap.git("config", "core.worktree", str(repository.folder / "docs"))
    for part in trap.folder.iterdir():
        (shutil.copytree if part.is_dir() else shutil.copy)(part, repository.folder / "docs" / part.name)
    (repository.folder / "docs/objects/keep").touch()
    repository.commit()

    found = compare("docs/list.md")
    with pytest.raises(UsageError, match=r"safe\.bareRepository"):
        compare("docs/list.md", root=repository.folder / "docs")

    assert had(found, "b")
    assert not ran.exists()


def test_no_filter_monitor_hook_or_text_conversion_is_run(repository: Repository, tmp_path: Path) -> None:
    """Neither what the tree's attributes ask for nor what the repository's own configuration names is run."""
    ran = tmp_path / "ran"
    command = f"sh -c 'touch {ran}; cat'"
    for key in ("filter.x.clean", "filter.x.smudge", "filter.x.process", "diff.x.textconv", "diff.x.command"):
        repository.git("config", key, command)
    repository.commit({"README.md": "[n](https://n.example/)\n"})
    repository.write({".gitattributes": "*.md filter=x diff=x\n", "README.md": "[d](https://d.example/)\n"})
    repository.git("config", "core.fsmonitor", f"touch {ran}")
    hook = repository.folder / ".git/hooks/post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {ran}\n")
    hook.chmod(0o755)

    found = compare("README.md", "docs")

    assert had(found, "a")
    assert not ran.exists()


@pytest.mark.usefixtures("repository")
def test_the_environment_points_nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIT_DIR and its kind, as hooks of git set them, do not make another repository the base."""
    other = Repository(tmp_path / "other")
    other.commit({"README.md": "[n](https://n.example/)\n"})
    ran = tmp_path / "ran"
    monkeypatch.setenv("GIT_DIR", str(other.folder / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.folder))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", f"touch {ran}")
    monkeypatch.setenv("GIT_TRACE", str(ran))

    found = compare("README.md")

    assert had(found, "a")
    assert not had(found, "n")
    assert not ran.exists()


def test_a_symbolic_link_out_of_the_repository_is_not_followed(repository: Repository, tmp_path: Path) -> None:
    """A list that becomes a link to a file elsewhere is an error that names the list, and nothing of the file."""
    (tmp_path / "private.md").write_text("[secret](https://secret.example/)\n")
    for name in ("README.md", "docs/list.md"):
        (repository.folder / name).unlink()
        (repository.folder / name).symlink_to(tmp_path / "private.md")
    repository.commit()

    with pytest.raises(UsageError, match="outside the repository") as refusal:
        compare("README.md")
    assert not had(compare("docs/*.md"), "secret")

    assert "private" not in f"{refusal.value}{refusal.value.advice}"


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no such file on this system")
def test_the_environment_is_not_read_into_a_report(repository: Repository) -> None:
    """A pull request makes the list a link to /proc/self/environ."""
    (repository.folder / "README.md").unlink()
    (repository.folder / "README.md").symlink_to("/proc/self/environ")
    repository.commit()

    with pytest.raises(UsageError, match="outside the repository"):
        compare()


def test_a_document_that_becomes_a_symbolic_link_counts_as_gone(repository: Repository, tmp_path: Path) -> None:
    """What is no list is not read through links either; nor is a link in the base taken for a document."""
    (tmp_path / "away.md").write_text("[b](https://b.example/)\n")
    shutil.rmtree(repository.folder / "docs")
    (repository.folder / "docs").symlink_to(tmp_path)
    (tmp_path / "list.md").write_text("[b](https://b.example/)\n")
    (repository.folder / "link.md").symlink_to("README.md")
    repository.commit()

    assert had(compare(), "b")  # docs/list.md went away with what it held
    (repository.folder / "link.md").unlink()
    repository.write({"link.md": "[n](https://n.example/)\n"})
    found = compare("link.md", diff="HEAD")
    assert not had(found, "n")
    assert not had(found, "a")


def test_a_partial_clone_fetches_nothing(repository: Repository, tmp_path: Path) -> None:
    """Contents that a clone left out are not fetched behind the user's back; what to do is said."""
    repository.git("config", "uploadpack.allowFilter", "true")
    repository.commit({"README.md": "[n](https://n.example/)\n"})
    clone = Repository(tmp_path / "partial")
    origin = repository.folder.as_uri()
    clone.git("remote", "add", "origin", origin)
    clone.git("fetch", "-q", "--filter=blob:none", "origin", "+refs/heads/*:refs/remotes/origin/*")
    clone.git("checkout", "-q", "--detach", "origin/feature")
    packs = sorted(clone.folder.rglob("*.pack"))

    config = Config(inputs=(str(clone.folder / "README.md"),), diff="origin/main")
    with pytest.raises(UsageError) as refusal:
        difference(config, clone.folder)

    assert "full clone" in refusal.value.advice
    assert sorted(clone.folder.rglob("*.pack")) == packs


def test_git_is_given_so_much_time_and_room(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git that takes too long or says too much is stopped, and that is an error and no crash."""
    with pytest.raises(GitError, match="too long"):
        Git(repository.folder, 0.0).run("cat-file", "--batch", stdin=b"")
    patient = Git(repository.folder, 60.0)
    patient.run("log")
    real = time.monotonic
    monkeypatch.setattr("linkwarden.git.time.monotonic", lambda: real() + 3600.0)
    patient.run("log")  # an hour of asking others lies between
    monkeypatch.setattr("linkwarden.git.MOST_BYTES", 8)
    with pytest.raises(GitError, match="more than"):
        Git(repository.folder, 60.0).run("log")
    monkeypatch.setattr(module, "_PATIENCE", 0.0)
    with pytest.raises(UsageError, match="--diff main"):
        compare()


def test_a_crafted_tree_names_no_places_outside(repository: Repository) -> None:
    """A commit whose tree holds ``..`` and ``.git``, which no checkout would make, is read without those."""
    git = repository.git
    blob = git("hash-object", "-w", "docs/list.md")
    raw = bytes.fromhex(blob)
    inner = b"100644 evil.md\0" + raw
    (repository.folder / "tree").write_bytes(inner)
    folder = bytes.fromhex(git("hash-object", "-t", "tree", "-w", "--literally", "tree"))
    (repository.folder / "tree").write_bytes(b"40000 ..\0" + folder + b"40000 .GIT\0" + folder + b"100644 x.md\0" + raw)
    tree = git("hash-object", "-t", "tree", "-w", "--literally", "tree")
    commit = git("commit-tree", "-m", "crafted", "-p", "main", tree)

    assert list(Git(repository.folder, 60.0).files(commit)) == ["x.md"]


def test_a_checked_out_submodule_adds_nothing(repository: Repository, tmp_path: Path) -> None:
    """The files of a submodule belong to another repository: what stands there is no addition of this one."""
    other = Repository(tmp_path / "other")
    other.commit({"list.md": "[c](https://c.example/) [x](#gone)\n"})
    repository.git("submodule", "--quiet", "add", other.folder.as_uri(), "lib")
    repository.commit()

    assert had(compare(".", diff="HEAD"), "c")
    run = check(".", diff="HEAD", offline=True)
    assert run.failures == ()
    assert run.results == ()
