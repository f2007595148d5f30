"""All words are found in one pass; what is found is what a look for each word finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from linkwarden.answers.words import Words, looked_for
from linkwarden.soft404 import words
from linkwarden.soft404.parked import parking_marks

GROUPS = (words.STAND_IN, words.ERRORS, words.ERROR_SOURCE, words.STREAMED, words.MARKS, words.WORKS, words.LOG_IN)
ALL = tuple(dict.fromkeys(word for group in (*GROUPS, parking_marks(), ("no-such-word", "<h1", "x")) for word in group))
PIECES = st.one_of(
    st.sampled_from(ALL),
    st.sampled_from(ALL).map(str.upper),
    st.sampled_from(ALL).map(str.title),
    st.sampled_from(ALL).map(lambda word: word[:-1]),
    st.text(st.characters(exclude_characters="İ\u212a", exclude_categories=["Cs"]), max_size=5),  # ASCII in lower case
)


@given(st.lists(PIECES).map("".join))
def test_one_pass_finds_what_a_look_for_each_word_finds(text: str) -> None:
    """Words within words and words that overlap are found, in any case, and a word that nobody looks for as well."""
    found = Words(text.encode())
    low = text.lower()
    assert [word for word in ALL if word in found] == [word for word in ALL if word in low]
    assert [found.any_of(group) for group in GROUPS] == [any(word in low for word in group) for group in GROUPS]


def test_words_that_are_registered_later_are_found_in_what_was_read_before() -> None:
    """Which part of the program was imported first makes no difference."""
    before = Words(b"<p>A Zyzzyva and a weevil")
    late = looked_for("zyzzyva", "nothing-of-the-sort")
    assert before.any_of(late)
    assert Words(b"<p>A Zyzzyva and a weevil").any_of(late)
    assert not Words(b"<p>A weevil").any_of(late)
