"""Certificates of the fake internet: minted when a host is first greeted, faulty ones on request."""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs7
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

#: What can be wrong with a host's TLS. "expired", "wrong-host", "self-signed" (the leaf signs itself), "untrusted" (a
#: root that nobody knows), "legacy" (no secure renegotiation), "old-protocol" (only versions that nobody accepts any
#: more), "handshake" (refuses every greeting), "plain" (no TLS at all), "common-name" (its name stands nowhere else),
#: "ed25519" and "p521" (kinds of keys), "rsa1024", "old-cipher" (an encryption that browsers dropped), "no-signing" (a
#: key that is not meant for signing), "must-staple".
#: "incomplete": the intermediate is not sent. Its certificate lies where the leaf says (AIA), but for "-no-aia",
#: "-dead-aia" (404) and "-busy-aia" (503); "-pkcs7" is the same in another envelope, "-twice" lacks two intermediates,
#: "-unknown" leads to a root that nobody knows, and "-expired" and "-wrong-host" are that besides.
TlsFault = Literal[
    "expired",
    "wrong-host",
    "self-signed",
    "untrusted",
    "legacy",
    "old-protocol",
    "handshake",
    "plain",
    "common-name",
    "ed25519",
    "p521",
    "rsa1024",
    "old-cipher",
    "no-signing",
    "must-staple",
    "incomplete",
    "incomplete-no-aia",
    "incomplete-dead-aia",
    "incomplete-busy-aia",
    "incomplete-pkcs7",
    "incomplete-twice",
    "incomplete-unknown",
    "incomplete-expired",
    "incomplete-wrong-host",
]

#: What a host answers to every TLS greeting, byte for byte: asyncio's own TLS closes without sending its alert.
#: Alerts: RFC 8446 section 6 (level fatal; 40 handshake_failure, 70 protocol_version). "legacy" is a TLS 1.2
#: ServerHello (RFC 5246 section 7.4.1.3) without the renegotiation_info extension (RFC 5746 section 3.4).
REFUSALS: dict[str, bytes] = {
    "handshake": bytes.fromhex("15 0301 0002 02 28"),
    "old-protocol": bytes.fromhex("15 0301 0002 02 46"),
    "legacy": bytes.fromhex("16 0303 002a 02 000026 0303") + b"\x2a" * 32 + bytes.fromhex("00 c02f 00"),
}
#: Where the certificates of intermediate authorities lie.
AIA_HOST = "certificates.internet.test"

_OLD_CIPHER = "ECDHE-ECDSA-AES256-SHA384"
_Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey
_LONG_AGO, _LONG_FROM_NOW = datetime(2020, 1, 1, tzinfo=UTC), datetime(2060, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class _Signer:
    """An authority: its certificate and key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def der(self) -> bytes:
        """The certificate, as it is published."""
        return self.certificate.public_bytes(Encoding.DER)


def _sign(
    name: str,
    key: _Key,
    signer: _Signer | None,
    *,
    hosts: tuple[str, ...] = (),
    aia: str | None = None,
    until: datetime = _LONG_FROM_NOW,
    more: x509.ExtensionType | None = None,
) -> x509.Certificate:
    """Issue a certificate: a server's for ``hosts``, without hosts an authority's; without signer, of itself."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer.certificate.subject if signer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_LONG_AGO)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=not hosts, path_length=None), critical=True)
    )
    if hosts != ("",) and hosts:
        builder = builder.add_extension(x509.SubjectAlternativeName(map(x509.DNSName, hosts)), critical=False)
    if hosts:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    if aia is not None:
        place = x509.UniformResourceIdentifier(f"http://{AIA_HOST}/{aia}")
        access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, place)
        builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    if more is not None:
        builder = builder.add_extension(more, critical=isinstance(more, x509.KeyUsage))
    signing = signer.key if signer else key
    return builder.sign(signing, None if isinstance(signing, ed25519.Ed25519PrivateKey) else hashes.SHA256())


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _authority(name: str, signer: _Signer | None = None, aia: str | None = None) -> _Signer:
    key = _new_key()
    return _Signer(_sign(name, key, signer, aia=aia), key)


