"""The health report for GitHub: Markdown that says what readers no longer get, what to do, and what is unknown."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import ClassVar

from linkwarden._version import __version__
from linkwarden.model import SETTLED, Fixed, Occurrence, Rule, Run, Suggestion, Verdict
from linkwarden.report._base import Report, ReportOptions
from linkwarden.report._order import (
    Placed,
    Unknown,
    fails,
    failures,
    hints,
    is_finding,
    notices,
    placed,
    unknowns,
    unreadable,
)
from linkwarden.report._words import (
    REPORT_MARK,
    TITLE,
    WORDS,
    accepted_note,
    changes,
    compared_note,
    conclusion,
    headline,
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
from linkwarden.sinks import cut, md_code, md_link, md_text, one_line, shown_address, shown_place, visible
from linkwarden.text import mask_secrets

#: Kept free for tables' heads, the counts of what was left out, and the end.
_RESERVE = 8 * 1024


@dataclass(slots=True)
class _Section:
    """A heading with list items that may have to be cut.

    Attributes:
        title: the heading, our own words.
        parts: lists, each under a heading of its own (already escaped) or under "".
        first: it gets what it needs before others get more than their share.
        room: how many bytes it may take.
    """

    title: str
    parts: Sequence[tuple[str, list[str]]]
    first: bool
    room: int = 0

    @property
    def need(self) -> int:
        """How many bytes all of it takes."""
        items = sum(_size(item) for _, part in self.parts for item in part)
        return items + sum(_size(heading) + _HEADING for heading, part in self.parts if part)

    def blocks(self) -> Iterator[str]:
        """Return the heading, what fits, and how much does not."""
        yield f"## {self.title}"
        room, left = self.room, 0
        for heading, items in self.parts:
            room -= _size(heading) + _HEADING
            fitting: list[str] = []
            for item in items:
                if _size(item) > room:
                    break
                room -= _size(item)
                fitting.append(item)
            left += len(items) - len(fitting)
            if fitting:
                yield from ([f"### {heading}"] if heading else [])
                yield "\n".join(fitting)
            if left:
                room = 0
        if left:
            yield f"… and {left:,} more that do not fit here; the JSON report has them all."


#: What a heading takes beside its words.
_HEADING = 8


def _size(text: str) -> int:
    return len(text.encode()) + 1


class Document:
    """Blocks of Markdown, separated by empty lines. No section takes the room that another one needs.

    Args:
        budget: most bytes of UTF-8 that ``text`` may return.
    """

    def __init__(self, budget: int) -> None:
        self._blocks: list[str | _Section] = []
        self._room = budget - _RESERVE

    def add(self, block: str) -> None:
        """Add a block of linkwarden's own, short by its nature."""
        self._blocks.append(block)
        self._room -= _size(block) + 1

    def section(self, title: str, parts: Sequence[tuple[str, list[str]]], *, first: bool = False) -> None:
        """Add a section of list items, if there are any.

        Args:
            title: the heading, our own words.
            parts: lists, each under a heading of its own (already escaped) or under "".
            first: it gets what it needs before others get more than their share.
        """
        if any(items for _, items in parts):
            self._blocks.append(_Section(title, parts, first))

    def end(self, block: str) -> None:
        """Add the last words under a rule."""
        self._blocks += ["---", block]

    def text(self) -> str:
        """Return the document, ending in a newline."""
        self._share_out()
        texts = ([block] if isinstance(block, str) else block.blocks() for block in self._blocks)
        return "\n\n".join(chain.from_iterable(texts)) + "\n"

    def _share_out(self) -> None:
        """Give each section what it needs; where that is too much, a fair share, and more from the top down."""
        sections = sorted((b for b in self._blocks if isinstance(b, _Section)), key=lambda section: not section.first)
        share = max(self._room, 0) // max(2 * len(sections), 1)
        for section in sections:
            section.room = min(section.need, share)
        left = max(self._room, 0) - sum(section.room for section in sections)
        for section in sections:
            more = min(section.need - section.room, left)
            section.room += more
            left -= more


