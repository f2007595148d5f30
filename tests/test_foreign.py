"""What strangers send is read without harm: text in any encoding, digits without end, JSON without a floor."""

from __future__ import annotations

import encodings.aliases
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.foreign import MAX_DEPTH, at, charset_of, decode, read_json, title_of, whole_number


@pytest.mark.parametrize(
    ("label", "data", "text"),
    [
        ("utf-8", "é".encode(), "é"),
        ("UTF8", "é".encode(), "é"),
        (" utf-8 ", "é".encode(), "é"),
        ("utf-8", b"\xe9x", "\ufffdx"),
        ("iso-8859-1", b"\x93\xe9", "“é"),
        ("latin1", b"\x93", "“"),
        ("us-ascii", b"\xe9", "é"),
        ("windows-1251", b"\xe9", "й"),
        ("koi8-r", b"\xca", "й"),
        ("iso-8859-9", b"\x80", "€"),
        ("gb2312", "镕".encode("gbk"), "镕"),
        ("big5", "中".encode("big5"), "中"),
        ("Shift_JIS", "①".encode("cp932"), "①"),
        ("euc-kr", "힣".encode("cp949"), "힣"),
        ("utf-16le", "é".encode("utf-16-le"), "é"),
        ("iso-2022-jp", "日".encode("iso2022_jp"), "日"),
        # Codecs that browsers do not know, or that are none of text, and what is no label.
        *(
            (name, "é".encode(), "é")
            for name in ("klingon", "idna", "punycode", "utf-7", "rot13", "hex", "zlib", "undefined")
        ),
        *((name, "é".encode(), "é") for name in ("unicode_escape", "mbcs", "oem", "bz2_codec", "palmos", "cp037", "")),
        *((name, "é".encode(), "é") for name in ("a\0b", "é", "x" * 100_000, "../../os", "aliases", "utf-8;", "-")),
    ],
)
def test_text(label: str, data: bytes, text: str) -> None:
    """Encodings are those of browsers; everything else is UTF-8."""
    assert decode(data, label) == text


@pytest.mark.parametrize("label", sorted({*encodings.aliases.aliases, *encodings.aliases.aliases.values()}))
def test_no_codec_raises(label: str) -> None:
    """Whatever Python knows under a name."""
    for data in (b"", b"\xff\xfe\xfd", bytes(range(256)) * 3, b"=?\x1b$B\x00", b"xn--" + b"a" * 70 + b"\xff"):
        assert isinstance(decode(data, label), str)


@given(st.binary(max_size=80), st.text(max_size=20))
def test_any_bytes_and_any_label_are_some_text(data: bytes, label: str) -> None:
    """Nothing raises."""
    assert isinstance(decode(data, label), str)


@pytest.mark.parametrize(
    ("header", "charset"),
    [
        ("text/html", ""),
        ("text/html; charset=utf-8", "utf-8"),
        ('text/html;CHARSET = "Shift_JIS"; x=y', "Shift_JIS"),
        ("text/html; charset='koi8-r'", "koi8-r"),
        ("text/html; charset=", ""),
        ("", ""),
    ],
)
def test_charsets(header: str, charset: str) -> None:
    """The parameter as it stands there."""
    assert charset_of(header) == charset


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("65535", 65_535),
        ("65536", None),
        ("00065535", 65_535),
        ("0" * 9_000 + "7", 7),
        ("0" * 9_000, 0),
        ("9" * 9_000, None),
        (b"80", 80),
        (b"0" * 9_000 + b"80", 80),
        ("", None),
        ("-1", None),
        ("+1", None),
        ("1_0", None),
        (" 1", None),
        ("٣", None),
        ("²", None),
        ("1.5", None),
        ("1e3", None),
        (b"\xb2", None),
    ],
)
def test_whole_numbers(text: str | bytes, number: int | None) -> None:
    """ASCII digits up to a bound, and nothing that Python's ``int`` takes besides."""
    assert whole_number(text, 65_535) == number


def test_whole_numbers_have_a_bound_anyway() -> None:
    """One that nothing here comes near."""
    assert whole_number("9" * 15) == 10**15 - 1
    assert whole_number(str(10**15)) == 10**15
    assert whole_number(str(10**15 + 1)) is None


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
        (b"[" + b"9" * 5_000 + b", 1e999, -1e999]", [None, None, None]),
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
