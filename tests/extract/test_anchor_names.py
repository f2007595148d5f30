"""The places inside a document that ``#name`` leads to."""

from __future__ import annotations

import pytest

from linkwarden.anchors import Slugger, github
from linkwarden.extract.html import HtmlFile
from linkwarden.extract.markdown import Markdown
from linkwarden.model import Anchor, AnchorSource, Occurrence
from tests.shared import SHARED, needs_shared

#: Literals of the rule in docs/facts/github-rendering.md#heading-anchors.
SLUGS = {
    "heading with a - dash": "heading-with-a---dash",
    "I ♥ unicode": "i--unicode",
    "en–dash": "endash",
    "😄 - an emoji": "---an-emoji",
    "C++ & C#": "c--c",
    "K-means++": "k-means",
    "FAQ / Q&A": "faq--qa",
    "1.2.3 Release": "123-release",
    "snake_case": "snake_case",
    "foo (bar)": "foo-bar",
    "#1 thing": "1-thing",
    "日本語 見出し": "日本語-見出し",
    "x² – y": "x--y",
    "½ off": "-off",
    "💎 Neural Networks": "-neural-networks",
    "👩‍🔬 Lab": "\u200d-lab",
    "می‌خوانم": "می‌خوانم",
    "zero\u200bwidth soft\u00adhyphen": "zerowidth-softhyphen",
    "⚙️ Methods": "\ufe0f-methods",
    "İstanbul": "i̇stanbul",
    "हिन्दी शीर्षक": "हिन्दी-शीर्षक",
    "Ⓐ circled": "ⓐ-circled",
    "tab\there": "tabhere",
}


def anchors(text: str, source: AnchorSource = AnchorSource.HEADING) -> list[str]:
    """Return the names of a document's anchors of one kind."""
    found = Markdown().extract(text, "list.md")
    return [item.name for item in found if isinstance(item, Anchor) and item.source is source]


@pytest.mark.parametrize(("text", "slug"), SLUGS.items())
def test_slugs_are_github_s(text: str, slug: str) -> None:
    """A heading's slug is the one that GitHub gives."""
    assert github(text) == slug


@pytest.mark.parametrize(
    ("headings", "slugs"),
    [
        ("echo, echo, echo 1, echo-1, echo", "echo, echo-1, echo-1-1, echo-1-2, echo-2"),
        ("foxtrot-1, foxtrot, foxtrot", "foxtrot-1, foxtrot, foxtrot-2"),
        ("-a-, -a-", "-a-, -a--1"),
    ],
)
def test_duplicates_are_numbered_as_on_github(headings: str, slugs: str) -> None:
    """Repeated headings, and headings that look like repeated ones, get GitHub's numbers."""
    slugger = Slugger()
    assert [slugger.number(github(h)) for h in headings.split(", ")] == slugs.split(", ")


def test_joiners_are_kept_and_may_be_dropped() -> None:
    """Zero-width joiners count as GitHub counts them now, or as it did before; today's name comes first."""
    text = "# Code 👨‍💻\n\n# Code \n\n# می‌خوانم\n\n# Code 👨💻\n\n# Code 👨💻\n"
    assert anchors(text) == [
        *("code-\u200d", "code-", "code"),
        *("می‌خوانم", "میخوانم"),
        *("code-", "code--1", "code--1", "code--2"),
    ]


def test_headings_of_every_kind_count() -> None:
    """ATX, setext, raw HTML, in lists and quotes: all make anchors; in code or comments none does."""
    text = (
        "# One #\n\nTwo\n===\n\n> # Three\n\n- ## Four\n\n<h2>Five</h2>\n\n"
        '<h1 align="center">\n\n**Six** sense\n\n</h1>\n\n```\n# no\n```\n\n<!--\n# no\n-->\n\n    # no\n\n#no\n'
    )
    assert anchors(text) == ["one", "two", "three", "four", "five", "six-sense"]


def test_headings_have_their_level() -> None:
    """Number signs, underlines and tags say it, in quotes and lists too."""
    text = "A\n===\n\n### B ###\n\n> two\n> lines\n> ---\n\n- #### D\n\n<h5>E</h5>\n\n## \n\nF\n=\n\n<a id='x'></a>\n"
    found = [item for item in Markdown().extract(text, "x.md") if isinstance(item, Anchor)]
    assert [a.level for a in found if a.name != "two-lines"] == [1, 3, 2, 4, 5, 2, 1, 0]


def test_the_slug_is_made_of_what_is_shown() -> None:
    """Markup, link targets and images are not part of a heading's name; code is."""
    text = "# [Deep *Learning*](https://x.example) with `code_x` ![logo](y.png) <img src=z alt=w> &amp; more\n"
    assert anchors(text) == ["deep-learning-with-code_x----more"]


def test_a_reference_link_in_a_heading_is_its_text() -> None:
    """A heading that is a reference link is named by its text alone."""
    assert anchors("# [Big Model][bm]\n\n[bm]: https://x.example\n") == ["big-model"]


