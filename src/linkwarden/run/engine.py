"""The run: read, extract, classify, check, judge. Joins the parts; knows no provider and no format by name."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from linkwarden import rules
from linkwarden.config import Config
from linkwarden.diff import Difference, difference
from linkwarden.hints import hints
from linkwarden.inputs import InputError, Source, anchors_reader, find_root, first_folder, read_all
from linkwarden.judge import Policy
from linkwarden.model import (
    Anchor,
    Claim,
    Compared,
    Evidence,
    NothingToCheckError,
    Notice,
    Occurrence,
    Pass,
    Result,
    Rule,
    Run,
    Suppression,
    Target,
)
from linkwarden.providers import LoadContext, Provider, Roster, Skip
from linkwarden.run.deps import Deps
from linkwarden.run.ledger import Entry, Ledger, as_remembered, keep, known_good, own_evidence
from linkwarden.run.outage import Outage
from linkwarden.run.schedule import Lanes
from linkwarden.suppress import Accepted, load_baseline, suppress_accepted
from linkwarden.text import target_key

if TYPE_CHECKING:  # the network stack is slow to import, and an offline run does without
    from linkwarden.net import Net

#: An address that unwraps to another that unwraps again: more than this is a game.
MAX_UNWRAPS = 3
#: Chunks of one registry under way at once; net spaces their requests.
_CHUNKS_AT_ONCE = 4
#: How much of an address a user's pattern gets to see; see docs/threat-model.md, "patterns".
_MATCHED_CHARS = 2048
_BREATH = 64


async def run(config: Config, deps: Deps, *, sources: Sequence[Source] = ()) -> Run:
    """Check the inputs of a config, or texts that were read already, and give everything that a report needs.

    An interruption (task cancellation, as Ctrl-C makes it) does not raise: what was found so far comes back with
    ``interrupted`` set.

    Raises:
        NothingToCheckError: no input could be read, or no link was found in any.
    """
    if config.offline:
        return await _Inspection(config, deps, None, sources).run()
    async with deps.make_net(config, deps.observer) as net:
        return await _Inspection(config, deps, net, sources).run()


class _Inspection:
    """One run's state."""

    def __init__(self, config: Config, deps: Deps, net: Net | None, sources: Sequence[Source]) -> None:
        self._config = config
        self._deps = deps
        self._net = net
        self._memory = deps.memory
        self._sources = sources
        self._now = config.now or deps.now()
        self._lanes = Lanes()
        self._offline: list[tuple[Provider, Claim]] = []
        self._gathered: dict[str, dict[str, str]] = {}
        self._alike: dict[tuple[str, str], list[Claim]] = {}
        self._ledger = Ledger()
        self._provider_hints: list[str] = []
        self._settled = 0
        self._difference: Difference | None = None
        self._unchanged: set[str] = set()
        self._outage = Outage(net)
        self._baseline = load_baseline(config.baseline) if config.baseline is not None else None
        self._include = [re.compile(p) for p in config.include]
        self._exclude = [re.compile(p) for p in config.exclude]
        self._providers = Roster()

    async def run(self) -> Run:
        began = self._deps.clock()
        interrupted = down = False
        if self._net is not None:
            self._net.parked = self._lanes.parked
            self._net.on_failure = self._outage.look
        try:
            self._providers = await asyncio.to_thread(self._load_providers)
            if self._config.diff is not None:
                self._difference = await asyncio.to_thread(difference, self._config, self._context.root)
            await self._read()
            # A registry is asked once for all its links; what others pass on late goes in a further round.
            rounds = 0
            while self._gathered or not rounds:
                rounds += 1
                self._send_gathered()
                await self._drain()
            down = await self._outage.happened()
            await self._look_again(online=self._net is not None and not down)
        except asyncio.CancelledError:
            interrupted = True
            await self._lanes.close()
            down = self._outage.suspected
            if self._ledger.entries:  # the reviews that make no request: the memory's patience holds all the same
                await self._look_again(online=False)
        self._outage.forget()
        return await self._finish(self._deps.clock() - began, interrupted=interrupted, network_down=down)

    # --- before ---------------------------------------------------------------------------------------------

    def _load_providers(self) -> Roster:
        config = self._config
        self._context = LoadContext(
            root=config.root or find_root(first_folder(config.inputs)),
            github_token=config.github_token,
            contact=config.contact,
            offline=config.offline,
            anchors_of=anchors_reader(self._ledger.anchors),
            hint=self._hint,
            allow_networks=config.allow_networks,
            archive=config.archive,
        )
        if self._memory is not None:
            # A look at another time than now is not written down and waits all the same: it is not every night's.
            counts = config.now is not None or self._memory.writes(self._now)
            patience = replace(config.patience, counts=counts)
            self._context = replace(self._context, recall=self._memory.recall, patience=patience)
        loaded: list[Provider] = []
        for cls in rules.provider_classes():
            provider = cls.load(self._context)
            if isinstance(provider, Skip):
                self._hint(provider.hint)
            else:
                loaded.append(provider)
        return Roster(loaded)

    def _hint(self, text: str) -> None:
        if text and text not in self._provider_hints:
            self._provider_hints.append(text)

    # --- reading --------------------------------------------------------------------------------------------

    async def _read(self) -> None:
        async for source in self._inputs():
            if isinstance(source, InputError):
                self._ledger.unreadable.append(source.told)
                continue
            self._ledger.names.append(source.name)
            try:
                await self._take_in(source)
            except Exception as error:  # noqa: BLE001 - one list that cannot be read must not cost the others
                self._ledger.fail(f"reading {source.name}", error)
        if not self._ledger.names:
            raise NothingToCheckError("\n".join(self._ledger.unreadable) or "no input", "")
        if not self._ledger.entries and not self._ledger.failures and not self._unchanged:
            raise NothingToCheckError(
                f"no link found in {', '.join(self._ledger.names)}",
                "Is it the right file? `linkwarden extract` shows what is read from it.",
            )

    async def _inputs(self) -> AsyncIterator[Source | InputError]:
        for source in self._sources:
            yield source
        if not self._sources:
            async for found in read_all(self._config.inputs, self._deps.stdin, self._net):
                yield found

    async def _take_in(self, source: Source) -> None:
        fresh = await self._collect(source)
        # Local links need all anchors of the document, which are known only now.
        for entry in fresh:
            if entry.target.address is None:
                self._assign(entry)
        await self._settle_offline()

    async def _collect(self, source: Source) -> list[Entry]:
        fresh: list[Entry] = []
        links = 0
        anchors = self._ledger.anchors[Path(source.name)] = []
        for count, item in enumerate(source.parse()):
            if isinstance(item, Notice):
                self._ledger.notices.append(item)
            elif isinstance(item, Suppression):
                self._ledger.suppressions.append(item)
            elif isinstance(item, Anchor):
                anchors.append(item)
            else:
                links += 1
                entry = self._add(item, source)
                if entry is not None:
                    fresh.append(entry)
            if (count + 1) % _BREATH == 0:
                await self._settle_offline()
                await asyncio.sleep(0)  # lets requests go out while the list is still being read
        if not links:
            self._ledger.notices.append(Notice(source.name, 1, "No link was found in this file."))
        return fresh

    def _add(self, occurrence: Occurrence, source: Source) -> Entry | None:
        """Take in one occurrence; gives the entry if the address is new."""
        address = source.address_of(occurrence.url)
        key = target_key(address or occurrence.url, source.name)
        before = self._difference
        if before is not None and address is not None and before.had(key, as_image=occurrence.markup.is_image):
            self._unchanged.add(key)
            return None
        entry, to_ask = self._ledger.add(occurrence, key, address, source.name)
        if to_ask and entry.target.address is not None:
            self._assign(entry)
        return entry if len(entry.occurrences) == 1 else None

    # --- classifying ----------------------------------------------------------------------------------------

    def _assign(self, entry: Entry, *, after: Provider | None = None) -> None:
        """Give a target to the first provider that claims it, or to the next one after ``after``."""
        target = entry.refreshed()
        if self._left_out(target):
            self._settle(entry, own_evidence(target, rules.EXCLUDED, "Left out by --include or --exclude."))
            return
        providers = self._providers.concerned(target)
        at = providers.index(after) + 1 if after is not None else 0
        for provider in providers[at:]:
            try:
                ident = provider.claim(target)
            except Exception as error:  # noqa: BLE001 - a provider's defect must not take the run down
                self._crash(provider, (entry,), error)
                return
            if ident is not None:
                self._hand_over(entry, provider, ident)
                return
        self._settle(entry, own_evidence(target, rules.NOT_WEB, "Not an address that a web server can be asked for."))

    def _hand_over(self, entry: Entry, provider: Provider, ident: str) -> None:
        entry.provider = provider
        if self._config.kinds and entry.kind not in self._config.kinds:
            self._settle(entry, own_evidence(entry.target, rules.EXCLUDED, "Left out by --kind."))
            return
        if provider.online and self._net is None:
            self._settle(entry, own_evidence(entry.target, rules.OFFLINE, "Not asked, because --offline was given."))
            return
        known = known_good(self._memory, entry, provider, self._now)
        entry.remembered = known is not None and self._now - known.at < max(self._config.fresh_for, provider.lasting)
        if known is not None and entry.remembered:
            self._settle(entry, as_remembered(entry.target, known))
            return
        claim = Claim(provider.name, entry.target, ident, known)
        if not provider.online:
            self._offline.append((provider, claim))
        elif provider.gathers:
            self._gathered.setdefault(provider.name, {})[entry.target.key] = ident
        else:
            self._queue_alike(provider, claim)

    def _left_out(self, target: Target) -> bool:
        url = (target.address or target.url)[:_MATCHED_CHARS]
        if self._include and not any(p.search(url) for p in self._include):
            return True
        return any(p.search(url) for p in self._exclude)

    # --- checking -------------------------------------------------------------------------------------------

    def _queue_alike(self, provider: Provider, claim: Claim) -> None:
        """Put a claim in its lane, with those of its ident that still wait there: a page and its ``#places``."""
        question = provider.name, claim.ident
        waiting = self._alike.get(question)
        if waiting is not None:
            waiting.append(claim)
            return
        claims = self._alike[question] = [claim]
        self._queue(provider, claims, lambda: self._alike.pop(question, None))

    def _queue(self, provider: Provider, claims: Sequence[Claim], starts: Callable[[], object] = bool) -> None:
        width = _CHUNKS_AT_ONCE if provider.gathers else self._config.per_host

        async def job() -> None:
            starts()
            await self._check(provider, claims)

        self._lanes.add(provider.lane(claims[0]), job, width=width)

    def _send_gathered(self) -> None:
        while self._gathered:
            name, idents = self._gathered.popitem()
            provider = next(p for p in self._providers if p.name == name)
            claims = [Claim(name, self._ledger.entries[key].refreshed(), ident) for key, ident in idents.items()]
            for chunk in _chunks(claims, provider.per_question):
                self._queue(provider, chunk)

    async def _settle_offline(self) -> None:
        while self._offline:
            waiting, self._offline = self._offline, []
            for provider, claim in waiting:
                await self._check(provider, (claim,))

    async def _check(self, provider: Provider, claims: Sequence[Claim]) -> None:
        entries = {claim.target.key: self._ledger.entries[claim.target.key] for claim in claims}
        hindrance = self._hindrance() if provider.online else None
        if hindrance is not None:
            for unreached in entries.values():
                self._settle(unreached, own_evidence(unreached.target, *hindrance))
            return
        try:
            # Offline providers never touch the network; they get it typed as present.
            async for answer in provider.check(claims, self._net, self._now):  # type: ignore[arg-type]
                entry = entries.pop(answer.key, None)
                if entry is None or entry.provider is not provider:
                    continue  # answered twice, or taken over since by another provider
                if isinstance(answer, Pass):
                    self._pass_on(entry, provider, answer)
                else:
                    self._settle(entry, answer)
                    keep(self._memory, provider, answer, self._now)
            if entries:
                raise LookupError(f"no answer for {len(entries)} of {len(claims)} links")  # noqa: TRY301 - one way out
        except Exception as error:  # noqa: BLE001 - a provider's defect must not take the run down
            self._crash(provider, tuple(entries.values()), error)

    def _hindrance(self) -> tuple[Rule, str] | None:
        """Give rule and reason for what need not be asked any more, because nothing would come of it, or None."""
        if self._outage.certain.is_set():
            return rules.NETWORK_DOWN, "No server could be reached from here."
        if self._net is not None and self._net.out_of_time:
            return rules.OUT_OF_TIME, "The time for this run (--max-time) was used up before this address had its turn."
        return None

    async def _drain(self) -> None:
        """Wait until every job is done, or until it is certain that none can be."""
        ends = {asyncio.create_task(self._lanes.drain()), asyncio.create_task(self._outage.certain.wait())}
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
        if self._outage.certain.is_set():
            await self._lanes.close()

    def _pass_on(self, entry: Entry, provider: Provider, answer: Pass) -> None:
        if answer.note is not None:
            entry.notes.append(answer.note)
        if answer.instead is None:
            self._assign(entry, after=provider)
        elif entry.unwraps < MAX_UNWRAPS:
            entry.unwraps += 1
            entry.target = replace(entry.target, address=answer.instead)
            self._assign(entry)
        else:
            reason = "The address wraps another one too many times."
            self._settle(entry, own_evidence(entry.target, rules.NOT_WEB, reason))

    def _settle(self, entry: Entry, evidence: Evidence) -> None:
        if entry.evidence is None:
            self._settled += 1
        entry.evidence = evidence
        if self._deps.progress is not None:
            self._deps.progress.step(self._settled, len(self._ledger.entries), lambda: self._lanes.waiting)

    def _crash(self, provider: Provider, entries: Sequence[Entry], error: Exception) -> None:
        self._ledger.fail(f"provider {provider.name}", error)
        for entry in entries:
            reason = f"linkwarden's own check for {provider.name} failed; this says nothing about the link."
            self._settle(entry, own_evidence(entry.target, rules.INTERNAL_ERROR, reason))

    async def _look_again(self, *, online: bool) -> None:
        """Let the reviews look at the whole, one after the other."""
        results = self._results()
        for cls in await asyncio.to_thread(rules.review_classes):  # the first time, it looks into folders
            if cls.online and not online:
                continue
            if self._deps.progress is not None and cls.doing:
                self._deps.progress.phase(cls.doing)
            try:
                # Offline reviews never touch the network; they get it typed as present.
                review = cls(self._context)
                changed = False
                async for evidence in review.look(results, self._net, self._now):  # type: ignore[arg-type]
                    self._ledger.entries[evidence.key].evidence = evidence
                    changed = True
                results = self._results() if changed else results
                self._ledger.notices.extend(review.remarks(results))
            except Exception as error:  # noqa: BLE001 - a review's defect must not take the run down
                self._ledger.fail(f"review {cls.name}", error)

    # --- after ----------------------------------------------------------------------------------------------

    async def _finish(self, duration: float, *, interrupted: bool, network_down: bool) -> Run:
        ledger, config, before = self._ledger, self._config, self._difference
        results = self._results(network_down=network_down)
        if before is not None:
            results = await self._of_change(before, results)
            ledger.notices[:] = [n for n in ledger.notices if not before.knew(n)]
            ledger.notices.extend(before.remarks(ledger.suppressions))
        done = Run(
            started=self._now,
            duration_s=duration,
            inputs=tuple(ledger.names),
            results=results,
            requests=self._net.requests if self._net is not None else 0,
            notices=tuple(ledger.notices),
            # Their order of arrival is chance; and how to ask better helps nobody who could not ask at all.
            hints=() if network_down else tuple(sorted(self._provider_hints)),
            failures=tuple(ledger.failures),
            unreadable=tuple(ledger.unreadable),
            interrupted=interrupted,
            network_down=network_down,
            fail_on=config.fail_on,
            exit_zero=config.exit_zero,
            compared=Compared(before.base, len(self._unchanged - ledger.entries.keys()))
            if before is not None
            else None,
        )
        if self._memory is not None:
            done = await self._memory.finish(done)
        accepted = Accepted(ledger.suppressions, config.ignores, self._baseline)
        done = suppress_accepted(done, accepted, self._now.date(), complete=self._complete(done))
        return replace(done, hints=(*done.hints, *hints(done)))

    async def _of_change(self, before: Difference, results: tuple[Result, ...]) -> tuple[Result, ...]:
        try:
            return await before.caused(results)
        except Exception as error:  # noqa: BLE001 - what was found is not lost because the base cannot be read
            self._ledger.fail(f"comparing with {before.base}", error)
            return results

    def _complete(self, done: Run) -> bool:
        """Tell whether every link of the inputs was looked at."""
        config = self._config
        filtered = config.offline or config.kinds or config.include or self._difference is not None
        stopped = done.interrupted or done.network_down or done.failures or done.unreadable
        return not filtered and not stopped

    def _results(self, *, network_down: bool = False) -> tuple[Result, ...]:
        policy = Policy(self._now, self._config.expiring_within)
        return self._ledger.results(policy, network_down=network_down)


def _chunks(claims: Sequence[Claim], size: int) -> Iterator[list[Claim]]:
    """Cut claims into lots of at most ``size`` distinct idents, claims of one ident together."""
    groups: dict[str, list[Claim]] = {}
    for claim in claims:
        groups.setdefault(claim.ident, []).append(claim)
    lots = list(groups.values())
    for at in range(0, len(lots), size):
        yield [claim for group in lots[at : at + size] for claim in group]
