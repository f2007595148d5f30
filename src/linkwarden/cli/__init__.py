"""The command line: the only part that reads the environment, prints or exits.

Commands live in modules of their own and are imported when they are called, so that each starts without what only the
others need. ``linkwarden.__main__`` is where the program starts.
"""

from __future__ import annotations

import difflib
import os
import re
from importlib import import_module
from typing import Any

import click

from linkwarden._version import __version__

#: command -> module and attribute that hold it
_COMMANDS = {
    "check": "linkwarden.cli.check:check",
    "fix": "linkwarden.cli.fix:fix",
    "probe": "linkwarden.cli.probe:probe",
    "extract": "linkwarden.cli.extract:extract",
    "explain": "linkwarden.cli.explain:explain",
    "history": "linkwarden.cli.history:history",
    "calibrate": "linkwarden.cli.calibrate:calibrate",
    "init": "linkwarden.cli.init:init",
    "completion": "linkwarden.cli.explain:completion",
}


class _LazyGroup(click.Group):
    """A group that imports a command only when it is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        place = _COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take ``linkwarden README.md`` for ``linkwarden check README.md``."""
        own = {*_COMMANDS, *(name for param in self.get_params(ctx) for name in param.opts)}
        is_list = own.isdisjoint(args) and any(map(_names_list, args))
        return super().parse_args(ctx, ["check", *args] if is_list else args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments begin with, or say what was probably meant."""
        word = args[0]
        if word not in _COMMANDS and not word.startswith("-"):
            near = difflib.get_close_matches(word, _COMMANDS, n=1)
            meant = near[0] if near else f"check {word}"
            ctx.fail(f"No such command '{word}'. Did you mean `linkwarden {meant}`?")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. It is no error if the output is not read to its end (head, less)."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            from linkwarden.cli.guard import forget_output  # noqa: PLC0415 - with it

            forget_output()
            return 0


def _names_list(word: str) -> bool:
    return os.path.lexists(word) or re.match(r"https?://", word, re.IGNORECASE) is not None


@click.command(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s", prog_name="linkwarden")
def cli() -> None:
    """Find dead links, expired images and wrong papers in awesome-lists and paper lists.

    Says why, since when, and what to use instead.
    """
