"""Settles links without a token: git says whether a repository is there, raw files speak for themselves.

REST allows 60 requests an hour without a token, so it is asked only for what nobody else can tell: accounts, issues,
folders, commits, and why a file is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from linkwarden.model import Evidence, Fact
from linkwarden.providers.code.github import evidence as say
from linkwarden.providers.code.github import followup, git
from linkwarden.providers.code.github.evidence import Case, Repository
from linkwarden.providers.code.github.git import GitReply, There
from linkwarden.providers.code.github.rest import Rest
from linkwarden.providers.code.github.urls import NUMBERED, PATHS, What, looks_like_sha
from linkwarden.providers.registry import Canary, Outcome, ask
from linkwarden.records import dataclass

if TYPE_CHECKING:
    from linkwarden.net import Net


@dataclass(slots=True)
class Tools:
    """What the requests of one run share.

    Attributes:
        rest: the REST API.
        canary: whether git over HTTPS finds what certainly exists.
        lines: how many lines files have.
    """

    rest: Rest
    canary: Canary
    lines: followup.Lines


async def settle(  # noqa: PLR0911 - one per response
    net: Net, tools: Tools, cases: Sequence[Case]
) -> Sequence[Outcome]:
    """Settle all links of one ident: an account, a gist, or everything in one repository."""
    ref = cases[0].ref
    if ref.what is What.GIST:  # git over HTTPS finds no gist without git's own agent
        return await followup.gist(net, tools.rest, cases)
    if ref.what is What.OWNER:
        return await followup.account(net, tools.rest, cases)
    wants_refs = any(case.ref.what in PATHS or case.ref.what is What.TAG for case in cases)
    reply = await git.ls_remote(net, ref.full_name, refs=wants_refs)
    match reply.there:
        case There.NO if await tools.canary.lives(net):
            return [say.no_repository(case, reply.status, "git ls-remote") for case in cases]
        case There.NO:
            return [case.unverified("git ls-remote does not even find a repository that exists") for case in cases]
        case There.BLOCKED:
            return await _blocked(net, tools.rest, cases, reply)
        case There.UNKNOWN:
            return [case.unverified(f"github.com {reply.why}") for case in cases]
        case There.YES:
            inside = _Inside(net, tools, reply)
            return [await inside.settle(case) for case in cases]


async def _blocked(net: Net, rest: Rest, cases: Sequence[Case], reply: GitReply) -> Sequence[Outcome]:
    """Look for the reason and the public notice of a blocked repository, whose absence changes nothing."""
    outcome = await followup.absent_repository(net, rest, cases)
    if not isinstance(outcome, Repository) and say.is_blocked(outcome):
        return outcome
    return [say.blocked(case, "", reply.status) for case in cases]


class _Inside:
    """What git knows of a repository that is there, and the requests about what lies in it."""

    def __init__(self, net: Net, tools: Tools, reply: GitReply) -> None:
        self._net = net
        self._rest = tools.rest
        self._lines = tools.lines
        self._refs = reply.refs
        self._repository = Repository(
            reply.full_name,
            default_branch=reply.refs.head,
            empty=reply.refs.empty,
            source="git ls-remote",
        )

    async def settle(self, case: Case) -> Outcome:  # noqa: PLR0911 - one per sort of thing
        """Settle one link into the repository."""
        ref = case.ref
        if ref.what is What.TAG:
            return await self._tag(case)
        if ref.what is What.COMMIT:
            return await followup.commit(self._net, self._rest, case, self._repository, ref.name)
        if ref.what in NUMBERED:
            return await followup.number(self._net, self._rest, case, self._repository)
        if ref.what not in PATHS:
            return say.healthy(case, self._repository)
        if ref.what is What.RAW:
            return await self._raw(case)
        if ref.what is What.FILE:
            return await self._file(case)
        return await self._tree(case)

    async def _tag(self, case: Case) -> Outcome:
        known = self._refs.has(f"refs/tags/{case.ref.name}")
        if known:
            return say.healthy(case, self._repository)
        if known is False:
            return say.no_release(case, self._repository)
        return await followup.tag(self._net, self._rest, case, self._repository)

    def _branch_known(self, case: Case) -> bool | None:
        """Return whether any reading of the URL names a branch or tag; None if the list does not say."""
        if case.ref.branch == "HEAD":
            return True
        answers = [self._refs.has(revision) for revision, _ in case.ref.splits]
        if True in answers:
            return True
        return None if None in answers or looks_like_sha(case.ref.branch) else False

    async def _raw(self, case: Case) -> Outcome:
        """A raw file answers for itself, unless its branch went away and the file is still there."""
        if self._branch_known(case) is False and await self._raw_status(f"HEAD/{case.ref.path}") == 200:
            return await followup.raw_page(self._net, case, self._repository)
        found = say.healthy(case, self._repository)
        return say.as_note(case, found) if isinstance(found, Evidence) else found

    async def _file(self, case: Case) -> Outcome:
        """A file's page is there if its raw file is; a missing raw file may be a folder or a submodule."""
        status = await self._raw_status(case.ref.prefix + "/".join(case.ref.rest))
        if status == 200:
            seen = [Fact("the raw file is there", status=200)]
            return await self._lines.settle(self._net, case, self._repository, seen)
        if status != 404:
            return await self._path(case, on_default=False, branch_known=self._branch_known(case))
        known = self._branch_known(case)
        on_default = known is not True and await self._raw_status(f"HEAD/{case.ref.path}") == 200
        if known is False and on_default:
            return await followup.absent_branch(self._net, self._rest, case, self._repository, on_default=True)
        return await self._path(case, on_default=on_default, branch_known=known)

    async def _tree(self, case: Case) -> Outcome:
        """A branch or tag is in git's list; of folders only REST knows."""
        known = self._branch_known(case)
        if any(not path and self._refs.has(revision) for revision, path in case.ref.splits):
            return say.healthy(case, self._repository)
        if not case.ref.path:
            if known is False:
                return await followup.absent_branch(self._net, self._rest, case, self._repository, on_default=True)
            return await followup.commit(self._net, self._rest, case, self._repository, case.ref.splits[0][0])
        return await self._path(case, on_default=False, branch_known=known)

    async def _path(self, case: Case, *, on_default: bool, branch_known: bool | None) -> Outcome:
        """Let REST settle a path, reading branch names with slashes from git's list."""
        revision = next((r for r, _ in case.ref.splits if self._refs.has(r)), None)
        return await followup.absent_path(
            self._net,
            self._rest,
            case,
            self._repository,
            on_default=on_default,
            branch_known=branch_known,
            revision=revision,
        )

    async def _raw_status(self, rest: str) -> int | None:
        """Ask the raw host for the head of a file; None if it did not answer."""
        url = followup.raw_address(self._repository.full_name, rest)
        reply = await ask(self._net, url, "github-raw", accept="*/*", max_bytes=1)
        return reply.status if reply.response is not None else None
