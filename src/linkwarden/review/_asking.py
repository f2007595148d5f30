"""How reviews ask: through the providers, each URL once, a few at a time for one host."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast

from linkwarden.model import Claim, Evidence, Target
from linkwarden.providers import LoadContext, Provider
from linkwarden.providers.web.image.provider import ImageProvider
from linkwarden.providers.web.page import WebProvider
from linkwarden.wire import Request, Response

if TYPE_CHECKING:
    from linkwarden.net import Net

T = TypeVar("T")

#: The providers that request pages and images themselves.
ORDINARY = frozenset({WebProvider.name, ImageProvider.name})
#: Questions under way for one lane; net spaces them, this only keeps the number of waiting tasks small.
_AT_ONCE = 3


class NetFor:
    """A ``Net`` that asks every question of a provider in the way that a review wants it asked."""

    def __init__(self, net: Net, *, attempts: int, fresh: bool) -> None:
        self._net = net
        self._attempts = attempts
        self._fresh = fresh

    async def fetch(self, ask: Request) -> Response:
        """Ask; raises ``NetError`` as ``Net.fetch`` does."""
        return await self._net.fetch(replace(ask, attempts=self._attempts, fresh=self._fresh))

    def __getattr__(self, name: str) -> Any:
        """Everything else is the net's own."""
        return getattr(self._net, name)


class Asker:
    """Has URLs judged by the providers for ordinary hosts, as they judge the links of a list.

    Args:
        ctx: what the providers may know of the run.
        net: the network.
        now: the instant that counts as the present.
        attempts: how often a transient failure is tried in all.
        fresh: ask over new connections (see ``Request.fresh``).
    """

    def __init__(self, ctx: LoadContext, net: Net, now: datetime, *, attempts: int = 1, fresh: bool = False) -> None:
        self._net = cast("Net", NetFor(net, attempts=attempts, fresh=fresh))
        self._now = now
        self._providers: dict[str, Provider] = {cls.name: cls(ctx) for cls in (ImageProvider, WebProvider)}

    async def judge(self, targets: Sequence[Target], provider: str) -> dict[str, Evidence]:
        """Return what a provider finds out about targets, by key; what it does not take or passes on is left out.

        Args:
            targets: what to ask for; those with the same URL are one request.
            provider: ``web`` or ``image``.
        """
        asked = self._providers[provider]
        claims = [Claim(provider, t, ident) for t in targets if (ident := asked.claim(t)) is not None]
        answers = [answer async for answer in asked.check(claims, self._net, self._now)]
        return {answer.key: answer for answer in answers if isinstance(answer, Evidence)}


def asked_by(target: Target) -> str:
    """Return the name of the provider that checks a target on an ordinary host: images must be images."""
    return ImageProvider.name if target.is_image else WebProvider.name


async def in_lanes(jobs: Iterable[tuple[str, Callable[[], Awaitable[T]]]]) -> list[T]:
    """Do jobs, a few of one lane at once and all lanes side by side; give what they return, in their order.

    Args:
        jobs: each with the name of its lane (a host).

    Raises:
        Exception: the first that a job raised; the other jobs are cancelled.
    """
    lanes: dict[str, deque[tuple[int, Callable[[], Awaitable[T]]]]] = {}
    for at, (lane, job) in enumerate(jobs):
        lanes.setdefault(lane, deque()).append((at, job))
    done: dict[int, T] = {}

    async def work(lane: deque[tuple[int, Callable[[], Awaitable[T]]]]) -> None:
        while lane:
            at, job = lane.popleft()
            done[at] = await job()

    try:
        async with asyncio.TaskGroup() as group:
            for waiting in lanes.values():
                for _ in range(min(_AT_ONCE, len(waiting))):
                    group.create_task(work(waiting))
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return [done[at] for at in sorted(done)]
