"""What is listed twice gets a remark: entries of one file that lead to the same place, and nothing else."""

from __future__ import annotations

import re

import pytest

from linkwarden.model import Run, Verdict
from linkwarden.review.duplicates import Duplicates, same_place
from tests.internet import FakeInternet
from tests.internet.github import FakeGithub
from tests.review.checking import Check
from tests.shared import SHARED, needs_shared

REVIEWS = (Duplicates,)


def _remarks(run: Run) -> list[tuple[int, int]]:
    """Give pairs of lines: of each remark, and of the earlier entry that it names."""
    assert run.failures == ()
    found = [(n.line, re.search(r"the entry on line (\d+)", n.message)) for n in run.notices]
    return [(line, int(match[1])) for line, match in found if match is not None]


async def _offline(check: Check, *lines: str) -> list[tuple[int, int]]:
    return _remarks(await check("\n".join(lines), offline=True))


async def test_an_entry_that_was_listed_before_gets_a_remark(check: Check) -> None:
    """The remark stands at the later entry, names it and the line of the first, and no verdict changes."""
    run = await check(
        "- [One](https://a.site/x)\n- [Two](https://b.site/)\n- [Again](https://a.site/x)\n", offline=True
    )

    assert [(n.line, n.message) for n in run.notices] == [
        (3, "“Again” leads to the same place as the entry on line 1.")
    ]
    assert {r.judgement.verdict for r in run.results} == {Verdict.UNVERIFIED}
    assert run.exit_code == 0


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("https://a.site/x", "http://www.a.site/x/"),
        ("https://github.com/o/r", "https://github.com/O/R#readme"),
        ("https://github.com/o/r", "https://github.com/o/r.git"),
        ("https://arxiv.org/abs/1706.03762", "https://arxiv.org/pdf/1706.03762v5.pdf"),
        ("https://doi.org/10.1000/AbC", "http://dx.doi.org/10.1000/abc"),
        ("https://a.site/x?id=1", "https://a.site/x?utm_source=list&id=1"),
    ],
)
async def test_one_place_has_many_addresses(check: Check, first: str, second: str) -> None:
    """Scheme, ``www.``, a last slash, the form of a paper's address and tracking make no other place."""
    assert await _offline(check, f"- [Some thing]({first})", f"* [Other name]({second})") == [(2, 1)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("https://a.site/x", "https://a.site/X"),
        ("https://a.site/x?id=1", "https://a.site/x?id=2"),
        ("https://a.site/docs#one", "https://a.site/docs#two"),
        ("https://a.site/docs", "https://a.site/docs#two"),
        ("https://github.com/o/r", "https://github.com/o/r/wiki"),
        ("https://arxiv.org/abs/1706.03762", "https://arxiv.org/abs/1706.03763"),
        ("#one", "#one"),
        ("other.md", "other.md"),
        ("mailto:a@a.site", "mailto:a@a.site"),
    ],
)
async def test_what_may_be_two_places_is_not_merged(check: Check, first: str, second: str) -> None:
    """Parts of one page are entries of their own; tables of contents and mail addresses are none."""
    assert await _offline(check, f"- [Some thing]({first})", f"- [Other name]({second})") == []


X = "https://a.site/x"


