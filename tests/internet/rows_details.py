"""What the rows say besides: other forms of an address, traps, pictures, fragments, networks."""

from __future__ import annotations

import base64
import json

from aiohttp import web

from tests.internet import misbehave
from tests.internet.rows import BROKEN, DEGRADED, EXPIRED, OK, SUSPECT, UNVERIFIED, Rows

_WORDS = "<p>" + "There is much to read on this page, with figures. " * 40


def add_details(rows: Rows) -> None:
    """Add all of them; the services that ``rows_services`` installs are there already."""
    for add in (_forms, _expiring, _traps, _pictures, _places, _landings, _addresses):
        add(rows)


def _forms(rows: Rows) -> None:
    for form in ("youtu.be/{}", "www.youtube.com/embed/{}", "www.youtube.com/shorts/{}", "www.youtube.com/v/{}"):
        rows.link("YouTube video", f"https://{form.format('dQw4w9WgXcQ')}?t=9", OK)
        rows.link("YouTube video", f"https://{form.format('gone0000000')}?t=9", BROKEN)
    there = "https://medium.com/@a/story-4?gi=1a2b3c"
    bounce = f"https://medium.com/m/global-identity?redirectUrl={there}"
    rows.redirect("Medium, identity", "https://medium.com/@a/story-4?source=friends_link", bounce, OK, 302)
    rows.internet.site("medium.com").redirect("/m/global-identity", there, 302)
    rows.internet.site("medium.com").page("/@a/story-4", f"<title>Story 4 by A</title>{_WORDS}")
    rows.link("Papers with Code", "https://paperswithcode.com/dataset/imagenet", SUSPECT)
    # Not listed there says nothing of the paper, but this page is not there.
    rows.page("Hugging Face papers", "huggingface.co", "/papers/1810.04805", BROKEN, 404)


def _expiring(rows: Rows) -> None:
    second = int(rows.internet.time.now().timestamp())
    for row, address, right in (
        ("GitHub picture with JWT", "https://private-user-images.githubusercontent.com/1/2-a.png?jwt={}", EXPIRED),
        ("JWT", "https://lab.supabase.co/storage/v1/object/sign/a.png?token={}", EXPIRED),
    ):
        rows.link(row, address.format(_token(second - 9000)), right, image=True)
    inner = "https%3A%2F%2Fs3.us-west-2.amazonaws.com%2Fsecure.notion-static.com%2Fa%2Fb.png"
    why = "it needs the cookie of a member, or the page is private"
    rows.picture("Notion proxy", "www.notion.so", f"/image/{inner}?table=block&id=1", UNVERIFIED, 403, why)


def _token(end: int) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part({'exp': end, 'nbf': end - 300})}.{'c0ffee' * 7}"


def _traps(rows: Rows) -> None:
    removed = f"<title>Changes in version 2</title><h1>Changes</h1><p>The old parser has been removed.{_WORDS}"
    rows.served("a phrase in the text", "phrases.example.org", "/changes", OK, misbehave.answer(removed))
    browse = rows.internet.site("www.coursera.org").page("/browse", f"<title>Browse courses</title>{_WORDS}")
    browse.redirect("/learn/retired", "https://www.coursera.org/browse", 302)
    rows.link("course, retired", "https://www.coursera.org/learn/retired", SUSPECT)
    parked = "<title>This domain is for sale</title><p>Buy this domain. Make an offer."
    rows.internet.site("dan.com").page("/buy-domain/sold.example.org", parked)
    to = "https://dan.com/buy-domain/sold.example.org"
    rows.redirect("sent to a dealer in domains", "https://sold.example.org/papers/one.html", to, SUSPECT, 302)
    rows.page("shields.io, asked too often", "img.shields.io", "/later.svg", UNVERIFIED, 429, "asked too often")
    rows.picture("imgur, asked too often", "i.imgur.com", "/later.png", UNVERIFIED, 429, "asked too often")


def _pictures(rows: Rows) -> None:
    for name, body, media_type, right in (
        ("page", b"<!DOCTYPE html><title>App</title>", "text/html", BROKEN),
        ("page-as-png", b"<!DOCTYPE html><title>App</title>", "image/png", BROKEN),
        ("empty", b"", "image/png", BROKEN),
        ("svg", b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", "image/svg+xml", OK),
        (
            "avif",
            b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1" + b"\x00" * 40,
            "image/avif",
            OK,
        ),  # [U] whether GitHub shows it
    ):
        handler = misbehave.answer(body, media_type=media_type)
        rows.served(f"picture: {name}", "pictures.example.org", f"/{name}", right, handler, image=True)


def _places(rows: Rows) -> None:
    page = f"<title>Handbook</title><h2 id='setup'>Setup</h2><a name='old'></a>{_WORDS}"
    rows.internet.site("places.example.org").page("/handbook", page)
    for fragment, right in (
        *dict.fromkeys(("setup", "old", "/route", "!/route", ":~:text=figures", "L10", "page=3"), OK).items(),
        ("nowhere", DEGRADED),
    ):
        rows.link("fragment", f"https://places.example.org/handbook#{fragment}", right)


def _landings(rows: Rows) -> None:
    for name in ("error", "notfound", "404.html"):
        host = f"lands-{name.partition('.')[0]}.example.org"
        rows.internet.site(host).page(f"/{name}", "<title>Oops</title>")
        rows.redirect(f"sent to /{name}", f"https://{host}/papers/one.html", f"/{name}", SUSPECT, 302)
    rows.internet.site("header.example.org").page("/new", f"<title>Page</title>{_WORDS}")
    rows.served("refresh by header", "header.example.org", "/page", OK, misbehave.answer("<p>x", Refresh="0; url=/new"))
    late = f'<title>Notes on a page</title><meta http-equiv="refresh" content="600">{_WORDS}'
    rows.served("refresh that reloads", "reload.example.org", "/page", OK, misbehave.answer(late))


def _addresses(rows: Rows) -> None:
    async def exact(request: web.Request) -> web.StreamResponse:
        right = request.raw_path == "/a%2Fb'c(d)/e+f?x=%3A&y=1"
        return web.Response(
            status=200 if right else 404, text="<title>Notes</title><p>Notes of a day", content_type="text/html"
        )

    rows.internet.site("exact.example.org").default(exact)
    rows.link("sent as it is written", "https://exact.example.org/a%2Fb'c(d)/e+f?x=%3A&y=1", OK)
    rows.internet.site("spelt.example.org").page("/1", "<title>1</title>").page("/2", "<title>2</title>")
    for url in ("http://https://spelt.example.org/1", "https:/spelt.example.org/2", "https//spelt.example.org/1"):
        rows.link("misspelt scheme", url, BROKEN)
    rows.link("private network", "http://10.1.2.3/page", BROKEN)
    rows.internet.site("inside.example.org").redirect("/page", "http://10.1.2.3/page", 302)
    why = "readers inside that network may get there"
    rows.link("sent into a private network", "https://inside.example.org/page", UNVERIFIED, why)
