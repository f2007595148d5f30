"""Many links on simulated hosts, requested by one process and by Dask's workers: ``python big.py [--links N …]``.

Prints wall time, processor time of all processes but the servers, and the peak memory of the largest process. Without
Dask (``pip install 'linkwarden[dask]'``) only the first. All traffic stays on loopback.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from lists import many_links
from measure import measure

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--links", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--hosts", type=int, default=200)
    given = parser.parse_args()
    engines = ["single", *(["dask"] if find_spec("distributed") else [])]
    print("| links | engine | wall s | CPU s | peak MB |\n|---:|---|---:|---:|---:|")
    command = [sys.executable, str(HERE / "servers.py"), "plain", str(given.hosts)]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server,
    ):
        assert server.stdout is not None  # noqa: S101 - it is piped
        hosts = json.loads(server.stdout.readline())["hosts"]
        for links in given.links:
            with (Path(folder) / "list.md").open("w", encoding="utf-8") as file:
                file.writelines(many_links(links, hosts))
            for engine in engines:
                options = ["--isolated", "--no-state", "--no-report", "--no-archive", "--no-progress", "--format=json"]
                options += ["--allow-network=127.0.0.0/8", f"--engine={engine}"]
                cost = measure(
                    [sys.executable, "-m", "linkwarden", "check", "list.md", *options],
                    cwd=Path(folder),
                    limit=3600,
                )
                if cost.code:
                    sys.exit(f"linkwarden failed with {cost.code}: {cost.errors}")
                print(f"| {links} | {engine} | {cost.wall:.1f} | {cost.cpu:.1f} | {cost.peak:.0f} |", flush=True)
        if server.stdin is not None:
            server.stdin.close()


if __name__ == "__main__":
    main()
