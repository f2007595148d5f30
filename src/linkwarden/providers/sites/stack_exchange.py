"""Questions and answers at Stack Overflow and its sister sites, asked by their interface: their pages wall programs.

Source: docs/facts/services.md#stack-exchange; Stack Exchange API 2.3. A deleted post is simply absent from the answer.
"""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from linkwarden.answers.read import batch_unverified
from linkwarden.model import Claim, Evidence, Fact, Kind, Pass, Rule, Suggestion, Target, Verdict
from linkwarden.providers.base import Example, LoadContext, Provider, by_ident
from linkwarden.providers.registry import Reply, ask, encoded, page_stands, place_of, title_of, told

if TYPE_CHECKING:
    from datetime import datetime

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


_SITES = frozenset(
    {"stackoverflow.com", "superuser.com", "serverfault.com", "askubuntu.com", "mathoverflow.net", "stackapps.com"}
)
_FAMILY = re.compile(
    r"(?:(?:es|ja|pt|ru|meta)\.stackoverflow\.com|meta\.(?:superuser\.com|serverfault\.com|askubuntu\.com"
    r"|mathoverflow\.net|stackexchange\.com)|[a-z0-9-]+\.(?:meta\.)?stackexchange\.com)\Z"
)
_OLD_META = re.compile(r"meta\.([a-z0-9-]+)\.stackexchange\.com\Z")
#: Hosts below stackexchange.com that have no questions.
_NO_SITES = frozenset({"api", "area51", "blog", "chat", "data", "elections", "openid", "sstatic", "cdn"})
_NUMBER = re.compile(r"[1-9]\d{0,9}\Z", re.ASCII)
_ANSWER_FRAGMENT = re.compile(r"(?:answer-)?([1-9]\d{0,9})\Z", re.ASCII)

MISSING = Rule(
    "LW650",
    "stack-exchange-post-missing",
    Verdict.BROKEN,
    "the question or answer was deleted",
    "The interface of Stack Exchange was asked twice for this post, and both answers were complete and without it. "
    "Visitors get the page “Page not found”; only users with many points see deleted posts.",
    "Search for a question on the same subject, or take the entry out.",
)
ANSWER_MISSING = Rule(
    "LW651",
    "stack-exchange-answer-missing",
    Verdict.DEGRADED,
    "the question is there, but not the answer that the link names",
    "The interface of Stack Exchange has the question and does not have the answer, which was deleted. Visitors land "
    "on the question.",
    "Look at the other answers, and link to one of them or to the question.",
)


@dataclass(frozen=True, slots=True)
class _Post:
    """What an address names: a question and perhaps one of its answers, or an answer alone; 0 for what it does not."""

    site: str
    question: int = 0
    answer: int = 0

    @property
    def ident(self) -> str:
        if not self.question:
            return f"{self.site}/a/{self.answer}"
        return f"{self.site}/q/{self.question}" + (f"/{self.answer}" if self.answer else "")

    @property
    def main(self) -> int:
        """The post without which the link is broken."""
        return self.question or self.answer


@dataclass(slots=True)
class _Told:
    """All that one site said in one call: its interface, and the pages of posts that the interface does not have."""

    questions: Posts | None = None
    answers: Posts | None = None
    second: Posts | None = None
    pages: dict[int, bool | None] = field(default_factory=dict)

    def first(self, number: int, post: _Post) -> Posts | None:
        """Give the first answer that a post should have been in."""
        return self.questions if post.question == number else self.answers

    def has(self, number: int) -> bool:
        """Tell whether any answer held a post."""
        return any(
            posts is not None and number in posts.titles for posts in (self.questions, self.answers, self.second)
        )

    def silence(self, number: int, post: _Post) -> Posts | None:
        """Give the answer that was of no use where a post was not found; None if it is absent for certain."""
        for posts in (self.first(number, post), self.second):
            if posts is not None and not posts.reliable:
                return posts
        return None


