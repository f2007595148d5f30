"""From a run to what the page shows. All foreign text leaves here masked and visible; jinja2 escapes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

from linkwarden.model import FAILS_BY_DEFAULT, SETTLED, Occurrence, Rule, Run, Suggestion, Verdict
from linkwarden.records import dataclass
from linkwarden.report import _order as order
from linkwarden.report import _words as words
from linkwarden.report._html.calendar import away, calendar, trend
from linkwarden.report._order import Placed
from linkwarden.sinks import (
    cut,
    link_target,
    mask_text,
    one_line,
    page_target,
    shorten,
    shown_address,
    shown_place,
    visible,
)

_LONGEST_ADDRESS = 1_000
_LONGEST_PROSE = 600
_LONGEST_HEADING = 120
_LONGEST_LABEL = 160
_LONGEST_NAME = 64
#: URLs longer than this are split, so that a narrow column can leave out their middle and a long query.
_SPLIT = 56
_TAIL = 20
_PLACES_SHOWN = 3
_PLACES_MOST = 50
_FACTS_MOST = 20
_INPUTS_SHOWN = 10
_HOSTS_SHOWN = 5

#: The parts of the page that list findings. The first also takes whatever else the user fails on.
_PARTS = (
    ("lost", "What readers no longer get", FAILS_BY_DEFAULT),
    ("soon", "Expiring soon", frozenset({Verdict.EXPIRING})),
    ("look", "Worth checking", frozenset({Verdict.SUSPECT})),
    ("repairs", "Suggested fixes", frozenset({Verdict.MOVED, Verdict.DEGRADED})),
)


@dataclass(frozen=True, slots=True)
class Address:
    """A URL for people, secrets masked.

    Attributes:
        head: its beginning, of which a narrow column shows what it has room for.
        tail: the end of its path, or "" where ``head`` is short.
        rest: its query, where that is long; a column shows that there is one.
        href: where a click leads, or None.
    """

    head: str
    tail: str
    rest: str
    href: str | None


@dataclass(frozen=True, slots=True)
class Fix:
    """The replacement, and what it is called; ``exact`` is False where something is masked or cut: not to be copied."""

    text: str
    href: str | None
    called: str
    why: str
    safe: bool
    exact: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that was seen: in words, at which URL, and the answer's status."""

    what: str
    where: str
    status: int | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a link stands, ``file:line``, and the line's page on the web, or None."""

    text: str
    href: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """One URL on the page.

    Attributes:
        verdict: the word.
        rule: the rule that found it, or None.
        address: the URL.
        reason: why it got its verdict.
        fix: the replacement, or None.
        name: by what a maintainer knows the entry, or "".
        places: the first few places.
        more_places: the others.
        unnamed_places: how many had no room.
        section: number of its section among the page's.
        host: number of its host among the page's.
        age: since when it has been a finding, in words.
        ends: when the URL ends or ended by itself, in words.
        at: seconds since 1970 of the one or the other, to sort by.
        facts: names and values of what else is known.
        seen: what was seen, in order.
    """

    verdict: str
    rule: Rule | None
    address: Address
    reason: str
    fix: Fix | None
    name: str
    places: tuple[Place, ...]
    more_places: tuple[Place, ...]
    unnamed_places: int
    section: int
    host: int
    age: str
    ends: str
    at: int | None
    facts: tuple[tuple[str, str], ...]
    seen: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that stand below one heading of a list."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A heading of the page with its findings, grouped by the list's own sections.

    Attributes:
        id: what links lead to.
        title: the heading.
        groups: the findings.
        size: how many they are.
        dated: it is known of any of them since when, or until when.
    """

    id: str
    title: str
    groups: tuple[Group, ...]
    size: int
    dated: bool


@dataclass(frozen=True, slots=True)
class Unknown:
    """URLs that could not be verified for one reason."""

    hosts: tuple[tuple[str, int], ...]
    more_hosts: int
    reason: str
    rule: Rule | None
    rows: tuple[Row, ...]

    @property
    def size(self) -> int:
        """How many they are."""
        return len(self.rows)


class View:
    """Everything that the template asks for; see ``page.html.j2``."""

    def __init__(self, run: Run) -> None:
        self.run = run
        items = order.placed(run)
        self._several = len({item.places[0].span.path for item in items if item.places}) > 1
        #: Names of the list's sections and of the hosts, for the filters; rows name them by number.
        self.sections = tuple(dict.fromkeys(map(self._section, items)))
        self.hosts = tuple(sorted({item.host for item in items}))
        self._section_of = {title: number for number, title in enumerate(self.sections)}
        self._host_of = {host: number for number, host in enumerate(self.hosts)}
        self.headline = words.headline(run)
        self.cheer = words.friendly(run)
        #: What is counted: the key of the filter, the colour, the number, the words, and what they mean to a reader.
        self.counts = tuple(
            (_key(count), count.verdict.value, count.number, count.word, words.WORDS[count.verdict].reader)
            for count in words.counted(run)
            if count.number
        )
        self.tally = tuple((v.value, words.WORDS[v].reader) for v, _ in words.tally(run))
        self.parts = self._parts(items)
        groups = order.unknowns(_of(items, Verdict.UNVERIFIED))
        #: Unverified URLs by reason: those that were tried, and those that were not checked.
        self.unknowns = tuple(self._unknown(group) for group in groups if not group.not_checked)
        self.unchecked = tuple(self._unknown(group) for group in groups if group.not_checked)
        self.ok = tuple(map(self._row, _of(items, Verdict.OK)))
        self.ignored = tuple(map(self._row, _of(items, Verdict.IGNORED)))
        self.calendar = calendar(run, items)
        self.trend = trend(run)
        self.rules = _rules(items)

    @property
    def alarm(self) -> str:
        """How the run ended, where it did not end as it should; else ""."""
        run = self.run
        trouble = run.interrupted or run.network_down or run.failures or run.unreadable
        return _prose(words.conclusion(run)) if trouble else ""

    @property
    def notes(self) -> tuple[str, ...]:
        """What belongs to the headline: what is unknown, what changed, what was compared, how the run ended."""
        run = self.run
        notes = [words.unverified_note(run), words.changes(run), words.compared_note(run)]
        if not self.alarm:
            notes.append(words.conclusion(run))
        return tuple(_prose(text) for text in notes if text)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The first few inputs."""
        return tuple(shown_address(name, _LONGEST_LABEL) for name in self.run.inputs[:_INPUTS_SHOWN])

    @property
    def figures(self) -> tuple[tuple[str, str], ...]:
        """When the run was, how long it took, and how much it looked at."""
        run = self.run
        remembered = sum(result.remembered for result in run.results)
        more = len(run.inputs) - _INPUTS_SHOWN
        figures = (
            ("Started", words.instant(run.started)),
            ("Took", f"{words.seconds(run.duration_s)}, {words.plural(run.requests, 'request')}"),
            ("Checked", f"{words.plural(run.occurrences, 'link')} to {_addresses(len(run.results))}"),
            ("From memory", _addresses(remembered) if remembered else ""),
            ("More inputs", f"{more:,}" if more > 0 else ""),
        )
        return tuple((name, value) for name, value in figures if value)

    @property
    def fixed(self) -> tuple[tuple[str, Address, str], ...]:
        """What the run before found and this one does not: what it was, where, and what became of it."""
        return tuple((f"{f.verdict} {f.code}".strip(), _address(f.url), words.how_fixed(f)) for f in self.run.fixed)

    @property
    def remarks(self) -> tuple[tuple[str, str], ...]:
        """Remarks about the inputs: where, and what."""
        unread = [("not read", _prose(text)) for text in order.unreadable(self.run)]
        return (*unread, *((shown_place(n.path, n.line), _prose(n.message)) for n in order.notices(self.run)))

    @property
    def failures(self) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
        """Failures of linkwarden's own: where, what, and the lines of the trace."""
        return tuple(
            (cut(one_line(f.where), 100), _prose(f.message), tuple(map(mask_text, f.traceback.splitlines())))
            for f in order.failures(self.run)
        )

    @property
    def hints(self) -> tuple[str, ...]:
        """What the user could do to get more out of the next run."""
        return tuple(map(_prose, order.hints(self.run)))

    # --- findings -------------------------------------------------------------------------------------------

    def _parts(self, items: Iterable[Placed]) -> tuple[Part, ...]:
        sorted_out: dict[str, dict[str, list[Row]]] = {name: {} for name, _, _ in _PARTS}
        for item in items:
            if item.verdict in SETTLED:
                continue
            name = "lost" if order.fails(self.run, item.verdict) else _HOME[item.verdict]
            sorted_out[name].setdefault(self._section(item), []).append(self._row(item))
        return tuple(_part(name, title, sorted_out[name]) for name, title, _ in _PARTS if sorted_out[name])

    def _section(self, item: Placed) -> str:
        title = cut(one_line(item.section), _LONGEST_HEADING)
        return f"{shown_place(item.places[0].span.path)}: {title}" if self._several and item.places else title

    def _unknown(self, group: order.Unknown) -> Unknown:
        rows = tuple(map(self._row, group.items))
        hosts, more = group.hosts[:_HOSTS_SHOWN], len(group.hosts[_HOSTS_SHOWN:])
        return Unknown(hosts, more, _prose(group.reason), rows[0].rule, rows)

    def named(self, items: Iterable[Placed]) -> tuple[tuple[Place | None, str, str | None], ...]:
        """Return what the calendar says of URLs: where they stand, a short form, and where a click leads."""
        return tuple(
            (
                self._place(item.places[0]) if item.places else None,
                shorten(_without_scheme(shown_address(item.result.target.url, _LONGEST_ADDRESS)), _LONGEST_NAME),
                link_target(item.result.target.url),
            )
            for item in items
        )

    def _row(self, item: Placed) -> Row:
        result = item.result
        judgement = result.judgement
        address = shown_address(result.target.url, _LONGEST_ADDRESS)
        places = tuple(dict.fromkeys(map(self._place, item.places)))
        history = result.history
        since = history.failing_since if history is not None else None
        when = since or judgement.expires_at
        return Row(
            verdict=item.verdict.value,
            rule=judgement.rule,
            address=_address(result.target.url),
            reason=_prose(item.full_reason),
            fix=_fix(judgement.suggestion) if judgement.suggestion is not None else None,
            name=cut(one_line(item.called), _LONGEST_LABEL),
            places=places[:_PLACES_SHOWN],
            more_places=places[_PLACES_SHOWN:_PLACES_MOST],
            unnamed_places=len(places[_PLACES_MOST:]),
            section=self._section_of[self._section(item)],
            host=self._host_of[item.host],
            age=words.since(self.run, result),
            ends=_ends(judgement.expires_at, self.run.started),
            at=_seconds(when) if when is not None else None,
            facts=_facts(item),
            seen=_seen(item, address),
        )

    def _place(self, place: Occurrence) -> Place:
        page = page_target(order.line_page(self.run, place))
        return Place(shown_place(place.span.path, place.span.line), page)


