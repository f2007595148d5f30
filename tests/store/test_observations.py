"""What counts as a failure, for how long it has lasted, and what is only bad luck."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.model import Remembered, Verdict
from linkwarden.store.observations import LOOKED_BACK, Observation, Outcome, after, flapping, history, outcome_of
from tests.store.nights import result

BASE = datetime(2026, 1, 1, tzinfo=UTC)
_SAID = {
    Outcome.GOOD: Verdict.OK,
    Outcome.BAD: Verdict.BROKEN,
    Outcome.UNSURE: Verdict.UNVERIFIED,
    Outcome.NONE: Verdict.IGNORED,
}
_WAITING = {**_SAID, Outcome.BAD: Verdict.UNVERIFIED}


def lives() -> st.SearchStrategy[list[Observation]]:
    """Any number of looks, each some hours after the one before, several on one day among them."""

    def place(steps: list[tuple[int, Outcome]]) -> list[Observation]:
        at, looks = BASE, []
        for hours, told in steps:
            at += timedelta(hours=hours)
            looks.append(Observation(at, told, _SAID[told]))
        return looks

    return st.lists(st.tuples(st.integers(0, 40), st.sampled_from(Outcome)), max_size=40).map(place)


def lived(looks: list[Observation]) -> Remembered | None:
    """Give what is known after all of them."""
    known = None
    for look in looks:
        known = after(known, look)
    return known


@given(lives())
def test_a_row_is_the_failures_since_the_last_good_answer(looks: list[Observation]) -> None:
    """Runs, days and the beginning of a row are those of the failures after the last good look; others do not count."""
    known = lived(looks)
    telling = [look for look in looks if look.outcome in (Outcome.GOOD, Outcome.BAD)]
    row: list[Observation] = []
    for look in telling:
        row = [] if look.outcome is Outcome.GOOD else [*row, look]
    if not any(look.outcome is not Outcome.NONE for look in looks):
        assert known is None
        return
    assert known is not None
    assert known.failures == len(row)
    assert known.days == len({look.at.date() for look in row})
    assert known.failing_since == (row[0].at if row else None)
    assert known.last_ok == max((look.at for look in telling if look.outcome is Outcome.GOOD), default=None)
    assert known.recent == "".join(look.outcome.value for look in telling)[-LOOKED_BACK:]


@given(lives(), st.integers(0, 40))
def test_a_look_that_cannot_tell_changes_no_row(looks: list[Observation], where: int) -> None:
    """A bot wall, or a night on which nobody looked, leaves everything but the first sight as it was."""
    at = looks[where].at if where < len(looks) else (looks[-1].at if looks else BASE)
    unsure = Observation(at, Outcome.UNSURE, Verdict.UNVERIFIED)
    known, other = lived(looks), lived([*looks[: where + 1], unsure, *looks[where + 1 :]])
    if known is None or not known.recent:
        assert other is not None
        assert other.failures == 0
        return
    assert other is not None
    assert (other.failing_since, other.failures, other.days, other.recent, other.verdict) == (
        known.failing_since,
        known.failures,
        known.days,
        known.recent,
        known.verdict,
    )


@given(lives())
def test_a_refusal_ends_a_row_of_failures_that_waits_and_no_other(looks: list[Observation]) -> None:
    """A server that refuses is alive; what was called broken by then stays dated as it is."""
    known = lived([Observation(look.at, look.outcome, _WAITING[look.outcome], passing=True) for look in looks])
    at = looks[-1].at if looks else BASE
    refused = after(known, Observation(at, Outcome.UNSURE, Verdict.UNVERIFIED, answered=True))
    assert refused is not None
    assert (refused.failing_since, refused.failures, refused.days) == (None, 0, 0)

    broken = lived(looks)
    still = after(broken, Observation(at, Outcome.UNSURE, Verdict.UNVERIFIED, answered=True))
    assert broken is None or not broken.recent or still == broken


def test_suspicion_is_no_part_of_a_row_of_failures() -> None:
    """A page that has looked ill for weeks is not dead by one bad night; a page that was gone is still gone."""
    for said, failures in ((Verdict.SUSPECT, 1), (Verdict.BROKEN, 6)):
        known = lived([Observation(BASE + timedelta(days=n), Outcome.BAD, said) for n in range(5)])
        now = after(known, Observation(BASE + timedelta(days=5), Outcome.BAD, Verdict.UNVERIFIED, passing=True))
        assert now is not None
        assert (now.failures, now.days) == (failures, failures)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ("ok", Outcome.GOOD),
        ("moved", Outcome.GOOD),
        ("gone", Outcome.BAD),
        ("no host", Outcome.BAD),
        ("timeout", Outcome.BAD),
        ("wall", Outcome.UNSURE),
        ("excluded", Outcome.NONE),
        ("no time", Outcome.NONE),
        ("down", Outcome.NONE),
    ],
)
def test_what_a_finding_tells(found: str, told: Outcome) -> None:
    """A network's failure is one, although unverified; a wall is not known; who was not asked told nothing."""
    assert outcome_of(result("https://a.example/", found)) is told


def test_what_was_remembered_tells_nothing() -> None:
    """An answer that still stands is no new answer: it must not lengthen its own life; what a review found is."""
    assert outcome_of(result("https://a.example/", "ok", remembered=True)) is Outcome.NONE
    assert outcome_of(result("https://a.example/", "gone", remembered=True)) is Outcome.BAD


@pytest.mark.parametrize(
    ("recent", "expected"),
    [
        ("", False),
        ("++++++++++", False),
        ("----------", False),
        ("+++--+++++", False),
        ("+-+++-++++", False),
        ("+-++-++-++", True),
        ("+-++-+++--", True),
        ("-+-+-", True),
    ],
)
def test_flapping_is_three_outages_in_ten_runs(recent: str, *, expected: bool) -> None:
    """Two bad nights are bad luck and one long outage is one; three separate ones are a habit."""
    assert flapping(recent) is expected


def test_history_says_what_it_was_before() -> None:
    """``was`` is the verdict of the last run that could tell, so that a night of rate limits makes nothing new."""
    before = lived(
        [Observation(BASE, Outcome.BAD, Verdict.BROKEN), Observation(BASE, Outcome.UNSURE, Verdict.UNVERIFIED)]
    )
    now = after(before, Observation(BASE + timedelta(days=1), Outcome.BAD, Verdict.BROKEN))

    told = history(before, now)

    assert told is not None
    assert (told.was, told.failures, told.failing_since) == (Verdict.BROKEN, 2, BASE)
    assert history(None, None) is None
