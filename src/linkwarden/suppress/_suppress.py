"""What was found in a run, laid beside what is accepted.

The links concerned are checked like all others, so that linkwarden can say when a suppression is no longer needed.
"""

from __future__ import annotations

import heapq
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import ClassVar, NamedTuple

from linkwarden import rules
from linkwarden.config import Ignore, RuleNames, UrlPattern, nearest_rule
from linkwarden.model import Judgement, Notice, Occurrence, Result, Results, Rule, Run, Suppression, Target, Verdict
from linkwarden.records import dataclass
from linkwarden.suppress.baseline import Baseline, known_as

_EVERY_RULE = ""


class Question(NamedTuple):
    """Whether a finding is covered where it stands.

    Attributes:
        path: the document.
        line: from 1.
        code: of the rule that was found.
        about: comes back with the answer; which result, and which of its places.
    """

    path: str
    line: int
    code: str
    about: tuple[int, int]


class Coverage:
    """Tells what covers a line; of several comments the one that begins last, which is the innermost."""

    def __init__(self, comments: Sequence[Suppression]) -> None:
        self._comments: dict[str, list[Suppression]] = defaultdict(list)
        for comment in sorted(comments, key=lambda c: c.first):
            self._comments[comment.path].append(comment)

    def answer(self, questions: Iterable[Question]) -> Mapping[tuple[int, int], Suppression]:
        """Return the comment for each question whose line is covered, in the order of the questions' subjects."""
        by_path: dict[str, list[Question]] = defaultdict(list)
        for question in questions:
            if question.path in self._comments:
                by_path[question.path].append(question)
        covers: dict[tuple[int, int], Suppression] = {}
        for path, asked in by_path.items():
            for about, comment in _sweep(self._comments[path], sorted(asked, key=lambda q: q.line)):
                covers.setdefault(about, comment)
        return dict(sorted(covers.items(), key=lambda pair: pair[0]))


def _sweep(
    comments: Sequence[Suppression], questions: Sequence[Question]
) -> Iterable[tuple[tuple[int, int], Suppression]]:
    """Go down a document once. What begins last lies on top of its heap, and is dropped for good where it ends."""
    heaps: dict[str, list[tuple[int, int]]] = defaultdict(list)
    begun = 0
    for question in questions:
        while begun < len(comments) and comments[begun].first <= question.line:
            for code in comments[begun].codes or (_EVERY_RULE,):
                heapq.heappush(heaps[code], (-comments[begun].first, -begun))
            begun += 1
        tops: list[tuple[int, int]] = []
        for code in (question.code, _EVERY_RULE):
            heap = heaps.get(code, [])
            while heap and comments[-heap[0][1]].last < question.line:
                heapq.heappop(heap)
            tops += heap[:1]
        if tops:
            yield question.about, comments[-min(tops)[1]]


class Lines:
    """On which lines there is something that a comment could be about."""

    #: In place of a code: what any comment may be about.
    ANY_RULE: ClassVar[str] = ""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._all: dict[str, list[int]] = defaultdict(list)
        self._sorted = False

    def add(self, path: str, code: str, line: int) -> None:
        """Note that something with this code stands on a line."""
        self._lines[path, code].append(line)
        self._all[path].append(line)

    def has(self, comment: Suppression) -> bool:
        """Return whether a comment covers any of the lines. All of them have to be added before."""
        if not self._sorted:
            for lines in (*self._lines.values(), *self._all.values()):
                lines.sort()
            self._sorted = True
        if not comment.codes:
            return _between(self._all.get(comment.path, ()), comment)
        codes = (*comment.codes, self.ANY_RULE)
        return any(_between(self._lines.get((comment.path, code), ()), comment) for code in codes)


def _between(lines: Sequence[int], comment: Suppression) -> bool:
    at = bisect_left(lines, comment.first)
    return at < len(lines) and lines[at] <= comment.last


#: So many different words are looked up; a list with more slips than that is an attack on our time.
_MOST_LOOKUPS = 100
_LONGEST_WORD = 40
_LONGEST_NAMES = 200
_CODE_LIKE = re.compile(r"lw\w*|\d{3}", re.IGNORECASE)
_PARTS = re.compile(r"[\s,;]+")


