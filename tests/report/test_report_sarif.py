"""SARIF that GitHub takes: valid, every place a result, fingerprints that stay, and what was accepted left out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft4Validator, Draft202012Validator

from linkwarden.model import Judgement, Result, Run, Suggestion, Verdict
from linkwarden.report import ReportOptions, for_path
from linkwarden.report.sarif import MOST_RESULTS, SarifReport
from linkwarden.rules import IGNORED_BY_COMMENT, IN_BASELINE
from linkwarden.sinks import file_uri, sarif_text
from tests.report.runner import commands
from tests.report.sample import (
    ARCHIVED,
    EMPTY,
    EXPIRED,
    EXPIRING,
    FAILURE,
    FINE,
    MOVED,
    NOT_FOUND,
    REMEMBERED,
    RUN,
    SOFT_404,
    TIMEOUT,
    occurrence,
    result,
)
from tests.report.strategies import WHOLE_RUNS, runs

SCHEMAS = Path(__file__).parents[1] / "schema"
VALIDATOR = Draft4Validator(json.loads((SCHEMAS / "sarif-2.1.0-rtm.5.json").read_text("utf-8")))
#: Requirements of GitHub's own beyond that.
GITHUB = Draft202012Validator(json.loads((SCHEMAS / "sarif-github.json").read_text("utf-8")))


def write(run: Run, verbose: int = 0) -> dict[str, Any]:
    """Give the one run of the log, read back."""
    log = json.loads(SarifReport().render(run, ReportOptions(verbose=verbose)))
    assert len(log["runs"]) == 1
    told: dict[str, Any] = log["runs"][0]
    return told


def only(*found: Result) -> Run:
    """Give a run with these results."""
    return replace(RUN, results=found, notices=(), hints=())


def notifications(run: Run, verbose: int = 0) -> list[str]:
    """Give level and text of what is told about the run itself."""
    told = write(run, verbose)["invocations"][0].get("toolExecutionNotifications", [])
    return [f"{note['level']}: {note['message']['text']}" for note in told]


def prints(run: Run) -> list[str]:
    """Give the fingerprints of all results."""
    return [found["partialFingerprints"]["linkwardenLink/v1"] for found in write(run)["results"]]


def test_the_suffix_chooses_it() -> None:
    """``--output links.sarif`` writes it."""
    assert for_path("links.sarif") is SarifReport


@pytest.mark.parametrize("run", [RUN, REMEMBERED, EMPTY, FINE, replace(RUN, failures=(FAILURE,))])
def test_it_is_what_github_takes(run: Run) -> None:
    """It obeys the schema of SARIF 2.1.0 and has every field that GitHub wants."""
    log = json.loads(SarifReport().render(run, ReportOptions()))

    VALIDATOR.validate(log)
    GITHUB.validate(log)


@given(runs())
@WHOLE_RUNS
def test_whatever_was_found_it_is_valid(run: Run) -> None:
    """Hostile texts, odd places and times at the calendar's ends change nothing of that; it is all ASCII."""
    text = SarifReport().render(run, ReportOptions(verbose=1))

    assert text.isascii()
    assert commands(text) == []
    VALIDATOR.validate(json.loads(text))
    GITHUB.validate(json.loads(text))


def test_a_rule_says_all_that_explain_says() -> None:
    """Code, name, words, a page to read on, and the level that findings have by default."""
    told = write(only(result(occurrence("https://a.example/"), finding=NOT_FOUND)))["tool"]["driver"]["rules"]

    assert [found["id"] for found in told] == ["LW301"]
    assert told[0]["name"] == "NotFound"
    assert told[0]["shortDescription"]["text"] == "The server has no such page."
    assert told[0]["fullDescription"]["text"].startswith("The server has no such page, and here is why")
    assert "What to do: Link to an archived copy, or take it out." in told[0]["help"]["text"]
    assert told[0]["helpUri"].endswith("/blob/HEAD/docs/rules.md#lw301")
    assert told[0]["defaultConfiguration"] == {"level": "error"}


def test_every_rule_stands_once_and_is_pointed_at() -> None:
    """``ruleIndex`` leads to the rule that ``ruleId`` names."""
    told = write(RUN)
    rules = [found["id"] for found in told["tool"]["driver"]["rules"]]

    assert sorted(set(rules)) == rules
    assert all(rules[found["ruleIndex"]] == found["ruleId"] for found in told["results"])


@pytest.mark.parametrize(
    ("finding", "level"),
    [
        (NOT_FOUND, "error"),
        (EXPIRED, "error"),
        (SOFT_404, "warning"),
        (EXPIRING, "warning"),
        (ARCHIVED, "note"),
        (MOVED, "note"),
    ],
)
def test_levels(finding: Any, level: str) -> None:
    """What readers lose is an error, what they may lose a warning, the rest a note."""
    assert [found["level"] for found in write(only(result(occurrence("#x"), finding=finding)))["results"]] == [level]


