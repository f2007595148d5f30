"""What providers are asked, what they find out, and what is said of it."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from linkwarden.records import dataclass, maker

if TYPE_CHECKING:
    from datetime import datetime

    from linkwarden.model._documents import Target


class Verdict(StrEnum):
    """What a reader of the list gets from one URL (contract: ``docs/verdicts.md``)."""

    OK = "ok"
    MOVED = "moved"
    DEGRADED = "degraded"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    BROKEN = "broken"
    SUSPECT = "suspect"
    UNVERIFIED = "unverified"
    IGNORED = "ignored"


#: Verdicts from best to worst for a reader; ``judge`` and the reports rank by it.
BY_SEVERITY: tuple[Verdict, ...] = (
    Verdict.IGNORED,
    Verdict.OK,
    Verdict.MOVED,
    Verdict.DEGRADED,
    Verdict.UNVERIFIED,
    Verdict.EXPIRING,
    Verdict.SUSPECT,
    Verdict.EXPIRED,
    Verdict.BROKEN,
)
FAILS_BY_DEFAULT = frozenset({Verdict.EXPIRED, Verdict.BROKEN})
#: Verdicts with which a reader gets what the link promises; they rest on having seen it.
WORKING = frozenset({Verdict.OK, Verdict.MOVED, Verdict.DEGRADED})
#: Verdicts with which a reader is better served elsewhere.
FAILING = FAILS_BY_DEFAULT | {Verdict.SUSPECT}
#: Verdicts that are no findings: nothing is the matter, nobody looked, or nobody knows.
SETTLED = frozenset({Verdict.OK, Verdict.IGNORED, Verdict.UNVERIFIED})


class Kind(StrEnum):
    """What sort of thing a link points at, as JSON reports name it."""

    PAPER = "paper"
    REPOSITORY = "repository"
    IMAGE = "image"
    VIDEO = "video"
    PAGE = "page"
    ANCHOR = "anchor"
    FILE = "file"
    OTHER = "other"


class Tag(StrEnum):
    """A group that a rule belongs to. Whatever treats a group of rules alike asks for its tag, never for codes."""

    NOT_LOOKED_AT = "not-looked-at"  # nobody looked at the link, so the finding says nothing about it
    LEFT_OUT = "left-out"  # by --include, --exclude or --kind
    OFFLINE = "offline"  # by --offline
    NO_TURN = "no-turn"  # the run was stopped first
    NO_CONNECTION = "no-connection"  # no response at all; what a firewall or a proxy in the way looks like
    UNPROVEN = "unproven"  # whoever answered could not show to be the host, as a gateway in the way cannot
    PAGE_EXISTS = "page-exists"  # the finding is about a page that is there, so an archived copy is no help
    UNKNOWABLE = "unknowable"  # no program can find out, so the finding does not count against the list
    ACCEPTED_IN_LIST = "accepted-in-list"  # the maintainer accepted the finding, in a comment
    ACCEPTED_IN_CONFIG = "accepted-in-config"  # the same, in the configuration file
    ACCEPTED_IN_BASELINE = "accepted-in-baseline"  # the same, in the baseline


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
        tags: the groups of rules that it belongs to.
    """

    code: str
    slug: str
    verdict: Verdict
    summary: str
    explanation: str
    remedy: str
    repeatable: bool = False
    tags: frozenset[Tag] = frozenset()


class Basis(StrEnum):
    """What a suggestion rests on. This alone decides whether it is safe: right without somebody looking at it."""

    SAME_PATH = "same-path"  # the site redirects there for good, and only the scheme or the site's name differ
    SAME_PAGE = "same-page"  # … and the page that is meant was seen there; made-up URLs of its kind lead to none
    PRESENT_NAME = "present-name"  # the service says what it calls the thing today
    SAME_IDENTIFIER = "same-identifier"  # the service's own URL for the identifier that the old one names
    SAME_FILE = "same-file"  # the same host and path works with another scheme, or without a signature
    SPELLING = "spelling"  # nothing else can have been meant
    FILE_NAME = "file-name"  # the file is there and called like that
    HEADING = "heading"  # the only heading that the link can mean
    WRITTEN_INSIDE = "written-inside"  # the old URL holds it, and it was seen to work
    REPORTED = "reported"  # a report without more about it calls it safe
    SAVED_COPY = "saved-copy"  # the image itself, saved beside the list
    # The others are not safe.
    REDIRECT = "redirect"  # the site redirects there for good, and nothing shows that it is the same page
    SAME_NAME = "same-name"  # … but what the link names is in the new URL; whether made-up URLs get there is not known
    HELD_INSIDE = "held-inside"  # the old URL holds it, and nobody has seen it
    CAPTURE = "capture"  # a copy of an archive
    SAME_TITLE = "same-title"  # something else that has the title
    OTHER_SITE = "other-site"  # it works on another host
    SUCCESSOR = "successor"  # what took the place of a closed service
    NEAREST = "nearest"  # the most similar thing that is there
    DEAD = "dead"  # nothing works that the entry leads to, so it may go
    GUESS = "guess"  # what was probably meant

    @property
    def is_safe(self) -> bool:
        """True where it is right without somebody looking at it."""
        return self in _SAFE


