"""The words of linkwarden: frozen values that the layers hand to each other.

Nothing here does IO or knows another module of the project, so every layer may use it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class Verdict(StrEnum):
    """What a reader of the list gets from one address (contract: ``docs/verdicts.md``)."""

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
        """True where a reader is shown a picture, so that anything but a picture is a defect."""
        return self in _IMAGE_MARKUP


_IMAGE_MARKUP = frozenset(
    {Markup.MD_IMAGE, Markup.MD_REFERENCE_IMAGE, Markup.HTML_IMG, Markup.HTML_SRCSET, Markup.HTML_POSTER}
)


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
        url: the address as a browser would take it (character references decoded once, Markdown escapes undone).
        raw: the address as it stands in the source; ``text[span.start:span.end] == raw``. For a bare ``www.…``
            link ``raw`` lacks the ``http://`` that ``url`` has.
        markup: how it is written.
        span: where ``raw`` stands. For a reference link that is the definition; ``used`` is then the place of use.
        text: the link's visible text, or the image's alternative text.
        section: text of the nearest heading above, or "".
        used: span of the use of a reference link, else None.
        entry: line on which the list item, the table row or the line of its own begins whose entry it is part of; 0
            for a link in running text, a badge, and where the reader of the document does not tell.
        leads: no words stand before it in its entry, so that the entry is about what it leads to.
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


class AnchorSource(StrEnum):
    """Where an in-page anchor comes from."""

    HEADING = "heading"
    HTML_ID = "html-id"
    SWALLOWED = "swallowed"  # a heading's source line that GitHub shows as text, so it makes no anchor


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place inside a document that ``#name`` leads to (or, if swallowed, fails to lead to).

    Attributes:
        name: the slug or id, without ``#`` and without ``user-content-``.
        text: the heading's text, or "" for an HTML id.
        line: line of the heading or tag, from 1.
        source: what makes the anchor.
        cause_line: for a swallowed heading, the line of the HTML block that swallows it.
    """

    name: str
    text: str
    line: int
    source: AnchorSource
    cause_line: int | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about an input that is not about one link: mojibake, nesting too deep, a cut line."""

    path: str
    line: int
    message: str


Extracted = Occurrence | Anchor | Notice


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
class Target:
    """One distinct address, with every place where it stands.

    Attributes:
        key: what makes it distinct (see ``linkwarden.text.target_key``).
        url: the address as it stands (decoded), of the first occurrence; what the report shows.
        address: the absolute http(s) address to ask, or None for anchors, files and other schemes.
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
        """True if it stands as a picture anywhere."""
        return any(o.markup.is_image for o in self.occurrences)


@dataclass(frozen=True, slots=True)
class Claim:
    """A target that a provider has taken.

    Claims with the same ``ident`` are one question and travel together in one call of ``check``.
    """

    provider: str
    target: Target
    ident: str


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


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the report: a target, what was found, and the verdict."""

    target: Target
    kind: Kind
    evidence: Evidence
    notes: tuple[Evidence, ...]
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Failure:
    """Something of linkwarden's own that crashed; never a verdict on a link."""

    where: str
    message: str
    traceback: str


@dataclass(frozen=True)
class Run:
    """Everything that a report is made from.

    Attributes:
        started: when the run began (UTC).
        duration_s: seconds it took.
        inputs: names of the inputs as the user gave them.
        results: sorted by first occurrence.
        requests: how many HTTP requests were sent.
        notices: remarks about inputs.
        hints: what the user could do to get more out of the next run.
        failures: internal errors.
        unreadable: inputs that could not be read, each with why and what to do.
        interrupted: True if Ctrl-C or the run budget stopped it.
        network_down: True if nothing outside answered.
        fail_on: verdicts that make the run fail.
        exit_zero: findings do not make the exit code 1.
    """

    started: datetime
    duration_s: float
    inputs: tuple[str, ...]
    results: tuple[Result, ...]
    requests: int = 0
    notices: tuple[Notice, ...] = ()
    hints: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    unreadable: tuple[str, ...] = ()
    interrupted: bool = False
    network_down: bool = False
    fail_on: frozenset[Verdict] = FAILS_BY_DEFAULT
    exit_zero: bool = False

    @cached_property
    def counts(self) -> Mapping[Verdict, int]:
        """How many targets got each verdict, every verdict named."""
        tally = dict.fromkeys(Verdict, 0)
        for result in self.results:
            tally[result.judgement.verdict] += 1
        return tally

    @property
    def occurrences(self) -> int:
        """How many links stand in the inputs."""
        return sum(len(r.target.occurrences) for r in self.results)

    @property
    def failing(self) -> tuple[Result, ...]:
        """The results that make the run fail."""
        return tuple(r for r in self.results if r.judgement.verdict in self.fail_on)

    @property
    def exit_code(self) -> int:
        """The process's exit code (contract: README, "Exit codes")."""
        if self.interrupted:
            return 130
        if self.failures:
            return 3
        if self.network_down:
            return 4
        if not self.results:
            return 4
        if self.unreadable:
            return 2
        return 1 if self.failing and not self.exit_zero else 0


class LinkwardenError(Exception):
    """An error that the user can mend. ``advice`` says how; ``exit_code`` is what the process ends with."""

    exit_code = 2

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


class UsageError(LinkwardenError):
    """An option, a configuration key or an input is wrong (exit code 2)."""


class NothingToCheckError(LinkwardenError):
    """No readable input, or none with a link in it (exit code 4)."""

    exit_code = 4
