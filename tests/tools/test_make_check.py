"""``make check LIST=…``: in the list's own folder, and an honest result is no error of make."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINKWARDEN = """#!/bin/sh
echo "in $PWD"
for word; do echo "<$word>"; done
exit ${CODE:-0}
"""
Make = Callable[..., tuple[int, list[str]]]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Run ``make check`` in a copy of the Makefile whose environment is set up already, with a stand-in in it."""
    clone = tmp_path / "clone"
    for name in ("requirements/run.txt", "pyproject.toml", ".venv/bin/python", ".venv/bin/linkwarden", "README.md"):
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / name).touch()
    shutil.copy(ROOT / "Makefile", clone)
    (clone / ".venv/bin/linkwarden").write_text(LINKWARDEN, "utf-8")
    (clone / ".venv/bin/linkwarden").chmod(0o755)
    (clone / ".venv/.installed-run").touch()

    def run(*arguments: str, code: int = 0) -> tuple[int, list[str]]:
        done = subprocess.run(
            ["make", "--no-print-directory", "check", *arguments],  # noqa: S607 - the user's own
            cwd=clone,
            env={"PATH": os.environ["PATH"], "CODE": str(code)},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, (done.stdout + done.stderr).replace(f"{tmp_path.resolve()}/", "").splitlines()

    return run


def touch(folder: Path, *names: str) -> None:
    """Make empty files."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def test_it_runs_in_the_folder_of_the_list(make: Make, tmp_path: Path) -> None:
    """So that configuration, memory and reports are the list's own; a path may hold blanks."""
    touch(tmp_path, "my lists/read me.md", "my lists/docs/a.md")

    for given, folder, name in (
        (str(tmp_path / "my lists/read me.md"), "my lists", "read me.md"),
        ("../my lists/read me.md", "my lists", "read me.md"),
        (str(tmp_path / "my lists"), "my lists", "."),
        ("README.md", "clone", "README.md"),
    ):
        assert make(f"LIST={given}", "ARGS=--offline -v") == (
            0,
            [f"in {folder}", "<check>", "<--offline>", "<-v>", "<-->", f"<{name}>"],
        )
    assert make()[1] == ["in clone", "<check>", "<-->", "<README.md>"]


def test_several_lists_and_what_is_no_file(make: Make, tmp_path: Path) -> None:
    """The first that is a file says where; URLs and repositories stay as they are."""
    touch(tmp_path, "one/a.md", "one/b/c.md", "two/d.md")

    _, told = make(f"LIST=https://a.example/list.md {tmp_path}/one/a.md ../one/b/c.md {tmp_path}/two/d.md o/r")

    assert told == [
        "in one",
        *("<check>", "<-->", "<https://a.example/list.md>", "<a.md>", "<b/c.md>", "<two/d.md>", "<o/r>"),
    ]
    assert make("LIST=nowhere.md")[1] == ["in clone", "<check>", "<-->", "<nowhere.md>"]


@pytest.mark.parametrize(("code", "ends_with"), [(0, 0), (1, 0), (2, 2), (3, 2), (4, 2), (130, 2)])
def test_findings_are_no_error_of_make(make: Make, code: int, ends_with: int) -> None:
    """Codes that mean that nothing was checked are."""
    ended, told = make(code=code)

    assert ended == ends_with
    assert bool([line for line in told if line.startswith("make: ***")]) is (ends_with != 0)
