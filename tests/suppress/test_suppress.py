"""What accepted findings do to a run: verdicts, reasons, and remarks on what accepts nothing any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkwarden import rules
from linkwarden.config import Ignore
from linkwarden.model import (
    Evidence,
    Judgement,
    Kind,
    Markup,
    Occurrence,
    Result,
    Rule,
    Run,
    Span,
    Suppression,
    Target,
    Verdict,
)
from linkwarden.suppress import Accepted, suppress_accepted
from linkwarden.suppress.baseline import Baseline, Known

TODAY = date(2026, 11, 22)
DEAD = rules.all_rules()["LW301"]
MOVED = next(r for r in rules.all_rules().values() if r.verdict is Verdict.MOVED)
WALL = next(r for r in rules.all_rules().values() if r.verdict is Verdict.UNVERIFIED and r.code > "LW300")
URL = "https://a.example/x"


def place(line: int, path: str = "README.md", *, used: int = 0) -> Occurrence:
    """Make a place of a link, perhaps a definition that is used on another line."""
    spans = [Span(path, n, 3, n, 9, n * 100, n * 100 + 6) for n in (line, used)]
    return Occurrence(URL, URL, Markup.MD_LINK, spans[0], used=spans[1] if used else None)


def result(rule: Rule | None, *lines: int | Occurrence, url: str = URL, local: bool = False) -> Result:
    """Make a result with a rule (None: fine) for a link on some lines."""
    places = tuple(place(line) if isinstance(line, int) else line for line in lines)
    key = f"README.md\0{url}" if local else url
    target = Target(key, url, None if local else url, "README.md", places)
    evidence = Evidence(key=key, checked_by="test", rule=rule, reason="seen")
    verdict = rule.verdict if rule else Verdict.OK
    return Result(target, Kind.PAGE, evidence, (), Judgement(verdict, rule, "seen" if rule else ""))


def run_of(*results: Result) -> Run:
    """Make a finished run."""
    return Run(datetime(2026, 11, 22, tzinfo=UTC), 1.0, ("README.md",), results)


def comment(line: int, first: int, last: int = 0, codes: Sequence[str] = (), reason: str = "") -> Suppression:
    """Make a comment."""
    return Suppression("README.md", line, 1, first, last or first, tuple(codes), reason)


def entry(url: str = "example", **said: object) -> Ignore:
    """Make an entry of the configuration."""
    return Ignore(url=url, place="linkwarden.toml:12", **said)  # type: ignore[arg-type]  # what a test says is right


def judged(done: Run) -> list[tuple[Verdict, str, str]]:
    """Give verdict, code and reason of every result."""
    return [(j.verdict, j.rule.code if j.rule else "", j.reason) for j in (r.judgement for r in done.results)]


def told(done: Run) -> list[tuple[str, int, str]]:
    """Give the remarks."""
    return [(n.path, n.line, n.message) for n in done.notices]


def test_a_comment_accepts_what_stands_on_its_line() -> None:
    """The finding becomes ignored; the reason says what was found and who accepted it."""
    run = run_of(result(DEAD, 12), result(DEAD, 13, url="https://b.example/"))
    accepted = Accepted([comment(12, 12, codes=["LW301"], reason="moved to print")])

    done = suppress_accepted(run, accepted, TODAY, complete=True)

    assert judged(done) == [
        (Verdict.IGNORED, "LW015", "LW301 not-found, accepted in README.md:12: moved to print"),
        (Verdict.BROKEN, "LW301", "seen"),
    ]
    assert done.results[0].target.occurrences == run.results[0].target.occurrences
    assert done.results[0].evidence.rule == DEAD
    assert done.exit_code == 1
    assert done.notices == ()


@pytest.mark.parametrize(
    ("codes", "reason", "accepts"),
    [
        ((), "", True),
        (("LW302", "LW301"), "", True),
        (("not-found",), "", True),
        (("NOT-FOUND",), "", True),
        (("lw301",), "", True),
        (("LW302",), "", False),
        ((), "gone", False),
        ((), "timeout, not-found", True),
        ((), "gone to print", True),
        (("well-known",), "and harmless", True),
    ],
)
def test_rules_are_named_by_code_or_name(codes: tuple[str, ...], reason: str, *, accepts: bool) -> None:
    """No rule is every rule; a rule's name of one word counts where only such words follow."""
    done = suppress_accepted(
        run_of(result(DEAD, 2)), Accepted([comment(1, 2, 0, codes, reason)]), TODAY, complete=False
    )

    assert (done.counts[Verdict.IGNORED] == 1) is accepts
    assert done.notices == ()


