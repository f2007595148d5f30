"""One host of the fake internet: which path gives which answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Self
from urllib.parse import unquote

from aiohttp import web

#: Answers one request; an ordinary aiohttp handler.
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def not_found(_request: web.Request) -> web.StreamResponse:
    """Answer as most servers do for a path that they do not have."""
    return web.Response(status=404, text="<html><title>404 Not Found</title></html>", content_type="text/html")


class Site:
    """The answers of one host, over http and https alike.

    A page registered with a query matches only that query; without one it matches any. Paths are compared as on
    the wire, then percent-decoded. Pages win over handlers, longer prefixes over shorter.
    """

    def __init__(self, host: str) -> None:
        self.host = host
        self._pages: dict[str, Handler] = {}
        self._prefixes: dict[str, Handler] = {}
        self._default: Handler = not_found
        self._over_http: Handler | None = None

    def page(
        self,
        path: str,
        body: bytes | str = b"",
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str = "text/html",
    ) -> Self:
        """Answer this very path with these bytes; ``headers`` win over ``media_type``."""
        payload = body.encode() if isinstance(body, str) else body
        fields = {"Content-Type": media_type, **(headers or {})}

        async def answer(_request: web.Request) -> web.StreamResponse:
            return web.Response(status=status, body=payload, headers=fields)

        self._pages[path] = answer
        return self

    def answer(self, path: str, handler: Handler) -> Self:
        """Give this very path to a handler, in place of a page that it may have."""
        self._pages[path] = handler
        return self

    def redirect(self, path: str, to: str, status: int = 301) -> Self:
        """Send this very path elsewhere; ``to`` is put into Location as it is."""
        return self.page(path, b"", status, {"Location": to})

    def handle(self, path: str, handler: Handler) -> Self:
        """Give a path, and all below it, to a handler. ``/a`` covers ``/a/b`` but not ``/ab``; ``/a*`` covers both."""
        self._prefixes[path] = handler
        return self

    def default(self, handler: Handler) -> Self:
        """Give everything not registered to a handler, in place of the 404."""
        self._default = handler
        return self

    def https_only(self, status: int = 301) -> Self:
        """Send plain http to the same address with https."""

        async def upgrade(request: web.Request) -> web.StreamResponse:
            return web.Response(status=status, headers={"Location": f"https://{request.host}{request.raw_path}"})

        self._over_http = upgrade
        return self

    def handler_for(self, scheme: str, raw_path: str) -> Handler:
        """Choose who answers; ``raw_path`` is path and query as on the wire."""
        if scheme == "http" and self._over_http is not None:
            return self._over_http
        path = raw_path.partition("?")[0]
        for candidate in (raw_path, unquote(raw_path), path, unquote(path)):
            if candidate in self._pages:
                return self._pages[candidate]
        fitting = [prefix for prefix in self._prefixes if _covers(prefix, path)]
        return self._prefixes[max(fitting, key=len)] if fitting else self._default


def _covers(prefix: str, path: str) -> bool:
    """Tell whether a registered prefix covers a path."""
    if prefix.endswith("*"):
        return path.startswith(prefix[:-1])
    return path == prefix or path.startswith(prefix.rstrip("/") + "/")
