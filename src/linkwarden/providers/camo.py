"""Takes addresses of GitHub's picture proxy apart, so that the picture behind them is judged."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from linkwarden.model import Claim, Evidence, Fact, Kind, Pass, Rule, Suggestion, Target, Verdict
from linkwarden.providers._base import Example, Provider
from linkwarden.providers._signed import Status, camo, classify, parse
from linkwarden.text import host_of, mask_secrets

if TYPE_CHECKING:
    from datetime import datetime

    from linkwarden.net import Net

CAMO = Rule(
    "LW230",
    "camo-address",
    Verdict.DEGRADED,
    "The address is GitHub's picture proxy, copied from a rendered page.",
    "GitHub shows foreign pictures through camo.githubusercontent.com. Such an address works until GitHub forgets it "
    "or the picture behind it goes, and it hides where the picture comes from. The picture's own address stands in "
    "it, so linkwarden judges that one.",
    "Put the picture's own address in its place, with https where the site offers it.",
)
UNREADABLE = Rule(
    "LW231",
    "camo-address-unreadable",
    Verdict.BROKEN,
    "The address is GitHub's picture proxy, and no picture's address can be read from it.",
    "A proxy address ends with a checksum and the picture's address in hexadecimal. Where that is cut or changed, "
    "GitHub has nothing to show.",
    "Copy the address of the original picture, or commit the picture to the repository.",
)

_UNREADABLE_IDENT = "unreadable"


class CamoProvider(Provider):
    """Unwraps addresses of GitHub's picture proxy."""

    name: ClassVar[str] = "camo"
    rank: ClassVar[int] = 5
    batch: ClassVar[int] = 1000
    online: ClassVar[bool] = False
    kind: ClassVar[Kind] = Kind.IMAGE
    domains: ClassVar[frozenset[str]] = frozenset({camo.HOST})
    rules: ClassVar[tuple[Rule, ...]] = (CAMO, UNREADABLE)
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            f"https://camo.githubusercontent.com/{'0a' * 32}/68747470733a2f2f612e6578616d706c652f622e706e67",
            "https://a.example/b.png",
            image=True,
        ),
        Example("https://camo.githubusercontent.com/0a0a/68747470", _UNREADABLE_IDENT, image=True),
        Example("https://camo.example/0a0a/68747470", None),
    )

    def claim(self, target: Target) -> str | None:
        """Take every address on the proxy's host; the ident is the picture's own address."""
        address = parse(target.address or "")
        if address is None or address.host != camo.HOST:
            return None
        return camo.unwrap(address.url) or _UNREADABLE_IDENT

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Evidence | Pass]:  # noqa: ARG002 - the contract; nothing is asked
        """Send each claim on under the picture's own address, with a remark."""
        for claim in claims:
            inner = camo.unwrap(claim.target.address or "")
            if inner is None:
                reason = "This is GitHub's picture proxy, and the address of the picture cannot be read from it."
                yield Evidence(key=claim.target.key, checked_by=self.name, rule=UNREADABLE, reason=reason)
            else:
                yield Pass(claim.target.key, note=_note(claim.target, inner), instead=inner)


def _note(target: Target, inner: str) -> Evidence:
    return Evidence(
        key=target.key,
        checked_by=CamoProvider.name,
        rule=CAMO,
        reason="The address is GitHub's picture proxy, copied from a rendered page; it stops when GitHub forgets it. "
        f"The picture itself stands at {mask_secrets(inner)}",
        suggestion=_suggestion(inner),
        facts=(Fact("The picture's own address is written in the proxy's address.", url=mask_secrets(inner)),),
    )


def _suggestion(inner: str) -> Suggestion | None:
    """Suggest the picture's own address, unless it is no better: one that ends, or another proxy address."""
    if classify(inner).status not in (Status.NONE, Status.PERMANENT, Status.FRAGILE) or host_of(inner) == camo.HOST:
        return None
    https = "" if inner.lower().startswith("https:") else "; put https in front where the site offers it"
    return Suggestion(inner, f"the picture's own address{https}")
