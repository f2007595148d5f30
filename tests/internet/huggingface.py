"""The Hugging Face Hub: its interface, the files it serves, and its pages (docs/facts/services.md#hugging-face)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote

from aiohttp import web

from tests.internet.core import FakeInternet

_SORTS = ("models", "datasets", "spaces")


@dataclass(slots=True)
class FakeRepository:
    """A repository: its present name, its files by version, and what is special about it."""

    name: str
    files: dict[str, set[str]] = field(default_factory=lambda: {"main": {"README.md"}})
    gated: bool = False
    disabled: bool = False
    padding: int = 0


class FakeHub:
    """Installs itself on huggingface.co and hf.co. There is nothing but what was added.

    Attributes:
        repositories: by sort and name in lower case ("models/google/flan-t5-xl").
        former: present name by former one, with the sort before each.
        pages: paths of ordinary pages of the site.
        page_answer: answers for every page that is not there, or None for 401 as the hub gives it.
        always: an answer to give to every question to the interface, or None.
    """

    def __init__(self, internet: FakeInternet) -> None:
        self.internet = internet
        self.repositories: dict[str, FakeRepository] = {}
        self.former: dict[str, str] = {}
        self.pages: set[str] = set()
        self.page_answer: Callable[[], web.Response] | None = None
        self.always: Callable[[], web.Response] | None = None
        internet.site("huggingface.co").handle("/api", self._api).default(self._site)
        internet.site("hf.co").default(self._short)

    def add(self, name: str, sort: str = "models", **details: object) -> FakeRepository:
        """Add a repository; ``details`` are fields of FakeRepository."""
        repository = FakeRepository(name, **details)  # type: ignore[arg-type]  # a test's own words
        self.repositories[f"{sort}/{name.lower()}"] = repository
        return repository

    @property
    def questions(self) -> list[str]:
        """What was asked of the interface, in order: decoded paths."""
        return [unquote(e.path) for e in self.internet.requests_to("huggingface.co") if e.path.startswith("/api/")]

    async def _api(self, request: web.Request) -> web.StreamResponse:
        if self.always is not None:
            return self.always()
        _, _, sort, *segments = request.raw_path.partition("?")[0].split("/")
        parts = [unquote(s) for s in segments]
        for size in (2, 1):
            key = f"{sort}/{'/'.join(parts[:size])}".lower()
            if key in self.former:
                new = self.former[key].partition("/")[2]
                rest = "".join(f"/{part}" for part in segments[size:])
                return web.Response(status=307, headers={"Location": f"/api/{sort}/{new}{rest}"})
            if key in self.repositories:
                return self._described(self.repositories[key], parts[size:])
        return _error(401, "RepoNotFound", "Repository not found")

    def _described(self, repository: FakeRepository, rest: list[str]) -> web.Response:
        match rest:
            case []:
                about = {
                    "_id": "1",
                    "id": repository.name,
                    "gated": "manual" if repository.gated else False,
                    "disabled": repository.disabled,
                    "siblings": [{"rfilename": "x" * repository.padding}],
                }
                return web.Response(text=json.dumps(about), content_type="application/json")
            case ["revision", revision]:
                known = revision in repository.files
                return web.json_response({"sha": "0"}) if known else _error(404, "RevisionNotFound")
            case ["tree", revision, *path]:
                if revision not in repository.files:
                    return _error(404, "RevisionNotFound")
                folder = "/".join(path) + "/"
                inside = [f for f in repository.files[revision] if f.startswith(folder)]
                return web.json_response([{"path": f} for f in inside]) if inside else _error(404, "EntryNotFound")
        return _error(404, "", "Not Found")

    async def _site(self, request: web.Request) -> web.StreamResponse:
        path = unquote(request.raw_path.partition("?")[0])
        if path in self.pages:
            return web.Response(text="<title>A page</title><p>Its words", content_type="text/html")
        before, resolve, after = request.raw_path.partition("?")[0].partition("/resolve/")
        if resolve:
            return self._file(before, *after.partition("/")[::2])
        if self.page_answer is not None:
            return self.page_answer()
        return web.Response(status=401, text="<title>401</title>", content_type="text/html")

    def _file(self, before: str, revision: str, path: str) -> web.Response:
        sort, _, name = before.strip("/").partition("/")
        key = f"{sort}/{name}" if sort in _SORTS else f"models/{sort}/{name}".rstrip("/")
        repository = self.repositories.get(key.lower())
        if repository is None:
            return _error(401, "RepoNotFound")
        if repository.gated:
            return _error(401, "GatedRepo", "Access to this resource is restricted")
        files = repository.files.get(unquote(revision))
        if files is None:
            return _error(404, "RevisionNotFound")
        if unquote(path) not in files:
            return _error(404, "EntryNotFound")
        return web.Response(status=302, headers={"Location": "https://cdn-lfs.hf.co/a-big-file"})

    @staticmethod
    async def _short(request: web.Request) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": f"https://huggingface.co{request.raw_path}"})


def _error(status: int, code: str, message: str = "") -> web.Response:
    headers = {"X-Error-Message": message} | ({"X-Error-Code": code} if code else {})
    return web.Response(status=status, text='{"error":"…"}', content_type="application/json", headers=headers)


def disabled() -> web.Response:
    """Answer as the hub does for what it has disabled."""
    return _error(403, "", "Access to this resource is disabled.")
