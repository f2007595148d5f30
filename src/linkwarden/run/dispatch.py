"""Assigns each target to the provider that claims it, queues it and has it checked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from linkwarden import rules
from linkwarden.config import Config, limits_of
from linkwarden.deps import Deps, Memory
from linkwarden.docsites import Sites
from linkwarden.inputs import anchors_reader, find_root, first_folder
from linkwarden.model import FAILS_BY_DEFAULT, Claim, Evidence, Pass, Rule, Target, UsageError
from linkwarden.providers import LoadContext, Provider, Roster, Skip, by_ident
from linkwarden.run.ahead import Ahead
from linkwarden.run.checking import checker_for, lane_of
from linkwarden.run.entry import Entry
from linkwarden.run.journal import Journal, settled_of
from linkwarden.run.ledger import Ledger, as_remembered, keep, known_good, own_evidence
from linkwarden.run.outage import Outage
from linkwarden.run.schedule import Lanes
from linkwarden.run.selection import Selection
from linkwarden.text import host_of, target_key

if TYPE_CHECKING:  # the network stack is slow to import, and an offline run does without
    from linkwarden.net import Net

#: A URL that unwraps to another that unwraps again: more than this is a game.
MAX_UNWRAPS = 3
#: Chunks of one registry under way at once; the network layer spaces their requests.
_CHUNKS_AT_ONCE = 4


class Dispatch:
    """Assigns targets to providers and has them checked.

    Attributes:
        outage: watches whether the network is down.
        ahead: is told of each result; None where no request is made.
    """

    def __init__(
        self, config: Config, deps: Deps, net: Net | None, ledger: Ledger, journal: Journal | None = None
    ) -> None:
        self._config = config
        self._deps = deps
        self._net = net
        self._ledger = ledger
        self._journal = journal
        self._now = ledger.policy.now
        self._providers = Roster()
        self._lanes = Lanes()
        self._checker = checker_for(config, deps, net, self._lanes)
        self._lanes.most *= self._checker.ahead
        self._offline: list[tuple[Provider, Claim]] = []
        self._gathered: dict[Provider, dict[str, str]] = {}
        self._alike: dict[tuple[str, str], list[Claim]] = {}
        self._settled = self._lost = 0
        self._selection = Selection(config)
        self.ahead: Ahead | None = None
        self.outage = Outage(net, self._checker.connectivity, ledger.not_requested)

    async def open(self) -> None:
        """Begin to get ready to check."""
        self._lanes.filling = True
        await self._checker.open(self._now, self.outage.look, self._ledger.hint)

    def is_idle(self, host: str) -> bool:
        """Return whether no link of a host waits or is being checked."""
        return self._lanes.is_idle(host)

    @property
    def requests(self) -> int:
        """How many requests were sent so far."""
        return self._checker.requests

    def load_providers(self, context: LoadContext) -> None:
        """Find out which providers there are; each is loaded with the first link that it may take."""

        def load(cls: type[Provider]) -> Provider | None:
            try:
                provider = cls.load(context)
            except Exception as error:  # noqa: BLE001 - a provider's defect must not take the run down
                self._ledger.fail(f"loading provider {cls.name}", error)
                return None
            if isinstance(provider, Skip):
                self._ledger.hint(provider.hint)
                return None
            return provider

        self._providers = Roster(rules.provider_classes(), load)

    # --- assigning ------------------------------------------------------------------------------------------

    def assign(self, entry: Entry, *, after: Provider | None = None) -> None:
        """Hand a target over to the first provider that claims it, or to the next one after ``after``."""
        target = entry.refreshed()
        if self._selection.leaves_out(target):
            self._settle(entry, own_evidence(target, rules.EXCLUDED, "Left out by --include or --exclude."))
            return
        if after is None and self._is_known(entry):
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
        self._settle(entry, own_evidence(target, rules.NOT_WEB, "Not a URL that can be fetched over HTTP."))

    def _is_known(self, entry: Entry) -> bool:
        """Settle what a shard, or the run that this one goes on from, has found; return whether it was that."""
        parts, journal = self._deps.parts, self._journal
        known = parts.known if parts is not None else journal.known if journal is not None else {}
        found = known.get(entry.target.key)
        if found is None or found.as_image != entry.as_image:
            return False
        entry.provider = next((p for p in self._providers.concerned(entry.target) if p.name == found.provider), None)
        entry.notes = found.notes
        entry.of_shard = True
        self._settle(entry, found.evidence)
        return True

    def _hand_over(self, entry: Entry, provider: Provider, ident: str) -> None:
        entry.provider = provider
        if self._config.kinds and entry.kind not in self._config.kinds:
            self._settle(entry, own_evidence(entry.target, rules.EXCLUDED, "Left out by --kind."))
            return
        if provider.online and self._net is None:
            self._settle(entry, own_evidence(entry.target, rules.OFFLINE, "Not checked, because --offline was given."))
            return
        known = known_good(self._memory_for(entry.target), entry, provider, self._now)
        entry.remembered = known is not None and self._now - known.at < max(self._config.fresh_for, provider.lasting)
        if known is not None and entry.remembered:
            self._settle(entry, as_remembered(entry.target, known))
            return
        claim = Claim(provider.name, entry.target, ident, known)
        shard = self._config.shard
        if provider.online and shard is not None and not entry.of_shard:
            if not shard.has(lane_of(provider, claim)):
                reason = f"Another share of the hosts has it (--shard {shard})."
                self._settle(entry, own_evidence(entry.target, rules.EXCLUDED, reason))
                return
            entry.of_shard = True
        if not provider.online:
            self._offline.append((provider, claim))
        elif provider.gathers:
            self._gathered.setdefault(provider, {})[entry.target.key] = ident
        else:
            self._queue_alike(provider, claim)

    def _memory_for(self, target: Target) -> Memory | None:
        """Return the memory of responses; none for what only this user gets to see, or only this run."""
        memory = self._deps.memory
        return None if memory is None or self._config.is_private(host_of(target.address or "")) else memory

    # --- queues ---------------------------------------------------------------------------------------------

    def _queue_alike(self, provider: Provider, claim: Claim) -> None:
        """Put a claim in its lane, with those of its ident that still wait there: a page and its ``#places``."""
        question = provider.name, claim.ident
        waiting = self._alike.get(question)
        if waiting is not None:
            waiting.append(claim)
            return
        claims = self._alike[question] = [claim]
        self._queue(provider, claims, self._width(claim), lambda: self._alike.pop(question, None))

    def _width(self, claim: Claim) -> int:
        limits = limits_of(self._config.hosts, host_of(claim.target.address or "")) if self._config.hosts else None
        return (limits.per_host if limits is not None else None) or self._config.per_host

    def _queue_gathered(self) -> None:
        while self._gathered:
            provider, idents = self._gathered.popitem()
            claims = [
                Claim(provider.name, self._ledger.entries[key].refreshed(), ident) for key, ident in idents.items()
            ]
            for chunk in _chunks(claims, provider.per_question):
                self._queue(provider, chunk, _CHUNKS_AT_ONCE)

    def _queue(
        self, provider: Provider, claims: Sequence[Claim], width: int, starts: Callable[[], object] = bool
    ) -> None:
        async def job() -> None:
            starts()
            await self._check(provider, claims, width)

        self._lanes.add(provider.lane(claims[0]), job, width=width * self._checker.ahead)

    async def check_all(self) -> None:
        """Wait until every target is settled, or until it is certain that the network is down.

        Raises:
            UsageError: the cluster that is to make the requests is not there.
        """
        await self._checker.ready()
        self._lanes.filling = False
        rounds = (
            0  # a provider that gathers gets all its links at once; what others pass on to it comes in the next round
        )
        while self._gathered or not rounds:
            rounds += 1
            self._queue_gathered()
            await self._drain()
        if not self._ledger.unreadable:
            for hint in self._selection.unused():
                self._ledger.hint(hint)

    async def _drain(self) -> None:
        ends = {asyncio.create_task(self._lanes.drain()), asyncio.create_task(self.outage.certain.wait())}
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
        if self.outage.certain.is_set():
            await self.close()

    async def close(self) -> None:
        """Drop what waits, and cancel what runs."""
        await self._lanes.close()
        await self.end()

    async def end(self) -> None:
        """Let the workers of a cluster go; no request is made after this."""
        await self._checker.close()

    async def room(self) -> None:
        """Wait while more links wait for their requests than should be in memory."""
        await self._lanes.room()

    # --- checking -------------------------------------------------------------------------------------------

    async def settle_offline(self) -> None:
        """Check what needs no request."""
        while self._offline:
            waiting, self._offline = self._offline, []
            for provider, claim in waiting:
                await self._check(provider, (claim,), 1)

    async def _check(self, provider: Provider, claims: Sequence[Claim], width: int) -> None:
        entries = {claim.target.key: self._ledger.entries[claim.target.key] for claim in claims}
        obstacle = self._obstacle() if provider.online else None
        if obstacle is not None:
            for unreached in entries.values():
                self._settle(unreached, own_evidence(unreached.target, *obstacle))
            return
        try:
            async for answer in self._checker.answers(provider, claims, width):
                entry = entries.pop(answer.key, None)
                if entry is None or entry.provider is not provider:
                    continue  # answered twice, or taken over since by another provider
                if isinstance(answer, Pass):
                    self._pass_on(entry, provider, answer)
                else:
                    self._settle(entry, answer)
                    keep(self._memory_for(entry.target), provider, answer, self._now)
                    if self._journal is not None and provider.online:
                        self._journal.add(entry.target.key, settled_of(entry))
            if entries:
                raise LookupError(f"no answer for {len(entries)} of {len(claims)} links")  # noqa: TRY301 - one way out
        except Exception as error:  # noqa: BLE001 - a provider's defect must not take the run down
            self._crash(provider, tuple(entries.values()), error)

    def note_shortage(self) -> None:
        """Keep as a failure of the run that this machine had too many open files for some requests."""
        without_handles = self._checker.without_handles
        if without_handles:
            self._ledger.fall_short(
                "the limit of open files",
                f"{without_handles} requests could not be made, because this machine allows linkwarden no "
                "more open files. Allow more (`ulimit -n 4096`), or use a lower --concurrency.",
            )

    def _obstacle(self) -> tuple[Rule, str] | None:
        """Return rule and reason for what is not checked any more, because no request can succeed, or None."""
        if self.outage.certain.is_set():
            return rules.NETWORK_DOWN, "No server could be reached from here."
        if self._net is not None and self._net.out_of_time:
            return rules.OUT_OF_TIME, "The time for this run (--max-time) was used up before this URL was checked."
        return None

    def _pass_on(self, entry: Entry, provider: Provider, answer: Pass) -> None:
        if answer.note is not None:
            entry.notes = (*entry.notes, answer.note)
        if answer.instead is None:
            self.assign(entry, after=provider)
        elif entry.unwraps < MAX_UNWRAPS:
            entry.unwraps += 1
            entry.target = replace(entry.target, address=answer.instead)
            self.assign(entry)
        else:
            reason = "This URL wraps another one too many times."
            self._settle(entry, own_evidence(entry.target, rules.NOT_WEB, reason))

    def _crash(self, provider: Provider, entries: Sequence[Entry], error: Exception) -> None:
        self._ledger.fail(f"provider {provider.name}", error)
        for entry in entries:
            reason = f"linkwarden's own check for {provider.name} failed; this says nothing about the link."
            self._settle(entry, own_evidence(entry.target, rules.INTERNAL_ERROR, reason))

    def _settle(self, entry: Entry, evidence: Evidence) -> None:
        entry = self._ledger.entries[entry.target.key]  # another object, if it was put to rest while it was checked
        if entry.evidence is None:
            self._settled += 1
        self._lost += _is_lost(evidence) - _is_lost(entry.evidence)
        entry.evidence = evidence
        if self.ahead is not None:
            self.ahead.settled(entry)
        self._ledger.entries.rest(entry)
        if self._deps.progress is not None:
            self._deps.progress.step(self._settled, len(self._ledger.entries), self._lost, lambda: self._lanes.waiting)


