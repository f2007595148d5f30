"""The start of the program: the console script ``linkwarden`` and ``python -m linkwarden``.

It imports next to nothing before it has seen to Ctrl-C: until then, Python shows a traceback.
"""

from __future__ import annotations

import gc
import os
import signal
import sys

from linkwarden._version import COLLECT_AFTER, COMPLETING, __version__

TYPE_CHECKING = False  # without typing, which takes longer to import than the rest
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with one of its exit codes (README, "Exit codes").

    Args:
        argv: the arguments without the program's name; the process's own if None.
    """
    _occupy_closed_streams()
    interruptible = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # a shell's "&" has it ignored
    if interruptible:
        signal.signal(signal.SIGINT, _stop_at_once)
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments in (["--version"], ["-V"]):
        # Scripts call it often, so nothing else is loaded.
        print(f"linkwarden {__version__}")  # noqa: T201 - and nothing if standard output is closed
        sys.exit(0)
    gc.set_threshold(*COLLECT_AFTER)
    from linkwarden.cli import cli  # noqa: PLC0415 - slow to import
    from linkwarden.cli.guard import run_guarded  # noqa: PLC0415

    if interruptible:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    leave(run_guarded(cli, arguments))


def _stop_at_once(_signal: int, _frame: object) -> NoReturn:
    """End the process at Ctrl-C while modules are loaded: nothing is lost yet, and there is nothing to clean up."""
    if COMPLETING not in os.environ:
        os.write(2, b"\nInterrupted.\n")
    os._exit(130)


def leave(code: int) -> NoReturn:
    """End the process, even where a hanging name lookup holds a thread for half a minute.

    Everything is written by now. Python would wait for the thread (``threading._shutdown``), without a prompt.
    """
    import threading  # noqa: PLC0415 - not needed for --version
    from contextlib import suppress  # noqa: PLC0415 - with it

    if any(thread is not threading.current_thread() and not thread.daemon for thread in threading.enumerate()):
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError, AttributeError):
                stream.flush()
        os._exit(code)
    sys.exit(code)


def _occupy_closed_streams() -> None:
    """Open the null device where the caller closed standard input, output or error (``>&-``).

    Otherwise the next file or socket gets that number, and text meant for a person goes into it.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number, which is this one


if __name__ == "__main__":
    main()
