"""Comments for linkwarden: where they count, which lines they are about, and what is reported of a typo in them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkwarden.extract import Extractor, _directives
from linkwarden.extract._spans import Pieces, Source
from linkwarden.extract._tags import TagScanner
from linkwarden.extract.html import HtmlFile
from linkwarden.extract.markdown import Markdown
from linkwarden.model import Anchor, Notice, Occurrence, Suppression


def suppressions(text: str, reader: type[Extractor] = Markdown) -> list[Suppression]:
    """Return what the comments of a list say not to report."""
    return [item for item in reader().extract(text, "list.md") if isinstance(item, Suppression)]


def notices(text: str, reader: type[Extractor] = Markdown) -> list[tuple[int, str]]:
    """Return line and words of the notices about a list."""
    return [(item.line, item.message) for item in reader().extract(text, "list.md") if isinstance(item, Notice)]


def lines(text: str, reader: type[Extractor] = Markdown) -> list[tuple[int, int]]:
    """Return first and last line that each comment is about."""
    return [(suppression.first, suppression.last) for suppression in suppressions(text, reader)]


def test_a_comment_says_rules_reason_and_its_own_place() -> None:
    """Codes and names come first, with commas or without; the rest is the maintainer's reason."""
    text = "# List\n\n* [a](https://a.example) <!-- linkwarden-ignore LW301, not-found: moved to  print -->\n"

    assert suppressions(text) == [Suppression("list.md", 3, 26, 3, 3, ("LW301", "not-found"), "moved to print")]


@pytest.mark.parametrize(
    ("comment", "codes", "reason"),
    [
        ("<!--linkwarden-ignore-->", (), ""),
        ("<!-- linkwarden-ignore: LW301 -->", ("LW301",), ""),
        ("<!-- LINKWARDEN-IGNORE lw301,LW302 -->", ("lw301", "LW302"), ""),
        ("<!-- linkwarden-ignore kept for history -->", (), "kept for history"),
        ("<!-- linkwarden-ignore LW301 - see LW302 -->", ("LW301",), "see LW302"),
        ("<!-- linkwarden-ignore 301 -->", ("301",), ""),
        ("<!-- linkwarden-ignore LW301 moving -- wait -->", ("LW301",), "moving -- wait"),
        ("<!-- linkwarden-ignore LW301 --- -->", ("LW301",), ""),
        ("<!-- linkwarden-ignore LWN article -->", (), "LWN article"),
        ("<!-- linkwarden-ignore\n  LW301\n  two\n  lines -->", ("LW301",), "two lines"),
    ],
)
def test_the_words_of_a_comment(comment: str, codes: tuple[str, ...], reason: str) -> None:
    """Case, colons, commas and line ends do not matter."""
    (found,) = suppressions(f"[a](b) {comment}")

    assert (found.codes, found.reason) == (codes, reason)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a](b) <!-- linkwarden-ignore --> [c](d)\n[e](f)", [(1, 1)]),
        ("<!-- linkwarden-ignore -->\n[a](b)\n[c](d)", [(2, 2)]),
        ("<!-- linkwarden-ignore -->\n\n\n* [a](b)\n  more", [(4, 4)]),
        ("* x\n  <!-- linkwarden-ignore -->\n  [a](b)", [(3, 3)]),
        ("* <!-- linkwarden-ignore -->\n  [a](b)", [(2, 2)]),
        ("1. <!-- linkwarden-ignore -->\n   [a](b)", [(2, 2)]),
        ("> <!-- linkwarden-ignore -->\n>\n> [a](b)", [(3, 3)]),
        ("<!-- linkwarden-ignore LW301 -->\n<!-- linkwarden-ignore LW302 -->\n\n[a](b)", [(4, 4), (4, 4)]),
        ("<!-- linkwarden-ignore --> <!-- other -->\n<!-- other\n\n-->\n[a](b)", [(5, 5)]),
        ("<!-- linkwarden-ignore -->\n<!-- other --> [a](b)\n[c](d)", [(2, 2)]),
        ("<!-- linkwarden-ignore -->\n* <!-- other -->\n  [a](b)", [(3, 3)]),
        ("| a | b |\n|---|---|\n| [a](b) | x <!-- linkwarden-ignore --> |\n| [c](d) | y |", [(3, 3)]),
        ("# T <!-- linkwarden-ignore -->\n[a](b)", [(1, 1)]),
        ("<!-- linkwarden-ignore\nLW301 --> <a href=b>a</a>\n\n<!-- other -->", [(1, 2)]),
        ("<!-- linkwarden-ignore --> <a href=b>a</a>\n\n[c](d) <!-- other -->", [(1, 1)]),
        ("<!-- linkwarden-ignore -->\n<!-- other\n--> <a href=b>a</a>\n[c](d)", [(2, 3)]),
        ("[a](b)\n<!-- linkwarden-ignore -->\n", [(2, 2)]),
        ("<div>\n<!-- linkwarden-ignore -->\n<a href=b>a</a>\n</div>", [(3, 3)]),
        ("[a](b) <!-- linkwarden-ignore\nLW301 -->\n[c](d)", [(1, 2)]),
    ],
)
def test_which_lines_a_comment_is_about(text: str, expected: list[tuple[int, int]]) -> None:
    """Beside other content its own line; alone the next line with content, which markers and comments are not."""
    assert lines(text) == expected
    assert lines(text.replace("\n", "\r\n")) == expected


