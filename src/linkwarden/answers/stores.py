"""Reads the errors of object stores: S3, Google Cloud Storage, Azure and their like, in XML, JSON or a header.

What each code means stands in docs/facts/http-answers.md#object-store-errors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum, auto
from types import MappingProxyType
from typing import Any, NamedTuple

from linkwarden.foreign import decode, read_json
from linkwarden.patterns import pattern
from linkwarden.wire import Response


class Meaning(Enum):
    """What an object store's error says about a file."""

    MISSING = auto()
    EXPIRED = auto()  # the signed URL has ended
    SIGNATURE = auto()  # the signature does not fit
    CLOSED = auto()  # nobody without a key gets it
    DENIED = auto()  # refused; a rule about addresses or referrers may be behind it
    RESTRICTED = auto()  # refused by such a rule
    OTHER = auto()  # the status tells better


_CODES: Mapping[Meaning, str] = MappingProxyType(
    {
        Meaning.MISSING: "NoSuchKey NoSuchBucket NoSuchVersion BlobNotFound ContainerNotFound ResourceNotFound",
        Meaning.EXPIRED: "ExpiredToken ExpiredRequest RequestExpired TokenRefreshRequired",
        Meaning.SIGNATURE: "SignatureDoesNotMatch InvalidAccessKeyId InvalidToken AuthorizationQueryParametersError "
        "InvalidQueryParameterValue MissingKey InvalidJWT InvalidSignature",
        Meaning.CLOSED: "AllAccessDisabled AccountProblem InvalidObjectState PublicAccessNotPermitted "
        "AuthenticationFailed AuthorizationPermissionMismatch AuthorizationProtocolMismatch "
        "AuthorizationResourceTypeMismatch AuthorizationServiceMismatch AuthorizationVersionMismatch "
        "AccountIsDisabled InsufficientAccountPermissions InvalidAuthenticationInfo NoAuthenticationInformation",
        Meaning.DENIED: "AccessDenied AuthorizationFailure",
        Meaning.RESTRICTED: "AuthorizationSourceIPMismatch",
    }
)
_MEANINGS = MappingProxyType({code: meaning for meaning, codes in _CODES.items() for code in codes.split()})
_REFUSALS = frozenset({Meaning.CLOSED, Meaning.DENIED, Meaning.SIGNATURE})

_ERROR = pattern(r"\A\ufeff?\s*(?:<\?xml[^>]*\?>\s*)?<Error\b[^>]*>", re.IGNORECASE)
_CODE = pattern(r"<Code>\s*([A-Za-z][A-Za-z0-9._-]{1,60})\s*</Code>")
_PLAIN_CODE = pattern(r"[A-Za-z][A-Za-z0-9._-]{1,60}")
_EXPIRES = pattern(r"<Expires>\s*(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?Z\s*</Expires>")
#: S3, MinIO and OSS say the first, Azure the second, Supabase the third.
_TOO_LATE = pattern(
    r"request has expired|signature not valid in the specified time frame|exp\\?\"? claim timestamp check failed",
    re.IGNORECASE,
)
#: Google: no rule behind it, the object is not public. Others: rules that name what they look at.
_ANONYMOUS = pattern(r"anonymous caller does not have storage\.", re.IGNORECASE)
_RULE = pattern(r"\brefer(?:r?er)?\b|hotlink|\b(?:source|client) ?ip\b|\bip (?:address|acl|policy)\b", re.IGNORECASE)


class StoreError(NamedTuple):
    """What an object store says.

    Attributes:
        code: its own code, letters only; safe to show.
        meaning: what that means for the file.
        expires_at: when a signed URL ended, where the store says so.
    """

    code: str
    meaning: Meaning
    expires_at: datetime | None = None


def store_error(response: Response) -> StoreError | None:
    """Return the object store's error in a response, or None if it is none."""
    head = response.body[:8192]
    if response.status < 400 and b"<Code>" not in head:
        return None
    text = decode(head)
    code = _code_in_xml(text) or (_code_beside_xml(response, text) if response.status >= 400 else None)
    if code is None:
        return None
    meaning = _MEANINGS.get(code, Meaning.OTHER)
    if meaning in _REFUSALS and _TOO_LATE.search(text):
        meaning = Meaning.EXPIRED
    elif meaning is Meaning.DENIED and _ANONYMOUS.search(text):
        meaning = Meaning.CLOSED
    elif meaning is Meaning.DENIED and _RULE.search(text):
        meaning = Meaning.RESTRICTED
    # "Request is not valid yet" (a signing clock that runs ahead) comes as AccessDenied too: denied says enough.
    return StoreError(code, meaning, _expiry(text) if meaning is Meaning.EXPIRED else None)


def _code_in_xml(text: str) -> str | None:
    found = _CODE.search(text) if _ERROR.match(text) else None
    return found[1] if found else None


def _code_beside_xml(response: Response, text: str) -> str | None:
    """Return the code of an error in JSON, or of Azure's header; a missing object's for Supabase's status in JSON."""
    value = read_json(text) if text.lstrip()[:1] == "{" else None
    code = _code_in_json(response.status, value) if isinstance(value, dict) else None
    code = code or response.headers.get("x-ms-error-code", "").strip()
    return code if _PLAIN_CODE.fullmatch(code) else None


def _code_in_json(status: int, value: Mapping[str, Any]) -> str | None:
    if {"statusCode", "error", "message"} <= value.keys():  # Supabase: its own status is in the JSON
        gone = status == 400 and str(value["statusCode"]) == "404"
        return "NoSuchKey" if gone else _MEANINGS.get(str(value["error"])) and str(value["error"])
    if isinstance(value.get("error"), dict):  # Google's JSON API
        return "AccessDenied" if _ANONYMOUS.match(str(value["error"].get("message", ""))) else None
    if "RequestId" in value or "requestId" in value:  # TOS; BOS
        code = value.get("Code", value.get("code"))
        return code if isinstance(code, str) and code in _MEANINGS else None
    return None


def _expiry(text: str) -> datetime | None:
    found = _EXPIRES.search(text)
    if found is None:
        return None
    try:
        return datetime.fromisoformat(found.group(1)).replace(tzinfo=UTC)
    except ValueError:
        return None
