"""Documents and data that are neither Markdown nor HTML: every URL that readers get, at its exact place."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkwarden.inputs import extractor_for, extractors
from linkwarden.model import Anchor, Extracted, Markup, Occurrence, Suppression


def read(suffix: str, text: str) -> list[Extracted]:
    """Return everything in a text of a kind; each place is exact."""
    extractor = extractor_for(suffix)
    assert extractor is not None
    found = list(extractor.extract(text, f"x{suffix}"))
    assert all(text[o.span.start : o.span.end] == o.raw for o in found if isinstance(o, Occurrence))
    return found


def urls(suffix: str, text: str) -> list[str]:
    """Return the URLs of a text of a kind, in their order."""
    return [item.url for item in read(suffix, text) if isinstance(item, Occurrence)]


def images(suffix: str, text: str) -> list[str]:
    """Return the URLs of its images."""
    return [item.url for item in read(suffix, text) if isinstance(item, Occurrence) and item.markup.is_image]


@pytest.mark.parametrize(
    ("suffix", "text", "wanted"),
    [
        # JSON: escapes; text in a value may be Markdown or HTML; comments are no data
        (".json", r'{"a": "https:\/\/x.org\/a?b=1\u0026c=2"}', ["https://x.org/a?b=1&c=2"]),
        (
            ".json",
            """["[t](https://x.org/a_(b)), <a href='https://y.org/'>", "https://z.org/a."]""",
            ["https://x.org/a_(b)", "https://y.org/", "https://z.org/a."],
        ),
        (".json", '["see https://x.org/a.", "https://x.org/{id}"] // https://no.org', ["https://x.org/a"]),
        (".jsonl", '{"u":"https://x.org/1"}\n{"u":"https://x.org/2"}\n', ["https://x.org/1", "https://x.org/2"]),
        # YAML: both quotes, flow style, comments, a fragment
        (
            ".yaml",
            "a: 'https://x.org/it''s'\nb: \"https:\\/\\/x.org\\x2fq\"",
            ["https://x.org/it's", "https://x.org/q"],
        ),
        (
            ".yml",
            "a: https://x.org/#f  # https://no.org\nb: [https://y.org, https://z.org/a,b]\nc: {u: https://q.org}",
            ["https://x.org/#f", "https://y.org", "https://z.org/a,b", "https://q.org"],
        ),
        (
            ".yaml",
            "- rock 'n roll https://x.org don't\n- |\n  See <https://y.org>.\n",
            ["https://x.org", "https://y.org"],
        ),
        (
            ".toml",
            "a = \"https://x.org\" # https://no.org\nb = 'https://y.org/#a'\n",
            ["https://x.org", "https://y.org/#a"],
        ),
        # tables: a URL ends with its cell, whatever divides them
        (
            ".csv",
            'n,u\n1,https://x.org/a\n2,"https://y.org/a,b"\n3,"a ""b"" https://z.org"\n',
            ["https://x.org/a", "https://y.org/a,b", "https://z.org"],
        ),
        (".csv", "n;u\n1;https://x.org/a,b\n", ["https://x.org/a,b"]),
        (".tsv", "n\tu\n1\thttps://x.org/a;b\tq\n", ["https://x.org/a;b"]),
        # XML: references, CDATA; name spaces are no links
        (
            ".xml",
            (
                '<urlset xmlns="http://no.org/s" xsi:schemaLocation="http://no.org/a b"><!-- https://no.org -->\n'
                "<loc>https://x.org/?a=1&amp;b=2</loc><b c='https://y.org'/><![CDATA[https://z.org/?a&b]]></urlset>"
            ),
            ["https://x.org/?a=1&b=2", "https://y.org", "https://z.org/?a&b"],
        ),
        # LaTeX: escapes and comments; a macro's parameter is no URL
        (
            ".tex",
            "% https://no.org\n\\url{https://x.org/50\\%_x} 100\\% \\href{https://y.org/\\~{}u\\#s}{y} https://z.org/a\\_b.",
            ["https://x.org/50%_x", "https://y.org/~u#s", "https://z.org/a_b"],
        ),
        (".tex", r"\newcommand{\x}[1]{\href{https://x.org/#1}{#1}} \url{https://y.org/a%20b}", ["https://y.org/a%20b"]),
        # BibTeX: fields in braces and quotes, DOIs
        (
            ".bib",
            (
                '@a{k,\n url = {https://x.org/a\\_b},\n doi = {10.1000/182},\n Url="https://y.org",\n'
                " howpublished = {\\url{https://z.org}},\n}\n% url = {https://no.org}\n"
            ),
            ["https://x.org/a_b", "https://doi.org/10.1000/182", "https://y.org", "https://z.org"],
        ),
        # text: what belongs to the sentence, patterns of URLs
        (
            ".ini",
            "(see https://x.org/a_(b)). \u201chttps://y.org\u201d https://z.org/<id> https://no.org/{a} https://*.no.org",
            ["https://x.org/a_(b)", "https://y.org"],
        ),
        (".urls", "# mine\nhttps://x.org/a.\nhttps://y.org/(b\n", ["https://x.org/a.", "https://y.org/(b"]),
    ],
)
def test_data_gives_its_urls(suffix: str, text: str, wanted: list[str]) -> None:
    """Each format has its own quotes, escapes and comments."""
    assert urls(suffix, text) == wanted
    assert urls(suffix, text.replace("\n", "\r\n")) == wanted


RST = """\
Title
=====

