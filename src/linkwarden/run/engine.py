"""One run: read the lists, assign and check their links, judge, review, remember, suppress, report.

Joins the parts; knows no provider and no format by name.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.hints import hints
from linkwarden.inputs import Source, read_all, reading_of
from linkwarden.judge import Policy
from linkwarden.model import Compared, Evidence, Run, UsageError
from linkwarden.report import formats
from linkwarden.run.ahead import Ahead, Reviews
from linkwarden.run.dispatch import Dispatch, context_of
from linkwarden.run.intake import Intake
from linkwarden.run.journal import Journal, settled_of
from linkwarden.run.ledger import Ledger
from linkwarden.run.streaming import Certain
from linkwarden.suppress import Accepted, load_baseline, suppress_accepted

if TYPE_CHECKING:  # the network stack is slow to import, and an offline run does without
    from linkwarden.diff import Difference
    from linkwarden.net import Net
    from linkwarden.run.expansion import Expansion


async def run(config: Config, deps: Deps, *, sources: Sequence[Source] = ()) -> Run:
    """Check the inputs of a config, or texts that were read already, and return all that a report needs.

    An interruption (task cancellation, as Ctrl-C makes it) does not raise: what was found so far comes back with
    ``interrupted`` set.

    Raises:
        NothingToCheckError: no input could be read.
    """
    if config.offline or deps.parts is not None:
        return await _Inspection(config, deps, None, sources).run()
    async with deps.make_net(config, deps.observer) as net:
        return await _Inspection(config, deps, net, sources).run()


class _Inspection:
    """One run's state."""

    def __init__(self, config: Config, deps: Deps, net: Net | None, sources: Sequence[Source]) -> None:
        self._config = config
        self._deps = deps
        self._net = net
        self._sources = sources
        self._now = config.now or deps.now()
        self._ledger = Ledger(Policy(self._now, config.expiring_within), rewrites=config.rewrite)
        self._journal = Journal(config.journal, config.shard, self._now) if config.journal is not None else None
        self._dispatch = Dispatch(config, deps, net, self._ledger, self._journal)
        self._intake = Intake(self._ledger, self._dispatch)
        self._ahead: Ahead | None = None
        self._certain: Certain | None = None
        self._difference: Difference | None = None
        self._baseline = load_baseline(config.baseline) if config.baseline is not None else None

    async def run(self) -> Run:
        try:
            return await self._run()
        finally:
            if self._ahead is not None:
                await self._ahead.cancel()
            await self._dispatch.end()
            if self._journal is not None:  # else it has ended with the run
                await asyncio.to_thread(self._journal.close, None, {})

    async def _run(self) -> Run:
        began = self._deps.clock()
        interrupted = down = False
        try:
            await asyncio.to_thread(self._prepare)
            await self._dispatch.open()
            reading = reading_of(self._config)
            listed = read_all(self._config.inputs, self._deps.stdin, self._net, reading)
            await self._intake.read(self._sources or listed)
            await self._intake.expand(self._config.expand)
            await self._tell_what_is_listed()
            if self._ahead is not None:
                self._ahead.all_listed()
            await self._dispatch.check_all()
            if self._ahead is not None:
                await self._ahead.finish()
            self._ledger.say_what_is_rewritten()
            if self._context.sites is not None and self._config.diff is None:
                self._ledger.notices.extend(self._context.sites.remarks())
            down = await self._dispatch.outage.happened()
            await self._review(online=self._net is not None and not down)
            if self._ahead is not None:
                await self._ahead.cancel()
        except asyncio.CancelledError:
            interrupted = True
            if self._ahead is not None:
                await self._ahead.cancel()
            await self._dispatch.close()
            down = self._dispatch.outage.suspected
            if self._ledger.entries:  # the reviews that make no request: the memory's patience holds all the same
                await self._review(online=False)
        self._dispatch.outage.forget()
        await self._end_journal(stopped=interrupted or down)
        self._dispatch.note_shortage()
        done = await self._judge(self._deps.clock() - began, interrupted=interrupted, network_down=down)
        if self._deps.memory is not None:
            done = await self._deps.memory.finish(done)
        done = self._suppress(done)
        done = self._certain.as_told(done) if self._certain is not None else done
        return replace(done, hints=(*done.hints, *hints(done)))

    def _prepare(self) -> None:
        """Load what has to be known before the first list is read."""
        config = self._config
        if config.shard is not None and self._journal is None:
            raise UsageError("--shard needs --journal FILE", "`linkwarden merge` joins the files of all shards.")
        if config.scheduler is not None and config.engine != "dask":
            raise UsageError("--scheduler needs --engine dask", "Add it, or leave --scheduler out.")
        if config.expand:
            self._intake.expansion = self._expansion()
        if self._journal is not None:
            self._journal.open()
        self._context = context_of(config, self._deps.memory, self._ledger)
        self._dispatch.load_providers(self._context)
        self._reviews = Reviews(self._context, self._ledger.fail)
        outage, stream = self._dispatch.outage, self._deps.stream
        if stream is not None and config.diff is None:
            self._certain = Certain(stream, lambda: self._net is None or outage.is_ruled_out)
            self._reviews.make()
        if self._net is not None or self._certain is not None:
            self._ahead = self._dispatch.ahead = Ahead(
                self._ledger,
                self._reviews,
                self._net,
                self._now,
                is_idle=self._dispatch.is_idle,
                is_there=lambda: outage.is_ruled_out,
                on_final=self._certain.hear if self._certain is not None else None,
            )
        formats()  # the reports are not used here, but one that cannot be loaded is a notice of every run
        if config.diff is not None:
            from linkwarden.diff import difference  # noqa: PLC0415 - only here

            self._difference = self._intake.before = difference(config, self._context.root)

    async def _tell_what_is_listed(self) -> None:
        if self._certain is not None:
            inputs, pages = tuple(self._ledger.names), self._ledger.pages
            begun = Run(self._now, 0.0, inputs, (), fail_on=self._config.fail_on, pages=pages)
            await self._certain.begin(begun, self._accepted, self._now.date(), self._deps.memory)

    def _expansion(self) -> Expansion:
        if self._net is None or self._config.diff is not None:
            other = "--diff" if self._net is not None else "--offline"
            raise UsageError(f"--expand and {other} contradict each other", "Leave one of them out.")
        from linkwarden.run.expansion import Expansion  # noqa: PLC0415 - only here

        return Expansion(self._config.inputs, self._net, reading_of(self._config))

    async def _end_journal(self, *, stopped: bool) -> None:
        if self._journal is not None:
            found = (
                (entry.target.key, settled_of(entry))
                for entry in self._ledger.entries
                if entry.of_shard and entry.evidence is not None
            )
            await asyncio.to_thread(self._journal.close, None if stopped else found, self._ledger.sha256)

    async def _review(self, *, online: bool) -> None:
        """Let the reviews look at all results, one after the other."""
        results = self._ledger.results()
        for review in await self._reviews.all(online=online):
            if self._deps.progress is not None and review.doing:
                self._deps.progress.phase(review.doing)
            try:
                found: list[Evidence] = []
                try:
                    # Offline reviews never touch the network; they get it typed as present.
                    async for evidence in review.look(results, self._net, self._now):  # type: ignore[arg-type]
                        found.append(evidence)  # noqa: PERF401 - what was found before a failure counts
                finally:  # the results do not change under its eyes
                    for evidence in found:
                        self._ledger.entries[evidence.key].evidence = evidence
                    results = self._ledger.results() if found else results
                self._ledger.notices.extend(review.remarks(results))
            except Exception as error:  # noqa: BLE001 - a review's defect must not take the run down
                self._ledger.fail(f"review {review.name}", error)

    async def _judge(self, duration: float, *, interrupted: bool, network_down: bool) -> Run:
        """Return the run as it was found; with ``--diff``, only what the change has caused."""
        done = self._ledger.as_run(self._config, duration, interrupted=interrupted, network_down=network_down)
        done = replace(done, requests=self._dispatch.requests)
        done = self._certain.as_found(done) if self._certain is not None else done
        before = self._difference
        if before is None:
            return done
        try:
            done = replace(done, results=await before.caused(done.results))
        except Exception as error:  # noqa: BLE001 - what was found is not lost because the base cannot be read
            self._ledger.fail(f"comparing with {before.base}", error)
            done = replace(done, failures=self._ledger.failures)
        notices = (*(n for n in done.notices if not before.knew(n)), *before.remarks(self._ledger.suppressions))
        unchanged = len(self._intake.unchanged - self._ledger.entries.keys())
        return replace(done, notices=notices, compared=Compared(before.base, unchanged))

    def _suppress(self, done: Run) -> Run:
        """Return the run without what comments, configuration and baseline say not to report."""
        config = self._config
        filtered = config.offline or config.kinds or config.include or config.diff
        stopped = done.interrupted or done.network_down or done.failures or done.unreadable
        return suppress_accepted(done, self._accepted, self._now.date(), complete=not filtered and not stopped)

    @property
    def _accepted(self) -> Accepted:
        return Accepted(self._ledger.suppressions, self._config.ignores, self._baseline)
