"""What a run has settled, written down line by line: a run that was stopped goes on from it, and shards are merged.

A journal is JSON Lines. Each line after the first is one URL with what was found about it. The last word on a URL
counts, and a line that was cut is left out. Nothing of it is read as code, and rules are named by their codes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import IO, Any

from linkwarden import rules
from linkwarden._version import __version__
from linkwarden.config import Shard
from linkwarden.deps import Parts, Settled
from linkwarden.model import UsageError, Verdict
from linkwarden.run.entry import Entry
from linkwarden.run.packing import evidence_of, moment, plain_evidence
from linkwarden.run.shelf import Shelf

_NAME = "linkwarden-journal"
#: What was settled longer ago is asked again.
_TRUST = timedelta(days=1)
_SHARD = re.compile(r"[1-9][0-9]{0,5}/[1-9][0-9]{0,5}")
#: What reading a line raises that somebody else has made.
_NOT_OURS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
_HINT = "Give a file that `linkwarden check --journal FILE` has written."


class Journal:
    """The journal of one run: what it knows already, and where it writes, in a thread of its own.

    Attributes:
        known: what is settled, by the key of the URL.
    """

    def __init__(self, path: Path, shard: Shard | None, now: datetime) -> None:
        self.known: Mapping[str, Settled] = {}
        self._path = path
        self._shard = shard
        self._now = now
        self._file: IO[str] | None = None
        self._writer = ThreadPoolExecutor(1, "journal")

    def open(self) -> None:
        """Read what is there and go on writing behind it; what another run or version has written begins a new one.

        Raises:
            UsageError: the file cannot be written, or is something else than a journal.
        """
        known = _Known()
        head, end = _read(self._path, known) if self._path.exists() else ({}, None)
        mine = head.get("version") == __version__ and head.get("shard") == str(self._shard or "")
        begun = _instant(head.get("at"))
        going_on = mine and end is None and begun is not None and self._now - begun < _TRUST
        if going_on:
            self.known = known
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("a" if going_on else "w", encoding="utf-8")
        except OSError as error:
            raise UsageError(f"--journal: {self._path} cannot be written: {error.strerror}") from error
        if going_on:
            self._write("\n")  # the last line may have been cut
        else:
            shard = str(self._shard or "")
            self._line({_NAME: 1, "version": __version__, "at": self._now.isoformat(), "shard": shard})

    def add(self, key: str, found: Settled) -> None:
        """Write down what was found about a URL, unless nobody could tell: a run that goes on asks again."""
        rule = found.evidence.rule
        if found.evidence.doubt is None and (rule is None or rule.verdict is not Verdict.UNVERIFIED):
            self._line(_packed(key, found))

    def close(self, final: Iterable[tuple[str, Settled]] | None, inputs: Mapping[str, str]) -> None:
        """End the journal, if it has not ended yet.

        Args:
            final: what the run says in the end of the URLs of its shard, by their keys; None if it was stopped.
            inputs: SHA-256 of the inputs that were read, by name.
        """
        if self._file is None:
            return
        self._writer.shutdown(wait=True)
        if final is not None and self._shard is not None:
            for key, found in final:
                self._write(_line(_packed(key, found)))
            self._write(_line({"end": True, "inputs": dict(inputs)}))
        self._file.close()
        self._file = None
        if final is not None and self._shard is None:
            with suppress(OSError):
                self._path.unlink()

    def _line(self, value: Mapping[str, Any]) -> None:
        if self._file is not None:
            self._writer.submit(self._write, _line(value))

    def _write(self, line: str) -> None:
        if self._file is not None:
            with suppress(OSError):  # a full disk costs the way back, not the run
                self._file.write(line)
                self._file.flush()


def _line(value: Mapping[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":")) + "\n"


class _Known(Mapping[str, Settled]):
    """What lines of journals say of URLs; they are read again for who asks."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._lines = Shelf()

    def add(self, line: Mapping[str, Any]) -> None:
        """Take in a line; one of somebody else's making is left out."""
        with suppress(*_NOT_OURS):
            key, _ = _settled(line)
            number = self._numbers.setdefault(key, len(self._numbers))
            self._lines.put(number, json.dumps(line).encode())

    def __getitem__(self, key: str) -> Settled:
        return _settled(json.loads(self._lines.get(self._numbers[key])))[1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


def read_parts(paths: Sequence[Path]) -> Parts:
    """Return what the shards of one run have found.

    Raises:
        UsageError: a file is no journal, was not finished, or does not belong to the others; or one is missing.
    """
    known = _Known()
    inputs: Mapping[str, str] | None = None
    seen: dict[str, Path] = {}
    for path in paths:
        head, end = _read(path, known)
        shard = str(head.get("shard", ""))
        if end is None or not _SHARD.fullmatch(shard):
            raise UsageError(f"{path}: the run that wrote it is no finished shard", "Run that shard again.")
        if head.get("version") != __version__:
            raise UsageError(f"{path}: was written by another version of linkwarden", "Use one version for all shards.")
        if shard in seen:
            raise UsageError(f"{path}: is shard {shard}, as {seen[shard]} is", "Give each shard once.")
        if inputs is not None and end != inputs:
            raise UsageError(f"{path}: is about other lists than {paths[0]}", "Run all shards on the same files.")
        seen[shard], inputs = path, end
    count = int(next(iter(seen)).partition("/")[2]) if seen else 0
    shards = (f"{index}/{count}" for index in range(1, count + 1))
    missing = list(islice((shard for shard in shards if shard not in seen), 5))
    if missing or len(seen) != count:
        raise UsageError(f"shards are missing: {', '.join(missing)}", "Give the journals of all shards.")
    return Parts(known, inputs or {})


def _read(path: Path, known: _Known) -> tuple[dict[str, Any], dict[str, str] | None]:
    """Return the first line, and the inputs that the last line names, or None without one.

    Args:
        path: of the journal.
        known: takes in the lines of URLs.
    """
    try:
        if path.exists() and not path.is_file():  # a pipe is waited for, and a device may have no end
            raise UsageError(f"{path}: is no journal of linkwarden", _HINT)
        with path.open(encoding="utf-8", errors="replace") as file:
            values = _values(file)
            head = last = next(values, {})
            if head.get(_NAME) != 1:
                raise UsageError(f"{path}: is no journal of linkwarden", _HINT)
            for last in values:
                if "key" in last:
                    known.add(last)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    end = last.get("inputs") if last.get("end") is True else None
    return head, end if isinstance(end, dict) else None


def _values(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        with suppress(ValueError, RecursionError):
            value = json.loads(line)
            if isinstance(value, dict):
                yield value


def _settled(line: Mapping[str, Any]) -> tuple[str, Settled]:
    """Return a URL's key and what was found.

    Raises:
        one of ``_NOT_OURS``: the line is not what ``_packed`` returns.
    """
    known = rules.all_rules()
    key = str(line["key"])
    notes = tuple(evidence_of(key, note, known) for note in line["notes"])
    evidence = evidence_of(key, line["evidence"], known)
    return key, Settled(str(line["provider"]), line["image"] is True, evidence, notes)


def _packed(key: str, found: Settled) -> dict[str, Any]:
    notes = [plain_evidence(note) for note in found.notes]
    image = found.as_image
    return {
        "key": key,
        "image": image,
        "provider": found.provider,
        "evidence": plain_evidence(found.evidence),
        "notes": notes,
    }


def _instant(text: object) -> datetime | None:
    try:
        return moment(text)
    except ValueError:
        return None


def settled_of(entry: Entry) -> Settled:
    """Return what is known of an entry that has its evidence."""
    if entry.evidence is None:
        raise ValueError("nothing was found yet")
    provider = entry.provider.name if entry.provider is not None else ""
    return Settled(provider, entry.as_image, entry.evidence, entry.notes)
