"""The run: read, extract, classify, check, judge. Joins the parts; knows no provider and no format by name."""

from __future__ import annotations

import asyncio
import re
import time
import traceback
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from linkwarden import rules
from linkwarden.config import Config
from linkwarden.hints import hints
from linkwarden.inputs import InputError, Source, anchors_reader, find_root, first_folder, read_all
from linkwarden.judge import Policy, judge
from linkwarden.model import (
    Anchor,
    Claim,
    Evidence,
    Failure,
    Kind,
    NothingToCheckError,
    Notice,
    Occurrence,
    Pass,
    Result,
    Rule,
    Run,
    Target,
    Verdict,
)
from linkwarden.providers import LoadContext, Provider, Roster, Skip
from linkwarden.schedule import Lanes
from linkwarden.text import host_of, target_key

if TYPE_CHECKING:  # the network stack is slow to import, and an offline run does without
    from linkwarden.net import Net, Observer
from linkwarden.outage import Outage

#: An address that unwraps to another that unwraps again: more than this is a game.
MAX_UNWRAPS = 3
#: Chunks of one registry under way at once; net spaces their requests.
_BATCHES_AT_ONCE = 4
#: How much of an address a user's pattern gets to see; see docs/threat-model.md, "patterns".
_MATCHED_CHARS = 2048
_BREATH = 64

_NOT_THE_NETWORK = frozenset(r.code for r in (rules.INTERNAL_ERROR, rules.OUT_OF_TIME))


