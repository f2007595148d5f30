"""Services that have closed: where their URLs are, what is known, and what to link instead (``closed.tsv``).

Left out on purpose: goo.gl (links in use were kept), classic Google Sites and free Heroku apps (nothing in the URL
tells the living from the dead), godoc.org and jcenter.bintray.com (they redirect to what replaced them),
gitorious.org (volunteers mirror it), images.deepai.org (nothing is known).
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from linkwarden.datafile import Row, read_table
from linkwarden.model import Suggestion

if TYPE_CHECKING:
    from linkwarden.url import Url

_AUTHORITY = re.compile(r"https?://[^/?#\\]*", re.IGNORECASE)


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


@dataclass(frozen=True, slots=True)
class Replacement:
    """How a URL of a closed service becomes one of what replaced it: a row of ``replacements.tsv``.

    Attributes:
        pattern: for the whole URL without its scheme, with the host in lower case.
        url: the new URL, with groups of the pattern.
        why: one clause with the reason.
    """

    pattern: re.Pattern[str]
    url: str
    why: str


@dataclass(frozen=True, slots=True)
class Service:
    """A closed service, or a part of one: a row of ``closed.tsv``, which says what its columns mean.

    Attributes:
        since: when it closed, in words.
        remedy: what to link instead, as an imperative sentence.
        replacements: the rules that make new URLs of its old ones.
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
    replacements: tuple[Replacement, ...]

    def covers(self, url: Url) -> bool:
        """Return whether a URL is one of this service's."""
        if not url.on(*self.hosts) or url.on(*self.spares) or not self.path.match("/".join(url.segments)):
            return False
        return self.query.search(url.text.partition("#")[0].partition("?")[2]) is not None

    def suggest(self, url: Url) -> Suggestion | None:
        """Return the URL that takes the place of one of this service's, where a rule says so."""
        place = _AUTHORITY.sub(url.host, url.text, count=1)
        for rule in self.replacements:
            match = rule.pattern.fullmatch(place)
            if match:
                return Suggestion(match.expand(rule.url), rule.why)
        return None


def find(url: Url) -> Service | None:
    """Return the row that a URL belongs to, or None."""
    rows = sorted({row for pattern in url.domains & _BY_HOST.keys() for row in _BY_HOST[pattern]})
    return next((SERVICES[row] for row in rows if SERVICES[row].covers(url)), None)


def _service(row: Row, replacements: tuple[Replacement, ...]) -> Service:
    if not row["hosts"] or not all(row[column] for column in ("id", "name", "since", "source", "remedy")):
        raise row.error("one of id, name, hosts, since, source, remedy is empty")
    return Service(
        id=row["id"],
        name=row["name"],
        hosts=tuple(row["hosts"].split()),
        path=row.read("path", re.compile),
        query=row.read("query", re.compile),
        spares=tuple(row["spares"].split()),
        fate=row.read("fate", Fate),
        since=row["since"],
        grade=row.read("grade", Grade),
        source=row["source"],
        remedy=row["remedy"],
        replacements=replacements,
    )


def _load() -> tuple[Service, ...]:
    rules = defaultdict(list)
    for row in read_table(__package__, "replacements.tsv", ("service", "pattern", "url", "why")):
        rules[row["service"]].append(Replacement(row.read("pattern", re.compile), row["url"], row["why"]))
    columns = ("id", "name", "hosts", "path", "query", "spares", "fate", "since", "grade", "source", "remedy")
    rows = read_table(__package__, "closed.tsv", columns)
    return tuple(_service(row, tuple(rules[row["id"]])) for row in rows)


SERVICES = _load()
_BY_HOST: dict[str, list[int]] = defaultdict(list)
for _row, _entry in enumerate(SERVICES):
    for _pattern in _entry.hosts:
        _BY_HOST[_pattern].append(_row)