def rule_names(found: Iterable[Rule] = ()) -> dict[str, str]:
    """Return the code of every rule by its code and by its slug, both in lower case.

    Args:
        found: rules beside those that linkwarden knows.
    """
    every = [*rules.rule_names().items(), *((rule.code, rule.slug) for rule in found)]
    return {name: code for code, slug in every for name in (code.lower(), slug)}


def named(comments: Sequence[Suppression], found: Iterable[Rule]) -> tuple[list[Suppression], list[Notice]]:
    """Return the comments with the codes of the rules that they name, and notices on names that are none.

    A word with a hyphen that is like no rule's name begins the reason. A comment that names only rules that do not
    exist is about none, rather than about all.
    """
    if not comments:
        return [], []
    reader = _Reader(rule_names(found))
    read = [kept for comment in comments if (kept := reader.read(comment)) is not None]
    return read, reader.notices


class _Reader:
    def __init__(self, names: RuleNames) -> None:
        self._names = names
        self._nearest: dict[str, str] = {}
        self.notices: list[Notice] = []

    def read(self, comment: Suppression) -> Suppression | None:
        codes: dict[str, None] = {}
        slips = False
        reason = comment.reason
        for at, word in enumerate(comment.codes):
            if word.lower() in self._names:
                codes[self._names[word.lower()]] = None
                continue
            near = self._near(word)
            if not near and not _CODE_LIKE.fullmatch(word):
                reason = " ".join((*comment.codes[at:], reason)).rstrip()
                break
            slips = True
            meant = f" Did you mean {near}?" if near else " `linkwarden explain` knows them all."
            self.notices.append(Notice(comment.path, comment.line, f"{word!r} in this comment is no rule.{meant}"))
        # A rule's name of one word ("gone") is one only where nothing but such names follow.
        parts = [part for part in _PARTS.split(reason.lower()) if part] if len(reason) <= _LONGEST_NAMES else []
        if parts and all(part in self._names for part in parts):
            codes.update(dict.fromkeys(self._names[part] for part in parts))
            reason = ""
        if slips and not codes:
            return None
        return replace(comment, codes=tuple(codes), reason=reason)

    def _near(self, word: str) -> str:
        if len(word) > _LONGEST_WORD:
            return ""
        if word not in self._nearest:
            if len(self._nearest) >= _MOST_LOOKUPS:
                return "" if _CODE_LIKE.fullmatch(word) else "another"
            self._nearest[word] = nearest_rule(word, self._names)
        return self._nearest[word]


#: These say nothing about the link, so nobody can have accepted it.
_SAYS_NOTHING = frozenset(
    rule.code for rule in (rules.INTERNAL_ERROR, rules.OFFLINE, rules.OUT_OF_TIME, rules.NETWORK_DOWN)
)
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Accepted:
    """Everything that says not to report a finding.

    Attributes:
        comments: in the lists.
        entries: ``[[ignore]]`` of the configuration.
        baseline: findings known before, or None.
    """

    comments: Sequence[Suppression] = ()
    entries: Sequence[Ignore] = ()
    baseline: Baseline | None = None


def suppress_accepted(run: Run, accepted: Accepted, today: date, *, complete: bool) -> Run:
    """Return the run with accepted findings as ``ignored``, and notices on what accepts nothing any more.

    Args:
        run: finished, with its real verdicts.
        accepted: what not to report.
        today: the day that counts as the present (UTC).
        complete: every link of the inputs was looked at, so that what suppressed nothing is unused.
    """
    if not (accepted.comments or accepted.entries or accepted.baseline):
        return run
    found_rules = {r.judgement.rule for r in run.results if r.judgement.rule is not None}
    comments, notices = named(accepted.comments, found_rules)
    inspection = _Inspection(run.results, comments, accepted, today)
    notices += inspection.expired()
    if complete:
        notices += inspection.unused()
    return replace(run, results=inspection.results(), notices=(*run.notices, *notices))


