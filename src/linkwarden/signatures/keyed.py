"""Schemes that name a key, give a signature and an absolute ``Expires``: the family of S3's signature version 2.

Also CloudFront, whose custom policy holds the instant in encoded JSON. Here names count in exactly this case.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from linkwarden.patterns import pattern
from linkwarden.signatures import instants, jwt
from linkwarden.signatures.model import Refused, Scheme, Signature, Status
from linkwarden.signatures.stores import AMAZON, dated

if TYPE_CHECKING:
    from linkwarden.signatures.instants import Instant
    from linkwarden.url import Url

_CLOUDFRONT = ("*.cloudfront.net",)


def _absolute(
    store: str, *marks: str, session: tuple[str, ...] = (), needs_end: bool = False
) -> Callable[[Url], Signature | None]:
    """Return the reader of a scheme with an absolute ``Expires``.

    Args:
        store: the operator, in words.
        marks: the parameters that give it away.
        session: parameters that mean "dies with a session, at the latest at Expires".
        needs_end: without ``Expires`` it is not this scheme (the marks are too common).
    """

    def read(url: Url) -> Signature | None:
        if not url.has(*marks) or (needs_end and not url.has("Expires")):
            return None
        for mark in marks:
            url.one(mark)
        end = instants.unix(url.one("Expires"), "Expires")
        bound = any(url.has_ci(name) for name in session)
        return dated(end, f"signed for {store}: Expires", upper_bound=bound)

    return read


_read_sigv2 = _absolute("Amazon S3 (version 2)", "AWSAccessKeyId", "Signature", session=("x-amz-security-token",))


def _sigv2(url: Url) -> Signature | None:
    # Signed calls of AWS's query APIs carry the same names, and another meaning of Expires.
    if url.has("SignatureVersion") or url.has("SignatureMethod"):
        return None
    return _read_sigv2(url)


# --- Amazon CloudFront ("Create a signed URL using a canned / custom policy") ----------------------

_FROM_URL_SAFE = str.maketrans("-_~", "+=/")


def _canned(url: Url) -> Signature | None:
    if url.has("Policy") or not url.has("Signature", "Expires"):
        return None
    if not url.has("Key-Pair-Id"):
        _refuse_at_cloudfront(url)
        return None
    return dated(instants.unix(url.one("Expires"), "Expires"), "signed for Amazon CloudFront: Expires")


def _custom(url: Url) -> Signature | None:
    if not url.has("Signature", "Policy"):
        return None
    if not url.has("Key-Pair-Id"):
        _refuse_at_cloudfront(url)
        return None
    condition = _condition(url.one("Policy") or "")
    ends = [_epoch(condition, "DateLessThan")]
    if url.has("Expires"):  # Hugging Face sends both; the earlier one counts
        ends.append(instants.unix(url.one("Expires"), "Expires"))
    start = _epoch(condition, "DateGreaterThan") if "DateGreaterThan" in condition else None
    end = min((instant for instant in ends if instant is not None), default=None)
    return dated(end, "signed for Amazon CloudFront: the policy's DateLessThan", not_before=start)


def _refuse_at_cloudfront(url: Url) -> None:
    if url.on(*_CLOUDFRONT):
        raise Refused("Key-Pair-Id is missing, and CloudFront answers nothing without it")


def _condition(policy: str) -> dict[str, Any]:
    """Return the ``Condition`` of a policy, which is JSON in CloudFront's own base64 alphabet."""
    plain = policy.translate(_FROM_URL_SAFE)
    document = jwt.json_object(jwt.unbase64(plain.replace("+", "-").replace("/", "_")))
    if document is None:
        raise Refused("its Policy cannot be decoded")
    statements = document.get("Statement")
    statement = statements[0] if isinstance(statements, list) and statements else None
    condition = statement.get("Condition") if isinstance(statement, dict) else None
    if not isinstance(condition, dict) or "DateLessThan" not in condition:
        raise Refused("its Policy says no end (DateLessThan), and CloudFront wants one")
    return condition