#: GitHub takes 1 MiB for a job summary and uploads nothing of a larger one; this leaves room for what others add.
BUDGET = 900 * 1024
_LONGEST_ADDRESS = 300
_LONGEST_SIGNED = 160
_LONGEST_PROSE = 600
_LONGEST_HEADING = 120
_LONGEST_TEXT = 80
_LONGEST_COMMAND = 1_000
_NAMED_INPUTS = 10
_NAMED_HOSTS = 5
_NAMED_PLACES = 10
_BREAK = "\\\n  "  # a line break within a list item


class MarkdownReport(Report):
    """GitHub Flavored Markdown without HTML, images, mentions or references; secrets are always masked."""

    name: ClassVar[str] = "markdown"
    suffix: ClassVar[str] = ".md"

    def render(self, run: Run, options: ReportOptions) -> str:
        """Return the report, at most 900 KiB of UTF-8; what has no room is counted in its place."""
        del options  # a file says the same however talkative the terminal is
        return health(run, BUDGET)


def health(run: Run, budget: int) -> str:
    """Return the health report, at most ``budget`` bytes of UTF-8 (40,000 or more)."""
    return _Health(run, budget).render()


class _Health:
    def __init__(self, run: Run, budget: int) -> None:
        self._run = run
        self._doc = Document(budget)
        self._items = placed(run)

    def render(self) -> str:
        self._head()
        self._lost()
        self._soon()
        self._simple("Worth checking", (Verdict.SUSPECT,), self._finding)
        self._simple("Suggested fixes", (Verdict.MOVED, Verdict.DEGRADED), _repair)
        self._doc.section("Fixed since the last run", [("", [_fixed(fixed) for fixed in self._run.fixed])])
        self._unverified()
        accepted = [
            f"- {_where(i)} · {_address(i)}{_BREAK}{_prose(i.reason)}" for i in self._items if is_accepted(i.result)
        ]
        self._doc.section("Accepted findings", [("", accepted)])
        self._about()
        self._reading()
        return self._doc.text()

    def _of(self, *verdicts: Verdict) -> list[Placed]:
        return [i for i in self._items if i.verdict in verdicts and not fails(self._run, i.verdict)]

    # --- sections -------------------------------------------------------------------------------------------

    def _head(self) -> None:
        run, doc = self._run, self._doc
        names = ", ".join(md_code(shown_address(name, _LONGEST_ADDRESS)) for name in run.inputs[:_NAMED_INPUTS])
        more = len(run.inputs) - _NAMED_INPUTS
        if more > 0:
            names += f" and {plural(more, 'more input')}"
        doc.add(TITLE)
        doc.add(
            f"Checked on {instant(run.started)} by linkwarden {__version__}: {names}. "
            f"{plural(run.requests, 'request')} in {seconds(run.duration_s)}."
        )
        doc.add(
            " ".join(filter(None, [f"**{headline(run)}**", unverified_note(run), accepted_note(run), changes(run)]))
        )
        if note := compared_note(run):
            doc.add(_prose(note))
        doc.add(conclusion(run))
        rows = [f"| {verdict} | {count:,} |" for verdict, count in tally(run)]
        total = f"| **URLs in total** | **{len(run.results):,}** |"
        doc.add("\n".join(["| Verdict | URLs |", "|---|---:|", *rows, total]))

    def _lost(self) -> None:
        items = [i for i in self._items if fails(self._run, i.verdict) and i.verdict is not Verdict.UNVERIFIED]
        if not items:
            return
        several = len({item.places[0].span.path for item in items if item.places}) > 1
        blocks: list[tuple[str, list[str]]] = []
        for item in items:
            title = _list_section(item, several=several)
            if not blocks or blocks[-1][0] != title:
                blocks.append((title, []))
            blocks[-1][1].append(self._finding(item))
        self._doc.section("What readers no longer get", blocks)

    def _soon(self) -> None:
        items = self._of(Verdict.EXPIRING)
        items.sort(key=lambda i: (_ends(i) == "", _ends(i)))
        self._doc.section("Expiring soon", [("", [_soon(item) for item in items])], first=True)

    def _simple(self, title: str, verdicts: tuple[Verdict, ...], write: Callable[[Placed], str]) -> None:
        self._doc.section(title, [("", [write(item) for item in self._of(*verdicts)])])

    def _finding(self, item: Placed) -> str:
        rule = item.result.judgement.rule
        code = f" ({rule.code})" if rule is not None else ""
        age = since(self._run, item.result)
        marks = f"**{item.verdict}**{code}{f', {age}' if age else ''}"
        rows = [f"- {_where(item)} · {marks} · {_entry(item)}", _prose(item.reason)]
        if item.result.judgement.suggestion is not None:
            rows.append("**Fix:** " + _fix(item.result.judgement.suggestion))
        return _BREAK.join(filter(None, [*rows, _also(item.places[1:])]))

    def _unverified(self) -> None:
        items = [item for item in self._items if item.verdict is Verdict.UNVERIFIED]
        groups = unknowns(items)
        tried = [_unknown(group) for group in groups if not group.not_checked]
        self._doc.section("Could not be verified", tried)
        self._doc.section("Not checked", [("", [_not_checked(group) for group in groups if group.not_checked])])

    def _about(self) -> None:
        run = self._run
        remarks = [f"- {_place(n.path, n.line)}: {_prose(n.message)}" for n in notices(run)]
        self._doc.section(
            "Notes on the inputs", [("", [f"- not read: {_prose(t)}" for t in unreadable(run)] + remarks)]
        )
        crashes = [f"- In {md_code(cut(one_line(f.where), 100))}: {_prose(f.message)}" for f in failures(run)]
        self._doc.section("Failures of linkwarden itself", [("", crashes)])
        self._doc.section("Hints", [("", [f"- {_prose(hint)}" for hint in hints(run)])])

    def _reading(self) -> None:
        rules = {item.result.judgement.rule for item in self._items if item.verdict not in SETTLED}
        ordered = sorted((rule for rule in rules if rule is not None), key=lambda rule: rule.code)
        self._doc.section("What the codes mean", [("", [_rule(rule) for rule in ordered])])
        words = [f"- **{verdict}**: a reader {WORDS[verdict].reader}" for verdict, _ in tally(self._run)]
        self._doc.section("How to read this", [("", words)])
        command = "linkwarden check " + " ".join(_argument(name) for name in self._run.inputs[:_NAMED_INPUTS])
        self._doc.end(f"Made with {md_code(cut(command.strip(), _LONGEST_COMMAND))}.")


