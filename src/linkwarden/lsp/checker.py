"""Checks one document again and again while it is edited, without a request.

What an earlier check found out about a link is kept as long as nothing has changed on which it rests: the URL, whether
it is shown as an image and, for local links, the headings of the document.
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, NoReturn

from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.extract import Extractor
from linkwarden.extract._reading import Part, Reader, Reading, Shift
from linkwarden.inputs import Source
from linkwarden.lsp.memory import MEMORY, with_memory
from linkwarden.lsp.settings import Settings
from linkwarden.model import SETTLED, Anchor, Extracted, Failure, Notice, Occurrence, Result, Run, Target, Verdict
from linkwarden.records import dataclass
from linkwarden.review.duplicates import Entry, is_about, same_place, told
from linkwarden.run import engine
from linkwarden.suppress import Accepted, suppress_accepted
from linkwarden.text import target_key

if TYPE_CHECKING:
    from linkwarden.net import Observer

_LINKS, _BASES, _ENTRIES = "links", "bases", "entries"
#: Begins with a scheme, ``//`` or ``#``.
_IS_NO_FILE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|#")


#: So many pairs of links and headings are compared again because headings have moved.
_MOST_COMPARED = 20_000


class _Link(NamedTuple):
    """A link of a part, with what it leads to."""

    occurrence: Occurrence
    key: str
    address: str | None


class _Basis(NamedTuple):
    """What the finding on a target rests on, beside its URL."""

    image: bool
    parents: frozenset[str]

    def joined(self, other: _Basis) -> _Basis:
        return _Basis(self.image or other.image, self.parents | other.parents)


@dataclass(frozen=True, slots=True)
class _Known:
    """What was found out about a target, what that rests on, and whether it is to be reported."""

    basis: _Basis
    result: Result
    is_finding: bool


@dataclass(frozen=True)
class Checked:
    """What a check has found.

    Attributes:
        reading: what the document holds.
        results: findings that are to be reported, each with its places in the document.
        notices: remarks on the document.
        failures: crashes of linkwarden's own code.
        looked_at: how many targets had to be checked; the others were known.
    """

    reading: Reading
    results: Sequence[Result]
    notices: tuple[Notice, ...] = ()
    failures: tuple[Failure, ...] = ()
    looked_at: int = 0

    def between(self, start: int, end: int) -> Iterator[Result]:
        """Yield the findings of which a URL, or a use of a reference to it, touches a stretch of the document."""
        for result in self.results:
            if any(_touches(place, start, end) for place in result.target.occurrences):
                yield result


class Checker:
    """Checks one document.

    Args:
        path: of the document.
        extractor: of its kind.
        reader: reads it.
        saved: the document is a file; of others it is not known what lies beside them.
    """

    def __init__(self, path: Path, extractor: Extractor, reader: Reader, *, saved: bool = True) -> None:
        self._saved = saved
        self._path = path
        self._name = path.as_posix()
        self._extractor = extractor
        self._reader = reader
        self._known: dict[str, _Known] = {}
        self._anchors: tuple[Anchor, ...] = ()
        self._settings: Settings | None = None
        self._day = ""

    def forget_local(self) -> None:
        """Forget what rests on other files: one of them has changed."""
        self._known = {key: known for key, known in self._known.items() if not _is_local(known.result)}

    def check(self, text: str, settings: Settings, now: datetime, others: Mapping[Path, Sequence[Anchor]]) -> Checked:
        """Return what is found in a version of the document.

        Args:
            text: the document.
            settings: what holds for it.
            now: the instant that counts as the present.
            others: anchors of other documents that are open in the editor.
        """
        if settings is not self._settings or self._day != f"{now:%Y-%m-%d}":
            self._known.clear()
            self._settings, self._day = settings, f"{now:%Y-%m-%d}"
        source = Source(self._name, text, self._extractor)
        reading = self._reader.read(text)
        links = [_links(part, source) for part, _ in reading.parts]
        bases = _bases(reading.parts, links)
        self._look_at_anchors(reading.anchors)
        needed = {key for key, basis in bases.items() if key not in self._known or self._known[key].basis != basis}
        run = self._run(reading, links, needed, others, now) if needed else None
        for result in run.results if run is not None else ():
            key = result.target.key
            known = with_memory(result, settings.recall(key), settings.wanted.get(key), now)
            self._known[key] = _Known(bases[key], known, _is_finding(known) and self._is_told(known))
        if len(self._known) > 2 * len(bases) + 100:  # what was deleted may come back by an undo
            self._known = {key: known for key, known in self._known.items() if key in bases}
        found = self._suppressed(self._findings(reading, links), reading, settings, now)
        failures = run.failures if run is not None else ()
        notices = (*reading.notices, *found.notices, *told(list(self._doubles(reading, links))))
        return Checked(reading, found.results, notices, failures, len(needed))

    def read(self, text: str) -> Reading:
        """Return what another version of the document would hold."""
        return self._reader.read(text)

    def known_at(self, reading: Reading, offset: int) -> Result | None:
        """Return what is known of the link at an offset of the version that was read last, or None."""
        for part, shift in reading.parts:
            for occurrence, key, _ in part.notes.get(_LINKS, ()):
                here = _placed_at(occurrence, shift)
                if _touches(here, offset, offset) and key in self._known:
                    return _placed(self._known[key].result, [here])
        return None

    def _look_at_anchors(self, anchors: tuple[Anchor, ...]) -> None:
        """Forget what rested on headings that have changed; where they have only moved, links that work still do."""
        if anchors == self._anchors:
            return
        before, self._anchors = self._anchors, anchors
        moved = list(map(_without_lines, anchors)) == list(map(_without_lines, before))
        concerned = [
            key
            for key, known in self._known.items()
            if _is_local(known.result) and (not moved or known.result.judgement.rule is not None)
        ]
        if moved and len(concerned) * len(anchors) > _MOST_COMPARED:
            return  # until the document is saved, a reason may name a line that was there before
        for key in concerned:
            del self._known[key]

    def _run(
        self,
        reading: Reading,
        links: Sequence[Sequence[_Link]],
        needed: set[str],
        others: Mapping[Path, Sequence[Anchor]],
        now: datetime,
    ) -> Run:
        """Check some targets as ``linkwarden check --offline`` does."""
        config, root = (
            (self._settings.config, self._settings.root) if self._settings is not None else (Config(), Path())
        )
        config = replace(
            config, inputs=(root.as_posix(),), offline=True, ignores=(), baseline=None, now=now, state=None
        )
        places = [
            _placed_at(link.occurrence, shift)
            for part, (_, shift) in zip(links, reading.parts, strict=True)
            for link in part
            if link.key in needed
        ]
        shown = Source(self._name, reading.text, _Replay((*reading.anchors, *places), self._extractor))
        beside = [
            Source(path.as_posix(), "", _Replay(tuple(anchors), None))
            for path, anchors in others.items()
            if path != self._path
        ]
        return asyncio.run(engine.run(config, Deps(make_net=_no_network), sources=(shown, *beside)))

    def _findings(self, reading: Reading, links: Sequence[Sequence[_Link]]) -> list[Result]:
        """Return what is the matter, with all its places in this version of the document."""
        places: dict[str, list[Occurrence]] = defaultdict(list)
        bad = {key for key, known in self._known.items() if known.is_finding}
        for part, (_, shift) in zip(links, reading.parts, strict=True):
            for link in part:
                if link.key in bad:
                    places[link.key].append(_placed_at(link.occurrence, shift))
        return [_placed(self._known[key].result, found) for key, found in places.items()]

    def _is_told(self, result: Result) -> bool:
        return self._saved or _IS_NO_FILE.match(result.target.url) is not None

    def _doubles(self, reading: Reading, links: Sequence[Sequence[_Link]]) -> Iterator[tuple[Entry, Entry]]:
        """Yield the entries of the list that lead to the same place as an earlier one, with that."""
        first: dict[str, tuple[int, _Link, Shift | None]] = {}
        reported: set[int] = set()
        for its_links, (part, shift) in zip(links, reading.parts, strict=True):
            for place, link in _entries(part, its_links):
                if self._known[link.key].result.judgement.verdict is Verdict.IGNORED:
                    continue
                line = link.occurrence.entry + (0 if shift is None else shift.lines)
                before, earlier, its_shift = first.setdefault(place, (line, link, shift))
                if before != line and line not in reported:
                    reported.add(line)
                    yield _entry(earlier, its_shift, place), _entry(link, shift, place)

    def _suppressed(self, results: list[Result], reading: Reading, settings: Settings, now: datetime) -> Run:
        """Return the findings without those that the maintainer has accepted."""
        run = Run(now, 0.0, (self._name,), tuple(results))
        accepted = Accepted(reading.suppressions, settings.config.ignores, settings.baseline)
        run = suppress_accepted(run, accepted, now.astimezone(UTC).date(), complete=False)
        notices = tuple(notice for notice in run.notices if notice.path == self._name)
        return replace(run, results=tuple(r for r in run.results if _is_finding(r)), notices=notices)


class _Replay(Extractor):
    """Yields what was read before."""

    name: ClassVar[str] = "replay"
    title: ClassVar[str] = ""
    suffixes: ClassVar[tuple[str, ...]] = ()

    def __init__(self, items: tuple[Extracted, ...], extractor: Extractor | None) -> None:
        self._items = items
        self._extractor = extractor

    def knows_anchors(self, text: str) -> bool:
        return self._extractor is None or self._extractor.knows_anchors(text)

    def extract(self, text: str, path: str) -> Iterator[Extracted]:
        del text, path
        return iter(self._items)


def _no_network(config: Config, observer: Observer | None) -> NoReturn:
    del config, observer
    raise AssertionError("the language server makes no request")


def _links(part: Part, source: Source) -> Sequence[_Link]:
    """Return the links of a part with what they lead to; found out once."""
    known: Any = part.notes.get(_LINKS)
    if known is None:
        known = part.notes[_LINKS] = [
            _Link(found, target_key(address or found.url, source.name), address)
            for found in part.links
            for address in (source.address_of(found.url),)
        ]
    links: Sequence[_Link] = known
    return links


def _entries(part: Part, links: Iterable[_Link]) -> Sequence[tuple[str, _Link]]:
    """Return what entries of a list are about, with the place that they lead to; found out once."""
    known: Any = part.notes.get(_ENTRIES)
    if known is None:
        about = [link for link in links if link.address and link.occurrence.entry and _is_entry(link.occurrence)]
        about.sort(key=lambda link: (link.occurrence.entry, link.occurrence.span.start))
        known = part.notes[_ENTRIES] = [(same_place(link.address or ""), link) for link in about]
    entries: Sequence[tuple[str, _Link]] = known
    return entries


def _is_entry(place: Occurrence) -> bool:
    return not place.markup.is_image and is_about(place)


def _entry(link: _Link, shift: Shift | None, place: str) -> Entry:
    return Entry(_placed_at(link.occurrence, shift), link.address or "", place)


def _bases(parts: Iterable[tuple[Part, object]], links: Iterable[Sequence[_Link]]) -> dict[str, _Basis]:
    """Return what the findings on all targets rest on, by key."""
    bases: dict[str, _Basis] = {}
    for (part, _), its_links in zip(parts, links, strict=True):
        known = part.notes.get(_BASES)
        if known is None:
            known = part.notes[_BASES] = _bases_of(its_links)
        if bases.keys().isdisjoint(known):
            bases.update(known)
        else:
            for key, basis in known.items():
                bases[key] = basis if key not in bases else bases[key].joined(basis)
    return bases


def _bases_of(links: Iterable[_Link]) -> dict[str, _Basis]:
    bases: dict[str, _Basis] = {}
    for occurrence, key, address in links:
        parents = frozenset() if address is not None else frozenset((occurrence.parent,))
        basis = _Basis(occurrence.markup.is_image, parents)
        bases[key] = basis if key not in bases else bases[key].joined(basis)
    return bases


def _is_local(result: Result) -> bool:
    """Return whether a link leads to a heading of the document or to another file."""
    target = result.target
    return target.address is None and (target.url.startswith("#") or _IS_NO_FILE.match(target.url) is None)


def _without_lines(anchor: Anchor) -> tuple[object, ...]:
    return anchor.name, anchor.text, anchor.source, anchor.level, anchor.heading


def _touches(place: Occurrence, start: int, end: int) -> bool:
    return any(span is not None and span.start <= end and start <= span.end for span in (place.span, place.used))


def _is_finding(result: Result) -> bool:
    """Return whether something is to be reported; also a failure that no run has called broken yet."""
    verdict = result.judgement.verdict
    return verdict not in SETTLED or (verdict is Verdict.UNVERIFIED and result.evidence.checked_by == MEMORY)


def _placed_at(place: Occurrence, shift: Shift | None) -> Occurrence:
    return place if shift is None else shift.occurrence(place)


def _placed(result: Result, places: Sequence[Occurrence]) -> Result:
    target: Target = result.target
    return replace(result, target=replace(target, url=places[0].url, occurrences=tuple(places)))
