"""Reads the error documents of object stores (S3, Google Cloud Storage, Azure and their like)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

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
    """Return the object store's error in an answer, or None if it is not one."""
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
