"""Invitations to Discord servers: the API says which are valid, and on which day they end.

Source: Discord's API documentation ("Get Invite", error code 10006) and docs/facts/services.md#discord. The pages
answer 200 for every code.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from linkwarden.foreign import at, text_at, title_of
from linkwarden.model import Claim, Evidence, Rule, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example, LoadContext
from linkwarden.providers.registry import (
    Canary,
    Case,
    Outcome,
    Place,
    Registry,
    Reply,
    Thing,
    answered,
    ask,
    by_ident,
    unanswered,
)

if TYPE_CHECKING:
    from linkwarden.net import Net

_SERVICE = "Discord"
_API = "https://discord.com/api/v10/invites"
#: Discord's own server for developers, whose address is kept for good [K].
CANARY = "discord-developers"
_CODE = pattern(r"[A-Za-z0-9-]{2,64}", re.ASCII)
#: Paths of discord.gg that are no codes.
_NO_CODES = frozenset({"invite", "channels", "login", "register", "download"})
_UNKNOWN_INVITE = 10006

GONE = Rule(
    "LW671",
    "discord-invite-gone",
    Verdict.BROKEN,
    "the invitation to the Discord server is no longer valid",
    "Discord's API says that it does not know the invitation, while it knows another one. Invitations end by "
    "themselves unless they are made to last, and server owners can revoke them. The page answers 200 all the same.",
    "Ask for an invitation that never expires, or remove the entry.",
)
ENDS = Rule(
    "LW672",
    "discord-invite-ends",
    Verdict.EXPIRING,
    "the invitation to the Discord server ends by itself",
    "Discord's API names the day on which the invitation ends. From then on nobody gets in by it.",
    "Put an invitation into the list that never expires (“Expire after: never”).",
)


class Discord(Registry[Thing]):
    """Settles invitations. Links to channels and messages need membership, and are left to the web."""

    name = "discord"
    title = "Discord invitations"
    rank = 272
    domains = frozenset({"discord.gg", "discord.com", "discordapp.com"})
    rules = (GONE, ENDS)
    examples = (
        Example("https://discord.gg/abcDEF1", "abcDEF1"),
        Example("https://discord.com/invite/some-server", "some-server"),
        Example("https://discordapp.com/invite/abcDEF1?utm=x", "abcDEF1"),
        Example("https://discord.com/channels/1/2", None),
        Example("https://discord.gg/", None),
        Example("https://discord.gg/abcDEF1", None, image=True),
    )

    def __init__(self, ctx: LoadContext) -> None:
        super().__init__(ctx)
        self._canary = Canary(_knows_its_own)

    def read(self, place: Place) -> Thing | None:
        parts = place.segments
        if place.host != "discord.gg":
            parts = parts[1:] if parts[:1] == ("invite",) else ()
        if len(parts) != 1 or not _CODE.fullmatch(parts[0]) or parts[0] in _NO_CODES:
            return None
        return Thing(parts[0])

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Outcome]:
        for code, cases in by_ident(self.cases(claims)).items():
            reply = await ask(net, f"{_API}/{code}", "discord-invite")
            for item in await self._judge(net, cases, reply, now):
                yield item

    async def _judge(self, net: Net, cases: Sequence[Case[Thing]], reply: Reply, now: datetime) -> Sequence[Outcome]:
        if reply.status == 200 and text_at(reply.value, "code"):
            return _valid(cases, reply, now)
        if reply.status != 404 or at(reply.value, "code") != _UNKNOWN_INVITE:
            return unanswered(cases, _SERVICE, reply)
        if not await self._canary.lives(net):
            return unanswered(cases, _SERVICE, reply, "does not even know an invitation that is certainly valid")
        reason = "The invitation is not valid: it has expired, was revoked, or never was."
        return answered(cases, reply, "the API knows no such invitation", GONE, reason)


def _valid(cases: Sequence[Case[Thing]], reply: Reply, now: datetime) -> Sequence[Outcome]:
    title = title_of(at(reply.value, "guild", "name"))
    ends = _instant(text_at(reply.value, "expires_at"))
    seen = "the API knows the invitation"
    if ends is None or ends <= now:
        return answered(cases, reply, seen, title=title)
    reason = f"The invitation ends on {ends:%Y-%m-%d %H:%M} UTC."
    found = answered(cases, reply, seen, ENDS, reason, title=title)
    return [replace(item, expires_at=ends) if isinstance(item, Evidence) else item for item in found]


def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant.astimezone(UTC) if instant.tzinfo is not None else None


async def _knows_its_own(net: Net) -> bool:
    reply = await ask(net, f"{_API}/{CANARY}", "discord-invite")
    return reply.status == 200 and bool(text_at(reply.value, "code"))
