"""Settles URLs that cannot work as they are spelt, and remarks on those that probably do not."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from linkwarden.model import Claim, Evidence, Kind, Markup, Pass, Suggestion, Target
from linkwarden.providers.base import Example, LoadContext, Provider
from linkwarden.providers.offline.malformed import rules
from linkwarden.providers.offline.malformed.parts import forgotten_scheme
from linkwarden.providers.offline.malformed.reading import Flaw, find_flaw, is_plain
from linkwarden.text import is_http
from linkwarden.tree import Tree

if TYPE_CHECKING:
    from datetime import datetime

    from linkwarden.net import Net
    from linkwarden.providers.offline.malformed.parts import IPAddress

_AS_TEXT = frozenset({Markup.MD_BARE, Markup.MD_AUTOLINK, Markup.BARE})


class MalformedProvider(Provider):
    """Reads every URL as a browser would, and says what is wrong with it."""

    name: ClassVar[str] = "malformed"
    rank: ClassVar[int] = 15
    online: ClassVar[bool] = False
    kind: ClassVar[Kind] = Kind.OTHER
    rules = rules.RULES
    examples: ClassVar[tuple[Example, ...]] = (
        Example("htps://arxiv.org/abs/1812.01187v1", "htps://arxiv.org/abs/1812.01187v1"),
        Example("http//a.example/x", "http//a.example/x"),
        Example("", "", image=True),
        Example("www.a.com/u", "www.a.com/u"),
        Example("https://a.example/x(1).", "https://a.example/x(1)."),
        Example("https://a.example/x(1)", None),
        Example("mailto:somebody@a.example", None),
        Example("docs/setup.md", None),
        Example("#models", None),
    )

    def __init__(self, ctx: LoadContext) -> None:
        super().__init__(ctx)
        self._tree = Tree(ctx.root)
        self._allowed = tuple(ipaddress.ip_network(cidr, strict=False) for cidr in ctx.allow_networks)

    def claim(self, target: Target) -> str | None:
        """Take what has a flaw, and what may be a web URL without its beginning; the ident is the URL."""
        url = target.url
        wrong = self._flaw(target) is not None or (not is_http(url) and forgotten_scheme(url) is not None)
        return url if wrong else None

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Evidence | Pass]:  # noqa: ARG002 - the contract; nothing is asked
        """Settle what cannot work; pass on the rest, with a remark where something is odd."""
        for claim in claims:
            flaw = self._flaw(claim.target)
            if flaw is None:
                yield await self._without_scheme(claim.target)
            elif flaw.rule in rules.REMARKS:
                yield Pass(claim.target.key, note=_evidence(claim.target, flaw), instead=flaw.without)
            else:
                yield _evidence(claim.target, flaw)

    def _flaw(self, target: Target) -> Flaw | None:
        url = target.url
        if is_http(url) or url.startswith("//"):
            url = target.original or target.address or f"https:{url}"
        if is_plain(url):
            return None
        return find_flaw(url, image=target.is_image, instruction=_is_instruction(target), allowed=self._is_allowed)

    def _is_allowed(self, ip: IPAddress | None) -> bool:
        """Return whether --allow-network covers an IP address; for None whether it covers any."""
        return any(ip is None or ip in network for network in self._allowed)

    async def _without_scheme(self, target: Target) -> Evidence | Pass:
        """Settle what begins like a site's name: a file of that name goes before."""
        meant = forgotten_scheme(target.url)
        if meant is None:
            return Pass(target.key)
        mail = meant.startswith("mailto:")
        kind = "mail address" if mail else "web URL"
        reason = f"The {kind} lacks its beginning, {'mailto:' if mail else 'https://'}, so it is taken for a file here."
        flaw = Flaw(rules.FORGOTTEN_SCHEME, reason, meant, "what was probably meant")
        if target.address is not None:
            # A list from the web: whether such a file lies beside it, its server has to say.
            there = not target.url.lower().startswith("www.")
        else:
            there = await asyncio.to_thread(self._tree.has, target.path, target.url)
        return Pass(target.key) if there else _evidence(target, flaw)


def _is_instruction(target: Target) -> bool:
    """Return whether the URL itself is what readers see, everywhere."""
    return all(o.markup in _AS_TEXT or o.text.strip().rstrip("/") == o.url.rstrip("/") for o in target.occurrences)


def _evidence(target: Target, flaw: Flaw) -> Evidence:
    suggestion = Suggestion(flaw.meant, flaw.why, flaw.basis) if flaw.meant else None
    return Evidence(
        key=target.key, checked_by=MalformedProvider.name, rule=flaw.rule, reason=flaw.reason, suggestion=suggestion
    )
