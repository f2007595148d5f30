"""The report for the terminal says first what is lost, and nothing foreign acts in it."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from linkwarden.model import Basis, History, Markup, Notice, Run, Suggestion, Verdict
from linkwarden.report import ReportOptions
from linkwarden.report._words import WORDS
from linkwarden.report.markdown import MarkdownReport
from linkwarden.report.text import SHOWN, TextReport, lines
from linkwarden.rules import OFFLINE, OUT_OF_TIME
from tests.report.runner import commands
from tests.report.sample import (
    EMPTY,
    FAILURE,
    FINE,
    MOVED,
    NOT_FOUND,
    RESULTS,
    RUN,
    STARTED,
    TIMEOUT,
    WALLED,
    occurrence,
    result,
)
from tests.report.strategies import WHOLE_RUNS, runs

STYLES = {word.style for word in WORDS.values()} | {"", "place", "address", "fix", "heading", "quiet"}


def render(run: Run, verbose: int = 0) -> str:
    """Give the report as it is printed without colours."""
    return TextReport().render(run, ReportOptions(verbose=verbose))


def test_the_whole_report() -> None:
    """One of everything, as a person sees it."""
    assert render(RUN) == snapshot("""\
README.md:12:4  broken  LW120 no-such-heading  “Optimization”
    #optimization
    No heading of this document is called “optimization”.
    → fix: #optimisation  (the nearest heading)

expired  LW201 signed-url-expired: 3 URLs on s3.us-west-2.amazonaws.com
    The address was signed for a time that is over.
    → Put the picture into the repository and link to it there.
    README.md:87:11  2021-02-10 10:35 UTC  https://s3.us-west-2.amazonaws.com/notion-static/a/Untitled.png?…
    README.md:91:11  2021-02-11 10:35 UTC  https://s3.us-west-2.amazonaws.com/notion-static/b/Untitled.png?…
    README.md:92:11  2021-02-12 10:35 UTC  https://s3.us-west-2.amazonaws.com/notion-static/c/Diagram.png?…

README.md:90:3  broken  LW301 not-found  “The *paper*”
    https://gone.example/paper.pdf
    The server says that there is no such page (404).
    → fix: https://web.archive.org/web/2020/https://gone.example/paper.pdf  (an archived copy)
    also at README.md:120:7

Expiring soon (1)
README.md:130:2  expiring  LW202 signed-url-expiring
    https://cdn.example/soon.png?…
    The address ends on 2026-11-29 at 00:00 UTC, in 6 days.
    → Copy it in time.

Suspect: check by hand (1)
README.md:140:2  suspect  LW531 soft-404
    https://soft.example/entry
    The page calls itself “Page not found”.
    → Have a look at it.

Moved permanently (2)
moved  LW303 moved-permanently: 2 URLs
    The page has moved for good.
    README.md:150:2  http://old.example/a → https://new.example/a  safe
    README.md:151:2  http://old.example/b → https://new.example/b  safe

Works, with a flaw (1)
README.md:160:2  degraded  LW444 repository-archived
    https://github.com/someone/something
    The repository has been archived since 2023; nobody maintains it.
    → Name a successor.

Could not be verified (4)
    3 LW310 bot-wall: The site turns robots away (AWS WAF).
      README.md:170:2  https://www.semanticscholar.org/paper/0
      README.md:171:2  https://www.semanticscholar.org/paper/1
      README.md:172:2  https://www.semanticscholar.org/paper/2
    1 LW350 timeout: The server did not answer in 30 seconds.
      README.md:180:2  https://slow.example/

Notes on the inputs (1)
    README.md:1739  The HTML block that begins here swallows the heading of line 1743.

hint: A GitHub token makes this faster: set GITHUB_TOKEN.

Worst first (5)
    README.md:87:11  expired  https://s3.us-west-2.amazonaws.com/notion-static/a/Untitled.png?…
      and 2 URLs more like it
    README.md:12:4  broken  #optimization  “Optimization”
    README.md:90:3  broken  https://gone.example/paper.pdf  “The *paper*”

