"""Posts on X (Twitter), asked by oEmbed: the page of a post answers the same whether or not there is one.

Source: docs/facts/services.md#x-posts (oEmbed: 200, 404, and 403 for protected posts; observed, so that
its "no" counts only while it still knows a post that is certainly there).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from linkwarden.answers.read import batch_unverified
from linkwarden.model import Claim, Evidence, Kind, Pass, Rule, Target, Verdict
from linkwarden.providers.base import Example, LoadContext
from linkwarden.providers.registry import OneByOne, Reply, ask, encoded, place_of, silent, told

if TYPE_CHECKING:
    from linkwarden.net import Net

_SERVICE = "X"
_OEMBED = "https://publish.twitter.com/oembed?url="
#: The oldest post of all; asked at most once a run, and only before an accusation.
_CANARY = "https://twitter.com/jack/status/20"
_HOSTS = frozenset({"twitter.com", "mobile.twitter.com", "x.com", "mobile.x.com"})
_ACCOUNT = re.compile(r"[A-Za-z0-9_]{1,20}", re.ASCII)
_NUMBER = re.compile(r"[1-9]\d{0,19}", re.ASCII)

MISSING = Rule(
    "LW655",
    "post-missing",
    Verdict.BROKEN,
    "X has no such post",
    "X's oEmbed interface says that there is no such post, while it still knows a post that is certainly there. "
    "The post was deleted, or its account was closed or suspended. The page of a post answers the same for all.",
    "Link what the post pointed at or an archived copy, or take the entry out.",
)
PROTECTED = Rule(
    "LW656",
    "post-protected",
    Verdict.SUSPECT,
    "only followers that the author has let in see this post",
    "X's oEmbed interface refuses to show the post to the public, as it does when the author's posts are protected.",
    "Open the address in a browser where you are not logged in. If nothing is shown, look for another source.",
)


class XPosts(OneByOne):
    """Settles single posts; accounts, searches and addresses without an account's name are left to the web."""

    name: ClassVar[str] = "x-posts"
    rank: ClassVar[int] = 270
    kind: ClassVar[Kind] = Kind.PAGE
    domains: ClassVar[frozenset[str] | None] = frozenset({"twitter.com", "x.com"})
    rules: ClassVar[tuple[Rule, ...]] = (MISSING, PROTECTED)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("https://twitter.com/jack/status/20", "20"),
        Example("https://x.com/jack/status/20?s=20", "20"),
        Example("https://mobile.twitter.com/jack/statuses/20/photo/1", "20"),
        Example("https://x.com/jack", None),
        # No account is named "i"; whether oEmbed takes this form is not known [U].
        Example("https://x.com/i/status/20", None),
        Example("https://x.com/search?q=linkwarden", None),
        Example("https://x.com/jack/status/20", None, image=True),
    )

    def __init__(self, ctx: LoadContext) -> None:
        super().__init__(ctx)
        self._turn = asyncio.Lock()
        self._reliable: bool | None = None

    def claim(self, target: Target) -> str | None:
        """Give the number of the post."""
        post = _post(target)
        return None if post is None else post[1]

    async def settle(self, net: Net, group: Sequence[Claim]) -> list[Evidence | Pass]:
        """Settle all links to one post."""
        post = _post(group[0].target)
        if post is None:
            return [Pass(claim.target.key) for claim in group]
        reply = await _ask(net, f"https://twitter.com/{post[0]}/status/{post[1]}")
        if _knows(reply):
            return [told(claim, reply, facts=(reply.fact("X's oEmbed knows the post"),)) for claim in group]
        if reply.refuses_plainly:
            reason = "X does not show this post to the public: its author has protected it."
            return [told(claim, reply, PROTECTED, reason, facts=(reply.fact("oEmbed refuses"),)) for claim in group]
        if reply.status != 404 or reply.is_wall:
            return list(silent(group, _SERVICE, reply))
        if not await self._is_reliable(net):
            why = f"{_SERVICE} does not even know a post that is certainly there."
            return list(batch_unverified(group, why, status=reply.status))
        reason = "X has no such post: it was deleted, or its account is closed."
        return [told(claim, reply, MISSING, reason, facts=(reply.fact("no such post"),)) for claim in group]

    async def _is_reliable(self, net: Net) -> bool:
        """Tell whether the interface knows what it must know."""
        async with self._turn:
            if self._reliable is None:
                self._reliable = _knows(await _ask(net, _CANARY))
            return self._reliable


def _post(target: Target) -> tuple[str, str] | None:
    """Give account and number of the post that an address shows."""
    place = place_of(target)
    if place is None or place.host not in _HOSTS:
        return None
    match place.segments:
        case (account, "status" | "statuses", number, *_) if (
            account != "i" and _ACCOUNT.fullmatch(account) and _NUMBER.fullmatch(number)
        ):
            return account, number
    return None


async def _ask(net: Net, post: str) -> Reply:
    return await ask(net, _OEMBED + encoded(post), "oembed")


def _knows(reply: Reply) -> bool:
    """Tell whether an answer shows a post."""
    return reply.status == 200 and isinstance(reply.table.get("html"), str)
