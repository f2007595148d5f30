"""Asking a registry of papers for JSON, and saying in words why it gave none. Shared by the scholarly providers."""

from __future__ import annotations

import json
from collections.abc import Container
from typing import TYPE_CHECKING, Any

from linkwarden.wire import Ask, NetError, NetErrorKind

if TYPE_CHECKING:
    from linkwarden.net import Net


class NoAnswerError(Exception):
    """A registry gave nothing that proves anything; the text is a sentence for the maintainer of a list.

    Attributes:
        status: the HTTP status of the useless answer, or None.
    """

    def __init__(self, why: str, status: int | None = None) -> None:
        super().__init__(why)
        self.status = status


async def ask_json(net: Net, ask: Ask, who: str, statuses: Container[int] = (200,)) -> tuple[int, Any]:
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
        raise NoAnswerError(f"{who} {why}, so linkwarden cannot tell.", error.status) from error
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
    return NoAnswerError(f"{who} did not answer in its usual form, so linkwarden cannot tell.", status)


def mail_address(contact: str | None) -> str | None:
    """Give the mail address of a contact, for registries that take nothing else; None for a web address."""
    address = (contact or "").removeprefix("mailto:")
    return address if "@" in address and "/" not in address else None


def _refusal(who: str, status: int) -> str:
    if status == 429:
        return f"{who} says that it was asked too often (429), so linkwarden cannot tell."
    if status in (401, 403):
        return f"{who} refuses to answer ({status}), so linkwarden cannot tell."
    if status >= 500:
        return f"{who} is in trouble ({status}), so linkwarden cannot tell."
    return f"{who} answered with status {status}, so linkwarden cannot tell."
