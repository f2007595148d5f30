"""What an expression needs stands in whatever it matches; a quick look hides nothing that the expressions find."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.datafile import read_words
from linkwarden.soft404.stems import Stems, stems_of

PACKAGE = "linkwarden.soft404"
LISTS = {**read_words(PACKAGE, "errors.txt"), **read_words(PACKAGE, "parked.txt")}
#: Lists of expressions; the others are of plain words. What parts the two of a placeholder is a tab.
HEADINGS = [
    name
    for name in LISTS
    if not name.startswith("small words")
    and name not in ("parking hosts", "parking marks", "sale subjects", "sale sentences", "ordinary")
]
ENTRIES = [
    line.text.partition("\t")[0].replace("{domain}", r"[a-z]{1,9}\.[a-z]{2,9}").replace("{tail}", "(?: .{0,9})?")
    for name in HEADINGS
    for line in LISTS[name]
]

LETTERS = st.text("abc ", min_size=1, max_size=3)
EXPRESSIONS = st.recursive(
    st.one_of(LETTERS, st.sampled_from(["[ab]", ".", r"\w", "(?=a)", r"\b", "a?"])),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
        inner.map(lambda part: f"(?:{part})?"),
        inner.map(lambda part: f"({part})+?"),
        inner.map(lambda part: f"(?:{part})*"),
        inner.map(lambda part: f"(?:{part}){{2}}"),
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("entry", ENTRIES)
def test_each_entry_of_the_lists_needs_something(entry: str) -> None:
    """An entry that nothing is needed for would be tried on every title."""
    assert stems_of(entry)


@given(st.data())
def test_what_an_entry_matches_holds_what_it_needs(data: st.DataObject) -> None:
    """Whatever the lists match."""
    entry = data.draw(st.sampled_from(ENTRIES))
    text = data.draw(st.from_regex(entry, fullmatch=True))
    assert any(stem in text for stem in stems_of(entry))


@given(EXPRESSIONS, st.text("abcx ", max_size=12))
def test_a_text_that_an_expression_matches_holds_what_it_needs(expression: str, text: str) -> None:
    """Whatever an expression is made of."""
    stems = stems_of(expression)
    if stems and re.search(expression, text):
        assert any(stem in text for stem in stems)


@given(st.dictionaries(st.text("xyz", min_size=1, max_size=2), EXPRESSIONS, max_size=4), st.text("abcx ", max_size=12))
def test_all_that_match_are_named(expressions: dict[str, str], text: str) -> None:
    """Several expressions are looked for in one pass."""
    found = Stems(lambda: {name: [expression] for name, expression in expressions.items()}).in_text(text)
    assert {name for name, expression in expressions.items() if re.search(expression, text)} <= found


def test_a_dotless_i_is_an_i_to_expressions_without_case() -> None:
    """Python's expressions say so, and titles are shouted in Turkish as well."""
    assert re.fullmatch("casino", "casıno", re.IGNORECASE)
    assert Stems(lambda: {"games": ["casino"]}).in_text("casıno") == {"games"}
