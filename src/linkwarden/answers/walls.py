"""Knows the pages of services that keep robots out, so that none of them is taken for the page behind it.

A wall has a name, signs that prove it whatever the status (a header that only the wall sends), and signs that are
words or scripts. Words also stand in articles *about* walls, so they count only in an answer that refuses (4xx, 5xx)
or that shows a reader next to nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType

from linkwarden.wire import Response

_ERROR = re.compile(r"\A\ufeff?\s*(?:<\?xml[^>]*\?>\s*)?<Error\b[^>]*>", re.IGNORECASE)
_CODE = re.compile(r"<Code>\s*([A-Za-z][A-Za-z0-9._-]{1,60})\s*</Code>")
_EXPIRES = re.compile(r"<Expires>\s*(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?Z\s*</Expires>")
#: S3, MinIO and OSS say the first, Azure says the second (docs/facts/http-answers.md#object-store-errors).
_TOO_LATE = re.compile(r"request has expired|signature not valid in the specified time frame", re.IGNORECASE)

_MISSING = frozenset({"NoSuchKey", "NoSuchBucket", "NoSuchVersion", "BlobNotFound", "ContainerNotFound"})
_EXPIRED = frozenset({"ExpiredToken", "ExpiredRequest", "RequestExpired", "TokenRefreshRequired"})
_SIGNATURE = frozenset(
    {
        "SignatureDoesNotMatch",
        "InvalidAccessKeyId",
        "InvalidToken",
        "AuthorizationQueryParametersError",
        "InvalidQueryParameterValue",
        "MissingKey",
    }
)
_DENIED = frozenset(
    {"AccessDenied", "AllAccessDisabled", "AccountProblem", "PublicAccessNotPermitted", "AuthenticationFailed"}
)


@dataclass(frozen=True, slots=True)
class StoreError:
    """What an object store says.

    Attributes:
        code: its own code, letters only; safe to show.
        meaning: ``missing``, ``expired``, ``signature``, ``denied``, or ``other`` for what the status tells better.
        expires_at: when a signed address ended, where the store says so.
    """

    code: str
    meaning: str
    expires_at: datetime | None = None


def store_error(response: Response) -> StoreError | None:
    """Give the object store's error in an answer, or None if it is not one."""
    text = response.body[:8192].decode("utf-8", errors="replace")
    if not _ERROR.match(text):
        return None
    found = _CODE.search(text)
    if found is None:
        return None
    code = found.group(1)
    if code in _EXPIRED or (code in _DENIED and _TOO_LATE.search(text)):
        return StoreError(code, "expired", _expiry(text))
    if code in _MISSING:
        return StoreError(code, "missing")
    if code in _SIGNATURE:
        return StoreError(code, "signature")
    # "Request is not valid yet" (a signing clock that runs ahead) comes as AccessDenied too: denied says enough.
    return StoreError(code, "denied" if code in _DENIED else "other")


def _expiry(text: str) -> datetime | None:
    found = _EXPIRES.search(text)
    if found is None:
        return None
    try:
        return datetime.fromisoformat(found.group(1)).replace(tzinfo=UTC)
    except ValueError:
        return None


#: A wall page has fewer visible characters than this; the shortest real article has more. (Cloudflare's, Anubis's and
#: Akamai's pages have 100 to 900.)
_FEW_WORDS = 1500
_LOOKED_AT = 65_536

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """One service and how its page is recognised.

    Attributes:
        name: what a maintainer reads.
        proof: header names with a pattern of their value; one is enough, with any status.
        needs: headers that must be there for ``titles`` and ``marks`` to count.
        titles: pattern of the whole ``<title>``.
        marks: patterns in the body.
        refusing: ``proof`` headers count only if the status refuses.
    """

    name: str
    proof: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    needs: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    titles: str = ""
    marks: str = ""
    refusing: bool = False


