"""Judges the name after ``#`` by the places of a document (docs/facts/anchors.md)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import PurePath
from urllib.parse import quote, unquote

from linkwarden.model import Anchor, AnchorSource, Basis, Evidence, Rule, Suggestion, Target
from linkwarden.patterns import pattern
from linkwarden.providers.offline.local import rules
from linkwarden.providers.offline.local.nearest import Likeness, like, words_of
from linkwarden.providers.offline.local.places import Places

_LINES = pattern(r"L\d+(?:C\d+)?(?:-L?\d+(?:C\d+)?)?\Z")
#: What builders and themes name themselves: footnotes, numbered elements, tabs, lines of code.
_MADE = pattern(r"(?:user-content-)?(?:fn|fnref|footnote)(?:[:_-]?\d|[:_-]).*|id\d+|__.*")


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
    wanted = places.spellings(name, unquote(name))
    if not places.names.isdisjoint(wanted):
        return Evidence(key=key, checked_by=by)
    here = document if before else "this document"
    rule, reason, suggestion = _why_missing(places, wanted, here, before)
    if rule is rules.ANCHOR_MISSING and suggestion is None and not reason:
        reason = f"No heading of {here} has the name #{name}{_by(places)}."
        suggestion = _nearest_place(target, places, wanted, before)
    return Evidence(key=key, checked_by=by, rule=rule, reason=reason, suggestion=suggestion)


def _by(places: Places) -> str:
    """Return the words that say by which rule a name is missing; GitHub's goes without saying."""
    rule = places.by.rule
    return "" if places.by.page or rule.name == "github" else f" by the rule of {rule.title}"


def _why_missing(
    places: Places, wanted: tuple[str, ...], here: str, before: str
) -> tuple[Rule, str, Suggestion | None]:
    """Return what is wrong with a name that a document does not have; no reason where nothing is known of it."""
    spelled = _spelled_otherwise(places, wanted, before)
    if spelled is not None:
        return spelled
    builder = places.by.rule.title
    there = next((found for w in wanted if (found := places.on_github(w)) is not None), None)
    unsure = _why_unsure(places, wanted, here)
    if there is not None and (not places.by.sure or not unsure):
        reason = f"The name is the one that GitHub makes; {builder} makes another of the heading."
        here_named = places.named_here(there)
        meant = None if here_named is None else _offer(here_named, before, Basis.GUESS)
        return rules.ANCHOR_MISSING if places.by.sure else rules.ANCHOR_ON_GITHUB, reason, meant
    if unsure:
        return rules.ANCHORS_UNKNOWN, unsure, None
    lost = next((places.lost[w.lower()] for w in wanted if w.lower() in places.lost), None)
    if lost is not None:
        return rules.ANCHOR_MISSING, _why_lost(lost, builder if places.by.rule.as_github else "the site"), None
    if places.included is None:
        return rules.ANCHOR_MISSING, "", None
    reason = (
        f"{here[:1].upper()}{here[1:]} takes in another text in line {places.included.line}, whose headings are not "
        f"known; #{wanted[-1]} may be one of them."
    )
    return rules.ANCHORS_UNKNOWN, reason, None


def _spelled_otherwise(
    places: Places, wanted: tuple[str, ...], before: str
) -> tuple[Rule, str, Suggestion | None] | None:
    """Return what is wrong with a name that a document has in another case or encoding, or None."""
    folded = (w.lower() for w in wanted)
    other_case = next((places.by_folded_name[f] for f in folded if f in places.by_folded_name), None)
    if other_case is not None:
        what = "id" if places.by.page else "heading's name"
        reason = f'The {what} is "#{other_case.name}"; upper and lower case differ.'
        meant = Suggestion(f"{before}#{_encoded(other_case.name)}", f"the {what} as it is", Basis.HEADING)
        forgiven = places.by.rule.as_github and not places.by.page
        return rules.ANCHOR_CASE if forgiven else rules.ANCHOR_MISSING, reason, meant
    encoded = next((found for w in wanted if (found := places.otherwise_composed(w)) is not None), None)
    if encoded is None:
        return None
    reason = "The name has letters with accents in another encoding than the page's, so browsers do not find it."
    meant = Suggestion(f"{before}#{quote(encoded.name)}", _called(encoded), Basis.HEADING)
    return rules.ANCHOR_MISSING, reason, meant


