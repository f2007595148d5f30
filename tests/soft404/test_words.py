"""All words are found in one pass; what is found is what a look for each word finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from linkwarden.soft404 import words
from linkwarden.soft404.parked import parking_marks

GROUPS = (words.STAND_IN, words.ERRORS, words.ERROR_SOURCE, words.STREAMED, words.MARKS, words.WORKS, words.LOG_IN)
ALL = tuple(dict.fromkeys(word for group in (*GROUPS, parking_marks(), ("no-such-word", "<h1", "x")) for word in group))


@given(st.lists(st.one_of(st.sampled_from(ALL), st.text(max_size=5), st.sampled_from(ALL).map(lambda w: w[:-1]))))
def test_one_pass_finds_what_a_look_for_each_word_finds(pieces: list[str]) -> None:
    """Words within words and words that overlap are found as well, and a word that is not in the table."""
    text = "".join(pieces).lower()
    found = words.Words(text)
    assert [word for word in ALL if word in found] == [word for word in ALL if word in text]
    assert [found.any_of(group) for group in GROUPS] == [any(word in text for word in group) for group in GROUPS]