def test_what_the_user_fails_on_is_an_error() -> None:
    """``--fail-on`` raises what it names, even what could not be verified."""
    run = only(result(occurrence("#x"), finding=TIMEOUT))

    assert write(run)["results"] == []
    assert [r["level"] for r in write(replace(run, fail_on=frozenset({Verdict.UNVERIFIED})))["results"]] == ["error"]


def test_every_place_is_a_result() -> None:
    """GitHub shows a result at its first location only, so a link that stands twice is two results."""
    found = result(occurrence("https://a.example/", 3, 5), occurrence("https://a.example/", 9, 2), finding=NOT_FOUND)
    regions = [r["locations"][0]["physicalLocation"]["region"] for r in write(only(found))["results"]]

    assert regions == [
        {"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 23},
        {"startLine": 9, "startColumn": 2, "endLine": 9, "endColumn": 20},
    ]


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("README.md", "README.md"),
        ("docs/a b#c.md", "docs/a%20b%23c.md"),
        ("größe.md", "gr%C3%B6%C3%9Fe.md"),
        ("a:b.md", "a%3Ab.md"),
        ("../other/x.md", "../other/x.md"),
        ("/srv/lists/x y.md", "file:///srv/lists/x%20y.md"),
        ("<stdin>", "%3Cstdin%3E"),
        ("https://user:pw@a.example/x.md?token=abc", "https://***@a.example/x.md?token=***"),
        ("broken\udcff.md", "broken%FF.md"),
        ("\ud800.md", "%3F.md"),
    ],
)
def test_uris(path: str, uri: str) -> None:
    """Files in the tree have relative addresses, others absolute ones; all are percent-encoded, none has a secret."""
    assert file_uri(path) == uri


def test_fingerprints_stay_when_lines_move() -> None:
    """Lines above, reports of other nights and other columns change no fingerprint."""

    def run(by: int) -> Run:
        places = [occurrence("https://a.example/", 3 + by), occurrence("https://a.example/", 9 + by, 7)]
        return only(result(*places, finding=NOT_FOUND, reason=f"Gone for {by} days."))

    assert prints(run(0)) == prints(run(40))


def test_fingerprints_tell_findings_apart() -> None:
    """Another address, rule, file, or the same address once more in the same file is another finding."""
    a, b = occurrence("https://a.example/"), occurrence("https://b.example/", 2)
    other_file = occurrence("https://a.example/", path="b.md")
    again = occurrence("https://a.example/", 8)
    found = prints(only(result(a, other_file, again, finding=NOT_FOUND), result(b, finding=NOT_FOUND)))
    found += prints(only(result(a, finding=SOFT_404)))

    assert len(set(found)) == len(found) == 5


def test_a_message_begins_with_the_reason() -> None:
    """The address and the repair follow; brackets cannot make links."""
    fix = Suggestion("https://new.example/", "it moved")
    found = result(occurrence("https://a.example/"), finding=MOVED, reason="See [here](1).", suggestion=fix)

    assert write(only(found))["results"][0]["message"]["text"] == (
        "See \\[here\\](1). https://a.example/. Replace with: https://new.example/ (it moved)"
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [("[a](1)", "\\[a\\](1)"), ("\\[a](1)", "\\\\\\[a\\](1)"), ("a\\b", "a\\b"), ("\x1b[0m", "\\u{1b}\\[0m")],
)
def test_brackets_make_no_links(text: str, written: str) -> None:
    """A backslash of the text's own before a bracket does not undo the one that is put there."""
    assert sarif_text(text) == written


def test_properties_tell_the_rest() -> None:
    """Since when, until when, what instead, and where in the list."""
    told = {found["properties"]["url"]: found["properties"] for found in write(REMEMBERED)["results"]}

    gone = told["https://gone.example/paper.pdf"]
    assert gone["since"] == "2026-11-19T03:00:00Z"
    assert gone["suggestion"]["url"].startswith("https://web.archive.org/")
    assert (gone["section"], gone["new"], gone["verdict"]) == ("Data", False, "broken")
    assert told["https://soft.example/entry"]["new"] is True
    soon = next(properties for url, properties in told.items() if url.startswith("https://cdn.example/"))
    assert soon["expiresAt"] == "2026-11-29T00:00:00Z"
    assert "abc" not in soon["url"]


# --- what was accepted ------------------------------------------------------------------------------------------


def accepted(how: Any, line: int = 1) -> Result:
    """Give a broken link that the maintainer has accepted."""
    found = result(occurrence(f"https://a.example/{line}", line), finding=NOT_FOUND, reason="Gone.")
    return replace(found, judgement=Judgement(Verdict.IGNORED, how, "Accepted in x.md:3: known.", accepted=NOT_FOUND))


