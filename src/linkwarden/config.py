"""What a run is told to do: defaults, then the configuration file, then the command line.

What opens doors (networks, tokens, proxies, headers) never comes from a file in the tree that is checked
(``docs/threat-model.md``); such a key is an error here.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from linkwarden.model import FAILS_BY_DEFAULT, Kind, UsageError, Verdict

FILE_NAME = "linkwarden.toml"
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)\s*(ms|s|m|h|d|w|)", re.ASCII)
_UNIT_SECONDS = {"ms": 0.001, "": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_FORBIDDEN = {
    "allow-network": "--allow-network",
    "github-token": "--github-token or the variable GITHUB_TOKEN",
    "token": "--github-token or the variable GITHUB_TOKEN",
    "proxy": "--proxy",
    "headers": "the command line",
    "show-secrets": "--show-secrets",
    "now": "--now",
}
_MAX_PATTERN = 200  # longer patterns are never written by hand, and a hostile one gets less room


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything that a run is told. Times are seconds unless the type says otherwise.

    Attributes:
        inputs: files, globs, directories, ``-``, addresses, ``owner/repo``.
        offline: make no request.
        kinds: look only at these kinds; empty is all.
        include: look only at addresses that one of these patterns finds something in; empty is all.
        exclude: leave out addresses that one of these finds something in.
        fail_on: verdicts that make the exit code 1.
        exit_zero: findings leave the exit code 0.
        timeout: for one address, redirects included.
        max_time: for the whole run; None is no limit.
        concurrency: requests at once over all hosts.
        per_host: requests at once to one host.
        expiring_within: an end within this time is a finding.
        now: the instant that counts as the present; None is the clock.
        github_token: a token for GitHub's API, or None.
        contact: mail address or URL that goes into the User-Agent.
        allow_networks: networks in CIDR notation that may be asked although they are not public.
        proxy: an HTTP proxy, or None.
        root: the repository root for local links; None finds it.
    """

    inputs: tuple[str, ...] = ("README.md",)
    offline: bool = False
    kinds: frozenset[Kind] = frozenset()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    fail_on: frozenset[Verdict] = FAILS_BY_DEFAULT
    exit_zero: bool = False
    timeout: float = 20.0
    max_time: float | None = None
    concurrency: int = 128
    per_host: int = 6
    expiring_within: timedelta = timedelta(days=30)
    now: datetime | None = None
    github_token: str | None = None
    contact: str | None = None
    allow_networks: tuple[str, ...] = ()
    proxy: str | None = None
    root: Path | None = None


class FileConfig(msgspec.Struct, forbid_unknown_fields=True, rename="kebab", frozen=True):
    """What a configuration file may say; None is "not said"."""

    inputs: list[str] | None = None
    kind: list[str] | None = None
    include: list[str] | None = None
    exclude: list[str] | None = None
    fail_on: list[str] | None = None
    exit_zero: bool | None = None
    timeout: float | str | None = None
    max_time: float | str | None = None
    concurrency: int | None = None
    per_host: int | None = None
    expiring_within: str | None = None
    contact: str | None = None


def parse_duration(text: str, *, what: str) -> timedelta:
    """Read ``30d``, ``12h``, ``90s``, ``1.5`` (seconds).

    Raises:
        UsageError: it is not a duration; ``what`` names the option or key.
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"{what}: {text!r} is not a duration", "Write a number and a unit, such as 30d, 12h or 90s.")
    return timedelta(seconds=float(match[1]) * _UNIT_SECONDS[match[2]])


def parse_verdicts(words: list[str] | tuple[str, ...], *, what: str) -> frozenset[Verdict]:
    """Read verdict names, each item may hold several with commas.

    Raises:
        UsageError: a word is no verdict.
    """
    return frozenset(Verdict(w) for w in _words(words, [v.value for v in Verdict], what))


def parse_kinds(words: list[str] | tuple[str, ...], *, what: str) -> frozenset[Kind]:
    """Read kinds of links, each item may hold several with commas.

    Raises:
        UsageError: a word is no kind.
    """
    return frozenset(Kind(w) for w in _words(words, [k.value for k in Kind], what))


def check_pattern(pattern: str, *, what: str) -> str:
    """Give the pattern back if it is a usable regular expression.

    Raises:
        UsageError: it does not compile or is too long.
    """
    if len(pattern) > _MAX_PATTERN:
        raise UsageError(f"{what}: a pattern of {len(pattern)} characters", f"Keep it within {_MAX_PATTERN}.")
    try:
        re.compile(pattern)
    except re.error as error:
        raise UsageError(
            f"{what}: {pattern!r} is not a regular expression: {error}", "Escape special characters with a backslash."
        ) from None
    return pattern


def find_file(start: Path) -> Path | None:
    """Find the nearest configuration file from a directory upwards, no further than the repository root."""
    for folder in (start, *start.parents):
        own = folder / FILE_NAME
        if own.is_file():
            return own
        project = folder / "pyproject.toml"
        if project.is_file() and "[tool.linkwarden" in project.read_text("utf-8", errors="replace"):
            return project
        if (folder / ".git").exists():
            break
    return None


def load_file(path: Path) -> dict[str, Any]:
    """Read a configuration file into keyword arguments for ``Config``.

    Raises:
        UsageError: not readable, not TOML, an unknown or forbidden key, a value of the wrong type; the message
            says where.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}", "Name a readable file with --config.") from None
    try:
        data: Any = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{_toml_place(path, text, str(error))}", "Mend the TOML, or pass --isolated.") from None
    if path.name == "pyproject.toml":
        data = data.get("tool", {}).get("linkwarden", {})
    if not isinstance(data, dict):
        raise UsageError(f"{path}: [tool.linkwarden] is not a table", "Write it as a table of keys and values.")
    _check_keys(path, text, data)
    try:
        parsed = msgspec.convert(data, FileConfig)
    except msgspec.ValidationError as error:
        key = re.search(r"`\$\.([\w-]+)", str(error))
        raise UsageError(
            f"{path}{_line_of(text, key[1] if key else '')}: {str(error).replace(' | null', '')}",
            "See `linkwarden check --help` for the values.",
        ) from None
    return _to_options(parsed, path)


