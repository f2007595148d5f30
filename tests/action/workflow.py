"""Runs the jobs of a workflow file as GitHub's runner does: every ``run:`` by bash, as it is written.

What is not ours is played by a small double: ``actions/checkout`` is git itself, the cache and the artifacts are
folders. ``uses: maker/linkwarden@…`` and ``uses: ./`` execute the steps of this repository's action.yml.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.action.expressions import condition, expand

REPOSITORY = Path(__file__).parents[2]
DOUBLES = Path(__file__).parent / "doubles"
ACTION = yaml.safe_load((REPOSITORY / "action.yml").read_text("utf-8"))
#: What the workflows that are tested call the Action.
OURS = "maker/linkwarden"
BASH = ["bash", "--noprofile", "--norc", "-eo", "pipefail"]
TOKEN = "ghs_" + "t" * 36


@dataclass
class Step:
    """A step that has run.

    Attributes:
        name: its name, or what it uses.
        ok: whether it ended with 0.
        log: what it wrote.
        outputs: what it put into GITHUB_OUTPUT.
        summary: what it put into GITHUB_STEP_SUMMARY.
    """

    name: str
    ok: bool = True
    log: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""


@dataclass
class Job:
    """A job that has run, or was skipped (``ok`` is None)."""

    ok: bool | None
    steps: list[Step] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)

    @property
    def log(self) -> str:
        """All that its steps wrote."""
        return "".join(step.log for step in self.steps)

    @property
    def links(self) -> dict[str, str]:
        """The outputs of linkwarden's own step."""
        return next(step.outputs for step in self.steps if step.name == "Check the links")

    @property
    def summary(self) -> str:
        """What a reader finds below "Summary"."""
        return "".join(step.summary for step in self.steps)


class Hub:
    """What GitHub keeps for a repository between runs: the repository, the cache, the artifacts.

    Args:
        folder: an empty folder for all of it.
        environ: further variables of every step.
    """

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self.folder = folder
        self.origin = folder / "origin.git"
        self.environ = environ
        self._runs = 0

    def commit(self, ref: str) -> str:
        """Return the commit that a ref of the repository means."""
        command = ["git", "--git-dir", str(self.origin), "rev-parse", "--verify", ref]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def run(self, path: Path, *, ref: str = "refs/heads/main", event: dict[str, Any] | None = None) -> dict[str, Job]:
        """Run all jobs of a workflow file in order.

        Args:
            path: the workflow file.
            ref: what actions/checkout takes.
            event: what stands in GITHUB_EVENT_PATH.
        """
        self._runs += 1
        workflow = yaml.safe_load(path.read_text("utf-8"))
        shutil.rmtree(self.folder / "artifacts", ignore_errors=True)
        done: dict[str, Job] = {}
        for name, job in workflow["jobs"].items():
            needs = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
            running = _Running(self, self._runs, name, ref, event or {}, done)
            done[name] = running.run(job, failed=not all(done[need].ok for need in needs))
        return done


