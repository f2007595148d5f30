"""The words that all reports share: what the verdicts mean to a reader, numbers, instants, and how a run ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from linkwarden._home import home
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


def unverified_note(run: Run) -> str:
    """Return the sentence on unverified URLs; every summary holds it, also where there are none."""
    count = run.counts[Verdict.UNVERIFIED]
    unseen = sum(map(_judged_by_url, run.results))
    alone = f"{plural(unseen, 'URL was', 'URLs were')} judged without a request." if unseen else ""
    if not count:
        return alone or "Nothing is left unverified."
    return f"{count:,} could not be verified (counted neither as ok nor as broken).{' ' if alone else ''}{alone}"


def _judged_by_url(result: Result) -> bool:
    """Return whether a verdict rests on the URL alone, because no request was made or none could tell."""
    rule = result.evidence.rule
    apart = (Verdict.UNVERIFIED, Verdict.IGNORED)
    return rule is not None and rule.verdict is Verdict.UNVERIFIED and result.judgement.verdict not in apart


def is_accepted(result: Result) -> bool:
    """Return whether something was found that the maintainer has said not to report."""
    return accepted_in(result) is not None


def accepted_in(result: Result) -> Tag | None:
    """Return where the maintainer has accepted the finding, or None."""
    return next((tag for tag in _ACCEPTED if result.has(tag)), None)


def accepted_note(run: Run) -> str:
    """Return the sentence on accepted findings: how many, and where; "" if there are none."""
    tags = Counter(tag for result in run.results if (tag := accepted_in(result)) is not None)
    if not tags:
        return ""
    findings = f"{tags.total():,} {'finding is' if tags.total() == 1 else 'findings are'} accepted"
    by = [f"{tags[tag]:,} {place}" if len(tags) > 1 else place for tag, place in _ACCEPTED.items() if tags[tag]]
    return f"{findings}{':' if len(tags) > 1 else ''} {listed(by)}."


def not_checked(run: Run) -> int:
    """Return how many URLs were not checked before the run was stopped."""
    return sum(result.has(Tag.NO_TURN) for result in run.results)


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
    if any(map(is_accepted, run.results)):
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
    left = not_checked(run)
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
