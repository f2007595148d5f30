"""What stands around every command: errors become messages and exit codes, and nothing else."""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TextIO

import click

from linkwarden._version import COMPLETING
from linkwarden.cli.speech import say, say_error, say_failure
from linkwarden.model import Failure, LinkwardenError

if TYPE_CHECKING:
    from typing_extensions import Buffer  # part of ``collections.abc`` since Python 3.12

INTERRUPTED = 130
INTERNAL_ERROR = 3
#: What a full disk says, whichever file is meant; that is no defect of ours.
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
#: What stands in for our own characters where an output cannot show them (a pipe on Windows, an old locale).
_LOOK_ALIKES = {"→": "->", "…": "...", "·": "-", "“": '"', "”": '"', "‘": "'", "’": "'", "—": "-", "–": "-"}


def run_guarded(command: click.Command, arguments: list[str], deps: object = None) -> int:
    """Run a command and return the exit code; every exception ends here.

    That is 2 for a usage error, the error's own code for what linkwarden raises, 130 for Ctrl-C, and 3 for anything
    else, with a report that can be pasted into an issue.

    Args:
        command: what to run.
        arguments: without the program's name.
        deps: replaces the network and the clock (``linkwarden.deps.Deps``), for tests.
    """
    _soften_outputs()
    try:
        result = command.main(args=arguments, prog_name="linkwarden", standalone_mode=False, obj=deps)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        say(*shown.getvalue().removesuffix("\n").split("\n"), err=True)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        if COMPLETING not in os.environ:
            say("", "Interrupted.", err=True)
        return INTERRUPTED
    except LinkwardenError as error:
        say_error(error)
        return error.exit_code
    except Exception as error:  # noqa: BLE001 - the last resort
        if isinstance(error, OSError) and error.errno in _FULL:
            forget_output()
            say(f"Error: the output cannot be written: {error.strerror}", err=True)
        else:
            say_failure(Failure("linkwarden", f"{type(error).__name__}: {error}", traceback.format_exc()))
        return INTERNAL_ERROR
    return result if isinstance(result, int) else 0


def forget_output() -> None:
    """Send the rest of standard output nowhere: its reader (head, less) has gone, or its disk is full.

    Otherwise Python would try once more at exit, and complain.
    """
    with suppress(OSError, ValueError):  # a stream without a descriptor needs nothing
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _soften_outputs() -> None:
    """Make outputs print a look-alike or an escape for a character that they cannot show, instead of failing."""
    codecs.register_error("linkwarden", _look_alike)
    sys.stdout, sys.stderr = _whole(sys.stdout), _whole(sys.stderr)
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="linkwarden")


def _whole(stream: TextIO) -> TextIO:
    """Return a stream that writes all of a text, also where Python was told not to buffer (``PYTHONUNBUFFERED``).

    Python then drops what a pipe does not take at once (CPython 3.11, ``TextIOWrapper`` over a raw file).
    """
    raw = getattr(stream, "buffer", None)
    if not isinstance(raw, io.RawIOBase):
        return stream
    return io.TextIOWrapper(io.BufferedWriter(_Lent(raw, stream)), stream.encoding, stream.errors, write_through=True)


class _Lent(io.RawIOBase):
    """A raw file that is not closed with what writes to it."""

    def __init__(self, raw: io.RawIOBase, owner: object) -> None:
        self._raw = raw
        self._owner = owner  # which closes it when nobody has it any more

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer) -> int | None:
        return self._raw.write(data)

    def fileno(self) -> int:
        return self._raw.fileno()

    def isatty(self) -> bool:
        return self._raw.isatty()


def _look_alike(error: UnicodeError) -> tuple[str | bytes, int]:
    if isinstance(error, UnicodeEncodeError) and error.object[error.start] in _LOOK_ALIKES:
        return _LOOK_ALIKES[error.object[error.start]], error.start + 1
    return codecs.backslashreplace_errors(error)
