"""``linkwarden init --fix-pr``: one pull request with the safe fixes, night by night, and suggestions in others'.

Played as in ``test_nights_and_pull_requests.py``. What a hostile check job could leave is given to the jobs that write.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from linkwarden.cli.init import Pin, workflow_text
from linkwarden.inputs import extractors
from tests.action.maintainer import FRAIL, LIST, LIVE, Maintainer
from tests.action.workflow import BASH, DOUBLES, TOKEN

pytestmark = [
    pytest.mark.skipif(shutil.which("jq") is None, reason="jq, which gh has built in, is not installed"),
    pytest.mark.timeout(600),
]

BRANCH = "linkwarden/fixes"
TYPO = FRAIL.replace("https", "htps")
WRONG = LIST.replace(FRAIL, TYPO)
BOT = "41898282+github-actions[bot]@users.noreply.github.com"


@pytest.fixture
def fixing(maintainer: Maintainer) -> Maintainer:
    """A maintainer who wants the pull request, with one URL that is misspelt."""
    maintainer.write(WRONG)
    maintainer.init("--fix-pr", "--force")
    maintainer.push()
    return maintainer


def on_branch(person: Maintainer, name: str = "README.md") -> str:
    """Return a file as it is on the branch with the fixes."""
    person.git("fetch", "--quiet", "--prune", "origin")
    return person.git("show", f"origin/{BRANCH}:{name}")


def branches(person: Maintainer) -> set[str]:
    """Return the branches of the repository."""
    return set(person.git("ls-remote", "--heads", "origin").split()[1::2])


def commit_to_branch(person: Maintainer, email: str) -> str:
    """Put a commit of somebody's onto the branch with the fixes, and return it."""
    person.git("fetch", "--quiet", "origin")
    person.git("checkout", "--quiet", "--detach", f"origin/{BRANCH}")
    person.write("mine\n", "mine.md")
    person.git("add", "--all")
    person.git("-c", f"user.email={email}", "commit", "--quiet", "--message=Fix links")
    person.git("push", "--quiet", "origin", f"HEAD:refs/heads/{BRANCH}")
    tip = person.git("rev-parse", "HEAD").strip()
    person.git("checkout", "--quiet", "main")
    return tip


def test_the_nights_of_the_pull_request(fixing: Maintainer) -> None:
    """Opened once, left alone while nothing changes, edited in place, closed when nothing is left."""
    jobs = fixing.night()
    assert jobs["fix"].ok, jobs["check"].log + jobs["fix"].log
    assert jobs["check"].links["fixes"] == "1"
    [pull] = fixing.pulls
    assert (pull["title"], pull["head"], pull["base"], pull["state"]) == ("Fix links", BRANCH, "main", "open")
    assert f"`README.md:9` `{TYPO}` → `{FRAIL}`" in pull["body"]
    assert "/actions/runs/1001)" in pull["body"]
    assert on_branch(fixing) == LIST
    assert fixing.git("log", "-1", "--format=%ae %ce %s", f"origin/{BRANCH}") == f"{BOT} {BOT} Fix links\n"
    assert fixing.git("diff", "--name-only", f"origin/main...origin/{BRANCH}") == "README.md\n"

    jobs = fixing.night()
    assert "Pull request 1 is up to date." in jobs["fix"].log
    assert "post pulls" not in fixing.calls

    more = f"{WRONG}* [More](htps://live.example/page)\n"
    fixing.write(more)
    fixing.push()
    fixing.night()
    [pull] = fixing.pulls
    assert pull["state"] == "open"
    assert "2 URLs in 1 file" in pull["body"]
    assert on_branch(fixing) == more.replace("htps", "https")
    assert fixing.git("rev-list", "--count", f"origin/main..origin/{BRANCH}") == "1\n"

    fixing.write(LIST)
    fixing.push()
    jobs = fixing.night()
    assert jobs["fix"].ok, jobs["fix"].log
    [pull] = fixing.pulls
    assert pull["state"] == "closed"
    assert "No link is left" in pull["body"]
    assert branches(fixing) == {"refs/heads/main"}

    fixing.write(WRONG)
    fixing.push()
    fixing.night()
    assert [pull["state"] for pull in fixing.pulls] == ["closed", "open"]


