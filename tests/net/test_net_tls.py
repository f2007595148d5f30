"""TLS is judged as browsers judge it (docs/facts/http-answers.md#tls)."""

from __future__ import annotations

import asyncio
import ssl

import pytest

from linkwarden.net import Net, tls
from linkwarden.wire import INCOMPLETE_CHAIN, NetError, NetErrorKind, Request, Response
from tests.internet import FakeInternet
from tests.internet.tls import AIA_HOST, TlsFault, authority


async def get(net: Net, url: str = "https://a.org/") -> Response:
    """Fetch a page."""
    return await net.fetch(Request(url=url, purpose="page"))


async def failure(net: Net, url: str = "https://a.org/") -> NetError:
    """Fetch what cannot be had, and give the reason."""
    with pytest.raises(NetError) as caught:
        await get(net, url)
    return caught.value


def fetched(internet: FakeInternet) -> list[str]:
    """Give the certificates that were fetched, by path."""
    return [entry.path for entry in internet.requests_to(AIA_HOST)]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("expired", NetErrorKind.TLS_EXPIRED),
        ("wrong-host", NetErrorKind.TLS_HOSTNAME),
        ("common-name", NetErrorKind.TLS_HOSTNAME),
        ("self-signed", NetErrorKind.TLS_SELF_SIGNED),
        ("untrusted", NetErrorKind.TLS_SELF_SIGNED),
        ("incomplete-no-aia", NetErrorKind.TLS_SELF_SIGNED),
        ("incomplete-dead-aia", NetErrorKind.TLS_SELF_SIGNED),
        ("incomplete-unknown", NetErrorKind.TLS_SELF_SIGNED),
        ("incomplete-expired", NetErrorKind.TLS_EXPIRED),
        ("incomplete-wrong-host", NetErrorKind.TLS_HOSTNAME),
        ("incomplete-busy-aia", NetErrorKind.TLS),
        ("ed25519", NetErrorKind.TLS_NO_BROWSER),
        ("old-cipher", NetErrorKind.TLS_NO_BROWSER),
        ("handshake", NetErrorKind.TLS),
        ("old-protocol", NetErrorKind.TLS),
        ("plain", NetErrorKind.TLS),
    ],
)
async def test_what_no_browser_opens(internet: FakeInternet, net: Net, fault: TlsFault, kind: NetErrorKind) -> None:
    """Each failure has its kind, which is settled for the whole host at once; no request is sent over it."""
    internet.tls("a.org", fault).page("/", "hi")
    for path in ("", "x", "y"):
        error = await failure(net, f"https://a.org/{path}")
        assert (error.kind, error.host) == (kind, "a.org")
    attempts = len([attempt for attempt in internet.attempts if attempt.host == "a.org"])
    assert attempts <= 4
    assert internet.requests_to("a.org") == []
    await failure(net, "https://a.org/z")
    assert len([attempt for attempt in internet.attempts if attempt.host == "a.org"]) == attempts


@pytest.mark.parametrize(
    ("fault", "remarks"),
    [
        ("rsa1024", ()),
        ("p521", (tls.CHROMIUM_REFUSES_KEY,)),
        ("no-signing", (tls.CHROMIUM_REFUSES_USAGE,)),
        ("must-staple", (tls.FIREFOX_WANTS_STAPLE,)),
    ],
)
async def test_what_browsers_open(internet: FakeInternet, net: Net, fault: TlsFault, remarks: tuple[str, ...]) -> None:
    """Also what Python refuses by itself; where one browser does not, that is remarked."""
    internet.tls("a.org", fault).page("/", "hi")
    internet.site("b.org").page("/", "hi")
    for _ in range(2):
        response = await get(net)
        assert (response.body, response.remarks) == (b"hi", remarks)
    assert (await get(net, "https://b.org/")).remarks == ()
    assert (await get(net, "http://a.org/")).remarks == ()


@pytest.mark.parametrize(
    ("fault", "paths"),
    [
        ("incomplete", ["/first.crt"]),
        ("incomplete-pkcs7", ["/first.p7c"]),
        ("incomplete-twice", ["/second.crt", "/first.crt"]),
    ],
)
async def test_a_missing_part_of_the_chain_is_fetched(
    internet: FakeInternet, net: Net, fault: TlsFault, paths: list[str]
) -> None:
    """As Chromium does; the answer comes verified, with a remark, and later requests need nothing of it."""
    site = internet.tls("a.org", fault)
    site.page("/", "hi")
    site.page("/gone", "no", status=404)
    first, second = await get(net), await get(net, "https://a.org/gone")
    assert (first.status, first.remarks) == (200, (INCOMPLETE_CHAIN,))
    assert (second.status, second.remarks) == (404, (INCOMPLETE_CHAIN,))
    assert fetched(internet) == paths


async def test_many_links_to_such_a_host_share_what_was_fetched(internet: FakeInternet, net: Net) -> None:
    """However many come at once."""
    site = internet.tls("a.org", "incomplete")
    for number in range(20):
        site.page(f"/{number}", "hi")
    responses = await asyncio.gather(*(get(net, f"https://a.org/{number}") for number in range(20)))
    assert {(response.status, response.remarks) for response in responses} == {(200, (INCOMPLETE_CHAIN,))}
    assert fetched(internet) == ["/first.crt"]


async def test_many_links_to_a_host_that_no_browser_opens(internet: FakeInternet, net: Net) -> None:
    """All get the same word, from one look."""
    internet.tls("a.org", "incomplete-unknown")
    errors = await asyncio.gather(*(failure(net, f"https://a.org/{number}") for number in range(20)))
    assert {error.kind for error in errors} == {NetErrorKind.TLS_SELF_SIGNED}
    assert fetched(internet) == ["/unknown.crt", "/unknown-root.crt"]


