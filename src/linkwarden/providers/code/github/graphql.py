"""Asks GitHub's GraphQL API about many repositories at once (docs/facts/services.md#github-graphql).

One query names up to ``MAX_REPOSITORIES``. Queries go one after the other, and one that is too slow for GitHub
(502, 504, timeout) is asked again in two halves. Only scalars are asked for: connections cost points, and are refused
to tokens that may read public data only.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from enum import Enum, auto
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from linkwarden.foreign import at, objects_at, text_at
from linkwarden.providers.code.github.rest import (
    API,
    API_HEADERS,
    API_HOST,
    HTML_TYPE,
    Access,
    Rest,
    limited,
    repository_path,
)
from linkwarden.providers.code.github.urls import PATHS, GithubRef, What
from linkwarden.providers.registry import Reply as Response
from linkwarden.providers.registry import ask
from linkwarden.records import dataclass
from linkwarden.wire import NetErrorKind

if TYPE_CHECKING:
    from linkwarden.net import Net

#: GitHub shows 500 KiB of a README (docs/facts/github-rendering.md#readme-size); its HTML is larger than the source.
MAX_README_BYTES = 2 * 1024 * 1024
_PREFIX = "user-content-"


@dataclass(frozen=True, slots=True)
class Anchors:
    """The ids and names in a rendered README."""

    names: frozenset[str]

    def holds(self, fragment: str) -> bool:
        """Return whether a fragment leads somewhere; case is let pass, as browsers and GitHub's script differ on it."""
        name = unquote(fragment).removeprefix(_PREFIX).lower()
        return name in self.names


class _Reader(HTMLParser):
    """Collects ``id`` and ``name`` attributes, which GitHub prefixes with ``user-content-``."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.names: set[str] = set()

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in one tag."""
        for key, value in attrs:
            if value and key in ("id", "name"):
                self.names.add(value.removeprefix(_PREFIX).lower())


async def readme_anchors(net: Net, rest: Rest, full_name: str) -> Anchors | None:
    """Ask for the rendered README (REST documentation, "Get a repository README"); None if nobody could tell."""
    reply = await rest.get(net, f"{repository_path(full_name)}/readme", accept=HTML_TYPE, max_bytes=MAX_README_BYTES)
    if reply.response is None or reply.status != 200 or not reply.response.complete:
        return None
    reader = _Reader()
    reader.feed(reply.response.text())
    return Anchors(frozenset(reader.names))


#: Repositories in one query: 50 to 100 is what others live with (docs/facts/services.md#github-graphql).
MAX_REPOSITORIES = 100
#: Paths, issues and the like in one query: each costs GitHub a look into a repository.
MAX_FIELDS = 200
#: Failures in a row after which the API counts as down; halving 100 down to one repository takes seven.
MAX_FAILURES = 8
#: A reply has about 400 bytes per repository.
MAX_BYTES = 4 * 1024 * 1024

_LIMIT = "has no requests left for this hour (rate limit)"
_FRAGMENT = """
fragment R on Repository {
  nameWithOwner isArchived archivedAt isDisabled isEmpty isLocked lockReason isPrivate hasWikiEnabled
  defaultBranchRef { name }
}"""


class State(Enum):
    """What became of a question."""

    FOUND = auto()
    MISSING = auto()  # NOT_FOUND
    REFUSED = auto()  # FORBIDDEN, SAML …: GitHub knows, but does not tell this token
    UNANSWERED = auto()