def _is_lost(evidence: Evidence | None) -> bool:
    """Return whether a reader does not get the link, as it looks before it is judged."""
    return evidence is not None and evidence.rule is not None and evidence.rule.verdict in FAILS_BY_DEFAULT


def context_of(config: Config, memory: Memory | None, ledger: Ledger) -> LoadContext:
    """Return what providers and reviews may know about a run before it begins. Looks for the repository's root."""
    root = config.root or find_root(first_folder(config.inputs))
    if config.site_root is not None and not config.site_root.is_dir():
        raise UsageError(
            f"--root-dir: {config.site_root}: no such folder", "Name the folder that the site is built to."
        )
    missing = next((r.folder for r in config.rewrite if r.folder is not None and not r.folder.is_dir()), None)
    if missing is not None:
        raise UsageError(
            f"--rewrite: {missing} is neither a web URL nor a folder", "Name the folder that the site is built to."
        )
    context = LoadContext(
        root=root,
        root_is_given=config.root is not None,
        sites=Sites(root, config.anchors, site_root=config.site_root),
        rewrites=config.rewrite,
        github_token=config.github_token,
        contact=config.contact,
        offline=config.offline,
        anchors_of=anchors_reader(ledger.anchors),
        hint=ledger.hint,
        allow_networks=config.allow_networks,
        archive=config.archive,
        is_listed=lambda url: target_key(url, "") in ledger.entries,
        is_private=config.is_private,
    )
    if memory is None:
        return context
    # What a run for another instant than now finds is not written down, but waits all the same.
    counts = config.now is not None or memory.writes(ledger.policy.now)
    return replace(context, recall=memory.recall, patience=replace(config.patience, counts=counts))


def _chunks(claims: Sequence[Claim], size: int) -> Iterator[list[Claim]]:
    """Cut claims into chunks of at most ``size`` distinct idents, claims of one ident together."""
    distinct = list(by_ident(claims).values())
    for at in range(0, len(distinct), size):
        yield [claim for group in distinct[at : at + size] for claim in group]
