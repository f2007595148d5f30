"""The order in which reports tell things, and what they tell together. Never depends on the order of answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from enum import IntEnum
from itertools import pairwise
from typing import NamedTuple

from linkwarden.model import (
    FAILS_BY_DEFAULT,
    SETTLED,
    Failure,
    ListHealth,
    Notice,
    Occurrence,
    Result,
    Rule,
    Run,
    Suggestion,
    Verdict,
)
from linkwarden.report._words import WORST_FIRST, conclusion, sentence, was_not_checked
from linkwarden.sinks import cut, one_line, shown_address
from linkwarden.text import host_of

PlaceKey = tuple[int, str, int, int, int, str, str, str]


def _place_key(run: Run) -> Callable[[Occurrence], PlaceKey]:
    rank = {name: index for index, name in reversed(tuple(enumerate(run.inputs)))}

    def key(occurrence: Occurrence) -> PlaceKey:
        span = occurrence.span
        return (
            rank.get(span.path, len(rank)),
            span.path,
            span.line,
            span.col,
            span.start,
            occurrence.url,
            occurrence.markup,
            occurrence.text,
        )

    return key


class Placed(NamedTuple):
    """A result with its places in order: by input, as the user gave them, then by line and column."""

    result: Result
    places: tuple[Occurrence, ...]

    @property
    def verdict(self) -> Verdict:
        """The verdict on the URL."""
        return self.result.judgement.verdict

    @property
    def host(self) -> str:
        """The host of the URL that is asked, or "" for anchors, files and what cannot be read."""
        return host_of(self.result.target.address or "")

    @property
    def section(self) -> str:
        """The heading of the list that the link stands below, or words for where there is none."""
        if not self.places:
            return "Elsewhere"
        return " ".join(self.places[0].section.split()) or "Above the first heading"

    @property
    def text(self) -> str:
        """What the list calls the link at its first place, or "" where that says no more than the URL."""
        text = " ".join(self.places[0].text.split()) if self.places else ""
        return "" if text in {self.result.target.url, self.places[0].raw if self.places else ""} else text

    @property
    def called(self) -> str:
        """By what a maintainer knows the entry: the link's words, and the entry's where those are "paper" or "code"."""
        context = " ".join(self.places[0].context.split()) if self.places else ""
        return f"{context} ({self.text})" if context and self.text else context or self.text

    @property
    def reason(self) -> str:
        """Why the link got its verdict: one sentence, or ""."""
        judgement = self.result.judgement
        return judgement.reason or (judgement.rule.summary if judgement.rule else "")

    @property
    def remark(self) -> str:
        """What is known besides of a link that could not be verified, or ""."""
        return self.result.judgement.remark

    @property
    def full_reason(self) -> str:
        """The reason and the remark."""
        return f"{self.reason} {self.remark}".strip()


def placed(run: Run) -> tuple[Placed, ...]:
    """Return every result, sorted by first occurrence; those that stand nowhere come last."""
    return tuple(each_placed(run))


def worth_telling(run: Run) -> tuple[Placed, ...]:
    """Return the same without links that are fine, for who says nothing of these; of a long list, they are most."""
    return tuple(item for item in each_placed(run) if item.verdict is not Verdict.OK or item.verdict in run.fail_on)


def each_placed(run: Run) -> Iterator[Placed]:
    """Yield the same one by one, for who looks at each once."""
    key = _place_key(run)
    nowhere: PlaceKey = (len(run.inputs) + 1, "", 0, 0, 0, "", "", "")

    def rank(result: Result) -> tuple[PlaceKey, str]:
        return min(map(key, result.target.occurrences), default=nowhere), result.target.key

    # A run's results are in this order already, unless first places were accepted or a list names its links late.
    ranks = map(rank, run.results)
    results = run.results if all(one <= next_ for one, next_ in pairwise(ranks)) else sorted(run.results, key=rank)
    for result in results:
        places = result.target.occurrences
        yield Placed(result, places if len(places) == 1 else tuple(sorted(places, key=key)))


def placed_in(run: Run, result: Result) -> Placed:
    """Return one result with its places in the order of a run's inputs."""
    return Placed(result, tuple(sorted(result.target.occurrences, key=_place_key(run))))


