"""What a run needs from outside: the network, the clock, the memory, and somebody to tell how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from linkwarden.config import Config
from linkwarden.model import Answer, Remembered, Run

if TYPE_CHECKING:  # the network stack is slow to import, and an offline run does without
    from linkwarden.net import Net, Observer


class Progress(Protocol):
    """Told how far the run is."""

    def step(self, done: int, total: int, waiting: Callable[[], dict[str, int]]) -> None:
        """``done`` of ``total`` addresses are settled; ``waiting()`` tells how many each lane still has."""

    def phase(self, doing: str) -> None:
        """All are settled, and something else begins that takes a while: ``doing`` says what."""


class Memory(Protocol):
    """What earlier runs found (``linkwarden.store``)."""

    def recall(self, key: str) -> Remembered | None:
        """Give what is known of an address, by its key. Makes no IO."""

    def writes(self, at: datetime) -> bool:
        """Tell whether later runs will know what a run of that instant finds. Makes no IO."""

    def keep(self, key: str, answer: Answer) -> None:
        """Keep a good answer, so that a run that is killed does not ask for it again. Makes no IO itself."""

    async def finish(self, run: Run) -> Run:
        """Write down what a run found, and give the run with histories, earlier runs and what was fixed.

        Never raises: what cannot be written is said in a notice of the run.
        """


@dataclass(frozen=True, slots=True)
class Deps:
    """What a run needs from outside.

    Attributes:
        make_net: gives the network for a run, to be entered; the observer is told of every request.
        observer: is told of every request, or None.
        now: the wall clock, UTC.
        clock: seconds from any start, for durations.
        stdin: reads standard input to its end.
        progress: is told how far the run is, or None.
        memory: what earlier runs found, or None.
    """

    make_net: Callable[[Config, Observer | None], AbstractAsyncContextManager[Net]]
    observer: Observer | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    clock: Callable[[], float] = time.monotonic
    stdin: Callable[[], bytes] = lambda: b""
    progress: Progress | None = None
    memory: Memory | None = None