async def test_a_token_goes_over_verified_connections_only(internet: FakeInternet, net: Net) -> None:
    """Where the chain was completed it was verified, so a credential may be sent; not where it could not be."""
    internet.tls("a.org", "incomplete").page("/", "hi")
    internet.tls("b.org", "untrusted").page("/", "hi")
    token = {"token": "t", "token_host": "a.org"}
    response = await net.fetch(Request(url="https://a.org/", purpose="api", **token))  # type: ignore[arg-type]
    assert response.status == 200
    with pytest.raises(NetError):
        await net.fetch(Request(url="https://b.org/", purpose="api", token="t", token_host="b.org"))
    assert [entry.host for entry in internet.log if "Authorization" in entry.headers] == ["a.org"]


async def test_certificates_are_fetched_through_the_guard(internet: FakeInternet) -> None:
    """A certificate is a stranger's word like any other: it leads no request inside, and that proves nothing."""
    internet.tls("a.org", "incomplete").page("/", "hi")
    internet.resolves_to(AIA_HOST, "10.0.0.1")
    async with internet.net() as net:
        assert (await failure(net)).kind is NetErrorKind.TLS
    assert fetched(internet) == []


async def test_a_certificate_that_cannot_be_fetched_for_now(internet: FakeInternet, net: Net) -> None:
    """Trouble on the way to it accuses nobody; a second look asks again."""
    internet.tls("a.org", "incomplete").page("/", "hi")
    internet.dns(AIA_HOST, "servfail", times=9)
    assert (await failure(net)).kind is NetErrorKind.TLS
    internet.dns(AIA_HOST, "servfail", times=0)
    response = await net.fetch(Request(url="https://a.org/", purpose="page", fresh=True))
    assert response.remarks == (INCOMPLETE_CHAIN,)


async def test_plain_http_of_the_same_host_is_not_affected(internet: FakeInternet, net: Net) -> None:
    """A bad certificate says nothing about port 80."""
    internet.tls("a.org", "expired").page("/", "hi")
    await failure(net)
    assert (await get(net, "http://a.org/")).body == b"hi"


async def test_a_server_that_is_cut_off_is_not_called_old(internet: FakeInternet, net: Net) -> None:
    """Handshakes that break off now and then prove nothing, also if the one in between goes well."""
    internet.site("a.org").page("/", "hi")
    internet.connect("a.org", "reset", times=1)
    assert (await get(net)).body == b"hi"
    internet.site("b.org").page("/", "hi")
    internet.connect("b.org", "reset")
    assert (await failure(net, "https://b.org/")).kind is NetErrorKind.RESET


class TestCertificates:
    """What is read of certificates."""

    def test_authorities(self) -> None:
        """DER, PEM and PKCS #7 are read; who signs himself is left out, and what is no certificate."""
        files = authority().published()
        names = {
            path: [dict(entry[0] for entry in details["subject"])["commonName"] for _, details in tls.authorities(data)]
            for path, data in files.items()
        }
        assert names == {
            "/root.crt": [],
            "/unknown-root.crt": [],
            "/first.crt": ["first intermediate"],
            "/first.p7c": ["first intermediate"],
            "/second.crt": ["second intermediate"],
            "/unknown.crt": ["unknown intermediate"],
        }

    @pytest.mark.parametrize(
        "data",
        [
            *(b"", b"<html>", b"\x30", b"\x30\x82", b"\x30\x82\xff\xff", b"\x30\x82\x01\x00" * 20_000),
            *(b"-----BEGIN CERTIFICATE-----", b"-----BEGIN CERTIFICATE-----\n\xff\n-----END CERTIFICATE-----"),
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        ],
    )
    def test_nonsense(self, data: bytes) -> None:
        """Whatever lies there instead."""
        assert tls.authorities(data) == []
        assert tls.public_key(data) == b""
        assert tls.differences(data, signs=True) == ()

    def test_cut_and_changed_certificates(self) -> None:
        """No part of one, and none with a byte changed, does harm."""
        whole = authority().published()["/first.crt"]
        assert b"\x2a\x86\x48\xce\x3d\x03\x01\x07" in tls.public_key(whole)  # the curve P-256
        for at in range(len(whole)):
            tls.public_key(whole[:at])
            changed = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
            tls.public_key(changed)
            tls.differences(changed, signs=True)
            tls.authorities(changed)


class TestContexts:
    """Contexts differ from Python's own in what browsers do otherwise."""

    def test_browsers(self) -> None:
        """Verified, with the names of the certificate's extension only, TLS 1.2 and newer."""
        context = tls.browser_context(authority().client_context())
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
        assert context.hostname_checks_common_name is False
        assert context.minimum_version == ssl.TLSVersion.TLSv1_2
        assert not any("DHE-RSA" in name.replace("ECDHE", "") for name in ciphers(context))
        assert not any(
            name.startswith("ECDHE")
            and name.endswith(("SHA384", "SHA256"))
            and "GCM" not in name
            and "CHACHA" not in name
            for name in ciphers(context)
        )
        assert len(context.get_ca_certs()) == 1

    def test_the_system(self) -> None:
        """Without other authorities the system's are trusted."""
        assert tls.browser_context().cert_store_stats() == tls.browser_context(None, ()).cert_store_stats()

    def test_everything(self) -> None:
        """The context for old servers verifies too."""
        context = tls.old_context(authority().client_context())
        assert (context.verify_mode, context.check_hostname, context.peek) == (ssl.CERT_REQUIRED, True, True)
        assert len(ciphers(context)) > len(ciphers(tls.browser_context()))


def ciphers(context: ssl.SSLContext) -> set[str]:
    """Name the ciphers of a context."""
    return {str(cipher["name"]) for cipher in context.get_ciphers()}
