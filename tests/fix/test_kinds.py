"""Every kind of document that is read can be edited: only the URLs change, and all of them."""

from __future__ import annotations

import json

import pytest

from linkwarden.fix import Wanted, apply, plan
from linkwarden.inputs import extractor_for
from linkwarden.model import Basis, Occurrence

OLD = "https://old.example/a"
DOCUMENTS = {
    "a.rst": "`x <{0}>`_ and `y`_ and {0}\n\n.. _y: {0}\n\n.. image:: {0}\n",
    "a.adoc": "= T\n\nlink:{0}[x] and {0}[y] image:{0}[]\n",
    "a.org": "* T\n\n[[{0}][x]] and [[{0}]]\n",
    "a.tex": "\\href{{{0}}}{{x}} \\url{{{0}}}\n",
    "a.bib": "@misc{{k,\n  url = {{{0}}},\n}}\n",
    "a.json": '{{"a": "{0}", "b": ["{0}"]}}\n',
    "a.yaml": "a: {0}\nb:\n  - '{0}'\n",
    "a.toml": 'a = "{0}"\n',
    "a.csv": "name,url\nx,{0}\n",
    "a.xml": '<a href="{0}">{0}</a>\n',
    "a.ipynb": json.dumps({"cells": [{"cell_type": "markdown", "source": ["[x]({0})\n", "<{0}>"]}], "nbformat": 4})
    .replace("{", "{{")
    .replace("}", "}}")
    .replace("{{0}}", "{0}"),
    "a.urls": "{0}\n# c\n{0}\n",
    "a.mdx": "[x]({0})\n\n<a href='{0}'>y</a>\n",
}


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
@pytest.mark.parametrize(
    "url",
    [
        "https://new.example/b",
        "https://new.example/b_(c)?x=1&y=2#z",
        "https://new.example/b%20c,d",
        "https://new.example/it's",
        'https://new.example/"q"',
        "https://new.example/{b}",
        "https://new.example/b]c",
    ],
)
def test_urls_are_replaced_in_all_kinds(name: str, url: str) -> None:
    """Where a URL cannot be written in a document, its place stays; where it can, that is what is read."""
    text = DOCUMENTS[name].format(OLD)
    extractor = extractor_for("." + name.rpartition(".")[2])
    assert extractor is not None
    before = [item.url for item in extractor.extract(text, name) if isinstance(item, Occurrence)]
    assert before == [OLD] * len(before) != []
    wanted = Wanted(url, "why", Basis.SAME_PAGE, "LW303", "moved-permanently")
    found = plan(text, lambda item: wanted if item.url == OLD else None, lambda t: extractor.extract(t, name))
    after = apply(text, found.edits)
    read = [item.url for item in extractor.extract(after, name) if isinstance(item, Occurrence)]
    assert set(read) <= {OLD, url}
    assert len(read) == len(before)
    places = len({edit.start for edit in found.edits}) + len({drop.line for drop in found.dropped})
    assert places > 0
    if url == "https://new.example/b":
        assert after == DOCUMENTS[name].format(url)
        assert found.dropped == ()
