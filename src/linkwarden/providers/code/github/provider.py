"""GitHub: repositories and what lies in them, accounts and gists, asked by GitHub's own APIs.

With a token one GraphQL query settles a hundred repositories; without one, a small ``git ls-remote`` request tells
whether a repository is there. Pages of github.com are never fetched: GitHub walls programs that do, and its APIs know
more (docs/facts/services.md#github-renames).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

from linkwarden.model import Claim, Kind, Target
from linkwarden.providers.base import Example, LoadContext, Provider, by_ident
from linkwarden.providers.code.github import anonymous, followup
from linkwarden.providers.code.github.evidence import PROVIDER, Case
from linkwarden.providers.code.github.git import knows_canary
from linkwarden.providers.code.github.graphql import GraphQL
from linkwarden.providers.code.github.informed import Informed
from linkwarden.providers.code.github.rest import Access, Rest
from linkwarden.providers.code.github.rules import RULES
from linkwarden.providers.code.github.urls import HOSTS, What, parse
from linkwarden.providers.registry import Canary, Outcome, side_by_side

if TYPE_CHECKING:
    from datetime import datetime

    from linkwarden.net import Net

#: From how many repositories on a token is worth telling about.
_MANY = 5


class Github(Provider):
    """Repositories and everything in them whose fate an API of GitHub can tell."""

    name = PROVIDER
    rank = 130
    gathers = True
    per_question = 100
    kind = Kind.REPOSITORY
    domains = HOSTS
    rules = RULES
    examples = (
        Example("https://github.com/lutzroeder/Netron", "lutzroeder/netron"),
        Example("http://www.github.com/pytorch/glow.git", "pytorch/glow"),
        Example("https://github.com/ray-project/ray/tree/master/python/ray/tune", "ray-project/ray"),
        Example("https://github.com/pytorch/glow/raw/master/docs/3LevelIR.png", "pytorch/glow", image=True),
        Example("https://raw.githubusercontent.com/torch/torch.github.io/master/a/b.png", "torch/torch.github.io"),
        Example("https://github.com/octocat", "@octocat"),
        Example("https://gist.github.com/octocat/aa5a315d61ae9438b18d", "gist:aa5a315d61ae9438b18d"),
        Example("https://github.com/topics/machine-learning", None),
        Example("https://github.com/o/r/wiki/Home", None),
        Example("https://github.com/user-attachments/assets/0f6b2a9e-0000-4000-8000-000000000000", None),
        Example("https://octocat.github.io/", None),
    )

    def __init__(self, ctx: LoadContext) -> None:
        super().__init__(ctx)
        self._access = Access(ctx.github_token or None, ctx.hint)
        self._tools = anonymous.Tools(Rest(self._access), Canary(knows_canary), followup.Lines())
        self._graphql = GraphQL(self._access)
        self._informed = Informed(self._graphql, self._tools.rest, self._tools.lines)
        self._asked_without_token = 0

    def claim(self, target: Target) -> str | None:
        """Return the repository, account or gist that a URL is about; of images those in a repository's files."""
        ref = parse(target.address) if target.address else None
        if ref is None or (target.is_image and ref.what not in (What.RAW, What.FILE)):
            return None
        return ref.ident

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Outcome]:  # noqa: ARG002 - GitHub's answers do not depend on the time
        """Settle links: by GraphQL where there is a token, and what is then left by git and REST."""
        left: dict[str, Sequence[Case]] = {}
        groups: dict[str, Sequence[Case]] = {}
        for ident, members in by_ident(claims).items():
            cases = [Case(claim, ref) for claim in members if (ref := parse(claim.target.address or ""))]
            wants_graphql = self._graphql.usable and cases and cases[0].ref.what is not What.GIST
            (groups if wants_graphql else left)[ident] = cases
        if groups:
            async for item in self._informed.settle(net, groups, left):
                yield item
        self._count(len(left))
        jobs = (anonymous.settle(net, self._tools, cases) for cases in left.values() if cases)
        async for item in side_by_side(jobs):  # the network layer spaces their requests
            yield item

    def _count(self, idents: int) -> None:
        """Tell about tokens once there are enough links that would gain by one."""
        if self._access.token is not None or self.ctx.github_token:
            return
        before, self._asked_without_token = self._asked_without_token, self._asked_without_token + idents
        if before <= _MANY < self._asked_without_token:
            self.ctx.hint(
                "GitHub was asked without a token. With one (GITHUB_TOKEN or --github-token; it needs no permission) "
                "a single query answers for a hundred repositories, and archived ones are told as well."
            )
