"""Completion in a shell: what click offers for the words that a user has typed so far."""

from __future__ import annotations

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
        (["check", "--format"], "j", {"json", "junit"}),
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
