"""Finds the links of Markdown as GitHub shows it: parsed like cmark-gfm, then every tag of the HTML in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import ClassVar, NamedTuple, cast

from linkwarden.anchors import github
from linkwarden.extract._blocks import blocks, without_closing
from linkwarden.extract._document import Block, BlockKind, Document, Footnote
from linkwarden.extract._entries import Outline, beginning, entry_at, words_beside
from linkwarden.extract._inline import Failed, Html, InlineScanner, Link
from linkwarden.extract._link_parts import normalize_label
from linkwarden.extract._math import Formulas
from linkwarden.extract._plain import plain_links
from linkwarden.extract._reader import Draft, Reader, Unnamed, shown_on_github
from linkwarden.extract._slips import Slips
from linkwarden.extract._spans import Source, new_occurrence, text_notices
from linkwarden.extract._tags import ON_GITHUB, TAGFILTER, TagScanner
from linkwarden.extract._text import Texts
from linkwarden.extract.base import Extractor
from linkwarden.model import Anchor, AnchorSource, Extracted, Markup, Notice
from linkwarden.patterns import pattern

FRONT_MATTER = re.compile(r"---[ \t]*\n(?:(?!(?:---|\.\.\.)[ \t]*$).*\n)*+(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_ANCHOR_TAG = re.compile(r"</?a[ \t\n\f\r/>]", re.IGNORECASE)
_ATX = re.compile(r"^ {0,3}#{1,6}[ \t]+([^ \t\n].*)$", re.MULTILINE)
#: Names that authors give to headings and other parts: `{#name}`, `{: #name}`, `{/* #name */}`, and MyST's `(name)=`.
_GIVEN = re.compile(
    r"(?<!\{)\{(?::|/\*)?[ \t]*+(?:[^\s{}#]++[ \t]++)*+#([^\s{}.#]++)[^{}\n]*+\}|^\(([^()\s]++)\)=$", re.MULTILINE
)
#: Fences, and where builders put another text: snippets, partials, shortcodes, macros, generated references.
_TAKEN_IN = pattern(
    r"^[ \t]*(?:(?P<fence>`{3,}|~{3,})(?P<run>\{(?:include|eval-rst|auto\w*)\})?|(?P<mark>:{3,}\{(?:include|eval-rst)\}"
    r"|[;!]?-+8<-+|:::[ \t]+\w+\.[\w.:]+[ \t]*$|<!--[ \t]*(?:@include:|material/)|\[TAGS\]|\{\{|\{%|\{!"
    r"|import[ \t]+\w+[ \t]+from[ \t]+['\"][^'\"\n]*\.mdx?['\"])"
    r"|(?P<block>!!!|\?\?\?\+?|===[!+]?)[ \t]|(?P<heading>#{1,6}(?:[ \t]+\S|[^\s#!]).*))",
    re.MULTILINE,
)
_TIGHT = pattern(r"^#{1,6}[^\s#!]", re.MULTILINE)
_TIGHT_LINE = pattern(r"\n#{1,6}[^\s#!]")  # found ten times as fast
_SIGNS = ("{", "8<", ":::", "@include", "material/", "[TAGS]", "!!! ", "??? ", "=== ")
PANDOC = (".qmd", ".rmd")
_TOO_DEEP = "Lists or quotes are nested too deeply here to be read; links further inside are not checked."
#: A longer text is not a link's text: the author forgot to close the tag.
_LONGEST_TEXT = 1000
#: A text with fewer spaces ("paper", "IEEE version") does not say what the link leads to.
_FEW_SPACES = 2
_LONGEST_CONTEXT = 300


class _Place(NamedTuple):
    """Where a link with a short text stands, and when it is called, the text beside it that says what it leads to."""

    texts: Texts
    body: str
    content: str
    block: int
    entry: int
    link: tuple[int, int]

    def __call__(self) -> str:
        beside = words_beside(self.body, self.content, self.block, self.entry, self.link)
        return self.texts.of(beside)[:_LONGEST_CONTEXT]


class Markdown(Extractor):
    """GitHub Flavored Markdown, also with components or code cells in it (MDX, Quarto, R Markdown)."""

    name: ClassVar[str] = "markdown"
    title: ClassVar[str] = "Markdown"
    suffixes: ClassVar[tuple[str, ...]] = (".md", ".markdown", ".mdown", ".mkd", ".txt", ".mdx", ".qmd", ".rmd")
    of_folders: ClassVar[tuple[str, ...]] = tuple(suffix for suffix in suffixes if suffix != ".txt")

    def extract(self, text: str, path: str) -> Iterator[Extracted]:
        source = Source(text, path)
        yield from text_notices(source)
        document = Document()
        yield from MarkdownReader(source, document).read()
        if document.too_deep is not None:
            yield Notice(path, document.too_deep + 1, _TOO_DEEP, ("too-deep",))


class MarkdownReader:
    """Reads one document block by block."""

    state: ClassVar[type[Reader]] = Reader

    def __init__(self, source: Source, document: Document) -> None:
        self._source = source
        self._document = document
        self._texts = Texts(document.definitions)
        self._scanner = TagScanner(TAGFILTER, more_follows=True)
        self._reader = self.state(source, self._scanner, ON_GITHUB)
        front = FRONT_MATTER.match(source.body)
        self._front_end = front.end() if front else 0
        pandoc = source.path.lower().endswith(PANDOC)
        self._formulas = Formulas(source.body, pandoc=pandoc)
        self._slips = Slips(source, pandoc=pandoc)
        self._outline = Outline(document.outer_items)
        self._begins = beginning("", 0)
        self._notes: set[str] = set()
        self._footnotes: list[Footnote] = []
        self._unseen: set[int] = set()  # numbers of the blocks in footnotes that are not shown

    def read(self) -> Iterator[Extracted]:
        """Yield everything in the document."""
        number = 0
        for some in blocks(self._source.body, self._document):
            if number == 0 and some and self._document.footnotes:
                self._sort_footnotes()
            found: list[Extracted] = []
            for block in some:
                if number not in self._unseen:
                    self.block(block, found)
                number += 1
            yield from found
        yield from self.end()

    def block(self, block: Block, found: list[Extracted]) -> None:
        """Add what is in one block to what was found before."""
        self._reader.parent = self._outline.around(block.item) if block.item else ""
        kind = block.kind
        if kind is BlockKind.HTML:
            self._html(block, found)
            return
        # GitHub shows front matter as a table, whose last line cmark would take for a heading.
        if kind is BlockKind.HEADING and block.pieces.source(0) >= self._front_end:
            found.extend(self._heading(block))
        self._inlines(block, found)

    def end(self) -> Iterator[Extracted]:
        """Yield what is known once the whole document has been read."""
        yield from self._reader.finish()
        yield from self._reader.directives()
        yield from self._footnote_anchors()
        yield from _taken_in(self._source, self._front_end, self._texts)
        yield from self._slips.notices(self._document)

    # --- of a document that is read in parts ------------------------------------------------------------------------

    @property
    def section(self) -> str:
        """Text of the nearest heading above."""
        return self._reader.section

    @property
    def is_open(self) -> bool:
        """True if a comment or the tag of a heading goes on behind what was read."""
        return self._scanner.in_comment or self._reader.in_heading

    @property
    def too_many_slips(self) -> bool:
        """True if not all brackets were looked at."""
        return self._slips.too_many

    def take_over(self, part: MarkdownReader, by: int, lines: int, anchors: Iterable[Anchor]) -> Iterator[Anchor]:
        """Add what was collected in a part of the document that begins at an offset, behind so many lines.

        Yields:
            The anchors of the part as the document has them.
        """
        self._reader.take_over(part._reader, by)
        self._slips.take_over(part._slips, by)
        for anchor in anchors:
            if isinstance(anchor, Unnamed):
                yield from self._reader.heading(anchor.given, anchor.line + lines, anchor.level)
            else:
                cause = None if anchor.cause_line is None else anchor.cause_line + lines
                yield replace(anchor, line=anchor.line + lines, cause_line=cause)

    # --- parts of the document --------------------------------------------------------------------------------------

    def _sort_footnotes(self) -> None:
        """Find out which footnotes readers see: those that the text refers to, and of one label the first."""
        used: set[str] = set()
        self._notes = {normalize_label(footnote.label) for footnote in self._document.footnotes}
        for block in self._document.blocks:
            if block.kind is not BlockKind.HTML and "[^" in block.content:
                scanner = InlineScanner(block.content, self._document.definitions, self._notes)
                scanner.scan()
                used.update(map(normalize_label, scanner.footnotes()))
        defined: set[str] = set()
        for footnote in sorted(self._document.footnotes, key=lambda footnote: footnote.line):
            label = normalize_label(footnote.label)
            if label in used and label not in defined:
                self._footnotes.append(footnote)
            else:
                self._unseen.update(range(footnote.begin, footnote.end))
                self._slips.footnote(footnote, used=label in used)
            defined.add(label)

    def _footnote_anchors(self) -> Iterator[Anchor]:
        for footnote in self._footnotes:
            for prefix in ("fn-", "fnref-"):
                yield Anchor(prefix + footnote.label, "", footnote.line + 1, AnchorSource.HTML_ID)

    def _heading(self, block: Block) -> Iterator[Anchor]:
        if self._scanner.in_comment:
            return
        yield from self._reader.finish()
        line = self._source.line_of(block.pieces.source(0))
        yield from self._reader.heading(self._texts.heading(block.content), line, block.level)

    def _html(self, block: Block, found: list[Extracted]) -> None:
        self._scanner.more_follows = not block.at_end or bool(self._footnotes)
        if self._reader.only_comment(block.content, block.pieces):
            return
        if not self._scanner.in_comment:
            if block.ends_on_blank and "\n#" in block.content.replace(" ", ""):
                found.extend(self._swallowed(block))
            self._slips.html(block)
        found.extend(self._reader.html(block.content, block.pieces))

    def _swallowed(self, block: Block) -> Iterator[Anchor]:
        """Yield the headings that an HTML block turns into plain text, because no blank line ends it before them."""
        cause = self._source.line_of(block.pieces.source(0))
        for found in _ATX.finditer(block.content, block.content.find("\n") + 1):
            heading = self._texts.heading(without_closing(found.group(1)))
            text = shown_on_github(heading)
            line = self._source.line_of(block.pieces.source(found.start(1)))
            level = len(found[0].lstrip()) - len(found[0].lstrip(" #"))
            yield Anchor(github(text), text, line, AnchorSource.SWALLOWED, cause, level, heading)

    def _given_names(self, block: Block) -> Iterator[Anchor]:
        """Yield the names that the author gives to a heading or another part of the text."""
        for found in _GIVEN.finditer(block.content):
            text = self._texts.of(block.content[: found.start()]) if block.kind is BlockKind.HEADING else ""
            line = self._source.line_of(block.pieces.source(found.start()))
            yield Anchor(found[1] or found[2], text, line, AnchorSource.GIVEN, level=block.level)

    def _inlines(self, block: Block, found: list[Extracted]) -> None:
        content = block.content
        if "{" in content or ")=" in content:
            found.extend(self._given_names(block))
        # The text of an open HTML heading is read piece by piece, between the tags.
        items = None if self._reader.in_heading else plain_links(content, self._document.definitions)
        if items is None:
            items = self._scanned(block)
        closing: list[int] = []
        read_to = 0
        for i, item in enumerate(items):
            if isinstance(item, Link):
                if not self._scanner.in_comment and not (self._formulas.any and self._is_formula(item, block)):
                    found.append(self._link(item, block))
                continue
            closing = closing or _closing_tags(items, content)
            if self._reader.in_heading:
                self._reader.heading_text(self._texts.of(content[read_to : item.start]))
            read_to = item.end
            for tag in self._scanner.scan(content, item.start, item.end):
                found.extend(self._reader.structure(tag, content, block.pieces))
                for draft in self._reader.drafts(tag, content, block.pieces):
                    end = min(closing[i], tag.end + _LONGEST_TEXT)
                    found.append(self._with_text(draft, content[tag.end : end], block.item).finished())
        self._reader.comments(content, block.pieces)
        if self._reader.in_heading:
            self._reader.heading_text(self._texts.of(content[read_to:]))

    def _scanned(self, block: Block) -> Sequence[Link | Html]:
        scanner = InlineScanner(block.content, self._document.definitions, self._notes)
        items = scanner.scan()
        if scanner.failed and not self._scanner.in_comment:
            self._judge(block, scanner.failed)
        return items

    def _judge(self, block: Block, brackets: Iterable[Failed]) -> None:
        """Look for brackets that were meant as links; those of formulas were not."""
        for failed in brackets:
            if not self._formulas.any or self._formulas.around(block, failed.start) is None:
                self._slips.judge(block.content, failed, block.pieces.source(failed.start))

    def _is_formula(self, link: Link, block: Block) -> bool:
        """Return whether a link is none for readers, or not meant as one, because it is a part of a formula."""
        formula = self._formulas.around(block, link.label[1])
        if formula is None:
            return False
        label, target = (block.content[slice(*place)] for place in (link.label, link.target))
        is_part = self._formulas.is_part(formula, label, link.definition.url if link.definition else target)
        if is_part or formula.sure:
            self._slips.formula(block.pieces.source(link.start), is_link=not is_part)
        return is_part or formula.sure

    def _with_text(self, draft: Draft, inside: str, item: int) -> Draft:
        if draft.occurrence.markup is Markup.HTML_A:
            draft.parts.append(self._texts.of(inside))
            self._outline.add(item, draft.occurrence.url)
        return draft

    def _link(self, link: Link, block: Block) -> Extracted:
        pieces, source, markup = block.pieces, self._source, link.markup
        label = text = block.content[slice(*link.label)]
        if markup is not Markup.MD_BARE and markup is not Markup.MD_AUTOLINK:
            text = self._texts.of(label)
        span = source.span(*pieces.range(*link.target))
        used = None
        if link.definition:
            if block.content[link.label[1] + 1 : link.end].startswith("["):
                self._slips.reference()
            used = source.span(*pieces.range(link.start, link.end))
            span = source.span(link.definition.start, link.definition.end)
        entry, leads, context = 0, False, ""
        if not markup.is_image:
            self._outline.add(block.item, link.url)
            if block.kind is BlockKind.TEXT:
                entry, leads, context = self._entry(link, block, label, text)
        section, parent = self._reader.section, self._reader.parent
        url, raw = link.url, source.slice(span)
        raw = url if raw == url else raw  # one string for both
        return new_occurrence(url, raw, markup, span, text, section, used, entry, leads, context, parent)

    def _entry(self, link: Link, block: Block, label: str, text: str) -> tuple[int, bool, str]:
        """Return the line on which a link's entry begins (0: none), whether the link comes first, and its context."""
        start, end = block.pieces.range(link.start, link.end)
        body, first = self._source.body, block.pieces.source(0)
        if self._begins.at != first:
            self._begins = beginning(body, first)
        offset, leads = entry_at(body, self._begins, start, end, label)
        if offset < 0:
            return 0, False, ""
        context = ""
        if text.count(" ") < _FEW_SPACES:
            place = _Place(self._texts, body, block.content, first, offset, (link.start, link.end))
            context = cast("str", place)  # see Occurrence.context
        return self._source.line_of(offset), leads, context


