"""What a run is told to do: defaults, then the configuration file, then the command line.

What opens doors (networks, tokens, proxies, headers) never comes from a file in the tree that is checked
(``docs/threat-model.md``); such a key is an error here.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
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
_ONLY_OPTIONS = frozenset(
    {"offline", "isolated", "output", "format", "no-report", "no-progress", "quiet", "verbose", "color"}
)
#: How each key is written, for those who wrote it otherwise.
_SAMPLES = {
    "inputs": '["README.md", "docs"]',
    "kind": '["paper", "image"]',
    "include": "['^https://example\\.org/']",
    "exclude": "['^https://example\\.org/']",
    "fail-on": '["broken", "expired"]',
    "exit-zero": "true",
    "timeout": '"20s"',
    "max-time": '"10m"',
    "concurrency": "64",
    "per-host": "4",
    "expiring-within": '"30d"',
    "contact": '"you@example.org"',
    "archive": "false",
}
_TOML_WORDS = {
    "array": "a list",
    "str": "a text in quotes",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "object": "a table",
}
#: What the numbers may be; more at once would only be refused by routers and file limits.
RANGES = {"concurrency": (1, 1024), "per_host": (1, 64)}
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
        archive: ask the Internet Archive for copies of what is lost.
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
    archive: bool = True

    def __post_init__(self) -> None:
        """Refuse numbers with which a run would never end.

        Raises:
            UsageError: one is out of its range.
        """
        for name, (least, most) in RANGES.items():
            if not least <= getattr(self, name) <= most:
                raise UsageError(f"{name}: {getattr(self, name)} is not from {least} to {most}")
        for name in ("timeout", "max_time"):
            value: float | None = getattr(self, name)
            if value is not None and not value > 0:
                raise UsageError(f"{name}: {value} is not more than 0 seconds")


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
    archive: bool | None = None


def parse_duration(text: str, *, what: str) -> timedelta:
    """Read ``30d``, ``12h``, ``90s``, ``1.5`` (seconds).

    Raises:
        UsageError: it is not a duration; ``what`` names the option or key.
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"{what}: {text!r} is not a duration", "Write a number and a unit, such as 30d, 12h or 90s.")
    try:
        return timedelta(seconds=float(match[1]) * _UNIT_SECONDS[match[2]])
    except OverflowError:
        raise UsageError(f"{what}: {text!r} is longer than the calendar", "Leave it out for no limit.") from None


def parse_seconds(text: str | float, *, what: str) -> float:
    """Read how long something may take, in seconds.

    Raises:
        UsageError: as ``parse_duration``, or it is no time at all.
    """
    seconds = parse_duration(str(text), what=what).total_seconds()
    if not seconds > 0:
        raise UsageError(
            f"{what}: {str(text).removesuffix('.0')} leaves no time to ask anybody", "To ask nobody, use --offline."
        )
    return seconds


def parse_instant(text: str, *, what: str) -> datetime:
    """Read an ISO 8601 instant; without a zone it is UTC.

    Raises:
        UsageError: it is not one.
    """
    try:
        instant = datetime.fromisoformat(text.strip())
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"{what}: {text!r} is not an instant", "Write it like 2026-11-22T03:00:00Z.") from None


def check_proxy(url: str, *, what: str) -> str:
    """Give a proxy's address back if it is one.

    Raises:
        UsageError: it is not.
    """
    if not re.fullmatch(r"http://[^\s/?#]+/?", url, re.IGNORECASE):
        raise UsageError(f"{what}: {url!r} is not the address of an HTTP proxy", "Write it like http://proxy:3128.")
    return url


def check_contact(text: str, *, what: str) -> str:
    """Give a contact back if it can stand in a request's header.

    Raises:
        UsageError: it is empty or holds line ends, brackets or letters that a header cannot carry.
    """
    if not re.fullmatch(r"[!-'*-~][ -'*-~]*", text):
        raise UsageError(f"{what}: {text!r} cannot be sent", "Give a mail address or a web address.")
    return text


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
    if not pattern:
        raise UsageError(f"{what}: an empty pattern matches every address", "Write a pattern, or leave it out.")
    if len(pattern) > _MAX_PATTERN:
        raise UsageError(f"{what}: a pattern of {len(pattern)} characters", f"Keep it within {_MAX_PATTERN}.")
    try:
        re.compile(pattern)
    except re.error as error:
        raise UsageError(
            f"{what}: {pattern!r} is not a regular expression: {error}", "Escape special characters with a backslash."
        ) from None
    return pattern


