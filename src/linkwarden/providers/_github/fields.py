"""What GraphQL is asked about one address of GitHub: fields of its repository."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from linkwarden.providers._github.graphql import Question, Reply, State, literal
from linkwarden.providers._github.urls import PATHS, GithubRef, What


@dataclass(frozen=True, slots=True)
class Fields:
    """What is asked about an address in the first query.

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
    """Give what settles an address.

    For paths that is the path itself and what explains its absence, so that a list with dead paths is still one
    query (services.md 3.2).
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
    """Give what to ask when nothing of the first query is there.

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


def question(ident: str, full_name: str, fields: Iterable[str]) -> Question:
    """Ask for fields of a repository, each once."""
    owner, _, name = full_name.partition("/")
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

    def value(self, field: str) -> Any:
        """Give what came for a field; None if it does not exist or was not answered."""
        return self._data.get(self._aliases[field]) if field else None

    def urls(self, fields: Iterable[str]) -> list[str]:
        """Give the ``url`` of each value that has one."""
        values = (self.value(field) for field in fields)
        return [v["url"] for v in values if isinstance(v, dict) and isinstance(v.get("url"), str)]

    def failure(self, fields: Iterable[str]) -> str:
        """Say why one of the fields was not answered; "" if all were."""
        kinds = (self._failed.get(self._aliases[field], self._why) for field in fields)
        return next((kind for kind in kinds if kind), "")
