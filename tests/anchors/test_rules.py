"""Names of headings are those that the builders themselves gave to 95 pages (docs/facts/anchors.md)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.anchors import rules
from linkwarden.anchors.rules import RULES, Naming, python_markdown, slugify
from linkwarden.extract.markdown import Markdown
from linkwarden.model import Anchor, AnchorSource, Heading

PAGES: Mapping[str, Any] = json.loads(Path(__file__).with_name("vectors.json").read_text("utf-8"))


def toc(name: str, case: str = "", **options: bool) -> Naming:
    """Return Python-Markdown's naming with a ``slugify`` of that name."""
    slug = slugify(name, case)
    assert slug is not None
    return python_markdown(slug, attributes=True, **options)


#: The columns of the table of docs/facts/anchors.md.
COLUMNS = {
    "github": RULES["github"].namings[0],
    "gitlab": rules.GITLAB,
    "gitlab <17": rules.GITLAB_16,
    "gitea": rules.GITEA,
    "docusaurus": rules.DOCUSAURUS,
    "astro": rules.ASTRO,
    "jekyll": rules.JEKYLL,
    "kramdown": rules.KRAMDOWN,
    "vitepress": rules.VITEPRESS,
    "mkdocs": python_markdown(),
    "material": python_markdown(attributes=True, notes=False, short_codes=False),
    "py toc slugify_unicode": toc("markdown.extensions.toc.slugify_unicode"),
    "pymdownx lower": toc("pymdownx.slugs.slugify", "lower", notes=False),
    "pandoc markdown": rules.PANDOC,
    "pandoc 2.17 gfm": rules.PANDOC_GFM,
    "pandoc 3.9 gfm": rules.PANDOC_GFM,
    "pandoc 3.9 commonmark_x": rules.COMMONMARK_X,
    "hugo 0.168 github": rules.HUGO,
    "hugo 0.111 github": rules.HUGO_OF_SOURCE,
    "hugo 0.168 blackfriday": rules.HUGO_BLACKFRIDAY,
    "mdbook": rules.MDBOOK,
    "rustdoc": rules.RUSTDOC,
}
_EMOJI = "the emoji's name, of which we have no table"
#: Where we differ, and why.
KNOWN = {
    ("github", "s30"): "GitHub keeps joiners, github-slugger drops them",
    ("github", "s44"): "as s30",
    ("gitlab <17", "s82"): "its own code, which took the heading for Markdown",
    ("gitlab <17", "g09"): "its own code, which had no first heading",
    ("gitea", "g09"): "as that",
    ("vitepress", "s06"): "the source of a reference (&amp;) counts, which is not kept",
    **{
        (f"pandoc 3.9 {reader}", page): _EMOJI
        for reader in ("gfm", "commonmark_x")
        for page in ("s26", "s27", "s28", "s29", "s30", "s31", "g04")
    },
}


def headings(page: Sequence[str]) -> list[Heading]:
    """Return the headings of the page that the builders got, but for the first."""
    text = "\n\n".join(line if line.startswith("<h2>") else f"## {line}" for line in page)
    found = Markdown().extract(f"# Zq\n\n{text}\n\ntext[^1]\n\n[^1]: note\n", "page.md")
    by_line = {
        item.line: item.heading
        for item in found
        if isinstance(item, Anchor) and item.source is AnchorSource.HEADING and item.heading is not None
    }
    return list(by_line.values())


def reachable(names: Sequence[str | None]) -> list[str | None]:
    """Return names with None for an empty one: no link leads to it."""
    return [name or None for name in names]


@pytest.mark.parametrize("column", COLUMNS)
def test_the_names_are_the_builder_s_own(column: str) -> None:
    """Each column of the table is met on all 95 pages, but for what is known."""
    prefix = "user-content-" if column == "gitea" else ""
    wrong = {}
    for page, entry in PAGES.items():
        want = entry["differ"].get(column, entry["github"])
        if want is None or (column, page) in KNOWN:
            continue  # the builder refuses the page
        got = COLUMNS[column].names(headings(entry["headings"]))[1:]
        if reachable([name and prefix + name for name in got]) != reachable(want):
            wrong[page] = (entry["headings"], want, got)
    assert not wrong


@pytest.mark.parametrize("page", PAGES)
def test_sphinx_pages_have_both_names(page: str) -> None:
    """Where MyST writes a page with Sphinx, its own names and those of docutils stand in it."""
    entry = PAGES[page]
    if page == "s62":
        pytest.skip("with an extension for attributes, which need not be on")
    want = {
        name
        for column in ("myst slug", "sphinx id (md)")
        for name in entry["differ"].get(column, entry["github"])
        if name
    }
    here = headings(entry["headings"])
    got = {name for naming in RULES["sphinx-myst"].namings for name in naming.names(here)}
    assert want <= got


@pytest.mark.parametrize("name", sorted(RULES.keys() - {"any"}))
def test_any_takes_what_one_of_them_makes(name: str) -> None:
    """A name that one of the builders makes is one that any builder may make."""
    for entry in PAGES.values():
        here = headings(entry["headings"])
        made = {each for naming in RULES[name].namings for each in naming.names(here)}
        assert made <= {each for naming in RULES["any"].namings for each in naming.names(here)}


_ATTR_LIST = python_markdown(attributes=True)


@pytest.mark.parametrize(
    ("naming", "heading", "name"),
    [  # seen with Python-Markdown 3.11.3 and Hugo 0.168.0
        (_ATTR_LIST, "Use {name} in paths {#paths}", "use-name-in-paths-paths"),
        (_ATTR_LIST, "Use {name} in `paths` {#paths}", "paths"),
        (_ATTR_LIST, "Use {name} `code`", "usecode"),
        (_ATTR_LIST, "{x}", "x"),
        (_ATTR_LIST, "Title{#own}", "titleown"),
        (_ATTR_LIST, "Title { #own }", "own"),
        (_ATTR_LIST, "Title # {.cls}", "title"),
        (rules.HUGO, "Use {name} in paths {#paths}", "paths"),
        (rules.HUGO, "Title # {.cls}", "title"),
        (rules.HUGO, "[^1]", None),
        (rules.HUGO, "<https://a.example> [^1]", "heading"),
    ],
)
def test_braces_and_nothing(naming: Naming, heading: str, name: str | None) -> None:
    """Where a name stands that an author gives, and what is left of a heading without words."""
    assert naming.names(headings([heading])[1:]) == [name]


_BLOCKS = st.text(max_size=60) | st.text("aB1_- .`*!#{}[]()^:\\\n<>é中🚀", max_size=60)


@pytest.mark.parametrize("name", RULES)
@given(page=st.lists(_BLOCKS, max_size=6))
def test_no_heading_is_too_odd(name: str, page: list[str]) -> None:
    """Every heading gets a name or none, whatever stands in it."""
    here = headings([line for line in page if line.strip()])
    for naming in RULES[name].namings:
        assert len(naming.names(here)) == len(here)


def test_many_headings_of_one_name_cost_no_more_than_each() -> None:
    """A page with 20,000 equal headings is named in one go by every rule."""
    page = headings(["Dup 1"])[1:] * 20_000
    for rule in RULES.values():
        for naming in rule.namings:
            assert len(naming.names(page)) == len(page)
