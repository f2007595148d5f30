"""Lists on hosts that take their time: how much longer a run takes than its slowest host makes it.

Scenarios f, g and h of ``run.py``. Beside lychee, they are compared with an ideal: what the list takes because of
its slowest host, whose own pauses and latencies nobody can shorten, or because no more than 128 requests are under way
at once, whichever is longer. Each goal is printed with the figure.
"""

from __future__ import annotations

import json
import random
import shutil
import zlib
from collections.abc import Iterator, Sequence

from contest import HERE, Contest, Row, complain, remaps, serving, table
from lists import SHARED_LIST

#: Seconds: the time limit, and what a host that stays silent gets after it.
SILENCE = 20 + 3
#: What the busiest host of the traps asks for, rounded up to the second in which an HTTP date is written.
BUSY = 30 + 1
LINKS, HOSTS, SILENT = 5_000, 1_500, 5
PROJECTS = 1_100
AT_ONCE = 128


def traps(contest: Contest) -> None:
    """The real list where some hosts are ill, busy or silent."""
    shutil.copy(SHARED_LIST, contest.folder / "ml-papers.md")
    rows = _in_a_world(contest, "traps", "ml-papers.md")
    print("### (f) ml-papers.md with traps: pages that are gone, a host that is busy for 30 s, two that are silent\n")
    table(rows, base="lychee")
    _against(rows, ideal=max(SILENCE, BUSY), of_lychee=0.18, of_ideal=1.15)


def many_hosts(contest: Contest) -> None:
    """Many hosts with the latencies of real ones, and a few that never answer."""
    with serving(contest, "spread", str(HOSTS), str(SILENT)) as server:
        hosts = server.place["hosts"]
        name = contest.write("hosts.md", spread_list(LINKS, hosts, server.place["silent"]))
        rows = contest.best(
            {
                "linkwarden": contest.check(name),
                "lychee": [contest.lychee, "--no-progress", "--format", "json", name],
            },
            server=server,
            expected=(0, 2),
        )
    print(f"### (g) {LINKS:,} links on {HOSTS:,} hosts that answer after 50 to 800 ms, and {SILENT} silent ones\n")
    table(rows, base="lychee")
    latencies = [0.05 + zlib.crc32(host.partition(":")[0].encode()) % 751 / 1000 for host in hosts]
    work = sum(latencies) / len(latencies) * LINKS / AT_ONCE
    cost, seen = rows["linkwarden"]
    first = seen.first - cost.began if seen is not None and seen.first is not None else float("inf")
    _against(rows, ideal=max(SILENCE, work), of_lychee=0.28, of_ideal=1.1, first=(first, 0.4))


def long_list(contest: Contest) -> None:
    """A list like awesome-selfhosted: projects, most of them at GitHub, with their sites and demonstrations."""
    contest.write("projects.md", project_list(PROJECTS))
    rows = _in_a_world(contest, "world", "projects.md")
    print(f"### (h) {PROJECTS:,} projects with their sources, sites and demonstrations, 3,200 URLs\n")
    table(rows, base="lychee")
    _against(rows, of_lychee=0.06)


def spread_list(count: int, hosts: Sequence[str], silent: Sequence[str]) -> Iterator[str]:
    """Write a list of distinct links, hosts in turn, with one link to each silent host somewhere in its middle."""
    yield "# Many hosts\n\n"
    every = count // (len(silent) + 1)
    for number in range(count):
        yield f"- [Link number {number}](http://{hosts[number % len(hosts)]}/page/{number}) - what it is.\n"
        if number and every and number % every == 0 and number // every <= len(silent):
            yield f"- [Silence {number}](http://{silent[number // every - 1]}/page) - nobody says.\n"


def project_list(count: int) -> Iterator[str]:
    """Write a list of projects in the style of awesome-selfhosted, always the same one."""
    dice = random.Random(7)  # noqa: S311 - a list
    yield "# Projects\n"
    for number in range(count):
        if number % 20 == 0:
            yield f"\n## Section {number // 20}\n\n"
        name = f"project-{number}"
        owner = f"owner-{dice.randrange(800)}"
        source = f"https://github.com/{owner}/{name}"
        site = f"https://{name}.example-{number % 400}.org/" if dice.random() < 0.9 else source + "#readme"
        links = f"[Source Code]({source})" + (
            f", [Clients](https://github.com/{owner}/{name}-clients)" * (number % 9 < 7)
        )
        if dice.random() < 0.25:
            links = f"[Demo](https://demo.{name}.example-{number % 400}.org/start), {links}"
        yield f"- [{name}]({site}) - What it is, in a few words. ({links}) `MIT` `Python`\n"


def _in_a_world(contest: Contest, kind: str, name: str) -> dict[str, Row]:
    """Check a list whose hosts are played by ``world.py``, with a token of GitHub."""
    with serving(contest, kind, str(contest.folder / name), str(contest.folder)) as server:
        place = server.place
        contest.write("world.json", [json.dumps(place)])
        child = [contest.python, str(HERE / "child.py"), "world.json", "check", name, "--isolated"]
        doors = ["--allow-network", "127.0.0.0/8", "--github-token", place["token"]]
        return contest.best(
            {
                "linkwarden": [*child, *doors, "--no-report", "--format", "json", "--no-state"],
                "lychee": [contest.lychee, "--no-progress", "--format", "json", *remaps(place), name],
            },
            env={"SSL_CERT_FILE": str(contest.folder / "ca.pem")},
            server=server,
            pause=6.0,
            expected=(0, 1, 2),
        )


def _against(
    rows: dict[str, Row],
    *,
    of_lychee: float,
    ideal: float | None = None,
    of_ideal: float = 1.0,
    first: tuple[float, float] | None = None,
) -> None:
    """Print each figure, its goal, and by how much that is missed."""
    ours, lychees = rows["linkwarden"][0].wall, rows["lychee"][0].wall
    figures = [("time / lychee", ours / lychees, of_lychee)]
    if ideal is not None:
        figures.append((f"time / ideal ({ideal:.1f} s)", ours / ideal, of_ideal))
    if first is not None:
        figures.append(("first request, s", *first))
    print("| figure | value | goal | |\n|---|---:|---:|---|")
    for title, value, goal in figures:
        said = "reached" if value <= goal else f"missed by {value / goal - 1:.0%}"
        print(f"| {title} | {value:.2f} | ≤ {goal:.2f} | {said} |", flush=True)
    print()
    if rows["linkwarden"][0].code not in (0, 1):
        complain("linkwarden", rows["linkwarden"][0], "an unexpected end")
