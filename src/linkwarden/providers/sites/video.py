"""Videos at YouTube and Vimeo, asked by oEmbed: their pages answer 200 for what is gone, or wall programs off.

Source: docs/facts/services.md#video (YouTube and Vimeo oEmbed, YouTube's preview images).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from linkwarden.model import Kind, Rule, Suggestion, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example
from linkwarden.providers.registry import Case, OneByOne, Outcome, Place, Reply, answered, ask, encoded, unanswered
from linkwarden.records import dataclass

if TYPE_CHECKING:
    from linkwarden.net import Net

_YOUTUBE = frozenset({"youtube.com", "m.youtube.com", "music.youtube.com", "youtube-nocookie.com"})
_VIMEO = frozenset({"vimeo.com", "player.vimeo.com"})
_IN_PATH = frozenset({"embed", "shorts", "live", "v", "e"})
#: What stands in the place of an identifier in players of something else.
_NO_IDS = frozenset({"videoseries", "live_stream", "playlist"})
_ID = pattern(r"[\w-]{11}", re.ASCII)
#: Playlists that YouTube makes up for each viewer; nobody else can be asked about them.
_PERSONAL = pattern(r"(?:WL|LL|LM|HL)\Z|RD")
_LIST = pattern(r"[\w-]{2,64}\Z", re.ASCII)
_NUMBER = pattern(r"[1-9]\d{0,11}\Z", re.ASCII)
_HASH = pattern(r"[0-9a-f]{6,20}\Z", re.ASCII)
#: What may stand before a number in a URL of Vimeo.
_VIMEO_PREFIXES = pattern(r"(?:channels/[^/]+/|groups/[^/]+/videos/|(?:album|showcase)/\d+/video/|video/)?\Z")


class Sort(StrEnum):
    """What a URL shows, as it is called in sentences."""

    VIDEO = "video"
    PLAYLIST = "playlist"
    VIMEO = "Vimeo video"


@dataclass(frozen=True, slots=True)
class VideoRef:
    """A video or a playlist.

    Attributes:
        sort: which of them.
        name: its identifier as written, which may be a wrong one.
        page: its own URL, which oEmbed is asked about.
    """

    sort: Sort
    name: str
    page: str

    @property
    def ident(self) -> str:
        """What makes one request; YouTube's identifiers depend on case."""
        return f"{self.sort.name.lower()}:{self.name}"

    @property
    def impossible(self) -> bool:
        """True if YouTube never had a video of this name: fewer than eleven characters, or others than it uses.

        More than eleven are a matter for YouTube, which may overlook what is stuck to the end [U].
        """
        return self.sort is Sort.VIDEO and _ID.match(self.name) is None

    @property
    def well_formed(self) -> bool:
        """True for eleven characters of those that YouTube uses."""
        return _ID.fullmatch(self.name) is not None


def _youtube_id(place: Place) -> str:
    """Return what stands where the identifier belongs, or ""."""
    segments = place.segments
    name = ""
    if place.host == "youtu.be" and segments:
        name = segments[0]
    elif place.host in _YOUTUBE and segments == ("watch",):
        return place.query.get("v", "").strip()
    elif place.host in _YOUTUBE and len(segments) >= 2 and segments[0] in _IN_PATH:
        name = segments[1]
    name = name.partition("&")[0].strip()  # the old player's URL has its options after the name
    return "" if name in _NO_IDS else name


def _shows_playlist(place: Place) -> bool:
    if place.host == "youtu.be":
        return not place.segments
    return place.host in _YOUTUBE and place.segments in (("playlist",), ("watch",), ("embed", "videoseries"))


def _vimeo_ref(place: Place) -> VideoRef | None:
    """Read a URL of Vimeo: a number, and after it the key of one that is not listed."""
    segments = place.segments
    at = next((i for i, segment in enumerate(segments) if _NUMBER.match(segment) and _follows(segments[:i])), None)
    if at is None or len(segments) > at + 2:
        return None
    key = segments[at + 1] if len(segments) == at + 2 else place.query.get("h", "")
    if key and not _HASH.match(key):
        return None
    name = f"{segments[at]}/{key}" if key else segments[at]
    return VideoRef(Sort.VIMEO, name, f"https://vimeo.com/{name}")


def _follows(before: tuple[str, ...]) -> bool:
    return _VIMEO_PREFIXES.match("".join(f"{segment}/" for segment in before)) is not None


MISSING = Rule(
    "LW630",
    "video-missing",
    Verdict.BROKEN,
    "YouTube has no such video",
    "YouTube's oEmbed API says that there is no such video, and its server of preview images has none of it "
    "either. The video's page answers 200 all the same and tells viewers that the video is not available.",
    "Search for another upload of the video, or take the entry out.",
)
MALFORMED = Rule(
    "LW631",
    "malformed-video-id",
    Verdict.BROKEN,
    "the URL names no possible video of YouTube",
    "The name of a YouTube video has eleven characters: letters, digits, “-” and “_”. This one has fewer or others, or "
    "YouTube itself calls it a bad one.",
    "Copy the video's URL again.",
)
HIDDEN = Rule(
    "LW632",
    "video-hidden",
    Verdict.SUSPECT,
    "viewers probably do not get to see it: it is private, or gone",
    "The service says that it does not show this to everybody. Of private videos YouTube says so; of a playlist, and "
    "of a video at Vimeo, the same answer is given whether it is private or gone.",
    "Open the URL in a browser where you are not logged in. If nothing is shown, look for another copy.",
)


