"""A list that is given on standard input."""

from __future__ import annotations

import errno
import sys

import click


def read_stdin() -> bytes:
    """Read standard input to its end, or to where it is too long for a list.

    Raises:
        OSError: it was closed before the start.
    """
    from linkwarden.inputs import MAX_BYTES  # noqa: PLC0415 - only where a list is read

    if sys.stdin is None:
        raise OSError(errno.EBADF, "it is closed")
    if sys.stdin.isatty():
        click.echo("Reading a list from the keyboard; Ctrl-D ends it.", err=True)
    return sys.stdin.buffer.read(MAX_BYTES + 1)
