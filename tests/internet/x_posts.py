"""X (Twitter): an oEmbed interface that tells, and pages that answer 200 for everything."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from aiohttp import web

from tests.internet import misbehave
from tests.internet.core import FakeInternet

#: The statuses are observed; the words of a refusal are not what decides.
_WORDS = {403: "Sorry, you are not authorized to see this status.", 404: "Sorry, that page does not exist"}


class FakeX:
    """Installs itself on the hosts of X. There are no posts but those that were added, and number 20.

    Attributes:
        posts: status of oEmbed by number; 200 is an ordinary post.
        always: an answer to give to every question to oEmbed, or None.
    """

    def __init__(self, internet: FakeInternet) -> None:
        self.internet = internet
        self.posts: dict[str, int] = {"20": 200}
        self.always: Callable[[], web.Response] | None = None
        page = misbehave.answer(b"<title>X</title>", media_type="text/html")
        for host in ("x.com", "twitter.com", "mobile.twitter.com"):
            internet.site(host).default(page)
        internet.site("publish.twitter.com").handle("/oembed", self._oembed)

    @property
    def questions(self) -> list[str]:
        """Address of each post that oEmbed was asked for, in order."""
        return [dict(e.query)["url"] for e in self.internet.requests_to("publish.twitter.com")]

    async def _oembed(self, request: web.Request) -> web.StreamResponse:
        if self.always is not None:
            return self.always()
        url = request.query["url"]
        status = self.posts.get(urlsplit(url).path.rpartition("/")[2], 404)
        if status == 200:
            return web.json_response({"url": url, "author_name": "somebody", "html": "<blockquote>…</blockquote>"})
        return web.json_response({"error": _WORDS.get(status, "made up")}, status=status)
