"""Finds the links of reStructuredText, with the place of each.

docutils gives no columns, and it runs what a document asks for (it includes files); so the scan is our own, and the
tests compare it with docutils. What is said of a construct here is in the specification of reStructuredText:
https://docutils.sourceforge.io/docs/ref/rst/restructuredtext.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from linkwarden.anchors import docutils, github
from linkwarden.extract._bare import Collector
from linkwarden.extract._lines import Line, lines_of
from linkwarden.extract._reader import Reader
from linkwarden.extract._spans import Pieces, Source
from linkwarden.extract._tags import TagScanner
from linkwarden.extract._text import squeeze
from linkwarden.extract.base import Extractor
from linkwarden.model import Anchor, AnchorSource, Extracted, Markup
from linkwarden.patterns import pattern

_MARKUP = pattern(r"\.\.(?:[ \t]+|$)")
_DIRECTIVE = pattern(r"\.\.[ \t]+(?:\|[^|\n]+\|[ \t]+)?([A-Za-z][\w.+:-]*?)[ \t]?::(?:[ \t]+|$)")
_TARGET = pattern(
    r"(?:\.\.[ \t]+_(?P<name>`(?:[^`\\\n]|\\.)+`|_|(?:[^:\\\n]|\\.|:(?=\S))+):|(?P<anonymous>__))(?=[ \t]|$)[ \t]*"
)
_OPTION = pattern(r":(target|alt|name):[ \t]+")
_FOOTNOTE = pattern(r"\.\.[ \t]+\[[^\]\n]+\][ \t]+")
_ADORNMENT = pattern(r"([!-/:-@\[-`{-~])\1*\Z")
_LITERAL = pattern(r"(?:^|[^:])::\Z|^::\Z")
_BULLET = pattern(r"(?:[-+*•‣⁃]|(?:\(?(?:\d+|[A-Za-z]|[ivxlcdmIVXLCDM]+|#)[.)]))[ \t]+")
#: Directives whose content is no text.
_CODE = pattern(
    r"code(?:-block)?|sourcecode|literalinclude|math|raw|parsed-literal|highlight|prompt|doctest|test(?:code|output|setup|cleanup)"
    r"|productionlist|graphviz|digraph|graph|uml|mermaid|plantuml|ipython|jupyter-execute|(?:command|program)-output|include"
    r"|default-role|role|meta|title|unicode|date"
)
_IMAGES = frozenset({"image", "figure", "thumbnail"})
_TOGETHER = pattern(r"^[ \t]*\.\.[ \t]+(?:include|auto\w+|toctree|mdinclude|click)::", re.MULTILINE)
_MOST_TITLE = 1000

_INLINE = pattern(
    r"(?<!\\)``(?=\S)(?:[^`]|`(?!`))+?(?<=\S)``(?!`)"  # literal
    r"|(?P<role>:[\w.+:-]{1,60}:)?(?<![\\`])`(?=[^\s`])(?P<quoted>(?:[^`\\]|\\.)+)`(?P<mark>__?(?![\w_]))?(?P<after>:[\w.+-]{1,60}:)?"
    r"|(?P<escaped>\\.)",
    re.DOTALL,
)
_EMBEDDED = pattern(r"(?:^|(?<=\s))<(?P<url>[^<>]+)>$")
_ESCAPE = pattern(r"\\(?:[ \t\n]|(.))|[ \t\n]+", re.DOTALL)


def _url(raw: str) -> str:
    """Return the URL that is written in several pieces, with white space between and escapes in it."""
    return _ESCAPE.sub(lambda found: found[1] or "", raw)


class Rst(Extractor):
    """reStructuredText, as docutils and Sphinx read it."""

    name: ClassVar[str] = "rst"
    title: ClassVar[str] = "reStructuredText"
    suffixes: ClassVar[tuple[str, ...]] = (".rst", ".rest")
    of_folders: ClassVar[tuple[str, ...]] = suffixes

    def knows_anchors(self, text: str) -> bool:
        return _TOGETHER.search(text) is None

    def extract(self, text: str, path: str) -> Iterator[Extracted]:
        reading = _Reading(Source(text, path))
        yield from reading.collector.begin()
        yield from reading.read()
        yield from reading.collector.finish()


class _Reading:
    """The state of reading one document line by line."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.body = source.body
        self.collector = Collector(source)
        self._lines = lines_of(self.body)
        self._reader = Reader(source, TagScanner())
        self._styles: list[str] = []

    def read(self) -> Iterator[Extracted]:
        at = 0
        while at < len(self._lines):
            line = self._lines[at]
            if line.blank:
                at += 1
            elif _MARKUP.match(self.body, line.first, line.end) or self._anonymous(line):
                until = self._explicit(at)
                yield from self._markup(at, until)
                at = until
            else:
                titled = self._title(at)
                if titled:
                    yield from self._heading(*titled[:2])
                    at = titled[2]
                else:
                    until, literal = self._paragraph(at)
                    yield from self._inline(line.first, self._lines[until - 1].end)
                    at = self._below(until, literal) if literal >= 0 else until

    def _anonymous(self, line: Line) -> bool:
        return self.body.startswith("__ ", line.first)

    def _below(self, at: int, indent: int) -> int:
        """Return the first line that is not blank and not indented more than ``indent``."""
        while at < len(self._lines) and (self._lines[at].blank or self._lines[at].indent > indent):
            at += 1
        return at

    def _explicit(self, at: int) -> int:
        """Return the end of the head of what begins with two dots: its own and indented lines until a blank one."""
        indent, until = self._lines[at].indent, at + 1
        while until < len(self._lines) and not self._lines[until].blank and self._lines[until].indent > indent:
            until += 1
        return until

    def _paragraph(self, at: int) -> tuple[int, int]:
        """Return the end of a paragraph and, if a literal block follows, how far the paragraph is indented, else -1."""
        until = at + 1
        indent = self._lines[at].indent
        while until < len(self._lines) and not self._lines[until].blank:
            line = self._lines[until]
            if _MARKUP.match(self.body, line.first, line.end) or self._anonymous(line):
                break
            if self._title(until) and line.indent == 0:
                break
            bullet = _BULLET.match(self.body, line.first, line.end)
            if bullet:
                indent = line.indent
            until += 1
        last = self._lines[until - 1]
        if _LITERAL.search(self.body, last.first, last.end):
            return until, min(indent, last.indent) if last.indent else 0
        return until, -1

    def _title(self, at: int) -> tuple[Line, str, int] | None:
        """Return the line of the title that begins here, its style, and what comes after it."""
        lines, body = self._lines, self.body
        line = lines[at]
        if line.end - line.start > _MOST_TITLE:
            return None
        over = _ADORNMENT.match(body, line.start, line.end)
        if over and at + 2 < len(lines) and not lines[at + 1].blank:
            under, text = lines[at + 2], lines[at + 1]
            if (
                body[under.start : under.end] == body[line.start : line.end]
                and text.end - text.start <= line.end - line.start
            ):
                return text, over[1] * 2, at + 3
        if over or line.indent or at + 1 >= len(lines):
            return None
        below = lines[at + 1]
        under_mark = _ADORNMENT.match(body, below.start, below.end)
        length = below.end - below.start
        if under_mark and (length >= line.end - line.start or length >= 4):
            return line, under_mark[1], at + 2
        return None

    def _heading(self, line: Line, style: str) -> Iterator[Extracted]:
        raw = self.body[line.first : line.end]
        if style not in self._styles:
            self._styles.append(style)
        text = squeeze(re.sub(r"\s*<[^<>`]+>(?=`)|[`|*]|`__?\b", "", raw))
        number = self.source.line_of(line.first)
        yield from self._reader.heading(text, number, min(self._styles.index(style) + 1, 6))
        if docutils(text) not in ("", github(text)):
            yield Anchor(docutils(text), text, number, AnchorSource.HTML_ID)
        self.collector.section = self._reader.section
        yield from self._inline(line.first, line.end)

    def _markup(self, at: int, until: int) -> Iterator[Extracted]:
        """Read what begins with two dots; lines up to ``until`` are its head."""
        line, last, body = self._lines[at], self._lines[until - 1], self.body
        target = _TARGET.match(body, line.first, line.end)
        if target:
            yield from self._target(target, last.end)
            return
        directive = _DIRECTIVE.match(body, line.first, line.end)
        if directive is None:
            note = _FOOTNOTE.match(body, line.first, line.end)
            if note:
                yield from self._inline(note.end(), last.end)
            else:
                self._comment(at, until)
            return
        yield from self._directive(directive, at, until)

    def _comment(self, at: int, until: int) -> None:
        """Pass a comment, which may be for linkwarden. A blank line after two dots alone ends it."""
        line = self._lines[at]
        alone = line.end - line.first == len("..")
        if not alone or until > at + 1:
            until = self._below(until, line.indent)
        while until > at + 1 and self._lines[until - 1].blank:
            until -= 1
        self.collector.comment(line.first, self._lines[until - 1].end, len(".."))
        self._skip(at + 1, until)

    def _target(self, target: re.Match[str], end: int) -> Iterator[Extracted]:
        start = target.end()
        name = target["name"] or "_"
        raw = self.body[start:end].strip()
        if not raw:
            if name != "_":
                plain = _url(name.strip("`")) if "\\" in name else name.strip("`")
                line = self.source.line_of(target.start())
                for made in dict.fromkeys((plain, docutils(plain), github(plain))):
                    yield Anchor(made, "", line, AnchorSource.HTML_ID)
            return
        while self.body[start].isspace():
            start += 1
        if raw.endswith("_") and not raw.endswith("\\_") and "://" not in raw:
            return  # it names another target
        text = "" if name == "_" else squeeze(name.strip("`").replace("\\", ""))
        yield self.collector.link(_url(raw), start, start + len(raw), Markup.REFERENCE, text)

    def _directive(self, directive: re.Match[str], at: int, until: int) -> Iterator[Extracted]:
        kind, line, body = directive[1].lower(), self._lines[at], self.body
        if kind == "raw" and body[directive.end() : line.end].strip().lower() == "html":
            end = self._below(at + 1, line.indent)
            block = body[line.end : max(self._lines[end - 1].end, line.end)]
            yield from self._reader.html(block, Pieces((0,), (line.end,)))
            self._skip(at + 1, end)
        elif _CODE.fullmatch(kind):
            self._skip(at + 1, self._below(at + 1, line.indent))
        elif kind in _IMAGES:
            yield from self._image(directive.end(), at, until)
        else:
            if kind not in {"toctree", "contents", "currentmodule", "module"} and not kind.startswith("auto"):
                yield from self._inline(directive.end(), line.end)
            if kind == "toctree":
                self._skip(at + 1, self._below(at + 1, line.indent))
            elif until > at + 1:
                yield from self._inline(self._lines[at + 1].first, self._lines[until - 1].end)

    def _skip(self, at: int, until: int) -> None:
        """Take lines for blank ones: they are no text."""
        for number in range(at, until):
            start = self._lines[number].start
            self._lines[number] = Line(start, start, 0, start)

    def _image(self, start: int, at: int, until: int) -> Iterator[Extracted]:
        body, options, number = self.body, dict[str, tuple[int, int]](), at + 1
        end = self._lines[at].end
        while number < until and not body.startswith(":", self._lines[number].first):
            end = self._lines[number].end  # a long URL goes on
            number += 1
        for line in self._lines[number:until]:
            option = _OPTION.match(body, line.first, line.end)
            if option:
                options[option[1]] = option.end(), line.end
        alt = squeeze(body[slice(*options["alt"])]) if "alt" in options else ""
        raw = body[start:end].strip()
        if raw and "|" not in raw:
            start = body.index(raw[0], start)
            yield self.collector.link(_url(raw), start, start + len(raw), Markup.IMAGE, alt)
        if "target" in options:
            first, last = options["target"]
            raw = body[first:last]
            if raw and not (raw.endswith("_") and not raw.endswith("\\_") and ("://" not in raw or raw[0] == "`")):
                yield self.collector.link(_url(raw), first, last, Markup.LINK, alt)

    def _inline(self, start: int, end: int) -> Iterator[Extracted]:
        """Yield the links in a paragraph."""
        pos = start
        for found in _INLINE.finditer(self.body, start, end):
            if found["escaped"]:
                continue
            yield from self.collector.running(pos, found.start())
            pos = found.end()
            role = found["role"] or found["after"]
            if (found["quoted"] and found["mark"] and not role) or role == ":download:":
                yield from self._reference(found)
        yield from self.collector.running(pos, end)

    def _reference(self, found: re.Match[str]) -> Iterator[Extracted]:
        quoted = found["quoted"]
        embedded = _EMBEDDED.search(quoted)
        if embedded is None:
            return
        raw = embedded["url"]
        if raw.endswith("_") and not raw.endswith("\\_") and "://" not in raw:
            return
        start = found.start("quoted") + embedded.start("url")
        text = squeeze(quoted[: embedded.start()].replace("\\", ""))
        url = _url(raw)
        if url:
            yield self.collector.link(url, start, start + len(raw), Markup.LINK, text or url)
