"""The words that all reports share: what the verdicts mean to a reader, numbers, instants, and how a run ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from linkwarden._version import HOME
from linkwarden.model import BY_SEVERITY, FAILS_BY_DEFAULT, SETTLED, Fixed, Result, Run, Tag, Verdict

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


@dataclass(frozen=True, slots=True)
class Word:
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
    Verdict.MOVED: Word("gets it, at a new permanent address.", "info"),
    Verdict.DEGRADED: Word("gets it, and should know something about it.", "info"),
    Verdict.EXPIRING: Word("gets it today; the address carries its own end.", "warn"),
    Verdict.EXPIRED: Word("does not get it: the address was signed for a time that is over.", "bad"),
    Verdict.BROKEN: Word("does not get it, and there is proof.", "bad"),
    Verdict.SUSPECT: Word("probably does not get it; have a look.", "warn"),
    Verdict.UNVERIFIED: Word("may or may not get it: linkwarden could not find out.", "unknown"),
    Verdict.IGNORED: Word(
        "may or may not get it: linkwarden was told not to look or tell, or it is no web page.", "quiet"
    ),
}


def rule_url(code: str) -> str:
    """Return where a rule is explained."""
    return f"{HOME}/blob/main/docs/rules.md#{code.lower()}"


def is_health_report(text: str) -> bool:
    """Tell whether a text is a report of ours; a directory that is checked may well hold the last one."""
    if text.startswith(REPORT_MARK):
        text = text.partition("\n")[2]
    return text.startswith(f"{TITLE}\n\nChecked on ")


def plural(count: int, noun: str, nouns: str = "") -> str:
    """Give a number with its noun: "1 link", "1,200 links"; ``nouns`` where an s does not do."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def sentence(text: str) -> str:
    """Give words with a capital at the start and a full stop at the end, where they lack them."""
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
    """Give the day of an instant for people: ``2026-11-22`` (UTC)."""
    return _utc(moment).date().isoformat()


def iso(moment: datetime) -> str:
    """Give an instant for machines: ``2026-11-22T03:00:00Z``, to the second."""
    return _utc(moment).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def instant(moment: datetime) -> str:
    """Give an instant for people: ``2026-11-22 03:00 UTC``."""
    return _utc(moment).replace(tzinfo=None).isoformat(" ", timespec="minutes") + " UTC"


def seconds(duration: float) -> str:
    """Give a duration for people: "0.4 s", "21 s", "3 min 5 s"."""
    if duration < 10:
        return f"{duration:.1f} s"
    whole = round(duration)
    return f"{whole} s" if whole < 60 else f"{whole // 60:,} min {whole % 60} s"


def tally(run: Run) -> tuple[tuple[Verdict, int], ...]:
    """Give the verdicts that occur, worst first, with how many addresses got them."""
    return tuple((verdict, run.counts[verdict]) for verdict in WORST_FIRST if run.counts[verdict])


def unverified_note(run: Run) -> str:
    """Say what the unverified ones are; every summary holds this sentence, also where there are none."""
    count = run.counts[Verdict.UNVERIFIED]
    if not count:
        return "None was left unverified."
    they = "it is" if count == 1 else "they are"
    return f"{count:,} could not be verified; {they} not counted as fine nor as broken."


def is_accepted(result: Result) -> bool:
    """Tell whether something was found that the maintainer has said not to report."""
    return accepted_in(result) is not None


def accepted_in(result: Result) -> Tag | None:
    """Return where the maintainer has accepted the finding, or None."""
    return next((tag for tag in _ACCEPTED if result.has(tag)), None)


def accepted_note(run: Run) -> str:
    """Say how many findings are accepted, and by what; or "" where none is."""
    tags = Counter(tag for result in run.results if (tag := accepted_in(result)) is not None)
    if not tags:
        return ""
    findings = f"{tags.total():,} {'finding is' if tags.total() == 1 else 'findings are'} accepted"
    by = [f"{tags[tag]:,} {place}" if len(tags) > 1 else place for tag, place in _ACCEPTED.items() if tags[tag]]
    return f"{findings}{':' if len(tags) > 1 else ''} {listed(by)}."


def not_looked_at(run: Run) -> int:
    """Count the addresses that had no turn before the run was stopped."""
    return sum(result.has(Tag.NO_TURN) for result in run.results)