def with_overrides(config: Config, overrides: Mapping[str, Any]) -> Config:
    """Lay the values that were really given (not None) over a config."""
    known = {f.name for f in fields(Config)}
    return replace(config, **{k: v for k, v in overrides.items() if k in known and v is not None})


def _words(items: list[str] | tuple[str, ...], known: list[str], what: str) -> list[str]:
    words = [w.strip().lower() for item in items for w in item.split(",") if w.strip()]
    for word in words:
        if word not in known:
            near = difflib.get_close_matches(word, known, n=1)
            hint = f"Did you mean {near[0]}? " if near else ""
            raise UsageError(f"{what}: unknown word {word!r}", f"{hint}Known are: {', '.join(known)}.")
    return words


def _check_keys(path: Path, text: str, data: Mapping[str, Any]) -> None:
    known = [field.encode_name for field in msgspec.structs.fields(FileConfig)]
    for key in data:
        if key in _FORBIDDEN:
            raise UsageError(
                f"{path}{_line_of(text, key)}: the key {key!r} is not allowed in a file of the repository",
                f"It opens a door, so it comes only from {_FORBIDDEN[key]}.",
            )
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Known keys: {', '.join(known)}."
            raise UsageError(f"{path}{_line_of(text, key)}: unknown key {key!r}", hint)


def _line_of(text: str, key: str) -> str:
    match = re.search(rf"(?m)^[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*=", text) if key else None
    if match is None:
        return ""
    line = text.count("\n", 0, match.start()) + 1
    column = len(match[0]) - len(match[0].lstrip()) + 1
    return f":{line}:{column}"


def _toml_place(path: Path, text: str, message: str) -> str:
    place = re.search(r"\(at (?:line (\d+), column (\d+)|end of document)\)", message)
    if place is None:
        return f"{path}: {message}"
    last = text.rsplit("\n", 1)[-1]
    line, column = place[1] or text.count("\n") + 1, place[2] or len(last) + 1
    return f"{path}:{line}:{column}: {message.replace(place[0], '').strip()}"


def _to_options(parsed: FileConfig, path: Path) -> dict[str, Any]:
    where = str(path)
    options: dict[str, Any] = {
        "inputs": tuple(parsed.inputs) if parsed.inputs else None,
        "exit_zero": parsed.exit_zero,
        "concurrency": parsed.concurrency,
        "per_host": parsed.per_host,
        "contact": parsed.contact,
    }
    for name in ("include", "exclude"):
        patterns: list[str] | None = getattr(parsed, name)
        if patterns is not None:
            options[name] = tuple(check_pattern(p, what=f"{where}: {name}") for p in patterns)
    if parsed.kind is not None:
        options["kinds"] = parse_kinds(parsed.kind, what=f"{where}: kind")
    if parsed.fail_on is not None:
        options["fail_on"] = parse_verdicts(parsed.fail_on, what=f"{where}: fail-on")
    for name in ("timeout", "max_time"):
        value: float | str | None = getattr(parsed, name)
        if value is not None:
            key = name.replace("_", "-")
            options[name] = parse_duration(str(value), what=f"{where}: {key}").total_seconds()
    if parsed.expiring_within is not None:
        options["expiring_within"] = parse_duration(parsed.expiring_within, what=f"{where}: expiring-within")
    return {k: v for k, v in options.items() if v is not None}
