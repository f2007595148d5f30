"""The text that a reader sees of Markdown or HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.token import Token

from linkwarden.extract._charrefs import decode_attribute
from linkwarden.extract._link_parts import Definition
from linkwarden.extract._tags import TagScanner
from linkwarden.model import Heading, Part

#: What may be more than text. An underscore between letters or digits is none, nor an exclamation mark alone.
_MARKED = re.compile(r"[\\`*~\[\]<&]|_(?![^\W_])|(?<![^\W_])_")
_MAY_BE_MARKED = re.compile(r"[\\`*~\[\]<&_]")  # finds the first character of a set, ten times as fast
_COMMENT = re.compile(r"<!--[^<]*(?:<(?!!--)[^<]*)*?-->")
#: What is more than text where no label of a reference can be meant; stars are emphasis at most.
_OTHER_MARKS = re.compile(r"[\\`~<&]|\]\(|_(?![^\W_])|(?<![^\W_])_")
_MARK = r"!-)+-/:-@\[\]^{|}"  # punctuation of ASCII that is no star, and none of the marks above
_STARS = re.compile(
    r"[^*]*+(?:(?:"
    + "|".join(
        rf"(?:(?<![^ \n{_MARK}]){stars}(?=[{_MARK}])|{stars}(?=[^\W_]))[^*]++"
        rf"(?:(?<=[{_MARK}]){stars}(?![^ \n{_MARK}])|(?<=[^\W_]){stars}(?!\*))"
        for stars in (r"\*\*", r"\*")
    )
    + r")[^*]*+)*+"
)
_IMAGE = re.compile(r"!\[([^\\`*~\[\]<&_]*+)\]\(https?://[A-Za-z0-9._~/?=&+,;:@!$#%-]++\)")
#: No label is longer on purpose; the markup of a longer one is not worth the time.
_LONGEST = 2000


def squeeze(text: str) -> str:
    """Collapse white space, as a browser does."""
    return " ".join(text.split())


def html_text(raw: str) -> str:
    """Return the text of HTML between two tags."""
    raw = raw[:_LONGEST]
    if "<!--" in raw:
        raw = _COMMENT.sub("", raw)
    return decode_attribute(raw)


@cache
def _parser() -> MarkdownIt:
    md = MarkdownIt("zero", {"html": True, "maxNesting": 40})
    md.inline.ruler.enableOnly(
        ["text", "newline", "escape", "backticks", "strikethrough", "emphasis", "link", "image", "autolink",
         "html_inline", "entity"]
    )  # fmt: skip
    md.inline.ruler2.enableOnly(["balance_pairs", "strikethrough", "emphasis", "fragments_join"])
    return md


class Texts:
    """Renders the visible text of Markdown in one document.

    Args:
        definitions: the document's reference definitions, which decide what is a link.
    """

    def __init__(self, definitions: Mapping[str, Definition]) -> None:
        self._definitions = definitions
        self._env: dict[str, Any] | None = None

    def of(self, markdown: str) -> str:
        """Return the text of a link's label, with images as their alternative text."""
        return squeeze(self._render(markdown, alt=True))

    def heading(self, markdown: str) -> Heading:
        """Return a heading piece by piece, with line ends."""
        if len(markdown) > _LONGEST or not _is_marked(markdown):
            return Heading(((Part.TEXT, markdown),), markdown)
        return Heading(tuple(_parts(self._tokens(markdown))), markdown)

    def _render(self, markdown: str, *, alt: bool) -> str:
        if len(markdown) > _LONGEST or not _is_marked(markdown):
            return markdown
        badge = plain_image(markdown) if markdown.startswith("![") else None
        if badge is not None:
            return badge
        if ("[" not in markdown or not self._references()) and (plain := without_stars(markdown)) is not None:
            return plain
        return "".join(_pieces(self._tokens(markdown), alt=alt))

    def _references(self) -> dict[str, Any]:
        if self._env is None:
            self._env = {normalizeReference(n): {"href": d.url, "title": ""} for n, d in self._definitions.items()}
        return self._env

    def _tokens(self, markdown: str) -> list[Token]:
        md, tokens = _parser(), list[Token]()
        md.inline.parse(markdown, md, {"references": self._references()}, tokens)
        return tokens


def _is_marked(markdown: str) -> bool:
    first = _MAY_BE_MARKED.search(markdown)
    return first is not None and _MARKED.search(markdown, first.start()) is not None


def plain_image(markdown: str) -> str | None:
    """Return the alternative text of the one image that a label is, as that of a badge, or None for any other."""
    image = _IMAGE.fullmatch(markdown)
    return None if image is None else image[1]


def without_stars(markdown: str) -> str | None:
    """Return the text of Markdown whose only marks are stars in pairs, or None for any other.

    A short way for most labels with emphasis in them. Brackets are taken for text.
    """
    if _OTHER_MARKS.search(markdown) is not None or _STARS.fullmatch(markdown) is None:
        return None
    return markdown.replace("*", "")


def _parts(tokens: Iterable[Token]) -> Iterable[tuple[Part, str]]:
    in_url = False
    for token in tokens:
        if token.type in {"link_open", "link_close"}:
            in_url = token.type == "link_open" and token.info == "auto"
            yield Part.MARK, ""
        elif token.type == "text":
            yield (Part.URL if in_url else Part.TEXT), token.content
        elif token.type == "text_special":
            yield Part.ESCAPED, token.content
        elif token.type == "code_inline":
            yield Part.CODE, token.content
        elif token.type in {"softbreak", "hardbreak"}:
            yield Part.BREAK, "\n"
        elif token.type == "image":
            yield Part.ALT, "".join(_pieces(token.children or (), alt=True))
        else:
            yield Part.MARK, ""


def _pieces(tokens: Iterable[Token], *, alt: bool) -> Iterable[str]:
    for token in tokens:
        if token.type in {"text", "text_special", "code_inline"}:
            yield token.content
        elif token.type in {"softbreak", "hardbreak"}:
            yield "\n"
        elif token.type == "image" and alt:
            yield from _pieces(token.children or (), alt=alt)
        elif token.type == "html_inline" and alt:
            yield alternative(token.content)


def alternative(html: str) -> str:
    """Return the ``alt`` of the image tag that ``html`` is, or ""."""
    for tag in TagScanner().scan(html):
        if tag.name in {"img", "image"} and "alt" in tag.attributes:
            value = tag.attributes["alt"]
            return decode_attribute(html[value.start : value.end])
    return ""