def test_a_block_is_about_its_lines() -> None:
    """From the line of the start to the line of the end; inner blocks end first."""
    text = (
        "<!-- linkwarden-ignore-start LW301 old -->\n\n[a](b)\n<!-- linkwarden-ignore-start -->\n[c](d)\n"
        "<!-- linkwarden-ignore-end -->\n\n[e](f)\n\n<!-- linkwarden-ignore-end -->\n\n[g](h)\n"
    )

    assert [(e.line, e.first, e.last, e.codes) for e in suppressions(text)] == [(4, 4, 6, ()), (1, 1, 10, ("LW301",))]
    assert notices(text) == []


def test_a_block_that_is_never_ended_is_reported_and_holds_to_the_end() -> None:
    """A forgotten end hides findings up to the end of the file, and says so."""
    text = "[a](b)\n\n<!-- linkwarden-ignore-start LW301 -->\n\n[c](d)\n\n[e](f)"

    assert lines(text) == [(3, 7)]
    assert notices(text) == [
        (3, "This linkwarden-ignore-start applies to the end of the file, because no linkwarden-ignore-end follows it.")
    ]


def test_an_end_without_a_start_is_reported() -> None:
    """Nothing is ignored, and the maintainer hears of it."""
    text = "[a](b)\n\n<!-- linkwarden-ignore-end -->"

    assert suppressions(text) == []
    assert "ends nothing" in notices(text)[0][1]


@pytest.mark.parametrize(
    "text",
    [
        "`<!-- linkwarden-ignore -->` [a](b)",
        "```\n<!-- linkwarden-ignore -->\n```\n[a](b)",
        "~~~html\n<!-- linkwarden-ingore -->\n~~~\n[a](b)",
        "    <!-- linkwarden-ignore -->\n\n[a](b)",
        "\\<!-- linkwarden-ignore -->\n[a](b)",
        "&lt;!-- linkwarden-ignore --> [a](b)",
        "text <!-- linkwarden-ignore [a](b)",
        "[a](b) <!-- see linkwarden-ignore -->",
        "[a](b) <!-- linkwarden:report -->",
        "[a](b) <!-- linkwarden is what checks this list -->",
        "[a](b) <!-- markdown-link-check-disable -->",
        "[a](b) <!-- prettier-ignore-start -->",
        "<div>\n<!-- <!-- -->\n</div>\n[a](b)",
        "<!-- old:\n[a](b)\n-->\n[a](b)",
        '<img alt="<!-- linkwarden-ignore -->" src="b">',
    ],
)
def test_what_is_no_comment_to_linkwarden_says_nothing(text: str) -> None:
    """Code, text, attributes, other tools' comments: nothing is ignored, and nothing is reported."""
    assert suppressions(text) == []
    assert notices(text) == []


