"""What a list holds: its links, anchors and remarks, and the errors that a user can fix."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Self

from linkwarden.records import dataclass


class LinkwardenError(Exception):
    """An error that the user can fix. ``advice`` says how; ``exit_code`` is what the process ends with.

    Where there are several at once, ``parts`` holds each of them, and the message the messages of all.
    """

    exit_code = 2

    def __init__(self, message: str, advice: str = "", parts: tuple[LinkwardenError, ...] = ()) -> None:
        super().__init__(message)
        self.advice = advice
        self.parts = parts


class UsageError(LinkwardenError):
    """An option, a configuration key or an input is wrong (exit code 2)."""


class NothingToCheckError(LinkwardenError):
    """No readable input, or none with a link in it (exit code 4)."""

    exit_code = 4


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a source file.

    Lines and columns count from 1, in Unicode code points; ``end_col`` is exclusive, as in SARIF. ``start`` and
    ``end`` are offsets from 0 into the decoded text, so that ``text[start:end]`` is what the span claims. ``wide`` and
    ``end_wide`` say how many characters before ``col`` and ``end_col`` take two units of UTF-16: editors count these.
    """

    path: str
    line: int
    col: int
    end_line: int
    end_col: int
    start: int
    end: int
    wide: int = 0
    end_wide: int = 0


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
            300 characters; else "", and also where the reader of the document does not tell. May be given as what
            returns it, and is then rendered when it is asked for.
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


_context = Occurrence.__dict__["context"]  # the slot behind the property below


def _context_of(occurrence: Occurrence) -> str:
    value: str | Callable[[], str] = _context.__get__(occurrence)
    if not isinstance(value, str):
        value = value()
        _context.__set__(occurrence, value)
    return value


# Few ask for a context, and to render one takes as long as to read the link: what returns it may be given instead.
setattr(Occurrence, "context", property(_context_of, _context.__set__))  # noqa: B010 - mypy knows it as a field


class AnchorSource(StrEnum):
    """Where an in-page anchor comes from."""

    HEADING = "heading"
    HTML_ID = "html-id"
    SWALLOWED = "swallowed"  # a heading's source line that GitHub shows as text, so it makes no anchor
    DROPPED = "dropped"  # an id on an element that GitHub removes, as no site that takes the file's HTML as it is does
    INCLUDED = "included"  # where the document takes in another text, whose headings are not known
    GIVEN = "given"  # `{#name}`: an anchor on the sites that documentation builders make, text on GitHub


class Part(StrEnum):
    """What a piece of a heading's text is."""

    TEXT = "text"
    ESCAPED = "escaped"  # a character behind a backslash, or one that a reference stands for
    CODE = "code"
    URL = "url"  # the text of `<https://…>`
    ALT = "alt"  # the alternative text of an image
    BREAK = "break"  # a line's end
    MARK = "mark"  # no text: where emphasis, a link or a tag begins or ends


@dataclass(frozen=True, slots=True)
class Heading:
    """What the names are made of that documentation builders give to a heading.

    Attributes:
        parts: its text, piece by piece.
        source: it as written, without the marks around it.
        tag: it is written as an HTML element.
    """

    parts: tuple[tuple[Part, str], ...]
    source: str
    tag: bool = False


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
        heading: what builders make its names of, where it is a heading that they read; ``name`` is GitHub's.
    """

    name: str
    text: str
    line: int
    source: AnchorSource
    cause_line: int | None = None
    level: int = 0
    heading: Heading | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about an input that is not about one link: mojibake, nesting too deep, a cut line.

    Attributes:
        path: the file.
        line: where in it, from 1; 0 for the whole file.
        message: what there is to say.
        about: what makes two remarks on a file the same, wherever they stand and however they are worded: a name, and
            what it is about. () if nobody has to tell; of an extractor's remarks, ``--diff`` has to.
        alike: what to say of many of its kind, where their number is enough to know: "entry was listed before|entries
            were listed before"; else "".
    """

    path: str
    line: int
    message: str
    about: tuple[str, ...] = ()
    alike: str = ""


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
        by_program: a program wrote the comment, so nobody is asked to remove it where it accepts nothing.
    """

    path: str
    line: int
    column: int
    first: int
    last: int
    codes: tuple[str, ...] = ()
    reason: str = ""
    by_program: bool = False


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
        original: the URL that the list means, where another is asked for or a file is looked for in place of it; else
            None.
    """

    key: str
    url: str
    address: str | None
    path: str
    occurrences: tuple[Occurrence, ...]
    original: str | None = None

    @property
    def is_image(self) -> bool:
        """True if it stands as an image anywhere."""
        for occurrence in self.occurrences:  # noqa: SIM110 - asked for each link of a list; a loop takes half the time
            if occurrence.markup.is_image:
                return True
        return False


class Markup(StrEnum):
    """How a link is written in its source.

    Attributes:
        is_image: a reader is shown an image, so that anything but an image is a defect.
    """

    is_image: bool

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
    LINK = "link"  # a link of any other kind of document: reStructuredText, AsciiDoc, Org, LaTeX
    IMAGE = "image"  # an image of one
    REFERENCE = "reference"  # the definition of one that is used elsewhere (reStructuredText)
    BARE = "bare"  # a URL in running text, or a value in data

    def __new__(cls, value: str) -> Self:
        self = str.__new__(cls, value)
        self._value_ = value
        self.is_image = value in {"md-image", "md-reference-image", "html-img", "html-srcset", "html-poster", "image"}
        return self
