"""Every code block of README and docs/ is executed, or read by what would read it, each by its kind."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

import linkwarden
from linkwarden.cli import cli
from linkwarden.config import load_file
from tests.docs.blocks import REPOSITORY, Block, blocks, typed, words

BLOCKS = blocks()


def shell(script: str) -> None:
    """A script is sound, and every command of ours in it exists with the options that it is given."""
    if shutil.which("shellcheck") is not None:
        command = ["shellcheck", "--shell=bash", "--severity=warning", "--exclude=SC2164", "-"]
        done = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
    for simple in words(script):
        program, *arguments = [word for word in simple if not re.match(r"\w+=", word)] or [""]
        if program.endswith(("python", "python3")) and "linkwarden" in arguments:
            program, arguments = "linkwarden", arguments[arguments.index("linkwarden") + 1 :]
        if Path(program).name == "linkwarden":
            ours(arguments)
        elif program == "make":
            assert re.search(rf"(?m)^{re.escape(arguments[0])}:", (REPOSITORY / "Makefile").read_text("utf-8")), simple


def ours(arguments: list[str]) -> None:
    """The command line is one that linkwarden takes; what the shell would fill in is left out."""
    given = [word for word in arguments if "$" not in word]
    if ">" in given:  # where the output goes
        given = given[: given.index(">")]
    name, *rest = given
    command = cli.get_command(click.Context(cli), name)
    if command is None:  # `linkwarden README.md` is `linkwarden check README.md`
        name, rest = "check", given
        command = cli.get_command(click.Context(cli), name)
    assert command is not None
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        inner = command.get_command(click.Context(command), rest[0])
        if inner is None:
            break
        command, rest = inner, rest[1:]
    options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    for word in rest:
        option = word.partition("=")[0]
        assert not option.startswith("-") or option in options | {"-", "--", "--help"}, (name, word)


def console(block: Block, _folder: Path) -> None:
    """The commands are sound; what they print is somebody's own."""
    shell("\n".join(typed(block.text)))


def bash(block: Block, _folder: Path) -> None:
    """The script is sound."""
    shell(block.text)


def crontab(block: Block, _folder: Path) -> None:
    """Every line has five fields and a command."""
    for line in block.text.splitlines():
        *fields, command = line.split(maxsplit=5)
        assert len(fields) == 5
        assert all(re.fullmatch(r"[\d*,/-]+", field) for field in fields)
        shell(command)


def editor(block: Block, _folder: Path) -> None:
    """A setting of an editor: the brackets are closed in order, and what it starts is the language server."""
    open_brackets: list[str] = []
    for char in re.sub(r'"[^"\n]*"|--.*|;.*', "", block.text):
        if char in "([{":
            open_brackets.append({"(": ")", "[": "]", "{": "}"}[char])
        elif char in ")]}":
            assert open_brackets.pop() == char
    assert not open_brackets
    words = re.findall(r'"([^"\n]*)"', block.text)
    start = words.index("lsp")
    assert words[start - 1 : start + 2] == ["linkwarden", "lsp", "--stdio"]


def toml(block: Block, folder: Path) -> None:
    """It is a configuration of linkwarden, or of an editor that starts it."""
    if "language-server" in block.text:
        tomllib.loads(block.text)
        editor(block, folder)
        return
    name = "pyproject.toml" if "[tool.linkwarden" in block.text else "linkwarden.toml"
    (folder / name).write_text(block.text, "utf-8")
    assert load_file(folder / name)


def python(block: Block, folder: Path) -> None:
    """It runs, beside a list."""
    (folder / "README.md").write_text("# A list\n\n[x](#nowhere)\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", block.text], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr


def markdown(block: Block, folder: Path) -> None:
    """It can be read as a list."""
    (folder / "README.md").write_text(block.text, "utf-8")
    run = linkwarden.check(folder / "README.md", offline=True)
    assert not run.unreadable


def text(block: Block, _folder: Path) -> None:
    """A test that a comment names reads it; nothing else could tell whether it is right."""
    assert block.test, "put a comment before it: <!-- NAME: checked by tests/… -->"


def dockerfile(block: Block, _folder: Path) -> None:
    """Every line is an instruction, and the first one says from where."""
    text = re.sub(r"(?m)^ *#.*\n", "", block.text).replace("\\\n", "")
    lines = [line for line in text.splitlines() if line]
    known = {"FROM", "RUN", "COPY", "USER", "ENV", "WORKDIR", "ENTRYPOINT", "CMD", "ARG", "LABEL", "ADD", "EXPOSE"}
    assert lines[0].startswith("FROM ")
    assert {line.split()[0] for line in lines} <= known


def json_text(block: Block, _folder: Path) -> None:
    """It is JSON."""
    json.loads(block.text)


# --- YAML: each by what reads it --------------------------------------------------------------------------------------