class StackExchange(Provider):
    """Settles questions and answers of all sites; tags, users and other pages are left to the web."""

    name: ClassVar[str] = "stack-exchange"
    rank: ClassVar[int] = 260
    domains: ClassVar[frozenset[str] | None] = _SITES | {"stackexchange.com"}
    gathers: ClassVar[bool] = True
    per_question: ClassVar[int] = PER_QUERY
    kind: ClassVar[Kind] = Kind.PAGE
    rules: ClassVar[tuple[Rule, ...]] = (MISSING, ANSWER_MISSING)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("https://stackoverflow.com/questions/11227809/why-is-it", "stackoverflow.com/q/11227809"),
        Example("https://stackoverflow.com/q/11227809/1", "stackoverflow.com/q/11227809"),
        Example("https://stackoverflow.com/a/11227902/1", "stackoverflow.com/a/11227902"),
        Example(
            "https://stackoverflow.com/questions/11227809/why-is-it/11227902#11227902",
            "stackoverflow.com/q/11227809/11227902",
        ),
        Example("https://stats.stackexchange.com/questions/2", "stats.stackexchange.com/q/2"),
        Example("http://meta.stats.stackexchange.com/q/5", "stats.meta.stackexchange.com/q/5"),
        Example("https://stackoverflow.com/questions/tagged/python", None),
        Example("https://chat.stackexchange.com/rooms/1/questions/2", None),
        Example("https://stackoverflow.com/questions/11227809", None, image=True),
    )

    def __init__(self, ctx: LoadContext) -> None:
        super().__init__(ctx)
        self._api = StackExchangeApi()

    def claim(self, target: Target) -> str | None:
        """Give the site, and the question or answer."""
        post = _post(target)
        return None if post is None else post.ident

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Evidence | Pass]:
        """Ask each site once for its questions, once for its answers, and once more for all that were absent."""
        del now
        sites: dict[str, list[tuple[Claim, _Post]]] = {}
        for group in by_ident(claims).values():
            for claim in group:
                if (post := _post(claim.target)) is not None:
                    sites.setdefault(post.site, []).append((claim, post))
        for site, cases in sites.items():
            told_by_site = await self._inquire(net, site, [post for _, post in cases])
            for claim, post in cases:
                yield await _judge(net, claim, post, told_by_site)

    async def _inquire(self, net: Net, site: str, posts: Sequence[_Post]) -> _Told:
        """Put the questions to one site. Absent ones are asked for again as posts of either sort.

        That confirms them, and finds answers that are linked as if they were questions, as the site allows.
        """
        said = _Told()
        questions = {post.question for post in posts if post.question}
        answers = {post.answer for post in posts if post.answer}
        if questions:
            said.questions = await self._api.posts(net, "questions", site, questions)
        if answers:
            said.answers = await self._api.posts(net, "answers", site, answers)
        absent: set[int] = set()
        for first, wanted in ((said.questions, questions), (said.answers, answers)):
            if first is not None and first.reliable:
                absent |= {number for number in wanted if not said.has(number)}
        if absent:
            said.second = await self._api.posts(net, "posts", site, absent)
        return said


def _post(target: Target) -> _Post | None:
    place = place_of(target)
    site = _site(place.host) if place is not None else ""
    if place is None or not site:
        return None
    match place.segments:
        case ("questions" | "q", number, *rest) if _NUMBER.match(number):
            named = _ANSWER_FRAGMENT.match(place.fragment)
            answer = named.group(1) if named is not None else ""
            if place.segments[0] == "questions" and len(rest) == 2 and _NUMBER.match(rest[1]):
                answer = rest[1]
            return _Post(site, int(number), int(answer or 0))
        case ("a", number, *_) if _NUMBER.match(number):
            return _Post(site, answer=int(number))
    return None


def _site(host: str) -> str:
    """Give the host name by which the interface knows a site, or "" for hosts without questions."""
    old = _OLD_META.match(host)
    if old is not None:
        return f"{old.group(1)}.meta.stackexchange.com"
    known = host in _SITES or (_FAMILY.match(host) is not None and host.partition(".")[0] not in _NO_SITES)
    return host if known else ""


async def _judge(net: Net, claim: Claim, post: _Post, said: _Told) -> Evidence | Pass:
    """Say what a site's answers mean for one link."""
    first = said.first(post.main, post)
    if first is None or first.no_site:
        return Pass(claim.target.key)  # no such site: whoever answers there must tell
    if not said.has(post.main):
        return await _absent(net, claim, post, said)
    title = first.titles.get(post.main)
    facts: tuple[Fact, ...] = (first.reply.fact(f"the interface has post {post.main} of {post.site}"),)
    if post.question and post.answer and not said.has(post.answer):
        if said.silence(post.answer, _Post(post.site, answer=post.answer)) is None:
            reason = f"The question is there, but its answer {post.answer} was deleted."
            better = Suggestion(f"https://{post.site}/q/{post.question}", "the question itself")
            return told(claim, first.reply, ANSWER_MISSING, reason, suggestion=better, title=title, facts=facts)
        facts += (Fact(f"whether its answer {post.answer} is still there could not be asked"),)
    return told(claim, first.reply, title=title, facts=facts)


async def _absent(net: Net, claim: Claim, post: _Post, said: _Told) -> Evidence | Pass:
    """Judge a post that no answer held: deleted, unless an answer was of no use or the page shows it.

    The page is asked because a question that moved to another site is gone from the interface and still redirects.
    """
    silence = said.silence(post.main, post)
    if silence is not None or said.second is None:
        status = silence.reply.status if silence is not None else None
        why = silence.why if silence is not None and silence.why else "gave an incomplete answer"
        return next(batch_unverified([claim], f"Stack Exchange {why}.", status=status))
    if post.main not in said.pages:
        short = "q" if post.question else "a"
        said.pages[post.main] = await page_stands(net, f"https://{post.site}/{short}/{post.main}")
    if said.pages[post.main]:
        return Pass(claim.target.key)
    thing = "question" if post.question else "answer"
    reason = f"{post.site} no longer has the {thing} {post.main}."
    facts = (said.second.reply.fact("two complete answers of the interface were without it"),)
    return told(claim, said.second.reply, MISSING, reason, facts=facts)
