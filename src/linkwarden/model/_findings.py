"""What providers are asked, what they find out, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from linkwarden.model._places import Target
from linkwarden.model._words import Verdict

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of finding, declared where it is raised.

    Attributes:
        code: ``LWnnn``, never reused.
        slug: kebab-case name.
        verdict: what a link gets that this rule finds.
        summary: one line: what is the matter.
        explanation: why it matters and how linkwarden knows.
        remedy: what a maintainer does about it.
        repeatable: the finding is a network-level failure; seen again over days it means the link is dead.
    """

    code: str
    slug: str
    verdict: Verdict
    summary: str
    explanation: str
    remedy: str
    repeatable: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What to put in place of an address.

    Attributes:
        url: the replacement, exactly as it should stand in the list.
        why: one clause with the reason.
        safe: True where replacing without a look is right (a permanent redirect, a misspelt scheme).
    """

    url: str
    why: str
    safe: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that was seen, for whoever wants to check the claim. Never holds a secret or a response body."""

    what: str
    url: str | None = None
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave to tell later whether the thing has changed (RFC 9110 section 8.8): sent back as they came.

    Attributes:
        etag: the ETag header, with its quotes, or None.
        last_modified: the Last-Modified header, or None.
    """

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer of an earlier run, as the memory kept it. Failures are never kept this way.

    Attributes:
        checked_by: the provider that asked.
        at: when the host last said that all is well (a 304 included).
        looked: when the thing itself was last looked at; ``at`` or earlier.
        status: HTTP status of the deciding answer.
        final_url: where the redirects ended, if elsewhere.
        title: the title that a registry or page gave.
        validators: for asking whether it has changed, or None.
    """

    checked_by: str
    at: datetime
    looked: datetime
    status: int | None = None
    final_url: str | None = None
    title: str | None = None
    validators: Validators | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A target that a provider has taken.

    Claims with the same ``ident`` are one question and travel together in one call of ``check``.

    Attributes:
        provider: name of the provider.
        target: what is to be settled.
        ident: what the provider calls it.
        known: what this provider was told in an earlier run, young enough to ask only whether it has changed.
    """

    provider: str
    target: Target
    ident: str
    known: Answer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a provider found out about one target.

    Attributes:
        key: the target's key.
        rule: what is the matter, or None where the link is fine.
        reason: one plain sentence for a maintainer; "" where the link is fine.
        checked_by: name of the provider.
        status: HTTP status of the deciding answer.
        final_url: where the redirects ended, if elsewhere.
        expires_at: the instant at which the address ends by itself.
        suggestion: what to put there instead.
        facts: what was seen, in order.
        title: the title that a registry or page gives to the thing.
        validators: what the server gave for asking later whether the thing has changed.
        looked: when the thing itself was looked at, if that was in an earlier run and the server says that it has
            not changed since.
        doubt: what its provider keeps of an answer that one more question may decide, for the reviews of the same
            run; reports and the memory do not look at it.
    """

    key: str
    checked_by: str
    rule: Rule | None = None
    reason: str = ""
    status: int | None = None
    final_url: str | None = None
    expires_at: datetime | None = None
    suggestion: Suggestion | None = None
    facts: tuple[Fact, ...] = ()
    title: str | None = None
    validators: Validators | None = None
    looked: datetime | None = None
    doubt: object | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Pass:
    """A provider's answer "not mine after all": the target goes to the next claimant.

    Attributes:
        key: the target's key.
        note: something to remember whatever the next one finds (an expiry instant, a fragile host).
        instead: another address to ask in this one's place, from the first provider on (an unwrapped camo address).
    """

    key: str
    note: Evidence | None = None
    instead: str | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one target, with what a report needs beside the evidence."""

    verdict: Verdict
    rule: Rule | None
    reason: str
    expires_at: datetime | None = None
    suggestion: Suggestion | None = None
