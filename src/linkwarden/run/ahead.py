"""Lets reviews begin with the links that are settled, while slower hosts still keep the run waiting.

What is begun is no result yet: when all links are settled, each review looks at all of them in its order, and finds the
answers to what it has requested already. So a report does not depend on what was begun, and nothing is lost where
nothing was: a run that is over within seconds begins nothing.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from linkwarden import rules
from linkwarden.model import Result
from linkwarden.providers import LoadContext
from linkwarden.review import Needs, Review
from linkwarden.run.entry import Entry
from linkwarden.run.ledger import Ledger
from linkwarden.text import host_of
from linkwarden.wire import Request, Response

if TYPE_CHECKING:
    from linkwarden.net import Net

#: Seconds from a link's result to the first second look: what is only a moment's trouble is over by then.
PAUSE = 5.0
#: Hosts whose links are looked at side by side; the others wait, so that no more than a few tasks are alive.
AT_ONCE = 64
#: Links that are looked at in one go where no request is made.
_TOGETHER = 256
#: Where no link was settled for so many seconds, only slow hosts are left.
LULL = 5.0
#: Of longer lists not all links are looked at before the end.
_LONGEST = 20_000
#: Seconds after which a request that waits for a busy host looks whether it still is.
_AGAIN = 1.0


class Reviews:
    """The reviews of a run, each made once and when it is first needed.

    Args:
        context: what they may know of the run.
        fail: keeps a defect of one: where it was, and what.
    """

    def __init__(self, context: LoadContext, fail: Callable[[str, Exception], None]) -> None:
        self._context = context
        self._fail = fail
        self._made: dict[type[Review], Review | None] = {}

    async def all(self, *, online: bool) -> list[Review]:
        """Return them in the order in which they look; one that cannot be made is a failure, and left out.

        Args:
            online: those that make requests as well.
        """
        # The first time, it looks into folders.
        classes = rules.review_classes() if self._made else await asyncio.to_thread(rules.review_classes)
        made = [self._review(cls) for cls in classes if online or not cls.online]
        return [review for review in made if review is not None]

    def make(self) -> None:
        """Make all of them at once, for ``may_change``."""
        for cls in rules.review_classes():
            self._review(cls)

    def may_change(self, result: Result, *, online: bool) -> bool:
        """Return whether one of them may still change a link that has been through all that can begin with it."""
        looking = (review for review in self._made.values() if review is not None and (online or not review.online))
        return any(review.may_change(result) for review in looking)

    def _review(self, cls: type[Review]) -> Review | None:
        if cls not in self._made:
            self._made[cls] = None
            try:
                self._made[cls] = cls(self._context)
            except Exception as error:  # noqa: BLE001 - a review's defect must not take the run down
                self._fail(f"review {cls.name}", error)
        return self._made[cls]


class Ahead:
    """Begins reviews for links that are settled, and tells which results are final.

    Args:
        ledger: judges the links.
        reviews: what may begin.
        net: the network; None where no request is made.
        now: the instant that counts as the present.
        is_idle: tells that no link of a host waits or is being checked.
        is_there: tells that some host has answered, so that failures are no outage of our own network.
        on_final: gets each result that is certain, by what the reviews say (``Review.may_change``); or None.
    """

    def __init__(
        self,
        ledger: Ledger,
        reviews: Reviews,
        net: Net | None,
        now: datetime,
        *,
        is_idle: Callable[[str], bool],
        is_there: Callable[[], bool],
        on_final: Callable[[Result], None] | None,
    ) -> None:
        self._ledger = ledger
        self._reviews = reviews
        self._net = cast("Net", _AfterOthers(net, self._when_idle)) if net is not None else None
        self._now = now
        self._is_idle = is_idle
        self._is_there = is_there
        self._on_final = on_final
        self._due: deque[tuple[float, Entry]] = deque()
        self._ready: deque[tuple[Sequence[Entry], bool]] = deque()  # with whether requests may be made for them
        self._alive: set[asyncio.Task[None]] = set()
        self._timer: asyncio.Task[None] | None = None
        self._lull: asyncio.Task[None] | None = None
        self._latest = 0.0
        self._listed = False
        self._over = asyncio.Event()

    def settled(self, entry: Entry) -> None:
        """Take note of a link that has a result."""
        evidence = entry.evidence
        if evidence is None or self._over.is_set():
            return
        self._latest = asyncio.get_running_loop().time()
        if evidence.rule is None and evidence.doubt is None and evidence.suggestion is None and not entry.notes:
            if self._on_final is None:
                return  # nearly every link: no review has anything to ask about it
            if self._listed:
                self._tell(self._ledger.result_of(entry))
                return
        if self._net is not None and (entry.provider is None or entry.provider.online):
            self._due.append((asyncio.get_running_loop().time() + PAUSE, entry))
        else:
            self._ready.append(((entry,), False))
        self._start()

    def all_listed(self) -> None:
        """Take note that the lists are read: all links are known, with all places where they stand."""
        self._listed = True
        self._start()
        if self._net is not None:
            self._lull = asyncio.get_running_loop().create_task(self._wait_for_lull(), name="linkwarden-lull")

    async def finish(self) -> None:
        """Begin nothing more: the reviews are about to look at all links. What is under way goes on for them."""
        while self._net is None and self._alive:  # without requests it takes no time
            await asyncio.wait(self._alive)
        self._stop()

    async def cancel(self) -> None:
        """End what is under way."""
        self._stop()
        tasks = [*self._alive, *(task for task in (self._timer, self._lull) if task is not None)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _stop(self) -> None:
        self._over.set()
        self._due.clear()
        self._ready.clear()

    def _start(self) -> None:
        if not self._listed:
            return
        self._fill()
        if self._due and self._timer is None:
            self._timer = asyncio.get_running_loop().create_task(self._watch(), name="linkwarden-ahead")

    async def _watch(self) -> None:
        """Take up each link when its time has come."""
        clock = asyncio.get_running_loop().time
        while self._due:
            await asyncio.sleep(max(0.0, self._due[0][0] - clock()))
            by_host: dict[str, list[Entry]] = {}
            while self._due and self._due[0][0] <= clock():
                entry = self._due.popleft()[1]
                by_host.setdefault(host_of(entry.target.address or ""), []).append(entry)
            self._ready.extend((entries, True) for entries in by_host.values())
            self._fill()
        self._timer = None

    def _fill(self) -> None:
        if self._net is None:  # nobody is asked, so hosts do not matter
            entries = [entry for group, _ in self._ready for entry in group]
            self._ready = deque((entries[at : at + _TOGETHER], False) for at in range(0, len(entries), _TOGETHER))
        while self._ready and len(self._alive) < AT_ONCE:
            task = asyncio.get_running_loop().create_task(self._look(*self._ready.popleft()), name="linkwarden-begun")
            self._alive.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._alive.discard(task)
        self._fill()

    async def _look(self, entries: Sequence[Entry], may_request: bool) -> None:  # noqa: FBT001 - as it lies in ``_ready``
        """Take links of one host through the reviews that can begin with them, in the order in which they look."""
        found = self._ledger.entries
        pending = {entry.target.key: self._ledger.result_of(found[entry.target.key]) for entry in entries}
        for review in await self._reviews.all(online=self._net is not None):
            if review.needs not in (Needs.LINK, Needs.HOST):
                continue
            try:
                await self._begin(review, pending, may_request=may_request)
            except Exception as error:  # noqa: BLE001 - a review's defect must not take the run down
                self._ledger.fail(f"review {review.name}", error)
                return
        for result in pending.values():
            self._tell(result)

    def _tell(self, result: Result) -> None:
        if self._on_final is not None and not self._reviews.may_change(result, online=self._net is not None):
            self._on_final(result)

    async def _begin(self, review: Review, pending: dict[str, Result], *, may_request: bool) -> None:
        """Let a review begin with those of some links that it wants; who has to wait for it is taken out."""
        wanted = [result for result in pending.values() if review.wants(result)]
        if not wanted:
            return
        if self._over.is_set() or (review.online and not (may_request and self._may_ask(review, wanted))):
            at = asyncio.get_running_loop().time() + PAUSE
            for result in wanted:
                del pending[result.target.key]
                if not self._over.is_set():
                    self._due.append((at, self._ledger.entries[result.target.key]))
            self._start()
            return
        # Offline reviews never touch the network; they get it typed as present.
        async for evidence in review.begin(wanted, self._net, self._now):  # type: ignore[arg-type]
            pending[evidence.key] = self._ledger.result_of(self._ledger.entries[evidence.key], evidence)

    async def _wait_for_lull(self) -> None:
        """Once only slow hosts are left, begin what compares the links of the list with each other."""
        clock = asyncio.get_running_loop().time
        self._latest = max(self._latest, clock())
        while not self._over.is_set() and (not self._is_there() or clock() - self._latest < LULL):
            await self._pause(max(_AGAIN, self._latest + LULL - clock()))
        if self._over.is_set() or len(self._ledger.entries) > _LONGEST:
            return
        results = self._ledger.results()
        for review in await self._reviews.all(online=True):
            if review.needs is Needs.MOST and not self._over.is_set():
                try:
                    async for _ in review.begin(results, self._net, self._now):  # type: ignore[arg-type]  # there is one
                        pass
                except Exception as error:  # noqa: BLE001 - a review's defect must not take the run down
                    self._ledger.fail(f"review {review.name}", error)

    def _may_ask(self, review: Review, wanted: Sequence[Result]) -> bool:
        host = host_of(wanted[0].target.address or "")
        return self._is_there() and (review.needs is not Needs.HOST or self._is_idle(host))

    async def _when_idle(self, host: str) -> None:
        while not (self._over.is_set() or self._is_idle(host)):
            await self._pause(_AGAIN)

    async def _pause(self, seconds: float) -> None:
        """Wait, until the end of all links at the longest."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._over.wait()


class _AfterOthers:
    """A ``Net`` that lets a host's links go before: what was begun early is in nobody's way.

    What it meets has no bearing on who else is asked at a host (``ProtectedSites``): that is decided by the list.
    """

    def __init__(self, net: Net, when_idle: Callable[[str], Any]) -> None:
        from linkwarden.net.protected import ProtectedSites  # noqa: PLC0415 - an offline run does without the network

        self._net = net
        self._when_idle = when_idle
        self.protected = ProtectedSites(0)

    async def fetch(self, ask: Request) -> Response:
        """Ask; raises ``NetError`` as ``Net.fetch`` does."""
        await self._when_idle(host_of(ask.url))
        return await self._net.fetch(ask)

    def __getattr__(self, name: str) -> Any:
        """Everything else is the net's own."""
        return getattr(self._net, name)