2 broken, 3 expired, 1 suspect, 1 expiring, 4 unverified, 1 degraded, 2 moved, 1 ok, 1 ignored
4 could not be verified (counted neither as ok nor as broken).
17 links to 16 URLs in README.md; 14 requests in 21 s
Failed: 2 broken and 3 expired (exit code 1).
""")


def test_quiet_is_what_is_lost_and_the_summary() -> None:
    """With -q the lost links, then the summary; nothing in between."""
    text = render(RUN, -1)

    assert text.startswith("README.md:12:4  broken")
    assert "Could not be verified" not in text
    assert "hint" not in text
    assert text[text.index("2 broken, 3 expired") :] == render(RUN)[render(RUN).index("2 broken, 3 expired") :]


def test_verbose_adds_what_was_seen_and_where() -> None:
    """With -v the facts stand under the link, secrets masked, and each unverified link is named."""
    text = render(RUN, 1)

    assert "· GET [404] https://gone.example/paper.pdf?token=***" in text
    assert "README.md:171:2  https://www.semanticscholar.org/paper/1" in text


def test_nothing_found() -> None:
    """No link at all is said, with exit code 4."""
    assert render(EMPTY) == snapshot("""\
0 links to 0 URLs in README.md; 0 requests in 0.1 s
No links found, so nothing was checked (exit code 0).
""")


def test_all_fine() -> None:
    """A run with nothing amiss gets a friendly line."""
    assert render(FINE) == snapshot("""\
The only URL works.
1 ok, 0 unverified
1 link to 1 URL in README.md; 1 request in 1.5 s
Passed (exit code 0).
""")


def test_interrupted() -> None:
    """An interruption is said, with how many addresses had no turn."""
    results = (*RESULTS[:1], result(occurrence("https://late.example/"), finding=OUT_OF_TIME, reason="Stopped before."))

    text = render(replace(RUN, results=results, interrupted=True))

    assert "Interrupted: 1 URL not checked" in text
    assert "(exit code 130)" in text


def test_network_down_is_said_once() -> None:
    """Where nothing could be reached, the hosts are not told off one by one."""
    text = render(replace(RUN, network_down=True))

    assert text.count("No server could be reached") == 1
    assert "semanticscholar" not in text
    assert "4 could not be verified (counted neither as ok nor as broken)." in text
    assert "(exit code 4)" in text


def test_internal_failures_are_said() -> None:
    """A crash of linkwarden's own is told as such; its traceback only with -v."""
    run = replace(RUN, failures=(FAILURE,))

    assert "internal error in provider arxiv: KeyError: 'entry'" in render(run)
    assert "Traceback" not in render(run)
    assert "Traceback" in render(run, 1)
    assert "(exit code 3)" in render(run)


def test_unreadable_inputs_are_said() -> None:
    """An input that could not be read is named even with -q."""
    assert "not read: cannot read x.md" in render(replace(RUN, unreadable=("cannot read x.md",)), -1)


def test_exit_zero_is_said() -> None:
    """What would have failed is said although the exit code is 0."""
    assert "but --exit-zero was given (exit code 0)" in render(replace(RUN, exit_zero=True))


def test_fail_on_moves_a_verdict_to_the_front() -> None:
    """What the user fails on stands with what is lost, also with -q."""
    run = replace(RUN, fail_on=frozenset({Verdict.MOVED}), results=RESULTS[8:10])

    assert "http://old.example/a" in render(run, -1)
    assert "Failed: 2 moved (exit code 1)" in render(run, -1)


def test_few_alike_stay_apart() -> None:
    """Two links of one host and rule are told one by one, three together."""
    gone = [result(occurrence(f"https://a.example/{n}", n, 1), finding=NOT_FOUND, reason="Gone.") for n in range(1, 4)]

    assert "3 URLs on a.example" in render(replace(RUN, results=tuple(gone)))
    assert "URLs on a.example" not in render(replace(RUN, results=tuple(gone[:2])))


def test_every_place_of_a_grouped_link_has_its_line() -> None:
    """A link that stands twice is found twice in its group."""
    places = [occurrence("https://a.example/0", line, 1) for line in (5, 7)]
    others = [result(occurrence(f"https://a.example/{n}", n, 1), finding=NOT_FOUND, reason="Gone.") for n in (1, 2)]
    run = replace(RUN, results=(result(*places, finding=NOT_FOUND, reason="Gone."), *others))

    assert all(f"README.md:{line}:1" in render(run) for line in (1, 2, 5, 7))


def test_long_sections_are_cut_and_say_so() -> None:
    """More than 30 moved links are counted, and shown with -v; lost ones are always all there, and the worst twice."""
    moved = [result(occurrence(f"https://a.example/{n}", n + 1, 1), finding=MOVED, reason="Moved.") for n in range(40)]
    lost = [replace(r, judgement=replace(r.judgement, verdict=Verdict.BROKEN, rule=NOT_FOUND)) for r in moved]
    run = replace(RUN, results=tuple(moved))

    assert f"… and {40 - SHOWN} more; -v shows them all" in render(run)
    assert len(re.findall(r"README\.md:\d+:1 ", render(run))) == SHOWN
    assert len(re.findall(r"README\.md:\d+:1 ", render(run, 1))) == 40
    assert len(re.findall(r"README\.md:\d+:1 ", render(replace(RUN, results=tuple(lost))))) == 40 + 1


