"""The health report for GitHub: Markdown that says what readers no longer get, what to do, and what is unknown."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar

from linkwarden._version import __version__
from linkwarden.model import SETTLED, Fixed, Occurrence, Rule, Run, Suggestion, Verdict
from linkwarden.report._base import Report, ReportOptions
from linkwarden.report._document import Document
from linkwarden.report._order import (
    Placed,
    Unknown,
    clusters,
    fails,
    failures,
    heading_of_image,
    hints,
    is_finding,
    line_page,
    lists,
    notices,
    rule_and_host,
    unknowns,
    unreadable,
    whole_url,
    worth_telling,
)
from linkwarden.report._words import (
    REPORT_MARK,
    TITLE,
    WORDS,
    accepted_note,
    changes,
    compared_note,
    conclusion,
    counted,
    headline,
    how_fixed,
    instant,
    is_accepted,
    offered,
    plural,
    seconds,
    sentence,
    since,
    tally,
    unverified_note,
)
from linkwarden.sinks import cut, md_code, md_link, md_page, md_text, one_line, shown_address, shown_place, visible
from linkwarden.text import mask_secrets

#: GitHub takes 1 MiB for a job summary and uploads nothing of a larger one; this leaves room for what others add.
BUDGET = 900 * 1024
_LONGEST_ADDRESS = 300
_LONGEST_SIGNED = 160
_LONGEST_PROSE = 600
_LONGEST_HEADING = 120
_LONGEST_TEXT = 80
_LONGEST_COMMAND = 1_000
#: So many links that could not be verified for one reason have an item each; others stand together.
_FEW = 3
_IN_A_ROW = 10
#: From so many lost links of one rule on one host on, the issue tells them together.
_ALIKE = 3
_NAMED_INPUTS = 10
_NAMED_HOSTS = 5
_NAMED_PLACES = 10
#: The heading of what is lost.
LOST = "What readers no longer get"
_BREAK = "\\\n  "  # a line break within a list item


class MarkdownReport(Report):
    """GitHub Flavored Markdown without HTML, images, mentions or references; secrets are always masked."""

    name: ClassVar[str] = "markdown"
    suffix: ClassVar[str] = ".md"

    def render(self, run: Run, options: ReportOptions) -> str:
        """Return the report, at most 900 KiB of UTF-8; what has no room is counted in its place."""
        del options  # a file says the same however talkative the terminal is
        return _Health(run, Document(BUDGET, "What does not fit here is in the JSON report.")).render()


class _Health:
    def __init__(self, run: Run, document: Document) -> None:
        self._run = run
        self._doc = document
        self._items = worth_telling(run)

    def render(self) -> str:
        self._head()
        self._losses()
        self._simple("Worth checking", (Verdict.SUSPECT,), self._finding)
        self._simple("Suggested fixes", (Verdict.MOVED, Verdict.DEGRADED), self._repair)
        self._doc.section("Fixed since the last run", [("", [_fixed(fixed) for fixed in self._run.fixed])])
        self._unverified()
        accepted = [
            f"- {self._where(i)} · {_address(i)}{_BREAK}{_prose(i.reason)}"
            for i in self._items
            if is_accepted(i.result)
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
        rows = [f"| {count.name} | {count.number:,} |" for count in counted(run)]
        total = f"| **URLs in total** | **{len(run.results):,}** |"
        doc.add("\n".join(["| Verdict | URLs |", "|---|---:|", *rows, total]))

    def _losses(self) -> None:
        """Add what is lost, and what will be."""
        self._lost()
        self._soon()

    def _lost(self) -> None:
        """Add what is lost, under the headings of the list."""
        items = self._all_lost()
        several = len({item.places[0].span.path for item in items if item.places}) > 1
        blocks: list[tuple[str, list[str]]] = []
        for item in items:
            title = _list_section(item, several=several)
            if not blocks or blocks[-1][0] != title:
                blocks.append((title, []))
            blocks[-1][1].append(self._finding(item))
        self._doc.section(LOST, blocks)

    def _all_lost(self) -> list[Placed]:
        return [i for i in self._items if fails(self._run, i.verdict) and i.verdict is not Verdict.UNVERIFIED]

    def _soon(self) -> None:
        items = self._of(Verdict.EXPIRING)
        items.sort(key=lambda i: (_ends(i) == "", _ends(i)))
        self._doc.section("Expiring soon", [("", [self._expiring(item) for item in items])], first=True)

    def _simple(self, title: str, verdicts: tuple[Verdict, ...], write: Callable[[Placed], str]) -> None:
        self._doc.section(title, [("", [write(item) for item in self._of(*verdicts)])])

    def _finding(self, item: Placed) -> str:
        rule = item.result.judgement.rule
        code = f" ({rule.code})" if rule is not None else ""
        age = since(self._run, item.result)
        marks = f"**{item.verdict}**{code}{f', {age}' if age else ''}"
        rows = [f"- {self._where(item)} · {marks} · {_entry(item)}", _prose(item.reason)]
        if item.result.judgement.suggestion is not None:
            fix = item.result.judgement.suggestion
            rows.append(f"**{offered(fix).capitalize()}:** {_fix(fix)}")
        return _BREAK.join(filter(None, [*rows, self._also(item.places[1:])]))

    def _expiring(self, item: Placed) -> str:
        rows = [f"- **{_ends(item) or 'soon'}** · {self._where(item)} · {_entry(item)}", _prose(item.reason)]
        return _BREAK.join(filter(None, [*rows, self._also(item.places[1:])]))

    def _repair(self, item: Placed) -> str:
        suggestion = item.result.judgement.suggestion
        first = f"- {self._where(item)} · {_entry(item)}"
        if suggestion is not None:
            first += f" → {_fix(suggestion)}"
        reason = "" if item.verdict is Verdict.MOVED and suggestion is not None else _prose(item.reason)
        return _BREAK.join(filter(None, [first, reason, self._also(item.places[1:])]))

    def _unverified(self) -> None:
        items = [item for item in self._items if item.verdict is Verdict.UNVERIFIED]
        groups = unknowns(items)
        tried = [self._unknown(group) for group in groups if not group.not_checked]
        self._doc.section("Could not be verified", tried)
        self._doc.section("Not checked", [("", [_not_checked(group) for group in groups if group.not_checked])])

    def _unknown(self, group: Unknown) -> tuple[str, list[str]]:
        """Return the heading of links that could not be verified for one reason, and its items.

        Few have an item each, as has what is known to expire; of many, hosts and lines stand together.
        """
        code = f" ({group.rule.code})" if group.rule is not None else ""
        every = len(group.items) <= _FEW
        items: list[str] = []
        for item in group.items:
            if every or item.remark:
                own = _prose(group.own_reason(item)) if group.own_reason(item) else ""
                items.append(_BREAK.join(filter(None, [f"- {self._where(item)} · {_entry(item)}", own])))
        rest = [self._host_and_line(item) for item in group.items if not every and not item.remark]
        items += [f"- {', '.join(rest[n : n + _IN_A_ROW])}" for n in range(0, len(rest), _IN_A_ROW)]
        return f"{len(group.items):,}{code}: {_prose(group.reason)}", items

    def _host_and_line(self, item: Placed) -> str:
        """Return the host, linked to the page, and the line where it stands, linked to the line."""
        host = md_code(cut(visible(item.host), _LONGEST_HEADING)) if item.host else _address(item)
        target = md_link(item.result.target.url, host) or host
        several = len(self._run.inputs) > 1
        place = item.places[0] if item.places else None
        if place is None:
            return target
        shown = shown_place(place.span.path, place.span.line) if several else str(place.span.line)
        return f"{target} {md_page(line_page(self._run, place), shown)}"

    # --- places ---------------------------------------------------------------------------------------------

    def _where(self, item: Placed) -> str:
        return self._line(item.places[0]) if item.places else "elsewhere"

    def _line(self, place: Occurrence) -> str:
        """Return where a link stands, linked to its line on the web where that is known."""
        return md_page(line_page(self._run, place), shown_place(place.span.path, place.span.line))

    def _also(self, others: Sequence[Occurrence]) -> str:
        if not others:
            return ""
        more = f" and {len(others) - _NAMED_PLACES:,} more places" if len(others) > _NAMED_PLACES else ""
        return "Also at " + ", ".join(dict.fromkeys(map(self._line, others[:_NAMED_PLACES]))) + more + "."

    # --- the end --------------------------------------------------------------------------------------------

    def _about(self) -> None:
        run = self._run
        head = ["| list | links | broken | expiring | unverified |", "|---|---:|---:|---:|---:|"]
        rows = [
            f"| {_cell(one.name)} | {one.links:,} | {one.broken:,} | {one.expiring:,} | {one.unverified:,} |"
            for one in lists(run)
        ]
        self._doc.section("Lists", [("", [*head, *rows] if rows else [])])
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


def _fix(suggestion: Suggestion) -> str:
    link = md_link(suggestion.url, "open")
    shown = md_code(shown_address(suggestion.url, _LONGEST_ADDRESS)) + (f" ({link})" if link else "")
    why = [_prose(suggestion.why), "safe to replace" if suggestion.safe else ""]
    return ", ".join(filter(None, [shown, *why]))


def _fixed(fixed: Fixed) -> str:
    return f"- {md_code(shown_address(fixed.url, _LONGEST_ADDRESS))} ({fixed.code}): {how_fixed(fixed)}"


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


def _place(path: str, *line: int) -> str:
    return md_code(shown_place(path, *line))


def _cell(name: str) -> str:
    """Return a name for a table, where a bar ends the cell even within code (GFM, section 4.10)."""
    return _place(name).replace("|", "\\|")


def _entry(item: Placed) -> str:
    """Return what the list calls a link, and its URL, to copy and to open."""
    called = f"“{md_text(cut(one_line(item.called), _LONGEST_TEXT))}” " if item.called else ""
    link = md_link(item.result.target.address or item.result.target.url, "open")
    return called + _address(item) + (f" ({link})" if link else "")


def _address(item: Placed) -> str:
    # What tells one signed URL from another stands in front of the signature.
    longest = _LONGEST_ADDRESS if item.result.judgement.expires_at is None else _LONGEST_SIGNED
    return md_code(whole_url(item, longest))


def _prose(text: str) -> str:
    return md_text(cut(one_line(text), _LONGEST_PROSE))


#: GitHub takes 65,536 characters for the text of an issue.
ISSUE_BUDGET = 60_000
#: The artifact that the nightly workflow keeps (``cli/templates/nightly.yml``).
ARTIFACT = "linkwarden-report"


class IssueReport(Report):
    """The health report with a mark in front by which the next run finds the issue and knows what it says."""

    name: ClassVar[str] = "issue"
    suffix: ClassVar[str] = "issue.md"

    def render(self, run: Run, options: ReportOptions) -> str:
        """Return the mark and the report, at most 60,000 bytes of UTF-8."""
        del options
        mark = f"{REPORT_MARK} sha256={fingerprint(run)} -->\n"
        elsewhere = f"What does not fit here is in the artifact `{ARTIFACT}` of the workflow run."
        # The text stands for as long as the findings do: what is said of the run before would soon be untrue.
        return mark + _Issue(replace(run, past=(), fixed=()), Document(ISSUE_BUDGET - len(mark), elsewhere)).render()


class _Issue(_Health):
    """The soonest loss first; and what is lost by host and rule, which is how somebody works through it."""

    def _losses(self) -> None:
        self._soon()
        self._lost()

    def _lost(self) -> None:
        groups = clusters(self._all_lost(), rule_and_host, _ALIKE)
        single = [self._finding(group[0]) for group in groups if len(group) == 1]
        alike = sorted((group for group in groups if len(group) > 1), key=len, reverse=True)
        self._doc.section(LOST, [("", single), *map(self._group, alike)])

    def _group(self, group: Sequence[Placed]) -> tuple[str, list[str]]:
        """Return the heading of findings of one rule on one host, and its items: what they share is said once."""
        first = group[0]
        rule = first.result.judgement.rule
        code = f" ({rule.code})" if rule is not None else ""
        host = md_code(cut(visible(first.host), _LONGEST_HEADING))
        usual, times = Counter(item.reason for item in group).most_common(1)[0]
        reason = _prose(usual if times > 1 else sentence(rule.summary if rule is not None else ""))
        title = f"{len(group):,} on {host} · {first.verdict}{code}: {reason}"
        return title, [self._member(item, alone=times > 1 and item.reason != usual) for item in group]

    def _member(self, item: Placed, *, alone: bool) -> str:
        heading = heading_of_image(item)
        below = f"below “{md_text(cut(one_line(heading), _LONGEST_TEXT))}”" if heading else ""
        marks = filter(None, [_ends(item), since(self._run, item.result), below])
        fix = item.result.judgement.suggestion
        rows = [" · ".join([f"- {self._where(item)}", *marks, _entry(item)]) + (f" → {_fix(fix)}" if fix else "")]
        return _BREAK.join(filter(None, [*rows, _prose(item.reason) if alone else "", self._also(item.places[1:])]))


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
