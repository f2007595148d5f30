# ruff: noqa: E501 - a whole report stands here as it is written
"""The health report renders on GitHub as meant, whatever stands in the list."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import given
from inline_snapshot import snapshot

from linkwarden import __version__
from linkwarden.model import Run, Verdict
from linkwarden.report import ReportOptions, for_name, for_path, formats
from linkwarden.report._words import counted
from linkwarden.report.markdown import BUDGET, MarkdownReport
from linkwarden.rules import OUT_OF_TIME
from linkwarden.sinks import visible
from linkwarden.text import host_of
from tests.report.harm import cmark
from tests.report.runner import commands
from tests.report.sample import EMPTY, EXPIRING, FAILURE, FINE, NOT_FOUND, RUN, WALLED, occurrence, result
from tests.report.strategies import WHOLE_RUNS, runs


def write(run: Run) -> str:
    """Give the report."""
    return MarkdownReport().render(run, ReportOptions())


class Page(HTMLParser):
    """Reads what a browser would see: tags, links with their texts, table rows, and text outside of code."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[tuple[str, str]] = []
        self.rows: list[list[str]] = []
        self.prose = ""
        self._in: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        self.tags.add(tag)
        if tag not in {"hr", "br"}:
            self._in.append(tag)
        if tag == "a":
            self.links.append((dict(attrs).get("href") or "", ""))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        """Close an element."""
        if tag in {"hr", "br"}:
            return
        assert self._in.pop() == tag

    def handle_data(self, data: str) -> None:
        """Take in text."""
        if "a" in self._in:
            href, text = self.links[-1]
            self.links[-1] = (href, text + data)
        if "td" in self._in or "th" in self._in:
            self.rows[-1][-1] += data
        if "code" not in self._in and "a" not in self._in:
            self.prose += data