def test_a_word_with_a_hyphen_that_is_no_rule_begins_the_reason() -> None:
    """It is shown as the maintainer wrote it."""
    accepted = Accepted([comment(1, 2, codes=["LW301", "well-known"], reason="and harmless")])

    done = suppress_accepted(run_of(result(DEAD, 2)), accepted, TODAY, complete=False)

    assert done.results[0].judgement.reason == "LW301 not-found, accepted in README.md:1: well-known and harmless"


@pytest.mark.parametrize(
    ("word", "meant"), [("LW3O1", "LW301"), ("301", "LW301"), ("not-fuond", "not-found"), ("LW999", "")]
)
def test_a_rule_that_does_not_exist_is_told(word: str, meant: str) -> None:
    """A slip in a code accepts nothing, rather than everything, and names what was meant."""
    done = suppress_accepted(run_of(result(DEAD, 2)), Accepted([comment(1, 2, codes=[word])]), TODAY, complete=False)

    assert done.counts[Verdict.BROKEN] == 1
    ((path, line, message),) = told(done)
    assert (path, line) == ("README.md", 1)
    assert message.startswith(f"{word!r} in this comment is no rule.")
    assert f"Did you mean {meant}?" in message if meant else "Did you mean" not in message


def test_beside_a_slip_the_right_codes_hold() -> None:
    """One wrong code does not undo the others."""
    accepted = Accepted([comment(1, 2, codes=["LW301", "LW3O2"])])

    done = suppress_accepted(run_of(result(DEAD, 2)), accepted, TODAY, complete=False)

    assert done.counts[Verdict.IGNORED] == 1
    assert len(done.notices) == 1


def test_of_several_places_only_the_covered_are_taken_out() -> None:
    """The others are still reported; nothing is lost from the count of links."""
    run = run_of(result(DEAD, 3, 7, 9))

    done = suppress_accepted(run, Accepted([comment(3, 3), comment(8, 9)]), TODAY, complete=True)

    (left,) = done.results
    assert left.judgement.verdict is Verdict.BROKEN
    assert [o.span.line for o in left.target.occurrences] == [7]
    assert [o.span.line for o in left.suppressed] == [3, 9]
    assert done.occurrences == run.occurrences
    assert done.notices == ()


def test_where_every_place_is_covered_the_whole_is_ignored() -> None:
    """The places stay, and the reason names the first comment and the number of others."""
    accepted = Accepted([comment(3, 3, reason="print"), comment(6, 7), comment(8, 9)])

    done = suppress_accepted(run_of(result(DEAD, 3, 7, 9)), accepted, TODAY, complete=True)

    assert judged(done)[0][2] == "LW301 not-found, accepted in README.md:3 and 2 other places: print"
    assert [o.span.line for o in done.results[0].target.occurrences] == [3, 7, 9]
    assert done.results[0].suppressed == ()


@pytest.mark.parametrize("line", [4, 30])
def test_a_reference_can_be_suppressed_at_its_definition_and_at_its_use(line: int) -> None:
    """Both are where a maintainer would write the comment."""
    run = run_of(result(DEAD, place(30, used=4)))

    assert suppress_accepted(run, Accepted([comment(line, line)]), TODAY, complete=True).counts[Verdict.IGNORED] == 1


def test_a_comment_is_about_its_own_file() -> None:
    """The same line of another list is not meant."""
    done = suppress_accepted(
        run_of(result(DEAD, place(3, "other.md"))), Accepted([comment(3, 3)]), TODAY, complete=False
    )

    assert done.counts[Verdict.BROKEN] == 1


def test_what_could_not_be_verified_can_be_accepted_too() -> None:
    """A site that never lets us in need not be told every night."""
    run = run_of(result(WALL, 3), result(WALL, 4, url="https://b.example/"))

    done = suppress_accepted(run, Accepted([comment(3, 3), comment(4, 4, codes=[WALL.code])]), TODAY, complete=True)

    assert done.counts[Verdict.IGNORED] == 2


@pytest.mark.parametrize("rule", [rules.INTERNAL_ERROR, rules.OFFLINE, rules.OUT_OF_TIME, rules.NETWORK_DOWN])
def test_what_says_nothing_about_the_link_is_never_hidden(rule: Rule) -> None:
    """A defect of linkwarden, a network that is down: nobody accepted that."""
    run = run_of(result(rule, 3))
    baseline = Baseline(Path("b.json"), {Known(rule.code, URL): 3})

    done = suppress_accepted(run, Accepted([comment(3, 3)], [entry()], baseline), TODAY, complete=False)

    assert done.results == run.results


