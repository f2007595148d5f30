"""``linkwarden lsp``: findings in an editor while one types."""

from __future__ import annotations

import click

from linkwarden.model import UsageError

#: As in ``pyproject.toml``.
NEEDED = "pygls>=2.1,<3"


@click.command()
@click.option("--stdio", is_flag=True, help="Speak over standard input and output; that is always so.")
def lsp(*, stdio: bool) -> int:
    """Show findings in an editor while you type, as a language server.

    Editors start this command by themselves (docs/editors.md). It makes no request: it shows what a link tells without
    one, and what the last check remembers.
    """
    del stdio
    try:
        from linkwarden.lsp.server import serve  # noqa: PLC0415 - an optional dependency, and slow to import
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in {"pygls", "lsprotocol", "cattrs", "attrs"}:
            raise
        raise UsageError(
            f'the language server needs pygls beside linkwarden: python -m pip install "{NEEDED}"'
        ) from None
    serve()
    return 0
