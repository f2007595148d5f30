"""``linkwarden completion``: the script that a shell sources for completion."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from linkwarden.model import UsageError


@click.command(short_help="Print the completion script for a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for a shell.

    bash and zsh: eval "$(linkwarden completion bash)"; fish: linkwarden completion fish | source
    """
    from linkwarden.cli import cli  # noqa: PLC0415 - it imports this module

    cls = get_completion_class(shell)
    if cls is None:
        raise UsageError(f"no completion for {shell}", "Use bash, zsh or fish.")
    click.echo(cls(cli, {}, "linkwarden", "_LINKWARDEN_COMPLETE").source())
