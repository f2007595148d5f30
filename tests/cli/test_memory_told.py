"""What a run says about its memory, and what an odd instant does to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from linkwarden import api
from linkwarden.cli import cli
from linkwarden.cli.guard import run_guarded
from linkwarden.deps import Deps
from linkwarden.model import Run
from tests.internet import FakeInternet
from tests.store.nights import FIRST, rows

Check = Callable[..., int]
STATE = Path(".linkwarden/state.sqlite3")


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Run ``linkwarden check …`` on a list with one dead link, in a repository of its own."""
    monkeypatch.setattr(api, "_loop_factory", lambda: None)  # virtual time needs asyncio's own loop
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "README.md").write_text("# List\n\n[Gone](#gone)\n", "utf-8")

    def run(*arguments: str) -> int:
        internet = FakeInternet()
        deps = Deps(make_net=lambda *_: internet.serving())
        return run_guarded(cli, ["check", "--no-report", *arguments], deps)

    return run


def test_a_look_into_the_future_is_not_written_down(check: Check, capsys: pytest.CaptureFixture[str]) -> None:
    """Who asks what will have expired by 2099 has not spoilt the memory: the next run is written down again."""
    assert check("--offline", "--now", "2020-05-01") == 1
    assert check("--offline", "--now", "2099-01-01") == 1
    told = capsys.readouterr().out
    assert check("--offline") == 1

    assert ".linkwarden/state.sqlite3  The memory was read, but what this run found was not stored" in told
    assert "--now is in the future" in " ".join(told.split())
    last = capsys.readouterr().out
    assert "Notes on the inputs" not in last
    assert "Since the last run" in last
    assert "2099" not in str(rows(STATE, "SELECT datetime(at, 'unixepoch') FROM runs"))


def test_a_memory_that_is_ahead_says_what_to_do(check: Check, capsys: pytest.CaptureFixture[str]) -> None:
    """Where a wrong clock has written, every run says how to get out of it."""
    check("--offline")
    check("--offline", "--now", FIRST.replace(year=2020).isoformat())

    assert "remove the file; a new one is started" in " ".join(capsys.readouterr().out.split())


def test_a_run_is_dated_as_it_judges(check: Check, capsys: pytest.CaptureFixture[str]) -> None:
    """With --now, the report and the memory speak of the same day, so that *since* is told."""
    for day in ("2020-05-01", "2020-05-02", "2020-05-03"):
        capsys.readouterr()
        check("--offline", "--now", day)
    assert "since 2020-05-01, in 3 runs" in capsys.readouterr().out

    check("--offline", "--now", "2020-05-04", "--format", "json")
    told = json.loads(capsys.readouterr().out)
    assert datetime.fromisoformat(told["generated_at"]).date().isoformat() == "2020-05-04"


def test_without_a_network_nothing_is_said_of_what_is_new(
    check: Check, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where nobody could look, "nothing new" would be a claim."""
    (tmp_path / "README.md").write_text("[A](https://a.example/) [B](https://b.example/)\n", "utf-8")
    check("--now", "2020-05-01")
    check("--now", "2020-05-02")
    internet = FakeInternet()
    internet.down()
    capsys.readouterr()
    code = run_guarded(
        cli, ["check", "--no-report", "--now", "2020-05-03"], Deps(make_net=lambda *_: internet.serving())
    )

    assert code == 4
    assert "Since the last run" not in capsys.readouterr().out


def test_interrupted_before_a_list_was_read_it_tells_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C while the list is still on its way: no report of nothing takes the place of the last one."""
    monkeypatch.chdir(tmp_path)
    health = tmp_path / "health.md"
    health.write_text("# Link health\n\nChecked on the last day", "utf-8")

    def cut(work: Coroutine[Any, Any, Run], **_how: object) -> Run:
        work.close()
        return Run(started=FIRST, duration_s=0.1, inputs=(), results=(), interrupted=True)

    monkeypatch.setattr(api, "run_loop", cut)
    code = run_guarded(cli, ["check", "--offline", "-o", "health.md"])

    assert code == 130
    assert health.read_text("utf-8").endswith("the last day")
    assert capsys.readouterr().out == ""


def test_history_says_in_which_list_an_anchor_is_missing(
    check: Check, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same ``#gone`` in two lists is two findings; the list and the life of each name its list."""
    check("--offline")
    assert run_guarded(cli, ["history"]) == 0
    assert capsys.readouterr().out.count("1 URL, 1 run") == 1

    (tmp_path / "OTHER.md").write_text("[Gone](#gone)\n", "utf-8")
    check("--offline", "README.md", "OTHER.md")
    capsys.readouterr()
    run_guarded(cli, ["history"])
    listed = capsys.readouterr().out
    run_guarded(cli, ["history", "show", "#gone"])
    lives = capsys.readouterr().out

    for told in (listed, lives):
        assert "#gone  in README.md\n" in told
        assert "#gone  in OTHER.md\n" in told
