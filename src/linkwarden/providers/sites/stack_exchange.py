"""Questions and answers at Stack Overflow and its sister sites, asked by their API: their pages wall programs.

Source: docs/facts/services.md#stack-exchange; Stack Exchange API 2.3. A deleted post is simply absent from a response.
"""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import field
from typing import TYPE_CHECKING

from linkwarden.foreign import title_of
from linkwarden.model import Basis, Claim, Evidence, Fact, Rule, Suggestion, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.base import Example, LoadContext
from linkwarden.providers.registry import Case, Outcome, Place, Registry, Reply, ask, encoded, page_stands, unanswered
from linkwarden.records import dataclass

if TYPE_CHECKING:
    from datetime import datetime

    from linkwarden.net import Net

API = "https://api.stackexchange.com/2.3"
#: The most ids that one request may name, and the most posts on one page ("Paging").
PER_QUERY = 100
#: A longer pause than this is not waited out: the links stay unverified.
_PATIENCE = 60.0
_THROTTLED = 502
_THROTTLED_WORDS = "says that it was asked too often from here"
_ID_FIELDS = {"questions": "question_id", "answers": "answer_id", "posts": "post_id"}


@dataclass(slots=True)
class Posts:
    """What a site's API said about posts.

    Attributes:
        reply: the last response.
        titles: the posts that are there, with the titles that they have.
        reliable: False if nothing may be concluded about the others.
        why: what the service did in place of a usable response, or "".
        no_site: the service knows no such site.
    """

    reply: Reply
    titles: dict[int, str | None] = field(default_factory=dict)
    reliable: bool = True
    why: str = ""
    no_site: bool = False

    def take(self, reply: Reply, id_field: str, wanted: Sequence[int]) -> None:
        """Read a response; one that is not in the documented form says nothing, which is worth more than the rest."""
        self.reply = reply
        items = reply.table.get("items")
        if reply.status != 200 or not isinstance(items, list) or "error_id" in reply.table:
            throttled = reply.table.get("error_id") == _THROTTLED
            self._fail(_THROTTLED_WORDS if throttled else reply.why)
            self.no_site |= reply.status == 400 and reply.table.get("error_name") == "bad_parameter"
            return
        titles: dict[int, str | None] = {}
        for item in items:
            number = item.get(id_field) if isinstance(item, dict) else None
            if not isinstance(number, int) or number not in wanted:
                self._fail("gave a response that linkwarden does not understand")
                return
            title = item.get("title")
            titles[number] = title_of(html.unescape(title)) if isinstance(title, str) else None
        self.titles |= titles
        self.reliable &= reply.table.get("has_more") is False

    def _fail(self, why: str) -> None:
        self.reliable = False
        self.why = self.why or why


