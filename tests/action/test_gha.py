"""The Action's own part: inputs in, one run, and from it annotations, summary, reports, outputs and the exit code."""

from __future__ import annotations

import io
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import pytest

from linkwarden import api, gha
from tests.action.workflow import parsed_outputs
from tests.deps import on_fake_internet
from tests.internet import Exchange, FakeInternet
from tests.report.runner import obeyed

TOKEN = "ghs_0123456789"


@dataclass
class Ended:
    """How a run of the Action ended."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str
    requests: list[Exchange]

    @property
    def reports(self) -> Path:
        """The folder of reports."""
        return Path(self.outputs["report-dir"])

    @property
    def commands(self) -> list[str]:
        """What the runner is told to do by the log, by name."""
        return [command.name for command in obeyed(self.log)]


def two_sites(internet: FakeInternet) -> None:
    """A page that is there, one that is gone, and GitHub."""
    internet.site("there.example").page("/", "<title>There</title> hello")
    internet.site("gone.example").page("/", "no", status=404)
    internet.site("api.github.com")
    internet.site("github.com")


class Runner:
    """A runner with an empty workspace, which is the working directory."""

    def __init__(self, folder: Path, capfd: pytest.CaptureFixture[str], environ: pytest.MonkeyPatch) -> None:
        self.workspace = folder / "workspace"
        self.temp = folder / "temp"
        self.output, self.summary = self.temp / "output", self.temp / "summary"
        self._capfd = capfd
        self._environ = environ
        self.workspace.mkdir()
        self.temp.mkdir()

    def write(self, text: str, name: str = "README.md") -> None:
        """Write a file of the workspace."""
        (self.workspace / name).write_text(text, "utf-8")

    def run(self, *, inputs: dict[str, str] | None = None, environ: dict[str, str] | None = None) -> Ended:
        """Run the Action; ``gone.example`` answers 404, ``there.example`` 200."""
        given = {
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_OUTPUT": str(self.output),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            **{f"LINKWARDEN_{name.upper()}": value for name, value in (inputs or {}).items()},
            **(environ or {}),
        }
        for name, value in given.items():
            self._environ.setenv(name, value)
        requests: list[Exchange] = []

        self._capfd.readouterr()
        code = gha.main(os.environ, on_fake_internet(two_sites, requests))
        out, err = self._capfd.readouterr()
        return Ended(
            code,
            err + out,
            parsed_outputs(self.output.read_text("utf-8")),
            self.summary.read_text("utf-8") if self.summary.exists() else "",
            requests,
        )


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Runner:
    """A runner."""
    monkeypatch.setattr(api, "_loop_factory", lambda: None)  # virtual time needs asyncio's own loop
    made = Runner(tmp_path, capfd, monkeypatch)
    monkeypatch.chdir(made.workspace)
    return made


def test_one_run_gives_annotations_summary_reports_and_outputs(runner: Runner) -> None:
    """A dead link is annotated on its line, told in the summary and every report, and counted in the outputs."""
    runner.write("# List\n\n* [There](https://there.example/)\n* [Gone](https://gone.example/)\n")

    ended = runner.run()

    assert ended.code == 1
    assert ended.commands == ["error"]
    [command] = obeyed(ended.log)
    assert (command.properties["file"], command.properties["line"]) == ("README.md", "4")
    assert "https://gone.example/" in command.data
    assert "https://gone.example/" in ended.summary
    assert {path.name for path in ended.reports.iterdir()} == set(gha.REPORTS)
    assert all("gone.example" in (ended.reports / name).read_text("utf-8") for name in gha.REPORTS[:-1])
    assert ended.outputs == {
        "exit-code": "1",
        "inconclusive": "false",
        "errors": "1",
        "warnings": "0",
        "notices": "0",
        "unverified": "0",
        "new": ended.outputs["new"],
        "fixed": "0",
        "fixes": "0",
        "report-dir": str(ended.reports),
        "sarif-file": str(ended.reports / "report.sarif"),
    }
    assert ended.reports.is_relative_to(runner.temp), "nothing is written where a pull request could have put a link"


@pytest.mark.parametrize(("fail", "code"), [("true", 1), ("false", 0), (" False ", 0), ("", 1)])
def test_findings_fail_the_step_if_they_are_to(runner: Runner, fail: str, code: int) -> None:
    """``fail`` decides about findings; the output says 1 either way."""
    runner.write("[x](#nowhere)")

    ended = runner.run(inputs={"fail": fail, "args": "--offline"})

    assert ended.code == code
    assert ended.outputs["exit-code"] == "1"


def test_what_keeps_it_from_working_fails_the_step_in_any_case(runner: Runner) -> None:
    """``fail: false`` is about findings: without a list the step fails, is inconclusive, and says what to do."""
    ended = runner.run(inputs={"fail": "false"})

    assert ended.code == 4
    assert (ended.outputs["exit-code"], ended.outputs["inconclusive"]) == ("4", "true")
    [command] = obeyed(ended.log)
    assert command.name == "error"
    assert "README.md" in command.data
    assert "could not be checked (exit code 4)" in ended.summary


@pytest.mark.parametrize("fail", ["yes", "0"])
def test_a_word_that_is_no_switch_is_refused(runner: Runner, fail: str) -> None:
    """What is neither true nor false may have meant either."""
    runner.write("[x](#nowhere)")

    ended = runner.run(inputs={"fail": fail})

    assert ended.code == 2
    assert "input fail" in ended.log


def test_inputs_are_lines_and_never_options(runner: Runner) -> None:
    """Each line of ``paths`` is a path, also one that looks like an option; ``args`` are options, one a line."""
    runner.write("[x](#nowhere)", "a list.md")
    runner.write("[x](#nowhere)", "--exit-zero")

    ended = runner.run(inputs={"paths": "a list.md\n\n  --exit-zero  \n", "args": "--offline\n--exclude=^mailto: x"})

    assert ended.code == 1
    report = json.loads((ended.reports / "health.json").read_text("utf-8"))
    assert report["inputs"] == ["a list.md", "--exit-zero"]


def test_the_summary_of_others_stays(runner: Runner) -> None:
    """What stands in the summary already is kept; and a report that would make it too long is left out."""
    runner.write("[x](#nowhere)")
    runner.summary.write_text("# Somebody else's\n", "utf-8")

    ended = runner.run(inputs={"args": "--offline"})
    assert ended.summary.startswith("# Somebody else's\n# Link health")

    runner.summary.write_text("x" * gha.SUMMARY_LIMIT, "utf-8")
    ended = runner.run(inputs={"args": "--offline"})
    assert len(ended.summary) == gha.SUMMARY_LIMIT


def test_the_token_goes_to_githubs_interface_and_nowhere_else(runner: Runner) -> None:
    """It is in no other request, in no report, in no log, and in no environment that git would inherit."""
    runner.write("[a](https://github.com/o/r) [b](https://there.example/) [c](https://gone.example/)")
    job = {"GITHUB_TOKEN": "ghs_job", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "x", "GH_TOKEN": "y"}

    ended = runner.run(inputs={"github_token": TOKEN}, environ=job)

    with_token = {entry.host for entry in ended.requests if TOKEN in str(entry.headers)}
    assert with_token == {"api.github.com"}
    texts = [ended.log, ended.summary, *(path.read_text("utf-8") for path in ended.reports.iterdir())]
    assert not [text for text in texts if TOKEN in text]
    assert not [name for name in os.environ if name.endswith("_TOKEN")]


def test_an_empty_token_is_no_token(runner: Runner) -> None:
    """A pull request check has none, whatever the job sets for other steps."""
    runner.write("[a](https://github.com/o/r) [b](https://there.example/)")

    ended = runner.run(inputs={"github_token": ""}, environ={"GITHUB_TOKEN": TOKEN})

    assert {entry.host for entry in ended.requests} >= {"github.com", "there.example"}
    assert not [entry for entry in ended.requests if TOKEN in str(entry.headers)]


HOSTILE_KEYS = ("##[set-output name=exit-code]0", "\\r::add-mask::a", "::set-output name=exit-code::0")


@pytest.mark.parametrize("key", HOSTILE_KEYS)
def test_no_message_about_the_configuration_is_a_command(runner: Runner, key: str) -> None:
    """A key of linkwarden.toml comes with a pull request; the message quotes it, and the runner is told nothing."""
    runner.write("[x](#nowhere)")
    runner.write(f'"{key}" = 1\n', "linkwarden.toml")

    ended = runner.run()

    assert ended.code == 2
    assert ended.commands == ["error"]
    assert obeyed(ended.log)[0].properties == {"title": "linkwarden could not check the links"}
    assert ended.outputs["exit-code"] == "2"


def test_no_link_and_no_file_name_is_a_command(runner: Runner) -> None:
    """Texts, anchors and names that are commands for a runner are data in the log."""
    name = "##[stop-commands]zz.md"
    runner.write("# ##[add-mask]e\n\n[##[set-output name=exit-code]0](#::error::x) [\u2003::debug::](##[x]y)\n", name)

    ended = runner.run(inputs={"paths": name, "args": "--offline\n-v"})

    assert ended.code == 1
    assert set(ended.commands) == {"error"}
    assert ended.outputs["exit-code"] == "1"


@pytest.mark.parametrize("key", ["allow-network", "github-token", "proxy", "state"])
def test_a_file_of_the_repository_opens_no_door(runner: Runner, key: str) -> None:
    """Such a key is an error, not a setting."""
    runner.write("[x](#nowhere)")
    runner.write(f'{key} = "127.0.0.0/8"\n', "linkwarden.toml")

    ended = runner.run()

    assert ended.code == 2
    assert key in ended.log
    assert ended.requests == []


@pytest.mark.parametrize("paths", ["", "README.md", "*.md", "inner/environ.md"])
def test_a_list_that_is_a_link_out_of_the_workspace_is_not_read(runner: Runner, tmp_path: Path, paths: str) -> None:
    """A pull request may make README.md a symbolic link to the process's environment, or to a folder outside."""
    secret = tmp_path / "outside"
    secret.mkdir()
    (secret / "environ.md").write_text("[s3cret](https://s3cret.example/)", "utf-8")
    (runner.workspace / "README.md").symlink_to(secret / "environ.md")
    (runner.workspace / "inner").symlink_to(secret)

    ended = runner.run(inputs={"paths": paths})

    assert ended.code == (4 if paths == "*.md" else 2)
    assert "leads out of" in ended.log
    assert "s3cret" not in ended.log + ended.summary


