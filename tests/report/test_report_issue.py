"""The text of the nightly issue: found by its mark, unchanged where the findings are, and small enough for GitHub."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from inline_snapshot import snapshot

import linkwarden
from linkwarden.model import Markup, Run, Verdict
from linkwarden.report import ReportOptions, for_path
from linkwarden.report._words import REPORT_MARK, is_health_report
from linkwarden.report.markdown import ARTIFACT, ISSUE_BUDGET, IssueReport, MarkdownReport
from tests.report.sample import EMPTY, EXPIRING, NOT_FOUND, REMEMBERED, RUN, SOFT_404, TIMEOUT, occurrence, result
from tests.report.strategies import WHOLE_RUNS, runs


def write(run: Run) -> str:
    """Give the text."""
    return IssueReport().render(run, ReportOptions())


def mark(run: Run) -> str:
    """Give the first line."""
    return write(run).partition("\n")[0]


def test_only_its_own_name_chooses_it() -> None:
    """``issue.md`` is the text of an issue; another Markdown file is the report."""
    assert for_path("issue.md") is IssueReport
    assert for_path("health.md") is MarkdownReport


def test_it_begins_with_the_mark() -> None:
    """By it the next night finds the issue, and tells whether there is anything new; GitHub shows none of it."""
    assert re.fullmatch(r"<!-- linkwarden:report sha256=[0-9a-f]{64} -->", mark(RUN))
    assert mark(RUN).startswith(REPORT_MARK)


def test_it_is_the_report() -> None:
    """After the mark the same as in reports/health.md, but for what is true of one night only, and for the order."""
    lasting = replace(REMEMBERED, past=(), fixed=())
    issue, report = (
        re.split(r"^(?=## )", text, flags=re.MULTILINE)
        for text in (write(REMEMBERED).partition("\n")[2], MarkdownReport().render(lasting, ReportOptions()))
    )

    assert issue[0] == report[0]
    assert issue[1] == report[2]
    assert issue[3:] == report[3:]


def test_what_counts_stands_first() -> None:
    """What readers will lose soon, what they no longer get, what is worth a look, and then the rest."""
    headings = re.findall(r"^## (.*)", write(REMEMBERED), re.MULTILINE)

    assert headings[:4] == [
        "Expiring soon",
        "What readers no longer get",
        "Worth checking",
        "Suggested fixes",
    ]


def test_an_unchanged_night_leaves_it_unchanged() -> None:
    """Another time, other lines, other numbers of requests, other links that could not be verified: the same mark."""
    moved = []
    for found in RUN.results:
        places = tuple(replace(p, span=replace(p.span, line=p.span.line + 9)) for p in found.target.occurrences)
        told = replace(found.judgement, reason=found.judgement.reason + " Said otherwise.")
        moved.append(replace(found, target=replace(found.target, occurrences=places), judgement=told))
    later = replace(
        RUN,
        started=RUN.started + timedelta(days=1),
        duration_s=99.0,
        requests=4711,
        results=(*moved[::-1], result(occurrence("https://c.example/"), finding=TIMEOUT)),
        hints=(),
    )

    assert mark(later) == mark(RUN)
    assert write(later) != write(RUN)


@pytest.mark.parametrize(
    "change",
    [
        lambda found: replace(found, judgement=replace(found.judgement, verdict=Verdict.SUSPECT)),
        lambda found: replace(found, judgement=replace(found.judgement, rule=SOFT_404)),
        lambda found: replace(found, target=replace(found.target, url="https://other.example/")),
        lambda _: result(occurrence("https://a.example/", path="b.md"), finding=NOT_FOUND),
        lambda _: result(occurrence("https://a.example/")),
    ],
)
def test_another_finding_changes_the_mark(change: Any) -> None:
    """Verdict, rule, address and file of every finding count, and whether there is one."""
    found = result(occurrence("https://a.example/"), finding=NOT_FOUND)

    assert mark(replace(RUN, results=(found,))) != mark(replace(RUN, results=(change(found),)))


def test_what_the_user_fails_on_counts() -> None:
    """A link that could not be verified is a finding for who says so."""
    found = result(occurrence("https://a.example/"), finding=TIMEOUT)
    run = replace(RUN, results=(found,), fail_on=frozenset({Verdict.UNVERIFIED}))

    assert mark(run) != mark(replace(run, results=()))
    assert mark(replace(run, fail_on=RUN.fail_on)) == mark(EMPTY)


def test_a_full_issue_keeps_within_the_budget() -> None:
    """Thousands of findings: as many as have room, the worst first, and how many have none."""
    lost = [result(occurrence(f"https://a.example/{n}", n), finding=NOT_FOUND, reason="Gone.") for n in range(1, 3000)]
    soon = [result(occurrence(f"https://b.example/{n}", n), finding=EXPIRING, reason="Ends.") for n in range(3000)]

    text = write(replace(RUN, results=(*lost, *soon)))

    assert ISSUE_BUDGET - 10_000 < len(text.encode()) <= ISSUE_BUDGET
    assert re.search(r"… and [\d,]+ more that do not fit here\.", text)
    assert text.count("What does not fit here is in the artifact `linkwarden-report` of the workflow run.") == 1
    assert text.index("## Expiring soon") < text.index("## What readers no longer get")
    assert "## What readers no longer get" in text


def test_a_full_issue_has_room_for_each_section_and_first_for_what_ends_soon() -> None:
    """Thousands of broken links do not hide what readers will lose in two days, nor what could not be verified."""
    lost = [result(occurrence(f"https://a.example/{n}", n), finding=NOT_FOUND, reason="Gone.") for n in range(1, 3000)]
    soon = [result(occurrence(f"https://b.example/{n}", n), finding=EXPIRING, reason="Ends.") for n in range(300)]
    unknown = [result(occurrence(f"https://c.example/{n}", n), finding=TIMEOUT, reason="Slow.") for n in range(3000)]

    text = write(replace(RUN, results=(*lost, *soon, *unknown)))

    assert text.count(" `https://b.example/") == 300
    assert text.count(" `https://a.example/") > 50
    assert text.count("(<https://c.example/") > 50
    assert len(re.findall(r"… and [\d,]+ more that do not fit", text)) == 2


def test_what_is_lost_stands_by_host_and_rule() -> None:
    """The largest group first, after what stands alone; what its links share is said once."""
    alike = [
        result(occurrence(f"https://a.example/{n}", n, text=f"n{n}"), finding=NOT_FOUND, reason="Gone.")
        for n in (1, 2, 3)
    ]
    alike[1] = result(
        occurrence("https://a.example/2", 2, section="Nets", markup=Markup.MD_IMAGE), finding=NOT_FOUND, reason="Gone."
    )
    alike[2] = replace(alike[2], judgement=replace(alike[2].judgement, reason="Gone for good."))
    more = [result(occurrence(f"https://b.example/{n}", n), finding=NOT_FOUND, reason="Gone.") for n in (4, 5, 6, 7)]
    single = result(occurrence("https://c.example/", 8), finding=NOT_FOUND, reason="Gone.")

    text = write(replace(RUN, results=(*alike, *more, single), notices=(), hints=()))

    assert text[text.index("## What") : text.index("## What the codes")] == snapshot("""\
