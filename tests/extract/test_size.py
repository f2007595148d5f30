"""Reading takes steps in proportion to the size of a text, whatever the text. Steps are counted, no time is taken."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from linkwarden.extract import Extractor
from linkwarden.extract.html import HtmlFile
from linkwarden.extract.markdown import Markdown
from tests.extract.test_html_files import TAG_PARTS
from tests.extract.test_markdown_oracle import COMMENTS, MAILS, NOTES, PARTS

_SLIPS = [
    "[Two][two] ",
    "[a](my file.md) ",
    "(a)[b.md] ",
    "$f[x](y)$ ",
    "$",
    "$$",
    "\n$$\n",
    "\\[",
    "{#x}",
    "\\begin{a}",
]
#: Lists and quotes within each other are read once for each level; there the bound is on the number of levels.
_NESTING = ("-", "*", "1.", "2)", ">")
_FLAT = [p for p in (*PARTS, *NOTES, *COMMENTS, *MAILS, *_SLIPS) if not p.strip().startswith(_NESTING) or "--" in p]
_TIMES = 60


@contextmanager
def counted() -> Iterator[Callable[[], int]]:
    """Count the lines of Python that are run."""
    count = 0

    def trace(_frame: FrameType, event: str, _arg: object) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield lambda: count
    finally:
        sys.settrace(before)


def steps(reader: type[Extractor], text: str) -> int:
    """Return the number of steps that reading a text takes."""
    with counted() as count:
        for _ in reader().extract(text, "list.md"):
            pass
        return count()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(_FLAT), min_size=1, max_size=6).map("".join))
@example("[^[")
@example("[x](")
@example("![a](b ")
@example("<!-- -- ")
@example("`")
@example("[a]: b\n===\n")
@example("[^1]: [a](b)\n")
@example("|-\n")
@example("<div\n\n")
@example("$a [b](c)\n")
def test_markdown(piece: str) -> None:
    """Twice as much of the same takes twice as many steps."""
    once, twice = (steps(Markdown, piece * times) for times in (_TIMES, 2 * _TIMES))
    assert twice <= 2.3 * once


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(TAG_PARTS), min_size=1, max_size=6).map("".join))
def test_html(piece: str) -> None:
    """The same holds for pages."""
    once, twice = (steps(HtmlFile, piece * times) for times in (_TIMES, 2 * _TIMES))
    assert twice <= 2.3 * once


def test_levels_are_bounded() -> None:
    """Beyond the bound on levels, more of them take few steps more."""
    deep, deeper = (steps(Markdown, "- " * levels + "[a](b)") for levels in (2_000, 4_000))
    assert deeper <= 2.3 * deep
