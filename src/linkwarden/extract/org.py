"""Finds the links of Org files (https://orgmode.org/worg/org-syntax.html)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import quote

from linkwarden.extract._lines import Line, LineExtractor, Reading
from linkwarden.extract._spans import Source
from linkwarden.extract._text import squeeze
from linkwarden.model import Anchor, AnchorSource, Extracted, Markup, Occurrence
from linkwarden.patterns import pattern

_HEADING = pattern(r"(\*+)[ \t]+(?:(?:TODO|DONE|NEXT|WAITING|HOLD|CANCELLED)[ \t]+)?(?:\[#[A-Z0-9]\][ \t]+)?(\S.*)")
_TAGS = pattern(r"[ \t]+:[\w@#%:]+:$")
_BEGIN = pattern(r"#\+begin_(src|example|comment|export)\b", re.IGNORECASE)
_END = pattern(r"^[ \t]*#\+end_(src|example|comment|export)\b", re.IGNORECASE | re.MULTILINE)
_PROPERTY = pattern(r":CUSTOM_ID:[ \t]+(\S+)", re.IGNORECASE)
_ABBREVIATION = pattern(r"#\+LINK:[ \t]+(\"[^\"]+\"|\S+)[ \t]+(\S.*)", re.IGNORECASE)
_KEYWORD = pattern(r"#\+(?!caption|title|subtitle|description|attr_)\w+:", re.IGNORECASE)
_TOGETHER = pattern(r"^[ \t]*#\+(?:INCLUDE|SETUPFILE):", re.IGNORECASE | re.MULTILINE)
_TARGET = pattern(r"<<<?([^<>\n]+)>?>>")
_TOKEN = pattern(
    r"\[\[(?P<target>(?:[^\[\]\\\n]|\\[^\n]){1,2000}+)\](?:\[(?P<text>(?:[^\]\n]|\](?!\])){1,500}+)\])?\]"
    r"|(?<![^\s\-('\"{|])(?P<code>[=~])(?=[^\s])[^\n=~]*?(?<=\S)(?P=code)(?![^\s\-.,;:!?'\")}\\\[|])"
    r"|<(?P<angle>(?:https?|ftp)://[^<>\n]++)>",
    re.IGNORECASE,
)
_ESCAPE = pattern(r"\\([\[\]\\])")
_ABSOLUTE = pattern(r"(?:https?|ftp)://", re.IGNORECASE)
_FILE = pattern(r"(?:file(?:\+\w+)?:)(?P<path>.+)|(?P<plain>\.{1,2}/.+|/.+)")
_SEARCH = pattern(r"::.*", re.DOTALL)
_IMAGE = pattern(r"\.(?:png|jpe?g|gif|svg|webp|avif|bmp|tiff?)(?:[?#].*)?$", re.IGNORECASE)


class _Reading(Reading):
    """The state of reading one document."""

    def __init__(self, source: Source, *, knows_anchors: bool) -> None:
        super().__init__(source, knows_anchors=knows_anchors)
        self._abbreviations: dict[str, str] = {}

    def read(self) -> Iterator[Extracted]:
        body, lines = self._body, self._lines
        for line in lines:  # they hold for the whole document
            found = _ABBREVIATION.fullmatch(body, line.first, line.end)
            if found:
                self._abbreviations.setdefault(found[1].strip('"').lower(), found[2])
        ends = {kind: [m.start() for m in _END.finditer(body) if m[1].lower() == kind] for kind in _KINDS}
        until = 0
        for line in lines:
            if line.start < until or line.blank:
                continue
            begin = _BEGIN.match(body, line.first, line.end)
            if begin:
                places = ends[begin[1].lower()]
                index = bisect_right(places, line.end)
                until = places[index] if index < len(places) else line.end
            elif body.startswith("#", line.first) and body[line.first + 1 : line.first + 2] in ("", " ", "\n"):
                self.collector.comment(line.first, line.end, 1)
            elif not body.startswith((": ", "#+"), line.first) or not self._passed(line):
                yield from self._line(line)

    def _passed(self, line: Line) -> bool:
        return self._body.startswith(": ", line.first) or _KEYWORD.match(self._body, line.first, line.end) is not None

    def _line(self, line: Line) -> Iterator[Extracted]:
        body = self._body
        number = self._source.line_of(line.start)
        heading = _HEADING.fullmatch(body, line.start, line.end) if line.indent == 0 else None
        if heading:
            title = _TAGS.sub("", heading[2])
            shown = squeeze(_TOKEN.sub(lambda m: m["text"] or m["target"] or m[0].strip("=~"), title))
            yield from self._reader.heading(shown, number, min(len(heading[1]), 6))
            self.collector.section = self._reader.section
        named = _PROPERTY.match(body, line.first, line.end)
        if named:
            yield Anchor(named[1], self.collector.section, number, AnchorSource.HTML_ID)
        for target in _TARGET.finditer(body, line.first, line.end):
            yield Anchor(target[1], "", number, AnchorSource.HTML_ID)
        yield from self._inline(line.first, line.end)

    def _inline(self, start: int, end: int) -> Iterator[Occurrence]:
        pos = start
        for token in _TOKEN.finditer(self._body, start, end):
            yield from self.collector.running(pos, token.start())
            pos = token.end()
            if token["angle"]:
                yield self.collector.link(token["angle"], *token.span("angle"), Markup.BARE)
            elif token["target"]:
                yield from self._link(token)
        yield from self.collector.running(pos, end)

    def _link(self, token: re.Match[str]) -> Iterator[Occurrence]:
        text = token["text"]
        shown = text is not None and _is_image(text)
        found = self._url(token["target"])
        if found:
            url, before, behind = found
            image = text is None and _IMAGE.search(url) is not None
            start, end = token.span("target")
            label = "" if image or shown else squeeze(text or url)
            yield self.collector.link(url, start + before, end - behind, Markup.IMAGE if image else Markup.LINK, label)
        if text is not None and shown:
            url = text.removeprefix("file:")
            end = token.end("text")
            yield self.collector.link(url, end - len(url), end, Markup.IMAGE)

    def _url(self, raw: str) -> tuple[str, int, int] | None:
        """Return what a target leads to, and how much before and behind it is no part of the URL; None if nothing."""
        target = _ESCAPE.sub(r"\1", raw)
        if _ABSOLUTE.match(target):
            return target, 0, 0
        if target.startswith("#"):
            return (target, 0, 0) if self._knows_anchors else None
        file = _FILE.fullmatch(target)
        if file:
            path = file["path"] or file["plain"]
            search = _SEARCH.search(path)
            # `::#name` is the name of a heading; other searches name nothing in a page.
            name = search[0][2:] if search and search[0].startswith("::#") else ""
            path = path[: search.start()] if search else path
            if path.startswith(("~", "/")):
                return None
            return (path + name, len(target) - len(file["path"] or target), 0 if name or not search else len(search[0]))
        word, colon, tag = target.partition(":")
        if not colon or word.lower() not in self._abbreviations:
            return None
        made = self._abbreviations[word.lower()]
        url = made.replace("%s", tag).replace("%h", quote(tag, safe="")) if "%s" in made or "%h" in made else made + tag
        return (url, 0, 0) if _ABSOLUTE.match(url) and "%(" not in made else None


_KINDS = ("src", "example", "comment", "export")


def _is_image(text: str) -> bool:
    return (bool(_ABSOLUTE.match(text)) or text.startswith(("file:", "./", "../"))) and bool(_IMAGE.search(text))


class Org(LineExtractor):
    """Org files, with their abbreviated links filled in."""

    name: ClassVar[str] = "org"
    title: ClassVar[str] = "Org"
    suffixes: ClassVar[tuple[str, ...]] = (".org",)
    of_folders: ClassVar[tuple[str, ...]] = suffixes
    reading: ClassVar[type[Reading]] = _Reading
    together: ClassVar[re.Pattern[str]] = _TOGETHER
