"""``--stream`` and JSON Lines: results are printed and written while the run goes on."""

from __future__ import annotations

import asyncio
import io
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from rich.console import Console

from linkwarden.cli import cli
from linkwarden.cli.guard import run_guarded
from linkwarden.cli.progress import LiveProgress
from linkwarden.cli.streaming import Printer
from tests.cli.offline import check, write
from tests.deps import on_fake_internet
from tests.internet import FakeInternet, misbehave

LIST = """# A

[a](#nowhere) [b](#a) [c](missing.md) [c again](missing.md) [x](https://x.org/)

[d](#gone) <!-- linkwarden-ignore LW120 -->
"""
QUIET = ("--no-state", "--no-report")


def lines_of(text: str) -> list[dict[str, Any]]:
    """Read JSON Lines."""
    return [json.loads(line) for line in text.splitlines()]


def links_of(lines: list[dict[str, Any]]) -> list[str]:
    """Give the lines of links, to be compared with those of a report."""
    return sorted(
        json.dumps({k: v for k, v in line.items() if k != "type"}) for line in lines if line["type"] == "link"
    )


def test_the_lines_are_those_of_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    """On standard output and in a file, beside any other report of the run."""
    write(LIST)

    assert check("--no-state", "--format", "jsonl", "-o", "run.jsonl", "-o", "health.json") == 1

    printed = capsys.readouterr().out
    assert Path("run.jsonl").read_text("utf-8") == printed
    report = json.loads(Path("health.json").read_text("utf-8"))
    assert links_of(lines_of(printed)) == sorted(map(json.dumps, report["links"]))
    assert [line["type"] for line in lines_of(printed)] == ["run", *["link"] * 5, "list", "summary"]


def test_findings_are_printed_once_and_the_summary_last(capsys: pytest.CaptureFixture[str]) -> None:
    """As in the report that is printed at the end."""
    write(LIST)
    assert check(*QUIET) == 1
    usual = capsys.readouterr().out
    assert check(*QUIET, "--stream") == 1
    streamed = capsys.readouterr().out

    def facts(text: str) -> list[str]:
        return sorted(line.strip() for line in text.splitlines() if line.strip() and " in 0." not in line)

    assert facts(streamed) == facts(usual)
    assert streamed.splitlines()[-1] == usual.splitlines()[-1]
    assert streamed.count("missing.md\n") == usual.count("missing.md\n")


def test_the_worst_are_named_again_where_they_have_scrolled_away(capsys: pytest.CaptureFixture[str]) -> None:
    """The summary of a streamed report begins with them, as that of any report longer than a screen."""
    write("# A\n\n" + "".join(f"[a{n}](#nowhere-{n})\n" for n in range(12)))
    assert check(*QUIET, "--stream") == 1
    assert "Worst first" in capsys.readouterr().out

    write("# A\n\n[a](#nowhere)\n")
    assert check(*QUIET, "--stream") == 1
    assert "Worst first" not in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [("-q",), ("-v",), ("--fail-on", "unverified"), ("--color", "always")])
