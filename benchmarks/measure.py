"""Runs one command and says what it cost: wall time, processor time, peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

#: No run of a benchmark takes longer; a checker that does is stopped and the run fails.
LIMIT = 600.0


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run of a command cost.

    Attributes:
        began: monotonic clock at the start.
        wall: seconds from start to end.
        cpu: seconds of processor time, user and system, children included.
        peak: peak resident memory in MB (the kernel counts at least what this script itself had at the start).
        code: exit code.
        errors: the end of standard error.
    """

    began: float
    wall: float
    cpu: float
    peak: float
    code: int
    errors: str


def measure(command: Sequence[str], *, cwd: Path, env: Mapping[str, str] | None = None, limit: float = LIMIT) -> Cost:
    """Run a command to its end and give its cost.

    Output goes to files, so that no reader competes for the processor while the command runs.

    Raises:
        TimeoutError: it took longer than ``limit`` seconds.
    """
    with (cwd / "out").open("w") as out, (cwd / "err").open("w+") as err:
        began = time.monotonic()
        child = subprocess.Popen(
            command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment(cwd, env)
        )
        status, usage = _wait(child, began + limit)
        wall = time.monotonic() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        err.seek(max(0, err.seek(0, os.SEEK_END) - 4000))
        unit = 1e6 if sys.platform == "darwin" else 1e3  # getrusage(2): bytes on macOS, KiB on Linux
        return Cost(
            began,
            wall,
            usage.ru_utime + usage.ru_stime,
            usage.ru_maxrss / unit,
            child.returncode,
            err.read(),
        )


def environment(folder: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give the environment of a measured command.

    Python keeps its compiled modules in the folder, as an installation would beside the sources, whatever this shell
    says about that; tokens and proxies of this machine are left out.
    """
    dropped = {"PYTHONDONTWRITEBYTECODE", "GITHUB_TOKEN", "GH_TOKEN"}
    kept = {
        name: value for name, value in os.environ.items() if name not in dropped and not name.lower().endswith("_proxy")
    }
    return {**kept, "PYTHONPYCACHEPREFIX": str(folder / "pyc"), **(extra or {})}


def _wait(child: subprocess.Popen[bytes], deadline: float) -> tuple[int, os.struct_rusage]:  # type: ignore[name-defined]
    while True:
        pid, status, usage = os.wait4(child.pid, os.WNOHANG)
        if pid:
            return status, usage
        if time.monotonic() > deadline:
            child.kill()
            os.wait4(child.pid, 0)
            raise TimeoutError(f"no end after {LIMIT:.0f} s: {child.args}")
        time.sleep(0.005)
