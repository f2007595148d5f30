"""Evidence, and links with all that is known of them, as plain values: for the journal, and for what lies on disk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from linkwarden.model import (
    Basis,
    Evidence,
    Fact,
    FactKind,
    Markup,
    Occurrence,
    Paper,
    Rule,
    Span,
    Suggestion,
    Target,
    Validators,
)
from linkwarden.providers import Provider
from linkwarden.run.entry import Entry

_MARKUPS = tuple(Markup)
_NUMBER_OF = {markup: number for number, markup in enumerate(_MARKUPS)}


def plain_evidence(evidence: Evidence) -> dict[str, Any]:
    """Return evidence as JSON has it; what is empty is left out, and so are its key and its doubt."""
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


def evidence_of(key: str, plain: Mapping[str, Any], known: Mapping[str, Rule]) -> Evidence:
    """Return evidence as it was.

    Args:
        key: of its target.
        plain: what ``plain_evidence`` returned.
        known: rules by their codes.

    Raises:
        ArithmeticError, AttributeError, LookupError, TypeError, ValueError: it is not what ``plain_evidence`` returns.
    """
    said = plain.get("suggestion")
    return Evidence(
        key=key,
        checked_by=str(plain["by"]),
        rule=known[plain["rule"]] if "rule" in plain else None,
        reason=str(plain.get("reason", "")),
        status=int(plain["status"]) if "status" in plain else None,
        final_url=str(plain["final_url"]) if "final_url" in plain else None,
        expires_at=moment(plain["expires_at"]) if "expires_at" in plain else None,
        suggestion=Suggestion(str(said[0]), str(said[1]), Basis(said[2])) if said is not None else None,
        facts=tuple(
            Fact(str(what), _text(url), None if status is None else int(status), FactKind(kind))
            for what, url, status, kind in plain.get("facts", ())
        ),
        title=str(plain["title"]) if "title" in plain else None,
        paper=Paper(*map(str, plain["paper"])) if "paper" in plain else None,
        validators=Validators(*map(_text, plain["validators"])) if "validators" in plain else None,
        looked=moment(plain["looked"]) if "looked" in plain else None,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def moment(text: object) -> datetime:
    """Return an instant; one without a time zone is none.

    Raises:
        ValueError: it is none.
    """
    instant = datetime.fromisoformat(str(text))
    if instant.tzinfo is None:
        raise ValueError("without a time zone")
    return instant


class Packer:
    """Makes bytes of settled entries, and entries of these. Their providers and rules are kept, by name."""

    def __init__(self) -> None:
        self._providers: dict[str, Provider] = {}
        self._rules: dict[str, Rule] = {}
        from msgspec import msgpack  # noqa: PLC0415 - few runs need it

        self._encode, self._decode = msgpack.encode, msgpack.decode

    def packed(self, entry: Entry) -> bytes | None:
        """Return an entry as bytes; None where they could not give it back as it is."""
        target, evidence, provider = entry.refreshed(), entry.evidence, entry.provider
        if evidence is None or not all(map(self._is_plain, (evidence, *entry.notes))):
            return None
        if provider is not None and self._providers.setdefault(provider.name, provider) is not provider:
            return None
        key = target.key
        values = (
            key,
            _unlike(key, target.url),
            _unlike(key, target.address),
            target.path,
            target.original,
            [_plain_place(target.url, place) for place in target.occurrences],
            provider.name if provider is not None else None,
            entry.as_image,
            entry.unwraps,
            entry.remembered,
            entry.of_shard,
            [plain_evidence(note) for note in entry.notes],
            plain_evidence(evidence),
        )
        try:
            return self._encode(values)
        except ValueError:  # half of a surrogate pair, which has no bytes
            return None

    def unpacked(self, data: bytes) -> Entry:
        """Return the entry that ``packed`` made bytes of."""
        key, url, address, path, original, places, provider, *state = self._decode(data)
        as_image, unwraps, remembered, of_shard, notes, evidence = state
        url = key if url == 0 else url
        occurrences = tuple(_place(url, place) for place in places)
        return Entry(
            Target(key, url, key if address == 0 else address, path, occurrences, original),
            self._providers[provider] if provider is not None else None,
            as_image,
            unwraps,
            remembered,
            of_shard,
            tuple(evidence_of(key, note, self._rules) for note in notes),
            evidence_of(key, evidence, self._rules),
        )

    def _is_plain(self, evidence: Evidence) -> bool:
        """Return whether evidence is all that it looks like: nothing for the reviews, and no two rules of one code."""
        rule = evidence.rule
        return evidence.doubt is None and (rule is None or self._rules.setdefault(rule.code, rule) is rule)


def _unlike(known: str, text: str | None) -> str | int | None:
    """Return a text, or 0 where it is the one that is known; most of a link's texts are one and the same."""
    return 0 if text == known else text


def _plain_place(url: str, place: Occurrence) -> tuple[object, ...]:
    return (
        _unlike(url, place.url),
        _unlike(place.url, place.raw),
        _NUMBER_OF[place.markup],
        _plain_span(place.span),
        place.text,
        place.section,
        _plain_span(place.used) if place.used is not None else None,
        place.entry,
        place.leads,
        place.context,
        place.parent,
    )


def _plain_span(span: Span) -> tuple[str | int, ...]:
    at = (span.path, span.line, span.col, span.end_line, span.end_col, span.start, span.end)
    return (*at, span.wide, span.end_wide) if span.wide or span.end_wide else at


def _place(known: str, plain: list[Any]) -> Occurrence:
    url, raw, markup, span, text, section, used, *others = plain
    url = known if url == 0 else url
    return Occurrence(
        url,
        url if raw == 0 else raw,
        _MARKUPS[markup],
        Span(*span),
        text,
        section,
        Span(*used) if used is not None else None,
        *others,
    )
