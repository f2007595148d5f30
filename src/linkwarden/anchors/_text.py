"""How builders read a heading before they make a name of it: images, notes, typography, and names given by authors."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal

from linkwarden.model import Heading, Part
from linkwarden.patterns import pattern
from linkwarden.records import dataclass

_NOTE = pattern(r"\[\^([^\[\]\s]++)\]")
_SHORT_CODE = pattern(r":[a-z0-9_+-]++:")
_MATH = pattern(r"\$[^$\n]++\$")
_URL = pattern(r"https?://\S++")
_WORD = r"(?:[#.][^\s{}#.=]++|[\w-]++=(?:\"[^\"]*+\"|'[^']*+'|[^\s{}]++))"
#: What stands behind a heading and says what it is called; the group ``inner`` holds the words.
DOCUSAURUS = pattern(r"\{#(?P<id>[^{}]++)\}|\{/\*\s*+#(?P<mdx>[^*{}\s]*+)\s*+\*/\}")
KRAMDOWN = pattern(r"\{#(?P<id>[A-Za-z][\w:-]*+)\}")
ATTR_LIST = pattern(r"\{:?(?P<inner>[^{}\n]*+)\}")
ATTRIBUTES = pattern(r"\{(?P<inner>[^{}]*+)\}")
STRICT_ATTRIBUTES = pattern(rf"\{{(?P<inner>\s*+{_WORD}(?:\s++{_WORD})*+\s*+)\}}")
_ID = pattern(r"(?:^|\s)(?:#([^\s{}]+?)(?=[.\s#]|$)|id=(?:\"([^\"]*)\"|'([^']*)'|(\S+)))")
#: Longer runs end in a dash of their own.
KRAMDOWN_DASHES = pattern(r"---|--")
DASHES = pattern(r"--++")
PANDOC_DASHES = pattern(r"---|--|\.{3}")
_CLOSING = pattern(r"(?:^|(?<=\s))#++\s*+\Z")
TWO_DASHES = pattern(r"(?<!-)--(?!-)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a builder reads a heading.

    Attributes:
        alt: the alternative text of images counts.
        notes: footnotes count, or their labels alone.
        urls: a URL that stands for itself counts.
        nothing: a heading of which no text is left has a name, too.
        short_codes: ``:rocket:`` counts as it is written.
        math: formulas between dollar signs count.
        dashes: those that become typographic ones, which no name keeps; None for none.
        given: what stands behind a heading and gives it a name; None where that is text.
        behind_backslash: such a name counts even where its brace is escaped.
        spaced: such a name stands behind a blank.
        closing: number signs before such a name close the heading.
        first: no other brace stands before it behind a blank.
        inline: attributes that stand right behind a link or a code belong to that.
        trim: blanks at the ends do not count.
        of_source: the name is made of the heading as it is written.
    """

    alt: bool = False
    notes: bool | Literal["label"] = True
    urls: bool = True
    nothing: bool = True
    short_codes: bool = True
    math: bool = True
    dashes: re.Pattern[str] | None = None
    given: re.Pattern[str] | None = None
    behind_backslash: bool = False
    spaced: bool = False
    closing: bool = False
    first: bool = False
    inline: bool = True
    trim: bool = False
    of_source: bool = False

    def read(self, heading: Heading) -> tuple[str | None, str | None]:
        """Return the text of a heading, or None if it gets no name, and the name that its author gives to it."""
        parts, name = list(heading.parts), None
        if self.given is not None:
            parts, name = self._without_name(heading.parts)
        text = "".join(self._text(kind, text) for kind, text in parts)
        if self.of_source:
            cut = self._cut(heading.source) if parts != list(heading.parts) else None
            text = heading.source if cut is None else cut[0].rstrip()
        if not text and not self.nothing:
            return None, name
        return text.strip() if self.trim else text, name

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

    def _cut(self, text: str) -> tuple[str, re.Match[str]] | None:
        """Return what stands before the braces at the end of a text, and what is in these; None if that is no name."""
        bare = text.rstrip()
        at = bare.rfind("{") if bare.endswith("}") else -1
        found = self.given.fullmatch(bare, at) if at >= 0 and self.given is not None else None
        if found is None or (self.spaced and (at or not self.first) and not text[at - 1 : at].isspace()):
            return None
        before = text[:at]
        own = before if self.notes else before[before.rfind("]") + 1 :]
        if self.first and " {" in own[:-1]:
            return None
        return _CLOSING.sub("", before) if self.closing else before, found

    def _without_name(self, parts: Sequence[tuple[Part, str]]) -> tuple[list[tuple[Part, str]], str | None]:
        """Return the pieces of a heading without the attributes at its end, and the name in these."""
        tail = len(parts)
        usable = (Part.TEXT, Part.ESCAPED) if self.behind_backslash else (Part.TEXT,)
        while tail and parts[tail - 1][0] in usable:
            tail -= 1
        if self.first and tail == len(parts) and parts and parts[-1][0] in (Part.CODE, Part.MARK):
            return _without_lead(parts, self._cut), None
        cut = self._cut("".join(piece for _, piece in parts[tail:]))
        if cut is None:
            return list(parts), None
        before, found = cut
        left: list[tuple[Part, str]] = [*parts[:tail], (Part.TEXT, before.rstrip())]
        groups = found.groupdict()
        if "inner" not in groups:
            return left, next((name for name in groups.values() if name is not None), None)
        if self.inline and not before:
            # They belong to the link or the code before them; where nothing stands there, they are text.
            return (list(parts), None) if self.spaced and not tail else (left, None)
        named = _ID.search(groups["inner"] or "")
        return left, next((name for name in named.groups() if name), None) if named is not None else None


def _without_lead(
    parts: Sequence[tuple[Part, str]], cut: Callable[[str], tuple[str, re.Match[str]] | None]
) -> list[tuple[Part, str]]:
    """Return pieces without attributes before the first that is no text: where none follow the last, these count."""
    end = next((at for at, (kind, _) in enumerate(parts) if kind not in (Part.TEXT, Part.ESCAPED)), len(parts))
    found = cut("".join(piece for _, piece in parts[:end]))
    return list(parts) if found is None or not found[0] else [(Part.TEXT, found[0].rstrip()), *parts[end:]]
