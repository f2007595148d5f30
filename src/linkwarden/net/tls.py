"""TLS as browsers judge it: contexts, and what a handshake shows of a certificate (docs/facts/http-answers.md#tls).

Python's defaults differ from browsers both ways: they refuse RSA keys of 1,024 bits and servers without secure
renegotiation, and take names that stand in the common name only, and encryption that browsers no longer have.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

#: Where systems keep their certificate bundle, for Pythons that were built to look elsewhere.
_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora
    "/etc/ssl/cert.pem",  # macOS, OpenBSD
    "/etc/ssl/ca-bundle.pem",  # openSUSE
)
#: What Chromium or Firefox offers in TLS 1.2; TLS 1.3 has its own list, which is the same everywhere.
_CIPHERS = ":".join(
    (
        *("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"),
        *("ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305"),
        *("ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA", "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES256-SHA"),
        *("AES128-GCM-SHA256", "AES256-GCM-SHA384", "AES128-SHA", "AES256-SHA", "@SECLEVEL=1"),
    )
)
#: Everything that OpenSSL can do, to tell a server that is too old from one that does not answer.
_ALL_CIPHERS = f"{_CIPHERS}:ALL:COMPLEMENTOFALL:!NULL:!aNULL:@SECLEVEL=0"

#: Algorithms of a certificate's key (DER object identifiers): Ed25519 and Ed448, and the curve P-521.
_EDWARDS = (b"\x06\x03\x2b\x65\x70", b"\x06\x03\x2b\x65\x71")
_P521 = b"\x06\x05\x2b\x81\x04\x00\x23"
#: The extension "TLS feature" (RFC 7633), and the usages of a key (RFC 5280 section 4.2.1.3), of which the first bit is
#: digitalSignature.
_FEATURE = b"\x06\x08\x2b\x06\x01\x05\x05\x07\x01\x18"
_USAGE = re.compile(rb"\x06\x03\x55\x1d\x0f(?:\x01\x01\xff)?\x04.\x03.[\x00-\x07](.)", re.DOTALL)

CHROMIUM_REFUSES_KEY = "its certificate has a P-521 key, with which Chromium does not connect"
CHROMIUM_REFUSES_USAGE = "its certificate's key is not meant for signing, so Chromium does not connect"
FIREFOX_WANTS_STAPLE = "its certificate demands OCSP stapling, without which Firefox does not connect"


class UnusableKeyError(ssl.SSLError):
    """The server has a kind of key that no browser takes."""


class PeekedError(ssl.SSLError):
    """A handshake was made only to see the certificate."""


class Context(ssl.SSLContext):
    """A context that looks at the certificate of every connection.

    Attributes:
        peek: end each handshake with ``PeekedError``, once it has succeeded.
        leaf: the certificate of the latest handshake, DER.
        modern: the latest handshake agreed on something that browsers have, too.
        details: what it says, as ``getpeercert`` gives it; empty where nothing was verified.
        remarks: what is to be said of servers, by name: where browsers differ.
        careless: connect whatever the certificate.
    """

    careless: bool
    peek: bool
    leaf: bytes
    modern: bool
    details: Mapping[str, Any]
    remarks: dict[str, tuple[str, ...]]


class _Connection(ssl.SSLObject):
    """A connection of such a context."""

    def do_handshake(self) -> None:
        super().do_handshake()
        context = self.context
        assert isinstance(context, Context)  # noqa: S101 - made below
        context.leaf = self.getpeercert(binary_form=True) or b""
        cipher, version, _ = self.cipher() or ("", "", 0)
        context.modern = version == "TLSv1.3" or (version == "TLSv1.2" and cipher in _CIPHERS.split(":"))
        if context.peek:
            with suppress(ValueError):  # names that are no text
                context.details = self.getpeercert() or {}
            raise PeekedError(0, "seen")
        if context.careless:
            return
        key = public_key(context.leaf)
        if any(kind in key for kind in _EDWARDS):
            raise UnusableKeyError(0, "Ed25519 or Ed448")
        remarks = differences(context.leaf, signs=not cipher.startswith("AES"))
        if remarks and self.server_hostname is not None:
            context.remarks[self.server_hostname] = remarks


def differences(certificate: bytes, *, signs: bool) -> tuple[str, ...]:
    """Return what makes one browser refuse a certificate and another one not.

    Args:
        certificate: in DER.
        signs: the agreed cipher makes the server sign with its key, as all do but RSA key exchange.
    """
    usage = _USAGE.search(certificate)
    cases = (
        (_P521 in public_key(certificate), CHROMIUM_REFUSES_KEY),
        (signs and usage is not None and not usage[1][0] & 0x80, CHROMIUM_REFUSES_USAGE),
        (_FEATURE in certificate, FIREFOX_WANTS_STAPLE),
    )
    return tuple(words for applies, words in cases if applies)


def _context() -> Context:
    context = Context(ssl.PROTOCOL_TLS_CLIENT)
    context.sslobject_class = _Connection
    context.careless = False
    context.peek, context.modern, context.leaf, context.details, context.remarks = False, True, b"", {}, {}
    context.hostname_checks_common_name = False
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)  # named since Python 3.12
    context.set_ciphers(_CIPHERS)
    return context


def browser_context(given: ssl.SSLContext | None = None, more: Iterable[bytes] = ()) -> Context:
    """Return a context that connects as browsers do. Reads files: call it in a thread.

    Args:
        given: a context whose authorities to trust, or None for the system's.
        more: certificates of intermediate authorities (DER) that a server forgot to send. A chain has to end at a
            trusted authority all the same.
    """
    context = _context()
    known = given.get_ca_certs(binary_form=True) if given is not None else []
    if known:
        context.load_verify_locations(cadata=b"".join(known))
    else:
        _trust_system(context)
    for certificate in more:
        context.load_verify_locations(cadata=certificate)
    return context


def _trust_system(context: ssl.SSLContext) -> None:
    """Trust the system's authorities, also where Python does not know where they are.

    A Python without authorities would find every certificate wrong. ``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` are heeded
    by OpenSSL itself.
    """
    context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    paths = ssl.get_default_verify_paths()
    if paths.cafile is None and paths.capath is None:
        bundle = next((place for place in _BUNDLES if Path(place).is_file()), None)
        if bundle is not None:
            context.load_verify_locations(cafile=bundle)


def old_context(given: ssl.SSLContext | None = None) -> Context:
    """Return a context that verifies, and takes every encryption that OpenSSL knows. Reads files, as above."""
    context = browser_context(given)
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers(_ALL_CIPHERS)
    context.peek = True
    return context


def unverified_context() -> Context:
    """Return a context that verifies nothing, to see a certificate; no request is ever sent over it."""
    context = _context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.peek = True
    return context


def careless_context() -> Context:
    """Return a context that connects with every server, for hosts of which the user says so (``--insecure``)."""
    context = unverified_context()
    context.peek, context.careless = False, True
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers(_ALL_CIPHERS)
    return context


def pinned_context(leaf: bytes) -> Context:
    """Return a context that trusts one certificate, to have its dates and names checked although its chain is not."""
    context = _context()
    context.load_verify_locations(cadata=leaf)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.peek = True
    return context


def authorities(data: bytes) -> list[tuple[bytes, Mapping[str, Any]]]:
    """Return the certificates of authorities in a file that a certificate names as its issuer's, with what they say.

    Such a file holds one certificate in DER, or in PEM, or several in the envelope of PKCS #7 (RFC 5280 section
    4.2.2.1). Certificates that name themselves as issuer are left out: nobody becomes trusted by being fetched.
    """
    found: list[tuple[bytes, Mapping[str, Any]]] = []
    if b"-----BEGIN CERTIFICATE-----" in data:
        try:
            data = ssl.PEM_cert_to_DER_cert(data.decode("ascii").strip())
        except ValueError:
            return []
    for piece in _sequences(data):
        store = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            store.load_verify_locations(cadata=piece)
            listed = store.get_ca_certs()
        except (ssl.SSLError, ValueError):  # no certificate, or one with names that are no text
            continue
        found += [(piece, details) for details in listed if details.get("subject") != details.get("issuer")]
    return found


def _sequences(data: bytes) -> Iterable[bytes]:
    """Yield what may be a certificate: the whole, and what lies inside of a longer envelope."""
    yield data
    at = data.find(b"\x30\x82", 1)
    for _ in range(100):
        if at < 0:
            return
        size = 4 + int.from_bytes(data[at + 2 : at + 4], "big")
        if at + size <= len(data) and size > 200:
            yield data[at : at + size]
        at = data.find(b"\x30\x82", at + 1)


def public_key(certificate: bytes) -> bytes:
    """Return the key of a certificate with its algorithm (SubjectPublicKeyInfo, RFC 5280 section 4.1), or b""."""
    try:
        body = _inside(_inside(certificate))  # Certificate, TBSCertificate
        if body[:1] == b"\xa0":
            body = _after(body)  # version
        for _ in range(5):  # serial number, signature, issuer, validity, subject
            body = _after(body)
        return body[: len(body) - len(_after(body))]
    except IndexError:
        return b""


def _header(data: bytes) -> tuple[int, int]:
    """Return where the content of a DER element begins and how long it is (ITU-T X.690 section 8.1)."""
    length = data[1]
    if length < 0x80:
        return 2, length
    count = length & 0x7F
    if not 0 < count <= 4:
        raise IndexError
    return 2 + count, int.from_bytes(data[2 : 2 + count], "big")


def _inside(data: bytes) -> bytes:
    start, length = _header(data)
    return data[start : start + length]


def _after(data: bytes) -> bytes:
    start, length = _header(data)
    if start + length > len(data):
        raise IndexError
    return data[start + length :]
