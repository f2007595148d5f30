"""The whole of it: a fresh repository, ``linkwarden init``, then its workflow files night by night, as written.

What is played is in ``workflow.py`` and ``doubles/``: GitHub's own actions, ``gh``, and the internet.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from linkwarden.cli.init import Pin, workflow_text
from tests.action.maintainer import DEAD, FRAIL, LIST, LIVE, NEW, Maintainer
from tests.action.workflow import BASH, DOUBLES, TOKEN

pytestmark = [
    pytest.mark.skipif(shutil.which("jq") is None, reason="jq, which gh has built in, is not installed"),
    pytest.mark.timeout(600),  # a night is a process or ten, and a test has up to six nights
]


def test_the_nights_of_a_list(maintainer: Maintainer) -> None:
    """Found: one issue. Found again: untouched. Repaired: closed. Broken again: reopened. Never a second one."""
    jobs = maintainer.night()
    assert jobs["check"].ok, jobs["check"].log
    assert jobs["issue"].ok, jobs["check"].log + jobs["issue"].log
    assert maintainer.calls == []
    assert maintainer.asked == {LIVE, FRAIL}

    jobs = maintainer.night(frail=404)
    assert jobs["check"].outputs == {"exit-code": "1", "errors": "1"}, jobs["check"].log
    assert "file=README.md,line=9," in jobs["check"].log
    assert FRAIL in jobs["check"].summary
    assert maintainer.calls == ["label create", "issue create"], jobs["issue"].log
    [issue] = maintainer.issues
    assert FRAIL in issue["body"]
    assert LIVE not in issue["body"]
    assert re.search(
        r"\]\(<https://github\.com/me/awesome/blob/[0-9a-f]{40}/README\.md\?plain=1#L\d+>\)", issue["body"]
    )
    run = "https://github.com/me/awesome/actions/runs/1002"
    assert issue["body"].endswith(f"[The run that found this]({run}) keeps all reports for 30 days.\n")
    assert jobs["check"].links["new"] == "1"

    jobs = maintainer.night()
    assert jobs["issue"].ok, jobs["check"].log + jobs["issue"].log
    assert maintainer.calls == []
    assert "is up to date" in jobs["issue"].log
    assert jobs["check"].links["new"] == "0", "the memory went from night to night"
    assert "2026-11-02" in jobs["check"].summary

    jobs = maintainer.night(frail=200)
    assert jobs["check"].outputs == {"exit-code": "0", "errors": "0"}
    assert jobs["check"].links["fixed"] == "1"
    assert maintainer.calls == ["issue close"], jobs["issue"].log
    assert "No link fails any more" in maintainer.issues[0]["comments"][-1]

    jobs = maintainer.night(frail=404)
    assert jobs["issue"].ok, jobs["check"].log + jobs["issue"].log
    assert "issue reopen" in maintainer.calls
    assert [issue["state"] for issue in maintainer.issues] == ["open"]

    maintainer.night(live=410)
    assert maintainer.calls == ["issue edit"]
    assert LIVE in maintainer.issues[0]["body"]


def test_a_night_without_a_network_touches_nothing(maintainer: Maintainer) -> None:
    """The job fails and the issue job does not run: no issue is opened for an outage, and an open one stays open."""
    jobs = maintainer.night(down=True)
    assert maintainer.calls == []

    maintainer.night(frail=404)
    before = maintainer.issues
    assert len(before) == 1

    jobs = maintainer.night(down=True)
    assert jobs["check"].ok is False
    assert jobs["check"].outputs["exit-code"] == "4"
    assert jobs["issue"].ok is None
    assert maintainer.calls == []
    assert maintainer.issues == before
    assert "::error title=linkwarden could not finish::" in jobs["check"].log


@pytest.mark.parametrize("code", ["2", "3", "4", "130", ""])
def test_the_issue_job_looks_at_the_exit_code_first(tmp_path: Path, code: str) -> None:
    """Also where somebody lets the workflow go on after an error, nothing is touched unless it is 0 or 1."""
    job = yaml.safe_load(workflow_text("nightly.yml", Pin("x")))["jobs"]["issue"]
    github = tmp_path / "github.json"
    environ = {"PATH": f"{DOUBLES}:{os.environ['PATH']}", "TEST_GITHUB": str(github), "TEST_PYTHON": sys.executable}

    done = subprocess.run(
        [*BASH, "-c", job["steps"][-1]["run"]],
        env={**environ, "EXIT_CODE": code, "ERRORS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "so the issue is left as is" in done.stdout
    assert not github.exists(), "gh would have failed for the lack of it"


def test_somebody_elses_issue_is_not_taken_for_ours(maintainer: Maintainer) -> None:
    """The mark in an issue that a stranger opened, or in one without the label, or in a pull request, means nothing."""
    mark = f"<!-- linkwarden:report sha256={'0' * 64} -->\n"
    bot, stranger = {"login": "github-actions[bot]"}, {"login": "mallory"}
    planted = [
        {"number": 1, "user": stranger, "labels": ["linkwarden"], "body": mark, "state": "open"},
        {"number": 2, "user": bot, "labels": [], "body": mark, "state": "open"},
        {"number": 3, "user": bot, "labels": ["linkwarden"], "body": mark, "state": "open", "pull_request": {}},
        {"number": 4, "user": bot, "labels": ["linkwarden"], "body": f"> {mark}", "state": "open"},
        {"number": 5, "user": bot, "labels": ["linkwarden"], "body": None, "state": "open"},
    ]
    maintainer.change_github(issues=planted, labels=["linkwarden"])

    jobs = maintainer.night(frail=404)

    assert maintainer.calls == ["issue create"], jobs["issue"].log
    assert maintainer.issues[:5] == planted


def test_an_issue_closed_as_not_planned_stays_closed_until_something_else_is_found(maintainer: Maintainer) -> None:
    """Who closes it so has seen it; other findings are other news."""
    maintainer.night(frail=404)
    [issue] = maintainer.issues
    maintainer.change_github(issues=[issue | {"state": "closed", "state_reason": "not_planned"}])

    maintainer.night()
    assert maintainer.calls == []

    maintainer.night(live=404)
    assert sorted(maintainer.calls) == ["issue edit", "issue reopen"]
    assert maintainer.issues[0]["state"] == "open"


def test_where_issues_are_switched_off_the_night_says_so(maintainer: Maintainer) -> None:
    """It warns and does not fail; the report is in the summary."""
    maintainer.change_github(has_issues=False)

    jobs = maintainer.night(frail=404)

    assert jobs["issue"].ok
    assert "::warning title=linkwarden::Issues are switched off" in jobs["issue"].log
    assert maintainer.calls == []
    assert FRAIL in jobs["check"].summary


def test_a_pull_request_that_adds_links_is_told_of_the_dead_one(maintainer: Maintainer) -> None:
    """One dead and one live link are added: two are asked, the dead one is annotated on its line, the check fails."""
    job = maintainer.pull_request(f"{LIST}* [New]({NEW})\n* [Dead]({DEAD})\n", new=200, dead=404)

    assert job.ok is False
    [command] = [line for line in job.log.splitlines() if line.startswith("::error")]
    assert command.startswith("::error file=README.md,line=11,"), job.log
    assert DEAD in command
    assert maintainer.asked == {NEW, DEAD}
    assert TOKEN not in job.log


def test_a_pull_request_that_moves_a_section_passes(maintainer: Maintainer) -> None:
    """Nothing is added, so nothing is asked, not even about a link that is dead."""
    moved = f"# Good things\n\n## Second\n\n* [Frail]({FRAIL})\n\n## First\n\n  * [Live]({LIVE})\n"

    job = maintainer.pull_request(moved, frail=404)

    assert job.ok, job.log
    assert maintainer.asked == set()


def test_the_report_is_committed_where_that_was_asked_for(maintainer: Maintainer) -> None:
    """``init --commit-reports``: a commit when something else was found than last time, and none otherwise."""
    maintainer.init("--commit-reports", "--force")
    maintainer.push()

    for status, commits in ((404, 1), (404, 1), (200, 2)):
        jobs = maintainer.night(frail=status)
        assert jobs["commit"].ok, jobs["commit"].log
        maintainer.git("fetch", "--quiet", "origin")
        log = maintainer.git("log", "--format=%an %s", "origin/main")
        assert log.count("github-actions[bot] Link report of") == commits
    maintainer.git("pull", "--quiet", "origin", "main")
    assert (maintainer.home / "reports" / "badge.json").exists()
