"""Asks GitHub's REST API, within what it allows per hour (docs/facts/services.md#rate-limits)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from linkwarden.providers.registry import Reply, ask
from linkwarden.records import dataclass

if TYPE_CHECKING:
    from linkwarden.net import Net

API = "https://api.github.com"
API_HOST = "api.github.com"
#: GitHub's REST documentation, "API versions": names the version whose responses we read.
API_HEADERS: Mapping[str, str] = {"x-github-api-version": "2022-11-28"}
JSON_TYPE = "application/vnd.github+json"
HTML_TYPE = "application/vnd.github.html+json"

#: Requests per hour without a token, and the least that a token has (GITHUB_TOKEN of an Action).
ANONYMOUS_LIMIT, TOKEN_LIMIT = 60, 1000
#: Left over for whatever else is asked from this IP address or with this token in the same hour.
ANONYMOUS_RESERVE, TOKEN_RESERVE = 5, 100
MAX_FAILURES = 3


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


def is_blocked(reply: Reply) -> bool:
    """Return whether GitHub says that it has disabled access (docs/facts/services.md#github-blocked-repositories)."""
    return reply.status in (403, 451) and isinstance(reply.table.get("block"), dict)


def limited(reply: Reply) -> str | None:
    """Return why a response means "not now" (REST documentation, "Rate limits"), or None if it is something else."""
    if reply.response is None or reply.status not in (403, 429) or is_blocked(reply):
        return None
    if reply.header("x-ratelimit-remaining") == "0":
        return "has no requests left for this hour (rate limit)"
    if reply.status == 429 or "retry-after" in reply.response.headers:
        return f"asked to slow down ({reply.status})"
    return None


def moved(reply: Reply) -> bool:
    """Return whether a response is a permanent redirect within the API."""
    return reply.status in (301, 308) and reply.header("location").startswith(f"{API}/")


def repository_path(full_name: str) -> str:
    """Return the path of a repository in the API."""
    return f"/repos/{full_name}"


def contents_path(full_name: str, path: str, revision: str) -> str:
    """Return the path that tells whether something lies at a path of a branch, tag or commit."""
    return f"/repos/{full_name}/contents/{quote(path)}?ref={quote(revision, safe='')}"


class Rest:
    """The API, during one run."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._one_at_a_time = asyncio.Lock()
        self._remaining = TOKEN_LIMIT if access.token else ANONYMOUS_LIMIT
        self._failures = 0
        self._closed = ""

    async def get(self, net: Net, path: str, *, accept: str = JSON_TYPE, max_bytes: int = 1024 * 1024) -> Reply:
        """Ask for one path; never raises, and follows only permanent redirects within the API.

        Args:
            net: the way to the network.
            path: below the root of the API, with its leading slash.
            accept: which rendering to ask for.
            max_bytes: cap of the body.

        Returns:
            A response that says something about what was asked for, or a reply without one.
        """
        async with self._one_at_a_time:
            had_token = self._access.token is not None
            reply = await self._get(net, path, accept, max_bytes)
            if reply.status == 401 and had_token:
                self._access.refuse(401)
                self._remaining = ANONYMOUS_LIMIT
                reply = await self._get(net, path, accept, max_bytes)
            return reply

    async def follow(self, net: Net, reply: Reply) -> Reply:
        """Ask where a permanent redirect points; the token goes to the API's own host only."""
        return await self.get(net, reply.header("location").removeprefix(API)) if moved(reply) else reply

    async def _get(self, net: Net, path: str, accept: str, max_bytes: int) -> Reply:
        token, url = self._access.token, f"{API}{path}"
        if not self._closed and self._remaining <= (TOKEN_RESERVE if token else ANONYMOUS_RESERVE):
            self._closed = (
                "allows no more requests of this run (rate limit)"
                if token
                else "allows 60 requests an hour without a token, and they are used up"
            )
        if self._closed:
            return Reply(url, because=self._closed)
        self._remaining -= 1
        reply = await ask(
            net,
            url,
            "github-rest",
            accept=accept,
            headers=API_HEADERS,
            token=token,
            token_host=API_HOST,
            max_bytes=max_bytes,
            follow=False,
        )
        return self._heed(reply, json_wanted=accept == JSON_TYPE)

    def _heed(self, reply: Reply, *, json_wanted: bool) -> Reply:
        """Keep the count of what is left; return a response only if it says something."""
        left = reply.header("x-ratelimit-remaining")
        if left.isdecimal() and len(left) < 10:
            self._remaining = int(left)
        why = limited(reply)
        if why:
            self._closed = why
            return Reply(reply.url, because=why)
        unreadable = json_wanted and reply.status != 301 and not isinstance(reply.value, (dict, list))
        if reply.response is None or reply.response.status >= 500 or unreadable:
            self._failures += 1
            if self._failures >= MAX_FAILURES:
                self._closed = reply.why
            return replace(reply, response=None, because=reply.why)
        self._failures = 0
        return reply