def lost(run: Run) -> int:
    """Count the addresses that readers do not get: broken or expired."""
    return sum(run.counts[verdict] for verdict in FAILS_BY_DEFAULT)


def friendly(run: Run) -> str:
    """Give the one line for a run that found nothing amiss, or "" where there is something to tell."""
    quiet = {Verdict.OK, Verdict.IGNORED, Verdict.UNVERIFIED}
    if not run.results or run.interrupted or run.network_down or run.failures or run.unreadable:
        return ""
    if any(count and verdict not in quiet for verdict, count in run.counts.items()):
        return ""
    fine = run.counts[Verdict.OK]
    if any(map(is_accepted, run.results)):
        return "Nothing was found but what is accepted."
    if run.counts[Verdict.UNVERIFIED]:
        ailing = any(r.history is not None and r.history.failing_since is not None for r in run.results)
        return "Nothing amiss was found." if fine and not ailing else ""
    if not fine:
        return ""
    return "The one link works." if fine == 1 else f"All is well: {fine:,} addresses give readers what they promise."


def headline(run: Run) -> str:
    """Say in one sentence what readers no longer get."""
    count = lost(run)
    if count:
        of = "The one address" if len(run.results) == 1 else f"{count:,} of {len(run.results):,} addresses"
        return f"{of} no longer {'gives' if count == 1 else 'give'} readers what the list promises."
    if not run.results:
        return "No link was added." if run.compared is not None else "No link was found."
    return friendly(run) or "No address was found to be broken or expired."


def since(run: Run, result: Result) -> str:
    """Say since when a finding has been one: "new", "since 2026-11-19, in 4 runs", or "" where nobody knows.

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
    lead = "no answer since" if result.judgement.verdict in SETTLED else "since"
    return f"{lead} {day(begun)}" + (f", in {plural(history.failures, 'run')}" if run.past else "")


def changes(run: Run) -> str:
    """Say in one sentence what is other than in the run before, or "" without one and where nobody could look."""
    if not run.past or run.network_down:
        return ""
    new = sum(result.is_new for result in run.results)
    told = [f"{new:,} new {'finding' if new == 1 else 'findings'}"] if new else []
    told += [f"{len(run.fixed):,} fixed"] if run.fixed else []
    return f"Since the last run ({instant(run.past[-1].at)}): {listed(told) or 'nothing new and nothing fixed'}."


def how_fixed(fixed: Fixed) -> str:
    """Say what became of a finding of the run before."""
    ended = "fine again" if fixed.listed else "no longer in the list"
    begun = f", after failing since {day(fixed.since)}" if fixed.since is not None and fixed.listed else ""
    return ended + begun


def compared_note(run: Run) -> str:
    """Say that only what a change adds was looked at, or ""."""
    if run.compared is None:
        return ""
    known = run.compared.unchanged
    before = f"; {plural(known, 'address', 'addresses')} stood there before" if known else ""
    return f"Compared with {run.compared.base}: only what was added since was checked{before}."


def conclusion(run: Run) -> str:
    """Say in one sentence how the run ended and with which exit code."""
    return f"{_ending(run)} (exit code {run.exit_code})."


def _cut_short(run: Run) -> str:
    if run.network_down:
        return "Interrupted before any server was reached; what needs no network is told here"
    left = not_looked_at(run)
    rest = f": {plural(left, 'address', 'addresses')} had no turn" if left else ""
    return f"Interrupted{rest}; what was found until then is told here"


def _ending(run: Run) -> str:
    if run.interrupted:
        return _cut_short(run)
    if run.failures:
        where = plural(len(run.failures), "place")
        return f"linkwarden itself failed in {where}; what the other checks found holds"
    if run.network_down:
        return "No server could be reached from here, so only what needs no network was judged"
    if not run.results:
        return "No link was added" if run.compared is not None else "No link was found, so nothing was checked"
    if run.unreadable:
        return f"{plural(len(run.unreadable), 'input')} could not be read; the others were checked"
    return _finding(run)


def _finding(run: Run) -> str:
    counts = [f"{count:,} {verdict}" for verdict, count in tally(run) if verdict in run.fail_on]
    if not counts:
        return "Nothing here makes the run fail"
    if run.exit_zero:
        return f"{listed(counts)} would make the run fail, but --exit-zero was given"
    return f"{listed(counts)} {'makes' if len(run.failing) == 1 else 'make'} the run fail"