class StackExchangeApi:
    """Makes one request after the other, and none any more once the day's share is used up."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._not_before: dict[str, float] = {}
        self._closed = ""

    async def posts(self, net: Net, method: str, site: str, ids: Iterable[int]) -> Posts:
        """Ask a site for posts, a hundred at a time.

        Args:
            net: the network.
            method: ``questions``, ``answers`` or ``posts`` (both sorts).
            site: its host name, which the API takes for the site.
            ids: which ones; at least one.
        """
        wanted = sorted(set(ids))
        said = Posts(Reply(API))
        for start in range(0, len(wanted), PER_QUERY):
            chunk = wanted[start : start + PER_QUERY]
            said.take(await self._ask(net, method, site, chunk), _ID_FIELDS[method], chunk)
        return said

    async def _ask(self, net: Net, method: str, site: str, wanted: Sequence[int]) -> Reply:
        url = f"{API}/{method}/{';'.join(map(str, wanted))}?site={encoded(site)}&pagesize={PER_QUERY}"
        async with self._turn:
            pause = self._not_before.get(method, 0.0) - asyncio.get_running_loop().time()
            if pause > _PATIENCE and not self._closed:
                self._closed = "asked to wait longer than this run lasts (backoff)"
            if self._closed:
                return Reply(url, because=self._closed)
            if pause > 0:
                await asyncio.sleep(pause)
            reply = await ask(net, url, "stack-exchange")
            self._heed(method, reply)
            return reply

    def _heed(self, method: str, reply: Reply) -> None:
        """Note what a response says about further requests."""
        if reply.table.get("error_id") == _THROTTLED:
            self._closed = _THROTTLED_WORDS
        left, pause = reply.table.get("quota_remaining"), reply.table.get("backoff")
        if isinstance(left, int) and left <= 0:
            self._closed = "answers no more requests from here today"
        if isinstance(pause, int) and pause > 0:
            self._not_before[method] = asyncio.get_running_loop().time() + min(pause, 86_400)


_SITES = frozenset(
    {"stackoverflow.com", "superuser.com", "serverfault.com", "askubuntu.com", "mathoverflow.net", "stackapps.com"}
)
_FAMILY = pattern(
    r"(?:(?:es|ja|pt|ru|meta)\.stackoverflow\.com|meta\.(?:superuser\.com|serverfault\.com|askubuntu\.com"
    r"|mathoverflow\.net|stackexchange\.com)|[a-z0-9-]+\.(?:meta\.)?stackexchange\.com)\Z"
)
_OLD_META = pattern(r"meta\.([a-z0-9-]+)\.stackexchange\.com\Z")
#: Hosts below stackexchange.com that have no questions.
_NO_SITES = frozenset({"api", "area51", "blog", "chat", "data", "elections", "openid", "sstatic", "cdn"})
_NUMBER = pattern(r"[1-9]\d{0,9}\Z", re.ASCII)
_ANSWER_FRAGMENT = pattern(r"(?:answer-)?([1-9]\d{0,9})\Z", re.ASCII)

MISSING = Rule(
    "LW650",
    "stack-exchange-post-missing",
    Verdict.BROKEN,
    "the question or answer was deleted",
    "The API of Stack Exchange was asked twice for this post, and both answers were complete and without it. "
    "Visitors get the page “Page not found”; only users with many points see deleted posts.",
    "Search for a question on the same subject, or take the entry out.",
)
ANSWER_MISSING = Rule(
    "LW651",
    "stack-exchange-answer-missing",
    Verdict.DEGRADED,
    "the question is there, but not the answer that the link names",
    "The API of Stack Exchange has the question and does not have the answer, which was deleted. Visitors land "
    "on the question.",
    "Look at the other answers, and link to one of them or to the question.",
)


@dataclass(frozen=True, slots=True)
class _Post:
    """What a URL names: a question and perhaps one of its answers, or an answer alone; 0 for what it does not."""

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
class _Site:
    """All that one site said in one call: its API, and the pages of posts that the API does not have."""

    questions: Posts | None = None
    answers: Posts | None = None
    second: Posts | None = None
    pages: dict[int, bool | None] = field(default_factory=dict)

    def first(self, number: int, post: _Post) -> Posts | None:
        """Return the first response that a post should have been in."""
        return self.questions if post.question == number else self.answers

    def has(self, number: int) -> bool:
        """Return whether any response held a post."""
        return any(
            posts is not None and number in posts.titles for posts in (self.questions, self.answers, self.second)
        )

    def silence(self, number: int, post: _Post) -> Posts | None:
        """Return the response that was of no use where a post was not found; None if it is absent for certain."""
        asked = (self.first(number, post), self.second)
        return next((posts for posts in asked if posts is not None and not posts.reliable), None)


class StackExchange(Registry[_Post]):
    """Settles questions and answers of all sites; tags, users and other pages are left to the web."""

    name = "stack-exchange"
    title = "Stack Exchange"
    rank = 260
    domains = _SITES | {"stackexchange.com"}
    subdomains = True
    gathers = True
    per_question = PER_QUERY
    rules = (MISSING, ANSWER_MISSING)
    examples = (
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

    def read(self, place: Place) -> _Post | None:
        site = _site(place.host)
        match place.segments:
            case ("questions" | "q", number, *rest) if site and _NUMBER.match(number):
                named = _ANSWER_FRAGMENT.match(place.fragment)
                answer = named.group(1) if named is not None else ""
                if place.segments[0] == "questions" and len(rest) == 2 and _NUMBER.match(rest[1]):
                    answer = rest[1]
                return _Post(site, int(number), int(answer or 0))
            case ("a", number, *_) if site and _NUMBER.match(number):
                return _Post(site, answer=int(number))
        return None

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Outcome]:
        """Ask each site once for its questions, once for its answers, and once more for all that were absent."""
        del now
        sites: dict[str, list[Case[_Post]]] = {}
        for case in self.cases(claims):
            sites.setdefault(case.ref.site, []).append(case)
        for site, cases in sites.items():
            said = await self._inquire(net, site, [case.ref for case in cases])
            for case in cases:
                yield await _judge(net, case, said)

    async def _inquire(self, net: Net, site: str, posts: Sequence[_Post]) -> _Site:
        """Make the requests to one site. Absent ones are asked for again as posts of either sort.

        That confirms them, and finds answers that are linked as if they were questions, as the site allows.
        """
        said = _Site()
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


def _site(host: str) -> str:
    """Return the host name by which the API knows a site, or "" for hosts without questions."""
    old = _OLD_META.match(host)
    if old is not None:
        return f"{old.group(1)}.meta.stackexchange.com"
    known = host in _SITES or (_FAMILY.match(host) is not None and host.partition(".")[0] not in _NO_SITES)
    return host if known else ""


async def _judge(net: Net, case: Case[_Post], said: _Site) -> Outcome:
    """Return what a site's responses mean for one link."""
    post = case.ref
    first = said.first(post.main, post)
    if first is None or first.no_site:
        return case.passed()  # no such site: whoever answers there must tell
    if not said.has(post.main):
        return await _absent(net, case, said)
    title, status = first.titles.get(post.main), first.reply.status
    facts: tuple[Fact, ...] = (first.reply.fact(f"the API has post {post.main} of {post.site}"),)
    if post.question and post.answer and not said.has(post.answer):
        if said.silence(post.answer, _Post(post.site, answer=post.answer)) is None:
            reason = f"The question is there, but its answer {post.answer} was deleted."
            better = Suggestion(f"https://{post.site}/q/{post.question}", "the question itself", Basis.NEAREST)
            return Evidence.of(
                case.claim, ANSWER_MISSING, reason, status=status, suggestion=better, title=title, facts=facts
            )
        facts += (Fact(f"whether its answer {post.answer} is still there could not be asked"),)
    return Evidence.of(case.claim, status=status, title=title, facts=facts)


async def _absent(net: Net, case: Case[_Post], said: _Site) -> Outcome:
    """Judge a post that no response held: deleted, unless a response was of no use or the page shows it.

    The page is asked because a question that moved to another site is gone from the API and still redirects.
    """
    post, second = case.ref, said.second
    silence = said.silence(post.main, post)
    if silence is not None or second is None:
        reply = silence.reply if silence is not None else Reply(API)
        why = silence.why if silence is not None and silence.why else "gave an incomplete response"
        return unanswered([case], "Stack Exchange", reply, why)[0]
    if post.main not in said.pages:
        short = "q" if post.question else "a"
        said.pages[post.main] = await page_stands(net, f"https://{post.site}/{short}/{post.main}")
    if said.pages[post.main]:
        return case.passed()
    thing = "question" if post.question else "answer"
    reason = f"{post.site} no longer has the {thing} {post.main}."
    seen = second.reply.fact("two complete responses of the API were without it")
    return Evidence.of(case.claim, MISSING, reason, status=second.reply.status, facts=(seen,))
