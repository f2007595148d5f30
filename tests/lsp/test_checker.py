"""What is checked again while a document is edited, and what comes out: the same as for a document that is new."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkwarden.extract._again import MarkdownAgain
from linkwarden.extract.markdown import Markdown
from linkwarden.lsp.checker import Checked, Checker
from linkwarden.lsp.settings import settings_for

NOW = datetime(2026, 11, 30, tzinfo=UTC)
LIST = "\n".join(
    f"## Section {s}\n\n" + "\n".join(f"- [Thing {s}.{n}](https://a{s}.dev/{n}) - what it is" for n in range(50))
    for s in range(20)
)
CONTENTS = "# List\n\n" + "\n".join(f"- [Section {s}](#section-{s})" for s in range(20)) + "\n\n"


class Edited:
    """A document, checked as it is edited."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "README.md"
        self.reader = MarkdownAgain(Markdown(), self.path.as_posix())
        self.checker = Checker(self.path, Markdown(), self.reader)
        self.settings = settings_for(self.path)

    def check(self, text: str, now: datetime = NOW) -> Checked:
        """Check the next version."""
        return self.checker.check(text, self.settings, now, {})


def found(checked: Checked) -> list[tuple[str, int, str]]:
    """Return the findings: code, line, reason; and the remarks."""
    results = [
        (result.judgement.rule.code if result.judgement.rule else "", place.span.line, result.judgement.reason)
        for result in checked.results
        for place in result.target.occurrences
    ]
    return sorted([*results, *(("", notice.line, notice.message) for notice in checked.notices)])


def line_of(text: str, words: str) -> int:
    """Return the line of a text, from 1, that holds some words."""
    return text[: text.index(words)].count("\n") + 1


def test_only_what_is_new_is_checked(tmp_path: Path) -> None:
    """Of a thousand links, the one that was written; what moves stays known, also what an undo brings back."""
    edited = Edited(tmp_path)
    assert edited.check(CONTENTS + LIST).looked_at == 1020
    assert edited.check(CONTENTS + LIST).looked_at == 0
    new = CONTENTS + LIST.replace("## Section 3\n\n", "## Section 3\n\n- [New](htps://new.dev/)\n")
    checked = edited.check(new)
    assert (checked.looked_at, edited.reader.read_again < len(new) / 10) == (1, True)
    assert [finding[:2] for finding in found(checked)] == [("LW101", line_of(new, "[New]"))]
    assert edited.check("\n" + new).looked_at == 0
    assert edited.check(CONTENTS + LIST).looked_at == 0
    assert edited.check(new).looked_at == 0


def test_links_to_headings_are_checked_again_when_headings_change(tmp_path: Path) -> None:
    """All of them when one is named otherwise; when they only move, those whose reason names a line."""
    edited = Edited(tmp_path)
    edited.check(CONTENTS + LIST)
    renamed = edited.check(CONTENTS + LIST.replace("## Section 3\n", "## Chapter 3\n"))
    assert renamed.looked_at == 20
    assert [finding[:2] for finding in found(renamed)] == [("LW120", 6)]
    moved = edited.check(CONTENTS + "text\n\n" + LIST.replace("## Section 3\n", "## Chapter 3\n"))
    assert moved.looked_at == 1


def test_an_image_is_more_than_a_link(tmp_path: Path) -> None:
    """A URL that was a link is checked again once it is shown as an image."""
    (tmp_path / "a.png").write_text("no image")
    edited = Edited(tmp_path)
    assert found(edited.check("[a](a.png)\n")) == []
    checked = edited.check("[a](a.png)\n\n![a](a.png)\n")
    assert checked.looked_at == 1
    assert {line for _, line, _ in found(checked)} == {1, 3}


def test_the_next_day_all_is_checked_again(tmp_path: Path) -> None:
    """URLs expire."""
    edited = Edited(tmp_path)
    text = "![a](https://b.s3.amazonaws.com/a.png?X-Amz-Date=20261130T000000Z&X-Amz-Expires=86400&X-Amz-Signature=aa)\n"
    assert [code for code, *_ in found(edited.check(text))] == ["LW202"]
    checked = edited.check(text, NOW + timedelta(days=2))
    assert (checked.looked_at, [code for code, *_ in found(checked)]) == (1, ["LW201"])


def test_what_is_listed_twice_is_remarked(tmp_path: Path) -> None:
    """While it is written, with the line of the first entry, wherever that is by then."""
    edited = Edited(tmp_path)
    assert found(edited.check(LIST)) == []
    text = "- [Again](http://www.a7.dev/9/) words\n\n" + LIST
    twice = edited.check(text)
    assert [finding[:2] for finding in found(twice)] == [("", line_of(text, "[Thing 7.9]"))]
    assert "line 1" in found(twice)[0][2]


PIECES = (
    "# List",
    "## One",
    "",
    "- [a](htps://a.dev/)",
    "- [b](#one)",
    "- [c](#two)",
    "- [d](no.md) <!-- linkwarden-ignore -->",
    "- [e](https://e.dev/e) more words here",
    "- [e2](http://www.e.dev/e/) more words here",
    "![d](no.md)",
    "[r]: htps://r.dev/",
    "- [r] [text][r]",
    "<!-- linkwarden-ignore-start LW101 -->",
    "<!-- linkwarden-ignore-end -->",
    "```",
    "[f](my file.md)",
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=14), min_size=2, max_size=5))
def test_a_document_that_was_edited_is_as_a_new_one(tmp_path: Path, versions: list[list[str]]) -> None:
    """Whatever was known before."""
    edited = Edited(tmp_path)
    for lines in versions:
        text = "\n".join(lines)
        assert found(edited.check(text)) == found(Edited(tmp_path).check(text))


@pytest.mark.parametrize("text", ["", "\ufeff", "\0", "\r", "x" * 10_000])
def test_there_may_be_nothing_to_check(tmp_path: Path, text: str) -> None:
    """That is no finding."""
    checked = Edited(tmp_path).check(text)
    assert (checked.results, checked.failures) == ((), ())
