"""What the providers of single services share: reading an address, asking an interface, and saying what it told.

A registry is a service that knows whether a thing exists and says so to programs. What it did not say plainly is
``unverified``; which of its answers are plain is each provider's own knowledge.
"""

from __future__ import annotations

import asyncio
import json
import re
from abc import abstractmethod
from collections.abc import AsyncIterator, Container, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from linkwarden.answers.bot_protection import bot_protection
from linkwarden.answers.read import batch_unverified
from linkwarden.model import Claim, Evidence, Fact, Pass, Rule, Suggestion, Target
from linkwarden.providers.base import Provider, by_ident
from linkwarden.text import host_of, mask_secrets
from linkwarden.wire import NetError, NetErrorKind, Request, Response

if TYPE_CHECKING:
    from datetime import datetime

    from linkwarden.net import Net


class NoAnswerError(Exception):
    """A registry gave nothing that proves anything; the text is a sentence for the maintainer of a list.

    Attributes:
        status: the HTTP status of the useless answer, or None.
    """

    def __init__(self, why: str, status: int | None = None) -> None:
        super().__init__(why)
        self.status = status


async def ask_json(net: Net, ask: Request, who: str, statuses: Container[int] = (200,)) -> tuple[int, Any]:
    """Ask for a JSON document; give the status and the document, of which nothing may be taken for granted.

    Args:
        net: the network.
        ask: the question.
        who: who is asked, as the subject of a sentence.
        statuses: those whose bodies are worth reading.

    Raises:
        NoAnswerError: no connection, another status, or no JSON (an answer that broke off is none).
    """
    try:
        response = await net.fetch(ask)
    except NetError as error:
        busy = error.kind is NetErrorKind.COOLDOWN
        why = "asks us to come back later" if busy else "could not be reached"
        raise NoAnswerError(f"{who} {why}.", error.status) from error
    if response.status not in statuses:
        raise NoAnswerError(_refusal(who, response.status), response.status)
    try:
        value = json.loads(response.body)
    except (ValueError, RecursionError):
        value = None
    if value is None:
        raise odd_answer(who, response.status)
    return response.status, value


def odd_answer(who: str, status: int | None = None) -> NoAnswerError:
    """Make the error for an answer that cannot be made sense of."""
    return NoAnswerError(f"{who} did not answer in its usual form.", status)


def mail_address(contact: str | None) -> str | None:
    """Give the mail address of a contact, for registries that take nothing else; None for a web address."""
    address = (contact or "").removeprefix("mailto:")
    return address if "@" in address and "/" not in address else None


def _refusal(who: str, status: int) -> str:
    if status == 429:
        return f"{who} says that it was asked too often (429)."
    if status in (401, 403):
        return f"{who} refuses to answer ({status})."
    if status >= 500:
        return f"{who} is in trouble ({status})."
    return f"{who} answered with status {status}."


