"""The JSON report keeps its contract whatever was found."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot
from jsonschema import Draft202012Validator

from linkwarden import __version__
from linkwarden.model import Occurrence, Run, Suggestion
from linkwarden.report import ReportOptions
from linkwarden.report.json import JsonReport, schema
from linkwarden.rules import OUT_OF_TIME
from tests.report.runner import commands
from tests.report.sample import EMPTY, FAILURE, NOT_FOUND, RESULTS, RUN, occurrence, result
from tests.report.strategies import WHOLE_RUNS, runs

VALIDATOR = Draft202012Validator(schema())
PLAIN = ReportOptions()
OPEN = ReportOptions(show_secrets=True)


def render(run: Run, options: ReportOptions = PLAIN) -> dict[str, Any]:
    """Give the report, read back."""
    loaded: dict[str, Any] = json.loads(JsonReport().render(run, options))
    return loaded


def test_the_schema_is_a_schema() -> None:
    """The shipped file is itself valid JSON Schema 2020-12."""
    Draft202012Validator.check_schema(schema())


@given(runs(), st.booleans())
@WHOLE_RUNS
def test_every_report_is_valid_against_the_schema(run: Run, show: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    """Whatever the run, the report is ASCII, ends in a newline, and obeys the schema."""
    text = JsonReport().render(run, ReportOptions(show_secrets=show))

    assert text.isascii()
    assert text.endswith("}\n")
    VALIDATOR.validate(json.loads(text))


@given(runs(), st.randoms(use_true_random=False))
@WHOLE_RUNS
def test_bytes_do_not_depend_on_the_order_of_answers(run: Run, rng: random.Random) -> None:
    """Results, places, notices and failures in any order, later and slower: only the two times differ."""
    mixed = []
    for found in rng.sample(run.results, len(run.results)):
        places = found.target.occurrences
        mixed.append(replace(found, target=replace(found.target, occurrences=tuple(rng.sample(places, len(places))))))
    other = replace(
        run,
        results=tuple(mixed),
        notices=tuple(rng.sample(run.notices, len(run.notices))),
        failures=tuple(rng.sample(run.failures, len(run.failures))),
    )

    assert JsonReport().render(other, PLAIN) == JsonReport().render(run, PLAIN)


def test_only_the_two_times_tell_runs_apart() -> None:
    """The same answers at another time differ in generated_at and duration_s alone."""
    later = replace(RUN, started=RUN.started + timedelta(days=1), duration_s=99.0)
    first, second = render(RUN), render(later)

    assert {key for key in first if first[key] != second[key]} == {"generated_at", "duration_s"}


def test_keys_and_their_order() -> None:
    """Top level, links and places have exactly the documented keys, in the documented order."""
    report = render(RUN)

    assert list(report) == snapshot(
        [
            "schema_version",
            "tool",
            "generated_at",
            "duration_s",
            "inputs",
            "sha256",
            "exit_code",
            "summary",
            "compared",
            "last_run",
            "links",
            "fixed",
            "hints",
            "notices",
            "unreadable",
            "failures",
            "lists",
        ]
    )
    assert {tuple(link) for link in report["links"]} == snapshot(
        {
            (
                "url",
                "kind",
                "verdict",
                "code",
                "reason",
                "checked_by",
                "status",
                "final_url",
                "expires_at",
                "evidence",
                "suggestion",
                "history",
                "occurrences",
            )
        }
    )
    assert {tuple(place) for link in report["links"] for place in link["occurrences"]} == snapshot(
        {("file", "line", "column", "end_line", "end_column", "text", "section", "markup", "excused")}
    )


def test_the_schema_names_every_key() -> None:
    """What is written is described: no key of a report is missing from the schema, none is optional there."""
    report = render(replace(RUN, failures=(FAILURE,)))
    shape = schema()
    link = shape["$defs"]["link"]

    assert set(report) == set(shape["properties"]) == set(shape["required"])
    assert set(report["links"][0]) == set(link["properties"]) == set(link["required"])
    assert set(report["failures"][0]) == set(shape["properties"]["failures"]["items"]["properties"])


def test_one_link() -> None:
    """A broken link with everything that belongs to it; the token in what was asked is masked."""
    report = render(replace(RUN, results=RESULTS[2:3]))

    assert report["links"] == snapshot(
        [
            {
                "url": "https://gone.example/paper.pdf",
                "kind": "page",
                "verdict": "broken",
                "code": "LW301",
                "reason": "The server says that there is no such page (404).",
                "checked_by": "web",
                "status": 404,
                "final_url": None,
                "expires_at": None,
                "evidence": [{"what": "GET", "url": "https://gone.example/paper.pdf?token=***", "status": 404}],
                "suggestion": {
                    "url": "https://web.archive.org/web/2020/https://gone.example/paper.pdf",
                    "why": "an archived copy",
                    "safe": False,
                    "basis": "guess",
                },
                "history": None,
                "occurrences": [
                    {
                        "file": "README.md",
                        "line": 90,
                        "column": 3,
                        "end_line": 90,
                        "end_column": 33,
                        "text": "The *paper*",
                        "section": "Models",
                        "markup": "md-link",
                        "excused": False,
                    },
                    {
                        "file": "README.md",
                        "line": 120,
                        "column": 7,
                        "end_line": 120,
                        "end_column": 37,
                        "text": "again",
                        "section": "Data",
                        "markup": "md-link",
                        "excused": False,
                    },
                ],
            }
        ]
    )


def test_the_head() -> None:
    """The head of the report, every verdict counted."""
    report = render(RUN)
    assert report.pop("tool") == {"name": "linkwarden", "version": __version__}
    del report["links"]

    health = {"name": "README.md", "links": 16, "broken": 5, "expiring": 1, "unverified": 4}
    assert report.pop("lists") == [health]
    assert report == snapshot(
        {
            "schema_version": 1,
            "generated_at": "2026-11-22T03:00:00Z",
            "duration_s": 21.4,
            "inputs": ["README.md"],
            "sha256": {},
            "exit_code": 1,
            "summary": {
                "occurrences": 17,
                "urls": 16,
                "requests": 14,
                "not_checked": 0,
                "verdicts": {
                    "ok": 1,
                    "moved": 2,
                    "degraded": 1,
                    "expiring": 1,
                    "expired": 3,
                    "broken": 2,
                    "suspect": 1,
                    "unverified": 4,
                    "ignored": 1,
                },
            },
            "compared": None,
            "last_run": None,
            "fixed": [],
            "hints": ["A GitHub token makes this faster: set GITHUB_TOKEN."],
            "notices": [
                {
                    "file": "README.md",
                    "line": 1739,
                    "message": "The HTML block that begins here swallows the heading of line 1743.",
                }
            ],
            "unreadable": [],
            "failures": [],
        }
    )


def test_nothing_found() -> None:
    """A run without a link is a valid report with exit code 0."""
    report = render(EMPTY)

    VALIDATOR.validate(report)
    assert (report["exit_code"], report["links"]) == (0, [])


def test_links_come_by_first_place() -> None:
    """Inputs as the user gave them, then line, then column; results that come in another order do not matter."""
    run = replace(
        RUN,
        inputs=("b.md", "a.md"),
        results=(
            result(occurrence("https://x.example/4", 1, path="a.md")),
            result(occurrence("https://x.example/3", 10, 1, path="b.md")),
            result(
                occurrence("https://x.example/2", 30, path="b.md"), occurrence("https://x.example/2", 9, 2, path="b.md")
            ),
            result(occurrence("https://x.example/1", 9, 1, path="b.md")),
        ),
    )

    links = render(run)["links"]

    assert [link["url"][-1] for link in links] == ["1", "2", "3", "4"]
    assert [place["line"] for place in links[1]["occurrences"]] == [9, 30]


SECRET = "https://h.example/x.png?a=1&X-Amz-Signature=s3cret&b=2"


def leaky() -> Run:
    """A run with a signature in every field that could carry one."""
    place: Occurrence = occurrence(SECRET, text=f"see {SECRET} there", section=SECRET)
    found = result(
        place,
        finding=NOT_FOUND,
        reason=f"Asked {SECRET} in vain.",
        final_url=SECRET,
        suggestion=Suggestion(SECRET, f"because of {SECRET} it is so"),
    )
    return replace(RUN, inputs=(SECRET,), results=(found,), hints=(SECRET,), notices=(), failures=())


def test_secrets_are_masked() -> None:
    """No field carries a signature; what is around it stays, so that the link can be found."""
    text = JsonReport().render(leaky(), PLAIN)

    assert "s3cret" not in text
    assert json.loads(text)["links"][0]["url"] == "https://h.example/x.png?a=1&X-Amz-Signature=***&b=2"
    assert json.loads(text)["links"][0]["reason"].endswith(" in vain.")


def test_secrets_are_shown_when_asked_for() -> None:
    """With --show-secrets addresses come exactly as they stand."""
    link = render(leaky(), OPEN)["links"][0]

    assert (link["url"], link["final_url"], link["suggestion"]["url"]) == (SECRET, SECRET, SECRET)


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (datetime(2021, 2, 10, 10, 35, 24, 999, tzinfo=UTC), "2021-02-10T10:35:24Z"),
        (datetime.fromisoformat("2021-02-10T12:35:24+02:00"), "2021-02-10T10:35:24Z"),
        (datetime.fromisoformat("0001-01-01T00:00:00+14:00"), "0001-01-01T00:00:00Z"),
    ],
)
def test_instants_are_utc_to_the_second(moment: datetime, written: str) -> None:
    """Any zone becomes Z; the edge of the calendar does not crash."""
    run = replace(RUN, results=(result(occurrence("https://a.example/"), expires_at=moment),))

    assert render(run)["links"][0]["expires_at"] == written


def test_a_log_finds_no_command_in_it() -> None:
    """A link text that is a workflow command acts in no log, and programs read it back unchanged."""
    poison = "x ##[set-output name=exit-code]0 \r::add-mask::a ###[warning]"
    run = replace(RUN, results=(result(occurrence("::debug::x", text=poison), finding=NOT_FOUND, reason=poison),))

    assert commands(JsonReport().render(run, PLAIN)) == []
    assert render(run)["links"][0]["occurrences"][0]["text"] == poison


def test_every_link_has_a_line_of_its_own() -> None:
    """Reports can be compared with diff and searched with grep: a link is one line."""
    text = JsonReport().render(RUN, PLAIN)

    assert sum(line.startswith('  {"url": ') for line in text.splitlines()) == len(RUN.results)


def test_what_was_not_checked_is_counted_apart() -> None:
    """Its verdict is unverified, as a contract; how many of those nobody tried is a number of its own."""
    late = [result(occurrence(f"https://h{n}.example/", n), finding=OUT_OF_TIME) for n in range(3)]

    summary = render(replace(RUN, results=(*RUN.results, *late)))["summary"]

    assert summary["not_checked"] == 3
    assert summary["verdicts"]["unverified"] == 7
