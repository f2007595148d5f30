"""What a provider is: somebody who knows how one kind of URL is settled.

Adding one costs a file in this package and its test. Discovery finds it; ``explain``, the reports and the docs
derive from its rules; ``tests/contracts`` runs its examples.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from linkwarden.config import Rewrite
from linkwarden.docsites import Sites
from linkwarden.model import Anchor, Claim, Evidence, Kind, Pass, Patience, Remembered, Rule, Target
from linkwarden.records import dataclass
from linkwarden.text import domains_of, host_of
from linkwarden.url import plain_host

if TYPE_CHECKING:
    from datetime import datetime

    from linkwarden.net import Net


@dataclass(frozen=True, slots=True)
class Example:
    """A URL and what ``claim`` gives for it (None: not this provider's); run by the contract test."""

    url: str
    ident: str | None
    image: bool = False


@dataclass(frozen=True, slots=True)
class Skip:
    """A provider's reason for sitting this run out; shown once as a hint where it is worth one."""

    reason: str
    hint: str = ""


def _no_anchors(_path: Path) -> Sequence[Anchor] | None:
    return None


def _no_memory(_key: str) -> Remembered | None:
    return None


@dataclass(frozen=True, slots=True)
class LoadContext:
    """What a provider may know about the run before it begins.

    Attributes:
        root: the repository root, out of which no local file is read.
        root_is_given: the user named the root, so that it is also where links of a site's pages that begin with ``/``
            start.
        sites: the documentation sites of the repository; None if they are still to be looked for.
        rewrites: beginnings of URLs that are looked for elsewhere; what a folder takes the place of has no address.
        github_token: a token, or None.
        contact: mail address or URL for APIs that want one, or None.
        offline: no request will be made.
        anchors_of: gives the anchors of a local document (read and parsed once), or None if it is not a document
            that linkwarden reads.
        hint: call it to tell the user something once at the end.
        allow_networks: networks in CIDR notation that count as public (``--allow-network``).
        archive: the Internet Archive may be asked for copies of what is lost.
        is_listed: tells of a URL that it is a link of the run, as far as that is read.
        is_private: tells of a host that what it sends is for this user only, so that nobody else is told of its URLs.
        recall: gives what the memory holds of a URL, by key, or None.
        patience: how long a failure of the network has to last before a link is called broken; None without a memory.
    """

    root: Path
    root_is_given: bool = False
    sites: Sites | None = None
    rewrites: tuple[Rewrite, ...] = ()
    github_token: str | None = None
    contact: str | None = None
    offline: bool = False
    anchors_of: Callable[[Path], Sequence[Anchor] | None] = _no_anchors
    hint: Callable[[str], None] = lambda _text: None
    allow_networks: tuple[str, ...] = ()
    archive: bool = True
    is_listed: Callable[[str], bool] = lambda _url: False
    is_private: Callable[[str], bool] = lambda _host: False
    recall: Callable[[str], Remembered | None] = _no_memory
    patience: Patience | None = None


class Provider(ABC):
    """One kind of URL and how to settle it.

    Class attributes:
        name: unique, kebab-case; becomes ``checked_by`` in reports.
        title: what it knows, as the README lists it; "" where the README says more about it, or nothing.
        rank: who is asked first (lower comes first); 10..99 offline, 100..499 registries, 500 image, 1000 web.
        gathers: True where many links cost one request: they wait until all lists are read, then go to ``check``
            together, in a lane of the provider's own. False: each goes at once, in the lane of its host.
        per_question: the most distinct idents that one call of ``check`` gets; read only where links are gathered.
        online: False if ``check`` makes no request; such providers also run under ``--offline``.
        kind: what its targets are in reports; an image stays an image.
        domains: it claims nothing outside these domains and what lies below them, so it is not asked about the rest
            of a list; None if it looks at every URL.
        rules: every rule that it can raise.
        rule_names: code and name of each of them ("LW301 not-found"); made from ``rules``, and kept in the index.
        lasting: for how long a good answer stands without asking again, because what it says does not change (that a
            DOI is registered); with a memory only.
        examples: URLs with the ident that ``claim`` gives.
    """

    name: ClassVar[str]
    title: ClassVar[str] = ""
    rank: ClassVar[int]
    gathers: ClassVar[bool] = False
    per_question: ClassVar[int] = 1
    online: ClassVar[bool] = True
    kind: ClassVar[Kind] = Kind.PAGE
    domains: ClassVar[frozenset[str] | None] = None
    rules: ClassVar[tuple[Rule, ...]] = ()
    rule_names: ClassVar[tuple[str, ...]] = ()
    lasting: ClassVar[timedelta] = timedelta(0)
    examples: ClassVar[tuple[Example, ...]] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.rule_names = tuple(f"{rule.code} {rule.slug}" for rule in cls.rules)

    def __init__(self, ctx: LoadContext) -> None:
        self.ctx = ctx

    @classmethod
    def load(cls, ctx: LoadContext) -> Self | Skip:
        """Make the provider for a run, or decline with a reason."""
        return cls(ctx)

    def looks_at(self, host: str) -> bool:  # noqa: ARG002 - most look at every host in their domains
        """Return False if it claims nothing on a host, so that it is not asked about any link there.

        Args:
            host: in lower case, of a URL that begins as nearly all do; "" stands for links without an ``address``.
        """
        return True

    @abstractmethod
    def claim(self, target: Target) -> str | None:
        """Return the ident under which this provider can settle the target, or None. Pure; never raises."""

    def lane(self, claim: Claim) -> str:
        """Return the name of the queue in which a claim waits for its turn."""
        if self.gathers:
            return f"{self.name} (registry)"
        return host_of(claim.target.address or "") or self.name

    @abstractmethod
    def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Evidence | Pass]:
        """Settle claims: at least one Evidence or Pass for each, in any order.

        Args:
            claims: of one ident, or of at most ``per_question`` idents where links are gathered; claims that share
                an ident come together.
            net: the only way to the network. Offline providers do not touch it.
            now: the instant that counts as the present (``--now``).

        Raises:
            Exception: a defect of the provider. The engine reports it; its links become internal errors, the
                other providers' results stand. ``NetError`` must be handled here.
        """


