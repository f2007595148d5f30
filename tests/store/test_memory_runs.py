"""What the memory adds to a run: since when, what is new, what is fixed, and what earlier runs were like."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from linkwarden import _version
from linkwarden.model import Answer, Validators, Verdict
from linkwarden.store import records
from linkwarden.store.memory import open_memory
from tests.store.nights import finished, night, one, pass_night, rows, said

A, B, C = "https://a.example/", "https://b.example/x", "https://c.example/"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A memory that is not there yet."""
    return tmp_path / "state.sqlite3"


def test_a_failure_is_dated_from_its_first_night(state: Path) -> None:
    """*Since*, how often, and when it last worked come from the nights before."""
    pass_night(state, 0, {A: "ok", B: "ok"})
    pass_night(state, 1, {A: "ok", B: "timeout"})
    run = pass_night(state, 2, {A: "ok", B: "timeout"})

    told = one(run, B).history
    assert told is not None
    assert (told.first_seen, told.last_ok, told.failing_since) == (night(0), night(0), night(1))
    assert told.failures == 2
    assert one(run, A).history == replace(told, last_ok=night(2), failing_since=None, failures=0, was=Verdict.OK)


def test_what_is_new_is_new_once(state: Path) -> None:
    """A finding is new on its first night only, and a night on which nobody could tell does not make it new again."""
    pass_night(state, 0, {A: "ok"})
    nights = [pass_night(state, n, {A: found}) for n, found in enumerate(["gone", "gone", "wall", "gone"], 1)]

    assert [one(run, A).is_new for run in nights] == [True, False, False, False]


def test_what_answers_again_is_fixed_once(state: Path) -> None:
    """A finding that is none any more is told with since when it failed, in the run that sees it first."""
    pass_night(state, 0, {A: "gone", B: "ok"})
    first = pass_night(state, 1, {A: "ok", B: "ok"})
    second = pass_night(state, 2, {A: "ok", B: "ok"})

    (fixed,) = first.fixed
    assert (fixed.url, fixed.verdict, fixed.code, fixed.since, fixed.listed) == (
        A,
        Verdict.BROKEN,
        "LW301",
        night(0),
        True,
    )
    assert second.fixed == ()


def test_a_wall_fixes_nothing(state: Path) -> None:
    """That a host refuses to say is no sign that the link works."""
    pass_night(state, 0, {A: "gone"})

    assert pass_night(state, 1, {A: "wall"}).fixed == ()
    assert len(pass_night(state, 2, {A: "ok"}).fixed) == 1


def test_what_was_taken_out_is_fixed_once(state: Path) -> None:
    """A finding whose address left the list is fixed too; one that was no finding is not."""
    pass_night(state, 0, {A: "gone", B: "ok", C: "timeout"})
    first = pass_night(state, 1, {"https://other.example/": "ok"})
    second = pass_night(state, 2, {"https://other.example/": "ok"})

    assert [(fixed.url, fixed.listed) for fixed in first.fixed] == [(A, False)]
    assert second.fixed == ()


@pytest.mark.parametrize("flaw", ["interrupted", "network_down"])
def test_a_run_that_did_not_see_all_fixes_nothing(state: Path, flaw: str) -> None:
    """What an interrupted run, or one without a network, did not see is not gone from the list."""
    pass_night(state, 0, {A: "gone", B: "gone", C: "gone"})
    fields: dict[str, Any] = {flaw: True}
    halted = pass_night(state, 1, {A: "down", C: "ok"}, **fields)
    later = pass_night(state, 2, {A: "gone", B: "gone", C: "ok"})

    assert halted.fixed == ()
    assert [(fixed.url, fixed.since) for fixed in later.fixed] == [(C, night(0))]  # by the first that could tell
    assert [past.at for past in later.past] == [night(0)]
    told = one(later, A).history
    assert told is not None
    assert told.failures == 2  # the night without a network neither broke the row nor counted


def test_an_unreadable_list_takes_nothing_out(state: Path) -> None:
    """Where one of two lists could not be read, its links are not gone; what answers again is still told."""
    pass_night(state, 0, {A: "gone", B: "gone"})

    run = pass_night(state, 1, {A: "ok"}, unreadable=("other.md",))

    assert [(fixed.url, fixed.listed) for fixed in run.fixed] == [(A, True)]


def test_other_lists_have_another_past(state: Path) -> None:
    """Runs are compared with earlier ones over the same lists, read in the same way."""
    pass_night(state, 0, {A: "gone"})
    pass_night(state, 1, {B: "ok"}, inputs=("other.md",))
    pass_night(state, 2, {B: "ok"}, filters="paper")
    run = pass_night(state, 3, {A: "gone"})

    assert [(past.at, past.counts[Verdict.BROKEN]) for past in run.past] == [(night(0), 1)]
    assert run.fixed == ()


def test_the_past_is_the_last_ninety_runs(state: Path) -> None:
    """A trend over a quarter of a year, oldest first."""
    for number in range(94):
        pass_night(state, number, {A: "ok"})
    run = pass_night(state, 94, {A: "ok"})

    assert [past.at for past in run.past] == [night(n) for n in range(4, 94)]


def test_a_run_of_the_past_is_not_written_down(state: Path) -> None:
    """``--now`` may turn back the clock for a look, but not the memory."""
    pass_night(state, 5, {A: "ok"})
    run = pass_night(state, 1, {A: "gone"})

    assert "Nothing was stored" in said(run)
    assert rows(state, "SELECT verdict FROM addresses") == [("ok",)]