#: The filter's key for what was not checked, whose verdict is another's.
_UNCHECKED = "unchecked"


def _key(count: words.Count) -> str:
    return _UNCHECKED if count.word == words.NOT_CHECKED else count.verdict.value


_HOME = {verdict: name for name, _, verdicts in _PARTS for verdict in verdicts}


def _of(items: Iterable[Placed], verdict: Verdict) -> list[Placed]:
    return [item for item in items if item.verdict is verdict]


def _part(name: str, title: str, sections: Mapping[str, list[Row]]) -> Part:
    rows = [row for group in sections.values() for row in group]
    groups = tuple(Group(heading, tuple(group)) for heading, group in sections.items())
    return Part(name, title, groups, len(rows), any(row.age or row.ends for row in rows))


def _without_scheme(address: str) -> str:
    return address.partition("://")[2] or address


def _rules(items: Iterable[Placed]) -> tuple[Rule, ...]:
    rules = {item.result.judgement.rule for item in items}
    return tuple(sorted((rule for rule in rules if rule is not None), key=lambda rule: rule.code))


def _addresses(count: int) -> str:
    return words.plural(count, "URL")


def _prose(text: str) -> str:
    return cut(one_line(text), _LONGEST_PROSE)


def _address(url: str) -> Address:
    text = shown_address(url, _LONGEST_ADDRESS)
    path, mark, query = text.partition("?") if len(text) > _SPLIT else (text, "", "")
    if len(query) < _TAIL:
        path, mark, query = text, "", ""
    at = len(path) - _TAIL if len(path) > _SPLIT else len(path)
    return Address(path[:at], path[at:], mark + query, link_target(url))