@pytest.mark.parametrize("email", ["m@example.org", BOT])
def test_a_branch_with_somebodys_commit_is_never_touched(fixing: Maintainer, email: str) -> None:
    """Nor the pull request; also where another workflow commits under the bot's name."""
    fixing.night()
    tip = commit_to_branch(fixing, email)
    before = fixing.pulls

    for text in (f"{WRONG}* [More](htps://live.example/page)\n", LIST):
        fixing.write(text)
        fixing.push()
        jobs = fixing.night()
        assert jobs["fix"].ok, jobs["fix"].log
        assert "Somebody else has committed" in jobs["fix"].log
    fixing.git("fetch", "--quiet", "origin")
    assert fixing.git("rev-parse", f"origin/{BRANCH}").strip() == tip
    assert fixing.pulls == before


def test_a_rejected_pull_request_is_not_opened_again(fixing: Maintainer) -> None:
    """Who closes it has seen it; other fixes are another matter."""
    fixing.night()
    [pull] = fixing.pulls
    fixing.change_github(pulls=[pull | {"state": "closed"}])

    jobs = fixing.night()
    assert "was closed" in jobs["fix"].log
    assert len(fixing.pulls) == 1

    fixing.write(f"{WRONG}* [More](htps://live.example/page)\n")
    fixing.push()
    fixing.night()
    assert [pull["state"] for pull in fixing.pulls] == ["closed", "open"]


def test_where_pull_requests_are_not_allowed_the_night_says_so(fixing: Maintainer) -> None:
    """The job warns and does not fail, and the branch is there."""
    fixing.change_github(may_create=False)

    jobs = fixing.night()

    assert jobs["fix"].ok, jobs["fix"].log
    assert "::warning title=linkwarden::The fixes are on the branch" in jobs["fix"].log
    assert on_branch(fixing) == LIST
    assert TOKEN not in jobs["fix"].log


def test_an_outage_leaves_the_pull_request_alone(fixing: Maintainer) -> None:
    """The job does not run after a check that failed; and it looks at the exit code itself."""
    fixing.night()
    before = fixing.pulls

    jobs = fixing.night(down=True)

    assert jobs["fix"].ok is None
    assert fixing.pulls == before
    assert f"refs/heads/{BRANCH}" in branches(fixing)


# --- what a hostile check job could leave ----------------------------------------------------------------------------


def fix_script() -> str:
    """Return the script of the job that writes."""
    script: str = yaml.safe_load(workflow_text("nightly.yml", Pin("x"), fix=True))["jobs"]["fix"]["steps"][-1]["run"]
    return script


def run_fix(person: Maintainer, folder: Path, patch: str, body: str = "") -> subprocess.CompletedProcess[str]:
    """Run that script in a fresh clone, with a report that somebody has made."""
    report, clone = folder / "report", folder / "clone"
    report.mkdir()
    (report / "fixes.patch").write_text(patch, "utf-8")
    (report / "fixes.md").write_text(body or f"<!-- linkwarden:fixes sha256={'a' * 64} -->\n", "utf-8")
    person.git("clone", "--quiet", "--branch=main", str(person.hub.origin), str(clone))
    environ = {
        "PATH": f"{DOUBLES}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "TEST_PYTHON": sys.executable,
        "GH_TOKEN": TOKEN,
        "GH_REPO": "me/awesome",
        "EXIT_CODE": "1",
        "REPORT": str(report),
        "GITHUB_REF_NAME": "main",
        "GITHUB_SHA": person.hub.commit("refs/heads/main"),
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "me/awesome",
        "GITHUB_RUN_ID": "1",
        **person.hub.environ,
    }
    command = [*BASH, "-c", fix_script()]
    return subprocess.run(command, cwd=clone, env=environ, capture_output=True, text=True, check=False)


def difference(person: Maintainer, *change: list[str], **files: str) -> str:
    """Return a patch that git makes of changes to the maintainer's files."""
    for name, text in files.items():
        place = person.home / name.replace("__", "/").replace("_DOT_", ".")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
    for command in change:
        subprocess.run(command, cwd=person.home, check=True)
    person.git("add", "--all")
    return person.git("diff", "--cached", "--binary")


