"""Requests to REST that settle what GraphQL or git left open, the same with and without a token."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import quote

from linkwarden.foreign import text_at
from linkwarden.model import Fact
from linkwarden.providers.code.github import evidence as say
from linkwarden.providers.code.github import rules
from linkwarden.providers.code.github.evidence import OLD_DEFAULTS, Case, Repository
from linkwarden.providers.code.github.rest import Rest, contents_path, is_blocked, moved, repository_path
from linkwarden.providers.code.github.urls import What, canonical, looks_like_sha
from linkwarden.providers.registry import Outcome, Reply, ask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linkwarden.net import Net

#: Longer files are not read to count their lines.
MAX_FILE_BYTES = 1024 * 1024
_NUMBER_PATHS = {What.ISSUE: "issues", What.MILESTONE: "milestones"}


async def absent_repository(net: Net, rest: Rest, cases: Sequence[Case]) -> Sequence[Outcome] | Repository:
    """Ask why a repository was not found: missing, renamed or blocked (docs/facts/services.md#github-rest).

    Gives the evidence for all its links, or the repository if it is there after all under another name.
    """
    reply = await rest.get(net, repository_path(cases[0].ref.full_name))
    if moved(reply):
        reply = await rest.follow(net, reply)
    if is_blocked(reply):
        return _blocked(cases, reply)
    match reply.status:
        case 404:
            return [say.no_repository(case, 404, "GitHub's REST API") for case in cases]
        case 200 if name := text_at(reply.value, "full_name"):
            return Repository(
                full_name=name,
                default_branch=text_at(reply.value, "default_branch") or None,
                archived="an unknown day" if reply.table.get("archived") is True else "",
                disabled=reply.table.get("disabled") is True,
                private=reply.table.get("private") is True,
                source="GitHub's REST API",
            )
    return [case.unverified(_doubt(reply)) for case in cases]


def _blocked(cases: Sequence[Case], reply: Reply) -> Sequence[Outcome]:
    reason, notice = text_at(reply.value, "block", "reason"), text_at(reply.value, "block", "html_url")
    return [say.blocked(case, reason or "dmca", reply.status, notice) for case in cases]


def _doubt(reply: Reply) -> str:
    return f"GitHub's REST API {reply.why}"


async def absent_path(
    net: Net,
    rest: Rest,
    case: Case,
    repository: Repository,
    *,
    on_default: bool,
    branch_known: bool | None,
    revision: str | None = None,
) -> Outcome:
    """Ask REST about a path that GraphQL or the raw host did not find.

    It knows submodules, which no revision expression reaches, so only its 404 is a proof.

    Args:
        net: the way to the network.
        rest: the API.
        case: the link.
        repository: that should hold the path.
        on_default: the path is on the default branch.
        branch_known: whether the branch exists; None if nobody told.
        revision: the branch or tag that exists among the readings of the URL, if that is known.
    """
    revision, path = next((s for s in case.ref.splits if s[0] == revision), case.ref.splits[0])
    reply = await rest.get(net, contents_path(repository.full_name, path, revision))
    if reply.status == 200:
        return say.healthy(case, repository, [Fact(f"GitHub's REST API: {path or '/'} is there", status=200)])
    if reply.status != 404:
        return case.unverified(_doubt(reply))
    if branch_known is False and not on_default:
        return say.no_revision(case, repository, status=404)
    return say.no_path(case, repository, on_default=on_default, status=404)


async def absent_branch(net: Net, rest: Rest, case: Case, repository: Repository, *, on_default: bool) -> Outcome:
    """Settle a page whose branch, tag or commit does not exist.

    Args:
        net: the way to the network.
        rest: the API.
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
    if moved(reply):
        name = text_at((await rest.follow(net, reply)).value, "name")
        return say.branch_renamed(case, repository, name or default or "HEAD")
    if reply.status != 404:
        return case.unverified(_doubt(reply))
    # A tag may have gone by that name; REST resolves branches, tags and hashes alike.
    return await commit(net, rest, case, repository, case.ref.splits[0][0], on_default=on_default)


async def raw_page(net: Net, case: Case, repository: Repository) -> Outcome:
    """Settle a raw file whose branch does not exist, while the file is on the default branch.

    The raw host does not redirect after a rename; whether ``github.com/…/raw/…`` does is unsure, so that URL is
    asked itself (docs/facts/services.md#github-renames).
    """
    if case.ref.raw_host:
        return say.raw_branch_renamed(case, repository)
    reply = await ask(net, canonical(case.url), "github-raw", accept="*/*", max_bytes=512)
    if reply.response is not None and reply.status == 404:
        return say.raw_branch_renamed(case, repository, status=404)
    there = reply.response is not None and reply.status == 200
    renamed = say.branch_renamed(case, repository, repository.default_branch or "HEAD")
    return case.passed(renamed if there else None)


class Lines:
    """How many lines the files of a run have, each asked for once."""

    def __init__(self) -> None:
        self._counts: dict[str, int | None] = {}
        self._one_at_a_time = asyncio.Lock()

    async def settle(self, net: Net, case: Case, repository: Repository, seen: Sequence[Fact] = ()) -> Outcome:
        """Return what is said of a file that is there, given the line that the link names."""
        if case.ref.line == 0 or case.ref.what is not What.FILE or case.is_picture:
            return say.healthy(case, repository, seen)
        async with self._one_at_a_time:
            url = raw_address(repository.full_name, case.ref.prefix + "/".join(case.ref.rest))
            if url not in self._counts:
                self._counts[url] = await _count_lines(net, url)
            count = self._counts[url]
        if count is None or case.ref.line <= count:
            return say.healthy(case, repository, seen)
        return say.no_line(case, repository, count)


async def _count_lines(net: Net, url: str) -> int | None:
    """Count the lines of a raw file; None if it is no text, too long, or cannot be had."""
    reply = await ask(net, url, "github-raw", accept="*/*", max_bytes=MAX_FILE_BYTES)
    response = reply.response
    if response is None or reply.status != 200 or not response.complete:
        return None
    if b"\0" in response.body or response.body.startswith(b"version https://git-lfs"):
        return None
    # A last line without an end counts, and so does each end of old systems.
    return max(response.body.count(b"\n"), response.body.count(b"\r")) + 1


def raw_address(full_name: str, rest: str) -> str:
    """Return where the raw host serves what follows ``blob/`` in the URL of a file's page."""
    return f"https://raw.githubusercontent.com/{full_name}/{quote(rest)}"


async def commit(
    net: Net, rest: Rest, case: Case, repository: Repository, name: str, *, on_default: bool = False
) -> Outcome:
    """Ask whether a revision exists; 422 is no such revision (REST documentation, "Get a commit")."""
    reply = await rest.get(net, f"{repository_path(repository.full_name)}/commits/{quote(name, safe='')}")
    if reply.status == 200:
        return say.healthy(case, repository, [Fact(f"GitHub's REST API: {name} is there", status=200)])
    if reply.status in (404, 422):
        return say.no_revision(case, repository, on_default=on_default, status=reply.status)
    return case.unverified(_doubt(reply))


async def tag(net: Net, rest: Rest, case: Case, repository: Repository) -> Outcome:
    """Ask whether a tag exists, without which there is no release page."""
    name = quote(case.ref.name, safe="/")
    reply = await rest.get(net, f"{repository_path(repository.full_name)}/git/ref/tags/{name}")
    if reply.status == 200:
        return say.healthy(case, repository, [Fact(f"GitHub's REST API: tag {case.ref.name}", status=200)])
    if reply.status == 404:
        return say.no_release(case, repository, status=404)
    return case.unverified(_doubt(reply))


async def number(net: Net, rest: Rest, case: Case, repository: Repository) -> Outcome:
    """Ask about an issue, pull request or milestone; REST has no word on discussions."""
    kind = _NUMBER_PATHS.get(case.ref.what)
    if kind is None:
        return case.unverified("GitHub tells about discussions only with a token")
    reply = await rest.get(net, f"{repository_path(repository.full_name)}/{kind}/{case.ref.number}")
    if moved(reply):
        reply = await rest.follow(net, reply)
        url = text_at(reply.value, "html_url")
        if reply.status == 200 and url.startswith("https://github.com/"):
            return say.number_moved(case, repository, url)
    if reply.status == 200:
        return say.healthy(case, repository, [Fact(f"GitHub's REST API: number {case.ref.number}", status=200)])
    if reply.status in (404, 410):
        return say.no_number(case, repository, reply.status)
    return case.unverified(_doubt(reply))


async def account(net: Net, rest: Rest, cases: Sequence[Case]) -> Sequence[Outcome]:
    """Ask about a user or organisation."""
    reply = await rest.get(net, f"/users/{cases[0].ref.owner}")
    match reply.status:
        case 200:
            return [
                say.healthy(case, None, [Fact("GitHub's REST API: the account exists", status=200)]) for case in cases
            ]
        case 404:
            return [say.no_account(case, 404) for case in cases]
    return [case.unverified(_doubt(reply)) for case in cases]


async def gist(net: Net, rest: Rest, cases: Sequence[Case]) -> Sequence[Outcome]:
    """Ask about a gist; a deleted one and a wrong id are 404 alike."""
    reply = await rest.get(net, f"/gists/{cases[0].ref.name.lower()}")
    if is_blocked(reply):
        return _blocked(cases, reply)
    match reply.status:
        case 200:
            return [say.healthy(case, None, [Fact("GitHub's REST API: the gist exists", status=200)]) for case in cases]
        case 404:
            reason = f"There is no gist {cases[0].ref.name}: it was deleted, or the id is misspelt."
            fact = Fact("GitHub's REST API: no such gist", status=404)
            return [case.evidence(rules.NO_GIST, reason, status=404, facts=[fact]) for case in cases]
    return [case.unverified(_doubt(reply)) for case in cases]
