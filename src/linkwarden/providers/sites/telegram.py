"""Telegram's channels, groups, bots and people: the page of a name answers 200 always, and tells by what it shows.

Source: docs/facts/services.md#telegram. Names that nobody has and names that are hidden look alike, so that nothing is
called gone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from linkwarden.model import Rule, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example
from linkwarden.providers.registry import Case, OneByOne, Outcome, Place, Thing, answered, ask, unanswered
from linkwarden.soft404.page import Page

if TYPE_CHECKING:
    from linkwarden.net import Net

_SERVICE = "Telegram"
_NAME = pattern(r"[A-Za-z][A-Za-z0-9_]{3,31}", re.ASCII)
#: First segments that are no names (docs/facts/services.md#telegram).
_NO_NAMES = frozenset(
    {"addemoji", "addlist", "addstickers", "addtheme", "boost", "call", "confirmphone", "contact", "giftcode"}
    | {"invoice", "joinchat", "login", "proxy", "setlanguage", "share", "socks"}
)
#: What may follow a name: the number of a post, perhaps in a topic.
_POST = pattern(r"\d{1,12}", re.ASCII)
_BYTES = 65_536
#: What the page of somebody shows, and no other page of the site.
_SHOWN = re.compile(rb"class=\"tgme_page_(?:extra|title)\b")

NOT_SHOWN = Rule(
    "LW673",
    "telegram-name-not-shown",
    Verdict.SUSPECT,
    "Telegram shows nobody under this name",
    "The page of a channel, group, bot or person says who that is. This one shows the general invitation to use "
    "Telegram only, as it does for names that nobody has, and for those that are hidden.",
    "Open the URL in Telegram. If nothing is there, look for the new name or remove the entry.",
)


class Telegram(OneByOne[Thing]):
    """Settles public names. Invitations by a key tell nobody whether they work."""

    name = "telegram"
    title = "Telegram"
    rank = 273
    domains = frozenset({"t.me", "telegram.me", "telegram.dog"})
    rules = (NOT_SHOWN,)
    examples = (
        Example("https://t.me/durov", "durov"),
        Example("https://t.me/s/Durov/12", "durov"),
        Example("https://telegram.me/some_channel", "some_channel"),
        Example("https://t.me/+AbCdEf", None),
        Example("https://t.me/joinchat/AbCdEf", None),
        Example("https://t.me/durov", None, image=True),
    )

    def read(self, place: Place) -> Thing | None:
        parts = place.segments[1:] if place.segments[:1] == ("s",) else place.segments
        if not parts or not _NAME.fullmatch(parts[0]) or parts[0].lower() in _NO_NAMES:
            return None
        if not all(_POST.fullmatch(part) for part in parts[1:]):  # a story, an app, or a path of the site
            return None
        return Thing(parts[0].lower())

    async def settle(self, net: Net, cases: Sequence[Case[Thing]]) -> Sequence[Outcome]:
        name = cases[0].ref.ident
        reply = await ask(net, f"https://t.me/{name}", "telegram", accept="text/html", max_bytes=_BYTES)
        if (
            reply.response is None
            or reply.status != 200
            or reply.wall is not None
            or b"tgme_" not in reply.response.body
        ):
            return unanswered(cases, _SERVICE, reply)
        if _SHOWN.search(reply.response.body):
            title = Page(reply.response).meta("og:title")
            return answered(cases, reply, "the page says who it is", title=title)
        reason = f"Telegram shows nobody called {name}: there is nobody of this name, or the name is hidden."
        return answered(cases, reply, "the page is the general one", NOT_SHOWN, reason)