@dataclass(frozen=True, slots=True)
class Question:
    """About one repository or account.

    Attributes:
        ident: whose answer it is.
        owner: login.
        name: repository, or "" to ask about the account.
        fields: further fields of the repository by alias, in GraphQL.
    """

    ident: str
    owner: str
    name: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one question.

    Attributes:
        state: what became of it.
        data: the fields that came; an alias that is None here does not exist.
        failed: aliases that GitHub left open, with its error type.
        why: for REFUSED and UNANSWERED, a clause.
    """

    state: State
    data: Mapping[str, Any] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    why: str = ""


def literal(text: str) -> str:
    """Write text as a GraphQL string (its escapes are JSON's; GraphQL specification, "String Value")."""
    return json.dumps(text, ensure_ascii=False)


def query_text(questions: Sequence[Question]) -> str:
    """Write one query; the answer to question *n* is named ``r<n>``."""
    lines = ["query {", "rateLimit { cost remaining resetAt }"]
    for n, q in enumerate(questions):
        if not q.name:
            lines.append(f"r{n}: repositoryOwner(login: {literal(q.owner)}) {{ login }}")
            continue
        extra = "".join(f" {alias}: {text}" for alias, text in q.fields.items())
        lines.append(f"r{n}: repository(owner: {literal(q.owner)}, name: {literal(q.name)}) {{ ...R{extra} }}")
    lines.append("}")
    if any(q.name for q in questions):
        lines.append(_FRAGMENT)
    return "\n".join(lines)


def chunks(questions: Iterable[Question]) -> Iterator[list[Question]]:
    """Split questions into queries within the limits; one with too many fields is asked in parts."""
    chunk: list[Question] = []
    fields = 0
    for part in (part for question in questions for part in _parts(question)):
        if chunk and (len(chunk) >= MAX_REPOSITORIES or fields + len(part.fields) > MAX_FIELDS):
            yield chunk
            chunk, fields = [], 0
        chunk.append(part)
        fields += len(part.fields)
    if chunk:
        yield chunk


def _parts(question: Question) -> Iterator[Question]:
    """Split a question that has too many fields for one query."""
    fields = list(question.fields.items())
    for start in range(0, max(len(fields), 1), MAX_FIELDS):
        yield replace(question, fields=dict(fields[start : start + MAX_FIELDS]))


def read(questions: Sequence[Question], payload: object) -> list[Reply] | None:
    """Read a response; None if it is not one at all (no ``data``)."""
    data = at(payload, "data")
    if not isinstance(data, dict):
        return None
    errors: dict[tuple[str, ...], str] = {}
    vague = ""
    for error in objects_at(payload, "errors"):
        kind = error["type"] if isinstance(error.get("type"), str) and error["type"] else "ERROR"
        path = error.get("path")
        if isinstance(path, list) and path:
            errors[tuple(map(str, path[:2]))] = kind
        else:
            vague = kind
    return [_reply(q, f"r{n}", data.get(f"r{n}"), errors, vague) for n, q in enumerate(questions)]


def _reply(question: Question, alias: str, value: object, errors: Mapping[tuple[str, ...], str], vague: str) -> Reply:
    """Read one alias. An error that names no alias leaves every null of the response open."""
    kind = errors.get((alias,))
    if kind == "NOT_FOUND":
        return Reply(State.MISSING)
    if kind in ("RATE_LIMITED", "ERROR"):
        return Reply(State.UNANSWERED, why=f"left the question open ({kind})")
    if kind is not None:
        return Reply(State.REFUSED, why=f"did not tell us ({kind})")
    if value is None and not question.name and not vague:
        return Reply(State.MISSING)  # an unknown login is null without an error
    name_key = "nameWithOwner" if question.name else "login"
    if not isinstance(value, dict) or not isinstance(value.get(name_key), str):
        return Reply(State.UNANSWERED, why="answered incompletely")
    failed = {path[1]: k for path, k in errors.items() if path[:1] == (alias,) and path[1:] and k != "NOT_FOUND"}
    for name in question.fields:
        if name not in value or (value[name] is None and vague):
            failed.setdefault(name, vague or "no answer")
    return Reply(State.FOUND, value, failed)


def merged(first: Reply, second: Reply) -> Reply:
    """Join the replies to two parts of one question; what is worse known wins."""
    if first.state is not State.FOUND or second.state is not State.FOUND:
        return first if first.state is not State.FOUND else second
    return Reply(State.FOUND, {**first.data, **second.data}, {**first.failed, **second.failed})


class GraphQL:
    """The API, during one run."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._one_at_a_time = asyncio.Lock()  # REST and GraphQL documentation: "make requests serially"
        self._failures = 0
        self.closed = ""  # why it is not asked any more

    @property
    def usable(self) -> bool:
        """True while there is a token that GitHub takes and the limit is not reached."""
        return self._access.token is not None and not self.closed

    async def ask(self, net: Net, questions: Sequence[Question]) -> dict[str, Reply]:
        """Ask about all; every ident gets a reply, if only UNANSWERED."""
        replies: dict[str, Reply] = {}
        async with self._one_at_a_time:
            for chunk in chunks(questions):
                for question, reply in zip(chunk, await self._chunk(net, chunk), strict=True):
                    known = replies.get(question.ident)
                    replies[question.ident] = reply if known is None else merged(known, reply)
        return replies

    async def _chunk(self, net: Net, chunk: Sequence[Question]) -> list[Reply]:
        """Ask one query, or its halves if it is too slow for GitHub."""
        if not self.usable:
            return [Reply(State.UNANSWERED, why=self.closed or "there is no token")] * len(chunk)
        response = await self._post(net, query_text(chunk))
        slow = response.error is not None and response.error.kind is NetErrorKind.TIMEOUT
        if response.response is None and not slow:
            return self._close(response.why, chunk)
        if response.status == 401:
            self._access.refuse(401)
            return [Reply(State.UNANSWERED, why="refused the token")] * len(chunk)
        if slow or (response.status or 0) >= 500:
            return await self._halve(net, chunk)
        if response.status != 200:
            return self._close(limited(response) or response.why, chunk)
        return await self._received(net, chunk, response.value)

    async def _received(self, net: Net, chunk: Sequence[Question], payload: object) -> list[Reply]:
        """Read a response, and act on what it says about the API itself."""
        replies = read(chunk, payload)
        if replies is None and _too_slow(payload):
            return await self._halve(net, chunk)
        if replies is None:
            return self._close(_LIMIT if _rate_limited(payload) else "gave an unexpected response", chunk)
        self._failures = 0
        if any(r.state is State.UNANSWERED for r in replies) and _rate_limited(payload):
            self.closed = _LIMIT
        return replies

    async def _halve(self, net: Net, chunk: Sequence[Question]) -> list[Reply]:
        """Ask again in two halves; a single question that fails stays open."""
        self._failures += 1
        if self._failures >= MAX_FAILURES:
            return self._close("keeps failing", chunk)
        if len(chunk) == 1:
            return [Reply(State.UNANSWERED, why="was too slow to answer")]
        middle = len(chunk) // 2
        return [*await self._chunk(net, chunk[:middle]), *await self._chunk(net, chunk[middle:])]

    def _close(self, why: str, chunk: Sequence[Question]) -> list[Reply]:
        self.closed = why
        return [Reply(State.UNANSWERED, why=why)] * len(chunk)

    async def _post(self, net: Net, query: str) -> Response:
        return await ask(
            net,
            f"{API}/graphql",
            "github-graphql",
            method="POST",
            body=json.dumps({"query": query}).encode(),
            headers={**API_HEADERS, "content-type": "application/json"},
            token=self._access.token,
            token_host=API_HOST,
            max_bytes=MAX_BYTES,
            follow=False,
            timeout=20.0,  # GitHub itself gives up after ten
            attempts=1,  # halving is our way to try again
        )


def _rate_limited(payload: object) -> bool:
    kinds = [error.get("type") for error in objects_at(payload, "errors")]
    return at(payload, "data", "rateLimit", "remaining") == 0 or "RATE_LIMITED" in kinds or "RATE_LIMIT" in kinds


def _too_slow(payload: object) -> bool:
    """Return whether it is GitHub's own timeout: an error without a type (docs/facts/services.md#github-graphql)."""
    errors = objects_at(payload, "errors")
    return bool(errors) and not any(error.get("type") for error in errors)


@dataclass(frozen=True, slots=True)
class Fields:
    """What is asked about a URL in the first query.

    Attributes:
        proof: any of these that is not null proves that the thing is there.
        head: whether the path is on the default branch, or "".
        branch: whether the branch, tag or commit exists, or "".
    """

    proof: tuple[str, ...] = ()
    head: str = ""
    branch: str = ""

    @property
    def all(self) -> tuple[str, ...]:
        """Every field."""
        return (*self.proof, *(text for text in (self.head, self.branch) if text))


def first_fields(ref: GithubRef) -> Fields:  # noqa: PLR0911 - one per sort of thing
    """Return what settles a URL.

    For paths that is the path itself and what explains its absence, so that a list with dead paths is still one
    query (docs/facts/services.md#github-graphql).
    """
    match ref.what:
        case What.COMMIT:
            return Fields((_object(ref.name),))
        case What.TAG:
            tag = f"release(tagName: {literal(ref.name)}) {{ tagName }}"
            return Fields((tag, f"ref(qualifiedName: {literal('refs/tags/' + ref.name)}) {{ name }}"))
        case What.ISSUE:
            return Fields((_issue(ref.number),))
        case What.DISCUSSION:
            return Fields((_discussion(ref.number),))
        case What.MILESTONE:
            return Fields((f"milestone(number: {ref.number}) {{ url }}",))
    if ref.what not in PATHS:
        return Fields()
    revision, path = ref.splits[0]
    if not path:
        return Fields((_object(revision),))
    return Fields((_object(f"{revision}:{path}"),), _object(f"HEAD:{path}"), _object(revision))


def second_fields(ref: GithubRef) -> tuple[str, ...]:
    """Return what to ask when nothing of the first query is there.

    An issue may have become a discussion, and a branch name may hold slashes.
    """
    match ref.what:
        case What.ISSUE:
            return (_discussion(ref.number),)
        case What.DISCUSSION:
            return (_issue(ref.number),)
    if ref.what not in PATHS:
        return ()
    return tuple(_object(f"{revision}:{path}" if path else revision) for revision, path in ref.splits[1:])


def _object(expression: str) -> str:
    """Ask for a revision expression (git rev-parse documentation, "<rev>:<path>")."""
    return f"object(expression: {literal(expression)}) {{ __typename }}"


def _issue(number: int) -> str:
    return f"issueOrPullRequest(number: {number}) {{ __typename ... on Issue {{ url }} ... on PullRequest {{ url }} }}"


def _discussion(number: int) -> str:
    return f"discussion(number: {number}) {{ url }}"


def question(ident: str, owner: str, name: str, fields: Iterable[str]) -> Question:
    """Ask for an account (``name`` is ""), or for fields of a repository, each once."""
    return Question(ident, owner, name, {alias: text for text, alias in _aliases(fields).items()})


def _aliases(fields: Iterable[str]) -> dict[str, str]:
    return {text: f"x{n}" for n, text in enumerate(dict.fromkeys(fields))}


class Answers:
    """The values of fields that were asked for by ``question``."""

    def __init__(self, fields: Iterable[str], reply: Reply | None) -> None:
        self._aliases = _aliases(fields)
        found = reply is not None and reply.state is State.FOUND
        self._data: Mapping[str, Any] = reply.data if reply is not None and found else {}
        self._failed: Mapping[str, str] = reply.failed if reply is not None else {}
        self._why = "" if found else (reply.why if reply is not None else "") or "no answer"

    def value(self, field: str) -> object:
        """Return what came for a field; None if it does not exist or was not answered."""
        return self._data.get(self._aliases[field]) if field else None

    def urls(self, fields: Iterable[str]) -> list[str]:
        """Return the ``url`` of each value that has one."""
        return [url for field in fields if (url := text_at(self.value(field), "url"))]

    def failure(self, fields: Iterable[str]) -> str:
        """Return why one of the fields was not answered; "" if all were."""
        kinds = (self._failed.get(self._aliases[field], self._why) for field in fields)
        return next((kind for kind in kinds if kind), "")
