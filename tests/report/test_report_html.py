"""The HTML report tells the whole run, in the words of the other reports."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from inline_snapshot import snapshot

from linkwarden.model import Compared, Fixed, History, Past, Verdict
from linkwarden.report import for_name, for_path
from linkwarden.report._words import conclusion, headline, rule_url, unverified_note
from linkwarden.report.html import HtmlReport
from linkwarden.rules import OUT_OF_TIME
from tests.report.html_page import parse, text, texts, write
from tests.report.sample import (
    EMPTY,
    EXPIRED,
    EXPIRING,
    FAILURE,
    FINE,
    NOT_FOUND,
    RESULTS,
    RUN,
    STARTED,
    occurrence,
    result,
)

DAY = timedelta(days=1)


def test_the_format_is_found_by_its_suffix() -> None:
    """``--output x.html`` and ``--format html`` choose it."""
    assert for_path("reports/Health.HTML") is HtmlReport
    assert for_name("html") is HtmlReport


def test_the_head_says_in_words_what_the_other_reports_say() -> None:
    """The same sentences as in Markdown and on the terminal: what is lost, what is unknown, how the run ended."""
    page = parse(RUN)
    assert text(page.css_first("h1")) == headline(RUN)
    assert unverified_note(RUN) in text(page.css_first(".notes"))
    assert conclusion(RUN) in text(page.css_first(".notes"))
    assert text(page.css_first(".figures")) == snapshot(
        "Started2026-11-22 03:00 UTCTook21 s, 14 requestsChecked17 links to 16 URLs"
    )


def test_the_tiles_count_every_verdict_worst_first() -> None:
    """Nothing is hidden in a sum: each verdict that occurs has its number."""
    assert texts(parse(RUN), "#tiles li") == snapshot(
        [
            "2 broken",
            "3 expired",
            "1 suspect",
            "1 expiring",
            "4 unverified",
            "1 degraded",
            "2 moved",
            "1 ok",
            "1 ignored",
        ]
    )


def test_findings_stand_below_the_headings_of_the_list() -> None:
    """First what is lost, then what will be, then what deserves a look; each by section, in the list's order."""
    told = [
        (text(part.css_first("h2")), texts(part, "tr.g"), texts(part, "tr[data-s] td:last-child"))
        for part in parse(RUN).css("main > .part")
        if part.css("tr.g")
    ]
    assert told == snapshot(
        [
            (
                "What readers no longer get 5",
                ["Contents", "Models"],
                [
                    "",
                    "expired 2021-02-10, 5 years ago",
                    "",
                    "expired 2021-02-11, 5 years ago",
                    "expired 2021-02-12, 5 years ago",
                ],
            ),
            ("Expiring soon 1", ["Above the first heading"], ["expires 2026-11-29, in 7 days"]),
            ("Worth checking 1", ["Tools"], ["README.md:140"]),
            ("Suggested fixes 3", ["Tools"], ["README.md:150", "README.md:151", "README.md:160"]),
        ]
    )


def test_a_finding_tells_all_that_is_known() -> None:
    """Verdict, code, address, reason, what to put there, where it stands, and folded what was seen."""
    row = next(row for row in parse(RUN).css("tr[data-v]") if "gone.example" in row.text())
    assert texts(row, "td:first-child, .u, td:nth-child(2) > p, li, dl, .p") == snapshot(
        [
            "broken LW301",
            "https://gone.example/paper.pdf",
            "The server says that there is no such page (404).",
            "Fix https://web.archive.org/web/2020/https://gone.example/paper.pdf open an archived copy",
            "GET https://gone.example/paper.pdf?token=*** 404",
            "Checked byweb",
            "README.md:90",
            "README.md:120",
        ]
    )
    assert [d.attributes for d in row.css("details")] == [{"class": "e"}]  # folded