def whole_url(item: Placed, longest: int) -> str:
    """Return a link's URL, so that it can be copied; of a signed one, which is masked, all but its query."""
    url = item.result.target.url
    shown = shown_address(url, longest)
    path, mark, _ = url.partition("?")
    if item.result.judgement.expires_at is None or not mark or shown == url:
        return shown
    return f"{shown_address(path, longest)}?…"


def named(item: Placed, longest: int) -> str:
    """Return by what a maintainer knows the entry, for a terminal: its name in quotes, or ""."""
    return f"“{cut(one_line(item.called), longest)}”" if item.called else ""


def heading_of_image(item: Placed) -> str:
    """Return the heading that an image without a name stands below: what there is to know it by; else ""."""
    place = item.places[0] if item.places and not item.called else None
    return " ".join(place.section.split()) if place is not None and place.markup.is_image else ""


def line_page(run: Run, place: Occurrence) -> str:
    """Return where the line of a place can be read on the web, or "" where nobody knows."""
    page = run.pages.get(place.span.path, "")
    return f"{page}{place.span.line}" if page else ""


def fails(run: Run, verdict: Verdict) -> bool:
    """Return whether a verdict belongs among the first things to tell: what is lost, and what the user fails on."""
    return verdict in FAILS_BY_DEFAULT or verdict in run.fail_on


def clusters(
    items: Iterable[Placed], key: Callable[[Placed], Hashable | None], least: int
) -> tuple[tuple[Placed, ...], ...]:
    """Bring together what has the same key, at the place of the first; the others stay alone.

    Args:
        items: in the order of places.
        key: what makes two alike; None for what always stays alone.
        least: how many alike make a cluster.
    """
    items = tuple(items)
    sizes = Counter(map(key, items))
    parts: dict[Hashable, list[Placed]] = {}
    for number, item in enumerate(items):
        name = key(item)
        alone = name is None or sizes[name] < least
        parts.setdefault(("alone", number) if alone else ("alike", name), []).append(item)
    return tuple(map(tuple, parts.values()))


def rule_and_host(item: Placed) -> tuple[Rule | None, str] | None:
    """Return what makes two findings on one host alike; None for what has no host."""
    return (item.result.judgement.rule, item.host) if item.host else None


class Unknown(NamedTuple):
    """Links that could not be verified, or were not checked, by one rule.

    Attributes:
        rule: the rule, or None.
        reason: the sentence that holds for all of them: their own where it is the same, else the rule's summary.
        hosts: host and number of links, most first; "" stands for links without a host.
        items: the links; those that are known to expire come first.
    """

    rule: Rule | None
    reason: str
    hosts: tuple[tuple[str, int], ...]
    items: tuple[Placed, ...]

    @property
    def not_checked(self) -> bool:
        """True if no request was made: ``--offline``, no time left, no network."""
        return any(was_not_checked(item.result) for item in self.items)

    def own_reason(self, item: Placed) -> str:
        """Return what is to be said of one of the links beside ``reason``, or ""."""
        return " ".join(filter(None, [item.reason if item.reason != self.reason else "", item.remark]))


def unknowns(items: Sequence[Placed]) -> tuple[Unknown, ...]:
    """Group unverified links by rule, most links first; what was not checked comes last."""
    by_rule: dict[Rule | None, list[Placed]] = {}
    for item in items:
        by_rule.setdefault(item.result.judgement.rule, []).append(item)
    groups = [_unknown(rule, alike) for rule, alike in by_rule.items()]
    return tuple(sorted(groups, key=lambda g: (g.not_checked, -len(g.items), g.rule.code if g.rule else "")))


