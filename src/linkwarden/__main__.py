"""Where the program starts: the console script ``linkwarden`` and ``python -m linkwarden``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

from linkwarden._version import __version__


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with one of its exit codes (README, "Exit codes").

    Args:
        argv: the arguments without the program's name; the process's own if None.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments in (["--version"], ["-V"]):
        # Scripts ask for it often; it costs less than loading the rest.
        sys.stdout.write(f"linkwarden {__version__}\n")
        sys.exit(0)
    from linkwarden.cli import cli  # noqa: PLC0415 - see above
    from linkwarden.cli.guard import run_guarded  # noqa: PLC0415

    sys.exit(run_guarded(cli, arguments))


if __name__ == "__main__":
    main()
