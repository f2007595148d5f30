"""YouTube and Vimeo: oEmbed tells the truth in plain text statuses, pages answer 200 or wall programs off."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from tests.internet import misbehave
from tests.internet.core import FakeInternet

_WORDS = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}


class FakeVideos:
    """Installs itself on the hosts of YouTube and Vimeo. There are no videos but those that were added.

    Attributes:
        videos: status of oEmbed by identifier; 200 is an ordinary video.
        playlists: the same for playlists.
        vimeo: the same for Vimeo, by number or number and key.
        pictures: videos whose preview picture is there although oEmbed does not know them.
        lenient: oEmbed reads the first eleven characters of a longer name only.
        always: an answer to give to every question to oEmbed, or None.
    """

    def __init__(self, internet: FakeInternet) -> None:
        self.internet = internet
        self.videos: dict[str, int] = {}
        self.playlists: dict[str, int] = {}
        self.vimeo: dict[str, int] = {}
        self.pictures: set[str] = set()
        self.lenient = False
        self.always: Callable[[], web.Response] | None = None
        page = misbehave.answer(b"<title>YouTube</title>", media_type="text/html")
        internet.site("www.youtube.com").handle("/oembed", self._oembed).default(page)
        internet.site("img.youtube.com").default(self._picture)
        internet.site("vimeo.com").handle("/api/oembed.json", self._vimeo_oembed).default(
            misbehave.bot_wall("cloudflare")
        )

    async def _oembed(self, request: web.Request) -> web.StreamResponse:
        if self.always is not None:
            return self.always()
        asked = urlsplit(request.query["url"])
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        if asked.path == "/playlist":
            return _answer(self.playlists.get(query["list"], 404), query["list"])
        name = query.get("v", "")
        if len(name) != 11 and not self.lenient:
            return _answer(400, name)
        return _answer(self.videos.get(name[:11], 404), name)

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        name = request.path.split("/")[2]
        there = name in self.videos or name in self.pictures
        return web.Response(status=200 if there else 404, body=b"\xff\xd8\xff\xe0", content_type="image/jpeg")

    async def _vimeo_oembed(self, request: web.Request) -> web.StreamResponse:
        if self.always is not None:
            return self.always()
        name = urlsplit(request.query["url"]).path.lstrip("/")
        return _answer(self.vimeo.get(name, 404), name)


def _answer(status: int, name: str) -> web.Response:
    if status == 200:
        return web.json_response({"title": f"Talk {name}", "type": "video"})
    return web.Response(status=status, text=_WORDS[status])
