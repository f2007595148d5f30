"""What providers and the network layer say to each other: a request, a response, or the reason for none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from enum import StrEnum
from types import MappingProxyType

from linkwarden import foreign
from linkwarden.records import dataclass

#: ``Response.remarks`` entries: the body was not read, as it is compressed in a way that was not requested, or badly.
ODD_CODING = "it sends a content coding that was not requested, so its content was not read"
BAD_CODING = "its content could not be decompressed"
#: A ``Response.remarks`` entry: the response came over a connection that could not be verified.
INCOMPLETE_CHAIN = "the server does not send its whole certificate chain"
#: A ``Response.remarks`` entry begins so: the user said that this host's certificate may be wrong, and it is.
OVERLOOKED = "its certificate was not verified (--insecure)"
#: Media types of pages.
HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
#: What is wanted of a page (the Accept header).
PAGES = "text/html,application/xhtml+xml,*/*;q=0.8"
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request to a server.

    Attributes:
        url: sent exactly as written (only what is illegal on the wire is encoded; the fragment is
            not sent).
        purpose: short words for logs and ``probe`` ("page", "arxiv-api").
        method: GET unless an API wants POST.
        accept: value of the Accept header.
        max_bytes: how much of the body to read before closing.
        body: what to POST.
        headers: further request headers, names in lower case. Never a credential.
        token: a credential, sent as ``Authorization: Bearer`` and only to the host named by ``token_host``.
        token_host: the only host (https, port 443) that may see ``token``.
        follow: follow redirects.
        max_hops: how many redirects at most.
        timeout: seconds for the whole chain, or None for the run's setting.
        attempts: how often a transient failure is tried in all, or None for the run's setting.
        fresh: use a new connection, look the name up again, and forget that the host was found dead earlier in
            the run. Its pace and its cool-down stay what they are.
    """

    url: str
    purpose: str
    method: str = "GET"
    accept: str = PAGES
    max_bytes: int = 65_536
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS)
    token: str | None = field(default=None, repr=False)
    token_host: str | None = None
    follow: bool = True
    max_hops: int = 10
    timeout: float | None = None
    attempts: int | None = None
    fresh: bool = False


Ask = Request  # the former name


@dataclass(frozen=True, slots=True)
class Hop:
    """One redirect: the URL that sent it, its status, and where it pointed (absolute)."""

    url: str
    status: int
    location: str

    @property
    def permanent(self) -> bool:
        """True for 301 and 308, which say "use the new address from now on" (RFC 9110 section 15.4)."""
        return self.status in (301, 308)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What came back, after redirects.

    Attributes:
        url: where the response came from.
        status: its HTTP status.
        headers: names in lower case; of repeated ones the last.
        body: at most ``Request.max_bytes`` of it, decompressed.
        complete: False if the body was longer than what was read, or broke off.
        hops: the redirects on the way, in order.
        elapsed: seconds on the wire, all hops together; waiting for the host's turn is not counted.
        remarks: what the network layer had to overlook to get the response (outdated TLS …), clauses for people.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    complete: bool = True
    hops: tuple[Hop, ...] = ()
    elapsed: float = 0.0
    remarks: tuple[str, ...] = ()

    @property
    def media_type(self) -> str:
        """Content-Type without parameters, lower case, or ""."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def moved_to(self) -> str | None:
        """The final URL if every redirect on the way was permanent, else None."""
        return self.url if self.hops and all(h.permanent for h in self.hops) else None

    def text(self) -> str:
        """Return the body as text, by the charset of Content-Type or UTF-8; bad bytes become U+FFFD."""
        return foreign.decode(self.body, foreign.charset_of(self.headers.get("content-type", "")) or "utf-8")


class NetErrorKind(StrEnum):
    """Why there was no HTTP response. The words go into evidence and ``probe``."""

    NXDOMAIN = "nxdomain"  # the resolver says that there is no such name
    DNS = "dns-failure"  # SERVFAIL, timeout
    REFUSED = "connection-refused"
    RESET = "connection-reset"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"  # no route, no address of a family that this machine has, network down
    TLS_EXPIRED = "tls-expired"
    TLS_HOSTNAME = "tls-wrong-host"
    TLS_SELF_SIGNED = "tls-self-signed"
    TLS_CHAIN = "tls-incomplete-chain"
    TLS_NO_BROWSER = "tls-no-browser"  # it speaks only what browsers do not
    TLS = "tls-failure"  # any other handshake failure
    REDIRECT_LOOP = "redirect-loop"
    TOO_MANY_REDIRECTS = "too-many-redirects"
    BAD_REDIRECT = "bad-redirect"  # Location unreadable or not http(s)
    CONFLICTING_HEADERS = "conflicting-headers"  # two different Location or Content-Disposition headers
    BLOCKED = "blocked-address"  # our own guard: not a public address, bad port, user info
    INVALID_URL = "invalid-url"
    PROTOCOL = "protocol-error"  # not HTTP, oversized headers
    COOLDOWN = "rate-limited"  # 429/503 beyond this run's patience
    GIVEN_UP = "host-given-up"  # circuit breaker
    NO_HANDLES = "too-many-open-files"  # this machine's own limit
    BUDGET = "out-of-time"  # the run's --max-time is used up


class NetError(Exception):
    """No HTTP response. Whatever the HTTP library throws, providers see only this.

    Attributes:
        kind: why.
        detail: one clause for people, without internal IP addresses and without bodies.
        host: the host at which it happened (a redirect may have led elsewhere).
        hops: the redirects that were followed before.
        status: status of the last response where there was one (429 for COOLDOWN), else None.
    """

    def __init__(
        self,
        kind: NetErrorKind,
        detail: str,
        *,
        host: str = "",
        hops: tuple[Hop, ...] = (),
        status: int | None = None,
    ) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.detail = detail
        self.host = host
        self.hops = hops
        self.status = status

    def __reduce__(self) -> tuple[Callable[..., NetError], tuple[object, ...]]:
        """Go from one process to another whole, but for its cause."""
        return _net_error, (self.kind, self.detail, self.host, self.hops, self.status)


def _net_error(kind: NetErrorKind, detail: str, host: str, hops: tuple[Hop, ...], status: int | None) -> NetError:
    return NetError(kind, detail, host=host, hops=hops, status=status)
