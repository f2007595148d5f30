"""The badge says the worst that is certain, and is green only where the lists were really looked at."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from linkwarden.model import Compared, Run, Verdict
from linkwarden.report import ReportOptions, for_path
from linkwarden.report.badge import BadgeReport
from tests.report.sample import (
    ARCHIVED,
    EMPTY,
    EXCLUDED,
    EXPIRING,
    FAILURE,
    FINE,
    NOT_FOUND,
    RUN,
    SOFT_404,
    TIMEOUT,
    occurrence,
    result,
)
from tests.report.strategies import WHOLE_RUNS, runs

#: Every key that shields.io knows (badges/shields, services/endpoint-common.js); any other makes it refuse the badge.
KEYS = {
    "schemaVersion", "label", "message", "color", "labelColor", "isError", "namedLogo", "logoSvg", "logoColor",
    "logoSize", "style", "cacheSeconds",
}  # fmt: skip
FINE_LINKS = tuple(result(occurrence(f"https://a.example/{n}", n)) for n in range(1, 6))


def write(run: Run) -> dict[str, Any]:
    """Give the badge."""
    badge: dict[str, Any] = json.loads(BadgeReport().render(run, ReportOptions()))
    return badge


def says(*found: Any, **changes: Any) -> tuple[str, str]:
    """Give message and colour for findings among five links that work."""
    run = [result(occurrence(f"https://b.example/{n}", n), finding=finding) for n, finding in enumerate(found, 1)]
    badge = write(replace(RUN, results=(*FINE_LINKS, *run), **changes))
    return badge["message"], badge["color"]


def test_only_its_own_name_chooses_it() -> None:
    """``badge.json`` is a badge; another JSON file is the report for programs."""
    assert for_path("badge.json") is BadgeReport
    assert for_path("health.json") is not BadgeReport


def test_the_whole_badge() -> None:
    """As shields.io reads it."""
    assert write(RUN) == {
        "schemaVersion": 1,
        "label": "links",
        "message": "5 dead, 2026-11-22",
        "color": "red",
        "cacheSeconds": 3600,
    }


@pytest.mark.parametrize(
    ("found", "message", "color"),
    [
        ((), "all fine, 2026-11-22", "brightgreen"),
        ((ARCHIVED, TIMEOUT), "all fine, 2026-11-22", "brightgreen"),
        ((NOT_FOUND, SOFT_404), "1 dead, 2026-11-22", "red"),
        ((SOFT_404, EXPIRING), "1 suspect, 2026-11-22", "yellow"),
        ((EXPIRING, EXPIRING), "2 expiring, 2026-11-22", "yellow"),
        ((TIMEOUT,) * 9, "not checked, 2026-11-22", "lightgrey"),
    ],
)
def test_what_it_says(found: Any, message: str, color: str) -> None:
    """The worst decides; where most could not be verified, nobody knows."""
    assert says(*found) == (message, color)


def test_what_the_user_fails_on_is_red() -> None:
    """A verdict that fails the run is never green, nor yellow."""
    assert says(SOFT_404, fail_on=frozenset({Verdict.SUSPECT})) == ("1 failing, 2026-11-22", "red")


@pytest.mark.parametrize(
    "changes",
    [
        {"interrupted": True},
        {"network_down": True},
        {"failures": (FAILURE,)},
        {"unreadable": ("x.md: no such file.",)},
        {"compared": Compared("the main branch", 5)},
    ],
)
def test_an_inconclusive_run_is_not_green(changes: Any) -> None:
    """A run that was cut short, or that looked at a change only, says nothing about the list; a proof stays one."""
    assert says(**changes) == ("not checked, 2026-11-22", "lightgrey")
    assert says(NOT_FOUND, **changes)[1] == "red"


def test_nothing_found_is_not_green() -> None:
    """A list without links, or with none to look at, is not fine."""
    assert write(EMPTY)["message"] == "not checked, 2026-11-22"
    ignored = result(occurrence("mailto:a@b.example"), finding=EXCLUDED)
    assert write(replace(FINE, results=(ignored,)))["color"] == "lightgrey"


@given(runs())
@WHOLE_RUNS
def test_it_has_only_keys_that_shields_knows(run: Run) -> None:
    """Strict keys, a message, and never green where the exit code says otherwise."""
    badge = write(run)

    assert set(badge) <= KEYS
    assert badge["message"]
    assert badge["color"] != "brightgreen" or run.exit_code == 0
