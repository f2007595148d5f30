"""Settles links with a token: GraphQL for all, then REST for what it did not find."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from linkwarden.model import Evidence, Fact, Pass
from linkwarden.providers._github import evidence as say
from linkwarden.providers._github import followup, rules
from linkwarden.providers._github.evidence import Case, Repository
from linkwarden.providers._github.graphql import GraphQL, Question, Reply, State, literal
from linkwarden.providers._github.readme import Anchors, readme_anchors
from linkwarden.providers._github.rest import Rest
from linkwarden.providers._github.urls import PATHS, GithubRef, What

if TYPE_CHECKING:
    from linkwarden.net import Net

Groups = Mapping[str, Sequence[Case]]


def first_fields(ref: GithubRef) -> tuple[str, ...]:
    """Give the GraphQL fields that settle an address at best; any that is not null does."""
    match ref.what:
        case What.COMMIT:
            return (_object(ref.name),)
        case What.TAG:
            tag = literal(ref.name)
            return (
                f"release(tagName: {tag}) {{ tagName }}",
                f"ref(qualifiedName: {literal('refs/tags/' + ref.name)}) {{ name }}",
            )
        case What.ISSUE:
            fields = "{ __typename ... on Issue { url } ... on PullRequest { url } }"
            return (f"issueOrPullRequest(number: {ref.number}) {fields}",)
        case What.DISCUSSION:
            return (f"discussion(number: {ref.number}) {{ url }}",)
        case What.MILESTONE:
            return (f"milestone(number: {ref.number}) {{ url }}",)
    return (_object(_expression(*ref.splits[0])),) if ref.what in PATHS else ()


def second_fields(ref: GithubRef) -> dict[str, str]:
    """Give what to ask once the first fields are null: other readings of the address, and the default branch."""
    if ref.what is What.ISSUE:
        return {"other": f"discussion(number: {ref.number}) {{ url }}"}
    if ref.what not in PATHS:
        return {}
    fields = {f"split{n}": _object(_expression(*split)) for n, split in enumerate(ref.splits[1:])}
    revision, path = ref.splits[0]
    fields["branch"] = _object(revision)
    if path:
        fields["head"] = _object(_expression("HEAD", path))
    return fields


def _expression(revision: str, path: str) -> str:
    """Write a revision expression (git rev-parse documentation, "<rev>:<path>")."""
    return f"{revision}:{path}" if path else revision


def _object(expression: str) -> str:
    return f"object(expression: {literal(expression)}) {{ __typename }}"


@dataclass(slots=True)
class _Open:
    """A link that the first question did not settle, with what is known of its repository."""

    case: Case
    repository: Repository
    prefix: str = ""
    answer: Mapping[str, Any] | None = None


class Informed:
    """The way with a token."""

    def __init__(self, graphql: GraphQL, rest: Rest) -> None:
        self._graphql = graphql
        self._rest = rest
        self._readmes: dict[str, Anchors | None] = {}

    async def settle(self, net: Net, groups: Groups, left: dict[str, Sequence[Case]]) -> AsyncIterator[Evidence | Pass]:
        """Settle links by ident; groups that GraphQL did not answer are put into ``left``."""
        replies = await self._graphql.ask(net, [_question(ident, cases) for ident, cases in groups.items()])
        open_links: list[_Open] = []
        for ident, cases in groups.items():
            reply = replies[ident]
            match reply.state:
                case State.UNANSWERED:
                    left[ident] = cases
                case State.REFUSED:
                    for case in cases:
                        yield case.unverified(reply.why)
                case State.MISSING:
                    async for item in self._missing(net, ident, cases, left):
                        yield item
                case State.FOUND:
                    for known in self._found(cases, reply, open_links):
                        yield await self._readme(net, known) if isinstance(known, _Open) else known
        async for item in self._second_round(net, open_links):
            yield item

    async def _missing(
        self, net: Net, ident: str, cases: Sequence[Case], left: dict[str, Sequence[Case]]
    ) -> AsyncIterator[Evidence | Pass]:
        """Let REST say why GraphQL found nothing."""
        if cases[0].ref.what is What.OWNER:
            outcome: list[Evidence | Pass] | Repository = await followup.account(net, self._rest, cases)
        else:
            outcome = await followup.absent_repository(net, self._rest, cases)
        if isinstance(outcome, Repository):
            # REST knows it under another name: what is asked about its inside is settled there.
            left[ident] = cases
            return
        for item in outcome:
            yield item

    def _found(self, cases: Sequence[Case], reply: Reply, open_links: list[_Open]) -> list[Evidence | Pass | _Open]:
        """Settle the links into one account or repository; README anchors come back to be looked up."""
        if cases[0].ref.what is What.OWNER:
            fact = Fact("GitHub's GraphQL interface: the account exists")
            return [say.healthy(case, None, [fact]) for case in cases]
        repository = Repository.from_graphql(reply.data)
        settled: list[Evidence | Pass | _Open] = []
        for n, case in enumerate(cases):
            aliases = [f"x{n}_{m}" for m in range(len(first_fields(case.ref)))]
            if case.ref.what is What.SECTION and case.ref.name == "wiki" and repository.wiki_off:
                reason = f"The wiki of {repository.full_name} is switched off."
                settled.append(case.evidence(rules.WIKI_OFF, reason, facts=[repository.fact]))
            elif case.ref.readme_anchor:
                settled.append(_Open(case, repository))
            elif not aliases or any(reply.data.get(alias) is not None for alias in aliases):
                settled.append(_there(case, repository, [reply.data.get(a) for a in aliases]))
            elif any(alias in reply.failed for alias in aliases):
                kind = next(reply.failed[alias] for alias in aliases if alias in reply.failed)
                settled.append(case.unverified(f"GitHub did not tell us ({kind})"))
            else:
                open_links.append(_Open(case, repository))
        return settled

    async def _readme(self, net: Net, link: _Open) -> Evidence | Pass:
        """Look a README anchor up in GitHub's own rendering."""
        case, repository = link.case, link.repository
        if repository.full_name not in self._readmes:
            self._readmes[repository.full_name] = await readme_anchors(net, self._rest, repository.full_name)
        anchors = self._readmes[repository.full_name]
        found = say.healthy(case, repository)
        if anchors is None or not isinstance(found, Evidence):
            return found
        if anchors.holds(case.ref.readme_anchor):
            return say.healthy(case, repository, [Fact(f"the README has the section #{case.ref.readme_anchor}")])
        return replace(
            found,
            rule=rules.NO_SECTION,
            reason=f"The README of {repository.full_name} has no section #{case.ref.readme_anchor}.",
            facts=(repository.fact, Fact(f"no section #{case.ref.readme_anchor} in GitHub's rendering of the README")),
        )

    async def _second_round(self, net: Net, open_links: Sequence[_Open]) -> AsyncIterator[Evidence | Pass]:
        """Ask what else may explain the nulls, all in one query, then settle link by link."""
        questions: dict[str, Question] = {}
        for n, link in enumerate(open_links):
            link.prefix = f"y{n}_"
            fields = {link.prefix + alias: text for alias, text in second_fields(link.case.ref).items()}
            if not fields:
                link.answer = {}
                continue
            owner, _, name = link.repository.full_name.partition("/")
            known = questions.get(link.repository.full_name)
            questions[link.repository.full_name] = Question(
                link.repository.full_name, owner, name, {**(known.fields if known else {}), **fields}
            )
        replies = await self._graphql.ask(net, list(questions.values())) if questions else {}
        for link in open_links:
            yield await self._explain(net, link, replies.get(link.repository.full_name))

    async def _explain(  # noqa: PLR0911 - one per sort of thing
        self, net: Net, link: _Open, reply: Reply | None
    ) -> Evidence | Pass:
        """Settle a link whose first question was answered with null."""
        case, repository = link.case, link.repository
        fields = second_fields(case.ref)
        if fields and (
            reply is None or reply.state is not State.FOUND or any(link.prefix + f in reply.failed for f in fields)
        ):
            return case.unverified(
                (reply.why if reply else "") or "GitHub's interface did not answer a second question"
            )
        answer = {alias: reply.data.get(link.prefix + alias) for alias in fields} if reply else {}
        match case.ref.what:
            case What.TAG:
                return say.no_release(case, repository)
            case What.COMMIT:
                return await followup.commit(net, self._rest, case, repository, case.ref.name)
            case What.ISSUE:
                other = answer.get("other")
                url = other.get("url") if isinstance(other, dict) else None
                if isinstance(url, str):
                    return say.number_moved(case, repository, url)
                return await followup.number(net, self._rest, case, repository)
            case What.MILESTONE:
                return await followup.number(net, self._rest, case, repository)
            case What.DISCUSSION:
                return say.no_number(case, repository, None)
        return await self._explain_path(net, case, repository, answer)

    async def _explain_path(
        self, net: Net, case: Case, repository: Repository, answer: Mapping[str, Any]
    ) -> Evidence | Pass:
        """Settle a path that was not found with the shortest branch name (services.md 3.3)."""
        if any(value is not None for alias, value in answer.items() if alias.startswith("split")):
            return say.healthy(case, repository)
        branch_known = answer.get("branch") is not None
        on_default = answer.get("head") is not None
        if branch_known or (case.ref.path and not on_default):
            return await followup.absent_path(
                net, self._rest, case, repository, on_default=on_default, branch_known=branch_known
            )
        if case.ref.what is What.RAW:
            return await followup.raw_page(net, case, repository)
        return await followup.absent_branch(net, self._rest, case, repository, on_default=True)


def _question(ident: str, cases: Sequence[Case]) -> Question:
    """Ask about everything that links want of one account or repository."""
    ref = cases[0].ref
    fields = {f"x{n}_{m}": text for n, case in enumerate(cases) for m, text in enumerate(first_fields(case.ref))}
    return Question(ident, ref.owner, ref.repo, fields)


def _there(case: Case, repository: Repository, values: Sequence[Any]) -> Evidence | Pass:
    """Settle a link that GraphQL found; an issue may have been found in another repository."""
    url = next((v["url"] for v in values if isinstance(v, dict) and isinstance(v.get("url"), str)), None)
    if url is not None and not url.casefold().startswith(f"https://github.com/{repository.full_name}/".casefold()):
        return say.number_moved(case, repository, url)
    return say.healthy(case, repository)
