"""What will end by itself, and when: six weeks as a calendar, and a list of what comes after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import groupby

from linkwarden.model import FAILS_BY_DEFAULT, Past, Run, Verdict
from linkwarden.records import dataclass
from linkwarden.report._order import Placed
from linkwarden.report._words import WORST_FIRST, day, instant, plural

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
    """One run: where it stands, its pieces, and what is shown when a pointer is over it."""

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
    """Return the trend over the earlier runs and this one, or None without a memory."""
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
    return Bar(f"{x:.1f}", f"{width:.1f}", tuple(blocks), f"{instant(past.at)}: {', '.join(counts) or 'no findings'}")


def _sentence(runs: tuple[Past, ...]) -> str:
    lost = [sum(past.counts.get(v, 0) for v in FAILS_BY_DEFAULT) for past in runs]
    if not any(lost):
        return f"In the last {len(runs)} runs, no URL was broken or expired."
    most = lost.index(max(lost))
    ever = "" if most == len(lost) - 1 else f" Most were {lost[most]:,}, on {day(runs[most].at)}."
    return f"Broken or expired: {lost[0]:,} on {day(runs[0].at)}, {lost[-1]:,} now.{ever}"


WEEKS = 6
#: From so many URLs on the calendar is worth its room, and not folded.
_WORTH_WEEKS = 5
#: So many dates stand below the calendar; the others are folded.
_NEXT = 4
#: Of one date, so many URLs are named.
_NAMED = 2
_OVER = frozenset({Verdict.EXPIRED, Verdict.BROKEN, Verdict.IGNORED})


@dataclass(frozen=True, slots=True)
class Day:
    """One cell: its date, its number in the month, and how many URLs end."""

    iso: str
    number: int
    count: int
    today: bool
    past: bool

    @property
    def label(self) -> str:
        """What the mark on it says to who does not see it."""
        ending = plural(self.count, "URL expires", "URLs expire")
        return f"{ending} on {self.iso}"


@dataclass(frozen=True, slots=True)
class Week:
    """One row: the month's name where one begins or the calendar does, and the days, Monday first."""

    month: str
    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class Ending:
    """URLs that end on one day, or, further away, in one month.

    Attributes:
        id: what the calendar links to.
        when: the date or month.
        away: how far away that is, in words.
        count: how many URLs.
        items: the first few of them.
    """

    id: str
    when: str
    away: str
    count: int
    items: tuple[Placed, ...]

    @property
    def unnamed(self) -> int:
        """How many URLs are not among ``items``."""
        return self.count - len(self.items)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Everything that will end.

    Attributes:
        total: how many URLs.
        weeks: six weeks from the run's on, Monday first; empty where nothing ends in them.
        soon: the next dates.
        later: the others.
    """

    total: int
    weeks: tuple[Week, ...]
    soon: tuple[Ending, ...]
    later: tuple[Ending, ...]

    @property
    def few(self) -> bool:
        """True if the dates say it all, and six weeks would only take room."""
        return self.total < _WORTH_WEEKS


def away(then: date, now: date) -> str:
    """Return how far a day is from another: "today", "tomorrow", "in 7 days", "in 14 months", "3 days ago"."""
    days = (then - now).days
    if days in _NEAR:
        return _NEAR[days]
    for length, noun, least in ((365, "year", 730), (30, "month", 90), (1, "day", 0)):
        if abs(days) >= least:
            much = plural(abs(days) // length, noun)
            return f"in {much}" if days > 0 else f"{much} ago"
    raise AssertionError("the last unit takes every number")


_NEAR = {-1: "yesterday", 0: "today", 1: "tomorrow"}


def calendar(run: Run, items: Iterable[Placed]) -> Calendar | None:
    """Return what will end after the run, or None where nothing is known to."""
    today = date.fromisoformat(day(run.started))
    ends = [(d, item) for item in items if (d := _end(run, item)) is not None]
    if not ends:
        return None
    ends.sort(key=lambda pair: pair[0])
    monday = today - min(timedelta(today.weekday()), today - date.min)
    shown = [monday + timedelta(n) for n in range(min(7 * WEEKS, (date.max - monday).days + 1))]
    counts = {d: len(list(same)) for d, same in groupby(ends, key=lambda pair: pair[0])}
    rows = (shown[n : n + 7] for n in range(0, len(shown), 7))
    weeks = tuple(_week(row, today, counts) for row in rows) if counts.keys() & set(shown) else ()
    near = [pair for pair in ends if pair[0] <= shown[-1]]
    far = ends[len(near) :]
    endings = [_ending(d, day_name(d), today, list(same)) for d, same in groupby(near, key=lambda pair: pair[0])]
    for _, same in groupby(far, key=lambda pair: (pair[0].year, pair[0].month)):
        month = list(same)
        endings.append(_ending(month[0][0], f"{_MONTHS[month[0][0].month - 1]} {month[0][0].year}", today, month))
    return Calendar(len(ends), weeks, tuple(endings[:_NEXT]), tuple(endings[_NEXT:]))


def day_name(d: date) -> str:
    """Return a day for people: "Sun 29 Nov 2026". Not by ``strftime``, which speaks the machine's language."""
    return f"{_WEEKDAYS[d.weekday()]} {d.day} {_MONTHS[d.month - 1][:3]} {d.year}"


_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def _end(run: Run, item: Placed) -> date | None:
    moment = item.result.judgement.expires_at
    if moment is None or item.verdict in _OVER:
        return None
    then = date.fromisoformat(day(moment))
    return then if then >= date.fromisoformat(day(run.started)) else None


def _week(row: list[date], today: date, counts: Mapping[date, int]) -> Week:
    days = tuple(Day(d.isoformat(), d.day, counts.get(d, 0), today=d == today, past=d < today) for d in row)
    begins = [d for d in row if d.day == 1] or ([row[0]] if row[0] <= today else [])
    return Week(_MONTHS[begins[0].month - 1][:3] if begins else "", days)


def _ending(first: date, when: str, today: date, pairs: list[tuple[date, Placed]]) -> Ending:
    items = tuple(item for _, item in pairs[:_NAMED])
    return Ending(f"ends-{first.isoformat()}", when, away(first, today), len(pairs), items)
