"""What a run has collected so far: the targets, what was found out about each, and what went wrong."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import field, replace
from datetime import datetime, timedelta
from pathlib import Path

from linkwarden import rules
from linkwarden.config import Config, Rewrite, rewritten
from linkwarden.deps import Memory
from linkwarden.judge import Policy, judge
from linkwarden.model import (
    Anchor,
    Answer,
    Evidence,
    Fact,
    Failure,
    Kind,
    Notice,
    Occurrence,
    Result,
    Results,
    Rule,
    Run,
    Suppression,
    Tag,
    Target,
    Verdict,
)
from linkwarden.plugins import unusable
from linkwarden.providers import Provider
from linkwarden.records import dataclass
from linkwarden.run.entries import Entries
from linkwarden.run.entry import Entry
from linkwarden.text import mask_secrets

_NOT_THE_NETWORK = frozenset(r.code for r in (rules.INTERNAL_ERROR, rules.OUT_OF_TIME))


@dataclass(slots=True)
class Ledger:
    """Everything that a run has collected.

    Attributes:
        policy: what the judge goes by.
        names: of the inputs that were read, in their order.
        sha256: of the inputs' bytes, by name.
        pages: of inputs from the web, by name; each lacks the number of a line.
        entries: by target key.
        anchors: by document.
        suppressions: comments that say what not to report.
        notices: remarks about inputs.
        unreadable: inputs that could not be read, each with why.
        rewrites: what is asked for elsewhere.
    """

    policy: Policy
    names: list[str] = field(default_factory=list)
    sha256: dict[str, str] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    entries: Entries = field(default_factory=Entries)
    anchors: dict[Path, list[Anchor]] = field(default_factory=dict)
    suppressions: list[Suppression] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    rewrites: tuple[Rewrite, ...] = ()
    _failures: dict[tuple[object, ...], Failure] = field(default_factory=dict)
    _hints: set[str] = field(default_factory=set)

    def add(self, occurrence: Occurrence, key: str, address: str | None, path: str) -> tuple[Entry, bool]:
        """Take in one occurrence; return its entry, and whether that has to be checked.

        That is so for a new target, and for one that was a link so far and is now shown as an image: that has to be
        more than a page.
        """
        entry = self.entries.get(key)
        if entry is None:
            target = Target(key, occurrence.url, address, path, (occurrence,))
            found = rewritten(self.rewrites, address) if address is not None else None
            if found is not None:
                rewrite, rest = found
                elsewhere = rewrite.forth(rest) if rewrite.folder is None else None
                target = replace(target, address=elsewhere, original=address)
            entry = Entry(target, as_image=occurrence.markup.is_image)
            self.entries.add(entry)
            return entry, True
        entry.add(occurrence)
        if occurrence.markup.is_image and not entry.as_image:
            entry.as_image = True
            entry.notes = ()
            return entry, address is not None
        if entry.evidence is not None:
            self.entries.rest(entry)
        return entry, False

    def say_what_is_rewritten(self) -> None:
        """Tell how many URLs were asked for elsewhere, and of a rewrite that no URL begins with."""
        if not self.rewrites:
            return
        originals = [entry.target.original for entry in self.entries if entry.target.original is not None]
        by = Counter(found[0] for url in originals if (found := rewritten(self.rewrites, url)) is not None)
        for rewrite in self.rewrites:
            elsewhere = mask_secrets(rewrite.asked) or f"the folder {rewrite.folder}"
            begins, count = mask_secrets(rewrite.begins), by[rewrite]
            if count:
                urls = "1 URL that begins" if count == 1 else f"{count} URLs that begin"
                self.hint(f"--rewrite: {urls} with {begins}, looked for below {elsewhere}.")
            else:
                self.hint(f"--rewrite: no URL begins with {begins}.")

    def not_requested(self) -> Iterator[str]:
        """Yield the URLs that answered a short while ago and are not requested in this run."""
        return (entry.target.address for entry in self.entries if entry.remembered and entry.target.address)

    def fail(self, where: str, error: Exception) -> None:
        """Keep a failure with its trace, once: a defect that 5,000 links run into is one defect."""
        frames = tuple((f.filename, f.lineno) for f in traceback.extract_tb(error.__traceback__))
        trace = "".join(traceback.format_exception(error))
        failure = Failure(where, f"{type(error).__name__}: {error}", trace)
        self._failures.setdefault((where, type(error), frames), failure)

    def fall_short(self, what: str, message: str) -> None:
        """Keep that this machine could not do what the run needs; no defect, so there is no trace."""
        self._failures.setdefault((what,), Failure(what, message, ""))

    def hint(self, text: str) -> None:
        """Keep what the user could do to get more out of the next run."""
        if text:
            self._hints.add(text)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The crashes of linkwarden's own code, each defect once."""
        return tuple(self._failures.values())

    def results(self, *, network_down: bool = False) -> Sequence[Result]:
        """Judge every entry, in source order; what has no evidence was not reached in time."""
        order = self.entries.in_order({name: rank for rank, name in enumerate(self.names)})

        def result(index: int) -> Result:
            return _result(self.entries.at(order[index]), self.policy, self.rewrites, network_down=network_down)

        return tuple(map(result, range(len(order)))) if self.entries.all_at_hand else Results(len(order), result)

    def result_of(self, entry: Entry, evidence: Evidence | None = None) -> Result:
        """Judge one entry as it is, or as it would be with other evidence."""
        if evidence is not None:
            entry = replace(entry, evidence=evidence)
        return _result(entry, self.policy, self.rewrites, network_down=False)

    def as_run(self, config: Config, duration: float, *, interrupted: bool, network_down: bool) -> Run:
        """Judge everything and return the run, as far as it was found here."""
        return Run(
            started=self.policy.now,
            duration_s=duration,
            inputs=tuple(self.names),
            sha256=self.sha256,
            pages=self.pages,
            results=self.results(network_down=network_down),
            notices=(*self.notices, *(Notice(part.path, 0, part.message) for part in unusable())),
            # They arrive in no fixed order; and without a network there is nothing that they could improve.
            hints=() if network_down else tuple(sorted(self._hints)),
            failures=self.failures,
            unreadable=tuple(self.unreadable),
            interrupted=interrupted,
            network_down=network_down,
            fail_on=config.fail_on,
            exit_zero=config.exit_zero,
        )


