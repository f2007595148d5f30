"""Recognises the pages of bot protection services, so that none of them is taken for the page behind it.

A service has a name, signs that prove it whatever the status (a header that only this service sends), and signs that
are words or scripts. Words also stand in articles *about* bot protection, so they count only in a response that
refuses (4xx, 5xx) or that shows a reader next to nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType

from linkwarden.answers.words import length_of_text, looked_for, words_in
from linkwarden.patterns import pattern
from linkwarden.records import dataclass
from linkwarden.wire import Response

#: A challenge page has fewer visible characters than this; the shortest real article has more. (The pages of
#: Cloudflare, Anubis and Akamai have 100 to 900.)
_FEW_WORDS = 1500
_LOOKED_AT = 65_536

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One bot protection service and how its page is recognised.

    Attributes:
        name: what a maintainer reads.
        proof: header names with a pattern of their value; one is enough, with any status.
        needs: headers that must be there for ``titles`` and ``marks`` to count.
        titles: pattern of the whole ``<title>``.
        marks: patterns in the body.
        hints: each page with such a title or mark holds one of these.
        refusing: ``proof`` headers count only if the status refuses.
    """

    name: str
    proof: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    needs: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    titles: str = ""
    marks: str = ""
    hints: tuple[str, ...] = ()
    refusing: bool = False


SERVICES: tuple[Service, ...] = (
    # Cloudflare, "Detect a Challenge Page response".
    Service(name="Cloudflare challenge", proof={"cf-mitigated": r"challenge"}),
    Service(
        name="Cloudflare challenge",
        needs={"server": r"cloudflare"},
        titles=r"Just a moment\.\.\.|Attention Required!.*",
        marks=r"_cf_chl_opt",
        hints=("Just a moment", "Attention Required", "_cf_chl_opt"),
    ),
    Service(
        name="JavaScript challenge",
        marks=r"Enable JavaScript and cookies to continue",
        hints=("Enable JavaScript and cookies",),
    ),
    # AWS WAF, "CAPTCHA and Challenge": 202 with challenge, 405 with captcha.
    Service(name="AWS WAF challenge", proof={"x-amzn-waf-action": r"challenge|captcha"}),
    # DataDome stamps its header on every response of a site it guards, so it proves a challenge only where access is
    # refused.
    Service(
        name="DataDome",
        proof={"x-datadome": r".*"},
        marks=r"captcha-delivery\.com",
        hints=("captcha-delivery",),
        refusing=True,
    ),
    Service(name="PerimeterX", marks=r"px-captcha|_pxAppId", hints=("px-captcha", "_pxAppId")),
    Service(
        name="Imperva",
        titles=r"Pardon Our Interruption.*",
        marks=r"Incapsula incident ID|_Incapsula_Resource",
        hints=("Pardon Our", "ncapsula"),
    ),
    Service(
        name="Akamai",
        marks=r"Reference(?:&#32;|\s)(?:&#35;|#)\d+(?:\.|&#46;)[0-9a-f]",
        hints=("Reference",),
    ),
    Service(
        name="Anubis",
        titles=r"Making sure you(?:'|&#39;|’)re not a bot!",
        marks=r"/\.within\.website/x/cmd/anubis",
        hints=("not a bot", "/.within.website"),
    ),
    # Vercel and Sucuri as observed (docs/facts/http-answers.md#bot-protection).
    Service(
        name="Vercel checkpoint",
        proof={"x-vercel-mitigated": r"challenge"},
        titles=r"Vercel Security Checkpoint",
        hints=("Security Checkpoint",),
    ),
    Service(
        name="Sucuri firewall",
        titles=r"Sucuri WebSite Firewall - Access Denied|Access Denied - Sucuri.*",
        hints=("Sucuri",),
    ),
)

#: One of these headers is sent with each page that is known by a header.
_PROOF = frozenset(name for service in SERVICES for name in service.proof)
#: The hints in lower case, all of them and those of each service.
_HINTS = tuple((service, looked_for(*map(str.lower, service.hints))) for service in SERVICES if service.hints)
_ALL_HINTS = tuple(hint for _, hints in _HINTS for hint in hints)

# Every repetition is bounded or cannot fail, so that a hostile page costs time in proportion to its length.
_TITLE = pattern(r"<title[^>]{0,200}>([^<]{0,300})</title", re.IGNORECASE)


def bot_protection(response: Response) -> str | None:
    """Return the name of the bot protection service whose page the response is, or None."""
    refuses = response.status >= 400 or response.status == 202
    for service in () if _PROOF.isdisjoint(response.headers) else SERVICES:
        if (refuses or not service.refusing) and any(_has(response, item) for item in service.proof.items()):
            return service.name
    words = words_in(response.body)
    if not words.any_of(_ALL_HINTS):
        return None
    body = response.body[:_LOOKED_AT]
    hinted = [service for service, hints in _HINTS if words.any_of(hints)]
    if not any(hint.encode() in body for service in hinted for hint in service.hints):
        return None
    text = body.decode("utf-8", errors="replace")
    title = _TITLE.search(text)
    for service in hinted:
        if all(_has(response, item) for item in service.needs.items()) and _says(service, text, title):
            return service.name if refuses or _is_nearly_blank(body) else None
    return None


def _has(response: Response, sign: tuple[str, str]) -> bool:
    name, pattern = sign
    value = response.headers.get(name)
    return value is not None and re.search(pattern, value, re.IGNORECASE) is not None


def _says(service: Service, text: str, title: re.Match[str] | None) -> bool:
    if service.marks and re.search(service.marks, text):
        return True
    if title is None or not service.titles:
        return False
    return re.fullmatch(service.titles, title.group(1).strip(), re.IGNORECASE) is not None


def _is_nearly_blank(body: bytes) -> bool:
    """Return whether a page shows a reader next to nothing."""
    return length_of_text(body.lower().decode("utf-8", errors="replace")) < _FEW_WORDS
