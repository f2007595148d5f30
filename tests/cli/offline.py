"""What tests of the command line that need no network share."""

from __future__ import annotations

from pathlib import Path

from linkwarden.cli import cli
from linkwarden.cli.guard import run_guarded


def write(text: str | bytes, name: str = "README.md") -> Path:
    """Write a file into the working directory."""
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def check(*arguments: str) -> int:
    """Run ``linkwarden check`` offline and return the exit code."""
    return run_guarded(cli, ["check", "--offline", *arguments])
