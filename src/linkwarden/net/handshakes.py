"""``Handshakes``: what a handshake that failed means for browsers, where OpenSSL's word says too little.

OpenSSL says the same of a certificate whose chain was not sent whole, which Chromium completes by itself, and of one
that no browser takes; and it does not look at dates and names before the chain is whole. A server that agrees on
nothing may be down for a moment, or speak only what browsers no longer have. Both are found out here, by a few more
handshakes, over which no request is sent (docs/facts/http-answers.md#tls).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from yarl import URL

from linkwarden.net import tls
from linkwarden.net.errors import is_handshake_failure
from linkwarden.net.politeness import Closure, Origin
from linkwarden.net.transport import Transport
from linkwarden.wire import NetError, NetErrorKind, Request, Response

#: Intermediate certificates that are fetched for one server; real chains have one or two.
_MOST_FETCHED = 4
_MAX_CERTIFICATE = 65_536
#: Failures to fetch a certificate that prove it is not there; others say nothing about what browsers get.
_GONE = frozenset({NetErrorKind.NXDOMAIN, NetErrorKind.REFUSED, NetErrorKind.INVALID_URL})
#: What ``--insecure`` has overlooked.
_FAULTS = frozenset(
    {NetErrorKind.TLS, NetErrorKind.TLS_EXPIRED, NetErrorKind.TLS_HOSTNAME, NetErrorKind.TLS_SELF_SIGNED}
    | {NetErrorKind.TLS_CHAIN, NetErrorKind.TLS_NO_BROWSER}
)
_UNTRUSTED = "its certificate does not lead to an authority that browsers trust"


class Handshakes:
    """Judges failed handshakes, each origin's once."""

    def __init__(self, transport: Transport, fetch: Callable[[Request], Awaitable[Response]]) -> None:
        self._transport = transport
        self._fetch = fetch

    async def reconsider(self, origin: Origin, url: URL, error: NetError) -> bool:
        """Return whether the request is to be made again: the chain of the origin is whole now, or is not looked at.

        Raises:
            NetError: what browsers would say, in place of ``error``.
        """
        if origin.insecure:
            return _overlook(origin, error)
        chain = error.kind is NetErrorKind.TLS_CHAIN
        if url.scheme != "https" or origin.answered or not (chain or is_handshake_failure(error.__cause__)):
            return False
        async with origin.lock:
            if not origin.examined:
                origin.found = await self._examine(origin, url, chain=chain)
                origin.examined = True
        if origin.found is not None:
            origin.closure = origin.found
            raise origin.found.error(origin.slot) from error
        if origin.context is not None:
            origin.closure = None
        return origin.context is not None

    async def _examine(self, origin: Origin, url: URL, *, chain: bool) -> Closure | None:
        """Return what is wrong with an origin for every browser; None if nothing is, or nobody can tell."""
        if not chain:
            old = await self._is_too_old(url)
            return (
                Closure(NetErrorKind.TLS_NO_BROWSER, "it speaks only encryption that browsers dropped") if old else None
            )
        try:
            origin.context = await self._complete(url)
        except NetError as error:
            return Closure(error.kind, error.detail)
        return None

    async def _complete(self, url: URL) -> tls.Context:
        """Return a context with which the server's certificate is accepted: the part that it forgot was fetched.

        Raises:
            NetError: browsers do not accept it, or nobody can tell.
        """
        bare = tls.unverified_context()
        await self._transport.peek(url, bare)
        pinned = tls.pinned_context(bare.leaf)
        await self._transport.peek(url, pinned)  # dates and name of the certificate itself
        details: Mapping[str, Any] = pinned.details
        fetched: list[bytes] = []
        while len(fetched) < _MOST_FETCHED:
            issuer = await self._issuer(details)
            if issuer is None:
                break
            fetched.append(issuer[0])
            details = issuer[1]
            context = await self._transport.trusting(fetched)
            try:
                await self._transport.peek(url, context)
            except NetError as error:
                if error.kind is not NetErrorKind.TLS_CHAIN:
                    raise
                continue
            context.peek = False
            return context
        raise NetError(NetErrorKind.TLS_SELF_SIGNED, _UNTRUSTED)

    async def _issuer(self, details: Mapping[str, Any]) -> tuple[bytes, Mapping[str, Any]] | None:
        """Return the certificate of a certificate's issuer, as it says where to find it; None if there is none.

        Raises:
            NetError: it could not be fetched, which proves nothing.
        """
        missed: NetError | None = None
        for url in details.get("caIssuers", ())[:_MOST_FETCHED]:
            if not str(url).lower().startswith("http://"):  # over https the question would only be put off
                continue
            try:
                response = await self._fetch(
                    Request(url=str(url), purpose="certificate", accept="*/*", max_bytes=_MAX_CERTIFICATE, attempts=2)
                )
            except NetError as error:
                if error.kind not in _GONE:
                    missed = error
                continue
            if response.status == 200 and (found := tls.authorities(response.body)):
                return found[0]
            if response.status >= 500 or response.status == 429:
                missed = NetError(NetErrorKind.TLS, "")
        if missed is not None:
            raise NetError(NetErrorKind.TLS, "a missing part of its certificate chain could not be fetched") from missed
        return None

    async def _is_too_old(self, url: URL) -> bool:
        """Return whether the server agrees on encryption, but on none that browsers have."""
        context = await self._transport.old()
        try:
            await self._transport.peek(url, context)
        except NetError:
            return False
        return not context.modern


def _overlook(origin: Origin, error: NetError) -> bool:
    """Have an origin's certificate not verified from now on, if that is what was wrong; return whether it was."""
    if error.kind not in _FAULTS:
        return False
    if origin.context is None:
        origin.context, origin.overlooked = tls.careless_context(), error.detail
    origin.closure = None
    return True
