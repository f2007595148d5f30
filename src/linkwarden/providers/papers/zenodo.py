"""Records of Zenodo, asked by its API: a record may have another DOI than Zenodo's own.

Records whose DOI is registered are settled before by the DOI system. Source: docs/facts/services.md#zenodo (API:
200, 404, 410 for a record that was taken down).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from linkwarden.model import Rule, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example
from linkwarden.providers.registry import Case, OneByOne, Outcome, Place, Thing, answered, ask, unanswered

if TYPE_CHECKING:
    from linkwarden.net import Net

_API = "https://zenodo.org/api/records/"
_NUMBER = pattern(r"[1-9]\d{0,11}", re.ASCII)

MISSING = Rule(
    "LW659",
    "zenodo-record-missing",
    Verdict.BROKEN,
    "Zenodo has no such record, or took it down",
    "Zenodo's API says that there is no record of this number, or that the record was taken down and only a "
    "note is left in its place. No DOI of Zenodo's own is registered for this number either.",
    "Look for the work's title at Zenodo or elsewhere, or take the entry out.",
)


class Zenodo(OneByOne[Thing]):
    """Settles records that the DOI system does not; communities, searches and files are left to the web."""

    name = "zenodo"
    title = "Zenodo"
    rank = 290
    domains = frozenset({"zenodo.org"})
    rules = (MISSING,)
    examples = (
        Example("https://zenodo.org/records/1234567", "1234567"),
        Example("https://www.zenodo.org/record/1234567?ln=en#files", "1234567"),
        Example("https://zenodo.org/records/1234567/files/data.zip", None),
        Example("https://zenodo.org/communities/ml", None),
        Example("https://zenodo.org/records/1234567", None, image=True),
    )

    def read(self, place: Place) -> Thing | None:
        match place.segments:
            case ("record" | "records", number) if _NUMBER.fullmatch(number):
                return Thing(number)
        return None

    async def settle(self, net: Net, cases: Sequence[Case[Thing]]) -> Sequence[Outcome]:
        number = cases[0].ref.ident
        reply = await ask(net, _API + number, "zenodo")
        if reply.status == 200 and reply.describes("id"):
            return answered(cases, reply, f"Zenodo has the record {number}")
        if reply.status not in (404, 410) or reply.wall is not None or not reply.table:
            return unanswered(cases, "Zenodo", reply)
        if reply.status == 410:
            reason, seen = f"Zenodo took the record {number} down.", "Zenodo says that the record was taken down"
        else:
            reason, seen = f"Zenodo has no record {number}.", "Zenodo has no such record"
        return answered(cases, reply, seen, MISSING, reason)