def test_what_was_accepted_is_no_result() -> None:
    """GitHub knows no suppressions and would open an alert; the log says how many there are."""
    partly = replace(
        result(occurrence("https://b.example/", 5), finding=NOT_FOUND),
        suppressed=(occurrence("https://b.example/", 6),),
    )
    run = only(accepted(IGNORED_BY_COMMENT), accepted(IN_BASELINE, 2), partly)

    assert [r["properties"]["url"] for r in write(run)["results"]] == ["https://b.example/"]
    assert notifications(run) == ["note: 3 findings are accepted by a comment, the configuration or the baseline."]


def test_verbose_tells_what_was_accepted() -> None:
    """With ``-v`` it is there, marked as suppressed, with its own rule, where it is accepted, and why."""
    partly = replace(
        result(occurrence("https://b.example/", 5), finding=NOT_FOUND),
        suppressed=(occurrence("https://b.example/", 6),),
    )
    run = only(accepted(IGNORED_BY_COMMENT), accepted(IN_BASELINE, 2), partly)

    told = write(run, verbose=1)["results"]

    assert [(r["ruleId"], [s["kind"] for s in r.get("suppressions", [])]) for r in told] == [
        ("LW301", []),
        ("LW301", ["inSource"]),
        ("LW301", ["external"]),
        ("LW301", ["inSource"]),
    ]
    assert told[1]["suppressions"][0]["justification"] == "Accepted in x.md:3: known."
    assert notifications(run, verbose=1) == []


# --- how the run went -------------------------------------------------------------------------------------------


def test_the_invocation_tells_how_it_ended() -> None:
    """Exit code, in words too, and when."""
    told = write(RUN)["invocations"][0]

    assert (told["exitCode"], told["executionSuccessful"]) == (1, True)
    assert told["exitCodeDescription"] == "Failed: 2 broken and 3 expired (exit code 1)."
    assert (told["startTimeUtc"], told["endTimeUtc"]) == ("2026-11-22T03:00:00Z", "2026-11-22T03:00:21Z")


@pytest.mark.parametrize(
    "run",
    [
        replace(RUN, interrupted=True),
        replace(RUN, network_down=True),
        replace(RUN, failures=(FAILURE,)),
        replace(RUN, unreadable=("x.md: no such file.",)),
    ],
)
def test_a_run_that_could_not_look_was_not_successful(run: Run) -> None:
    """A reader of the log must not take few results for few findings."""
    assert write(run)["invocations"][0]["executionSuccessful"] is False


def test_what_is_no_result_is_a_notification() -> None:
    """What could not be verified, remarks, hints, unreadable inputs and our own failures."""
    told = notifications(replace(RUN, failures=(FAILURE,), unreadable=("x.md: no such file.",)))

    assert told == [
        "error: Not read: x.md: no such file.",
        "error: linkwarden itself failed in provider arxiv: KeyError: 'entry'",
        "note: 3 URLs on www.semanticscholar.org (3) could not be verified: The site turns robots away (AWS WAF).",
        "note: 1 URL on slow.example (1) could not be verified: The server did not answer in 30 seconds.",
        "note: The HTML block that begins here swallows the heading of line 1743.",
        "note: A GitHub token makes this faster: set GITHUB_TOKEN.",
    ]


def test_more_than_github_takes() -> None:
    """Of 25,001 places the one that weighs least is left out, and the log says so."""
    places = [occurrence("https://a.example/", n) for n in range(1, MOST_RESULTS + 1)]
    note = result(occurrence("https://z.example/", 1, path="a.md"), finding=ARCHIVED)
    run = replace(only(note, result(*places, finding=NOT_FOUND)), inputs=("a.md", "README.md"))

    told = write(run)

    assert len(told["results"]) == MOST_RESULTS
    assert {found["ruleId"] for found in told["results"]} == {"LW301"}
    assert [found["id"] for found in told["tool"]["driver"]["rules"]] == ["LW301"]
    assert notifications(run)[0].startswith("warning: 1 finding left out")


def test_a_link_that_stands_nowhere_has_a_place() -> None:
    """GitHub refuses results without one."""
    found = result(occurrence("https://a.example/"), finding=NOT_FOUND)
    found = replace(found, target=replace(found.target, occurrences=()))

    location = write(only(found))["results"][0]["locations"][0]["physicalLocation"]
    assert (location["artifactLocation"]["uri"], location["region"]["startLine"]) == ("README.md", 1)


def test_the_same_run_gives_the_same_bytes() -> None:
    """Results in another order of arrival: the same log."""
    mixed = replace(RUN, results=RUN.results[::-1])

    assert SarifReport().render(RUN, ReportOptions()) == SarifReport().render(mixed, ReportOptions())