def yaml_text(block: Block, folder: Path) -> None:
    """What reads it takes it."""
    data = yaml.safe_load(block.text)
    by_shape: dict[str, Callable[[Any, Path], None]] = {
        "jobs": workflow,
        "repos": pre_commit,
        "updates": dependabot,
        "pool": azure,
    }
    shapes = [check for key, check in by_shape.items() if key in data] or [gitlab]
    assert len(shapes) == 1
    shapes[0](data, folder)


def workflow(data: Any, _folder: Path) -> None:
    """A workflow of GitHub, Forgejo or Gitea: jobs with steps, of which each uses or runs something."""
    for job in data["jobs"].values():
        assert isinstance(job["runs-on"], str)
        for step in job["steps"]:
            assert ("uses" in step) is not ("run" in step)
            shell(step.get("run", ""))
            assert "${{" not in step.get("run", "")
            uses = step.get("uses", "OWNER/REPOSITORY@COMMIT")
            assert uses == "OWNER/REPOSITORY@COMMIT" or re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", uses)


def pre_commit(data: Any, folder: Path) -> None:
    """A configuration of pre-commit with hooks of ours."""
    hooks = {hook["id"] for hook in yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text("utf-8"))}
    assert {hook["id"] for repository in data["repos"] for hook in repository["hooks"]} <= hooks
    pytest.importorskip("pre_commit")
    (folder / "config.yaml").write_text(yaml.safe_dump(data), "utf-8")
    command = [sys.executable, "-m", "pre_commit", "validate-config", str(folder / "config.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def dependabot(data: Any, _folder: Path) -> None:
    """A configuration of Dependabot (GitHub docs, "Dependabot options reference")."""
    assert data["version"] == 2
    for update in data["updates"]:
        assert {"package-ecosystem", "directory", "schedule"} <= set(update)


def azure(data: Any, _folder: Path) -> None:
    """A pipeline of Azure (Microsoft's "YAML schema reference for Azure Pipelines"): keys that it knows."""
    assert set(data) <= {"trigger", "pr", "schedules", "pool", "variables", "steps"}
    assert all({"cron", "branches"} <= set(entry) for entry in data["schedules"])
    known = {
        "checkout": {"fetchDepth", "persistCredentials"},
        "bash": {"displayName", "env"},
        "task": {"displayName", "condition", "inputs"},
    }
    for step in data["steps"]:
        [does] = set(step) & set(known)
        assert set(step) - {does} <= known[does]
        assert isinstance(step[does], str)
        shell(step.get("bash", ""))
        assert re.fullmatch(r"\w+@\d+", step.get("task", "Task@1"))


def gitlab(data: Any, _folder: Path) -> None:
    """A pipeline of GitLab: jobs with a script, of which every item is one string (a colon makes it a mapping)."""
    for job in data.values():
        for part in ("before_script", "script", "after_script"):
            assert all(isinstance(line, str) for line in job.get(part, [])), part
        shell("\n".join(job["script"]))


KINDS: dict[str, Callable[[Block, Path], None]] = {
    "bash": bash,
    "console": console,
    "crontab": crontab,
    "dockerfile": dockerfile,
    "elisp": editor,
    "json": json_text,
    "lua": editor,
    "markdown": markdown,
    "python": python,
    "text": text,
    "toml": toml,
    "yaml": yaml_text,
}


def test_there_are_blocks() -> None:
    """The pages are found, and their blocks."""
    assert len(BLOCKS) > 20
    assert {block.page for block in BLOCKS} >= {"README.md", "docs/ci.md", "docs/verdicts.md"}


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_a_block_is_right_by_its_kind(block: Block, tmp_path: Path) -> None:
    """It names a language, and what reads that language takes it."""
    assert block.kind in KINDS, f"{block}: name the language of the block; a new one needs a function in this file"

    KINDS[block.kind](block, tmp_path)


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.test], ids=str)
def test_the_test_that_a_comment_names_reads_the_block(block: Block) -> None:
    """It exists, and asks for the block by its name."""
    assert re.search(rf"\b{re.escape(block.name)}\b", (REPOSITORY / block.test).read_text("utf-8"))


def test_the_dockerfile_that_the_page_names_is_one(tmp_path: Path) -> None:
    """What holds for a block holds for the file."""
    dockerfile(Block("Dockerfile", 1, "dockerfile", (REPOSITORY / "Dockerfile").read_text("utf-8")), tmp_path)


def test_a_saved_response_is_read_as_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """docs/calibrate.md: its example of a file with a saved response is one."""
    [block] = [block for block in BLOCKS if block.name == "saved-response"]
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "x.page").write_text(block.text, "utf-8")
    (tmp_path / "labels.jsonl").write_text('{"url": "https://example.org/papers/1", "label": "ok"}\n', "utf-8")
    monkeypatch.chdir(tmp_path)

    command = [sys.executable, "-m", "linkwarden", *shlex.split("calibrate labels.jsonl --saved pages")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "https://example.org/overview" in done.stdout + done.stderr
