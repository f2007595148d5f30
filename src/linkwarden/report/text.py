"""The report for people at a terminal: what is lost first, what is unknown by host, and a summary at the end."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import ClassVar

from linkwarden.model import Failure, Occurrence, Rule, Run, Suggestion, Verdict
from linkwarden.report._base import Report, ReportOptions
from linkwarden.report._order import (
    Placed,
    Unknown,
    clusters,
    fails,
    failures,
    hints,
    notices,
    placed,
    unknowns,
    unreadable,
)
from linkwarden.report._words import (
    WORDS,
    accepted_note,
    changes,
    compared_note,
    conclusion,
    friendly,
    how_fixed,
    instant,
    is_accepted,
    plural,
    seconds,
    sentence,
    since,
    tally,
    unverified_note,
)
from linkwarden.sinks import cut, mask_text, one_line, shorten, shown_address, shown_place, visible

Span = tuple[str, str]
Line = list[Span]

#: Prose is not set wider than this, however wide the window is.
_WIDEST_PROSE = 110
_NARROWEST_PROSE = 30


class Page:
    """Lines of spans ``(style, text)``.

    Args:
        width: columns of the terminal; prose is wrapped to it, URLs never are, so that they can be copied.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self.lines: list[Line] = []

    def add(self, *spans: Span) -> None:
        """Add one line; empty spans vanish."""
        self.lines.append([span for span in spans if span[1]])

    def gap(self) -> None:
        """Add an empty line, unless there is one already or nothing above it."""
        if self.lines and self.lines[-1]:
            self.lines.append([])

    def heading(self, text: str, count: int | None = None) -> None:
        """Add a section heading with the number of what follows."""
        self.gap()
        self.add(("heading", text), ("quiet", "" if count is None else f" ({count:,})"))

    def prose(self, text: str, style: str = "", *, indent: int = 4, lead: Span = ("", "")) -> None:
        """Add wrapped prose; ``lead`` stands before its first line and later lines hang under the text."""
        hang = indent + len(lead[1])
        room = max(min(self.width, _WIDEST_PROSE) - hang, _NARROWEST_PROSE)
        rows = textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False)
        for number, row in enumerate(rows):
            if number == 0:
                self.add(("", " " * indent), lead, (style, row))
            else:
                self.add(("", " " * hang), (style, row))

    def guarded(self) -> list[Line]:
        """Return the lines, none of which a GitHub runner takes for a workflow command (``::name::`` at the start)."""
        return [[("", "\\"), *line] if plain(line).lstrip().startswith("::") else line for line in self.lines]


def plain(line: Iterable[Span]) -> str:
    """Return a line without its styles."""
    return "".join(text for _, text in line)


WIDTH = 100
_LONGEST_ADDRESS = 120
_LONGEST_PROSE = 600
_LONGEST_TEXT = 40
#: From so many lost links of one rule on one host on, they are shown together.
_ALIKE_LOST = 3
#: The same for what is not lost; there the host does not matter.
_ALIKE = 2
_SHOWN_PLACES = 5
#: How many links of a section are shown without ``-v``.
SHOWN = 30
#: How many links of one kind that could not be verified are named without ``-v``.
_SHOWN_UNKNOWN = 5

_SECTIONS = (
    (Verdict.EXPIRING, "Expiring soon"),
    (Verdict.SUSPECT, "Suspect: check by hand"),
    (Verdict.MOVED, "Moved permanently"),
    (Verdict.DEGRADED, "Works, with a flaw"),
)


class TextReport(Report):
    """Plain text. ``lines`` gives the same with style names, which the command line turns into colours."""

    name: ClassVar[str] = "text"

    def render(self, run: Run, options: ReportOptions) -> str:
        """Return the report without colours, wrapped at 100 columns. Secrets are always masked."""
        return "".join(plain(line).rstrip() + "\n" for line in lines(run, options, WIDTH))


def lines(run: Run, options: ReportOptions, width: int) -> list[Line]:
    """Return the report as lines of ``(style, text)``.

    Styles are those of ``linkwarden.report._words``: ``bad``, ``warn``, ``info``, ``good``, ``unknown``, ``quiet``,
    ``place``, ``address``, ``fix``, ``heading``, and "" for plain text. All foreign text is made visible, so that no
    byte of a hostile list or server reaches the terminal as a command.

    Args:
        run: what to tell.
        options: ``verbose`` -1 leaves only what is lost and the summary; 1 shows everything, with what was seen.
        width: columns of the terminal.
    """
    return _Text(run, options, width).lines()


