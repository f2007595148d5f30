"""What stands around every command: errors become messages and exit codes, and nothing else."""

from __future__ import annotations

import codecs
import errno
import io
import os
import platform
import sys
import traceback
from contextlib import suppress
from typing import Any

import click

from linkwarden._version import __version__
from linkwarden.cli.speech import say
from linkwarden.model import Failure, LinkwardenError
from linkwarden.text import mask_secrets

INTERRUPTED = 130
INTERNAL_ERROR = 3
#: What a full disk says, whichever file is meant; that is no defect of ours.
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
#: What stands in for our own signs where an output cannot show them (a pipe on Windows, an old locale).
_LOOK_ALIKES = {"→": "->", "…": "...", "·": "-", "“": '"', "”": '"', "‘": "'", "’": "'", "—": "-", "–": "-"}


def run_guarded(command: click.Command, arguments: list[str], deps: object = None) -> int:
    """Run a command and give the exit code; every exception ends here.

    A usage error gives 2, what linkwarden itself raises its own code, Ctrl-C 130, anything else 3 together with
    a report that can be pasted into an issue.

    Args:
        command: what to run.
        arguments: without the program's name.
        deps: replaces the network and the clock (``linkwarden.run.deps.Deps``), for tests.
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
    """Let a sign that an output cannot show become a look-alike or an escape there, where it would be an error."""
    codecs.register_error("linkwarden", _look_alike)
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="linkwarden")


def _look_alike(error: UnicodeError) -> tuple[str | bytes, int]:
    if isinstance(error, UnicodeEncodeError) and error.object[error.start] in _LOOK_ALIKES:
        return _LOOK_ALIKES[error.object[error.start]], error.start + 1
    return codecs.backslashreplace_errors(error)


def say_error(error: LinkwardenError) -> None:
    """Tell the user what is wrong and what to do, on standard error."""
    for line in str(error).splitlines():
        say(f"Error: {line}", err=True)
    if error.advice:
        say(f"  {error.advice}", err=True)


def say_failure(failure: Failure) -> None:
    """Print a report of a defect of ours that can be pasted into an issue, addresses' secrets masked."""
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