def test_the_whole_report() -> None:
    """One of everything, as it is written to reports/health.md."""
    assert write(RUN).replace(f"linkwarden {__version__}", "linkwarden VERSION") == snapshot("""\
# Link health

Checked on 2026-11-22 03:00 UTC by linkwarden VERSION: `README.md`. 14 requests in 21 s.

**5 of 16 URLs are broken or expired.** 4 could not be verified (counted neither as ok nor as broken).

Failed: 2 broken and 3 expired (exit code 1).

| Verdict | URLs |
|---|---:|
| broken | 2 |
| expired | 3 |
| suspect | 1 |
| expiring | 1 |
| unverified | 4 |
| degraded | 1 |
| moved | 2 |
| ok | 1 |
| ignored | 1 |
| **URLs in total** | **16** |

## What readers no longer get

### Contents

- `README.md:12` · **broken** (LW120) · “Optimization” `#optimization`\\
  No heading of this document is called “optimization”.\\
  **Fix:** `#optimisation`, the nearest heading

### Models

- `README.md:87` · **expired** (LW201) · `https://s3.us-west-2.amazonaws.com/notion-static/a/Untitled.png?…`\\
  The signature ended on 2021-02-10 at 10:35 UTC, so readers see no picture.
- `README.md:90` · **broken** (LW301) · “The `*paper*`” `https://gone.example/paper.pdf` ([open](<https://gone.example/paper.pdf>))\\
  The server says that there is no such page (404).\\
  **Fix:** `https://web.archive.org/web/2020/https://gone.example/paper.pdf` ([open](<https://web.archive.org/web/2020/https://gone.example/paper.pdf>)), an archived copy\\
  Also at `README.md:120`.
- `README.md:91` · **expired** (LW201) · `https://s3.us-west-2.amazonaws.com/notion-static/b/Untitled.png?…`\\
  The signature ended on 2021-02-11 at 10:35 UTC, so readers see no picture.
- `README.md:92` · **expired** (LW201) · `https://s3.us-west-2.amazonaws.com/notion-static/c/Diagram.png?…`\\
  The signature ended on 2021-02-12 at 10:35 UTC, so readers see no picture.

## Expiring soon

- **2026-11-29 00:00 UTC** · `README.md:130` · `https://cdn.example/soon.png?…`\\
  The address ends on 2026-11-29 at 00:00 UTC, in 6 days.

## Worth checking

- `README.md:140` · **suspect** (LW531) · `https://soft.example/entry` ([open](<https://soft.example/entry>))\\
  The page calls itself “Page not found”.

## Suggested fixes

- `README.md:150` · `http://old.example/a` ([open](<http://old.example/a>)) → `https://new.example/a` ([open](<https://new.example/a>)), every redirect on the way is permanent, safe to replace
- `README.md:151` · `http://old.example/b` ([open](<http://old.example/b>)) → `https://new.example/b` ([open](<https://new.example/b>)), every redirect on the way is permanent, safe to replace
- `README.md:160` · `https://github.com/someone/something` ([open](<https://redirect.github.com/someone/something>))\\
  The repository has been archived since 2023; nobody maintains it.

## Could not be verified

### 3 (LW310): The site turns robots away (AWS WAF).

- `README.md:170` · `https://www.semanticscholar.org/paper/0` ([open](<https://www.semanticscholar.org/paper/0>))
- `README.md:171` · `https://www.semanticscholar.org/paper/1` ([open](<https://www.semanticscholar.org/paper/1>))
- `README.md:172` · `https://www.semanticscholar.org/paper/2` ([open](<https://www.semanticscholar.org/paper/2>))

### 1 (LW350): The server did not answer in 30 seconds.

- `README.md:180` · `https://slow.example/` ([open](<https://slow.example/>))

## Notes on the inputs

- `README.md:1739`: The HTML block that begins here swallows the heading of line 1743.

## Hints

- A GitHub token makes this faster: set `GITHUB_TOKEN`.

## What the codes mean

- **LW120 no-such-heading**: No heading makes this anchor. Mend the link.
- **LW201 signed-url-expired**: The address was signed for a time that is over. Put the picture into the repository and link to it there.
- **LW202 signed-url-expiring**: The address carries its own end. Copy it in time.
- **LW301 not-found**: The server has no such page. Link to an archived copy, or take it out.
- **LW303 moved-permanently**: The page has a new permanent address. Use the new one.
- **LW444 repository-archived**: The repository is archived. Name a successor.
- **LW531 soft-404**: A page that says it is not there. Have a look at it.

## How to read this

- **broken**: a reader does not get it, and there is proof.
- **expired**: a reader does not get it: the signed URL has expired.
- **suspect**: a reader probably does not get it; check it by hand.
- **expiring**: a reader will lose it soon: the URL expires by itself.
- **unverified**: a reader may or may not get it: linkwarden could not find out.
- **degraded**: a reader gets it, with a flaw worth knowing.
- **moved**: a reader gets it, at a new permanent URL.
- **ok**: a reader gets what the link promises.
- **ignored**: a reader may or may not get it: linkwarden was told to skip or not to report it, or it is not a web page.

---

Made with `linkwarden check README.md`.
""")


def test_nothing_found() -> None:
    """A run without links says so."""
    assert "**No links found.**" in write(EMPTY)


def test_all_fine() -> None:
    """A run with nothing amiss says so, and has no empty sections."""
    text = write(FINE)

    assert "**The only URL works.**" in text
    assert re.findall(r"^## .*", text, re.MULTILINE) == ["## How to read this"]


def test_soon_is_sorted_by_instant() -> None:
    """What ends first stands first."""
    days = [RUN.started.replace(day=day) for day in (28, 24, 26)]
    found = [
        result(occurrence(f"https://a.example/{n}", n), finding=EXPIRING, reason="Ends.", expires_at=end)
        for n, end in enumerate(days, 1)
    ]

    text = write(replace(RUN, results=tuple(found)))

    assert re.findall(r"2026-11-(\d\d) 03:00 UTC\*\* · ", text) == ["24", "26", "28"]


