"""Data sets of OpenML, asked by its API: the pages are a frame that scripts fill, the same for every number.

Source: docs/facts/services.md#openml: 200 with a description, 412 (404 of the rewrite) with the code 111 for none. The
finding rests on just that response; any other one proves nothing, so a fact that is wrong reports nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from linkwarden.foreign import at
from linkwarden.model import Rule, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example
from linkwarden.providers.registry import Case, OneByOne, Outcome, Place, Thing, answered, ask, unanswered

if TYPE_CHECKING:
    from linkwarden.net import Net

_API = "https://www.openml.org/api/v1/json/data/"
_NUMBER = pattern(r"[1-9]\d{0,8}", re.ASCII)
_UNKNOWN = "111"

MISSING = Rule(
    "LW657",
    "openml-data-set-missing",
    Verdict.BROKEN,
    "OpenML has no such data set",
    "OpenML's API says that there is no data set of this number. Its page shows the same frame for every "
    "number, so it tells nothing by itself.",
    "Look for the data set by its name at openml.org, or take the entry out.",
)


class OpenML(OneByOne[Thing]):
    """Settles data sets; tasks, flows, runs and everything else are left to the web."""

    name = "openml"
    title = "OpenML"
    rank = 295
    domains = frozenset({"openml.org"})
    rules = (MISSING,)
    examples = (
        Example("https://www.openml.org/d/61", "61"),
        Example("https://openml.org/search?type=data&sort=runs&id=61&status=active", "61"),
        Example("https://www.openml.org/search?type=task&id=59", None),
        Example("https://www.openml.org/t/59", None),
        Example("https://www.openml.org/d/iris", None),
        Example("https://www.openml.org/d/61", None, image=True),
    )

    def read(self, place: Place) -> Thing | None:
        match place.segments:
            case ("d", number):
                pass
            case ("search",) if place.query.get("type") == "data":
                number = place.query.get("id", "")
            case _:
                return None
        return Thing(number) if _NUMBER.fullmatch(number) else None

    async def settle(self, net: Net, cases: Sequence[Case[Thing]]) -> Sequence[Outcome]:
        number = cases[0].ref.ident
        reply = await ask(net, _API + number, "openml")
        about = reply.table.get("data_set_description")
        if reply.status == 200 and str(at(about, "id")) == number:
            return answered(cases, reply, f"OpenML has the data set {number}", title=at(about, "name"))
        code = at(reply.value, "error", "code") if reply.status == 412 else at(reply.value, "code")
        if reply.status in (404, 412) and str(code) == _UNKNOWN and reply.wall is None:
            seen = f"OpenML says that the data set is unknown (error {_UNKNOWN})"
            return answered(cases, reply, seen, MISSING, f"OpenML has no data set {number}.")
        return unanswered(cases, "OpenML", reply)