def test_a_code_leads_to_its_meaning_and_that_to_its_page() -> None:
    """Every code in the lists has an entry on the page, with the remedy and a link to the documentation."""
    page = parse(RUN)
    codes = {node.attributes["href"] for node in page.css("a.k")}
    assert {"#LW201", "#LW301", "#LW310"} <= codes
    for code in codes:
        entry = page.css_first(f".rules div{code}")
        assert entry is not None
        assert (entry.css("a")[0].attributes["href"] or "") == rule_url((code or "")[1:])
    assert "Link to an archived copy" in text(page.css_first("#LW301"))


def test_words_between_backticks_are_code() -> None:
    """Rules are written with Markdown's backticks; the page shows no backtick, and escapes what is between."""
    rule = replace(NOT_FOUND, remedy="Write `<a href>` here.")
    page = parse(replace(RUN, results=(result(occurrence("https://a.example/"), finding=rule),)))
    assert texts(page, ".do code") == ["<a href>"]
    assert "`" not in text(page.css_first(".do"))


def test_unverified_links_are_told_by_host_and_reason() -> None:
    """One line for a host's many links, most first; each link is there when it is unfolded."""
    groups = parse(RUN).css('.fold[data-v="unverified"]')
    assert [text(group.css_first("summary")) for group in groups] == snapshot(
        [
            "3 The site turns robots away (AWS WAF). www.semanticscholar.org",
            "1 The server did not answer in 30 seconds. slow.example",
        ]
    )
    assert [len(group.css("tr[data-s]")) for group in groups] == [3, 1]


def test_what_works_and_what_was_ignored_is_there_and_folded() -> None:
    """Every address of the run is on the page."""
    page = parse(RUN)
    rows = page.css("tr[data-s]")
    assert len(rows) == len(RUN.results)
    assert "https://example.org/fine" in text(page.css_first('.fold[data-v="ok"]'))
    assert "Left out by --exclude." in text(page.css_first('.fold[data-v="ignored"]'))
    assert not page.css("details[open]")


def test_remarks_hints_and_failures_are_told() -> None:
    """Also what is not about one link; a run that ended badly says so at the top."""
    ill = replace(RUN, failures=(FAILURE,), unreadable=("docs/x.md: no such file",))
    page = parse(ill)
    assert text(page.css_first(".alarm")) == conclusion(ill)
    assert "KeyError: 'entry'" in text(page.css_first("pre"))
    body = text(page.body)
    for words in ("docs/x.md: no such file", "swallows the heading", "A GitHub token makes this faster"):
        assert words in body
    assert parse(RUN).css_first(".alarm") is None


@pytest.mark.parametrize("change", [{"network_down": True}, {"interrupted": True}])
def test_a_run_that_did_not_see_everything_says_so_at_the_top(change: dict[str, bool]) -> None:
    """A page that looks calm because nobody could look would be a lie."""
    run = replace(RUN, **change)  # type: ignore[arg-type]  # both are flags
    assert text(parse(run).css_first(".alarm")) == conclusion(run)


def test_a_run_over_a_change_says_so() -> None:
    """Who sees three links must know that the others were not asked."""
    notes = text(parse(replace(RUN, compared=Compared("origin/main", 570))).css_first(".notes"))
    assert "origin/main" in notes
    assert "570" in notes


def test_a_list_without_a_flaw_is_good_news() -> None:
    """No empty tables, no alarm: one sentence."""
    page = parse(FINE)
    assert text(page.css_first("h1.cheer")) == "The only URL works."
    assert not page.css("tr.g, .alarm, .calm, .cards")


def test_a_list_without_a_link_is_no_good_news() -> None:
    """Nothing was checked, and no filter is offered for it."""
    page = parse(EMPTY)
    assert text(page.css_first("h1")) == "No links found."
    assert not page.css(".cheer, tr, #tiles")


# --- the memory ---------------------------------------------------------------------------------------------------


def _remembered(failures: int, was: Verdict | None) -> History:
    since = STARTED - failures * DAY
    return History(STARTED - 30 * DAY, last_ok=since - DAY, failing_since=since, failures=failures, was=was)


