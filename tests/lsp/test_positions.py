"""Lines and columns of editors and offsets of linkwarden, in both directions."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.lsp.positions import Lines, Place, Units, replaced

TEXTS = st.text(st.sampled_from("ab\n\r é😀\u2028\x0c\x85"), max_size=40)


def encoded(text: str, units: Units) -> int:
    """Return how many units a text has, as its encoding says."""
    width = {Units.UTF8: 1, Units.UTF16: 2, Units.UTF32: 4}[units]
    return len(text.encode(f"{units.value}-le" if width > 1 else "utf-8")) // width


@given(TEXTS, st.sampled_from(list(Units)))
def test_places_lead_back_to_their_offsets(text: str, units: Units) -> None:
    """For every offset that is not in the middle of a line end."""
    lines = Lines(text, units)
    parts = re.split(r"\r\n|\r|\n", text)
    for offset in range(len(text) + 1):
        place = lines.place(offset)
        before = re.split(r"\r\n|\r|\n", text[:offset])
        if text[max(0, offset - 1) : offset + 1] == "\r\n":
            continue
        assert place == (len(before) - 1, encoded(before[-1], units))
        assert lines.offset(place) == offset
    for line, part in enumerate(parts):
        start, end = lines.content(line)
        assert text[start:end] == part


@given(TEXTS, TEXTS, st.data(), st.sampled_from(list(Units)))
def test_a_change_is_made_where_it_is_meant(text: str, new: str, data: st.DataObject, units: Units) -> None:
    """What stands before and behind stays."""
    offsets = [at for at in range(len(text) + 1) if text[max(0, at - 1) : at + 1] != "\r\n"]
    first, last = sorted((data.draw(st.sampled_from(offsets)), data.draw(st.sampled_from(offsets))))
    lines = Lines(text, units)
    assert replaced(text, lines.place(first), lines.place(last), new, units) == text[:first] + new + text[last:]
    assert replaced(text, lines.place(last), lines.place(first), new, units) == text[:first] + new + text[last:]


@pytest.mark.parametrize(
    ("place", "offset"), [((0, 99), 2), ((1, 99), 4), ((9, 0), 5), ((-1, 3), 0), ((0, -2), 0), ((2, 0), 5)]
)
def test_what_lies_outside_means_the_nearest_end(place: tuple[int, int], offset: int) -> None:
    """As the protocol says for columns; for lines it says nothing."""
    assert Lines("ab\nc\n", Units.UTF16).offset(Place(*place)) == offset


def test_the_middle_of_a_character_is_behind_it() -> None:
    """No editor means that, and it must not raise."""
    assert [Lines("😀b", Units.UTF16).offset(Place(0, column)) for column in range(4)] == [0, 1, 1, 2]
