"""Reads JSON that somebody else wrote: nothing is taken for granted, and nothing in it can do harm further on."""

from __future__ import annotations

import json
import re
from typing import Any

#: Nesting that is read; what registries send has fewer than ten levels.
MAX_DEPTH = 64
_TITLE_LENGTH = 300
_SPACE = re.compile(r"\s+")
#: Escapes in JSON text; the group is half of a surrogate pair, which no text can hold.
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)


def read_json(body: bytes) -> object:
    """Return the JSON value of a response, as tame as what registries send; None for everything else.

    What is nested deeper than ``MAX_DEPTH`` is not read. Whole numbers of more than 18 digits become floats, NaN and
    infinities None, and halves of surrogate pairs U+FFFD.
    """
    try:
        text = body.decode("utf-8-sig")
        if "\\ud" in text.lower():
            text = _ESCAPE.sub(lambda found: "\\ufffd" if found[1] else found[0], text)
        value: object = json.loads(text, parse_int=_whole_number, parse_constant=lambda _name: None)
    except (ValueError, RecursionError):
        return None
    return None if _is_too_deep(value) else value


def _whole_number(digits: str) -> int | float:
    return int(digits) if len(digits) <= 18 else float(digits)


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