HOSTILE: dict[str, dict[str, Any]] = {
    "a new file": {"files": {"new_DOT_md": "x\n"}},
    "a line more": {"files": {"README_DOT_md": f"{LIST}more\n"}},
    "a workflow": {"files": {"_DOT_github__workflows__linkwarden-nightly_DOT_yml": "on: push\n"}},
    "a mode": {"change": [["chmod", "+x", "README.md"]]},
    "a link": {"change": [["ln", "-sf", "/etc/passwd", "README.md"]]},
    "a deletion": {"change": [["rm", "README.md"]]},
    "a rename": {"change": [["mv", "README.md", "OTHER.md"]]},
    "a hidden file": {"files": {"_DOT_gitattributes": "*.md text\n"}},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_patch_that_does_more_than_it_should_is_refused(maintainer: Maintainer, tmp_path: Path, name: str) -> None:
    """Whatever the check job leaves: only lines of files that are there can change, and no settings."""
    maintainer.write("*.md text eol=lf\n", ".gitattributes")
    maintainer.push()
    patch = difference(maintainer, *HOSTILE[name].get("change", []), **HOSTILE[name].get("files", {}))
    assert patch

    done = run_fix(maintainer, tmp_path, patch)

    assert done.returncode == 1
    assert "::error title=linkwarden::The patch changes more" in done.stdout
    assert branches(maintainer) == {"refs/heads/main"}
    assert maintainer.pulls == []


@pytest.mark.parametrize(
    ("name", "config", "changes"),
    [
        ("setup.py", 'inputs = ["README.md"]\n', False),
        ("my list.yaml", 'inputs = ["README.md"]\n', False),
        ("my list.yaml", 'inputs = ["README.md", "my list.yaml"]\n', True),
        ("data/a.yaml", "inputs = ['data']\n", True),
        ("DATA.YAML", "inputs = ['data.yaml']\n", False),
        ("data/a.yaml", "inputs = ['data/*.yaml']\n", True),
        ("other/a.yaml", "inputs = ['data/*.yaml']\n", False),
    ],
)
def test_code_is_no_list(maintainer: Maintainer, tmp_path: Path, name: str, config: str, *, changes: bool) -> None:
    """Documents are fixed, and of other files those that the configuration names; the others are left out."""
    place = maintainer.home / name
    place.parent.mkdir(exist_ok=True)
    place.write_text(f"x: {TYPO}\n", "utf-8")
    maintainer.write(config, "linkwarden.toml")
    maintainer.write(
        '[tool.ruff]\nsrc = ["setup.py"]\n\n[tool.linkwarden]\n\n[tool.x]\na = "my list.yaml"\n', "pyproject.toml"
    )
    maintainer.write(WRONG)
    maintainer.push()
    place.write_text(f"x: {FRAIL}\n", "utf-8")
    patch = difference(maintainer, README_DOT_md=LIST)

    done = run_fix(maintainer, tmp_path, patch)

    assert done.returncode == 0, done.stderr
    assert on_branch(maintainer) == LIST
    assert on_branch(maintainer, name) == f"x: {FRAIL if changes else TYPO}\n"
    assert ("does not name it" in done.stdout) is not changes


def test_the_documents_that_may_change_are_those_that_are_read() -> None:
    """The script names every suffix that linkwarden reads in folders."""
    [line] = [line for line in fix_script().splitlines() if "*.md |" in line]

    assert {word.removeprefix("*") for word in line.split(")")[0].split() if word != "|"} == {
        suffix for extractor in extractors() for suffix in extractor.of_folders
    }


@pytest.mark.parametrize("path", ["../outside.md", "/etc/outside.md", ".git/config"])
def test_a_patch_cannot_leave_the_checkout(maintainer: Maintainer, tmp_path: Path, path: str) -> None:
    """Git itself refuses such names."""
    patch = f"--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n-x\n+y\n"

    done = run_fix(maintainer, tmp_path, patch)

    assert done.returncode != 0
    assert branches(maintainer) == {"refs/heads/main"}


def test_nothing_in_a_report_is_executed(maintainer: Maintainer, tmp_path: Path) -> None:
    """The text of the pull request goes to GitHub as it is: no shell, no option and no file name is made of it."""
    body = f"<!-- linkwarden:fixes sha256={'a' * 64} -->\n$(touch pwned) `touch pwned`\n@/etc/passwd\n::error::x\n"
    patch = difference(maintainer, README_DOT_md=LIST.replace(LIVE, "https://live.example/$(touch pwned)"))

    done = run_fix(maintainer, tmp_path, patch, body)

    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.rglob("pwned"))
    assert "::error" not in done.stdout
    [pull] = maintainer.pulls
    assert pull["body"].startswith(body)


