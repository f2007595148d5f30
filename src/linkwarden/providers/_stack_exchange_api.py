"""How Stack Exchange's interface is asked for posts: a hundred to a question, few questions a day, pauses kept.

Source: Stack Exchange API 2.3, "questions/{ids}", "answers/{ids}", "posts/{ids}", "Throttles" (``quota_remaining``,
``backoff``: that many seconds before the same method is asked again) and "Error Handling"; services.md section 5.
"""

from __future__ import annotations

import asyncio
import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from linkwarden.providers._registry import Reply, ask, encoded, title_of

if TYPE_CHECKING:
    from linkwarden.net import Net

API = "https://api.stackexchange.com/2.3"
#: The most ids that one question may name, and the most posts on one page ("Paging").
PER_QUERY = 100
#: A longer pause than this is not waited out: the links stay unverified.
_PATIENCE = 60.0
_THROTTLED = 502
_ID_FIELDS = {"questions": "question_id", "answers": "answer_id", "posts": "post_id"}


@dataclass(frozen=True, slots=True)
class Posts:
    """What one question told.

    Attributes:
        reply: the answer.
        titles: the posts that are there, with the titles that they have.
        reliable: False if nothing may be concluded about the others.
        why: what the service did in place of a usable answer, or "".
        no_site: the service knows no such site.
    """

    reply: Reply
    titles: dict[int, str | None] = field(default_factory=dict)
    reliable: bool = False
    why: str = ""
    no_site: bool = False


class StackExchangeApi:
    """Asks one question after the other, and none more once the day's questions are used up."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._not_before: dict[str, float] = {}
        self._closed = ""

    async def posts(self, net: Net, method: str, site: str, ids: Iterable[int]) -> Posts:
        """Ask a site for posts, a hundred at a time.

        Args:
            net: the network.
            method: ``questions``, ``answers`` or ``posts`` (both sorts).
            site: its host name, which the interface takes for the site.
            ids: which ones; at least one.
        """
        wanted = sorted(set(ids))
        told = await self._ask(net, method, site, wanted[:PER_QUERY])
        for at in range(PER_QUERY, len(wanted), PER_QUERY):
            told = _both(told, await self._ask(net, method, site, wanted[at : at + PER_QUERY]))
        return told

    async def _ask(self, net: Net, method: str, site: str, wanted: Sequence[int]) -> Posts:
        url = f"{API}/{method}/{';'.join(map(str, wanted))}?site={encoded(site)}&pagesize={PER_QUERY}"
        async with self._turn:
            if not self._closed:
                await self._rest(method)
            if self._closed:
                return Posts(Reply(url), why=self._closed)
            reply = await ask(net, url, "stack-exchange")
            self._heed(method, reply)
        return _read(reply, _ID_FIELDS[method], wanted)

    async def _rest(self, method: str) -> None:
        """Wait until a method may be asked again."""
        pause = self._not_before.get(method, 0.0) - asyncio.get_running_loop().time()
        if pause > _PATIENCE:
            self._closed = "asked to be left alone for longer than this run lasts"
        elif pause > 0:
            await asyncio.sleep(pause)

    def _heed(self, method: str, reply: Reply) -> None:
        """Note what an answer says about further questions."""
        if reply.table.get("error_id") == _THROTTLED:
            self._closed = "says that it was asked too often from here"
        left, pause = reply.table.get("quota_remaining"), reply.table.get("backoff")
        if isinstance(left, int) and left <= 0:
            self._closed = "answers no more questions from here today"
        if isinstance(pause, int) and pause > 0:
            self._not_before[method] = asyncio.get_running_loop().time() + min(pause, 86_400)


def _read(reply: Reply, id_field: str, wanted: Sequence[int]) -> Posts:
    """Read an answer; one that is not the documented form tells nothing."""
    items = reply.table.get("items")
    if reply.status != 200 or not isinstance(items, list) or "error_id" in reply.table:
        if reply.table.get("error_id") == _THROTTLED:
            return Posts(reply, why="says that it was asked too often from here")
        return Posts(reply, why=reply.why, no_site=_knows_no_site(reply))
    titles: dict[int, str | None] = {}
    for item in items:
        number = item.get(id_field) if isinstance(item, dict) else None
        if not isinstance(number, int) or number not in wanted:
            return Posts(reply, why="gave an answer that linkwarden does not understand")
        title = item.get("title")
        titles[number] = title_of(html.unescape(title)) if isinstance(title, str) else None
    return Posts(reply, titles, reliable=reply.table.get("has_more") is False)


def _both(one: Posts, other: Posts) -> Posts:
    """Put two answers about one site together; they are as reliable as the less reliable of them."""
    return Posts(
        other.reply,
        one.titles | other.titles,
        reliable=one.reliable and other.reliable,
        why=one.why or other.why,
        no_site=one.no_site or other.no_site,
    )


def _knows_no_site(reply: Reply) -> bool:
    return reply.status == 400 and reply.table.get("error_name") == "bad_parameter"
