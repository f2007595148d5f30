"""The words that all reports share: what the verdicts mean to a reader, numbers, instants, and how a run ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from linkwarden._home import home
from linkwarden.model import (
    BY_SEVERITY,
    FAILS_BY_DEFAULT,
    SETTLED,
    Basis,
    Fixed,
    Result,
    Rule,
    Run,
    Suggestion,
    Tag,
    Verdict,
)

#: Verdicts in the order in which reports count them, worst first.
WORST_FIRST = tuple(reversed(BY_SEVERITY))

#: The heading with which every health report in Markdown begins.
TITLE = "# Link health"

#: With what the text of the nightly issue begins; whoever looks for the issue looks for this.
REPORT_MARK = "<!-- linkwarden:report"

#: Where the maintainer has accepted a finding.
_ACCEPTED = {
    Tag.ACCEPTED_IN_LIST: "in the list's comments",
    Tag.ACCEPTED_IN_CONFIG: "in the configuration",
    Tag.ACCEPTED_IN_BASELINE: "in the baseline",
}


class Word(NamedTuple):
    """What to call a verdict.

    Attributes:
        reader: completes the sentence "A reader …".
        style: name of the style that the terminal gives it; the command line maps the names to colours.
    """

    reader: str
    style: str


#: Style names beside those of verdicts: ``place``, ``address``, ``fix``, ``heading``, ``quiet`` and "" for plain text.
WORDS: Mapping[Verdict, Word] = {
    Verdict.OK: Word("gets what the link promises.", "good"),
    Verdict.MOVED: Word("gets it, at a new permanent URL.", "info"),
    Verdict.DEGRADED: Word("gets it, with a flaw worth knowing.", "info"),
    Verdict.EXPIRING: Word("will lose it soon: the URL expires by itself.", "warn"),
    Verdict.EXPIRED: Word("does not get it: the signed URL has expired.", "bad"),
    Verdict.BROKEN: Word("does not get it, and there is proof.", "bad"),
    Verdict.SUSPECT: Word("probably does not get it; check it by hand.", "warn"),
    Verdict.UNVERIFIED: Word("may or may not get it: linkwarden could not find out.", "unknown"),
    Verdict.IGNORED: Word(
        "may or may not get it: linkwarden was told to skip or not to report it, or it is not a web page.", "quiet"
    ),
}


def rule_url(code: str) -> str:
    """Return where a rule is explained, or "" if it is not known where linkwarden's repository is."""
    return f"{home().url}/blob/HEAD/docs/rules.md#{code.lower()}" if home().url else ""


def is_health_report(text: str) -> bool:
    """Return whether a text is a report of ours; a directory that is checked may well hold the last one."""
    if text.startswith(REPORT_MARK):
        text = text.partition("\n")[2]
    return text.startswith(f"{TITLE}\n\nChecked on ")