def test_since_when_and_new() -> None:
    """With a memory, a finding says since when, or that it is new; the time column can be sorted by seconds."""
    old = replace(RESULTS[2], history=_remembered(3, Verdict.BROKEN))
    new = replace(RESULTS[7], history=_remembered(1, Verdict.OK))
    past = (Past(STARTED - DAY, {Verdict.OK: 16}),)
    page = parse(replace(RUN, results=(old, new), past=past))
    rows = page.css("tr[data-v]")
    assert [text(row.css("td")[-1]) for row in rows] == ["since 2026-11-19, in 3 runs", "new"]
    assert [row.attributes["data-t"] for row in rows] == ["1795057200", "1795230000"]
    assert "Last ok 2026-11-18 03:00 UTC" in " ".join(texts(rows[0], "dt, dd"))


def test_without_a_memory_there_is_no_column_for_it() -> None:
    """A column that is always empty would only take room."""
    heads = {
        text(part.css_first("h2")): texts(part, "thead th") for part in parse(RUN).css(".part") if part.css("tr.g")
    }
    assert heads["Worth checking 1"] == ["Verdict", "URL", "Place"]
    assert heads["Expiring soon 1"][-1] == "When"


def test_what_was_mended_is_told() -> None:
    """A finding of the run before that is none any more is good news worth a line."""
    fixed = (
        Fixed("https://back.example/?token=***", Verdict.BROKEN, "LW301", STARTED - 9 * DAY, listed=True),
        Fixed("https://out.example/", Verdict.EXPIRED, "LW201", None, listed=False),
    )
    assert texts(parse(replace(RUN, fixed=fixed)), ".fixed li") == snapshot(
        [
            "https://back.example/?token=*** was broken LW301; works again, after failing since 2026-11-13",
            "https://out.example/ was expired LW201; no longer in the list",
        ]
    )


def test_the_trend_is_a_picture_with_words_and_figures() -> None:
    """Who does not see the bars reads the sentence, and a table with every number, newest run first."""
    past = (
        Past(STARTED - 2 * DAY, {Verdict.BROKEN: 8, Verdict.EXPIRED: 2, Verdict.OK: 6}),
        Past(STARTED - DAY, {Verdict.BROKEN: 1, Verdict.OK: 15}),
    )
    card = parse(replace(RUN, past=past)).css_first("section[aria-labelledby=trend]")
    assert card is not None
    svg = card.css_first("svg")
    assert svg is not None
    assert (svg.attributes["aria-label"] or "").startswith("Broken or expired: 10 on 2026-11-20, 5 now.")
    bars = svg.css("g")
    assert [text(bar.css_first("title")) for bar in bars] == snapshot(
        [
            "2026-11-20 03:00 UTC: 8 broken, 2 expired",
            "2026-11-21 03:00 UTC: 1 broken",
            "2026-11-22 03:00 UTC: 2 broken, 3 expired, 1 suspect, 1 expiring",
        ]
    )
    heights = [[float(block.attributes["height"] or 0) for block in bar.css("rect[class=broken]")] for bar in bars]
    assert heights == [[96.0], [12.0], [24.0]]
    assert [texts(row, "th, td")[:2] for row in card.css("tbody tr")] == snapshot(
        [["2026-11-22 03:00 UTC", "2"], ["2026-11-21 03:00 UTC", "1"], ["2026-11-20 03:00 UTC", "8"]]
    )


def test_runs_without_a_finding_make_no_chart() -> None:
    """A chart of nothing is a riddle; the sentence says it."""
    page = parse(replace(FINE, past=(Past(STARTED - DAY, {Verdict.OK: 1}),)))
    assert page.css_first("svg") is None
    assert "In the last 2 runs, no URL was broken or expired." in text(page.body)


