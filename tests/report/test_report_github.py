# ruff: noqa: E501 - annotations stand here as they are written
"""Annotations stand beside the right lines, ten of each level, and say what was found and what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from inline_snapshot import snapshot

from linkwarden.model import Result, Rule, Run, Verdict
from linkwarden.report import ReportOptions, for_name
from linkwarden.report.github import SHOWN, GithubReport
from linkwarden.sinks import visible
from linkwarden.text import mask_secrets
from tests.report.runner import Command, commands, obeyed
from tests.report.sample import (
    ARCHIVED,
    EMPTY,
    EXPIRED,
    EXPIRING,
    FAILURE,
    FINE,
    NOT_FOUND,
    REMEMBERED,
    RUN,
    SOFT_404,
    TIMEOUT,
    occurrence,
    result,
)
from tests.report.strategies import WHOLE_RUNS, runs


def write(run: Run) -> str:
    """Give the report."""
    return GithubReport().render(run, ReportOptions())


def shown(run: Run) -> list[Command]:
    """Give what the runner makes of the report."""
    return obeyed(write(run))


def lost(count: int) -> tuple[Result, ...]:
    """Give so many broken links, one a line."""
    return tuple(result(occurrence(f"https://a.example/{n}", n), finding=NOT_FOUND) for n in range(1, count + 1))


def test_the_whole_report() -> None:
    """One of everything, as it stands in a step's log."""
    assert write(REMEMBERED) == snapshot("""\
::error file=README.md,line=12,col=4,endColumn=17,title=LW120 no-such-heading::No heading of this document is called “optimization”.%0A#optimization%0AReplace with: #optimisation (the nearest heading)
::error file=README.md,line=90,col=3,endColumn=33,title=LW301 not-found (since 2026-11-19%2C in 4 runs)::The server says that there is no such page (404).%0Ahttps://gone.example/paper.pdf%0AReplace with: https://web.archive.org/web/2020/https://gone.example/paper.pdf (an archived copy)
::error file=README.md,line=87,col=11,endColumn=155,title=LW201 signed-url-expired::The signature ended on 2021-02-10 at 10:35 UTC, so readers see no picture.%0Ahttps://s3.us-west-2.amazonaws.com/notion-static/a/Untitled.png?X-Amz-Date=20210209T103524Z&X-Amz-Expires=86400&X-Amz-Signature=***%0APut the picture into the repository and link to it there.
::error file=README.md,line=91,col=11,endColumn=155,title=LW201 signed-url-expired::The signature ended on 2021-02-11 at 10:35 UTC, so readers see no picture.%0Ahttps://s3.us-west-2.amazonaws.com/notion-static/b/Untitled.png?X-Amz-Date=20210209T103524Z&X-Amz-Expires=86400&X-Amz-Signature=***%0APut the picture into the repository and link to it there.
::error file=README.md,line=92,col=11,endColumn=154,title=LW201 signed-url-expired::The signature ended on 2021-02-12 at 10:35 UTC, so readers see no picture.%0Ahttps://s3.us-west-2.amazonaws.com/notion-static/c/Diagram.png?X-Amz-Date=20210209T103524Z&X-Amz-Expires=86400&X-Amz-Signature=***%0APut the picture into the repository and link to it there.
::error file=README.md,line=120,col=7,endColumn=37,title=LW301 not-found (since 2026-11-19%2C in 4 runs)::The server says that there is no such page (404).%0Ahttps://gone.example/paper.pdf%0AReplace with: https://web.archive.org/web/2020/https://gone.example/paper.pdf (an archived copy)
::warning file=README.md,line=140,col=2,endColumn=28,title=LW531 soft-404 (new)::The page calls itself “Page not found”.%0Ahttps://soft.example/entry%0AHave a look at it.
::warning file=README.md,line=130,col=2,endColumn=63,title=LW202 signed-url-expiring::The address ends on 2026-11-29 at 00:00 UTC, in 6 days.%0Ahttps://cdn.example/soon.png?Expires=1795910400&Signature=***%0ACopy it in time.
::notice file=README.md,line=160,col=2,endColumn=38,title=LW444 repository-archived::The repository has been archived since 2023; nobody maintains it.%0Ahttps://github.com/someone/something%0AName a successor.
::notice file=README.md,line=150,col=2,endColumn=22,title=LW303 moved-permanently::The page has moved for good.%0Ahttp://old.example/a%0AReplace with: https://new.example/a (every redirect on the way is permanent)
::notice file=README.md,line=151,col=2,endColumn=22,title=LW303 moved-permanently::The page has moved for good.%0Ahttp://old.example/b%0AReplace with: https://new.example/b (every redirect on the way is permanent)
linkwarden: 2 broken, 3 expired, 1 suspect, 1 expiring, 4 unverified, 1 degraded, 2 moved, 1 ok, 1 ignored; 14 requests in 21 s.
Failed: 2 broken and 3 expired (exit code 1).
""")


def test_it_has_a_name_and_no_suffix() -> None:
    """``--format github`` chooses it; no file does."""
    assert for_name("github") is GithubReport
    assert GithubReport.suffix == ""


def test_where_an_annotation_stands() -> None:
    """File, line and columns are those of the address in the source; the end column is exclusive as GitHub's is."""
    run = replace(RUN, results=(result(occurrence("https://a.example/", 7, 3, path="docs/a b.md"), finding=NOT_FOUND),))

    assert shown(run)[0].properties == {
        "file": "docs/a b.md",
        "line": "7",
        "col": "3",
        "endColumn": "21",
        "title": "LW301 not-found",
    }