class _Inspection:
    """What was found in one run, laid beside what is accepted."""

    def __init__(
        self, results: Sequence[Result], comments: Sequence[Suppression], accepted: Accepted, today: date
    ) -> None:
        self._results = results
        self._comments = comments
        self._baseline = accepted.baseline
        entries = [(entry, UrlPattern(entry.url)) for entry in accepted.entries]
        self._live = [pair for pair in entries if pair[0].until is None or today <= pair[0].until]
        self._past = [entry for entry, _ in entries if entry.until is not None and entry.until < today]
        self._findings = {at: rule for at, result in enumerate(results) if (rule := _finding(result)) is not None}
        self._entries_of = {
            at: [
                entry
                for entry, pattern in self._live
                if _accepts(entry.codes, rule) and _is_about(pattern, results[at])
            ]
            for at, rule in self._findings.items()
        }

    # --- verdicts -------------------------------------------------------------------------------------------

    def results(self) -> Sequence[Result]:
        """Return the results with what is accepted taken out."""
        questions = [
            Question(path, line, rule.code, (at, place))
            for at, rule in self._findings.items()
            for place, occurrence in enumerate(self._results[at].target.occurrences)
            for path, line in _lines_of(occurrence)
        ]
        covers = Coverage(self._comments).answer(questions)
        by_result: dict[int, dict[int, Suppression]] = {}
        for (at, place), comment in covers.items():
            by_result.setdefault(at, {})[place] = comment
        judged = {at: self._judged(at, self._results[at], by_result.get(at, {})) for at in self._findings}
        if isinstance(self._results, Results):
            return self._results.but(judged)
        return tuple(judged.get(at, result) for at, result in enumerate(self._results))

    def _judged(self, at: int, result: Result, covers: Mapping[int, Suppression]) -> Result:
        found = self._findings[at]
        places = result.target.occurrences
        if covers and len(covers) == len(places):
            return _ignored(result, rules.IGNORED_BY_COMMENT, found, _by_comments(list(covers.values())))
        if self._entries_of[at]:
            return _ignored(result, rules.IGNORED_BY_CONFIGURATION, found, _by_entry(self._entries_of[at][0]))
        line = self._known_at(found, result.target)
        if self._baseline is not None and line:
            return _ignored(result, rules.IN_BASELINE, found, f"{self._baseline.path}:{line}")
        if not covers:
            return result
        left = tuple(place for number, place in enumerate(places) if number not in covers)
        suppressed = tuple(place for number, place in enumerate(places) if number in covers)
        return replace(result, target=replace(result.target, occurrences=left), suppressed=suppressed)

    def _known_at(self, found: Rule, target: Target) -> int:
        """Return the line of the baseline on which a finding stands, or 0."""
        return 0 if self._baseline is None else self._baseline.known.get(known_as(found.code, target), 0)

    # --- remarks --------------------------------------------------------------------------------------------

    def expired(self) -> Iterator[Notice]:
        """Return notices on entries of the configuration that have expired."""
        for entry in self._past:
            yield _at(
                entry.place,
                f"This [[ignore]] for {entry.url!r} was valid until {entry.until}; what it accepted is reported again. "
                "Set a later date, or remove it.",
            )

    def unused(self) -> Iterator[Notice]:
        """Return notices on what accepts nothing any more; unverified links may still need it."""
        unknown = [at for at, result in enumerate(self._results) if _is_unknown(result)]
        yield from self._unused_comments(unknown)
        used = {id(entry) for entries in self._entries_of.values() for entry in entries}
        for entry, pattern in self._live:
            if id(entry) not in used and not any(_is_about(pattern, self._results[at]) for at in unknown):
                what = f"nothing that it accepts{_of(entry.codes)} was found"
                yield _at(entry.place, f"This [[ignore]] for {entry.url!r} is no longer needed: {what}. Remove it.")
        yield from self._stale(unknown)

    def _unused_comments(self, unknown: Sequence[int]) -> Iterator[Notice]:
        lines = Lines()
        for at, rule in self._findings.items():
            for occurrence in self._results[at].target.occurrences:
                for path, line in _lines_of(occurrence):
                    lines.add(path, rule.code, line)
        for at in unknown:
            for occurrence in self._results[at].target.occurrences:
                for path, line in _lines_of(occurrence):
                    lines.add(path, Lines.ANY_RULE, line)
        for comment in self._comments:
            if not comment.by_program and not lines.has(comment):
                where = f"on line {comment.first}"
                if comment.last > comment.first:
                    where = f"on lines {comment.first} to {comment.last}"
                what = f"nothing that it accepts{_of(comment.codes)} was found {where}"
                yield Notice(comment.path, comment.line, f"This comment is no longer needed: {what}. Remove it.")

    def _stale(self, unknown: Sequence[int]) -> Iterator[Notice]:
        if self._baseline is None:
            return
        found = {known_as(rule.code, self._results[at].target) for at, rule in self._findings.items()}
        open_questions = {known_as("", self._results[at].target) for at in unknown}
        stale = [
            (line, known)
            for known, line in self._baseline.known.items()
            if known not in found and known._replace(code="") not in open_questions
        ]
        if not stale:
            return
        stale.sort()
        shown = [f"{known.code} {known.url}" for _, known in stale[:_SHOWN]]
        more = f" and {len(stale) - _SHOWN:,} more" if len(stale) > _SHOWN else ""
        count = "1 finding" if len(stale) == 1 else f"{len(stale):,} findings"
        yield Notice(
            str(self._baseline.path),
            stale[0][0],
            f"{count} in this baseline {'is' if len(stale) == 1 else 'are'} no longer found: {', '.join(shown)}{more}. "
            "Update it with --write-baseline.",
        )


