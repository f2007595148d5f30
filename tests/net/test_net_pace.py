"""The interval between two requests to one host follows what the host bears, by exact rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.net.politeness import FIRST_LIMITED, MARGIN, RECOVERY, RECOVERY_AFTER, SLOWEST, Pace


def limited(interval: float = 1.0, *, base: float = 0.1, refused: float = 0.0, resume: float = 10.0) -> Pace:
    """Make a pace that has met a refusal and goes at this interval."""
    pace = Pace(base)
    pace.refuse(refused, resume)
    pace.interval = interval
    return pace


def answer(pace: Pace, times: int, now: float = 0.0) -> Pace:
    """Note so many answers."""
    for _ in range(times):
        pace.accept(now)
    return pace


def test_the_constants() -> None:
    """The numbers that the rules stand on."""
    assert (FIRST_LIMITED, MARGIN, RECOVERY_AFTER, RECOVERY, SLOWEST) == (0.2, 1.03, 20.0, 0.985, 30.0)


def test_without_refusals_nothing_changes() -> None:
    """A host that answers is requested at its interval, however long."""
    pace = answer(Pace(0.5), 1000, now=1e6)
    assert (pace.interval, pace.answered, pace.limited) == (0.5, 1000, False)


@pytest.mark.parametrize(("base", "interval"), [(0.02, 0.2), (0.2, 0.2), (0.3, 0.3)])
def test_the_first_refusal(base: float, interval: float) -> None:
    """It sets five a second, unless the host's own interval is wider; the count begins again."""
    pace = answer(Pace(base), 7)
    pace.refuse(5.0, 9.0)
    assert (pace.interval, pace.limited, pace.answered) == (interval, True, 0)


@pytest.mark.parametrize(
    ("interval", "then"), [(1.0, 2.0), (0.1, 0.2), (0.05, 0.2), (14.9, 29.8), (15.0, 30.0), (15.1, 30.0), (30.0, 30.0)]
)
def test_refused_again_at_once(interval: float, then: float) -> None:
    """Nothing was answered in between: twice as slow, up to one request in thirty seconds."""
    pace = limited(interval)
    pace.refuse(20.0, 30.0)
    assert pace.interval == pytest.approx(then)


@pytest.mark.parametrize(
    ("bucket", "answered", "now", "rate"),
    [
        # Refused at 100, gone on at 110. In all, or beyond the bucketful since then: the greater rate counts.
        (0, 20, 130.0, 20 / 20),
        (10, 20, 130.0, 20 / 30),
        (19, 20, 130.0, 20 / 30),
        (5, 30, 130.0, 25 / 20),
        (10, 40, 130.0, 30 / 20),
        (40, 20, 130.0, 20 / 30),
        (0, 1, 110.5, 1 / 0.5),
    ],
)
def test_the_rate_is_measured(bucket: int, answered: int, now: float, rate: float) -> None:
    """What was answered between two refusals tells how fast the host's bucket fills; a little slower than that."""
    pace = answer(Pace(0.001), bucket)
    pace.refuse(100.0, 110.0)
    answer(pace, answered, now=110.0)
    pace.refuse(now, now + 5)
    assert pace.interval == pytest.approx(1.03 / rate)
    assert pace.answered == 0


def test_the_measured_rate_is_bounded() -> None:
    """Never faster than the host's own interval, never slower than one in thirty seconds, no division by zero."""
    fast = answer(Pace(0.5), 0)
    fast.refuse(0.0, 0.0)
    answer(fast, 1000)
    fast.refuse(1.0, 2.0)
    assert fast.interval == 0.5
    slow = answer(limited(), 1)
    slow.refuse(100_000.0, 100_001.0)
    assert slow.interval == SLOWEST
    for bucket in (0, 5):
        same = answer(Pace(0.00001), bucket)
        same.refuse(3.0, 3.0)
        answer(same, 2, now=3.0)
        same.refuse(3.0, 4.0)
        assert same.interval == pytest.approx(1.03 / (2 / 1e-3))


def test_the_next_measure_begins_at_the_last_refusal() -> None:
    """Each refusal starts a new measurement."""
    pace = answer(Pace(0.001), 0)
    pace.refuse(0.0, 1.0)
    answer(pace, 10)
    pace.refuse(100.0, 110.0)
    answer(pace, 30)
    pace.refuse(130.0, 131.0)
    assert pace.interval == pytest.approx(1.03 / (30 / 20))
    full = answer(Pace(0.001), 1000)
    for now in (0.0, 100.0, 130.0):
        full.refuse(now, now + 10)
        answer(full, 30)
    full.refuse(150.0, 160.0)
    assert full.interval == pytest.approx(1.03 / (30 / 20))


@pytest.mark.parametrize(
    ("interval", "since", "then"),
    [
        (1.0, 20.0, 1.0),
        (1.0, 20.001, 0.985),
        (1.0, 1000.0, 0.985),
        (0.101, 21.0, 0.1),
        (0.1, 21.0, 0.1),
        (1.0, 5.0, 1.0),
    ],
)
def test_recovery(interval: float, since: float, then: float) -> None:
    """Twenty seconds after a cool-down each answer makes it a little faster, down to the host's own interval."""
    pace = limited(interval, resume=10.0)
    pace.accept(10.0 + since)
    assert pace.interval == pytest.approx(then)
    assert pace.answered == 1


def test_forgiven() -> None:
    """Refusals that were none leave nothing behind: the next one is the first again."""
    pace = answer(limited(7.0, base=0.1), 3)
    pace.forgive()
    assert (pace.interval, pace.limited, pace.answered) == (0.1, False, 0)
    answer(pace, 2)
    pace.refuse(50.0, 60.0)
    assert pace.interval == FIRST_LIMITED


@given(st.lists(st.tuples(st.integers(0, 40), st.floats(0, 100), st.floats(0, 100)), max_size=12))
def test_the_interval_is_always_sane(history: list[tuple[int, float, float]]) -> None:
    """Whatever happens: between the host's interval and thirty seconds."""
    pace, now = Pace(0.02), 0.0
    for answers, passed, pause in history:
        answer(pace, answers, now)
        now += passed
        pace.refuse(now, now + pause)
        assert FIRST_LIMITED / 10 <= pace.interval <= SLOWEST
        now += pause