def by_ident(claims: Iterable[Claim]) -> dict[str, list[Claim]]:
    """Group claims by ident, in the order in which the idents first come."""
    groups: dict[str, list[Claim]] = {}
    for claim in claims:
        groups.setdefault(claim.ident, []).append(claim)
    return groups


class Roster:
    """Providers in the order in which they are asked; those for a host are found out, and loaded, once.

    Args:
        classes: of all providers, in order; of those that no link needs no more is known than their domains.
        load: makes a provider for the run, or returns None if it sits the run out.
    """

    def __init__(
        self,
        classes: Iterable[type[Provider]] = (),
        load: Callable[[type[Provider]], Provider | None] = lambda _cls: None,
    ) -> None:
        self._classes = tuple(classes)
        self._load = cache(load)
        self._everywhere = {place for place, cls in enumerate(self._classes) if cls.domains is None}
        self._by_domain: dict[str, set[int]] = {}
        for place, cls in enumerate(self._classes):
            for domain in cls.domains or ():
                self._by_domain.setdefault(domain, set()).add(place)
        self._found: dict[frozenset[int], tuple[Provider, ...]] = {}
        self._by_host: dict[str, tuple[Provider, ...]] = {}

    def concerned(self, target: Target) -> tuple[Provider, ...]:
        """Return those providers that may claim a target, in order (see ``Provider.domains`` and ``looks_at``)."""
        address = target.address
        host = "" if address is None else plain_host(address) or None
        if host is None:  # it may not be the host that a provider sees there
            return self._in_domains(host_of(address or ""))
        found = self._by_host.get(host)
        if found is None:
            loaded = self._in_domains(host)
            found = self._by_host[host] = tuple(provider for provider in loaded if provider.looks_at(host))
        return found

    def _in_domains(self, host: str) -> tuple[Provider, ...]:
        above = (self._by_domain[domain] for domain in domains_of(host) if domain in self._by_domain)
        return self._loaded(frozenset(self._everywhere.union(*above)))

    def _loaded(self, places: frozenset[int]) -> tuple[Provider, ...]:
        found = self._found.get(places)
        if found is None:
            loaded = (self._load(self._classes[place]) for place in sorted(places))
            found = self._found[places] = tuple(provider for provider in loaded if provider is not None)
        return found
