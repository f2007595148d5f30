"""The words for what a link is, how it is written, and what a reader gets."""

from __future__ import annotations

from enum import StrEnum


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
        """True where a reader is shown a picture, so that anything but a picture is a defect."""
        return self in _IMAGE_MARKUP


_IMAGE_MARKUP = frozenset(
    {Markup.MD_IMAGE, Markup.MD_REFERENCE_IMAGE, Markup.HTML_IMG, Markup.HTML_SRCSET, Markup.HTML_POSTER}
)