@pytest.mark.parametrize(
    ("comment", "meant"),
    [
        ("linkwarden-ingore LW301", "linkwarden-ignore"),
        ("linkwarden-ignore-next-line", "linkwarden-ignore"),
        ("linkwarden ignore LW301", "linkwarden-ignore"),
        ("linkwarden-ignore-strat", "linkwarden-ignore-start"),
        ("linkwarden-ignore_end", "linkwarden-ignore-end"),
        ("link-warden-ignore", "linkwarden-ignore"),
        ("linkwarden-disable", "linkwarden-ignore"),
    ],
)
@pytest.mark.parametrize("reader", [Markdown, HtmlFile])
def test_a_slip_is_told_with_what_was_meant(comment: str, meant: str, reader: type[Extractor]) -> None:
    """A misspelt comment ignores nothing and says so, at its line."""
    text = f"\n<p>x <!-- {comment} --> <a href=b>a</a></p>"

    assert suppressions(text, reader) == []
    ((line, message),) = notices(text, reader)
    assert line == 2
    assert f"Did you mean '{meant}'?" in message


def test_a_comment_that_never_ends_is_reported() -> None:
    """It would hide the rest of the page; what it says does not count."""
    text = "[a](b)\n\n<!-- linkwarden-ignore LW301\n\n[c](d)\n"

    assert suppressions(text) == []
    assert notices(text) == [(3, "This comment to linkwarden is never closed; end it with -->.")]


def test_the_table_of_all_contributors_needs_no_comments_of_ones_own() -> None:
    """The links of its symbols lead to places that no README has; without both of its markers nothing is accepted."""
    start, end = "<!-- ALL-CONTRIBUTORS-LIST:START - Do not remove -->", "<!-- ALL-CONTRIBUTORS-LIST:END -->"
    (found,) = suppressions(f"# List\n\n{start}\n<a href='#blog-ann'>x</a>\n\n{end}\n\n[y](#gone)\n")
    assert (found.first, found.last, found.codes, found.by_program) == (3, 6, ("anchor-missing",), True)
    for text in (f"{start}\n\n[y](#gone)\n", f"[y](#gone)\n\n{end}\n", f"{end}\n\n{start}\n"):
        assert suppressions(text) == []
        assert notices(text) == []


def test_html_files_know_the_same_comments() -> None:
    """Line, next line and block, but not inside of scripts."""
    page = (
        "<ul>\n<li><a href=a>a</a> <!-- linkwarden-ignore LW301 -->\n<!-- linkwarden-ignore -->\n\n<li><a href=b></a>\n"
        "<!-- linkwarden-ignore-start -->\n<li><a href=c>c</a>\n<!-- linkwarden-ignore-end -->\n</ul>\n"
        "<script>'<!-- linkwarden-ignore -->'</script>\n"
    )

    assert lines(page, HtmlFile) == [(2, 2), (5, 5), (6, 8)]


def test_columns_count_as_those_of_links() -> None:
    """Code points from 1, with a byte-order mark and without."""
    text = "\ufeff😀 <!-- linkwarden-ignore -->"

    (found,) = suppressions(text)
    assert text.removeprefix("\ufeff")[found.column - 1 :].startswith("<!-- link")


PIECES = [
    "<!-- linkwarden-ignore -->", "<!-- linkwarden-ignore LW301 -->", "<!-- linkwarden-ignore-start -->",
    "<!-- linkwarden-ignore-end -->", "<!-- x -->", "<!--", "-->", "<!-->", "--!>", "\n", "\n\n", "\r\n", "> ", "* ",
    "    ", "[a](b)", "<div>", "</div>", "`", "```\n", "a", "|", "<a href='b'>", "</a>", "linkwarden-ignore", "\u202e",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join), st.sampled_from([Markdown, HtmlFile]))
def test_every_suppression_points_at_its_comment(text: str, reader: type[Extractor]) -> None:
    """For any text: reading never fails, each ignore comment is where it says, and its lines are in the file."""
    rows = text.replace("\r\n", " \n").split("\n")
    for found in suppressions(text, reader):
        assert rows[found.line - 1][found.column - 1 :].startswith("<!--")
        assert 1 <= found.first <= found.last <= len(rows)


