"""Records of Zenodo, asked by its interface: a record may have another DOI than Zenodo's own.

Records whose DOI is registered are settled before by the DOI system. Source: docs/facts/services.md#zenodo (interface:
200, 404, 410 for a record that was taken down).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from linkwarden.model import Claim, Evidence, Kind, Pass, Rule, Target, Verdict
from linkwarden.providers.base import Example
from linkwarden.providers.registry import OneByOne, ask, place_of, silent, told

if TYPE_CHECKING:
    from linkwarden.net import Net

_API = "https://zenodo.org/api/records/"
_NUMBER = re.compile(r"[1-9]\d{0,11}", re.ASCII)

MISSING = Rule(
    "LW659",
    "zenodo-record-missing",
    Verdict.BROKEN,
    "Zenodo has no such record, or took it down",
    "Zenodo's interface says that there is no record of this number, or that the record was taken down and only a "
    "note is left in its place. No DOI of Zenodo's own is registered for this number either.",
    "Look for the work's title at Zenodo or elsewhere, or take the entry out.",
)


class Zenodo(OneByOne):
    """Settles records that the DOI system does not; communities, searches and files are left to the web."""

    name: ClassVar[str] = "zenodo"
    rank: ClassVar[int] = 290
    kind: ClassVar[Kind] = Kind.PAGE
    domains: ClassVar[frozenset[str] | None] = frozenset({"zenodo.org"})
    rules: ClassVar[tuple[Rule, ...]] = (MISSING,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("https://zenodo.org/records/1234567", "1234567"),
        Example("https://www.zenodo.org/record/1234567?ln=en#files", "1234567"),
        Example("https://zenodo.org/records/1234567/files/data.zip", None),
        Example("https://zenodo.org/communities/ml", None),
        Example("https://zenodo.org/records/1234567", None, image=True),
    )

    def claim(self, target: Target) -> str | None:
        """Give the number of the record."""
        place = place_of(target)
        if place is None or place.host != "zenodo.org":
            return None
        match place.segments:
            case ("record" | "records", number) if _NUMBER.fullmatch(number):
                return number
        return None

    async def settle(self, net: Net, group: Sequence[Claim]) -> list[Evidence | Pass]:
        """Settle all links to one record."""
        number = group[0].ident
        reply = await ask(net, _API + number, "zenodo")
        if reply.status == 200 and reply.is_object:
            return [told(claim, reply, facts=(reply.fact(f"Zenodo has the record {number}"),)) for claim in group]
        if reply.status not in (404, 410) or reply.is_wall or not reply.table:
            return list(silent(group, "Zenodo", reply))
        if reply.status == 410:
            reason, seen = f"Zenodo took the record {number} down.", "Zenodo says that the record was taken down"
        else:
            reason, seen = f"Zenodo has no record {number}.", "Zenodo has no such record"
        return [told(claim, reply, MISSING, reason, facts=(reply.fact(seen),)) for claim in group]