def check_patterns(patterns: Sequence[str], *, what: str) -> tuple[str, ...]:
    """Give the patterns back if each is usable; raises as ``check_pattern``."""
    return tuple(check_pattern(pattern, what=what) for pattern in patterns)


def check_range(number: int, *, what: str) -> int:
    """Give a number of requests back if it is in its range.

    Raises:
        UsageError: it is not.
    """
    least, most = RANGES["per_host" if what.endswith("per-host") else "concurrency"]
    if not least <= number <= most:
        raise UsageError(f"{what}: {number} is not from {least} to {most}")
    return number


_FIELDS = {"kind": "kinds"}
_READERS: Mapping[str, Callable[..., Any]] = {
    "inputs": lambda names, **_: tuple(names) or None,
    "kinds": parse_kinds,
    "include": check_patterns,
    "exclude": check_patterns,
    "fail_on": parse_verdicts,
    "timeout": parse_seconds,
    "max_time": parse_seconds,
    "expiring_within": parse_duration,
    "concurrency": check_range,
    "per_host": check_range,
    "now": parse_instant,
    "proxy": check_proxy,
    "contact": check_contact,
}


def find_file(start: Path) -> Path | None:
    """Find the nearest configuration file from a directory upwards, no further than the repository's root.

    Outside of a repository only the directory itself counts: what lies in /tmp or a home directory is not meant.
    """
    folders = (start, *start.parents)
    root = next((at for at, folder in enumerate(folders) if _is_root(folder)), 0)
    for folder in folders[: root + 1]:
        own = folder / FILE_NAME
        if os.path.isfile(own):  # noqa: PTH113 - never raises, as where a folder may not be looked into
            return own
        project = folder / "pyproject.toml"
        try:
            if "[tool.linkwarden" in project.read_text("utf-8", errors="replace"):
                return project
        except OSError:
            continue
    return None


def load_file(path: Path) -> dict[str, Any]:
    """Read a configuration file into keyword arguments for ``Config``.

    Raises:
        UsageError: not readable, not TOML, an unknown or forbidden key, a value of the wrong type; the message
            says where.
    """
    text = _text_of(path)
    try:
        data: Any = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{_toml_place(path, text, str(error))}", "Mend the TOML, or pass --isolated.") from None
    if path.name == "pyproject.toml":
        tool = data.get("tool", {})
        data = tool.get("linkwarden", {}) if isinstance(tool, dict) else tool
    if not isinstance(data, dict):
        raise UsageError(f"{path}: [tool.linkwarden] is not a table", "Write it as a table of keys and values.")
    _check_keys(path, text, data)
    try:
        parsed = msgspec.convert(data, FileConfig)
    except msgspec.ValidationError as error:
        raise _wrong_type(path, text, str(error)) from None
    return _to_options(parsed, path, text)


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")  # editors on Windows begin files with a byte-order mark
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}", "Name a readable file with --config.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: cannot be read: it is not UTF-8 text", "Save it as UTF-8.") from None


def _wrong_type(path: Path, text: str, message: str) -> UsageError:
    """Say in plain words what msgspec says of a value: ``Expected `array`, got `str` - at `$.fail-on```."""
    found = re.fullmatch(r"Expected `([^`]*)`, got `([^`]*)` - at `\$\.([\w-]+)(.*)`", message)
    if found is None:
        return UsageError(f"{path}: {message}", "See `linkwarden check --help` for the values.")
    expected, got, key, inside = found.groups()
    wanted = " or ".join(_TOML_WORDS.get(word, word) for word in expected.split(" | ") if word != "null")
    part = "each part must be" if inside else "must be"
    return UsageError(
        f"{path}{_line_of(text, key)}: {key}: {part} {wanted}, and this is {_TOML_WORDS.get(got, got)}",
        f"Write it like this: {key} = {_SAMPLES[key]}",
    )


