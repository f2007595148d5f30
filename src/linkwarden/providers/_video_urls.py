"""Which video or playlist an address of YouTube or Vimeo is about. Pure.

Source: the address forms of services.md section 5; an identifier of YouTube has eleven characters (lychee's quirk for
YouTube, [D]).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from linkwarden.providers._registry import Place, encoded

_YOUTUBE = frozenset({"youtube.com", "m.youtube.com", "music.youtube.com", "youtube-nocookie.com"})
_IN_PATH = frozenset({"embed", "shorts", "live", "v", "e"})
#: What stands in the place of an identifier in players of something else.
_NO_IDS = frozenset({"videoseries", "live_stream", "playlist"})
_ID = re.compile(r"[\w-]{11}", re.ASCII)
#: Playlists that YouTube makes up for each viewer; nobody else can be asked about them.
_PERSONAL = re.compile(r"(?:WL|LL|LM|HL)\Z|RD")
_LIST = re.compile(r"[\w-]{2,64}\Z", re.ASCII)
_NUMBER = re.compile(r"[1-9]\d{0,11}\Z", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{6,20}\Z", re.ASCII)
#: What may stand before a number in an address of Vimeo.
_VIMEO_PREFIXES = re.compile(r"(?:channels/[^/]+/|groups/[^/]+/videos/|(?:album|showcase)/\d+/video/|video/)?\Z")


class Sort(StrEnum):
    """What an address shows, as it is called in sentences."""

    VIDEO = "video"
    PLAYLIST = "playlist"
    VIMEO = "Vimeo video"


@dataclass(frozen=True, slots=True)
class VideoRef:
    """A video or a playlist.

    Attributes:
        sort: which of them.
        name: its identifier as written, which may be a wrong one.
        page: its own address, which oEmbed is asked about.
    """

    sort: Sort
    name: str
    page: str

    @property
    def ident(self) -> str:
        """What makes one question; YouTube's identifiers depend on case."""
        return f"{self.sort.name.lower()}:{self.name}"

    @property
    def impossible(self) -> bool:
        """True if YouTube never had a video of this name: fewer than eleven characters, or others than it uses.

        More than eleven are a question for YouTube, which may overlook what is stuck to the end [U].
        """
        return self.sort is Sort.VIDEO and _ID.match(self.name) is None

    @property
    def well_formed(self) -> bool:
        """True for eleven characters of those that YouTube uses."""
        return _ID.fullmatch(self.name) is not None


def parse(place: Place) -> VideoRef | None:
    """Read an address; None for channels, searches, pictures and other sites."""
    if place.host in ("vimeo.com", "player.vimeo.com"):
        return _vimeo(place)
    name = _youtube_id(place)
    if name:
        return VideoRef(Sort.VIDEO, name, f"https://www.youtube.com/watch?v={encoded(name)}")
    playlist = place.query.get("list", "") if _shows_playlist(place) else ""
    if not _LIST.match(playlist) or _PERSONAL.match(playlist):
        return None
    return VideoRef(Sort.PLAYLIST, playlist, f"https://www.youtube.com/playlist?list={playlist}")


def _youtube_id(place: Place) -> str:
    """Give what stands where the identifier belongs, or ""."""
    segments = place.segments
    name = ""
    if place.host == "youtu.be" and segments:
        name = segments[0]
    elif place.host in _YOUTUBE and segments == ("watch",):
        return place.query.get("v", "").strip()
    elif place.host in _YOUTUBE and len(segments) >= 2 and segments[0] in _IN_PATH:
        name = segments[1]
    name = name.partition("&")[0].strip()  # the old player's address has its options after the name
    return "" if name in _NO_IDS else name


def _shows_playlist(place: Place) -> bool:
    if place.host == "youtu.be":
        return not place.segments
    return place.host in _YOUTUBE and place.segments in (("playlist",), ("watch",), ("embed", "videoseries"))


def _vimeo(place: Place) -> VideoRef | None:
    """Read an address of Vimeo: a number, and after it the key of one that is not listed."""
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
