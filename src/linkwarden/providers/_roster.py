"""The providers of one run, and which of them an address can concern."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linkwarden.model import Target
from linkwarden.providers._base import Provider
from linkwarden.text import domains_of, host_of


class Roster:
    """Providers in the order in which they are asked; those for a host are found out once."""

    def __init__(self, providers: Iterable[Provider] = ()) -> None:
        self._all = tuple(providers)
        self._by_host: dict[str, tuple[Provider, ...]] = {}

    def __iter__(self) -> Iterator[Provider]:
        return iter(self._all)

    def concerned(self, target: Target) -> tuple[Provider, ...]:
        """Give those providers that may claim a target, in order (see ``Provider.domains``)."""
        if target.address is None:
            return self._all
        host = host_of(target.address)
        found = self._by_host.get(host)
        if found is None:
            above = frozenset(domains_of(host))
            found = tuple(p for p in self._all if p.domains is None or not above.isdisjoint(p.domains))
            self._by_host[host] = found
        return found