def test_a_reason_is_told_once_with_the_lines_of_all_its_links() -> None:
    """The same reason on many hosts is one line, and below it stand the hosts with their lines; with -v each link."""
    results = [
        result(occurrence(f"https://h{n % 8}.example/{n}", n + 1), finding=WALLED, reason="Walled.") for n in range(9)
    ]
    run = replace(RUN, results=tuple(results))

    assert """
    9 LW310 bot-wall: Walled.
      h0.example:1,9, h1.example:2, h2.example:3, h3.example:4, h4.example:5, h5.example:6,
      h6.example:7, h7.example:8
""" in render(run)
    assert "      README.md:5:1  https://h4.example/4\n" in render(run, 1)


def test_sentences_that_differ_do_not_part_what_has_one_reason() -> None:
    """The host stands in the sentence: that makes no reason of its own."""
    results = [
        result(occurrence(f"https://h{n}.example/", n + 1), finding=TIMEOUT, reason=f"h{n}.example did not answer.")
        for n in range(4)
    ]

    text = render(replace(RUN, results=tuple(results)))

    assert (
        "    4 LW350 timeout: No answer in time.\n      h0.example:1, h1.example:2, h2.example:3, h3.example:4\n"
        in text
    )


def test_lines_of_several_files_stand_below_each_file() -> None:
    """A host and a number say nothing where there are several lists."""
    places = [
        occurrence(f"https://h{n}.example/", n, path=path) for n, path in enumerate(["a.md", "a.md", "b.md", "b.md"], 1)
    ]
    results = tuple(result(place, finding=WALLED, reason="Walled.") for place in places)

    text = render(replace(RUN, results=results, inputs=("a.md", "b.md")))

    assert "      a.md  h1.example:1, h2.example:2\n      b.md  h3.example:3, h4.example:4\n" in text


def test_an_end_of_what_could_not_be_verified_is_told_first() -> None:
    """A reader of the report learns what is about to be lost, also where nobody could see that it still works."""
    found = [result(occurrence(f"https://h{n}.example/", n), finding=WALLED, reason="Walled.") for n in range(1, 11)]
    found[6] = replace(found[6], judgement=replace(found[6].judgement, remark="It ends on Friday."))

    text = render(replace(RUN, results=tuple(found)))

    assert "      README.md:7:1  https://h7.example/\n        It ends on Friday.\n      h1.example:1, h2" in text


def test_what_was_not_checked_is_counted() -> None:
    """It is no finding of a server; with -v every link is named."""
    found = [result(occurrence(f"https://h{n}.example/", n), finding=OUT_OF_TIME, reason="Stopped.") for n in range(3)]
    run = replace(RUN, results=tuple(found))

    assert "Not checked (3)\n    3 LW012 not-asked-in-time: Stopped.\n\n" in render(run)
    assert "h1.example" not in render(run)
    assert "h1.example" in render(run, 1)
    assert "ould not be verified" not in render(run, 1)
    assert "3 not checked (--max-time), 0" not in render(run)
    assert "\n3 not checked (--max-time)\n" in render(run)
    assert "\n3 not checked (interrupted)\n" in render(replace(run, interrupted=True))


def test_what_was_not_checked_is_told_apart_from_what_could_not_be_verified() -> None:
    """Their verdict is one, their names are two; why is said where it is one thing."""
    late = [result(occurrence(f"https://h{n}.example/", n), finding=OUT_OF_TIME, reason="Stopped.") for n in range(3)]
    offline = result(occurrence("https://o.example/"), finding=OFFLINE, reason="Offline.")
    walled = result(occurrence("https://w.example/"), finding=WALLED, reason="Walled.")

    assert "\n1 unverified, 4 not checked\n" in render(replace(RUN, results=(*late, offline, walled)))
    assert "\n1 could not be verified (counted neither as ok nor as broken).\n" in render(
        replace(RUN, results=(*late, offline, walled))
    )
    assert "\n1 not checked (--offline), 1 ok\n" in render(replace(RUN, results=(offline, RESULTS[0])))


