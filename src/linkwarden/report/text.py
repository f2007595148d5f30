"""The report for people at a terminal: what is lost first, what is unknown by host, and a summary at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import ClassVar

from linkwarden.model import Failure, Occurrence, Result, Rule, Run, Suggestion, Verdict
from linkwarden.report._base import Report, ReportOptions
from linkwarden.report._last_screen import last_screen
from linkwarden.report._order import (
    Placed,
    Unknown,
    clusters,
    fails,
    failures,
    heading_of_image,
    hints,
    line_page,
    named,
    notices,
    placed_in,
    rule_and_host,
    unknowns,
    unreadable,
    whole_url,
    worth_telling,
)
from linkwarden.report._order import (
    lists as lists_of,
)
from linkwarden.report._page import Line, Linked, Page, plain
from linkwarden.report._words import WORDS, how_fixed, instant, is_accepted, offered, plural, sentence, since
from linkwarden.sinks import cut, mask_text, one_line, shown_address, shown_place, visible

WIDTH = 100
_LONGEST_ADDRESS = 300
_LONGEST_PROSE = 600
_LONGEST_TEXT = 40
#: From so many lost links of one rule on one host on, they are shown together.
_ALIKE_LOST = 3
#: The same for what is not lost; there the host does not matter.
_ALIKE = 2
_SHOWN_PLACES = 5
#: How many links of a section are shown without ``-v``.
SHOWN = 30
_SHOWN_NOTICES = 5
_SHOWN_LISTS = 20
#: So many links that could not be verified for one reason are shown whole; of more, only host and line.
_FEW = 3
_SHOWN_LINES = 60
_WIDEST_PLACE = 40

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


def one_by_one(run: Run, options: ReportOptions, width: int) -> Callable[[Result], list[Line]]:
    """Return what gives the lines of one finding after the other, while the run goes on; see ``lines``.

    Args:
        run: what there is of it, without results.
        options: as for ``lines``. What gives no lines here stands in the report at the end.
        width: columns of the terminal.
    """
    return _Text(run, options, width).one


class _Text:
    def __init__(self, run: Run, options: ReportOptions, width: int) -> None:
        self._run = run
        self._page = Page(width)
        self._quiet = options.verbose < 0
        self._verbose = options.verbose > 0
        self._items = worth_telling(run)
        self._untold = [item for item in self._items if item.result.target.key not in options.told]
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
            self._lists()
        told = len(self._items) - len(self._untold)
        last_screen(self._page, self._run, self._items, verbose=self._verbose, quiet=self._quiet, told=told)
        return self._page.guarded()

    def one(self, result: Result) -> list[Line]:
        """Return the lines of a finding, as it stands alone; none for what the report tells at its end."""
        verdict = result.judgement.verdict
        if not self._is_lost(verdict) and (self._quiet or verdict not in dict(_SECTIONS)):
            return []
        self._page = Page(self._page.width)
        self._single(placed_in(self._run, result))
        self._page.add()
        return self._page.guarded()

    def _is_lost(self, verdict: Verdict) -> bool:
        return fails(self._run, verdict) and verdict is not _UNKNOWN

    # --- sections -------------------------------------------------------------------------------------------

    def _lost(self) -> None:
        items = [item for item in self._untold if self._is_lost(item.verdict)]
        for group in clusters(items, rule_and_host, _ALIKE_LOST):
            self._page.gap()
            if len(group) == 1:
                self._single(group[0])
            else:
                self._group(group, host=group[0].host)

    def _section(self, verdict: Verdict, title: str) -> None:
        items = [item for item in self._untold if item.verdict is verdict and not fails(self._run, verdict)]
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
        items = [item for item in self._untold if item.verdict is _UNKNOWN]
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
        items = [item for item in self._untold if is_accepted(item.result)]
        if items:
            self._page.heading("Accepted findings", len(items))
        for item in items:
            self._page.add(("", "    "), ("place", self._place(item)), ("", "  "), ("address", _address(item)))
            self._page.prose(_prose(item.reason), "quiet", indent=6)

    def _notices(self) -> None:
        remarks = notices(self._run)
        if not remarks:
            return
        self._page.heading("Notes on the inputs", len(remarks))
        alike = Counter(notice.alike for notice in remarks if notice.alike and not self._verbose)
        shown = [notice for notice in remarks if not alike[notice.alike]]
        for what, count in alike.items():
            self._page.prose(f"{plural(count, *what.split('|'))}; -v shows {'it' if count == 1 else 'them'}.")
        for notice in shown if self._verbose else shown[:_SHOWN_NOTICES]:
            lead = ("place", shown_place(notice.path, notice.line) + "  ")
            self._page.prose(_prose(notice.message), lead=lead)
        if len(shown) > _SHOWN_NOTICES and not self._verbose:
            self._page.add(("quiet", f"    … and {len(shown) - _SHOWN_NOTICES:,} more; -v shows them all"))

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

    def _lists(self) -> None:
        every = lists_of(self._run)
        if not every:
            return
        self._page.heading("Lists", len(every))
        shown = every[:_SHOWN_LISTS]
        names = [cut(shown_place(one.name), _WIDEST_PLACE) for one in shown]
        pad = max(map(len, names))
        self._page.add(("quiet", f"    {'list':{pad}}   links  broken  expiring  unverified"))
        for name, one in zip(names, shown, strict=True):
            self._page.add(
                ("place", f"    {name:{pad}}"),
                ("", f"  {one.links:6,}"),
                ("bad" if one.broken else "quiet", f"  {one.broken:6,}"),
                ("warn" if one.expiring else "quiet", f"  {one.expiring:8,}"),
                ("unknown" if one.unverified else "quiet", f"  {one.unverified:10,}"),
            )
        if len(shown) < len(every):
            self._page.add(("quiet", f"    … and {len(every) - len(shown):,} more; the reports have them"))

    # --- links ----------------------------------------------------------------------------------------------

    def _single(self, item: Placed) -> None:
        judgement = item.result.judgement
        age = since(self._run, item.result)
        label = _label(item.verdict, judgement.rule)
        below = f"below “{cut(one_line(heading), _LONGEST_TEXT)}”" if (heading := heading_of_image(item)) else ""
        beside = ("quiet", "".join(f"  {part}" for part in (named(item, _LONGEST_TEXT), below, age) if part))
        self._page.add(("place", self._place(item)), ("", "  "), *label, beside)
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
        pad = min(max(len(_shown(place)) for item in group for place in item.places or (None,)), _WIDEST_PLACE)
        for item in group:
            self._member(item, pad, alone=item.reason != headline)

    def _member(self, item: Placed, pad: int, *, alone: bool = False, indent: int = 4) -> None:
        """Add the lines of one link in a group: one for each place, with what sets it apart from the others."""
        judgement = item.result.judgement
        ends = f"{instant(judgement.expires_at)}  " if judgement.expires_at is not None else ""
        line: Line = [("bad", ends), ("address", _address(item))]
        fix = judgement.suggestion
        new = shown_address(fix.url, _LONGEST_ADDRESS) if fix is not None and not alone else ""
        room = self._page.width - indent - pad - 2 - len(plain(line))
        if new and fix is not None and len(" → ") + len(new) + len(_SAFE) <= room:
            line += [("fix", " → "), ("address", Linked(new, fix.url)), ("good", _SAFE if fix.safe else "")]
            fix = None
        said = "  ".join(filter(None, [named(item, _LONGEST_TEXT), since(self._run, item.result)]))
        for place in item.places or (None,):
            gap = " " * (max(pad - len(_shown(place)), 0) + 2)
            self._page.add_beside(
                [("", " " * indent), ("place", self._linked(place)), ("", gap), *line],
                ("quiet", said),
                indent=indent + 2,
            )
        if alone and not ends:
            self._page.prose(_prose(item.reason), "quiet", indent=indent + 2)
        if fix is not None:
            self._fix(fix, indent=indent + 2, brief=not alone)
        self._facts(item)

    def _fix(self, suggestion: Suggestion, *, indent: int, brief: bool = False) -> None:
        address = shown_address(suggestion.url, _LONGEST_ADDRESS)
        lead = f"→ {offered(suggestion)}{' (safe)' if suggestion.safe else ''}: "
        why = f"({_prose(suggestion.why)})" if suggestion.why and not brief else ""
        line: Line = [("", " " * indent), ("fix", lead), ("address", Linked(address, suggestion.url))]
        self._page.add_beside(line, ("quiet", why), indent=indent + len("→ "))

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
        self._page.prose(", ".join(map(_shown, shown)) + more, "place", lead=("quiet", "also at "))

    def _facts(self, item: Placed) -> None:
        if not self._verbose:
            return
        for evidence in (*item.result.notes, item.result.evidence):
            for fact in evidence.facts:
                status = f" [{fact.status}]" if fact.status is not None else ""
                url = f" {shown_address(fact.url, _LONGEST_ADDRESS)}" if fact.url is not None else ""
                self._page.add(("", "      "), ("quiet", f"· {_prose(fact.what)}{status}{url}"))

    def _unknown(self, group: Unknown) -> None:
        """Add links that could not be verified for one reason: all of few of them, the lines of many."""
        code = f" {group.rule.code} {group.rule.slug}" if group.rule is not None else ""
        self._page.prose(f"{len(group.items):,}{code}: {_prose(group.reason)}")
        if group.not_checked and not self._verbose:
            return
        every = self._verbose or len(group.items) <= _FEW
        shown = [item for item in group.items if every or item.remark]
        pad = min(max((len(_shown(item.places[0])) for item in shown if item.places), default=0), _WIDEST_PLACE)
        for item in shown:
            self._member(item._replace(places=item.places[:1]), pad, indent=6)
            said = group.own_reason(item) if self._verbose else item.remark
            self._page.prose(_prose(said), "warn" if item.remark else "quiet", indent=8)
        self._lines([item for item in group.items if not every and not item.remark])

    def _lines(self, items: Sequence[Placed]) -> None:
        """Add the hosts of links with the lines where they stand: ``gath.io:812, i.pinimg.com:5,9``."""
        files: dict[str, dict[str, list[int]]] = {}
        for item in items[:_SHOWN_LINES]:
            for place in item.places[:1]:
                name = visible(item.host) or cut(_address(item), _LONGEST_TEXT)
                files.setdefault(place.span.path, {}).setdefault(name, []).append(place.span.line)
        for path, hosts in files.items():
            said = [f"{host}:{','.join(map(str, sorted(set(lines))))}" for host, lines in hosts.items()]
            lead = ("place", f"{shown_place(path)}  " if len(self._run.inputs) > 1 else "")
            self._page.prose(", ".join(said), "place", indent=6, lead=lead)
        if len(items) > _SHOWN_LINES:
            self._page.add(("quiet", f"      … and {len(items) - _SHOWN_LINES:,} more; -v shows them all"))

    def _place(self, item: Placed) -> str:
        """Return ``file:line:column`` of a link's first place, as editors take it, linked to its line on the web."""
        return self._linked(item.places[0] if item.places else None)

    def _linked(self, place: Occurrence | None) -> str:
        return Linked(_shown(place), line_page(self._run, place) if place is not None else "")


_UNKNOWN = Verdict.UNVERIFIED
_SAFE = "  safe"


def _label(verdict: Verdict, rule: Rule | None) -> Line:
    name = f"  {rule.code} {rule.slug}" if rule is not None else ""
    return [(WORDS[verdict].style, str(verdict)), ("quiet", name)]


def _shown(place: Occurrence | None) -> str:
    return shown_place(place.span.path, place.span.line, place.span.col) if place is not None else "(nowhere)"


def _address(item: Placed) -> str:
    return Linked(whole_url(item, _LONGEST_ADDRESS), item.result.target.address or item.result.target.url)


def _prose(text: str) -> str:
    return cut(one_line(text), _LONGEST_PROSE)


def _failure(failure: Failure) -> str:
    return f"internal error in {_prose(failure.where)}: {_prose(failure.message)}"
