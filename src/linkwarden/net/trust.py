"""TLS contexts: whom to trust, and how far to go to meet old servers."""

from __future__ import annotations

import ssl
from pathlib import Path

#: Where systems keep their certificate bundle, for Pythons that were built to look elsewhere.
_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora
    "/etc/ssl/cert.pem",  # macOS, OpenBSD
    "/etc/ssl/ca-bundle.pem",  # openSUSE
)


def system_context() -> ssl.SSLContext | None:
    """Give a context that verifies by a bundle in one of the usual places, or None where Python finds its own.

    A Python that does not know where the system keeps its authorities would find every certificate wrong.
    ``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` are heeded by OpenSSL itself. Reads files: call it in a thread.
    """
    paths = ssl.get_default_verify_paths()
    if paths.cafile is not None or paths.capath is not None:
        return None
    bundle = next((place for place in _BUNDLES if Path(place).is_file()), None)
    return ssl.create_default_context(cafile=bundle) if bundle is not None else None


def unverified_context() -> ssl.SSLContext:
    """Give a context that verifies nothing, to learn a status and nothing more; never for a request with a token."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def lenient_context(given: ssl.SSLContext | None) -> ssl.SSLContext:
    """Give a context that verifies as strictly as ever and takes older ciphers and renegotiation.

    Python's default list of ciphers is shorter than a browser's. Protocols before TLS 1.2 stay off: browsers do not
    open such servers either. Reads files: call it in a thread.

    Args:
        given: a context whose authorities to trust, or None for the system's.
    """
    known = given.get_ca_certs(binary_form=True) if given is not None else []
    if known:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=b"".join(known))
    else:  # the system's directory of certificates is read as needed, so there is nothing to copy
        context = ssl.create_default_context()
    context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)  # named since Python 3.12
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("DEFAULT:@SECLEVEL=1")
    return context
