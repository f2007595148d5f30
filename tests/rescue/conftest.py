"""What the tests of rescue have in common: a repository, its internet, and the command."""

from __future__ import annotations

from pathlib import Path

import pytest

from linkwarden import api
from linkwarden.cli import cli
from linkwarden.cli.guard import run_guarded
from tests.deps import on_fake_internet
from tests.repository import Repository
from tests.rescue.lists import LIST, Command, Internet


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(api, "_loop_factory", lambda: None)  # virtual time needs asyncio's own loop


@pytest.fixture
def internet() -> Internet:
    """What the commands find."""
    return Internet()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository with one list, in which the commands run."""
    made = Repository(tmp_path / "repo")
    made.commit({"README.md": LIST})
    monkeypatch.chdir(made.folder)
    return made


@pytest.fixture
def rescue(repository: Repository, internet: Internet) -> Command:
    """Run ``linkwarden rescue`` on a fake internet, without memory, and return the exit code."""
    del repository

    def run(*arguments: str) -> int:
        given = ["rescue", *arguments, "--no-progress", *([] if "--state" in arguments else ["--no-state"])]
        return run_guarded(cli, given, on_fake_internet(internet, internet.seen))

    return run
