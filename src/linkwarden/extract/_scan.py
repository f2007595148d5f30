"""What the readers of data have in common: a token expression, and what is done with each kind of token."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from linkwarden.extract._bare import Collector
from linkwarden.extract._spans import Source
from linkwarden.extract.base import Extractor
from linkwarden.model import Extracted, Occurrence

_UNICODE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))")
_SHORT = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0", "e": "\x1b", "_": "\xa0"}
ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)


def unescaped(escape: str) -> str:
    r"""Return what a backslash escape of JSON, YAML or TOML stands for (RFC 8259 section 7; YAML 1.2 section 5.7).

    Half of a pair of surrogates stands for itself: no URL that anybody can follow holds one.
    """
    number = _UNICODE.fullmatch(escape)
    if number is None:
        return _SHORT.get(escape[1:], escape[1:])
    code = int(number[1] or number[2] or number[3], 16)
    return "\ufffd" if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF else chr(code)


class Data(Extractor):
    """Data, of which the URLs are read: they are what lists are made from.

    Class attributes:
        tokens: finds strings and comments, by the names of its groups: ``escaped``, ``plain``, ``doubled`` (a string
            in which two quotes are one), ``comment``, and ``mark``, which is passed over. All else is running text.
    """

    tokens: ClassVar[re.Pattern[str]]

    def knows_anchors(self, text: str) -> bool:  # noqa: ARG002 - never
        return False

    def extract(self, text: str, path: str) -> Iterator[Extracted]:
        source = Source(text, path)
        escaped = Collector(source, ESCAPE, unescaped)
        doubled = Collector(source, re.compile("''|\"\""), lambda quotes: quotes[0])
        plain = Collector(source)
        yield from escaped.begin()
        pos = 0
        for token in self.tokens.finditer(source.body):
            kind = token.lastgroup or "comment"
            start, end = token.span(kind)
            yield from self.between(escaped, pos, token.start())
            pos = token.end()
            if kind == "mark":
                continue
            if kind == "comment":
                escaped.comment(start, end, 2 if token[kind].startswith(("//", "/*")) else 1)
            elif kind == "escaped":
                yield from escaped.whole(start, end)
            else:
                yield from (doubled if kind == "doubled" else plain).whole(start, end)
        yield from self.between(escaped, pos, len(source.body))
        yield from escaped.finish()

    def between(self, collector: Collector, start: int, end: int) -> Iterator[Occurrence]:
        """Yield the URLs of text that is in no string."""
        yield from collector.running(start, end, escaped=False)
