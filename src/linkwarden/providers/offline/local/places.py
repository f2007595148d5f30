"""The places of a document that a name after ``#`` may lead to, by the rule of the site that shows the document."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from linkwarden.anchors.rules import GITHUB, Rule
from linkwarden.docsites import Sites
from linkwarden.model import Anchor, AnchorSource
from linkwarden.providers.offline.local.nearest import nearest

PAGES = frozenset({".html", ".htm", ".xhtml"})
#: Markdown; other documents have names that all builders give alike.
_MARKDOWN = frozenset({".md", ".markdown", ".mdown", ".mkd", ".mkdn", ".mdx", ".qmd", ".rmd", ".txt", ".ipynb", ""})
_PREFIX = "user-content-"
#: An anchor of its own so many lines above a heading belongs to it.
_NEAR = 2
_SCRIPT = "scripts give names to some headings; the page's HTML gives none to this one"


class Names(NamedTuple):
    """What names the places of a document.

    Attributes:
        rule: of its headings.
        sure: readers get the document by that rule, and not on GitHub.
        page: it is HTML, in which ids alone count.
    """

    rule: Rule = GITHUB
    sure: bool = True
    page: bool = False


class Places:
    """The places of one document, made ready for being looked up many times.

    Args:
        anchors: what the document holds.
        by: what names them.

    Attributes:
        names: of the places that are surely there.
        perhaps: names of places that may be there, each with who makes them.
        lost: headings and ids that make no place on GitHub and GitLab, by name in small letters.
        included: where the document takes in another text, whose headings are not known, or None.
    """

    def __init__(self, anchors: Iterable[Anchor], by: Names | None = None) -> None:
        self.anchors = tuple(anchors)
        self.by = by or Names()
        rule = self.by.rule
        self.real = tuple(self._real())
        self.names = frozenset(a.name for a in self.real)
        self.by_folded_name = {a.name.lower(): a for a in reversed(self.real)}
        hidden = {AnchorSource.SWALLOWED, *({AnchorSource.DROPPED} if rule.as_github else ())}
        lost = (a for a in reversed(self.anchors) if a.source in hidden)
        self.lost = {a.name.lower(): a for a in lost}
        self.included = None if rule.as_github else next(self._of(AnchorSource.INCLUDED), None)
        self._headings = [a for a in self.anchors if a.source is AnchorSource.HEADING]
        self.perhaps = dict(self._perhaps())
        # A heading with a name of its own is offered by that name alone, others by the first of their names.
        seen: set[int] = set()
        offered = []
        for anchor in self.real:
            if anchor.source is not AnchorSource.HEADING or anchor.line not in seen:
                offered.append(anchor)
            if anchor.source is AnchorSource.HEADING:
                seen.add(anchor.line)
        self._offered = tuple(offered)

    def _of(self, *sources: AnchorSource) -> Iterator[Anchor]:
        return (anchor for anchor in self.anchors if anchor.source in sources)

    def _real(self) -> Iterator[Anchor]:
        """Yield the places that are surely there, each under the name that it has on the site."""
        rule = self.by.rule
        if self.by.page:
            yield from self._of(AnchorSource.HTML_ID, AnchorSource.DROPPED)
            return
        if rule is GITHUB:
            yield from self._of(AnchorSource.HEADING, AnchorSource.HTML_ID)
            return
        named: dict[tuple[int, str], Anchor] = {}
        headings = [*_distinct(self._of(AnchorSource.HEADING))]
        for naming in rule.namings:
            names = naming.names(anchor.heading for anchor in headings if anchor.heading is not None)
            for anchor, name in zip(headings, names, strict=True):
                if name:
                    named.setdefault((anchor.line, name), replace(anchor, name=name))
        yield from sorted(named.values(), key=lambda anchor: anchor.line)
        for anchor in self.anchors:
            is_own = anchor.source is AnchorSource.HEADING and anchor.heading is None
            is_given = anchor.source is AnchorSource.GIVEN and rule.attributes and not anchor.level
            is_id = anchor.source is AnchorSource.HTML_ID
            if is_own or is_given or is_id or (anchor.source is AnchorSource.DROPPED and not rule.as_github):
                yield anchor

    def _perhaps(self) -> Iterator[tuple[str, str]]:
        """Yield names that the page may have, and why it is not known."""
        rule = self.by.rule
        if self.by.page:
            yield from ((a.name, _SCRIPT) for a in self._headings)
            return
        swallowed = [] if rule.commonmark else [*_distinct(self._of(AnchorSource.SWALLOWED))]
        for anchor in swallowed:
            reason = f"the heading in line {anchor.line} stands in other markup"
            for naming in rule.namings:
                yield from ((name, reason) for name in naming.names([anchor.heading] if anchor.heading else []) if name)
        headings = [anchor.heading for anchor in _distinct(self._headings) if anchor.heading is not None]
        for who, naming in rule.other:
            yield from ((name, f"{who} makes it") for name in naming.names(headings) if name)

    def on_github(self, name: str) -> Anchor | None:
        """Return the heading that has a name on GitHub alone, or None."""
        if self.by.page:
            return None
        return next((anchor for anchor in self._headings if anchor.name == name), None)

    def named_here(self, heading: Anchor) -> Anchor | None:
        """Return the place that a heading is, by its name on the site, or None if it has none there."""
        return next((a for a in self.real if a.line == heading.line and a.source is AnchorSource.HEADING), None)

    def otherwise_composed(self, name: str) -> Anchor | None:
        """Return the place whose name has the same letters with accents in another encoding, or None."""
        if name.isascii():
            return None
        wanted = unicodedata.normalize("NFC", name)
        return next((a for a in self.real if unicodedata.normalize("NFC", a.name) == wanted), None)

    def spellings(self, fragment: str, decoded: str) -> tuple[str, ...]:
        """Return the names that a fragment may stand for: as written, decoded, and without the forge's prefix."""
        names = [fragment, decoded]
        names += [n.removeprefix(_PREFIX) for n in names] if self.by.rule.as_github and not self.by.page else []
        return tuple(dict.fromkeys(names))

    def offered(self, sections: Iterable[str]) -> Sequence[Anchor]:
        """Return the places that may be offered in place of another one.

        Args:
            sections: names of places; what is offered lies in the section of each of them.
        """
        found: Sequence[Anchor] = self._offered
        for name in sections:
            first, behind = self._section(name)
            found = [anchor for anchor in found if first < anchor.line < behind]
        return found

    def _section(self, name: str) -> tuple[int, float]:
        """Return the lines of the heading that a name leads to, or nearly does, and of the next one of its rank."""
        exact = (a for a in self.real if a.name in self.spellings(name, unquote(name)))
        here = next(exact, None) or nearest(self.spellings(name, unquote(name))[-1], self._offered)
        headings = sorted((a for a in self.real if a.level), key=lambda a: a.line)
        at = next((a for a in headings if here is not None and 0 <= a.line - here.line <= _NEAR), None)
        if at is None:
            return 0, 0
        return at.line, next((a.line for a in headings if a.line > at.line and a.level <= at.level), math.inf)


