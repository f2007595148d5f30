"""A finished run: every result, what the memory adds to it, and how the process ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING, overload

from linkwarden.model._documents import Notice, Occurrence, Target
from linkwarden.model._findings import (
    FAILS_BY_DEFAULT,
    SETTLED,
    Answer,
    Evidence,
    Judgement,
    Kind,
    Rule,
    Tag,
    Verdict,
)
from linkwarden.records import dataclass

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a failure of the network has to last before a link is called broken for it.

    Attributes:
        runs: in how many runs in a row, at least.
        days: on how many different days (UTC), at least.
        always: wait even where the URL never answered in an earlier run; without it, only a URL that is
            known to have answered gets the benefit of the doubt.
        counts: what this run sees is written down. Where it is not, no later run could tell that the wait is over, so
            nothing is held back.
    """

    runs: int = 3
    days: int = 3
    always: bool = False
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the memory holds of one URL from earlier runs.

    Attributes:
        first_seen: when it was first checked.
        at: the last run that looked at it.
        verdict: what that run said.
        code: the rule that it named, or "".
        last_ok: when a reader last got it, or None.
        failing_since: the first failure of the unbroken row that lasted until ``at``, or None.
        failures: how many runs that row has.
        days: on how many different days (UTC) they were.
        recent: the last runs that could tell, oldest first: ``+`` a reader got it, ``-`` not.
        answer: the last good answer, or None.
    """

    first_seen: datetime
    at: datetime
    verdict: Verdict
    code: str = ""
    last_ok: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    days: int = 0
    recent: str = ""
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What the memory knows of one URL, this run included.

    Attributes:
        first_seen: when it was first checked.
        last_ok: when a reader last got it, or None.
        failing_since: the first failure of the unbroken row that lasts until now, or None.
        failures: how many runs that row has.
        was: the verdict of the run before that looked at it, or None where there was none.
        flapping: it failed and came back several times lately.
    """

    first_seen: datetime
    last_ok: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    was: Verdict | None = None
    flapping: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """One earlier run over the same lists: when it was, and how many URLs had each verdict."""

    at: datetime
    counts: Mapping[Verdict, int]


@dataclass(frozen=True, slots=True)
class Fixed:
    """A finding of the run before that is one no more.

    Attributes:
        url: the URL, secrets masked.
        verdict: what it had.
        code: the rule that it had.
        since: since when it had failed, or None.
        listed: it still stands in the list, and answers again; False if it was taken out or replaced.
    """

    url: str
    verdict: Verdict
    code: str
    since: datetime | None
    listed: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """That a run looked only at what a change adds (``--diff``).

    Attributes:
        base: what it was compared with, in words for people.
        unchanged: how many URLs were there before, and were not checked.
    """

    base: str
    unchanged: int


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the report: a target, what was found, and the verdict.

    ``url``, ``verdict``, ``reason``, ``line`` and ``place`` are short for what lies deeper.

    Attributes:
        target: the URL; its occurrences are those that count.
        kind: what sort of thing it is.
        evidence: what decided.
        notes: what was remarked before.
        judgement: the verdict.
        suppressed: occurrences beside which a comment says not to report what was found.
        remembered: nobody was asked in this run; an earlier answer still stands (``--fresh-for``).
        history: what the memory knows, or None without one.
    """

    target: Target
    kind: Kind
    evidence: Evidence
    notes: tuple[Evidence, ...]
    judgement: Judgement
    suppressed: tuple[Occurrence, ...] = ()
    remembered: bool = False
    history: History | None = None

    @property
    def url(self) -> str:
        """The URL, as a browser would take it."""
        return self.target.url

    @property
    def verdict(self) -> Verdict:
        """What a reader gets."""
        return self.judgement.verdict

    @property
    def reason(self) -> str:
        """Why, in a sentence; "" where nothing is wrong."""
        return self.judgement.reason

    @property
    def line(self) -> int:
        """The line of its first place, from 1; 0 if it is nowhere."""
        first = self._first
        return first.span.line if first is not None else 0

    @property
    def place(self) -> str:
        """Its first place as ``file:line:column``, which editors and terminals open; "" if it is nowhere."""
        first = self._first
        return f"{first.span.path}:{first.span.line}:{first.span.col}" if first is not None else ""

    @property
    def _first(self) -> Occurrence | None:
        return next(iter((*self.target.occurrences, *self.suppressed)), None)

    def has(self, tag: Tag) -> bool:
        """Return whether the rule that decided belongs to a group of rules."""
        return self.judgement.rule is not None and tag in self.judgement.rule.tags

    @property
    def is_new(self) -> bool:
        """True if this finding was none in the run before, as far as the memory goes."""
        return (
            self.history is not None
            and self.judgement.verdict not in SETTLED
            and (self.history.was is None or self.history.was in SETTLED)
        )


class Results(Sequence[Result]):
    """Results that are made when somebody looks at them, because all of them would fill the memory.

    Equal to every sequence that holds the same.

    Args:
        length: how many there are.
        make: returns the one at an index, the same each time.
    """

    def __init__(self, length: int, make: Callable[[int], Result]) -> None:
        self._length = length
        self._make = make

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> Result: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Result]: ...
    def __getitem__(self, index: int | slice) -> Result | Sequence[Result]:
        where = range(self._length)[index]
        return self._make(where) if isinstance(where, int) else tuple(map(self._make, where))

    def __iter__(self) -> Iterator[Result]:
        return map(self._make, range(self._length))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(other) != len(self):
            return NotImplemented if not isinstance(other, Sequence) else False
        return all(one == another for one, another in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # as of a list: to tell it, all would have to be made

    def __reduce__(self) -> tuple[type[tuple[Result, ...]], tuple[tuple[Result, ...]]]:
        return tuple, (tuple(self),)

    def but(self, others: Mapping[int, Result]) -> Results:
        """Return the same results with others in the place of some."""
        return Results(self._length, lambda index: others[index] if index in others else self._make(index))


@dataclass(frozen=True, slots=True)
class Failure:
    """Something of linkwarden's own that crashed; never a verdict on a link."""

    where: str
    message: str
    traceback: str