def test_an_address_over_two_lines_has_no_columns() -> None:
    """GitHub drops columns of what goes over several lines; the last line is told instead."""
    place = occurrence("https://a.example/", 7)
    place = replace(place, span=replace(place.span, end_line=8))
    run = replace(RUN, results=(result(place, finding=NOT_FOUND),))

    properties = shown(run)[0].properties

    assert (properties["line"], properties["endLine"]) == ("7", "8")
    assert "col" not in properties


def test_a_list_from_the_web_has_no_file() -> None:
    """An address is no file of the checkout; the message stands without a place."""
    run = replace(
        RUN, results=(result(occurrence("https://a.example/", path="https://b.example/x.md"), finding=SOFT_404),)
    )

    assert set(shown(run)[0].properties) == {"title"}


@pytest.mark.parametrize(
    ("finding", "fail_on", "name"),
    [
        (NOT_FOUND, {Verdict.BROKEN}, "error"),
        (EXPIRED, {Verdict.EXPIRED}, "error"),
        (EXPIRED, {Verdict.BROKEN}, "warning"),
        (SOFT_404, {Verdict.BROKEN}, "warning"),
        (SOFT_404, {Verdict.SUSPECT}, "error"),
        (EXPIRING, {Verdict.BROKEN}, "warning"),
        (ARCHIVED, {Verdict.BROKEN}, "notice"),
        (TIMEOUT, {Verdict.UNVERIFIED}, "error"),
    ],
)
def test_levels(finding: Rule, fail_on: set[Verdict], name: str) -> None:
    """What makes the run fail is an error; what may be lost a warning; the rest a notice."""
    run = replace(RUN, results=(result(occurrence("https://a.example/"), finding=finding),), fail_on=frozenset(fail_on))

    assert [command.name for command in shown(run)] == [name]


def test_what_is_no_finding_is_not_annotated() -> None:
    """Links that work, or that could not be verified, leave no trace beside the lines."""
    run = replace(RUN, results=(*FINE.results, result(occurrence("https://a.example/"), finding=TIMEOUT)))

    assert shown(run) == []
    assert "1 unverified, 1 ok" in write(run)


def test_ten_of_each_level_and_the_rest_counted() -> None:
    """Of 26 findings GitHub would show ten a level; exactly those are written, and how many are not is said."""
    warnings = tuple(result(occurrence(f"https://b.example/{n}", 100 + n), finding=SOFT_404) for n in range(13))
    text = write(replace(RUN, results=lost(13) + warnings))

    names = [command.name for command in obeyed(text)]
    assert (names.count("error"), names.count("warning")) == (SHOWN, SHOWN)
    assert "linkwarden: 6 more findings" in text


def test_every_address_once_before_any_twice() -> None:
    """A link that stands in a hundred places does not push nine others out."""
    often = result(*(occurrence("https://often.example/", n) for n in range(1, 100)), finding=NOT_FOUND)
    others = [result(occurrence(f"https://a.example/{n}", 200 + n), finding=NOT_FOUND) for n in range(9)]

    lines = [command.properties["line"] for command in shown(replace(RUN, results=(often, *others)))]

    assert lines == ["1", *(str(200 + n) for n in range(9))]


def test_what_kept_the_run_from_looking_is_an_error() -> None:
    """An input that cannot be read, a crash and a network that is down are annotated, or nobody sees why it failed."""
    text = write(replace(RUN, results=(), unreadable=("x.md: no such file.",), failures=(FAILURE,), network_down=True))

    told = [(command.name, command.properties["title"]) for command in obeyed(text)]
    assert told == [
        ("error", "linkwarden could not read an input"),
        ("error", "linkwarden itself failed"),
        ("error", "linkwarden could not finish"),
    ]


def test_they_take_the_room_of_findings() -> None:
    """All errors together are ten, because GitHub shows no more."""
    text = write(replace(RUN, results=lost(20), unreadable=tuple(f"{n}.md: no such file." for n in range(3))))

    assert [command.name for command in obeyed(text)] == ["error"] * SHOWN
    assert "13 more findings" in text


def test_nothing_found() -> None:
    """A run without links has no annotation, and says so."""
    assert (
        write(EMPTY)
        == "linkwarden: no URLs; 0 requests in 0.1 s.\nNo links found, so nothing was checked (exit code 0).\n"
    )


@given(runs())
@WHOLE_RUNS
def test_the_runner_finds_only_our_own_commands(run: Run) -> None:
    """Whatever the run holds: every command is one of ours, with our properties, and no line holds a second one."""
    text = write(run)

    ours = [line for line in text.splitlines() if line.startswith("::")]
    assert len(obeyed(text)) == len(ours) == len(commands(text))
    for command in obeyed(text):
        assert command.name in {"error", "warning", "notice"}
        assert set(command.properties) <= {"file", "line", "endLine", "col", "endColumn", "title"}
        assert len(command.data) <= 4_096
        assert visible(command.data.replace("\n", "")) == command.data.replace("\n", "")


@given(runs())
@WHOLE_RUNS
def test_places_come_through_the_escapes(run: Run) -> None:
    """The runner gets the file's name as it is, colons, commas and percent signs included."""
    known = {visible(mask_secrets(place.span.path)) for found in run.results for place in found.target.occurrences}

    assert {command.properties["file"] for command in obeyed(write(run)) if "file" in command.properties} <= known
