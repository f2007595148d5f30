"""Object stores that sign with a date and a lifetime, or with a range: Amazon S3 and its likes, Google, Azure and more.

Each scheme is one small function and one row of ``SCHEMES``. Sources: the operators' documentation, named with
each; parameter sets confirmed with their own SDKs. Names of the ``X-…`` families count in any case, since
normalisers lower them and the instant stays the same.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from linkwarden.patterns import pattern
from linkwarden.signatures import instants, jwt
from linkwarden.signatures.model import Refused, Scheme, Signature, Status

if TYPE_CHECKING:
    from linkwarden.signatures.instants import Instant
    from linkwarden.url import Url

AMAZON = ("*.amazonaws.com", "*.amazonaws.com.cn")
WEEK_S = 604_800  # the longest lifetime that S3, Google and Alibaba sign for
#: The longest life of an AWS session (GetSessionToken); a URL signed by a session dies with it. From memory of the
#: STS documentation (docs/facts/signed-urls.md#session-tokens): used as the last possible instant only.
SESSION = timedelta(hours=36)
#: The life of a session of S3 Express One Zone, which begins before anything is signed with it (Amazon S3 User Guide,
#: "Authorizing Zonal endpoint API operations with CreateSession").
EXPRESS_SESSION = timedelta(minutes=5)
_TILL_9999 = "it ends after the year 9999, which is never; the number looks like milliseconds where seconds belong"


def dated(end: Instant, why: str, **more: bool | datetime | tuple[str, ...] | None) -> Signature:
    """Return the finding "ends at this instant", or "has no end" for an instant after the year 9999."""
    if end is None:
        return Signature(status=Status.PERMANENT, why=f"{why}: {_TILL_9999}")
    return Signature(status=Status.DATED, expires_at=end, why=why, **more)  # type: ignore[arg-type]  # field types


def _window(url: Url, family: str, store: str, longest: int | None) -> tuple[datetime, Instant, str]:
    """Return start, end and reason by ``<family>-Date`` and ``<family>-Expires``, a lifetime of at most ``longest``."""
    date_name, life_name = f"{family}-Date", f"{family}-Expires"
    start = instants.compact(url.one_ci(date_name), date_name)
    life = instants.seconds(url.one_ci(life_name), life_name)
    if longest is not None and life > longest:
        raise Refused(f"{life_name} is {life} s; {store} allows at most {longest} s ({longest // 86_400} days)")
    return start, instants.later(start, life), f"signed for {store}: {date_name} plus {life_name} ({life} s)"


# --- Amazon S3, signature version 4 (S3 API reference, "Authenticating requests: using query parameters") ---------

_V4_PARTS = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders")


def _is_sigv4(url: Url) -> bool:
    if url.has_ci("X-Amz-Algorithm"):
        return True
    if not url.has_ci("X-Amz-Signature"):
        return False
    return url.has_ci("X-Amz-Date") or url.has_ci("X-Amz-Expires") or url.on(*AMAZON)


def _is_sigv4a(url: Url) -> bool:
    return (url.one_ci("X-Amz-Algorithm") or "").upper().startswith("AWS4-ECDSA")


def _sigv4(url: Url) -> Signature | None:
    return _read_sigv4(url) if _is_sigv4(url) and not _is_sigv4a(url) else None


def _sigv4a(url: Url) -> Signature | None:
    return _read_sigv4(url) if _is_sigv4(url) and _is_sigv4a(url) else None


def _read_sigv4(url: Url) -> Signature:
    amazon = url.on(*AMAZON)
    # Other stores that speak this scheme allow more (Yandex: 30 days), so Amazon's limit holds at Amazon only.
    store = "Amazon S3" if amazon else "an S3-compatible store"
    start, end, why = _window(url, "X-Amz", store, WEEK_S if amazon else None)
    if amazon and url.has_ci("X-Amz-Algorithm"):
        missing = [name for name in _V4_PARTS if not url.has_ci(name)]
        if missing:
            raise Refused(f"{missing[0]} is missing, and Amazon S3 wants all six of its parameters")
    for name in _V4_PARTS:
        url.one_ci(name)
    remarks = _sigv4_remarks(url, amazon=amazon)
    if url.has_ci("X-Amz-S3session-Token"):
        last = start + EXPRESS_SESSION
        end = end or last
        return dated(end, why, not_before=start, remarks=remarks, upper_bound=True, hard_limit=min(end, last))
    session = url.one_ci("X-Amz-Security-Token")
    if session is None:
        return dated(end, why, not_before=start, remarks=remarks)
    token = jwt.decode(session)
    if token is not None and token.claims is not None and "exp" in token.claims:
        # MinIO's session token is a JWT: it says itself when the session ends, often long before the link would.
        ends = [instant for instant in (end, jwt.moment(token.claims, "exp")) if instant is not None]
        return dated(min(ends, default=None), f"{why}, or the end of its session", not_before=start, remarks=remarks)
    limit = min(end, start + SESSION) if amazon and end is not None else None
    return dated(end, why, not_before=start, remarks=remarks, upper_bound=True, hard_limit=limit)


def _sigv4_remarks(url: Url, *, amazon: bool) -> tuple[str, ...]:
    remarks = []
    if (url.any_value("x-id") or "").startswith("Put"):
        remarks.append("It is an upload link: it never shows anything, and whoever has it can overwrite the file.")
    remarks.extend(_header_remarks(url.one_ci("X-Amz-SignedHeaders")))
    if amazon and not url.has("X-Amz-Date"):
        remarks.append("Its parameter names were changed to another case, which Amazon S3 refuses.")
    return tuple(remarks)


def _header_remarks(listed: str | None) -> tuple[str, ...]:
    """Return what is to be said of the request headers that a signature covers; every request has ``host``."""
    headers = (listed or "").lower()
    if not {name.strip() for name in headers.split(";")} - {"", "host"}:
        return ()
    return (f"It was signed for the request headers {instants.shown(headers)}, some of which no browser sends.",)


def _unmistakable_v4(url: Url) -> bool:
    return url.has_ci("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature")


# --- Google Cloud Storage V4 ("V4 signing process"), Volcengine TOS --------------------------------


def _gcs_v4(url: Url) -> Signature | None:
    if not (url.has_ci("X-Goog-Algorithm") or url.has_ci("X-Goog-Signature", "X-Goog-Date")):
        return None
    start, end, why = _window(url, "X-Goog", "Google Cloud Storage", WEEK_S)
    return dated(end, why, not_before=start, remarks=_header_remarks(url.one_ci("X-Goog-SignedHeaders")))


def _tos(url: Url) -> Signature | None:
    if not (url.has_ci("X-Tos-Algorithm") or url.has_ci("X-Tos-Signature")):
        return None
    start, end, why = _window(url, "X-Tos", "Volcengine TOS", None)
    remarks = _header_remarks(url.one_ci("X-Tos-SignedHeaders"))
    return dated(end, why, not_before=start, remarks=remarks, upper_bound=url.has_ci("X-Tos-Security-Token"))


# --- Alibaba OSS V2 and V4: ``x-oss-expires`` is an instant in the one and a lifetime in the other ------------------


def _oss_version(url: Url) -> str:
    return (url.one_ci("x-oss-signature-version") or "").upper()


def _oss_v2(url: Url) -> Signature | None:
    if not url.has_ci("x-oss-signature") or _oss_version(url) != "OSS2":
        return None
    end = instants.unix(url.one_ci("x-oss-expires"), "x-oss-expires")
    return dated(end, "signed for Alibaba OSS (V2): x-oss-expires", upper_bound=_oss_session(url))


def _oss_v4(url: Url) -> Signature | None:
    if not url.has_ci("x-oss-signature") or not _oss_version(url).startswith("OSS4"):
        return None
    start, end, why = _window(url, "x-oss", "Alibaba OSS", WEEK_S)
    remarks = _header_remarks(url.one_ci("x-oss-additional-headers"))
    return dated(end, why, not_before=start, remarks=remarks, upper_bound=_oss_session(url))


def _oss_session(url: Url) -> bool:
    return url.has_ci("x-oss-security-token") or url.has("security-token")


# --- Tencent COS ("request signature"): ranges of Unix times ---------------------------------------

_RANGE = pattern(r"([0-9]{1,18});([0-9]{1,18})")


def _cos(url: Url) -> Signature | None:
    if not url.has("q-sign-algorithm", "q-signature"):
        return None
    start, end = _cos_range(url, "q-sign-time")
    if url.has("q-key-time"):
        end = min(end, _cos_range(url, "q-key-time")[1])
    return dated(
        instants.at(end),
        "signed for Tencent COS: end of q-sign-time",
        not_before=instants.at(start),
        remarks=_header_remarks(url.any_value("q-header-list")),
        upper_bound=url.has_ci("x-cos-security-token"),
    )


def _cos_range(url: Url, name: str) -> tuple[int, int]:
    value = url.one(name)
    match = _RANGE.fullmatch(value or "")
    if not match:
        raise Refused(f"{name} is {instants.shown(value or '')}, which is not a range start;end")
    return int(match[1]), instants.seconds(match[2], name)


# --- Baidu BOS ("authentication in the URL") -------------------------------------------------------


def _bos(url: Url) -> Signature | None:
    fields = (url.any_value("authorization") or "").split("/")
    if not re.fullmatch(r"bce-auth-v[0-9]", fields[0]):
        return None
    url.one("authorization")
    if len(fields) < 6:
        raise Refused("the parameter authorization lacks some of its six parts")
    start = instants.iso(fields[2], "the date in authorization")
    session = url.has_ci("x-bce-security-token")
    if fields[3] == "-1" and session:
        return Signature(
            status=Status.EPHEMERAL, why="signed for Baidu BOS by a session, which ends within hours or days"
        )
    if fields[3] == "-1":  # "never" (docs/facts/signed-urls.md#object-stores)
        return Signature(status=Status.PERMANENT, why="signed for Baidu BOS without an end", not_before=start)
    life = instants.seconds(fields[3], "the lifetime in authorization")
    return dated(
        instants.later(start, life),
        f"signed for Baidu BOS: date plus {life} s in authorization",
        not_before=start,
        remarks=_header_remarks(fields[4]),
        upper_bound=session,
    )


# --- Azure Storage, shared access signatures ("Create a service SAS") ------------------------------

_AZURE_VERSION = pattern(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _azure(url: Url) -> Signature | None:
    if not url.has("sig") or not _AZURE_VERSION.fullmatch(url.any_value("sv") or ""):
        return None
    start = instants.iso(url.one("st"), "st") if url.has("st") else None
    # A user delegation key has its own end (ske), which bounds the signature's (se).
    ends = [instants.iso(url.one(name), name) for name in ("se", "ske") if url.has(name)]
    if url.has("se"):
        return dated(min(ends), "signed for Azure Storage: se", not_before=start)
    if url.has("si"):
        return Signature(
            status=Status.SERVER_SIDE, why="signed for Azure Storage by a stored policy (si)", not_before=start
        )
    raise Refused("it has neither an end (se) nor a stored policy (si), and Azure Storage wants one of them")


# --- Pinata ("Create Download Link"), OpenStack Swift ("TempURL middleware") ------------------------


def _pinata(url: Url) -> Signature | None:
    if url.one("X-Algorithm") != "PINATA1":
        return None
    start = instants.seconds(url.one("X-Date"), "X-Date")
    life = instants.seconds(url.one("X-Expires"), "X-Expires")
    return dated(
        instants.at(start + life),
        f"signed for Pinata: X-Date plus X-Expires ({life} s)",
        not_before=instants.at(start),
    )


def _swift(url: Url) -> Signature | None:
    end = url.one("temp_url_expires")
    if not end or not url.has("temp_url_sig"):
        return None
    why = "signed for OpenStack Swift: temp_url_expires"
    if re.fullmatch(r"[0-9]+", end):
        return dated(instants.unix(end, "temp_url_expires"), why)
    return dated(instants.iso(end, "temp_url_expires"), why)


_AMZ_SECRETS = ("x-amz-signature", "x-amz-security-token", "x-amz-s3session-token", "x-amz-credential")
_OSS_SECRETS = (
    "x-oss-signature",
    "x-oss-security-token",
    "security-token",
    "x-oss-credential",
    "x-oss-access-key-id",
)

SCHEMES: tuple[Scheme, ...] = (
    Scheme(
        id="aws-sigv4",
        marks=("x-amz-algorithm", "x-amz-signature"),
        read=_sigv4,
        home=AMAZON,
        sure=_unmistakable_v4,
        secrets=_AMZ_SECRETS,
    ),
    Scheme(
        id="aws-sigv4a",
        marks=("x-amz-algorithm",),
        read=_sigv4a,
        home=AMAZON,
        sure=_unmistakable_v4,
        secrets=_AMZ_SECRETS,
    ),
    Scheme(
        id="gcs-v4",
        marks=("x-goog-algorithm", "x-goog-signature"),
        read=_gcs_v4,
        home=("*.googleapis.com", "*.storage.cloud.google.com"),
        sure=lambda a: a.has_ci("X-Goog-Algorithm", "X-Goog-Credential", "X-Goog-Signature"),
        secrets=("x-goog-signature", "x-goog-security-token", "x-goog-credential"),
    ),
    Scheme(
        id="volc-tos",
        marks=("x-tos-algorithm", "x-tos-signature"),
        read=_tos,
        home=("*.volces.com", "*.ivolces.com"),
        secrets=("x-tos-signature", "x-tos-security-token", "x-tos-credential"),
    ),
    Scheme(id="oss-v2", marks=("x-oss-signature",), read=_oss_v2, home=("*.aliyuncs.com",), secrets=_OSS_SECRETS),
    Scheme(id="oss-v4", marks=("x-oss-signature",), read=_oss_v4, home=("*.aliyuncs.com",), secrets=_OSS_SECRETS),
    Scheme(
        id="tencent-cos",
        marks=("q-signature",),
        read=_cos,
        home=("*.myqcloud.com",),
        secrets=("q-signature", "q-ak", "x-cos-security-token"),
    ),
    Scheme(
        id="baidu-bos",
        marks=("authorization",),
        read=_bos,
        home=("*.bcebos.com",),
        secrets=("authorization", "x-bce-security-token"),
    ),
    Scheme(
        id="azure-sas",
        marks=("sig",),
        read=_azure,
        home=("*.core.windows.net", "release-assets.githubusercontent.com"),
        secrets=("sig",),
    ),
    Scheme(id="pinata", marks=("x-algorithm",), read=_pinata, home=("*.mypinata.cloud",), secrets=("x-signature",)),
    Scheme(id="swift-tempurl", marks=("temp_url_sig",), read=_swift, refuses_with_401=True, secrets=("temp_url_sig",)),
)
