"""One status, one meaning: what HTTP answers and network failures say about a link, and what they do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.answers import read as _http
from linkwarden.answers import rules
from linkwarden.model import Verdict
from linkwarden.wire import BAD_CODING, ODD_CODING, Hop, NetError, NetErrorKind, Response
from tests.internet.stores import S3_ERRORS
from tests.links import claim, slug, verdict_of

URL = "https://a.example.org/paper"


def answer(status: int, body: bytes = b"<p>hello", url: str = URL, **headers: str) -> Response:
    """Make an answer; header names are written with ``_`` for ``-``."""
    fields = {"content-type": "text/html", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return Response(url=url, status=status, headers=fields, body=body)


def slug_of(response: Response, *, image: bool = False) -> str:
    """Name what an answer says about a link."""
    return slug(_http.status_evidence(claim(response.url, image=image), response))


@pytest.mark.parametrize(
    ("url", "status", "expected"),
    [
        (
            "https://os.example.org/v1/AUTH_a/c/o?temp_url_sig=c0ffee&temp_url_expires=1900000000",
            401,
            "signature-refused",
        ),
        ("https://os.example.org/v1/AUTH_a/c/o?temp_url_sig=c0ffee&temp_url_expires=soon", 401, "signature-refused"),
        (f"https://a.example.org/a.png?e=1900000000&token=KEY:{'Ab-_' * 6}Ab9=", 401, "signature-refused"),
        ("https://os.example.org/v1/AUTH_a/c/o?temp_url_sig=c0ffee&temp_url_expires=1900000000", 403, "access-refused"),
        ("https://os.example.org/v1/AUTH_a/c/o?temp_url_sig=c0ffee", 401, "log-in-required"),
        ("https://a.example.org/a.png?e=5&token=KEY", 401, "log-in-required"),
    ],
)
def test_401_refuses_a_signature_where_nobody_can_log_in(url: str, status: int, expected: str) -> None:
    """Swift and Qiniu have no other word for a signature that has ended or does not fit."""
    assert slug_of(answer(status, url=url)) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, "ok"),
        (202, "ok"),
        (203, "ok"),
        (206, "ok"),
        (300, "ok"),
        (304, "odd-answer"),
        (204, "odd-answer"),
        (302, "odd-answer"),
        (400, "access-refused"),
        (401, "log-in-required"),
        (402, "access-refused"),
        (403, "access-refused"),
        (404, "not-found"),
        (405, "access-refused"),
        (406, "access-refused"),
        (407, "odd-answer"),
        (408, "server-error"),
        (410, "gone"),
        (412, "access-refused"),
        (418, "access-refused"),
        (421, "access-refused"),
        (425, "server-error"),
        (429, "rate-limited"),
        (451, "legal-block"),
        (494, "access-refused"),
        (500, "server-error"),
        (502, "server-error"),
        (503, "server-error"),
        (507, "server-error"),
        (521, "server-error"),
        (530, "server-error"),
        (700, "odd-answer"),
        (999, "access-refused"),
    ],
)
def test_every_status_has_its_meaning(status: int, expected: str) -> None:
    """The status table of docs/facts/http-answers.md#statuses."""
    assert slug_of(answer(status)) == expected


@given(st.integers(100, 1000))
def test_only_the_authoritative_statuses_accuse(status: int) -> None:
    """No status but 404, 410 and 451 makes a link broken by itself."""
    evidence = _http.status_evidence(claim(URL), answer(status))
    assert (verdict_of(evidence) is Verdict.BROKEN) == (status in {404, 410, 451})


def test_a_postponed_answer_without_content_is_not_fine() -> None:
    """202 with no bytes is what sites put programs off with."""
    assert slug_of(answer(202, b"")) == "odd-answer"


@pytest.mark.parametrize("body", [b"error code: 1016", b"<html><h1>Error 1016</h1></html>"])
def test_a_site_whose_origin_has_no_name_is_gone(body: bytes) -> None:
    """Cloudflare's 530 with 1016 is a DNS death, and repeatable like one."""
    evidence = _http.status_evidence(claim(URL), answer(530, body))
    assert evidence is not None
    assert evidence.rule is not None
    assert (evidence.rule.slug, evidence.rule.verdict, evidence.rule.repeatable) == (
        "origin-unknown",
        Verdict.BROKEN,
        True,
    )