def _distinct(anchors: Iterable[Anchor]) -> Iterator[Anchor]:
    """Yield the headings that builders read, each once: GitHub may have two names for one."""
    seen: set[int] = set()
    for anchor in anchors:
        if anchor.heading is not None and id(anchor.heading) not in seen:
            seen.add(id(anchor.heading))
            yield anchor


class PlacesOf:
    """Gives the places of documents below the repository's root; each document is made ready once.

    Args:
        anchors_of: gives the anchors of a document, or None if it is not read.
        sites: say which rule names a document's headings.
    """

    def __init__(self, anchors_of: Callable[[Path], Sequence[Anchor] | None], sites: Sites) -> None:
        self._anchors_of = anchors_of
        self._sites = sites
        self._ready: dict[Path, Places] = {}

    def __call__(self, path: Path) -> Places | None:
        """Return a document's places, or None if its headings are not known. Blocks: it may read the file."""
        anchors = self._anchors_of(path)
        suffix = path.suffix.casefold()
        if anchors is None:
            return None
        ready = self._ready.get(path)
        if ready is None or len(ready.anchors) != len(anchors):  # a list may still be in reading
            ready = self._ready[path] = Places(anchors, self._names_of(path, suffix))
        return ready

    def elsewhere(self, path: Path) -> frozenset[str] | None:
        """Return the names that a link within a document may lead to in others; None if they are not known."""
        return self._sites.known_everywhere(path)

    def _names_of(self, path: Path, suffix: str) -> Names:
        if suffix in PAGES:
            return Names(page=True)
        rule, sure = self._sites.rule_of(path)
        return Names(rule if suffix in _MARKDOWN else GITHUB, sure)