_SAFE = frozenset(
    {
        Basis.SAME_PATH,
        Basis.SAME_PAGE,
        Basis.PRESENT_NAME,
        Basis.SAME_IDENTIFIER,
        Basis.SAME_FILE,
        Basis.SPELLING,
        Basis.FILE_NAME,
        Basis.HEADING,
        Basis.WRITTEN_INSIDE,
        Basis.SAVED_COPY,
        Basis.REPORTED,
    }
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What to put in place of a URL.

    Attributes:
        url: the replacement, exactly as it should stand in the list.
        why: one clause with the reason.
        basis: what it rests on.
    """

    url: str
    why: str
    basis: Basis = Basis.GUESS

    @property
    def safe(self) -> bool:
        """True where replacing without a look is right."""
        return self.basis.is_safe


class FactKind(StrEnum):
    """What a fact is about, for code that looks for one; its words are for people only."""

    OTHER = "other"
    REDIRECT = "redirect"  # one step on the way to the final URL
    SECTION = "section"  # the part of a page that the URL's fragment names was looked for
    FLAPPING = "flapping"  # the link failed and came back several times in earlier runs


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that was seen, for whoever wants to check the claim. Never holds a secret or a response body.

    Attributes:
        what: in words for people; no code looks at them.
        url: where it was seen, secrets masked, or None.
        status: the HTTP status, or None.
        kind: for code that looks for such a fact.
    """

    what: str
    url: str | None = None
    status: int | None = None
    kind: FactKind = FactKind.OTHER


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
        at: when the host last gave a good response (a 304 included).
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
        known: what this provider found in an earlier run, young enough to ask only whether it has changed.
    """

    provider: str
    target: Target
    ident: str
    known: Answer | None = None


class Doubt:
    """Base of what a provider keeps of a response that one more request may decide; reviews know their own kind."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """The one paper that a page says it is about.

    Attributes:
        title: as the page gives it.
        doi: in lower case, or "" where it gives none.
    """

    title: str
    doi: str = ""


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
        expires_at: the instant at which the URL ends by itself.
        suggestion: the replacement, or None.
        facts: what was seen, in order.
        title: the title that a registry or page gives to the thing.
        paper: the paper that the page itself says it is about, or None.
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
    paper: Paper | None = None
    validators: Validators | None = None
    looked: datetime | None = None
    doubt: Doubt | None = field(default=None, compare=False, repr=False)

    @classmethod
    def of(  # noqa: PLR0913 - the attributes, by name
        cls,
        claim: Claim,
        rule: Rule | None = None,
        reason: str = "",
        *,
        status: int | None = None,
        final_url: str | None = None,
        expires_at: datetime | None = None,
        suggestion: Suggestion | None = None,
        facts: tuple[Fact, ...] = (),
        title: str | None = None,
    ) -> Evidence:
        """Return what a claim's provider found out about its target; without a rule the link is ok."""
        return _new_evidence(
            key=claim.target.key,
            checked_by=claim.provider,
            rule=rule,
            reason=reason,
            status=status,
            final_url=final_url,
            expires_at=expires_at,
            suggestion=suggestion,
            facts=facts,
            title=title,
        )


_new_evidence = maker(Evidence)


@dataclass(frozen=True, slots=True)
class Pass:
    """A provider's answer "not mine after all": the target goes to the next claimant.

    Attributes:
        key: the target's key.
        note: something to remember whatever the next one finds (an expiry instant, a fragile host).
        instead: another URL to request in this one's place, from the first provider on (one without its password).
    """

    key: str
    note: Evidence | None = None
    instead: str | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one target, with what a report needs beside the evidence.

    Attributes:
        verdict: what a reader gets.
        rule: the rule that decided, or None.
        reason: one plain sentence, or "".
        expires_at: the earliest end that the URL has by itself, or None.
        suggestion: what to put in its place, or None.
        accepted: the rule of a finding that the maintainer has accepted (``rule`` then says where), or None.
        remark: what is known besides of a link that could not be verified: when its URL expires; or "".
    """

    verdict: Verdict
    rule: Rule | None
    reason: str
    expires_at: datetime | None = None
    suggestion: Suggestion | None = None
    accepted: Rule | None = None
    remark: str = ""
