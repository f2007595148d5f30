"""GitHub as it is: api.github.com (REST and GraphQL), ``git ls-remote``, raw files and gists, and how they misbehave.

Answers are those of docs/facts/services.md#github. Pages of github.com are served too, so that a test can see that
nobody asked for one (``page_views``).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from aiohttp import web
from graphql import GraphQLError

from tests.internet.core import FakeInternet
from tests.internet.github_graphql import Node, NotFoundError, execute, github_schema

_GIT = re.compile(r"/(?P<name>[^/]+/[^/]+?)(?:\.git)/info/refs\Z")
_DMCA = "https://github.com/github/dmca/blob/master/2026/01/2026-01-01-example.md"
_BLOCKED_WORDS = {
    "dmca": f"Repository unavailable due to DMCA takedown.\n\nSee the takedown notice: {_DMCA}\n",
    "tos": "Access to this repository has been disabled by GitHub staff.\n",
}


@dataclass(slots=True)
class FakeRepository:
    """A repository of the fake.

    Attributes:
        full_name: its present name.
        branches: paths by branch; the first one is the default branch.
        tags: paths by tag.
        commits: hashes that exist.
        former: names that it had.
        renamed_branches: new name by old name.
        archived_at: an instant, or None.
        private, disabled, wiki, lock: states.
        numbers: "Issue", "PullRequest", "Discussion", "Milestone", "deleted", or the address it was transferred to.
        releases: tag names.
        readme: rendered README, or None.
        submodules: paths that REST knows and no revision expression reaches.
        forbidden: the token may not see it; the GraphQL error type.
    """

    full_name: str
    branches: dict[str, set[str]] = field(default_factory=lambda: {"main": {"README.md"}})
    tags: dict[str, set[str]] = field(default_factory=dict)
    commits: set[str] = field(default_factory=set)
    former: tuple[str, ...] = ()
    renamed_branches: dict[str, str] = field(default_factory=dict)
    archived_at: str | None = None
    private: bool = False
    disabled: bool = False
    wiki: bool = True
    lock: str | None = None
    numbers: dict[int, str] = field(default_factory=dict)
    releases: set[str] = field(default_factory=set)
    readme: str | None = None
    submodules: set[str] = field(default_factory=set)
    forbidden: str | None = None

    @property
    def default_branch(self) -> str | None:
        """The first branch, or None for an empty repository."""
        return next(iter(self.branches), None)

    def kind_at(self, expression: str) -> str | None:
        """Resolve a revision expression: "Blob", "Tree", "Commit" or None."""
        revision, colon, path = expression.partition(":")
        tree = self._tree(revision)
        if tree is None:
            return None
        if not colon:
            return "Commit"
        if path in tree:
            return "Blob"
        return "Tree" if not path or any(p.startswith(path + "/") for p in tree) else None

    def _tree(self, revision: str) -> set[str] | None:
        if revision == "HEAD":
            return self.branches[self.default_branch] if self.default_branch else None
        if revision in self.commits:
            return next(iter(self.branches.values()), set())
        short = re.sub(r"\Arefs/(?:heads|tags)/", "", revision)
        if not revision.startswith("refs/tags/") and short in self.branches:
            return self.branches[short]
        return None if revision.startswith("refs/heads/") else self.tags.get(short)

    def file_of(self, rest: str) -> str | None:
        """Find the path that raw.githubusercontent.com would serve for ``branch/path``."""
        parts = rest.split("/")
        start = 3 if rest.startswith("refs/") else 1
        for cut in range(start, len(parts)):
            path = "/".join(parts[cut:])
            if self.kind_at(f"{'/'.join(parts[:cut])}:{path}") == "Blob":
                return path
        return None


@dataclass(slots=True)
class FakeGithub:
    """All hosts of GitHub on a fake internet.

    Attributes:
        internet: where they stand.
        token: the one token that is taken.
        too_many: more repositories than this in one query are answered with 502.
        graphql_faults: answers to the next queries instead of the right one: (status, body, headers).
        rest_faults: the same for REST.
        rest_left: what is left of the hour without a token.
        blocked: why access is disabled ("dmca", "tos"), by lower-case full name or by the id of a gist.
        git_faults: status by lower-case full name, for ``git ls-remote``.
        page_views: paths of HTML pages of github.com that somebody asked for.
        queries: the GraphQL queries, in order.
        defects: what was wrong with queries; a test that uses the fake asserts that there is nothing.
    """

    internet: FakeInternet
    token: str = "good-token"
    too_many: int = 1000
    graphql_faults: list[tuple[int, str, dict[str, str]]] = field(default_factory=list)
    rest_faults: list[tuple[int, str, dict[str, str]]] = field(default_factory=list)
    rest_left: int = 60
    git_faults: dict[str, int] = field(default_factory=dict)
    pictures: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    accounts: set[str] = field(default_factory=set)
    gists: set[str] = field(default_factory=set)
    blocked: dict[str, str] = field(default_factory=dict)
    page_views: list[str] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    repositories: dict[str, FakeRepository] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take over GitHub's host names."""
        github_schema()  # read it now, not while a query waits
        api = self.internet.site("api.github.com").https_only()
        api.handle("/graphql", self._graphql)
        api.default(self._rest)
        self.internet.site("github.com").https_only().default(self._site)
        self.internet.site("www.github.com").default(self._www)
        self.internet.site("gist.github.com").https_only().default(self._gist)
        self.internet.site("raw.githubusercontent.com").https_only().default(self._raw)
        self.add("git/git")

    def add(self, full_name: str, *paths: str, **state: Any) -> FakeRepository:
        """Make a repository with files on ``main`` (or ``branches=…``); its owner becomes an account."""
        repository = FakeRepository(full_name, **state)
        if "branches" not in state:
            repository.branches["main"] |= set(paths)
        for name in (full_name, *repository.former):
            self.repositories[name.lower()] = repository
        self.accounts.add(full_name.partition("/")[0].lower())
        return repository

    def questions(self) -> list[tuple[str, str]]:
        """Give (method, path) of every request to the API, in order."""
        return [(e.method, unquote(e.path)) for e in self.internet.requests_to("api.github.com")]

    def git_questions(self) -> list[str]:
        """Return the repositories that ``git ls-remote`` was asked about, in order, but for the canary."""
        found = (_GIT.match(e.path) for e in self.internet.requests_to("github.com"))
        return [m["name"] for m in found if m and m["name"] != "git/git"]

    # -- GraphQL ------------------------------------------------------------------------------------------------

    async def _graphql(self, request: web.Request) -> web.StreamResponse:
        if self.graphql_faults:
            status, body, headers = self.graphql_faults.pop(0)
            return web.Response(status=status, text=body, headers=headers)
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return _json({"message": "Bad credentials"}, 401)
        query = json.loads(await request.read())["query"]
        self.queries.append(query)
        if len(re.findall(r"\br\d+: ", query)) > self.too_many:
            return web.Response(status=502, text="<html>502 Bad Gateway</html>", content_type="text/html")
        root = {
            "rateLimit": {"cost": 1, "remaining": 4990, "resetAt": "2026-11-22T04:00:00Z"},
            "repository": self._graphql_repository,
            "repositoryOwner": lambda login: (
                {"__typename": "User", "login": login} if login.lower() in self.accounts else None
            ),
        }
        try:
            return _json(execute(query, root))
        except (AssertionError, KeyError, GraphQLError) as error:
            self.defects.append(f"{error!r} in {query}")
            return web.Response(status=400, text=str(error))

    def _graphql_repository(self, owner: str, name: str) -> Node:
        repository = self.repositories.get(f"{owner}/{name}".lower())
        if repository is None or f"{owner}/{name}".lower() in self.blocked:
            raise NotFoundError(f"Could not resolve to a Repository with the name '{owner}/{name}'.")
        if repository.forbidden:
            raise NotFoundError("Resource not accessible by personal access token", repository.forbidden)
        return _graphql_node(repository)

    # -- REST ---------------------------------------------------------------------------------------------------

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        if self.rest_faults:
            status, body, headers = self.rest_faults.pop(0)
            return web.Response(status=status, text=body, headers=headers)
        authorization = request.headers.get("Authorization")
        if authorization is not None and authorization != f"Bearer {self.token}":
            return _json({"message": "Bad credentials", "status": "401"}, 401)
        if authorization is None:
            if self.rest_left <= 0:
                message = "API rate limit exceeded for 203.0.113.7."
                headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795347600"}
                return _json({"message": message}, 403, headers)
            self.rest_left -= 1
        left = {"x-ratelimit-remaining": str(self.rest_left if authorization is None else 4990)}
        status, body, more = self._rest_answer(
            [unquote(s) for s in request.raw_path.partition("?")[0].split("/")[1:]], request
        )
        if isinstance(body, str):
            return web.Response(status=status, text=body, headers=left | more, content_type="text/html")
        return _json(body, status, left | more)

    def _rest_answer(self, path: list[str], request: web.Request) -> tuple[int, Any, dict[str, str]]:
        match path:
            case ["users", login]:
                return (200, {"login": login}, {}) if login.lower() in self.accounts else _missing()
            case ["gists", gist] if gist in self.blocked:
                return self._blocked(gist)
            case ["gists", gist]:
                return (200, {"id": gist}, {}) if gist in self.gists else _missing()
            case ["repositories", number, *inside]:
                repository = list(self.repositories.values())[int(number)]
                return self._rest_repository(repository, inside, request)
            case ["repos", owner, name, *inside]:
                return self._rest_named(f"{owner}/{name}".lower(), inside, request)
        return _missing()

    def _blocked(self, name: str) -> tuple[int, Any, dict[str, str]]:
        reason = self.blocked[name]
        block = {"reason": reason, "created_at": "2026-01-01T00:00:00Z", "html_url": _DMCA}
        return 403 if reason == "tos" else 451, {"message": "Repository access blocked", "block": block}, {}

    def _rest_named(self, asked: str, inside: list[str], request: web.Request) -> tuple[int, Any, dict[str, str]]:
        if asked in self.blocked:
            return self._blocked(asked)
        repository = self.repositories.get(asked)
        if repository is None or (repository.private and "Authorization" not in request.headers):
            return _missing()
        if asked != repository.full_name.lower():
            number = list(self.repositories.values()).index(repository)
            return _moved("/".join([f"/repositories/{number}", *inside]))
        return self._rest_repository(repository, inside, request)

    def _rest_repository(  # noqa: PLR0911 - one per route
        self, repository: FakeRepository, inside: list[str], request: web.Request
    ) -> tuple[int, Any, dict[str, str]]:
        match inside:
            case []:
                return 200, _rest_summary(repository), {}
            case ["readme"] if repository.readme is not None:
                return 200, repository.readme, {}
            case ["contents", *parts]:
                path = "/".join(parts)
                kind = repository.kind_at(f"{request.query.get('ref', 'HEAD')}:{path}")
                found = path in repository.submodules or kind is not None
                return (200, [] if kind == "Tree" else {"path": path}, {}) if found else _missing()
            case ["branches", branch]:
                if branch in repository.renamed_branches:
                    return _moved(f"/repos/{repository.full_name}/branches/{repository.renamed_branches[branch]}")
                return (200, {"name": branch}, {}) if branch in repository.branches else _missing()
            case ["commits", revision]:
                known = repository.kind_at(revision) is not None
                return (200, {"sha": revision}, {}) if known else (422, {"message": "No commit found for SHA"}, {})
            case ["git", "ref", "tags", *parts]:
                return (200, {"ref": "/".join(parts)}, {}) if "/".join(parts) in repository.tags else _missing()
            case ["issues" | "milestones" as kind, number]:
                return _rest_number(repository.numbers.get(int(number)), kind)
        return _missing()

    # -- github.com and its neighbours --------------------------------------------------------------------------

    async def _site(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        found = _GIT.match(path)
        if found and request.query.get("service") == "git-upload-pack":
            return self._git(found["name"])
        raw = re.match(r"/([^/]+/[^/]+)/raw/(.+)", path)
        if raw:
            repository = self.repositories.get(raw[1].lower())
            if repository is None or repository.file_of(raw[2]) is None:
                return web.Response(status=404, text="Not Found")
            return web.Response(
                status=302, headers={"Location": f"https://raw.githubusercontent.com/{repository.full_name}/{raw[2]}"}
            )
        self.page_views.append(path)
        return web.Response(text="<html><title>GitHub</title></html>", content_type="text/html")

    def _git(self, name: str) -> web.Response:
        fault = self.git_faults.get(name.lower())
        if fault is not None:
            return web.Response(status=fault, text="<html>sorry</html>", content_type="text/html")
        repository = self.repositories.get(name.lower())
        if name.lower() in self.blocked:
            return web.Response(status=403, text=_BLOCKED_WORDS[self.blocked[name.lower()]])
        if repository is None or repository.private:
            return web.Response(
                status=401, headers={"WWW-Authenticate": 'Basic realm="GitHub"'}, text="Repository not found."
            )
        if name.lower() != repository.full_name.lower():
            to = f"https://github.com/{repository.full_name}.git/info/refs?service=git-upload-pack"
            return web.Response(status=301, headers={"Location": to})
        return web.Response(body=advertisement(repository), content_type="application/x-git-upload-pack-advertisement")

    async def _www(self, request: web.Request) -> web.StreamResponse:
        return web.Response(status=301, headers={"Location": f"https://github.com{request.raw_path}"})

    async def _gist(self, request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/info/refs"):  # git's own agent only
            return web.Response(status=404, text="Not Found")
        self.page_views.append(request.path)
        return web.Response(text="<html></html>", content_type="text/html")

    async def _raw(self, request: web.Request) -> web.StreamResponse:
        owner, name, rest = request.path[1:].split("/", 2)
        repository = self.repositories.get(f"{owner}/{name}".lower())
        path = repository.file_of(rest) if repository and not repository.private else None
        if path is None:
            return web.Response(status=404, text="404: Not Found")
        body, kind = self.pictures.get(path, (b"hello\n", "text/plain"))
        return web.Response(body=body, content_type=kind)


def advertisement(repository: FakeRepository) -> bytes:
    """Write what ``git ls-remote`` is answered with (gitprotocol-http, gitprotocol-pack)."""
    sha = b"1" * 40
    names = sorted([f"refs/heads/{b}" for b in repository.branches] + [f"refs/tags/{t}" for t in repository.tags])
    if names:
        capabilities = f"multi_ack symref=HEAD:refs/heads/{repository.default_branch} agent=git/github".encode()
        lines = [sha + b" HEAD\0" + capabilities, *(sha + b" " + name.encode() for name in names)]
    else:
        lines = [b"0" * 40 + b" capabilities^{}\0multi_ack agent=git/github"]
    body = b"".join(f"{len(line) + 5:04x}".encode() + line + b"\n" for line in lines)
    return b"001e# service=git-upload-pack\n0000" + body + b"0000"


def _graphql_node(repository: FakeRepository) -> Node:
    """Give a repository as GraphQL sees it."""
    numbers = repository.numbers

    def numbered(*kinds: str) -> Any:
        def resolve(number: int) -> Node:
            kind = numbers.get(number, "")
            if kind not in kinds:
                raise NotFoundError(f"Could not resolve to an issue or pull request with the number of {number}.")
            words = {"Issue": "issues", "PullRequest": "pull", "Discussion": "discussions", "Milestone": "milestone"}
            url = f"https://github.com/{repository.full_name}/{words[kind]}/{number}"
            return {"__typename": kind, "url": url}

        return resolve

    def git_object(expression: str) -> Node | None:
        kind = repository.kind_at(expression)
        return {"__typename": kind} if kind else None

    def ref(qualifiedName: str) -> Node | None:  # noqa: N803 - GitHub's name
        return {"name": qualifiedName} if repository.kind_at(qualifiedName) else None

    def milestone(number: int) -> Node | None:
        return numbered("Milestone")(number=number) if numbers.get(number) == "Milestone" else None

    branch = repository.default_branch
    return {
        "nameWithOwner": repository.full_name,
        "url": f"https://github.com/{repository.full_name}",
        "isArchived": repository.archived_at is not None,
        "archivedAt": repository.archived_at,
        "isDisabled": repository.disabled,
        "isEmpty": not repository.branches,
        "isLocked": repository.lock is not None,
        "lockReason": repository.lock,
        "isPrivate": repository.private,
        "hasWikiEnabled": repository.wiki,
        "pushedAt": "2026-01-01T00:00:00Z",
        "defaultBranchRef": {"name": branch} if branch else None,
        "object": git_object,
        "ref": ref,
        "release": lambda tagName: {"tagName": tagName} if tagName in repository.releases else None,  # noqa: N803
        "issueOrPullRequest": numbered("Issue", "PullRequest"),
        "discussion": numbered("Discussion"),
        "milestone": milestone,
    }


def _rest_summary(repository: FakeRepository) -> dict[str, Any]:
    return {
        "full_name": repository.full_name,
        "archived": repository.archived_at is not None,
        "disabled": repository.disabled,
        "private": repository.private,
        "default_branch": repository.default_branch,
    }


def _rest_number(state: str | None, kind: str) -> tuple[int, Any, dict[str, str]]:
    if state == "deleted":
        return 410, {"message": "This issue was deleted", "status": "410"}, {}
    if state is not None and state.startswith("https://"):
        _, _, tail = state.partition("https://github.com/")
        return _moved(f"/repos/{tail}")
    fits = state in (("Issue", "PullRequest") if kind == "issues" else ("Milestone",))
    return (200, {"html_url": "https://github.com/transferred/to/issues/1"}, {}) if fits else _missing()


def _moved(path: str) -> tuple[int, Any, dict[str, str]]:
    url = f"https://api.github.com{path}"
    return 301, {"message": "Moved Permanently", "url": url}, {"Location": url}


def _missing() -> tuple[int, Any, dict[str, str]]:
    return 404, {"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"}, {}


def _json(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(status=status, text=json.dumps(data), headers=headers, content_type="application/json")
