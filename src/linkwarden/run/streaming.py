"""Tells which results are certain while a run goes on, and has the report say the same of them.

Certain is what no other link, no later answer and no review can change any more, as far as the reviews can tell. What
was told stands, however the run ends: when it is interrupted, and when the network goes away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from linkwarden.deps import Memory, Stream
from linkwarden.model import Result, Run
from linkwarden.run.ledger import rests_on_network
from linkwarden.suppress import Accepted, suppress_accepted


class Certain:
    """What a run has told.

    Args:
        stream: gets the results.
        is_there: tells that some host has answered, so that failures are no outage of our own network.
    """

    def __init__(self, stream: Stream, is_there: Callable[[], bool]) -> None:
        self._stream = stream
        self._is_there = is_there
        self._finished: Callable[[Result], Result] | None = None
        self._found: dict[str, Result] = {}
        self._told: dict[str, Result] = {}
        self._held: list[Result] = []

    async def begin(self, run: Run, accepted: Accepted, today: date, memory: Memory | None) -> None:
        """Take note that the lists are read.

        Args:
            run: what there is of it so far, without results.
            accepted: what not to report.
            today: the day that counts as the present (UTC).
            memory: gives results their history, or None.
        """
        with_history = await memory.histories(run) if memory is not None else None

        def finished(result: Result) -> Result:
            known = with_history(result) if with_history is not None else result
            return suppress_accepted(replace(run, results=(known,)), accepted, today, complete=False).results[0]

        self._finished = finished
        self._stream.begin(run)

    def hear(self, result: Result) -> None:
        """Tell a result, or hold it back for as long as the network may be down."""
        self._held.append(result)
        if self._is_there():
            ready, self._held = self._held, []
        else:
            ready = [each for each in self._held if not rests_on_network(each.evidence)]
            self._held = [each for each in self._held if rests_on_network(each.evidence)]
        for each in ready:
            self._tell(each)

    def _tell(self, result: Result) -> None:
        key = result.target.key
        if self._finished is None or key in self._told:
            return
        self._found[key] = result
        self._told[key] = self._finished(result)
        self._stream.result(self._told[key])

    def as_found(self, run: Run) -> Run:
        """Return a run that is over with what was told, before history and suppression."""
        return replace(run, results=tuple(self._found.get(r.target.key, r) for r in run.results))

    def as_told(self, run: Run) -> Run:
        """Return the same with them."""
        return replace(run, results=tuple(self._told.get(r.target.key, r) for r in run.results))
