"""Lists on hosts that take their time: how much longer a run takes than its slowest host makes it.

Scenarios f, g and h of ``run.py``, which imports this. The ideal of a list is what its slowest host's own patience
makes it last, computed from the hosts and this build's limits, without any work of ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from measure import Cost


def spread_list(count: int, hosts: Sequence[str], silent: Sequence[str]) -> Iterator[str]:
    """Write a list of distinct links, hosts in turn, with one link to each silent host somewhere in its middle."""
    yield "# Many hosts\n\n"
    every = count // (len(silent) + 1)
    for number in range(count):
        yield f"- [Link number {number}](http://{hosts[number % len(hosts)]}/page/{number}) - what it is.\n"
        if number and number % every == 0 and number // every <= len(silent):
            yield f"- [Silence {number}](http://{silent[number // every - 1]}/page) - nobody says.\n"


def against(goals: Mapping[str, tuple[float, float]]) -> None:
    """Print what each figure is, its goal, and by how much that is missed.

    Args:
        goals: by title, the figure and its goal.
    """
    print("| figure | value | goal | |\n|---|---:|---:|---|")
    for title, (value, goal) in goals.items():
        said = "met" if value <= goal else f"missed by {value / goal - 1:.0%}"
        print(f"| {title} | {value:.2f} | ≤ {goal:.2f} | {said} |", flush=True)
    print()


def ratio(one: Cost, other: Cost) -> float:
    """Return how the wall times of two runs compare."""
    return one.wall / other.wall