def test_the_calendar_shows_what_will_end_and_when() -> None:
    """Near ends stand in the calendar by day, far ones below by month; what is over is none of its business."""
    ends = (STARTED + 7 * DAY, STARTED + 7 * DAY, STARTED + 90 * DAY, STARTED - DAY)
    results = tuple(
        result(occurrence(f"https://a.example/{n}", n + 1), finding=EXPIRING if n < 2 else None, expires_at=end)
        for n, end in enumerate(ends)
    )
    over = result(occurrence("https://a.example/over", 9), finding=EXPIRED, expires_at=STARTED + DAY)
    card = parse(replace(RUN, results=(*results, over))).css_first("section[aria-labelledby=calendar]")
    assert card is not None
    assert texts(card, ".agenda li") == snapshot(
        [
            "Sun 29 Nov 2026 in 7 days, 2 URLs README.md:1 a.example/0README.md:2 a.example/1",
            "February 2027 in 3 months README.md:3 a.example/2",
        ]
    )
    marked = card.css(".has a")
    assert [(a.attributes["href"], a.attributes["aria-label"]) for a in marked] == [
        ("#ends-2026-11-29", "2 URLs expire on 2026-11-29")
    ]
    assert card.css_first("#ends-2026-11-29") is not None
    assert len(card.css("tbody tr")) == 6
    assert parse(FINE).css_first("#calendar") is None


@pytest.mark.parametrize("moment", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)])
def test_the_first_and_last_days_of_the_calendar_do_no_harm(moment: datetime) -> None:
    """Servers and addresses name absurd instants, and clocks are wrong."""
    item = result(occurrence("https://a.example/"), expires_at=moment)
    assert "a.example" in write(replace(RUN, started=moment, results=(item,)))
    assert "a.example" in write(replace(RUN, results=(item,), past=(Past(moment, {}),)))


def test_an_entry_has_its_name_and_its_place_is_a_link_where_the_page_is_known() -> None:
    """A place that leads nowhere is text to copy."""
    page = "https://github.com/me/list/blob/abc/README.md?plain=1#L"
    place = replace(occurrence("https://a.example/", 7, text="paper"), context="Attention is all you need")
    run = replace(RUN, results=(*RUN.results, result(place, finding=NOT_FOUND)))

    with_pages, without = parse(replace(run, pages={"README.md": page})), parse(run)

    row = next(row for row in with_pages.css("tr[data-v]") if "//a.example" in row.text())
    assert texts(row, ".t") == ["Attention is all you need (paper)"]
    assert [node.attributes["href"] for node in row.css("a.p")] == [f"{page}7"]
    assert not with_pages.css("span.p:not(#remarks + ul span)")
    assert not without.css("a.p")
    assert len(without.css("span.p")) > len(run.results)


def test_what_was_not_checked_has_a_part_and_a_tile_of_its_own() -> None:
    """Its verdict is unverified, but nobody tried."""
    late = [result(occurrence(f"https://h{n}.example/", n), finding=OUT_OF_TIME, reason="Stopped.") for n in range(3)]
    page = parse(replace(RUN, results=(*RUN.results, *late)))

    assert "3 not checked" in texts(page, "#tiles li")
    assert "4 unverified" in texts(page, "#tiles li")
    assert text(page.css_first("#unchecked")) == "Not checked 3"
    assert text(page.css_first("#unverified")) == "Could not be verified 4"
    assert len(page.css('.fold[data-v="unchecked"] tr[data-s]')) == 3


@pytest.mark.parametrize(("count", "folded"), [(4, True), (5, False)])
def test_a_calendar_of_few_links_is_folded(count: int, *, folded: bool) -> None:
    """The dates below it say all; from five on it is worth its room."""
    ends = [
        result(occurrence(f"https://a.example/{n}", n), finding=EXPIRING, expires_at=STARTED + timedelta(days=n))
        for n in range(1, count + 1)
    ]
    page = parse(replace(RUN, results=tuple(ends)))

    assert bool(page.css("details.weeks:not([open]) > .month")) is folded
    assert len(page.css(".month .has")) == count
    assert page.css(".agenda li")
