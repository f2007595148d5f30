"""What every scenario needs: the programs in a contest, servers for them, and a table of what each took."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measure import Cost, environment, measure

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Contest:
    """What every scenario needs: the programs, how often to repeat, and a directory to work in."""

    linkwarden: str
    python: str
    lychee: str
    repeat: int
    folder: Path

    def write(self, name: str, pieces: Iterable[str]) -> str:
        """Put a list into the directory and give its name."""
        with (self.folder / name).open("w", encoding="utf-8") as file:
            file.writelines(pieces)
        return name

    def check(self, name: str, *, memory: str = "--no-state") -> list[str]:
        """Give the command that checks a list on loopback as a user would, without a memory if none is named."""
        doors = ["--isolated", "--allow-network", "127.0.0.0/8"]
        return [self.linkwarden, "check", name, *doors, "--no-report", "--format", "json", memory]

    def best(
        self,
        commands: Mapping[str, Sequence[str]],
        *,
        env: Mapping[str, str] | None = None,
        server: Server | None = None,
        pause: float = 0.0,
        times: int | None = None,
        expected: Sequence[int] = (0,),
    ) -> dict[str, Row]:
        """Run each command several times, in turn, and give the fastest run of each with what the server saw."""
        best: dict[str, Row] = {}
        for _ in range(times or self.repeat):
            for name, command in commands.items():
                time.sleep(pause)  # the hosts' limits forget the run before
                cost = measure(command, cwd=self.folder, env=env)
                if cost.code not in expected:
                    complain(name, cost, "an unexpected end")
                seen = server.take() if server is not None else None
                if name not in best or cost.wall < best[name][0].wall:
                    best[name] = (cost, seen)
        return best


@dataclass(frozen=True, slots=True)
class Seen:
    """What the servers saw of one run.

    Attributes:
        requests: how many requests.
        refused: how many of them were answered with 429.
        first: monotonic clock at the first one.
    """

    requests: int
    refused: int
    first: float | None


Row = tuple[Cost, Seen | None]


class Server:
    """A server process (``servers.py``).

    Attributes:
        place: where it listens.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._in: Any = process.stdin
        self._out: Any = process.stdout
        self.place: dict[str, Any] = self._line()

    def take(self) -> Seen:
        """Give what it saw since the last call."""
        self._in.write("\n")
        self._in.flush()
        counts = self._line()
        refused = sum(count for name, count in counts["by_status"].items() if name.endswith(" 429"))
        return Seen(counts["requests"], refused, counts["first"])

    def _line(self) -> dict[str, Any]:
        line = self._out.readline()
        if not line:
            raise SystemExit("the server did not start; its message stands above")
        return dict(json.loads(line))


@contextmanager
def serving(contest: Contest, *arguments: str) -> Iterator[Server]:
    """Start a server process, and stop it in the end."""
    process = subprocess.Popen(
        [contest.python, str(HERE / "servers.py"), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(contest.folder, {"PYTHONPATH": str(HERE.parent)}),
    )
    try:
        yield Server(process)
    finally:
        try:
            process.communicate(timeout=5)  # the end of its input is the end of the server
        except subprocess.TimeoutExpired:
            process.kill()


def remaps(place: Mapping[str, Any]) -> list[str]:
    """Return lychee's options that lead the names of a world to loopback, and all other names to a closed port."""
    options = []
    for name, address in place["places"].items():
        for scheme, port in place["ports"].items():
            options += ["--remap", f"^{scheme}://{name.replace('.', '[.]')}(:[0-9]+)?/ {scheme}://{address}:{port}/"]
    return [*options, "--remap", "^https?://[^1/][^/]*/ http://127.50.255.1:9/"]


def table(rows: Mapping[str, Row], *, base: str | None = None) -> None:
    """Print costs as a Markdown table; with ``base``, also what part of that row's time and requests each took."""
    print(
        "| run | wall s | CPU s | peak MB | requests | 429s |"
        + (f" time / {base} | requests / {base} |" if base else "")
    )
    print("|---|---:|---:|---:|---:|---:|" + ("---:|---:|" if base else ""))
    for name, (cost, seen) in rows.items():
        cells = [name, f"{cost.wall:.2f}", f"{cost.cpu:.2f}", f"{cost.peak:.0f}"]
        cells += [str(seen.requests), str(seen.refused)] if seen else ["-", "-"]
        if base:
            other, others = rows[base]
            cells.append(f"{cost.wall / other.wall:.2f}")
            cells.append(f"{seen.requests / others.requests:.2f}" if seen and others else "-")
        print(f"| {' | '.join(cells)} |", flush=True)
    print()


def complain(tool: str, cost: Cost, why: str) -> None:
    """Say on standard error that a run did not do what it should."""
    print(f"{tool}: {why} (exit code {cost.code})\n{cost.errors[-2000:]}", file=sys.stderr)
