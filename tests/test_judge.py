"""The judge: pure, and monotone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from linkwarden.judge import Policy, judge
from linkwarden.model import BY_SEVERITY, Evidence, Rule, Suggestion, Verdict

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
POLICY = Policy(NOW, timedelta(days=30))
SEVERITY = {verdict: i for i, verdict in enumerate(BY_SEVERITY)}


def found(verdict: Verdict, *, days: float | None = None, fix: str | None = None) -> Evidence:
    """Make evidence with a verdict, ending in so many days."""
    rule = None if verdict is Verdict.OK else Rule("LW999", "x", verdict, "s", "e", "r")
    return Evidence(
        key="k",
        checked_by="test",
        rule=rule,
        reason=f"is {verdict}",
        expires_at=None if days is None else NOW + timedelta(days=days),
        suggestion=Suggestion(fix, "why") if fix else None,
    )


verdicts = st.sampled_from(list(Verdict))
notes = st.lists(st.builds(found, verdicts, days=st.none() | st.floats(-400, 400)), max_size=4)


def test_fine_is_fine() -> None:
    """No rule and no note is ok, without a reason."""
    assert judge(found(Verdict.OK), (), POLICY).verdict is Verdict.OK


def test_alive_but_signed_for_next_week_is_expiring_today() -> None:
    """An address that works and ends within the horizon is a finding, with its instant."""
    judgement = judge(found(Verdict.OK), (found(Verdict.EXPIRING, days=7),), POLICY)

    assert judgement.verdict is Verdict.EXPIRING
    assert judgement.expires_at == NOW + timedelta(days=7)


def test_an_end_beyond_the_horizon_is_no_finding() -> None:
    """Beyond the horizon the link is ok, and the instant is kept for the report."""
    judgement = judge(found(Verdict.OK), (found(Verdict.EXPIRING, days=31),), POLICY)

    assert judgement.verdict is Verdict.OK
    assert judgement.expires_at == NOW + timedelta(days=31)


def test_a_dead_link_stays_dead_whatever_its_signature_promises() -> None:
    """A note that it will expire does not make a broken link better."""
    assert judge(found(Verdict.BROKEN), (found(Verdict.EXPIRING, days=7),), POLICY).verdict is Verdict.BROKEN


def test_a_guess_from_the_address_yields_to_having_seen_it() -> None:
    """A suspect note does not accuse a link that was seen to work, and stands where nothing was seen."""
    guess = (found(Verdict.SUSPECT),)

    assert judge(found(Verdict.OK), guess, POLICY).verdict is Verdict.OK
    assert judge(found(Verdict.UNVERIFIED), guess, POLICY).verdict is Verdict.SUSPECT


def test_the_deciding_evidence_gives_the_fix_and_a_note_fills_in() -> None:
    """The winner's suggestion comes first, else any that was made."""
    assert judge(found(Verdict.BROKEN, fix="a"), (found(Verdict.DEGRADED, fix="b"),), POLICY).suggestion == Suggestion(
        "a", "why"
    )
    assert judge(found(Verdict.BROKEN), (found(Verdict.DEGRADED, fix="b"),), POLICY).suggestion == Suggestion(
        "b", "why"
    )


@given(verdicts, verdicts, notes)
def test_worse_evidence_never_makes_it_better(one: Verdict, other: Verdict, remarks: list[Evidence]) -> None:
    """Monotone: with the same notes, worse evidence gives a verdict at least as bad."""
    better, worse = sorted((one, other), key=SEVERITY.__getitem__)

    first = judge(found(better), remarks, POLICY).verdict
    second = judge(found(worse), remarks, POLICY).verdict

    assert SEVERITY[second] >= SEVERITY[first]


@given(verdicts, notes)
def test_a_further_note_never_makes_it_better(verdict: Verdict, remarks: list[Evidence]) -> None:
    """Monotone: one note more gives a verdict at least as bad."""
    full = judge(found(verdict), remarks, POLICY).verdict
    fewer = judge(found(verdict), remarks[:-1], POLICY).verdict

    assert SEVERITY[full] >= SEVERITY[fewer]


@given(verdicts, notes, st.timedeltas(timedelta(0), timedelta(days=500)))
def test_time_never_makes_it_better(verdict: Verdict, remarks: list[Evidence], later: timedelta) -> None:
    """Monotone: the same evidence judged later is at least as bad."""
    now = judge(found(verdict), remarks, POLICY).verdict
    then = judge(found(verdict), remarks, Policy(NOW + later, POLICY.expiring_within)).verdict

    assert SEVERITY[then] >= SEVERITY[now]
