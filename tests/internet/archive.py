"""The Wayback Machine: its index of captures (CDX) and their playback (docs/facts/services.md#wayback-machine)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from aiohttp import web

from tests.internet.core import FakeInternet
from tests.internet.log import Exchange
from tests.internet.pictures import PNG

#: Index questions a minute that the archive bears; more are answered with 429 and no Retry-After.
PER_MINUTE = 30
#: How many captures at the end of the index a quick look for the latest sees.
_FAST = 3
_OLD_PAGE = b"<html><title>An old page</title></html>"
_COLUMNS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
_PLAYBACK = re.compile(r"/web/(\d{1,14})(?:id_|if_|im_)?/(.+)")


@dataclass(frozen=True, slots=True)
class FakeCapture:
    """One copy in the archive."""

    timestamp: str
    original: str
    mimetype: str = "text/html"
    status: str = "200"
    body: bytes = _OLD_PAGE


class FakeArchive:
    """Installs itself on web.archive.org; it has no captures until told.

    Attributes:
        answers: answers to give instead, one an index question, before the index behaves again.
        always: an answer to give to every index question, or None.
        excluded: hosts whose owners keep them out of the archive.
        ignores_filters: it gives captures of every status and type.
    """

    def __init__(self, internet: FakeInternet) -> None:
        self.internet = internet
        self.answers: list[Callable[[], web.Response]] = []
        self.always: Callable[[], web.Response] | None = None
        self.excluded: set[str] = set()
        self.ignores_filters = False
        self._captures: dict[str, list[FakeCapture]] = {}
        site = internet.site("web.archive.org")
        site.handle("/cdx/search/cdx", self._index)
        site.handle("/web", self._play)

    def capture(
        self, url: str, *timestamps: str, mimetype: str = "text/html", status: str = "200", body: str | None = None
    ) -> None:
        """Put copies of an address into the archive; without a body, an old page or a small image."""
        page = body.encode() if body is not None else PNG if mimetype.startswith("image/") else _OLD_PAGE
        stored = self._captures.setdefault(surt(url), [])
        stored.extend(FakeCapture(timestamp, url, mimetype, status, page) for timestamp in timestamps)
        stored.sort(key=lambda capture: capture.timestamp)

    @property
    def questions(self) -> list[Exchange]:
        """The requests to the index, in order."""
        return [e for e in self.internet.requests_to("web.archive.org") if e.path.startswith("/cdx/")]

    @property
    def copies(self) -> list[Exchange]:
        """The requests for copies as they were captured, in order."""
        return [e for e in self.internet.requests_to("web.archive.org") if "id_/" in e.path]

    @staticmethod
    def overloaded() -> web.Response:
        """Make the answer to too many questions, which names no time."""
        return web.Response(status=429, text="Too Many Requests")

    async def _index(self, request: web.Request) -> web.StreamResponse:
        now = self.internet.time.clock()
        if sum(now - e.at < 60 for e in self.questions) > PER_MINUTE:
            return self.overloaded()
        if self.always is not None:
            return self.always()
        if self.answers:
            return self.answers.pop(0)()
        query = request.query
        if (urlsplit(query["url"]).hostname or "") in self.excluded:
            return web.Response(status=403, text="org.archive.util.io.RuntimeIOException: Blocked Site Error")
        limit = int(query.get("limit", "1000"))
        stored = self._captures.get(surt(query["url"]), [])
        if limit < 0 and query.get("fastLatest") != "false":
            stored = stored[-_FAST:]
        found = [c for c in stored if self.ignores_filters or _passes(c, query.getall("filter", []))]
        found = [c for c in found if query.get("from", "0") <= c.timestamp <= query.get("to", "9") + "9" * 14]
        if query.get("sort") == "closest":
            near = int(query["closest"].ljust(14, "0"))
            found.sort(key=lambda c: abs(int(c.timestamp) - near))
        found = found[:limit] if limit >= 0 else found[limit:]
        fields = query.get("fl", ",".join(_COLUMNS)).split(",")
        rows = [fields, *([_field(c, name) for name in fields] for c in found)] if found else []
        return web.Response(text=json.dumps(rows), content_type="application/json")

    async def _play(self, request: web.Request) -> web.StreamResponse:
        match = _PLAYBACK.fullmatch(request.raw_path)
        stored = self._captures.get(surt(match[2]), []) if match else []
        if match is not None and (urlsplit(match[2]).hostname or "") in self.excluded:
            error = {"X-Archive-Wayback-Runtime-Error": "AdministrativeAccessControlException: Blocked Site Error"}
            return web.Response(status=403, headers=error, text="<p>excluded")
        if match is None or not stored:
            return web.Response(
                status=404, text="<html><title>Wayback Machine</title></html>", content_type="text/html"
            )
        wanted = int(match[1].ljust(14, "0"))
        nearest = min(stored, key=lambda c: abs(int(c.timestamp) - wanted))
        if nearest.timestamp != match[1]:
            location = request.raw_path.replace(match[1], nearest.timestamp, 1)
            return web.Response(status=302, headers={"Location": location})
        made = datetime.strptime(nearest.timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        memento = {"Memento-Datetime": format_datetime(made, usegmt=True)}
        return web.Response(
            status=int(nearest.status), headers=memento, body=nearest.body, content_type=nearest.mimetype
        )


def surt(url: str) -> str:
    """Give a URL as the index compares it: no scheme, ``www.`` and port, all in lower case, parameters sorted."""
    parts = urlsplit(url if "//" in url else f"//{url}")
    host = (parts.hostname or "").removeprefix("www.")
    query = "&".join(sorted(parts.query.split("&")))
    tail = (unquote(parts.path).rstrip("/") or "/") + (f"?{query}" if query else "")
    return f"{','.join(reversed(host.split('.')))}){tail.lower()}"


def _passes(capture: FakeCapture, filters: list[str]) -> bool:
    for text in filters:
        wanted, (name, _, pattern) = not text.startswith("!"), text.lstrip("!").partition(":")
        if bool(re.fullmatch(pattern, _field(capture, name))) is not wanted:
            return False
    return True


def _field(capture: FakeCapture, name: str) -> str:
    values = {
        "urlkey": surt(capture.original),
        "timestamp": capture.timestamp,
        "original": capture.original,
        "mimetype": capture.mimetype,
        "statuscode": capture.status,
        "digest": "A" * 32,
        "length": "1000",
    }
    return values[name]
