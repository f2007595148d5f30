"""How far a run is: on a terminal in one line that lives, elsewhere in a line now and then."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from rich.console import Console

from linkwarden.cli.progress import EVERY, LiveProgress, PlainProgress, Status, busiest

MANY = {f"h{n}.example": 1 for n in range(5)} | {"github.com": 12}


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def hosts(**waiting: int) -> Callable[[], dict[str, int]]:
    """Give what tells how much each host still has to do."""
    return lambda: {name.replace("_", "."): count for name, count in waiting.items()}


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_narrow_terminal_cuts_what_is_waited_for_and_nothing_else(width: int) -> None:
    """The word, the bar and the count stay whole on one line, however long the names of the hosts are."""
    paper = io.StringIO()
    progress = LiveProgress(Console(file=paper, force_terminal=True, width=width, color_system=None), Clock())
    with progress:
        progress.step(714, 730, 3, lambda: {"media.springernature.example": 8, "user-images.github.example": 7, "a": 6})
        progress.phase("looking for archived copies of what is lost, with a long word: " + "x" * 200)
    lines = [line for line in re.split(r"[\r\n]", paper.getvalue()) if "714/730" in line]

    assert lines
    assert all(
        re.search(r"Checking [━╸╺ ]{20} +714/730 · 3 b", line) and line.rstrip("\x1b[?25h").endswith("…")
        for line in lines
    )


def test_it_begins_with_words() -> None:
    """Before the first list is read, nobody knows how much there is to do: no "0/?"."""
    assert str(Status(Clock())) == "reading the lists"


def test_broken_links_are_counted_and_hosts_named() -> None:
    """As long as results come in: what has most left to do."""
    clock = Clock()
    status = Status(clock)
    status.step(452, 1600, 38, lambda: {"github.com": 12, "b.example": 3}, look=True)

    assert str(status) == "452/1,600 · 38 broken · waiting for github.com (12), b.example (3)"


def test_waiting_is_said_with_its_seconds() -> None:
    """Where nothing came in for a while: for how many hosts, and for how long; the seconds go on by themselves."""
    clock = Clock()
    status = Status(clock)
    status.step(598, 600, 38, lambda: {"gath.io": 1, "peergos.org": 1}, look=True)
    clock.now = 12.2

    assert str(status) == "598/600 · 38 broken · waiting for 2 slow hosts (12 s): gath.io, peergos.org"
    clock.now = 14
    assert "(14 s)" in str(status)
    status.step(599, 600, 38, lambda: {"gath.io": 1}, look=True)
    clock.now = 20
    assert str(status) == "599/600 · 38 broken · waiting for gath.io (6 s)"
    status.step(600, 600, 38, dict, look=True)
    assert str(status) == "600/600 · 38 broken"


def test_who_is_waited_for_is_looked_up_again() -> None:
    """The host of the last result still counted when that came in."""
    clock = Clock()
    left = {"a.example": 1, "b.example": 1}
    status = Status(clock)
    status.step(598, 600, 0, lambda: dict(left), look=True)
    del left["a.example"]
    clock.now = 4

    assert str(status) == "598/600 · waiting for b.example (4 s)"


def test_many_slow_hosts_are_a_number() -> None:
    """Their names would not fit."""
    clock = Clock()
    status = Status(clock)
    status.step(5, 600, 0, lambda: MANY, look=True)
    clock.now = 4

    assert str(status) == "5/600 · waiting for 6 slow hosts (4 s)"


@pytest.mark.parametrize(
    ("done", "seconds", "waiting", "left"),
    [
        (100, 10, MANY, "about 50 s left"),
        (100, 100, MANY, "about 8 min left"),
        (599, 10, MANY, "about 5 s left"),
        (100, 10, {"a.example": 400, "b.example": 1, "c.example": 1}, ""),
        (10, 10, MANY, ""),
        (100, 1, MANY, ""),
    ],
)
def test_an_estimate_rests_on_something(done: int, seconds: float, waiting: dict[str, int], left: str) -> None:
    """None of the first results, none of a moment, and none where a few hosts decide."""
    clock = Clock()
    status = Status(clock)
    clock.now = seconds
    status.step(done, 600, 0, lambda: waiting, look=True)

    assert (left in str(status)) if left else ("left" not in str(status))
    clock.now += 3
    assert "left" not in str(status)


def test_a_line_now_and_then() -> None:
    """Not more often, and the same as on a terminal."""
    clock = Clock()
    said: list[str] = []
    progress = PlainProgress(clock, said.append)
    for second in range(70):
        clock.now = float(second)
        progress.step(second, 100, second // 10, hosts(github_com=12, b_example=3))

    assert EVERY == 30
    assert said == [
        "linkwarden: 30/100 · 3 broken · waiting for github.com (12), b.example (3)",
        "linkwarden: 60/100 · 6 broken · waiting for github.com (12), b.example (3)",
    ]


def test_what_comes_after_the_last_url_is_said_if_it_was_quiet() -> None:
    """A phase is a line only if the last one is old enough."""
    clock = Clock()
    said: list[str] = []
    progress = PlainProgress(clock, said.append)
    progress.step(7, 7, 0, hosts())
    progress.phase("looking for repairs")
    clock.now = 31.0
    progress.phase("looking for archived copies")

    assert said == ["linkwarden: 7/7 · looking for archived copies"]


def test_only_the_busiest_are_named() -> None:
    """Three lanes at most, those with most left first."""
    assert busiest({}) == ""
    assert busiest({"a": 1, "b": 5, "c": 2, "d": 4}) == "waiting for b (5), d (4), c (2)"
