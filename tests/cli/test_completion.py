"""Completion in a shell: what click offers for the words that a user has typed so far."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from linkwarden.cli import cli


@pytest.mark.parametrize(
    ("typed", "begun", "offered"),
    [
        ([], "ex", {"extract", "explain"}),
        ([], "--ver", {"--version"}),
        (["check"], "--wr", {"--write-baseline"}),
        (["check"], "--confirm", {"--confirm-runs", "--confirm-days"}),
        (["check", "--format"], "s", {"sarif"}),
        (["check", "--format"], "j", {"json", "jsonl", "junit"}),
        (["check", "--color"], "a", {"auto", "always"}),
        (["explain"], "LW20", {"LW201", "LW202", "LW203", "LW204", "LW205", "LW206", "LW207", "LW208"}),
        (["explain"], "lw201", {"LW201"}),
        (["explain"], "anchor-m", {"anchor-missing"}),
        (["explain"], "likely-", set()),
        (["history"], "p", {"prune"}),
    ],
)
def test_what_is_offered(typed: list[str], begun: str, offered: set[str]) -> None:
    """Options, formats, rules by code and by name, and commands are completed."""
    shell = ShellComplete(cli, {}, "linkwarden", "_LINKWARDEN_COMPLETE")

    assert {item.value for item in shell.get_completions(typed, begun)} == offered


SHELLS = ("bash", "zsh", "fish")
#: What a user puts into the file that the shell reads at its start, and what then says how it completes.
STARTS = {
    "bash": 'eval "$(linkwarden completion bash)"',
    "zsh": 'eval "$(linkwarden completion zsh)"',
    "fish": "linkwarden completion fish | source",
}
#: A completion as the shell makes it: of a command, and of the name of a rule.
ASKED = {
    "bash": "COMP_WORDS=(linkwarden ext); COMP_CWORD=1; _linkwarden_completion linkwarden; echo ${COMPREPLY[@]}; "
    "COMP_WORDS=(linkwarden explain LW201); COMP_CWORD=2; _linkwarden_completion linkwarden; echo ${COMPREPLY[@]}",
    # What its widget would be given; the function itself works in the line editor only.
    "zsh": "print -r -- $_comps[linkwarden]; "
    "compadd() { print -r -- ${(P)@[-1]} }; _describe() { print -r -- ${(P)@[-2]} }; "
    "words=(linkwarden ext); CURRENT=2; _linkwarden_completion; words=(linkwarden explain LW201); CURRENT=3; "
    "_linkwarden_completion",
    "fish": "complete -C 'linkwarden ext'; complete -C 'linkwarden explain LW201'",
}


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_without_any_configuration_completes(shell: str, tmp_path: Path) -> None:
    """The line of the README is enough, and says nothing; also in zsh, which knows no ``compdef`` at its start."""
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed; .ci/run does it")
    command = tmp_path / "bin" / "linkwarden"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m linkwarden "$@"\n', "utf-8")
    command.chmod(0o755)
    environ = {**os.environ, "HOME": str(tmp_path), "PATH": f"{command.parent}:{os.environ['PATH']}", "TERM": "dumb"}
    bare = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]

    done = subprocess.run(
        [program, *bare, "-c", f"{STARTS[shell]}\n{ASKED[shell]}"],
        env=environ, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip

    assert done.stderr == ""
    assert "extract" in done.stdout
    assert "LW201" in done.stdout
    if shell == "fish":
        assert "extract\tList the links of a list and the providers that would check them." in done.stdout


def test_the_readme_names_the_line_of_each_shell() -> None:
    """As it is tested."""
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")

    for line in STARTS.values():
        assert line in readme
