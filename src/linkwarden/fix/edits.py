"""Plans the edits of one document and proves them: the document is read again, and only the wanted URLs differ.

Pure: text in, text out. Nothing is searched for; the extractor says where each URL stands, and a stretch outside of
these places is never touched. How a new URL is written (escapes, angle brackets, character references) is found by
trying: the first spelling that the extractor reads as exactly that URL counts.
"""

from __future__ import annotations

import html
import ipaddress
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from types import MappingProxyType

from linkwarden.fix import parts
from linkwarden.fix.removal import Dead, moved_line, removals
from linkwarden.fix.wanted import Dropped, Edit, Plan, Wanted, Wish
from linkwarden.model import Anchor, Extracted, Markup, Occurrence, Suppression
from linkwarden.records import dataclass
from linkwarden.text import host_of, is_http

#: Yields what a document holds, in the order of its text.
Read = Callable[[str], Iterator[Extracted]]

#: A longer replacement is no URL that a person would want in a list (browsers show about 2,000 characters).
_LONGEST_URL = 2048
#: How often a document is read again to find spellings; hardly any needs more than two readings.
_MOST_READINGS = 50
#: What never stands in a URL: white space, control characters, marks that turn text around, lone surrogates.
_UNWRITABLE = re.compile(r"[\s\x00-\x20\x7f-\x9f\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ud800-\udfff]")
_PLACE = re.compile(r"(?:https?://|mailto:|[./#]|[^:/?#]*(?:[/?#]|\Z))", re.IGNORECASE)
_MARKDOWN = frozenset({Markup.MD_LINK, Markup.MD_IMAGE, Markup.MD_REFERENCE, Markup.MD_REFERENCE_IMAGE})
_AS_THEY_STAND = frozenset({Markup.MD_BARE, Markup.MD_AUTOLINK})
_NO_LINES: Mapping[int, int] = MappingProxyType({})
_UNQUOTED = re.compile(r"[^\s\"'=<>`]+")


@dataclass(slots=True)
class _Try:
    """A replacement with its spellings, of which one after the other is tried."""

    start: int
    end: int
    line: int
    before: str
    wanted: Wanted
    spellings: tuple[str, ...]
    places: list[int] = field(default_factory=list)
    gone: frozenset[int] = frozenset()
    at: int = 0
    reason: str = ""

    @property
    def new(self) -> str:
        return self.spellings[self.at]

    @property
    def url(self) -> str:
        return self.wanted.url


def plan(
    text: str, wish: Wish, read: Read, *, unsafe: bool = False, dead: Dead | None = None, in_parts: bool = False
) -> Plan:
    """Return the edits that put the wanted URLs in place, each proved by reading the changed document.

    Args:
        text: the document, decoded.
        wish: what shall stand in place of each of its URLs.
        read: the document's extractor.
        unsafe: also make the replacements that somebody should look at.
        dead: the links whose entries go if all of their links are such; None takes nothing out.
        in_parts: the document is Markdown, and so long that only what is around the edits is read again.
    """
    items = list(read(text))
    tries, dropped, waiting = _tries(text, items, wish, unsafe=unsafe)
    if dead is not None:
        gone, left = removals(text, items, dead)
        dropped += left
        tries += [_Try(r.start, r.end, r.line, r.before, r.wanted, ("",), gone=r.gone) for r in gone]
        tries.sort(key=lambda t: t.start)
    if not (in_parts and parts.proved(text, items, tries, read)):
        tries, failed = _settled(text, items, tries, read)
        dropped += failed
    edits = tuple(
        Edit(t.start, t.end, t.line, text[t.start : t.end], t.new, t.before, t.wanted)
        for t in tries
        if text[t.start : t.end] != t.new
    )
    return Plan(edits, tuple(sorted(dropped, key=lambda d: d.line)), waiting)


def _settled(text: str, items: Sequence[Extracted], tries: list[_Try], read: Read) -> tuple[list[_Try], list[Dropped]]:
    """Return the tries that lead to what is wanted, each with the spelling that does, and the others as dropped."""
    dropped: list[Dropped] = []
    for _ in range(_MOST_READINGS):
        failed = _failing(text, items, tries, read) if tries else []
        if not failed:
            return tries, dropped
        for attempt in failed:
            attempt.at += 1
            if attempt.at >= len(attempt.spellings):
                tries.remove(attempt)
                dropped.append(_dropped(attempt, attempt.reason))
    why = "no way was found to write all replacements of this document"
    return [], dropped + [_dropped(attempt, why) for attempt in tries]


