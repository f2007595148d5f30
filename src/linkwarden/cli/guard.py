"""What stands around every command: errors become messages and exit codes, and nothing else."""

from __future__ import annotations

import os
import platform
import sys
import traceback

import click

from linkwarden._version import __version__
from linkwarden.model import Failure, LinkwardenError
from linkwarden.text import mask_secrets

INTERRUPTED = 130
INTERNAL_ERROR = 3


def run_guarded(command: click.Command, arguments: list[str], deps: object = None) -> int:  # noqa: PLR0911 - one way out per kind of end
    """Run a command and give the exit code; every exception ends here.

    A usage error gives 2, what linkwarden itself raises its own code, Ctrl-C 130, anything else 3 together with
    a report that can be pasted into an issue.

    Args:
        command: what to run.
        arguments: without the program's name.
        deps: replaces the network and the clock (``linkwarden.engine.Deps``), for tests.
    """
    try:
        result = command.main(args=arguments, prog_name="linkwarden", standalone_mode=False, obj=deps)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("\nInterrupted.", err=True)
        return INTERRUPTED
    except LinkwardenError as error:
        say_error(error)
        return error.exit_code
    except BrokenPipeError:
        # The reader of our output (head, less) has gone; Python must not complain about it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - the last resort
        say_failure(Failure("linkwarden", f"{type(error).__name__}: {error}", traceback.format_exc()))
        return INTERNAL_ERROR
    return result if isinstance(result, int) else 0


def say_error(error: LinkwardenError) -> None:
    """Tell the user what is wrong and what to do, on standard error."""
    for line in str(error).splitlines():
        click.echo(f"Error: {line}", err=True)
    if error.advice:
        click.echo(f"  {error.advice}", err=True)


def say_failure(failure: Failure) -> None:
    """Print a report of a defect of ours that can be pasted into an issue, addresses' secrets masked."""
    trace = "\n".join(mask_secrets(line) for line in failure.traceback.rstrip().splitlines())
    click.echo(
        f"linkwarden itself failed in {failure.where}: {mask_secrets(failure.message)}\n"
        "This is a defect of linkwarden. Please report it with the text between the lines:\n"
        "----------------------------------------------------------------\n"
        f"linkwarden {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
        f"{trace}\n"
        "----------------------------------------------------------------",
        err=True,
    )
