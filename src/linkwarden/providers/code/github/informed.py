"""Settles links with a token: GraphQL for all, then REST for what it did not find."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from linkwarden.model import Evidence, Fact, FactKind
from linkwarden.providers.code.github import evidence as say
from linkwarden.providers.code.github import followup, rules
from linkwarden.providers.code.github.evidence import Case, Repository
from linkwarden.providers.code.github.graphql import (
    Anchors,
    Answers,
    GraphQL,
    Reply,
    State,
    first_fields,
    question,
    readme_anchors,
    second_fields,
)
from linkwarden.providers.code.github.rest import Rest
from linkwarden.providers.code.github.urls import What
from linkwarden.providers.registry import Outcome
from linkwarden.records import dataclass

if TYPE_CHECKING:
    from linkwarden.net import Net

_API = "GitHub's GraphQL API"
Groups = Mapping[str, Sequence[Case]]


@dataclass(slots=True)
class _Open:
    """A link that the first query did not settle.

    Attributes:
        case: the link.
        repository: that it leads into.
        branch: the branch, tag or commit exists.
        on_default: the path is on the default branch.
    """

    case: Case
    repository: Repository
    branch: bool = False
    on_default: bool = False

    @property
    def read_rightly(self) -> bool:
        """True where the branch cannot be one with slashes.

        Git allows no branch ``a/b`` beside a branch ``a`` (docs/facts/services.md#github-urls); nor is it doubtful what
        ``master/docs/x.md`` means where the default branch has ``docs/x.md``.
        """
        return self.branch or (self.on_default and self.case.ref.branch in say.OLD_DEFAULTS)


class Informed:
    """The way with a token."""

    def __init__(self, graphql: GraphQL, rest: Rest, lines: followup.Lines) -> None:
        self._graphql = graphql
        self._rest = rest
        self._lines = lines
        self._readmes: dict[str, Anchors | None] = {}

    async def settle(self, net: Net, groups: Groups, left: dict[str, Sequence[Case]]) -> AsyncIterator[Outcome]:
        """Settle links by ident; groups that GraphQL did not answer are put into ``left``."""
        questions = [
            question(ident, cases[0].ref.owner, cases[0].ref.repo, _asked(cases)) for ident, cases in groups.items()
        ]
        replies = await self._graphql.ask(net, questions)
        open_links: list[_Open] = []
        for ident, cases in groups.items():
            reply = replies[ident]
            match reply.state:
                case State.UNANSWERED:
                    left[ident] = cases
                case State.REFUSED | State.MISSING:
                    outcome = await self._absent(net, cases)
                    if isinstance(outcome, Repository):
                        left[ident] = cases  # what is asked about its inside is settled there
                        continue
                    contradiction = reply.state is State.REFUSED and not say.is_blocked(outcome)
                    for item in (
                        [case.unverified(f"{_API} {reply.why}") for case in cases] if contradiction else outcome
                    ):
                        yield item
                case State.FOUND:
                    for known in self._found(cases, reply, open_links):
                        yield await self._look_closer(net, known) if isinstance(known, _Open) else known
        async for item in self._second_round(net, open_links):
            yield item

    async def _absent(self, net: Net, cases: Sequence[Case]) -> Sequence[Outcome] | Repository:
        """Let REST say why GraphQL found nothing, or did not tell (docs/facts/services.md#github-graphql)."""
        if cases[0].ref.what is What.OWNER:
            return await followup.account(net, self._rest, cases)
        return await followup.absent_repository(net, self._rest, cases)

    def _found(self, cases: Sequence[Case], reply: Reply, open_links: list[_Open]) -> list[Outcome | _Open]:
        """Settle the links into one account or repository; README anchors and lines come back to be looked up."""
        if cases[0].ref.what is What.OWNER:
            fact = Fact("GitHub's GraphQL API: the account exists")
            return [say.healthy(case, None, [fact]) for case in cases]
        repository = Repository.from_graphql(reply.data)
        answers = Answers(_asked(cases), reply)
        settled: list[Outcome | _Open] = []
        for case in cases:
            fields = first_fields(case.ref)
            if case.ref.what is What.SECTION and case.ref.name == "wiki" and repository.wiki_off:
                reason = f"The wiki of {repository.full_name} is switched off."
                settled.append(case.evidence(rules.WIKI_OFF, reason, facts=[repository.fact]))
            elif case.ref.readme_anchor:
                settled.append(_Open(case, repository))
            elif not fields.proof or any(answers.value(field) is not None for field in fields.proof):
                there = _there(case, repository, answers.urls(fields.proof))
                settled.append(_Open(case, repository) if case.ref.line else there)
            elif failure := answers.failure(fields.all):
                settled.append(case.unverified(f"{_API} did not tell us ({failure})"))
            else:
                branch = answers.value(fields.branch) is not None
                open_links.append(_Open(case, repository, branch, answers.value(fields.head) is not None))
        return settled

    async def _look_closer(self, net: Net, link: _Open) -> Outcome:
        """Look a line up in its file, or a README anchor in GitHub's own rendering."""
        case, repository = link.case, link.repository
        if not case.ref.readme_anchor:
            return await self._lines.settle(net, case, repository)
        if repository.full_name not in self._readmes:
            self._readmes[repository.full_name] = await readme_anchors(net, self._rest, repository.full_name)
        anchors = self._readmes[repository.full_name]
        found = say.healthy(case, repository)
        if anchors is None or not isinstance(found, Evidence):
            return found
        if anchors.holds(case.ref.readme_anchor):
            seen = Fact(f"the README has the section #{case.ref.readme_anchor}", kind=FactKind.SECTION)
            return say.healthy(case, repository, [seen])
        return replace(
            found,
            rule=rules.NO_SECTION,
            reason=f"The README of {repository.full_name} has no section #{case.ref.readme_anchor}.",
            facts=(repository.fact, Fact(f"no section #{case.ref.readme_anchor} in GitHub's rendering of the README")),
        )

    async def _second_round(self, net: Net, open_links: Sequence[_Open]) -> AsyncIterator[Outcome]:
        """Ask what else the URLs may mean, all in one query, then settle link by link."""
        asked: dict[str, list[str]] = {}
        for link in open_links:
            if not link.read_rightly:
                asked.setdefault(link.repository.full_name, []).extend(second_fields(link.case.ref))
        named = ((name, *name.partition("/")[::2], fields) for name, fields in asked.items() if fields)
        questions = [question(ident, owner, name, fields) for ident, owner, name, fields in named]
        replies = await self._graphql.ask(net, questions) if questions else {}
        for link in open_links:
            name = link.repository.full_name
            yield await self._explain(net, link, Answers(asked.get(name, ()), replies.get(name)))

    async def _explain(  # noqa: PLR0911 - one per sort of thing
        self, net: Net, link: _Open, answers: Answers
    ) -> Outcome:
        """Settle a link of which nothing was there at first."""
        case, repository = link.case, link.repository
        if link.read_rightly:
            return await self._explain_path(net, link)
        others = second_fields(case.ref)
        if failure := answers.failure(others):
            return case.unverified(f"{_API} left a second question open ({failure})")
        if urls := answers.urls(others):
            return say.number_moved(case, repository, urls[0])
        if any(answers.value(field) is not None for field in others):
            return say.healthy(case, repository)
        match case.ref.what:
            case What.TAG:
                return say.no_release(case, repository)
            case What.COMMIT:
                return await followup.commit(net, self._rest, case, repository, case.ref.name)
            case What.ISSUE | What.MILESTONE:
                return await followup.number(net, self._rest, case, repository)
            case What.DISCUSSION:
                return say.no_number(case, repository, None)
        return await self._explain_path(net, link)

    async def _explain_path(self, net: Net, link: _Open) -> Outcome:
        """Settle a path that is not where the URL says (docs/facts/services.md#github-renames)."""
        case, repository = link.case, link.repository
        if link.branch or (case.ref.path and not link.on_default):
            return await followup.absent_path(
                net, self._rest, case, repository, on_default=link.on_default, branch_known=link.branch
            )
        if case.ref.what is What.RAW:
            return await followup.raw_page(net, case, repository)
        return await followup.absent_branch(net, self._rest, case, repository, on_default=True)


def _asked(cases: Sequence[Case]) -> list[str]:
    """Return everything that links want to know of one repository."""
    return [field for case in cases for field in first_fields(case.ref).all]


def _there(case: Case, repository: Repository, urls: Sequence[str]) -> Outcome:
    """Settle a link that GraphQL found; an issue may have been found in another repository."""
    home = f"https://github.com/{repository.full_name}/".casefold()
    if urls and not urls[0].casefold().startswith(home):
        return say.number_moved(case, repository, urls[0])
    return say.healthy(case, repository)