@pytest.mark.parametrize("url", ["https://www.kaggle.com/c/x", "https://kaggle.com/c/x"])
def test_a_404_from_a_host_that_lies_proves_nothing(url: str) -> None:
    """Kaggle answers 404 to programs for live pages (docs/facts/services.md#404-for-programs); its 410 would count."""
    assert slug_of(answer(404, url=url)) == "untrusted-404"
    assert slug_of(answer(410, url=url)) == "gone"
    assert slug_of(answer(404, url="https://notkaggle.com/c/x")) == "not-found"


def test_a_reason_speaks_of_the_thing_that_is_missing() -> None:
    """A maintainer reads of an image where an image stands, and of a page elsewhere."""
    page = _http.status_evidence(claim(URL), answer(404))
    picture = _http.status_evidence(claim(URL, image=True), answer(404))
    assert page is not None
    assert picture is not None
    assert page.reason == "The server says that there is no such page (404)."
    assert picture.reason == "The server says that there is no such image (404)."


def test_facts_tell_the_way_and_hide_secrets() -> None:
    """Every hop and the final status are facts; signatures in addresses are masked."""
    hop = Hop(URL + "?sig=abcdef", 301, "https://b.example.org/x")
    response = Response(url="https://b.example.org/x?token=abcdef", status=404, headers={}, hops=(hop,))
    evidence = _http.status_evidence(claim(URL), response)
    assert evidence is not None
    assert [(f.what, f.url, f.status) for f in evidence.facts] == [
        ("redirect", URL + "?sig=***", 301),
        ("response", "https://b.example.org/x?token=***", 404),
    ]
    assert evidence.final_url == "https://b.example.org/x?token=***"
    assert "abcdef" not in repr(evidence)


# --- object stores -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/missing.png", "object-missing"),
        ("/no-bucket.png", "object-missing"),
        ("/denied.png", "object-refused"),
        ("/expired.png", "object-link-expired"),
        ("/expired-v2.png", "object-link-expired"),
        ("/expired-r2.png", "object-link-expired"),
        ("/session-over.png", "object-link-expired"),
        ("/bad-signature.png", "signature-refused"),
        ("/key-withdrawn.png", "signature-refused"),
        ("/bad-parameters.png", "signature-refused"),
        ("/busy.png", "server-error"),
        ("/new-code.png", "access-refused"),
    ],
)
def test_storage_errors_are_told_apart_by_their_code(path: str, expected: str) -> None:
    """One status stands for very different things (docs/facts/http-answers.md#object-store-errors)."""
    status, body = S3_ERRORS[path]
    response = answer(status, body, content_type="application/xml")
    evidence = _http.status_evidence(claim(URL), response)
    assert slug(evidence) == expected
    assert "SECRET" not in repr(evidence)
    assert "<" not in (evidence.reason if evidence else "")


def test_the_end_of_an_expired_address_is_reported() -> None:
    """S3 says when a signed address ended; an instant in another form is left out."""
    late = _http.status_evidence(claim(URL), answer(*S3_ERRORS["/expired.png"]))
    unsaid = _http.status_evidence(claim(URL), answer(*S3_ERRORS["/expired-v2.png"]))
    assert late is not None
    assert unsaid is not None
    assert late.expires_at == datetime(2021, 2, 10, 10, 35, 24, tzinfo=UTC)
    assert unsaid.expires_at is None


def test_an_error_that_only_quotes_a_storage_error_is_none() -> None:
    """A page that shows the XML as an example is judged by its own status."""
    quoting = b"<html><body><Error><Code>NoSuchKey</Code></Error></body></html>"
    assert slug_of(answer(200, quoting)) == "ok"


@given(st.binary(max_size=300), st.integers(100, 999))
def test_any_bytes_can_be_read(body: bytes, status: int) -> None:
    """No body makes the reading fail, and a fine status with rubbish stays fine or becomes a known finding."""
    _http.status_evidence(claim(URL), answer(status, b"<Error><Code>" + body))
    _http.status_evidence(claim(URL), answer(status, body))


