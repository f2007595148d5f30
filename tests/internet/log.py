"""What the fake internet remembers: every request and every name lookup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from multidict import CIMultiDict, MultiDict


@dataclass(slots=True)
class Exchange:
    """One request as it arrived.

    Attributes:
        method: GET, POST …
        scheme: which listener got it, "http" or "https".
        host: of the Host header, lower case, without port.
        path: as on the wire, still percent-encoded, without the query.
        query: decoded query parameters.
        url: the whole address as on the wire.
        headers: a copy, names in any case.
        body: what was sent with it.
        at: virtual second of arrival.
        done: virtual second when the answer was complete, or None while it is not.
        status: of the answer, or None while there is none or where the connection was broken instead.
    """

    method: str
    scheme: str
    host: str
    path: str
    query: MultiDict[str]
    url: str
    headers: CIMultiDict[str]
    body: bytes
    at: float
    done: float | None = None
    status: int | None = None

    def json(self) -> Any:
        """Give the body read as JSON."""
        import json  # noqa: PLC0415 - few tests need it

        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Lookup:
    """One question to the resolver: which host, for which port, at which virtual second, and how it failed."""

    host: str
    port: int
    at: float
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to connect: to which host and port, at which virtual second."""

    host: str
    port: int
    at: float