def plural(count: int, noun: str, nouns: str = "") -> str:
    """Return a number with its noun: "1 link", "1,200 links"; ``nouns`` where an s does not do."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def sentence(text: str) -> str:
    """Return words with a capital at the start and a full stop at the end, where they lack them."""
    return f"{text[:1].upper()}{text[1:]}{'' if not text or text[-1] in '.!?' else '.'}"


def listed(words: list[str]) -> str:
    """Join words as a sentence does: "a", "a and b", "a, b and c"."""
    return " and ".join(words) if len(words) < 3 else f"{', '.join(words[:-1])} and {words[-1]}"


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # the first and last hours of the calendar
        return moment.replace(tzinfo=UTC)


def day(moment: datetime) -> str:
    """Return the day of an instant for people: ``2026-11-22`` (UTC)."""
    return _utc(moment).date().isoformat()


def iso(moment: datetime) -> str:
    """Return an instant for machines: ``2026-11-22T03:00:00Z``, to the second."""
    return _utc(moment).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def instant(moment: datetime) -> str:
    """Return an instant for people: ``2026-11-22 03:00 UTC``."""
    return _utc(moment).replace(tzinfo=None).isoformat(" ", timespec="minutes") + " UTC"


def seconds(duration: float) -> str:
    """Return a duration for people: "0.4 s", "21 s", "3 min 5 s"."""
    if duration < 10:
        return f"{duration:.1f} s"
    whole = round(duration)
    return f"{whole} s" if whole < 60 else f"{whole // 60:,} min {whole % 60} s"


def tally(run: Run) -> tuple[tuple[Verdict, int], ...]:
    """Return the verdicts that occur, worst first, with how many URLs got them."""
    return tuple((verdict, run.counts[verdict]) for verdict in WORST_FIRST if run.counts[verdict])


class Count(NamedTuple):
    """How many URLs are alike.

    Attributes:
        verdict: what they have in common.
        number: of URLs.
        word: what to call them: the verdict's word, or "not checked".
        why: why they were not checked, where that is one thing: "--offline"; else "".
    """

    verdict: Verdict
    number: int
    word: str
    why: str = ""

    def __str__(self) -> str:
        return f"{self.number:,} {self.name}"

    @property
    def name(self) -> str:
        """The word, and why."""
        return f"{self.word} ({self.why})" if self.why else self.word


def counted(run: Run) -> tuple[Count, ...]:
    """Return what the summary counts, worst first: the number of unverified URLs is always among it.

    What was not to be checked, or not reached in time, is "not checked"; its verdict is the same.
    """
    unchecked = not_checked(run)
    counts: list[Count] = []
    for verdict in WORST_FIRST:
        if verdict is not Verdict.UNVERIFIED:
            counts += [Count(verdict, run.counts[verdict], verdict.value)] if run.counts[verdict] else []
            continue
        if number := run.counts[verdict] - unchecked:
            counts.append(Count(verdict, number, verdict.value))
        if unchecked:
            whys = {_why_not_checked(run, rule) for verdict, rule in run.by_rule if _is_not_checked(verdict, rule)}
            counts.append(Count(verdict, unchecked, NOT_CHECKED, whys.pop() if len(whys) == 1 else ""))
    if counts and not run.counts[Verdict.UNVERIFIED]:
        counts.append(Count(Verdict.UNVERIFIED, 0, Verdict.UNVERIFIED.value))
    return tuple(counts)


#: What a link is called that was not to be checked, or not reached in time.
NOT_CHECKED = "not checked"


def was_not_checked(result: Result) -> bool:
    """Return whether a link is unverified because no request was meant to be made, or the run was stopped first."""
    return _is_not_checked(result.judgement.verdict, result.judgement.rule)


def not_checked(run: Run) -> int:
    """Return of how many links that is so."""
    return sum(count for (verdict, rule), count in run.by_rule.items() if _is_not_checked(verdict, rule))


def _is_not_checked(verdict: Verdict, rule: Rule | None) -> bool:
    return verdict is Verdict.UNVERIFIED and rule is not None and bool(rule.tags & {Tag.OFFLINE, Tag.NO_TURN})


def _why_not_checked(run: Run, rule: Rule | None) -> str:
    if rule is not None and Tag.OFFLINE in rule.tags:
        return "--offline"
    return "interrupted" if run.interrupted else "--max-time"


def unverified_note(run: Run, *, with_unchecked: bool = True) -> str:
    """Return the sentences on URLs that could not be verified and on those that were not checked, or "".

    Args:
        run: what to tell.
        with_unchecked: False where the counts beside it say how many were not checked, and why.
    """
    found = {count.word: count for count in counted(run) if count.verdict is Verdict.UNVERIFIED and count.number}
    judged = any(verdict not in SETTLED for verdict, _ in run.by_rule)
    unseen = sum(map(_judged_by_url, run.results)) if judged else 0
    notes = []
    if Verdict.UNVERIFIED in found:
        number = found[Verdict.UNVERIFIED].number
        notes.append(f"{number:,} could not be verified (counted neither as ok nor as broken).")
    if NOT_CHECKED in found and with_unchecked:
        notes.append(f"{found[NOT_CHECKED]}.")
    if unseen:
        notes.append(f"{plural(unseen, 'URL was', 'URLs were')} judged without a request.")
    return " ".join(notes)


def _judged_by_url(result: Result) -> bool:
    """Return whether a verdict rests on the URL alone, because no request was made or none could tell."""
    rule = result.evidence.rule
    return rule is not None and rule.verdict is Verdict.UNVERIFIED and result.judgement.verdict not in SETTLED


def is_accepted(result: Result) -> bool:
    """Return whether something was found that the maintainer has said not to report."""
    return accepted_in(result) is not None


def accepted_in(result: Result) -> Tag | None:
    """Return where the maintainer has accepted the finding, or None."""
    return _accepted_by(result.judgement.rule)


def _accepted_by(rule: Rule | None) -> Tag | None:
    return next((tag for tag in _ACCEPTED if rule is not None and tag in rule.tags), None)


def accepted_note(run: Run) -> str:
    """Return the sentence on accepted findings: how many, and where; "" if there are none."""
    tags: Counter[Tag] = Counter()
    for (_, rule), count in run.by_rule.items():
        if (accepted := _accepted_by(rule)) is not None:
            tags[accepted] += count
    if not tags:
        return ""
    findings = f"{tags.total():,} {'finding is' if tags.total() == 1 else 'findings are'} accepted"
    by = [f"{tags[tag]:,} {place}" if len(tags) > 1 else place for tag, place in _ACCEPTED.items() if tags[tag]]
    return f"{findings}{':' if len(tags) > 1 else ''} {listed(by)}."


def lost(run: Run) -> int:
    """Return how many URLs are broken or expired."""
    return sum(run.counts[verdict] for verdict in FAILS_BY_DEFAULT)


def friendly(run: Run) -> str:
    """Return the one line for a run that found nothing wrong, or "" where there is something to tell."""
    if not run.results or run.interrupted or run.network_down or run.failures or run.unreadable:
        return ""
    if any(count and verdict not in SETTLED for verdict, count in run.counts.items()):
        return ""
    fine = run.counts[Verdict.OK]
    if run.tagged(*_ACCEPTED):
        return "No problems found, except for accepted ones."
    if run.counts[Verdict.UNVERIFIED]:
        failing = any(r.history is not None and r.history.failing_since is not None for r in run.results)
        return "No problems found." if fine and not failing else ""
    if not fine:
        return ""
    return "The only URL works." if fine == 1 else f"All {fine:,} checked URLs work."


def headline(run: Run) -> str:
    """Return the sentence that sums up the run for readers of the list."""
    count = lost(run)
    if count:
        of = "The only URL" if len(run.results) == 1 else f"{count:,} of {len(run.results):,} URLs"
        return f"{of} {'is' if count == 1 else 'are'} broken or expired."
    if not run.results:
        return "No links were added." if run.compared is not None else "No links found."
    return friendly(run) or "No broken or expired URLs found."


def since(run: Run, result: Result) -> str:
    """Return since when a link has failed: "new", "since 2026-11-19, in 4 runs", or "" if that is unknown.

    What began today is not dated: who runs it three times in an hour has learnt nothing new. Without earlier runs
    (the text of the issue, which stands for many nights) there is only the day.
    """
    history = result.history
    if history is None:
        return ""
    if run.past and result.is_new:
        return "new"
    begun = history.failing_since
    if begun is None or history.failures < 2 or day(begun) >= day(run.started):
        return ""
    lead = "no response since" if result.judgement.verdict in SETTLED else "since"
    return f"{lead} {day(begun)}" + (f", in {plural(history.failures, 'run')}" if run.past else "")


def changes(run: Run) -> str:
    """Return the sentence on what changed since the previous run; "" without one or without a network."""
    if not run.past or run.network_down:
        return ""
    new = sum(result.is_new for result in run.results)
    parts = [f"{new:,} new {'finding' if new == 1 else 'findings'}"] if new else []
    parts += [f"{len(run.fixed):,} fixed"] if run.fixed else []
    return f"Since the last run ({instant(run.past[-1].at)}): {listed(parts) or 'nothing new and nothing fixed'}."


def how_fixed(fixed: Fixed) -> str:
    """Return what became of a finding of the previous run."""
    ended = "works again" if fixed.listed else "no longer in the list"
    begun = f", after failing since {day(fixed.since)}" if fixed.since is not None and fixed.listed else ""
    return ended + begun


def offered(suggestion: Suggestion) -> str:
    """Return what a replacement is called: only what is more than the most similar thing is a fix."""
    return "nearest" if suggestion.basis is Basis.NEAREST else "fix"


def compared_note(run: Run) -> str:
    """Return the sentence for a run that checked only added links (``--diff``), or ""."""
    if run.compared is None:
        return ""
    known = run.compared.unchanged
    before = f" ({plural(known, 'other URL was', 'other URLs were')} already there)" if known else ""
    return f"Compared with {run.compared.base}: only added links were checked{before}."


def conclusion(run: Run) -> str:
    """Return the sentence on how the run ended, with its exit code."""
    return f"{_ending(run)} (exit code {run.exit_code})."


def _cut_short(run: Run) -> str:
    if run.network_down:
        return "Interrupted before any server was reached; the results of offline checks are shown"
    left = run.tagged(Tag.NO_TURN)
    rest = f": {plural(left, 'URL')} not checked" if left else ""
    return f"Interrupted{rest}; the results so far are shown"


def _ending(run: Run) -> str:
    if run.interrupted:
        return _cut_short(run)
    if run.failures:
        where = plural(len(run.failures), "place")
        return f"linkwarden itself failed in {where}; the other results are valid"
    if run.network_down:
        return "No server could be reached, so only offline checks were made"
    if run.unreadable:
        return f"{plural(len(run.unreadable), 'input')} could not be read; the others were checked"
    if not run.results:
        return "No links were added" if run.compared is not None else "No links found, so nothing was checked"
    return _finding(run)


def _finding(run: Run) -> str:
    counts = [f"{count:,} {verdict}" for verdict, count in tally(run) if verdict in run.fail_on]
    if not counts:
        return "Passed"
    if run.exit_zero:
        return f"Would fail: {listed(counts)}, but --exit-zero was given"
    return f"Failed: {listed(counts)}"
