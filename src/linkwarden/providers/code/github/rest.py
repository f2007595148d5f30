"""Asks GitHub's REST interface, within what it allows per hour (docs/facts/services.md#rate-limits)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from linkwarden.wire import NetError, Request

if TYPE_CHECKING:
    from linkwarden.net import Net
    from linkwarden.wire import Response

API = "https://api.github.com"
API_HOST = "api.github.com"
#: GitHub's REST documentation, "API versions": names the version whose answers we read.
API_HEADERS: Mapping[str, str] = {"x-github-api-version": "2022-11-28"}


@dataclass(slots=True)
class Access:
    """The token of a run, until GitHub refuses it.

    Attributes:
        token: the token, or None.
        hint: tells the user something once.
    """

    token: str | None
    hint: Callable[[str], None] = field(repr=False)

    def refuse(self, status: int) -> None:
        """Note that GitHub did not take the token; said once, and never sent again."""
        if self.token is None:
            return
        self.token = None
        self.hint(
            f"GitHub refused the token ({status}): it is wrong, expired or revoked. linkwarden went on without it, "
            "which is slower and cannot tell archived repositories. Set GITHUB_TOKEN to a valid token."
        )


def limited(status: int, headers: Mapping[str, str]) -> str | None:
    """Say why an answer means "not now" (REST documentation, "Rate limits"), or None if it is something else."""
    if status not in (403, 429):
        return None
    if headers.get("x-ratelimit-remaining", "").strip() == "0":
        return "GitHub's limit of questions per hour is used up"
    if status == 429 or "retry-after" in headers:
        return "GitHub asked us to slow down"
    return None


JSON_TYPE = "application/vnd.github+json"
HTML_TYPE = "application/vnd.github.html+json"

#: Questions per hour without a token, and the least that a token has (GITHUB_TOKEN of an Action).
ANONYMOUS_LIMIT, TOKEN_LIMIT = 60, 1000
#: Left over for whatever else is asked from this address or with this token in the same hour.
ANONYMOUS_RESERVE, TOKEN_RESERVE = 5, 100
MAX_FAILURES = 3


@dataclass(frozen=True, slots=True)
class RestReply:
    """An answer, or the reason for none.

    Attributes:
        status: HTTP status; 0 if nobody answered or nobody was asked.
        data: the JSON object, or {} where there is none.
        text: the body where it is not JSON.
        location: for redirects, the address of the interface to ask instead.
        etag: for a later conditional question; 304 costs nothing.
        why: for status 0 a clause with the reason.
        complete: False if the body was too long to be read whole.
    """

    status: int
    data: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    location: str = ""
    etag: str = ""
    why: str = ""
    complete: bool = True

    @property
    def moved(self) -> bool:
        """True for a permanent redirect within the interface."""
        return self.status in (301, 308) and self.location.startswith(f"{API}/")

    @property
    def doubt(self) -> str:
        """A clause that says why the answer settles nothing."""
        return self.why or f"GitHub's interface answered {self.status}"


def repository_path(full_name: str) -> str:
    """Give the path of a repository in the interface."""
    return f"/repos/{full_name}"


def contents_path(full_name: str, path: str, revision: str) -> str:
    """Give the path that tells whether something lies at a path of a branch, tag or commit."""
    return f"/repos/{full_name}/contents/{quote(path)}?ref={quote(revision, safe='')}"


class Rest:
    """The interface, during one run."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._one_at_a_time = asyncio.Lock()
        self._remaining = TOKEN_LIMIT if access.token else ANONYMOUS_LIMIT
        self._failures = 0
        self._closed = ""

    async def get(
        self, net: Net, path: str, *, accept: str = JSON_TYPE, max_bytes: int = 1024 * 1024, etag: str = ""
    ) -> RestReply:
        """Ask for one path; never raises, never follows.

        Args:
            net: the way to the network.
            path: below the root of the interface, with its leading slash.
            accept: which rendering to ask for.
            max_bytes: cap of the body.
            etag: of an earlier answer; the same answer is then 304.
        """
        async with self._one_at_a_time:
            had_token = self._access.token is not None
            reply = await self._get(net, path, accept, max_bytes, etag)
            if reply.status == 401 and had_token:
                self._access.refuse(401)
                self._remaining = ANONYMOUS_LIMIT
                reply = await self._get(net, path, accept, max_bytes, etag)
            return reply

    async def follow(self, net: Net, reply: RestReply) -> RestReply:
        """Ask where a permanent redirect points; the token goes to the interface's own host only."""
        return await self.get(net, reply.location.removeprefix(API)) if reply.moved else reply

    async def _get(self, net: Net, path: str, accept: str, max_bytes: int, etag: str) -> RestReply:
        token = self._access.token
        if not self._closed and self._remaining <= (TOKEN_RESERVE if token else ANONYMOUS_RESERVE):
            self._closed = (
                "this run's share of GitHub's limit is used up"
                if token
                else "GitHub's 60 questions an hour without a token are used up"
            )
        if self._closed:
            return RestReply(0, why=self._closed)
        ask = Request(
            url=f"{API}{path}",
            purpose="github-rest",
            accept=accept,
            headers={**API_HEADERS, "if-none-match": etag} if etag else API_HEADERS,
            token=token,
            token_host=API_HOST,
            max_bytes=max_bytes,
            follow=False,
        )
        self._remaining -= 1
        try:
            response = await net.fetch(ask)
        except NetError as error:
            return self._failed(f"GitHub's interface could not be asked ({error.kind})")
        return self._read(response, json_wanted=accept == JSON_TYPE)

    def _failed(self, why: str) -> RestReply:
        self._failures += 1
        if self._failures >= MAX_FAILURES:
            self._closed = why
        return RestReply(0, why=why)

    def _read(self, response: Response, *, json_wanted: bool) -> RestReply:
        """Turn an answer into a reply and keep the count of what is left."""
        left = response.headers.get("x-ratelimit-remaining", "").strip()
        if left.isdecimal() and len(left) < 10:
            self._remaining = int(left)
        why = limited(response.status, response.headers)
        if why:
            self._closed = why
            return RestReply(0, why=why)
        if response.status >= 500:
            return self._failed(f"GitHub's interface answered {response.status}")
        data: Any = {}
        if json_wanted and response.status not in {301, 304}:
            try:
                data = json.loads(response.body) if response.complete else None
            except ValueError:
                data = None
            if isinstance(data, list):
                data = {}  # the listing of a folder: that it came is all we ask
            if not isinstance(data, dict):
                return self._failed("GitHub's interface answered something unreadable")
        self._failures = 0
        return RestReply(
            response.status,
            data,
            "" if json_wanted else response.text(),
            response.headers.get("location", ""),
            response.headers.get("etag", ""),
            complete=response.complete,
        )
