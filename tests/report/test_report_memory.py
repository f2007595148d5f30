"""What reports say with a memory: since when, what is new, what is no finding any more; and of a change alone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from inline_snapshot import snapshot

from linkwarden.model import Compared, Run, Verdict
from linkwarden.report import ReportOptions
from linkwarden.report._words import changes, friendly, headline, how_fixed, since
from linkwarden.report.json import JsonReport, schema
from linkwarden.report.markdown import IssueReport, MarkdownReport
from linkwarden.report.text import TextReport
from tests.report.sample import EMPTY, REMEMBERED, RUN
from tests.store.nights import pass_night

ADDED = replace(RUN, compared=Compared("HEAD^1 (1a2b3c4)", 532))
NOTHING_ADDED = replace(EMPTY, compared=Compared("HEAD^1 (1a2b3c4)", 532))


def told(run: Run) -> dict[str, str]:
    """Give what is said of the age of each finding, by address."""
    return {r.target.url: words for r in run.results if (words := since(run, r))}


def test_findings_have_an_age() -> None:
    """A finding is new, or says since when; what lately does not answer says so; the rest is not spoken of."""
    assert told(REMEMBERED) == snapshot(
        {
            "https://gone.example/paper.pdf": "since 2026-11-19, in 4 runs",
            "https://soft.example/entry": "new",
            "https://slow.example/": "no response since 2026-11-21, in 2 runs",
        }
    )


def test_without_a_memory_nothing_is_new() -> None:
    """Where no earlier run is remembered, nothing is called new and no change is told."""
    assert told(RUN) == {}
    assert changes(RUN) == ""
    assert "new" not in told(replace(REMEMBERED, past=())).values()


def test_changes_are_told_in_a_sentence() -> None:
    """The summary says what is other than in the run before, also that nothing is."""
    assert changes(REMEMBERED) == snapshot("Since the last run (2026-11-21 03:00 UTC): 1 new finding and 2 fixed.")
    assert changes(replace(REMEMBERED, results=(), fixed=())) == snapshot(
        "Since the last run (2026-11-21 03:00 UTC): nothing new and nothing fixed."
    )
    assert [how_fixed(fixed) for fixed in REMEMBERED.fixed] == snapshot(
        ["works again, after failing since 2026-11-01", "no longer in the list"]
    )


@pytest.mark.parametrize("report", [TextReport, MarkdownReport])
def test_people_read_it(report: type[TextReport | MarkdownReport]) -> None:
    """The reports for people hold the age of findings, what has changed, and what is no finding any more."""
    text = report().render(REMEMBERED, ReportOptions())
    assert "since 2026-11-19, in 4 runs" in text
    assert changes(REMEMBERED) in text
    assert "https://back.example/" in text
    assert "works again, after failing since 2026-11-01" in text
    assert "Fixed since the last run" not in report().render(RUN, ReportOptions())


def test_programs_read_it() -> None:
    """JSON has the history of each link, the run before and what is fixed, as the schema says."""
    found = json.loads(JsonReport().render(REMEMBERED, ReportOptions()))
    jsonschema.validate(found, schema())
    by_url = {link["url"]: link["history"] for link in found["links"]}
    assert by_url["https://gone.example/paper.pdf"] == snapshot(
        {
            "failing_since": "2026-11-19T03:00:00Z",
            "failures": 4,
            "last_ok": None,
            "first_seen": "2026-01-01T00:00:00Z",
            "new": False,
            "flapping": False,
        }
    )
    assert by_url["https://soft.example/entry"]["new"] is True
    assert found["last_run"] == "2026-11-21T03:00:00Z"
    assert [fixed["listed"] for fixed in found["fixed"]] == [True, False]


@pytest.mark.parametrize("report", [TextReport, MarkdownReport])
def test_a_change_alone(report: type[TextReport | MarkdownReport]) -> None:
    """A run over what a change adds says so, and that there was nothing to ask where nothing was added."""
    told = " ".join(report().render(ADDED, ReportOptions()).replace("`", "").split())
    assert "Compared with HEAD^1 (1a2b3c4): only added links were checked (532 other URLs were already there)" in told
    nothing = report().render(NOTHING_ADDED, ReportOptions())
    assert "No links were added (exit code 0)." in nothing
    assert NOTHING_ADDED.exit_code == 0
    assert json.loads(JsonReport().render(ADDED, ReportOptions()))["compared"] == {
        "base": "HEAD^1 (1a2b3c4)",
        "unchanged": 532,
    }


def test_an_issue_speaks_of_days_only() -> None:
    """The text of the issue stands for many nights, so it says nothing that is true of one night alone."""
    text = IssueReport().render(REMEMBERED, ReportOptions())
    assert "since 2026-11-19 ·" in text
    assert "in 4 runs" not in text
    assert "last run" not in text
    assert ", new" not in text


def test_suppressed_places_are_marked() -> None:
    """JSON has all places of an address, those with a comment beside them last and marked."""
    (place,) = RUN.results[0].target.occurrences
    elsewhere = replace(place, span=replace(place.span, line=99))
    run = replace(RUN, results=(replace(RUN.results[0], suppressed=(elsewhere,)),))
    (link,) = json.loads(JsonReport().render(run, ReportOptions()))["links"]
    assert [(o["line"], o["excused"]) for o in link["occurrences"]] == [(place.span.line, False), (99, True)]
    assert run.occurrences == 2


def test_the_sample_has_something_to_say() -> None:
    """The sample with a memory really differs from the one without, so that the tests above can fail."""
    assert REMEMBERED.counts[Verdict.BROKEN] == RUN.counts[Verdict.BROKEN]
    assert any(r.is_new for r in REMEMBERED.results)


def test_what_has_begun_to_fail_is_not_called_nothing_amiss(tmp_path: Path) -> None:
    """A link that the memory has seen working and that fails now is told; no cheerful line stands beside it."""
    state = tmp_path / "state.sqlite3"
    pass_night(state, 0, {"https://a.example/": "ok", "https://b.example/": "ok"})
    run = pass_night(state, 1, {"https://a.example/": "timeout", "https://b.example/": "ok"})
    walled = pass_night(
        state, 2, {"https://a.example/": "ok", "https://b.example/": "wall", "https://c.example/": "ok"}
    )

    assert friendly(run) == ""
    assert headline(run) == "No broken or expired URLs found."
    assert friendly(walled) == "No problems found."