def _argument(name: str) -> str:
    return shlex.quote(shown_address(name, _LONGEST_ADDRESS))


def _list_section(item: Placed, *, several: bool) -> str:
    section = md_text(cut(one_line(item.section), _LONGEST_HEADING))
    return f"{_place(item.places[0].span.path)}: {section}" if several and item.places else section


def _soon(item: Placed) -> str:
    rows = [f"- **{_ends(item) or 'soon'}** · {_where(item)} · {_entry(item)}", _prose(item.reason)]
    return _BREAK.join(filter(None, [*rows, _also(item.places[1:])]))


def _repair(item: Placed) -> str:
    suggestion = item.result.judgement.suggestion
    first = f"- {_where(item)} · {_entry(item)}"
    if suggestion is not None:
        first += f" → {_fix(suggestion)}"
    reason = "" if item.verdict is Verdict.MOVED and suggestion is not None else _prose(item.reason)
    return _BREAK.join(filter(None, [first, reason, _also(item.places[1:])]))


def _fix(suggestion: Suggestion) -> str:
    link = md_link(suggestion.url, "open")
    shown = md_code(shown_address(suggestion.url, _LONGEST_ADDRESS)) + (f" ({link})" if link else "")
    why = [_prose(suggestion.why), "safe to replace" if suggestion.safe else ""]
    return ", ".join(filter(None, [shown, *why]))


def _fixed(fixed: Fixed) -> str:
    return f"- {md_code(shown_address(fixed.url, _LONGEST_ADDRESS))} ({fixed.code}): {how_fixed(fixed)}"


