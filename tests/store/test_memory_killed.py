"""A process that writes the memory is killed at many instants, and nothing that was finished is ever lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.store import killed

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
ROOT = Path(__file__).resolve().parents[2]


def _reports(*arguments: object) -> list[dict[str, Any]]:
    command = [sys.executable, killed.__file__, *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment, cwd=ROOT)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _must_stand(report: dict[str, Any]) -> None:
    """Check that a file is sound, and that it holds each run as a whole or not at all."""
    assert report["integrity"] == "ok", report
    assert report["orphans"] == 0, report
    assert report["notices"] == [], report
    assert report["at_least"] <= report["runs"] <= report["attempted"], report
    assert report["last_run"] == report["last_seen"] == report["last_span"], report
    assert report["seen_last"] == report["listed"], report


def test_killed_at_any_step_earlier_runs_stand(tmp_path: Path) -> None:
    """From making the file to closing it, each killed run is there as a whole or not at all; the others stand."""
    steps = [1, 2, 3, 5, 8, 12, 20, 40, 80, *range(100, 2400, 70)]

    reports = _reports("steps", tmp_path / "state.sqlite3", *steps)

    assert len(reports) == len(steps)
    for report in reports:
        _must_stand(report)
    runs = [report["runs"] for report in reports]
    assert runs == sorted(runs)
    assert runs[0] == 0  # the first ones were killed before they had written anything
    lost = sum(report["runs"] < report["attempted"] for report in reports)
    assert lost > 15
    assert runs[-1] >= 1  # and the last ones after they had


def test_killed_from_outside_earlier_runs_stand(tmp_path: Path) -> None:
    """Wherever the kill strikes, in a system call too, what a run has reported is there."""
    for report in _reports("outside", tmp_path / "state.sqlite3", *range(1, 9)):
        _must_stand(report)
        assert report["runs"] >= 1


def test_answers_of_a_killed_run_are_there(tmp_path: Path) -> None:
    """A killed run need not ask again for what it had been told, but for the last few."""
    (report,) = _reports("answers", tmp_path / "state.sqlite3")

    assert report["kept"] >= 1500 - 512
