"""Puts small faults into chosen modules and counts how many the tests of the module's own folder find.

    python tools/mutants.py [AREA ...]

Prints a table for docs/testing.md and the names of the survivors; works in a temporary copy of what git tracks.
Needs mutmut (``make mutants`` installs it). Exit code 1 where an area finds fewer than it has to.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "src/linkwarden"


@dataclass(frozen=True, slots=True)
class Area:
    """Modules and the tests that have to notice a fault in them.

    Attributes:
        sources: globs below the package.
        tests: paths of the tests that are run.
        least: the share of faults, in per cent, that has to be found.
    """

    sources: tuple[str, ...]
    tests: tuple[str, ...]
    least: int = 0


AREAS = {
    "judge": Area(("judge.py",), ("tests/test_judge.py",), 90),
    "guard": Area(("net/guard.py",), ("tests/net/test_net_guard.py",), 90),
    "politeness": Area(
        ("net/politeness.py",), ("tests/net/test_net_politeness.py", "tests/net/test_net_rate_limits.py"), 90
    ),
    "retry": Area(("net/retry.py",), ("tests/net/test_net_retry_after.py", "tests/net/test_net_failures.py")),
    "suppress": Area(("suppress/*.py",), ("tests/suppress",)),
    "run": Area(("run/*.py",), ("tests/run",)),
    "signatures": Area(("signatures/*.py",), ("tests/signatures",)),
    "diff": Area(("diff/*.py",), ("tests/diff",)),
}
_CONFIGURATION = """
[tool.mutmut]
source_paths = ["src/"]
only_mutate = {sources}
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = ["-p", "no:inline_snapshot", "-p", "no:cacheprovider"]
process_isolation = "forkserver"
also_copy = ["tests/", "docs/", "README.md"]
"""


def main(names: list[str]) -> int:
    """Run the named areas, or all; return the exit code."""
    unknown = [name for name in names if name not in AREAS]
    if unknown:
        print(f"no such area: {', '.join(unknown)}; there are {', '.join(AREAS)}", file=sys.stderr)
        return 2
    too_few = False
    print("| area | faults put in | found | share | has to be |\n|---|---|---|---|---|", flush=True)
    survivors: list[str] = []
    for name in names or AREAS:
        killed, total, survived = _measure(AREAS[name])
        share = 100 * killed / total if total else 0.0
        too_few |= share < AREAS[name].least
        print(f"| {name} | {total} | {killed} | {share:.1f} % | {AREAS[name].least or '–'} |", flush=True)
        survivors += survived
    print("\nNot found:", *survivors, sep="\n  ")
    return int(too_few)


def _measure(area: Area) -> tuple[int, int, list[str]]:
    """Return how many faults were found, how many were put in, and the names of the others."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder)
        archive = subprocess.run(["git", "-C", ROOT, "archive", "HEAD"], check=True, capture_output=True).stdout
        subprocess.run(["tar", "-x", "-C", copy], check=True, input=archive)
        sources = [p.relative_to(copy).as_posix() for glob in area.sources for p in (copy / PACKAGE).glob(glob)]
        with (copy / "pyproject.toml").open("a", encoding="utf-8") as file:
            file.write(_CONFIGURATION.format(sources=json.dumps(sources), tests=json.dumps(list(area.tests))))
        mutmut = [sys.executable, "-m", "mutmut"]
        done = subprocess.run([*mutmut, "run"], cwd=copy, check=False, capture_output=True, text=True)
        if done.returncode not in (0, 1) or not (copy / "mutants").exists():
            raise SystemExit(f"mutmut failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        subprocess.run([*mutmut, "export-cicd-stats"], cwd=copy, check=True, capture_output=True)
        stats = json.loads((copy / "mutants" / "mutmut-cicd-stats.json").read_text("utf-8"))
        listed = subprocess.run([*mutmut, "results"], cwd=copy, check=True, capture_output=True, text=True).stdout
    if "not checked" in listed:
        raise SystemExit(f"the tests do not pass without a fault:\n{done.stdout[-3000:]}\n{done.stderr[-2000:]}")
    found = int(stats["killed"]) + int(stats.get("timeout", 0)) + int(stats.get("segfault", 0))
    return found, int(stats["total"]), [line.strip() for line in listed.splitlines() if "killed" not in line]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