def test_html_ids_and_names_are_anchors() -> None:
    """``id`` and ``name`` are places, with or without GitHub's prefix; they take no part in numbering."""
    text = '<a name="top-list"></a>\n\n# A\n\ntext <span id="user-content-x">y</span> <input name="no">\n\n'
    text += '<a id="a"></a>\n\n# A\n'
    assert anchors(text, AnchorSource.HTML_ID) == ["top-list", "x", "a"]
    assert anchors(text) == ["a", "a-1"]


def test_footnotes_are_anchors() -> None:
    """A footnote and its mark can be linked to, but for those that nothing refers to."""
    text = "a[^note]\n\n[^note]: b\n\n[^note]: c\n\n[^other]: d <a name='e'></a>\n\n    # F\n"
    assert anchors(text, AnchorSource.HTML_ID) == ["fn-note", "fnref-note"]
    assert anchors(text) == []


@pytest.mark.parametrize(
    ("text", "name", "heading"),
    [
        ("## Sec {#sec-custom}", "sec-custom", "Sec"),
        ("## Sec {#two .cls k=v} ##", "two", "Sec"),
        ("Sec *x* {: .cls #three }\n---", "three", "Sec x"),
        ("# Sec {/* #four */}", "four", "Sec"),
        ("# Sec\n{: #five}", "five", ""),
        ("(six)=\n# Sec", "six", ""),
        ("::: {#seven .note}\ntext\n:::", "seven", ""),
        ("a figure ![x](y.png){#eight}", "eight", ""),
    ],
)
def test_names_that_authors_give(text: str, name: str, heading: str) -> None:
    """In braces behind a heading or a paragraph, and as MyST has them; what is shown on GitHub is another anchor."""
    found = [item for item in Markdown().extract(text, "list.md") if isinstance(item, Anchor)]
    assert [(a.name, a.text) for a in found if a.source is AnchorSource.GIVEN] == [(name, heading)]
    assert name not in [a.name for a in found if a.source is not AnchorSource.GIVEN]


@pytest.mark.parametrize("text", ["# {no}", "{# no #}", "{{#no}}", "{a#no}", "f(no)= 1", "`x`{.no}"])
def test_other_braces_give_no_names(text: str) -> None:
    """Comments and blocks of templates, and classes."""
    assert anchors(text, AnchorSource.GIVEN) == []


def test_ids_that_github_drops_are_marked() -> None:
    """GitHub removes elements that are not in its list; on a page of HTML every id counts."""
    text = '<nav id="n1">x</nav> <form id="n2"> <center><a id="y1"></a></center> <custom-box name="n3">\n\n'
    text += '<div id="y2">\n<button id="n4">\n<td id="y3">\n</div>\n'
    assert anchors(text, AnchorSource.DROPPED) == ["n1", "n2", "n3", "n4"]
    assert anchors(text, AnchorSource.HTML_ID) == ["y1", "y2", "y3"]
    found = [item for item in HtmlFile().extract(text, "page.html") if isinstance(item, Anchor)]
    assert {a.source for a in found} == {AnchorSource.HTML_ID}


def test_front_matter_is_no_heading() -> None:
    """The last line of front matter looks like a setext heading and is none on GitHub."""
    assert anchors("---\ntitle: A\n---\n\n# A\n") == ["a"]


def test_a_heading_in_an_html_block_is_swallowed() -> None:
    """No blank line in front of a heading behind HTML: GitHub shows it as text, and the cause is named."""
    text = 'intro\n\n<img src="x.png">\ntext\n## The *Overview* ##\n\n# Real\n'
    found = [item for item in Markdown().extract(text, "list.md") if isinstance(item, Anchor)]
    swallowed, real = found
    assert (swallowed.name, swallowed.text, swallowed.line) == ("the-overview", "The Overview", 5)
    assert (swallowed.source, swallowed.cause_line) == (AnchorSource.SWALLOWED, 3)
    assert (real.name, real.source, real.cause_line) == ("real", AnchorSource.HEADING, None)


def test_the_section_is_the_nearest_heading_above() -> None:
    """Markdown and HTML headings both begin sections; swallowed ones do not."""
    text = "[a](1)\n\n# One\n\n[b](2)\n\n<h3>Two <i>x</i></h3>\n\n[c](3)\n\n<div>\n# No\n</div>\n\n[d](4)\n"
    links = [item for item in Markdown().extract(text, "list.md") if isinstance(item, Occurrence)]
    assert [link.section for link in links] == ["", "One", "Two x", "Two x"]


@needs_shared
def test_the_two_dead_anchors_of_the_real_list() -> None:
    """Of 45 links inside ``ml-papers.md`` exactly two lead nowhere; one heading is swallowed at line 1739."""
    text = (SHARED / "lists" / "ml-papers.md").read_text(encoding="utf-8")
    found = list(Markdown().extract(text, "ml-papers.md"))
    names = {a.name for a in found if isinstance(a, Anchor) and a.source is not AnchorSource.SWALLOWED}
    inside = [o.url[1:] for o in found if isinstance(o, Occurrence) and o.url.startswith("#")]
    swallowed = {a.name: (a.line, a.cause_line) for a in found if isinstance(a, Anchor) and a.cause_line}
    assert sorted(set(inside) - names) == ["optimization", "overview"]
    assert swallowed["overview"] == (1743, 1739)
