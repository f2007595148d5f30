"""What the providers of single services share: reading a URL, asking an API, and saying what it answered.

A registry is a service that knows whether a thing exists and says so to programs. What it does not say plainly is
``unverified``; which of its responses are plain is each provider's own knowledge.
"""

from __future__ import annotations

import asyncio
import re
from abc import abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NamedTuple, Protocol, TypedDict, TypeVar, Unpack
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from linkwarden.answers.bot_protection import bot_protection
from linkwarden.answers.rules import REGISTRY_SILENT
from linkwarden.foreign import read_json, title_of
from linkwarden.model import Claim, Evidence, Fact, Pass, Rule, Suggestion, Target
from linkwarden.patterns import pattern
from linkwarden.providers.base import Provider
from linkwarden.records import dataclass
from linkwarden.text import host_of, mask_secrets
from linkwarden.wire import NetError, NetErrorKind, Request, Response

if TYPE_CHECKING:
    from datetime import datetime

    from linkwarden.net import Net

#: A response of an API about one thing is far smaller; a longer one is read this far.
MAX_BYTES = 512 * 1024
_LOG_IN = pattern(r"(?:log-?in|sign[-_]?in|sso)\b", re.IGNORECASE)


# --- what a URL names ------------------------------------------------------------------------------------------------


class Place(NamedTuple):
    """An http(s) URL in the parts that name a thing.

    Attributes:
        url: the URL as it stands.
        host: lower case, without ``www.``.
        path: as written.
        segments: of the path, percent-decoded once, empty ones left out.
        query: parameters, decoded; of repeated ones the first.
        fragment: as written, without ``#``.
    """

    url: str
    host: str
    path: str
    segments: tuple[str, ...]
    query: Mapping[str, str]
    fragment: str


def place_of(target: Target) -> Place | None:
    """Return a target's URL in parts; None for what no registry is asked about.

    That is everything that is not http(s), names a port or a user, or stands as an image: there the bytes must be
    looked at.
    """
    return None if target.address is None or target.is_image else _place(target.address)


@lru_cache(maxsize=16)  # one registry after the other looks at the same URL
def _place(url: str) -> Place | None:
    try:
        parts: SplitResult = urlsplit(url)
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
    return Place(url, host_of(url).removeprefix("www."), parts.path, segments, query, parts.fragment)


class Named(Protocol):
    """What a URL names, as a registry reads it."""

    @property
    def ident(self) -> str:
        """What makes two URLs one question to the registry."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that its ident describes whole."""

    ident: str


R = TypeVar("R", bound=Named)


@dataclass(frozen=True, slots=True)
class Case(Generic[R]):
    """A claim, and what its URL names."""

    claim: Claim
    ref: R

    @property
    def url(self) -> str:
        """The URL as it is asked for, to which suggestions keep as near as they can."""
        return self.claim.target.address or self.claim.target.url

    def passed(self, note: Evidence | None = None) -> Pass:
        """Return the link to whoever is asked next, with what was found so far."""
        return Pass(self.claim.target.key, note=note)


Outcome = Evidence | Pass


class Registry(Provider, Generic[R]):
    """A provider for the things of one service.

    Class attributes:
        subdomains: ``read`` gets URLs of all hosts below ``domains``, too; else only of these very hosts.
    """

    subdomains: ClassVar[bool] = False

    @abstractmethod
    def read(self, place: Place) -> R | None:
        """Return what a URL names, or None if that is nothing that the service can tell about. Never raises."""

    def claim(self, target: Target) -> str | None:
        ref = self._read(target)
        return None if ref is None else ref.ident

    def cases(self, claims: Iterable[Claim]) -> list[Case[R]]:
        """Return claims with what they name."""
        refs = ((claim, self._read(claim.target)) for claim in claims)
        return [Case(claim, ref) for claim, ref in refs if ref is not None]

    def _read(self, target: Target) -> R | None:
        place = place_of(target)
        if place is None or not (self.subdomains or self.domains is None or place.host in self.domains):
            return None
        return self.read(place)


def by_ident(cases: Iterable[Case[R]]) -> dict[str, list[Case[R]]]:
    """Return cases by what they name, in the order in which it first comes."""
    groups: dict[str, list[Case[R]]] = {}
    for case in cases:
        groups.setdefault(case.ref.ident, []).append(case)
    return groups