def test_every_url_of_a_group_can_be_copied_and_has_its_name() -> None:
    """A group says once what is the matter; what an entry is called and its whole URL stand on its line, or below."""
    long = "https://a.example/" + "x" * 90
    places = (
        replace(occurrence("https://a.example/1", 1, text="paper"), context="Attention is all you need"),
        occurrence("https://a.example/2", 2, text="Middleware"),
        occurrence(long, 3, text="Long"),
    )

    text = render(replace(RUN, results=tuple(result(p, finding=NOT_FOUND, reason="Gone.") for p in places)))

    assert "README.md:1:1  https://a.example/1  “Attention is all you need (paper)”\n" in text
    assert "README.md:2:1  https://a.example/2  “Middleware”\n" in text
    assert f"README.md:3:1  {long}\n      “Long”\n" in text


def test_an_image_without_a_name_is_known_by_its_heading() -> None:
    """Alone it has room for that."""
    place = occurrence("https://a.example/x.png", 7, section="Residual  networks", markup=Markup.MD_IMAGE)

    assert "README.md:7:1  broken  LW301 not-found  below “Residual networks”\n" in render(
        replace(RUN, results=(result(place, finding=NOT_FOUND),))
    )


def test_what_is_safe_to_replace_is_marked() -> None:
    """Alone and in a group; what is not safe is a fix that a maintainer looks at."""
    moved = RESULTS[8:10]
    other = replace(moved[0].judgement, suggestion=Suggestion("https://new.example/c", "a guess"))

    assert "http://old.example/a → https://new.example/a  safe\n" in render(replace(RUN, results=moved))
    assert "→ fix (safe): https://new.example/a  (every redirect" in render(replace(RUN, results=moved[:1]))
    assert "→ fix: https://new.example/c  (a guess)" in render(
        replace(RUN, results=(replace(moved[0], judgement=other),))
    )


def test_the_most_similar_thing_is_not_called_a_fix() -> None:
    """It may be the heading of another chapter."""
    nearest = replace(RESULTS[5].judgement, suggestion=Suggestion("#optimisation", "the heading", Basis.NEAREST))
    run = replace(RUN, results=(replace(RESULTS[5], judgement=nearest),))

    assert "→ nearest: #optimisation  (the heading)\n" in render(run)
    assert "**Nearest:** `#optimisation`, the heading" in MarkdownReport().render(run, ReportOptions())


def test_a_long_report_ends_with_the_worst() -> None:
    """One of each kind, new ones first, five at most; and how to get fewer lines. A short one has no need of it."""
    lost = [
        result(occurrence(f"https://h{n % 7}.example/{n}", n + 1, text=f"n{n}"), finding=NOT_FOUND, reason="Gone.")
        for n in range(140)
    ]
    history = History(STARTED, was=Verdict.OK)
    lost[9] = replace(lost[9], history=history)
    run = replace(RUN, results=tuple(lost))

    text = render(run)
    closing = text[text.index("Worst first (140)\n") :].splitlines()

    assert closing[1:3] == [
        "    README.md:10:1  broken  https://h2.example/9  “n9”  and 19 URLs more like it",
        closing[2],
    ]
    assert sum(line.startswith("    README.md:") for line in closing) == 5
    assert "    … and 40 others above" in closing
    assert "lines; -q shows only what makes the run fail." in text
    assert "-q shows" not in render(run, -1)
    assert "Worst first" not in render(replace(RUN, results=tuple(lost[:3])))


def test_what_is_alike_in_the_notes_is_counted() -> None:
    """Twenty doubled entries are one line; five other notes are shown, and -v shows all."""
    alike = "entry was listed before|entries were listed before"
    doubled = [Notice("README.md", n, f"Listed in line {n}.", alike=alike) for n in range(1, 21)]
    others = [Notice("README.md", n, f"Other {n}.") for n in range(30, 37)]
    run = replace(RUN, notices=(*doubled, *others))

    assert (
        "Notes on the inputs (27)\n    20 entries were listed before; -v shows them.\n    README.md:30  Other 30.\n"
        in render(run)
    )
    assert "Listed in" not in render(run)
    assert "    … and 2 more; -v shows them all" in render(run)
    assert all(notice.message in render(run, 1) for notice in run.notices)


def test_a_long_file_name_does_not_push_the_text_to_the_edge() -> None:
    """The later lines of a note begin at the left, not below the end of the name."""
    path = "documentation/translations/portuguese/README.pt-BR.md"
    run = replace(RUN, notices=(Notice(path, 7, "word " * 30),))

    rows = ["".join(text for _, text in line) for line in lines(run, ReportOptions(), 80)]
    at = next(number for number, row in enumerate(rows) if path in row)

    assert rows[at].startswith(f"    {path}:7  word word")
    assert rows[at + 1].startswith("      word word")
    assert all(len(row) <= 80 for row in rows[at : at + 3])


