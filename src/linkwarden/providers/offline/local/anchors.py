"""Judges the name after ``#`` by the anchors of a document (docs/facts/github-rendering.md#heading-anchors)."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path, PurePath
from urllib.parse import quote, unquote

from linkwarden.model import Anchor, AnchorSource, Basis, Evidence, Suggestion, Target
from linkwarden.patterns import pattern
from linkwarden.providers.offline.local import rules

#: Pages without any name in them get their names from scripts, or have none.
PAGES = frozenset({".html", ".htm", ".xhtml"})
_PREFIX = "user-content-"
_LINES = pattern(r"L\d+(?:C\d+)?(?:-L?\d+(?:C\d+)?)?\Z")
#: Documents that programs build pages from, which know the names that authors give (Quarto, R Markdown, MDX).
_BUILT = frozenset({".qmd", ".rmd", ".mdx"})
#: The same programs, and others, by the files that they are set up with.
_BUILDERS = pattern(
    r"mkdocs\.ya?ml|docusaurus\.config\.[cm]?[jt]s|_quarto\.ya?ml|_config\.ya?ml|_bookdown\.ya?ml|_toc\.yml|conf\.py"
    r"|(?:hugo|config)\.(?:toml|ya?ml|json)|book\.toml|\.vitepress|\.vuepress|\.eleventy\.[cm]?js|eleventy\.config\.[cm]?[jt]s",
    re.IGNORECASE,
)
#: Python-Markdown only knows them with one of these extensions (docs/facts/github-rendering.md#given-names).
_ATTRIBUTES = pattern(rb"attr_list|\bextra\b|INHERIT")
_MOST_SETTINGS = 64 * 1024
_WORD = pattern(r"[^\W_]+")
#: Latin letters that are no letter with a mark to Unicode, as they are written in plain ASCII.
_LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i"})
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "ae", "Ö": "oe", "Ü": "ue"})
#: How alike two names are that have the same words.
_SAME_WORDS = 4.0
#: How alike two names must be for one to be offered in place of the other (share of letters in common).
_ALIKE = 0.7
#: How much of two names is compared.
_COMPARED = 100
#: An anchor of its own so many lines above a heading belongs to it.
_NEAR = 2
#: In a document with more places than this, only names with the same words are offered.
_MOST_COMPARED = 2000


class Places:
    """The places of one document, made ready for being looked up many times.

    Args:
        anchors: what the document holds.
        built: a program builds a page from it, on which all ids and the names that authors give are places.
    """

    def __init__(self, anchors: Iterable[Anchor], *, built: bool = False) -> None:
        self.anchors = tuple(anchors)
        unreal = {AnchorSource.SWALLOWED, *(() if built else (AnchorSource.DROPPED, AnchorSource.GIVEN))}
        self.real = tuple(a for a in self.anchors if a.source not in unreal)
        self.names = frozenset(a.name for a in self.real)
        self.by_folded_name = {a.name.lower(): a for a in reversed(self.real)}
        lost = (a for a in reversed(self.anchors) if a.source in {AnchorSource.SWALLOWED, AnchorSource.DROPPED})
        self.lost = {a.name.lower(): a for a in lost}
        renamed = {a.line for a in self.real if a.source is AnchorSource.GIVEN and a.text}
        # A heading with a name of its own is offered by that name alone, others by the first of their names.
        seen: set[int] = set(renamed)
        offered = []
        for anchor in self.real:
            if anchor.source is not AnchorSource.HEADING or anchor.line not in seen:
                offered.append(anchor)
            if anchor.source is AnchorSource.HEADING:
                seen.add(anchor.line)
        self._offered = tuple(offered)

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
        exact = (a for a in self.real if a.name in _spellings(name))
        here = next(exact, None) or nearest(_spellings(name)[-1], self._offered)
        headings = sorted((a for a in self.real if a.level), key=lambda a: a.line)
        at = next((a for a in headings if here is not None and 0 <= a.line - here.line <= _NEAR), None)
        if at is None:
            return 0, 0
        return at.line, next((a.line for a in headings if a.line > at.line and a.level <= at.level), math.inf)


class PlacesOf:
    """Gives the places of documents below the repository's root; each document is made ready once."""

    def __init__(self, anchors_of: Callable[[Path], Sequence[Anchor] | None], root: Path) -> None:
        self._anchors_of = anchors_of
        self._root = root
        self._building: dict[Path, bool] = {}
        self._ready: dict[Path, Places] = {}

    def __call__(self, path: Path) -> Places | None:
        """Return a document's places, or None if its headings are not known. Blocks: it may read the file."""
        anchors = self._anchors_of(path)
        if anchors is None or (not anchors and path.suffix.casefold() in PAGES):
            return None
        ready = self._ready.get(path)
        if ready is None or len(ready.anchors) != len(anchors):  # a list may still be in reading
            ready = self._ready[path] = Places(anchors, built=self._is_built(path))
        return ready

    def _is_built(self, path: Path) -> bool:
        """Return whether a program builds a page from a document. A README beside the settings is what GitHub shows."""
        if path.suffix.casefold() in _BUILT:
            return True
        root, folder = self._root.resolve(), path.parent.resolve()
        if not folder.is_relative_to(root):
            return False
        if path.stem.casefold() == "readme" and folder == root:
            return False
        return any(self._has_builder(above) for above in (folder, *folder.parents) if above.is_relative_to(root))

    def _has_builder(self, folder: Path) -> bool:
        if folder not in self._building:
            try:
                found = [e for e in folder.iterdir() if _BUILDERS.fullmatch(e.name) and (e.is_file() or e.is_dir())]
            except OSError:
                found = []
            self._building[folder] = any(_knows_given_names(entry) for entry in found)
        return self._building[folder]


