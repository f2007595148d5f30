"""The judge: pure, and monotone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.judge import Policy, judge
from linkwarden.model import BY_SEVERITY, Evidence, Rule, Suggestion, Tag, Verdict

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


#: The verdict on evidence (rows) with a note (columns); an end that is meant lies within the horizon.
TABLE = """
             ok          moved       degraded    expiring    expired     broken      suspect     unverified  ignored
ok           ok          moved       degraded    expiring    expired     broken      ok          unverified  ok
moved        moved       moved       degraded    expiring    expired     broken      moved       unverified  moved
degraded     degraded    degraded    degraded    expiring    expired     broken      degraded    unverified  degraded
expiring     expiring    expiring    expiring    expiring    expired     broken      suspect     expiring    expiring
expired      expired     expired     expired     expired     expired     broken      expired     expired     expired
broken       broken      broken      broken      broken      broken      broken      broken      broken      broken
suspect      suspect     suspect     suspect     suspect     expired     broken      suspect     suspect     suspect
unverified   unverified  unverified  unverified  unverified  expired     broken      suspect     unverified  unverified
ignored      ignored     ignored     ignored     ignored     ignored     ignored     ignored     ignored     ignored
"""


def _pairs() -> list[tuple[Verdict, Verdict, Verdict]]:
    columns, *rows = (line.split() for line in TABLE.strip().splitlines())
    return [
        (Verdict(row[0]), Verdict(note), Verdict(judged))
        for row in rows
        for note, judged in zip(columns, row[1:], strict=True)
    ]


PAIRS = _pairs()


def test_the_table_has_every_pair_of_verdicts() -> None:
    """Nothing is left to chance."""
    assert {pair[:2] for pair in PAIRS} == set(product(Verdict, Verdict))


@pytest.mark.parametrize(("evidence", "note", "judged"), PAIRS)
def test_evidence_with_a_note(evidence: Verdict, note: Verdict, judged: Verdict) -> None:
    """The table holds, and rule and reason come from what decided: the evidence, where both say the same."""
    deciding = found(evidence)
    remark = found(note, days=7 if note is Verdict.EXPIRING else None)

    result = judge(deciding, (remark,), POLICY)

    assert result.verdict is judged
    source = deciding if evidence is judged else remark
    assert result.rule is source.rule
    assert result.reason == source.reason


def test_no_note_changes_nothing() -> None:
    """Evidence alone is judged as it is; a link without a rule is ok."""
    for verdict in Verdict:
        evidence = found(verdict)
        judgement = judge(evidence, (), POLICY)
        assert (judgement.verdict, judgement.rule, judgement.reason) == (verdict, evidence.rule, evidence.reason)
        assert (judgement.expires_at, judgement.suggestion) == (None, None)


def test_of_two_notes_the_worse_decides() -> None:
    """In either order."""
    remarks = [found(Verdict.DEGRADED), found(Verdict.EXPIRED)]

    assert judge(found(Verdict.OK), remarks, POLICY).verdict is Verdict.EXPIRED
    assert judge(found(Verdict.OK), remarks[::-1], POLICY).verdict is Verdict.EXPIRED


# --- ends -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "judged"), [(-1, Verdict.EXPIRING), (29.99, Verdict.EXPIRING), (30, Verdict.EXPIRING), (30.01, Verdict.OK)]
)
def test_the_horizon_itself_belongs_to_it(days: float, judged: Verdict) -> None:
    """An end is a finding up to the horizon; beyond it the link is ok, and the end is kept for the report."""
    judgement = judge(found(Verdict.OK), (found(Verdict.EXPIRING, days=days),), POLICY)

    assert judgement.verdict is judged
    assert judgement.expires_at == NOW + timedelta(days=days)


def test_the_horizon_is_thirty_days_by_default() -> None:
    """As the options say."""
    assert Policy(NOW).expiring_within == timedelta(days=30)


def test_a_note_that_names_no_end_counts() -> None:
    """A link that ends at a time that only its server knows is a finding today."""
    assert judge(found(Verdict.OK), (found(Verdict.EXPIRING),), POLICY).verdict is Verdict.EXPIRING


def test_a_remark_of_another_kind_counts_whatever_its_end() -> None:
    """Only the end itself waits for the horizon."""
    assert judge(found(Verdict.OK), (found(Verdict.DEGRADED, days=400),), POLICY).verdict is Verdict.DEGRADED


@pytest.mark.parametrize("days", [(3, 5, 9), (9, 5, 3), (5, 3, 9)])
def test_the_earliest_end_is_told(days: tuple[float, float, float]) -> None:
    """Whoever named it, and whether it lies within the horizon or not."""
    first, *others = days
    judgement = judge(
        found(Verdict.OK, days=first), [found(Verdict.EXPIRING, days=end) for end in (*others, 40)], POLICY
    )

    assert judgement.expires_at == NOW + timedelta(days=3)


def _unverified(*tags: Tag) -> Evidence:
    rule = Rule("LW998", "y", Verdict.UNVERIFIED, "s", "e", "r", tags=frozenset(tags))
    return Evidence(key="k", checked_by="test", rule=rule, reason="no answer")


@pytest.mark.parametrize("tag", [None, Tag.NO_CONNECTION])
def test_an_end_of_what_could_not_be_verified_is_a_remark(tag: Tag | None) -> None:
    """Time left on a signature does not make a URL work that was requested in vain; its end and its fix are told."""
    note = found(Verdict.EXPIRING, days=2, fix="a")
    judgement = judge(_unverified(*filter(None, [tag])), (note,), POLICY)

    assert (judgement.verdict, judgement.reason) == (Verdict.UNVERIFIED, "no answer")
    assert (judgement.remark, judgement.expires_at) == (note.reason, note.expires_at)
    assert judgement.suggestion == note.suggestion


@pytest.mark.parametrize("tag", [Tag.NOT_LOOKED_AT, Tag.NO_TURN])
def test_without_a_request_the_url_alone_is_judged(tag: Tag) -> None:
    """``--offline`` warns of what ends soon."""
    judgement = judge(_unverified(tag), (found(Verdict.EXPIRING, days=2),), POLICY)

    assert (judgement.verdict, judgement.remark) == (Verdict.EXPIRING, "")


def test_a_remark_is_made_only_on_what_is_unverified_and_ends_soon() -> None:
    """Not on what was seen, on what is worse, or on what ends beyond the horizon."""
    end = found(Verdict.EXPIRING, days=2)

    assert judge(found(Verdict.OK), (end,), POLICY).remark == ""
    assert judge(found(Verdict.BROKEN), (end,), POLICY).remark == ""
    assert judge(_unverified(), (end, found(Verdict.SUSPECT)), POLICY).remark == ""
    assert judge(_unverified(), (found(Verdict.EXPIRING, days=31),), POLICY).remark == ""
    assert judge(_unverified(), (found(Verdict.DEGRADED),), POLICY).remark == ""
    assert judge(found(Verdict.IGNORED), (end,), POLICY).remark == ""


# --- suggestions ------------------------------------------------------------------------------------------------


def test_what_decides_gives_the_fix() -> None:
    """Its own suggestion comes before those of what was better, wherever it stands."""
    judgement = judge(found(Verdict.MOVED, fix="a"), (found(Verdict.BROKEN, fix="b"),), POLICY)
    assert judgement.suggestion == Suggestion("b", "why")
    judgement = judge(found(Verdict.BROKEN, fix="a"), (found(Verdict.DEGRADED, fix="b"),), POLICY)
    assert judgement.suggestion == Suggestion("a", "why")


def test_the_evidence_gives_the_fix_that_a_worse_note_lacks() -> None:
    """Before those of other notes."""
    remarks = (found(Verdict.BROKEN), found(Verdict.DEGRADED, fix="b"))
    assert judge(found(Verdict.MOVED, fix="a"), remarks, POLICY).suggestion == Suggestion("a", "why")


def test_a_note_fills_in_a_missing_fix() -> None:
    """Any suggestion is better than none, but not one of a note that does not count."""
    judgement = judge(found(Verdict.BROKEN), (found(Verdict.DEGRADED, fix="b"),), POLICY)
    assert judgement.suggestion == Suggestion("b", "why")
    assert judge(found(Verdict.OK), (found(Verdict.SUSPECT, fix="b"),), POLICY).suggestion is None
    assert judge(found(Verdict.IGNORED), (found(Verdict.BROKEN, fix="b"),), POLICY).suggestion is None


# --- properties -------------------------------------------------------------------------------------------------


@given(verdicts, verdicts, notes)
def test_worse_evidence_never_makes_it_better(one: Verdict, other: Verdict, remarks: list[Evidence]) -> None:
    """Monotone: with the same notes, worse evidence gives a verdict at least as bad.

    But for an end that is near: it is a finding of a link that works, and a remark on one that nobody saw.
    """
    better, worse = sorted((one, other), key=SEVERITY.__getitem__)

    first = judge(found(better), remarks, POLICY).verdict
    second = judge(found(worse), remarks, POLICY).verdict

    assert SEVERITY[second] >= SEVERITY[first] or (first, second) == (Verdict.EXPIRING, Verdict.UNVERIFIED)


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