def _taken_in(source: Source, begin: int, texts: Texts) -> Iterator[Anchor]:
    """Yield where builders put another text, and what is a heading to Python-Markdown alone.

    The latter is what is indented below a tab or an admonition, and a line without a blank behind its number signs.
    """
    body, fence, indented = source.body, "", False
    imports = "import " in body and ".md" in body
    if not imports and not any(sign in body for sign in _SIGNS):
        tight = _TIGHT.match(body) or _TIGHT_LINE.search(body)
        if tight is None:
            return
    for found in _TAKEN_IN.finditer(body, begin):
        is_mark = bool(found["mark"] or found["run"]) and not fence
        if found["fence"]:
            fence = "" if fence and found["fence"].startswith(fence) else fence or found["fence"]
        if is_mark:
            yield Anchor("", "", source.line_of(found.start()), AnchorSource.INCLUDED)
        elif fence:
            continue
        elif found["block"]:
            indented = True
        elif found["heading"] and (
            _TIGHT.match(body, found.start()) or (indented and found[0].startswith(("    ", "\t")))
        ):
            heading = texts.heading(without_closing(found["heading"].lstrip("#").strip()))
            text = shown_on_github(heading)
            line = source.line_of(found.start("heading"))
            yield Anchor(github(text), text, line, AnchorSource.SWALLOWED, None, 0, heading)


def _closing_tags(items: Sequence[Link | Html], content: str) -> list[int]:
    """Return, for each item, where the next ``</a>`` or ``<a>`` begins (or the content ends)."""
    ends = [0] * len(items)
    end = len(content)
    for i in range(len(items) - 1, -1, -1):
        ends[i] = end
        item = items[i]
        if isinstance(item, Html) and _ANCHOR_TAG.match(content, item.start):
            end = item.start
    return ends
