"""Apps, music, podcasts and books in Apple's stores: looked up together by their numbers, a country at a time.

Source: Apple's "iTunes Search API" (lookup by id; every answer is about one country's store) and
docs/facts/services.md#apple. The pages of the stores answer differently from country to country.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from linkwarden.foreign import objects_at
from linkwarden.model import Claim, Rule, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example, LoadContext
from linkwarden.providers.registry import Case, Outcome, Place, Registry, Reply, answered, ask, by_ident, unanswered
from linkwarden.records import dataclass

if TYPE_CHECKING:
    from linkwarden.net import Net

_SERVICE = "Apple's store lookup"
_LOOKUP = "https://itunes.apple.com/lookup"
#: The API takes 200 numbers; an app's record is long, so that half as many fit into one response.
_PER_REQUEST = 100
_MAX_BYTES = 4 * 1024 * 1024
#: Where a URL names no country, the stores show this one.
_DEFAULT_COUNTRY = "us"
#: Pages, which Apple itself makes [K]: an answer without it says nothing about other apps.
CANARY = "361309726"
_COUNTRY = pattern(r"[a-z]{2}", re.ASCII)
_ID = pattern(r"(?:id)?(\d{6,12})", re.ASCII)
_TRACK = pattern(r"\d{6,12}", re.ASCII)
#: What the lookup knows; bundles of apps, stories and charts it does not.
_SHELVES = frozenset({"app", "album", "artist", "audiobook", "author", "book", "developer", "podcast"})
_NUMBERS = ("trackId", "collectionId", "artistId")
_NAMES = ("trackName", "collectionName", "artistName")

NOT_IN_STORE = Rule(
    "LW661",
    "not-in-apple-store",
    Verdict.SUSPECT,
    "Apple does not offer this in the country's store",
    "Apple's lookup was asked twice, knew another app in the same request, and has nothing under this number in the "
    "store of the country that the URL names (or of the United States, if it names none). It may have been withdrawn, "
    "or be offered in other countries only.",
    "Open the URL in a browser. If it is sold elsewhere, put that country into the URL (`apps.apple.com/de/app/…`).",
)


@dataclass(frozen=True, slots=True)
class _Item:
    """Something in a store: its number, and the two letters of the country."""

    number: str
    country: str

    @property
    def ident(self) -> str:
        return f"{self.country}:{self.number}"


class Apple(Registry[_Item]):
    """Settles what the lookup knows; other pages of the stores are left to the web."""

    name = "apple"
    title = "Apple's stores"
    rank = 265
    gathers = True
    per_question = _PER_REQUEST
    domains = frozenset(
        {"apps.apple.com", "itunes.apple.com", "podcasts.apple.com", "books.apple.com", "music.apple.com"}
    )
    rules = (NOT_IN_STORE,)
    examples = (
        Example("https://apps.apple.com/us/app/things-3/id904237743", "us:904237743"),
        Example("https://itunes.apple.com/app/id904237743?mt=8", "us:904237743"),
        Example("https://podcasts.apple.com/de/podcast/x/id1200361736", "de:1200361736"),
        Example("https://music.apple.com/gb/album/x/1440857781?i=1440857786", "gb:1440857786"),
        Example("https://apps.apple.com/us/app-bundle/x/id904237743", None),
        Example("https://apps.apple.com/us/charts/iphone", None),
        Example("https://apps.apple.com/us/app/x/id904237743", None, image=True),
    )

    def __init__(self, ctx: LoadContext) -> None:
        super().__init__(ctx)
        self._turn = asyncio.Lock()

    def read(self, place: Place) -> _Item | None:
        parts = list(place.segments)
        country = parts.pop(0) if parts and _COUNTRY.fullmatch(parts[0]) else _DEFAULT_COUNTRY
        found = _ID.fullmatch(parts[-1]) if parts else None
        if found is None or parts[0] not in _SHELVES:
            return None
        track = (
            place.query.get("i", "") if parts[0] == "album" else ""
        )  # elsewhere it is an episode, which is not known
        return _Item(track if _TRACK.fullmatch(track) else found[1], country)

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Outcome]:
        """Look up all numbers of a country at once, and again those that were absent."""
        del now  # what a store offers does not depend on this run's day
        countries: dict[str, list[Case[_Item]]] = {}
        for case in self.cases(claims):
            countries.setdefault(case.ref.country, []).append(case)
        for country, cases in countries.items():
            for item in await self._settle(net, country, cases):
                yield item

    async def _settle(self, net: Net, country: str, cases: Sequence[Case[_Item]]) -> list[Outcome]:
        groups = by_ident(cases)
        numbers = [found[0].ref.number for found in groups.values()]
        names, reply = await self._look_up(net, country, numbers)
        seen_in = dict.fromkeys(names, reply)
        absent = [number for number in numbers if number not in names]
        sure = False
        if absent and CANARY in names:
            again, reply = await self._look_up(net, country, absent)
            sure = CANARY in again
            seen_in = dict.fromkeys(again, reply) | seen_in
            names |= again
        settled: list[Outcome] = []
        for found in groups.values():
            number = found[0].ref.number
            if number in names:
                settled += answered(found, seen_in[number], f"Apple's store has number {number}", title=names[number])
            elif sure:
                reason = f"Apple's store for {country.upper()} does not offer this."
                settled += answered(found, reply, f"the store has no number {number}", NOT_IN_STORE, reason)
            else:
                why = "does not even know an app that is certainly there" if reply.status == 200 else ""
                settled += unanswered(found, _SERVICE, reply, why)
        return settled

    async def _look_up(self, net: Net, country: str, numbers: Sequence[str]) -> tuple[dict[str, str], Reply]:
        """Return the names of what a store has, by number; empty where the response is none."""
        query = urlencode({"id": ",".join(dict.fromkeys([*numbers, CANARY])), "country": country})
        async with self._turn:
            reply = await ask(net, f"{_LOOKUP}?{query}", "apple-lookup", accept="*/*", max_bytes=_MAX_BYTES)
        found: dict[str, str] = {}
        for item in objects_at(reply.value, "results") if reply.status == 200 else ():
            found.update(_numbers_of(item))
        return found, reply


def _numbers_of(item: Mapping[str, object]) -> dict[str, str]:
    """Return the numbers under which a record may have been asked for, each with the name of what it stands for."""
    return {
        str(item[number]): str(item.get(name, ""))
        for number, name in zip(_NUMBERS, _NAMES, strict=True)
        if number in item
    }
