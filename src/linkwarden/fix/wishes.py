"""What a run, or the report of one, wants to have replaced."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

import msgspec

from linkwarden import rules
from linkwarden.fix.removal import Dead
from linkwarden.fix.wanted import Wanted, Wish
from linkwarden.inputs import Source
from linkwarden.model import Basis, Kind, Occurrence, Result, Run, UsageError, Verdict
from linkwarden.records import dataclass
from linkwarden.text import target_key

#: What masking leaves of a secret: such a URL can be neither found nor written.
_MASKED = "***"
#: What is broken in the document itself, and not on the web.
_BROKEN = Verdict.BROKEN.value
_NO_PAGES = (Kind.ANCHOR, Kind.FILE, Kind.OTHER)
#: A report of a million links is smaller.
_MAX_REPORT_BYTES = 1 << 30
_NO_REPORT = "Give a JSON report that `linkwarden check` wrote."
_JSON_LINES = b'{"type": "run", '
_NO_LINES = "Give the JSON report of that run: `linkwarden check --output health.json` writes one."

#: Returns whether findings of a rule (code and name) about a kind of thing shall be fixed.
Chosen = Callable[[str, str, Kind], bool]
#: A document's name, the key of a URL, and the line on which that stands there.
Place = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What shall be replaced in which documents.

    Attributes:
        names: of the documents that were checked.
        by_key: what shall stand in place of a URL, by the key of ``linkwarden.text.target_key``.
        dead: why the entry of a URL may go, by the same key: it is broken, and nothing is known to replace it.
        accepted: name, key and line of places whose finding the maintainer has accepted, so that they stay.
        hashes: SHA-256 of the documents as they were checked, by name.
    """

    names: tuple[str, ...] = ()
    by_key: Mapping[str, Wanted] = field(default_factory=dict)
    dead: Mapping[str, Wanted] = field(default_factory=dict)
    accepted: frozenset[Place] = frozenset()
    hashes: Mapping[str, str] = field(default_factory=dict)

    def of(self, source: Source) -> Wish:
        """Return the function that says what shall stand in place of a URL of a document."""
        return self._finder(source, self.by_key)

    def dead_of(self, source: Source) -> Dead:
        """Return the function that says of a link of a document why its entry may go."""
        return self._finder(source, self.dead)

    def _finder(self, source: Source, by_key: Mapping[str, Wanted]) -> Wish:
        def find(item: Occurrence) -> Wanted | None:
            key = target_key(source.address_of(item.url) or item.url, source.name)
            accepted = self.accepted and (source.name, key, item.span.line) in self.accepted
            return None if accepted else by_key.get(key)

        return find

    def are_about(self, name: str, data: bytes) -> bool:
        """Return whether a document is still what was checked."""
        known = self.hashes.get(name)
        return known is None or known == hashlib.sha256(data).hexdigest()


def wishes_of_run(run: Run, chosen: Chosen) -> Wishes:
    """Return what the suggestions of a run want replaced."""
    accepted = frozenset((o.span.path, r.target.key, o.span.line) for r in run.results for o in r.suppressed)
    dead = {
        result.target.key: _removal(rule.code, rule.slug)
        for result in run.results
        if (rule := result.judgement.rule) is not None
        and result.judgement.verdict is Verdict.BROKEN
        and result.judgement.suggestion is None
        and result.target.address is not None
        and chosen(rule.code, rule.slug, result.kind)
    }
    return Wishes(run.inputs, dict(_of_results(run.results, chosen)), dead, accepted, run.sha256)


def _removal(code: str, slug: str) -> Wanted:
    return Wanted("", "none of its links works, and nothing is known in their place", Basis.DEAD, code, slug)


def _of_results(results: Iterable[Result], chosen: Chosen) -> Iterable[tuple[str, Wanted]]:
    for result in results:
        suggestion, rule = result.judgement.suggestion, result.judgement.rule
        if suggestion is not None and rule is not None and chosen(rule.code, rule.slug, result.kind):
            wanted = Wanted(suggestion.url, suggestion.why, suggestion.basis, rule.code, rule.slug)
            yield result.target.key, wanted


