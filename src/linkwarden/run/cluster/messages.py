"""What coordinator and workers say to each other."""

from __future__ import annotations

import copyreg
from collections.abc import Callable
from typing import TYPE_CHECKING

from linkwarden import rules
from linkwarden.model import Claim, Evidence, Pass, Rule
from linkwarden.records import dataclass

if TYPE_CHECKING:  # slow to import, and both have it by then
    from linkwarden.net import Connectivity, HostState, Outcome, Step


def _by_code(rule: Rule) -> tuple[Callable[[str], Rule], tuple[str]]:
    return _rule, (rule.code,)


def _rule(code: str) -> Rule:
    return rules.all_rules()[code]


copyreg.pickle(Rule, _by_code)  # some code tells rules apart with `is`


@dataclass(frozen=True, slots=True)
class Job:
    """Claims that one call of a provider settles.

    Attributes:
        number: tells jobs and errands apart.
        provider: name of the provider.
        claims: what is to be settled.
        lane: the queue of its host, or of its registry.
        width: how many jobs of that lane run at once.
    """

    number: int
    provider: str
    claims: tuple[Claim, ...]
    lane: str
    width: int


@dataclass(frozen=True, slots=True)
class Errand:
    """One step of a chain of redirects, to be made by the worker that has its host."""

    number: int
    step: Step


@dataclass(frozen=True, slots=True)
class Done:
    """A job that has ended.

    Attributes:
        number: of the job.
        answers: what the provider said.
        crash: what went wrong in the provider and where, or None.
    """

    number: int
    answers: tuple[Evidence | Pass, ...]
    crash: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Back:
    """An errand that was made; ``outcome`` is None where nobody has its host any more."""

    number: int
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class News:
    """What a worker tells at a time.

    Attributes:
        done: the jobs and errands that have ended.
        errands: what others have to do for it, each with a number of its own.
        hosts: what whoever goes on with them has to know of its hosts, where that is new.
        connectivity: how its network behaves; None where that is what it was.
        requests: how many requests it has sent so far.
        without_handles: how many of them failed because it had too many open files.
        hints: what the user could do.
    """

    done: tuple[Done | Back, ...]
    errands: tuple[Errand, ...]
    hosts: tuple[HostState, ...]
    connectivity: Connectivity | None
    requests: int
    without_handles: int
    hints: tuple[str, ...]
