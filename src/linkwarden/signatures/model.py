"""What is said of a URL's end, and what a signature scheme is."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from linkwarden.records import dataclass

if TYPE_CHECKING:
    from linkwarden.url import Url

#: Amazon S3, the oldest of these schemes that is still in use, opened in March 2006. A number that would mean an
#: earlier end is something else: a year, a number of seconds, a size (docs/facts/signed-urls.md#general-rules).
FIRST_END = datetime(2006, 1, 1, tzinfo=UTC)


class Status(StrEnum):
    """How a URL ends, as far as the URL itself says."""

    DATED = "dated"  # the instant of the end can be read
    MALFORMED = "malformed"  # signed in a form that the server refuses at any time
    EPHEMERAL = "ephemeral"  # known to be temporary; the instant cannot be read
    AUTH_REQUIRED = "auth-required"  # needs the author's login or token
    SERVER_SIDE = "server-side"  # signed; the server keeps the lifetime to itself
    FRAGILE = "fragile"  # works today, nobody promises it
    PERMANENT = "permanent"  # signed, without an end by design
    NONE = "none"  # not a signed URL


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What ``classify`` reads from a URL. All instants are UTC, whole seconds.

    Attributes:
        status: how the URL ends.
        scheme: id of the signature scheme ("aws-sigv4", "discord-cdn" …), "none" where there is none.
        expires_at: the instant at which it stops working (no longer works at that very second).
        not_before: the instant from which it works, or at which it was signed.
        upper_bound: ``expires_at`` is the latest possible end; a session behind the signature may end sooner.
        hard_limit: the instant at which even the longest session has ended; never after ``expires_at``.
        low_confidence: the marks are few enough to be something else; nothing is proved without a request.
        sentinel: ``expires_at`` is the operator's way to write "never".
        why: in plain words, what it was read from; never holds a key or a signature.
        remarks: further sentences that a maintainer should know.
    """

    status: Status = Status.NONE
    scheme: str = "none"
    expires_at: datetime | None = None
    not_before: datetime | None = None
    upper_bound: bool = False
    hard_limit: datetime | None = None
    low_confidence: bool = False
    sentinel: bool = False
    why: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def ends_at(self) -> datetime | None:
        """The instant after which it certainly does not work: the earlier of ``expires_at`` and ``hard_limit``."""
        if self.expires_at is None or self.hard_limit is None:
            return self.expires_at
        return min(self.expires_at, self.hard_limit)


NOT_SIGNED = Signature()


class Refused(Exception):  # noqa: N818 - what the server does, not an error of ours; never leaves this package
    """A reader's word that the server would refuse the URL; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """One way of signing URLs.

    Attributes:
        id: its name in reports and vectors.
        read: returns what it finds, None where the marks are missing; raises ``Refused`` for a signature that the
            server would not take. Need not fill ``scheme``.
        only_on: host patterns outside of which ``read`` is not called; empty: any host.
        marks: parameters (lower case) of which one must be there for ``read`` to be called; empty: always called.
            A short cut for the thousands of URLs without any.
        hints: texts of which one stands in any URL of the scheme that has neither parameters nor encoded characters.
        home: host patterns of the operator. A malformed signature elsewhere is of low confidence, unless
            ``sure`` says otherwise; an end before ``FIRST_END`` elsewhere means that it is not this scheme.
        sure: returns whether the marks are unmistakable on a foreign host too.
        refuses_with_401: the operator answers 401 to a signature that has ended or does not fit; nobody can log in.
        secrets: parameters (lower case) that give access or name the owner's key, so that reports mask their values.
        secret_part: finds what else is secret, in what follows the host as written: the text of the first group.
    """

    id: str
    read: Callable[[Url], Signature | None]
    only_on: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    home: tuple[str, ...] = ()
    sure: Callable[[Url], bool] = lambda _url: False
    refuses_with_401: bool = False
    secrets: tuple[str, ...] = ()
    secret_part: re.Pattern[str] | None = None