# --- no answer -----------------------------------------------------------------------------------------------------

NETWORK = {
    NetErrorKind.NXDOMAIN: ("no-such-host", Verdict.BROKEN, True),
    NetErrorKind.DNS: ("dns-failure", Verdict.UNVERIFIED, True),
    NetErrorKind.REFUSED: ("connection-refused", Verdict.BROKEN, True),
    NetErrorKind.RESET: ("connection-broken", Verdict.UNVERIFIED, True),
    NetErrorKind.TIMEOUT: ("timeout", Verdict.UNVERIFIED, True),
    NetErrorKind.UNREACHABLE: ("unreachable", Verdict.UNVERIFIED, True),
    NetErrorKind.TLS_EXPIRED: ("certificate-expired", Verdict.BROKEN, False),
    NetErrorKind.TLS_HOSTNAME: ("certificate-wrong-host", Verdict.BROKEN, False),
    NetErrorKind.TLS_SELF_SIGNED: ("certificate-self-signed", Verdict.BROKEN, False),
    NetErrorKind.TLS_CHAIN: ("tls-failure", Verdict.UNVERIFIED, True),
    NetErrorKind.TLS_NO_BROWSER: ("tls-no-browser", Verdict.BROKEN, False),
    NetErrorKind.TLS: ("tls-failure", Verdict.UNVERIFIED, True),
    NetErrorKind.REDIRECT_LOOP: ("redirect-loop", Verdict.UNVERIFIED, False),
    NetErrorKind.TOO_MANY_REDIRECTS: ("too-many-redirects", Verdict.UNVERIFIED, False),
    NetErrorKind.BAD_REDIRECT: ("bad-redirect", Verdict.UNVERIFIED, False),
    NetErrorKind.BLOCKED: ("blocked-address", Verdict.UNVERIFIED, False),
    NetErrorKind.CONFLICTING_HEADERS: ("conflicting-headers", Verdict.BROKEN, False),
    NetErrorKind.INVALID_URL: ("unaskable-address", Verdict.UNVERIFIED, False),
    NetErrorKind.PROTOCOL: ("protocol-error", Verdict.UNVERIFIED, True),
    NetErrorKind.COOLDOWN: ("rate-limited", Verdict.UNVERIFIED, False),
    NetErrorKind.GIVEN_UP: ("host-silent", Verdict.UNVERIFIED, True),
    NetErrorKind.BUDGET: ("out-of-time", Verdict.UNVERIFIED, False),
    NetErrorKind.NO_HANDLES: ("too-many-open-files", Verdict.UNVERIFIED, False),
}


@pytest.mark.parametrize("kind", list(NetErrorKind))
def test_every_failure_has_its_meaning(kind: NetErrorKind) -> None:
    """Only what a reader meets as well is broken; what may pass by itself is unverified and repeatable."""
    evidence = _http.net_evidence(claim(URL), NetError(kind, "detail", host="a.example.org"))
    assert evidence.rule is not None
    assert (evidence.rule.slug, evidence.rule.verdict, evidence.rule.repeatable) == NETWORK[kind]
    assert evidence.reason.endswith(".")
    assert "{" not in evidence.reason


def test_who_was_spared_gets_the_reason_of_those_who_met_it() -> None:
    """The reason is the very sentence of those who met it; a wall that stands for days is no sign of death."""
    error = NetError(NetErrorKind.GIVEN_UP, "Anubis", host="a.example.org", status=403)
    spared = _http.net_evidence(claim(URL), error)
    page = Response(url=URL, status=403, headers={}, body=b"/.within.website/x/cmd/anubis")
    walled = _http.status_evidence(claim(URL), page)
    assert walled is not None
    assert spared.rule is not None
    assert (spared.rule.slug, spared.rule.repeatable) == ("bot-wall", False)
    assert (spared.rule, spared.reason, spared.status) == (walled.rule, walled.reason, walled.status)
    assert "not requested" in spared.facts[0].what