def test_the_other_options_hold(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """What ``-q`` leaves out, ``-v`` adds and ``--fail-on`` names; each finding stands there once."""
    write(LIST)
    code = check(*QUIET, *arguments)
    usual = capsys.readouterr().out
    assert check(*QUIET, *arguments, "--stream") == code
    streamed = capsys.readouterr().out
    for word in ("#nowhere", "#gone", "https://x.org/", "unverified", "\x1b["):
        assert streamed.count(word) == usual.count(word), word


def test_a_format_that_needs_the_whole_run_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """JSON is one value; the message names what can be streamed."""
    write(LIST)
    assert check("--stream", "--format", "json", *QUIET) == 2
    assert "--format jsonl" in capsys.readouterr().err


def test_without_a_list_the_last_lines_stay(capsys: pytest.CaptureFixture[str]) -> None:
    """A file of an earlier run is not emptied by a slip."""
    write("earlier\n", "run.jsonl")
    assert check("--no-state", "-o", "run.jsonl", "--format", "jsonl", "nothing.md") in (2, 4)
    assert Path("run.jsonl").read_text("utf-8") == "earlier\n"
    assert capsys.readouterr().out == ""


def test_a_symbolic_link_is_replaced() -> None:
    """As with all reports: what it leads to stays as it is."""
    write(LIST)
    write("mine\n", "elsewhere")
    Path("run.jsonl").symlink_to("elsewhere")

    assert check("--no-state", "-o", "run.jsonl") == 1

    assert Path("elsewhere").read_text("utf-8") == "mine\n"
    assert lines_of(Path("run.jsonl").read_text("utf-8"))[-1]["type"] == "summary"


def test_a_file_that_cannot_be_followed_is_written_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the file cannot take the lines while the run goes on, the report is not lost."""
    write(LIST)

    def refuse(_path: Path) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("linkwarden.cli.streaming.mode_for", refuse)
        assert check("--no-state", "-o", "run.jsonl") == 1

    assert lines_of(Path("run.jsonl").read_text("utf-8"))[-1]["type"] == "summary"
    assert not list(Path().glob(".linkwarden-*"))


def test_what_goes_into_a_new_baseline_is_told_as_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    """It is known at the end only, so nothing is told before."""
    write(LIST)
    assert check(*QUIET, "--format", "jsonl", "--baseline", "b.json", "--write-baseline") == 0
    assert "broken" not in {line.get("verdict") for line in lines_of(capsys.readouterr().out)}


def test_fix_says_that_it_needs_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    """Lines of a run that was killed are no whole report."""
    write(LIST)
    assert check("--no-state", "-o", "run.jsonl") == 1
    assert run_guarded(cli, ["fix", "--from", "run.jsonl"]) == 2
    err = capsys.readouterr().err
    assert "JSON Lines" in err
    assert "--output health.json" in err


@pytest.mark.parametrize("arguments", [("--format", "jsonl"), ("--stream",)])
def test_results_come_while_a_slow_host_is_waited_for(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broken link is printed, and stands in the file, before the slow host has answered; the rest follows."""
    write("[a](https://gone.example.org/a) [b](https://slow.example.org/)\n")
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    seen: list[str] = []

    def world(internet: FakeInternet) -> None:
        internet.site("gone.example.org").default(misbehave.answer("<title>404</title>", 404))
        after = misbehave.retry_after(internet.time, 40, misbehave.answer("<title>It is there</title>"))

        async def slow(request: web.Request) -> web.StreamResponse:
            written = await asyncio.to_thread(Path("run.jsonl").read_text, "utf-8")
            seen.append(f"{out.getvalue()}\0{written}")
            return await after(request)

        internet.site("slow.example.org").default(slow)

    command = ["check", "--no-state", "--no-archive", "-o", "run.jsonl", *arguments]
    assert run_guarded(cli, command, on_fake_internet(world)) == 1

    printed, written = seen[-1].split("\0")
    assert "https://gone.example.org/a" in printed
    assert [line["type"] for line in lines_of(written)] == ["run", "link"]
    assert "slow.example.org" not in printed
    assert out.getvalue().startswith(printed)
    whole = lines_of(Path("run.jsonl").read_text("utf-8"))
    assert [line["type"] for line in whole] == ["run", "link", "link", "list", "summary"]


def test_a_reader_who_goes_away_early_is_no_error(tmp_path: Path) -> None:
    """``| head -1`` gets its line; reports are written, and the exit code is the run's."""
    write("# A\n\n" + "".join(f"[a{n}](#nowhere-{n})\n" for n in range(5000)))
    for arguments in (("--format", "jsonl"), ("--stream",)):
        command = [sys.executable, "-m", "linkwarden", "check", "--offline", "--no-state", "-o", "health.json"]
        process = subprocess.Popen(
            [*command, *arguments], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        with process:
            assert process.stdout is not None
            assert process.stdout.readline() != ""
            process.stdout.close()
            process.stdout = None
            _, err = process.communicate(timeout=120)
        assert process.returncode == 1
        assert err.replace("Reports: health.json\n", "") == ""
        assert len(json.loads(Path("health.json").read_text("utf-8"))["links"]) == 5000


def test_interrupted_the_last_line_says_so(tmp_path: Path) -> None:
    """Ctrl-C while the run waits for a server: what is left is told as not checked, and the exit code is 130."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        write(f"[a](#nowhere) [b]({address})\n")
        command = [sys.executable, "-m", "linkwarden", "check", "--allow-network", "127.0.0.0/8"]
        with subprocess.Popen(
            [*command, *QUIET, "--format", "jsonl"], cwd=tmp_path, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            first = [process.stdout.readline(), process.stdout.readline()]
            taken, _ = silent.accept()
            process.send_signal(signal.SIGINT)
            rest, _ = process.communicate(timeout=60)
            taken.close()

    assert process.returncode == 130
    lines = lines_of("".join([*first, rest]))
    assert [line["type"] for line in lines] == ["run", "link", "link", "list", "summary"]
    assert (lines[1]["code"], lines[2]["code"]) == ("LW120", "LW012")
    assert (lines[-1]["interrupted"], lines[-1]["exit_code"]) == (True, 130)


class _Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


class _Bar(LiveProgress):
    """A progress bar that counts how often it has given way."""

    def __init__(self) -> None:
        super().__init__(Console(file=io.StringIO(), force_terminal=True, width=80))
        self.times = 0

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Give way."""
        self.times += 1
        with super().aside():
            yield


async def test_what_comes_within_a_moment_is_printed_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """To take a bar away for each of thousands of findings would take longer than the run. Nothing is lost."""
    screen = _Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    printer = Printer()
    with _Bar() as bar, printer.beside(bar):
        for number in range(1000):
            printer.write(iter((f"{number}\n",)))
        assert bar.times <= 1
    printer.write(iter(("end\n",)))

    assert screen.getvalue().split() == [*map(str, range(1000)), "end"]
    assert bar.times == 1


def test_the_bar_gives_way_to_what_is_printed() -> None:
    """On a terminal the progress is taken away for a moment, and comes back."""
    paper = io.StringIO()
    with LiveProgress(Console(file=paper, force_terminal=True, width=80, color_system=None)) as progress:
        progress.step(1, 2, 0, dict)
        before = paper.getvalue()
        with progress.aside():
            gone = paper.getvalue()[len(before) :]
            paper.write("FINDING\n")
        progress.step(2, 2, 0, dict)
    assert "\x1b[2K" in gone
    assert "Checking" in paper.getvalue().split("FINDING")[1]
