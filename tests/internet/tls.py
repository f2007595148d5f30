"""Certificates of the fake internet: minted when a host is first greeted, faulty ones on request."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from functools import cache
from typing import Literal

import trustme

#: What can be wrong with a host's TLS. "expired", "wrong-host", "self-signed" (the leaf signs itself),
#: "untrusted" (a root that nobody knows), "incomplete" (the intermediate is not sent), "legacy" (no secure
#: renegotiation, which OpenSSL 3 refuses), "old-protocol" (only versions that nobody accepts any more),
#: "handshake" (refuses every greeting), "plain" (no TLS at all).
TlsFault = Literal[
    "expired", "wrong-host", "self-signed", "untrusted", "incomplete", "legacy", "old-protocol", "handshake", "plain"
]

#: What a host answers to every TLS greeting, byte for byte: asyncio's own TLS closes without sending its alert.
#: Alerts: RFC 8446 section 6 (level fatal; 40 handshake_failure, 70 protocol_version). "legacy" is a TLS 1.2
#: ServerHello (RFC 5246 section 7.4.1.3) without the renegotiation_info extension (RFC 5746 section 3.4).
REFUSALS: dict[str, bytes] = {
    "handshake": bytes.fromhex("15 0301 0002 02 28"),
    "old-protocol": bytes.fromhex("15 0301 0002 02 46"),
    "legacy": bytes.fromhex("16 0303 002a 02 000026 0303") + b"\x2a" * 32 + bytes.fromhex("00 c02f 00"),
}


class Authority:
    """The certificate authority of the fake internet. Keys are slow to make: one authority per process."""

    def __init__(self) -> None:
        self._root = trustme.CA(key_type=trustme.KeyType.ECDSA)
        self._intermediate = self._root.create_child_ca(key_type=trustme.KeyType.ECDSA)
        self._contexts: dict[tuple[str, str], ssl.SSLContext] = {}
        self._client: ssl.SSLContext | None = None

    def client_context(self) -> ssl.SSLContext:
        """Give the context of a client that trusts this authority and nobody else. Shared: do not change it."""
        if self._client is None:
            self._client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            self._root.configure_trust(self._client)
        return self._client

    def server_context(self, host: str, fault: str | None = None) -> ssl.SSLContext:
        """Give the context with which a host presents itself, minted on first use."""
        key = (host, fault or "")
        if key not in self._contexts:
            self._contexts[key] = self._mint(host, fault)
        return self._contexts[key]

    def _mint(self, host: str, fault: str | None) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if fault == "self-signed":
            lonely = trustme.CA(organization_name=host, key_type=trustme.KeyType.ECDSA)
            with lonely.private_key_pem.tempfile() as key, lonely.cert_pem.tempfile() as chain:
                context.load_cert_chain(chain, key)
            return context
        if fault == "expired":
            leaf = self._root.issue_cert(host, not_after=datetime(2024, 1, 1, tzinfo=UTC))
        elif fault == "wrong-host":
            leaf = self._root.issue_cert("parking.invalid")
        elif fault == "untrusted":
            leaf = trustme.CA(key_type=trustme.KeyType.ECDSA).issue_cert(host)
        elif fault == "incomplete":
            pem = self._intermediate.issue_cert(host)
            with pem.private_key_pem.tempfile() as key, pem.cert_chain_pems[0].tempfile() as chain:
                context.load_cert_chain(chain, key)
            return context
        else:
            leaf = self._root.issue_cert(host)
        leaf.configure_cert(context)
        return context


@cache
def authority() -> Authority:
    """Give the process-wide authority."""
    return Authority()
