"""The baseline: a file of findings that are known, so that only what comes on top is reported (``--baseline``).

JSON with one finding a line, sorted, so that it can be read in a diff. A finding is the code of its rule and the
URL with secrets masked, without line numbers: text may move. What has no web URL (a heading, a file) is named
apart by the list that it stands in.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, NamedTuple

from linkwarden.model import SETTLED, Run, Target, UsageError
from linkwarden.patterns import pattern
from linkwarden.records import dataclass
from linkwarden.text import mask_secrets
from linkwarden.tree import read_file

SCHEMA_VERSION = 1
_MAX_BYTES = 64 * 1024 * 1024
_FINDINGS = pattern(r'"findings"\s*+:\s*+\[')
_BETWEEN = pattern(r"[\s,]*+")
_SNIFFED = 8192
_UPDATE = "Write it again with --write-baseline."


class Known(NamedTuple):
    """A finding that is known.

    Attributes:
        code: of its rule.
        url: the URL in its normal form, secrets masked; as written where it is not a web URL.
        file: the list that it stands in where it is no web URL, else "".
    """

    code: str
    url: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Baseline:
    """Findings that are known and not to be reported again, each with the line of the file that it stands on."""

    path: Path
    known: Mapping[Known, int] = field(default_factory=dict)


def known_as(code: str, target: Target) -> Known:
    """Return what a finding on a target is called in a baseline."""
    path, local, url = target.key.partition("\0")
    if not local:
        return Known(code, mask_secrets(target.key))
    return Known(code, mask_secrets(url), mask_secrets(posixpath.normpath(path)))


def findings(run: Run) -> list[Known]:
    """Return what a baseline of a run holds: every finding but those that are accepted elsewhere, sorted by URL."""
    found = {
        known_as(r.judgement.rule.code, r.target)
        for r in run.results
        if r.judgement.rule is not None and r.judgement.verdict not in SETTLED
    }
    return sorted(found, key=lambda known: (known.url, known.file, known.code))


def render(found: list[Known]) -> str:
    """Return the text of a baseline file. Only ASCII: nothing of a hostile URL acts where the file is shown."""
    rows = [json.dumps({k: v for k, v in known._asdict().items() if v or k != "file"}) for known in found]
    listed = "[\n  " + ",\n  ".join(rows) + "\n ]" if rows else "[]"
    return f'{{"schema_version": {SCHEMA_VERSION},\n "findings": {listed}}}\n'


def load_baseline(path: Path) -> Baseline:
    """Read a baseline file.

    Raises:
        UsageError: it is not there, or is not one; the message says on which line.
    """
    text = _text_of(path)
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(f"{path}:{error.lineno}:{error.colno}: not JSON: {error.msg}", _UPDATE) from None
    except (ValueError, RecursionError):  # a number of 5,000 digits, a thousand brackets in each other
        raise UsageError(f"{path}: not a baseline of linkwarden", _UPDATE) from None
    version = data.get("schema_version") if isinstance(data, dict) else None
    if type(version) is int and version > SCHEMA_VERSION:
        raise UsageError(f"{path}: written by a newer linkwarden (schema_version {version})", "Update linkwarden.")
    if type(version) is not int or version != SCHEMA_VERSION or not isinstance(data.get("findings"), list):
        raise UsageError(f"{path}: not a baseline of linkwarden", "Name a file that --write-baseline wrote.")
    try:
        return Baseline(path, dict(_entries(path, text)))
    except ValueError:  # the key stands there more than once, or in disguise
        raise UsageError(f"{path}: not a baseline of linkwarden", _UPDATE) from None


def is_ours(path: Path) -> bool:
    """Return whether a file may be written over as a baseline: it is one, perhaps broken by a merge, or it is empty."""
    try:
        begin = read_file(path, _SNIFFED)
    except OSError:
        return False
    return not begin.strip() or (b'"schema_version"' in begin and b'"findings"' in begin)


def _text_of(path: Path) -> str:
    try:
        data = read_file(path, _MAX_BYTES + 1)
    except FileNotFoundError:
        advice = f"Make it: linkwarden check --baseline {path} --write-baseline"
        raise UsageError(f"{path}: there is no such baseline", advice) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"{path}: the baseline cannot be read: {why}", "Name a readable file.") from None
    if len(data) > _MAX_BYTES:
        raise UsageError(f"{path}: larger than {_MAX_BYTES >> 20} MiB, so no baseline of linkwarden", _UPDATE)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not a baseline of linkwarden: it is not UTF-8 text", _UPDATE) from None


def _entries(path: Path, text: str) -> Iterator[tuple[Known, int]]:
    """Return the findings and their lines. Read once more for the lines, which ``json`` does not tell."""
    decoder = json.JSONDecoder()
    begin = _FINDINGS.search(text)
    at = _BETWEEN.match(text, begin.end() if begin else len(text)).end()  # type: ignore[union-attr]  # may be empty
    line, counted = 1, 0
    while not text.startswith("]", at):
        entry, end = decoder.raw_decode(text, at)
        line, counted = line + text.count("\n", counted, at), at
        yield _known(entry, f"{path}:{line}"), line
        at = _BETWEEN.match(text, end).end()  # type: ignore[union-attr]  # matches the empty string


def _known(entry: Any, place: str) -> Known:
    if isinstance(entry, dict):
        code, url, file = entry.get("code"), entry.get("url"), entry.get("file", "")
        if isinstance(code, str) and isinstance(url, str) and isinstance(file, str) and code:
            return Known(code, url, file)
    raise UsageError(f'{place}: not a finding such as {{"code": "LW301", "url": "https://…"}}', _UPDATE)