def _fix(suggestion: Suggestion) -> Fix:
    text = shown_address(suggestion.url, _LONGEST_ADDRESS)
    exact = text == suggestion.url
    return Fix(
        text,
        link_target(suggestion.url),
        words.offered(suggestion).capitalize(),
        _prose(suggestion.why),
        suggestion.safe,
        exact,
    )


def _ends(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return ""
    then, today = date.fromisoformat(words.day(moment)), date.fromisoformat(words.day(now))
    verb = "expires" if then >= today else "expired"
    return f"{verb} {words.day(moment)}, {away(then, today)}"


def _seconds(moment: datetime) -> int:
    return int((datetime.fromisoformat(words.iso(moment)) - _EPOCH).total_seconds())


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _facts(item: Placed) -> tuple[tuple[str, str], ...]:
    """Return names and values of what else is known about a link."""
    result = item.result
    evidence, history = result.evidence, result.history
    shown = {fact.status for found in (*result.notes, evidence) for fact in found.facts}
    final = shown_address(evidence.final_url, _LONGEST_ADDRESS) if evidence.final_url else ""
    new = {shown_address(suggestion.url, _LONGEST_ADDRESS)} if (suggestion := result.judgement.suggestion) else set()
    suppressed = list(dict.fromkeys(shown_place(o.span.path, o.span.line) for o in result.suppressed))
    unnamed = len(suppressed[_PLACES_MOST:])
    facts = [
        ("Status", "" if evidence.status in {None, *shown} else str(evidence.status)),
        ("Redirected to", "" if final in new else final),
        ("Title", cut(one_line(evidence.title), _LONGEST_LABEL) if evidence.title else ""),
        ("Expires", words.instant(result.judgement.expires_at) if result.judgement.expires_at else ""),
        ("Accepted at", ", ".join(suppressed[:_PLACES_MOST]) + (f" and {unnamed:,} more" if unnamed else "")),
        ("Checked by", visible(evidence.checked_by) + (", in an earlier run" if result.remembered else "")),
    ]
    if history is not None:
        last = words.instant(history.last_ok) if history.last_ok is not None else ""
        facts += [
            ("Last ok", last),
            ("Recently", "failed and came back several times" if history.flapping else ""),
        ]
    return tuple((name, value) for name, value in facts if value)


def _seen(item: Placed, address: str) -> tuple[Seen, ...]:
    """Return what was seen; the link's own URL is not said again."""
    facts = [fact for found in (*item.result.notes, item.result.evidence) for fact in found.facts]
    seen = [(f, shown_address(f.url, _LONGEST_ADDRESS) if f.url is not None else "") for f in facts[:_FACTS_MOST]]
    return tuple(Seen(_prose(fact.what), "" if url == address else url, fact.status) for fact, url in seen)