def test_comments_change_no_link() -> None:
    """Links beside comments are read as without them."""
    text = "* [a](https://a.example/x) {} <a href='https://b.example'>b</a>\n{}\n* ![i](c.png)\n"
    with_comments = list(Markdown().extract(text.replace("{}", "<!-- linkwarden-ignore LW301 -->"), "l"))
    without = list(Markdown().extract(text.replace("{}", "<!-- another tool's ----- -->"[:32]), "l"))

    def seen(items: list[Any]) -> list[Any]:
        return [(o.url, o.text, o.span.line) for o in items if isinstance(o, Occurrence)]

    assert seen(with_comments) == seen(without) != []


SHAPES = [
    "<!-- linkwarden-ignore -->",
    "<!-- linkwarden-ignore LW301 -->\n",
    "<!-- linkwarden-ignore-start -->\n",
    "<!-- linkwarden-ignore-start --><!-- linkwarden-ignore-end -->",
    "<!-- linkwarden-ingore -->\n\n",
    "* <!-- linkwarden-ignore -->\n",
    "<!-- linkwarden-ignore\n",
    "<!-- linkwarden-ignore LW301 LW302 LW303 -->[a](b)\n\n",
    "<!-- x -->",
    "<!--",
    "<!-- linkwarden-ignore LW301,",
    "x <!-- linkwarden-ignore -->\n\n\n",
    "<!-- linkwarden-ignore a-b-c-d-e-f-g -->\n",
]


class CountedText(str):
    """A text that counts the characters that are looked at."""

    __slots__ = ("seen",)
    seen: int

    def find(self, *arguments: Any) -> int:
        """Search forwards, at the cost of the distance."""
        found = str.find(self, *arguments)
        end = arguments[2] if len(arguments) > 2 else len(self)
        self.seen += (found if found >= 0 else end) - arguments[1]
        return found

    def rfind(self, *arguments: Any) -> int:
        """Search backwards, at the cost of the distance."""
        found = str.rfind(self, *arguments)
        self.seen += arguments[2] - (found if found >= 0 else arguments[1])
        return found

    def __getitem__(self, key: Any) -> str:
        part = str.__getitem__(self, key)
        self.seen += len(part)
        return part


class CountedPattern:
    """A pattern that counts the characters of a counted text that it looks at, a match's end included."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._pattern = pattern

    def search(self, text: CountedText, start: int, end: int) -> re.Match[str] | None:
        """Search forwards, at the cost of the distance."""
        found = self._pattern.search(text, start, end)
        text.seen += (found.end() if found else end) - start
        return found

    def fullmatch(self, text: CountedText, start: int, end: int) -> re.Match[str] | None:
        """Compare, at the cost of the stretch."""
        text.seen += end - start
        return self._pattern.fullmatch(text, start, end)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shape=st.sampled_from(SHAPES) | st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map("".join))
def test_every_character_is_looked_at_a_few_times_at_most(shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However the comments lie, on one line or on many, the work grows as the text does and no faster."""
    text = shape * 400
    source = Source(text, "list.html")
    body = source.body = CountedText(source.body)
    body.seen = 0
    scanner = TagScanner()
    list(scanner.scan(text.replace("\r\n", " \n")))
    directives = _directives.Directives(source)
    directives.take(scanner.comments, str(body), Pieces((0,), (0,)))
    with monkeypatch.context() as patched:
        for name in ("_CONTENT", "_MARKERS"):
            patched.setattr(_directives, name, CountedPattern(getattr(_directives, name)))
        list(directives.read())

    assert body.seen <= 4 * len(text) + 100


@pytest.mark.parametrize("shape", SHAPES)
def test_a_list_full_of_comments_is_read_to_the_end(shape: str) -> None:
    """A hundred kilobytes of each hostile shape, through the whole reader: nothing fails and nothing hangs."""
    text = shape * (100_000 // len(shape))

    assert all(
        isinstance(item, Suppression | Notice | Occurrence | Anchor) for item in Markdown().extract(text, "list.md")
    )