def _unknown(rule: Rule | None, items: list[Placed]) -> Unknown:
    reasons = {item.reason for item in items}
    reason = reasons.pop() if len(reasons) == 1 or rule is None else sentence(rule.summary)
    count = Counter(item.host for item in items)
    hosts = tuple(sorted(count.items(), key=lambda pair: (-pair[1], pair[0])))
    return Unknown(rule, reason, hosts, tuple(sorted(items, key=lambda item: not item.remark)))


def notices(run: Run) -> tuple[Notice, ...]:
    """Return the remarks about inputs by place, each once."""
    rank = {name: index for index, name in reversed(tuple(enumerate(run.inputs)))}
    return tuple(sorted(set(run.notices), key=lambda n: (rank.get(n.path, len(rank)), n.path, n.line, n.message)))


def hints(run: Run) -> tuple[str, ...]:
    """Return the hints in their own order (most useful first), each once."""
    return tuple(dict.fromkeys(run.hints))


def failures(run: Run) -> tuple[Failure, ...]:
    """Return linkwarden's own failures, each once."""
    return tuple(sorted(set(run.failures), key=lambda f: (f.where, f.message, f.traceback)))


def unreadable(run: Run) -> tuple[str, ...]:
    """Return the inputs that could not be read, each once."""
    return tuple(sorted(set(run.unreadable)))


def troubles(run: Run) -> Iterator[tuple[str, str]]:
    """Return what kept the run from checking everything, each as a title and a sentence."""
    yield from (("linkwarden could not read an input", text) for text in unreadable(run))
    yield from (("linkwarden itself failed", f"In {f.where}: {f.message}") for f in failures(run))
    if run.network_down or run.interrupted:
        yield "linkwarden could not finish", conclusion(run)


_WARNINGS = frozenset({Verdict.BROKEN, Verdict.EXPIRED, Verdict.SUSPECT, Verdict.EXPIRING, Verdict.UNVERIFIED})


class Level(IntEnum):
    """From what needs no hurry to what makes the run fail."""

    NOTE = 1
    WARNING = 2
    ERROR = 3


class Marked(NamedTuple):
    """One place of one finding.

    Attributes:
        item: the finding.
        place: where it stands, or None for one that stands nowhere.
        nth: how many places of the same URL come before it.
        level: how much it weighs.
        rule: what is the matter; None for what has no rule, although the user fails on its verdict.
    """

    item: Placed
    place: Occurrence | None
    nth: int
    level: Level
    rule: Rule | None


def is_finding(run: Run, verdict: Verdict) -> bool:
    """Return whether a verdict is something to report: what is wrong, and whatever the user fails on."""
    return verdict not in SETTLED or verdict in run.fail_on


def level_of(run: Run, verdict: Verdict) -> Level:
    """Return the weight of a verdict: what makes the run fail is an error."""
    if verdict in run.fail_on:
        return Level.ERROR
    return Level.WARNING if verdict in _WARNINGS else Level.NOTE


def marked(run: Run, items: Iterable[Placed]) -> Iterator[Marked]:
    """Return every place of every finding, in the order of the items."""
    for item in items:
        if is_finding(run, item.verdict):
            level = level_of(run, item.verdict)
            places: Sequence[Occurrence | None] = item.places or (None,)
            for nth, place in enumerate(places):
                yield Marked(item, place, nth, level, item.result.judgement.rule)


def worst_first(mark: Marked) -> tuple[int, int, int]:
    """Return what to sort by: weight, then severity, and every URL once before any stands there twice."""
    return -mark.level, mark.nth, WORST_FIRST.index(mark.item.verdict)


def instead(fix: Suggestion, longest: int) -> str:
    """Return one line with the replacement of a URL, cut to ``longest`` characters, and why."""
    why = f" ({one_line(fix.why)})" if fix.why else ""
    return f"Replace with: {shown_address(fix.url, longest)}{why}"


def lists(run: Run) -> list[ListHealth]:
    """Return how each list is, the worst first; none where only one was read."""
    return (
        [] if len(run.lists) < 2 else sorted(run.lists, key=lambda one: (-one.broken, -one.expiring, -one.unverified))
    )
