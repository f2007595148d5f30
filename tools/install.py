"""Installs packages with pip and shows how far it is: ``python tools/install.py -r requirements/run.txt``.

The arguments are pip's. What pip prints is shown only if it fails. Runs before anything is installed, so it uses
nothing but the standard library.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

_PIP = ("-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-deps", "--progress-bar=off")
_SHOWN_OF_A_FAILURE = 30  # lines


def main(arguments: Sequence[str]) -> int:
    """Run pip and return its exit code."""
    total = sum(len(re.findall(r"(?m)^[\w.\[\]-]+==", Path(name).read_text("utf-8"))) for name in _files(arguments))
    command = [sys.executable, *_PIP, *arguments]
    environ = {**os.environ, "PYTHONUNBUFFERED": "1"}
    last: deque[str] = deque(maxlen=_SHOWN_OF_A_FAILURE)
    done = 0
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environ, errors="replace"
    ) as pip:
        for line in pip.stdout or ():
            last.append(line)
            named = re.match(
                r"(?:Collecting|Ignoring|Processing|Requirement already satisfied:) (?:\S*/)?([\w.]+)", line
            )
            if named is not None and total:
                done += 1
                _show(f"{done} of {total}: {named[1]}")
            elif line.startswith("Installing collected"):
                _show("unpacking ...")
    _show("")
    if pip.returncode:
        sys.stderr.writelines(last)
    return pip.returncode


def _files(arguments: Sequence[str]) -> list[str]:
    return [value for option, value in pairwise(arguments) if option == "-r"]


def _show(text: str) -> None:
    """Show a line in place of the last one on a terminal, else below it."""
    if sys.stdout.isatty():
        sys.stdout.write(f"\r\x1b[K{f'  {text}' if text else ''}")
    elif text:
        sys.stdout.write(f"  {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