def test_lost_links_stand_under_their_sections() -> None:
    """Each section of the list has its heading; with several files, the file too."""
    one = result(occurrence("https://a.example/", 1, section="Models"), finding=NOT_FOUND, reason="Gone.")
    two = result(occurrence("https://b.example/", 1, path="b.md"), finding=NOT_FOUND, reason="Gone.")

    assert "### Models\n" in write(replace(RUN, results=(one,)))
    both = write(replace(RUN, results=(one, two)))
    assert "### `README.md`: Models\n" in both
    assert "### `b.md`: Above the first heading\n" in both


def test_failures_and_unreadable_inputs_are_said() -> None:
    """A crash and a missing input are not hidden in a file either."""
    text = write(replace(RUN, failures=(FAILURE,), unreadable=("cannot read x.md",)))

    assert "- In `provider arxiv`: KeyError: '`entry`'" in text or "KeyError: 'entry'" in text
    assert "- not read: cannot read x.md" in text
    assert "(exit code 3)" in text


def test_a_huge_report_keeps_within_the_budget() -> None:
    """Of 6,000 broken links as many are shown as have room; the others are counted."""
    count = 6_000
    found = [
        result(occurrence(f"https://a.example/{n}/" + "x" * 200, n, section="S"), finding=NOT_FOUND, reason="Gone.")
        for n in range(1, count + 1)
    ]

    text = write(replace(RUN, results=tuple(found)))

    left_out = re.search(r"… and ([\d,]+) more", text)
    assert left_out is not None
    assert len(re.findall(r"^- `README.md:\d+` ·", text, re.MULTILINE)) + int(left_out[1].replace(",", "")) == count
    assert BUDGET * 0.9 < len(text.encode()) <= BUDGET
    assert "## How to read this" in text


def test_hostile_comment() -> None:
    """The literals of a hostile list: no mention, no reference, no picture, no marker, no link but ours."""
    poison = "@org/team #1 `|` <!-- linkwarden:report --> ![x](http://evil.example/b.png) <img src=x> " + "y" * 3000
    found = result(occurrence("https://a.example/`|@x", text=poison, section=poison), finding=NOT_FOUND, reason=poison)

    page = Page(cmark(write(replace(RUN, results=(found,), notices=(), hints=(poison,)))))

    assert page.links == [("https://a.example/%60%7C@x", "open")]
    assert "img" not in page.tags
    assert "@" not in page.prose
    assert "#1" not in page.prose


def test_what_could_not_be_verified_is_named_under_its_rule() -> None:
    """Each link with its line, its own reason where they differ, and what is known of its end, which comes first."""
    found = [result(occurrence(f"https://h{n}.example/", n), finding=WALLED, reason=f"Wall {n}.") for n in (1, 2)]
    found[1] = replace(found[1], judgement=replace(found[1].judgement, remark="It ends on Friday."))

    text = write(replace(RUN, results=tuple(found)))

    assert (
        """
### 2 (LW310): The site turns robots away.

- `README.md:2` · `https://h2.example/` ([open](<https://h2.example/>))\\
  Wall 2. It ends on Friday.
- `README.md:1` · `https://h1.example/` ([open](<https://h1.example/>))\\
  Wall 1.
"""
        in text
    )


def test_many_of_one_reason_stand_together_with_their_lines() -> None:
    """The host leads to the page, the number to the line; what is known to end has an item of its own."""
    found = [result(occurrence(f"https://h{n}.example/{n}", n), finding=WALLED, reason="Wall.") for n in range(1, 14)]
    found[1] = replace(found[1], judgement=replace(found[1].judgement, remark="It ends on Friday."))

    text = write(
        replace(RUN, results=tuple(found), pages={"README.md": "https://github.com/me/list/blob/abc/README.md#L"})
    )

    assert (
        """
### 13 (LW310): Wall.

- [`README.md:2`](<https://github.com/me/list/blob/abc/README.md#L2>) · `https://h2.example/2` ([open](<https://h2.example/2>))\\
  It ends on Friday.
- [`h1.example`](<https://h1.example/1>) [`1`](<https://github.com/me/list/blob/abc/README.md#L1>), [`h3.example`]"""
        in text
    )
    assert text.count("\n- [`h") == 2
    assert "[`h13.example`](<https://h13.example/13>) `b.md:13`" in write(
        replace(
            RUN,
            results=tuple(
                result(
                    replace(r.target.occurrences[0], span=replace(r.target.occurrences[0].span, path="b.md")),
                    finding=WALLED,
                )
                for r in found
            ),
            inputs=("a.md", "b.md"),
        )
    )


