"""Results as JUnit XML, which Jenkins, GitLab, Azure and most other build servers show as tests.

There is no standard; this is what the schema of Jenkins' xUnit plugin and GitLab's "Unit test reports" have in common.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from typing import ClassVar

from linkwarden.model import Occurrence, Run, Verdict
from linkwarden.records import dataclass
from linkwarden.report._base import Report, ReportOptions
from linkwarden.report._order import Placed, each_placed, instead, troubles
from linkwarden.report._words import iso, since
from linkwarden.sinks import log, mask_text, one_line, shown_address, xml_attribute, xml_text

_LONGEST_ADDRESS = 1_000
_NOT_LOOKED_AT = frozenset({Verdict.UNVERIFIED, Verdict.IGNORED})


class JunitReport(Report):
    """One suite for each input, one test for each URL in it.

    What makes the run fail is a failure; what could not be verified, or was not to be looked at, is skipped with the
    reason; everything else passes, with a remark where there is one. That linkwarden could not do its work is an
    error in a suite of its own.
    """

    name: ClassVar[str] = "junit"
    suffix: ClassVar[str] = ".xml"

    def render(self, run: Run, options: ReportOptions) -> str:
        """Return the document, one element a line. Secrets are always masked."""
        return "".join(self.pieces(run, options))

    def pieces(self, run: Run, options: ReportOptions) -> Iterator[str]:
        del options
        suites = _suites(run)
        total = Counter(case.outcome for suite in suites for case in suite.cases)
        head = _tag("testsuites", name="linkwarden", **_counts(total), time=f"{run.duration_s:.3f}")
        yield f'<?xml version="1.0" encoding="UTF-8"?>\n<{head}>\n'
        for suite in suites:
            yield from (f"{line}\n" for line in suite.lines(iso(run.started).removesuffix("Z")))
        yield "</testsuites>\n"


@dataclass(frozen=True, slots=True)
class _Case:
    """One test: ``outcome`` is ``failure``, ``skipped``, ``error`` or "" where it passed."""

    file: str
    name: str
    line: int | None
    outcome: str
    kind: str
    message: str
    details: Sequence[str]

    def lines(self) -> Iterator[str]:
        place = {} if self.line is None else {"file": self.file, "line": str(self.line)}
        head = _tag("testcase", classname=self.file, name=self.name, time="0", **place)
        if not self.outcome and not self.details:
            yield f"  <{head}/>"
            return
        yield f"  <{head}>"
        if not self.outcome:
            yield f"   <system-out>{_text(self.details)}</system-out>"
        elif self.outcome == "skipped":
            yield f"   <{_tag('skipped', message=self.message)}/>"
        else:
            tag = _tag(self.outcome, type=self.kind, message=self.message)
            yield f"   <{tag}>{_text(self.details)}</{self.outcome}>"
        yield "  </testcase>"


@dataclass(slots=True)
class _Suite:
    name: str
    cases: list[_Case] = field(default_factory=list)

    def lines(self, timestamp: str) -> Iterator[str]:
        counts = _counts(Counter(case.outcome for case in self.cases))
        yield f" <{_tag('testsuite', name=self.name, **counts, time='0', timestamp=timestamp)}>"
        for case in self.cases:
            yield from case.lines()
        yield " </testsuite>"


def _suites(run: Run) -> list[_Suite]:
    suites = {name: _Suite(_shown(name)) for name in run.inputs}
    names: Counter[tuple[str, str]] = Counter()
    for item in each_placed(run):
        for path, places in _by_file(item).items():
            suite = suites.setdefault(path, _Suite(_shown(path)))
            suite.cases.append(_case(run, item, path, places, names))
    ours = list(_troubles(run))
    return [*suites.values(), _Suite("linkwarden", ours)] if ours else list(suites.values())


def _by_file(item: Placed) -> dict[str, list[Occurrence]]:
    files: dict[str, list[Occurrence]] = {}
    for place in item.places:
        files.setdefault(place.span.path, []).append(place)
    return files or {item.result.target.path: []}


def _case(run: Run, item: Placed, path: str, places: Sequence[Occurrence], names: Counter[tuple[str, str]]) -> _Case:
    judgement = item.result.judgement
    name = shown_address(item.result.target.url, _LONGEST_ADDRESS)
    names[path, name] += 1
    if names[path, name] > 1:  # two signed URLs can differ in their signatures alone
        name = f"{name} ({names[path, name]})"
    outcome = "failure" if judgement.verdict in run.fail_on else ""
    if not outcome and judgement.verdict in _NOT_LOOKED_AT:
        outcome = "skipped"
    code = f"{judgement.rule.code} {judgement.rule.slug}" if judgement.rule is not None else str(judgement.verdict)
    reason = f"{judgement.verdict}: {one_line(item.full_reason)}"
    return _Case(
        file=_shown(path),
        name=name,
        line=places[0].span.line if places else None,
        outcome=outcome,
        kind=code,
        message=reason,
        details=() if judgement.verdict is Verdict.OK else tuple(_details(run, item, code, places)),
    )


def _details(run: Run, item: Placed, code: str, places: Iterable[Occurrence]) -> Iterator[str]:
    judgement = item.result.judgement
    age = since(run, item.result)
    yield f"{judgement.verdict} {code}{f' ({age})' if age else ''}: {one_line(item.full_reason)}"
    yield from (f"at {_shown(place.span.path)}:{place.span.line}:{place.span.col}" for place in places)
    if judgement.suggestion is not None:
        yield instead(judgement.suggestion, _LONGEST_ADDRESS)
    elif judgement.rule is not None and judgement.rule.remedy:
        yield f"What to do: {one_line(judgement.rule.remedy)}"


def _troubles(run: Run) -> Iterator[_Case]:
    """Return linkwarden's own troubles as tests, so that a build server shows them red."""
    for number, (title, text) in enumerate(troubles(run), 1):
        line = one_line(mask_text(text))
        yield _Case("linkwarden", f"{number}. {title}", None, "error", "linkwarden", line, (line,))


def _shown(path: str) -> str:
    return shown_address(path, _LONGEST_ADDRESS)


def _counts(outcomes: Counter[str]) -> dict[str, str]:
    """Return the totals by the names of their attributes."""
    numbers = {"tests": outcomes.total(), "failures": outcomes["failure"]}
    numbers |= {"errors": outcomes["error"], "skipped": outcomes["skipped"]}
    return {name: str(number) for name, number in numbers.items()}


def _tag(element: str, **attributes: str) -> str:
    return " ".join([element, *(f"{name}={xml_attribute(value)}" for name, value in attributes.items())])


def _text(lines: Iterable[str]) -> str:
    return "\n".join(xml_text(log(line)) for line in lines)
