"""JUnit XML that build servers read: a suite for each input, a test for each address in it."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given

from linkwarden.model import Result, Run, Verdict
from linkwarden.report import ReportOptions, for_path
from linkwarden.report.junit import JunitReport
from tests.report.runner import commands
from tests.report.sample import (
    EMPTY,
    EXCLUDED,
    EXPIRING,
    FAILURE,
    MOVED,
    NOT_FOUND,
    REMEMBERED,
    RUN,
    TIMEOUT,
    occurrence,
    result,
)
from tests.report.strategies import WHOLE_RUNS, runs


def write(run: Run) -> ET.Element:
    """Give the root element of the report, read back."""
    return ET.fromstring(JunitReport().render(run, ReportOptions()))  # noqa: S314 - our own text


def only(*found: Result) -> Run:
    """Give a run with these results."""
    return replace(RUN, results=found)


def cases(run: Run) -> list[ET.Element]:
    """Give all tests."""
    return list(write(run).iter("testcase"))


def text_of(element: ET.Element, tag: str) -> str:
    """Give the text of a child that must be there."""
    child = element.find(tag)
    assert child is not None
    return child.text or ""


def test_the_suffix_chooses_it() -> None:
    """``--output links.xml`` writes it."""
    assert for_path("links.xml") is JunitReport


def test_totals_agree_with_what_stands_below() -> None:
    """Every suite, and the whole, counts its tests, failures, errors and skipped tests."""
    root = write(replace(RUN, failures=(FAILURE,)))

    for element in (root, *root.iter("testsuite")):
        found = {
            "tests": list(element.iter("testcase")),
            "failures": list(element.iter("failure")),
            "errors": list(element.iter("error")),
            "skipped": list(element.iter("skipped")),
        }
        assert {name: element.get(name) for name in found} == {name: str(len(many)) for name, many in found.items()}
    assert (root.get("tests"), root.get("failures"), root.get("skipped"), root.get("errors")) == ("17", "5", "5", "1")


@pytest.mark.parametrize(
    ("finding", "outcome"),
    [
        (NOT_FOUND, "failure"),
        (TIMEOUT, "skipped"),
        (EXCLUDED, "skipped"),
        (EXPIRING, "system-out"),
        (MOVED, "system-out"),
    ],
)
def test_what_becomes_of_a_verdict(finding, outcome) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - table
    """What fails the run fails, what nobody looked at is skipped, and the rest passes with a remark."""
    case = cases(only(result(occurrence("https://a.example/"), finding=finding, reason="Because.")))[0]

    assert [child.tag for child in case] == [outcome]
    assert "Because." in (case[0].get("message") or case[0].text or "")


def test_a_link_that_works_passes_without_a_word() -> None:
    """Nothing to say, nothing said."""
    assert [list(case) for case in cases(only(result(occurrence("https://a.example/"))))] == [[]]


def test_fail_on_decides() -> None:
    """What the user fails on is a failure, whatever it is, and nothing else is."""
    found = [result(occurrence("#a"), finding=TIMEOUT), result(occurrence("#b"), finding=NOT_FOUND)]
    run = replace(only(*found), fail_on=frozenset({Verdict.UNVERIFIED}))

    assert [[child.tag for child in case] for case in cases(run)] == [["failure"], ["system-out"]]


def test_a_test_for_each_address_in_each_input() -> None:
    """An address in two lists belongs to both; all its places in a list are one test."""
    found = result(
        occurrence("https://a.example/", 3),
        occurrence("https://a.example/", 9),
        occurrence("https://a.example/", 4, path="b.md"),
        finding=NOT_FOUND,
        reason="Gone.",
    )
    root = write(replace(only(found), inputs=("README.md", "b.md", "empty.md")))

    assert [(suite.get("name"), suite.get("tests")) for suite in root] == [
        ("README.md", "1"),
        ("b.md", "1"),
        ("empty.md", "0"),
    ]
    first, second = root.iter("testcase")
    assert (first.get("classname"), first.get("name"), first.get("line")) == ("README.md", "https://a.example/", "3")
    assert "at README.md:3:1\nat README.md:9:1" in text_of(first, "failure")
    assert second.get("file") == "b.md"


def test_names_are_distinct() -> None:
    """Two signed addresses that differ in their signatures alone are two tests, and neither shows a signature."""
    found = [result(occurrence(f"https://a.example/x?sig={n}", n), finding=NOT_FOUND) for n in (1, 2)]

    assert [case.get("name") for case in cases(only(*found))] == [
        "https://a.example/x?sig=***",
        "https://a.example/x?sig=*** (2)",
    ]


def test_a_failure_says_what_to_do() -> None:
    """Rule, reason, since when, every place, and the repair or else the rule's advice."""
    case = next(case for case in cases(REMEMBERED) if case.get("name") == "https://gone.example/paper.pdf")

    failure = case.find("failure")
    assert failure is not None
    assert failure.get("type") == "LW301 not-found"
    assert (failure.text or "").splitlines() == [
        "broken LW301 not-found (since 2026-11-19, in 4 runs): The server says that there is no such page (404).",
        "at README.md:90:3",
        "at README.md:120:7",
        "Replace with: https://web.archive.org/web/2020/https://gone.example/paper.pdf (an archived copy)",
    ]


def test_our_own_troubles_are_errors() -> None:
    """Inputs that cannot be read, crashes and a network that is down must not look like a good run."""
    run = replace(RUN, results=(), failures=(FAILURE,), unreadable=("x.md: no such file.",), network_down=True)

    root = write(run)

    assert [(case.get("name"), case[0].tag) for case in root.iter("testcase")] == [
        ("1. linkwarden could not read an input", "error"),
        ("2. linkwarden itself failed", "error"),
        ("3. linkwarden could not finish", "error"),
    ]
    assert root[-1].get("name") == "linkwarden"


def test_nothing_found() -> None:
    """A run without links has its suite, and no test."""
    root = write(EMPTY)

    assert (root.get("tests"), [suite.get("name") for suite in root]) == ("0", ["README.md"])


@given(runs())
@WHOLE_RUNS
def test_whatever_was_found_it_is_xml(run: Run) -> None:
    """It parses, holds every address of the run, and a runner that prints it finds no command."""
    text = JunitReport().render(run, ReportOptions())
    root = ET.fromstring(text.encode())  # noqa: S314 - our own text

    assert commands(text) == []
    assert {element.tag for element in root.iter()} <= {
        "testsuites", "testsuite", "testcase", "failure", "skipped", "error", "system-out",
    }  # fmt: skip
    assert len([c for c in root.iter("testcase") if c.get("classname") != "linkwarden"]) >= len(run.results)
    assert len({(c.get("classname"), c.get("name")) for c in root.iter("testcase")}) == len(list(root.iter("testcase")))