`one <https://x.org/1>`_ and `two
lines <https://x.org/
2>`__, ``https://no.org``, `name`_, https://x.org/3. Literal::

    https://no.org `x <https://no.org>`_

.. _name: https://x.org/a\\_b
__ https://x.org/4

.. |badge| image:: https://x.org/5.svg
   :target: https://x.org/6
   :alt: Build

.. code-block:: sh

   curl https://no.org

.. figure:: pic.png

   Caption https://x.org/7

.. https://no.org is a comment

.. note:: https://x.org/8

   https://x.org/9
"""


def test_restructuredtext() -> None:
    """Links in their three ways, images and their targets; code and comments hold none."""
    assert urls(".rst", RST) == [
        "https://x.org/1", "https://x.org/2", "https://x.org/3", "https://x.org/a_b", "https://x.org/4",
        "https://x.org/5.svg", "https://x.org/6", "pic.png", "https://x.org/7", "https://x.org/8", "https://x.org/9",
    ]  # fmt: skip
    assert images(".rst", RST) == ["https://x.org/5.svg", "pic.png"]
    assert [o.text for o in read(".rst", RST) if isinstance(o, Occurrence)][:2] == ["one", "two lines"]


ADOC = """\
= Title
:repo: https://x.org/r
:imagesdir: img

== Section One [[sec]]
https://x.org/1[text^] https://x.org/2. {repo}/issues[Issues] link:a.adoc[a] <<sec,here>> <<Section One>>
image::pic.png[Alt, link="https://x.org/3"] https://x.org/4[image:https://x.org/5.svg[b]] {unknown}/x[no]
\\https://no.org +https://no.org+

// https://no.org
----
https://no.org
----

[source]
https://no.org

