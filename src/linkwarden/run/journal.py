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
from linkwarden.model import Basis, Evidence, Fact, FactKind, Paper, Suggestion, UsageError, Validators, Verdict
from linkwarden.run.ledger import Entry

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
        self.known: dict[str, Settled] = {}
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
        head, lines, end = _read(self._path) if self._path.exists() else ({}, [], None)
        mine = head.get("version") == __version__ and head.get("shard") == str(self._shard or "")
        begun = _instant(head.get("at"))
        going_on = mine and end is None and begun is not None and self._now - begun < _TRUST
        if going_on:
            self.known = dict(_settled(lines))
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

    def close(self, final: Mapping[str, Settled] | None, inputs: Mapping[str, str]) -> None:
        """End the journal, if it has not ended yet.

        Args:
            final: what the run says in the end of the URLs of its shard; None if it was stopped.
            inputs: SHA-256 of the inputs that were read, by name.
        """
        if self._file is None:
            return
        if final is not None and self._shard is not None:
            for key, found in final.items():
                self._line(_packed(key, found))
            self._line({"end": True, "inputs": dict(inputs)})
        self._writer.shutdown(wait=True)
        self._file.close()
        self._file = None
        if final is not None and self._shard is None:
            with suppress(OSError):
                self._path.unlink()

    def _line(self, value: Mapping[str, Any]) -> None:
        if self._file is not None:
            self._writer.submit(self._write, json.dumps(value, separators=(",", ":")) + "\n")

    def _write(self, line: str) -> None:
        if self._file is not None:
            with suppress(OSError):  # a full disk costs the way back, not the run
                self._file.write(line)
                self._file.flush()


def read_parts(paths: Sequence[Path]) -> Parts:
    """Return what the shards of one run have found.

    Raises:
        UsageError: a file is no journal, was not finished, or does not belong to the others; or one is missing.
    """
    known: dict[str, Settled] = {}
    inputs: Mapping[str, str] | None = None
    seen: dict[str, Path] = {}
    for path in paths:
        head, lines, end = _read(path)
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
        known.update(_settled(lines))
    count = int(next(iter(seen)).partition("/")[2]) if seen else 0
    shards = (f"{index}/{count}" for index in range(1, count + 1))
    missing = list(islice((shard for shard in shards if shard not in seen), 5))
    if missing or len(seen) != count:
        raise UsageError(f"shards are missing: {', '.join(missing)}", "Give the journals of all shards.")
    return Parts(known, inputs or {})


def _read(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]], dict[str, str] | None]:
    """Return the first line, those of URLs, and the inputs that the last line names, or None without one."""
    try:
        if path.exists() and not path.is_file():  # a pipe is waited for, and a device may have no end
            raise UsageError(f"{path}: is no journal of linkwarden", _HINT)
        with path.open(encoding="utf-8", errors="replace") as file:
            values = list(_values(file))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    if not values or values[0].get(_NAME) != 1:
        raise UsageError(f"{path}: is no journal of linkwarden", _HINT)
    end = values[-1].get("inputs") if values[-1].get("end") is True else None
    return values[0], [value for value in values[1:] if "key" in value], end if isinstance(end, dict) else None


def _values(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        with suppress(ValueError, RecursionError):
            value = json.loads(line)
            if isinstance(value, dict):
                yield value


def _settled(lines: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Settled]]:
    for line in lines:
        with suppress(*_NOT_OURS):  # a line of somebody else's making is left out
            key, notes = str(line["key"]), tuple(_evidence(str(line["key"]), note) for note in line["notes"])
            evidence = _evidence(key, line["evidence"])
            yield key, Settled(str(line["provider"]), line["image"] is True, evidence, notes)


def _packed(key: str, found: Settled) -> dict[str, Any]:
    notes = [_plain(note) for note in found.notes]
    image = found.as_image
    return {"key": key, "image": image, "provider": found.provider, "evidence": _plain(found.evidence), "notes": notes}


def _plain(evidence: Evidence) -> dict[str, Any]:
    """Return evidence as JSON has it; what is empty is left out."""
    said, paper, validators = evidence.suggestion, evidence.paper, evidence.validators
    values = {
        "by": evidence.checked_by,
        "rule": evidence.rule.code if evidence.rule is not None else None,
        "reason": evidence.reason,
        "status": evidence.status,
        "final_url": evidence.final_url,
        "expires_at": evidence.expires_at.isoformat() if evidence.expires_at is not None else None,
        "suggestion": [said.url, said.why, said.basis.value] if said is not None else None,
        "facts": [[fact.what, fact.url, fact.status, fact.kind.value] for fact in evidence.facts],
        "title": evidence.title,
        "paper": [paper.title, paper.doi] if paper is not None else None,
        "validators": [validators.etag, validators.last_modified] if validators is not None else None,
        "looked": evidence.looked.isoformat() if evidence.looked is not None else None,
    }
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def _evidence(key: str, plain: Mapping[str, Any]) -> Evidence:
    """Return evidence as it was.

    Raises:
        one of ``_NOT_OURS``: it is not what ``_plain`` returns.
    """
    said = plain.get("suggestion")
    return Evidence(
        key=key,
        checked_by=str(plain["by"]),
        rule=rules.all_rules()[plain["rule"]] if "rule" in plain else None,
        reason=str(plain.get("reason", "")),
        status=int(plain["status"]) if "status" in plain else None,
        final_url=str(plain["final_url"]) if "final_url" in plain else None,
        expires_at=_moment(plain["expires_at"]) if "expires_at" in plain else None,
        suggestion=Suggestion(str(said[0]), str(said[1]), Basis(said[2])) if said is not None else None,
        facts=tuple(
            Fact(str(what), _text(url), None if status is None else int(status), FactKind(kind))
            for what, url, status, kind in plain.get("facts", ())
        ),
        title=str(plain["title"]) if "title" in plain else None,
        paper=Paper(*map(str, plain["paper"])) if "paper" in plain else None,
        validators=Validators(*map(_text, plain["validators"])) if "validators" in plain else None,
        looked=_moment(plain["looked"]) if "looked" in plain else None,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _moment(text: object) -> datetime:
    """Return an instant; one without a time zone is none.

    Raises:
        ValueError: it is none.
    """
    instant = datetime.fromisoformat(str(text))
    if instant.tzinfo is None:
        raise ValueError("without a time zone")
    return instant


def _instant(text: object) -> datetime | None:
    try:
        return _moment(text)
    except ValueError:
        return None


def settled_of(entry: Entry) -> Settled:
    """Return what is known of an entry that has its evidence."""
    if entry.evidence is None:
        raise ValueError("nothing was found yet")
    provider = entry.provider.name if entry.provider is not None else ""
    return Settled(provider, entry.as_image, entry.evidence, entry.notes)