class _Running:
    def __init__(self, hub: Hub, number: int, name: str, ref: str, event: dict[str, Any], done: dict[str, Job]) -> None:
        self._hub = hub
        self._ref = ref
        base = hub.folder / f"run-{number}-{name}"
        self._workspace, self._temp, self._files = (base / part for part in ("workspace", "temp", "files"))
        for folder in (self._workspace, self._temp, self._files):
            folder.mkdir(parents=True)
        (self._files / "event.json").write_text(json.dumps(event), "utf-8")
        self._contexts: dict[str, Any] = {
            "github": {
                "token": TOKEN,
                "repository": "me/awesome",
                "run_id": str(1000 + number),
                "run_attempt": "1",
                "ref": ref,
                "event": event,
            },
            "runner": {"temp": str(self._temp)},
            "steps": {},
            "needs": {name: {"outputs": job.outputs} for name, job in done.items()},
        }
        self._place_environment()

    def run(self, job: dict[str, Any], *, failed: bool) -> Job:
        """Run the steps; those after a failed one, and all after a failed job, only if they say so."""
        if not condition(job.get("if", "success()"), self._contexts, failed=failed):
            return Job(ok=None)
        result = Job(ok=True)
        for step in job["steps"]:
            if not condition(step.get("if", "success()"), self._contexts, failed=not result.ok):
                continue
            ran = self._step(step)
            result.steps.append(ran)
            result.ok = bool(result.ok and ran.ok)
            if "id" in step:
                self._contexts["steps"][step["id"]] = {"outputs": ran.outputs}
        result.outputs = {key: expand(value, self._contexts) for key, value in job.get("outputs", {}).items()}
        return result

    def _step(self, step: dict[str, Any]) -> Step:
        if "run" in step:
            return self._bash(step, self._contexts, {})
        given = {key: expand(str(value), self._contexts) for key, value in step.get("with", {}).items()}
        name = step["uses"].split("@")[0]
        ran = Step(step.get("name", name))
        if name in ("./", OURS):
            return self._action(ran, given)
        doubles: dict[str, Callable[..., None]] = {
            "actions/checkout": self._checkout,
            "actions/cache/restore": self._restore,
            "actions/cache/save": self._save,
            "actions/upload-artifact": self._upload,
            "actions/download-artifact": self._download,
        }
        doubles[name](**{key.replace("-", "_"): value for key, value in given.items()})
        return ran

    def _action(self, ran: Step, given: dict[str, str]) -> Step:
        """Run the steps of action.yml, as a composite action's are."""
        assert set(given) <= set(ACTION["inputs"]), "an input that the action does not have"
        inputs = {
            name: given.get(name, expand(about["default"], self._contexts)) for name, about in ACTION["inputs"].items()
        }
        contexts = {**self._contexts, "inputs": inputs, "steps": {}}
        for step in ACTION["runs"]["steps"]:
            assert step["shell"] == "bash"
            inner = self._bash(step, contexts, {"GITHUB_ACTION_PATH": str(REPOSITORY)})
            ran.log += inner.log
            ran.summary += inner.summary
            ran.ok = inner.ok
            if "id" in step:
                contexts["steps"][step["id"]] = {"outputs": inner.outputs}
            if not inner.ok:
                break
        ran.outputs = {name: expand(about["value"], contexts) for name, about in ACTION["outputs"].items()}
        return ran

    def _bash(self, step: dict[str, Any], contexts: dict[str, Any], environ: dict[str, str]) -> Step:
        assert "${{" not in step["run"], "an expression in a script is how inputs become code"
        files = {name: self._files / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "script")}
        for file in files.values():
            file.write_text("", "utf-8")
        files["script"].write_text(step["run"], "utf-8")
        said = {key: expand(str(value), contexts) for key, value in step.get("env", {}).items()}
        done = subprocess.run(
            [*BASH, str(files["script"])],
            cwd=self._workspace,
            env={**self._environ(), **environ, **said, **{k: str(files[k]) for k in files if k != "script"}},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Step(
            step.get("name", "run"),
            done.returncode == 0,
            done.stdout,
            parsed_outputs(files["GITHUB_OUTPUT"].read_text("utf-8")),
            files["GITHUB_STEP_SUMMARY"].read_text("utf-8"),
        )

    def _environ(self) -> dict[str, str]:
        return {
            "PATH": f"{DOUBLES}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self._files),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(self._workspace),
            "GITHUB_EVENT_PATH": str(self._files / "event.json"),
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": "me/awesome",
            "GITHUB_REF": self._ref,
            "GITHUB_REF_NAME": self._ref.removeprefix("refs/heads/"),
            "GITHUB_SHA": self._hub.commit(self._ref),
            "GITHUB_RUN_ID": self._contexts["github"]["run_id"],
            "RUNNER_TEMP": str(self._temp),
            "TEST_PYTHON": sys.executable,
            **self._hub.environ,
        }

    def _place_environment(self) -> None:
        """Put the running Python in the place of the environment that the install step would make.

        The only thing that is not executed as it is written: pip would need a network. ``test_action_install.py``
        runs that step by itself.
        """
        digest = subprocess.run(
            [sys.executable, "-I", "-c", _FOLDER, str(REPOSITORY / "action" / "main.py"), str(self._temp)],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        folder = Path(digest)
        (folder / "bin").mkdir(parents=True)
        (folder / "bin" / "python").symlink_to(DOUBLES / "python")
        (folder / "installed").touch()

    # --- what stands in for other people's actions ---------------------------------------------------------------

    def _checkout(self, persist_credentials: str, fetch_depth: str = "1") -> None:
        assert persist_credentials == "False"
        depth = [] if fetch_depth == "0" else [f"--depth={fetch_depth}"]
        for command in (
            ["init", "--quiet", "."],
            ["remote", "add", "origin", self._hub.origin.as_uri()],
            ["fetch", "--quiet", *depth, "origin", f"+{self._ref}:refs/remotes/origin/checked-out"],
            ["checkout", "--quiet", "-B", self._ref.rsplit("/", 1)[-1], "refs/remotes/origin/checked-out"],
        ):
            subprocess.run(["git", *command], cwd=self._workspace, check=True, capture_output=True)  # noqa: S607 - the git that is installed

    def _restore(self, path: str, key: str, restore_keys: str) -> None:
        saved = sorted(
            (self._hub.folder / "cache").glob(f"{restore_keys.strip()}*"), key=lambda p: p.stat().st_mtime_ns
        )
        assert not any(entry.name == key for entry in saved)
        if saved:
            target = self._workspace / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(saved[-1], target)

    def _save(self, path: str, key: str) -> None:
        if (self._workspace / path).exists():  # else the real one warns
            (self._hub.folder / "cache").mkdir(exist_ok=True)
            shutil.copyfile(self._workspace / path, self._hub.folder / "cache" / key)

    def _upload(self, name: str, path: str, **_options: str) -> None:
        target = self._hub.folder / "artifacts" / name
        if Path(path).is_dir():
            shutil.copytree(path, target, dirs_exist_ok=True)
        else:
            target.mkdir(parents=True)
            shutil.copy(path, target)

    def _download(self, name: str, path: str) -> None:
        shutil.copytree(self._hub.folder / "artifacts" / name, self._workspace / path)


_FOLDER = "import runpy, sys; print(runpy.run_path(sys.argv[1])['environment_folder']({'RUNNER_TEMP': sys.argv[2]}))"


def parsed_outputs(text: str) -> dict[str, str]:
    """Read GITHUB_OUTPUT as the runner does: ``name=value``, or ``name<<mark`` up to a line that is the mark.

    After actions/runner, FileCommandManager.cs (EnvFileKeyValuePairs).
    """
    found: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        heredoc = re.match(r"([^=]*?)<<(.+)", line)
        if heredoc is None:
            name, equals, value = line.partition("=")
            assert equals, f"the runner refuses {line!r}"
            found[name] = value
            continue
        held: list[str] = []
        for inner in lines:
            if inner == heredoc[2]:
                break
            held.append(inner)
        else:
            raise AssertionError(f"no end of {heredoc[2]}")
        found[heredoc[1]] = "\n".join(held)
    return found
