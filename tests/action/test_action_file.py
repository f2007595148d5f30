"""action.yml, the workflow files and what is written about them say the same, and nothing in them is dangerous."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from linkwarden import gha
from linkwarden.cli.check import check
from linkwarden.cli.init import PLACEHOLDER, WORKFLOWS, Pin, workflow_text
from linkwarden.gha import fixes
from tests.action.workflow import ACTION, OURS, REPOSITORY

PIN = Pin(f"{OURS}@{'a' * 40} # v1.2.3")
RENDERED = {
    "nightly.yml": workflow_text("nightly.yml", PIN),
    "nightly.yml and commit": workflow_text("nightly.yml", PIN, commit=True),
    "nightly.yml and fixes": workflow_text("nightly.yml", PIN, fix=True),
    "nightly.yml and both": workflow_text("nightly.yml", PIN, commit=True, fix=True),
    "pr-check.yml": workflow_text("pr-check.yml", PIN),
    "pr-check.yml and suggestions": workflow_text("pr-check.yml", PIN, fix=True),
    **{path.name: path.read_text("utf-8") for path in (REPOSITORY / ".github" / "workflows").glob("*.yml")},
}
PAGE = (REPOSITORY / "docs" / "ci.md").read_text("utf-8")


def table(name: str) -> dict[str, str]:
    """Return the rows of a table of docs/ci.md that a comment announces: first cell -> the others."""
    match = re.search(rf"<!-- {name}: .*?-->\n((?:\|.*\n)+)", PAGE)
    assert match is not None, name
    rows = [row.strip("|").split("|", 1) for row in match[1].splitlines()[2:]]
    return {first.strip().strip("`"): rest for first, rest in rows}


def scripts() -> dict[str, str]:
    """Return every script that a step of ours runs, by where it stands."""
    found = {f"action.yml {step['name']}": step["run"] for step in ACTION["runs"]["steps"]}
    for file, text in RENDERED.items():
        for job in yaml.safe_load(text)["jobs"].values():
            found |= {f"{file} {step['name']}": step["run"] for step in job["steps"] if "run" in step}
    return found


def test_every_input_is_handed_over_read_and_described() -> None:
    """The inputs of action.yml are the variables of its step, those that the module reads, and docs/ci.md's table."""
    environ = ACTION["runs"]["steps"][1]["env"]
    source = Path(gha.__file__).read_text("utf-8")

    assert environ == {
        f"LINKWARDEN_{name.upper().replace('-', '_')}": f"${{{{ inputs.{name} }}}}" for name in ACTION["inputs"]
    }
    assert set(re.findall(r"LINKWARDEN_[A-Z_]+", source)) == set(environ)
    assert set(table("inputs")) == set(ACTION["inputs"])


def test_every_output_is_written_and_described() -> None:
    """The outputs of action.yml are those that the module writes, and docs/ci.md's table."""
    written = gha.outputs(None, 4, Path("x"))

    assert {name: about["value"] for name, about in ACTION["outputs"].items()} == {
        name: f"${{{{ steps.check.outputs.{name} }}}}" for name in written
    }
    assert set(table("outputs")) == set(written)
    assert all(f"`{name}`" in table("outputs")["report-dir"] for name in gha.REPORTS)
    assert all(f"`{name}`" in table("outputs")["fixes"] for name in (fixes.PATCH, fixes.BODY, fixes.SUGGESTIONS))


def test_what_the_readme_says_of_the_action_exists() -> None:
    """Whatever input of the Action an example of README or docs/ci.md gives, there is one of that name."""
    for page in (PAGE, (REPOSITORY / "README.md").read_text("utf-8")):
        for block in re.findall(r"(?m)^ *- uses: OWNER/REPOSITORY@.*\n((?: +(?:with:|[\w-]+:.*|\S+)\n)*)", page):
            given = re.findall(r"(?m)^ +([\w-]+):(?! *$)", block)
            assert set(given) <= set(ACTION["inputs"]), block


