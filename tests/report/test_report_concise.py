"""``--format concise``: one line a finding, which editors, grep and the problem matcher take apart."""

from __future__ import annotations

import json
import re
from pathlib import Path

from hypothesis import given

from linkwarden.model import Run
from linkwarden.report import ReportOptions, for_name
from linkwarden.report._order import marked, placed
from linkwarden.report.concise import ConciseReport
from tests.report.sample import RUN
from tests.report.strategies import runs

MATCHER = Path(__file__).parents[2] / "action" / "problem-matcher.json"


def write(run: Run, *, verbose: int = 0) -> list[str]:
    """Give the lines of the report."""
    return ConciseReport().render(run, ReportOptions(verbose=verbose)).split("\n")[:-1]


def test_it_is_found_by_name() -> None:
    """``--format concise`` means it."""
    assert for_name("concise") is ConciseReport


def test_every_finding_of_the_sample_has_a_line_that_the_matcher_reads() -> None:
    """Place, weight, code, address and reason; and at the end how the run ended."""
    [matcher] = json.loads(MATCHER.read_text("utf-8"))["problemMatcher"]
    *findings, end = write(RUN)

    assert findings
    assert all(re.fullmatch(matcher["pattern"][0]["regexp"], line) for line in findings)
    assert not re.fullmatch(matcher["pattern"][0]["regexp"], end)
    assert {line.split(": ")[1].split(" ")[0] for line in findings} >= {"error", "warning", "notice"}


def test_quiet_tells_only_what_fails() -> None:
    """With ``-q`` the others are left out."""
    assert write(RUN, verbose=-1)[:-1] == [line for line in write(RUN)[:-1] if ": error " in line]


@given(runs())
def test_whatever_is_found_it_is_one_line_each(run: Run) -> None:
    """As many lines as places of findings, and one: nothing foreign breaks a line."""
    text = ConciseReport().render(run, ReportOptions())

    assert len(re.split(r"[\r\n\v\f\x85\u2028\u2029]", text)) == len(list(marked(run, placed(run)))) + 2