def test_now_is_the_instant_that_was_given(state: Path) -> None:
    """A run with ``--now`` is written down under that instant, not under the clock's."""
    with open_memory(state, now=night(9)) as memory:
        asyncio.run(memory.finish(finished(night(0), {A: "ok"})))

    assert rows(state, "SELECT at FROM runs") == [(int(night(9).timestamp()),)]


def test_every_verdict_with_its_time_is_kept_small(state: Path) -> None:
    """Twenty nights of two verdicts are three rows, from the first run to the last that gave it."""
    for number in range(20):
        pass_night(state, number, {A: "gone" if number in (7, 8) else "ok"})

    spans = rows(state, "SELECT verdict, (last - first) / 86400 FROM spans ORDER BY first")
    assert spans == [("ok", 6), ("broken", 1), ("ok", 10)]


# --- good answers ---------------------------------------------------------------------------------------------------


def test_a_good_answer_is_recalled_as_it_was_given(state: Path) -> None:
    """What a server gave for asking again comes back byte for byte."""
    given = Answer("web", night(1), night(0), 200, "https://a.example/home", "Title", Validators('W/"x"', "Sat"))
    with open_memory(state) as memory:
        memory.keep(A, given)
    with open_memory(state) as memory:
        known = memory.recall(A)

    assert known is not None
    assert known.answer == given
    assert known.last_ok == night(1)
    assert known.verdict is Verdict.OK


def test_a_killed_run_need_not_ask_again(state: Path) -> None:
    """Answers are written while the run goes on, and end a row of failures although no run was finished."""
    pass_night(state, 0, {A: "timeout"})
    with open_memory(state) as memory:
        memory.keep(A, Answer("web", night(1), night(1), 200))
    with open_memory(state) as memory:
        known = memory.recall(A)

    assert known is not None
    assert known.answer is not None
    assert known.failing_since is None
    assert known.last_ok == night(1)


@pytest.mark.parametrize("found", ["gone", "timeout", "moved"])
def test_what_is_not_well_has_no_good_answer(state: Path, found: str) -> None:
    """A later run must never go by an answer that came before a failure."""
    pass_night(state, 0, {A: "ok"})
    pass_night(state, 1, {A: found})
    with open_memory(state) as memory:
        known = memory.recall(A)

    assert known is not None
    assert known.answer is None


def test_a_wall_does_not_forget_the_good_answer(state: Path) -> None:
    """Nothing is known that would speak against it."""
    pass_night(state, 0, {A: "ok"})
    pass_night(state, 1, {A: "wall"})
    with open_memory(state) as memory:
        known = memory.recall(A)

    assert known is not None
    assert known.answer is not None
    assert known.answer.at == night(0)


def test_another_version_asks_anew(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another linkwarden may have judged the same page otherwise, so "not changed" proves nothing to this one."""
    pass_night(state, 0, {A: "ok"})
    monkeypatch.setattr(records, "__version__", _version.__version__ + ".1")
    with open_memory(state) as memory:
        known = memory.recall(A)

    assert known is not None
    assert known.answer is None
    assert known.last_ok == night(0)


def test_a_remembered_answer_does_not_prolong_itself(state: Path) -> None:
    """Where nobody was asked, "last worked" stays where it was, however often the run repeats it."""
    pass_night(state, 0, {A: "ok"})
    with open_memory(state) as memory:
        run = finished(night(1), {A: "ok"})
        run = replace(run, results=tuple(replace(r, remembered=True) for r in run.results))
        told = asyncio.run(memory.finish(run))
    with open_memory(state) as memory:
        known = memory.recall(A)

    assert known is not None
    assert known.answer is not None
    assert known.last_ok == known.answer.at == night(0)
    assert one(told, A).history is not None


# --- what is not in the file ----------------------------------------------------------------------------------------


def test_no_secret_is_in_the_file(state: Path) -> None:
    """Signatures, tokens and passwords of addresses do not get into a file that travels in a cache."""
    signed = "https://user:hunter2@a.example/f?X-Amz-Signature=5ec2e7&token=7ok3n"
    with open_memory(state) as memory:
        memory.keep(signed + "#b", Answer("web", night(0), night(0), 200, final_url=signed))
        asyncio.run(memory.finish(finished(night(0), {signed: "gone", signed + "#b": "ok"})))

    data = b"".join(path.read_bytes() for path in state.parent.iterdir())
    assert b"a.example" in data
    for secret in (b"hunter2", b"5ec2e7", b"7ok3n"):
        assert secret not in data


def test_what_nobody_looked_at_leaves_no_row(state: Path) -> None:
    """Addresses that were left out, not reached or not asked for want of a network are not known of."""
    pass_night(state, 0, {A: "excluded", B: "no time", C: "down"})

    assert rows(state, "SELECT * FROM addresses") == rows(state, "SELECT * FROM spans") == []


def test_answers_are_written_in_batches(state: Path) -> None:
    """While a run goes on, its answers are in the file: a killed run has lost few."""
    with open_memory(state) as memory:
        for number in range(1500):
            memory.keep(f"https://a.example/{number}", Answer("web", night(0), night(0), 200))
        connection = memory._connection
        assert connection is not None
        # In the memory's own thread, so after all that was handed over before.
        cursor = memory._thread.submit(connection.execute, "SELECT count(*) FROM answers").result()
        (written,) = memory._thread.submit(cursor.fetchone).result()
        del cursor
    assert written >= 1500 - 512


def test_an_instant_never_moves_into_the_future(state: Path) -> None:
    """Fractions of a second are cut off, so that an answer is never later than it was."""
    at = night(0) + timedelta(microseconds=999_999)
    with open_memory(state) as memory:
        memory.keep(A, Answer("web", at, at))
    with open_memory(state) as memory:
        known = memory.recall(A)

    assert known is not None
    assert known.answer is not None
    assert known.answer.at == night(0)
