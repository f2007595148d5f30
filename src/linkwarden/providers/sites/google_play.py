"""Apps at Google Play, whose page is another one in each country: the page for one country is asked for by name.

Source: docs/facts/services.md#google-play. A 404 means "not in this country", so that nothing is called gone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from linkwarden.foreign import title_of
from linkwarden.model import Rule, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example, LoadContext
from linkwarden.providers.registry import Canary, Case, OneByOne, Outcome, Place, Reply, answered, ask, unanswered
from linkwarden.records import dataclass
from linkwarden.soft404.page import Page

if TYPE_CHECKING:
    from linkwarden.net import Net

_SERVICE = "Google Play"
_DEFAULT_COUNTRY = "us"
#: Google's own mail program, which is offered everywhere [K].
CANARY = "com.google.android.gm"
_NAME = pattern(r"[A-Za-z]\w*(?:\.\w+)+", re.ASCII)
_COUNTRY = pattern(r"[a-z]{2}")
_BYTES = 65_536
#: How the title of an app's page ends in English.
_TITLE_END = " - Apps on Google Play"

NOT_IN_STORE = Rule(
    "LW682",
    "not-in-google-play",
    Verdict.SUSPECT,
    "Google Play does not offer this app in the country that was asked about",
    "The app's page answers 404 for the country that the URL names (or the United States, if it names none), while "
    "that of another app is there. It may have been withdrawn, or be offered in other countries only.",
    "Open the URL in a browser. If nothing is there, look for the app elsewhere, or remove the entry.",
)


@dataclass(frozen=True, slots=True)
class _App:
    """An app, and the two letters of the country."""

    name: str
    country: str

    @property
    def ident(self) -> str:
        return f"{self.country}:{self.name}"

    @property
    def page(self) -> str:
        """Its page in English."""
        return f"https://play.google.com/store/apps/details?id={self.name}&hl=en&gl={self.country.upper()}"


class GooglePlay(OneByOne[_App]):
    """Settles apps; books, films and lists are left to the web."""

    name = "google-play"
    title = "Google Play"
    rank = 267
    domains = frozenset({"play.google.com"})
    rules = (NOT_IN_STORE,)
    examples = (
        Example("https://play.google.com/store/apps/details?id=org.example.app", "us:org.example.app"),
        Example("https://play.google.com/store/apps/details?hl=de&gl=DE&id=org.example.app", "de:org.example.app"),
        Example("https://play.google.com/store/apps/dev?id=123", None),
        Example("https://play.google.com/store/apps/details?id=x", None),
        Example("https://play.google.com/store/apps/details?id=org.example.app", None, image=True),
    )

    def __init__(self, ctx: LoadContext) -> None:
        super().__init__(ctx)
        self._canary = Canary(_knows_its_own)

    def read(self, place: Place) -> _App | None:
        name, country = place.query.get("id", ""), place.query.get("gl", "").lower()
        parts = place.segments  # the app's title may stand behind them
        if parts[:3] != ("store", "apps", "details") or len(parts) > 4 or not _NAME.fullmatch(name):
            return None
        return _App(name, country if _COUNTRY.fullmatch(country) else _DEFAULT_COUNTRY)

    async def settle(self, net: Net, cases: Sequence[Case[_App]]) -> Sequence[Outcome]:
        app = cases[0].ref
        reply = await _page(net, app)
        title = _title(reply)
        if title:
            return answered(cases, reply, f"its page for {app.country.upper()} is there", title=title_of(title))
        if reply.status != 404 or reply.wall is not None:
            return unanswered(cases, _SERVICE, reply)
        if not await self._canary.lives(net):
            return unanswered(cases, _SERVICE, reply, "does not even show an app that is certainly there")
        reason = f"Google Play does not offer this app in the country {app.country.upper()}."
        return answered(cases, reply, f"its page for {app.country.upper()} is 404", NOT_IN_STORE, reason)


async def _page(net: Net, app: _App) -> Reply:
    return await ask(net, app.page, "google-play", accept="text/html", max_bytes=_BYTES)


def _title(reply: Reply) -> str:
    """Return what the page of an app calls it, or "" if it is no such page."""
    if reply.response is None or reply.status != 200 or reply.wall is not None:
        return ""
    title = Page(reply.response).title or ""
    return title.removesuffix(_TITLE_END) if title.endswith(_TITLE_END) else ""


async def _knows_its_own(net: Net) -> bool:
    return bool(_title(await _page(net, _App(CANARY, _DEFAULT_COUNTRY))))
