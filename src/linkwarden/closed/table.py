"""Services that have closed: where their URLs are, what is known, and what to link instead (``closed.tsv``).

What only looks closed is left out on purpose (docs/facts/closed-services.md#traps).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache, lru_cache
from typing import NamedTuple

from linkwarden.datafile import DataFileError, Row, read_table
from linkwarden.model import Basis, Suggestion
from linkwarden.patterns import pattern
from linkwarden.url import Url, parse, patterns_for, plain_host

_AUTHORITY = pattern(r"https?://[^/?#\\]*", re.IGNORECASE)


class Fate(StrEnum):
    """What a reader gets from a closed service's URLs."""

    GONE = "gone"
    REPLACED = "replaced"
    UNSURE = "unsure"


class Grade(StrEnum):
    """How well it is known (docs/facts/README.md#grades)."""

    DOCUMENTED = "D"
    OBSERVED = "O"
    KNOWN = "K"
    UNSURE = "U"


_CERTAIN = frozenset({Grade.DOCUMENTED, Grade.OBSERVED})


class Replacement(NamedTuple):
    """How a URL of a closed service becomes one of what replaced it: a row of ``replacements.tsv``.

    Attributes:
        pattern: for the whole URL without its scheme, with the host in lower case.
        url: the new URL, with groups of the pattern.
        grade: how well it is known that the thing is there.
        why: one clause with the reason.
    """

    pattern: re.Pattern[str]
    url: str
    grade: Grade
    why: str


class Service(NamedTuple):
    """A closed service, or a part of one: a row of ``closed.tsv``, which says what its columns mean.

    Attributes:
        since: when it closed, in words.
        remedy: what to link instead, as an imperative sentence.
    """

    id: str
    name: str
    hosts: tuple[str, ...]
    path: re.Pattern[str]
    query: re.Pattern[str]
    spares: tuple[str, ...]
    fate: Fate
    since: str
    grade: Grade
    source: str
    remedy: str

    def covers(self, url: Url) -> bool:
        """Return whether a URL is one of this service's."""
        if not url.on(*self.hosts) or url.on(*self.spares) or not self.path.match("/".join(url.segments)):
            return False
        return self.query.search(url.text.partition("#")[0].partition("?")[2]) is not None

    @property
    def is_certain(self) -> bool:
        """True if its links are settled without a request."""
        return self.fate is not Fate.UNSURE and self.grade in _CERTAIN

    def replacement(self, url: Url) -> Suggestion | None:
        """Return the URL that takes the place of one of this service's, where that is known."""
        return self._suggestion(url, certain=True)

    def guess(self, url: Url) -> Suggestion | None:
        """Return the URL that may take the place of one of this service's, if it answers."""
        return self._suggestion(url, certain=False)

    def _suggestion(self, url: Url, *, certain: bool) -> Suggestion | None:
        place = _AUTHORITY.sub(url.host, url.text, count=1)
        for rule in _replacements().get(self.id, ()):
            match = rule.pattern.fullmatch(place)
            if match:
                fits = (rule.grade in _CERTAIN) is certain
                return Suggestion(match.expand(rule.url), rule.why, Basis.SUCCESSOR) if fits else None
        return None


def find(url: Url) -> Service | None:
    """Return the row that a URL belongs to, or None."""
    rows = sorted({row for pattern in url.domains & _BY_HOST.keys() for row in _BY_HOST[pattern]})
    return next((SERVICES[row] for row in rows if SERVICES[row].covers(url)), None)


def find_by_text(text: str) -> Service | None:
    """Return what ``find`` returns, for a URL that has not been taken apart."""
    host = plain_host(text)
    if host is not None and not knows_host(host):
        return None  # as for nearly every URL of a list
    url = parse(text)
    return find(url) if url else None


@lru_cache(maxsize=16_384)  # a list names the same hosts over and over
def knows_host(host: str) -> bool:
    """Return whether a row names a host, in lower case, or a domain that it lies in."""
    return not patterns_for(host).isdisjoint(_BY_HOST)


def _service(row: Row) -> Service:
    if not row["hosts"] or not all(row[column] for column in ("id", "name", "since", "source", "remedy")):
        raise row.error("one of id, name, hosts, since, source, remedy is empty")
    return Service(
        id=row["id"],
        name=row["name"],
        hosts=tuple(row["hosts"].split()),
        path=pattern(row["path"]),
        query=pattern(row["query"]),
        spares=tuple(row["spares"].split()),
        fate=row.read("fate", Fate),
        since=row["since"],
        grade=row.read("grade", Grade),
        source=row["source"],
        remedy=row["remedy"],
    )


@cache  # few lists have a link to a closed service
def _replacements() -> Mapping[str, Sequence[Replacement]]:
    rules: dict[str, list[Replacement]] = defaultdict(list)
    for row in read_table(__package__, "replacements.tsv", ("service", "pattern", "url", "grade", "why")):
        pattern, grade = row.read("pattern", re.compile), row.read("grade", Grade)
        rules[row["service"]].append(Replacement(pattern, row["url"], grade, row["why"]))
    if unknown := rules.keys() - {service.id for service in SERVICES}:
        raise DataFileError(f"replacements.tsv: closed.tsv has no {', '.join(sorted(unknown))}")
    return rules


_COLUMNS = ("id", "name", "hosts", "path", "query", "spares", "fate", "since", "grade", "source", "remedy")
SERVICES = tuple(_service(row) for row in read_table(__package__, "closed.tsv", _COLUMNS, unique="id"))
_BY_HOST: dict[str, list[int]] = defaultdict(list)
for _row, _entry in enumerate(SERVICES):
    for _pattern in _entry.hosts:
        _BY_HOST[_pattern].append(_row)
