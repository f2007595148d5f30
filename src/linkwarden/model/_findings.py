"""What providers are asked, what they find out, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class LinkwardenError(Exception):
    """An error that the user can fix. ``advice`` says how; ``exit_code`` is what the process ends with."""

    exit_code = 2

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


class UsageError(LinkwardenError):
    """An option, a configuration key or an input is wrong (exit code 2)."""


class NothingToCheckError(LinkwardenError):
    """No readable input, or none with a link in it (exit code 4)."""

    exit_code = 4


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a source file.

    Lines and columns count from 1, in Unicode code points; ``end_col`` is exclusive, as in SARIF. ``start`` and
    ``end`` are offsets from 0 into the decoded text, so that ``text[start:end]`` is what the span claims.
    """

    path: str
    line: int
    col: int
    end_line: int
    end_col: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One place where a list links to something.

    Attributes:
        url: the URL as a browser would take it (character references decoded once, Markdown escapes undone).
        raw: the URL as written in the source; ``text[span.start:span.end] == raw``. For a bare ``www.…``
            link ``raw`` lacks the ``http://`` that ``url`` has.
        markup: how it is written.
        span: where ``raw`` stands. For a reference link that is the definition; ``used`` is then the place of use.
        text: the link's visible text, or the image's alternative text.
        section: text of the nearest heading above, or "".
        used: span of the use of a reference link, else None.
        entry: line on which the list item, the table row or the line of its own begins whose entry it is part of; 0
            for a link in running text, a badge, and where the reader of the document does not tell.
        leads: no words stand before it in its entry, so that the entry is about what it leads to.
        context: where ``text`` is a word or two ("paper"), the words of its entry that say what it leads to, at most
            300 characters; else "", and also where the reader of the document does not tell.
        parent: in a nested list, the URL of the first link of the nearest list item around its own item that has one;
            else "".
    """

    url: str
    raw: str
    markup: Markup
    span: Span
    text: str = ""
    section: str = ""
    used: Span | None = None
    entry: int = 0
    leads: bool = False
    context: str = ""
    parent: str = ""


class AnchorSource(StrEnum):
    """Where an in-page anchor comes from."""

    HEADING = "heading"
    HTML_ID = "html-id"
    SWALLOWED = "swallowed"  # a heading's source line that GitHub shows as text, so it makes no anchor
    DROPPED = "dropped"  # an id on an element that GitHub removes, as no site that takes the file's HTML as it is does
    GIVEN = "given"  # `{#name}`: an anchor on the sites that documentation builders make, text on GitHub


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place inside a document that ``#name`` leads to (or, if swallowed, fails to lead to).

    Attributes:
        name: the slug or id, without ``#`` and without ``user-content-``.
        text: the heading's text, or "" for an HTML id.
        line: line of the heading or tag, from 1.
        source: what makes the anchor.
        cause_line: for a swallowed heading, the line of the HTML block that swallows it.
        level: of a heading, 1 to 6; 0 for everything else.
    """

    name: str
    text: str
    line: int
    source: AnchorSource
    cause_line: int | None = None
    level: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about an input that is not about one link: mojibake, nesting too deep, a cut line.

    Attributes:
        path: the file.
        line: where in it, from 1; 0 for the whole file.
        message: what there is to say.
        about: what makes two remarks on a file the same, wherever they stand and however they are worded: a name, and
            what it is about. () if nobody has to tell; of an extractor's remarks, ``--diff`` has to.
    """

    path: str
    line: int
    message: str
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suppression:
    """A comment in a list that says not to report what is found beside it (``<!-- linkwarden-ignore … -->``).

    Attributes:
        path: the document.
        line: where the comment stands, from 1.
        column: the same.
        first: the first line that it is about.
        last: the last one, inclusive.
        codes: rules that it is about; empty is all.
        reason: the maintainer's own words, or "".
    """

    path: str
    line: int
    column: int
    first: int
    last: int
    codes: tuple[str, ...] = ()
    reason: str = ""


Extracted = Occurrence | Anchor | Notice | Suppression


@dataclass(frozen=True, slots=True)
class Target:
    """One distinct URL, with every place where it stands.

    Attributes:
        key: what makes it distinct (see ``linkwarden.text.target_key``).
        url: the URL as written (decoded), of the first occurrence; what the report shows.
        address: the absolute http(s) URL to ask, or None for anchors, files and other schemes.
        path: the input it was first seen in, which relative links start from.
        occurrences: all of them, in source order.
    """

    key: str
    url: str
    address: str | None
    path: str
    occurrences: tuple[Occurrence, ...]

    @property
    def is_image(self) -> bool:
        """True if it stands as an image anywhere."""
        return any(o.markup.is_image for o in self.occurrences)


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


class Markup(StrEnum):
    """How a link is written in its source."""

    MD_LINK = "md-link"  # [text](url)
    MD_IMAGE = "md-image"  # ![alt](url)
    MD_REFERENCE = "md-reference"  # [text][ref], [ref][], [ref]
    MD_REFERENCE_IMAGE = "md-reference-image"
    MD_AUTOLINK = "md-autolink"  # <https://…>
    MD_BARE = "md-bare"  # https://… or www.… in running text (GFM)
    HTML_A = "html-a"
    HTML_IMG = "html-img"
    HTML_SRCSET = "html-srcset"  # one candidate of <img srcset> or <source srcset>
    HTML_POSTER = "html-poster"
    HTML_MEDIA = "html-media"  # src of <video>, <audio>, <source>, <track>
    HTML_OTHER = "html-other"  # area, iframe, embed, object, link …

    @property
    def is_image(self) -> bool:
        """True where a reader is shown an image, so that anything but an image is a defect."""
        return self in _IMAGE_MARKUP


_IMAGE_MARKUP = frozenset(
    {Markup.MD_IMAGE, Markup.MD_REFERENCE_IMAGE, Markup.HTML_IMG, Markup.HTML_SRCSET, Markup.HTML_POSTER}
)


class Tag(StrEnum):
    """A group that a rule belongs to. Whatever treats a group of rules alike asks for its tag, never for codes."""

    NOT_LOOKED_AT = "not-looked-at"  # nobody looked at the link, so the finding says nothing about it
    LEFT_OUT = "left-out"  # by --include, --exclude or --kind
    OFFLINE = "offline"  # by --offline
    NO_TURN = "no-turn"  # the run was stopped first
    NO_CONNECTION = "no-connection"  # no response at all; what a firewall or a proxy in the way looks like
    PAGE_EXISTS = "page-exists"  # the finding is about a page that is there, so an archived copy is no help
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


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What to put in place of a URL.

    Attributes:
        url: the replacement, exactly as it should stand in the list.
        why: one clause with the reason.
        safe: True where replacing without a look is right (a permanent redirect, a misspelt scheme).
    """

    url: str
    why: str
    safe: bool = False


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
        known: what this provider found in an earlier run, young enough to ask only whether it has changed.
    """

    provider: str
    target: Target
    ident: str
    known: Answer | None = None


class Doubt:
    """Base of what a provider keeps of a response that one more request may decide; reviews know their own kind."""

    __slots__ = ()


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
        return cls(
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


@dataclass(frozen=True, slots=True)
class Pass:
    """A provider's answer "not mine after all": the target goes to the next claimant.

    Attributes:
        key: the target's key.
        note: something to remember whatever the next one finds (an expiry instant, a fragile host).
        instead: another URL to ask in this one's place, from the first provider on (an unwrapped camo URL).
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
