"""Bot walls are known by their signs, with any status, and articles about them are not taken for them."""

from __future__ import annotations

import pytest

from linkwarden.answers.bot_protection import bot_protection
from linkwarden.answers.read import status_evidence
from linkwarden.wire import Response
from tests.internet.walls import WALLS, WallKind
from tests.links import claim, slug

URL = "https://a.example.org/paper"
ARTICLE = "<p>" + "A long article about the services that keep robots out of web sites. " * 60
#: Statuses that say enough by themselves: LinkedIn's 999, IEEE's 418.
BY_STATUS: frozenset[WallKind] = frozenset({"linkedin", "ieee"})


def response_of(kind: WallKind, status: int | None = None) -> Response:
    """Give the answer of a wall as the fake internet builds it, with another status if wanted."""
    own, headers, body = WALLS[kind]
    fields = {"content-type": "text/html", **{name.lower(): value for name, value in headers.items()}}
    return Response(url=URL, status=status or own, headers=fields, body=body.encode())


@pytest.mark.parametrize("kind", sorted(WALLS))
def test_every_wall_leaves_the_link_unverified(kind: WallKind) -> None:
    """Each wall of docs/facts/http-answers.md#bot-protection is no verdict on the page behind it."""
    expected = "access-refused" if kind in BY_STATUS else "bot-wall"
    assert slug(status_evidence(claim(URL), response_of(kind))) == expected


@pytest.mark.parametrize("kind", sorted(set(WALLS) - BY_STATUS - {"datadome"}))
@pytest.mark.parametrize("status", [200, 403, 404, 429, 503])
def test_a_wall_is_a_wall_with_any_status(kind: WallKind, status: int) -> None:
    """A challenge page that is sent with 200 or 404 is neither a page nor a proof."""
    assert bot_protection(response_of(kind, status)) is not None


def test_the_reason_names_the_wall_and_what_to_do() -> None:
    """A maintainer learns why linkwarden cannot tell, and how to tell."""
    evidence = status_evidence(claim(URL), response_of("cloudflare"))
    assert evidence is not None
    assert evidence.reason == (
        "The site's bot protection blocks programs (Cloudflare challenge, 403); open it in a browser."
    )


@pytest.mark.parametrize(
    "words",
    [
        "<title>Just a moment...</title>",
        "<title>Attention Required! | Cloudflare</title>",
        "<title>Pardon Our Interruption</title>",
        "<p>Enable JavaScript and cookies to continue",
        "<p>Incapsula incident ID: 448000840010-0",
        "<p>Access Denied, Reference #18.2d1c2f17.1795316400.0",
        "<pre>/.within.website/x/cmd/anubis</pre>",
        "<code>window._cf_chl_opt</code><code>px-captcha</code>",
    ],
)
def test_an_article_about_walls_is_an_article(words: str) -> None:
    """The words of a wall in a page with much else to read are no wall."""
    page = f"<html>{words}{ARTICLE}</html>".encode()
    response = Response(url=URL, status=200, headers={"server": "cloudflare"}, body=page)
    assert bot_protection(response) is None


def test_a_title_of_a_wall_needs_the_walls_server() -> None:
    """A short page called "Just a moment..." on some other server is a page."""
    body = b"<title>Just a moment...</title><p>My poems"
    assert bot_protection(Response(url=URL, status=200, headers={"server": "nginx"}, body=body)) is None
    assert bot_protection(Response(url=URL, status=200, headers={"server": "cloudflare"}, body=body)) is not None


def test_a_guarded_site_that_lets_us_in_is_fine() -> None:
    """DataDome stamps its header on good answers too."""
    response = Response(url=URL, status=200, headers={"x-datadome": "protected"}, body=ARTICLE.encode())
    assert bot_protection(response) is None


@pytest.mark.parametrize("piece", ["<", "<title", "<script ", "<!-- ", "Reference "])
def test_a_hostile_page_costs_little(piece: str) -> None:
    """64 KiB of half-open tags are read in linear time (the test's time limit is the witness)."""
    body = ("_cf_chl_opt px-captcha " + piece * 20_000).encode()[:65_536]
    bot_protection(Response(url=URL, status=200, headers={"server": "cloudflare"}, body=body))