def _finding(result: Result) -> Rule | None:
    """Return the rule of a result that can be accepted. What could not be verified can: a site may never let us in."""
    rule = result.judgement.rule
    if rule is None or result.judgement.verdict in (Verdict.OK, Verdict.IGNORED) or rule.code in _SAYS_NOTHING:
        return None
    return rule


def _is_unknown(result: Result) -> bool:
    """Return whether a link may have a finding that this run did not see."""
    rule = result.judgement.rule
    return result.judgement.verdict is Verdict.UNVERIFIED or rule == rules.EXCLUDED


def _accepts(codes: Sequence[str], rule: Rule) -> bool:
    return not codes or rule.code in codes


def _is_about(pattern: UrlPattern, result: Result) -> bool:
    target = result.target
    return any(map(pattern.search, dict.fromkeys((target.address or target.url, target.url))))


def _lines_of(occurrence: Occurrence) -> set[tuple[str, int]]:
    """Return the lines on which a link can be suppressed: that of its URL, and of a link by reference its use."""
    return {(span.path, span.line) for span in (occurrence.span, occurrence.used) if span is not None}


def _ignored(result: Result, rule: Rule, found: Rule, by: str) -> Result:
    reason = f"{found.code} {found.slug}, accepted in {by}"
    judgement = Judgement(Verdict.IGNORED, rule, reason, expires_at=result.judgement.expires_at, accepted=found)
    return replace(result, judgement=judgement)


def _by_comments(comments: Sequence[Suppression]) -> str:
    places = list(dict.fromkeys(f"{comment.path}:{comment.line}" for comment in comments))
    others = len(places) - 1
    more = f" and {others:,} other place{'s' if others > 1 else ''}" if others else ""
    return _with_reason(places[0] + more, comments[0].reason)


def _by_entry(entry: Ignore) -> str:
    until = f" until {entry.until}" if entry.until else ""
    return _with_reason(f"{entry.place}{until}", entry.reason)


def _with_reason(place: str, reason: str) -> str:
    return f"{place}: {reason}" if reason else place


def _of(codes: Sequence[str]) -> str:
    return f" ({', '.join(codes)})" if codes else ""


def _at(place: str, message: str) -> Notice:
    path, _, line = place.rpartition(":")
    return Notice(path, int(line), message) if path and line.isdecimal() else Notice(place, 1, message)