def apply(text: str, edits: Sequence[Edit]) -> str:
    """Return a text with edits applied; their order does not matter.

    Raises:
        ValueError: an edit does not fit the text, or two overlap.
    """
    pieces: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda e: e.start):
        if edit.start < at or text[edit.start : edit.end] != edit.old:
            raise ValueError(f"the text has changed at offset {edit.start}")
        pieces += (text[at : edit.start], edit.new)
        at = edit.end
    return "".join((*pieces, text[at:]))


def _tries(text: str, items: Sequence[Extracted], wish: Wish, *, unsafe: bool) -> tuple[list[_Try], list[Dropped], int]:
    """Return a try for each place where a URL stands that has a replacement, in the order of the text.

    Also the replacements that no spelling can make, and at how many places one waits because it is not safe.
    """
    found: dict[int, _Try] = {}
    dropped: list[Dropped] = []
    waiting: set[int] = set()
    for number, item in enumerate(items):
        goal = wish(item) if isinstance(item, Occurrence) else None
        if not isinstance(item, Occurrence) or goal is None or goal.url == item.url:
            continue
        span = item.span
        if span.start in found:  # another use of the same reference
            found[span.start].places.append(number)
            continue
        if not (goal.safe or unsafe):
            if not _unfit(goal.url, item.url):
                waiting.add(span.start)
            continue
        attempt = _Try(span.start, span.end, span.line, item.url, goal, (), [number])
        reason = _unfit(goal.url, item.url)
        if reason:
            dropped.append(_dropped(attempt, reason))
            continue
        attempt.spellings = tuple(dict.fromkeys(_spellings(text, item, goal.url)))
        found[span.start] = attempt
    tries: list[_Try] = []
    for attempt in sorted(found.values(), key=lambda t: t.start):
        if tries and attempt.start < tries[-1].end:
            dropped.append(_dropped(attempt, "it stands inside of another URL that is replaced"))
        else:
            tries.append(attempt)
    return tries, dropped, len(waiting)


def _dropped(attempt: _Try, reason: str) -> Dropped:
    return Dropped(attempt.line, attempt.before, attempt.wanted, reason)


def _unfit(url: str, before: str) -> str:
    """Return why a replacement is not put into a document in place of a URL, whatever its spelling, or ""."""
    if len(url) > _LONGEST_URL:
        return f"the replacement is longer than {_LONGEST_URL} characters"
    if not url or _UNWRITABLE.search(url) or not _PLACE.match(url):
        return "the replacement is no URL that can stand in a document"
    if _is_private(url) and host_of(url) != host_of(before):
        return "the replacement leads into a private network"
    return ""


def _is_private(url: str) -> bool:
    """Return whether a URL names a place that only some computers reach. Names are not looked up."""
    host = host_of(url) if is_http(url) else ""
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return False


def _spellings(text: str, item: Occurrence, url: str) -> Iterator[str]:
    """Yield ways to write a URL in the place of another, the plainest first."""
    start, end = item.span.start, item.span.end
    if item.markup in _AS_THEY_STAND:
        yield url
        if item.markup is Markup.MD_BARE:
            yield f"<{url}>"
    elif item.markup in _MARKDOWN:
        yield from _in_markdown(url, pointed=text[start - 1 : start] == "<" and text[end : end + 1] == ">")
    else:
        yield from _in_attribute(url, text[start - 1 : start])


def _in_markdown(url: str, *, pointed: bool) -> Iterator[str]:
    escaped = re.sub(r"([\\<>])" if pointed else r"([\\<>()])", r"\\\1", url)
    in_brackets = re.sub(r"([<>])", r"\\\1", url)
    plain = [url, escaped] if pointed else [url, escaped, f"<{in_brackets}>"]
    for spelling in plain:
        yield spelling
        yield spelling.replace("&", "&amp;")
        if "|" in url:  # parts the cells of a table
            yield spelling.replace("|", "\\|")
            yield spelling.replace("&", "&amp;").replace("|", "\\|")


def _in_attribute(url: str, before: str) -> Iterator[str]:
    quote = before if before in ('"', "'") else ""
    reference = {'"': "&quot;", "'": "&#39;"}.get(quote, "")
    plain = url.replace(quote, reference) if quote else url
    if quote or _UNQUOTED.fullmatch(url):
        yield plain
        yield (url.replace("&", "&amp;").replace(quote, reference)) if quote else url.replace("&", "&amp;")
    if quote:
        yield html.escape(url)
    else:
        yield f'"{html.escape(url)}"'