def _unknown(group: Unknown) -> tuple[str, list[str]]:
    """Return the heading of a group of links that could not be verified, and its items."""
    code = f" ({group.rule.code})" if group.rule is not None else ""
    items: list[str] = []
    for item in group.items:
        own = group.own_reason(item)
        items.append(_BREAK.join(filter(None, [f"- {_where(item)} · {_entry(item)}", _prose(own) if own else ""])))
    return f"{len(group.items):,}{code}: {_prose(group.reason)}", items


def _not_checked(group: Unknown) -> str:
    hosts = [f"{md_code(visible(host)) if host else 'no host'} {count:,}" for host, count in group.hosts[:_NAMED_HOSTS]]
    if len(group.hosts) > _NAMED_HOSTS:
        hosts.append(f"{len(group.hosts) - _NAMED_HOSTS:,} more hosts")
    return f"- **{len(group.items):,}**: {_prose(group.reason)}{_BREAK}{', '.join(hosts)}"


def _rule(rule: Rule) -> str:
    return f"- **{rule.code} {rule.slug}**: {_prose(sentence(rule.summary))} {_prose(rule.remedy)}".strip()


def _ends(item: Placed) -> str:
    moment = item.result.judgement.expires_at
    return instant(moment) if moment is not None else ""


def _where(item: Placed) -> str:
    return _place(item.places[0].span.path, item.places[0].span.line) if item.places else "elsewhere"


def _place(path: str, *line: int) -> str:
    return md_code(shown_place(path, *line))


def _also(others: Sequence[Occurrence]) -> str:
    if not others:
        return ""
    more = f" and {len(others) - _NAMED_PLACES:,} more places" if len(others) > _NAMED_PLACES else ""
    return "Also at " + ", ".join(_unique(others[:_NAMED_PLACES])) + more + "."


def _unique(places: Iterable[Occurrence]) -> Iterable[str]:
    return dict.fromkeys(_place(place.span.path, place.span.line) for place in places)


def _entry(item: Placed) -> str:
    """Return what the list calls a link, and its URL."""
    called = f"“{md_text(cut(one_line(item.text), _LONGEST_TEXT))}” " if item.text else ""
    return called + _address(item)


def _address(item: Placed) -> str:
    # What tells one signed URL from another stands in front of the signature.
    longest = _LONGEST_ADDRESS if item.result.judgement.expires_at is None else _LONGEST_SIGNED
    return md_code(shown_address(item.result.target.url, longest))


def _prose(text: str) -> str:
    return md_text(cut(one_line(text), _LONGEST_PROSE))


#: GitHub takes 65,536 characters for the text of an issue.
ISSUE_BUDGET = 60_000


class IssueReport(Report):
    """The health report with a mark in front by which the next run finds the issue and knows what it says."""

    name: ClassVar[str] = "issue"
    suffix: ClassVar[str] = "issue.md"

    def render(self, run: Run, options: ReportOptions) -> str:
        """Return the mark and the report, at most 60,000 bytes of UTF-8."""
        del options
        mark = f"{REPORT_MARK} sha256={fingerprint(run)} -->\n"
        # The text stands for as long as the findings do: what is said of the run before would soon be untrue.
        return mark + health(replace(run, past=(), fixed=()), ISSUE_BUDGET - len(mark))


def fingerprint(run: Run) -> str:
    """Return a hash of what is wrong: verdict, rule, URL and files of every finding, and nothing that passes.

    Times, line numbers and the number of requests are not in it, so that a night that found the same leaves the
    issue alone. URLs that could not be verified are not in it either: they change from night to night.
    """
    findings = sorted(
        [
            str(result.judgement.verdict),
            result.judgement.rule.code if result.judgement.rule else "",
            mask_secrets(result.target.url),
            sorted({place.span.path for place in result.target.occurrences}),
        ]
        for result in run.results
        if is_finding(run, result.judgement.verdict)
    )
    return hashlib.sha256(json.dumps(findings).encode()).hexdigest()
