"""What tests of reviews share: a run with some reviews only, and short ways to read what was found."""

from __future__ import annotations

from collections.abc import Awaitable
from pathlib import Path
from typing import Any, Protocol

from linkwarden.model import Result, Run, Suggestion, Verdict
from linkwarden.review import Review


class Check(Protocol):
    """Checks a Markdown text on the fake internet with the reviews that the test module names in ``REVIEWS``."""

    def __call__(
        self, text: str, *, reviews: tuple[type[Review], ...] | None = ..., folder: Path = ..., **options: Any
    ) -> Awaitable[Run]:
        """Give the run over ``folder/list.md``; ``options`` are those of ``Config``."""


def one(run: Run, url: str) -> Result:
    """Give the result of one address."""
    return next(r for r in run.results if r.target.url == url)


def verdicts(run: Run) -> dict[str, Verdict]:
    """Give verdicts by address as it stands."""
    return {r.target.url: r.judgement.verdict for r in run.results}


def facts(run: Run, url: str) -> str:
    """Give what was seen of an address, as one text."""
    return "\n".join(f.what for f in one(run, url).evidence.facts)


def offered(run: Run, url: str) -> Suggestion | None:
    """Give what is offered in place of an address."""
    return one(run, url).judgement.suggestion