def test_the_options_that_the_action_gives_exist() -> None:
    """The arguments that it builds, and those in our workflow files, are options of ``linkwarden check``."""
    known = {option for parameter in check.params for option in parameter.opts}
    given = gha.arguments({"LINKWARDEN_DIFF": "auto"}, "token", Path("x"))
    for text in RENDERED.values():
        for job in yaml.safe_load(text)["jobs"].values():
            for step in job["steps"]:
                given += step.get("with", {}).get("args", "").split()

    options = {argument.partition("=")[0] for argument in given if argument != "--"}
    assert {"--patient", "--max-time", "--diff", "--github-token"} <= options <= known


def test_what_is_installed_is_what_the_repository_locks() -> None:
    """The Action installs requirements/run.txt, which `make lock` writes, and every line of it has its hashes."""
    main = (REPOSITORY / "action" / "main.py").read_text("utf-8")
    lock = (REPOSITORY / "requirements" / "run.txt").read_text("utf-8")
    makefile = (REPOSITORY / "Makefile").read_text("utf-8")
    entries = re.split(r"(?m)^(?=[a-z])", lock)[1:]

    assert '(ACTION, "requirements", "run.txt")' in main
    assert re.search(
        r"uv pip compile -q pyproject\.toml (.|\n)*?--generate-hashes (.|\n)*?-o requirements/run\.txt", makefile
    )
    assert all(re.match(r"[\w.-]+==\S+", entry) and "--hash=sha256:" in entry for entry in entries)
    wanted = re.findall(
        r'(?m)^  "([\w-]+)>=', (REPOSITORY / "pyproject.toml").read_text("utf-8").split("[project.opt")[0]
    )
    assert len(wanted) > 5
    assert set(wanted) <= {entry.split("==")[0] for entry in entries}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_this_repository_runs_what_it_gives_to_others(name: str) -> None:
    """Our own workflow is what ``linkwarden init`` writes, except that it uses the Action of its own checkout."""
    own = (REPOSITORY / ".github" / "workflows" / name).read_text("utf-8").splitlines()
    theirs = workflow_text(name, PIN).splitlines()

    different = [(one, other) for one, other in zip(own, theirs, strict=True) if one != other]
    [(one, other)] = different
    assert one.startswith("        uses: ./ ")
    assert other == f"        uses: {PIN.text}"


def test_a_template_names_the_action_once() -> None:
    """So that the pin gets everywhere where it has to be, and the placeholder never into a repository."""
    for name in WORKFLOWS:
        assert workflow_text(name, PIN).count(PIN.text) == 1
        assert PLACEHOLDER not in workflow_text(name, PIN)


