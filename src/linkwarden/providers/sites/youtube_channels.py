"""YouTube's channels: their feeds prove that they are there, and their pages say what is gone.

Source: docs/facts/services.md#youtube-channels. oEmbed answers 404 for every channel, feeds for some that are there, so
that one is gone only if its page says so, too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from linkwarden.foreign import title_of
from linkwarden.model import Kind, Rule, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example
from linkwarden.providers.registry import Case, OneByOne, Outcome, Place, Reply, answered, ask, encoded, unanswered
from linkwarden.records import dataclass
from linkwarden.soft404.page import Page

if TYPE_CHECKING:
    from linkwarden.net import Net

_SERVICE = "YouTube"
_ID = pattern(r"UC[\w-]{22}", re.ASCII)
_FEED_BYTES = 16_384
_PAGE_BYTES = 1_048_576
_TITLE = pattern(rb"<title>([^<]{1,300})</title>")
_TITLE_END = " - YouTube"
#: What the data of a page says in English where a channel was terminated or never was.
_ALERT = pattern(rb"\"alertRenderer\".{0,400}?(?:terminated|does not exist|doesn't exist)", re.DOTALL)

MISSING = Rule(
    "LW674",
    "youtube-channel-missing",
    Verdict.BROKEN,
    "YouTube has no such channel",
    "YouTube's page of the channel is 404, or leads to its home page. Where a channel has a feed under such a name, "
    "that was asked first, and did not show the channel.",
    "Search for the channel's new name, or remove the entry.",
)
CLOSED = Rule(
    "LW675",
    "youtube-channel-closed",
    Verdict.SUSPECT,
    "YouTube says that the channel was terminated or does not exist",
    "The page answers 200 and shows an alert in place of the channel.",
    "Open the URL in a browser. If the alert is there, look for the channel elsewhere.",
)


@dataclass(frozen=True, slots=True)
class _Channel:
    """A channel: by its identifier, by its handle (``@name``), or by an old name (``user/name``, ``c/name``)."""

    path: str

    @property
    def ident(self) -> str:
        return self.path

    @property
    def feed(self) -> str | None:
        """The feed of its uploads; None for names that no feed is asked by."""
        sort, _, name = self.path.partition("/")
        parameter = {"channel": "channel_id", "user": "user"}.get(sort)
        return None if parameter is None else f"https://www.youtube.com/feeds/videos.xml?{parameter}={encoded(name)}"


class YoutubeChannels(OneByOne[_Channel]):
    """Settles channels by identifier, handle and old names."""

    name = "youtube-channels"
    title = "YouTube channels"
    rank = 222
    domains = frozenset({"youtube.com", "m.youtube.com"})
    kind = Kind.VIDEO
    rules = (MISSING, CLOSED)
    examples = (
        Example("https://www.youtube.com/channel/UCBR8-60-B28hp2BmDPdntcQ/videos", "channel/UCBR8-60-B28hp2BmDPdntcQ"),
        Example("https://youtube.com/@YouTube?sub_confirmation=1", "@youtube"),
        Example("https://www.youtube.com/user/youtube", "user/youtube"),
        Example("https://www.youtube.com/c/YouTube/about", "c/youtube"),
        Example("https://www.youtube.com/watch?v=dQw4w9WgXcQ", None),
        Example("https://www.youtube.com/feed/trending", None),
        Example("https://www.youtube.com/@YouTube", None, image=True),
    )

    def read(self, place: Place) -> _Channel | None:
        match place.segments:
            case (handle, *_) if handle.startswith("@") and len(handle) > 1:
                return _Channel(handle.lower())
            case ("channel", ident, *_) if _ID.fullmatch(ident):
                return _Channel(f"channel/{ident}")
            case ("user" | "c" as sort, name, *_):
                return _Channel(f"{sort}/{name.lower()}")
        return None

    async def settle(self, net: Net, cases: Sequence[Case[_Channel]]) -> Sequence[Outcome]:
        channel = cases[0].ref
        if channel.feed is not None:
            feed = await ask(
                net, channel.feed, "feed", accept="application/atom+xml", max_bytes=_FEED_BYTES, attempts=1
            )
            if feed.response is not None and feed.status == 200 and b"<feed" in feed.response.body:
                found = _TITLE.search(feed.response.body)
                title = found[1].decode("utf-8", "replace") if found else None
                return answered(cases, feed, "its feed is there", title=title_of(title))
        url = f"https://www.youtube.com/{encoded(channel.path, '/@')}"
        headers = {"accept-language": "en"}
        page = await ask(net, url, "page", accept="text/html", max_bytes=_PAGE_BYTES, headers=headers)
        return _judge(cases, page)


def _judge(cases: Sequence[Case[_Channel]], page: Reply) -> Sequence[Outcome]:
    """Return what the page says."""
    response = page.response
    if response is None or page.wall is not None or page.status not in (200, 404):
        return unanswered(cases, _SERVICE, page)
    landed = urlsplit(response.url)
    host = landed.hostname or ""
    if host not in ("www.youtube.com", "m.youtube.com", "youtube.com"):
        why = "asks readers for their consent first" if host.startswith("consent.") else "led to another site"
        return unanswered(cases, _SERVICE, page, why)
    if page.status == 404 or landed.path in ("", "/"):
        reason = "YouTube has no such channel."
        seen = "the page is 404" if page.status == 404 else "the page leads to YouTube's home page"
        return answered(cases, page, seen, MISSING, reason)
    if _ALERT.search(response.body):
        reason = "YouTube's page says that the channel was terminated or does not exist."
        return answered(cases, page, "an alert in place of the channel", CLOSED, reason)
    title = Page(response).title or ""
    if not title.endswith(_TITLE_END):
        return unanswered(cases, _SERVICE, page, "sent something else than the page of a channel")
    return answered(cases, page, "its page is there", title=title_of(title.removesuffix(_TITLE_END)))
