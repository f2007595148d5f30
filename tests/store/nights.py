"""Short ways to let nights pass for a memory, without a network: made-up runs over a made-up list."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from linkwarden import rules
from linkwarden.answers import rules as http
from linkwarden.judge import Policy, judge
from linkwarden.model import Answer, Evidence, Kind, Result, Rule, Run
from linkwarden.store.memory import open_memory
from tests.links import target

FIRST = datetime(2026, 11, 1, 3, tzinfo=UTC)

#: What may be found, in one word.
FOUND: Mapping[str, Rule | None] = {
    "ok": None,
    "gone": http.NOT_FOUND,
    "timeout": http.TIMED_OUT,
    "no host": http.NO_SUCH_HOST,
    "wall": http.RATE_LIMITED,
    "moved": http.MOVED_PERMANENTLY,
    "excluded": rules.EXCLUDED,
    "no time": rules.OUT_OF_TIME,
    "down": rules.NETWORK_DOWN,
}


def night(number: float) -> datetime:
    """Give the instant of a night's run, counted from 0."""
    return FIRST + timedelta(days=number)


def result(url: str, found: str, *, remembered: bool = False) -> Result:
    """Make the result of an address; ``found`` is a word of ``FOUND``."""
    rule = FOUND[found]
    evidence = Evidence(key=url, checked_by="web", rule=rule, reason=rule.summary if rule else "")
    judgement = judge(evidence, (), Policy(FIRST))
    return Result(target(url), Kind.PAGE, evidence, (), judgement, remembered=remembered)


def finished(at: datetime, found: Mapping[str, str], **fields: Any) -> Run:
    """Make the run that found something at each address."""
    results = tuple(result(url, word) for url, word in found.items())
    return Run(**{"started": at, "duration_s": 1.0, "inputs": ("README.md",), "results": results, **fields})


def pass_night(state: Path, number: float, found: Mapping[str, str], *, filters: str = "", **fields: Any) -> Run:
    """Let a night pass, and give the run as its report would see it; links that are fine have answered."""
    at = night(number)
    with open_memory(state, filters=filters) as memory:
        for url, word in found.items():
            if word == "ok":
                memory.keep(url, Answer("web", at, at, 200))
        return asyncio.run(memory.finish(finished(at, found, **fields)))


def one(run: Run, url: str) -> Result:
    """Give the result of one address."""
    return next(r for r in run.results if r.target.url == url)


def said(run: Run) -> str:
    """Give the notices of a run as one text."""
    return "\n".join(notice.message for notice in run.notices)


def rows(state: Path, query: str) -> list[Any]:
    """Ask a memory's file something."""
    with closing(sqlite3.connect(state)) as connection:
        return connection.execute(query).fetchall()
