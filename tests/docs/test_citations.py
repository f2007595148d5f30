"""The code rests on facts that stand in the repository: each citation leads to a page and heading in ``docs/facts``."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from linkwarden.extract.markdown import Markdown
from linkwarden.model import Anchor, AnchorSource

REPOSITORY = Path(__file__).parents[2]
FACTS = REPOSITORY / "docs" / "facts"
CITATION = re.compile(r"docs/facts/([\w-]+\.md)(?:#([\w-]*))?")
#: Documents that are not in the repository: their names, and the ways in which their sections were cited.
_SHEETS = "anchors|browsers|closed-services|dask|design|ecosystem|expiring-urls|first-hour|lychee|next-sites|peers"
OUTSIDE = re.compile(
    rf"(?<![\w/-])(?:{_SHEETS}|redesign|services|settled|style)\.(?:md|tsv)\b"
    r"|\bfacts?[ -]sheets?\b|\bfacts on \w+, section|\bfacts: (?:grade|\w+\.md)"
    r"|\.md`{0,2},? sections? \d|\.md \d+\.\d"
    r"|\b(?:facts|design|style|redesign) (?:section )?\d+(?:\.\d+)+|\bredesign\b|\bregression case \d",
    re.IGNORECASE,
)


def _sources() -> list[Path]:
    """Return the files that may cite: Python anywhere in ``src`` and ``tests``, and the pages in ``docs``."""
    python = [path for folder in ("src", "tests") for path in (REPOSITORY / folder).rglob("*.py")]
    pages = [*(REPOSITORY / "docs").rglob("*.md"), *(REPOSITORY / "tests").rglob("README.md")]
    return sorted(path for path in {*python, *pages} if path != Path(__file__).resolve())


def _prose(path: Path) -> Iterator[tuple[int, str]]:
    """Return what people read in a file, by line: a page, or a module's comments and docstrings."""
    if path.suffix != ".py":
        yield from enumerate(path.read_text("utf-8").splitlines(), 1)
        return
    with tokenize.open(path) as file:
        for token in tokenize.generate_tokens(file.readline):
            if token.type == tokenize.COMMENT or (token.type == tokenize.STRING and '"""' in token.string[:5]):
                yield from enumerate(token.string.splitlines(), token.start[0])


@cache
def _anchors(page: str) -> frozenset[str]:
    """Return the names of a page's headings, as GitHub makes them."""
    found = Markdown().extract((FACTS / page).read_text("utf-8"), page)
    return frozenset(i.name for i in found if isinstance(i, Anchor) and i.source is not AnchorSource.SWALLOWED)


def _wrong(text: str) -> list[str]:
    """Return the citations in a text that lead nowhere."""
    return [
        match[0]
        for match in CITATION.finditer(text)
        if not (FACTS / match[1]).is_file() or (match[2] is not None and match[2] not in _anchors(match[1]))
    ]


def _at(path: Path, line: int, what: str) -> str:
    return f"{path.relative_to(REPOSITORY)}:{line}: {what}"


def test_each_citation_leads_to_a_heading() -> None:
    """``docs/facts/PAGE.md#anchor`` names a page that exists and a heading on it."""
    sources = _sources()
    wrong = [
        _at(path, number, what)
        for path in sources
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        for what in _wrong(line)
    ]
    assert wrong == []
    assert sum("docs/facts/" in path.read_text("utf-8") for path in sources if path.suffix == ".py") > 20


def test_nothing_outside_the_repository_is_cited() -> None:
    """What the code rests on can be read by everybody who has the code."""
    wrong = [
        _at(path, number, match[0])
        for path in _sources()
        for number, line in _prose(path)
        for match in OUTSIDE.finditer(line)
        if not (FACTS in path.parents and (FACTS / match[0]).is_file())  # pages link to each other by name
    ]
    assert wrong == []


def test_every_page_is_in_the_index() -> None:
    """``docs/facts/README.md`` names each page."""
    index = (FACTS / "README.md").read_text("utf-8")
    pages = {page.name for page in FACTS.glob("*.md")} - {"README.md"}
    assert {page for page in pages if f"({page})" not in index} == set()


@pytest.mark.parametrize(
    "text",
    ["docs/facts/nowhere.md", "docs/facts/README.md#nowhere", "docs/facts/README.md#Grades", "docs/facts/README.md#"],
)
def test_a_citation_that_leads_nowhere_is_seen(text: str) -> None:
    """Page and heading count, letter for letter; others are let pass."""
    assert _wrong(f"see {text}.") == [text]
    assert _wrong("see docs/facts/README.md#grades, and docs/facts/README.md.") == []


@pytest.mark.parametrize(
    ("text", "outside"),
    [
        ("(services.md 3.2)", True),
        ("Literals of facts/services.md, section 3.6.", True),
        ("the fact sheet on services, section 2.6", True),
        ("(facts on peers, section 3.4)", True),
        ("(facts: grade O)", True),
        ("facts 5.2", True),
        ("design 2.1", True),
        ("style.md", True),
        ("see the redesign", True),
        ("docs/facts/services.md#arxiv", False),
        ("[facts](facts/README.md), [services](facts/services.md#video)", False),
        ("the facts name the registered DOI", False),
        ("a page that was designed anew", False),
    ],
)
def test_outside_documents_are_told_from_pages(text: str, *, outside: bool) -> None:
    """The old ways of citing are found; citations, links to the pages and plain words are not."""
    assert bool(OUTSIDE.search(text)) is outside
