"""Rooms at Matrix: the page is one for all of them, but a server's directory knows their names.

Source: Matrix client-server API, "GET /directory/room/{roomAlias}", and docs/facts/services.md#matrix. A name that is
not found may be that of a server which is down, so that only good news is believed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import unquote

from linkwarden.foreign import text_at
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example
from linkwarden.providers.registry import Case, OneByOne, Outcome, Place, Thing, answered, ask, encoded, unanswered

if TYPE_CHECKING:
    from linkwarden.net import Net

_SERVICE = "The directory of rooms at matrix.org"
_DIRECTORY = "https://matrix.org/_matrix/client/v3/directory/room/"
#: A room's name (Matrix specification, appendix "Room aliases").
_ALIAS = pattern(r"#[^\s:?#/]{1,200}:[\w.-]{1,200}(?::\d{1,5})?", re.ASCII)


class Matrix(OneByOne[Thing]):
    """Settles rooms that have a name; people, events and rooms by number tell nobody whether they are there."""

    name = "matrix"
    title = "rooms at Matrix"
    rank = 274
    domains = frozenset({"matrix.to"})
    examples = (
        Example("https://matrix.to/#/#linkwarden:matrix.org", "#linkwarden:matrix.org"),
        Example("https://matrix.to/#/%23a-room:example.org?via=matrix.org", "#a-room:example.org"),
        Example("https://matrix.to/#/!AbCdEf:matrix.org", None),
        Example("https://matrix.to/#/@somebody:matrix.org", None),
        Example("https://matrix.to/", None),
        Example("https://matrix.to/#/#a:b.org", None, image=True),
    )

    def read(self, place: Place) -> Thing | None:
        alias = unquote(place.fragment.removeprefix("/").partition("?")[0])
        return Thing(alias) if _ALIAS.fullmatch(alias) else None

    async def settle(self, net: Net, cases: Sequence[Case[Thing]]) -> Sequence[Outcome]:
        reply = await ask(net, f"{_DIRECTORY}{encoded(cases[0].ref.ident)}", "matrix", attempts=1)
        if reply.status == 200 and text_at(reply.value, "room_id"):
            return answered(cases, reply, "the directory knows the room")
        if reply.status == 404:
            return [case.passed() for case in cases]
        return unanswered(cases, _SERVICE, reply)  # its page is one for all rooms