def test_long_addresses_lose_their_middle() -> None:
    """An absurdly long address is cut to 300 characters, both ends kept; one of 300 is whole, so it can be copied."""
    long = "https://a.example/" + "x" * 300 + "/end.pdf"
    fits = "https://a.example/" + "y" * 282
    run = replace(RUN, results=tuple(result(occurrence(u), finding=NOT_FOUND, reason="Gone.") for u in (long, fits)))

    shown = [line.strip() for line in render(run).splitlines() if line.startswith("    https://")]

    assert sorted(map(len, shown)) == [300, 300]
    assert fits in shown
    assert any(address.endswith("/end.pdf") and "…" in address for address in shown)


def test_prose_is_wrapped_and_addresses_are_not() -> None:
    """At 40 columns sentences break; an address stays whole so that it can be copied."""
    address = "https://a.example/a-rather-long-path-that-goes-on-and-on.html"
    run = replace(RUN, results=(result(occurrence(address), finding=NOT_FOUND, reason="word " * 40),))

    rows = ["".join(text for _, text in line) for line in lines(run, ReportOptions(), 40)]

    assert f"    {address}" in rows
    assert all(len(row) <= 44 for row in rows if "word" in row)


def test_an_empty_src_is_said() -> None:
    """An address that is nothing is named as such."""
    text = render(replace(RUN, results=(result(occurrence(""), finding=NOT_FOUND, reason="The src is empty."),)))

    assert "    (empty URL)\n" in text


def test_hostile_list() -> None:
    """The literals of a hostile list and server stand there written out, and are no commands."""
    run = Run(
        started=STARTED,
        duration_s=1,
        inputs=("::error::.md",),
        results=(
            result(
                occurrence("::set-output name=exit-code::0", path="::error::.md"),
                finding=NOT_FOUND,
                reason="The page is called \x1b]0;pwn\x07 ##[set-output name=exit-code]0 \u202e\r::add-mask::a",
            ),
        ),
    )

    text = render(run, 1)

    assert commands(text) == []
    assert "\x1b" not in text
    assert r"\u{1b}]0;pwn\u{7}" in text


@given(runs(), st.sampled_from((-1, 0, 1)), st.integers(20, 200))
@WHOLE_RUNS
def test_nothing_foreign_acts(run: Run, verbose: int, width: int) -> None:
    """Whatever the run: known styles, no control character, no workflow command, no secret, and it ends the same."""
    styled = lines(run, ReportOptions(verbose=verbose), width)
    text = "\n".join("".join(part for _, part in line) for line in styled)

    assert {style for line in styled for style, _ in line} <= STYLES
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ud800-\udfff]", text)
    assert commands(text) == []
    assert "s3cret" not in re.sub(r"(?<![?&;])(sig|token|X-Amz-Signature)=s3cret", "", text)
    assert " ".join(text.split()).endswith(f"(exit code {run.exit_code}).")


@given(runs(), st.randoms(use_true_random=False))
@WHOLE_RUNS
def test_lines_do_not_depend_on_the_order_of_answers(run: Run, rng: random.Random) -> None:
    """The same results in another order give the same text."""
    other = replace(run, results=tuple(rng.sample(run.results, len(run.results))))

    assert render(other, 1) == render(run, 1)


@given(runs())
@WHOLE_RUNS
def test_every_lost_link_is_there(run: Run) -> None:
    """Each place of a broken or expired link is named, even with -q; the number of unverified ones too."""
    text = render(run, -1)
    lost = [r for r in run.results if r.judgement.verdict in {Verdict.BROKEN, Verdict.EXPIRED}]

    assert all(
        text.count(f":{place.span.line}:{place.span.col}") >= 1
        for found in lost
        for place in found.target.occurrences[:1]
    )
    if run.counts[Verdict.UNVERIFIED]:
        assert f"{run.counts[Verdict.UNVERIFIED]} could not be verified" in text


def test_instants_in_groups() -> None:
    """In a group of expired links each line has its own instant."""
    text = render(RUN)

    assert (
        "README.md:91:11  2021-02-11 10:35 UTC  https://s3.us-west-2.amazonaws.com/notion-static/b/Untitled.png?…"
        in text
    )
    assert datetime(2021, 2, 11, 10, 35, 24, tzinfo=UTC) == RESULTS[3].judgement.expires_at