#: An answer of an interface about one thing is far smaller; a longer one is read this far.
MAX_BYTES = 512 * 1024
_TITLE_LENGTH = 300
_SPACE = re.compile(r"\s+")
_LOG_IN = re.compile(r"(?:log-?in|sign[-_]?in|sso)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """An http(s) address in the parts that name a thing.

    Attributes:
        host: lower case, without ``www.``.
        path: as written.
        segments: of the path, percent-decoded once, empty ones left out.
        query: parameters, decoded; of repeated ones the first.
        fragment: as written, without ``#``.
    """

    host: str
    path: str
    segments: tuple[str, ...]
    query: Mapping[str, str]
    fragment: str


def place_of(target: Target) -> Place | None:
    """Read a target's address; None for what no registry is asked about.

    That is everything that is not http(s), names a port or a user, or stands as a picture: there the bytes must be
    looked at.
    """
    return None if target.address is None or target.is_image else _read(target.address)


@lru_cache(maxsize=16)  # one registry after the other looks at the same address
def _read(address: str) -> Place | None:
    try:
        parts: SplitResult = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or port not in (None, 80, 443) or "@" in parts.netloc:
        return None
    segments = tuple(unquote(part) for part in parts.path.split("/") if part)
    query: dict[str, str] = {}
    try:
        for name, value in parse_qsl(parts.query, keep_blank_values=True, max_num_fields=100):
            query.setdefault(name, value)
    except ValueError:
        return None
    return Place(host_of(address).removeprefix("www."), parts.path, segments, query, parts.fragment)


def encoded(text: str, safe: str = "") -> str:
    """Percent-encode for a path or a query; what is no text at all (lone surrogates) becomes ``?``, encoded."""
    return quote(text, safe=safe, errors="replace")


def with_path_start(url: str, segments: int, start: str) -> str:
    """Give the same address with its first path segments replaced; what follows them stays as written.

    Args:
        url: an http(s) address.
        segments: how many are replaced.
        start: what stands there instead, without slashes at its ends.
    """
    found = re.match(rf"\A([a-zA-Z]+://[^/?#]+)(?:/+[^/?#]+){{{segments}}}", url)
    return url if found is None else f"{found.group(1)}/{start}{url[found.end() :]}"


def title_of(value: object) -> str | None:
    """Give a title that a service names, on one line and not without end; None for what is none."""
    if not isinstance(value, str):
        return None
    line = _SPACE.sub(" ", value).strip().encode(errors="replace").decode()
    return line[:_TITLE_LENGTH] or None


@dataclass(frozen=True, slots=True)
class Reply:
    """What an interface said to one question.

    Attributes:
        url: what was asked.
        response: the answer, or None if there was none.
        error: why there was none.
        value: the answer's JSON, or None if it is none (or longer than what was read).
    """

    url: str
    response: Response | None = None
    error: NetError | None = None
    value: object = None

    @property
    def status(self) -> int | None:
        """The HTTP status, if there was one."""
        if self.response is not None:
            return self.response.status
        return self.error.status if self.error is not None else None

    @property
    def table(self) -> dict[str, Any]:
        """The answer's JSON object; empty if it is none."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def is_cut_json(self) -> bool:
        """True for the beginning of JSON that was too long to be read whole."""
        answer = self.response
        return answer is not None and not answer.complete and answer.media_type == "application/json"

    @property
    def is_object(self) -> bool:
        """True for a JSON object that says something, and for the beginning of a long one."""
        return bool(self.table) or (self.is_cut_json and self.starts_with(b"{"))

    @property
    def is_list(self) -> bool:
        """True for a JSON list, and for the beginning of a long one."""
        return isinstance(self.value, list) or (self.is_cut_json and self.starts_with(b"["))

    def starts_with(self, mark: bytes) -> bool:
        """Tell whether the answer's body begins so, white space aside."""
        return self.response is not None and self.response.body.lstrip()[: len(mark)] == mark

    def header(self, name: str) -> str:
        """Give a header's value, or ""."""
        return "" if self.response is None else self.response.headers.get(name, "").strip()

    @property
    def is_wall(self) -> bool:
        """True if a service that keeps robots out answered in its place."""
        return self.response is not None and bot_protection(self.response) is not None

    @property
    def refuses_plainly(self) -> bool:
        """True for a 403 of the interface itself; one with a web page comes from something in front of it."""
        return self.status == 403 and not self.is_wall and self.media_type not in ("text/html", "")

    @property
    def media_type(self) -> str:
        """What the answer says that it is, or ""."""
        return "" if self.response is None else self.response.media_type

    @property
    def why(self) -> str:
        """Why it is of no use, as what its service did: "did not answer in time"."""
        if self.response is None:
            return _SILENCE.get(self.error.kind if self.error else NetErrorKind.DNS, "could not be reached")
        wall = bot_protection(self.response)
        if wall is not None:
            return f"turned linkwarden away ({wall})"
        if self.response.status == 429:
            return "said that it was asked too often"
        if self.response.status >= 500:
            return f"is in trouble ({self.response.status})"
        return f"gave an answer that says nothing about this link ({self.response.status})"

    def fact(self, what: str) -> Fact:
        """Give what was seen, with the question and the status."""
        return Fact(what, url=mask_secrets(self.url), status=self.status)


_SILENCE = {
    NetErrorKind.TIMEOUT: "did not answer in time",
    NetErrorKind.COOLDOWN: "asked to be left alone for longer than this run lasts",
    NetErrorKind.GIVEN_UP: "stopped answering earlier in this run",
    NetErrorKind.BUDGET: "could not be asked before the time for this run was used up",
}


async def ask(
    net: Net,
    url: str,
    purpose: str,
    *,
    accept: str = "application/json",
    max_bytes: int = MAX_BYTES,
    follow: bool = True,
    form: str | None = None,
) -> Reply:
    """Put one question. Whatever comes back, or fails to, is a ``Reply``.

    Args:
        net: the network.
        url: the question.
        purpose: short words for logs.
        accept: the media type wanted.
        max_bytes: how much is read.
        follow: follow redirects.
        form: what to POST, form-encoded; None for GET.
    """
    question = Request(url=url, purpose=purpose, accept=accept, max_bytes=max_bytes, follow=follow)
    if form is not None:
        question = Request(
            url=url,
            purpose=purpose,
            method="POST",
            accept=accept,
            max_bytes=max_bytes,
            body=form.encode(),
            headers={"content-type": "application/x-www-form-urlencoded"},
            follow=follow,
        )
    try:
        response = await net.fetch(question)
    except NetError as error:
        return Reply(url, error=error)
    return Reply(url, response, value=_json(response) if response.complete else None)


def told(
    claim: Claim,
    reply: Reply,
    rule: Rule | None = None,
    reason: str = "",
    *,
    suggestion: Suggestion | None = None,
    title: str | None = None,
    facts: tuple[Fact, ...] = (),
) -> Evidence:
    """Make the evidence for what a service said; without a rule the link is fine.

    The interface's own address never becomes ``final_url``: it is not where a reader lands.
    """
    return Evidence.of(claim, rule, reason, status=reply.status, suggestion=suggestion, title=title, facts=facts)


def silent(claims: Iterable[Claim], service: str, reply: Reply) -> Iterator[Evidence]:
    """Give all links the evidence that the service which knows about them said nothing of use."""
    return batch_unverified(claims, f"{service} {reply.why}.", status=reply.status)


async def page_stands(net: Net, url: str) -> bool | None:
    """Ask a page itself whether it is there, before an interface's "no such thing" is believed.

    Interfaces know things, and some addresses that look like a thing are ordinary pages of the site. True: it
    answers. False: it says that it is not there, or asks readers to log in. None: nobody can tell.
    """
    try:
        response = await net.fetch(Request(url=url, purpose="page-exists"))
    except NetError:
        return None
    if bot_protection(response) is not None:
        return None
    if response.status in (401, 404, 410):
        return False
    if response.status != 200:
        return None
    return not (response.hops and _LOG_IN.search(urlsplit(response.url).path))


async def side_by_side(
    jobs: Iterable[Coroutine[Any, Any, Iterable[Evidence | Pass]]],
) -> AsyncIterator[Evidence | Pass]:
    """Run jobs at the same time and give their results as they come; the network layer spaces their questions."""
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        for done in asyncio.as_completed(tasks):
            for item in await done:
                yield item
    finally:
        for task in tasks:
            task.cancel()


class OneByOne(Provider):
    """A provider that puts one question for each thing, several at the same time."""

    gathers: ClassVar[bool] = True
    per_question: ClassVar[int] = 50  # in one call of ``check``; each is a question of its own

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Evidence | Pass]:
        """Settle what each ident names; the network layer spaces the questions."""
        del now
        async for item in side_by_side(self.settle(net, group) for group in by_ident(claims).values()):
            yield item

    @abstractmethod
    async def settle(self, net: Net, group: Sequence[Claim]) -> list[Evidence | Pass]:
        """Settle all links to one thing; gives an answer for each, and raises as ``Provider.check``.

        Args:
            net: the only way to the network.
            group: claims of one ident, at least one.
        """


def _json(response: Response) -> object:
    try:
        value: object = json.loads(response.body)
    except (ValueError, RecursionError):
        return None
    return value