class _Text:
    def __init__(self, run: Run, options: ReportOptions, width: int) -> None:
        self._run = run
        self._page = Page(width)
        self._quiet = options.verbose < 0
        self._verbose = options.verbose > 0
        self._items = placed(run)
        self._advised: set[str] = set()

    def lines(self) -> list[Line]:
        self._lost()
        if not self._quiet:
            for verdict, title in _SECTIONS:
                self._section(verdict, title)
            self._fixed()
        if not self._quiet or _UNKNOWN in self._run.fail_on:
            self._unverified()
        if self._verbose:
            self._accepted()
        if not self._quiet:
            self._notices()
        self._unreadable()
        self._failures()
        if not self._quiet:
            self._hints()
        self._summary()
        return self._page.guarded()

    # --- sections -------------------------------------------------------------------------------------------

    def _lost(self) -> None:
        items = [item for item in self._items if fails(self._run, item.verdict) and item.verdict is not _UNKNOWN]
        for group in clusters(items, _rule_and_host, _ALIKE_LOST):
            self._page.gap()
            if len(group) == 1:
                self._single(group[0])
            else:
                self._group(group, host=group[0].host)

    def _section(self, verdict: Verdict, title: str) -> None:
        items = [item for item in self._items if item.verdict is verdict and not fails(self._run, verdict)]
        if not items:
            return
        self._page.heading(title, len(items))
        shown = items if self._verbose else items[:SHOWN]
        for group in clusters(shown, lambda item: item.result.judgement.rule, _ALIKE):
            if len(group) == 1:
                self._single(group[0])
            else:
                self._group(group)
        if len(shown) < len(items):
            self._page.add(("quiet", f"    … and {len(items) - len(shown):,} more; -v shows them all"))

    def _fixed(self) -> None:
        fixed = self._run.fixed
        if not fixed:
            return
        self._page.heading("Fixed since the last run", len(fixed))
        for one in fixed if self._verbose else fixed[:SHOWN]:
            address = shown_address(one.url, _LONGEST_ADDRESS)
            self._page.add(("good", "    ✓ "), ("address", address), ("quiet", f"  {how_fixed(one)}"))
        if len(fixed) > SHOWN and not self._verbose:
            self._page.add(("quiet", f"    … and {len(fixed) - SHOWN:,} more; -v shows them all"))

    def _unverified(self) -> None:
        items = [item for item in self._items if item.verdict is _UNKNOWN]
        if not items or self._run.network_down:
            return
        groups = unknowns(items)
        for title, not_checked in (("Could not be verified", False), ("Not checked", True)):
            part = [group for group in groups if group.not_checked is not_checked]
            if part:
                self._page.heading(title, sum(len(group.items) for group in part))
            for group in part:
                self._unknown(group)

    def _accepted(self) -> None:
        items = [item for item in self._items if is_accepted(item.result)]
        if items:
            self._page.heading("Accepted findings", len(items))
        for item in items:
            self._page.add(("", "    "), ("place", _place(item.places[:1])), ("address", f"  {_address(item)}"))
            self._page.prose(_prose(item.reason), "quiet", indent=6)

    def _notices(self) -> None:
        remarks = notices(self._run)
        if not remarks:
            return
        self._page.heading("Notes on the inputs", len(remarks))
        for notice in remarks if self._verbose else remarks[:SHOWN]:
            lead = ("place", shown_place(notice.path, notice.line) + "  ")
            self._page.prose(_prose(notice.message), lead=lead)
        if len(remarks) > SHOWN and not self._verbose:
            self._page.add(("quiet", f"    … and {len(remarks) - SHOWN:,} more; -v shows them all"))

    def _unreadable(self) -> None:
        for text in unreadable(self._run):
            self._page.gap()
            self._page.prose(_prose(text), indent=0, lead=("bad", "not read: "))

    def _failures(self) -> None:
        for failure in failures(self._run):
            self._page.gap()
            self._page.prose(_failure(failure), "bad", indent=0)
            if self._verbose:
                for row in failure.traceback.splitlines():
                    self._page.add(("quiet", f"    {visible(mask_text(row))}"))

    def _hints(self) -> None:
        tips = hints(self._run)
        if tips:
            self._page.gap()
        for tip in tips:
            self._page.prose(_prose(tip), indent=0, lead=("info", "hint: "))

    def _summary(self) -> None:
        run, page = self._run, self._page
        page.gap()
        if cheer := friendly(run):
            page.add(("good", cheer))
        counts: Line = []
        for verdict, count in tally(run):
            counts += [("quiet", ", " if counts else ""), (WORDS[verdict].style, f"{count:,} {verdict}")]
        if counts:
            page.add(*counts)
        page.prose(unverified_note(run), "unknown" if run.counts[_UNKNOWN] else "quiet", indent=0)
        if note := accepted_note(run):
            page.prose(note if self._verbose else f"{note[:-1]}; -v shows them.", "quiet", indent=0)
        page.prose(changes(run), "quiet", indent=0)
        page.prose(_volume(run), "quiet", indent=0)
        page.prose(mask_text(visible(compared_note(run))), "quiet", indent=0)
        page.prose(conclusion(run), "good" if run.exit_code == 0 else "bad", indent=0)

    # --- links ----------------------------------------------------------------------------------------------

    def _single(self, item: Placed) -> None:
        judgement = item.result.judgement
        age = since(self._run, item.result)
        label = _label(item.verdict, judgement.rule)
        called = f"  “{cut(one_line(item.text), _LONGEST_TEXT)}”" if item.text else ""
        beside = ("quiet", called + (f"  {age}" if age else ""))
        self._page.add(("place", _place(item.places[:1])), ("", "  "), *label, beside)
        self._page.add(("", "    "), ("address", _address(item)))
        self._page.prose(_prose(item.reason))
        if judgement.suggestion is not None:
            self._fix(judgement.suggestion, indent=4)
        else:
            self._advice(judgement.rule)
        self._also(item)
        self._facts(item)

    def _group(self, group: Sequence[Placed], host: str = "") -> None:
        first = group[0]
        rule = first.result.judgement.rule
        where = f" on {visible(host)}" if host else ""
        self._page.add(*_label(first.verdict, rule), ("", f": {plural(len(group), 'URL')}{where}"))
        usual, times = Counter(item.reason for item in group).most_common(1)[0]
        headline = usual if times > 1 else sentence(rule.summary if rule else "")
        self._page.prose(_prose(headline))
        if any(item.result.judgement.suggestion is None for item in group):
            self._advice(rule)
        pad = min(max(len(_place((place,))) for item in group for place in item.places or (None,)), 40)
        for item in group:
            self._member(item, pad, host=host, alone=item.reason != headline)

    def _member(self, item: Placed, pad: int, *, host: str, alone: bool) -> None:
        """Add the lines of one link in a group: one for each place, with what sets it apart from the others."""
        judgement = item.result.judgement
        ends = f"{instant(judgement.expires_at)}  " if judgement.expires_at is not None else ""
        room = max(self._page.width - pad - len(ends) - 6, 24)
        address = _tail(item, room) if host else shorten(_address(item), max(room, 48))
        age = since(self._run, item.result)
        fix = judgement.suggestion
        new = shown_address(fix.url, _LONGEST_ADDRESS) if fix is not None and not alone else ""
        beside: Line = [("fix", " → "), ("address", new)] if new and len(address) + len(new) + 3 <= room else []
        for place in item.places or (None,):
            where = _place((place,)).ljust(pad)
            self._page.add(("", "    "), ("place", where), ("", "  "), ("bad", ends), ("address", address), *beside)
            if age:
                self._page.lines[-1].append(("quiet", f"  {age}"))
        if alone and not ends:
            self._page.prose(_prose(item.reason), "quiet", indent=6)
        if fix is not None and not beside:
            self._fix(fix, indent=6, brief=not alone)
        self._facts(item)

    def _fix(self, suggestion: Suggestion, *, indent: int, brief: bool = False) -> None:
        address = shown_address(suggestion.url, _LONGEST_ADDRESS)
        why = f"({_prose(suggestion.why)})" if suggestion.why and not brief else ""
        beside = why and indent + len(f"→ fix: {address}  {why}") <= self._page.width
        self._page.add(
            ("", " " * indent), ("fix", "→ fix: "), ("address", address), ("quiet", f"  {why}" if beside else "")
        )
        if why and not beside:
            self._page.prose(why, "quiet", indent=indent + len("→ "))

    def _advice(self, rule: Rule | None) -> None:
        """Add what to do about a rule's findings, once a report."""
        if rule is None or rule.code in self._advised or not rule.remedy:
            return
        self._advised.add(rule.code)
        self._page.prose(_prose(rule.remedy), "fix", lead=("fix", "→ "))

    def _also(self, item: Placed) -> None:
        others = item.places[1:]
        if not others:
            return
        shown = others if self._verbose else others[:_SHOWN_PLACES]
        more = f" and {len(others) - len(shown):,} more places" if len(shown) < len(others) else ""
        self._page.prose(", ".join(_place((o,)) for o in shown) + more, "place", lead=("quiet", "also at "))

    def _facts(self, item: Placed) -> None:
        if not self._verbose:
            return
        for evidence in (*item.result.notes, item.result.evidence):
            for fact in evidence.facts:
                status = f" [{fact.status}]" if fact.status is not None else ""
                url = f" {shown_address(fact.url, _LONGEST_ADDRESS)}" if fact.url is not None else ""
                self._page.add(("", "      "), ("quiet", f"· {_prose(fact.what)}{status}{url}"))

    def _unknown(self, group: Unknown) -> None:
        code = f" {group.rule.code} {group.rule.slug}" if group.rule is not None else ""
        self._page.prose(f"{len(group.items):,}{code}: {_prose(group.reason)}")
        shown = group.items if self._verbose else group.items[: 0 if group.not_checked else _SHOWN_UNKNOWN]
        for item in shown:
            self._page.add(("", "      "), ("place", _place(item.places[:1])), ("address", f"  {_address(item)}"))
            said = group.own_reason(item) if self._verbose else item.remark
            self._page.prose(_prose(said), "warn" if item.remark else "quiet", indent=8)
            self._facts(item)
        if shown and len(shown) < len(group.items):
            self._page.add(("quiet", f"      … and {len(group.items) - len(shown):,} more; -v shows them all"))