# --- suggestions -----------------------------------------------------------------------------------------------------

ADDED = f"{LIST}* [New]({TYPO}) and ```{'`'} [Old]({LIVE})\n"


def test_a_pull_request_gets_each_suggestion_once(fixing: Maintainer) -> None:
    """On the line that it adds, with the whole new line in a fence that no backticks close."""
    fixing.write(LIST)
    fixing.push()
    jobs = fixing.pull_request_jobs(ADDED, {})

    assert jobs["added-links"].ok is False  # the misspelt URL is broken
    assert jobs["suggest"].ok, jobs["suggest"].log
    [comment] = fixing.comments
    lines = comment["body"].split("\n")
    fence = lines.index("`````suggestion")
    assert (comment["path"], comment["line"], comment["side"]) == ("README.md", 10, "RIGHT")
    assert lines[0].startswith("<!-- linkwarden:suggestion sha256=")
    assert lines[fence + 1 : fence + 3] == [f"* [New]({FRAIL}) and ```{'`'} [Old]({LIVE})", "`````"]
    assert lines[1].startswith("LW101 misspelt-scheme: ")

    jobs = fixing.pull_request_jobs(ADDED, {})
    assert jobs["suggest"].ok, jobs["suggest"].log
    assert fixing.comments == [comment]


def test_a_fork_gets_annotations_with_the_fix(fixing: Maintainer) -> None:
    """GitHub gives its pull requests no right to write, so the job is skipped, and the annotation says it all."""
    fixing.write(LIST)
    fixing.push()

    jobs = fixing.pull_request_jobs(ADDED, {}, "mallory/awesome")

    assert jobs["suggest"].ok is None
    assert fixing.comments == []
    assert f"Replace with: {FRAIL}" in jobs["added-links"].log


def test_nothing_to_suggest_needs_no_job(fixing: Maintainer) -> None:
    """Then nothing is uploaded, and nothing runs with the right to write."""
    fixing.write(LIST)
    fixing.push()

    jobs = fixing.pull_request_jobs(f"{LIST}* [Old](#first)\n", {})

    assert jobs["added-links"].ok, jobs["added-links"].log
    assert jobs["suggest"].ok is None


def test_a_line_that_github_refuses_is_no_failure(fixing: Maintainer) -> None:
    """What is not part of the change as GitHub sees it is said in the log."""
    fixing.write(LIST)
    fixing.push()
    fixing.change_github(refused_lines=[10])

    jobs = fixing.pull_request_jobs(ADDED, {})

    assert jobs["suggest"].ok
    assert "::notice title=linkwarden::A suggestion could not be shown" in jobs["suggest"].log


def test_hostile_suggestions_can_only_comment(tmp_path: Path) -> None:
    """Whatever stands in the file: fields that GitHub would obey are dropped, and no shell reads any."""
    script = yaml.safe_load(workflow_text("pr-check.yml", Pin("x"), fix=True))["jobs"]["suggest"]["steps"][-1]["run"]
    (tmp_path / "suggestions").mkdir()
    hostile = {"path": "$(touch pwned)", "line": 1, "side": "RIGHT", "body": "-e\n$(touch pwned)", "in_reply_to": 1}
    (tmp_path / "suggestions" / "suggestions.json").write_text(json.dumps([hostile]), "utf-8")
    github = tmp_path / "github.json"
    github.write_text(json.dumps({"calls": [], "comments": [], "refused_lines": []}), "utf-8")
    environ = {"PATH": f"{DOUBLES}{os.pathsep}{os.environ['PATH']}", "TEST_GITHUB": str(github), "GH_TOKEN": TOKEN}
    environ |= {"TEST_PYTHON": sys.executable, "GH_REPO": "me/awesome", "NUMBER": "1", "HEAD": "a" * 40}

    done = subprocess.run([*BASH, "-c", script], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.rglob("pwned"))
    [comment] = json.loads(github.read_text("utf-8"))["comments"]
    assert set(comment) == {"number", "user", "path", "line", "side", "body", "commit_id"}