def anchor_evidence(
    target: Target, by: str, fragment: str, places: Places | None, *, document: str, before: str = ""
) -> Evidence:
    """Judge the part of a link after ``#``.

    Args:
        target: the link; the list items around it say in which section a repair must be.
        by: the provider's name.
        fragment: what stands after ``#``.
        places: the document's, or None if it was not read.
        document: the document's name, for sentences and because ``#readme`` works in a README only.
        before: what stands before ``#``, for suggestions.
    """
    key, name = target.key, fragment.partition(":~:")[0]
    if always_there(name, document):
        return Evidence(key=key, checked_by=by)
    if places is None:
        reason = f"The headings of {document} were not read, so it is not known whether #{name} is one."
        return Evidence(key=key, checked_by=by, rule=rules.ANCHORS_UNKNOWN, reason=reason)
    wanted = _spellings(name)
    if not places.names.isdisjoint(wanted):
        return Evidence(key=key, checked_by=by)
    folded = [w.lower() for w in wanted]
    other_case = next((places.by_folded_name[f] for f in folded if f in places.by_folded_name), None)
    if other_case is not None:
        reason = f'The heading\'s name is "#{other_case.name}"; upper and lower case differ.'
        meant = Suggestion(f"{before}#{_encoded(other_case.name)}", "the heading's own name", Basis.HEADING)
        return Evidence(key=key, checked_by=by, rule=rules.ANCHOR_CASE, reason=reason, suggestion=meant)
    lost = next((places.lost[f] for f in folded if f in places.lost), None)
    if lost is not None:
        return Evidence(key=key, checked_by=by, rule=rules.ANCHOR_MISSING, reason=_why_lost(lost))
    reason = f"No heading of {document if before else 'this document'} has the name #{name}."
    around = {o.parent for o in target.occurrences}
    sections = sorted(url[len(before) + 1 :] for url in around if url.startswith(f"{before}#"))
    offered = places.offered(sections)
    # Inside its section a heading need not repeat the section's name.
    short = (wanted[-1].removeprefix(f"{section}-") for section in sections)
    alike = next((found for name in (wanted[-1], *short) if (found := _like(name, offered))), [])
    suggestion = _suggestion(target, alike, before)
    return Evidence(key=key, checked_by=by, rule=rules.ANCHOR_MISSING, reason=reason, suggestion=suggestion)


def sets_up_builder(path: str) -> bool:
    """Return whether a file is one by which a documentation builder is set up, or in the folder of one."""
    return any(_BUILDERS.fullmatch(part) for part in PurePath(path).parts[-2:])


def _knows_given_names(settings: Path) -> bool:
    """Return whether a program that is set up like that knows the names that authors give to headings."""
    if not settings.name.casefold().startswith("mkdocs.") or settings.is_symlink() or settings.is_dir():
        return True
    try:
        with settings.open("rb") as file:
            return _ATTRIBUTES.search(file.read(_MOST_SETTINGS)) is not None
    except OSError:
        return False


def always_there(name: str, document: str) -> bool:
    """Return whether a name needs no heading: the top of the page, a README on its repository's page, a source line."""
    if name.casefold() in ("", "top") or _LINES.match(name):
        return True
    # A text from standard input or ``owner/repo`` has no suffix, and may be a README.
    return name == "readme" and (PurePath(document).stem.casefold() == "readme" or not PurePath(document).suffix)


