"""Sites that no program can tell about: ``unknowable.tsv``, which says what its columns mean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from linkwarden.answers import rules
from linkwarden.datafile import Row, read_table
from linkwarden.model import Claim, Evidence, Fact
from linkwarden.patterns import pattern
from linkwarden.text import domains_of, host_of

_COUNTRY = pattern(r"\.(?:com|[a-z]{2}|com?\.[a-z]{2})\Z")


@dataclass(frozen=True, slots=True)
class Site:
    """A site, or a part of one, whose responses to programs show nothing.

    Attributes:
        path: how the paths of the part begin; "" is the whole site.
        asked: it is worth a request, because it answers some programs.
        why: what it does, as a clause.
    """

    path: str
    asked: bool
    why: str

    def evidence(self, claim: Claim, status: int | None = None, facts: tuple[Fact, ...] = ()) -> Evidence:
        """Return the evidence for a link to it: with the status of a refusal, or without a request."""
        seen = ", so no request was made" if status is None else f" ({status})"
        reason = f"{self.why}{seen}; open it in a browser."
        return Evidence.of(claim, rules.SITE_NEVER_TELLS, reason, status=status, facts=facts)


def site_of(url: str | None) -> Site | None:
    """Return the site that a URL leads to if it is one that no program can tell about, else None."""
    host = host_of(url or "")
    if not url or not host:
        return None
    path = "/" + url.split("//", 1)[-1].partition("/")[2]
    for name in _names_of(host):
        for site in _sites().get(name, ()):
            if path.startswith(site.path):
                return site
    return None


def _names_of(host: str) -> Iterator[str]:
    """Yield the names under which the table may have a host."""
    yield from domains_of(host)
    bare = host.removeprefix("www.")
    country = _COUNTRY.search(bare)
    if country is not None:
        brand = bare[: country.start()]
        yield f"={brand}.*"
        yield from (f"{name}.*" for name in domains_of(brand))


@cache
def _sites() -> Mapping[str, tuple[Site, ...]]:
    found: dict[str, list[Site]] = defaultdict(list)
    for row in read_table(__package__, "unknowable.tsv", ("host", "path", "asked", "why")):
        found[row["host"]].append(Site(row["path"], _is_asked(row), row["why"]))
    return {host: tuple(sites) for host, sites in found.items()}


def _is_asked(row: Row) -> bool:
    return row.read("asked", ("never", "once").index) == 1
