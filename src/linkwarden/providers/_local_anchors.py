"""Judges the name after ``#`` by the anchors of a document (fact sheet on services, section 3.6)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from pathlib import PurePath
from urllib.parse import quote, unquote

from linkwarden.model import Anchor, AnchorSource, Evidence, Suggestion
from linkwarden.providers import _local_rules as rules

_PREFIX = "user-content-"
_LINES = re.compile(r"L\d+(?:C\d+)?(?:-L?\d+(?:C\d+)?)?\Z")
_WORD = re.compile(r"[^\W_]+")
#: How alike two names must be for one to be offered in place of the other (share of letters in common).
_ALIKE = 0.7


def anchor_evidence(
    key: str, by: str, fragment: str, anchors: Sequence[Anchor] | None, *, document: str, before: str = ""
) -> Evidence:
    """Judge the part of a link after ``#``.

    Args:
        key: the target's key.
        by: the provider's name.
        fragment: what stands after ``#``.
        anchors: the document's, or None if it was not read.
        document: the document's name, for sentences and because ``#readme`` works in a README only.
        before: what stands before ``#``, for suggestions.
    """
    name = fragment.partition(":~:")[0]
    if always_there(name, document):
        return Evidence(key=key, checked_by=by)
    if anchors is None:
        reason = f"Headings of {document} were not read, so it is not known whether #{name} is one."
        return Evidence(key=key, checked_by=by, rule=rules.ANCHORS_UNKNOWN, reason=reason)
    real = [a for a in anchors if a.source is not AnchorSource.SWALLOWED]
    wanted = _spellings(name)
    if any(a.name in wanted for a in real):
        return Evidence(key=key, checked_by=by)
    for anchor in real:
        if anchor.name.casefold() in {w.casefold() for w in wanted}:
            reason = f'The heading\'s name is "#{anchor.name}"; upper and lower case differ.'
            meant = Suggestion(f"{before}#{_encoded(anchor.name)}", "the heading's own name", safe=True)
            return Evidence(key=key, checked_by=by, rule=rules.ANCHOR_CASE, reason=reason, suggestion=meant)
    return _missing(key, by, wanted, anchors, document, before)


def always_there(name: str, document: str) -> bool:
    """Tell whether a name needs no heading: the top of the page, a README on its repository's page, a source line."""
    if name.casefold() in ("", "top") or _LINES.match(name):
        return True
    return name == "readme" and PurePath(document).stem.casefold() in ("readme", "<stdin>")


def _missing(
    key: str, by: str, wanted: Sequence[str], anchors: Sequence[Anchor], document: str, before: str
) -> Evidence:
    folded = {w.casefold() for w in wanted}
    for anchor in anchors:
        if anchor.source is AnchorSource.SWALLOWED and anchor.name.casefold() in folded:
            return Evidence(key=key, checked_by=by, rule=rules.ANCHOR_MISSING, reason=_swallowed(anchor))
    reason = f"No heading of {document or 'this document'} has the name #{wanted[0]}."
    near = nearest(wanted[-1], (a for a in anchors if a.source is not AnchorSource.SWALLOWED))
    suggestion = None
    if near is not None:
        text = f'the heading "{near.text}"' if near.text else "the nearest name in the document"
        suggestion = Suggestion(f"{before}#{_encoded(near.name)}", f"{text} in line {near.line}")
    return Evidence(key=key, checked_by=by, rule=rules.ANCHOR_MISSING, reason=reason, suggestion=suggestion)


def _swallowed(anchor: Anchor) -> str:
    if anchor.cause_line is None:
        return f"The heading in line {anchor.line} makes no anchor: GitHub shows it as text."
    return (
        f"The heading in line {anchor.line} makes no anchor: GitHub shows it as text, because the HTML that begins in "
        f"line {anchor.cause_line} goes on until the next blank line. Put a blank line before the heading."
    )


def _spellings(fragment: str) -> tuple[str, ...]:
    """Give the names that a fragment may stand for: as written, decoded, and without GitHub's prefix."""
    names = [fragment, unquote(fragment)]
    names += [n.removeprefix(_PREFIX) for n in names]
    return tuple(dict.fromkeys(names))


def nearest(name: str, anchors: Iterable[Anchor]) -> Anchor | None:
    """Give the anchor whose name is most like the wanted one, or None if none is like it.

    An anchor that has all the wanted words comes first, the shortest of them foremost.
    """
    words = _words(name)
    best: tuple[float, int] = (0.0, 0)
    found: Anchor | None = None
    for anchor in anchors:
        score = _likeness(name, words, anchor.name), -len(anchor.name)
        if score[0] >= _ALIKE and score > best:
            best, found = score, anchor
    return found


def _likeness(name: str, words: frozenset[str], other: str) -> float:
    others = _words(other)
    if words and words == others:
        return 4.0
    if words and words < others:
        return 3.0
    if others and others < words and 2 * len(others) >= len(words):
        return 2.0
    matcher = SequenceMatcher(None, name.casefold()[:200], other.casefold()[:200], autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= _ALIKE else 0.0


def _words(name: str) -> frozenset[str]:
    return frozenset(_WORD.findall(name.casefold()))


def _encoded(name: str) -> str:
    """Write a name so that it can stand in a link and every character of it is seen."""
    return "".join(c if _is_plain(c) else quote(c) for c in name)


def _is_plain(char: str) -> bool:
    if char.isascii():
        return char.isalnum() or char in "-_.~!$&'*+,;=:@/"
    return unicodedata.category(char)[0] in "LNM" and not 0xFE00 <= ord(char) <= 0xFE0F