class Video(OneByOne[VideoRef]):
    """Settles videos and playlists; channels are pages of their own."""

    name = "video"
    title = "videos at YouTube and Vimeo"
    rank = 220
    domains = _YOUTUBE | _VIMEO | {"youtu.be"}
    kind = Kind.VIDEO
    rules = (MISSING, MALFORMED, HIDDEN)
    examples = (
        Example("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=10s", "video:dQw4w9WgXcQ"),
        Example("https://youtu.be/dQw4w9WgXcQ?si=abc", "video:dQw4w9WgXcQ"),
        Example("https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ", "video:dQw4w9WgXcQ"),
        Example("https://m.youtube.com/shorts/dQw4w9WgXcQ", "video:dQw4w9WgXcQ"),
        Example("http://www.youtube.com/v/dQw4w9WgXcQ&hl=en", "video:dQw4w9WgXcQ"),
        Example("https://www.youtube.com/playlist?list=PLabc-1", "playlist:PLabc-1"),
        Example("https://vimeo.com/channels/staffpicks/76979871", "vimeo:76979871"),
        Example("https://player.vimeo.com/video/76979871?h=8272103f6e", "vimeo:76979871/8272103f6e"),
        Example("https://www.youtube.com/@handle", None),
        Example("https://www.youtube.com/channel/UCabc", None),
        Example("https://img.youtube.com/vi/dQw4w9WgXcQ/0.jpg", None),
        Example("https://www.youtube.com/watch?v=dQw4w9WgXcQ", None, image=True),
    )

    def read(self, place: Place) -> VideoRef | None:
        if place.host in _VIMEO:
            return _vimeo_ref(place)
        name = _youtube_id(place)
        if name:
            return VideoRef(Sort.VIDEO, name, f"https://www.youtube.com/watch?v={encoded(name)}")
        playlist = place.query.get("list", "") if _shows_playlist(place) else ""
        if not _LIST.match(playlist) or _PERSONAL.match(playlist):
            return None
        return VideoRef(Sort.PLAYLIST, playlist, f"https://www.youtube.com/playlist?list={playlist}")

    async def settle(self, net: Net, cases: Sequence[Case[VideoRef]]) -> Sequence[Outcome]:
        ref = cases[0].ref
        if ref.impossible:
            reason = f"“{ref.name[:60]}” is no name of a YouTube video: those have eleven letters, digits, “-” or “_”."
            return answered(cases, Reply(ref.page), (), MALFORMED, reason)
        if ref.sort is Sort.VIMEO:
            reply = await ask(net, f"https://vimeo.com/api/oembed.json?url={encoded(ref.page)}", "oembed")
            return _vimeo(cases, reply)
        reply = await ask(net, f"https://www.youtube.com/oembed?url={encoded(ref.page)}&format=json", "oembed")
        return await _youtube(net, cases, reply)


async def _youtube(net: Net, cases: Sequence[Case[VideoRef]], reply: Reply) -> Sequence[Outcome]:
    """Return what YouTube's response means."""
    ref, title = cases[0].ref, reply.table.get("title")
    if reply.status == 200 and reply.describes("type", "html"):
        return answered(cases, reply, f"YouTube's oEmbed knows the {ref.sort}", title=title)
    if reply.status == 401:
        seen = f"YouTube's oEmbed knows the {ref.sort}, and it may not be embedded elsewhere"
        return answered(cases, reply, seen, title=title)
    if reply.refuses_plainly:
        reason = f"YouTube says that the {ref.sort} is private, so viewers do not get to see it."
        return answered(cases, reply, "oEmbed refuses", HIDDEN, reason)
    if reply.status not in (400, 404) or reply.wall is not None:
        return unanswered(cases, "YouTube", reply)
    if ref.sort is Sort.PLAYLIST:
        reason = "YouTube does not know this playlist: it is private or gone."
        return answered(cases, reply, "no such playlist", HIDDEN, reason)
    return await _absent(net, cases, reply)


async def _absent(net: Net, cases: Sequence[Case[VideoRef]], reply: Reply) -> Sequence[Outcome]:
    """Ask for the preview image before a video is called gone; contradicting responses prove nothing."""
    ref = cases[0].ref
    url = f"https://img.youtube.com/vi/{ref.name[:11]}/0.jpg"
    preview = await ask(net, url, "preview", accept="image/*", max_bytes=1)
    facts = (reply.fact("oEmbed knows no such video"), preview.fact("its preview image"))
    if not ref.well_formed:
        better = None
        if preview.status == 200:
            better = Suggestion(f"https://www.youtube.com/watch?v={ref.name[:11]}", "the name without what follows it")
        reason = f"“{ref.name[:60]}” is no name of a YouTube video: it has more than eleven characters."
        return answered(cases, reply, facts, MALFORMED, reason, suggestion=better)
    if preview.status != 404:
        why = "knows no such video, but its preview image does not confirm that"
        return unanswered(cases, "YouTube's API", reply, why)
    reason = f"YouTube has no video {ref.name}, although its page still answers."
    return answered(cases, reply, facts, MISSING, reason)


def _vimeo(cases: Sequence[Case[VideoRef]], reply: Reply) -> Sequence[Outcome]:
    """Return what Vimeo's response means; it is the same for what is private and for what is gone."""
    title = reply.table.get("title")
    if reply.status == 200 and reply.describes("type", "html"):
        return answered(cases, reply, "Vimeo's oEmbed knows the video", title=title)
    if reply.refuses_plainly:
        seen = "Vimeo's oEmbed knows the video, and it may not be embedded elsewhere"
        return answered(cases, reply, seen, title=title)
    if reply.status == 404 and reply.wall is None:
        number = cases[0].ref.name.partition("/")[0]
        reason = f"Vimeo does not show the video {number}: it is private or gone."
        return answered(cases, reply, "no such video", HIDDEN, reason)
    return unanswered(cases, "Vimeo", reply)
