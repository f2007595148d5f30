"""Videos at YouTube and Vimeo, asked by oEmbed: their pages answer 200 for what is gone, or wall programs off.

Source: services.md section 5 (YouTube and Vimeo oEmbed, YouTube's preview pictures).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from linkwarden.model import Claim, Evidence, Fact, Kind, Pass, Rule, Suggestion, Target, Verdict
from linkwarden.providers._base import Example
from linkwarden.providers._http import batch_unverified
from linkwarden.providers._registry import OneByOne, Reply, ask, encoded, place_of, silent, title_of, told
from linkwarden.providers._video_urls import Sort, VideoRef, parse

if TYPE_CHECKING:
    from linkwarden.net import Net

MISSING = Rule(
    "LW630",
    "video-missing",
    Verdict.BROKEN,
    "YouTube has no such video",
    "YouTube's oEmbed interface says that there is no such video, and its server of preview pictures has none of it "
    "either. The video's page answers 200 all the same and tells viewers that the video is not available.",
    "Search for another upload of the video, or take the entry out.",
)
MALFORMED = Rule(
    "LW631",
    "malformed-video-id",
    Verdict.BROKEN,
    "the address names no possible video of YouTube",
    "The name of a YouTube video has eleven characters: letters, digits, “-” and “_”. This one has fewer or others, or "
    "YouTube itself calls it a bad one.",
    "Copy the video's address again.",
)
HIDDEN = Rule(
    "LW632",
    "video-hidden",
    Verdict.SUSPECT,
    "viewers probably do not get to see it: it is private, or gone",
    "The service says that it does not show this to everybody. Of private videos YouTube says so; of a playlist, and "
    "of a video at Vimeo, the same answer is given whether it is private or gone.",
    "Open the address in a browser where you are not logged in. If nothing is shown, look for another copy.",
)


class Video(OneByOne):
    """Settles videos and playlists; channels are pages of their own."""

    name: ClassVar[str] = "video"
    rank: ClassVar[int] = 220
    domains: ClassVar[frozenset[str] | None] = frozenset(
        {"youtube.com", "youtu.be", "youtube-nocookie.com", "vimeo.com"}
    )
    batch: ClassVar[int] = 50
    kind: ClassVar[Kind] = Kind.VIDEO
    rules: ClassVar[tuple[Rule, ...]] = (MISSING, MALFORMED, HIDDEN)
    examples: ClassVar[tuple[Example, ...]] = (
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

    def claim(self, target: Target) -> str | None:
        """Give the video or playlist that an address shows."""
        ref = _ref(target)
        return None if ref is None else ref.ident

    async def settle(self, net: Net, group: Sequence[Claim]) -> list[Evidence | Pass]:
        """Settle all links to one video or playlist.

        Asks once, and for its preview picture before it is called gone.
        """
        ref = _ref(group[0].target)
        if ref is None:
            return [Pass(claim.target.key) for claim in group]
        if ref.sort is Sort.VIMEO:
            reply = await ask(net, f"https://vimeo.com/api/oembed.json?url={encoded(ref.page)}", "oembed")
            return _vimeo(group, ref, reply)
        if ref.impossible:
            reason = f"“{ref.name[:60]}” is no name of a YouTube video: those have eleven letters, digits, “-” or “_”."
            return [told(claim, Reply(ref.page), MALFORMED, reason) for claim in group]
        url = f"https://www.youtube.com/oembed?url={encoded(ref.page)}&format=json"
        reply = await ask(net, url, "oembed")
        return await _youtube(net, group, ref, reply)


def _ref(target: Target) -> VideoRef | None:
    place = place_of(target)
    return None if place is None else parse(place)


async def _youtube(net: Net, group: Sequence[Claim], ref: VideoRef, reply: Reply) -> list[Evidence | Pass]:
    """Say what YouTube's answer means."""
    if reply.status == 200 and reply.table:
        return _there(group, reply, f"YouTube's oEmbed knows the {ref.sort}")
    if reply.status == 401:
        return _there(group, reply, f"YouTube's oEmbed knows the {ref.sort}, and it may not be embedded elsewhere")
    if reply.refuses_plainly:
        reason = f"YouTube says that the {ref.sort} is private, so viewers do not get to see it."
        return [told(claim, reply, HIDDEN, reason, facts=(reply.fact("oEmbed refuses"),)) for claim in group]
    if reply.status in (400, 404) and not reply.is_wall:
        if ref.sort is Sort.PLAYLIST:
            reason = "YouTube does not know this playlist: it is private or gone."
            return [told(claim, reply, HIDDEN, reason, facts=(reply.fact("no such playlist"),)) for claim in group]
        return await _absent(net, group, ref, reply)
    return list(silent(group, "YouTube", reply))


async def _absent(net: Net, group: Sequence[Claim], ref: VideoRef, reply: Reply) -> list[Evidence | Pass]:
    """Ask for the preview picture before a video is called gone; contradicting answers prove nothing."""
    url = f"https://img.youtube.com/vi/{ref.name[:11]}/0.jpg"
    picture = await ask(net, url, "preview", accept="image/*", max_bytes=1)
    facts = (reply.fact("oEmbed knows no such video"), picture.fact("its preview picture"))
    if not ref.well_formed:
        better = None
        if picture.status == 200:
            better = Suggestion(f"https://www.youtube.com/watch?v={ref.name[:11]}", "the name without what follows it")
        reason = f"“{ref.name[:60]}” is no name of a YouTube video: it has more than eleven characters."
        return [told(claim, reply, MALFORMED, reason, suggestion=better, facts=facts) for claim in group]
    if picture.status != 404:
        why = "YouTube's interface knows no such video, but its preview picture does not confirm that"
        return list(batch_unverified(group, f"{why}, so linkwarden cannot tell.", status=reply.status))
    reason = f"YouTube has no video {ref.name}, although its page still answers."
    return [told(claim, reply, MISSING, reason, facts=facts) for claim in group]


def _vimeo(group: Sequence[Claim], ref: VideoRef, reply: Reply) -> list[Evidence | Pass]:
    """Say what Vimeo's answer means; it gives the same one for what is private and for what is gone."""
    if reply.status == 200 and reply.table:
        return _there(group, reply, "Vimeo's oEmbed knows the video")
    if reply.refuses_plainly:
        return _there(group, reply, "Vimeo's oEmbed knows the video, and it may not be embedded elsewhere")
    if reply.status == 404 and not reply.is_wall:
        reason = f"Vimeo does not show the video {ref.name.partition('/')[0]}: it is private or gone."
        return [told(claim, reply, HIDDEN, reason, facts=(reply.fact("no such video"),)) for claim in group]
    return list(silent(group, "Vimeo", reply))


def _there(group: Sequence[Claim], reply: Reply, what: str) -> list[Evidence | Pass]:
    seen: Fact = reply.fact(what)
    return [told(claim, reply, title=title_of(reply.table.get("title")), facts=(seen,)) for claim in group]
