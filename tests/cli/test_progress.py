"""The progress lines where there is no terminal."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from linkwarden.cli.progress import LiveProgress, PlainProgress, busiest


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_narrow_terminal_cuts_what_is_waited_for_and_nothing_else(width: int) -> None:
    """The word, the bar and the count stay whole on one line, however long the names of the hosts are."""
    paper = io.StringIO()
    progress = LiveProgress(Console(file=paper, force_terminal=True, width=width, color_system=None))
    with progress:
        progress.step(14, 730, lambda: {"media.springernature.example": 8, "user-images.github.example": 7, "a": 6})
        progress.phase("looking for archived copies of what is lost, with a long word: " + "x" * 200)
    lines = [line for line in re.split(r"[\r\n]", paper.getvalue()) if "14/730" in line]

    assert lines
    assert all(
        re.search(r"Checking [━ ]{20} +14/730 ", line) and line.rstrip("\x1b[?25h").endswith("…") for line in lines
    )


def test_a_line_every_ten_seconds() -> None:
    """Not more often, and with the hosts that are waited for."""
    now = [0.0]
    said: list[str] = []
    progress = PlainProgress(clock=lambda: now[0], write=said.append)
    for second in range(25):
        now[0] = float(second)
        progress.step(second, 100, lambda: {"github.com": 12, "b.example": 3})

    assert said == [
        "linkwarden: 10 of 100 URLs checked; waiting for github.com (12), b.example (3)",
        "linkwarden: 20 of 100 URLs checked; waiting for github.com (12), b.example (3)",
    ]


def test_what_comes_after_the_last_address_is_said_if_it_was_quiet() -> None:
    """A phase is a line only if the last one is ten seconds old."""
    now = [0.0]
    said: list[str] = []
    progress = PlainProgress(clock=lambda: now[0], write=said.append)
    progress.phase("looking for repairs")
    now[0] = 11.0
    progress.phase("looking for archived copies")

    assert said == ["linkwarden: all URLs checked; looking for archived copies"]


def test_only_the_busiest_are_named() -> None:
    """Three lanes at most, those with most left first."""
    assert busiest({}) == ""
    assert busiest({"a": 1, "b": 5, "c": 2, "d": 4}) == "waiting for b (5), d (4), c (2)"
