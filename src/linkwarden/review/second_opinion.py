"""Requests again, some seconds later or at the end of the run, what one response of an ordinary host made broken."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from linkwarden.answers import rules as http
from linkwarden.judge import verdict_of
from linkwarden.model import FAILS_BY_DEFAULT, Evidence, Fact, FactKind, Result, Rule, Verdict
from linkwarden.providers.web.image import rules as images
from linkwarden.review._asking import ORDINARY, Asker, in_lanes
from linkwarden.review._base import Needs, Review
from linkwarden.text import host_of

if TYPE_CHECKING:
    from linkwarden.net import Net

FLAPPING = Rule(
    "LW820",
    "flapping",
    Verdict.UNVERIFIED,
    "two requests in one run got two different responses",
    "Before linkwarden calls a link broken because of one response of an ordinary web server, it requests it again "
    "some seconds later, or at the end of the run, over a new connection. The first response would have made this link "
    "broken; the second did not confirm it. Servers behind a load balancer, or in the middle of an update, behave like "
    "this.",
    "Open the URL in a browser. If it works there, there is nothing to do.",
)

#: What a single answer says of a whole site: asked again once for all links to it.
_OF_THE_SITE = frozenset(
    rule.code
    for rule in (
        http.NO_SUCH_HOST,
        http.CONNECTION_REFUSED,
        http.CERTIFICATE_EXPIRED,
        http.CERTIFICATE_WRONG_HOST,
        http.CERTIFICATE_UNTRUSTED,
    )
)
#: Findings that rest on one response. A 410, or a storage service that names what is missing, is meant as said.
_ON_ONE_ANSWER = _OF_THE_SITE | {
    rule.code for rule in (http.NOT_FOUND, http.ORIGIN_UNKNOWN, images.NOT_AN_IMAGE, images.EMPTY_IMAGE)
}
#: Outcomes that are no second answer, because nobody was asked or nobody wanted to say.
_NO_ANSWER = frozenset(rule.code for rule in (http.OUT_OF_TIME, http.RATE_LIMITED, http.HOST_SILENT, http.NO_HANDLES))

#: A hiccup of the second look would take back a finding that is right, so it is tried twice.
_ATTEMPTS = 2

_CONFIRMED = "requested twice: later in the run, over a new connection, it failed again"
_NOT_ASKED = "requested once: later in the run, no second request was possible"


class SecondOpinionReview(Review):
    """Asks again, once, before a link is called broken."""

    name: ClassVar[str] = "second-opinion"
    rank: ClassVar[int] = 10
    doing: ClassVar[str] = "checking failures a second time"
    needs: ClassVar[Needs] = Needs.HOST  # one request speaks for many links of a site, and its time has come last
    rules: ClassVar[tuple[Rule, ...]] = (FLAPPING,)

    def wants(self, result: Result) -> bool:
        return _rests_on_one_answer(result)

    async def look(self, results: Sequence[Result], net: Net, now: datetime) -> AsyncIterator[Evidence]:
        """Ask again for what rests on one answer; give every reported link its second fact, or take the blame back."""
        asker = Asker(self.ctx, net, now, attempts=_ATTEMPTS, fresh=True)
        questions: dict[tuple[str, ...], list[Result]] = {}
        for result in results:
            if _rests_on_one_answer(result):
                questions.setdefault(_question(result), []).append(result)
        jobs = [(host_of(_address(group[0])), partial(self._ask_again, asker, group)) for group in questions.values()]
        for group in await in_lanes(jobs):
            for evidence in group:
                yield evidence

    async def _ask_again(self, asker: Asker, group: Sequence[Result]) -> list[Evidence]:
        """Ask for the first link of a group; where it was no accident, it was none for the others either."""
        first, *others = group
        second = await self._answer(asker, first)
        judged = [_compared(first.evidence, second)]
        if judged[0].rule is FLAPPING and _question(first)[0] == "site":
            judged += [_compared(other.evidence, await self._answer(asker, other)) for other in others]
        else:
            judged += [_compared(other.evidence, second) for other in others]
        return judged

    async def _answer(self, asker: Asker, result: Result) -> Evidence | None:
        key, provider = result.target.key, result.evidence.checked_by
        answers = await self.once.ask((provider, key), lambda: asker.judge([result.target], provider))
        return answers.get(key)


def _rests_on_one_answer(result: Result) -> bool:
    rule = result.evidence.rule
    return rule is not None and rule.code in _ON_ONE_ANSWER and result.evidence.checked_by in ORDINARY


def _question(result: Result) -> tuple[str, ...]:
    """Return what has to be requested again: the site for what was found of the whole site, else the page."""
    evidence = result.evidence
    code = evidence.rule.code if evidence.rule else ""
    redirected = any(fact.kind is FactKind.REDIRECT for fact in evidence.facts)
    if code in _OF_THE_SITE and not redirected:
        parts = urlsplit(_address(result))
        return ("site", parts.scheme.lower(), parts.netloc.lower())
    return ("page", evidence.checked_by, _address(result).partition("#")[0])


def _address(result: Result) -> str:
    return result.target.address or ""


def _compared(first: Evidence, second: Evidence | None) -> Evidence:
    """Weigh two answers to one question: a failure that is confirmed stands, one that is not is no failure."""
    if second is None or (second.rule is not None and second.rule.code in _NO_ANSWER):
        return replace(first, facts=(*first.facts, Fact(_NOT_ASKED)))
    if verdict_of(second) in FAILS_BY_DEFAULT:
        return replace(first, facts=(*first.facts, Fact(_CONFIRMED, status=second.status)))
    then, now = _in_words(first), _in_words(second)
    return Evidence(
        key=first.key,
        checked_by=first.checked_by,
        rule=FLAPPING,
        reason=f"Two requests in this run got two different responses: at first {then}, later {now}.",
        status=second.status,
        facts=(
            Fact(f"first response: {then}", status=first.status),
            *first.facts,
            Fact(f"second response, over a new connection: {now}", status=second.status),
            *second.facts,
        ),
    )


def _in_words(evidence: Evidence) -> str:
    if evidence.rule is None or evidence.rule.verdict is Verdict.MOVED:
        return "ok"
    return f'"{evidence.rule.summary}"'