## What readers no longer get

- `README.md:8` · **broken** (LW301) · `https://c.example/` ([open](<https://c.example/>))\\
  Gone.

### 4 on `b.example` · broken (LW301): Gone.

- `README.md:4` · `https://b.example/4` ([open](<https://b.example/4>))
- `README.md:5` · `https://b.example/5` ([open](<https://b.example/5>))
- `README.md:6` · `https://b.example/6` ([open](<https://b.example/6>))
- `README.md:7` · `https://b.example/7` ([open](<https://b.example/7>))

### 3 on `a.example` · broken (LW301): Gone.

- `README.md:1` · “n1” `https://a.example/1` ([open](<https://a.example/1>))
- `README.md:2` · below “Nets” · `https://a.example/2` ([open](<https://a.example/2>))
- `README.md:3` · “n3” `https://a.example/3` ([open](<https://a.example/3>))\\
  Gone for good.

""")


def test_the_artifact_is_the_one_that_the_workflow_keeps() -> None:
    """Its name stands in the workflow that ``linkwarden init`` writes."""
    template = Path(linkwarden.__file__).parent / "cli/templates/nightly.yml"

    assert f"          name: {ARTIFACT}\n" in template.read_text("utf-8")


@given(runs())
@WHOLE_RUNS
def test_whatever_was_found_it_is_small_enough(run: Run) -> None:
    """Even where every name is as long and as many-byted as names get."""
    wide = "\U0001f600'" * 400
    run = replace(run, inputs=tuple(f"{n}{wide}" for n in range(40)), hints=(wide,) * 200, unreadable=(wide,) * 200)

    assert len(write(run).encode()) <= ISSUE_BUDGET


def test_a_later_run_does_not_take_it_for_a_list() -> None:
    """``linkwarden check reports/`` passes over the last issue, as it does over the last report."""
    assert is_health_report(write(RUN))
    assert not is_health_report(f"{REPORT_MARK} -->\n# A list\n")
