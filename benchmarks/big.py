"""Many links in many lists: ``python big.py [--links N …] [--work offline requests dask extract]``.

Of each number of links, lists of a hundred links are written, on a twentieth as many simulated hosts, and checked
without requests, with them by one process, and by Dask's workers (``pip install 'linkwarden[dask]'``). Prints wall
time, processor time of all processes but the servers, and the peak memory of the largest process; for Dask's workers
also the wall time as a share of that of one process. Each kind of work is done once before, so that Python's modules
are compiled, as those of an installation are. All traffic stays on loopback.
A million links take some ten minutes without requests, and an hour with them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from lists import many_lists
from measure import Cost, measure

HERE = Path(__file__).resolve().parent
WORKS = ("offline", "requests", "dask", "extract")
#: Links of a list, and links of a host.
_OF_A_LIST, _OF_A_HOST = 100, 20


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--links", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--hosts", type=int, help="for every number of links; a twentieth of them without")
    parser.add_argument("--work", nargs="+", choices=WORKS, default=["offline", "requests"])
    given = parser.parse_args()
    if "dask" in given.work and not find_spec("distributed"):
        sys.exit("--work dask needs Dask: pip install 'linkwarden[dask]'")
    most = given.hosts or max(given.links) // _OF_A_HOST
    print(
        "| links | lists | hosts | work | wall s | CPU s | peak MB | wall / requests |\n"
        "|---:|---:|---:|---|---:|---:|---:|---:|",
        flush=True,
    )
    command = [sys.executable, str(HERE / "servers.py"), "any", str(most)]
    with (
        tempfile.TemporaryDirectory() as compiled,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server,
    ):
        assert server.stdout is not None  # noqa: S101 - it is piped
        every = json.loads(server.stdout.readline())["hosts"]
        for work in given.work:
            of(work, 100, 1, every[:5], compiled)
        for links in given.links:
            walls: dict[str, float] = {}
            hosts = every[: given.hosts or max(links // _OF_A_HOST, 1)]
            files = max(links // _OF_A_LIST, 1)
            for work in given.work:
                cost = of(work, links, files, hosts, compiled)
                walls[work] = cost.wall
                share = f"{cost.wall / walls['requests']:.2f}" if work == "dask" and "requests" in walls else ""
                figures = f"{cost.wall:.1f} | {cost.cpu:.1f} | {cost.peak:.0f} | {share}"
                print(f"| {links:,} | {files:,} | {len(hosts):,} | {work} | {figures} |", flush=True)
        if server.stdin is not None:
            server.stdin.close()


def of(work: str, links: int, files: int, hosts: list[str], compiled: str) -> Cost:
    """Give what one run costs."""
    options = ["check", "lists", "--isolated", "--no-state", "--no-report", "--no-progress", "--format=json"]
    if work == "extract":
        options = ["extract", "lists", "--isolated"]
    elif work == "offline":
        options += ["--offline"]
    else:
        engine = "dask" if work == "dask" else "single"
        options += ["--no-archive", "--allow-network=127.0.0.0/8", f"--engine={engine}"]
    with tempfile.TemporaryDirectory() as folder:
        lists = Path(folder) / "lists"
        lists.mkdir()
        many_lists(lists, links, files, hosts)
        command = [sys.executable, "-m", "linkwarden", *options]
        cost = measure(command, cwd=Path(folder), env={"PYTHONPYCACHEPREFIX": compiled}, limit=7200)
        if cost.code not in (0, 1):  # without requests, what leads to the reader's own computer is broken
            sys.exit(f"linkwarden failed with {cost.code}: {cost.errors}")
        return cost


if __name__ == "__main__":
    main()
