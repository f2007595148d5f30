"""Finds the URLs of LaTeX and BibTeX."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Generator, Iterator
from typing import ClassVar

from linkwarden.extract._bare import Collector, view
from linkwarden.extract._spans import Source
from linkwarden.extract._text import squeeze
from linkwarden.extract.base import Extractor
from linkwarden.model import Extracted, Markup, Occurrence
from linkwarden.patterns import pattern

#: ``\%`` and the like, and the ways to write a tilde or an underscore.
_ESCAPE = pattern(
    r"\\(?:[%#&_{}$~^/-](?:\{\})?"
    r"|(?:textasciitilde|textunderscore|textasciicircum|sim)(?:\{\}|(?![A-Za-z])[ ]?))|\{\\[_~]\}"
)
_NAMES = {"textasciitilde": "~", "sim": "~", "textunderscore": "_", "textasciicircum": "^"}
_TOKEN = pattern(
    r"(?P<comment>(?<!\\)%[^\n]*+)"
    r"|\\begin[ ]*\{(?P<verbatim>comment)\}"
    r"|\\(?P<command>url|nolinkurl|path|href|hyperimage|burl|bibinfo\{url\})\*?[ \t]*(?:\[[^\]\n]*\])?[ \t]*\{"
)
_ARGUMENT = pattern(r"(?:[^{}\\\n]|\\.|\n(?![ \t]*\n))++", re.DOTALL)
_LONGEST = 4096
_MOST_DEEP = 8
_FIELD = pattern(
    r"(?P<comment>^[ \t]*%[^\n]*+)|\b(?P<field>url|doi|howpublished|pdf|link|ee|bdsk-url-\d)[ \t]*=[ \t\n]*(?=[{\"])"
    r"|\\(?:url|href)[ \t]*\{",
    re.IGNORECASE | re.MULTILINE,
)
_DOI = pattern(r"(?:doi:[ ]*)?(10\.\d{4,9}/\S+)", re.IGNORECASE)


def _meaning(escape: str) -> str:
    name = escape.strip("\\{} ")
    return _NAMES.get(name, name[:1] or escape[1:2])


def _braced(body: str, opening: int) -> int:
    """Return where the group that begins at ``opening`` closes (the brace's offset), or -1."""
    depth, pos, last = 0, opening, min(len(body), opening + _LONGEST)
    while pos < last:
        char = body[pos]
        if char == "\\":
            pos += 1
        elif char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if depth == 0:
                return pos
        if depth > _MOST_DEEP:
            return -1
        pos += 1
    return -1


class _Tex(Extractor):
    """What LaTeX and BibTeX have in common: URLs in running text, and tokens that say what stands between it.

    Class attributes:
        token: what ends running text.
    """

    token: ClassVar[re.Pattern[str]]

    def knows_anchors(self, text: str) -> bool:  # noqa: ARG002 - never
        return False

    def extract(self, text: str, path: str) -> Iterator[Extracted]:
        source = Source(text, path)
        body = source.body
        collector = Collector(source, _ESCAPE, _meaning)
        yield from collector.begin()
        pos = 0
        while (token := self.token.search(body, pos)) is not None:
            yield from collector.running(pos, token.start())
            if token.lastgroup == "comment":
                collector.comment(body.index("%", token.start()), token.end(), 1)
                pos = token.end()
            else:
                pos = yield from self._read(collector, token)
        yield from collector.running(pos, len(body))
        yield from collector.finish()

    @abstractmethod
    def _read(self, collector: Collector, token: re.Match[str]) -> Generator[Occurrence, None, int]:
        """Yield what a token that is no comment leads to; return where reading goes on."""


class Latex(_Tex):
    r"""LaTeX: ``\url``, ``\href``, and the URLs in its text; comments are left out."""

    name: ClassVar[str] = "latex"
    title: ClassVar[str] = "LaTeX"
    suffixes: ClassVar[tuple[str, ...]] = (".tex", ".ltx", ".latex", ".sty", ".cls", ".bbl")
    token: ClassVar[re.Pattern[str]] = _TOKEN

    def _read(self, collector: Collector, token: re.Match[str]) -> Generator[Occurrence, None, int]:
        body, pos = collector.source.body, token.end()
        if token.lastgroup == "verbatim":
            end = body.find("\\end{comment}", pos)
            return len(body) if end < 0 else end
        close = _braced(body, pos - 1)
        if close < 0:
            return pos
        yield from self._command(collector, pos, close)
        return close + 1

    def _command(self, collector: Collector, start: int, close: int) -> Iterator[Occurrence]:
        body = collector.source.body
        label = ""
        if body.startswith("{", close + 1):
            end = _braced(body, close + 1)
            label = squeeze(body[close + 2 : end]) if end >= 0 else ""
        yield from argument(collector, start, close, label)


def argument(collector: Collector, start: int, end: int, label: str = "") -> Iterator[Occurrence]:
    """Yield the URL that the argument of a command or the value of a field is."""
    body = collector.source.body
    while start < end and body[start].isspace():
        start += 1
    while end > start and body[end - 1].isspace():
        end -= 1
    url = view(body, start, end, _ESCAPE, _meaning).seen
    if re.match(r"(?:https?|ftp)://[^\s{}#\\]", url, re.IGNORECASE) and not re.search(r"[\s{}\\]|#\d", url):
        yield collector.link(url, start, end, Markup.LINK, label)


class Bibtex(_Tex):
    """BibTeX and BibLaTeX: the fields that hold URLs and DOIs, and the URLs in others."""

    name: ClassVar[str] = "bibtex"
    title: ClassVar[str] = "BibTeX"
    suffixes: ClassVar[tuple[str, ...]] = (".bib", ".bibtex")
    token: ClassVar[re.Pattern[str]] = _FIELD

    def _read(self, collector: Collector, token: re.Match[str]) -> Generator[Occurrence, None, int]:
        body, pos = collector.source.body, token.end()
        field = (token["field"] or "").lower()
        start = pos + 1 if field else pos
        close = body.find('"', start, start + _LONGEST) if field and body[pos] == '"' else _braced(body, start - 1)
        if close < 0 or (field == "howpublished" and "\\url" in body[start:close]):
            return pos
        yield from self._value(collector, start, close, field)
        return close + 1

    def _value(self, collector: Collector, start: int, end: int, field: str) -> Iterator[Occurrence]:
        body = collector.source.body
        while start < end and body[start] in "{ \t\n" and body[end - 1] in "} \t\n":
            start, end = start + 1, end - 1
        while start < end and body[start] in " \t\n":
            start += 1
        while end > start and body[end - 1] in " \t\n":
            end -= 1
        doi = _DOI.fullmatch(view(body, start, end, _ESCAPE, _meaning).seen) if field == "doi" else None
        if doi:
            at = body.find("10.", start, end)
            yield collector.link("https://doi.org/" + doi[1], at, end, Markup.LINK)
            return
        found = list(argument(collector, start, end))
        yield from found or collector.running(start, end)
