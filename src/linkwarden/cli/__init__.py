"""The command line: the only part that reads the environment, prints or exits.

Commands live in modules of their own and are imported when they are called, so that each starts without what only the
others need. ``linkwarden.__main__`` is where the program starts.
"""

from __future__ import annotations

import os
import re
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from linkwarden._version import __version__

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class _Place(NamedTuple):
    """Where a command is, and what the overview of the commands says of it.

    Attributes:
        module: the last part of its module's name.
        help: one line.
    """

    module: str
    help: str


#: By name. Each module has an attribute of the command's name.
_COMMANDS = {
    "check": _Place("check", "Check the links of one or more lists."),
    "fix": _Place("fix", "Replace URLs in lists by what a check suggests."),
    "rescue": _Place("rescue", "Save images of lists before they are gone."),
    "archive": _Place("archive", "Ask the Internet Archive for copies of links that have none."),
    "merge": _Place("merge", "Join what the shards of one check have found."),
    "probe": _Place("probe", "Show every request for one URL, and how the verdict follows."),
    "extract": _Place("extract", "List the links of a list and the providers that would check them."),
    "explain": _Place("explain", "Explain a rule, a verdict or an HTTP status, and what to do."),
    "history": _Place("history", "Show what earlier runs found: what fails, and since when."),
    "lsp": _Place("lsp", "Show findings in an editor, as a language server."),
    "calibrate": _Place("calibrate", "Measure the verdicts on URLs that were judged by hand."),
    "init": _Place("init", "Set up a repository: configuration, nightly check, pull request check."),
    "completion": _Place("explain", "Print the completion script for a shell."),
}


class _LazyGroup(click.Group):
    """A group that imports a command only when it is wanted: neither its own help nor completion does."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        place = _COMMANDS.get(cmd_name)
        if place is None:
            return None
        command: click.Command = getattr(import_module(f"{__name__}.{place.module}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl([(name, place.help) for name, place in _COMMANDS.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - only where a shell asks

        names = [name for name in _COMMANDS if name.startswith(incomplete)]
        options = click.Command.shell_complete(self, ctx, incomplete)
        return [*(CompletionItem(name, help=_COMMANDS[name].help) for name in names), *options]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take ``linkwarden README.md`` for ``linkwarden check README.md``."""
        own = {*_COMMANDS, *(name for param in self.get_params(ctx) for name in param.opts)}
        is_list = own.isdisjoint(args) and any(map(_names_list, args))
        try:
            return super().parse_args(ctx, ["check", *args] if is_list else list(args))
        except click.NoSuchOption as error:
            ctx.fail(f"No such option: {error.option_name}. {self._advice(ctx, error.option_name, args)}")

    def _advice(self, ctx: click.Context, option: str, args: list[str]) -> str:
        """Return what to type where an option stands before any command; what else was typed may hold a secret."""
        from linkwarden.config import nearest  # noqa: PLC0415 - only here

        owners: dict[str, str] = {}
        for name in sorted(_COMMANDS, key=lambda name: name not in args):  # a command that was typed comes first
            command = self.get_command(ctx, name)
            for param in command.get_params(ctx) if command is not None else ():
                owners |= {word: name for word in param.opts if word not in owners}
        meant = option if option in owners else nearest(option, owners)
        if not meant:
            return "Options stand behind a command; `linkwarden check --help` lists those of a check."
        return f"Did you mean `linkwarden {owners[meant]} {meant}`? Options stand behind the command."

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments begin with, or say what was probably meant."""
        word = args[0]
        if word not in _COMMANDS and not word.startswith("-"):
            import difflib  # noqa: PLC0415 - only here

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
