"""One chain of redirects: what was seen on it, which cookies belong to it, and where it goes next."""

from __future__ import annotations

from aiohttp import CookieJar
from yarl import URL

from linkwarden.net.private import Gift, Mask, still_given, with_gifts
from linkwarden.net.transport import Answer
from linkwarden.net.wire_form import follow, without_fragment
from linkwarden.wire import Hop, NetError, NetErrorKind, Request

REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: After these, a POST goes on as GET, in every browser (Fetch standard, HTTP-redirect fetch).
_TURN_TO_GET = frozenset({301, 302, 303})


class Chain:
    """The state of one request on its way through redirects.

    Cookies live as long as the chain and go only where their server may send them: many sites bounce a visitor once
    to set a cookie, and loop forever without it.

    Attributes:
        url: where to go next.
        method: how.
        body: with what.
        hops: the redirects so far.
        spent: seconds on the wire so far.
        timed_out: the latest try ran into the time limit.
        remarks: what should be said about the answer.
    """

    __slots__ = (
        *("_first_host", "_gifts", "_jar", "_mask", "_request", "_seen"),
        *("body", "hops", "method", "remarks", "spent", "timed_out", "url"),
    )

    def __init__(self, request: Request, url: URL, gifts: tuple[Gift, ...] = ()) -> None:
        self.url = url
        self.method = request.method
        self.body = request.body
        self.hops: tuple[Hop, ...] = ()
        self.spent = 0.0
        self.timed_out = False
        self.remarks: tuple[str, ...] = ()
        self._request = request
        self._first_host = url.raw_host
        self._gifts = still_given(gifts, url) if gifts else ()
        self._mask = Mask(self._gifts) if self._gifts else None
        self._jar: CookieJar | None = None
        self._seen: set[tuple[str, str, str]] | None = None

    def headers(self) -> dict[str, str]:
        """Return the request headers of the next hop that differ from the run's.

        The request's own headers go to its own host only, its token only with the very first request, over https and
        to the token's host on port 443. What the user gives one host goes as far as the chain has not left it.
        """
        request = self._request
        headers = {"Accept": request.accept}
        if request.headers and self.url.raw_host == self._first_host:
            headers.update(request.headers)
        if request.token is not None and not self.hops and _may_see_token(self.url, request.token_host):
            headers["Authorization"] = f"Bearer {request.token}"
        if self._jar is not None:
            cookies = self._cookies()
            if cookies:
                headers["Cookie"] = cookies
        return with_gifts(headers, self._gifts, self.url) if self._gifts else headers

    def masked(self, text: str) -> str:
        """Return a text without what the user gave the host of this chain."""
        return text if self._mask is None else self._mask.text(text)

    def masked_headers(self, headers: dict[str, str]) -> dict[str, str]:
        """Return response headers without what the user gave the host of this chain."""
        mask = self._mask
        return headers if mask is None else {name: mask.text(value) for name, value in headers.items()}

    def masked_body(self, body: bytes) -> bytes:
        """Return a body without what the user gave the host of this chain."""
        return body if self._mask is None else self._mask.data(body)

    def advance(self, answer: Answer) -> bool:
        """Take the redirect of a response, if it is one and redirects are followed; True if there is more.

        Raises:
            NetError: TOO_MANY_REDIRECTS, REDIRECT_LOOP, BAD_REDIRECT, BLOCKED or INVALID_URL.
        """
        if answer.status not in REDIRECTS or not self._request.follow:
            return False
        if not answer.location:
            return False  # browsers show what comes with it
        try:
            target = follow(self.url, answer.location)
        except NetError as error:
            if error.kind is NetErrorKind.INVALID_URL:  # true of the target, and not of the URL that redirects
                raise self.error(NetErrorKind.BAD_REDIRECT, "a redirect to an unreadable URL") from error
            error.hops = self.hops
            raise
        if len(self.hops) >= self._request.max_hops:
            raise self.error(NetErrorKind.TOO_MANY_REDIRECTS, f"it redirects more than {self._request.max_hops} times")
        if self._seen is None:
            self._seen = {(self.method, without_fragment(self.url), "")}
        if answer.set_cookies:
            self._keep(answer.set_cookies)
        self.hops += (Hop(self.masked(str(self.url)), answer.status, self.masked(str(target))),)
        self.url = target
        self._gifts = still_given(self._gifts, target)
        if answer.status in _TURN_TO_GET and self.method != "HEAD":
            self.method, self.body = "GET", None
        here = (self.method, without_fragment(target), self._cookies())
        if here in self._seen:
            raise self.error(NetErrorKind.REDIRECT_LOOP, "its redirects go round in a circle")
        self._seen.add(here)
        return True

    def error(self, kind: NetErrorKind, detail: str, status: int | None = None) -> NetError:
        """Return an error that happened at this point of the chain."""
        host = self.masked(self.url.raw_host or "")
        return NetError(kind, self.masked(detail), host=host, hops=self.hops, status=status)

    def remark(self, text: str) -> None:
        """Note something about the response, once."""
        if text not in self.remarks:
            self.remarks += (text,)

    def _keep(self, set_cookies: tuple[str, ...]) -> None:
        if self._jar is None:
            self._jar = CookieJar(quote_cookie=False)
        self._jar.update_cookies_from_headers(list(set_cookies), self.url)

    def _cookies(self) -> str:
        """Return the Cookie header for the next hop, or ""."""
        if self._jar is None:
            return ""
        found = self._jar.filter_cookies(self.url)
        pairs = (f"{name}={morsel.coded_value}" for name, morsel in sorted(found.items()))
        return "; ".join(pair for pair in pairs if pair.isascii() and pair.isprintable())


def _may_see_token(url: URL, token_host: str | None) -> bool:
    return url.scheme == "https" and url.port == 443 and token_host is not None and url.raw_host == token_host