def _why_unsure(places: Places, wanted: tuple[str, ...], here: str) -> str:
    """Return why the page may have a name after all, or ""."""
    perhaps = next((places.perhaps[w] for w in wanted if w in places.perhaps), None)
    if perhaps is not None:
        return f"It is not known whether {here} has the name #{wanted[-1]}: {perhaps}."
    if not places.by.rule.as_github and any(_MADE.fullmatch(w) for w in wanted):
        return f"The name #{wanted[-1]} is one that {places.by.rule.title} may make by itself."
    return ""


def _nearest_place(target: Target, places: Places, wanted: tuple[str, ...], before: str) -> Suggestion | None:
    """Return the place that was probably meant, in the section that the link's list item is about."""
    around = {o.parent for o in target.occurrences}
    sections = sorted(url[len(before) + 1 :] for url in around if url.startswith(f"{before}#"))
    offered = places.offered(sections)
    # Inside its section a heading need not repeat the section's name.
    short = (wanted[-1].removeprefix(f"{section}-") for section in sections)
    alike = next((found for name in (wanted[-1], *short) if (found := like(name, offered))), [])
    if not alike:
        return None
    return _offer(alike[0].anchor, before, Basis.HEADING if _is_meant(target, alike) else Basis.NEAREST)


def _offer(place: Anchor, before: str, basis: Basis) -> Suggestion:
    return Suggestion(f"{before}#{_encoded(place.name)}", _called(place), basis)


def always_there(name: str, document: str) -> bool:
    """Return whether a name needs no heading: the top of the page, a README on its repository's page, a source line."""
    if name.casefold() in ("", "top") or _LINES.match(name):
        return True
    # A text from standard input or ``owner/repo`` has no suffix, and may be a README.
    return name == "readme" and (PurePath(document).stem.casefold() == "readme" or not PurePath(document).suffix)


def _is_meant(target: Target, alike: Sequence[Likeness]) -> bool:
    """Return whether the likest place is the only one that a link can mean: its heading says what the link says.

    A table of contents says in which section that is; what lies outside of it was not offered.
    """
    texts = {words_of(occurrence.text) for occurrence in target.occurrences}
    if len(texts) != 1 or texts == {frozenset()}:
        return False
    called = [one.anchor for one in alike if one.anchor.level and words_of(one.anchor.text) in texts]
    return called == [alike[0].anchor]


def _called(place: Anchor) -> str:
    text = f'the heading "{place.text}"' if place.text else "the nearest name in the document"
    return f"{text} in line {place.line}"


def _why_lost(anchor: Anchor, site: str) -> str:
    if anchor.source is AnchorSource.DROPPED:
        return f"The id in line {anchor.line} makes no anchor: {site} removes the element that it stands on."
    if anchor.cause_line is None:
        return f"The heading in line {anchor.line} makes no anchor: {site} shows it as text."
    return (
        f"The heading in line {anchor.line} makes no anchor: {site} shows it as text, because the HTML that begins in "
        f"line {anchor.cause_line} goes on until the next blank line. Put a blank line before the heading."
    )


def _encoded(name: str) -> str:
    """Write a name so that it can stand in a link and every character of it is seen."""
    return "".join(c if _is_plain(c) else quote(c) for c in name)


def _is_plain(char: str) -> bool:
    if char.isascii():
        return char.isalnum() or char in "-_.~!$&'*+,;=:@/"
    return unicodedata.category(char)[0] in "LNM" and not 0xFE00 <= ord(char) <= 0xFE0F
