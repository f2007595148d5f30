"""What a run needs from outside: the network, the clock, the memory, and a display of its progress."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from linkwarden.config import Config
from linkwarden.model import Answer, Evidence, Remembered, Result, Run
from linkwarden.records import dataclass

if TYPE_CHECKING:  # the network stack is slow to import, and an offline run does without
    from linkwarden.net import Net, Observer


class Progress(Protocol):
    """Shows how far the run is."""

    def step(self, done: int, total: int, lost: int, waiting: Callable[[], dict[str, int]]) -> None:
        """Show that ``done`` of ``total`` URLs are settled, and ``lost`` of them broken or expired as it looks now.

        ``waiting()`` returns how many each queue still has.
        """

    def phase(self, doing: str) -> None:
        """Show that all are settled and that ``doing`` begins, which takes a while."""


class Stream(Protocol):
    """Gets what is certain while a run goes on. What it raises ends the run."""

    def begin(self, run: Run) -> None:
        """Take what there is of the run when the lists are read: its inputs, and no results."""

    def result(self, result: Result) -> None:
        """Take a result as the run will have it; each at most once. Those that did not come stand in the run."""


class Memory(Protocol):
    """What earlier runs found (``linkwarden.store``)."""

    def recall(self, key: str) -> Remembered | None:
        """Return what is known of a URL, by its key. No IO."""

    def writes(self, at: datetime) -> bool:
        """Return True if later runs will know what a run of that instant finds. No IO."""

    def keep(self, key: str, answer: Answer) -> None:
        """Keep a good response, so that it outlives a run that is killed. No IO in the caller's thread."""

    async def histories(self, run: Run) -> Callable[[Result], Result]:
        """Return what gives a result the history that ``finish`` will give it; ``run`` has no results yet."""

    async def finish(self, run: Run) -> Run:
        """Store what a run found, and return the run with histories, earlier runs and what was fixed.

        Never raises: a notice of the run says what could not be written.
        """


@dataclass(frozen=True, slots=True)
class Settled:
    """What was found about a URL, by whom, and whether it was asked for as an image."""

    provider: str
    as_image: bool
    evidence: Evidence
    notes: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """The journals of all shards of one run.

    Attributes:
        known: what they settled, by the key of the URL.
        inputs: SHA-256 of the inputs, by name.
    """

    known: Mapping[str, Settled]
    inputs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Deps:
    """What a run needs from outside.

    Attributes:
        make_net: returns the network for a run, to be entered; it reports every request to the observer.
        observer: gets every request, or None.
        now: the wall clock, UTC.
        clock: seconds from any start, for durations.
        stdin: reads standard input to its end.
        progress: shows how far the run is, or None.
        memory: what earlier runs found, or None.
        parts: what the shards of this run found, which are merged without a request; or None.
        stream: gets results while the run goes on, each when it is certain; or None. With ``--diff`` none is, because
            only the whole list tells what the change has caused.
    """

    make_net: Callable[[Config, Observer | None], AbstractAsyncContextManager[Net]]
    observer: Observer | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    clock: Callable[[], float] = time.monotonic
    stdin: Callable[[], bytes] = lambda: b""
    progress: Progress | None = None
    memory: Memory | None = None
    parts: Parts | None = None
    stream: Stream | None = None