def _suggestion(target: Target, alike: Sequence[_Likeness], before: str) -> Suggestion | None:
    if not alike:
        return None
    near = alike[0].anchor
    text = f'the heading "{near.text}"' if near.text else "the nearest name in the document"
    basis = Basis.HEADING if _is_meant(target, alike) else Basis.NEAREST
    return Suggestion(f"{before}#{_encoded(near.name)}", f"{text} in line {near.line}", basis)


def _is_meant(target: Target, alike: Sequence[_Likeness]) -> bool:
    """Return whether the likest place is the only one that a link can mean: its heading says what the link says.

    A table of contents says in which section that is; what lies outside of it was not offered.
    """
    texts = {_words(_plain(occurrence.text)) for occurrence in target.occurrences}
    if len(texts) != 1 or texts == {frozenset()}:
        return False
    called = [one.anchor for one in alike if one.anchor.level and _words(_plain(one.anchor.text)) in texts]
    return called == [alike[0].anchor]


def _why_lost(anchor: Anchor) -> str:
    if anchor.source is AnchorSource.DROPPED:
        return f"The id in line {anchor.line} makes no anchor: GitHub removes the element that it stands on."
    if anchor.cause_line is None:
        return f"The heading in line {anchor.line} makes no anchor: GitHub shows it as text."
    return (
        f"The heading in line {anchor.line} makes no anchor: GitHub shows it as text, because the HTML that begins in "
        f"line {anchor.cause_line} goes on until the next blank line. Put a blank line before the heading."
    )


def _spellings(fragment: str) -> tuple[str, ...]:
    """Return the names that a fragment may stand for: as written, decoded, and without GitHub's prefix."""
    names = [fragment, unquote(fragment)]
    names += [n.removeprefix(_PREFIX) for n in names]
    return tuple(dict.fromkeys(names))


@dataclass(frozen=True, slots=True)
class _Likeness:
    """How like a wanted name an anchor is."""

    score: float
    anchor: Anchor


def nearest(name: str, anchors: Sequence[Anchor]) -> Anchor | None:
    """Return the anchor whose name is most like the wanted one, or None if none is like it."""
    alike = _like(name, anchors)
    return alike[0].anchor if alike else None


def _like(name: str, anchors: Sequence[Anchor]) -> list[_Likeness]:
    """Return the anchors whose names are like the wanted one, the likest first.

    An anchor that has all the wanted words comes first, the shortest of them foremost.
    """
    name = _plain(name)
    words = _words(name)
    by_letters = len(anchors) <= _MOST_COMPARED
    found: list[_Likeness] = []
    for anchor in anchors:
        score = _likeness(name, words, _plain(_unnumbered(anchor)), by_letters=by_letters)
        if score < _SAME_WORDS and not anchor.name.isascii() and _plain(anchor.name.translate(_GERMAN)) == name:
            score = _SAME_WORDS
        if score >= _ALIKE:
            found.append(_Likeness(score, anchor))
    return sorted(found, key=lambda one: (-one.score, len(one.anchor.name)))


def _unnumbered(anchor: Anchor) -> str:
    """Return an anchor's name without the number that tells it from the same heading further up."""
    name, dash, number = anchor.name.rpartition("-")
    repeats = dash and anchor.level and number.isdigit() and not anchor.text.endswith(number)
    return name if repeats else anchor.name


def _likeness(name: str, words: frozenset[str], other: str, *, by_letters: bool) -> float:
    others = _words(other)
    if words and words == others:
        return _SAME_WORDS
    if words and words < others:
        return 3.0
    if others and others < words and 2 * len(others) >= len(words):
        return 2.0
    if not by_letters:
        return 0.0
    matcher = SequenceMatcher(None, name[:_COMPARED], other[:_COMPARED], autojunk=False)
    if matcher.real_quick_ratio() < _ALIKE or matcher.quick_ratio() < _ALIKE:
        return 0.0
    return matcher.ratio()


def _words(plain: str) -> frozenset[str]:
    return frozenset(_WORD.findall(plain))


def _plain(name: str) -> str:
    """Return a name in small letters without accents, as many programs write anchors: ``cafe`` for ``Café``."""
    if name.isascii():
        return name.lower()
    letters = unicodedata.normalize("NFKD", name.casefold()).translate(_LETTERS)
    return "".join(c for c in letters if not unicodedata.combining(c))


def _encoded(name: str) -> str:
    """Write a name so that it can stand in a link and every character of it is seen."""
    return "".join(c if _is_plain(c) else quote(c) for c in name)


def _is_plain(char: str) -> bool:
    if char.isascii():
        return char.isalnum() or char in "-_.~!$&'*+,;=:@/"
    return unicodedata.category(char)[0] in "LNM" and not 0xFE00 <= ord(char) <= 0xFE0F
