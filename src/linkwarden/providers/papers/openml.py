"""Data sets of OpenML, asked by its interface: the pages are a frame that scripts fill, the same for every number.

Source: docs/facts/services.md#openml: 200 with a description, 412 with the error code 111 for an unknown one. The
accusation rests on just that answer; any other one proves nothing, so a fact that is wrong accuses nobody.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from linkwarden.model import Claim, Evidence, Kind, Pass, Rule, Target, Verdict
from linkwarden.providers.base import Example
from linkwarden.providers.registry import OneByOne, Reply, ask, place_of, silent, title_of, told

if TYPE_CHECKING:
    from linkwarden.net import Net

_API = "https://www.openml.org/api/v1/json/data/"
_NUMBER = re.compile(r"[1-9]\d{0,8}", re.ASCII)
_UNKNOWN = "111"

MISSING = Rule(
    "LW657",
    "openml-data-set-missing",
    Verdict.BROKEN,
    "OpenML has no such data set",
    "OpenML's interface says that there is no data set of this number. Its page shows the same frame for every "
    "number, so it tells nothing by itself.",
    "Look for the data set by its name at openml.org, or take the entry out.",
)


class OpenML(OneByOne):
    """Settles data sets; tasks, flows, runs and everything else are left to the web."""

    name: ClassVar[str] = "openml"
    rank: ClassVar[int] = 295
    kind: ClassVar[Kind] = Kind.PAGE
    domains: ClassVar[frozenset[str] | None] = frozenset({"openml.org"})
    rules: ClassVar[tuple[Rule, ...]] = (MISSING,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("https://www.openml.org/d/61", "61"),
        Example("https://openml.org/search?type=data&sort=runs&id=61&status=active", "61"),
        Example("https://www.openml.org/search?type=task&id=59", None),
        Example("https://www.openml.org/t/59", None),
        Example("https://www.openml.org/d/iris", None),
        Example("https://www.openml.org/d/61", None, image=True),
    )

    def claim(self, target: Target) -> str | None:
        """Give the number of the data set."""
        place = place_of(target)
        if place is None or place.host != "openml.org":
            return None
        match place.segments:
            case ("d", number):
                pass
            case ("search",) if place.query.get("type") == "data":
                number = place.query.get("id", "")
            case _:
                return None
        return number if _NUMBER.fullmatch(number) else None

    async def settle(self, net: Net, group: Sequence[Claim]) -> list[Evidence | Pass]:
        """Settle all links to one data set."""
        number = group[0].ident
        reply = await ask(net, _API + number, "openml")
        about = reply.table.get("data_set_description")
        if reply.status == 200 and isinstance(about, dict) and str(about.get("id")) == number:
            facts = (reply.fact(f"OpenML has the data set {number}"),)
            return [told(claim, reply, title=title_of(about.get("name")), facts=facts) for claim in group]
        if reply.status == 412 and _code_of(reply) == _UNKNOWN and not reply.is_wall:
            reason = f"OpenML has no data set {number}."
            facts = (reply.fact(f"OpenML says that the data set is unknown (error {_UNKNOWN})"),)
            return [told(claim, reply, MISSING, reason, facts=facts) for claim in group]
        return list(silent(group, "OpenML", reply))


def _code_of(reply: Reply) -> str:
    """Give the number of the error that OpenML's interface reports, or ""."""
    error = reply.table.get("error")
    return str(error.get("code")) if isinstance(error, dict) else ""
