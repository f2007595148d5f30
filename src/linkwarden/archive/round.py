"""One round of asking the Internet Archive: which links have no copy, then a copy of each, within its limits."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from linkwarden.archive.save_page_now import Answer, Said, SavePageNow, is_job
from linkwarden.model import WORKING, Result
from linkwarden.records import dataclass
from linkwarden.review._wayback import PLAYBACK, Archive, archived_under
from linkwarden.store.copies import Copies, Known, State

if TYPE_CHECKING:
    from linkwarden.net import Net

#: For so long the archive can say what became of a job (docs/facts/services.md#save-page-now).
_JOB_LASTS = timedelta(hours=1)
#: What could not be copied is tried again after this.
_REFUSAL_LASTS = timedelta(days=30)
#: Copies under way at once; an account may have twelve.
_AT_ONCE = 5
#: Looks at what is under way, at one in ten seconds, until it is given up: a copy takes two minutes at most.
_MOST_LOOKS = 15
#: After so many answers in a row that are none, the archive is left alone.
_MOST_FAILURES = 3


def worth_a_copy(results: Iterable[Result], is_private: Callable[[str], bool]) -> dict[str, Result]:
    """Return the links that readers get, by the URL that is saved: without fragment, each once, in source order.

    Left out is what nobody else is to hear of (internal names, secrets, signatures, hosts that get the user's headers),
    other archives, and papers that a registry keeps for good (arXiv, DOIs).

    Args:
        results: of a check.
        is_private: tells of a host that what it sends is for the user alone.
    """
    found: dict[str, Result] = {}
    for result in results:
        url = (result.target.address or "").partition("#")[0]
        if result.judgement.verdict in WORKING and url and archived_under(result, is_private) == url:
            found.setdefault(url, result)
    return found


@dataclass(slots=True)
class Looked:
    """What is known of the copies of some links.

    Attributes:
        missing: links without a copy.
        under_way: links of which a copy was asked for lately, by the job's name.
        there: how many have one.
        refused: links that the archive could not copy lately, with its code.
        unknown: how many were not looked up.
        why: why not, as a clause, or "".
    """

    missing: list[str] = field(default_factory=list)
    under_way: dict[str, str] = field(default_factory=dict)
    there: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    unknown: int = 0
    why: str = ""


async def look_up(urls: Iterable[str], copies: Copies, net: Net, now: datetime, most: int) -> Looked:
    """Return which links have no copy: by what earlier rounds knew, and for at most so many others by the index."""
    looked, archive = Looked(), Archive(net, seconds=math.inf)
    for url in urls:
        if _recall(url, copies, now, looked):
            continue
        if most <= 0 or archive.closed:
            looked.unknown += 1
            looked.why = archive.closed
            continue
        most -= 1
        answered = archive.answered
        found = await archive.captures(url, None)
        if archive.answered == answered:
            looked.unknown += 1
        elif found:
            copies.keep(url, Known(State.THERE, now))
            looked.there += 1
        else:
            looked.missing.append(url)
    return looked


def _recall(url: str, copies: Copies, now: datetime, looked: Looked) -> bool:
    """Enter what earlier rounds knew of a link; False if that is nothing, or too old."""
    known = copies.of(url)
    if known is None:
        return False
    age = now - known.at
    match known.state:
        case State.THERE | State.SAVED:
            looked.there += 1
        case State.ASKED if age < _JOB_LASTS and is_job(known.detail):
            looked.under_way[known.detail] = url
        case State.REFUSED if age < _REFUSAL_LASTS:
            looked.refused[url] = known.detail
        case _:
            return False
    return True


@dataclass(slots=True)
class Round:
    """Asks for copies, and takes down at once what the archive says.

    Attributes:
        service: the archive.
        copies: what is known.
        now: the present instant.
        tell: gets a URL and what became of it, as a clause.
        saved: how many copies were made.
        stopped: why no more were asked for, as a clause, or "".
    """

    service: SavePageNow
    copies: Copies
    now: Callable[[], datetime]
    tell: Callable[[str, str], None]
    saved: int = 0
    stopped: str = ""
    _under_way: dict[str, str] = field(default_factory=dict)
    _failures: int = 0
    _room: int = _AT_ONCE

    async def run(self, looked: Looked) -> int:
        """Ask for the missing copies and return how many links are left for another round.

        Raises:
            KeysRefusedError: the archive does not take the account's keys.
        """
        self._under_way = dict(looked.under_way)
        waiting, looks, lost = deque(looked.missing), 0, 0
        while (waiting and not self.stopped) or self._under_way:
            may_start = waiting and not self.stopped and len(self._under_way) < self._room
            if may_start and await self._start(waiting[0]):
                waiting.popleft()
                continue
            if self._under_way:
                looks = await self._look(looks)
            if looks >= _MOST_LOOKS:
                self._fail("it does not say what becomes of copies")
                lost += len(self._under_way)
                self._under_way.clear()
                looks = 0
        return len(waiting) + lost

    async def _start(self, url: str) -> bool:
        """Ask for a copy; False if it has to be asked for again later."""
        said = await self.service.start(url)
        match said.answer:
            case Answer.STARTED:
                self.copies.keep(url, Known(State.ASKED, self.now(), said.detail))
                self._under_way[said.detail] = url
                self._failures = 0
                return True
            case Answer.FULL:
                self._room = max(1, len(self._under_way))
                if not self._under_way:  # somebody else has them made for the account
                    self._fail("it is at work on as many copies as the account may have")
                return False
            case Answer.STOP:
                self.stopped = said.detail
                return False
        self._settle(url, said)
        return True

    async def _look(self, looks: int) -> int:
        """Look at what is under way; return how often that was in vain since a copy last ended."""
        said = await self.service.look(list(self._under_way))
        if isinstance(said, Said):
            self._fail(said.detail)
            return _MOST_LOOKS if said.answer is Answer.STOP else looks + 1
        ended = {job: one for job, one in said.items() if one.answer is not Answer.RUNNING}
        for job, one in ended.items():
            self._settle(self._under_way.pop(job), one)
        return 0 if ended else looks + 1

    def _settle(self, url: str, said: Said) -> None:
        """Take down the end of asking for a copy."""
        match said.answer:
            case Answer.SAVED:
                self.saved += 1
                self._failures = 0
                self.copies.keep(url, Known(State.SAVED, self.now(), said.detail))
                self.tell(url, f"saved as {PLAYBACK}/{said.detail}/{url}")
            case Answer.ALREADY:
                self.copies.keep(url, Known(State.THERE, self.now()))
                self.tell(url, "it has been copied several times today")
            case Answer.REFUSED:
                self.copies.keep(url, Known(State.REFUSED, self.now(), said.detail))
                self.tell(url, f"the archive cannot copy it ({said.detail})")
            case _:
                self.copies.forget(url)
                self.tell(url, f"not copied this time ({said.detail or said.answer.name.lower()})")
                if said.answer is Answer.SILENT:
                    self._fail(said.detail)

    def _fail(self, why: str) -> None:
        self._failures += 1
        if self._failures >= _MOST_FAILURES:
            self.stopped = self.stopped or why
