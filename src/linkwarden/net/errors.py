"""What aiohttp, ssl and the sockets throw, said in our words.

``explain`` is the only place that knows their exceptions. Whatever is not known there is a defect of ours and goes
up as it is.
"""

from __future__ import annotations

import errno
import socket
import ssl

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from linkwarden.net.guard import BlockedAddress
from linkwarden.net.tls import PeekedError, UnusableKeyError
from linkwarden.wire import NetError, NetErrorKind

#: What ``explain`` can read; everything else is a defect and is not caught.
NETWORK_ERRORS = (aiohttp.ClientError, HttpProcessingError, OSError, TimeoutError, UnicodeError)

_NO_SUCH_NAME = frozenset({socket.EAI_NONAME})
_NO_ADDRESS = frozenset({getattr(socket, "EAI_NODATA", -5), getattr(socket, "EAI_ADDRFAMILY", -9)})
_ARES_NODATA, _ARES_NOTFOUND = 1, 4  # codes of c-ares, for those who installed aiodns

_UNREACHABLE = frozenset(
    {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL, errno.EACCES}
    | {errno.EPERM}
)
_RESET = frozenset({errno.ECONNRESET, errno.ECONNABORTED, errno.EPIPE})

#: X509_V_ERR_* of OpenSSL's x509_vfy.h, as ``SSLCertVerificationError.verify_code``.
_CERTIFICATE = {
    2: (NetErrorKind.TLS_CHAIN, "it does not send the certificates that lead to a trusted authority"),
    9: (NetErrorKind.TLS, "its certificate is not valid yet"),
    10: (NetErrorKind.TLS_EXPIRED, "its certificate has expired"),
    18: (NetErrorKind.TLS_SELF_SIGNED, "its certificate is signed by itself"),
    19: (NetErrorKind.TLS_SELF_SIGNED, "its certificate comes from an authority that browsers do not trust"),
    20: (NetErrorKind.TLS_CHAIN, "it does not send the certificates that lead to a trusted authority"),
    21: (NetErrorKind.TLS_CHAIN, "it does not send the certificates that lead to a trusted authority"),
    62: (NetErrorKind.TLS_HOSTNAME, "its certificate belongs to another host"),
    64: (NetErrorKind.TLS_HOSTNAME, "its certificate belongs to another address"),
}


def explain(exc: BaseException, host: str) -> NetError:
    """Return the NetError for one of ``NETWORK_ERRORS``, with a detail that a list maintainer understands."""
    kind, detail = _classify(exc)
    return NetError(kind, detail, host=host)


def is_handshake_failure(exc: BaseException | None) -> bool:
    """Return whether a server cut or refused the handshake, which says nothing about its certificate."""
    if not isinstance(exc, aiohttp.ClientConnectorError):
        return False
    root = exc.os_error
    if isinstance(root, ssl.SSLCertVerificationError | UnusableKeyError):
        return False
    return isinstance(root, ssl.SSLError | ConnectionResetError | ConnectionAbortedError)


def is_peeked(exc: BaseException) -> bool:
    """Return whether a handshake was ended by us, as it had succeeded."""
    return isinstance(_os_error(exc), PeekedError)


def _os_error(exc: BaseException) -> BaseException:
    """Return what the operating system or OpenSSL said, out of aiohttp's wrapping."""
    if isinstance(exc, aiohttp.ClientConnectorError):
        return exc.os_error
    if isinstance(exc, aiohttp.ClientConnectorCertificateError):
        return exc.certificate_error
    return exc


def _classify(exc: BaseException) -> tuple[NetErrorKind, str]:  # noqa: PLR0911 - one line per kind of failure
    root = _os_error(exc)
    if isinstance(root, BlockedAddress):
        return NetErrorKind.BLOCKED, str(root)
    if isinstance(exc, aiohttp.ClientProxyConnectionError | aiohttp.ClientHttpProxyError):
        return NetErrorKind.UNREACHABLE, "the proxy did not let us through to it"
    if isinstance(exc, aiohttp.ClientConnectorDNSError):
        return _classify_dns(root)
    if isinstance(root, ssl.SSLError):
        return _classify_tls(root)
    if isinstance(exc, TimeoutError):
        return NetErrorKind.TIMEOUT, "it did not respond in time"
    if isinstance(exc, aiohttp.ServerDisconnectedError):
        return NetErrorKind.RESET, "it hung up without a response"
    if isinstance(exc, aiohttp.InvalidURL | UnicodeError):
        return NetErrorKind.INVALID_URL, "no request can be made of the URL"
    if isinstance(root, OSError):
        return _classify_socket(root)
    if isinstance(exc, aiohttp.ClientConnectionError):
        return NetErrorKind.RESET, "the connection broke off"
    return NetErrorKind.PROTOCOL, "its response is not valid HTTP"


def _classify_dns(root: BaseException) -> tuple[NetErrorKind, str]:
    code: object = root.errno if isinstance(root, OSError) else None
    cause = root.__cause__
    if code is None and cause is not None and cause.args:
        code = cause.args[0]
        if code == _ARES_NOTFOUND:
            return NetErrorKind.NXDOMAIN, "there is no such host name"
        if code == _ARES_NODATA:
            return NetErrorKind.UNREACHABLE, "the host has no address that this machine can reach"
    if code in _NO_SUCH_NAME:
        return NetErrorKind.NXDOMAIN, "there is no such host name"
    if code in _NO_ADDRESS:
        return NetErrorKind.UNREACHABLE, "the host has no address that this machine can reach"
    return NetErrorKind.DNS, "DNS gave no usable response for this host"


def _classify_tls(root: ssl.SSLError) -> tuple[NetErrorKind, str]:
    if isinstance(root, UnusableKeyError):
        return NetErrorKind.TLS_NO_BROWSER, "its certificate has a kind of key that browsers do not know"
    if isinstance(root, ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLSyscallError):
        return NetErrorKind.RESET, "the connection was cut"
    if isinstance(root, ssl.SSLCertVerificationError):
        known = _CERTIFICATE.get(root.verify_code)
        return known or (NetErrorKind.TLS, "its certificate is not accepted")
    if root.reason in {"WRONG_VERSION_NUMBER", "HTTP_REQUEST"}:
        return NetErrorKind.TLS, "it does not speak TLS on this port"
    return NetErrorKind.TLS, "no secure connection could be agreed on"


def _classify_socket(root: OSError) -> tuple[NetErrorKind, str]:
    if isinstance(root, ConnectionRefusedError) or root.errno == errno.ECONNREFUSED:
        return NetErrorKind.REFUSED, "it refuses connections"
    if isinstance(root, ConnectionError) or root.errno in _RESET:
        return NetErrorKind.RESET, "the connection was cut"
    if root.errno == errno.ETIMEDOUT:
        return NetErrorKind.TIMEOUT, "it did not respond in time"
    if root.errno in _UNREACHABLE:
        return NetErrorKind.UNREACHABLE, "there is no way to it from this machine"
    if "Connect call failed" in str(root):  # aiohappyeyeballs merged several addresses' failures
        return NetErrorKind.UNREACHABLE, "none of its addresses could be reached"
    return NetErrorKind.RESET, "the connection broke off"


def is_unknown_coding(exc: BaseException) -> bool:
    """Return whether a response came in a content coding that was not requested (br, zstd) and cannot be decoded."""
    text = str(exc.args) if exc.args else str(exc)
    message = getattr(exc, "message", text)
    return isinstance(exc, aiohttp.ClientError) and "content-encoding" in str(message).lower()
