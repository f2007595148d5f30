"""Reads JSON Web Tokens without checking their signature (RFC 7519, RFC 7515, RFC 7516)."""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from linkwarden.patterns import pattern
from linkwarden.signatures import instants
from linkwarden.signatures.model import Refused, Signature, Status

if TYPE_CHECKING:
    from linkwarden.signatures.instants import Instant

_BASE64URL = pattern(r"[A-Za-z0-9_-]+={0,2}")
_LONGEST = 65_536  # a token that fits in no request line is no token
_JWS_PARTS, _JWE_PARTS = 3, 5


class Token(NamedTuple):
    """A token's payload, or None where it is encrypted (JWE)."""

    claims: Mapping[str, Any] | None


def decode(value: str | None) -> Token | None:
    """Return what a token says, or None for anything that is not a whole token (cut, opaque, ``a.b.c``)."""
    if not value or len(value) > _LONGEST:
        return None
    parts = value.split(".")
    if len(parts) not in (_JWS_PARTS, _JWE_PARTS):
        return None
    header = json_object(unbase64(parts[0]))
    if header is None or not isinstance(header.get("alg"), str):
        return None
    if len(parts) == _JWE_PARTS:
        return Token(None) if isinstance(header.get("enc"), str) else None
    claims = json_object(unbase64(parts[1]))
    return None if claims is None else Token(claims)


def unbase64(text: str) -> bytes | None:
    """Return the bytes of base64url with or without padding; None where it is not that."""
    if not _BASE64URL.fullmatch(text):
        return None
    bare = text.rstrip("=")
    try:
        return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except (binascii.Error, ValueError):
        return None


def json_object(raw: bytes | None) -> Mapping[str, Any] | None:
    """Return a JSON object; None for any other JSON, for no JSON, and for nesting too deep to parse."""
    if raw is None:
        return None
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def moment(claims: Mapping[str, Any], name: str) -> Instant:
    """Return the instant of a NumericDate (RFC 7519 section 2), cut to the second; at SharePoint digits in a string.

    Raises:
        Refused: it is no positive number.
    """
    value = claims[name]
    if isinstance(value, str):
        return instants.unix(value, name)
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value) or value <= 0:
        raise Refused(f"the token's {name} is not a point in time")
    return None if math.isinf(value) else instants.at(int(value))


def read(token: Token, what: str) -> Signature:
    """Return how a URL ends that works as long as this token does.

    Args:
        token: the token that the URL carries.
        what: the kind of token, in words.
    """
    if token.claims is None:
        return Signature(status=Status.EPHEMERAL, why=f"{what} is encrypted, so that its end cannot be read")
    start = moment(token.claims, "nbf") if "nbf" in token.claims else None
    if "exp" not in token.claims:
        return Signature(status=Status.PERMANENT, why=f"{what} has no end", not_before=start)
    end = moment(token.claims, "exp")
    if end is None:
        return Signature(status=Status.PERMANENT, why=f"{what} ends after the year 9999", not_before=start)
    return Signature(status=Status.DATED, expires_at=end, not_before=start, why=f"{what} says when it ends (exp)")
