"""The configurations of other link checkers, and what of them ``linkwarden init`` takes over.

Every setting is answered: what became of it, that it is not needed and why, or that linkwarden has no counterpart. The
longer answers are in docs/coming-from.md.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import field
from pathlib import Path
from typing import Any

import yaml

from linkwarden.config import OPTIONS, PER_HOST, SECONDS, Option, host_name, read_values
from linkwarden.foreign import read_json
from linkwarden.model import UsageError
from linkwarden.records import dataclass
from linkwarden.tree import read_file, root_left

_MOST_BYTES = 64 * 1024  # people write these files by hand
_MOST_WORKFLOWS = 100
_LYCHEE = "lychee"
_MARKDOWN_LINK_CHECK = "markdown-link-check"
_LINKSPECTOR = "linkspector"

_UNVERIFIED = "not needed: 401, 403, 429, 5xx and 999 are unverified, which fails nothing; for others write [[ignore]]"
_RETRIES = "not needed: a host that limits requests gets one pause, and what fails once is requested again"
_PRIVATE = "not needed: private networks are never requested"
_COMMAND_LINE = "an option of the command line only"
_LISTS = "not taken over: the lists are those above, found by their links"
_PATHS = "not taken over: exclude-paths does this, with globs"
_NONE = "has no counterpart"

#: What is said of a setting that is not taken over; every other one has no counterpart.
_NOTES = {
    _LYCHEE: {
        "accept": _UNVERIFIED,
        "accept_timeouts": "not needed: a timeout is unverified",
        "archive": "not needed: it is the Wayback Machine",
        "cache": "not needed: there is always a memory",
        "cache_exclude_status": "not needed: only what was ok counts as fresh",
        "exclude_all_private": _PRIVATE,
        "exclude_link_local": _PRIVATE,
        "exclude_loopback": _PRIVATE,
        "exclude_private": _PRIVATE,
        "dump": "is a command: linkwarden extract",
        "dump_inputs": "is a command: linkwarden extract",
        "basic_auth": f"{_COMMAND_LINE}: --basic-auth, for one host",
        "cookie_jar": f"{_COMMAND_LINE}: --cookies, for one host",
        "exclude_file": _PATHS,
        "exclude_path": _PATHS,
        "extensions": _LISTS,
        "files_from": _LISTS,
        "format": f"{_COMMAND_LINE}: --format",
        "generate": "is a command: linkwarden completion",
        "github_token": "comes from the environment: GITHUB_TOKEN",
        "include": "not taken over: here an exclusion wins, so write the exception into the pattern of exclude",
        "insecure": f"{_COMMAND_LINE}: --insecure, for one host",
        "include_fragments": "not needed: anchors are always checked",
        "header": f"{_COMMAND_LINE}: --header, for one host",
        "host_request_interval": "not needed: requests to a host are spaced",
        "hosts": "not taken over: it is no table",
        "max_cache_age": "not taken over: it means nothing without cache = true",
        "max_retries": _RETRIES,
        "method": "not needed: a GET of a part of the page",
        "mode": f"{_COMMAND_LINE}: --color",
        "no_progress": f"{_COMMAND_LINE}: --no-progress",
        "offline": f"{_COMMAND_LINE}: --offline",
        "output": f"{_COMMAND_LINE}: --output",
        "retry_wait_time": _RETRIES,
        "scheme": "not taken over: use include = ['^https:'] if other links do not matter",
        "suggest": "not needed: copies in the archive are always offered",
        "threads": "not needed",
        "verbose": f"{_COMMAND_LINE}: --verbose",
    },
    _MARKDOWN_LINK_CHECK: {
        "aliveStatusCodes": _UNVERIFIED,
        "fallbackRetryDelay": _RETRIES,
        "httpHeaders": f"{_COMMAND_LINE}: --header, for one host",
        "projectBaseUrl": "not needed for / as the root of the repository",
        "retryCount": _RETRIES,
        "retryOn429": _RETRIES,
    },
    _LINKSPECTOR: {
        "aliveStatusCodes": _UNVERIFIED,
        "baseUrl": "not needed for / as the root of the repository",
        "dirs": _LISTS,
        "fileExtensions": _LISTS,
        "files": _LISTS,
        "httpHeaders": f"{_COMMAND_LINE}: --header, for one host",
        "followRedirects": "not needed: redirects are followed; --fail-on chooses whether moved fails",
        "modifiedFilesOnly": "--diff auto checks only the links that were added",
    },
}


@dataclass(slots=True)
class Import:
    """What was found of other checkers.

    Attributes:
        settings: values for the configuration, by its keys.
        hosts: the same for each ``[[host]]`` entry, by the host's name.
        told: what is said of each setting, by the file that holds it.
        workflows: workflows that run another checker, with its name.
    """

    settings: dict[str, Any] = field(default_factory=dict)
    hosts: dict[str, dict[str, Any]] = field(default_factory=dict)
    told: dict[str, list[str]] = field(default_factory=dict)
    workflows: dict[str, str] = field(default_factory=dict)

    def lines(self) -> str:
        """Return the settings as lines of a configuration file."""
        return _lines(self.settings)

    def tables(self) -> str:
        """Return the entries of hosts, which stand at the end of a configuration file."""
        entries = ({"name": name, **limits} for name, limits in self.hosts.items())
        return "".join(f"\n[[host]]\n{_lines(entry)}" for entry in entries)


def find_other_checkers(root: Path) -> Import:
    """Return what the configurations of other checkers in the root of a repository come to. They are only read."""
    found = Import()
    for name, read in _READERS.items():
        data = _bytes(root, root / name)
        if data is None:
            continue
        told = found.told[name] = []
        try:
            told.extend(read(data, found))
        except (ValueError, RecursionError):
            told.append("cannot be read, so nothing of it is taken over")
    folder = root / ".github" / "workflows"
    for path in sorted(folder.glob("*.y*ml"))[:_MOST_WORKFLOWS]:
        runs = re.search(rb"lychee|markdown-link-check|linkspector|awesome_bot|linkcheck", _bytes(root, path) or b"")
        if runs is not None:
            found.workflows[path.relative_to(root).as_posix()] = runs[0].decode()
    return found


def _bytes(root: Path, path: Path) -> bytes | None:
    """Return what a file of the repository holds, or None if there is none, or if a link leads out of it."""
    if not path.is_file() or root_left(path, root) is not None:
        return None
    try:
        data = read_file(path, _MOST_BYTES + 1)
    except OSError:
        return None
    return data if len(data) <= _MOST_BYTES else b"\xff"  # half of a file says other things than the whole


def _lychee_ignores(data: bytes, found: Import) -> Iterator[str]:
    for number, line in enumerate(data.decode().splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            yield _take_pattern(f"line {number}", line, found.settings)


def _lychee(data: bytes, found: Import) -> Iterator[str]:
    settings = found.settings
    given = tomllib.loads(data.decode())
    direct = {
        "timeout": ("timeout", lambda seconds: f"{seconds}s"),
        "max_concurrency": ("concurrency", lambda number: number),
        "host_concurrency": ("per-host", lambda number: number),
        "hidden": ("hidden", lambda wanted: wanted),
        "no_ignore": ("gitignore", lambda wanted: wanted is not True),
    }
    if given.get("cache") is True:
        direct["max_cache_age"] = ("fresh-for", str)
    for key, value in given.items():
        if key == "exclude":
            for pattern in value if isinstance(value, list) else [value]:
                yield _take_pattern(key, pattern, settings)
        elif key == "hosts" and isinstance(value, dict):
            for host, wanted in value.items():
                yield from _lychee_host(host, wanted, found)
        else:
            yield _take(_LYCHEE, key, value, direct, settings)


def _lychee_host(host: str, wanted: object, found: Import) -> Iterator[str]:
    """Take over the limits of one host; of its headers only that there are some is said."""
    if not host.isprintable() or host_name(host) is None:
        yield "hosts: not taken over: one is no host"
        return
    ours = {"concurrency": ("per-host", PER_HOST), "request_interval": ("interval", SECONDS)}
    for key, value in wanted.items() if isinstance(wanted, dict) else ():
        where = f"hosts, {host}: {key}"
        if key not in ours:
            yield f"{where}: {_NOTES[_LYCHEE].get('header') if key == 'headers' else _NONE}"
            continue
        name, kind = ours[key]
        try:
            kind.take(value, what=where, sample=str)
        except UsageError:
            yield f"{where}: not taken over: {name} takes no such value"
            continue
        found.hosts.setdefault(host.lower(), {})[name] = value
        yield f"{where}: {name} = {_toml(value)} in [[host]]"


def _markdown_link_check(data: bytes, found: Import) -> Iterator[str]:
    yield from _with_patterns(_MARKDOWN_LINK_CHECK, read_json(data), {"timeout": ("timeout", str)}, found.settings)


def _linkspector(data: bytes, found: Import) -> Iterator[str]:
    settings = found.settings
    try:
        given = yaml.safe_load(data.decode())
    except yaml.YAMLError as error:
        raise ValueError from error
    rest = given
    if isinstance(given, dict):
        # As its lib/prepare-file-list.js reads them: files are patterns of .gitignore, folders begin at the root.
        for key, end in (("excludedFiles", ""), ("excludedDirs", "/**")):
            for name in given[key] if isinstance(given.get(key), list) else []:
                yield _take_path(key, name, end, settings)
        rest = {key: value for key, value in given.items() if key not in ("excludedFiles", "excludedDirs")}
    yield from _with_patterns(_LINKSPECTOR, rest, {"useGitIgnore": ("gitignore", lambda wanted: wanted)}, settings)


#: A key of theirs -> the key here, and what makes their value one of ours.
_Direct = dict[str, tuple[str, Callable[[Any], Any]]]


def _with_patterns(checker: str, given: object, direct: _Direct, settings: dict[str, Any]) -> Iterator[str]:
    if not isinstance(given, dict):
        raise ValueError(checker)  # noqa: TRY004 - a wrong file, not a wrong call
    for key, value in given.items():
        if key == "ignorePatterns":
            for entry in value if isinstance(value, list) else []:
                yield _take_pattern(key, entry.get("pattern") if isinstance(entry, dict) else entry, settings)
        else:
            yield _take(checker, str(key), value, direct, settings)


def _take(checker: str, key: str, value: Any, direct: _Direct, settings: dict[str, Any]) -> str:
    """Take one setting over if it has a place, and return what is said of it; never its value, which may be secret."""
    if key not in direct:
        return f"{key}: {_NOTES[checker].get(key, _NONE)}"
    ours, convert = direct[key]
    option = OPTIONS[ours.replace("-", "_")]
    try:
        taken = convert(value)
        read_values({option.field: taken}, lambda _: key, Option.in_file)
    except UsageError:
        return f"{key}: not taken over: {ours} takes no such value"
    settings[ours] = taken
    return f"{key}: {ours} = {_toml(taken)}"


def _take_path(where: str, name: Any, end: str, settings: dict[str, Any]) -> str:
    path = name.strip().removeprefix("./") if isinstance(name, str) else ""
    pattern = f"{path.rstrip('/')}{end}" if end else path
    if not path.strip("/") or not pattern.isprintable() or path.startswith(("!", "#")):
        return f"{where}: not taken over: it is no path"
    paths = settings.setdefault("exclude-paths", [])
    if pattern not in paths:
        paths.append(pattern)
    return f"{where}: exclude-paths {pattern}"


def _take_pattern(where: str, pattern: Any, settings: dict[str, Any]) -> str:
    if not isinstance(pattern, str) or not pattern.isprintable():
        return f"{where}: not taken over: it is not a line of text"
    try:
        read_values({"exclude": [pattern]}, lambda _: where, Option.in_file)
    except UsageError:
        return f"{where}: not taken over, as Python reads it otherwise: {pattern}"
    patterns = settings.setdefault("exclude", [])
    if pattern not in patterns:
        patterns.append(pattern)
    return f"{where}: exclude {pattern}"


def _lines(settings: dict[str, Any]) -> str:
    return "".join(f"{key} = {_toml(value)}\n" for key, value in settings.items())


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return "[\n" + "".join(f"  {_toml(each)},\n" for each in value) + "]"
    if isinstance(value, str) and "'" not in value:
        return f"'{value}'" if "\\" in value else json.dumps(value, ensure_ascii=False)
    return json.dumps(value, ensure_ascii=False)


_READERS: dict[str, Callable[[bytes, Import], Iterator[str]]] = {
    ".lycheeignore": _lychee_ignores,
    "lychee.toml": _lychee,
    ".markdown-link-check.json": _markdown_link_check,
    ".linkspector.yml": _linkspector,
}
