"""A link of a run, from when it is read to when it is settled."""

from __future__ import annotations

from dataclasses import replace

from linkwarden.model import Evidence, Kind, Occurrence, Target
from linkwarden.providers import Provider
from linkwarden.records import dataclass


@dataclass(slots=True)
class Entry:
    """A target while it is being collected and settled."""

    target: Target
    provider: Provider | None = None
    as_image: bool = False
    unwraps: int = 0
    remembered: bool = False
    of_shard: bool = False  # this run checks it; with --shard, others check the rest
    notes: tuple[Evidence, ...] = ()
    evidence: Evidence | None = None
    _more: list[Occurrence] | None = None  # found since the target was made; most links stand in one place

    def add(self, occurrence: Occurrence) -> None:
        """Take in one more place."""
        if self._more is None:
            self._more = []
        self._more.append(occurrence)

    @property
    def places(self) -> int:
        """In how many places it was found so far."""
        return len(self.target.occurrences) + (len(self._more) if self._more is not None else 0)

    def refreshed(self) -> Target:
        """Return the target with every occurrence found so far.

        Made when it is needed and not at each occurrence: a badge that is 10,000 times in a list would be copied
        10,000 times.
        """
        if self._more is not None:
            self.target = replace(self.target, occurrences=(*self.target.occurrences, *self._more))
            self._more = None
        return self.target

    @property
    def kind(self) -> Kind:
        """The kind of thing that it is, as far as is known."""
        return kind_of(self.target, self.provider, as_image=self.as_image)


def kind_of(target: Target, provider: Provider | None, *, as_image: bool) -> Kind:
    """Return the kind of thing that a target is for the provider that claims it."""
    if as_image:
        return Kind.IMAGE
    if target.address is None and target.url.startswith("#"):
        return Kind.ANCHOR
    return provider.kind if provider is not None else Kind.OTHER