class OneByOne(Registry[R]):
    """A registry that is asked about one thing at a time, several at once."""

    async def check(self, claims: Sequence[Claim], net: Net, now: datetime) -> AsyncIterator[Outcome]:
        del now  # a thing does not depend on the day
        async for item in side_by_side(self.settle(net, cases) for cases in by_ident(self.cases(claims)).values()):
            yield item

    @abstractmethod
    async def settle(self, net: Net, cases: Sequence[Case[R]]) -> Sequence[Outcome]:
        """Return what is said of each link to one thing; raises as ``Provider.check``.

        Args:
            net: the only way to the network.
            cases: the links, which have one ident; at least one.
        """


def shown(text: str, most: int = 60) -> str:
    """Return foreign text for use inside a sentence: invisible characters made visible, and not too long."""
    visible = "".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in text[: 2 * most])
    return visible if len(visible) <= most else visible[: most - 3] + "…"


def encoded(text: str, safe: str = "") -> str:
    """Return text percent-encoded for a path or a query; lone surrogates, which are no text, become ``?``."""
    return quote(text, safe=safe, errors="replace")


def with_path_start(url: str, segments: int, start: str) -> str:
    """Return the same URL with its first path segments replaced; what follows them stays as written.

    Args:
        url: an http(s) URL.
        segments: how many are replaced.
        start: what stands there instead, without slashes at its ends.
    """
    found = re.match(rf"\A([a-zA-Z]+://[^/?#]+)(?:/+[^/?#]+){{{segments}}}", url)
    return url if found is None else f"{found.group(1)}/{start}{url[found.end() :]}"


def mail_address(contact: str | None) -> str | None:
    """Return the mail address of a contact, for registries that take nothing else; None for a web address."""
    address = (contact or "").removeprefix("mailto:")
    return address if "@" in address and "/" not in address else None


# --- asking ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reply:
    """What an API answered to one request.

    Attributes:
        url: what was asked for.
        response: the response, or None if there was none.
        error: why there was none.
        value: the response's JSON, or None if it is none (or longer than what was read).
        because: why it is of no use, as what the service did, where neither response nor error say so.
    """

    url: str
    response: Response | None = None
    error: NetError | None = None
    value: object = None
    because: str = ""

    @property
    def status(self) -> int | None:
        """The HTTP status, if there was one."""
        if self.response is not None:
            return self.response.status
        return self.error.status if self.error is not None else None

    @property
    def table(self) -> dict[str, Any]:
        """The response's JSON object; empty if it is none."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def is_object(self) -> bool:
        """True for a JSON object that says something, and for the beginning of a long one."""
        return (isinstance(self.value, dict) and bool(self.value)) or self._begins(b"{")

    def describes(self, *names: str) -> bool:
        """Return whether it is a JSON object with one of these keys, or the beginning of a long object."""
        return self.is_object and (not self.table or any(name in self.table for name in names))

    @property
    def is_list(self) -> bool:
        """True for a JSON list, and for the beginning of a long one."""
        return isinstance(self.value, list) or self._begins(b"[")

    def _begins(self, mark: bytes) -> bool:
        long = self.response is not None and not self.response.complete and self.media_type == "application/json"
        return long and self.response is not None and self.response.body.lstrip()[:1] == mark

    def header(self, name: str) -> str:
        """Return a header's value, or ""."""
        return "" if self.response is None else self.response.headers.get(name, "").strip()

    @property
    def wall(self) -> str | None:
        """The bot protection that answered in place of the service, or None."""
        return None if self.response is None else bot_protection(self.response)

    @property
    def refuses_plainly(self) -> bool:
        """True for a 403 of the API itself; one with a web page comes from something in front of it."""
        return self.status == 403 and self.wall is None and self.media_type not in ("text/html", "")

    @property
    def media_type(self) -> str:
        """What the response says that it is, or ""."""
        return "" if self.response is None else self.response.media_type

    @property
    def why(self) -> str:
        """Why it is of no use, as what the service did: "did not answer in time"."""
        if self.because or self.response is None:
            kind = self.error.kind if self.error is not None else None
            return self.because or _SILENCE.get(kind, "could not be reached")
        status = self.response.status
        if self.wall is not None:
            return f"turned linkwarden away ({self.wall})"
        if status in (401, 403, 429):
            return f"asked to slow down ({status})" if status == 429 else f"refused the request ({status})"
        return f"had a server error ({status})" if status >= 500 else f"gave an unexpected response ({status})"

    def fact(self, what: str) -> Fact:
        """Return what was seen, with the URL that was asked and the status."""
        return Fact(what, url=mask_secrets(self.url), status=self.status)