def test_a_failure_behind_a_redirect_names_both_hosts() -> None:
    """The maintainer learns that the link's own host is alive and where it leads."""
    hop = Hop(URL, 301, "https://dead.example.net/")
    error = NetError(NetErrorKind.NXDOMAIN, "no such name", host="dead.example.net", hops=(hop,))
    evidence = _http.net_evidence(claim(URL), error)
    assert evidence.reason == "a.example.org redirects to dead.example.net. There is no such host: dead.example.net."


def test_rules_are_complete_and_their_own() -> None:
    """Codes and slugs are unique, in their ranges, and every text is a sentence or a clause that can be read."""
    codes = [rule.code for rule in _http.RULES]
    assert len(set(codes)) == len(codes) == len({rule.slug for rule in _http.RULES})
    assert all("LW301" <= code <= "LW399" for code in codes)
    assert all(rule.explanation.endswith(".") and rule.remedy.endswith(".") for rule in _http.RULES)


@pytest.mark.parametrize(
    "detail",
    [
        "the URL carries a user name or password, which is never sent",
        "port 22 belongs to another service than the web",
        "the host leads to an address that is not on the public internet",
    ],
)
def test_a_request_that_was_not_sent_has_its_own_reason(detail: str) -> None:
    """A host is called private only where it is."""
    evidence = _http.net_evidence(claim(URL), NetError(NetErrorKind.BLOCKED, detail))
    assert evidence.reason == f"No request was sent to a.example.org: {detail}."


@pytest.mark.parametrize("remark", [ODD_CODING, BAD_CODING])
@pytest.mark.parametrize(("image", "thing"), [(False, "page"), (True, "image")])
def test_what_could_not_be_decompressed_is_not_called_empty(remark: str, thing: str, *, image: bool) -> None:
    """Nobody saw it: unverified; what came before the fault, and an error's status, are judged as ever."""
    response = Response(url=URL, status=200, headers={}, complete=False, remarks=(remark,))
    evidence = _http.status_evidence(claim(URL, image=image), response)
    assert evidence is not None
    assert evidence.rule is rules.ODD_ANSWER
    assert evidence.reason == f"The {thing} is compressed in a way that linkwarden cannot read, so it was not seen."
    assert _http.status_evidence(claim(URL), replace(response, body=b"<html>half")) is None
    gone = _http.status_evidence(claim(URL), replace(response, status=404))
    assert gone is not None
    assert gone.rule is rules.NOT_FOUND


@pytest.mark.parametrize("status", [301, 302, 305, 308])
def test_a_redirect_without_a_target(status: int) -> None:
    """The reason says what is missing."""
    evidence = _http.status_evidence(claim(URL), answer(status))
    assert evidence is not None
    assert (evidence.rule, evidence.reason) == (
        rules.ODD_ANSWER,
        f"The server redirects without saying where to ({status}).",
    )


