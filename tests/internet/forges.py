"""GitLab, Codeberg and Bitbucket: interfaces that tell, and pages that do not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote

from aiohttp import web

from tests.internet import misbehave
from tests.internet.core import FakeInternet


@dataclass(slots=True)
class FakeProject:
    """A repository of a forge: its present name, whether it is archived, its files by branch."""

    name: str
    archived: bool = False
    files: dict[str, set[str]] = field(default_factory=lambda: {"main": {"README.md"}})


class FakeForges:
    """Installs itself on gitlab.com, codeberg.org and bitbucket.org. There is nothing but what was added.

    Attributes:
        projects: by host and name in lower case.
        former: present name by host and former one.
        groups: names of groups at GitLab, in lower case.
        pages: paths of ordinary pages at Bitbucket.
        always: by host, an answer to give to every question to its interface.
    """

    def __init__(self, internet: FakeInternet) -> None:
        self.internet = internet
        self.projects: dict[str, FakeProject] = {}
        self.former: dict[str, str] = {}
        self.groups: set[str] = set()
        self.pages: set[str] = set()
        self.always: dict[str, Callable[[], web.Response]] = {}
        internet.site("gitlab.com").handle("/api/v4", self._gitlab).default(self._sign_in)
        wall = misbehave.bot_wall("anubis")
        internet.site("codeberg.org").handle("/api/v1/repos", self._gitea).default(wall)
        internet.site("api.bitbucket.org").handle("/2.0/repositories", self._bitbucket)
        internet.site("bitbucket.org").default(self._bitbucket_page)

    def add(self, address: str, **details: object) -> FakeProject:
        """Add a repository by host and name; ``details`` are fields of FakeProject."""
        project = FakeProject(address.partition("/")[2], **details)  # type: ignore[arg-type]  # a test's own words
        self.projects[address.lower()] = project
        return project

    @property
    def questions(self) -> list[str]:
        """What was asked of interfaces, in order: host and decoded path."""
        apis = ("/api/v4/", "/api/v1/", "/2.0/")
        return [f"{e.host}{unquote(e.path)}" for e in self.internet.log if e.path.startswith(apis)]

    async def _gitlab(self, request: web.Request) -> web.StreamResponse:
        if "gitlab.com" in self.always:
            return self.always["gitlab.com"]()
        sort, _, rest = request.raw_path.partition("?")[0].removeprefix("/api/v4/").partition("/")
        name = unquote(rest)
        key = f"gitlab.com/{name}".lower()
        if sort == "projects" and key in self.former:
            path = self.former[key].replace("/", "%2F")
            return web.Response(status=302, headers={"Location": f"https://gitlab.com/api/v4/projects/{path}"})
        if sort == "projects" and key in self.projects:
            project = self.projects[key]
            about = {"id": 1, "name": project.name.rpartition("/")[2], "path_with_namespace": project.name}
            return web.json_response(about | ({"archived": True} if project.archived else {}))
        if sort == "groups" and name.lower() in self.groups:
            return web.json_response({"id": 2, "full_path": name})
        return web.json_response({"message": f"404 {sort.title()[:-1]} Not Found"}, status=404)

    async def _gitea(self, request: web.Request) -> web.StreamResponse:
        if "codeberg.org" in self.always:
            return self.always["codeberg.org"]()
        owner, repo, *rest = unquote(request.path).removeprefix("/api/v1/repos/").split("/")
        key = f"codeberg.org/{owner}/{repo}".lower()
        if key in self.former:
            return web.Response(status=301, headers={"Location": f"/api/v1/repos/{self.former[key]}"})
        project = self.projects.get(key)
        if project is None:
            return web.json_response({"message": "GetRepo", "errors": ["not found"]}, status=404)
        if rest[:1] == ["contents"]:
            files = project.files.get(request.query.get("ref", "main"), set())
            known = "/".join(rest[1:]) in files
            return web.json_response(
                {"type": "file"} if known else {"message": "missing"}, status=200 if known else 404
            )
        about = {"id": 1, "name": repo, "full_name": project.name, "archived": project.archived, "has_issues": True}
        return web.json_response(about)

    async def _bitbucket(self, request: web.Request) -> web.StreamResponse:
        if "bitbucket.org" in self.always:
            return self.always["bitbucket.org"]()
        name = unquote(request.path).removeprefix("/2.0/repositories/")
        project = self.projects.get(f"bitbucket.org/{name}".lower())
        if project is None:
            return web.json_response({"type": "error", "error": {"message": "Repository not found"}}, status=404)
        return web.json_response({"type": "repository", "full_name": project.name, "name": project.name})

    @staticmethod
    async def _sign_in(request: web.Request) -> web.StreamResponse:
        if request.path == "/users/sign_in":
            return web.Response(text="<title>Sign in</title>", content_type="text/html")
        return web.Response(status=302, headers={"Location": "/users/sign_in"})

    async def _bitbucket_page(self, request: web.Request) -> web.StreamResponse:
        there = request.path in self.pages
        return web.Response(status=200 if there else 404, text="<title>x</title>", content_type="text/html")