* https://x.org/6[]
|===
| https://x.org/7
|===
"""


def test_asciidoc() -> None:
    """Macros, attributes, cross references; listings and comments hold no links."""
    assert urls(".adoc", ADOC) == [
        "https://x.org/1", "https://x.org/2", "https://x.org/r/issues", "a.adoc", "#sec", "#Section One", "img/pic.png",
        "https://x.org/3", "https://x.org/4", "https://x.org/5.svg", "https://x.org/6", "https://x.org/7",
    ]  # fmt: skip
    names = {item.name for item in read(".adoc", ADOC) if isinstance(item, Anchor)}
    assert {"sec", "_section_one", "section-one", "Section One"} <= names


def test_asciidoc_that_is_built_elsewhere_has_only_web_links() -> None:
    """Antora finds pages by names of its own, and an included part may hold the anchor."""
    [extractor] = [e for e in extractors() if e.name == "asciidoc"]
    text = "xref:other.adoc[x] image::a.png[] https://x.org[y]"
    found = extractor.extract(text, "docs/modules/ROOT/pages/a.adoc")
    assert [o.url for o in found if isinstance(o, Occurrence)] == ["https://x.org"]
    assert urls(".adoc", "include::b.adoc[]\n<<b>> https://x.org[y]") == ["https://x.org"]


ORG = """\
#+LINK: gh https://x.org/%s
* TODO Head  :tag:
:PROPERTIES:
:CUSTOM_ID: one
:END:
[[https://x.org/1][text]] https://x.org/2. <https://x.org/3> [[file:a.org::#s]] [[./pic.png]] [[gh:4][g]] [[#one]]
[[https://x.org/5][file:b.png]] =https://no.org= [[id:1]]
#+begin_src sh
https://no.org
#+end_src
: https://no.org
# https://no.org
"""


def test_org() -> None:
    """Links, abbreviations and images; code and comments hold none."""
    assert urls(".org", ORG) == [
        "https://x.org/1", "https://x.org/2", "https://x.org/3", "a.org#s", "./pic.png", "https://x.org/4", "#one",
        "https://x.org/5", "b.png",
    ]  # fmt: skip
    assert images(".org", ORG) == ["./pic.png", "b.png"]
    assert "one" in {item.name for item in read(".org", ORG) if isinstance(item, Anchor)}


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("plain", [True, False])
def test_notebooks(indent: int | None, plain: bool) -> None:  # noqa: FBT001 - a parameter of a test
    """Markdown cells are read, wherever their keys stand; places are the file's, and cell and line are said."""
    lines = ["# A Title\n", 'See ["\u00e9 \U0001f600"](https://x.org/?"y") and [r]\n', "\n", "[r]: https://x.org/2"]
    cells = [
        {"cell_type": "code", "source": ["'https://no.org'"], "metadata": {"cell_type": "markdown"}},
        {"source": lines, "cell_type": "markdown"},
        {"cell_type": "markdown", "source": "a\n[b](#A-Title) ![c](attachment:d.png)"},
    ]
    text = json.dumps({"cells": cells, "nbformat": 4}, indent=indent, ensure_ascii=plain).replace("/", "\\/")

    found = [item for item in read(".ipynb", text) if isinstance(item, Occurrence)]

    assert [o.url for o in found] == ['https://x.org/?"y"', "https://x.org/2", "#A-Title"]
    assert [o.section for o in found] == ["A Title (cell 2, line 2)", "A Title (cell 2, line 4)", "cell 3, line 2"]
    assert "A-Title" in {item.name for item in read(".ipynb", text) if isinstance(item, Anchor)}


@pytest.mark.parametrize(
    ("suffix", "comment"),
    [(".yaml", "# {}"), (".toml", "# {}"), (".jsonc", "// {}"), (".tex", "% {}"), (".bib", "% {}"), (".rst", ".. {}\n"),
     (".adoc", "// {}"), (".org", "# {}"), (".xml", "<!-- {} -->"), (".urls", "# {}")],
)  # fmt: skip
def test_comments_may_be_for_linkwarden(suffix: str, comment: str) -> None:
    """Each kind of comment says what is not to be reported below it."""
    text = f"a: 1\n\n{comment.format('linkwarden-ignore LW301 old')}\nhttps://x.org/\n"

    [said] = [item for item in read(suffix, text) if isinstance(item, Suppression)]

    assert (said.codes, said.reason, said.first) == (("LW301",), "old", 4 + comment.count("\n"))


def test_what_no_reader_of_markdown_knows_is_a_kind_of_its_own() -> None:
    """Reports say how a link is written."""
    assert {o.markup for o in read(".rst", RST) if isinstance(o, Occurrence)} == {
        Markup.LINK, Markup.IMAGE, Markup.REFERENCE, Markup.BARE,
    }  # fmt: skip


# --- hostile input --------------------------------------------------------------------------------------------------

_PIECES = st.sampled_from(
    ["https://", "http://a.b/", "`", "``", "<", ">", "[", "]", "[[", "]]", "(", ")", "{", "}", '"', "'", "\\", "\n",
     "\r\n", "::", ".. ", "_", "__ ", "image::", "link:", "=", "==", "* ", "- ", "#", "# ", "%", "\\url{", "\\href{",
     "url = {", "&amp;", "<!--", "<![CDATA[", "-->", ",", ";", "\t", " ", "a", "\ufeff", "\0", "\ud800", "|", "----\n",
     "++++\n", "#+begin_src\n", '{"cells":[{"cell_type":"markdown","source":["', '"]}]}', "\\u0026", "\\ud83d",
     ":a: b\n", "{a}", "=====\n", "*", "+"]
)  # fmt: skip


@pytest.mark.parametrize("suffix", [e.suffixes[0] for e in extractors()])
@given(pieces=st.lists(_PIECES, max_size=40))
@settings(max_examples=60)
def test_no_text_raises_and_every_place_is_exact(suffix: str, pieces: list[str]) -> None:
    """Whatever the text is."""
    read(suffix, "".join(pieces))


@pytest.mark.parametrize(
    ("suffix", "unit"),
    [(".json", '"\\"'), (".yaml", "- '''"), (".csv", ',""'), (".xml", "<a b='"), (".xml", "<!--"), (".tex", "\\url{"),
     (".tex", "\\href{{"), (".bib", "url = {"), (".rst", "`a <"), (".rst", "``a"), (".rst", ".. _`"), (".adoc", "[["),
     (".adoc", "link:a["), (".adoc", ":a: {a}{a}\n"), (".adoc", "a:::"), (".org", "[[a]["), (".org", "=a"),
     (".ipynb", "["), (".ipynb", '{"cells":['), (".urls", "https://a("), (".ini", "https://a,")],
)  # fmt: skip
@pytest.mark.timeout(120)  # a time that grows with the square of the length is minutes here
def test_openings_without_an_end_cost_no_time(suffix: str, unit: str) -> None:
    """What is looked for to the end of a text is looked for once, or within bounds."""
    read(suffix, unit * (150_000 // len(unit)))
