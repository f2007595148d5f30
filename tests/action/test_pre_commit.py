"""The hooks for pre-commit, run by pre-commit itself as .pre-commit-hooks.yaml has them."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from linkwarden.cli import cli
from tests.action.workflow import REPOSITORY

pytestmark = pytest.mark.skipif(importlib.util.find_spec("pre_commit") is None, reason="pre-commit is not installed")

MANIFEST = REPOSITORY / ".pre-commit-hooks.yaml"
HOOKS: dict[str, dict[str, Any]] = {hook["id"]: hook for hook in yaml.safe_load(MANIFEST.read_text("utf-8"))}
WITHOUT_LINKS = "# A list\n\nNothing here yet.\n"
CLEAN = "# A list\n\n[top](#a-list)\n"
BROKEN = "# A list\n\n[top](#nowhere-at-all)\n"
MISSPELT = "# A list\n\n[x](htps://example.org/x)\n"


class Repository:
    """A repository whose one commit is about to be made, with the hooks of this one."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder / "repository"
        programs = folder / "bin"
        programs.mkdir()
        program = programs / "linkwarden"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m linkwarden "$@"\n', "utf-8")
        program.chmod(0o755)
        for name in [name for name in os.environ if name.startswith("GIT_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.setenv("PYTHONPATH", str(REPOSITORY / "src"))
        monkeypatch.setenv("HOME", str(folder))
        monkeypatch.setenv("PRE_COMMIT_HOME", str(folder / "pre-commit"))
        self.folder.mkdir()
        self._call("git", "init", "--quiet", ".")
        # What pre-commit would install from a clone is what runs here, so that no network is needed.
        hooks = [{**hook, "language": "system"} for hook in HOOKS.values()]
        config = {"repos": [{"repo": "local", "hooks": hooks}]}
        (self.folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), "utf-8")

    def run(self, hook: str, text: str) -> subprocess.CompletedProcess[str]:
        """Run a hook on a list that is about to be committed."""
        self.list.write_text(text, "utf-8")
        self._call("git", "add", "--all")
        stage = "manual" if "manual" in HOOKS[hook]["stages"] else HOOKS[hook]["stages"][0]
        return self._call(sys.executable, "-m", "pre_commit", "run", "--hook-stage", stage, hook, "--all-files")

    @property
    def list(self) -> Path:
        """The list."""
        return self.folder / "my list.md"

    def _call(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A fresh repository with the hooks."""
    return Repository(tmp_path, monkeypatch)


def test_the_manifest_is_one() -> None:
    """pre-commit takes it."""
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", str(MANIFEST)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("hook", HOOKS)
def test_a_file_without_links_and_a_clean_one_pass(repository: Repository, hook: str) -> None:
    """Nothing to find is no reason to stop a commit."""
    for text in (WITHOUT_LINKS, CLEAN):
        done = repository.run(hook, text)

        assert done.returncode == 0, done.stdout
        assert "Passed" in done.stdout, done.stdout
        assert repository.list.read_text("utf-8") == text


@pytest.mark.parametrize("hook", ["linkwarden", "linkwarden-offline"])
def test_a_broken_file_is_stopped_and_left_alone(repository: Repository, hook: str) -> None:
    """The finding is shown with its place."""
    done = repository.run(hook, BROKEN)

    assert done.returncode == 1, done.stdout
    assert "my list.md:3:7  broken  LW120" in done.stdout
    assert repository.list.read_text("utf-8") == BROKEN
    assert sorted(path.name for path in repository.folder.iterdir()) == [
        ".git",
        ".pre-commit-config.yaml",
        "my list.md",
    ]


def test_the_fixing_hook_makes_what_is_safe_and_fails_once(repository: Repository) -> None:
    """The first run changes the file and stops the commit; the second finds nothing more to do."""
    done = repository.run("linkwarden-fix", MISSPELT)

    fixed = repository.list.read_text("utf-8")
    assert done.returncode == 1, done.stdout
    assert "files were modified by this hook" in done.stdout
    assert fixed == MISSPELT.replace("htps", "https")
    assert repository.run("linkwarden-fix", fixed).returncode == 0


def test_the_fixing_hook_leaves_alone_what_needs_somebody(repository: Repository) -> None:
    """A finding without a safe fix is the business of the other hooks."""
    done = repository.run("linkwarden-fix", BROKEN)

    assert done.returncode == 0, done.stdout
    assert repository.list.read_text("utf-8") == BROKEN


def test_the_hooks_are_commands_that_write_nothing_else() -> None:
    """Every option exists; no report or memory gets into the tree; what runs before a commit makes no request."""
    assert list(HOOKS) == ["linkwarden", "linkwarden-offline", "linkwarden-fix"]
    for hook in HOOKS.values():
        program, command, *options, end = hook["entry"].split()
        subcommand = cli.get_command(click.Context(cli), command)
        assert subcommand is not None
        known = {option for parameter in subcommand.params for option in parameter.opts}
        assert (program, end) == ("linkwarden", "--")
        assert {"--no-state"} <= set(options) <= known
        assert "--no-report" in options or "--no-report" not in known
        assert hook["require_serial"] is True
        assert hook["types"] == ["markdown"]
        assert ("--offline" in options) is ("pre-commit" in hook["stages"])