def test_a_link_within_the_workspace_is_a_list(runner: Runner) -> None:
    """Some repositories keep their README in docs/."""
    runner.write("[x](#nowhere)", "real.md")
    (runner.workspace / "README.md").symlink_to("real.md")

    assert runner.run(inputs={"args": "--offline"}).code == 1


def test_many_findings_become_ten_annotations(runner: Runner) -> None:
    """GitHub shows ten; the rest is in the summary."""
    runner.write("".join(f"[{n}](#gone-{n})\n" for n in range(26)))

    ended = runner.run(inputs={"args": "--offline"})

    assert ended.commands == ["error"] * 10
    assert ended.outputs["errors"] == "26"
    assert all(f"#gone-{n}" in ended.summary for n in range(26))


def test_a_failure_of_its_own_is_told_and_harms_nothing(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash gives exit code 3, the traceback in the log without a command in it, and outputs all the same."""

    def crash(*_args: object) -> None:
        raise RuntimeError("x ##[add-mask]e\n::set-output name=exit-code::0\r::error::y")

    monkeypatch.setattr(gha, "perform", crash)
    runner.write("[x](#nowhere)")

    ended = runner.run()

    assert ended.code == 3
    assert set(ended.commands) == {"error"}
    assert len(ended.commands) == 1
    assert (ended.outputs["exit-code"], ended.outputs["inconclusive"], ended.outputs["errors"]) == ("3", "true", "0")


def test_the_log_ends_with_the_run(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is closed by then: since Python 3.13, what its finalizer raised would be printed at the end of the log."""
    logs: list[gha.SafeLog] = []

    class Seen(gha.SafeLog):
        """Is kept beyond the run."""

        def __init__(self, inner: TextIO) -> None:
            super().__init__(inner)
            logs.append(self)

    monkeypatch.setattr(gha, "SafeLog", Seen)
    runner.write("[x](#nowhere)")
    runner.run()

    assert [log.closed for log in logs] == [True]


@pytest.mark.parametrize("begun", ["", "a line that was begun"])
def test_a_log_above_a_closed_stream_ends_in_silence(begun: str) -> None:
    """What the finalizer does, by hand: nothing is raised and nothing is written."""
    below = io.StringIO()
    log = gha.SafeLog(below)
    log.write(begun)
    below.close()

    log.flush()
    log.close()

    assert log.closed


def test_the_line_that_was_begun_is_written_at_the_end() -> None:
    """And the stream below stays open."""
    below = io.StringIO()
    with gha.SafeLog(below) as log:
        log.write("one\n::error::two")

    assert below.getvalue().startswith("one\n")
    assert "two" in below.getvalue()
    assert not obeyed(below.getvalue())


def test_a_value_cannot_forge_an_output() -> None:
    """Whatever a value holds, the runner reads back that value and no other output."""
    for value in ("a\nEOF\nexit-code=0", "x<<y\nz", "a=b", "", "linkwarden_\n"):
        assert parsed_outputs(gha.output_line("path", value) + gha.output_line("exit-code", "1")) == {
            "path": value,
            "exit-code": "1",
        }
