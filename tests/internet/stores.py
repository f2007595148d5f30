"""Object stores: S3, Google Cloud Storage, Azure, and Pinterest's picture host, with their XML errors.

Codes and statuses are those of docs/facts/signed-urls.md#what-s3-answers and its links; the wording of
messages is made up where it decides nothing.
"""

from __future__ import annotations

from aiohttp import web

from tests.internet import FakeInternet
from tests.internet.pictures import JPEG

_DETAIL = "AuthenticationErrorDetail"
_PROLOG = '<?xml version="1.0" encoding="UTF-8"?>\n'


def error_xml(code: str, message: str = "made up", extra: str = "") -> bytes:
    """Make the body of an object store's error."""
    return f"{_PROLOG}<Error><Code>{code}</Code><Message>{message}</Message>{extra}</Error>".encode()


#: Path on the fake bucket: status and body.
S3_ERRORS: dict[str, tuple[int, bytes]] = {
    "/missing.png": (404, error_xml("NoSuchKey", "The specified key does not exist.")),
    "/no-bucket.png": (404, error_xml("NoSuchBucket")),
    "/denied.png": (403, error_xml("AccessDenied", "Access Denied")),
    "/expired.png": (
        403,
        error_xml(
            "AccessDenied",
            "Request has expired",
            "<X-Amz-Expires>86400</X-Amz-Expires><Expires>2021-02-10T10:35:24Z</Expires>"
            "<ServerTime>2026-11-22T12:00:00Z</ServerTime>",
        ),
    ),
    "/expired-v2.png": (403, error_xml("AccessDenied", "Request has expired", "<Expires>1612953324</Expires>")),
    "/expired-r2.png": (403, error_xml("ExpiredRequest", "Request has expired")),
    "/session-over.png": (400, error_xml("ExpiredToken")),
    "/bad-signature.png": (
        403,
        error_xml(
            "SignatureDoesNotMatch", "made up", "<CanonicalRequest>GET\nX-Amz-Security-Token=SECRET</CanonicalRequest>"
        ),
    ),
    "/key-withdrawn.png": (403, error_xml("InvalidAccessKeyId", "made up", "<AWSAccessKeyId>SECRET</AWSAccessKeyId>")),
    "/bad-parameters.png": (400, error_xml("AuthorizationQueryParametersError")),
    "/busy.png": (503, error_xml("SlowDown")),
    "/new-code.png": (403, error_xml("SomethingNew")),
}


class FakeStores:
    """Buckets on the real host names.

    Attributes:
        pinned: paths that i.pinimg.com hands out, such as ``/736x/ab/cd.jpg``.
        pinterest_says: paths of i.pinimg.com that get a bare status instead.
    """

    def __init__(self, internet: FakeInternet) -> None:
        self.pinned: set[str] = set()
        self.pinterest_says: dict[str, int] = {}
        bucket = internet.site("bucket.s3.amazonaws.com")
        for path, (status, body) in S3_ERRORS.items():
            bucket.page(path, body, status, media_type="application/xml")
        internet.site("storage.googleapis.com").page(
            "/gone/a.png", error_xml("NoSuchBucket"), 404, media_type="application/xml; charset=UTF-8"
        ).page("/shut/a.png", error_xml("AccessDenied"), 403, media_type="application/xml; charset=UTF-8")
        azure = internet.site("account.blob.core.windows.net")
        azure.page("/c/gone.png", "\ufeff" + error_xml("BlobNotFound").decode(), 404, media_type="application/xml")
        azure.page(
            "/c/late.png",
            error_xml(
                "AuthenticationFailed",
                "Server failed to authenticate the request.",
                f"<{_DETAIL}>Signature not valid in the specified time frame</{_DETAIL}>",
            ),
            403,
            media_type="application/xml",
        )
        internet.site("i.pinimg.com").default(self._pinterest)

    async def _pinterest(self, request: web.Request) -> web.StreamResponse:
        if request.path in self.pinned:
            return web.Response(body=JPEG, content_type="image/jpeg")
        if request.path in self.pinterest_says:
            return web.Response(status=self.pinterest_says[request.path])
        return web.Response(body=error_xml("AccessDenied"), status=403, content_type="application/xml")
