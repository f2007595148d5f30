"""Finds the URLs in data: JSON, YAML, TOML, tables, XML, and text that is in no markup at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import ClassVar

from linkwarden.extract._bare import Collector
from linkwarden.extract._charrefs import decode_attribute
from linkwarden.extract._scan import Data
from linkwarden.extract._spans import Source
from linkwarden.model import Extracted, Occurrence
from linkwarden.patterns import pattern

_MOST_SNIFFED = 65_536


class Json(Data):
    """JSON, also with comments, and one value a line."""

    name: ClassVar[str] = "json"
    title: ClassVar[str] = "JSON"
    suffixes: ClassVar[tuple[str, ...]] = (".json", ".jsonl", ".ndjson", ".jsonc", ".json5", ".geojson", ".webmanifest")
    tokens: ClassVar[re.Pattern[str]] = pattern(
        r'"(?P<escaped>(?:[^"\\\n]|\\.)*+)"|(?P<comment>(?<!:)//[^\n]*+|/\*[^*]*+(?:\*(?!/)[^*]*+)*+(?:\*/)?)'
    )


class Yaml(Data):
    """YAML: quoted strings with their escapes, and plain ones."""

    name: ClassVar[str] = "yaml"
    title: ClassVar[str] = "YAML"
    suffixes: ClassVar[tuple[str, ...]] = (".yaml", ".yml", ".cff")
    #: A quote begins a string only where a value may begin: "rock 'n' roll" is plain.
    tokens: ClassVar[re.Pattern[str]] = pattern(
        r"(?:(?:^|[:\-?,])[ \t]*+|[\[{(][ \t]*+)(?:\"(?P<escaped>(?:[^\"\\\n]|\\.)*+)\"|'(?P<doubled>(?:[^'\n]|'')*+)')"
        r"|(?P<comment>(?:^|(?<=[ \t]))\#[^\n]*+)",
        re.MULTILINE,
    )


class Toml(Data):
    """TOML and other settings in which a number sign begins a comment."""

    name: ClassVar[str] = "toml"
    title: ClassVar[str] = "TOML"
    suffixes: ClassVar[tuple[str, ...]] = (".toml",)
    #: What is in a string of several lines is read as running text.
    tokens: ClassVar[re.Pattern[str]] = pattern(
        r"(?P<mark>\"{3}|'{3})|\"(?P<escaped>(?:[^\"\\\n]|\\.)*+)\"|'(?P<plain>[^'\n]*+)'|(?P<comment>\#[^\n]*+)"
    )


class Table(Data):
    """Comma-separated and other delimited tables (RFC 4180), where a URL ends with its cell."""

    name: ClassVar[str] = "csv"
    title: ClassVar[str] = "CSV"
    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".tsv")
    tokens: ClassVar[re.Pattern[str]] = pattern(r'(?:^|[,;\t|])"(?P<doubled>(?:[^"]|"")*+)"', re.MULTILINE)

    def between(self, collector: Collector, start: int, end: int) -> Iterator[Occurrence]:
        body = collector.source.body
        if body.find("://", start, end) < 0:
            return
        delimiter = _delimiter(body)
        for cell in re.compile(rf"[^{delimiter}\n]++").finditer(body, start, end):
            if "://" in cell[0]:
                yield from collector.whole(*cell.span())


@lru_cache(maxsize=4)
def _delimiter(body: str) -> str:
    line = re.sub(r'"[^"]*"', "", body[:_MOST_SNIFFED].partition("\n")[0])
    return max(",;\t|", key=lambda mark: (line.count(mark), mark == ","))


class Text(Data):
    """Text in no markup that linkwarden knows."""

    name: ClassVar[str] = "text"
    title: ClassVar[str] = "plain text"
    suffixes: ClassVar[tuple[str, ...]] = (".text", ".ini", ".cfg", ".conf", ".properties", ".log")
    tokens: ClassVar[re.Pattern[str]] = pattern(r"(?!)")


class UrlList(Data):
    """One URL a line, all of the line; what begins with a number sign is a comment."""

    name: ClassVar[str] = "urls"
    title: ClassVar[str] = "a list of URLs"
    suffixes: ClassVar[tuple[str, ...]] = (".urls", ".url")
    tokens: ClassVar[re.Pattern[str]] = pattern(r"^[ \t]*(?:(?P<comment>\#[^\n]*+)|(?P<plain>\S[^\n]*+))", re.MULTILINE)


class Xml(Data):
    """XML, feeds and sitemaps. Names of name spaces and schemas are no links."""

    name: ClassVar[str] = "xml"
    title: ClassVar[str] = "XML"
    suffixes: ClassVar[tuple[str, ...]] = (
        *(".xml", ".rss", ".atom", ".opml", ".rdf", ".kml", ".gpx", ".xsd", ".xsl", ".xslt", ".svg", ".dbk"),
    )
    tokens: ClassVar[re.Pattern[str]] = pattern(
        r"(?P<comment><!--)|(?P<cdata><!\[CDATA\[)|(?P<processing><\?)|(?P<declaration><!)|(?P<tag></?[^\s<>/=\"'&;]++)"
    )

    def extract(self, text: str, path: str) -> Iterator[Extracted]:
        source = Source(text, path)
        body = source.body
        collector = Collector(source, _REFERENCE, decode_attribute)
        plain = Collector(source)
        yield from collector.begin()
        pos = 0
        while (token := self.tokens.search(body, pos)) is not None:
            yield from collector.whole(pos, token.start(), in_tags=True)
            kind = token.lastgroup or "tag"
            start, pos = token.end(), _after(body, token.end(), _ENDS.get(kind, ">"))
            if kind == "comment":
                collector.comment(token.start(), pos, len("<!--"))
            elif kind == "cdata":
                yield from plain.whole(start, pos - 3 if body.endswith("]]>", start, pos) else pos)
            elif kind == "tag":
                pos = start
                while (attribute := _ATTRIBUTE.match(body, pos)) is not None:
                    pos = attribute.end()
                    if not _NO_LINK.match(attribute[1]):
                        yield from collector.whole(*attribute.span(attribute.lastindex or 1))
                pos = body.find(">", pos) + 1 if body.startswith((">", "/>"), _SPACES.match(body, pos).end()) else pos  # type: ignore[union-attr]  # matches the empty string
        yield from collector.whole(pos, len(body), in_tags=True)
        yield from collector.finish()


_REFERENCE = pattern(r"&(?:#[xX][0-9a-fA-F]{1,8}|#[0-9]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});")
_ATTRIBUTE = pattern(r"[\s]*+([^\s<>/=\"']++)[\s]*+=[\s]*+(?:\"([^\"<]*+)\"|'([^'<]*+)')")
_NO_LINK = pattern(r"xmlns(?::|\Z)|(?:\w+:)?(?:noNamespaceS|s)chemaLocation\Z|(?:\w+:)?targetNamespace\Z|namespace\Z")
_SPACES = pattern(r"\s*+")
_ENDS = {"comment": "-->", "cdata": "]]>", "processing": "?>"}


def _after(body: str, pos: int, end: str) -> int:
    found = body.find(end, pos)
    return len(body) if found < 0 else found + len(end)