WALLS: tuple[Wall, ...] = (
    # Cloudflare, "Detect a Challenge Page response".
    Wall(name="Cloudflare challenge", proof={"cf-mitigated": r"challenge"}),
    Wall(
        name="Cloudflare challenge",
        needs={"server": r"cloudflare"},
        titles=r"Just a moment\.\.\.|Attention Required!.*",
        marks=r"_cf_chl_opt",
    ),
    Wall(name="JavaScript challenge", marks=r"Enable JavaScript and cookies to continue"),
    # AWS WAF, "CAPTCHA and Challenge": 202 with challenge, 405 with captcha.
    Wall(name="AWS WAF challenge", proof={"x-amzn-waf-action": r"challenge|captcha"}),
    # DataDome stamps its header on every answer of a site it guards, so it proves a wall only where access is refused.
    Wall(name="DataDome", proof={"x-datadome": r".*"}, marks=r"captcha-delivery\.com", refusing=True),
    Wall(name="PerimeterX", marks=r"px-captcha|_pxAppId"),
    Wall(name="Imperva", titles=r"Pardon Our Interruption.*", marks=r"Incapsula incident ID|_Incapsula_Resource"),
    Wall(name="Akamai", marks=r"Reference(?:&#32;|\s)(?:&#35;|#)\d+(?:\.|&#46;)[0-9a-f]"),
    Wall(name="Anubis", titles=r"Making sure you(?:'|&#39;|’)re not a bot!", marks=r"/\.within\.website/x/cmd/anubis"),
    # Vercel and Sucuri as observed (docs/facts/http-answers.md#bot-protection).
    Wall(name="Vercel checkpoint", proof={"x-vercel-mitigated": r"challenge"}, titles=r"Vercel Security Checkpoint"),
    Wall(name="Sucuri firewall", titles=r"Sucuri WebSite Firewall - Access Denied|Access Denied - Sucuri.*"),
)

#: Every page with a title or mark of the table holds one of these, so that other pages are let through quickly.
_HINTS = (
    b"Just a moment",
    b"Attention Required",
    b"_cf_chl_opt",
    b"Enable JavaScript and cookies",
    b"captcha-delivery",
    b"px-captcha",
    b"_pxAppId",
    b"Pardon Our",
    b"ncapsula",
    b"Reference",
    b"not a bot",
    b"/.within.website",
    b"Security Checkpoint",
    b"Sucuri",
)

# Every repetition is bounded or cannot fail, so that a hostile page costs time in proportion to its length.
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,300})</title", re.IGNORECASE)
_UNSEEN = re.compile(
    r"<(script|style|noscript|template|svg)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)|<[^>]*(?:>|\Z)",
    re.IGNORECASE | re.DOTALL,
)


def wall_of(response: Response) -> str | None:
    """Give the name of the service that keeps robots out, if the answer is its page, else None."""
    refuses = response.status >= 400 or response.status == 202
    for wall in WALLS:
        if (refuses or not wall.refusing) and any(_has(response, item) for item in wall.proof.items()):
            return wall.name
    body = response.body[:_LOOKED_AT]
    if not any(hint in body for hint in _HINTS):
        return None
    text = body.decode("utf-8", errors="replace")
    title = _TITLE.search(text)
    for wall in WALLS:
        if all(_has(response, item) for item in wall.needs.items()) and _says(wall, text, title):
            return wall.name if refuses or _is_nearly_blank(text) else None
    return None


def _has(response: Response, sign: tuple[str, str]) -> bool:
    name, pattern = sign
    value = response.headers.get(name)
    return value is not None and re.search(pattern, value, re.IGNORECASE) is not None


def _says(wall: Wall, text: str, title: re.Match[str] | None) -> bool:
    if wall.marks and re.search(wall.marks, text):
        return True
    if title is None or not wall.titles:
        return False
    return re.fullmatch(wall.titles, title.group(1).strip(), re.IGNORECASE) is not None


def _is_nearly_blank(text: str) -> bool:
    """Tell whether a page shows a reader next to nothing."""
    return len(" ".join(_UNSEEN.sub(" ", text).split())) < _FEW_WORDS