def inputs_beside(file: Path, names: Sequence[str]) -> tuple[str, ...]:
    """Give the inputs that a configuration file names, as seen from the working directory.

    They are relative to the file. A file of a repository names nothing outside of it: what it says comes with every
    pull request (``docs/threat-model.md``).

    Raises:
        UsageError: one leads out of the repository, or of the file's folder where there is none.
    """
    folder = file.parent.resolve()
    root = next((above for above in (folder, *folder.parents) if _is_root(above)), folder)
    found: list[str] = []
    for name in names:
        if name == "-" or re.match(r"https?://", name, re.IGNORECASE):
            found.append(name)
            continue
        place = Path(os.path.normpath(folder / name))
        if not place.is_relative_to(root) or not _real(place).is_relative_to(root):
            raise UsageError(
                f"{file}: inputs: {name!r} is outside of {root}",
                "Name what lies elsewhere on the command line.",
            )
        found.append(name if folder == Path.cwd() or _is_repository(name, place) else os.path.relpath(place))
    return tuple(found)


def _is_root(folder: Path) -> bool:
    return os.path.exists(folder / ".git")  # noqa: PTH110 - never raises, as where a folder may not be looked into


def _real(place: Path) -> Path:
    try:
        return place.resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of links, or no path at all; reading it says so
        return place


def _is_repository(name: str, place: Path) -> bool:
    return not place.exists() and re.fullmatch(r"[\w-]+/[\w.-]+", name) is not None and not place.suffix


def read_values(given: Mapping[str, Any], what: Callable[[str], str]) -> dict[str, Any]:
    """Turn values as a person wrote them into those of ``Config``.

    Args:
        given: by field of ``Config``.
        what: what to call a key or option in an error, from its name with hyphens.

    Raises:
        UsageError: a value cannot be used.
    """
    names = {field: name for name, field in _FIELDS.items()}
    values: dict[str, Any] = {}
    for field, value in given.items():
        reader = _READERS.get(field)
        called = what(names.get(field, field).replace("_", "-"))
        values[field] = value if reader is None else reader(value, what=called)
    return values


def with_overrides(config: Config, overrides: Mapping[str, Any]) -> Config:
    """Lay the values that were really given (not None) over a config."""
    known = {f.name for f in fields(Config)}
    return replace(config, **{k: v for k, v in overrides.items() if k in known and v is not None})


def _words(items: list[str] | tuple[str, ...], known: list[str], what: str) -> list[str]:
    words = [w.strip().lower() for item in items for w in item.split(",") if w.strip()]
    if items and not words:
        raise UsageError(f"{what}: nothing is named", f"Known are: {', '.join(known)}.")
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
            raise UsageError(f"{path}{_line_of(text, key)}: unknown key {key!r}", _key_hint(path, key, known))


def _key_hint(path: Path, key: str, known: list[str]) -> str:
    if key in ("tool", "linkwarden") and path.name != "pyproject.toml":
        return "In this file the keys stand at the top, below no table."
    if key in _ONLY_OPTIONS:
        return f"It is an option of the command line only: --{key}."
    near = difflib.get_close_matches(key, known, n=1)
    return f"Did you mean {near[0]!r}?" if near else f"Known keys: {', '.join(known)}."


def _line_of(text: str, key: str) -> str:
    """Give ``:line:column`` of a key, or of the table that it names, or "" where it is not found."""
    match = re.search(rf"(?m)^[ \t]*(?P<at>[\"']?{re.escape(key)}[\"']?[ \t]*[=.]|\[.*\b{re.escape(key)}\b)", text)
    if match is None:
        return ""
    line = text.count("\n", 0, match.start("at")) + 1
    return f":{line}:{match.start('at') - match.start() + 1}"


def _toml_place(path: Path, text: str, message: str) -> str:
    place = re.search(r"\(at (?:line (\d+), column (\d+)|end of document)\)", message)
    if place is None:
        return f"{path}: {message}"
    last = text.rsplit("\n", 1)[-1]
    line, column = place[1] or text.count("\n") + 1, place[2] or len(last) + 1
    return f"{path}:{line}:{column}: {message.replace(place[0], '').strip()}"


def _to_options(parsed: FileConfig, path: Path, text: str) -> dict[str, Any]:
    said = {name: value for name, value in msgspec.structs.asdict(parsed).items() if value is not None}
    said = {_FIELDS.get(name, name): value for name, value in said.items()}
    return read_values(said, lambda key: f"{path}{_line_of(text, key)}: {key}")