_SILENCE: Mapping[NetErrorKind | None, str] = {
    NetErrorKind.TIMEOUT: "did not answer in time",
    NetErrorKind.COOLDOWN: "asked to wait longer than this run lasts (Retry-After)",
    NetErrorKind.GIVEN_UP: "stopped answering earlier in this run",
    NetErrorKind.NO_HANDLES: "could not be asked, because this machine has too many open files",
    NetErrorKind.BUDGET: "could not be asked before the time for this run was used up",
}


class _Options(TypedDict, total=False):
    """Fields of ``Request`` that some requests set."""

    method: str
    body: bytes
    headers: Mapping[str, str]
    token: str | None
    token_host: str
    follow: bool
    timeout: float
    attempts: int


async def ask(
    net: Net,
    url: str,
    purpose: str,
    *,
    accept: str = "application/json",
    max_bytes: int = MAX_BYTES,
    **options: Unpack[_Options],
) -> Reply:
    """Make one request; whatever comes back, or fails to, is a ``Reply``.

    Args:
        net: the network.
        url: what is asked for.
        purpose: short words for logs.
        accept: the media type wanted.
        max_bytes: how much is read.
        options: further fields of ``Request``.
    """
    try:
        response = await net.fetch(Request(url=url, purpose=purpose, accept=accept, max_bytes=max_bytes, **options))
    except NetError as error:
        return Reply(url, error=error)
    return Reply(url, response, value=read_json(response.body) if response.complete else None)


def unanswered(
    cases: Iterable[Case[R]], service: str, reply: Reply, why: str = "", *, rule: Rule = REGISTRY_SILENT
) -> list[Outcome]:
    """Return for all links that the service which knows about them said nothing of use.

    Args:
        cases: the links.
        service: who was asked, as the subject of a sentence.
        reply: what came of it.
        why: what the service did, where the reply does not say it.
        rule: the rule that says so.
    """
    reason = f"{service} {why or reply.why}."
    seen = Fact("the service gave no usable answer", status=reply.status)
    return [Evidence.of(case.claim, rule, reason, status=reply.status, facts=(seen,)) for case in cases]


def answered(
    cases: Iterable[Case[R]],
    reply: Reply,
    seen: str | tuple[Fact, ...],
    rule: Rule | None = None,
    reason: str = "",
    *,
    title: object = None,
    suggestion: Suggestion | None = None,
) -> list[Outcome]:
    """Return for all links what a service said of them; without a rule they are ok.

    The API's own URL never becomes ``final_url``: it is not where a reader lands.

    Args:
        cases: the links.
        reply: what the service said.
        seen: what was seen, in words about the reply, or as facts.
        rule: what is wrong.
        reason: the sentence for the rule.
        title: the title that the service gives, if it is one.
        suggestion: what to put there instead.
    """
    facts = (reply.fact(seen),) if isinstance(seen, str) else seen
    named, status = title_of(title), reply.status
    return [
        Evidence.of(case.claim, rule, reason, status=status, title=named, suggestion=suggestion, facts=facts)
        for case in cases
    ]


async def page_stands(net: Net, url: str) -> bool | None:
    """Return whether a page says itself that it is there, before an API's "no such thing" is believed.

    APIs know things, and some URLs that look like a thing are ordinary pages of the site. True: it answers. False:
    it says that it is not there, or asks readers to log in. None: nobody can tell.
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


class Canary:
    """A thing that a service certainly has: asked for once a run, before "no such thing" is believed."""

    def __init__(self, is_known: Callable[[Net], Awaitable[bool]]) -> None:
        self._is_known = is_known
        self._turn = asyncio.Lock()
        self._lives: bool | None = None

    async def lives(self, net: Net) -> bool:
        """Return whether the service knows it."""
        async with self._turn:
            if self._lives is None:
                self._lives = await self._is_known(net)
            return self._lives


async def side_by_side(jobs: Iterable[Coroutine[Any, Any, Iterable[Outcome]]]) -> AsyncIterator[Outcome]:
    """Run jobs at the same time and give their results as they come; the network layer spaces their requests."""
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        for done in asyncio.as_completed(tasks):
            for item in await done:
                yield item
    finally:
        for task in tasks:
            task.cancel()
