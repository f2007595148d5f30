"""What commands say beside their reports. Foreign text may stand in all of it, so all of it goes through here."""

from __future__ import annotations

import click

from linkwarden._version import __version__
from linkwarden.model import Failure, LinkwardenError
from linkwarden.sinks import log
from linkwarden.text import mask_secrets

_DIFF_COLORS = {b"-": "red", b"+": "green", b"@": "cyan"}


def say(*lines: str, err: bool = False) -> None:
    """Print lines that neither a terminal nor a GitHub runner obeys.

    Args:
        lines: one line each; a line break that stands in one is foreign and is written out. None is an empty line.
        err: print to standard error.
    """
    click.echo("\n".join(map(log, lines)), err=err)


def say_diff(diff: bytes, *, colored: bool) -> None:
    """Print a unified diff, with the secrets of URLs masked; what is no UTF-8 in it is replaced."""
    for line in diff.split(b"\n")[:-1]:
        text = log(mask_secrets(line.decode("utf-8", "replace").rstrip("\r")))
        paint = None if line.startswith((b"---", b"+++")) else _DIFF_COLORS.get(line[:1])
        click.echo(click.style(text, fg=paint) if colored and paint else text, color=colored)


def say_error(error: LinkwardenError) -> None:
    """Print what is wrong and what to do, on standard error."""
    for part in error.parts or (error,):
        for line in str(part).splitlines():
            say(f"Error: {line}", err=True)
        if part.advice:
            say(f"  {part.advice}", err=True)


def say_failure(failure: Failure) -> None:
    """Print a report of a defect of ours that can be pasted into an issue, with the secrets of URLs masked."""
    if not failure.traceback:  # this machine's fault, and nothing to report
        say(f"Error: {failure.where}: {mask_secrets(failure.message)}", err=True)
        return
    import platform  # noqa: PLC0415 - only here

    where = "" if failure.where == "linkwarden" else f" in {failure.where}"
    say(
        f"linkwarden itself failed{where}: {mask_secrets(failure.message)}",
        "This is a defect of linkwarden. Please report it with the text between the lines:",
        "----------------------------------------------------------------",
        f"linkwarden {__version__}, Python {platform.python_version()}, {platform.platform()}",
        *(mask_secrets(line) for line in failure.traceback.rstrip().splitlines()),
        "----------------------------------------------------------------",
        err=True,
    )
