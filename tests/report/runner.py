"""What GitHub's runner takes for a command in a log (after actions/runner, ActionCommand.cs, both versions)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

#: What the runner knows (actions/runner, ActionCommandManager.cs and its extensions); names count in any case.
KNOWN = frozenset({
    "add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group", "internal-set-repo-path",
    "notice", "remove-matcher", "save-state", "set-env", "set-output", "stop-commands", "warning",
})  # fmt: skip


@dataclass(frozen=True)
class Command:
    """A command as the runner understands it, its escapes undone."""

    name: str
    properties: dict[str, str]
    data: str


def commands(text: str) -> list[str]:
    """Give every line that the runner would obey if it knew the command; stricter than the runner is.

    Version 2 is ``::name …::`` at the start of a line after white space; version 1 is ``##[name …]`` anywhere.
    """
    found = []
    for line in _lines(text):
        second = line.lstrip()
        if second.startswith("::") and second.find("::", 2) > 0:
            found.append(line)
        start = line.find("##[")
        if start >= 0 and line.find("]", start) > 0:
            found.append(line)
    return found


def obeyed(text: str) -> list[Command]:
    """Give the commands of a log as the runner reads them: version 2 first, and version 1 where that is none."""
    return [command for line in _lines(text) if (command := _second(line) or _first(line)) is not None]


def _lines(text: str) -> Iterator[str]:
    yield from re.split(r"\r\n|\r|\n", text)


def _second(line: str) -> Command | None:
    line = line.lstrip()
    end = line.find("::", 2)
    if not line.startswith("::") or end < 0:
        return None
    return _command(line[2:end], line[end + 2 :], ",", {"%3A": ":", "%2C": ","}, {})


def _first(line: str) -> Command | None:
    start = line.find("##[")
    end = line.find("]", start)
    if start < 0 or end < 0:
        return None
    escapes = {"%3B": ";", "%5D": "]"}
    return _command(line[start + 3 : end], line[end + 1 :], ";", escapes, escapes)


def _command(
    head: str, data: str, comma: str, in_properties: dict[str, str], in_data: dict[str, str]
) -> Command | None:
    name, _, rest = head.partition(" ")
    if name.lower() not in KNOWN:
        return None
    pairs = (pair.split("=", 1) for pair in rest.strip().split(comma) if "=" in pair)
    properties = {key: _unescape(value, in_properties) for key, value in pairs}
    return Command(name.lower(), properties, _unescape(data, in_data))


def _unescape(text: str, more: dict[str, str]) -> str:
    for escape, meant in {"%0D": "\r", "%0A": "\n", **more, "%25": "%"}.items():
        text = text.replace(escape, meant)
    return text
