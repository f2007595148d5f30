"""Posts on X (Twitter), asked by oEmbed: the page of a post answers the same whether or not there is one.

Source: docs/facts/services.md#x-posts (oEmbed: 200, 404, and 403 for protected posts; observed, so that
its "no" counts only while it still knows a post that is certainly there).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from linkwarden.model import Rule, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example, LoadContext
from linkwarden.providers.registry import (
    Canary,
    Case,
    OneByOne,
    Outcome,
    Place,
    Reply,
    answered,
    ask,
    encoded,
    unanswered,
)
from linkwarden.records import dataclass

if TYPE_CHECKING:
    from linkwarden.net import Net

_SERVICE = "X"
_OEMBED = "https://publish.twitter.com/oembed?url="
_ACCOUNT = pattern(r"[A-Za-z0-9_]{1,20}", re.ASCII)
_NUMBER = pattern(r"[1-9]\d{0,19}", re.ASCII)

MISSING = Rule(
    "LW655",
    "post-missing",
    Verdict.BROKEN,
    "X has no such post",
    "X's oEmbed API says that there is no such post, while it still knows a post that is certainly there. "
    "The post was deleted, or its account was closed or suspended. The page of a post answers the same for all.",
    "Link what the post pointed at or an archived copy, or take the entry out.",
)
PROTECTED = Rule(
    "LW656",
    "post-protected",
    Verdict.SUSPECT,
    "only followers that the author has let in see this post",
    "X's oEmbed API refuses to show the post to the public, as it does when the author's posts are protected.",
    "Open the URL in a browser where you are not logged in. If nothing is shown, look for another source.",
)


@dataclass(frozen=True, slots=True)
class _Post:
    """A post, and the account under which a URL shows it."""

    account: str
    ident: str


class XPosts(OneByOne[_Post]):
    """Settles single posts; accounts, searches and URLs without an account's name are left to the web."""

    name = "x-posts"
    title = "posts at X"
    rank = 270
    domains = frozenset({"twitter.com", "mobile.twitter.com", "x.com", "mobile.x.com"})
    rules = (MISSING, PROTECTED)
    examples = (
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
        self._canary = Canary(_knows_oldest)

    def read(self, place: Place) -> _Post | None:
        match place.segments:
            case (account, "status" | "statuses", number, *_) if (
                account != "i" and _ACCOUNT.fullmatch(account) and _NUMBER.fullmatch(number)
            ):
                return _Post(account, number)
        return None

    async def settle(self, net: Net, cases: Sequence[Case[_Post]]) -> Sequence[Outcome]:
        post = cases[0].ref
        reply = await _ask(net, f"https://twitter.com/{post.account}/status/{post.ident}")
        if _shows_post(reply):
            return answered(cases, reply, "X's oEmbed knows the post")
        if reply.refuses_plainly:
            reason = "X does not show this post to the public: its author has protected it."
            return answered(cases, reply, "oEmbed refuses", PROTECTED, reason)
        if reply.status != 404 or reply.wall is not None:
            return unanswered(cases, _SERVICE, reply)
        if not await self._canary.lives(net):
            return unanswered(cases, _SERVICE, reply, "does not even know a post that is certainly there")
        reason = "X has no such post: it was deleted, or its account is closed."
        return answered(cases, reply, "no such post", MISSING, reason)


async def _ask(net: Net, post: str) -> Reply:
    return await ask(net, _OEMBED + encoded(post), "oembed")


def _shows_post(reply: Reply) -> bool:
    return reply.status == 200 and isinstance(reply.table.get("html"), str)


async def _knows_oldest(net: Net) -> bool:
    """Return whether oEmbed knows the oldest post of all."""
    return _shows_post(await _ask(net, "https://twitter.com/jack/status/20"))
