"""The settings of documentation builders, read and never run. What is not understood is left out."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from functools import cache
from pathlib import Path
from typing import Any

from linkwarden.records import dataclass
from linkwarden.tree import read_file

_MOST_BYTES = 256 * 1024
Settings = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Called:
    """A Python object that YAML names (``!!python/name:…``, ``!!python/object/apply:…``); it is never made."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)


@cache
def _loader() -> Any:
    """Return a loader of plain values: of Python's tags it keeps the name, of ``!ENV`` and others the last value."""
    import yaml  # noqa: PLC0415 - slow to import, and few repositories need it

    class Loader(yaml.SafeLoader):
        def python(self, suffix: str, node: yaml.Node) -> Called:
            options = self.construct_mapping(node, deep=True) if isinstance(node, yaml.MappingNode) else {}
            kwds = options.get("kwds", {})
            return Called(suffix.partition(":")[2], kwds if isinstance(kwds, dict) else {})

        def other(self, suffix: str, node: yaml.Node) -> Any:  # noqa: ARG002 - PyYAML's signature
            values = self.construct_sequence(node, deep=True) if isinstance(node, yaml.SequenceNode) else []
            return values[-1] if values else None

    Loader.add_multi_constructor("tag:yaml.org,2002:python/", Loader.python)
    Loader.add_multi_constructor("!", Loader.other)
    return Loader


def text_of(path: Path) -> str:
    """Return the text of a file, or "" if it cannot be read or is a symbolic link."""
    try:
        return "" if path.is_symlink() else read_file(path, _MOST_BYTES).decode("utf-8-sig", errors="replace")
    except (OSError, ValueError):
        return ""


def read_yaml(path: Path) -> Settings | None:
    """Return what a YAML file says at its top, or None if it cannot be read."""
    import yaml  # noqa: PLC0415 - as above

    try:
        data = yaml.load(text_of(path), _loader())  # noqa: S506 - a safe loader
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, AttributeError):
        return None
    return data if isinstance(data, dict) else None


def read_toml(path: Path) -> Settings | None:
    """Return what a TOML file says, or None if it cannot be read."""
    import tomllib  # noqa: PLC0415 - few repositories need it

    try:
        return tomllib.loads(text_of(path))
    except (ValueError, RecursionError):
        return None


def read_data(path: Path) -> Settings | None:
    """Return what a TOML, YAML or JSON file says, by its suffix, or None if it cannot be read."""
    if path.suffix == ".toml":
        return read_toml(path)
    if path.suffix != ".json":
        return read_yaml(path)
    try:
        data = json.loads(text_of(path))
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def part(settings: Any, *keys: str) -> Any:
    """Return what stands below some keys, whatever their case, or None."""
    for key in keys:
        if not isinstance(settings, Mapping):
            return None
        settings = next((value for name, value in settings.items() if str(name).lower() == key.lower()), None)
    return settings


def text(settings: Any, *keys: str) -> str:
    """Return the text that stands below some keys, or ""."""
    found = part(settings, *keys)
    return found if isinstance(found, str) else ""


def in_script(script: str, key: str) -> str:
    """Return the text that a JavaScript object has under a key, or "" if it is no plain one."""
    found = re.search(rf"(?<![\w$.]){re.escape(key)}['\"]?\s*:\s*(['\"`])((?:(?!\1)[^\\\n$])*+)\1", script)
    return found[2] if found is not None else ""


def in_python(script: str) -> dict[str, Any]:
    """Return the names that a Python file gives to plain values at its top. Nothing is run."""
    try:
        body = ast.parse(script).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    found: dict[str, Any] = {}
    for statement in body:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    found[target.id] = _plain(statement.value)
    return found


def _plain(value: ast.expr) -> Any:
    try:
        return ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None


def extensions(settings: Settings) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the Markdown extensions that MkDocs' settings name, each with its options."""
    listed = settings.get("markdown_extensions") or []
    entries: Sequence[Any] = [listed] if isinstance(listed, Mapping) else listed if isinstance(listed, list) else []
    for entry in entries:
        if isinstance(entry, str):
            yield entry, {}
        elif isinstance(entry, Mapping):
            for name, options in entry.items():
                yield str(name), options if isinstance(options, Mapping) else {}