class Authority:
    """The certificate authorities of the fake internet. Keys are slow to make: one set per process."""

    def __init__(self) -> None:
        self._root = _authority("root")
        self._first = _authority("first intermediate", self._root, "root.crt")
        self._second = _authority("second intermediate", self._first, "first.crt")
        self._unknown_root = _authority("unknown root")
        self._unknown = _authority("unknown intermediate", self._unknown_root, "unknown-root.crt")
        self._contexts: dict[tuple[str, str], ssl.SSLContext] = {}
        self._client: ssl.SSLContext | None = None

    def client_context(self) -> ssl.SSLContext:
        """Give the context of a client that trusts the root and nobody else. Shared: do not change it."""
        if self._client is None:
            self._client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            self._client.load_verify_locations(cadata=self._root.der)
        return self._client

    def published(self) -> dict[str, bytes]:
        """Give what lies on ``AIA_HOST``, by path."""
        bundle = pkcs7.serialize_certificates([self._first.certificate], Encoding.DER)
        return {
            "/root.crt": self._root.der,
            "/first.crt": self._first.der,
            "/second.crt": self._second.certificate.public_bytes(Encoding.PEM),
            "/first.p7c": bundle,
            "/unknown.crt": self._unknown.der,
            "/unknown-root.crt": self._unknown_root.der,
        }

    def server_context(self, host: str, fault: str | None = None) -> ssl.SSLContext:
        """Give the context with which a host presents itself, minted on first use."""
        key = (host, fault or "")
        if key not in self._contexts:
            self._contexts[key] = self._mint(host, fault or "")
        return self._contexts[key]

    def _mint(self, host: str, fault: str) -> ssl.SSLContext:
        key = _KEYS.get(fault, _new_key)()
        sign = partial(_sign, host, key)
        past = datetime(2024, 1, 1, tzinfo=UTC)
        made: dict[str, Callable[[], x509.Certificate]] = {
            "expired": lambda: sign(self._root, hosts=(host,), until=past),
            "wrong-host": lambda: sign(self._root, hosts=("parking.invalid",)),
            "common-name": lambda: sign(self._root, hosts=("",)),
            "no-signing": lambda: sign(self._root, hosts=(host,), more=_ENCRYPTS_ONLY),
            "must-staple": lambda: sign(self._root, hosts=(host,), more=_MUST_STAPLE),
            "self-signed": lambda: sign(None, hosts=(host,)),
            "untrusted": lambda: sign(self._unknown, hosts=(host,)),
            "incomplete": lambda: sign(self._first, hosts=(host,), aia="first.crt"),
            "incomplete-no-aia": lambda: sign(self._first, hosts=(host,)),
            "incomplete-dead-aia": lambda: sign(self._first, hosts=(host,), aia="dead.crt"),
            "incomplete-busy-aia": lambda: sign(self._first, hosts=(host,), aia="busy.crt"),
            "incomplete-pkcs7": lambda: sign(self._first, hosts=(host,), aia="first.p7c"),
            "incomplete-twice": lambda: sign(self._second, hosts=(host,), aia="second.crt"),
            "incomplete-unknown": lambda: sign(self._unknown, hosts=(host,), aia="unknown.crt"),
            "incomplete-expired": lambda: sign(self._first, hosts=(host,), aia="first.crt", until=past),
            "incomplete-wrong-host": lambda: sign(self._first, hosts=("parking.invalid",), aia="first.crt"),
        }
        certificate = made.get(fault, lambda: sign(self._root, hosts=(host,)))()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if fault == "rsa1024":
            context.set_ciphers("ALL:@SECLEVEL=1")
        if fault == "old-cipher":
            context.set_ciphers(_OLD_CIPHER)
        with tempfile.NamedTemporaryFile(suffix=".pem") as file:
            secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            Path(file.name).write_bytes(secret + certificate.public_bytes(Encoding.PEM))
            context.load_cert_chain(file.name)
        return context


_ENCRYPTS_ONLY = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=True,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)
_MUST_STAPLE = x509.TLSFeature([x509.TLSFeatureType.status_request])
_KEYS: dict[str, Callable[[], _Key]] = {
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "p521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "rsa1024": lambda: rsa.generate_private_key(65_537, 1024),  # noqa: S505 - that is the point
}


def old_context() -> ssl.SSLContext:
    """Make the context in which hosts of "old-cipher" are greeted: TLS agrees on its version before the name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_OLD_CIPHER)
    return context


@cache
def authority() -> Authority:
    """Give the process-wide authority."""
    return Authority()