@pytest.mark.parametrize("name", RENDERED)
def test_the_workflows_grant_and_pin_as_little_and_as_hard_as_they_can(name: str) -> None:
    """No permission for all jobs, one comment a permission, every action at a commit, no trigger that hands secrets."""
    text = RENDERED[name]
    workflow: dict[Any, Any] = yaml.safe_load(text)
    triggers = workflow[True]  # YAML 1.1 reads the key "on" so

    assert workflow["permissions"] == {}
    assert not {"pull_request_target", "workflow_run"} & set(triggers)
    for job in workflow["jobs"].values():
        assert job["permissions"]
        assert job["timeout-minutes"] <= 60
        for step in job["steps"]:
            uses = step.get("uses", "./")
            assert uses == "./" or re.fullmatch(r"[\w.-]+(/[\w.-]+)+@[0-9a-f]{40}", uses)
    for permission in re.findall(r"(?m)^ +[a-z-]+: (?:read|write)\b.*$", text):
        assert " # " in permission
    for use in re.findall(r"uses: \S+@.*", text):
        assert re.fullmatch(r"uses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)


def test_who_may_write_reads_nothing_foreign() -> None:
    """The job with a permission to write runs neither linkwarden nor anything of a checked-out list."""
    for name, text in RENDERED.items():
        for job in yaml.safe_load(text)["jobs"].values():
            uses = [step.get("uses", "").split("@")[0] for step in job["steps"]]
            if "write" in job["permissions"].values():
                assert not {"./", OURS} & set(uses), name
                assert "contents" in job["permissions"] or "actions/checkout" not in uses


def test_a_pull_request_of_a_fork_starts_nothing_that_may_write() -> None:
    """Each job that may write, in what a pull request starts, asks where the pull request comes from."""
    jobs = yaml.safe_load(RENDERED["pr-check.yml and suggestions"])["jobs"]
    writing = [job for job in jobs.values() if "write" in job["permissions"].values()]

    assert len(writing) == 1
    assert writing[0]["permissions"] == {"pull-requests": "write"}
    assert "github.event.pull_request.head.repo.full_name == github.repository" in writing[0]["if"]
    assert jobs["added-links"]["permissions"] == {"contents": "read"}


def test_a_pull_request_gets_no_credentials() -> None:
    """The check of pull requests gives linkwarden no token, keeps none in the checkout, and names no secret."""
    text = RENDERED["pr-check.yml"]
    [job] = yaml.safe_load(text)["jobs"].values()
    checkout, links = job["steps"]

    assert checkout["with"] == {"fetch-depth": 2, "persist-credentials": False}
    assert links["with"]["github-token"] == ""
    assert links["with"]["diff"] == "auto"
    assert "secrets." not in text
    assert job["permissions"] == {"contents": "read"}


def test_no_script_holds_an_expression() -> None:
    """What an expression gives would be read by the shell as code; it comes by the environment."""
    assert len(scripts()) > 5
    assert not [where for where, script in scripts().items() if "${{" in script]


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
@pytest.mark.parametrize("where", scripts())
def test_shellcheck_finds_nothing(where: str) -> None:
    """Every script of a step is sound bash."""
    script = f"#!/usr/bin/env bash\nset -eo pipefail\n{scripts()[where]}"  # as the runner starts it
    command = ["shellcheck", "--severity=warning", "-"]
    done = subprocess.run(command, input=script, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", [*RENDERED, "action.yml"])
def test_zizmor_finds_nothing(name: str, tmp_path: Path) -> None:
    """No finding in what we run and in what we write for others, in zizmor's strictest persona."""
    zizmor = Path(sys.executable).with_name("zizmor")
    if not zizmor.exists():
        pytest.skip("zizmor is not installed")
    text = RENDERED.get(name) or (REPOSITORY / name).read_text("utf-8")
    file = tmp_path / ("action.yml" if name == "action.yml" else ".github/workflows/x.yml")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")

    command = [str(zizmor), "--offline", "--quiet", "--persona", "auditor", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_the_problem_matcher_reads_what_concise_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every finding's line gives file, line, column, weight, code and message; the last line gives none."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my list.md").write_text("# A\n\n[x](#nowhere) [y](https://arxiv.org/abs/2113.03762)\n", "utf-8")
    command = [sys.executable, "-m", "linkwarden", "check", "--offline", "--no-report", "--no-state"]
    done = subprocess.run([*command, "--format=concise", "my list.md"], capture_output=True, text=True, check=False)
    matcher = json.loads((REPOSITORY / "action" / "problem-matcher.json").read_text("utf-8"))
    [pattern] = matcher["problemMatcher"][0]["pattern"]
    names = ("file", "line", "column", "severity", "code")

    matches = [re.search(pattern["regexp"], line) for line in done.stdout.splitlines()]

    assert done.returncode == 1
    assert [tuple(m[pattern[name]] for name in names) for m in matches if m] == [
        ("my list.md", "3", "5", "error", "LW120"),
        ("my list.md", "3", "19", "error", "LW401"),
    ]
    assert matches[-1] is None
    assert matches[0] is not None
    assert matches[0][pattern["message"]].startswith("#nowhere: No heading")


def test_the_matcher_is_not_registered_beside_annotations() -> None:
    """The Action annotates by commands; a matcher on top would show every finding twice."""
    assert not [where for where, script in scripts().items() if "add-matcher" in script]


def test_the_image_is_locked_and_has_no_root() -> None:
    """The Dockerfile installs by hash only, ends as somebody without rights, and copies nothing that is not sent."""
    text = (REPOSITORY / "Dockerfile").read_text("utf-8")
    sent = (REPOSITORY / ".dockerignore").read_text("utf-8").split()

    assert text.count("pip install") == text.count("--require-hashes") == 1
    assert re.findall(r"(?m)^USER (.*)$", text) == ["65532:65532"]
    assert "safe.directory /lists" in text
    assert "WORKDIR /lists" in text
    for source in re.findall(r"(?m)^COPY (?!--from)(\S+)", text):
        assert f"!{source}" in sent
        assert (REPOSITORY / source).exists()
