"""How the number of findings went from run to run: geometry for an SVG, words for who does not see it."""

from __future__ import annotations

from dataclasses import dataclass

from linkwarden.model import FAILS_BY_DEFAULT, Past, Run, Verdict
from linkwarden.report._words import WORST_FIRST, day, instant

#: So many runs have room; older ones are left out.
RUNS = 45
WIDTH = 600
HEIGHT = 120
_WIDEST = 28
_GAP = 3
#: What the bars are made of, from the ground up.
STACK = (Verdict.BROKEN, Verdict.EXPIRED, Verdict.SUSPECT, Verdict.EXPIRING)


@dataclass(frozen=True, slots=True)
class Block:
    """One coloured piece of a bar."""

    verdict: str
    y: str
    height: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One run: where it stands, its pieces, and what a pointer over it is told."""

    x: str
    width: str
    blocks: tuple[Block, ...]
    title: str


@dataclass(frozen=True, slots=True)
class Trend:
    """The chart and its figures.

    Attributes:
        sentence: what the chart shows.
        bars: the runs, oldest first; the last is this one. Empty where no run found anything.
        colours: the verdicts that the bars show.
        verdicts: columns of the table.
        rows: when, and the counts; newest first.
    """

    sentence: str
    bars: tuple[Bar, ...]
    colours: tuple[str, ...]
    verdicts: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]


def trend(run: Run) -> Trend | None:
    """Give the trend over the earlier runs and this one, or None without a memory."""
    if not run.past:
        return None
    runs = (*run.past[-RUNS + 1 :], Past(run.started, run.counts))
    heights = [sum(past.counts.get(v, 0) for v in STACK) for past in runs]
    top = max(heights)
    seen = [v for v in WORST_FIRST if any(past.counts.get(v, 0) for past in runs)]
    rows = tuple((instant(past.at), tuple(past.counts.get(v, 0) for v in seen)) for past in reversed(runs))
    width = min(WIDTH / len(runs), _WIDEST + _GAP)
    bars = tuple(_bar(past, n * width, width - _GAP, top) for n, past in enumerate(runs)) if top else ()
    names = tuple(v.value for v in seen)
    colours = tuple(v.value for v in STACK if v in seen)
    return Trend(_sentence(runs), bars, colours, names, rows)


def _bar(past: Past, x: float, width: float, top: int) -> Bar:
    blocks: list[Block] = []
    ground = float(HEIGHT)
    for verdict in STACK:
        if count := past.counts.get(verdict, 0):
            height = HEIGHT * count / top
            ground -= height
            blocks.append(Block(verdict.value, f"{ground:.1f}", f"{height:.1f}"))
    counts = [f"{past.counts[v]:,} {v}" for v in STACK if past.counts.get(v, 0)]
    return Bar(f"{x:.1f}", f"{width:.1f}", tuple(blocks), f"{instant(past.at)}: {', '.join(counts) or 'no finding'}")


def _sentence(runs: tuple[Past, ...]) -> str:
    lost = [sum(past.counts.get(v, 0) for v in FAILS_BY_DEFAULT) for past in runs]
    if not any(lost):
        return f"In the last {len(runs)} runs, no address was broken or expired."
    most = lost.index(max(lost))
    ever = "" if most == len(lost) - 1 else f" Most were {lost[most]:,}, on {day(runs[most].at)}."
    return f"Broken or expired: {lost[0]:,} on {day(runs[0].at)}, {lost[-1]:,} now.{ever}"
