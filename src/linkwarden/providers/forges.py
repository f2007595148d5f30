"""Repositories at GitLab, Codeberg (Gitea) and Bitbucket, asked by their interfaces.

The pages of a forge send those who are not logged in elsewhere for what is missing, or stand behind a bot wall; the
interfaces tell. What lies inside a repository is left to the pages, except files at Gitea, which its interface can
confirm past the wall. Source: services.md section 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from linkwarden.model import Claim, Evidence, Fact, Kind, Pass, Rule, Suggestion, Target, Verdict
from linkwarden.providers._base import Example
from linkwarden.providers._forges_hosts import HOSTS, Dialect, ForgeRef, is_name, parse
from linkwarden.providers._http import batch_unverified
from linkwarden.providers._registry import (
    OneByOne,
    Reply,
    ask,
    encoded,
    page_stands,
    place_of,
    title_of,
    told,
    with_path_start,
)

if TYPE_CHECKING:
    from linkwarden.net import Net

MISSING = Rule(
    "LW635",
    "forge-repository-missing",
    Verdict.BROKEN,
    "the forge has no such repository, or it is private",
    "The interface of GitLab, Codeberg or Bitbucket says that there is no repository of this name. It gives the same "
    "answer for private ones; readers of the list see neither.",
    "Look for the new place of the project, ask the owner to make it public, or take the entry out.",
)
MOVED = Rule(
    "LW636",
    "forge-repository-moved",
    Verdict.MOVED,
    "the repository has a new name",
    "The forge leads from the old name of the repository to the new one, until somebody else takes the old name.",
    "Put the new name into the list.",
)
ARCHIVED = Rule(
    "LW637",
    "forge-repository-archived",
    Verdict.DEGRADED,
    "the repository is archived",
    "Its owner has marked the repository as archived: it can be read, and nobody works on it any more.",
    "Decide whether the entry should stay, or say in the list that the project is archived.",
)

#: Tabs of a repository at Gitea, with the field that tells whether it has them.
_GITEA_TABS = {"issues": "has_issues", "pulls": "has_pull_requests", "releases": "has_releases"}


class Forges(OneByOne):
    """Settles repositories; of addresses inside one it tells whether the repository is gone, and asks the page."""

    name: ClassVar[str] = "forges"
    rank: ClassVar[int] = 230
    domains: ClassVar[frozenset[str] | None] = frozenset(HOSTS)
    batch: ClassVar[int] = 50
    kind: ClassVar[Kind] = Kind.REPOSITORY
    rules: ClassVar[tuple[Rule, ...]] = (MISSING, MOVED, ARCHIVED)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("https://gitlab.com/inkscape/inkscape", "gitlab.com/inkscape/inkscape"),
        Example("https://gitlab.com/a/b/C.git", "gitlab.com/a/b/c"),
        Example("https://gitlab.com/a/b/c/-/blob/main/README.md", "gitlab.com/a/b/c"),
        Example("https://gitlab.com/a/b/tree/master/src", "gitlab.com/a/b"),
        Example("https://codeberg.org/forgejo/forgejo/src/branch/main/README.md", "codeberg.org/forgejo/forgejo"),
        Example("https://bitbucket.org/atlassian/jest/src/master/", "bitbucket.org/atlassian/jest"),
        Example("https://gitlab.com/inkscape", None),
        Example("https://gitlab.com/explore/projects", None),
        Example("https://codeberg.org/user/login", None),
        Example("https://about.gitlab.com/a/b", None),
        Example("https://gitlab.com/a/b/-/raw/main/logo.png", None, image=True),
    )

    def claim(self, target: Target) -> str | None:
        """Give host and full name of the repository, in lower case."""
        ref = _ref(target)
        return None if ref is None else ref.ident

    async def settle(self, net: Net, group: Sequence[Claim]) -> list[Evidence | Pass]:
        """Settle all links into one repository.

        Where the interface says nothing, the pages are asked: they never show what is not there, and a host that is
        dead is dead for both.
        """
        cases = [(claim, ref) for claim in group if (ref := _ref(claim.target)) is not None]
        first = cases[0][1]
        reply = await ask(net, first.api(first.name), "forge")
        if _is_repository(first, reply):
            return [await _there(net, claim, ref, reply) for claim, ref in cases]
        if not _says_missing(first, reply):
            return [Pass(claim.target.key) for claim in group]
        contradiction = await _contradicted(net, first)
        if contradiction is None:
            why = f"{first.forge} has no such repository to show, and its page could not be seen"
            return list(batch_unverified(group, f"{why}, so linkwarden cannot tell.", status=reply.status))
        if contradiction:
            return [Pass(claim.target.key) for claim in group]
        reason = f"{first.forge} has no repository {first.name}: it is missing or private, and readers cannot see it."
        facts = (reply.fact("the interface has no such repository"),)
        return [told(claim, reply, MISSING, reason, facts=facts) for claim, _ in cases]


def _ref(target: Target) -> ForgeRef | None:
    place = place_of(target)
    return None if place is None else parse(place)


def _is_repository(ref: ForgeRef, reply: Reply) -> bool:
    return reply.status == 200 and (bool(_full_name(ref, reply)) or (reply.is_object and not reply.table))


def _says_missing(ref: ForgeRef, reply: Reply) -> bool:
    """Tell whether a 404 is the interface's own word: each wraps it in its JSON."""
    key = "error" if ref.dialect is Dialect.BITBUCKET else "message"
    return reply.status == 404 and key in reply.table


