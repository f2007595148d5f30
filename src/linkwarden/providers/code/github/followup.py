"""Questions to REST that settle what GraphQL or git left open, the same with and without a token."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from linkwarden.model import Evidence, Fact, Pass
from linkwarden.providers.code.github import evidence as say
from linkwarden.providers.code.github import rules
from linkwarden.providers.code.github.evidence import OLD_DEFAULTS, Case, Repository
from linkwarden.providers.code.github.rest import Rest, contents_path, repository_path
from linkwarden.providers.code.github.urls import What, canonical, looks_like_sha
from linkwarden.wire import NetError, Request

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linkwarden.net import Net

_NUMBER_PATHS = {What.ISSUE: "issues", What.MILESTONE: "milestones"}


async def absent_repository(net: Net, rest: Rest, cases: Sequence[Case]) -> list[Evidence | Pass] | Repository:
    """Ask why a repository was not found: missing, renamed or blocked (docs/facts/services.md#github-rest).

    Gives the evidence for all its links, or the repository if it is there after all under another name.
    """
    reply = await rest.get(net, repository_path(cases[0].ref.full_name))
    if reply.moved:
        reply = await rest.follow(net, reply)
    match reply.status:
        case 404:
            return [say.no_repository(case, 404, "GitHub's REST interface") for case in cases]
        case 451:
            block = reply.data.get("block")
            notice = block.get("html_url") if isinstance(block, dict) else None
            return [say.blocked(case, notice if isinstance(notice, str) else None) for case in cases]
        case 200 if isinstance(reply.data.get("full_name"), str):
            return _repository(reply.data)
    return [case.unverified(reply.doubt) for case in cases]


def _repository(data: object) -> Repository:
    """Read a repository as REST gives it."""
    assert isinstance(data, dict)  # noqa: S101 - the caller looked
    branch = data.get("default_branch")
    return Repository(
        full_name=str(data["full_name"]),
        default_branch=branch if isinstance(branch, str) else None,
        archived="an unknown day" if data.get("archived") is True else "",
        disabled=data.get("disabled") is True,
        private=data.get("private") is True,
        source="GitHub's REST interface",
    )


async def absent_path(
    net: Net,
    rest: Rest,
    case: Case,
    repository: Repository,
    *,
    on_default: bool,
    branch_known: bool | None,
    revision: str | None = None,
) -> Evidence | Pass:
    """Ask REST about a path that GraphQL or the raw host did not find.

    It knows submodules, which no revision expression reaches, so only its 404 is a proof.

    Args:
        net: the way to the network.
        rest: the interface.
        case: the link.
        repository: that should hold the path.
        on_default: the path is on the default branch.
        branch_known: whether the branch exists; None if nobody told.
        revision: the branch or tag that exists among the readings of the address, if that is known.
    """
    revision, path = next((s for s in case.ref.splits if s[0] == revision), case.ref.splits[0])
    reply = await rest.get(net, contents_path(repository.full_name, path, revision))
    if reply.status == 200:
        return say.healthy(case, repository, [Fact(f"GitHub's REST interface: {path or '/'} is there", status=200)])
    if reply.status != 404:
        return case.unverified(reply.doubt)
    if branch_known is False and not on_default:
        return say.no_revision(case, repository, status=404)
    return say.no_path(case, repository, on_default=on_default, status=404)


async def absent_branch(
    net: Net, rest: Rest, case: Case, repository: Repository, *, on_default: bool
) -> Evidence | Pass:
    """Settle a page whose branch, tag or commit does not exist.

    Args:
        net: the way to the network.
        rest: the interface.
        case: the link; not one of the raw host.
        repository: that should have the branch.
        on_default: what the link wants is on the default branch.
    """
    branch, default = case.ref.branch, repository.default_branch
    if default and on_default and branch in OLD_DEFAULTS and branch != default:
        return say.branch_renamed(case, repository, default)
    if case.ref.prefix == "refs/tags/" or looks_like_sha(branch):
        return await commit(net, rest, case, repository, case.ref.splits[0][0], on_default=on_default)
    # "Get a branch" answers 301 for a branch that was renamed (REST documentation, "Branches").
    reply = await rest.get(net, f"{repository_path(repository.full_name)}/branches/{quote(branch, safe='')}")
    if reply.moved:
        name = (await rest.follow(net, reply)).data.get("name")
        return say.branch_renamed(case, repository, name if isinstance(name, str) else default or "HEAD")
    if reply.status != 404:
        return case.unverified(reply.doubt)
    # A tag may have gone by that name; REST resolves branches, tags and hashes alike.
    return await commit(net, rest, case, repository, case.ref.splits[0][0], on_default=on_default)


async def raw_page(net: Net, case: Case, repository: Repository) -> Evidence | Pass:
    """Settle a raw file whose branch does not exist, while the file is on the default branch.

    The raw host does not redirect after a rename; whether ``github.com/…/raw/…`` does is unsure, so that address is
    asked itself (docs/facts/services.md#github-renames).
    """
    if case.ref.raw_host:
        return say.raw_branch_renamed(case, repository)
    try:
        response = await net.fetch(Request(url=canonical(case.url), purpose="github-raw", accept="*/*", max_bytes=512))
    except NetError:
        return Pass(case.claim.target.key)
    if response.status == 404:
        return say.raw_branch_renamed(case, repository, status=404)
    if response.status == 200:
        return Pass(
            case.claim.target.key,
            note=say.branch_renamed(case, repository, repository.default_branch or "HEAD"),
        )
    return Pass(case.claim.target.key)


async def commit(
    net: Net, rest: Rest, case: Case, repository: Repository, name: str, *, on_default: bool = False
) -> Evidence | Pass:
    """Ask whether a revision exists; 422 is no such revision (REST documentation, "Get a commit")."""
    reply = await rest.get(net, f"{repository_path(repository.full_name)}/commits/{quote(name, safe='')}")
    if reply.status == 200:
        return say.healthy(case, repository, [Fact(f"GitHub's REST interface: {name} is there", status=200)])
    if reply.status in (404, 422):
        return say.no_revision(case, repository, on_default=on_default, status=reply.status)
    return case.unverified(reply.doubt)


async def tag(net: Net, rest: Rest, case: Case, repository: Repository) -> Evidence | Pass:
    """Ask whether a tag exists, without which there is no release page."""
    name = quote(case.ref.name, safe="/")
    reply = await rest.get(net, f"{repository_path(repository.full_name)}/git/ref/tags/{name}")
    if reply.status == 200:
        return say.healthy(case, repository, [Fact(f"GitHub's REST interface: tag {case.ref.name}", status=200)])
    if reply.status == 404:
        return say.no_release(case, repository, status=404)
    return case.unverified(reply.doubt)


async def number(net: Net, rest: Rest, case: Case, repository: Repository) -> Evidence | Pass:
    """Ask about an issue, pull request or milestone; REST has no word on discussions."""
    kind = _NUMBER_PATHS.get(case.ref.what)
    if kind is None:
        return case.unverified("GitHub tells about discussions only with a token")
    reply = await rest.get(net, f"{repository_path(repository.full_name)}/{kind}/{case.ref.number}")
    if reply.moved:
        reply = await rest.follow(net, reply)
        url = reply.data.get("html_url")
        if reply.status == 200 and isinstance(url, str) and url.startswith("https://github.com/"):
            return say.number_moved(case, repository, url)
    if reply.status == 200:
        return say.healthy(case, repository, [Fact(f"GitHub's REST interface: number {case.ref.number}", status=200)])
    if reply.status in (404, 410):
        return say.no_number(case, repository, reply.status)
    return case.unverified(reply.doubt)


async def account(net: Net, rest: Rest, cases: Sequence[Case]) -> list[Evidence | Pass]:
    """Ask about a user or organisation."""
    reply = await rest.get(net, f"/users/{cases[0].ref.owner}")
    match reply.status:
        case 200:
            return [
                say.healthy(case, None, [Fact("GitHub's REST interface: the account exists", status=200)])
                for case in cases
            ]
        case 404:
            return [say.no_account(case, 404) for case in cases]
    return [case.unverified(reply.doubt) for case in cases]


async def gist(net: Net, rest: Rest, cases: Sequence[Case]) -> list[Evidence | Pass]:
    """Ask about a gist; a deleted one and a wrong id are 404 alike."""
    reply = await rest.get(net, f"/gists/{cases[0].ref.name.lower()}")
    match reply.status:
        case 200:
            return [
                say.healthy(case, None, [Fact("GitHub's REST interface: the gist exists", status=200)])
                for case in cases
            ]
        case 404:
            reason = f"There is no gist {cases[0].ref.name}: it was deleted, or the id is misspelt."
            fact = Fact("GitHub's REST interface: no such gist", status=404)
            return [case.evidence(rules.NO_GIST, reason, status=404, facts=[fact]) for case in cases]
    return [case.unverified(reply.doubt) for case in cases]
