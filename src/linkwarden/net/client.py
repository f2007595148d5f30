"""``Net``: asks servers, with manners. Thin first version; see the issue for what it grows into."""

from __future__ import annotations

from typing import Protocol, Self

from linkwarden.net.policy import NetPolicy
from linkwarden.wire import Ask, Response


class Observer(Protocol):
    """Told of every request, for progress and ``probe``."""

    def __call__(self, ask: Ask, url: str, status: int | None, elapsed: float, note: str) -> None:
        """One request is over: which address, its status or None, seconds, and what went wrong or ""."""


class Net:
    """Sends requests."""

    def __init__(self, policy: NetPolicy) -> None:
        self.policy = policy
        self.requests = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        return None

    async def fetch(self, ask: Ask) -> Response:
        """Give the answer, or raise NetError."""
        raise OSError(ask.url)
