"""An http(s) address taken apart for reading: nothing is normalised, nothing raises."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote, unquote_plus

if TYPE_CHECKING:
    from datetime import datetime

# The split of RFC 3986 appendix B, for http and https only; the fragment never reaches a server, so it is dropped.
_PARTS = re.compile(r"https?://([^/?#\\]*)([^?#]*)(?:\?([^#]*))?", re.IGNORECASE)
_AUTHORITY = re.compile(r"(?:.*@)?(\[[0-9a-f:.]+\]|[^\s:@\[\]\x00-\x20]+)(?::([0-9]{0,5}))?", re.IGNORECASE | re.DOTALL)
_HIGHEST_PORT = 65_535
_LABELS = 8  # more than any pattern has; a host of ten thousand labels shall not cost ten thousand strings


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address that schemes look at.

    Attributes:
        url: the address as it was given.
        host: in lower case, without port and trailing dot.
        domains: the host, and ``*.`` before it and before each domain above it: the patterns that it matches.
        segments: of the path, percent-decoded after splitting.
        params: names and values of the query, in order, decoded once after splitting at ``&`` (a ``;`` is part
            of a value: Tencent writes ranges with it).
        names: the parameters' names in lower case.
    """

    url: str
    host: str
    domains: frozenset[str]
    segments: tuple[str, ...]
    params: tuple[tuple[str, str], ...]
    names: frozenset[str]

    def on(self, *patterns: str) -> bool:
        """Tell whether the host matches one of the patterns: ``a.b`` exactly, ``*.a.b`` with all below it too.

        Whole labels count: ``playgroundai.com`` is not in ``*.groundai.com``.
        """
        return not self.domains.isdisjoint(patterns)

    def has(self, *names: str) -> bool:
        """Tell whether all these parameters are there, in exactly this spelling."""
        present = {name for name, _ in self.params}
        return all(name in present for name in names)

    def has_ci(self, *names: str) -> bool:
        """Tell whether all these parameters are there, in any case."""
        return all(name.lower() in self.names for name in names)

    def one(self, name: str) -> str | None:
        """Give a parameter's value, or None where it is missing.

        Raises:
            Refused: it is there twice with different values, so that nobody knows which one counts.
        """
        return self._only(name, [value for key, value in self.params if key == name])

    def one_ci(self, name: str) -> str | None:
        """Give a parameter's value, its name in any case; otherwise as ``one``."""
        return self._only(name, [value for key, value in self.params if key.lower() == name.lower()])

    def any_value(self, name: str) -> str | None:
        """Give the first value of a parameter, or None; for schemes that are only recognised by it."""
        return next((value for key, value in self.params if key == name), None)

    @staticmethod
    def _only(name: str, values: list[str]) -> str | None:
        if not values:
            return None
        if len(set(values)) > 1:
            raise Refused(f"the parameter {name} is there {len(values)} times with different values")
        return values[0]


@lru_cache(maxsize=16)  # each provider of this package looks at one address after the other
def parse(url: str) -> Address | None:
    """Take an absolute http(s) address apart; None for every other, and where the host cannot be read."""
    parts = _PARTS.match(url)
    authority = _AUTHORITY.fullmatch(parts[1]) if parts else None
    if not parts or not authority or int(authority[2] or 0) > _HIGHEST_PORT:
        return None
    host = authority[1].lower().rstrip(".")
    params = tuple(_param(piece) for piece in (parts[3] or "").split("&") if piece)
    return Address(
        url=url,
        host=host,
        domains=_patterns_for(host),
        segments=tuple(unquote(segment) for segment in parts[2].split("/")[1:]),
        params=params,
        names=frozenset(name.lower() for name, _ in params),
    )


@lru_cache(maxsize=1024)  # a list names the same few hosts over and over
def _patterns_for(host: str) -> frozenset[str]:
    labels = host.split(".")[-_LABELS:]
    return frozenset((host, *(f"*.{'.'.join(labels[i:])}" for i in range(len(labels)))))


def _param(piece: str) -> tuple[str, str]:
    name, _, value = piece.partition("=")
    name = unquote_plus(name)
    # "&amp;" that nobody decoded leaves names like "amp;Expires"; the browser of the author coped, so do we.
    while name.startswith("amp;"):
        name = name[4:]
    return name, unquote_plus(value)


class Status(StrEnum):
    """How an address ends, as far as the address itself tells."""

    DATED = "dated"  # the instant of the end can be read
    MALFORMED = "malformed"  # signed in a form that the server refuses at any time
    EPHEMERAL = "ephemeral"  # known to be temporary; the instant cannot be read
    AUTH_REQUIRED = "auth-required"  # needs the author's login or token
    SERVER_SIDE = "server-side"  # signed; the server keeps the lifetime to itself
    FRAGILE = "fragile"  # works today, nobody promises it
    DEFUNCT = "defunct"  # the service is closed
    PERMANENT = "permanent"  # signed, without an end by design
    NONE = "none"  # not a signed address


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What ``classify`` reads from an address. All instants are UTC, whole seconds.

    Attributes:
        status: how the address ends.
        scheme: id of the signature scheme ("aws-sigv4", "discord-cdn" …), "none" where there is none.
        expires_at: the instant at which it stops working (no longer works at that very second).
        not_before: the instant from which it works, or at which it was signed.
        upper_bound: ``expires_at`` is the latest possible end; a session behind the signature may end sooner.
        hard_limit: the instant at which even the longest session has ended; never after ``expires_at``.
        low_confidence: the marks are few enough to be something else; nothing is proved without a request.
        sentinel: ``expires_at`` is the operator's way to write "never".
        provider: the site that made the address (notion, github, kaggle …), for the advice.
        why: in plain words, what it was read from; never holds a key or a signature.
        remarks: further sentences that a maintainer should know.
        unwraps_to: the address inside a proxy's address that all of this is about.
    """

    status: Status = Status.NONE
    scheme: str = "none"
    expires_at: datetime | None = None
    not_before: datetime | None = None
    upper_bound: bool = False
    hard_limit: datetime | None = None
    low_confidence: bool = False
    sentinel: bool = False
    provider: str | None = None
    why: str = ""
    remarks: tuple[str, ...] = ()
    unwraps_to: str | None = None

    @property
    def ends_at(self) -> datetime | None:
        """The instant after which it certainly does not work: the earlier of ``expires_at`` and ``hard_limit``."""
        if self.expires_at is None or self.hard_limit is None:
            return self.expires_at
        return min(self.expires_at, self.hard_limit)


NOT_SIGNED = Signature()


class Refused(Exception):  # noqa: N818 - what the server does, not an error of ours; never leaves this package
    """A reader's word that the server would refuse the address; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """One way of signing addresses.

    Attributes:
        id: its name in reports and vectors.
        read: gives what it finds, None where the marks are missing; raises ``Refused`` for a signature that the
            server would not take. Need not fill ``scheme``.
        only_on: host patterns outside of which ``read`` is not asked; empty: any host.
        marks: parameters (lower case) of which one must be there for ``read`` to be asked; empty: always asked.
            A short cut for the thousands of addresses without any.
        home: host patterns of the operator. A malformed signature elsewhere is of low confidence, unless
            ``sure`` says otherwise.
        sure: tells that the marks are unmistakable on a foreign host too.
    """

    id: str
    read: Callable[[Address], Signature | None]
    only_on: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    home: tuple[str, ...] = ()
    sure: Callable[[Address], bool] = lambda _address: False
