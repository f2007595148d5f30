"""The configuration file: found, read, and refused where it is wrong or would open a door."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from linkwarden.config._entries import RuleNames, read_hosts, read_ignores
from linkwarden.config._options import OPTIONS, RUN_OPTIONS, read_values
from linkwarden.config._rows import Option, Place
from linkwarden.config._values import Problems, nearest
from linkwarden.model import UsageError
from linkwarden.tree import read_file

_MOST_BYTES = 16 * 1024 * 1024
FILE_NAME = "linkwarden.toml"
_KEYS_OF_FILE: Mapping[str, Option] = {
    option.name: option for option in OPTIONS.values() if Place.FILE in option.places
}
#: Words that people try for what is no key, and where it comes from instead.
_NO_KEYS = {
    "token": RUN_OPTIONS["github_token"],
    "headers": RUN_OPTIONS["headers"],
    **dict.fromkeys(("auth", "user", "password"), RUN_OPTIONS["basic_auth"]),
    "cookie": RUN_OPTIONS["cookies"],
}
#: Keys that hold tables.
_TABLES = ("ignore", "host")


def find_file(start: Path) -> Path | None:
    """Return the nearest configuration file from a directory upwards, no further than the repository's root.

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
            if b"[tool.linkwarden" in read_file(project, _MOST_BYTES):
                return project
        except OSError:
            continue
    return None


def folder_that_rules(inputs: Sequence[str]) -> Path:
    """Return the folder from which configuration and memory are looked for.

    That is the working directory, unless the first list on disk lies outside of it and of its repository, in a
    repository of its own or beside a configuration: then what is accepted there holds here, too.
    """
    here = Path.cwd()
    first = next((name for name in inputs if os.path.exists(name)), None)  # noqa: PTH110 - never raises
    if first is None:
        return here
    place = Path(os.path.abspath(first))  # noqa: PTH100 - a symbolic link stands where it stands
    folder = place if place.is_dir() else place.parent
    root = _root_of(folder)
    if folder.is_relative_to(here) or (root is not None and root == _root_of(here)):
        return here
    return folder if root is not None or find_file(folder) is not None else here


def _root_of(folder: Path) -> Path | None:
    return next((above for above in (folder, *folder.parents) if _is_root(above)), None)


def load_file(path: Path, rule_names: Callable[[], RuleNames] | None = None) -> dict[str, Any]:
    """Return what a configuration file says, as keyword arguments for ``Config``.

    Args:
        path: of the file.
        rule_names: returns the code of every rule by code and slug in lower case; called only if the file names rules;
            without it any code is taken for one.

    Raises:
        UsageError: not readable, not TOML, unknown or forbidden keys, values of the wrong type; the message says
            where, and names all that is wrong.
    """
    text = _text_of(path)
    data = _parsed(path, text)
    if path.name == "pyproject.toml":
        tool = data.get("tool", {})
        data = tool.get("linkwarden", {}) if isinstance(tool, dict) else tool
    if not isinstance(data, dict):
        raise UsageError(f"{path}: [tool.linkwarden] is not a table", "Write it as a table of keys and values.")
    problems = Problems()
    for key in data:
        with problems:
            _check_key(path, text, key)

    def place(option: Option) -> str:
        return f"{path}{_line_of(text, option.name)}: {option.name}"

    given = {_KEYS_OF_FILE[key].field: value for key, value in data.items() if key in _KEYS_OF_FILE}
    if isinstance(given.get("anchors"), dict):
        given["anchors"] = {os.path.join(path.parent, folder): rule for folder, rule in given["anchors"].items()}  # noqa: PTH118 - text
    values: dict[str, Any] = {}
    for field, value in given.items():
        with problems:
            values |= read_values({field: value}, place, Option.in_file)

    def put(field: str, make: Callable[[], Any], *, given: bool) -> None:
        if given:
            with problems:
                values[field] = make()

    put("ignores", lambda: read_ignores(data["ignore"], path, text, rule_names), given="ignore" in data)
    put("hosts", lambda: read_hosts(data["host"], path, text), given="host" in data)
    baseline, root = RUN_OPTIONS["baseline"], RUN_OPTIONS["site_root"]
    put("baseline", lambda: _baseline_beside(path, data["baseline"], place(baseline)), given="baseline" in values)
    put("site_root", lambda: _folder_beside(path, data["root"], place(root)), given="site_root" in values)
    problems.tell()
    return values


