"""Tokens of delivery networks: Akamai, Bunny, nginx and more; and tokens and signatures of anybody.

Most stand on the customer's own host name, so they are recognised by a companion parameter, never by the
expiry's name alone (``Expires``, ``e``, ``t`` and ``exp`` mean other things elsewhere).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from linkwarden.patterns import pattern
from linkwarden.signatures import instants, jwt
from linkwarden.signatures.model import Scheme, Signature, Status
from linkwarden.signatures.stores import dated

if TYPE_CHECKING:
    from linkwarden.url import Url

_TOKEN_NAMES = ("token", "jwt", "access_token", "auth", "sig", "signature", "t")
#: Hosts at which a token in the query is the key to the file, so that a bad one is refused.
_TOKEN_HOSTS = ("*.supabase.co", "api.media.atlassian.com", "uploads.linear.app", "*.githubusercontent.com")


def _jwt(url: Url) -> Signature | None:
    for name in _TOKEN_NAMES:
        token = jwt.decode(url.any_value(name))
        if token is not None:
            url.one(name)
            return jwt.read(token, f"the token in “{name}”")
    return None


_END_NAMES = ("expires", "expire", "exp", "expiry", "expires_at")
_PROOF_NAMES = ("signature", "sig", "hmac", "hash", "sign", "token")
_SHORTEST_PROOF = 16


def _generic(url: Url) -> Signature | None:
    ends = [(name, value) for name, value in url.params if name in _END_NAMES and re.fullmatch("[0-9]{10}", value)]
    proofs = [name for name, value in url.params if name in _PROOF_NAMES and len(value) >= _SHORTEST_PROOF]
    if not ends or not proofs or len({value for _, value in ends}) > 1 or int(ends[0][1]) == 0:
        return None
    name, value = ends[0]
    return dated(instants.unix(value, name), f"looks signed: {name} beside {proofs[0]}", low_confidence=True)


TOKENS: tuple[Scheme, ...] = (
    Scheme(id="jwt-query", marks=_TOKEN_NAMES, read=_jwt, home=_TOKEN_HOSTS, secrets=_TOKEN_NAMES),
)
GENERIC: tuple[Scheme, ...] = (Scheme(id="generic-signed", marks=_END_NAMES, read=_generic, secrets=_PROOF_NAMES),)


# --- Akamai token 2.0, also Cloudinary, Vimeo, Deezer … --------------------------------------------

_AKAMAI_NAMES = ("hdnts", "hdnea", "hdntl", "__cld_token__", "__token__")
_AKAMAI_FIELDS = r"((?:(?:ip|st|exp|acl|url|id|data)=[^~]{0,512}~){1,8}hmac=[^/~]+)"
_AKAMAI = pattern(rf"(?:([A-Za-z0-9_-]+)=)?{_AKAMAI_FIELDS}(?:~.*)?", re.DOTALL)
#: In a path the slashes of an ``acl`` may be written as they are.
_AKAMAI_PATH = pattern(rf"(?:\A|/)(?:([A-Za-z0-9_-]+)=)?{_AKAMAI_FIELDS}(?=/|\Z)")


def _akamai(url: Url) -> Signature | None:
    if "hmac" not in url.text:
        return None
    path = "/".join(url.segments)
    tokens = [_AKAMAI.fullmatch(f"{name}={value}") for name, value in url.params]
    for match in (*tokens, _AKAMAI_PATH.search(path)):
        # "://": a URL inside a parameter or path of another one
        if match is None or "://" in match.string[: match.end()]:
            continue
        fields = {key: value for key, _, value in (field.partition("=") for field in match[2].split("~"))}
        known = match[1] in _AKAMAI_NAMES and "exp" in fields
        if known or re.fullmatch(r"[0-9]{1,18}", fields.get("exp", "")):
            end = instants.unix(fields["exp"], "exp")
            start = instants.unix(fields["st"], "st") if "st" in fields else None
            return dated(end, "carries an Akamai token: exp", not_before=start)
    return None


# --- Bunny, KeyCDN, nginx, Fastly ------------------------------------------------------


def _bunny(url: Url) -> Signature | None:
    first = url.segments[0] if url.segments else ""
    if first.startswith("bcdn_token="):
        return _bunny_path(dict(parse_qsl(first, keep_blank_values=True, max_num_fields=None)))
    if "expires" not in url.names or not url.has("token", "expires"):
        return None
    if not (url.on("*.b-cdn.net") or url.has("token_path")):
        return None
    return dated(instants.unix(url.one("expires"), "expires"), "carries a Bunny token: expires")


def _bunny_path(fields: Mapping[str, str]) -> Signature | None:
    if "expires" not in fields:
        return None
    return dated(instants.unix(fields["expires"], "expires"), "carries a Bunny token in its path: expires")


def _keycdn(url: Url) -> Signature | None:
    token = url.any_value("token") or ""
    if not re.fullmatch(r"[A-Za-z0-9_-]{16,}", token) or not url.has("expire"):
        return None
    own = url.on("*.kxcdn.com")
    if not own and not re.fullmatch(r"[0-9]{10}", url.any_value("expire") or ""):
        return None
    # On a customer's own host these two names are not enough to report anything.
    return dated(instants.unix(url.one("expire"), "expire"), "carries a KeyCDN token: expire", low_confidence=not own)


def _nginx(url: Url) -> Signature | None:
    if not re.fullmatch(r"[A-Za-z0-9_-]{22}(?:==)?", url.any_value("md5") or "") or not url.has("expires"):
        return None
    if not re.fullmatch(r"[0-9]{1,18}", url.any_value("expires") or ""):
        return None
    url.one("md5")
    return dated(instants.unix(url.one("expires"), "expires"), "carries a secure_link token: expires")


def _fastly(url: Url) -> Signature | None:
    match = re.fullmatch(r"([0-9]{10})_(?:[0-9a-f]{40}|[0-9a-f]{64})", url.any_value("token") or "", re.IGNORECASE)
    if not match:
        return None
    url.one("token")
    return dated(instants.unix(match[1], "token"), "carries a Fastly token, which begins with its end")


# --- Tokens that hold the time of signing; how long they last is a setting of the server -----------


def _server_side(name: str, pattern: str, operator: str) -> Callable[[Url], Signature | None]:
    """Return the reader of a parameter that begins with the ten digits of the time of signing."""
    shape = re.compile(pattern)

    def read(url: Url) -> Signature | None:
        match = shape.fullmatch(url.any_value(name) or "")
        if not match:
            return None
        why = f"carries a token of {operator}, which tells when it was made and not how long it lasts"
        return Signature(status=Status.SERVER_SIDE, why=why, not_before=instants.unix(match[1], name))

    return read


_CHINA = timezone(timedelta(hours=8))


def _aliyun_b(url: Url) -> Signature | None:
    if len(url.segments) < 3 or not re.fullmatch(r"[0-9a-f]{32}", url.segments[1]):
        return None
    if not re.fullmatch(r"20[0-9]{10}", url.segments[0]):
        return None
    try:
        made = datetime.strptime(url.segments[0], "%Y%m%d%H%M").replace(tzinfo=_CHINA)
    except ValueError:
        return None
    # A date and a digest in a path are often something else, so nothing is reported on this ground.
    return Signature(
        status=Status.SERVER_SIDE,
        why="its path looks like a token of Alibaba Cloud's CDN (type B)",
        not_before=made.astimezone(UTC),
        low_confidence=True,
    )


_OWNER_RULES = r"-[^-]+-[^-]+-[0-9a-f]{32}"


def _sign_and_t(url: Url) -> Signature | None:
    """Return that nothing is known: Qiniu's ``t`` is the end, Tencent's (type D) the time of signing."""
    if not re.fullmatch(r"[0-9a-f]{32}", url.any_value("sign") or "", re.IGNORECASE):
        return None
    if not re.fullmatch(r"[0-9a-f]{8}|[0-9]{10}", url.any_value("t") or "", re.IGNORECASE):
        return None
    why = "carries a token of Qiniu's or Tencent Cloud's CDN, of which it cannot be told when it ends"
    return Signature(status=Status.SERVER_SIDE, why=why, low_confidence=True)


SCHEMES: tuple[Scheme, ...] = (
    Scheme(
        id="akamai",
        read=_akamai,
        hints=("hmac",),
        home=("*.akamaized.net", "*.akamaihd.net", "*.cloudinary.com"),
        secret_part=pattern(r"(?:~|%7E)hmac(?:=|%3D)([^&#/~%]+)", re.IGNORECASE),
    ),
    Scheme(
        id="bunny",
        read=_bunny,
        hints=("bcdn_token=",),
        home=("*.b-cdn.net",),
        secrets=("token",),
        secret_part=pattern(r"/bcdn_token=([^&/?#]+)"),
    ),
    Scheme(id="keycdn", marks=("expire",), read=_keycdn, home=("*.kxcdn.com",), secrets=("token",)),
    Scheme(id="nginx-secure-link", marks=("md5",), read=_nginx, secrets=("md5",)),
    Scheme(id="fastly-token", marks=("token",), read=_fastly, secrets=("token",)),
    Scheme(
        id="cloudflare-timed-hmac",
        marks=("verify",),
        read=_server_side("verify", r"([0-9]{10})-[A-Za-z0-9+/_ -]{16,}={0,2}", "Cloudflare"),
        secrets=("verify",),
    ),
    Scheme(
        id="aliyun-cdn-a",
        marks=("auth_key",),
        read=_server_side("auth_key", r"([0-9]{10})" + _OWNER_RULES, "Alibaba Cloud's CDN"),
        secrets=("auth_key",),
    ),
    Scheme(
        id="tencent-cdn-a",
        marks=("sign",),
        read=_server_side("sign", r"([0-9]{10})" + _OWNER_RULES, "Tencent Cloud's CDN"),
        secrets=("sign",),
    ),
    Scheme(id="cdn-sign-t", marks=("sign",), read=_sign_and_t, secrets=("sign",)),
    Scheme(id="aliyun-cdn-b", read=_aliyun_b, hints=("/20",), secret_part=pattern(r"\A/20[0-9]{10}/([0-9a-f]{32})/")),
)