@dataclass(frozen=True, slots=True)
class ListHealth:
    """How one list of a run is.

    Attributes:
        name: of the input.
        links: distinct URLs in it.
        broken: of those, how many are broken or expired.
        expiring: how many will end.
        unverified: how many nobody could tell.
    """

    name: str
    links: int
    broken: int
    expiring: int
    unverified: int


class _Sums:
    """What is counted of a run's results.

    Attributes:
        by_rule: how many there are, by verdict and rule.
        by_input: how many stand in each input, by verdict.
        occurrences: how many places they have.
    """

    def __init__(self, by_input: dict[str, Counter[Verdict]]) -> None:
        self.by_rule: Counter[tuple[Verdict, Rule | None]] = Counter()
        self.by_input = by_input
        self.occurrences = 0

    def add(self, result: Result) -> None:
        places, verdict = result.target.occurrences, result.judgement.verdict
        self.by_rule[verdict, result.judgement.rule] += 1
        self.occurrences += len(places) + len(result.suppressed)
        for name in {place.span.path for place in places}:
            if name in self.by_input:
                self.by_input[name][verdict] += 1


@dataclass(frozen=True)
class Run:
    """Everything that a report is made from.

    Attributes:
        started: when the run began (UTC), or the instant as of which it was to judge (``--now``).
        duration_s: seconds it took.
        inputs: names of the inputs as the user gave them.
        sha256: of the inputs' bytes, in hexadecimal, by name; tells whether a file is still what was checked.
        pages: where inputs can be read on the web as they were checked, by name: a URL that lacks the line's number.
        results: sorted by first occurrence; of a long list, made as they are looked at.
        requests: how many HTTP requests were sent.
        notices: remarks about inputs.
        hints: what the user could do to get more out of the next run.
        failures: internal errors.
        unreadable: inputs that could not be read, each with why and what to do.
        interrupted: True if Ctrl-C or the run budget stopped it.
        network_down: True if nothing outside answered.
        fail_on: verdicts that make the run fail.
        exit_zero: findings do not make the exit code 1.
        past: earlier runs over the same lists, oldest first; empty without a memory.
        fixed: findings of the run before that are none any more.
        compared: that only what a change adds was looked at, or None.
    """

    started: datetime
    duration_s: float
    inputs: tuple[str, ...]
    results: Sequence[Result]
    requests: int = 0
    notices: tuple[Notice, ...] = ()
    hints: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    unreadable: tuple[str, ...] = ()
    interrupted: bool = False
    network_down: bool = False
    fail_on: frozenset[Verdict] = FAILS_BY_DEFAULT
    exit_zero: bool = False
    past: tuple[Past, ...] = ()
    fixed: tuple[Fixed, ...] = ()
    compared: Compared | None = None
    sha256: Mapping[str, str] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _sums(self) -> _Sums:
        """What is counted, in one look at all results."""
        sums = _Sums({name: Counter() for name in self.inputs})
        for result in self.results:
            sums.add(result)
        return sums

    @property
    def by_rule(self) -> Mapping[tuple[Verdict, Rule | None], int]:
        """How many targets got each verdict by each rule."""
        return self._sums.by_rule

    def tagged(self, *tags: Tag) -> int:
        """Return how many targets got their verdict by a rule of one of these groups."""
        return sum(
            count for (_, rule), count in self.by_rule.items() if rule is not None and not rule.tags.isdisjoint(tags)
        )

    @cached_property
    def counts(self) -> Mapping[Verdict, int]:
        """How many targets got each verdict, every verdict named."""
        tally = dict.fromkeys(Verdict, 0)
        for (verdict, _), count in self.by_rule.items():
            tally[verdict] += count
        return tally

    @cached_property
    def lists(self) -> tuple[ListHealth, ...]:
        """How each list is, in the order of the inputs."""
        return tuple(
            ListHealth(
                name,
                tally.total(),
                tally[Verdict.BROKEN] + tally[Verdict.EXPIRED],
                tally[Verdict.EXPIRING],
                tally[Verdict.UNVERIFIED],
            )
            for name, tally in self._sums.by_input.items()
        )

    @property
    def occurrences(self) -> int:
        """How many links stand in the inputs."""
        return self._sums.occurrences

    @property
    def failing(self) -> tuple[Result, ...]:
        """The results that make the run fail."""
        return tuple(r for r in self.results if r.judgement.verdict in self.fail_on and not r.has(Tag.UNKNOWABLE))

    @property
    def exit_code(self) -> int:
        """The process's exit code (contract: README, "Exit codes")."""
        if self.interrupted:
            return 130
        if self.failures:
            return 3
        if self.network_down:
            return 4
        if self.unreadable:
            return 2
        fails = any(v in self.fail_on and not (rule and Tag.UNKNOWABLE in rule.tags) for v, rule in self.by_rule)
        return 1 if fails and not self.exit_zero else 0