_UNKNOWN = Verdict.UNVERIFIED


def _rule_and_host(item: Placed) -> tuple[Rule | None, str] | None:
    return (item.result.judgement.rule, item.host) if item.host else None


def _label(verdict: Verdict, rule: Rule | None) -> Line:
    name = f"  {rule.code} {rule.slug}" if rule is not None else ""
    return [(WORDS[verdict].style, str(verdict)), ("quiet", name)]


def _place(places: Sequence[Occurrence | None]) -> str:
    """Return ``file:line:column`` of the first of some places, as editors and terminals take it."""
    place = places[0] if places else None
    return shown_place(place.span.path, place.span.line, place.span.col) if place is not None else "(nowhere)"


def _address(item: Placed) -> str:
    return shown_address(item.result.target.url, _LONGEST_ADDRESS)


def _tail(item: Placed, room: int) -> str:
    """Return what sets a URL apart from others on its host; of a signed one the signature does not."""
    url = item.result.target.address or item.result.target.url
    tail = "/" + url.partition("://")[2].partition("/")[2]
    if item.result.judgement.expires_at is not None:
        tail = tail.partition("?")[0]
    return shown_address(tail, room)


def _prose(text: str) -> str:
    return cut(one_line(text), _LONGEST_PROSE)


def _failure(failure: Failure) -> str:
    return f"internal error in {_prose(failure.where)}: {_prose(failure.message)}"


def _volume(run: Run) -> str:
    names = ", ".join(shown_address(name, _LONGEST_ADDRESS) for name in run.inputs[:3])
    more = f" and {plural(len(run.inputs) - 3, 'more input')}" if len(run.inputs) > 3 else ""
    links = f"{plural(run.occurrences, 'link')} to {plural(len(run.results), 'URL')}"
    return f"{links} in {names}{more}; {plural(run.requests, 'request')} in {seconds(run.duration_s)}"
