"""Bot walls, each as its maker builds it (docs/facts/http-answers.md#bot-protection): what a checker gets."""

from __future__ import annotations

from typing import Literal

from aiohttp import web

from tests.internet.site import Handler

WallKind = Literal[
    "cloudflare",
    "cloudflare-200",
    "cloudflare-title",
    "attention-required",
    "aws-waf",
    "aws-waf-captcha",
    "datadome",
    "perimeterx",
    "incapsula",
    "pardon",
    "akamai",
    "akamai-entities",
    "anubis",
    "enable-js",
    "linkedin",
    "ieee",
]

_HTML = "text/html; charset=utf-8"
_JUST_A_MOMENT = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>"
_DENIED = "<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY><H1>Access Denied</H1>You cannot see this.<P>{}</BODY>"
_AKAMAI = _DENIED.format("Reference #18.2d1c2f17.1795316400.0")
#: Newer edge servers write the reference in character references (docs/facts/http-answers.md#bot-protection).
_AKAMAI_ENTITIES = _DENIED.format("Reference&#32;&#35;18&#46;2d1c2f17&#46;1795316400&#46;0")
_INCAPSULA = (
    '<html><body><iframe src="/_Incapsula_Resource?SWUDNSAI=31">Request unsuccessful. '
    "Incapsula incident ID: 448000840010-0</iframe></body></html>"
)
_ANUBIS = (
    "<!doctype html><html><head><title>Making sure you&#39;re not a bot!</title>"
    '<link rel="stylesheet" href="/.within.website/x/xess/xess.min.css">'
    '<script src="/.within.website/x/cmd/anubis/static/js/main.mjs"></script></head><body></body></html>'
)

#: Status, further headers, body.
WALLS: dict[WallKind, tuple[int, dict[str, str], str]] = {
    "cloudflare": (403, {"cf-mitigated": "challenge", "Server": "cloudflare"}, _JUST_A_MOMENT),
    "cloudflare-200": (200, {"cf-mitigated": "challenge", "Server": "cloudflare"}, _JUST_A_MOMENT),
    "cloudflare-title": (503, {"Server": "cloudflare"}, _JUST_A_MOMENT),
    "attention-required": (
        403,
        {"Server": "cloudflare"},
        "<html><head><title>Attention Required! | Cloudflare</title></head></html>",
    ),
    "aws-waf": (202, {"x-amzn-waf-action": "challenge", "Server": "CloudFront"}, ""),
    "aws-waf-captcha": (405, {"x-amzn-waf-action": "captcha", "Server": "CloudFront"}, "<html></html>"),
    "datadome": (
        403,
        {"X-DataDome": "protected", "Server": "DataDome"},
        "<html><script src='//captcha-delivery'></script></html>",
    ),
    "perimeterx": (
        403,
        {},
        '<html><body><div id="px-captcha"></div><script>window._pxAppId="PX0"</script></body></html>',
    ),
    "incapsula": (200, {"X-Iinfo": "0-0-0"}, _INCAPSULA),
    "pardon": (200, {}, "<html><head><title>Pardon Our Interruption</title></head><body></body></html>"),
    "akamai-entities": (403, {"Server": "AkamaiGHost"}, _AKAMAI_ENTITIES),
    "akamai": (403, {"Server": "AkamaiGHost"}, _AKAMAI),
    "anubis": (200, {}, _ANUBIS),
    "enable-js": (403, {}, "<html><body>Enable JavaScript and cookies to continue</body></html>"),
    "linkedin": (999, {}, "<html><head><script>window.onload=function(){}</script></head></html>"),
    "ieee": (
        418,
        {},
        "<html><head><title>Request Rejected</title></head><body>The requested URL was rejected.</body></html>",
    ),
}


def bot_wall(kind: WallKind) -> Handler:
    """Answer every request with the wall of this maker."""
    status, headers, body = WALLS[kind]

    async def wall(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=body.encode(), headers={"Content-Type": _HTML, **headers})

    return wall