class Progress(Protocol):
    """Told how far the run is."""

    def step(self, done: int, total: int, waiting: Callable[[], dict[str, int]]) -> None:
        """``done`` of ``total`` addresses are settled; ``waiting()`` tells how many each lane still has."""

    def phase(self, doing: str) -> None:
        """All are settled, and something else begins that takes a while: ``doing`` says what."""


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
    """

    make_net: Callable[[Config, Observer | None], AbstractAsyncContextManager[Net]]
    observer: Observer | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    clock: Callable[[], float] = time.monotonic
    stdin: Callable[[], bytes] = lambda: b""
    progress: Progress | None = None


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


@dataclass(slots=True)
class _Entry:
    """A target while it is being collected and settled."""

    target: Target
    occurrences: list[Occurrence]
    provider: Provider | None = None
    as_image: bool = False
    unwraps: int = 0
    notes: list[Evidence] = field(default_factory=list)
    evidence: Evidence | None = None

    def refreshed(self) -> Target:
        """Give the target with every occurrence found so far.

        Made when it is needed and not at each occurrence: a badge that stands 10,000 times in a list would be
        copied 10,000 times.
        """
        if len(self.target.occurrences) != len(self.occurrences):
            self.target = replace(self.target, occurrences=tuple(self.occurrences))
        return self.target


class _Inspection:
    """One run's state."""

    def __init__(self, config: Config, deps: Deps, net: Net | None, sources: Sequence[Source]) -> None:
        self._config = config
        self._deps = deps
        self._net = net
        self._sources = sources
        self._started = deps.now()
        self._now = config.now or self._started
        self._lanes = Lanes()
        self._entries: dict[str, _Entry] = {}
        self._offline: list[tuple[Provider, Claim]] = []
        self._batched: dict[str, dict[str, str]] = {}
        self._names: list[str] = []
        self._anchors: dict[Path, list[Anchor]] = {}
        self._notices: list[Notice] = []
        self._unreadable: list[str] = []
        self._failures: dict[tuple[object, ...], Failure] = {}
        self._provider_hints: list[str] = []
        self._settled = 0
        self._outage = Outage(net)
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
            await self._read()
            # A registry is asked once for all its links; what others pass on late goes in a further round.
            rounds = 0
            while self._batched or not rounds:
                rounds += 1
                self._send_batches()
                await self._drain()
            down = await self._outage.happened()
            await self._look_again(online=self._net is not None and not down)
        except asyncio.CancelledError:
            interrupted = True
            await self._lanes.close()
        self._outage.forget()
        return self._finish(self._deps.clock() - began, interrupted=interrupted, network_down=down)

    # --- before ---------------------------------------------------------------------------------------------

    def _load_providers(self) -> Roster:
        config = self._config
        self._context = LoadContext(
            root=config.root or find_root(first_folder(config.inputs)),
            github_token=config.github_token,
            contact=config.contact,
            offline=config.offline,
            anchors_of=anchors_reader(self._anchors),
            hint=self._hint,
            allow_networks=config.allow_networks,
            archive=config.archive,
        )
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
                self._unreadable.append(source.told)
                continue
            self._names.append(source.name)
            try:
                await self._take_in(source)
            except Exception as error:  # noqa: BLE001 - one list that cannot be read must not cost the others
                self._fail(f"reading {source.name}", error)
        if not self._names:
            raise NothingToCheckError("\n".join(self._unreadable) or "no input", "")
        if not self._entries and not self._failures:
            raise NothingToCheckError(
                f"no link found in {', '.join(self._names)}",
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

    async def _collect(self, source: Source) -> list[_Entry]:
        fresh: list[_Entry] = []
        links = 0
        anchors = self._anchors[Path(source.name)] = []
        for count, item in enumerate(source.parse()):
            if isinstance(item, Notice):
                self._notices.append(item)
            elif isinstance(item, Anchor):
                anchors.append(item)
            else:
                links += 1
                entry = self._add(item, source)
                if entry is not None:
                    fresh.append(entry)
            if count % _BREATH == 0:
                await self._settle_offline()
                await asyncio.sleep(0)  # lets requests go out while the list is still being read
        if not links:
            self._notices.append(Notice(source.name, 1, "No link was found in this file."))
        return fresh

    def _add(self, occurrence: Occurrence, source: Source) -> _Entry | None:
        """Take in one occurrence; gives the entry if the address is new."""
        url = occurrence.url
        address = source.address_of(url)
        key = target_key(address or url, source.name)
        entry = self._entries.get(key)
        if entry is None:
            target = Target(key, url, address, source.name, (occurrence,))
            entry = self._entries[key] = _Entry(target, [occurrence], as_image=occurrence.markup.is_image)
            if address is not None:
                self._assign(entry)
            return entry
        entry.occurrences.append(occurrence)
        if occurrence.markup.is_image and not entry.as_image:
            # It was taken for a page; as a picture it has to be more than that.
            entry.as_image = True
            entry.notes.clear()
            if address is not None:
                self._assign(entry)
        return None

    # --- classifying ----------------------------------------------------------------------------------------

    def _assign(self, entry: _Entry, *, after: Provider | None = None) -> None:
        """Give a target to the first provider that claims it, or to the next one after ``after``."""
        target = entry.refreshed()
        if self._left_out(target):
            self._settle(entry, self._own(target, rules.EXCLUDED, "Left out by --include or --exclude."))
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
        self._settle(entry, self._own(target, rules.NOT_WEB, "Not an address that a web server can be asked for."))

    def _hand_over(self, entry: _Entry, provider: Provider, ident: str) -> None:
        entry.provider = provider
        if self._config.kinds and self._kind(entry) not in self._config.kinds:
            self._settle(entry, self._own(entry.target, rules.EXCLUDED, "Left out by --kind."))
            return
        if provider.online and self._net is None:
            self._settle(entry, self._own(entry.target, rules.OFFLINE, "Not asked, because --offline was given."))
            return
        claim = Claim(provider.name, entry.target, ident)
        if not provider.online:
            self._offline.append((provider, claim))
        elif provider.batch > 1:
            self._batched.setdefault(provider.name, {})[entry.target.key] = ident
        else:
            self._queue(provider, (claim,))

    def _left_out(self, target: Target) -> bool:
        url = (target.address or target.url)[:_MATCHED_CHARS]
        if self._include and not any(p.search(url) for p in self._include):
            return True
        return any(p.search(url) for p in self._exclude)

    def _kind(self, entry: _Entry) -> Kind:
        if entry.as_image:
            return Kind.IMAGE
        if entry.target.address is None and entry.target.url.startswith("#"):
            return Kind.ANCHOR
        return entry.provider.kind if entry.provider is not None else Kind.OTHER

    # --- checking -------------------------------------------------------------------------------------------

    def _queue(self, provider: Provider, claims: Sequence[Claim]) -> None:
        if provider.batch == 1:
            lane, width = host_of(claims[0].target.address or "") or provider.name, self._config.per_host
        else:
            lane, width = f"{provider.name} (registry)", _BATCHES_AT_ONCE
        self._lanes.add(lane, lambda: self._check(provider, claims), width=width)

    def _send_batches(self) -> None:
        while self._batched:
            name, idents = self._batched.popitem()
            provider = next(p for p in self._providers if p.name == name)
            claims = [Claim(name, self._entries[key].refreshed(), ident) for key, ident in idents.items()]
            for chunk in _chunks(claims, provider.batch):
                self._queue(provider, chunk)

    async def _settle_offline(self) -> None:
        while self._offline:
            waiting, self._offline = self._offline, []
            for provider, claim in waiting:
                await self._check(provider, (claim,))

    async def _check(self, provider: Provider, claims: Sequence[Claim]) -> None:
        entries = {claim.target.key: self._entries[claim.target.key] for claim in claims}
        if self._outage.certain.is_set() and provider.online:
            for unreached in entries.values():
                self._settle(
                    unreached, self._own(unreached.target, rules.NETWORK_DOWN, "No server could be reached from here.")
                )
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
            if entries:
                raise LookupError(f"no answer for {len(entries)} of {len(claims)} links")  # noqa: TRY301 - one way out
        except Exception as error:  # noqa: BLE001 - a provider's defect must not take the run down
            self._crash(provider, tuple(entries.values()), error)

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

    def _pass_on(self, entry: _Entry, provider: Provider, answer: Pass) -> None:
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
            self._settle(entry, self._own(entry.target, rules.NOT_WEB, reason))

    def _settle(self, entry: _Entry, evidence: Evidence) -> None:
        if entry.evidence is None:
            self._settled += 1
        entry.evidence = evidence
        if self._deps.progress is not None:
            self._deps.progress.step(self._settled, len(self._entries), lambda: self._lanes.waiting)

    def _crash(self, provider: Provider, entries: Sequence[_Entry], error: Exception) -> None:
        self._fail(f"provider {provider.name}", error)
        for entry in entries:
            reason = f"linkwarden's own check for {provider.name} failed; this says nothing about the link."
            self._settle(entry, self._own(entry.target, rules.INTERNAL_ERROR, reason))

    def _fail(self, where: str, error: Exception) -> None:
        """Keep a failure with its trace, once: a defect that strikes at 5,000 links is one defect."""
        frames = tuple((f.filename, f.lineno) for f in traceback.extract_tb(error.__traceback__))
        trace = "".join(traceback.format_exception(error))
        failure = Failure(where, f"{type(error).__name__}: {error}", trace)
        self._failures.setdefault((where, type(error), frames), failure)

    @staticmethod
    def _own(target: Target, rule: Rule, reason: str) -> Evidence:
        return Evidence(key=target.key, checked_by="linkwarden", rule=rule, reason=reason)

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
                    self._entries[evidence.key].evidence = evidence
                    changed = True
                results = self._results() if changed else results
                self._notices.extend(review.remarks(results))
            except Exception as error:  # noqa: BLE001 - a review's defect must not take the run down
                self._fail(f"review {cls.name}", error)

    # --- after ----------------------------------------------------------------------------------------------

    def _finish(self, duration: float, *, interrupted: bool, network_down: bool) -> Run:
        done = Run(
            started=self._started,
            duration_s=duration,
            inputs=tuple(self._names),
            results=self._results(network_down=network_down),
            requests=self._net.requests if self._net is not None else 0,
            notices=tuple(self._notices),
            hints=tuple(sorted(self._provider_hints)),  # their order of arrival is chance
            failures=tuple(self._failures.values()),
            unreadable=tuple(self._unreadable),
            interrupted=interrupted,
            network_down=network_down,
            fail_on=self._config.fail_on,
            exit_zero=self._config.exit_zero,
        )
        return replace(done, hints=(*done.hints, *hints(done)))

    def _results(self, *, network_down: bool = False) -> tuple[Result, ...]:
        policy = Policy(self._now, self._config.expiring_within)
        return tuple(self._result(entry, policy, network_down=network_down) for entry in self._in_order())

    def _in_order(self) -> list[_Entry]:
        place = {name: i for i, name in enumerate(self._names)}

        def first(entry: _Entry) -> tuple[int, int]:
            return place[entry.target.path], entry.occurrences[0].span.start

        return sorted(self._entries.values(), key=first)

    def _result(self, entry: _Entry, policy: Policy, *, network_down: bool) -> Result:
        target = entry.refreshed()
        evidence = entry.evidence
        if network_down and (evidence is None or (evidence.rule is not None and _blames_network(evidence.rule))):
            evidence = self._own(target, rules.NETWORK_DOWN, "No server could be reached from here.")
        if evidence is None:
            evidence = self._own(target, rules.OUT_OF_TIME, "The run was stopped before this address had its turn.")
        judgement = judge(evidence, entry.notes, policy)
        return Result(target, self._kind(entry), evidence, tuple(entry.notes), judgement)


def _blames_network(rule: Rule) -> bool:
    return rule.repeatable or (rule.verdict is Verdict.UNVERIFIED and rule.code not in _NOT_THE_NETWORK)


def _chunks(claims: Sequence[Claim], size: int) -> Iterator[list[Claim]]:
    """Cut claims into lots of at most ``size`` distinct idents, claims of one ident together."""
    groups: dict[str, list[Claim]] = {}
    for claim in claims:
        groups.setdefault(claim.ident, []).append(claim)
    lots = list(groups.values())
    for at in range(0, len(lots), size):
        yield [claim for group in lots[at : at + size] for claim in group]