# --- the proof --------------------------------------------------------------------------------------------------------


def _failing(text: str, items: Sequence[Extracted], tries: Sequence[_Try], read: Read) -> list[_Try]:
    """Return the tries whose spelling does not lead to what is wanted, each with the reason.

    Where something else changes, the replacement nearest before it is to blame.
    """
    changed = _splice(text, tries)
    lines = {t.line: len(text[t.start : t.end].splitlines()) for t in tries if t.gone}
    gone = frozenset(number for t in tries for number in t.gone)
    before = sorted(gone)
    items = [item for number, item in enumerate(items) if number not in gone] if gone else items
    expected = [_shape(item, lines) for item in items]
    owner: dict[int, _Try] = {}
    for attempt in tries:
        for place in attempt.places:
            number = place - bisect_left(before, place)
            owner[number] = attempt
            shape = expected[number]
            expected[number] = (shape[0], attempt.wanted.url, *shape[2:])
    found = [_shape(item) for item in read(changed)]
    misread: list[_Try] = []  # their own URL is not what is wanted
    shifted: list[_Try] = []  # it is, but not as it was written: perhaps because one before it was misread
    beside: list[_Try] = []  # what stands next to them has changed
    for number, shape in enumerate(expected):
        if number < len(found) and _agree(found[number], shape, owner.get(number)):
            continue
        own = owner.get(number)
        attempt = _nearest(items, number, tries) if own is None else own
        # Another sort of thing stands there, so behind it nothing stands where it stood.
        lost = number >= len(found) or _sort(found[number]) != _sort(shape)
        if lost and misread:
            break  # one before it was misread, and may have swallowed this one
        if own is not None and (lost or found[number][1] != shape[1]):
            attempt.reason = "the URL cannot be written there so that it is read as a link to it"
            misread.append(attempt)
        else:
            attempt.reason = "other links, headings or comments of the document would be read otherwise"
            (beside if own is None else shifted).append(attempt)
        if lost:
            break
    if len(found) > len(expected) and not misread and not shifted and not beside:
        tries[-1].reason = "it would make further links"
        beside.append(tries[-1])
    return list({attempt.start: attempt for attempt in misread or shifted[:1] or beside}.values())


def _splice(text: str, tries: Sequence[_Try]) -> str:
    pieces: list[str] = []
    at = 0
    for attempt in tries:
        pieces += (text[at : attempt.start], attempt.new)
        at = attempt.end
    return "".join((*pieces, text[at:]))


def _nearest(items: Sequence[Extracted], number: int, tries: Sequence[_Try]) -> _Try:
    """Return the try before the item of a number, or the first one."""
    before = next((i.span.start for i in reversed(items[: number + 1]) if isinstance(i, Occurrence)), 0)
    return tries[max(0, bisect_right([t.start for t in tries], before) - 1)]


def _shape(item: Extracted, gone: Mapping[int, int] = _NO_LINES) -> tuple[object, ...]:
    """Return what of an item has to stay the same wherever it stands; notices speak of URLs and are only counted.

    Args:
        item: the item.
        gone: how many lines go, by the number of the first of them.
    """
    if isinstance(item, Occurrence):
        text = "" if item.markup in _AS_THEY_STAND else item.text
        return "link", item.url, item.markup, text
    if isinstance(item, Anchor):
        return "anchor", item.name, item.source
    if isinstance(item, Suppression):
        return "suppression", item.codes, moved_line(item.first, gone), moved_line(item.last, gone)
    return ("notice",)


def _sort(shape: tuple[object, ...]) -> tuple[object, ...]:
    """Return what sort of thing an item is; bare URLs and those in angle brackets are one."""
    markup = shape[2:3] if shape[0] == "link" else ()
    return shape[0], Markup.MD_BARE if markup and markup[0] in _AS_THEY_STAND else markup


def _agree(found: tuple[object, ...], expected: tuple[object, ...], own: _Try | None) -> bool:
    """Return whether an item is what is expected.

    A replaced bare URL may have become one in angle brackets, and where a link shows its URL, that has changed with it.
    """
    if own is None or _sort(found) != _sort(expected) or found[1] != expected[1]:
        return found == expected
    return found[3:] == expected[3:] or (expected[3], found[3]) == (own.before, own.url)
