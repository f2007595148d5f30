r"""Reads what strangers send: bytes as text, digits as numbers, JSON. Nothing here raises, whatever comes in.

Python's own readers are made for friends: ``int`` raises for more than 4,300 digits and takes ``٣``, ``bytes.decode``
takes codecs that are none of text and raise in ways of their own ("idna"), ``json.loads`` raises RecursionError and
gives infinities.
"""

from __future__ import annotations

import codecs
import json
import re
from types import MappingProxyType
from typing import Any

from linkwarden.patterns import pattern

#: Encodings that browsers know (Encoding standard, section 4.2), by Python's name, and the codec that reads them as
#: browsers do: of several that are alike, the one with the most characters.
_CODECS = MappingProxyType(
    {
        **{name: name for name in ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "koi8-r", "koi8-u", "cp866")},
        **{f"iso8859-{part}": f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
        **{f"cp125{part}": f"cp125{part}" for part in range(9)},
        **{name: name for name in ("mac-roman", "mac-cyrillic", "euc_jp", "iso2022_jp", "gb18030", "big5hkscs")},
        "utf-8-sig": "utf-8",
        "ascii": "cp1252",
        "iso8859-1": "cp1252",
        "iso8859-9": "cp1254",
        "tis-620": "cp874",
        "iso8859-11": "cp874",
        "cp874": "cp874",
        "big5": "big5hkscs",
        "gbk": "gb18030",
        "gb2312": "gb18030",
        "shift_jis": "cp932",
        "cp932": "cp932",
        "euc_kr": "cp949",
        "cp949": "cp949",
    }
)
_LABEL = pattern(r"[A-Za-z0-9][A-Za-z0-9_:.+-]{0,39}")
_CHARSET = pattern(r"charset\s*=\s*[\"']?([^\s\"';,]*)", re.IGNORECASE)

#: JSON that is nested deeper is not read: registries send a few levels.
MAX_DEPTH = 64
_TITLE_LENGTH = 300
_SPACE = pattern(r"\s+")
#: Escapes in JSON text; the group is half of a surrogate pair, which no text can hold.
_ESCAPE = pattern(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)


def decode(data: bytes, label: str = "utf-8") -> str:
    """Return bytes as text; an encoding that browsers do not know counts as UTF-8, bad bytes become U+FFFD.

    Args:
        data: what was sent.
        label: the encoding as its sender calls it.
    """
    return data.decode(_codec(label) or "utf-8", errors="replace")


def is_utf_8(label: str) -> bool:
    """Return whether ``decode`` reads bytes with this label as UTF-8."""
    return (_codec(label) or "utf-8") == "utf-8"


def _codec(label: str) -> str | None:
    """Return the codec for an encoding's label, or None where browsers know no such encoding."""
    label = label.strip()
    if label.lower() == "utf-8":
        return "utf-8"
    if not _LABEL.fullmatch(label):
        return None
    try:
        return _CODECS.get(codecs.lookup(label).name)
    except (LookupError, ValueError):
        return None


def charset_of(content_type: str) -> str:
    """Return the charset parameter of a Content-Type header as it stands there, or ""."""
    found = _CHARSET.search(content_type)
    return found[1] if found else ""


def whole_number(text: str | bytes, most: int = 10**15) -> int | None:
    """Return a number written in ASCII digits; None for everything else and for what is greater than ``most``."""
    if not text.isascii() or not text.isdigit():
        return None
    if len(text) > len(str(most)):
        text = text.lstrip("0" if isinstance(text, str) else b"0") or "0"  # type: ignore[arg-type] # of one kind
        if len(text) > len(str(most)):
            return None
    number = int(text)
    return number if number <= most else None


def read_json(data: bytes | str) -> object:
    """Return the JSON value that was sent, as tame as services send it; None for everything else.

    What is nested deeper than ``MAX_DEPTH`` is not read. Whole numbers of more than 18 digits become floats, NaN and
    infinities None, and halves of surrogate pairs U+FFFD.
    """
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
        if "\\ud" in text.lower():
            text = _ESCAPE.sub(lambda found: "\\ufffd" if found[1] else found[0], text)
        value: object = json.loads(text, parse_int=_json_number, parse_float=_finite, parse_constant=lambda _name: None)
    except (ValueError, RecursionError):
        return None
    return None if _is_too_deep(value) else value


def _json_number(digits: str) -> int | float | None:
    return int(digits) if len(digits) <= 18 else _finite(digits)


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if abs(number) != float("inf") else None


def _is_too_deep(value: object) -> bool:
    level: list[Any] = [[value]]
    for _ in range(MAX_DEPTH + 1):
        inner = (item.values() if isinstance(item, dict) else item for item in level)
        level = [value for values in inner for value in values if isinstance(value, (dict, list))]
        if not level:
            return False
    return True


def at(value: object, *path: str | int) -> object:
    """Return what lies at a path of keys and places in a JSON value, or None."""
    for step in path:
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, dict) else None
        else:
            value = value[step] if isinstance(value, list) and step < len(value) else None
    return value


def text_at(value: object, *path: str | int) -> str:
    """Return the text at a path in a JSON value, or ""."""
    found = at(value, *path)
    return found if isinstance(found, str) else ""


def objects_at(value: object, *path: str | int) -> list[dict[str, Any]]:
    """Return the objects of the list at a path in a JSON value; none if there is no list."""
    found = at(value, *path)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def title_of(value: object) -> str | None:
    """Return a title that a service gives, on one line and of bounded length; None for what is none."""
    if not isinstance(value, str):
        return None
    line = _SPACE.sub(" ", value).strip().encode(errors="replace").decode()
    return line[:_TITLE_LENGTH] or None