@pytest.mark.parametrize(
    "lines",
    [
        [f"- [Thing]({X}) – also [here]({X})"],
        [f"- [Thing]({X}): text\n  and [more]({X}) of it"],
        [f"- [Thing]({X})\n\n  [Thing]({X}) is explained in a second paragraph."],
        [
            f"- [![b](https://b.site/i.svg)]({X}) [One](https://a.site/1)",
            f"- [![b](https://b.site/i.svg)]({X}) [Two](https://a.site/2)",
        ],
        [
            "- ![same](https://b.site/i.png) [One](https://a.site/1)",
            "- ![same](https://b.site/i.png) [Two](https://a.site/2)",
        ],
        [f"- [One](https://a.site/1), code [here]({X})", f"- [Two](https://a.site/2), code [here]({X})"],
        [f"- [One](https://a.site/1) [code]({X})", f"- [Two](https://a.site/2) [code]({X})"],
        [f"- [code]({X}) of one", f"- [code]({X}) of two"],
        [f"- **Tool** by [somebody]({X})", f"- **Other tool** by [somebody]({X})"],
        [f"- [Thing]({X})", "", f"[Thing]({X}) is what all of this began with."],
        [f"As [they]({X}) say, and [they]({X}) know.", "", f"So [they]({X}) say."],
        [f"# [Thing]({X})", f"- [Thing]({X})"],
        [f"```\n- [Thing]({X})\n```", f"- [Thing]({X})"],
    ],
)
async def test_mentions_badges_and_side_links_are_no_entries(check: Check, lines: list[str]) -> None:
    """One entry may link to a place as often as it likes, and many may share code, an author or a badge."""
    assert await _offline(check, *lines) == []


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([f"1. [One]({X})", f"2. [Two]({X})"], (2, 1)),
        ([f"- [ ] [One]({X})", f"- [x] **[Two]({X})**"], (2, 1)),
        ([f"> - [One]({X})", ">", f"> - [Two]({X})"], (3, 1)),
        (["- a", f"  - [One]({X})", f"    - [Two]({X})"], (3, 2)),
        (["| name | what |", "|---|---|", f"| [One]({X}) | a |", f"| [Two]({X}) | b |"], (4, 3)),
        (["name | year", "--- | ---", f"2019 | [One]({X})", f"2020 | [Two]({X})"], (4, 3)),
        ([f"[2014 - **[VGG]** One]({X}) ✅", "", "text", "", f"[2015 - Two]({X})"], (5, 1)),
        ([f"- **One** (2015), A. Uthor [[pdf]]({X})", f"- **Two** (2015), A. Uthor [[pdf]]({X})"], (2, 1)),
        ([f"- One: [paper]({X})", f"- Two: [arXiv]({X})"], (2, 1)),
        ([f"- <{X}>", f"- {X}"], (2, 1)),
        (["- [One][x]", "- [Two][x]", "", f"[x]: {X}"], (2, 1)),
    ],
)  # fmt: skip
async def test_entries_are_items_rows_and_lines(check: Check, lines: list[str], found: tuple[int, int]) -> None:
    """A list item, a table's row, and a line that is nothing but a link are entries; so is who has a link "pdf"."""
    assert await _offline(check, *lines) == [found]


async def test_a_third_time_is_told_of_the_first(check: Check) -> None:
    """Every later entry is compared with the first one, and gets one remark whatever it repeats."""
    lines = [f"- [One]({X})", f"- [Two]({X})", f"- [Three]({X}) [pdf]({X}) [paper]({X}/)"]
    assert await _offline(check, *lines) == [(2, 1), (3, 1)]


async def test_renamed_repositories_are_one(check: Check, internet: FakeInternet) -> None:
    """A repository under its old and its new name is listed twice, and the remark says that the address differs."""
    FakeGithub(internet).add("new/name", former=("old/name",))

    run = await check(
        "- [One](https://github.com/new/name)\n- [Two](https://github.com/old/name)\n", github_token="good-token"
    )

    assert _remarks(run) == [(2, 1)]
    assert "by another URL" in run.notices[0].message


async def test_many_are_counted(check: Check) -> None:
    """Twenty remarks are shown, in source order; the rest is counted."""
    lines = [f"- [Entry {n}](https://a.site/{n % 30})" for n in range(60)]

    run = await check("\n".join(lines), offline=True)

    assert _remarks(run) == [(n + 1, n - 29) for n in range(30, 50)]
    assert run.notices[-1].message == "From here on, 10 more entries were listed before."
    assert run.notices[-1].line == 51


async def test_excluded_links_are_left_alone(check: Check) -> None:
    """Who was told not to look says nothing."""
    assert _remarks(await check(f"- [One]({X})\n- [Two]({X})\n", offline=True, exclude=("a\\.site",))) == []


@needs_shared
@pytest.mark.parametrize(
    ("name", "found"),
    [
        (
            "ml-papers",
            [(979, 978), (1037, 515), (1167, 1158), (1390, 1059), (1392, 1061), (1662, 754), (1759, 1697)],
        ),
        ("awesome-deep-learning-papers", [(375, 127)]),
        ("awesome", []),
    ],
)
async def test_real_lists(check: Check, name: str, found: list[tuple[int, int]]) -> None:
    """Exactly what a person finds listed twice in the real lists; each pair was looked at."""
    assert await _offline(check, (SHARED / "lists" / f"{name}.md").read_text("utf-8")) == found


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://www.a.org/x/", "http://a.org/x", True),
        ("https://a.org/x//", "https://a.org/x?", True),
        ("https://a.org:8080/x", "https://a.org./x#readme", True),
        ("https://a.org", "https://a.org/", True),
        ("https://a.org/x", "https://a.org/X", False),
        ("https://github.com/A/B.git", "https://github.com/a/b", True),
        ("https://a.org/x;y", "https://a.org/x?utm_source=b#", False),
        ("https://a.org/x", "https://a.org/x?utm_source=b", True),
        ("https://a.org/x", "https://a.org/x#y", False),
    ],
)
def test_what_urls_alone_tell_of_one_place(one: str, other: str, *, same: bool) -> None:
    """Whether or not a URL has a query or a fragment to be looked at."""
    assert (same_place(one) == same_place(other)) is same
