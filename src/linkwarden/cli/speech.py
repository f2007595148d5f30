"""What commands say beside their reports. Foreign text may stand in all of it, so all of it goes through here."""

from __future__ import annotations

import click

from linkwarden.sinks import log


def say(*lines: str, err: bool = False) -> None:
    """Print lines that neither a terminal nor a GitHub runner obeys.

    Args:
        lines: one line each; a line break that stands in one is foreign and is written out. None is an empty line.
        err: print to standard error.
    """
    click.echo("\n".join(map(log, lines)), err=err)