def test_places_link_to_their_lines() -> None:
    """Where the page of a file is known; directly, for a link to a file leaves no trace in anybody's issues."""
    page = "https://github.com/me/list/blob/abc/README.md?plain=1#L"

    text = write(replace(RUN, pages={"README.md": page}))

    assert (
        f"- [`README.md:90`](<{page}90>) · **broken** (LW301) · “The `*paper*`” `https://gone.example/paper.pdf`"
        in text
    )
    assert f"Also at [`README.md:120`](<{page}120>)." in text
    assert f"[`README.md:150`](<{page}150>) · `http://old.example/a` ([open](<http://old.example/a>)) →" in text


def test_what_was_not_checked_is_only_counted() -> None:
    """There is nothing to find out about single links; the hosts say enough."""
    found = [result(occurrence(f"https://h{n}.example/", n), finding=OUT_OF_TIME, reason="Stopped.") for n in range(8)]

    text = write(replace(RUN, results=tuple(found)))

    assert "## Could not be verified" not in text
    assert "## Not checked\n\n- **8**: Stopped.\\\n  `h0.example` 1, `h1.example` 1" in text
    assert "`h4.example` 1, 3 more hosts\n" in text


@given(runs())
@WHOLE_RUNS
def test_nothing_foreign_acts(run: Run) -> None:
    """Whatever the run: our tags only, our links only, whole tables, no mention or reference outside of code."""
    text = write(run)
    page = Page(cmark(text))
    hosts = {visible(host_of(r.target.address or "")) for r in run.results}

    allowed = "h1 h2 h3 p strong code a ul li br hr table thead tbody tr th td"
    assert page.tags <= set(allowed.split())
    assert all(
        (label == "open" or label in hosts or href.startswith("https://forge.example/list/"))
        and re.match("(?i)https?://", href)
        for href, label in page.links
    )
    assert not any(re.match(r"(?i)https?://(www\.)?github\.com([/?#:]|$)", href) for href, _ in page.links)
    assert not re.search(r"[@$*`]|#\d|://|www\.|<", page.prose)
    assert commands(text) == []
    assert "s3cret" not in re.sub(r"(?<![?&;])(sig|token|X-Amz-Signature)=s3cret", "", text)
    numbers = [row[1] for row in page.rows if row[1] not in ("URLs", "links")]
    assert all(re.fullmatch(r"[\d,]+", number) for number in numbers)
    assert sum(1 for row in page.rows if len(row) == 2) == 2 + len(counted(run))


@given(runs())
@WHOLE_RUNS
def test_every_lost_link_is_an_item(run: Run) -> None:
    """Each broken or expired address has one list item that names its verdict; order does not matter."""
    text = write(run)

    for verdict in (Verdict.BROKEN, Verdict.EXPIRED):
        assert text.count(f" · **{verdict}** (LW") == run.counts[verdict]
    assert write(replace(run, results=run.results[::-1])) == text


def test_formats_are_found() -> None:
    """Formats come by name and by suffix; an unknown one is None."""
    assert {"json", "markdown", "text"} <= {report.name for report in formats()}
    assert for_name("markdown") is MarkdownReport
    assert for_path("health.MD") is MarkdownReport
    assert for_path("health") is None
    assert for_name("nonsense") is None
