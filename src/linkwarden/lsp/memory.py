"""What the memory of earlier runs adds to what the URL alone tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from linkwarden import rules
from linkwarden.fix import Wanted
from linkwarden.model import SETTLED, Evidence, History, Judgement, Remembered, Result, Suggestion, Tag, Verdict
from linkwarden.report._words import day, plural

#: Stands as ``checked_by`` where the last run is what there is to go by.
MEMORY = "memory"


def with_memory(result: Result, past: Remembered | None, wanted: Wanted | None, now: datetime) -> Result:
    """Return a result with its history and, where no request was made, with what the last run found.

    Args:
        result: of an offline check.
        past: what the memory knows of its URL, or None.
        wanted: what the report of the last check wants in its place, or None.
        now: the instant that counts as the present.
    """
    if past is None or past.at > now:  # of a run that is in the future: not to be trusted
        return result
    history = History(past.first_seen, past.last_ok, past.failing_since, past.failures, past.verdict)
    result = replace(result, history=history)
    if not result.has(Tag.OFFLINE):
        return result
    rule = rules.all_rules().get(past.code)
    if rule is None or (past.verdict in SETTLED and past.failing_since is None):
        return replace(result, history=replace(history, failing_since=None))
    reason = f"{_capital(rule.summary)}, says the check of {day(past.at)}.{_since(past)}"
    evidence = Evidence(key=result.target.key, checked_by=MEMORY, rule=rule, reason=reason)
    verdict = past.verdict if past.verdict not in SETTLED else Verdict.UNVERIFIED
    fix = None
    if wanted is not None and wanted.code == past.code:  # else it is the report of another check
        fix = Suggestion(wanted.url, wanted.why, wanted.basis)
    return replace(result, evidence=evidence, judgement=Judgement(verdict, rule, reason, suggestion=fix))


def _since(past: Remembered) -> str:
    worked = f" It last worked on {day(past.last_ok)}." if past.last_ok is not None else ""
    if past.failing_since is None:
        return worked
    return f" It has failed since {day(past.failing_since)}, in {plural(past.failures, 'run')}.{worked}"


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