def test_an_entry_of_the_configuration_accepts_by_address_and_rule() -> None:
    """The pattern is searched for in the address; other addresses and other rules are reported."""
    run = run_of(result(DEAD, 3), result(MOVED, 4, url="https://a.example/y"), result(DEAD, 5, url="https://b.test/"))
    accepted = Accepted(entries=[entry(r"^https://a\.example/", codes=("LW301",), reason="print only")])

    done = suppress_accepted(run, accepted, TODAY, complete=True)

    assert [verdict for verdict, _, _ in judged(done)] == [Verdict.IGNORED, Verdict.MOVED, Verdict.BROKEN]
    assert judged(done)[0][1:] == ("LW016", "LW301 not-found, accepted in linkwarden.toml:12: print only")


def test_an_entry_holds_to_the_end_of_its_last_day() -> None:
    """On the day itself it holds; on the day after, the finding is back and the entry is named."""
    run = run_of(result(DEAD, 3))
    accepted = Accepted(entries=[entry(until=TODAY)])

    on_the_day = suppress_accepted(run, accepted, TODAY, complete=True)
    day_after = suppress_accepted(run, accepted, date(2026, 11, 23), complete=False)

    assert judged(on_the_day)[0][2] == "LW301 not-found, accepted in linkwarden.toml:12 until 2026-11-22"
    assert on_the_day.notices == ()
    assert day_after.counts[Verdict.BROKEN] == 1
    ((path, line, message),) = told(day_after)
    assert (path, line) == ("linkwarden.toml", 12)
    assert message == (
        "This [[ignore]] for 'example' was valid until 2026-11-22; what it accepted is reported again. "
        "Set a later date, or remove it."
    )


def test_a_baseline_accepts_what_it_knows() -> None:
    """Rule and address count, wherever the link has moved to; another rule is another finding."""
    run = run_of(result(DEAD, 3), result(MOVED, 4, url="https://b.example/"), result(DEAD, 5, url="#x", local=True))
    known = {Known("LW301", URL): 3, Known("LW301", "https://b.example/"): 4, Known("LW301", "#x", "README.md"): 5}

    done = suppress_accepted(run, Accepted(baseline=Baseline(Path("known.json"), known)), TODAY, complete=False)

    assert judged(done) == [
        (Verdict.IGNORED, "LW017", "LW301 not-found, accepted in known.json:3"),
        (MOVED.verdict, MOVED.code, "seen"),
        (Verdict.IGNORED, "LW017", "LW301 not-found, accepted in known.json:5"),
    ]


def test_a_local_link_is_known_in_its_own_list_only() -> None:
    """A missing heading of one list hides no missing heading of another."""
    run = run_of(result(DEAD, 5, url="#x", local=True))
    baseline = Baseline(Path("known.json"), {Known("LW301", "#x", "other.md"): 3, Known("LW301", "#x"): 4})

    assert suppress_accepted(run, Accepted(baseline=baseline), TODAY, complete=False).counts[Verdict.BROKEN] == 1


def test_a_fine_link_stays_fine() -> None:
    """A suppression turns nothing to ignored that was not found."""
    run = run_of(result(None, 3))

    done = suppress_accepted(run, Accepted([comment(3, 3)], [entry()]), TODAY, complete=False)

    assert done == run


def test_what_accepts_nothing_is_no_longer_needed() -> None:
    """Comment, entry and lines of the baseline are named with their places."""
    run = run_of(result(None, 3), result(MOVED, 5, url="https://b.example/"))
    known = {Known("LW301", f"https://{n}.example/"): n + 3 for n in range(5)}
    accepted = Accepted(
        [comment(3, 3), comment(4, 5, 6, ["LW301"])],
        [entry(codes=("LW301",))],
        Baseline(Path("known.json"), known),
    )

    done = suppress_accepted(run, accepted, TODAY, complete=True)

    assert [(path, line) for path, line, _ in told(done)] == [
        ("README.md", 3),
        ("README.md", 4),
        ("linkwarden.toml", 12),
        ("known.json", 3),
    ]
    assert "\n".join(message for _, _, message in told(done)) == (
        "This comment is no longer needed: nothing that it accepts was found on line 3. Remove it.\n"
        "This comment is no longer needed: nothing that it accepts (LW301) was found on lines 5 to 6. Remove it.\n"
        "This [[ignore]] for 'example' is no longer needed: nothing that it accepts (LW301) was found. Remove it.\n"
        "5 findings in this baseline are no longer found: LW301 https://0.example/, LW301 https://1.example/, "
        "LW301 https://2.example/ and 2 more. Update it with --write-baseline."
    )


def test_a_comment_that_a_program_wrote_may_accept_nothing() -> None:
    """Nobody is asked to remove what the next run of that program writes again."""
    accepted = Accepted([replace(comment(3, 3, 9), by_program=True)])

    assert told(suppress_accepted(run_of(result(None, 5)), accepted, TODAY, complete=True)) == []


