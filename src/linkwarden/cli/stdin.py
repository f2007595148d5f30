"""A list that is given on standard input."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable, Sequence

from linkwarden.cli.speech import say


def stdin_for(inputs: Sequence[str]) -> Callable[[], bytes]:
    """Read standard input to its end if it is among the inputs, and give a function that gives what was read.

    Read now and not when its turn comes, so that the progress bar is not in the way and Ctrl-C ends the waiting.
    The function raises OSError if standard input cannot be read.
    """
    if "-" not in inputs:
        return lambda: b""
    try:
        data = _read()
    except OSError as error:
        problem = error

        def refuse() -> bytes:
            raise problem

        return refuse
    return lambda: data


def _read() -> bytes:
    from linkwarden.inputs import MAX_BYTES  # noqa: PLC0415 - only where a list is read

    if sys.stdin is None:
        raise OSError(errno.EBADF, "it is closed")
    if sys.stdin.isatty():
        say("Reading a list from the keyboard; Ctrl-D ends it.", err=True)
    return sys.stdin.buffer.read(MAX_BYTES + 1)
