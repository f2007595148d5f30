"""``linkwarden history`` as a user meets it: lists, one address's life, JSON Lines, pruning, and what goes wrong."""

from __future__ import annotations

import io
import json
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from linkwarden.cli import cli
from linkwarden.cli.guard import run_guarded
from linkwarden.deps import Deps
from linkwarden.store import schema
from linkwarden.store.memory import open_memory
from tests.internet import FakeInternet
from tests.report.runner import commands
from tests.store.nights import FIRST, pass_night, rows

Command = Callable[..., int]
A, B, C = "https://a.example/", "https://b.example/x", "https://c.example/"
STATE = Path(".linkwarden/state.sqlite3")


@pytest.fixture(autouse=True)
def _in_an_empty_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def history() -> Command:
    """Run ``linkwarden history …`` a year after the first night, and give the exit code."""

    def run(*arguments: str) -> int:
        internet = FakeInternet()
        deps = Deps(make_net=lambda *_: internet.net(), now=lambda: FIRST + timedelta(days=365))
        return run_guarded(cli, ["history", *arguments], deps)

    return run


def three_nights(state: Path = STATE) -> None:
    """One link is dead, one was repaired, one removed, and one is well."""
    gone, well = {A: "gone", B: "timeout", C: "gone", "docs/x.md": "ok"}, {A: "gone", B: "ok", "docs/x.md": "ok"}
    pass_night(state, 0, {A: "ok", B: "ok", C: "gone", "docs/x.md": "ok"})
    pass_night(state, 1, {**gone, B: "gone"})
    pass_night(state, 2, well)


# --- the list -------------------------------------------------------------------------------------------------------


