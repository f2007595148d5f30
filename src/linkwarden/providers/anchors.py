"""Settles links to places in the same document."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from linkwarden.model import Claim, Evidence, Kind, Pass, Rule, Target
from linkwarden.providers._base import Example, LoadContext, Provider
from linkwarden.providers._local_anchors import PlacesOf, anchor_evidence
from linkwarden.providers._local_rules import ANCHOR_RULES

if TYPE_CHECKING:
    from datetime import datetime

    from linkwarden.net import Net


class AnchorsProvider(Provider):
    """Compares ``#name`` with the names that GitHub gives to the document's headings, and with its HTML ids."""

    name: ClassVar[str] = "anchors"
    rank: ClassVar[int] = 20
    batch: ClassVar[int] = 1000
    online: ClassVar[bool] = False
    kind: ClassVar[Kind] = Kind.ANCHOR
    rules: ClassVar[tuple[Rule, ...]] = ANCHOR_RULES
    examples: ClassVar[tuple[Example, ...]] = (
        Example("#models", "#models"),
        Example("#", "#"),
        Example("other.md#models", None),
        Example("https://a.example/#models", None),
    )

    def __init__(self, ctx: LoadContext) -> None:
        super().__init__(ctx)
        self._places_of = PlacesOf(ctx.anchors_of)

    def claim(self, target: Target) -> str | None:
        """Take what begins with ``#``; the ident is the link."""
        return target.url if target.address is None and target.url.startswith("#") else None

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Evidence | Pass]:  # noqa: ARG002 - the contract; nothing is asked
        """Settle each claim by the document's anchors."""
        for claim in claims:
            target = claim.target
            yield await asyncio.to_thread(self._settle, target)

    def _settle(self, target: Target) -> Evidence:
        path = Path(target.path)
        return anchor_evidence(target.key, self.name, target.url[1:], self._places_of(path), document=path.name)