def test_a_run_that_did_not_see_everything_calls_nothing_unneeded() -> None:
    """With --diff, --offline or an interruption the finding may be where nobody looked."""
    baseline = Baseline(Path("known.json"), {Known("LW301", "https://b.example/"): 3})
    accepted = Accepted([comment(3, 3)], [entry()], baseline)

    assert suppress_accepted(run_of(result(None, 3)), accepted, TODAY, complete=False).notices == ()


@pytest.mark.parametrize("rule", [WALL, rules.EXCLUDED])
def test_what_could_not_be_seen_may_still_be_dead(rule: Rule) -> None:
    """A site that does not answer tonight makes no suppression unneeded; tomorrow the finding is back."""
    baseline = Baseline(Path("known.json"), {Known("LW301", URL): 3})
    accepted = Accepted([comment(3, 3, codes=["LW301"])], [entry(codes=("LW301",))], baseline)

    assert suppress_accepted(run_of(result(rule, 3)), accepted, TODAY, complete=True).notices == ()


def test_what_is_accepted_twice_needs_both() -> None:
    """Nobody is told to take out the one and the other at once."""
    baseline = Baseline(Path("known.json"), {Known("LW301", URL): 3})
    accepted = Accepted([comment(1, 1, 9), comment(3, 3)], [entry(), entry("a")], baseline)

    done = suppress_accepted(run_of(result(DEAD, 3)), accepted, TODAY, complete=True)

    assert done.notices == ()
    assert judged(done)[0][2] == "LW301 not-found, accepted in README.md:3"


@pytest.mark.parametrize(("outer", "inner"), [([], ["LW301"]), (["LW301"], []), ([], [])])
def test_the_innermost_comment_is_named(outer: list[str], inner: list[str]) -> None:
    """It is the one that the maintainer wrote for this link."""
    accepted = Accepted([comment(1, 1, 9, outer), comment(3, 3, 4, inner)])

    done = suppress_accepted(run_of(result(DEAD, 3)), accepted, TODAY, complete=False)

    assert judged(done)[0][2] == "LW301 not-found, accepted in README.md:3"


COMMENTS = st.builds(
    lambda first, length, codes: comment(first, first, first + length, codes),
    st.integers(1, 12),
    st.integers(0, 6),
    st.lists(st.sampled_from(["LW301", "LW302", MOVED.code]), max_size=2, unique=True),
)


@settings(deadline=None)
@given(st.lists(COMMENTS, max_size=8), st.lists(st.integers(1, 15), min_size=1, max_size=6, unique=True))
def test_a_place_is_covered_if_and_only_if_a_comment_says_so(comments: list[Suppression], places: list[int]) -> None:
    """The fast way down the document gives what a look at every pair gives; no place is lost."""
    (done,) = suppress_accepted(run_of(result(DEAD, *places)), Accepted(comments), TODAY, complete=True).results
    covered = {
        line for line in places for c in comments if c.first <= line <= c.last and (not c.codes or "LW301" in c.codes)
    }

    if covered == set(places):
        assert done.judgement.verdict is Verdict.IGNORED
    else:
        assert done.judgement.verdict is Verdict.BROKEN
        assert [o.span.line for o in done.suppressed] == [line for line in places if line in covered]
        assert [o.span.line for o in done.target.occurrences] == [line for line in places if line not in covered]


@settings(deadline=None)
@given(st.lists(COMMENTS, max_size=8), st.lists(st.integers(1, 15), max_size=6, unique=True))
def test_a_comment_is_unneeded_if_and_only_if_nothing_was_found_under_it(
    comments: list[Suppression], places: list[int]
) -> None:
    """Each remark is right, and none is missing."""
    comments = [replace(c, line=100 + n) for n, c in enumerate(comments)]
    run = run_of(*(result(DEAD, line, url=f"https://{line}.example/") for line in places))

    done = suppress_accepted(run, Accepted(comments), TODAY, complete=True)

    unneeded = [
        c.line
        for c in comments
        if not any(c.first <= line <= c.last and (not c.codes or "LW301" in c.codes) for line in places)
    ]
    assert [n.line for n in done.notices] == unneeded


def test_a_list_full_of_blocks_in_blocks_is_settled() -> None:
    """Tens of thousands of each: looking at every pair would take minutes."""
    count = 20_000
    comments = [comment(n, n, 2 * count - n) for n in range(1, count)]
    run = run_of(*(result(DEAD, n, url=f"https://{n}.example/") for n in range(1, count)))

    assert suppress_accepted(run, Accepted(comments), TODAY, complete=True).counts[Verdict.IGNORED] == count - 1
