"""How builders read a heading before they make a name of it: images, notes, typography, and names given by authors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from linkwarden.model import Heading, Part
from linkwarden.patterns import pattern

_NOTE = pattern(r"\[\^([^\]\s]++)\]")
_SHORT_CODE = pattern(r":[a-z0-9_+-]++:")
_MATH = pattern(r"\$[^$\n]++\$")
_URL = pattern(r"https?://\S++")
_WORD = r"(?:[#.][^\s{}#.=]++|[\w-]++=(?:\"[^\"]*+\"|'[^']*+'|[^\s{}]++))"
#: What stands behind a heading and says what it is called; the group ``inner`` holds the words.
DOCUSAURUS = pattern(r"\s*\{#(?P<id>(?:(?!\{#)[^}])++)\}\s*\Z|\s*\{/\*\s*#(?P<mdx>[^*{}]*?)\s*\*/\}\s*\Z")
KRAMDOWN = pattern(r"[ \t]++\{#(?P<id>[A-Za-z][\w:-]*+)\}\s*\Z")
ATTR_LIST = pattern(r"[ ]*+\{:?(?P<inner>[^{}\n]*+)\}[ ]*\Z")
ATTRIBUTES = pattern(r"\s*\{(?P<inner>[^{}]*+)\}\s*\Z")
STRICT_ATTRIBUTES = pattern(rf"\s*\{{(?P<inner>\s*+{_WORD}(?:\s++{_WORD})*+\s*+)\}}\s*\Z")
_ID = pattern(r"(?:^|\s)(?:#([^\s{}]+?)(?=[.\s#]|$)|id=(?:\"([^\"]*)\"|'([^']*)'|(\S+)))")
#: Longer runs end in a dash of their own.
KRAMDOWN_DASHES = pattern(r"---|--")
DASHES = pattern(r"--++")
PANDOC_DASHES = pattern(r"---|--|\.{3}")
TWO_DASHES = pattern(r"(?<!-)--(?!-)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a builder reads a heading.

    Attributes:
        alt: the alternative text of images counts.
        notes: footnotes count, or their labels alone.
        urls: a URL that stands for itself counts.
        short_codes: ``:rocket:`` counts as it is written.
        math: formulas between dollar signs count.
        dashes: those that become typographic ones, which no name keeps; None for none.
        given: what stands behind a heading and gives it a name; None where that is text.
        behind_backslash: such a name counts even where its brace is escaped.
        inline: attributes that stand right behind a link or a code belong to that.
        trim: blanks at the ends do not count.
        of_source: the name is made of the heading as it is written.
    """

    alt: bool = False
    notes: bool | Literal["label"] = True
    urls: bool = True
    short_codes: bool = True
    math: bool = True
    dashes: re.Pattern[str] | None = None
    given: re.Pattern[str] | None = None
    behind_backslash: bool = False
    inline: bool = True
    trim: bool = False
    of_source: bool = False

    def read(self, heading: Heading) -> tuple[str | None, str | None]:
        """Return the text of a heading, or None if it gets no name, and the name that its author gives to it."""
        parts, name = list(heading.parts), None
        if self.given is not None:
            parts, name = self._without_name(heading.parts, self.given)
        text = "".join(self._text(kind, text) for kind, text in parts)
        if self.of_source:
            is_cut = self.given is not None and parts != list(heading.parts)
            text = self.given.sub("", heading.source) if is_cut and self.given is not None else heading.source
        if self.trim:
            text = text.strip()
        return None if not text and not self.urls and _URL.search(heading.source) else text, name

    def _text(self, kind: Part, text: str) -> str:
        if (kind is Part.ALT and not self.alt) or (kind is Part.URL and not self.urls):
            return ""
        if kind is not Part.TEXT:
            return text
        if self.notes is not True:
            text = _NOTE.sub(r"\1" if self.notes else "", text)
        if not self.short_codes:
            text = _SHORT_CODE.sub("", text)
        if not self.math:
            text = _MATH.sub("", text)
        if not self.urls:
            text = _URL.sub("", text)
        return text if self.dashes is None else self.dashes.sub("–", text)

    def _without_name(
        self, parts: Sequence[tuple[Part, str]], given: re.Pattern[str]
    ) -> tuple[list[tuple[Part, str]], str | None]:
        """Return the pieces of a heading without the attributes at its end, and the name in these."""
        tail = len(parts)
        usable = (Part.TEXT, Part.ESCAPED) if self.behind_backslash else (Part.TEXT,)
        while tail and parts[tail - 1][0] in usable:
            tail -= 1
        text = "".join(piece for _, piece in parts[tail:])
        found = given.search(text)
        if found is None:
            return list(parts), None
        left: list[tuple[Part, str]] = [*parts[:tail], (Part.TEXT, text[: found.start()])]
        groups = found.groupdict()
        if "inner" not in groups:
            return left, next((name for name in groups.values() if name is not None), None)
        if self.inline and not text[: found.start()] and not found[0][:1].isspace():
            return left, None
        named = _ID.search(groups["inner"] or "")
        return left, next((name for name in named.groups() if name), None) if named is not None else None
