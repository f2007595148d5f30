"""Tells which results are certain while a run goes on, and has the report say the same of them.

Certain is what no other link, no later answer and no review can change any more, as far as the reviews can tell. What
was told stands, however the run ends: when it is interrupted, and when the network goes away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from linkwarden.deps import Memory, Stream
from linkwarden.model import Result, Results, Run, Tag
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
        self._keys: set[str] = set()
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
        if self._finished is None or key in self._keys:
            return
        self._keys.add(key)
        finished = self._finished(result)
        rule = result.judgement.rule
        if rule is not None and Tag.NOT_LOOKED_AT not in rule.tags:  # else nobody can have another opinion
            self._found[key], self._told[key] = result, finished
        self._stream.result(finished)

    def as_found(self, run: Run) -> Run:
        """Return a run that is over with what was told, before history and suppression."""
        return _with(run, self._found)

    def as_told(self, run: Run) -> Run:
        """Return the same with them."""
        return _with(run, self._told)


def _with(run: Run, told: Mapping[str, Result]) -> Run:
    def result(index: int) -> Result:
        found = run.results[index]
        return told.get(found.target.key, found)

    count = len(run.results)
    made = Results(count, result) if isinstance(run.results, Results) else tuple(map(result, range(count)))
    return replace(run, results=made) if told else run
