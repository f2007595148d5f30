"""Finds the links of AsciiDoc, as Asciidoctor reads it (https://docs.asciidoctor.org/asciidoc/latest/)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import ClassVar

from linkwarden.anchors import github
from linkwarden.extract._lines import Line, LineExtractor, Reading
from linkwarden.extract._spans import Pieces, Source
from linkwarden.extract._text import squeeze
from linkwarden.model import Anchor, AnchorSource, Extracted, Markup, Occurrence
from linkwarden.patterns import pattern

_FENCE = pattern(r"(?:-{4,}|\.{4,}|/{4,}|\+{4,}|```+)")
_ATTRIBUTE = pattern(r":(!?)([A-Za-z0-9_][\w-]*)(!?):(?:[ \t]+(.*))?")
_HEADING = pattern(r"(={1,6}|#{1,6})[ \t]+(\S.*)")
_ANCHOR = pattern(
    r"\[\[([^\[\],\n]{1,200})(?:,[^\[\]\n]{0,300})?\]\]|anchor:([^\[\s]{1,200})\[|\[[\w.%-]{0,60}#([\w:.-]{1,200})[^\[\]\n]{0,300}\]"
    r"|(?:^\[|[, ])id=[\"']?([\w:.-]{1,200})"
)
_STYLE = pattern(
    r"\[(?:source|listing|literal|latexmath|asciimath|stem|pass|comment|mermaid|plantuml|ditaa)\b[^\]\n]*\]$|\[,[^\]\n]*\]$"
)
_LISTED = pattern(r"(?:[*\-.]{1,6}|\d{1,9}\.|[a-zA-Z]\.|[ivx]+\)|<\d+>|<\.>)[ \t]|\S.*(?::{2,4}|;;)(?:[ \t]|$)|\|")
_REFERENCE = pattern(r"(?<!\\)\{([A-Za-z0-9_][\w-]*)\}")
_LONGEST_TITLE = 1000
_MOST_ATTRIBUTES = 10_000
_LONGEST_VALUE = 4096
#: Attributes that Asciidoctor itself gives a value.
_CHARACTERS = {
    "plus": "+", "amp": "&", "apos": "'", "quot": '"', "lt": "<", "gt": ">", "sp": " ", "empty": "", "blank": "",
    "vbar": "|", "backtick": "`", "caret": "^", "asterisk": "*", "tilde": "~", "startsb": "[", "endsb": "]",
    "zwsp": "\u200b", "wj": "\u2060", "backslash": "\\", "two-colons": "::", "two-semicolons": ";;",
    "cpp": "C++", "pp": "++",
}  # fmt: skip
_LABEL = r"\[(?P<label{0}>(?:[^\]\\\n]|\\.){{0,1000}}+)\]"
#: Every part has its bound, so that a line of openings without an end costs no more than its length times that.
_TOKEN = pattern(
    r"(?P<pass>\+{3}[^+\n]{1,1000}\+{3}|\+\+(?!\+)[^+\n]{1,1000}\+\+|(?<!\w)pass:[a-z,]{0,20}\[[^\]]{0,500}\]"
    r"|(?<![\w+\\])\+(?=[^\s+])[^+\n`]{1,500}(?<=\S)\+(?![\w+]))"
    r"|(?P<escaped>\\(?:(?:https?|ftp)://|link:|xref:|image:|<<|mailto:|\{)[^\s\[]*+)"
    r"|(?P<image>(?<!\w)image::?)(?P<file>[^\s:\[\]][^\n\[\]]{0,1000})" + _LABEL.format(1) +
    r"|(?P<macro>(?<!\w)(?:link|xref):)(?:\+\+(?P<raw>[^\n+]{1,1000})\+\+|(?P<to>[^\s\[\]:][^\s\[\]]{0,1000}))"
    + _LABEL.format(2) +
    r"|<<(?P<cross>[^<>\n,]{1,300})(?:,(?P<title>[^>]{0,300}))?>>"
    r"|(?P<url>(?<![A-Za-z0-9+.:/-])(?:(?:https?|ftp)://|\{[A-Za-z0-9_][\w-]{0,100}\})[^\s\[\]<>\"`]*+)"
    r"(?:" + _LABEL.format(3) + r")?",
    re.IGNORECASE,
)  # fmt: skip
_NAMED = pattern(r"(?:^|,)[ \t]*link=(?:\"([^\"]+)\"|([^,\]\s]+))")
_TOGETHER = pattern(r"^(?:include::|:(?:idprefix|idseparator):)", re.MULTILINE)
_NOT_IN_ID = pattern(r"[^\w .-]|&#?\w+;")
_MARKS = pattern(r"\[\[[^\]]*\]\]|(?:https?://|link:|xref:)[^\s\[]*\[([^\]]*)\]|[*_`#]")
_ANTORA = pattern(r"(?:\A|/)modules/[^/]+/(?:pages|partials|examples)/")
_PREPROCESSED = ("include::", "ifdef::", "ifndef::", "endif::", "ifeval::")
_ABSOLUTE = pattern(r"[a-z][a-z0-9+.-]*:[^\s\[\]]", re.IGNORECASE)
_WEB = pattern(r"(?:https?|ftp)://", re.IGNORECASE)
_TRAILING = ".,;:!?)'*"


class _Reading(Reading):
    """The state of reading one document."""

    def __init__(self, source: Source, *, knows_anchors: bool) -> None:
        super().__init__(source, knows_anchors=knows_anchors)
        self._attributes = dict(_CHARACTERS)
        self._fences: dict[str, list[int]] = {}
        #: Antora finds pages and images by names of its own.
        self._by_path = not _ANTORA.search(source.path)

    def read(self) -> Iterator[Extracted]:
        at, lines, body = 0, self._lines, self._body
        begins = True  # a paragraph
        while at < len(lines):
            line = lines[at]
            text = body[line.start : line.end] if line.indent == 0 else ""
            fence = _FENCE.match(text)
            if line.blank:
                begins, at = True, at + 1
            elif fence and (fence.end() == len(text) or text.startswith("```")):
                begins, end = True, self._closing(at, fence[0])
                yield from self._fenced(line, lines[end - 1], text)
                at = end
            elif text.startswith(("//", *_PREPROCESSED)):
                if text.startswith("//"):
                    self.collector.comment(line.first, line.end, 2)
                at += 1
            elif begins and line.indent and not _LISTED.match(body, line.first, line.end):
                at = self._until_blank(at)
            elif text.startswith(":") and (found := _ATTRIBUTE.fullmatch(text)):
                at = self._attribute(at, found)
            else:
                yield from self._line(line, text)
                at += 1
                begins = text.startswith(("[", "=")) or (text.startswith(".") and not text.startswith((". ", "..")))
                if _STYLE.match(text) and at < len(lines) and not _FENCE.match(body, lines[at].start, lines[at].end):
                    at = self._until_blank(at)

    def _fenced(self, line: Line, last: Line, text: str) -> Iterator[Extracted]:
        """Read a delimited block: HTML that is passed on, or a comment; the others are code."""
        if text.startswith("++"):
            block = self._body[line.end : max(last.start, line.end)]
            yield from self._reader.html(block, Pieces((0,), (line.end,)))
        elif text.startswith("//"):
            self.collector.comment(line.start, max(last.end, line.end), len(text))

    def _closing(self, at: int, fence: str) -> int:
        """Return what comes after a delimited block; one that is not closed goes on to the end."""
        if fence not in self._fences:
            self._fences[fence] = [
                number
                for number, line in enumerate(self._lines)
                if line.end - line.start == len(fence) and self._body.startswith(fence, line.start)
            ]
        places = self._fences[fence]
        index = bisect_right(places, at)
        return places[index] + 1 if index < len(places) else len(self._lines)

    def _until_blank(self, at: int) -> int:
        while at < len(self._lines) and not self._lines[at].blank:
            at += 1
        return at

    def _line(self, line: Line, text: str) -> Iterator[Extracted]:
        number = self._source.line_of(line.start)
        for found in _ANCHOR.finditer(self._body, line.first, line.end):
            if found[4] is None or text.startswith("["):
                yield Anchor((found[found.lastindex or 1]).strip(), "", number, AnchorSource.HTML_ID)
        heading = _HEADING.fullmatch(text) if len(text) <= _LONGEST_TITLE else None
        if heading:
            title = squeeze(_MARKS.sub(r"\1", heading[2]))
            title = self._filled(title) or title
            yield from self._reader.heading(title, number, len(heading[1]))
            self.collector.section = self._reader.section
            plain = _NOT_IN_ID.sub("", title.lower())
            under, dashed = (re.sub(r"[ .-]+", mark, plain).strip(mark) for mark in "_-")
            for name in dict.fromkeys(("_" + under, under, dashed, title)):
                if name != github(title):
                    yield Anchor(name, title, number, AnchorSource.HTML_ID)
        yield from self._inline(line.first, line.end)

    def _attribute(self, at: int, found: re.Match[str]) -> int:
        """Take in the value of an attribute, which may go on in the next lines; return what comes after it."""
        name, value = found[2].lower(), (found[4] or "").strip()
        at += 1
        while value.endswith(("\\", " +")) and at < len(self._lines) and len(value) < _LONGEST_VALUE:
            line = self._lines[at]
            value = value.rstrip("\\+ ") + " " + self._body[line.first : line.end]
            at += 1
        if found[1] or found[3]:
            self._attributes.pop(name, None)
        elif len(self._attributes) < _MOST_ATTRIBUTES and len(value) <= _LONGEST_VALUE:
            self._attributes[name] = self._filled(value) or value
        return at

    def _filled(self, text: str) -> str | None:
        """Return a text with the values of the attributes in it, or None if one is not known here."""
        if "{" not in text:
            return text
        names = [name.lower() for name in _REFERENCE.findall(text)]
        if any(name not in self._attributes for name in names):
            return None
        if len(text) + sum(len(self._attributes[name]) for name in names) > _LONGEST_VALUE:
            return None
        return _REFERENCE.sub(lambda found: self._attributes[found[1].lower()], text)

    def _inline(self, start: int, end: int) -> Iterator[Extracted]:
        pos = start
        while (token := _TOKEN.search(self._body, pos, end)) is not None:
            pos = token.end()
            if token["image"]:
                yield from self._image(token)
            elif token["macro"]:
                group = "raw" if token["raw"] else "to"
                yield from self._link(token, group, token["label2"], cross=token["macro"].lower() == "xref:")
                pos = token.start("label2") if "image:" in token["label2"] else pos
            elif token["cross"]:
                yield from self._link(token, "cross", token["title"] or "", cross=True)
            elif token["url"]:
                yield from self._url(token)
                pos = token.start("label3") if token["label3"] and "image:" in token["label3"] else pos

    def _image(self, token: re.Match[str]) -> Iterator[Occurrence]:
        url = self._filled(token["file"].strip())
        label = token["label1"]
        if url and not _WEB.match(url) and not url.startswith(("/", "data:")):
            folder = self._filled(self._attributes.get("imagesdir", ""))
            url = None if folder is None else f"{folder.rstrip('/')}/{url}" if folder else url
        if url and (self._by_path or _WEB.match(url)):
            start = token.start("file")
            text = squeeze(label.partition(",")[0].strip('"'))
            text = "" if "=" in text else text
            yield self.collector.link(url, start, start + len(token["file"].rstrip()), Markup.IMAGE, text)
        link = _NAMED.search(label)
        if link:
            group = 1 if link[1] else 2
            target, offset = self._filled(link[group]), token.start("label1")
            if target and _WEB.match(target):
                yield self.collector.link(target, offset + link.start(group), offset + link.end(group), Markup.LINK)

    def _url(self, token: re.Match[str]) -> Iterator[Occurrence]:
        raw, start, label = token["url"], token.start("url"), token["label3"]
        if label is not None:
            url = self._filled(raw)
            if url and _ABSOLUTE.match(url):
                yield self.collector.link(url, start, start + len(raw), Markup.LINK, _shown(label) or url)
        elif "{" not in raw:
            yield from self.collector.running(start, start + len(raw))
        else:
            raw = raw.rstrip(_TRAILING)
            url = self._filled(raw)
            if url and _ABSOLUTE.match(url):
                yield self.collector.link(url, start, start + len(raw), Markup.BARE)

    def _link(self, token: re.Match[str], group: str, label: str, *, cross: bool) -> Iterator[Occurrence]:
        raw = token[group].rstrip()
        url = self._filled(raw)
        if not url or url.isspace():
            return
        if cross and not _ABSOLUTE.match(url):
            path, mark, name = url.partition("#")
            if not mark and not path.endswith(AsciiDoc.suffixes):
                path, name = "", path
            elif path and "." not in path.rpartition("/")[2]:
                path += ".adoc"
            if (not path and not self._knows_anchors) or (path and not self._by_path) or ":" in path or "@" in path:
                return
            url = f"{path}#{name}" if name else path
        elif not cross and not self._by_path and not _ABSOLUTE.match(url):
            return
        start = token.start(group)
        yield self.collector.link(url, start, start + len(raw), Markup.LINK, _shown(label) or url)


def _shown(label: str) -> str:
    """Return the text of a link without the attributes behind it."""
    text, comma, rest = label.partition(",")
    return squeeze((text if comma and "=" in rest else label).strip('"').removesuffix("^"))


class AsciiDoc(LineExtractor):
    """AsciiDoc, with its attributes filled in."""

    name: ClassVar[str] = "asciidoc"
    title: ClassVar[str] = "AsciiDoc"
    suffixes: ClassVar[tuple[str, ...]] = (".adoc", ".asciidoc", ".asc")
    of_folders: ClassVar[tuple[str, ...]] = (".adoc", ".asciidoc")
    reading: ClassVar[type[Reading]] = _Reading
    together: ClassVar[re.Pattern[str]] = _TOGETHER