XML = "application/xml"
JSON = "application/json; charset=utf-8"
STORES = [
    # status, type, body, other headers; what it means.
    (403, XML, "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>", {}, "object-refused"),
    (403, XML, "<Error><Code>AllAccessDisabled</Code></Error>", {}, "object-closed"),
    (403, XML, "<Error><Code>InvalidObjectState</Code></Error>", {}, "object-closed"),
    *(
        (403, XML, f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>m</Message></Error>", {}, meaning)
        for code, meaning in (
            ("AuthorizationPermissionMismatch", "object-closed"),
            ("AuthorizationProtocolMismatch", "object-closed"),
            ("AuthorizationServiceMismatch", "object-closed"),
            ("AuthorizationResourceTypeMismatch", "object-closed"),
            ("AccountIsDisabled", "object-closed"),
            ("InsufficientAccountPermissions", "object-closed"),
            ("AuthenticationFailed", "object-closed"),
            ("AuthorizationFailure", "object-refused"),
            ("AuthorizationSourceIPMismatch", "object-refused"),
            ("ServerBusy", "access-refused"),
        )
    ),
    (409, XML, "<Error><Code>PublicAccessNotPermitted</Code></Error>", {}, "object-closed"),
    (404, XML, "<Error><Code>ResourceNotFound</Code></Error>", {}, "object-missing"),
    # Azure's header, alone or beside a body that says less.
    (403, XML, "", {"x_ms_error_code": "AccountIsDisabled"}, "object-closed"),
    (404, "text/html", "<html>gone", {"x_ms_error_code": "BlobNotFound"}, "object-missing"),
    (403, XML, "", {"x_ms_error_code": "<script>"}, "access-refused"),
    (200, "text/html", "<html>fine", {"x_ms_error_code": "BlobNotFound"}, "ok"),
    # Google says why.
    (
        403,
        XML,
        "<Error><Code>AccessDenied</Code><Details>Anonymous caller does not have storage.objects.get access</Details>",
        {},
        "object-closed",
    ),
    (
        401,
        JSON,
        '{"error": {"code": 401, "message": "Anonymous caller does not have storage.objects.get access"}}',
        {},
        "object-closed",
    ),
    (403, JSON, '{"error": {"code": 403, "message": "The caller has no permission"}}', {}, "access-refused"),
    # A rule that is named.
    (
        403,
        XML,
        "<Error><Code>AccessDenied</Code><Message>You are denied by bucket referer policy.</Message></Error>",
        {},
        "object-refused",
    ),
    # Supabase: 400, with the status that is meant inside.
    (400, JSON, '{"statusCode":"404","error":"not_found","message":"Object not found"}', {}, "object-missing"),
    (400, JSON, '{"statusCode":404,"error":"Bucket not found","message":"x"}', {}, "object-missing"),
    (
        400,
        JSON,
        r'{"statusCode":"400","error":"InvalidJWT","message":"\"exp\" claim timestamp check failed"}',
        {},
        "object-link-expired",
    ),
    (400, JSON, '{"statusCode":"400","error":"InvalidJWT","message":"jwt malformed"}', {}, "signature-refused"),
    (400, JSON, '{"statusCode":"400","error":"InvalidKey","message":"Invalid key"}', {}, "access-refused"),
    (400, JSON, '{"error":"bad request","message":"parameter q not found"}', {}, "access-refused"),
    (404, JSON, '{"statusCode":404,"error":"Not Found","message":"x"}', {}, "not-found"),
    (500, JSON, '{"statusCode":"404","error":"not_found","message":"x"}', {}, "server-error"),
    # TOS and BOS: S3's codes in JSON.
    (403, JSON, '{"Code":"SignatureDoesNotMatch","Message":"m","RequestId":"0","HostId":"0"}', {}, "signature-refused"),
    (404, JSON, '{"Code":"NoSuchKey","Message":"m","RequestId":"0"}', {}, "object-missing"),
    (403, JSON, '{"Code":"AccessDenied","Message":"Request has expired","RequestId":"0"}', {}, "object-link-expired"),
    (403, JSON, '{"code":"AccessDenied","message":"Access Denied.","requestId":"0"}', {}, "object-refused"),
    (400, JSON, '{"code":"RequestExpired","message":"m","requestId":"0"}', {}, "object-link-expired"),
    (403, JSON, '{"code":"AccessDenied","message":"some other API"}', {}, "access-refused"),
    (403, JSON, '{"code":7,"requestId":"0"}', {}, "access-refused"),
    (403, JSON, '{"code":"Unknown","requestId":"0"}', {}, "access-refused"),
    (403, JSON, "[" * 5_000, {}, "access-refused"),
    (403, JSON, '{"a":' * 5_000, {}, "access-refused"),
    (200, JSON, '{"Code":"NoSuchKey","Message":"m","RequestId":"0"}', {}, "ok"),
]


@pytest.mark.parametrize(("status", "media_type", "body", "headers", "expected"), STORES)
def test_what_object_stores_say(
    status: int, media_type: str, body: str, headers: dict[str, str], expected: str
) -> None:
    """In XML, in JSON or in a header; what is no store's error is judged by its status."""
    response = answer(status, body.encode(), content_type=media_type, **headers)
    assert slug_of(response) == expected
    assert slug_of(response, image=True) == expected


def test_verdicts_of_refusals() -> None:
    """Closed to everybody is broken; where a rule may let some readers in, nobody is sure."""
    assert rules.OBJECT_CLOSED.verdict is Verdict.BROKEN
    assert rules.OBJECT_REFUSED.verdict is Verdict.SUSPECT