def test_the_list_says_what_fails_and_what_was_fixed(history: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """What fails is told with its rule, since when and how often; what was fixed with when it failed, and how."""
    three_nights()

    assert history() == 0

    out = capsys.readouterr().out
    assert "3 URLs, 3 runs, the last on 2026-11-03 03:00 UTC." in out
    assert "Findings now: 1" in out
    assert "  broken      LW301  since 2026-11-02, 2 runs on 2 days" in out
    assert "Fixed in the last 30 days: 2" in out
    fixed = out.partition("Fixed")[2].splitlines()
    assert any("2026-11-02" in line and "works again" in line and B in line for line in fixed)
    assert any("2026-11-01 to 2026-11-02" in line and "removed" in line and C in line for line in fixed)


def test_what_was_fixed_long_ago_is_not_told(history: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """Lately is a month, counted from the last run."""
    three_nights()
    pass_night(STATE, 60, {A: "ok", B: "ok"})

    assert history() == 0

    assert "Fixed in the last 30 days: 0" in capsys.readouterr().out


def test_a_run_that_was_cut_short_takes_nothing_out(history: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """What an interrupted run found stands in the list, also as the first run; what it did not reach still does."""
    pass_night(STATE, 0, {A: "gone"}, interrupted=True)
    assert history() == 0
    first = capsys.readouterr().out
    pass_night(STATE, 1, {A: "gone", B: "gone"})
    pass_night(STATE, 2, {B: "gone"}, network_down=True)
    assert history() == 0
    last = capsys.readouterr().out

    assert "Findings now: 1" in first
    assert "Findings now: 2" in last
    assert "removed" not in first + last


@pytest.mark.parametrize("command", [[], ["show", A], ["export"], ["prune", "--older-than", "1y"]])
def test_no_memory_yet_is_said(history: Command, command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Before the first run there is nothing, and asking makes no file."""
    assert history(*command) == 4

    err = capsys.readouterr().err
    assert "there is no memory yet" in err
    assert "linkwarden check" in err
    assert not Path(".linkwarden").exists()


def test_a_memory_without_a_run_is_said(history: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that the first run did not come to fill is no empty success."""
    with open_memory(STATE):
        pass

    assert history() == 4
    assert "holds no run yet" in capsys.readouterr().err


def test_the_state_may_be_named_before_or_after(history: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """``--state`` belongs to the whole command; the nearer one counts."""
    three_nights(Path("one.sqlite3"))

    assert history("--state", "one.sqlite3") == 0
    assert history("--state", "one.sqlite3", "show", A) == 0
    assert history("show", A, "--state", "one.sqlite3") == 0
    assert history("--state", "none.sqlite3", "show", A, "--state", "one.sqlite3") == 0
    assert capsys.readouterr().err == ""


def test_it_is_found_from_a_folder_below(
    history: Command, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The memory lies beside the repository's root, from wherever in it the question comes."""
    three_nights()
    Path("docs/deep").mkdir(parents=True)
    monkeypatch.chdir("docs/deep")

    assert history() == 0
    assert "3 runs" in capsys.readouterr().out


# --- one address ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [B, "b.example/x", "HTTPS://B.example/x"])
def test_an_address_shows_its_life(history: Command, asked: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Its verdicts stand with their dates and rules; the scheme may be left out."""
    three_nights()

    assert history("show", asked) == 0

    assert capsys.readouterr().out.splitlines() == [
        "https://b.example/x",
        "  first checked 2026-11-01, last seen in a list 2026-11-03",
        "",
        "  2026-11-01                ok",
        "  2026-11-02                broken      LW301 not-found",
        "  2026-11-03                ok",
    ]


def test_a_failing_address_says_since_when(history: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """What lasts is told above the table."""
    three_nights()

    assert history("show", A) == 0
    assert "failing since 2026-11-02 (2 runs), last worked on 2026-11-01" in capsys.readouterr().out


def test_a_signed_address_is_found_by_what_stands_in_the_list(
    history: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file does not hold its signature, and yet it is found by it; nothing prints it."""
    signed = "https://s.example/f?X-Amz-Signature=5ec2e7&x=1"
    pass_night(STATE, 0, {signed: "gone"})

    assert history("show", signed) == 0
    assert history("show", "https://s.example/f?X-Amz-Signature=***&x=1") == 0

    out = capsys.readouterr().out
    assert out.count("X-Amz-Signature=***") == 2
    assert "5ec2e7" not in out


def test_an_unknown_address_names_those_like_it(history: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """A part of an address, or a slip, is met with what may have been meant."""
    three_nights()

    assert history("show", "b.exam") == 2
    assert f"Did you mean {B}?" in capsys.readouterr().err
    assert history("show", "https://b.exmaple/x") == 2
    assert B in capsys.readouterr().err
    assert history("show", "zzz") == 2
    assert "as it stands in the list" in capsys.readouterr().err


# --- JSON Lines -----------------------------------------------------------------------------------------------------


def exported(history: Command, capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """Return the lines of an export."""
    capsys.readouterr()
    assert history("export", *arguments) == 0
    return capsys.readouterr().out.splitlines()


def test_a_memory_survives_the_way_through_json_lines(history: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """What is imported into an empty memory is exported again line by line, and a run goes on from there."""
    three_nights()
    assert history("export", "memory.jsonl") == 0

    assert history("import", "memory.jsonl", "--state", "other.sqlite3") == 0
    assert "Added 3 runs and 4 URLs." in capsys.readouterr().out
    assert exported(history, capsys, "--state", "other.sqlite3") == Path("memory.jsonl").read_text("utf-8").splitlines()
    one, other = (pass_night(Path(name), 3, {A: "gone", B: "ok"}) for name in (str(STATE), "other.sqlite3"))
    assert [r.history for r in one.results] == [r.history for r in other.results]
    assert (one.past, one.fixed) == (other.past, other.fixed)


def test_importing_twice_does_no_harm(history: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """The second time nothing is added; and what the memory knows better stays."""
    three_nights()
    assert history("export", "memory.jsonl") == 0
    pass_night(STATE, 3, {A: "ok", B: "ok"})
    before = exported(history, capsys)

    assert history("import", "memory.jsonl") == 0

    assert "Added 0 runs and 0 URLs." in capsys.readouterr().out
    assert exported(history, capsys) == before


def test_from_night_to_night_only_what_happened_changes(history: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """In git, a night on which nothing happened adds its run and leaves the lines of the links alone."""
    many = {f"https://a.example/{n}": "ok" for n in range(50)}
    for number in range(12):
        pass_night(STATE, number, many)
    before = exported(history, capsys)
    pass_night(STATE, 12, {**many, "https://a.example/7": "gone"})
    after = exported(history, capsys)

    new = [line for line in after if line not in before]
    assert [json.loads(line)["type"] for line in new] == ["linkwarden-memory", "run", "address"]
    assert json.loads(new[2])["url"] == "https://a.example/7"


def test_standard_input_is_read(
    history: Command, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``history export | history import -`` moves a memory."""
    three_nights()
    text = "\n".join(exported(history, capsys)) + "\n\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    assert history("import", "-", "--state", "new/state.sqlite3") == 0
    assert "Added 3 runs and 4 URLs." in capsys.readouterr().out


HEAD = '{"type":"linkwarden-memory","version":1,"last_run":"2026-11-03T03:00:00Z"}'
LIST = '{"type":"list","id":1,"inputs":["README.md"],"filters":""}'
RUN = '{"type":"run","at":"2026-11-03T03:00:00Z","list":1,"state":"complete","counts":{"ok":1},"linkwarden":"0.1.0"}'
ADDRESS = json.dumps(
    {
        "type": "address",
        "url": A,
        "key": "ab" * 32,
        "first_seen": "2026-11-01T03:00:00Z",
        "last_seen": "last run",
        "at": "last run",
        "verdict": "ok",
        "code": "",
        "last_ok": "last run",
        "failing_since": None,
        "failures": 0,
        "days": 0,
        "recent": "+",
        "lists": [1],
        "spans": [{"first": "2026-11-01T03:00:00Z", "last": "last run", "verdict": "ok"}],
    }
)
SOUND = [HEAD, LIST, RUN, ADDRESS]


def test_sound_lines_are_taken(history: Command) -> None:
    """The lines that the next test spoils are good."""
    Path("m.jsonl").write_text("\n".join(SOUND), "utf-8")

    assert history("import", "m.jsonl") == 0
    assert rows(STATE, "SELECT url FROM addresses") == [(A,)]


@pytest.mark.parametrize(
    ("line", "old", "new"),
    [
        (1, HEAD, RUN),
        (1, '"version":1', '"version":2'),
        (1, HEAD, "nonsense"),
        (2, LIST, HEAD),
        (2, '"filters":""', '"filters":"","more":1'),
        (3, '"list":1', '"list":2'),
        (3, "complete", "perfect"),
        (3, '"ok":1', '"fine":1'),
        (3, '"ok":1', '"ok":-1'),
        (3, "2026-11-03", "2026-13-03"),
        (3, "2026-11-03", "2036-11-03"),
        (4, "ab" * 32, "ab"),
        (4, '"recent": "+"', '"recent": "x"'),
        (4, '"verdict": "ok", "code"', '"verdict": "great", "code"'),
        (4, '"code": ""', '"code": "<b>"'),
        (4, '"failures": 0', '"failures": 3'),
        (4, '"days": 0', '"days": 1'),
        (4, '"lists": [1]', '"lists": [9]'),
        (4, '"first_seen": "2026-11-01', '"first_seen": "2026-11-09'),
        (4, '{"first": "2026-11-01', '{"first": "2026-11-09'),
        (4, '"last_ok": "last run"', '"last_ok": "2026-11-08T03:00:00Z"'),
        (4, '"failing_since": null', '"failing_since": 7'),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_taken(
    history: Command, line: int, old: str, new: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error says which line, and no line before it has been written; no file is made for it either."""
    lines = list(SOUND)
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new)
    Path("m.jsonl").write_text("\n".join(lines), "utf-8")

    assert history("import", "m.jsonl") == 2

    assert f"m.jsonl:{line}: " in capsys.readouterr().err
    assert not STATE.exists()


def test_an_empty_or_missing_file_is_said(history: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither is a success."""
    Path("m.jsonl").write_text("\n", "utf-8")

    assert history("import", "m.jsonl") == 2
    assert "the file is empty" in capsys.readouterr().err
    assert history("import", "none.jsonl") == 2
    assert "cannot be read" in capsys.readouterr().err
    three_nights()
    assert history("export", "no/such/folder.jsonl") == 2
    assert "cannot be written" in capsys.readouterr().err


def test_an_import_masks_secrets(history: Command) -> None:
    """A file that somebody else has written puts no signature into the memory."""
    Path("m.jsonl").write_text("\n".join(SOUND).replace(A, A + "?token=7ok3n"), "utf-8")

    assert history("import", "m.jsonl") == 0
    assert rows(STATE, "SELECT url FROM addresses") == [(A + "?token=***",)]


# --- pruning --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("age", "left"), [("1y", 3), ("364d", 2), ("363d", 1), ("12w", 0)])
def test_pruning_forgets_what_is_older(
    history: Command, age: str, left: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Runs that are older go, and addresses that no list has held since."""
    three_nights()

    assert history("prune", "--older-than", age) == 0

    assert "Removed what is older than 20" in capsys.readouterr().out
    assert rows(STATE, "SELECT count(*) FROM runs") == [(left,)]
    assert rows(STATE, "PRAGMA freelist_count") == [(0,)]
    assert rows(STATE, "SELECT count(*) FROM addresses WHERE url = 'https://c.example/'") == [(int(left > 1),)]


@pytest.mark.parametrize("age", ["soon", "-1y", "", "999y9"])
def test_an_age_that_is_none_is_said(history: Command, age: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The message shows how to write one, and nothing is forgotten."""
    three_nights()

    assert history("prune", "--older-than", age) == 2
    assert "--older-than" in capsys.readouterr().err
    assert rows(STATE, "SELECT count(*) FROM runs") == [(3,)]


def test_an_age_before_the_calendar_is_said(history: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is that old."""
    three_nights()

    assert history("prune", "--older-than", "999999999d") == 2
    assert "longer than the calendar" in capsys.readouterr().err
    assert history("prune", "--older-than", "3000y") == 2


# --- what goes wrong ------------------------------------------------------------------------------------------------


def test_a_run_that_has_it_open_is_named(
    history: Command, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """While a run goes on, the question has to wait."""
    three_nights()
    monkeypatch.setattr(schema, "PATIENCE_S", 0.01)

    with open_memory(STATE):
        assert history() == 2
    assert "another run is using it" in capsys.readouterr().err


def test_a_link_is_not_followed(history: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """What a repository links to in place of a memory is not opened (a device would hold the command for ever)."""
    STATE.parent.mkdir()
    STATE.symlink_to("/dev/null")

    assert history() == 2
    assert "a symbolic link leads elsewhere" in capsys.readouterr().err


def test_damage_is_said_and_left_to_the_next_run(history: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """A question changes nothing."""
    STATE.parent.mkdir()
    STATE.write_bytes(b"rubbish")

    assert history() == 2
    assert "is damaged" in capsys.readouterr().err
    assert STATE.read_bytes() == b"rubbish"


def test_a_newer_memory_is_named(history: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """With what to do about it."""
    three_nights()
    with closing(sqlite3.connect(STATE)) as connection:
        connection.execute("PRAGMA user_version = 99")

    assert history() == 2
    assert "newer linkwarden" in capsys.readouterr().err


def test_a_check_goes_by_the_memory_and_refuses_a_newer_one(capsys: pytest.CaptureFixture[str]) -> None:
    """``check`` keeps its memory beside the list without being told, and ends with 2 where it cannot read it."""
    Path("README.md").write_text("[x](#nowhere)", "utf-8")
    internet = FakeInternet()
    deps = Deps(make_net=lambda *_: internet.net(), now=lambda: FIRST)

    assert run_guarded(cli, ["check", "--offline", "--no-report"], deps) == 1
    assert rows(STATE, "SELECT verdict, failures FROM addresses") == [("broken", 1)]
    assert run_guarded(cli, ["check", "--offline", "--no-report", "--no-state"], deps) == 1
    assert rows(STATE, "SELECT verdict, failures FROM addresses") == [("broken", 1)]
    with closing(sqlite3.connect(STATE)) as connection:
        connection.execute("PRAGMA user_version = 99")
    capsys.readouterr()
    assert run_guarded(cli, ["check", "--offline", "--no-report"], deps) == 2
    assert "Update linkwarden" in capsys.readouterr().err


HOSTILE = "https://h.example/\x1b]0;owned\x07\n::error::x ##[error]y\u202e"


def test_hostile_addresses_do_not_act_in_a_terminal_or_a_log(
    history: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    """Control characters are written out, and no line is a command of the Actions runner."""
    pass_night(STATE, 0, {HOSTILE: "gone"})

    assert history() == 0
    assert history("show", HOSTILE) == 0
    assert history("show", HOSTILE[:-6]) == 2
    assert history("export") == 0

    out, err = capsys.readouterr()
    for text in (out, err):
        assert not {"\x1b", "\x07", "\u202e"} & set(text)
        assert commands(text) == []
