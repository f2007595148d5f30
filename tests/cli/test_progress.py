"""The progress lines where there is no terminal."""

from __future__ import annotations

from linkwarden.cli.progress import PlainProgress, busiest


def test_a_line_every_ten_seconds() -> None:
    """Not more often, and with the hosts that are waited for."""
    now = [0.0]
    said: list[str] = []
    progress = PlainProgress(clock=lambda: now[0], write=said.append)
    for second in range(25):
        now[0] = float(second)
        progress.step(second, 100, lambda: {"github.com": 12, "b.example": 3})

    assert said == [
        "linkwarden: 10 of 100 addresses settled; waiting for github.com (12), b.example (3)",
        "linkwarden: 20 of 100 addresses settled; waiting for github.com (12), b.example (3)",
    ]


def test_what_comes_after_the_last_address_is_said_if_it_was_quiet() -> None:
    """A phase is a line only if the last one is ten seconds old."""
    now = [0.0]
    said: list[str] = []
    progress = PlainProgress(clock=lambda: now[0], write=said.append)
    progress.phase("looking for repairs")
    now[0] = 11.0
    progress.phase("looking for archived copies")

    assert said == ["linkwarden: all addresses settled; looking for archived copies"]


def test_only_the_busiest_are_named() -> None:
    """Three lanes at most, those with most left first."""
    assert busiest({}) == ""
    assert busiest({"a": 1, "b": 5, "c": 2, "d": 4}) == "waiting for b (5), d (4), c (2)"
