"""``linkwarden calibrate``: the figures it prints, what it says of disagreements, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from linkwarden.cli import cli
from linkwarden.cli.guard import run_guarded
from tests.deps import on_fake_internet
from tests.internet import FakeInternet

Command = Callable[..., int]
WORDS = "<p>There is something to read here." * 30


def living(internet: FakeInternet) -> None:
    """A page that is there, one that is not, one that has changed hands, and a picture."""
    internet.site("a.example").page("/", f"<title>A</title>{WORDS}").page("/gone", "no", status=404)
    internet.site("b.example").page("/gan", f"<title>Slot gacor, situs judi</title>{WORDS}")
    internet.site("c.example").page("/i.png", "<p>no picture")


@pytest.fixture
def calibrate() -> Command:
    """Run the command on a fake internet and give the exit code."""

    def run(*arguments: str) -> int:
        return run_guarded(cli, ["calibrate", *arguments], on_fake_internet(living))

    return run


def write(*rows: object, name: str = "labels.jsonl") -> None:
    """Write labelled addresses, one a line."""
    Path(name).write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


def save(name: str, head: str, body: str = "") -> None:
    """Write a saved answer."""
    Path("saved").mkdir(exist_ok=True)
    Path("saved", f"{name}.page").write_text(f"{head}\n\n{body}", "utf-8")


def test_figures_and_disagreements(calibrate: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """The matrix by label and verdict, precision, recall, and each disagreement with rule, reason and what was seen."""
    write(
        {"url": "https://a.example/", "label": "ok"},
        {"url": "https://a.example/gone", "label": "ok", "text": "Still \u001b[31mthere"},
        {"url": "https://b.example/gan", "label": "suspect", "text": "A zoo of generative networks"},
        {"url": "https://c.example/i.png", "label": "broken", "image": True},
        {"url": "https://a.example/?x=1", "label": "broken"},
    )

    assert calibrate("labels.jsonl") == 0

    out = capsys.readouterr().out
    lines = [line.split() for line in out.splitlines()]
    assert ["ok", "1", "1", "0"] in lines
    assert ["broken", "1", "1", "0"] in lines
    assert ["suspect", "0", "0", "1"] in lines
    assert "precision 0.666  (2 of 3 reported links are bad)" in out
    assert "recall    0.666  (2 of 3 bad links are reported)" in out
    assert "False alarms: 1\n- line 2: https://a.example/gone\n" in out
    assert "label ok, verdict broken LW301 not-found" in out
    assert "seen: response (404) https://a.example/gone" in out
    assert "Missed: 1\n- line 5: https://a.example/?x=1\n" in out
    assert "\u001b" not in out


@pytest.mark.parametrize(
    ("option", "value", "code"), [("precision", "0.5", 0), ("precision", "0.51", 1), ("recall", "1", 0)]
)
def test_a_floor_that_is_missed_ends_with_1(calibrate: Command, option: str, value: str, code: int) -> None:
    """So that a project can keep its measure in CI."""
    write({"url": "https://a.example/gone", "label": "ok"}, {"url": "https://b.example/nothing", "label": "broken"})

    assert calibrate("labels.jsonl", f"--min-{option}", value) == code


def test_nothing_accused_is_no_false_accusation(calibrate: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """Shares of nothing count as met."""
    write({"url": "https://a.example/", "label": "ok"})

    assert calibrate("labels.jsonl", "--min-precision", "1", "--min-recall", "1") == 0
    assert "precision 1.000  (0 of 0 reported links are bad)" in capsys.readouterr().out


def test_saved_answers_are_judged_without_a_network(calibrate: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """Redirects are followed, a star covers all below, what no file names is a 404, an unknown host is unverified."""
    save("home", "url: https://s.example/", f"<title>Home</title>{WORDS}")
    save("moved", "url: https://s.example/old/x\nstatus: 301\nlocation: /new/x")
    save("new", "url: https://s.example/new/*", f"<title>New</title>x {WORDS}")
    write(
        {"url": "https://s.example/", "label": "ok"},
        {"url": "https://s.example/old/x", "label": "moved"},
        {"url": "https://s.example/nothing", "label": "broken"},
        {"url": "https://elsewhere.example/", "label": "unverified"},
    )

    assert calibrate("labels.jsonl", "--saved", "saved") == 0

    out = capsys.readouterr().out
    assert "precision 1.000  (1 of 1 reported links are bad)" in out
    assert "line" not in out


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("nonsense", "labels.jsonl:1: no JSON object"),
        ('["https://a.example"]', "labels.jsonl:1: unknown or missing keys"),
        ('{"label": "ok"}', "labels.jsonl:1: unknown or missing keys"),
        ('{"url": "https://a.example", "label": "ok", "txt": ""}', "labels.jsonl:1: unknown or missing keys"),
        ('{"url": "https://a.example", "label": "dead"}', "labels.jsonl:1: no label 'dead'"),
        ('{"url": "https://a.example", "label": "ok", "image": "no"}', "labels.jsonl:1: text is a string"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(
    calibrate: Command, capsys: pytest.CaptureFixture[str], line: str, expected: str
) -> None:
    """With file, line and what was expected."""
    Path("labels.jsonl").write_text(line + "\n", "utf-8")

    assert calibrate("labels.jsonl") == 2
    assert expected in capsys.readouterr().err


def test_missing_files_are_errors(calibrate: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """No file, an empty one, no folder, an empty folder, and a file in another form."""
    assert calibrate("labels.jsonl") == 2
    Path("labels.jsonl").write_text("\n", "utf-8")
    assert calibrate("labels.jsonl") == 4
    write({"url": "https://a.example/", "label": "ok"})
    assert calibrate("labels.jsonl", "--saved", "saved") == 2
    Path("saved").mkdir()
    assert calibrate("labels.jsonl", "--saved", "saved") == 2
    save("bad", "<html>")
    assert calibrate("labels.jsonl", "--saved", "saved") == 2
    save("bad", "url: ftp://x/")
    assert calibrate("labels.jsonl", "--saved", "saved") == 2
    assert "docs/calibrate.md" in capsys.readouterr().err
