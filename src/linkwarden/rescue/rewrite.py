"""Puts images into their folder and lets the lists show them: images first, then SOURCES.md, then the lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from linkwarden.fix import Document, Planned, Wanted, Wishes, planned, write_document
from linkwarden.model import Basis, UsageError
from linkwarden.records import dataclass
from linkwarden.rescue.choice import Left
from linkwarden.rescue.download import Saved
from linkwarden.rescue.folder import ImageFolder, opened
from linkwarden.rescue.naming import captions, file_name, relative_url
from linkwarden.rescue.notes import Note

#: What documents call their images: by the document's name, then by URL.
Captions = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What became of lists and images.

    Attributes:
        plans: the documents that were to change, with their edits.
        names: of the images' files, by digest.
        left: images that could not be saved, with the reason.
        problems: documents that could not be written.
    """

    plans: tuple[Planned, ...]
    names: Mapping[str, str]
    left: tuple[Left, ...] = ()
    problems: tuple[UsageError, ...] = ()


def rewrite(saved: Sequence[Saved], documents: Mapping[str, Document], folder: Path, now: datetime) -> Rewritten:
    """Move downloaded images into a folder and replace their URLs in documents by relative ones.

    Killed at any instant, a list is the old one, or the new one with all its images. An image that no list shows in the
    end is taken back.

    Args:
        saved: the images.
        documents: by name.
        folder: checked by ``check_folder``; it need not be there yet.
        now: when they were downloaded.

    Raises:
        UsageError: nothing could be written; everything is as it was.
    """
    with opened(folder) as place:
        called = _captions(saved, documents)
        names = _names(saved, called, place)
        plans = tuple(_plans(saved, names, documents, folder))
        used = {Path(edit.wanted.url).name for one in plans for edit in one.edits}
        shown = [one for one in saved if names.get(one.digest) in used]
        for one in shown:
            place.add(names[one.digest], one.path.read_bytes())
        place.note([_note(one, names[one.digest], called, now) for one in shown])
        problems = tuple(_write(plans, place))
    left = tuple(Left(one.wanted.candidate.result, _TAKEN) for one in saved if one.digest not in names)
    return Rewritten(plans, names, left, problems)


_TAKEN = "another file has the name that the image would get"


def _captions(saved: Sequence[Saved], documents: Mapping[str, Document]) -> Captions:
    names = {o.span.path for one in saved for o in one.wanted.candidate.result.target.occurrences}
    return {name: captions(document.source.parse()) for name, document in documents.items() if name in names}


def _names(saved: Sequence[Saved], called: Captions, place: ImageFolder) -> dict[str, str]:
    names: dict[str, str] = {}
    for one in saved:
        target = one.wanted.candidate.result.target
        caption = next((text for o in target.occurrences if (text := called[o.span.path].get(o.url))), "")
        name = place.name_for(file_name(caption, target.url, one.digest, one.ending), one.digest)
        if one.digest not in names and name is not None:
            names[one.digest] = name
    return names


def _plans(
    saved: Sequence[Saved], names: Mapping[str, str], documents: Mapping[str, Document], folder: Path
) -> Iterator[Planned]:
    """Yield the documents that show one of the images, with the edits that let them show the copy."""
    for name, document in documents.items():
        wanted = {
            one.wanted.candidate.result.target.key: Wanted(
                relative_url(document.path.resolve(), folder.resolve() / names[one.digest]),
                one.wanted.candidate.why,
                Basis.SAVED_COPY,
                code="",
                slug="rescue",
            )
            for one in saved
            if one.digest in names and any(o.span.path == name for o in one.wanted.candidate.result.target.occurrences)
        }
        if wanted:
            yield planned(document, Wishes((name,), wanted).of(document.source))


def _note(one: Saved, name: str, called: Captions, now: datetime) -> Note:
    capture, candidate = one.wanted.capture, one.wanted.candidate
    places = dict.fromkeys(
        (o.span.path, called[o.span.path].get(o.url, "")) for o in candidate.result.target.occurrences
    )
    return Note(
        file=name,
        source=candidate.result.target.address or candidate.result.target.url,
        at=now,
        copy=capture.address(candidate.archived, image=True) if capture is not None else "",
        captured=capture.day if capture is not None else "",
        places=tuple(places),
    )


def _write(plans: Sequence[Planned], place: ImageFolder) -> Iterator[UsageError]:
    for one in plans:
        if not one.edits:
            continue
        data = one.document.with_edits(one.edits)
        try:
            with place.shown_by(one.document, data, {Path(edit.wanted.url).name for edit in one.edits}):
                write_document(one.document, data)
        except UsageError as problem:
            yield problem
