"""What stands in a document, and where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from linkwarden.model._words import Markup


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
        context: where ``text`` is a word or two ("paper"), the words of its entry that say what it leads to, at most
            300 characters; else "", and also where the reader of the document does not tell.
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
    """Something about an input that is not about one link: mojibake, nesting too deep, a cut line.

    Attributes:
        path: the file.
        line: where in it, from 1; 0 for the whole file.
        message: what there is to say.
    """

    path: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Excuse:
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


Extracted = Occurrence | Anchor | Notice | Excuse


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
