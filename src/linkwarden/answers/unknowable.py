"""Sites that no program can tell about: ``unknowable.tsv``, which says what its columns mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from linkwarden.answers import rules
from linkwarden.datafile import Row, read_groups
from linkwarden.model import Claim, Evidence, Fact
from linkwarden.patterns import pattern
from linkwarden.records import dataclass
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
    sites = _sites_at(host_of(url)) if url else ()
    if not url or not sites:  # nearly every URL of a list
        return None
    path = "/" + url.split("//", 1)[-1].partition("/")[2]
    return next((site for site in sites if path.startswith(site.path)), None)


@lru_cache(maxsize=4096)  # asked several times for each link of a host
def _sites_at(host: str) -> tuple[Site, ...]:
    """Return the rows that may be about a host, in the order in which they count."""
    return tuple(site for name in _names_of(host) for site in _sites().get(name, ()))


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
    columns = ("host", "path", "asked", "why")
    return read_groups(
        __package__, "unknowable.tsv", columns, "host", lambda row: Site(row["path"], _is_asked(row), row["why"])
    )


def _is_asked(row: Row) -> bool:
    return row.read("asked", ("never", "once").index) == 1