async def _contradicted(net: Net, ref: ForgeRef) -> bool | None:
    """Look at the name in other ways before it is called missing: True if it is something, None if unknown.

    At GitLab a name may be a group, or a project with a section after it, as old addresses have it. Bitbucket's
    interface is less well known [U], so that its page has a word too.
    """
    if ref.dialect is Dialect.GITEA:
        return False
    if ref.dialect is Dialect.BITBUCKET:
        return await page_stands(net, f"https://{ref.host}/{encoded(ref.name, '/')}")
    for url in (*(ref.api(name) for name in ref.names[1:]), ref.group_api()):
        reply = await ask(net, url, "forge")
        if reply.status == 200 and reply.is_object:
            return True
        if not _says_missing(ref, reply):
            return None
    return False


def _full_name(ref: ForgeRef, reply: Reply) -> str:
    """Give the name that the repository has today, or "" if the answer tells none."""
    name = reply.table.get("path_with_namespace" if ref.dialect is Dialect.GITLAB else "full_name")
    return name if isinstance(name, str) and is_name(name) else ""


async def _there(net: Net, claim: Claim, ref: ForgeRef, reply: Reply) -> Evidence | Pass:
    """Settle a link into a repository that is there."""
    name = _full_name(ref, reply) or ref.name
    facts: tuple[Fact, ...] = (reply.fact(f"{ref.forge} has the repository {name}"),)
    if ref.rest:
        inside = await _inside(net, ref, name, reply)
        if inside is None:
            return Pass(claim.target.key)
        facts += (inside,)
    elif "#" in (claim.target.address or ""):  # forges put READMEs into their pages by script
        facts += (Fact("the section of the README was not looked for"),)
    title = title_of(reply.table.get("name"))
    if name.casefold() != ref.name.casefold():
        better = with_path_start(claim.target.address or "", ref.segments, name)
        suggestion = Suggestion(better, "the repository's present name", safe=True)
        reason = f"The repository is now called {name}."
        return told(claim, reply, MOVED, reason, suggestion=suggestion, title=title, facts=facts)
    if reply.table.get("archived") is True and not ref.rest:
        return told(claim, reply, ARCHIVED, f"The repository {name} is archived.", title=title, facts=facts)
    return told(claim, reply, title=title, facts=facts)


async def _inside(net: Net, ref: ForgeRef, name: str, repository: Reply) -> Fact | None:
    """Confirm what an address is about inside a repository at Gitea; None leaves it to the page.

    Codeberg's pages stand behind a bot wall and its interface does not. Its "no" is not believed: a branch's name
    may contain slashes, which an address does not show.
    """
    if ref.dialect is not Dialect.GITEA:
        return None
    if len(ref.rest) == 1 and repository.table.get(_GITEA_TABS.get(ref.rest[0], "")) is True:
        return Fact(f"the repository has {ref.rest[0]}; their page was not asked")
    url = ref.contents_api(name)
    if url is None:
        return None
    reply = await ask(net, url, "forge")
    return (
        reply.fact("the file or folder is there")
        if reply.status == 200 and (reply.is_list or reply.is_object)
        else None
    )
