"""Today's build beside that of an earlier commit, on the same machine in turn: scenario e of ``run.py``."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

from lists import SHARED_LIST, many_links
from measure import Cost, measure

#: The build that speed is compared with, of 22 November 2026.
COMMIT = "cd1827f"
HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Work:
    """Something that both builds do.

    Attributes:
        title: what it is.
        arguments: of linkwarden.
        goal: today's processor time divided by the earlier one, at most.
        peak: today's peak memory in MB, at most; 0 if none is set.
    """

    title: str
    arguments: Sequence[str]
    goal: float
    peak: float = 0


def unpack(folder: Path) -> Path:
    """Put the sources of the commit below a folder; return where they are.

    Raises:
        SystemExit: this clone does not have the commit.
    """
    command = ["git", "-C", str(HERE.parent), "archive", COMMIT, "src"]
    archive = subprocess.run(command, capture_output=True, check=False)
    if archive.returncode:
        raise SystemExit(f"this clone does not have commit {COMMIT}; fetch it with: git fetch --unshallow")
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(folder / COMMIT, filter="data")
    return folder / COMMIT / "src"


def works(folder: Path, hosts: Sequence[str]) -> Iterator[Work]:
    """Yield what is measured; the lists are written into the folder."""

    def listed(name: str, pieces: Iterable[str]) -> str:
        (folder / name).write_text("".join(pieces), encoding="utf-8")
        return name

    apart = ["--isolated", "--no-report", "--no-state"]
    doors = ["--allow-network", "127.0.0.0/8", "--format", "json"]
    yield Work("check --offline, one link", ["check", listed("one.md", ["[x](#x)\n"]), "--offline", *apart], 0.65)
    huge = listed("huge.md", many_links(100_000, [f"127.40.{number}.1:8080" for number in range(200)]))
    yield Work("extract, 100,000 links", ["extract", huge, "--isolated"], 0.45)
    real = listed("nine.md", list(repeat(SHARED_LIST.read_text(encoding="utf-8"), 9)))
    yield Work("extract, ml-papers.md nine times", ["extract", real, "--isolated"], 0.45)
    offline = ["check", huge, "--offline", *apart, "--format", "json"]
    yield Work("check --offline --format json, 100,000 links", offline, 1.0, 200)
    big = listed("big.md", many_links(20_000, hosts))
    yield Work("check, 20,000 links on 200 hosts", ["check", big, *apart, *doors], 0.6)


def compare(python: str, folder: Path, hosts: Sequence[str], times: int) -> None:
    """Measure both builds in turn, and print of each work the run that took the least processor time."""
    sources = unpack(folder), HERE.parent / "src"
    builds = [["env", f"PYTHONPATH={source}", python, "-m", "linkwarden"] for source in sources]
    print(f"### (e) Today beside {COMMIT}\n")
    print(f"| work | CPU s, {COMMIT} | CPU s, today | ratio | goal | peak MB, {COMMIT} | peak MB, today |")
    print("|---|---:|---:|---:|---:|---:|---:|", flush=True)
    for work in works(folder, hosts):
        runs: list[list[Cost]] = [[], []]
        for _ in range(times + 1):  # the first run compiles the modules
            for costs, build in zip(runs, builds, strict=True):
                cost = measure([*build, *work.arguments], cwd=folder)
                if cost.code not in (0, 1):
                    raise SystemExit(f"{work.title}: it ended with {cost.code}: {cost.errors}")
                costs.append(cost)
        old, new = (min(costs[1:], key=lambda cost: cost.cpu) for costs in runs)
        goal = f"≤ {work.goal}" + (f", ≤ {work.peak:.0f} MB" if work.peak else "")
        figures = f"{old.cpu:.2f} | {new.cpu:.2f} | {new.cpu / old.cpu:.2f} | {goal} | {old.peak:.0f} | {new.peak:.0f}"
        print(f"| {work.title} | {figures} |", flush=True)
    print()
