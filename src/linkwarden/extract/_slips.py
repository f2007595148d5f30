"""Text that was meant as a link and is none, and formulas that were meant as none and are links.

Readers see brackets and parentheses there. Nothing of it is certain, so that each costs a notice and no finding; prose
with brackets in it costs nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from itertools import islice
from typing import NamedTuple
from urllib.parse import quote

from linkwarden.anchors import github
from linkwarden.extract._document import Block, Document, Footnote
from linkwarden.extract._inline import Failed
from linkwarden.extract._link_parts import normalize_label, scan_label
from linkwarden.extract._spans import Source
from linkwarden.model import Notice
from linkwarden.patterns import pattern

_MOST_NOTICES = 20
_MOST_JUDGED = 2000
#: No URL in parentheses is longer on purpose, and no text in them is looked through further.
_LONGEST = 500
_MOST_WORDS = 8
#: Labels are compared with so many others at most, each so long.
_MOST_DEFINITIONS = 500
_LONGEST_LABEL = 60
#: "tow" for "two", "installaton" for "installation".
_SIMILAR = 0.66

_IN_PARENTHESES = pattern(r"\(([^()]*+(?:\([^()]*+\)[^()]*+)*+)\)")
_WITH_TITLE = pattern(r"(\S.*?)(?:\s+(?:\"[^\"]*\"|'[^']*'))?", re.DOTALL)
_OPEN_TITLE = pattern(r"\S+\s+[\"']")
_SCHEME = pattern(r"https?://|ftp://|www\.", re.IGNORECASE)
_PATH = pattern(r"\.{0,2}/|#")
_FILE = pattern(
    r"\w\.(?:md|markdown|mdx|rst|txt|html?|pdf|ps|epub|docx?|pptx?|xlsx?|csv|json|ya?ml|tex|bib|ipynb|zip|gz|tar|png|jpe?g"
    r"|gif|svg|webp|avif|bmp|ico|mp4|webm|mov|mp3|wav)(?:[?#]\S*)?",
    re.IGNORECASE,
)
_MARKDOWN_LINK = pattern(r"!?\[[^\[\]\n]*+\]\(([^()\s]++)\)")
#: An attribute by which MkDocs and kramdown are told to read Markdown in HTML; Pandoc and MDX do so unasked.
_READS_MARKDOWN = pattern(r"\smarkdown(?:[=>\s]|\Z)", re.IGNORECASE)
_NO_BLANK_LINE = (
    "the HTML that begins in line {} goes on until the next blank line, and Markdown in it is plain text. "
    "Put a blank line before this one."
)
_COMMENT_FIRST = (
    "a comment at the beginning of a line makes HTML of the whole line. "
    "Put the comment at the end of the line, or on a line of its own."
)
_READ_OTHERWISE = (".qmd", ".rmd", ".mdx")
_BEFORE_BRACKET = pattern(r"\(([^()\[\]\n]{1,200})\)\Z")
#: Characters of URLs that stay as they are.
_IN_URLS = "/:?#[]@!$&'()*+,;=%~-._"
_WORD = pattern(r"[^\W\d_]{2,}")
#: What other programs take for references: names in code (mkdocstrings, rustdoc), citations, attributes.
_FOREIGN = pattern(r"::|\w\.\w|[@^`{}()|<>=]|\A!")
#: What puts other files into this one, which may hold the definitions.
_INCLUDES = pattern(r"\{%|\{\{|\{!|--8<--|<!--\s*include|:::\s*include")


class _Slip(NamedTuple):
    """One place: its offset in the body, what makes it the same as another, and what to say.

    ``cause`` is the offset of a line that the message names, in place of ``{}``; -1 where it names none.
    """

    at: int
    about: tuple[str, ...]
    message: str
    cause: int = -1


class _Undefined(NamedTuple):
    at: int
    text: str
    label: str
    image: bool
    around_image: bool


class Slips:
    """Collects such places of one document, and reports them at its end.

    Args:
        source: the document.
        pandoc: the document is read by Pandoc, which takes URLs with blanks in them.
    """

    def __init__(self, source: Source, *, pandoc: bool) -> None:
        self._source = source
        self._pandoc = pandoc
        self._found: list[_Slip] = []
        self._undefined: list[_Undefined] = []
        self._judged = 0
        self._references = 0
        self._formulas: Counter[bool] = Counter()
        self._first_formula: dict[bool, int] = {}

    @property
    def too_many(self) -> bool:
        """True if not all brackets were looked at."""
        return self._judged > _MOST_JUDGED

    def take_over(self, part: Slips, by: int) -> None:
        """Add what was collected in a part of the document that begins at the offset ``by``."""
        self._found += [
            slip._replace(at=slip.at + by, cause=slip.cause + by if slip.cause >= 0 else -1) for slip in part._found
        ]
        self._undefined += [undefined._replace(at=undefined.at + by) for undefined in part._undefined]
        self._judged += part._judged
        self._references += part._references
        self._formulas.update(part._formulas)
        for is_link, at in part._first_formula.items():
            self._first_formula.setdefault(is_link, at + by)

    def reference(self) -> None:
        """Count a link that is written as ``[text][label]`` and works: the author knows the form."""
        self._references += 1

    def formula(self, at: int, *, is_link: bool) -> None:
        """Record a formula with a link in it: a real one that Pandoc hides, or what GitHub takes for one."""
        self._formulas[is_link] += 1
        self._first_formula.setdefault(is_link, at)

    def footnote(self, footnote: Footnote, *, used: bool) -> None:
        """Record a footnote that readers do not see: nothing refers to it, or to an earlier one of that name."""
        cause = "another one before it has the same name" if used else "nothing in this file refers to it"
        message = f"Readers do not see footnote [^{footnote.label}], because {cause}."
        about = ("unseen-footnote", footnote.label)
        self._found.append(_Slip(self._source.line_start(footnote.line), about, message))

    def html(self, block: Block) -> None:
        """Look for Markdown that an HTML block turns into plain text, because no blank line ends it."""
        content = block.content
        after_comment = not block.ends_on_blank and content.startswith("<!--")
        if "](" not in content or not (block.ends_on_blank or after_comment):
            return
        if _READS_MARKDOWN.search(content) or self._source.path.lower().endswith(_READ_OTHERWISE):
            return
        for found in islice(_MARKDOWN_LINK.finditer(content), _MOST_NOTICES):
            if _looks_like_url(found[1], image=found[0].startswith("!")) and _is_shown(content, found.start()):
                cause = -1 if after_comment else block.pieces.source(0)
                message = _text_not_link(found[0].startswith("!")) + (
                    _COMMENT_FIRST if after_comment else _NO_BLANK_LINE
                )
                at = block.pieces.source(found.start())
                self._found.append(_Slip(at, ("swallowed-link", found[1]), message, cause))
                return

    def judge(self, content: str, failed: Failed, at: int) -> None:
        """Look at brackets that make no link; ``at`` is where they begin in the body."""
        self._judged += 1
        if self._judged > _MOST_JUDGED:
            return
        slip = None
        if content.startswith("(", failed.end):
            slip = None if self._pandoc else _broken_target(content, failed, at)
        elif content.startswith("[", failed.end):
            self._take_undefined(content, failed, at)
        else:
            slip = _exchanged(content, failed, at)
        if slip is not None:
            self._found.append(slip)

    def _take_undefined(self, content: str, failed: Failed, at: int) -> None:
        label = scan_label(content, failed.end)
        text = content[failed.label : failed.end - 1].strip()
        before = content[failed.start - 1 : failed.start]
        if label is None or before.isalnum() or before in {"]", ")", "_", "\\"}:
            return
        name = label[1].strip() or text
        shown = failed.image or text.startswith(("![", "<img"))
        if shown or (_WORD.search(name) and _WORD.search(text) and not _FOREIGN.search(name)):
            self._undefined.append(_Undefined(at, text, name, failed.image, shown))

    def notices(self, document: Document) -> Iterator[Notice]:
        """Yield what there is to report, once the whole document has been read."""
        slips = sorted(
            [
                *self._found,
                *self._undefined_ones(document.definitions),
                *self._redefined_ones(document),
                *self._about_formulas(),
            ]
        )
        for slip in slips[:_MOST_NOTICES]:
            message = slip.message if slip.cause < 0 else slip.message.format(self._source.line_of(slip.cause))
            yield Notice(self._source.path, self._source.line_of(slip.at), message, slip.about)
        if more := slips[_MOST_NOTICES:]:
            message = f"From here on, {len(more)} more such remarks are left out."
            yield Notice(self._source.path, self._source.line_of(more[0].at), message, ("meant-as-link", "more"))

    def _undefined_ones(self, definitions: Mapping[str, object]) -> Iterator[_Slip]:
        if not self._undefined or _INCLUDES.search(self._source.body):
            return
        known = [label for label in definitions if len(label) <= _LONGEST_LABEL]
        known = known if len(known) <= _MOST_DEFINITIONS else []
        seen: set[str] = set()
        for undefined in self._undefined:
            label = normalize_label(undefined.label)
            if label in seen:
                continue
            seen.add(label)
            compared = known if len(seen) <= _MOST_NOTICES and len(label) <= _LONGEST_LABEL else []
            near = next(iter(get_close_matches(label, compared, n=1, cutoff=_SIMILAR)), "")
            if near or undefined.around_image or self._references or _share_a_word(undefined.text, label):
                name = undefined.label
                advice = f"Did you mean [{near}]?" if near else f"Add a line with [{name}]: and the URL."
                message = f"{_text_not_link(undefined.image)}nothing in this file defines [{name}]. {advice}"
                yield _Slip(undefined.at, ("undefined-reference", label), message)

    def _redefined_ones(self, document: Document) -> Iterator[_Slip]:
        """Programs differ on which definition of a label counts (docs/facts/github-rendering.md#links)."""
        for label, definition in document.redefined:
            line = self._source.line_of(document.definitions[label].start)
            message = (
                f"[{label}] is defined here with another URL than in line {line}. GitHub takes the first one, "
                "MkDocs and some other programs the last one. Remove one of them, or give it another name."
            )
            yield _Slip(definition.start, ("redefined-reference", label), message)

    def _about_formulas(self) -> Iterable[_Slip]:
        for is_link, count in self._formulas.items():
            more = f" So it is in {count - 1} more places below." if count > 1 else ""
            message = (
                "Pandoc reads the text between two dollar signs here as a formula, so that the link in it is no link. "
                r"Write \$ for a dollar sign."
                if is_link
                else "GitHub reads a part of this formula as a link, and so does not show the formula. "
                "Write $`…`$ instead of $…$, or put it into a ```math block."
            )
            if is_link or not self._pandoc:
                about = ("link-in-formula" if is_link else "formula-as-link",)
                yield _Slip(self._first_formula[is_link], about, message + more)


def _share_a_word(text: str, label: str) -> bool:
    return not {word.casefold() for word in _WORD.findall(text)}.isdisjoint(_WORD.findall(label))


def _broken_target(content: str, failed: Failed, at: int) -> _Slip | None:
    """Return what to say of ``[text](my file.pdf)`` and the like, or None if that is prose."""
    found = _IN_PARENTHESES.match(content, failed.end, failed.end + _LONGEST)
    if found is None:
        rest = content[failed.end + 1 : failed.end + _LONGEST].partition("\n")[0]
        if rest.count(")") > rest.count("(") or not _SCHEME.match(rest.lstrip()):
            return None
        cause = "the parenthesis before its URL is not closed."
        return _Slip(at, ("url-not-closed", rest.split(maxsplit=1)[0]), _text_not_link(failed.image) + cause)
    target = found[1].strip()
    titled = _WITH_TITLE.fullmatch(target)
    url = titled[1] if titled else ""
    if _OPEN_TITLE.match(target) and url == target:
        url = target.split(maxsplit=1)[0]
        slip = _Slip(
            at, ("broken-title", url), _text_not_link(failed.image) + "the quotation marks of its title do not fit."
        )
    elif len(url.split()) > 1:
        slip = _Slip(at, ("blank-in-url", url), _text_not_link(failed.image) + _repair_of_blanks(url))
    else:
        return None
    return slip if _looks_like_url(url, image=failed.image) else None


def _text_not_link(image: bool) -> str:  # noqa: FBT001 - a private helper
    return f"Readers see the brackets here, not {'an image' if image else 'a link'}, because "


def _repair_of_blanks(url: str) -> str:
    shown = " ".join(url.strip("<>").split())
    repaired = f"#{github(shown[1:])}" if shown.startswith("#") else quote(shown, safe=_IN_URLS)
    cause = "its URL goes over two lines" if "\n" in url else "its URL has blanks in it"
    return f"{cause}. Write the URL as {_short(repaired)}."


def _looks_like_url(target: str, *, image: bool) -> bool:
    if _SCHEME.match(target):
        return True
    if _PATH.match(target) or target.endswith("/") or (image and "/" in target):
        return True
    return _ends_in_file(target) and ("/" in target or len(target.split()) <= _MOST_WORDS)


def _ends_in_file(target: str) -> bool:
    return any(found.end() == len(target) for found in _FILE.finditer(target))


def _exchanged(content: str, failed: Failed, at: int) -> _Slip | None:
    """Return what to say of ``(text)[https://…]``, or None if that is prose."""
    url = content[failed.label : failed.end - 1].strip()
    text = _BEFORE_BRACKET.search(content, max(0, failed.start - 202), failed.start)
    if text is None or " " in url or not (_SCHEME.match(url) or (_ends_in_file(url) and "(" not in url)):
        return None
    advice = f"Write [{text[1].strip()}]({_short(url)})."
    message = f"{_text_not_link(failed.image)}brackets and parentheses are exchanged. {advice}"
    return _Slip(at - (failed.start - text.start()), ("exchanged-brackets", url), message)


def _is_shown(html: str, at: int) -> bool:
    """Return whether a place in HTML is text: outside of tags, comments and code."""
    hides = (("<", ">"), ("<!--", "-->"), ("<code", "</code"))
    return all(html.rfind(opening, 0, at) <= html.rfind(closing, 0, at) for opening, closing in hides)


def _short(url: str) -> str:
    """Return a URL without its query, in which secrets may be."""
    path, mark, _ = url.partition("?")
    return f"{path}?…" if mark else path