def own_evidence(target: Target, rule: Rule, reason: str) -> Evidence:
    """Return what the run itself says about a target."""
    return Evidence(key=target.key, checked_by="linkwarden", rule=rule, reason=reason)


def _result(entry: Entry, policy: Policy, rewrites: tuple[Rewrite, ...], *, network_down: bool) -> Result:
    target = entry.refreshed()
    evidence = entry.evidence
    if network_down and (evidence is None or rests_on_network(evidence)):
        evidence = own_evidence(target, rules.NETWORK_DOWN, "No server could be reached from here.")
    if evidence is None:
        reason = "The run was stopped before this URL was checked."
        evidence = own_evidence(target, rules.OUT_OF_TIME, reason)
    if target.original is not None:
        evidence = _as_listed(evidence, target, rewrites)
    judgement = judge(evidence, entry.notes, policy)
    return Result(target, entry.kind, evidence, entry.notes, judgement, remembered=entry.remembered)


def _as_listed(evidence: Evidence, target: Target, rewrites: tuple[Rewrite, ...]) -> Evidence:
    """Return evidence about the URL that the list has, where something else was asked for in its place."""
    found = rewritten(rewrites, target.original or "")
    if found is None:
        return evidence
    rewrite = found[0]
    fact = Fact(f"looked for in {rewrite.folder} (--rewrite)")
    if target.address is not None:
        fact = Fact("requested in place of the list's URL (--rewrite)", mask_secrets(target.address))
    evidence = replace(evidence, facts=(fact, *(f for f in evidence.facts if f != fact)))
    if evidence.suggestion is None:
        return evidence
    meant = rewrite.back(evidence.suggestion.url) or evidence.suggestion.url
    if meant == target.original and evidence.rule is not None and evidence.rule.verdict is Verdict.MOVED:
        return replace(evidence, rule=None, reason="", suggestion=None)  # the preview sends readers to the site
    return replace(evidence, suggestion=replace(evidence.suggestion, url=meant))


def rests_on_network(evidence: Evidence) -> bool:
    """Return whether what was found means nothing where our own network is down."""
    rule = evidence.rule
    if rule is None:
        return False
    if rule.repeatable or Tag.UNPROVEN in rule.tags:
        return True
    return rule.verdict is Verdict.UNVERIFIED and rule.code not in _NOT_THE_NETWORK


#: After this a page is fetched again, however long a good response may be kept and however often a server says "not
#: changed".
_LONGEST_TRUST = timedelta(days=30)


def known_good(memory: Memory | None, entry: Entry, provider: Provider, now: datetime) -> Answer | None:
    """Return the good answer that a provider got in an earlier run, or None. The memory forgets it when a link fails.

    For an image, only one by a provider of images: what others said was of a page or a file, not of what it shows.
    """
    if memory is None or not provider.online or (entry.as_image and provider.kind is not Kind.IMAGE):
        return None
    past = memory.recall(entry.target.key)
    if past is None or past.answer is None:
        return None
    answer = past.answer
    young = answer.looked <= answer.at <= now < answer.looked + _LONGEST_TRUST
    return answer if young and answer.checked_by == provider.name else None


def as_remembered(target: Target, known: Answer) -> Evidence:
    """Return the evidence for a link that is not checked in this run, because it was fine a short while ago."""
    fact = Fact(f"not checked in this run: it was fine on {known.at:%Y-%m-%d %H:%M} UTC", known.final_url, known.status)
    return Evidence(
        key=target.key,
        checked_by=known.checked_by,
        status=known.status,
        final_url=known.final_url,
        title=known.title,
        facts=(fact,),
    )


def keep(memory: Memory | None, provider: Provider, found: Evidence, now: datetime) -> None:
    """Write a good answer to the memory at once, so that it outlives a run that is killed.

    Not one that a review still has to clear of a doubt.
    """
    if memory is not None and provider.online and found.rule is None and found.doubt is None:
        looked = found.looked or now
        memory.keep(
            found.key,
            Answer(provider.name, now, looked, found.status, found.final_url, found.title, found.validators),
        )
