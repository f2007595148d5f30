"""Services that answer oEmbed for their pages, which are made by scripts or stand behind bot protection.

``oembed.tsv`` has the services and says what its columns mean. Only good news is believed: whatever else the service
answers, the page is requested as any other. Source: oembed.com, and docs/facts/services.md#oembed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from linkwarden.datafile import read_groups
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example
from linkwarden.providers.registry import Case, OneByOne, Outcome, Place, answered, ask, encoded
from linkwarden.records import dataclass
from linkwarden.text import domains_of

if TYPE_CHECKING:
    from linkwarden.net import Net


@dataclass(frozen=True, slots=True)
class _Service:
    """A row of the table."""

    path: re.Pattern[str]
    endpoint: str
    name: str


@cache
def _services() -> Mapping[str, tuple[_Service, ...]]:
    columns = ("domain", "path", "endpoint", "name")
    return read_groups(
        __package__, "oembed.tsv", columns, "domain", lambda r: _Service(pattern(r["path"]), r["endpoint"], r["name"])
    )


@dataclass(frozen=True, slots=True)
class _Thing:
    """Something at a service: its URL without fragment, parameters and a slash at the end, at which some stumble."""

    url: str
    service: _Service

    @property
    def ident(self) -> str:
        return self.url


class OEmbed(OneByOne[_Thing]):
    """Settles what its service shows to everybody; the rest is left to the web."""

    name = "oembed"
    title = "SoundCloud, Spotify, Flickr, TED and others by oEmbed"
    rank = 268
    domains = frozenset(_services())
    subdomains = True
    examples = (
        Example("https://soundcloud.com/artist/a-track/?si=x", "https://soundcloud.com/artist/a-track"),
        Example("https://open.spotify.com/intl-de/album/1AbC?si=x", "https://open.spotify.com/intl-de/album/1AbC"),
        Example("https://www.ted.com/talks/a_talk", "https://www.ted.com/talks/a_talk"),
        Example("https://soundcloud.com/artist", None),
        Example("https://open.spotify.com/", None),
        Example("https://soundcloud.com/artist/a-track", None, image=True),
    )

    def read(self, place: Place) -> _Thing | None:
        services = (service for name in domains_of(place.host) for service in _services().get(name, ()))
        service = next((service for service in services if service.path.fullmatch(place.path)), None)
        if service is None:
            return None
        return _Thing(re.split(r"[?#]", place.url, maxsplit=1)[0].rstrip("/"), service)

    async def settle(self, net: Net, cases: Sequence[Case[_Thing]]) -> Sequence[Outcome]:
        thing = cases[0].ref
        reply = await ask(net, f"{thing.service.endpoint}&url={encoded(thing.url)}", "oembed", attempts=1)
        if reply.status == 200 and "type" in reply.table and ("title" in reply.table or "html" in reply.table):
            return answered(cases, reply, f"{thing.service.name} shows it by oEmbed", title=reply.table.get("title"))
        return [case.passed() for case in cases]
