"""The tables of a configuration file that may stand there several times: ``[[ignore]]`` and ``[[host]]``."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from linkwarden.config._hosts import Host, host_name
from linkwarden.config._options import OPTIONS, PER_HOST, Ignore
from linkwarden.config._rows import Place
from linkwarden.config._values import SECONDS, Problems, Value, check_pattern
from linkwarden.model import UsageError
from linkwarden.patterns import pattern

#: The code of every rule by its code and by its slug, both in lower case.
RuleNames = Mapping[str, str]

_HOST_KEYS = {
    "name": 'name = "docs.example.org"',
    "per-host": "per-host = 2",
    "timeout": 'timeout = "60s"',
    "interval": 'interval = "1s"',
}
_HOST_SAMPLE = 'Write it like this:\n  [[host]]\n  name = "docs.example.org"\n  timeout = "60s"'
_KEYS = ("url", "code", "reason", "until")
_SAMPLE = "Write it like this:\n  [[ignore]]\n  url = '^https://example\\.org/'\n  code = \"LW301\""
#: Each pattern is tried on each finding, and a pull request may bring the file.
_MOST_ENTRIES = 1000
_LONGEST_REASON = 500
_LOOK_ALIKES = str.maketrans("oil", "011")
_HEADER = pattern(r"(?m)^[ \t]*+(\[.*)$")
_ENTRY = r"\[\[[\s\"']*(?:tool[\s\"']*\.[\s\"']*linkwarden[\s\"']*\.[\s\"']*)?{key}[\s\"']*]]"


def read_ignores(data: Any, path: Path, text: str, names: Callable[[], RuleNames] | None) -> tuple[Ignore, ...]:
    """Return the entries that ``ignore`` holds.

    Args:
        data: the value of the key.
        path: of the configuration file, for messages.
        text: of it, for the places in them.
        names: returns the rules there are; with None, every code is taken for one.

    Raises:
        UsageError: an entry cannot be used; the message says where and what to do.
    """
    places = _Places(path, text, "ignore")
    _check_tables(data, places, "ignore", _SAMPLE, "for many old findings there is --baseline")
    known = names() if names is not None and any("code" in entry for entry in data) else None
    problems, entries = Problems(), []
    for number, entry in enumerate(data):
        with problems:
            entries.append(_entry(entry, number, places, known))
    problems.tell()
    return tuple(entries)


def read_hosts(data: Any, path: Path, text: str) -> tuple[Host, ...]:
    """Return the entries that ``host`` holds; see ``read_ignores``.

    Raises:
        UsageError: an entry cannot be used, or would open a door; the message says where and what to do.
    """
    places = _Places(path, text, "host")
    _check_tables(data, places, "host", _HOST_SAMPLE, "name a domain with *. for all its hosts")
    problems, hosts = Problems(), dict[str, Host]()
    for number, entry in enumerate(data):
        with problems:
            host = _host(entry, number, places)
            if hosts.setdefault(host.name, host) is not host:
                raise UsageError(
                    f"{places.of(number, 'name')}: a second [[host]] for {host.name}", "Put both into one."
                )
    problems.tell()
    return tuple(hosts.values())


def _check_tables(data: Any, places: _Places, key: str, sample: str, instead: str) -> None:
    """Find the entries of a key; raise UsageError if it holds anything but tables, or too many."""
    if isinstance(data, dict):
        raise UsageError(f"{places.key()}: [{key}] is one table, and there may be several", sample)
    if not isinstance(data, list) or not all(isinstance(entry, dict) for entry in data):
        raise UsageError(f"{places.key()}: {key}: must be tables", sample)
    if len(data) > _MOST_ENTRIES:
        advice = f"Up to {_MOST_ENTRIES:,} are read; {instead}."
        raise UsageError(f"{places.key()}: {len(data):,} [[{key}]] entries", advice)
    places.look(len(data))


def _host(entry: Mapping[str, Any], number: int, places: _Places) -> Host:
    for key in entry:
        if key not in _HOST_KEYS:
            option = OPTIONS.get(key.replace("-", "_")) or OPTIONS.get(f"{key.replace('-', '_')}s")
            if option is not None and Place.DOOR in option.places:
                raise UsageError(
                    f"{places.of(number, key)}: the key {key!r} is not allowed in a file of the repository",
                    f"It opens a door, so it comes only from {option.flags[-1]}.",
                )
            near = difflib.get_close_matches(key, _HOST_KEYS, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Known keys: {', '.join(_HOST_KEYS)}."
            raise UsageError(f"{places.of(number, key)}: unknown key {key!r} in [[host]]", hint)
    given = str(entry.get("name", ""))
    name = host_name(given.removeprefix("*."))
    if name is None:
        where = places.of(number, "name")
        raise UsageError(f"{where}: a [[host]] without the name of a host", _HOST_SAMPLE)

    def value(key: str, kind: Value) -> Any:
        return (
            kind.take(entry[key], what=f"{places.of(number, key)}: {key}", sample=lambda: _HOST_KEYS[key])
            if key in entry
            else None
        )

    return Host(
        name=f"*.{name}" if given.startswith("*.") else name,
        per_host=value("per-host", PER_HOST),
        timeout=value("timeout", SECONDS),
        interval=value("interval", SECONDS),
    )


def nearest_rule(word: str, names: RuleNames) -> str:
    """Return the rule that was probably meant by a word that is none (``301``, ``LW3O1``, ``not-fuond``), or ""."""
    word = word.lower()
    code = "lw" + word.removeprefix("lw").translate(_LOOK_ALIKES)
    if code in names:
        return names[code]
    near = next(iter(difflib.get_close_matches(word, names, n=1, cutoff=0.75)), "")
    return names[near] if near.startswith("lw") else near


class _Places:
    """The places of the entries of one key, and of the keys in them."""

    def __init__(self, path: Path, text: str, key: str) -> None:
        self._path = path
        self._text = text
        self._key = key
        self._header = re.compile(_ENTRY.format(key=key))
        self._entries: list[tuple[int, int]] = []

    def look(self, count: int) -> None:
        """Find ``count`` entries; where they are written as a list instead, they all stand at the key."""
        headers = [(found.start(1), found[1]) for found in _HEADER.finditer(self._text)]
        ends = [start for start, _ in headers] + [len(self._text)]
        entries = [(start, ends[at + 1]) for at, (start, line) in enumerate(headers) if self._header.match(line)]
        self._entries = entries if len(entries) == count else []

    def key(self) -> str:
        """Return where the first entry stands, as path, line and column."""
        found = re.search(rf"(?m)^[ \t]*(?P<at>[\"']?{self._key}[\"']?[ \t]*[=.]|\[.*\b{self._key}\b)", self._text)
        return self._at(found.start("at")) if found else str(self._path)

    def of(self, number: int, key: str = "") -> str:
        """Return where an entry stands, or a key in it."""
        if not self._entries:
            return self.key()
        start, end = self._entries[number]
        found = re.compile(rf"(?m)^[ \t]*([\"']?{re.escape(key)}[\"']?)[ \t]*=").search(self._text, start, end)
        return self._at(found.start(1) if key and found else start)

    def short(self, number: int) -> str:
        """Return file and line of an entry, as seen from the working directory if the file lies below it."""
        line = self.of(number).removeprefix(f"{self._path}:").partition(":")[0]
        near = Path(os.path.relpath(self._path))
        path = self._path if near.parts[:1] == ("..",) else near
        return f"{path.as_posix()}:{line if line.isdecimal() else 1}"

    def _at(self, offset: int) -> str:
        line = self._text.count("\n", 0, offset) + 1
        return f"{self._path}:{line}:{offset - self._text.rfind(chr(10), 0, offset)}"


def _entry(entry: Mapping[str, Any], number: int, places: _Places, names: RuleNames | None) -> Ignore:
    for key in entry:
        if key not in _KEYS:
            near = difflib.get_close_matches(key, _KEYS, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Known keys: {', '.join(_KEYS)}."
            raise UsageError(f"{places.of(number, key)}: unknown key {key!r} in [[ignore]]", hint)
    if "url" not in entry:
        raise UsageError(f"{places.of(number)}: an [[ignore]] without url", "Name the URLs: url = '^https://…'.")
    for key in ("url", "reason"):
        if not isinstance(entry.get(key, ""), str):
            raise UsageError(f"{places.of(number, key)}: {key}: must be a text in quotes", _SAMPLE)
    return Ignore(
        url=check_pattern(entry["url"], what=f"{places.of(number, 'url')}: url"),
        place=places.short(number),
        codes=_codes(entry["code"], places.of(number, "code"), names) if "code" in entry else (),
        reason=" ".join(entry.get("reason", "").split())[:_LONGEST_REASON],
        until=_date(entry["until"], places.of(number, "until")) if "until" in entry else None,
    )


def _codes(given: Any, place: str, names: RuleNames | None) -> tuple[str, ...]:
    words: Sequence[Any] = [given] if isinstance(given, str) else given if isinstance(given, list) else ()
    if not words or not all(isinstance(word, str) for word in words):
        raise UsageError(f"{place}: code: must be a rule in quotes, or a list of rules", 'Write it like "LW301".')
    return tuple(dict.fromkeys(_code(word, place, names) for word in words))


def _code(word: str, place: str, names: RuleNames | None) -> str:
    name = word.strip().lower()
    if names is None:
        return name.upper() if name.startswith("lw") else name
    if name not in names:
        near = nearest_rule(name, names)
        hint = f"Did you mean {near}?" if near else "`linkwarden explain` lists the rules; both code and name will do."
        raise UsageError(f"{place}: code: {word!r} is no rule", hint)
    return names[name]


def _date(given: Any, place: str) -> date:
    if not isinstance(given, date) or isinstance(given, datetime):
        raise UsageError(f"{place}: until: must be a date", "Write it without quotes: until = 2026-12-31")
    return given
