"""Rows of docs/facts/http-answers.md: statuses, walls, redirects, networks, each on a host of its own."""

from __future__ import annotations

from typing import get_args

from aiohttp import web

from tests.internet import misbehave
from tests.internet.rows import BROKEN, DEGRADED, MOVED, OK, SUSPECT, UNVERIFIED, Rows
from tests.internet.site import Handler
from tests.internet.walls import WallKind, bot_wall

#: What is right to say of each status that persists, and why (docs/facts/http-answers.md#statuses).
STATUSES: dict[int, tuple[str, str]] = {
    **dict.fromkeys((200, 203, 206, 300), (OK, "")),
    304: (UNVERIFIED, "nobody asked whether anything had changed"),
    204: (UNVERIFIED, "nothing is shown"),
    400: (UNVERIFIED, "programs are told this too"),
    **dict.fromkeys((401, 407), (UNVERIFIED, "an account may see it")),
    **dict.fromkeys((403, 405, 406, 415, 418, 421, 431, 494, 999), (UNVERIFIED, "programs are refused")),
    **dict.fromkeys((404, 410, 451), (BROKEN, "")),
    **dict.fromkeys((408, 425, 429, 500, 501, 502, 503, 504, 505, 507), (UNVERIFIED, "it may pass")),
    **dict.fromkeys((*range(520, 527), 530), (UNVERIFIED, "one run does not decide")),
}


def add_http(rows: Rows) -> None:
    """Add all rows of HTTP and what lies below it."""
    for add in (_statuses, _walls, _methods, _redirects, _soft, _network):
        add(rows)


def _statuses(rows: Rows) -> None:
    for status, (right, why) in STATUSES.items():
        rows.page(f"status {status}", f"status-{status}.example.org", "/notes/page", right, status, why)
    for body, right, why in ((b"<title>Notes</title>a note", OK, ""), (b"", UNVERIFIED, "the answer is put off")):
        handler = misbehave.answer(body, 202)
        rows.served("status 202", f"later-{len(body)}.example.org", "/page", right, handler, why)
    origin = misbehave.answer("error code: 1016", 530)
    rows.served("status 530 with 1016", "origin.example.org", "/page", BROKEN, origin)


def _walls(rows: Rows) -> None:
    for kind in get_args(WallKind):
        host = f"wall-{kind}.example.org"
        rows.served(f"wall {kind}", host, "/page", UNVERIFIED, bot_wall(kind), "a bot wall, and no registry")


def _methods(rows: Rows) -> None:
    page = misbehave.answer("<title>Notes on pages</title><p>Words.")
    time = rows.internet.time

    async def picky(request: web.Request) -> web.StreamResponse:
        return await (page if "text/html" in request.headers.get("Accept", "") else _not_acceptable)(request)

    handlers: dict[str, Handler] = {
        "no-head": misbehave.no_head(page),
        "no-head-404": misbehave.no_head(page, 404),
        "accept": picky,
        "hiccup": misbehave.fail_then(1, 503, page),
        "reset-once": misbehave.fail_then(1, "reset", page),
        "retry-after": misbehave.retry_after(time, 5, page),
        "retry-date": misbehave.retry_after(time, 5, page, form="date"),
        "retry-past": misbehave.retry_after(time, -5, page, form="date"),
        "cookies": misbehave.cookie_bounce(page),
        "slow": misbehave.slow(time, 5, page),
    }
    for name, handler in handlers.items():
        rows.served(f"healthy: {name}", f"{name}.example.org", "/page", OK, handler)
    flapping = misbehave.in_turn(misbehave.answer("<title>404</title>", 404), page)
    rows.served("404 once", "flapping.example.org", "/page", UNVERIFIED, flapping, "two answers contradict each other")


async def _not_acceptable(_request: web.Request) -> web.StreamResponse:
    return web.Response(status=406)


def _redirects(rows: Rows) -> None:
    for status in (301, 302, 303, 307, 308):
        host = f"redirect-{status}.example.org"
        rows.internet.site(host).page("/new/page-one", "<title>Page one</title><p>Words.")
        right = MOVED if status in (301, 308) else OK
        rows.redirect(f"status {status}", f"https://{host}/old/page-one", "/new/page-one", right, status)
    for name, to, right, why in (
        ("home", "/", SUSPECT, ""),
        ("error-page", "/404", SUSPECT, ""),
        ("log-in", "/login?next=x", UNVERIFIED, "an account may see it"),
    ):
        host = f"to-{name}.example.org"
        rows.internet.site(host).page(to.partition("?")[0], f"<title>{name}</title>")
        rows.redirect(f"sent to {name}", f"https://{host}/papers/one.html", to, right, 302, why)
    for name, handler in (
        ("loop", misbehave.redirect_loop()),
        ("endless", misbehave.endless_redirects()),
        ("cookie-loop", misbehave.cookie_loop()),
    ):
        why = "sites do this to programs"
        rows.served(f"redirects: {name}", f"{name}.example.org", "/page", UNVERIFIED, handler, why)
    refresh = misbehave.answer('<meta http-equiv="refresh" content="0; url=/new">')
    rows.internet.site("refresh.example.org").page("/new", "<title>Page</title><p>Words.")
    rows.served("meta refresh", "refresh.example.org", "/page", OK, refresh)


def _soft(rows: Rows) -> None:
    rows.internet.site("soft.example.org").default(misbehave.soft_404())
    rows.link("soft 404", "https://soft.example.org/papers/one", SUSPECT)
    article = "<title>How to fix error 404 pages</title><h1>How to fix error 404 pages</h1>" + "<p>Much to read. " * 90
    rows.served("not a soft 404", "article.example.org", "/fix-404", OK, misbehave.answer(article))


def _network(rows: Rows) -> None:
    internet = rows.internet
    for fault in ("expired", "wrong-host", "self-signed", "untrusted", "common-name", "old-cipher"):
        internet.tls(f"tls-{fault}.example.org", fault)
        rows.page(f"certificate {fault}", f"tls-{fault}.example.org", "/page", BROKEN)
    internet.tls("tls-incomplete.example.org", "incomplete")
    rows.page("certificate chain incomplete", "tls-incomplete.example.org", "/page", DEGRADED)
    internet.tls("tls-handshake.example.org", "handshake")
    why = "browsers may get through"
    rows.page("handshake refused", "tls-handshake.example.org", "/page", UNVERIFIED, 200, why)
    rows.link("no such host", "https://nowhere.example.net/page", BROKEN)
    for dns in ("servfail", "timeout", "no-address"):
        internet.dns(f"dns-{dns}.example.org", dns)
        rows.link(f"name service: {dns}", f"https://dns-{dns}.example.org/page", UNVERIFIED, "it may pass")
    internet.dns("dns-hiccup.example.org", "servfail", times=1)
    rows.page("name service hiccup", "dns-hiccup.example.org", "/page", OK)
    internet.refuse("refused.example.org")
    rows.link("connection refused", "https://refused.example.org/page", BROKEN)
    internet.reset("reset.example.org")
    rows.link("connection torn down", "https://reset.example.org/page", UNVERIFIED, "it may pass")
    cut = misbehave.truncated_body()
    rows.served("body cut short", "cut.example.org", "/page", OK, cut)
    rows.link("typing error in the scheme", "htps://status-200.example.org/notes/page", BROKEN)
