"""What the user gives single hosts alone (``--header``, ``--basic-auth``, ``--cookies``), and what keeps it there.

It goes with a request as long as every URL on the chain of redirects lies where the user said, scheme and port
included. What a server sends back is searched for it, so that no report, memory or log gets to see it.
"""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol
from urllib.parse import quote

from yarl import URL

from linkwarden.config import SHORTEST_SECRET, CookieFile, Destination, PrivateHeader
from linkwarden.foreign import whole_number
from linkwarden.model import UsageError
from linkwarden.text import MASK
from linkwarden.tree import read_file

_ESCAPE = re.compile("%[0-9A-F]{2}")
#: No file of cookies is larger: browsers keep some thousands of 4 KiB at most.
_MOST_BYTES = 16 * 1024 * 1024


class Gift(Protocol):
    """Headers for one destination."""

    @property
    def to(self) -> Destination:
        """Where they may go."""

    @property
    def secrets(self) -> frozenset[str]:
        """What must not show anywhere."""


class Cookie(NamedTuple):
    """One line of a file of cookies; ``ends`` is 0 for one that ends with the browser's session."""

    domain: str
    below: bool
    path: str
    secure: bool
    ends: int
    name: str
    value: str

    def goes_to(self, host: str) -> bool:
        """Return whether its domain is that of a host (RFC 6265 section 5.1.3)."""
        return host == self.domain or (self.below and host.endswith(f".{self.domain}"))

    def goes_with(self, url: URL) -> bool:
        """Return whether it belongs to a URL (RFC 6265 section 5.4)."""
        path, asked = self.path or "/", url.raw_path
        below = asked.startswith(path) and (path.endswith("/") or asked[len(path) : len(path) + 1] in ("", "/"))
        return below and self.goes_to(url.raw_host or "") and (url.scheme == "https" or not self.secure)

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.ends != 0 and self.ends <= time.time()


class Cookies:
    """The cookies of a file for one destination.

    Args:
        to: the destination.
        cookies: all that the file holds.
    """

    def __init__(self, to: Destination, cookies: Iterable[Cookie]) -> None:
        self.to = to
        self._cookies = [
            each
            for each in cookies
            if each.goes_to(to.host) or (to.below and f".{each.domain}".endswith(f".{to.host}"))
        ]

    @classmethod
    def load(cls, file: CookieFile) -> Cookies:
        """Read a file in Netscape's format, as curl 7.88 writes it (its docs/HTTP-COOKIES.md).

        Raises:
            UsageError: it cannot be read, or has nothing for its host.
        """
        try:
            text = read_file(file.path, _MOST_BYTES).decode()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is no text"
            raise UsageError(f"--cookies: {file.path} cannot be read: {reason}", "Name a readable file.") from None
        found = cls(file.to, _read_cookies(text))
        if all(cookie.is_over for cookie in found._cookies):
            what = "all have expired" if found._cookies else "there are none"
            advice = "Export them again, in Netscape's format: seven fields a line, with tabs between them."
            raise UsageError(f"--cookies: {file.path}: cookies for {file.to}: {what}", advice)
        return found

    @property
    def secrets(self) -> frozenset[str]:
        """The values."""
        return frozenset(cookie.value for cookie in self._cookies if len(cookie.value) >= SHORTEST_SECRET)

    def header(self, url: URL) -> str:
        """Return the Cookie header for a URL, or ""."""
        fit = sorted(
            (cookie for cookie in self._cookies if cookie.goes_with(url) and not cookie.is_over),
            key=lambda cookie: -len(cookie.path),
        )
        pairs = (f"{cookie.name}={cookie.value}" if cookie.name else cookie.value for cookie in fit)
        return "; ".join(pair for pair in pairs if pair.isascii() and pair.isprintable())


def _read_cookies(text: str) -> Iterator[Cookie]:
    """Yield the cookies of a file; lines that are none are left out."""
    for line in text.splitlines():
        fields = line.removeprefix("#HttpOnly_").split("\t")
        ends = whole_number(fields[4] or "0") if len(fields) == 7 else None
        if ends is None or fields[0].startswith("#"):
            continue
        domain, below, path, secure, _, name, value = fields
        given_below = below.upper() == "TRUE" or domain.startswith(".")
        yield Cookie(domain.lstrip(".").lower(), given_below, path, secure.upper() == "TRUE", ends, name, value)


def gifts_of(headers: Sequence[PrivateHeader], cookies: Sequence[Cookies]) -> tuple[Gift, ...]:
    """Return what is given, the more exact destinations last: there a header of the same name beats the other one."""
    every: tuple[Gift, ...] = (*headers, *cookies)
    return tuple(sorted(every, key=lambda gift: (not gift.to.below, len(gift.to.host))))


def still_given(gifts: tuple[Gift, ...], url: URL) -> tuple[Gift, ...]:
    """Return those of the gifts that may go to a URL."""
    host = url.raw_host or ""
    return tuple(gift for gift in gifts if gift.to.holds(url.scheme, host, url.port))


def with_gifts(headers: dict[str, str], gifts: Iterable[Gift], url: URL) -> dict[str, str]:
    """Return the headers of a request to a URL with what is given there; cookies are added, all else is replaced."""
    names = {name.lower(): name for name in headers}
    made = dict(headers)
    cookies = [made.pop(names["cookie"])] if "cookie" in names else []
    for gift in gifts:
        if isinstance(gift, Cookies):
            cookies.append(gift.header(url))
        elif isinstance(gift, PrivateHeader) and gift.name.lower() == "cookie":
            cookies.append(gift.value)
        elif isinstance(gift, PrivateHeader):
            made.pop(names.get(gift.name.lower(), gift.name), None)
            names[gift.name.lower()] = gift.name
            made[gift.name] = gift.value
    if any(cookies):
        made["Cookie"] = "; ".join(filter(None, cookies))
    return made


class Mask:
    """Takes out of what a server sends back the secrets that it was sent.

    Args:
        gifts: what the chain of requests began with.
    """

    def __init__(self, gifts: Iterable[Gift]) -> None:
        secrets = {secret for gift in gifts for secret in gift.secrets}
        self._texts = sorted({form for secret in secrets for form in _forms(secret)}, key=len, reverse=True)

    def text(self, text: str) -> str:
        """Return a text without them."""
        for secret in self._texts:
            text = text.replace(secret, MASK)
        return text

    def data(self, data: bytes) -> bytes:
        """Return bytes without them."""
        for secret in self._texts:
            data = data.replace(secret.encode("utf-8", "surrogateescape"), MASK.encode())
        return data


def _forms(secret: str) -> Iterator[str]:
    """Yield how a secret is written in text, in HTML, in JSON and in URLs."""
    yield secret
    yield html.escape(secret)
    yield html.escape(secret, quote=False)
    yield json.dumps(secret)[1:-1]
    for kept in ("", "/", "/:@=+"):
        encoded = quote(secret, safe=kept, errors="replace")
        yield encoded
        yield _ESCAPE.sub(lambda match: match[0].lower(), encoded)