def _parsed(path: Path, text: str) -> Any:
    import tomllib  # noqa: PLC0415 - most repositories have no such file

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{_toml_place(path, text, str(error))}", "Fix the TOML, or use --isolated.") from None
    except (ValueError, RecursionError):  # a number of 5,000 digits, a thousand brackets in each other
        raise UsageError(f"{path}: a value is too long or too deep", "Fix the TOML, or use --isolated.") from None


def _text_of(path: Path) -> str:
    try:
        return read_file(path, _MOST_BYTES).decode("utf-8-sig")  # editors on Windows begin files with a byte-order mark
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}", "Name a readable file with --config.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: cannot be read: it is not UTF-8 text", "Save it as UTF-8.") from None


def inputs_beside(file: Path, names: Sequence[str]) -> tuple[str, ...]:
    """Return the inputs that a configuration file names, as seen from the working directory.

    They are relative to the file. A file of a repository names nothing outside of it: what it says comes with every
    pull request (``docs/threat-model.md``).

    Raises:
        UsageError: one leads out of the repository, or of the file's folder where there is none.
    """
    folder, root = _folder_and_root(file)
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


def _baseline_beside(file: Path, name: str, what: str) -> Path:
    """Return the baseline that a configuration file names, as seen from the working directory; see ``inputs_beside``.

    It is written to as well, so it lies in no folder that git keeps for itself.

    Raises:
        UsageError: it leads out of the repository, or is no file's name.
    """
    folder, root = _folder_and_root(file)
    place = Path(os.path.normpath(folder / name))
    if not name.strip() or place == folder:
        raise UsageError(f"{what}: {name!r} is no file", f"Write it like this: {RUN_OPTIONS['baseline'].in_file()}")
    for seen in (place, _real(place)):
        if not seen.is_relative_to(root) or ".git" in (part.lower() for part in seen.relative_to(root).parts):
            raise UsageError(f"{what}: {name!r} is outside of {root}", "Name what lies elsewhere with --baseline.")
    return Path(os.path.relpath(place))


def _folder_beside(file: Path, name: str, what: str) -> Path:
    """Return a folder that a configuration file names, as seen from the working directory; see ``inputs_beside``.

    Raises:
        UsageError: it leads out of the repository.
    """
    folder, root = _folder_and_root(file)
    place = Path(os.path.normpath(folder / name))
    if not place.is_relative_to(root) or not _real(place).is_relative_to(root):
        raise UsageError(f"{what}: {name!r} is outside of {root}", "Name what lies elsewhere with --root-dir.")
    return Path(os.path.relpath(place))


def _folder_and_root(file: Path) -> tuple[Path, Path]:
    folder = file.parent.resolve()
    return folder, _root_of(folder) or folder


def _is_root(folder: Path) -> bool:
    return os.path.exists(folder / ".git")  # noqa: PTH110 - never raises, as where a folder may not be looked into


def _real(place: Path) -> Path:
    try:
        return place.resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of links, or no path at all; reading it says so
        return place


def _is_repository(name: str, place: Path) -> bool:
    return not place.exists() and re.fullmatch(r"[\w-]+/[\w.-]+", name) is not None and not place.suffix


def _check_key(path: Path, text: str, key: str) -> None:
    known = (*_KEYS_OF_FILE, *_TABLES)
    if key in known:
        return
    only = {option.name: option for option in OPTIONS.values() if option.flags and option.name not in known}
    option = only.get(key, _NO_KEYS.get(key))
    if option is not None and Place.DOOR in option.places:
        raise UsageError(
            f"{path}{_line_of(text, key)}: the key {key!r} is not allowed in a file of the repository",
            f"It opens a door, so it comes only from {_origins(option)}.",
        )
    if option is not None:
        advice = f"It is an option of the command line only: {option.flags[-1]}."
    elif key in ("tool", "linkwarden") and path.name != "pyproject.toml":
        advice = "In this file the keys stand at the top, below no table."
    else:
        near = nearest(key, (*known, *only))
        advice = f"Did you mean {near!r}?" if near in known else f"Known keys: {', '.join(known)}."
        if near in only:
            advice = f"If {near!r} is meant: it is an option of the command line only, {only[near].flags[-1]}."
    raise UsageError(f"{path}{_line_of(text, key)}: unknown key {key!r}", advice)


def _origins(option: Option) -> str:
    variable = f" or the variable {option.environment[0]}" if option.environment else ""
    return f"{option.flags[-1]}{variable}"


def _line_of(text: str, key: str) -> str:
    """Return ``:line:column`` of a key, or of the table that it names, or "" where it is not found."""
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
