"""action/main.py: on any Python it says what it needs, and nothing of the checked-out tree ever runs."""

from __future__ import annotations

import ast
import os
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.action.workflow import REPOSITORY, Hub
from tests.repository import Forge

MAIN = REPOSITORY / "action" / "main.py"
#: What a pull request could add to the root of a repository to be run in place of a module or program.
PLANTED = ("pip", "venv", "json", "aiohttp", "linkwarden", "sitecustomize", "usercustomize", "hashlib", "subprocess")


def functions() -> dict[str, Callable[..., Any]]:
    """Return the functions of action/main.py."""
    return runpy.run_path(str(MAIN))


def planted(trace: Path) -> dict[str, str]:
    """Return modules that leave a trace when they run, by file name."""
    return {f"{name}.py": f"open({str(trace)!r}, 'a').write({name!r})\n" for name in PLANTED}


def test_an_old_python_understands_it() -> None:
    """It parses by the grammar of Python 3.4, so that an old one can say what it needs instead of a syntax error."""
    ast.parse(MAIN.read_text("utf-8"), feature_version=(3, 4))


def test_an_old_python_is_told_what_is_needed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Version found, version needed, what to do; nothing is installed."""
    monkeypatch.setattr(sys, "version_info", (3, 8, 18, "final", 0))

    code = functions()["main"](["install"])

    assert code == 2
    said = capsys.readouterr().out
    assert said.startswith("::error title=linkwarden::linkwarden cannot run with Python 3.8: it needs Python 3.11")
    assert "actions/setup-python" in said


def test_without_any_python_the_step_says_so(tmp_path: Path) -> None:
    """The first line of the first step."""
    hub_step = (REPOSITORY / "action.yml").read_text("utf-8")
    assert "There is no Python on this runner" in hub_step
    bash = shutil.which("bash")
    assert bash is not None
    script = hub_step.split("run: |\n")[1].split("    - name")[0]

    done = subprocess.run(
        [bash, "-c", script], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert done.stdout.startswith("::error title=linkwarden::There is no Python")


def test_it_installs_once_by_hash_and_isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Both commands run with -I outside of the workspace; pip takes wheels by hash only; a second step does nothing."""
    monkeypatch.setenv("RUNNER_TEMP", str(tmp_path))
    calls: list[tuple[list[str], str]] = []
    main = functions()
    folder = Path(main["environment_folder"](os.environ))

    def call(command: list[str], cwd: str) -> int:
        calls.append((command, cwd))
        folder.mkdir(exist_ok=True)
        return 0

    assert main["install"](str(folder), call) == 0
    assert main["install"](str(folder), call) == 0

    [(venv, where), (pip, also_where)] = calls
    assert where == also_where == str(tmp_path)
    assert folder.is_relative_to(tmp_path)
    assert venv == [sys.executable, "-I", "-m", "venv", str(folder)]
    assert pip[:5] == [str(folder / "bin" / "python"), "-I", "-m", "pip", "install"]
    assert {"--require-hashes", "--only-binary=:all:", "--no-deps"} <= set(pip)
    assert pip[-1] == str(REPOSITORY / "requirements" / "run.txt")


@pytest.mark.parametrize("failing", [0, 1])
def test_a_failed_installation_fails_and_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], failing: int
) -> None:
    """The exit code is that of the command that failed, and half an environment is not taken for a whole one."""
    monkeypatch.setenv("RUNNER_TEMP", str(tmp_path))
    main = functions()
    folder = tmp_path / "environment"
    codes = [0, 0]
    codes[failing] = 7

    def call(_command: list[str], cwd: str) -> int:
        assert cwd
        folder.mkdir(exist_ok=True)
        return codes.pop(0)

    assert main["install"](str(folder), call) == 7
    assert capsys.readouterr().out.startswith("::error title=linkwarden::")
    assert not (folder / "installed").exists()


def test_on_windows_python_lies_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """A virtual environment has it in Scripts there."""
    main = functions()
    monkeypatch.setattr(os, "name", "nt")

    assert main["python_in"]("x").replace("\\", "/") == "x/Scripts/python.exe"


def test_nothing_of_the_workspace_runs_while_it_installs(tmp_path: Path) -> None:
    """A real venv and a real pip (with nothing to fetch), started in a folder full of planted modules."""
    action, workspace, temp = (tmp_path / name for name in ("action", "workspace", "temp"))
    for folder in (action / "action", action / "requirements", workspace, temp):
        folder.mkdir(parents=True)
    shutil.copy(MAIN, action / "action")
    (action / "requirements" / "run.txt").write_text("", "utf-8")
    trace = tmp_path / "trace"
    for name, text in planted(trace).items():
        (workspace / name).write_text(text, "utf-8")

    done = subprocess.run(
        [sys.executable, "-I", str(action / "action" / "main.py"), "install"],
        cwd=workspace,
        env={**os.environ, "RUNNER_TEMP": str(temp), "PYTHONPATH": str(workspace)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert not trace.exists()
    [folder] = temp.iterdir()
    assert (folder / "installed").exists()


def test_nothing_of_the_workspace_runs_while_it_checks(tmp_path: Path) -> None:
    """The whole check of a pull request that brings such modules, where Python would look for them without -I."""
    world = tmp_path / "world.json"
    world.write_text('{"pages": {}, "down": false, "now": "2026-11-22T03:00:00+00:00", "asked": []}', "utf-8")
    trace = tmp_path / "trace"
    before, proposed = {"README.md": "# A\n"}, {"README.md": "# A\n\n[x](#nowhere)\n"}
    forge = Forge(tmp_path / "forge", before, proposed | planted(trace), {"other.md": "x"})
    hub = Hub(tmp_path / "hub", {"TEST_WORLD": str(world), "PYTHONPATH": "."})
    hub.origin = forge.server.folder

    workflow = REPOSITORY / ".github" / "workflows" / "pr-check.yml"
    job = hub.run(workflow, ref="refs/pull/1/merge")["added-links"]

    assert job.links["exit-code"] == "1", job.log
    assert "file=README.md,line=3," in job.log
    assert not trace.exists()
