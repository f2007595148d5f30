"""Finds what is listed twice: two entries of one list that lead to the same place. A remark, never a verdict."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from linkwarden.model import Evidence, Kind, Notice, Occurrence, Result, Verdict
from linkwarden.patterns import pattern
from linkwarden.providers.papers._arxiv_ids import Form, parse
from linkwarden.providers.papers.doi.urls import Source, doi_of
from linkwarden.review._base import Review
from linkwarden.text import host_of

if TYPE_CHECKING:
    from linkwarden.net import Net

#: Remarks shown one by one; what comes after is counted.
_SHOWN = 20
_SHOWN_TEXT = 80
_ALIKE = "entry was listed before|entries were listed before"
_LABEL = pattern(r"[^\W_]+")
_PAPER_WORDS = frozenset({"paper", "pdf", "arxiv", "abs", "abstract", "preprint", "article", "doi"})
#: An entry that is called so shares a page with others as often as not: a repository of all models, a project's page.
_SIDE_WORDS = frozenset(
    {"code", "github", "repo", "repository", "implementation", "project", "page", "website", "site", "homepage", "web"}
    | {
        "demo",
        "video",
        "slides",
        "poster",
        "blog",
        "data",
        "dataset",
        "docs",
        "documentation",
        "link",
        "here",
        "source",
    }
    | {"model", "models", "weights", "notebook", "colab", "the", "official", "download", "supplementary", "license"}
    | {"pytorch", "tensorflow", "keras", "jax", "talk", "tutorial", "wiki", "twitter", "discord", "slack", "readme"}
)
_TRACKING = pattern(r"utm_\w+|fbclid|gclid", re.IGNORECASE)
#: Fragments that mean the whole page: GitHub's README, and highlighted text.
_WHOLE_PAGE = pattern(r"(?:readme|:~:.*)?", re.IGNORECASE)

#: A URL without query and fragment, in the usual form; what follows its host is its path.
_SIMPLE = pattern(r"https?://[a-z0-9.-]+(?::[0-9]+)?((?:/[!\"$->@-~]*)?)")


class Entry(NamedTuple):
    """The link that an entry of a list is about.

    Attributes:
        place: where it stands.
        address: where it leads.
        key: what is the same for all URLs of that place.
    """

    place: Occurrence
    address: str
    key: str


class Duplicates(Review):
    """Remarks on entries that lead to the same place as an earlier entry of the same file."""

    name: ClassVar[str] = "duplicates"
    rank: ClassVar[int] = 30
    online: ClassVar[bool] = False

    async def look(self, results: Sequence[Result], net: Net, now: datetime) -> AsyncIterator[Evidence]:
        """Return nothing: readers of a doubled entry get what it promises."""
        del results, net, now
        none: tuple[Evidence, ...] = ()
        for evidence in none:
            yield evidence

    def remarks(self, results: Sequence[Result]) -> Iterator[Notice]:
        return told(list(_doubles(results)))


def told(doubles: Sequence[tuple[Entry, Entry]]) -> Iterator[Notice]:
    """Yield a remark on each entry that was listed before, in source order; after the first few, their number.

    Args:
        doubles: pairs of the entry that comes first and a later one.
    """
    for first, again in doubles[:_SHOWN]:
        yield Notice(again.place.span.path, again.place.entry, _remark(first, again), alike=_ALIKE)
    if len(doubles) > _SHOWN:
        where = doubles[_SHOWN][1].place
        more = len(doubles) - _SHOWN
        count = "1 more entry was" if more == 1 else f"{more} more entries were"
        yield Notice(where.span.path, where.entry, f"From here on, {count} listed before.")


def _doubles(results: Sequence[Result]) -> Iterator[tuple[Entry, Entry]]:
    """Return pairs of an entry and a later one of the same file that lead to the same place, each later one once."""
    files: dict[str, list[Entry]] = {}
    once: set[int] = set()  # of a long list, the entries themselves would not fit into memory
    more: set[int] = set()
    for entry in _entries(results):
        place = hash((entry.place.span.path, entry.key))
        (more if place in once else once).add(place)
        files.setdefault(entry.place.span.path, [])
    for entry in _entries(results) if more else ():
        if hash((entry.place.span.path, entry.key)) in more:
            files[entry.place.span.path].append(entry)
    for entries in files.values():  # a translation beside the list has the same entries, and that is no slip
        first: dict[str, Entry] = {}
        reported: set[int] = set()
        for entry in sorted(entries, key=lambda e: (e.place.entry, e.place.span.start)):
            earlier = first.setdefault(entry.key, entry)
            line = entry.place.entry
            if earlier.place.entry != line and line not in reported:
                reported.add(line)
                yield earlier, entry


def _entries(results: Sequence[Result]) -> Iterator[Entry]:
    for result in results:
        address = result.target.address
        places = [o for o in result.target.occurrences if o.entry and not o.markup.is_image and is_about(o)]
        if address is not None and places and result.judgement.verdict is not Verdict.IGNORED:
            key = _key(result, address)
            yield from (Entry(place, address, key) for place in places)


def is_about(place: Occurrence) -> bool:
    """Return whether an entry is about what this link leads to, and does not merely mention it."""
    words = frozenset(_LABEL.findall(place.text.lower()))
    if words and words <= _PAPER_WORDS:
        return True
    return place.leads and bool(words) and not words <= _SIDE_WORDS


def _key(result: Result, address: str) -> str:
    """Return what is the same for two URLs of one place."""
    if result.kind is Kind.REPOSITORY and result.judgement.verdict is Verdict.MOVED:
        renamed = result.judgement.suggestion.url if result.judgement.suggestion is not None else None
        address = result.evidence.final_url or renamed or address
    return same_place(address)


def same_place(address: str) -> str:
    """Return what is the same for all URLs of one place, as far as URLs alone tell."""
    ref = parse(address)
    if ref is not None and ref.form is not Form.READER:
        return f"arxiv:{ref.base}"
    doi = doi_of(address)
    if doi is not None and doi.source is not Source.FIGURE:
        return f"doi:{doi.doi}"
    return _plain(address)


def _plain(address: str) -> str:
    """Return a URL without what leads to the same page on nearly every site: scheme, ``www.``, a last slash."""
    simple = _SIMPLE.fullmatch(address)
    if simple is not None and "github.com" not in address:
        return host_of(address).removeprefix("www.") + simple[1].rstrip("/")
    try:
        parts = urlsplit(address)
        query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(k)]
    except ValueError:
        return address
    host = host_of(address).removeprefix("www.")
    path = parts.path.rstrip("/")
    if host == "github.com" and path.count("/") == 2:
        path = path.lower().removesuffix(".git")  # owners and repositories have no case at GitHub
    fragment = "" if _WHOLE_PAGE.fullmatch(parts.fragment) else f"#{parts.fragment}"
    return f"{host}{path}?{urlencode(query)}{fragment}" if query else f"{host}{path}{fragment}"


def _remark(first: Entry, again: Entry) -> str:
    text = " ".join(again.place.text.split())
    called = f"“{text if len(text) <= _SHOWN_TEXT else text[: _SHOWN_TEXT - 1] + '…'}”"
    if not again.place.leads:
        called = f"The link {called} of this entry"
    other = "" if _plain(first.address) == _plain(again.address) else ", by another URL"
    return f"{called} leads to the same place as the entry on line {first.place.entry}{other}."