def _epoch(condition: dict[str, Any], name: str) -> Instant:
    value = condition[name]
    if not isinstance(value, dict) or "AWS:EpochTime" not in value:
        raise Refused(f"the {name} of its Policy is no point in time")
    return jwt.moment(value, "AWS:EpochTime")


# --- Qiniu ("download token"), Backblaze B2, Firebase ----------------------------------------------

_QINIU_TOKEN = pattern(r"[^:]+:[A-Za-z0-9_-]{27}=?")


def _qiniu(url: Url) -> Signature | None:
    end = url.any_value("e") or ""
    if not re.fullmatch(r"[0-9]{1,18}", end) or not _QINIU_TOKEN.fullmatch(url.any_value("token") or ""):
        return None
    url.one("token")
    return dated(instants.unix(url.one("e"), "e"), "signed for Qiniu: e")


def _b2(url: Url) -> Signature | None:
    if url.segments[:1] != ("file",) or not url.has("Authorization"):
        return None
    return Signature(
        status=Status.EPHEMERAL, why="it carries a Backblaze download permission, which lasts a week at most"
    )


def _firebase(url: Url) -> Signature | None:
    if url.any_value("alt") != "media" or not url.has("token"):
        return None
    return Signature(status=Status.PERMANENT, why="a Firebase download token works until it is revoked")


_CLOUDFRONT_SECRETS = ("signature", "key-pair-id", "policy")

SCHEMES: tuple[Scheme, ...] = (
    Scheme(
        id="cloudfront-custom",
        marks=("policy",),
        read=_custom,
        home=_CLOUDFRONT,
        sure=lambda a: a.has("Key-Pair-Id"),
        secrets=_CLOUDFRONT_SECRETS,
    ),
    Scheme(
        id="cloudfront-canned",
        marks=("signature",),
        read=_canned,
        home=_CLOUDFRONT,
        sure=lambda a: a.has("Key-Pair-Id"),
        secrets=_CLOUDFRONT_SECRETS,
    ),
    Scheme(
        id="aws-sigv2",
        marks=("awsaccesskeyid",),
        read=_sigv2,
        home=AMAZON,
        secrets=("signature", "awsaccesskeyid", "x-amz-security-token"),
    ),
    Scheme(
        id="gcs-v2",
        marks=("googleaccessid",),
        read=_absolute("Google Cloud Storage (version 2)", "GoogleAccessId", "Signature"),
        home=("*.googleapis.com", "*.storage.cloud.google.com"),
        secrets=("signature", "googleaccessid"),
    ),
    Scheme(
        id="oss-v1",
        marks=("ossaccesskeyid",),
        read=_absolute("Alibaba OSS", "OSSAccessKeyId", "Signature", session=("security-token",)),
        home=("*.aliyuncs.com",),
        secrets=("signature", "ossaccesskeyid", "security-token"),
    ),
    Scheme(
        id="huawei-obs",
        marks=("accesskeyid",),
        read=_absolute("Huawei OBS", "AccessKeyId", "Signature", session=("x-obs-security-token",), needs_end=True),
        home=("*.myhuaweicloud.com",),
        secrets=("signature", "accesskeyid", "x-obs-security-token"),
    ),
    Scheme(
        id="ks3",
        marks=("kssaccesskeyid",),
        read=_absolute("Kingsoft KS3", "KSSAccessKeyId", "Signature", session=("x-kss-security-token",)),
        home=("*.ksyuncs.com", "*.ksyun.com"),
        secrets=("signature", "kssaccesskeyid", "x-kss-security-token"),
    ),
    Scheme(
        id="google-cloud-cdn",
        marks=("keyname",),
        read=_absolute("Google Cloud CDN", "KeyName", "Signature", needs_end=True),
        secrets=("signature",),
    ),
    Scheme(id="qiniu", marks=("token",), read=_qiniu, refuses_with_401=True, secrets=("token",)),
    Scheme(id="b2-native", read=_b2, only_on=("*.backblazeb2.com",), secrets=("authorization",)),
    Scheme(id="firebase-storage", read=_firebase, only_on=("firebasestorage.googleapis.com",), secrets=("token",)),
)