def chooser(only: Iterable[str]) -> Chosen:
    """Return the function that says which findings are fixed: all, or those of some rules and kinds.

    Args:
        only: codes or names of rules, or kinds of things; each may hold several with commas between.

    Raises:
        UsageError: a word is neither a rule nor a kind.
    """
    every = rules.all_rules().values()
    known = {rule.code.lower() for rule in every} | {rule.slug for rule in every} | set(Kind)
    words = {word.strip().lower() for part in only for word in part.split(",")}
    unknown = sorted(words - known)
    if unknown:
        raise UsageError(
            f"--only: {unknown[0]!r} is neither a rule nor a kind", "`linkwarden explain` lists the rules."
        )
    return lambda code, slug, kind: not words or not words.isdisjoint((code.lower(), slug, kind))


def wishes_in(report: Path, chosen: Chosen) -> Wishes:
    """Return what the suggestions of a JSON report want replaced, by its file.

    Raises:
        UsageError: it cannot be read, or is no report; see ``wishes_of_report``.
    """
    try:
        with report.open("rb") as file:
            data = file.read(_MAX_REPORT_BYTES)
    except OSError as error:
        raise UsageError(f"{report}: cannot be read: {error.strerror}") from None
    return wishes_of_report(data, chosen)


def wishes_of_report(data: bytes, chosen: Chosen) -> Wishes:
    """Return what the suggestions of a JSON report want replaced.

    Args:
        data: the report.
        chosen: which findings count.

    Raises:
        UsageError: it is no report, or one that does not say of which documents it speaks.
    """
    slugs = {rule.code: rule.slug for rule in rules.all_rules().values()}
    try:
        report: dict[str, Any] = _decoded(data)
        names = tuple(str(name) for name in report["inputs"])
        hashes = {str(name): str(digest) for name, digest in report["sha256"].items()}
        found = dict(_of_links(report["links"], slugs, chosen))
        dead = dict(_dead_of_links(report["links"], slugs, chosen))
        accepted = frozenset(_accepted(report["links"]))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        if data.startswith(_JSON_LINES):
            raise UsageError("these are JSON Lines, which cannot be fixed from", _NO_LINES) from None
        raise UsageError("this is no JSON report of linkwarden, or one of an older version", _NO_REPORT) from None
    return Wishes(names, found, dead, accepted, hashes)


def _decoded(data: bytes) -> Any:
    """Return the JSON of a report; in another encoding than UTF-8, as some shells write it, by the slower way."""
    try:
        return msgspec.json.decode(data)
    except msgspec.DecodeError:
        return json.loads(data)


def _of_links(links: Iterable[Any], slugs: Mapping[str, str], chosen: Chosen) -> Iterable[tuple[str, Wanted]]:
    for link in links:
        said = link["suggestion"]
        if said is None:
            continue
        code, url = str(link["code"]), str(link["url"])
        if _MASKED in url or _MASKED in said["url"] or code not in slugs:
            continue
        if chosen(code, slugs[code], Kind(link["kind"])):
            basis = _basis(said.get("basis")) if said["safe"] is True else Basis.GUESS
            wanted = Wanted(str(said["url"]), str(said["why"]), basis, code, slugs[code])
            for place in link["occurrences"]:
                yield target_key(url, str(place["file"])), wanted


def _basis(word: object) -> Basis:
    """Return what a suggestion rests on that a report calls safe; a word of a newer version is not trusted."""
    if word is None:
        return Basis.REPORTED
    return next((basis for basis in Basis if basis.value == word), Basis.GUESS)


def _dead_of_links(links: Iterable[Any], slugs: Mapping[str, str], chosen: Chosen) -> Iterable[tuple[str, Wanted]]:
    for link in links:
        if link["verdict"] != _BROKEN or link["suggestion"] is not None or link["kind"] in _NO_PAGES:
            continue
        code, url = str(link["code"]), str(link["url"])
        if code in slugs and _MASKED not in url and chosen(code, slugs[code], Kind(link["kind"])):
            for place in link["occurrences"]:
                yield target_key(url, str(place["file"])), _removal(code, slugs[code])


def _accepted(links: Iterable[Any]) -> Iterable[Place]:
    for link in links:
        for place in link["occurrences"]:
            if place.get("excused") is True:
                name = str(place["file"])
                yield name, target_key(str(link["url"]), name), int(place["line"])
