"""JSON that somebody else wrote is read tamely: nothing in it crashes what looks at it further on."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.answers.foreign_json import MAX_DEPTH, at, read_json, title_of


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": [1, null, "x"]}', {"a": [1, None, "x"]}),
        (b"\xef\xbb\xbf[]", []),
        (b'"\xff"', None),
        (b"<html>", None),
        (b"", None),
        (b'{"a": 12', None),
        (b"123456789012345678", 123_456_789_012_345_678),
        (b"1234567890123456789", 1.234567890123456789e18),
        (b"9" * 5_000, float("inf")),
        (b"[NaN, -Infinity]", [None, None]),
        (rb'"\ud83d\ude00"', "\U0001f600"),
        (rb'["\ud83d", "\ude00\ud83d", "\\ud83d"]', ["\ufffd", "\ufffd\ufffd", r"\ud83d"]),
    ],
)
def test_json_is_read_tamely(body: bytes, value: object) -> None:
    """What no registry sends is nothing, or something that cannot do harm further on."""
    assert read_json(body) == value


@pytest.mark.parametrize("levels", [MAX_DEPTH, MAX_DEPTH + 1, 5_000])
@pytest.mark.parametrize("text", ["[{}]", '{{"a": {}}}'])
def test_nesting_is_bounded(text: str, levels: int) -> None:
    """Deep nesting is no JSON to us; brackets within texts do not count."""
    body = "1"
    for _ in range(levels):
        body = text.format(body)
    deep = read_json(body.encode()) is None
    assert deep == (levels > MAX_DEPTH)
    assert read_json(json.dumps("[" * 5_000).encode()) == "[" * 5_000


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_what_is_read_is_what_was_sent(value: object) -> None:
    """Ordinary JSON comes through as it is, but for whole numbers that no registry sends."""
    assert read_json(json.dumps(value).encode()) == json.loads(
        json.dumps(value), parse_int=lambda digits: int(digits) if len(digits) <= 18 else float(digits)
    )


def test_a_path_leads_to_a_value_or_nowhere() -> None:
    """Keys and places that are not there, and values of another kind, are None."""
    value = {"a": [{"b": 1}], "c": "text"}
    assert at(value, "a", 0, "b") == 1
    for path in (("a", 1), ("a", "b"), ("c", 0), ("c", "x"), ("x",), (0,)):
        assert at(value, *path) is None


@given(st.text())
def test_a_title_is_one_bounded_line(text: str) -> None:
    """Whatever a service calls a thing can be shown."""
    title = title_of(text)
    assert title is None or (title == " ".join(title.split()) and 0 < len(title) <= 300)
    assert title_of({"title": text}) is None
