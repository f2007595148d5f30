"""The labelled set: pages written to measure soft rot by, judged as ``linkwarden calibrate`` judges them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from linkwarden import api
from linkwarden.cli import cli
from linkwarden.cli.calibrate import SavedNet, read_saved
from linkwarden.cli.guard import run_guarded
from tests.soft404.rot import pages

HERE = Path(__file__).parent
LABELS = HERE / "labels.jsonl"
PAGES = HERE / "pages"
SAVED = read_saved(PAGES)
ROWS = [json.loads(line) for line in LABELS.read_text("utf-8").splitlines()]


def test_the_set_is_large_and_mixed() -> None:
    """At least 120 pages; about half of them ill; every one answered by a saved page."""
    labels = [row["label"] for row in ROWS]
    assert len(ROWS) >= 120
    assert len({row["url"] for row in ROWS}) == len(ROWS)
    assert 0.4 < labels.count("suspect") / len(labels) < 0.6
    languages = set(re.findall(r"lang=[\"']([a-z]{2})", "".join(p.read_text("utf-8") for p in PAGES.iterdir())))
    assert len(languages) >= 20


def test_precision_and_recall_are_kept(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Recall 0.8 at precision 0.97 is the promise (docs/facts/soft-404.md#measured); the command fails below."""
    monkeypatch.setattr(api, "_loop_factory", lambda: None)
    command = ["calibrate", str(LABELS), "--saved", str(PAGES), "--min-precision", "0.97", "--min-recall", "0.8"]

    code = run_guarded(cli, command)

    printed = capsys.readouterr().out
    assert code == 0, printed
    assert re.search(r"^precision (?:1\.000|0\.9[789]\d)  ", printed, re.MULTILINE), printed
    assert re.search(r"^recall    (?:1\.000|0\.[89]\d\d)  ", printed, re.MULTILINE), printed


async def test_the_set_costs_few_requests() -> None:
    """Even here, where half of all pages are odd: siblings for a quarter of them at most, redirects left out."""
    asked: list[str] = []
    net = SavedNet(SAVED, lambda ask, _url, _status, _elapsed, _note: asked.append(ask.purpose))
    await pages(net, *(row["url"] for row in ROWS))
    assert 0 < asked.count("sibling") <= len(ROWS) / 4
